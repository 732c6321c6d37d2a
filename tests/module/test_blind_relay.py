# SPDX-License-Identifier: GPL-2.0-or-later
"""The media relay never sees the parties' descriptions: what it is told, what
of its word counts, and what leaves. With a relay of our own that answers what
a test wants, and with rtpengine."""
import os
import re
import signal
import socket
import struct

import pytest

import call_proxy
import calls
import fake_relay
import media
import node
import rtpengine
import user_agent

ANY = "any"  # a profile for whatever the field sends
POLICIES = f"[{ANY}]\nallow = *\nother_media = pass\n"
SECRET = "S3cretS3cretS3cretS3cretS3cretS3cretS3cr"
SECRETS = [f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^31|1:1",
           f"a=key-mgmt:mikey AQAF{SECRET}", "a=setup:actpass",
           "a=fingerprint:sha-256 " + ":".join(["5E"] * 32)]
FLOOR = ["m=application 4002 udp MCPTT", "a=fmtp:MCPTT mc_queueing"]
WIDE = {107: ("AMR-WB/16000", "octet-align=1"), 116: ("AMR-WB/16000", None)}
G729 = {18: ("G729/8000", "annexb=no"), 96: ("G729/8000", "annexb=yes")}
PHONE = {8: ("PCMA/8000", None), 0: ("PCMU/8000", None)}
EVENTS = {0: ("PCMU/8000", None), 101: ("telephone-event/8000", "0-15"),
          102: ("telephone-event/8000", "0-11")}


def with_policies(site):
    """The site, which knows the profile for anything."""
    site.node.policies.write_text(call_proxy.POLICIES.read_text() + POLICIES)
    site.node.kamcmd("mc_iwf.policies_reload")
    return site


@pytest.fixture(scope="module")
def _fake_site():
    with (fake_relay.FakeRelay() as relay,
          call_proxy.running(relay=relay) as site):
        yield with_policies(site)


@pytest.fixture
def fake(_fake_site):
    """The call proxy, whose relay says what a test wants."""
    _fake_site.relay.say = fake_relay.moved
    del _fake_site.relay.asked[:]
    yield _fake_site
    _fake_site.reset()


@pytest.fixture(scope="module")
def _real_site():
    with (rtpengine.Rtpengine("--log-level=7") as relay,
          call_proxy.running(relay=relay) as site):
        yield with_policies(site)


@pytest.fixture
def real(_real_site):
    """The same with an rtpengine that logs all it can."""
    yield _real_site
    _real_site.reset()


def ring(site, offer):
    """A call and its offer as the callee gets it."""
    outgoing = site.offer(offer, ANY)
    return outgoing, site.incoming(outgoing)


def connect(site, offer, answer):
    """A call that is up: both dialogs, the offer and answer that arrived."""
    outgoing, incoming = ring(site, offer)
    incoming.reply(200, answer)
    dialog, told = outgoing.answered()
    far = incoming.dialog()
    far.wait("ACK")
    return dialog, far, incoming.sdp, told


def as_it_leaves(sdp, address=fake_relay.ADDRESS):
    """A description with the places of the relay that is none."""
    text = re.sub(r"(?m)^([oc]=.*IN IP4 )\S+", rf"\g<1>{address}",
                  sdp.decode())
    return fake_relay.moved(text).encode()


# What it is told

def test_request(fake):
    """Sections, places, direction: all else is no business of a relay."""
    alice, bob = fake.party(), fake.party()
    offer = alice.sdp(WIDE, *SECRETS, "a=sendonly", "a=rtcp-mux",
                      proto="RTP/SAVP", more=[
        ["m=video 0 RTP/AVP 255 a-name", "a=rtpmap:255  x/1",
         f"a=crypto:1 x inline:{SECRET}"], FLOOR])
    dialog, _, _, _ = connect(fake, offer, bob.sdp(
        {116: WIDE[116]}, SECRETS[0], "a=recvonly", proto="RTP/SAVP", more=[
            ["m=video 0 RTP/AVP 255 a-name"],
            ["m=application 0 udp MCPTT"]]))
    head = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    closed = "m={} 0 udp MCPTT\r\nc=IN IP4 0.0.0.0\r\n"
    assert fake.relay.texts() == [
        head + f"m=audio {alice.port} udp MCPTT\r\n"
        f"c=IN IP4 {alice.address}\r\na=sendonly\r\n"
        + closed.format("video") + "m=application 4002 udp MCPTT\r\n"
        f"c=IN IP4 {alice.address}\r\na=sendrecv\r\n"]
    assert fake.relay.texts("answer") == [
        head + f"m=audio {bob.port} udp MCPTT\r\n"
        f"c=IN IP4 {bob.address}\r\na=recvonly\r\n"
        + closed.format("video") + closed.format("application")]
    assert [asked["flags"] for asked in fake.relay.asked] == [
        ["trust-address"]] * 2
    assert not [name for asked in fake.relay.asked for name in asked
                if name in ("DTLS", "SDES", "ICE", "replace", "codec",
                            "transport-protocol", "rtcp-mux")]
    assert dialog.bye().code == 200


# What of its word counts

def with_lines(*lines):
    """A relay that adds lines to each section."""
    return lambda text: fake_relay.moved(text) + "".join(
        line + "\r\n" for line in lines)


def replacing(old, new):
    """A relay that says something else."""
    return lambda text: fake_relay.moved(text).replace(old, new)


NEGOTIATES = {
    "nothing": fake_relay.moved,
    "formats": replacing(" udp MCPTT", " RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000"),
    "protocol": replacing(" udp MCPTT", " UDP/TLS/RTP/SAVPF 0"),
    "keys": with_lines(*SECRETS),
    "direction": replacing("a=sendrecv", "a=inactive"),
    "ICE": with_lines("a=candidate:1 1 UDP 1 127.0.1.99 4000 typ host",
                      "a=ice-ufrag:x", "a=rtcp:4001 IN IP4 127.0.1.99",
                      "a=rtcp-mux", "a=end-of-candidates"),
    "session": replacing("s=-", "s=x\r\ni=x\r\nc=IN IP4 127.0.1.99\r\na=x"),
    "origin": replacing("o=- 0 0 IN IP4 0.0.0.0", "o=x 1 2 IN IP4 127.0.1.9"),
    "line ends": replacing("\r\n", "\n"),
    "other media's case": replacing("m=audio", "m=AUDIO"),
}


@pytest.mark.parametrize("name", NEGOTIATES)
def test_relay_that_negotiates(fake, name):
    """What it says of formats, transport, keys and all the rest reaches no
    one: both descriptions leave as they came, but for their places."""
    fake.relay.say = NEGOTIATES[name]
    alice, bob = fake.party(), fake.party()
    offer = alice.sdp(WIDE, *SECRETS, proto="RTP/SAVP", more=[FLOOR])
    answer = bob.sdp({116: WIDE[116]}, SECRETS[0], "a=ptime:60",
                     proto="RTP/SAVP", more=[FLOOR])
    dialog, _, offered, told = connect(fake, offer, answer)
    assert offered == as_it_leaves(offer)
    assert told == as_it_leaves(answer)
    assert dialog.bye().code == 200


def turned(text):
    """A relay that changes the order of sections."""
    head, rest = fake_relay.sections(fake_relay.moved(text))
    return head + "".join(reversed(rest))


def cut(text):
    """A relay that forgets a section."""
    head, rest = fake_relay.sections(fake_relay.moved(text))
    return head + "".join(rest[:-1])


def closing(text):
    """A relay that closes the last section."""
    head, rest = fake_relay.sections(fake_relay.moved(text))
    return head + "".join(rest[:-1]) + re.sub(r"^(m=\S+ )\d+", r"\g<1>0",
                                              rest[-1])


def half_echo(text):
    """A relay that leaves the last section as it was."""
    _, own = fake_relay.sections(text)
    head, rest = fake_relay.sections(fake_relay.moved(text))
    return head + "".join(rest[:-1]) + own[-1]


WRONG = {
    "order": (turned, "has other sections"),
    "too few": (cut, "has other sections"),
    "too many": (lambda text: fake_relay.moved(text) +
                 "m=video 30010 udp MCPTT\r\nc=IN IP4 127.9.0.9\r\n",
                 "has other sections"),
    "kinds": (replacing("m=application", "m=image"), "has other sections"),
    "closed": (closing, "has no port for a section"),
    "echo": (lambda text: text, "has the sender's own port and address"),
    "half an echo": (half_echo, "has the sender's own port and address"),
    "no address": (lambda text: re.sub(r"(?m)^c=.*\r\n", "",
                                       fake_relay.moved(text)),
                   "has no address for a section"),
    "a name": (replacing(fake_relay.ADDRESS, "relay.example.org"),
               "has no address for a section"),
    "nowhere": (replacing(fake_relay.ADDRESS, "0.0.0.0"),
                "has no address for a section"),
    "nonsense": (lambda text: "\x00\x01", "is no description"),
    "too long": (with_lines(*["a=" + "x" * 80] * 300), "is no description"),
    "nothing": (lambda text: "", None),
}


@pytest.mark.parametrize("name", WRONG)
def test_relay_that_is_wrong(fake, name):
    """An answer that does not fit what was asked: the call goes nowhere. In
    an answer that cannot be refused all ports are 0, and the call ends."""
    wrong, why = WRONG[name]
    offer = fake.party().sdp(media.PCMU, more=[FLOOR])
    answer = fake.party().sdp(media.PCMU, more=[FLOOR])
    before = fake.node.counters()["lmr_media_down"]
    fake.relay.say = wrong
    refused = fake.offer(offer, ANY).refusal()
    assert (refused.code, refused.get("Retry-After")) == (503, "2")
    assert not fake.callee.requests("INVITE")
    assert fake.node.counters()["lmr_media_down"] == before + 1
    if why is not None:
        fake.node.wait_log(f"the reply of the media relay {why}")

    fake.relay.say = fake_relay.moved
    outgoing, incoming = ring(fake, offer)
    fake.relay.say = wrong
    incoming.reply(200, answer)
    dialog, told = outgoing.answered()
    assert media.ports(told) == [0, 0]
    assert set(re.findall(rb"IP4 (\S+)", told)) == {b"0.0.0.0"}
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_many_addresses(fake):
    """A relay with an address for each section, of either kind."""
    fake.relay.say = lambda text: re.sub(
        r"c=IN IP4 \S+(\r\n.*\r\n)$", r"c=IN IP6 2001:DB8::9\1",
        fake_relay.moved(text))
    dialog, _, offered, told = connect(
        fake, fake.party().sdp(media.PCMU, more=[FLOOR]),
        fake.party().sdp(media.PCMU, more=[FLOOR]))
    for sdp in offered, told:
        speech, floor = media.sections(sdp)
        assert media.place(sdp) == (fake_relay.ADDRESS, 30000)
        assert not [line for line in speech if line.startswith("c=")]
        assert floor[:2] == ["m=application 30002 udp MCPTT",
                             "c=IN IP6 2001:db8::9"]
    assert dialog.bye().code == 200


# When it is not asked

def closing_all(sdp):
    """The description without any port."""
    return re.sub(rb"(?m)^(m=\S+ )\d+", rb"\g<1>0", sdp)


def closed(party):
    """A description without any port."""
    return closing_all(party.sdp(media.PCMU, more=[FLOOR]))


@pytest.mark.parametrize("kind", ["fake", "real"])
def test_answer_without_any_port(kind, request):
    """It is nothing for a relay, and no fault: the call goes on. No address
    of its sender leaves with it."""
    site = request.getfixturevalue(kind)
    alice, bob = site.party(), site.party()
    answer = closed(bob)
    dialog, far, _, told = connect(
        site, alice.sdp(media.PCMU, more=[FLOOR]), answer)
    assert told == as_it_leaves(answer, "0.0.0.0")
    if kind == "fake":
        assert site.relay.texts("answer") == []
    # The call goes on: later it has media.
    branch = dialog.send("INVITE", alice.sdp(media.PCMU, more=[FLOOR]))
    again = far.wait("INVITE")
    again.reply(200, bob.sdp(media.PCMU, more=[FLOOR]))
    reply = dialog.endpoint.wait_final(branch)
    dialog.ack()
    assert 0 not in media.ports(user_agent.sdp_of(reply))
    if kind == "real":
        media.exchange(alice, user_agent.sdp_of(reply), bob, again.sdp, 0)
    assert dialog.bye().code == 200


def test_offer_without_any_port(fake):
    """The same within a call: neither offer nor answer is for the relay."""
    alice, bob = fake.party(), fake.party()
    dialog, far, _, _ = connect(
        fake, alice.sdp(media.PCMU, more=[FLOOR]),
        bob.sdp(media.PCMU, more=[FLOOR]))
    asked = len(fake.relay.asked)
    branch = dialog.send("UPDATE", closed(alice))
    got = far.wait("UPDATE")
    assert media.ports(got.sdp) == [0, 0]
    got.reply(200, closed(bob))
    told = user_agent.sdp_of(dialog.endpoint.wait_final(branch))
    assert media.ports(told) == [0, 0]
    assert len(fake.relay.asked) == asked
    assert not far.requests("BYE")
    assert dialog.bye().code == 200


# The sample node

def is_free(port):
    """True if nothing has a control port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((rtpengine.CONTROL, port))
        except OSError:
            return False
    return True


def test_sample_node(new_site):
    """The same in its routes: what it tells a relay and takes from it; an
    answer without any port; a relay that echoes."""
    site = new_site()
    os.kill(site.node.relay_pid(), signal.SIGKILL)
    port = int(site.node.media["RTPENGINE_PORT"])
    node.wait_until(lambda: is_free(port), "end of the relay")
    with (fake_relay.FakeRelay(port) as relay,
          calls.dialling(site) as dial):
        relay.say = with_lines(*SECRETS)
        line = dial("client")
        offer = line.offer(*SECRETS, proto="RTP/SAVP")
        answer = line.answer(SECRETS[0], proto="RTP/SAVP")
        talk = line.talk(offer, answer)
        assert talk.told_far == as_it_leaves(offer)
        assert talk.told_near == as_it_leaves(answer)
        assert not [text for text in relay.texts() + relay.texts("answer")
                    if SECRET in text or "RTP" in text]

        asked = len(relay.asked)
        told, _ = talk.again("INVITE", talk.near, closing_all(offer),
                             closing_all(answer))
        assert told == as_it_leaves(closing_all(answer), "0.0.0.0")
        assert len(relay.asked) == asked
        relay.say = lambda text: text
        branch = talk.near.send("INVITE", offer)
        assert talk.near.endpoint.wait_final(branch).code == 503
        assert talk.near.bye().code == 200
        assert line.refused(offer).code == 503

        relay.say = fake_relay.moved
        out = line.dial(offer)
        arrived = line.arrived(out)
        relay.say = lambda text: text
        arrived.reply(200, answer)
        near, told = out.answered()
        assert media.ports(told) == [0]
        for dialog in near, arrived.dialog():
            dialog.wait("BYE", timeout=12)


# What others' descriptions did to rtpengine

@pytest.mark.parametrize("offered, answered", [
    (WIDE, [116]), (WIDE, [107]), (G729, [96]), (G729, [18]),
    (EVENTS, [0, 102]), (EVENTS, [0, 101])], ids=str)
def test_formats_stay(real, offered, answered):
    """The caller hears of the payload types that were answered, and media of
    each passes both ways."""
    alice, bob = real.party(), real.party()
    answer = bob.sdp({pt: offered[pt] for pt in answered})
    dialog, _, arrived, told = connect(real, alice.sdp(offered), answer)
    assert call_proxy.formats_of(told) == [str(pt) for pt in answered]
    assert call_proxy.attributes(told) == call_proxy.attributes(answer)
    for pt in answered:
        media.exchange(alice, told, bob, arrived, pt)
    assert dialog.bye().code == 200


def test_another_format_in_the_200(real):
    """183 with PCMA, then 200 with PCMU: each says what it says."""
    alice, bob = real.party(), real.party()
    outgoing, incoming = ring(real, alice.sdp(PHONE))
    incoming.reply(183, bob.sdp({8: PHONE[8]}))
    early = user_agent.sdp_of(outgoing.wait(183))
    assert call_proxy.formats_of(early) == ["8"]
    media.exchange(alice, early, bob, incoming.sdp, 8)
    incoming.reply(200, bob.sdp({0: PHONE[0]}))
    dialog, told = outgoing.answered()
    assert call_proxy.formats_of(told) == ["0"]
    assert call_proxy.attributes(told) == ["a=rtpmap:0 PCMU/8000"]
    media.exchange(alice, told, bob, incoming.sdp, 0)
    assert dialog.bye().code == 200


def with_rtcp(site, how):
    """A party, what receives its RTCP, and the lines that say so."""
    while True:
        party = site.party()
        if how == "mux":
            return party, party, ["a=rtcp-mux"]
        try:
            control = media.Party(
                party.address, 0 if how == "elsewhere" else party.port + 1)
        except OSError:
            continue  # that port is taken
        site.parties.append(control)
        return party, control, ([f"a=rtcp:{control.port}"]
                                if how == "elsewhere" else [])


@pytest.mark.parametrize("keys", [[], SECRETS[:1], SECRETS[1:2]],
                         ids=["clear", "SDES", "MIKEY"])
@pytest.mark.parametrize("how", ["next port", "elsewhere", "mux"])
def test_rtcp(real, how, keys):
    """RTCP passes both ways, wherever the parties have it."""
    alice, alice_control, of_alice = with_rtcp(real, how)
    bob, bob_control, of_bob = with_rtcp(real, how)
    proto = "RTP/SAVP" if keys else "RTP/AVP"
    dialog, _, offered, told = connect(
        real, alice.sdp(media.PCMU, *keys, *of_alice, proto=proto),
        bob.sdp(media.PCMU, *keys, *of_bob, proto=proto))
    assert b"a=rtcp:" not in offered + told
    media.exchange(alice, told, bob, offered, 0)
    for sender, place, receiver in (
            (alice_control, media.place(told), bob_control),
            (bob_control, media.place(offered), alice_control)):
        had = len(receiver.collect())
        packet = struct.pack("!BBHIIIIII", 0x80, 200, 6, sender.ssrc, *[9] * 5)
        sender.send([packet], (place[0], place[1] + (how != "mux")))
        assert receiver.wait(had + 1)[-1][1] == packet
    assert dialog.bye().code == 200


REFUSED_SECTIONS = [
    ["m=video 0 RTP/AVP 255"],
    ["m=video 0 RTP/AVP 255", "a=rtpmap:255 H264/90000"],
    ["m=video 0 RTP/AVP a-name"],
    ["m=video 0 RTP/AVP 97", "c=IN IP4 host.example.org"],
    ["m=video 0 RTP/AVP 97", "a=rtpmap:97  H264/90000"],
    ["m=x-y 0 x-z *"],
]


@pytest.mark.parametrize("section", REFUSED_SECTIONS, ids=str)
def test_refused_section(real, section):
    """Whatever stands in a section without a port: speech goes on."""
    alice, bob = real.party(), real.party()
    keys = [f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}|2^31|1:1"]
    dialog, _, offered, told = connect(
        real, alice.sdp(media.PCMU, *keys, proto="RTP/SAVP", more=[section]),
        bob.sdp(media.PCMU, *keys, proto="RTP/SAVP", more=[section]))
    for sdp in offered, told:
        assert media.ports(sdp)[1] == 0
        assert media.has_line(sdp, section[0])
    media.exchange(alice, told, bob, offered, 0)
    assert dialog.bye().code == 200


@pytest.mark.parametrize("old, new", [
    (b" RTP/AVP ", b"\tRTP/AVP\t"), (b"c=IN IP4 ", b"c=IN\tIP4\t"),
    (b"rtpmap:0 ", b"rtpmap:0  "), (b"a=rtpmap", b"b=AS: 64\r\na=rtpmap")])
def test_blanks(real, old, new):
    """Blanks that a relay does not read are the parties' business."""
    alice, bob = real.party(), real.party()
    offer, answer = (party.sdp(media.PCMU).replace(old, new)
                     for party in (alice, bob))
    dialog, _, offered, told = connect(real, offer, answer)
    if not old.startswith(b"c="):
        assert new in offered and new in told
    media.exchange(alice, told, bob, offered, 0)
    assert dialog.bye().code == 200


ADDRESSES = [b"c=IN IP4 host.example.org\r\n", b"", b"c=IN IP4 1.2.3\r\n",
             b"c=IN IP4 224.2.1.1/127\r\n", b"c=IN IP6 127.0.1.1\r\n"]


@pytest.mark.parametrize("line", ADDRESSES, ids=str)
def test_no_address(real, line):
    """Media that no relay can reach: that is no outage. The offer is refused
    and the reason said; after such an answer the call ends."""
    alice, bob = real.party(), real.party()
    offer, answer = (re.sub(rb"c=.*\r\n", line, party.sdp(media.PCMU))
                     for party in (alice, bob))
    before = real.node.counters()
    refused = real.offer(offer, ANY).refusal()
    assert (refused.code, call_proxy.warning_of(refused)) == (
        488, "media at no permitted address")
    assert refused.get("Retry-After") is None
    after = real.node.counters()
    assert after["lmr_media_down"] == before["lmr_media_down"]
    assert after["refused_media_address"] == before.get(
        "refused_media_address", 0) + 1
    outgoing, incoming = ring(real, alice.sdp(media.PCMU))
    incoming.reply(200, answer)
    dialog, told = outgoing.answered()
    assert media.ports(told) == [0]
    assert b"host.example.org" not in told
    call_proxy.assert_ended(dialog, incoming.dialog())


ELSEWHERE = [("loadmodule \"kex.so\"", "loadmodule \"kex.so\"\n"
              "loadmodule \"corex.so\""),
             ("\troute(PROFILE);\n", "\troute(PROFILE);\n"
              "\tset_source_address(\"udp:192.0.2.9:5060\");\n")]


def test_machine_of_the_relay():
    """Its control port is at a loopback address: who is elsewhere gets no
    packets sent there."""
    with call_proxy.running(changes=ELSEWHERE) as site:
        offer = site.party().sdp(media.TETRA)
        refused = site.offer(offer).refusal()
        assert (refused.code, call_proxy.warning_of(refused)) == (
            488, "media at no permitted address")
        for home in (b"IP6 ::ffff:0.0.0.0", b"IP6 ::ffff:127.0.0.1", b"IP6 ::1"):
            assert site.offer(re.sub(rb"c=.*\r\n", b"c=IN " + home + b"\r\n",
                                     offer)).refusal().code == 488
        outgoing = site.offer(re.sub(rb"c=.*\r\n", b"c=IN IP4 192.0.2.9\r\n",
                                     offer))
        site.incoming(outgoing).reply(486)
        outgoing.refusal()


def test_no_key_in_the_log_of_the_relay(real):
    """At its highest level, whatever the keying and whatever it cannot
    read."""
    for lines, proto in (([SECRETS[0]], "RTP/SAVP"), ([SECRETS[1]], "RTP/SAVP"),
                         (SECRETS[2:], "UDP/TLS/RTP/SAVP"),
                         (SECRETS, "RTP/AVP")):
        sections = [["m=video 0 RTP/AVP 255", SECRETS[0]], FLOOR]
        party = real.party()
        outgoing, incoming = ring(real, party.sdp(
            WIDE, *lines, proto=proto, more=sections))
        incoming.reply(200, real.party().sdp(
            {116: WIDE[116]}, *(x.replace("actpass", "active")
                                for x in lines[:2]),
            proto=proto, more=sections))
        dialog, _ = outgoing.answered()
        assert dialog.bye().code == 200
        node.wait_until(lambda call_id=dialog.call_id:
                        call_id not in real.relay.calls(), "end of the session")
        log = real.relay.log()
        assert f"m=audio {party.port} udp MCPTT" in log  # it logs what it gets
        for secret in (SECRET, "crypto:", "inline", "key-mgmt", "fingerprint",
                       "AMR-WB/16000", "octet-align", "mc_queueing"):
            assert secret not in log
