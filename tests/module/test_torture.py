# SPDX-License-Identifier: GPL-2.0-or-later
"""What the sample node makes of messages that are hard to read: RFC 4475 and
RFC 5118, case by case, over UDP and TCP."""
import contextlib
import re

import pytest

import mc
import node
import sip
import torture

# Where a message ends is another matter on a connection.
FRAMING = {"longer_than_it_is", "negative_length", "two_in_one",
           "several_lengths"}
OVER_TCP = sorted(set(torture.REQUESTS) - FRAMING)


def forget(site):
    """Takes away what alice has registered."""
    with contextlib.suppress(AssertionError):
        site.node.kamcmd("ul.rm", "location", f"alice@{mc.DOMAIN}")


@pytest.fixture(autouse=True)
def _forget_alice(site):
    """What she has registered under odd URIs does not stay."""
    yield
    forget(site)


def call_id_of(octets):
    """The Call-ID of a message, "" if none is found."""
    found = re.search(rb"^(?:Call-ID|i)[ \t]*:\s*(\S+)", octets, re.M | re.I)
    return found.group(1).decode() if found else ""


def acknowledge(endpoint, final, server):
    """ACK to what refuses an INVITE."""
    if final.method == "INVITE":
        number = final.get("CSeq").split()[0]
        endpoint.send_octets(bytes(sip.Message(
            f"ACK {mc.impu('bob')} SIP/2.0", [
            ("Via", final.get("Via")), ("Max-Forwards", "70"),
            ("From", final.get("From")), ("To", final.get("To")),
            ("Call-ID", final.get("Call-ID")), ("CSeq", f"{number} ACK")])),
            server)


class Stage:
    """Alice, who writes, and bob, who answers."""

    def __init__(self, site, endpoint=None):
        self.site, self.alice = site, site.client("alice")
        self.endpoint = endpoint or self.alice.endpoint
        self.bob = site.client("bob")
        self.bob.endpoint.script = lambda message: [(0, sip.response(
            message, 486 if message.method == "INVITE" else 200))]
        self.writer = torture.Writer(self.alice, endpoint)

    def act(self, octets):
        """Sends octets; the fates that they have had, as they come."""
        endpoint, call_id = self.endpoint, call_id_of(octets)
        before = self.site.node.counters("node")
        endpoint.forget()
        self.bob.endpoint.forget()
        endpoint.send_octets(octets, self.site.node.address)

        def fates():
            after = self.site.node.counters("node")
            found = {name for name, n in after.items() if n > before[name]}
            for final in self.finals(call_id):
                found.add(final.code)
                acknowledge(endpoint, final, self.site.node.address)
            if self.arrived() and found & {200, 486}:
                found.add(torture.ARRIVES)
            return found
        return fates

    def finals(self, call_id):
        """The final responses that alice got to what she sent."""
        with self.endpoint._changed:
            return [r.message for r in self.endpoint.received
                    if not r.message.is_request and r.message.code >= 200
                    and call_id and r.message.get("Call-ID") == call_id]

    def arrived(self):
        """What reached bob."""
        return [request for method in ("MESSAGE", "INVITE")
                for request in self.bob.endpoint.requests(method)]

    def assert_fate(self, octets, fates):
        """One of the fates is that of these octets; nothing reaches bob
        unless that is one of them; and the node lives."""
        had = self.act(octets)
        if torture.REGISTERED in fates:
            fates = {200, *fates}
        if torture.NOTHING not in fates:
            node.wait_until(lambda: had() & set(fates), f"{fates} of {octets}",
                            sip.TIMEOUT)
        lives = self.alice.endpoint.insist(sip.request(
            "OPTIONS", f"sip:{mc.DOMAIN}", mc.impu("alice"),
            f"sip:{mc.DOMAIN}"), self.site.node.address)
        assert lives.code == 200
        if torture.NOTHING in fates:
            assert not had() - {"cut_requests"}
        if torture.ARRIVES not in fates:
            assert not self.arrived()


def assert_whole(octets, arrived):
    """What bob got: the body as it was sent, in the name that was proven, with
    a start line as it should be."""
    for request in arrived:
        body = octets.partition(b"\r\n\r\n")[2]
        if request.message.method == "MESSAGE":
            assert request.message.body == body
        assert request.message.start.endswith(" SIP/2.0")
        assert request.message.get("P-Asserted-Identity") == (
            f"<{mc.impu('alice')}>")


@pytest.mark.parametrize("name", torture.REQUESTS)
def test_request(site, name):
    """Over UDP."""
    stage, case = Stage(site), torture.REQUESTS[name]
    octets = case.make(stage.writer)
    stage.assert_fate(octets, case.fates)
    assert_whole(octets, stage.arrived())


@pytest.mark.parametrize("name", OVER_TCP)
def test_request_over_tcp(site, name):
    """The same on a connection."""
    with sip.TcpEndpoint() as endpoint:
        stage, case = Stage(site, endpoint), torture.REQUESTS[name]
        octets = case.make(stage.writer)
        stage.assert_fate(octets, case.fates)
        assert_whole(octets, stage.arrived())


def test_what_is_registered(site):
    """Of the registrations that are hard to read, what was meant is kept, and
    nothing else."""
    forget(site)
    stage = Stage(site)
    for case in torture.REQUESTS.values():
        if "register" in case.make.__code__.co_names:
            octets = case.make(stage.writer)
            stage.act(octets)
            node.wait_until(lambda o=octets: stage.finals(call_id_of(o)),
                            f"answer to {octets}", sip.TIMEOUT)
    assert set(site.contacts("alice")) == {
        stage.alice.contact, stage.alice.contact + ";unknownparam"}


@pytest.mark.parametrize("name", torture.REPLIES)
def test_reply(site, name):
    """What bob answers to an ordinary message."""
    stage, case = Stage(site), torture.REPLIES[name]

    def script(message):
        answer = sip.response(message, 200)
        case.make(answer)
        return [(0, answer)]
    stage.bob.endpoint.script = script
    had = stage.act(stage.writer.message())
    node.wait_until(lambda: had() & set(case.fates), f"{case.fates}", sip.TIMEOUT)
    if 200 not in case.fates:
        assert not {code for code in had() if isinstance(code, int)}


def test_every_case_of_the_documents():
    """None is forgotten."""
    cases = {case.clause for case in [*torture.REQUESTS.values(),
                                      *torture.REPLIES.values()]}
    wanted = {f"4475 3.1.1.{n}" for n in range(1, 14)}
    wanted |= {f"4475 3.1.2.{n}" for n in range(1, 20)}
    wanted |= {"4475 3.2.1", "4475 3.4.1"}
    wanted |= {f"4475 3.3.{n}" for n in range(1, 16)}
    wanted |= {f"5118 4.{n}" for n in range(1, 11)}
    assert cases == wanted
