# SPDX-License-Identifier: GPL-2.0-or-later
"""The texts of the guide, run as they stand."""
import re

import pytest

import conftest
import mc
import node
import sample
import sip

TOTAL = 3  # seconds; 20 where it is not set: test_script
EXISTING = node.TOP / "build" / "kamailio-src" / "etc" / "kamailio.cfg"


def pieces():
    """The fenced blocks of the guide, in order."""
    text = (node.TOP / "docs" / "drop-in.md").read_text()
    return re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)


def behind(text, line, addition):
    """The configuration with a piece behind the first such line."""
    before, found, after = text.partition(line)
    assert found, line
    return before + found + "\n" + addition + after


class DropIn(sample.SampleNode):
    """Debian's own kamailio.cfg with the three pieces in it."""

    def __init__(self, peers):
        super().__init__(peers)
        modules, call, route = pieces()
        text = EXISTING.read_text()
        text = behind(text, 'loadmodule "counters.so"\n', modules)
        text = behind(text, "route(WITHINDLG);\n", call)
        self.config.write_text(
            f'{text}\nalias="{mc.DOMAIN}"\n'
            f'modparam("mc_iwf", "total_timeout", {TOTAL})\n{route}')
        self.defines = [f'IWF_DB="sqlite:///{self.path("mc_iwf.db")}"',
                        f'IWF_PEER="sip:{peers.iwf1.hostport}"']

    def _command(self):
        return node.Kamailio._command(self) + [
            word for kind in ("udp", "tcp")
            for word in ("-l", f"{kind}:127.0.0.1:{self.port}")]


@pytest.fixture(scope="module")
def drop_in():
    """The existing server with the module dropped in."""
    with conftest.running(DropIn) as site:
        yield site
        site.reset()


def test_both_ways(drop_in):
    """Messages go both ways, octet for octet."""
    alice = drop_in.client("alice")
    payload = bytes(range(256))
    assert drop_in.from_core(mc.core_message("alice", payload)).code == 200
    got = drop_in.iwf1.wait_request().message
    assert mc.payload_of(got) == payload
    assert mc.calling_user(got) == mc.mc_id("alice")
    message = mc.iwf_message("alice", payload)
    assert drop_in.from_iwf(message).code == 200
    assert alice.endpoint.wait_request().message.body == message.body


def test_refusal(drop_in):
    """The verdicts are the module's, the rest is the server's as before."""
    drop_in.client("alice")
    reply = drop_in.from_core(mc.core_message("alice", b"x", psi=mc.TERM))
    assert reply.code == 403


def test_stranger(drop_in):
    """No 407 that nobody could answer."""
    stranger = drop_in.stranger("alice")
    reply = stranger.endpoint.ask(mc.client_message("alice", b"x"),
                                  drop_in.node.address)
    assert reply.code == 403
    drop_in.clients.remove(stranger)


def test_user_with_capitals(drop_in):
    """Registrar and module file him under the same name."""
    drop_in.node.edit(
        "UPDATE mc_iwf_users SET impu = 'sip:Bob@mc.example.org'"
        " WHERE person = 'bob'")
    bob = drop_in.client("Bob")
    node.wait_until(lambda: "sip:Bob@" in drop_in.node.kamcmd(
        "mc_iwf.users", mc.mc_id("bob")), "the new name")
    assert drop_in.from_iwf(mc.iwf_message("bob", b"x")).code == 200
    bob.endpoint.wait_request()


def test_silence(drop_in):
    """A silent IWF is 504 within the time of one message, never 408."""
    drop_in.client("alice")
    drop_in.iwf1.script = sip.silent
    reply = drop_in.from_core(mc.core_message("alice", b"x"), TOTAL + 4)
    assert reply.code == 504
