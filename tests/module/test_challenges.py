# SPDX-License-Identifier: GPL-2.0-or-later
"""What a challenge costs, what it carries, and what counts as a refusal."""
import base64
import contextlib
import re
import time

import pytest

import calls
import mc
import mc_invite
import media
import sip

MALLORY = "127.0.0.77"
QUIET = 1.8  # s: the first two repetitions of a final response are over


def text(target="bob"):
    """An ordinary MESSAGE of alice."""
    return sip.request("MESSAGE", mc.impu(target), mc.impu("alice"),
                       mc.impu(target), [("Content-Type", "text/plain")], b"x")


def register():
    """A REGISTER of alice."""
    return sip.request("REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
                       mc.impu("alice"), [("Contact", "<sip:127.0.0.77>")])


def invite():
    """A private call of alice."""
    sdp = media.description("127.0.1.1", media.audio(4000, media.P25))
    message = mc_invite.private("alice", calls.UNIT1, sdp)
    return message.add("Contact", f"<sip:alice@{MALLORY}>")


def named(method, uri=mc.ORIG):
    """A request of any method outside a call."""
    return sip.request(method, uri, mc.impu("alice"), uri, [
        ("Contact", f"<sip:alice@{MALLORY}>")])


# Requests without credentials; the codes of their only answer.
UNPROVEN = {
    "call": (invite, 407), "bare call": (lambda: named("INVITE"), 407),
    "message": (lambda: mc.client_message("alice", b"x"), 407),
    "large message": (lambda: mc.client_message("alice", bytes(50000)), 407),
    "text": (text, 407), "register": (register, 401),
    "register elsewhere": (lambda: sip.request(
        "REGISTER", "sip:x.example", mc.impu("alice"), mc.impu("alice")), 404),
    "cancel": (lambda: named("CANCEL"), 481),
    "options": (lambda: named("OPTIONS", "sip:x.example"), 405),
    "info": (lambda: named("INFO"), 481),
    "subscribe": (lambda: named("SUBSCRIBE"), 405),
    "prack": (lambda: named("PRACK"), 481),
    "no such call": (lambda: named("BYE").set(
        "To", f"<{mc.ORIG}>;tag=x"), 481),
    "too many hops": (lambda: invite().set("Max-Forwards", "0"), 483),
}


def transactions(site):
    """How many transactions the node has made, its own requests aside: it
    probes its peers at any time."""
    said = site.node.rpc("tm.stats")
    return int(said["total"]) - int(said["total_local"])


def datagrams(endpoint):
    """All that came back, requests aside."""
    return [r.message for r in endpoint.received if not r.message.is_request]


def is_challenge(reply):
    """A 401 or 407 that can be answered."""
    name = ("WWW-Authenticate" if reply.code == 401
            else "Proxy-Authenticate")
    return [f'realm="{mc.DOMAIN}"' in v for v in reply.all(name)] == [True]


def ack_of(message, reply):
    """The ACK of a refused INVITE."""
    ack = message.copy().set("CSeq", "1 ACK").set("To", reply.get("To"))
    ack.start = ack.start.replace("INVITE", "ACK")
    return ack


def test_one_datagram_for_one(site):
    """Nothing that is not proven is answered twice, or leaves a transaction;
    a repeated request gets a new challenge; an ACK gets nothing."""
    before = transactions(site)
    with contextlib.ExitStack() as stack:
        sent = {}
        for kind, (make, code) in UNPROVEN.items():
            mallory = stack.enter_context(sip.UdpEndpoint(MALLORY))
            message = make()
            reply = mallory.ask(message, site.node.address)
            assert (kind, reply.code) == (kind, code)
            assert code not in (401, 407) or is_challenge(reply)
            sent[kind] = mallory, message
        for mallory, message in sent.values():
            mallory.send_octets(bytes(message), site.node.address)
            reply = mallory.wait_final(message.branch, n=2)
            if message.method == "INVITE":
                mallory.send_octets(bytes(ack_of(message, reply)),
                                    site.node.address)
        time.sleep(QUIET)
        got = {kind: len(datagrams(s[0])) for kind, s in sent.items()}
    assert got == dict.fromkeys(UNPROVEN, 2)
    assert transactions(site) == before


def test_call_that_nobody_acknowledges(site):
    """Without an ACK, too, its challenge goes out once, and no 100; there is
    nothing left that a CANCEL could end."""
    before = transactions(site)
    with sip.UdpEndpoint(MALLORY) as mallory:
        message = invite()
        mallory.ask(message, site.node.address)
        cancel = message.copy().set("CSeq", "1 CANCEL")
        cancel.start = cancel.start.replace("INVITE", "CANCEL")
        mallory.send_octets(bytes(cancel), site.node.address)
        time.sleep(QUIET)
        assert [r.code for r in datagrams(mallory)] == [407, 481]
    assert transactions(site) == before


@pytest.fixture
def talk(site):
    """A call that is up, of alice to an LMR user."""
    with calls.Line(site) as here:
        talk = here.talk()
        yield talk
        assert talk.near.bye().code == 200
    calls.wait_quiet(site.node)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "BYE"])
def test_one_datagram_within_a_call(site, talk, method):
    """The same for who knows of a call."""
    before = transactions(site)
    with sip.UdpEndpoint(MALLORY) as mallory:
        reply = mallory.ask(talk.near.request(method), site.node.address)
        assert reply.code == 407 and is_challenge(reply)
        time.sleep(QUIET if method == "INVITE" else 0)
        assert len(datagrams(mallory)) == 1
    assert transactions(site) == before


@pytest.mark.parametrize("side", ["near", "far"])
@pytest.mark.parametrize("form, user", [("client", None), ("client", "carol"),
                                        ("private", None), ("from-lmr", None)])
def test_ack_of_a_challenge_goes_nowhere(site, form, user, side):
    """It has the tags of the call; the other side has not answered. Whoever
    is refused for good (403), and peers' other addresses, too."""
    with calls.Line(site, form) as here, sip.UdpEndpoint(MALLORY) as mallory:
        talk = here.talk()
        party = getattr(talk, side)
        other = talk.far if side == "near" else talk.near
        before = len(other.requests("ACK"))
        message = party.request("INVITE", here.offer())
        reply = mallory.ask(message, site.node.address)
        if user:
            message = sip.with_credentials(party.request(
                "INVITE", here.offer()), reply, user, f"{user}-secret")
            reply = mallory.ask(message, site.node.address)
        assert reply.code == (403 if user or (form, side) in (
            ("private", "far"), ("from-lmr", "near")) else 407)
        number = message.get("CSeq").split()[0]
        mallory.send_octets(
            bytes(ack_of(message, reply).set("CSeq", f"{number} ACK")),
            site.node.address)
        assert party.ask("INFO").code == 200
        assert len(other.requests("ACK")) == before
        talk.again("INVITE", talk.near, here.offer(), here.answer())
        talk.again("INVITE", talk.far, here.answer(), here.offer())
        assert talk.near.bye().code == 200
    calls.wait_quiet(site.node)


def test_challenge_is_no_large_answer(site):
    """Who forges the source of the smallest request there is makes the node
    send 3 octets for one; of what MC clients send, fewer than one."""
    least = (f"INVITE sip:a@{mc.DOMAIN} SIP/2.0\r\n"
             "v:SIP/2.0/UDP a;rport;branch=z9hG4bK{}\r\nf:<sip:a>;tag=1\r\n"
             "t:<sip:a>\r\ni:1\r\nCSeq:1 INVITE\r\nMax-Forwards:9\r\nl:0\r\n"
             "\r\n")
    with sip.UdpEndpoint(MALLORY) as mallory:
        octets = least.format(sip.token().replace(".", "")).encode()
        mallory.send_octets(octets, site.node.address)
        mallory._wait(lambda: mallory.received, 5, "challenge")
        answer = mallory.received[0].octets
        assert len(answer) <= 3 * len(octets), (len(answer), len(octets))
        for make in (invite, lambda: mc.client_message("alice", b"x")):
            message = make()
            mallory.ask(message, site.node.address)
            assert len(mallory.received[-1].octets) < len(bytes(message))


# What counts

def counts(site):
    """The counters that tell of refused credentials."""
    scripted = site.node.counters("node")
    return (site.node.counters()["refused_unauthenticated"],
            scripted["wrong_password"], scripted["subscriber_down"])


def change(site, before):
    """What was added to them."""
    return tuple(b - a for a, b in zip(before, counts(site)))


def challenged(site, message):
    """A stranger asks, and is challenged."""
    mallory = site.stranger("alice").endpoint
    reply = mallory.ask(message, site.node.address)
    assert reply.code in (401, 407)
    return mallory, reply


COUNTED = {"register": (register, 0), "text": (text, 0),
           "message": (lambda: mc.client_message("alice", b"x"), 1),
           "call": (invite, 1)}


@pytest.mark.parametrize("kind", COUNTED)
def test_first_challenge_is_no_refusal(site, kind):
    """Every client is challenged: that tells an operator nothing."""
    before = counts(site)
    challenged(site, COUNTED[kind][0]())
    assert change(site, before) == (0, 0, 0)


@pytest.mark.parametrize("user", ["alice", "nobody"])
@pytest.mark.parametrize("kind", COUNTED)
def test_wrong_password_is_one(site, kind, user):
    """Counted once, and challenged anew without being told that the nonce
    was old; a user that is none gets the same."""
    make, verdicts = COUNTED[kind]
    message = make()
    mallory, reply = challenged(site, message)
    before = counts(site)
    again = mallory.ask(sip.with_credentials(message, reply, user, "guess"),
                        site.node.address)
    assert again.code == reply.code and is_challenge(again)
    assert "stale" not in str(again.headers)
    assert change(site, before) == (verdicts, 1, 0)


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("spoil", [
    r'username="[^"]*", ', r'response="[^"]*"', r'nonce="[^"]*"',
    r'uri="[^"]*"', r'nc=\w+, ', "Digest "])
def test_malformed_credentials_are_none(site, kind, spoil):
    """What is missing or broken makes them none: a challenge, no refusal."""
    message = COUNTED[kind][0]()
    mallory, reply = challenged(site, message)
    again = sip.with_credentials(message, reply, "alice", "alice-secret")
    name, value = again.headers[-1]
    again.headers[-1] = (name, re.sub(spoil, "", value))
    if spoil.startswith("response"):
        again.headers[-1] = (name, value.replace('response="', 'response="a'))
    before = counts(site)
    again = mallory.ask(again, site.node.address)
    assert again.code == reply.code and is_challenge(again)
    assert change(site, before) == (0, 0, 0)


def of_long_ago(reply):
    """The challenge as if the node had given it out before it started."""
    old = reply.copy()
    for i, (name, value) in enumerate(old.headers):
        nonce = re.search(r'nonce="([^"]*)"', value)
        if nonce:
            octets = base64.b64decode(nonce.group(1))
            aged = base64.b64encode(
                octets[:4] + b"\0\0\0\1" + octets[8:]).decode()
            old.headers[i] = (name, value.replace(nonce.group(1), aged))
    return old


@pytest.mark.parametrize("kind", COUNTED)
def test_nonce_of_a_former_run_is_none(site, kind):
    """It is old, and no more."""
    message = COUNTED[kind][0]()
    mallory, reply = challenged(site, message)
    before = counts(site)
    again = mallory.ask(
        sip.with_credentials(message, of_long_ago(reply), "alice", "guess"),
        site.node.address)
    assert again.code == reply.code and is_challenge(again)
    assert "stale=true" in str(again.headers)
    assert change(site, before) == (0, 0, 0)


@pytest.mark.parametrize("kind", COUNTED)
def test_old_nonce_is_none(site, kind):
    """A nonce that was used."""
    message = COUNTED[kind][0]()
    mallory, reply = challenged(site, message)
    mallory.ask(sip.with_credentials(message, reply, "alice", "guess"),
                site.node.address)
    before = counts(site)
    again = mallory.ask(
        sip.with_credentials(message, reply, "alice", "alice-secret"),
        site.node.address)
    assert again.code == reply.code and is_challenge(again)
    assert "stale=true" in str(again.headers)
    assert change(site, before) == (0, 0, 0)
