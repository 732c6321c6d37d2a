# SPDX-License-Identifier: GPL-2.0-or-later
"""Media profiles in calls: calls.cfg with a real rtpengine.

What is offered, what is answered, by whom and in which message.
"""
import collections
import re
import struct

import pytest

import call_proxy
import fake_relay
import media
import node
import sip
import user_agent

KEY_MGMT = "a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGAAEAAAA="
# The data type of that is not 26: any MIKEY message passes by default.
CRYPTO = ["a=crypto:7 AEAD_AES_128_GCM inline:" + "A" * 38 + "==|2^31|1:1",
          "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" + "B" * 40]
DTLS = ["a=setup:actpass", "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)]
MIXED = {**media.TETRA, **media.AMRWB}
MODE01 = {97: ("TETRA_ACELP_BB/8000", "payload-type=0;encryption-mode=0,1")}
ISI = {98: ("TETRA_ACELP/8000", None)}
COREX = ("loadmodule \"kex.so\"", "loadmodule \"kex.so\"\n"
         "loadmodule \"corex.so\"")  # has append_branch()
VIDEO = ["m=video 40020 RTP/AVP 97", "a=rtpmap:97 H264/90000"]


def kept(sdp, section=0):
    """The a= lines of a section, whatever their order."""
    return collections.Counter(call_proxy.attributes(sdp, section))


def connect(site, offer, answer=None, profile="tetra"):
    """A call that is up: dialogs of both ends, and what each was told."""
    outgoing = site.offer(offer, profile)
    incoming = site.incoming(outgoing)
    incoming.reply(200, answer or site.party().sdp(media.TETRA))
    dialog, told = outgoing.answered()
    other = incoming.dialog()
    other.wait("ACK")
    return dialog, other, told, incoming.sdp


# Offers

def test_call(call_site):
    """Both get media from where they are told, unchanged."""
    alice, bob = call_site.party(), call_site.party()
    dialog, _, told, offered = connect(
        call_site, alice.sdp(MIXED), bob.sdp(media.TETRA))
    assert call_proxy.formats_of(offered) == ["97"]
    media.exchange(alice, told, bob, offered, 97)
    assert dialog.call_id in call_site.relay.calls()
    dialog.bye()
    node.wait_until(lambda: dialog.call_id not in call_site.relay.calls(),
                    "end of the relay's session")


REFUSED = [
    ("p25", media.AMRWB, (), "RTP/AVP", "302"),
    ("tetra", media.PCMU, (), "RTP/AVP", "302"),
    ("tetra-e2ee", media.TETRA_CLEAR, (), "RTP/AVP", "301"),
    ("tetra-clear", media.TETRA_E2EE, (), "RTP/AVP", "300"),
    ("p25", media.P25, CRYPTO, "RTP/SAVP", "media protection not permitted"),
    ("mcptt", media.AMRWB, ["a=tcap:1 RTP/SAVP"], "RTP/AVP", None),
]


@pytest.mark.parametrize("profile, formats, lines, proto, warning", REFUSED)
def test_refused(call_site, profile, formats, lines, proto, warning):
    """488 with the standard's Warning; the callee hears nothing."""
    sdp = call_site.party().sdp(formats, *lines, proto=proto)
    outgoing = call_site.offer(sdp, profile)
    if warning is None:
        incoming = call_site.incoming(outgoing)
        assert not any("cap" in line for line in
                       call_proxy.attributes(incoming.sdp))
        incoming.reply(486)
        outgoing.refusal()
        return
    reply = outgoing.refusal()
    assert (reply.code, call_proxy.warning_of(reply)) == (488, warning)
    assert call_site.relay.calls() == []


@pytest.mark.parametrize("lines, proto", [
    ([KEY_MGMT], "RTP/SAVP"), ([KEY_MGMT], "RTP/AVP"), (CRYPTO, "RTP/SAVP"),
    (DTLS, "UDP/TLS/RTP/SAVP"), ([KEY_MGMT, *CRYPTO], "RTP/SAVP"),
    ([KEY_MGMT, *CRYPTO, *DTLS], "RTP/SAVP")])
def test_keys_pass(call_site, lines, proto):
    """Whatever the keying: the lines leave exact, SDES with tag and order."""
    alice, bob = call_site.party(), call_site.party()
    sdp = alice.sdp(media.AMRWB, *lines, proto=proto)
    outgoing = call_site.offer(sdp, "mcptt")
    incoming = call_site.incoming(outgoing)
    assert kept(incoming.sdp) == kept(sdp)
    order = [x for x in call_proxy.attributes(incoming.sdp) if "crypto" in x]
    assert order == [x for x in lines if "crypto" in x]
    assert media.sections(incoming.sdp)[0][0].split()[2:] == [proto, "96"]
    assert f" IN IP4 {alice.address}" not in incoming.sdp.decode()
    answer = lines[1:2] if lines is CRYPTO else [
        x.replace("actpass", "active") for x in lines if "crypto" not in x]
    incoming.reply(200, bob.sdp(media.AMRWB, *answer, proto=proto))
    dialog, told = outgoing.answered()
    assert kept(told) == kept(bob.sdp(media.AMRWB, *answer, proto=proto))
    media.exchange(alice, told, bob, incoming.sdp, 96)
    dialog.bye()


def test_sections_stay_apart(call_site):
    """The same payload type in another section is another codec; the floor
    control section keeps its parameters and is relayed."""
    alice, bob, floor = (call_site.party() for _ in range(3))
    sdp = media.description(
        alice.address, media.audio(alice.port, {97: ("EVS/16000", None),
                                                98: media.TETRA[97]}),
        media.floor(floor.port), VIDEO)
    outgoing = call_site.offer(sdp)
    incoming = call_site.incoming(outgoing)
    speech, control, video = media.sections(incoming.sdp)
    assert speech[0].endswith(" RTP/AVP 98") and len(
        [x for x in speech if "rtpmap" in x]) == 1
    assert control[0].endswith(" udp MCPTT")
    assert "a=fmtp:MCPTT mc_queueing;mc_priority=5" in control
    assert video[0].endswith("RTP/AVP 97")
    assert "a=rtpmap:97 H264/90000" in video
    told = media.place(incoming.sdp, 1)
    assert told[1] not in (0, floor.port)
    incoming.reply(200, media.description(
        bob.address, media.audio(bob.port, {98: media.TETRA[97]}),
        media.floor(bob.port), ["m=video 0 RTP/AVP 97"]))
    dialog, answer = outgoing.answered()
    assert media.ports(answer)[2] == 0
    dialog.bye()


ICE = ["a=ice-ufrag:8hhY", "a=ice-pwd:asd88fgpdd777uzjYhagZg",
       "a=ice-options:trickle", "a=ice-mismatch", "a=ice-pacing:50",
       "a=candidate:1 1 UDP 2130706431 127.0.1.99 4000 typ host",
       "a=remote-candidates:1 127.0.1.99 4000", "a=end-of-candidates",
       "a=alt:1 1 : a b 127.0.1.99 4000", "a=altc:1 IP4 127.0.1.99 4000",
       "a=source-filter: incl IN IP4 * 127.0.1.99",
       "a=rtcp:4001 IN IP4 127.0.1.99"]
SESSION_ICE = ["a=ice-lite", "a=ice-ufrag:8hhY", "a=ice-pwd:asd88fgpdd777uzj",
               "a=rtcp:4001 IN IP4 127.0.1.99"]
OWN_ADDRESSES = [["m=video 40020 RTP/AVP 97", "c=IN IP4 127.0.1.98",
                  "a=rtpmap:97 H264/90000", *ICE],
                 ["m=application 40022 udp MCPTT", "c=IN IP4 127.0.1.97",
                  "a=fmtp:MCPTT mc_queueing"],
                 ["m=text 0 RTP/AVP 98", "c=IN IP4 127.0.1.96", *ICE],
                 ["m=message 40024 TCP/MSRP *", "c=IN IP4 127.0.1.95",
                  "a=path:msrp://127.0.1.95:40024/x;tcp"]]


def around(party, own):
    """A description full of ways around the relay. own: each section has an
    address of its own, and the session one that is not used."""
    sections = OWN_ADDRESSES
    if not own:
        sections = [[x for x in lines if not x.startswith("c=")]
                    for lines in sections]
    sdp = party.sdp(media.TETRA, *([f"c=IN IP4 {party.address}"] * own),
                    "a=rtcp-mux", *ICE, more=sections).decode()
    # c= comes before a=
    sdp = re.sub(r"((?:a=\S.*\r\n)+)(c=.*\r\n)", r"\2\1", sdp)
    return sdp.replace("t=0 0\r\n", "t=0 0\r\n" + "".join(
        line + "\r\n" for line in SESSION_ICE)).encode()


@pytest.mark.parametrize("own", [False, True], ids=["session", "sections"])
def test_nothing_leads_around(call_site, own):
    """No address but that of the relay leaves, in whatever line; speech and
    RTCP on the same port go on."""
    alice, bob = call_site.party(), call_site.party()
    dialog, _, told, offered = connect(
        call_site, around(alice, own), around(bob, own))
    for sdp in told, offered:
        text = sdp.decode().partition("m=message")[0]  # that is closed
        speech, video, control, closed, _ = media.sections(sdp)
        assert set(re.findall(r"IP4 (\S+)", text)) == {
            call_site.relay.address}
        assert not re.search("ice-|cand|alt|source-filter|127.0.1.99", text)
        assert "a=rtcp-mux" in speech
        assert media.ports(sdp)[3:] == [0, 0]
        assert "0" not in (video[0].split()[1], control[0].split()[1])
        assert closed[0].startswith("m=text 0 ")
    media.exchange(alice, told, bob, offered, 97)
    rtcp = struct.pack("!BBHIIIIII", 0x80, 200, 6, alice.ssrc, *[0] * 5)
    alice.send([rtcp], media.place(told))
    assert bob.wait(51)[-1] == (media.place(offered), rtcp)
    dialog.bye()


def test_profile_unknown(call_site):
    """A profile that is not there: 500, and the log names it."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA), "nothing")
    assert outgoing.refusal().code == 500
    call_site.node.wait_log('there is no media profile "nothing"')


REFUSED_VIDEO = "m=video 0 RTP/AVP 97"
IDLE = {
    "without format": ["m=video 0 RTP/AVP"],
    "without transport": ["m=video 0"],
    "two fmtp": [REFUSED_VIDEO, "a=rtpmap:97 H264/90000",
                 "a=fmtp:97 profile-level-id=42e01f", "a=fmtp:97 max-br=512"],
    "two rtpmap": [REFUSED_VIDEO, "a=rtpmap:97 H264/90000",
                   "a=rtpmap:97 AMR-WB/16000"],
    "a format twice": ["m=video 0 RTP/AVP 97 97"],
    "what is not known": ["m=x 0 y"],
    "text": ["m=text 0 RTP/AVP"],
    "application": ["m=application 0 TCP/BFCP"],
    "image": ["m=image 0 udptl"],
}


@pytest.mark.parametrize("name", IDLE)
def test_idle_section(call_site, name):
    """A section that carries nothing ends no speech, whatever it lacks."""
    alice, bob = call_site.party(), call_site.party()
    offer = alice.sdp(media.TETRA, more=[IDLE[name]])
    answer = bob.sdp(media.TETRA, more=[IDLE[name]])
    dialog, _, told, offered = connect(call_site, offer, answer)
    for sdp in (told, offered):
        assert media.ports(sdp)[0] > 0 and media.ports(sdp)[1] == 0
        assert len(call_proxy.formats_of(sdp, 1)) > 0
    media.exchange(alice, told, bob, offered, 97)
    assert dialog.bye().code == 200


def test_idle_section_without_address(call_site):
    """Refused video has no address: only the speech has a c= line."""
    alice, bob = call_site.party(), call_site.party()

    def sdp_of(party):
        line = f"c=IN IP4 {party.address}\r\n".encode()
        text = party.sdp(media.TETRA, more=[[REFUSED_VIDEO]])
        head, _, rest = text.replace(line, b"").partition(b"a=rtpmap")
        return head + line + b"a=rtpmap" + rest

    dialog, _, told, offered = connect(
        call_site, sdp_of(alice), sdp_of(bob))
    assert media.ports(told)[1] == media.ports(offered)[1] == 0
    media.exchange(alice, told, bob, offered, 97)
    assert dialog.bye().code == 200


@pytest.mark.parametrize("answered", [[], [VIDEO, VIDEO[:1]]],
                         ids=["missing", "surplus"])
def test_other_number_of_sections(call_site, answered):
    """A client that answers speech alone has refused the rest."""
    alice, bob = call_site.party(), call_site.party()
    closed = [[line.replace("40020", "0") for line in section]
              for section in answered]
    dialog, _, told, offered = connect(
        call_site, alice.sdp(media.TETRA, more=[VIDEO]),
        bob.sdp(media.TETRA, more=closed))
    assert media.ports(told)[1:] == [0]
    media.exchange(alice, told, bob, offered, 97)
    assert dialog.bye().code == 200


SECOND = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.9\r\n"


def test_two_descriptions_in_one(call_site):
    """A body that begins twice is no description: 400, nothing leaves."""
    sdp = call_site.party().sdp(media.TETRA)
    outgoing = call_site.offer(sdp + SECOND.encode() + sdp)
    assert outgoing.refusal().code == 400
    outgoing = call_site.offer(sdp)
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, sdp + sdp)
    dialog, told = outgoing.answered()
    assert b"127.0.0.9" not in told and media.ports(told) in ([], [0])
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_target_written_again(call_site):
    """A Request-URI within the call that equals the Contact, as its sender
    writes it."""
    dialog, other, _, _ = connect(call_site, call_site.party().sdp(
        media.TETRA))
    for side, peer in ((dialog, other), (other, dialog)):
        side.target = side.target.replace("sip:", "SIP:") + ";new=1"
        assert side.ask("INFO").code == 200
        peer.wait("INFO")
    assert dialog.bye().code == 200
    other.wait("BYE")


# Answers

STRAYS = {
    "a format more": {**media.TETRA, **media.AMRWB},
    "before the offered one": {**media.AMRWB, **media.TETRA},
    "tones by another number": {**media.TETRA,
                                110: ("telephone-event/8000", "0-15")},
    "another number for it": {**media.TETRA, 99: media.TETRA[97]},
}


@pytest.mark.parametrize("name", STRAYS)
def test_strays_of_an_answer(call_site, name):
    """What an answer lists beyond the offer goes, and the speech stays."""
    alice, bob = call_site.party(), call_site.party()
    dialog, _, told, offered = connect(
        call_site,
        alice.sdp({**media.TETRA, 101: ("telephone-event/8000", None)}),
        bob.sdp(STRAYS[name]))
    assert call_proxy.formats_of(told) == ["97"]
    media.exchange(alice, told, bob, offered, 97)
    assert dialog.bye().code == 200


BAD_ANSWERS = {
    "format not offered": ({99: media.TETRA[97]}, (), "RTP/AVP"),
    "codec not offered": ({97: ("AMR-WB/16000", None)}, (), "RTP/AVP"),
    "taken away by us": (media.AMRWB, (), "RTP/AVP"),
    "transport": (media.TETRA, (), "RTP/SAVP"),
    "key not offered": (media.TETRA, CRYPTO[:1], "RTP/AVP"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_bad_answer(call_site, name):
    """Checked against the offer as it left us: port 0, and since that leaves
    no speech both get a BYE."""
    before = call_site.node.counters()["lmr_bad_answers"]
    formats, lines, proto = BAD_ANSWERS[name]
    bob = call_site.party()
    dialog, other, told, _ = connect(call_site, call_site.party().sdp(MIXED),
                                     bob.sdp(formats, *lines, proto=proto))
    assert media.ports(told) == [0]
    assert call_site.node.counters()["lmr_bad_answers"] == before + 1
    call_proxy.assert_ended(dialog, other)


def test_refused_by_the_peer(call_site):
    """A peer that refuses the speech itself knows what it does."""
    bob = call_site.party()
    dialog, other, told, _ = connect(
        call_site, call_site.party().sdp(media.TETRA),
        media.description(bob.address, media.audio(0, media.TETRA)))
    assert media.ports(told) == [0]
    branch = other.send("OPTIONS")
    assert call_site.callee.wait_final(branch).code == 200
    assert dialog.bye().code == 200


def test_downgrade_ends_the_call(call_site):
    """Protected speech answered in clear, where E2EE is required: both get a
    BYE after the ACK."""
    sdp = call_site.party().sdp(MODE01, KEY_MGMT, proto="RTP/SAVP")
    dialog, other, told, _ = connect(
        call_site, sdp, call_site.party().sdp(media.TETRA_CLEAR),
        "tetra-e2ee")
    assert media.ports(told) == [0]
    call_proxy.assert_ended(dialog, other)


def test_ack_ends_the_call():
    """The mark of the reply is known at the ACK, in any process."""
    with call_proxy.running(changes=[('\t\tdlg_set_timeout("5");\n',
                                      "")]) as site:
        for _ in range(4):
            outgoing = site.offer(site.party().sdp(MODE01), "tetra-e2ee")
            incoming = site.incoming(outgoing)
            incoming.reply(200, site.party().sdp(media.TETRA_CLEAR))
            dialog, _ = outgoing.answered()
            call_proxy.assert_ended(dialog, incoming.dialog())
        assert site.node.counters()["lmr_ended"] == 4


def test_no_ack(call_site):
    """Without an ACK it ends after 5 s."""
    outgoing = call_site.offer(call_site.party().sdp(MODE01), "tetra-e2ee")
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, call_site.party().sdp(media.TETRA_CLEAR))
    dialog, _ = outgoing.answered(ack=False)
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_bad_answer_is_only_logged():
    """on_bad_answer = log alters nothing, and the counter tells."""
    with call_proxy.running() as site:
        site.node.policies.write_text(
            "[x]\nallow = tetra-bb\non_bad_answer = log\n")
        site.node.kamcmd("mc_iwf.policies_reload")
        dialog, _, told, _ = connect(
            site, site.party().sdp(media.TETRA),
            site.party().sdp({99: media.TETRA[97]}), "x")
        assert call_proxy.formats_of(told) == ["99"]
        assert media.ports(told)[0] > 0
        assert site.node.counters()["lmr_bad_answers"] == 1
        dialog.bye()


# Offerless INVITE, early media, PRACK, UPDATE

def test_offerless(call_site):
    """The 200 offers, the ACK answers."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.start(call_site.invite(None))
    incoming = call_site.incoming(outgoing)
    assert incoming.sdp == b""
    incoming.reply(200, bob.sdp(MIXED))
    dialog, offered = outgoing.answered(ack=False)
    assert call_proxy.formats_of(offered) == ["97"]
    dialog.ack(alice.sdp(media.TETRA))
    told = incoming.dialog().wait("ACK").sdp
    media.exchange(alice, offered, bob, told, 97)
    dialog.bye()


def test_offerless_refused(call_site):
    """An offer in a 200 that nothing is left of: port 0, the call ends."""
    outgoing = call_site.start(call_site.invite(None, "p25"))
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, call_site.party().sdp(media.AMRWB))
    dialog, offered = outgoing.answered()
    assert media.ports(offered) == [0]
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_offerless_bad_answer(call_site):
    """A bad answer in the ACK: port 0, and the call ends."""
    outgoing = call_site.start(call_site.invite(None))
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, call_site.party().sdp(media.TETRA))
    dialog, _ = outgoing.answered(ack=False)
    dialog.ack(call_site.party().sdp(media.AMRWB))
    assert media.ports(incoming.dialog().wait("ACK").sdp) == [0]
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_ack_nobody_asked_for(call_site):
    """A description in an ACK without an open offer: port 0."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, call_site.party().sdp(media.TETRA))
    dialog, _ = outgoing.answered(ack=False)
    dialog.ack(call_site.party().sdp(media.TETRA))
    assert media.ports(incoming.dialog().wait("ACK").sdp) == [0]
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_early_media(call_site):
    """The answer in a 183 and again in the 200: media from the 183 on."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.offer(alice.sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    answer = bob.sdp(media.TETRA)
    incoming.reply(183, answer)
    early = user_agent.sdp_of(outgoing.wait(183))
    media.exchange(alice, early, bob, incoming.sdp, 97)
    incoming.reply(183, answer)
    assert user_agent.sdp_of(outgoing.wait(183, 2)) == early
    incoming.reply(200, answer)
    dialog, told = outgoing.answered()
    assert media.place(told) == media.place(early)
    incoming.reply(200, answer)
    outgoing.wait(200, 2)
    assert user_agent.sdp_of(outgoing.replies(200)[1]) == told
    dialog.bye()


def test_bad_preview(call_site):
    """A bad answer in a 183 ends nothing: what counts is the 200."""
    before = call_site.node.counters()["lmr_ended"]
    outgoing = call_site.offer(call_site.party().sdp(MODE01), "tetra-e2ee")
    incoming = call_site.incoming(outgoing)
    incoming.reply(183, call_site.party().sdp(media.TETRA_CLEAR))
    assert media.ports(user_agent.sdp_of(outgoing.wait(183))) == [0]
    incoming.reply(200, call_site.party().sdp({97: media.TETRA_E2EE[98]}))
    dialog, told = outgoing.answered()
    assert media.ports(told)[0] > 0
    assert dialog.bye().code == 200
    assert call_site.node.counters()["lmr_ended"] == before


def test_prack(call_site):
    """The answer in a reliable 183; an offer in its PRACK is refused."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.offer(alice.sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    incoming.reply(183, bob.sdp(media.TETRA), rseq=1)
    reply = outgoing.wait(183)
    dialog = outgoing.dialog(reply)
    stray = call_site.caller.wait_final(
        dialog.prack(reply, alice.sdp(media.TETRA)))
    assert (stray.code, call_proxy.warning_of(stray)) == (
        488, "session description where none is expected")
    branch = dialog.prack(reply)
    incoming.dialog().wait("PRACK").reply(200)
    assert call_site.caller.wait_final(branch).code == 200
    media.exchange(alice, user_agent.sdp_of(reply), bob, incoming.sdp, 97)
    incoming.reply(200)
    outgoing.answered()[0].bye()


def test_prack_answers(call_site):
    """Offerless: a reliable 183 offers, the PRACK answers."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.start(call_site.invite(None))
    incoming = call_site.incoming(outgoing)
    incoming.reply(183, bob.sdp(MIXED), rseq=1)
    reply = outgoing.wait(183)
    assert call_proxy.formats_of(user_agent.sdp_of(reply)) == ["97"]
    dialog = outgoing.dialog(reply)
    branch = dialog.prack(reply, alice.sdp(media.TETRA))
    prack = incoming.dialog().wait("PRACK")
    prack.reply(200)
    call_site.caller.wait_final(branch)
    media.exchange(alice, user_agent.sdp_of(reply), bob, prack.sdp, 97)
    incoming.reply(200)
    outgoing.answered()[0].bye()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("by_caller", [True, False])
def test_new_offer(call_site, method, by_caller):
    """Either side offers again: hold, then a refused codec, then a payload
    type that stands for another encoding now."""
    alice, bob = call_site.party(), call_site.party()
    dialog, other, _, _ = connect(
        call_site, alice.sdp(media.TETRA), bob.sdp(media.TETRA))
    ours, theirs = (dialog, other) if by_caller else (other, dialog)
    one, two = (alice, bob) if by_caller else (bob, alice)

    branch = ours.send(method, one.sdp(MIXED, "a=sendonly"))
    asked = theirs.wait(method)
    assert call_proxy.formats_of(asked.sdp) == ["97"]
    assert "a=sendonly" in call_proxy.attributes(asked.sdp)
    asked.reply(200, two.sdp(media.TETRA, "a=recvonly"))
    reply = ours.endpoint.wait_final(branch)
    assert "a=recvonly" in call_proxy.attributes(user_agent.sdp_of(reply))
    if method == "INVITE":
        ours.ack()
    media.flow(one, user_agent.sdp_of(reply), two, asked.sdp, 97)

    for formats in (media.PCMU, {97: ("TETRA_ACELP/8000", None)}):
        reply = ours.ask(method, one.sdp(formats))
        assert (reply.code, call_proxy.warning_of(reply)) == (488, "302")
        if method == "INVITE":
            ack = ours.request("ACK", cseq=ours.cseq)
            call_site.caller.send(ack, call_site.node.address)
    dialog.bye()


def test_over_is_over(call_site):
    """After the BYE 481, and the relay opens nothing again."""
    dialog, other = call_site.talk()
    assert dialog.bye().code == 200
    for end in dialog, other:
        for method in ("INVITE", "UPDATE"):
            sdp = call_site.party().sdp(media.TETRA)
            assert end.ask(method, sdp).code == 481
    assert not other.requests("UPDATE") and not dialog.requests("UPDATE")
    node.wait_until(lambda: not call_site.relay.calls(), "no sessions")


@pytest.mark.parametrize("method", ["BYE", "UPDATE", "INFO", "PRACK"])
def test_no_call(call_site, method):
    """What belongs to calls, without a To tag: 481."""
    message = call_site.invite(None)
    message.start = message.start.replace("INVITE", method, 1)
    message.set("CSeq", f"7 {method}")
    reply = call_site.caller.ask(message, call_site.node.address)
    assert reply.code == 481


def test_rebound_answer(call_site):
    """A payload type that the call bound to another encoding is no answer."""
    formats = {97: media.TETRA[97], 98: ISI[98]}
    dialog, other, _, _ = connect(
        call_site, call_site.party().sdp(formats),
        call_site.party().sdp(formats))
    branch = dialog.send("UPDATE", call_site.party().sdp(formats))
    other.wait("UPDATE").reply(200, call_site.party().sdp(
        {97: ISI[98], 98: media.TETRA[97]}))
    reply = call_site.caller.wait_final(branch)
    assert media.ports(user_agent.sdp_of(reply)) == [0]
    call_proxy.assert_ended(dialog, other)


def test_stray_in_info(call_site):
    """A description in any other request is refused."""
    dialog, _, _, _ = connect(call_site, call_site.party().sdp(media.TETRA))
    reply = dialog.ask("INFO", call_site.party().sdp(media.TETRA))
    assert reply.code == 488
    dialog.bye()


# Forks

@pytest.mark.parametrize("winner", [0, 1])
def test_forks(call_site, winner):
    """Two forks answer early; each has ports of its own, the first 200 has the
    call, and the second one goes on without media."""
    alice, bob, carol = (call_site.party() for _ in range(3))
    callees, tags = [bob, carol], ["tag-b", "tag-c"]
    ended = call_site.node.counters()["lmr_ended"]
    outgoing = call_site.offer(alice.sdp(MODE01), "tetra")
    incoming = call_site.incoming(outgoing)
    answers = [callees[0].sdp({97: media.TETRA_E2EE[98]}),
               callees[1].sdp(media.TETRA_CLEAR)]
    early = []
    for n, tag in enumerate(tags):
        incoming.reply(183, answers[n], tag=tag)
        early.append(user_agent.sdp_of(outgoing.wait(183, n + 1)))
    assert all(media.ports(sdp)[0] for sdp in early)
    incoming.reply(200, answers[winner], tag=tags[winner])
    dialog, told = outgoing.answered()
    assert media.place(told) == media.place(early[winner])
    incoming.dialog(tags[winner]).wait("ACK")
    media.exchange(alice, told, callees[winner], incoming.sdp, 97)

    loser = 1 - winner
    incoming.reply(200, answers[loser], tag=tags[loser])
    late = outgoing.wait(200, 2)
    assert media.ports(user_agent.sdp_of(late)) == [0]
    other = outgoing.dialog(late)
    other.ack()
    incoming.dialog(tags[loser]).wait("ACK")
    assert other.bye().code == 200
    media.exchange(alice, told, callees[winner], incoming.sdp, 97)
    dialog.bye()
    # Not for what the loser said is the winner's call to be ended.
    assert call_site.node.counters()["lmr_ended"] == ended


@pytest.mark.parametrize("acknowledged", [True, False])
def test_late_fork_behind_an_answer_without_description(
        call_site, acknowledged):
    """The winner had answered in a reliable 183 already; its 200 says
    nothing more. A fork that comes later gets no media, whatever it says."""
    alice, bob, carol = (call_site.party() for _ in range(3))
    outgoing = call_site.offer(alice.sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    incoming.reply(183, bob.sdp(media.TETRA), tag="winner", rseq=1)
    reply = outgoing.wait(183)
    early = outgoing.dialog(reply)
    branch = early.prack(reply)
    incoming.dialog("winner").wait("PRACK").reply(200)
    call_site.caller.wait_final(branch)
    incoming.reply(200, tag="winner")
    dialog, _ = outgoing.answered(ack=acknowledged)
    incoming.reply(200, carol.sdp(media.TETRA), tag="late")
    late = outgoing.wait(200, 2)
    assert media.ports(user_agent.sdp_of(late)) == [0]
    other = outgoing.dialog(late)
    other.ack()
    incoming.dialog("late").wait("ACK")
    assert other.bye().code == 200
    if not acknowledged:
        dialog.ack()
    media.exchange(alice, user_agent.sdp_of(reply), bob, incoming.sdp, 97)
    dialog.bye()


def test_too_many_forks(call_site):
    """The state of a call is bounded: the 17th fork gets no media."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    answer = call_site.party().sdp(media.TETRA)
    for n in range(17):
        incoming.reply(183, answer, tag=f"tag-{n}")
        reply = outgoing.wait(183, n + 1)
        assert bool(user_agent.sdp_of(reply)) == (n < 16)
    incoming.reply(486)
    outgoing.refusal()


def test_two_branches(call_site):
    """Two branches of ours: each is offered ports of its own, and answered."""
    with call_proxy.running(changes=[COREX, (
            "\tt_on_branch", "\tappend_branch();\n\tt_on_branch"
    )]) as site:
        alice, bob, carol = (site.party() for _ in range(3))
        outgoing = site.offer(alice.sdp(media.TETRA))
        one = site.incoming(outgoing)
        two = site.incoming(outgoing, n=2)
        assert media.place(one.sdp) != media.place(two.sdp)
        one.reply(183, bob.sdp(media.TETRA), tag="one")
        outgoing.wait(183)
        two.reply(200, carol.sdp(media.TETRA), tag="two")
        dialog, told = outgoing.answered()
        media.exchange(alice, told, carol, two.sdp, 97)
        dialog.bye()


OFFER = '\t\t\trtpengine_offer("$lmr(rtpengine)");\n'
BRANCHES = 30  # as many as tm may have


def branching(count, *changes, **more):
    """A site whose requests have so many branches, all to one callee."""
    branches = "\tappend_branch();\n" * (count - 1)
    most = ('loadmodule "kex.so"',
            f'max_branches={BRANCHES}\nloadmodule "kex.so"')
    return call_proxy.running(changes=[
        COREX, most, ("\tt_on_branch", f"{branches}\tt_on_branch"), *changes],
                              **more)


def test_many_branches():
    """However many and however large, each branch gets a description of its
    own, and each the one that was decided on."""
    with branching(BRANCHES) as site:
        offer = site.party().sdp(MIXED, *(
            f"a=x-{n}:{'y' * 20}" for n in range(480)))
        outgoing = site.offer(offer)
        told = [site.incoming(outgoing, n=n + 1).sdp
                for n in range(BRANCHES)]
        assert len({media.place(sdp) for sdp in told}) == BRANCHES
        for sdp in told:
            assert call_proxy.formats_of(sdp) == ["97"]
        site.incoming(outgoing).reply(200, site.party().sdp(media.TETRA))
        outgoing.answered()[0].bye()


def test_many_branches_of_a_wordy_relay():
    """What it says of one branch takes no memory from the next one."""
    words = "a=x:yyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 480
    with (fake_relay.FakeRelay() as relay,
          branching(BRANCHES, relay=relay) as site):
        relay.say = lambda text: fake_relay.moved(text) + words
        outgoing = site.offer(site.party().sdp(media.TETRA))
        last = site.incoming(outgoing, n=BRANCHES)
        assert media.place(last.sdp) == (fake_relay.ADDRESS, 30000)
        last.reply(200, site.party().sdp(media.TETRA))
        outgoing.answered()[0].bye()


def test_branch_that_the_relay_was_not_asked_for():
    """What the relay gave for one branch is not for the next one: without
    its own it does not leave."""
    once = ("\t\tif($avp(asked) == $null) {\n\t\t\t$avp(asked) = 1;\n"
            f"\t{OFFER}\t\t}}\n")
    with branching(2, (OFFER, once)) as site:
        outgoing = site.offer(site.party().sdp(media.TETRA))
        first = site.incoming(outgoing)
        first.reply(200, site.party().sdp(media.TETRA))
        outgoing.answered()[0].bye()
        assert len(site.callee.requests("INVITE")) == 1
        assert site.node.counters()["lmr_media_down"] == 1


def assert_bare(reply, code):
    """The reply has this code and no body."""
    assert reply.code == code
    assert (reply.body, reply.get("Content-Type")) == (b"", None)
    assert reply.get("Content-Length") == "0"


@pytest.mark.parametrize("code", [302, 404, 488, 606])
def test_refusal_loses_its_description(call_site, code):
    """What a refusal says of media has addresses that are not relayed."""
    bob = call_site.party()
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    call_site.incoming(outgoing).reply(code, bob.sdp(media.TETRA))
    assert_bare(outgoing.refusal(), code)


def test_refusal_within_a_call(call_site):
    """The same for a re-INVITE and an UPDATE; the call goes on."""
    alice, bob = call_site.party(), call_site.party()
    dialog, other, told, offered = connect(
        call_site, alice.sdp(media.TETRA), bob.sdp(media.TETRA))
    ended = call_site.node.counters()["lmr_ended"]
    for method in "UPDATE", "INVITE":
        branch = dialog.send(method, alice.sdp(media.TETRA))
        other.wait(method).reply(488, bob.sdp(media.TETRA))
        assert_bare(dialog.endpoint.wait_final(branch), 488)
        media.exchange(alice, told, bob, offered, 97)
        assert call_site.node.counters()["lmr_ended"] == ended
    dialog.bye()


def test_refusals_of_forks():
    """The one that tm picks of two, and keeps until the other is there."""
    with call_proxy.running(changes=[COREX, (
            "\tt_on_branch", "\tappend_branch();\n\tt_on_branch")]) as site:
        outgoing = site.offer(site.party().sdp(media.TETRA))
        one, two = (site.incoming(outgoing, n=n) for n in (1, 2))
        one.reply(404, site.party().sdp(media.TETRA), tag="one")
        two.reply(488, site.party().sdp(media.TETRA), tag="two")
        assert_bare(outgoing.refusal(), 404)


def test_failure_route():
    """The next hop after a refusal gets its offer too."""
    with call_proxy.running(changes=[COREX, (
            "\tt_on_branch", '\tt_on_failure("NEXT");\n\tt_on_branch')],
            extra="""
failure_route[NEXT] {
    if(t_check_status("503") && lmr_sdp_offer("$dlg_var(mc_profile)")) {
        append_branch();
        t_on_branch("BRANCH");
        t_on_reply("REPLY");
        t_relay();
    }
}
""") as site:
        alice, bob = site.party(), site.party()
        outgoing = site.offer(alice.sdp(MIXED))
        site.incoming(outgoing).reply(503)
        again = site.incoming(outgoing, n=2)
        assert call_proxy.formats_of(again.sdp) == ["97"]
        again.reply(200, bob.sdp(media.TETRA))
        dialog, told = outgoing.answered()
        media.exchange(alice, told, bob, again.sdp, 97)
        dialog.bye()


# The relay

def assert_no_media(outgoing):
    """The INVITE was refused for the relay's sake."""
    reply = outgoing.refusal()
    assert (reply.code, reply.get("Retry-After")) == (503, "2")


@pytest.mark.parametrize("end", ["kill", "hang"])
def test_relay_down(end):
    """No call goes past the relay: 503, or port 0 and an end."""
    with call_proxy.running() as site:
        answered = site.offer(site.party().sdp(media.TETRA))
        incoming = site.incoming(answered)
        preview = site.offer(site.party().sdp(media.TETRA))
        ringing = site.incoming(preview)
        if end == "kill":
            site.relay.kill()
        else:
            site.relay.hang()
        ringing.reply(183, site.party().sdp(media.TETRA))
        got = preview.wait(183)
        assert (got.body, got.get("Content-Type")) == (b"", None)
        incoming.reply(200, site.party().sdp(media.TETRA))
        dialog, told = answered.answered()
        assert media.ports(told) == [0]
        call_proxy.assert_ended(dialog, incoming.dialog())
        assert_no_media(site.offer(site.party().sdp(media.TETRA)))
        ringing.reply(486)
        preview.refusal()


def test_relay_comes_back():
    """Calls go through it again soon, without a start of the node."""
    with call_proxy.running() as site:
        site.relay.hang()
        assert_no_media(site.offer(site.party().sdp(media.TETRA)))
        site.relay.resume()
        site.callee.script = sip.answer(486)

        def rings():
            outgoing = site.offer(site.party().sdp(media.TETRA))
            return outgoing.refusal().code == 486
        node.wait_until(rings, "a call after the fault", 20)


def test_relay_not_asked(call_site):
    """A script that forgets the relay: nothing goes past it."""
    with call_proxy.running(changes=[(OFFER, "\t\t\t$var(n) = 1;\n")]) as site:
        assert_no_media(site.offer(site.party().sdp(media.TETRA)))
        assert site.node.counters()["lmr_media_down"] == 1
        assert not site.callee.requests("INVITE")


@pytest.mark.parametrize("side", ["near", "far"])
def test_answer_under_another_tag(call_site, side):
    """Within a call it makes no third party of the relay."""
    alice, bob = call_site.party(), call_site.party()
    talk = connect(call_site, alice.sdp(media.TETRA), bob.sdp(media.TETRA))
    near, far = talk[:2]
    asks, asked = (near, far) if side == "near" else (far, near)
    one, two = (alice, bob) if side == "near" else (bob, alice)
    branch = asks.send("UPDATE", one.sdp(media.TETRA))
    got = asked.wait("UPDATE")
    to = got.message.get("To").partition(";tag=")[0]
    reply = got.reply_of(200, two.sdp(media.TETRA))
    got.endpoint.reply(got.received, reply.set(
        "To", f"{to};tag={sip.token()}"))
    assert asks.endpoint.wait_final(branch).code == 200
    assert near.bye().code == 200
    node.wait_until(lambda: not call_site.relay.calls(), "end of sessions")


def test_without_relay():
    """media_relay 0: what was decided leaves, addresses and all."""
    with call_proxy.running(changes=[
            ("request_route {",
             'modparam("mc_iwf", "media_relay", 0)\nrequest_route {'),
    ]) as site:
        alice, bob = site.party(), site.party()
        _, _, told, offered = connect(
            site, alice.sdp(MIXED), bob.sdp(media.TETRA))
        assert media.place(offered) == (alice.address, alice.port)
        assert media.place(told) == (bob.address, bob.port)
        assert call_proxy.formats_of(offered) == ["97"]


def test_close_without_relay():
    """media_relay 0: lmr_sdp_close() takes the ports itself."""
    with call_proxy.running(changes=[
            ("request_route {",
             'modparam("mc_iwf", "media_relay", 0)\nrequest_route {'),
            ('if(lmr_sdp_answer(', 'if(false && lmr_sdp_answer('),
    ]) as site:
        _, _, told, _ = connect(site, site.party().sdp(MIXED),
                                site.party().sdp(media.TETRA))
        assert media.ports(told) == [0]
        assert site.node.counters()["lmr_closed"] == 1
