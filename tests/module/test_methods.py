# SPDX-License-Identifier: GPL-2.0-or-later
"""Which methods the node takes, and how it says so."""
import pytest

import mc
import sip

OF_THE_NODE = {"INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "PRACK", "INFO",
               "OPTIONS", "REGISTER", "MESSAGE"}


def allowed(reply):
    """The methods in a reply's Allow."""
    return {word.strip() for field in reply.all("Allow")
            for word in field.split(",")}


def ask(site, method, uri=mc.impu("bob")):
    """The node's answer to a request of this method outside of a call."""
    with sip.UdpEndpoint() as someone:
        return someone.ask(sip.request(
            method, uri, mc.impu("alice"), uri), site.node.address)


@pytest.mark.parametrize("method", [
    "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "KDMQ", "FOO"])
def test_other_methods(site, method):
    """405, and with it what would have been taken (RFC 3261 21.4.6)."""
    reply = ask(site, method)
    assert reply.code == 405
    assert allowed(reply) == OF_THE_NODE


@pytest.mark.parametrize("method", ["BYE", "UPDATE", "PRACK", "INFO"])
def test_methods_that_belong_into_a_call(site, method):
    """Outside of one: no such call; 405 would contradict its own Allow."""
    reply = ask(site, method)
    assert reply.code == 481
    assert not reply.all("Allow")


def test_options(site):
    """The same list for who asks beforehand (RFC 3261 11.2)."""
    reply = ask(site, "OPTIONS", "sip:%s:%d" % site.node.address)
    assert reply.code == 200
    assert allowed(reply) == OF_THE_NODE
