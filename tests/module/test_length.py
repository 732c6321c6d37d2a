# SPDX-License-Identifier: GPL-2.0-or-later
"""Content-Length of what leaves is the length of its body, whatever was
changed in it, over UDP and TCP.

Octets after Content-Length are no part of a message. As many of them as an
edit inserts leave the datagram as long as it was.
"""
import base64
import random

import pytest

import call_proxy
import calls
import mc
import mc_invite
import sip
import user_agent

SEED = 20261128
ROUNDS = 40


def checked(received):
    """The message, the length of which is what it says."""
    message = received.message
    assert len(message.body) == int(message.get("Content-Length"))
    return message


def send(endpoint, message, node, surplus=0):
    """Sends a request and so many octets after its body; the final answer."""
    octets = bytes(endpoint.prepare(message)) + surplus * b"\xa5"
    endpoint.send_octets(octets, node.address)
    return endpoint.wait_final(message.branch)


def edited_body(sent, got):
    """What became of the info document; all else of the body has to be as it
    was, but for the length of the part itself."""
    before, after = mc.parts_of(sent), mc.parts_of(got)
    assert len(before) == len(after)
    info = None
    for old, new in zip(before, after):
        if b"-info+xml" in old.headers:
            info = new
        else:
            assert old == new
    if b"Content-Length" in info.headers:
        assert b"Content-Length: %d" % len(info.content) in info.headers
    return (base64.b64decode(info.content) if b"base64" in info.headers
            else info.content).decode()


def random_info(rng):
    """An info part: with a caller or without, plain or encoded, with a length
    of its own or without."""
    inner = ""
    if rng.random() < 0.5:
        inner += mc.identity("mcptt", "request-uri", mc.KMF1)
    if rng.random() < 0.5:
        inner += mc.identity("mcptt", "calling-user-id",
                             "sip:" + rng.randrange(1, 300) * "x" + "@y")
    inner += rng.choice(("", "<anyExt/>", " \r\n"))
    xml = mc.info_xml("mcptt", inner)
    headers = {}
    if rng.random() < 0.3:
        xml = base64.encodebytes(xml).replace(b"\n", b"\r\n")
        headers["Content_Transfer_Encoding"] = "base64"
    if rng.random() < 0.3:
        headers["Content_Length"] = len(xml)
    return mc.info_part(xml, **headers)


def random_message(rng):
    """A short message of alice to her KMF."""
    parts = [random_info(rng), mc.data_part(rng.randbytes(rng.randrange(300)))]
    if rng.random() < 0.5:
        parts.append(mc.part("x/y", rng.randbytes(rng.randrange(300)).replace(
            b"--", b"-_")))
    rng.shuffle(parts)
    return mc.with_parts(mc.core_message("alice", b""), parts)


def assert_random_edits(site, iwf):
    """Random messages, each once by itself, and again with a number of octets
    after it: as many as the edit inserts, one more or less, or any."""
    rng = random.Random(SEED)
    site.client("alice")
    for n in range(ROUNDS):
        message = random_message(rng)
        assert send(site.core, message.copy(), site.node).code == 200
        plain = checked(iwf.wait_requests(2 * n + 1)[-1])
        told = edited_body(message, plain)
        assert mc.identity("mcptt", "calling-user-id",
                           mc.mc_id("alice")) in told
        grown = len(plain.body) - len(message.body)
        surplus = max(1, grown + rng.choice((0, 0, 0, -1, 1,
                                             rng.randrange(500))))
        again = message.copy().set("Call-ID", sip.token())
        assert send(site.core, again, site.node, surplus).code == 200
        got = checked(iwf.wait_requests(2 * n + 2)[-1])
        assert got.body == plain.body, (SEED, n, surplus)


def test_random_edits(site):
    """To an IWF over UDP."""
    assert_random_edits(site, site.iwf1)


def test_random_edits_over_tcp(new_site):
    """The same to an IWF over TCP."""
    with sip.TcpEndpoint("127.0.0.2") as iwf:
        site = new_site(next_hops={"iwf1": f"{iwf.hostport};transport=tcp"})
        assert_random_edits(site, iwf)


def test_next_peer(site):
    """The next peer gets what the first one got."""
    site.client("alice")
    site.iwf1.script = sip.answer(503)
    message = mc.core_message("alice", b"payload")
    inserted = len(mc.identity("mcptt", "calling-user-id", mc.mc_id("alice")))
    assert inserted == 106
    assert send(site.core, message, site.node, inserted).code == 200
    first = checked(site.iwf1.wait_request())
    assert checked(site.iwf1b.wait_request()).body == first.body
    assert mc.payload_of(first) == b"payload"


AGAIN = ("\tif(!t_relay() && !iwf_reply()) {",
         "\tt_on_failure(\"AGAIN\");\n\tif(!t_relay() && !iwf_reply()) {")
AGAIN_ROUTE = """
failure_route[AGAIN] {
	$ru = $ou;
	$du = $def(NEXT_HOP);
	t_relay();
}
"""


def test_later_first_look():
    """A request that is looked at when it has a transaction already: what a
    failure route sends ends where it does, too."""
    with call_proxy.running(changes=[AGAIN], extra=AGAIN_ROUTE) as site:
        message = site.invite(None).add(
            "Contact", f"<sip:{site.caller.hostport}>")
        octets = bytes(site.caller.prepare(message)) + b"surplus"
        site.callee.script = sip.answer(503)
        site.caller.send_octets(octets, site.node.address)
        assert site.caller.wait_final(message.branch).code == 503
        for received in site.callee.wait_requests(2, "INVITE"):
            checked(received)


def test_short_message_unchanged(any_site):
    """A body that is only passed on ends as its length says, too."""
    alice = any_site.client("alice")
    message = mc.iwf_message("alice", b"x")
    reply = send(any_site.iwf1, message, any_site.node, 17)
    if reply.code == 400:
        # Debian's own check takes no such datagram.
        assert not alice.endpoint.requests()
        return
    assert reply.code == 200
    assert checked(alice.endpoint.wait_request()).body == message.body


def test_ordinary_message(site):
    """The same of a MESSAGE that is no IWF short message."""
    alice = site.client("alice")
    message = sip.request(
        "MESSAGE", mc.impu("alice"), mc.impu("bob"), mc.impu("alice"),
        [("Content-Type", "text/plain")], b"text")
    assert send(site.core, message, site.node, 17).code == 200
    assert checked(alice.endpoint.wait_request()).body == message.body


@pytest.fixture(params=[sip.UdpEndpoint, sip.TcpEndpoint], ids=["UDP", "TCP"])
def bob(request, site):
    """bob, reached over UDP or TCP."""
    endpoint = site.client("bob", endpoint=request.param()).endpoint
    endpoint.script = user_agent.manners
    return endpoint


def grown_by(line, message, surplus):
    """By how many octets the body of an INVITE grew on its way to a callee who
    is busy."""
    out = user_agent.Outgoing(line.caller, line.node.address, message)
    send_octets = line.caller.send_octets
    line.caller.send_octets = lambda octets, to: send_octets(
        octets + (surplus * b"\xa5" if octets.startswith(b"INV") else b""), to)
    try:
        out.user = "alice"
        out.start()
    finally:
        del line.caller.send_octets
    got = line.arrived(out)
    got.reply(486)
    out.refusal()
    checked(got.received)
    return len(got.message.body) - len(message.body)


def test_call(dial, bob):
    """An INVITE, in which caller, called and description change."""
    line = dial("client", bob)

    def invite():
        return mc_invite.private("alice", mc.impu("bob"), line.offer())
    grown = grown_by(line, invite(), 0)
    for surplus in (grown, grown - 1, grown + 1, 1):
        # The relay's ports may have a digit more or less.
        assert abs(grown_by(line, invite(), surplus) - grown) <= 4


@pytest.mark.parametrize("surplus", [1, 2, 3, 5, 8, 13])
def test_answer(dial, surplus):
    """A 200, the description of which grows or shrinks by some octets."""
    line = dial("client")
    out = line.dial()
    arrived = line.arrived(out)
    reply = arrived.reply_of(200, line.answer())
    flow = arrived.received.flow
    flow.send(bytes(reply) + surplus * b"\xa5")
    dialog, _ = out.answered()
    got = out.replies(200)[0]
    assert len(got.body) == int(got.get("Content-Length"))
    assert b"\xa5" not in got.body
    far = arrived.dialog()
    far.wait("ACK")
    calls.Call(line, dialog, user_agent.sdp_of(got), far,
               arrived.sdp).speech()
    dialog.bye()
