# SPDX-License-Identifier: GPL-2.0-or-later
"""Real media through a real rtpengine: not one octet may change."""
import time

import pytest

import call_proxy
import mc
import media_calls
import media_endpoint
import node
import rtpengine
import sip
import user_agent

# Of the sample, by who is called.
PROFILES = {
    media_endpoint.P25.target: "p25", media_endpoint.TETRA.target: "tetra",
    media_endpoint.TETRA_BB.target: "tetra-clear",
    media_endpoint.TETRA_SECRET.target: "tetra-e2ee",
    media_endpoint.WIDEBAND.target: "mcptt"}
HURRY = 0.2  # seconds from a callee's handshake to its answer


@pytest.fixture(scope="module")
def relay():
    """An rtpengine without Kamailio."""
    with rtpengine.Rtpengine() as daemon:
        yield daemon


def through(relay, talk):
    """Hands the descriptions of a call through the daemon; its Call-ID."""
    call_id = sip.token("call")
    offer, answer = talk.caller.description(), talk.callee.description()
    offer_in = relay.offer(offer, call_id, "caller")
    answer_in = relay.answer(answer, call_id, "caller", "callee")
    talk.connect(offer, offer_in, answer, answer_in)
    return call_id


@pytest.mark.parametrize("case", media_endpoint.CASES,
                         ids=lambda case: case.name)
def test_relay_changes_no_octet(relay, case):
    """Asked as the module asks it, it leaves media and keys alone."""
    with media_endpoint.Talk(case) as talk:
        call_id = through(relay, talk)
        media_endpoint.assert_media(
            talk, lambda: relay.counts(call_id), ("caller", "callee"))
        relay.delete(call_id, "caller")
        assert call_id not in relay.calls()


def test_without_relay_nothing_arrives():
    """All media takes the way through the daemon."""
    with media_endpoint.Talk(media_endpoint.P25) as talk:
        with rtpengine.Rtpengine() as daemon:
            through(daemon, talk)
        media_endpoint.assert_silence(talk)


# Calls through the call proxy of cfg/recipe

@pytest.fixture(scope="module")
def recipe(relay):
    """A proxy with that configuration, and both user agents."""
    with (sip.UdpEndpoint(script=user_agent.manners) as caller,
          sip.UdpEndpoint(script=user_agent.manners) as callee,
          call_proxy.CallNode(relay, callee.hostport) as server):
        yield call_proxy.Site(server, relay, caller, callee)


@pytest.mark.parametrize("case", media_endpoint.CASES,
                         ids=lambda case: case.name)
def test_recipe_changes_no_octet(recipe, case):
    """An offer and its answer that the profile allows pass as they are."""
    ng = recipe.relay
    with media_endpoint.Talk(case) as talk:
        offer, answer = talk.caller.description(), talk.callee.description()
        outgoing = recipe.offer(offer.encode(), PROFILES[case.target])
        incoming = recipe.incoming(outgoing)
        incoming.reply(200, answer.encode())
        dialog, answer_in = outgoing.answered()
        talk.connect(offer, incoming.sdp, answer, answer_in)
        media_calls.assert_talk(ng, talk, dialog)


# Calls through the node

@pytest.mark.parametrize("case", media_endpoint.CASES,
                         ids=lambda case: case.name)
def test_call_changes_no_octet(site, case):
    """A client's call: what its profile allows passes as it is."""
    with media_endpoint.Talk(case) as talk:
        media_calls.assert_talk(media_calls.relay_of(site), talk,
                                media_calls.set_up(site, talk,
                                                   media_calls.invite))


@pytest.mark.parametrize(
    "case", [case for case in media_endpoint.CASES
             if not case.target.endswith(mc.DOMAIN)],
    ids=lambda case: case.name)
def test_call_of_an_iwf_changes_no_octet(site, case):
    """The same, called by the LMR user."""
    with media_endpoint.Talk(case) as talk:
        media_calls.assert_talk(media_calls.relay_of(site), talk,
                                media_calls.set_up(site, talk,
                                                   media_calls.invite_alice))


def hurry(talk, ng, outgoing, incoming, offer):
    """A callee that begins its handshake before its answer is on the way: the
    relay knows one fingerprint by then. Media both ways, exact."""
    talk.callee.learn(incoming.sdp, incoming.sdp)
    talk.callee.go()
    time.sleep(HURRY)
    incoming.reply(200, talk.callee.description().encode())
    dialog, answer_in = outgoing.answered()
    talk.caller.learn(answer_in, offer)
    talk.caller.go()
    caller, callee = talk.caller.result(), talk.callee.result()
    media_endpoint.assert_exact(caller, callee)
    media_endpoint.assert_exact(callee, caller)
    assert dialog.bye().code == 200
    node.wait_until(lambda: dialog.call_id not in ng.calls(),
                    "end of the relay's session")


QUICK = pytest.mark.parametrize(
    "case", [case for case in media_endpoint.CASES if case.keys == "dtls"],
    ids=lambda case: case.name)


@QUICK
def test_quick_handshake(site, case):
    """It is not the relay who answers it, but the caller."""
    with media_endpoint.Talk(case) as talk:
        offer = talk.caller.description()
        outgoing, callee = media_calls.invite(site, talk, offer)
        incoming = user_agent.incoming(callee, site.node.address,
                                       call_id=outgoing.call_id)
        hurry(talk, media_calls.relay_of(site), outgoing, incoming, offer)


def test_quick_handshake_of_a_caller(site):
    """The same where the 200 offers and the ACK answers."""
    case = next(c for c in media_endpoint.CASES if c.name == "amr-wb-dtls")
    with media_endpoint.Talk(case, caller=_other_end,
                             callee=_other_end) as talk:
        outgoing, callee = media_calls.invite(site, talk, "")
        incoming = user_agent.incoming(callee, site.node.address,
                                       call_id=outgoing.call_id)
        offer = talk.callee.description()
        incoming.reply(200, offer.encode())
        dialog, offer_in = outgoing.answered(ack=False)
        talk.caller.learn(offer_in, offer_in)
        talk.caller.go()
        time.sleep(HURRY)
        dialog.ack(talk.caller.description().encode())
        answer_in = incoming.dialog().wait("ACK").sdp
        talk.callee.learn(answer_in, offer)
        talk.callee.go()
        caller, callee = talk.caller.result(), talk.callee.result()
        media_endpoint.assert_exact(caller, callee)
        media_endpoint.assert_exact(callee, caller)
        assert dialog.bye().code == 200


def _other_end(case, address, offerer):
    """The caller answers, the callee offers."""
    return media_endpoint.Endpoint(case, address, not offerer)


@QUICK
def test_quick_handshake_in_the_recipe(recipe, case):
    """The same with the call proxy of cfg/recipe."""
    with media_endpoint.Talk(case) as talk:
        offer = talk.caller.description()
        outgoing = recipe.offer(offer.encode(), PROFILES[case.target])
        hurry(talk, recipe.relay, outgoing, recipe.incoming(outgoing), offer)


REFUSED = [
    (media_endpoint.TETRA.with_("codec", target=media_endpoint.P25.target),
     "302"),
    (media_endpoint.TETRA_BB.with_(
        "clear", target=media_endpoint.TETRA_SECRET.target), "301"),
    (media_endpoint.TETRA_SECRET.with_(
        "e2ee", target=media_endpoint.TETRA_BB.target), "300"),
    (media_endpoint.P25.with_("keys", protocol=media_endpoint.SAVP,
                              keys="sdes"), None),
]


@pytest.mark.parametrize(
    "begin", [media_calls.invite, media_calls.invite_alice],
    ids=["client", "iwf"])
@pytest.mark.parametrize("case, warning", REFUSED,
                         ids=[case.name for case, _ in REFUSED])
def test_refused_call_has_no_media(site, begin, case, warning):
    """488 with its Warning; no phone is called, the relay has no session and
    lets nothing through."""
    with media_endpoint.Talk(case) as talk:
        outgoing, callee = begin(site, talk, talk.caller.description())
        reply = outgoing.refusal()
        assert reply.code == 488
        assert warning is None or f'"{warning} ' in reply.get("Warning")
        assert callee.requests("INVITE") == []
        ng = media_calls.relay_of(site)
        assert outgoing.call_id not in ng.calls()
        talk.caller.tell("remote", rtpengine.CONTROL,
                         site.node.media["RTP_MIN"])
        talk.callee.tell("remote", rtpengine.CONTROL,
                         site.node.media["RTP_MIN"])
        media_endpoint.assert_silence(talk)


def test_media_has_no_other_way_than_the_relay(site):
    """While the relay stands still not one packet arrives."""
    with media_endpoint.Talk(media_endpoint.P25) as talk:
        dialog = media_calls.set_up(site, talk, media_calls.invite)
        site.node.hang_relay()
        try:
            media_endpoint.assert_silence(talk)
        finally:
            site.node.resume_relay()
        assert dialog.bye().code == 200


# What these tests rest on: the endpoints and the comparison can complain

def directly(talk):
    """Lets both sides talk without a relay in between."""
    offer, answer = talk.caller.description(), talk.callee.description()
    talk.connect(offer, offer, answer, answer)


def test_endpoint_tells_a_stranger():
    """What comes from another port than was told is not taken as media."""
    with (media_endpoint.Talk(media_endpoint.P25) as talk,
          sip.UdpEndpoint() as stranger):
        directly(talk)
        stranger.send_octets(
            b"\x80\x64" + bytes(73),
            (media_endpoint.CALLEE, int(talk.callee.port)))
        _, callee = talk.go()
        assert callee.wrong == [f"foreign {stranger.hostport}"]
        assert len(callee.received) == media_endpoint.PACKETS


def test_endpoint_tells_a_wrong_key():
    """A packet under another SRTP key is not genuine."""
    case = media_endpoint.WIDEBAND.with_("", protocol=media_endpoint.SAVP,
                                         keys="sdes")
    with media_endpoint.Talk(case) as talk:
        offer, answer = talk.caller.description(), talk.callee.description()
        talk.callee.key = bytes(28)
        talk.connect(offer, offer, answer, answer)
        caller, callee = talk.go(wait=500)
        media_endpoint.assert_exact(caller, callee)
        assert caller.received == []
        assert set(caller.wrong) == {"unreadable SRTP not genuine"}


def test_endpoint_tells_other_speech():
    """Another end-to-end key: the same octets on the wire, other speech."""
    with media_endpoint.Talk(media_endpoint.P25.with_("", e2ee=True)) as talk:
        directly(talk)
        talk.caller.tell("e2ee", "00" * 32)
        caller, callee = talk.go()
        for sent, received in zip(caller.sent, callee.received):
            assert sent.wire == received.wire
            assert sent.speech != received.speech


def test_endpoint_tells_a_wrong_fingerprint():
    """A peer whose certificate is another one gets no media."""
    case = media_endpoint.WIDEBAND.with_("", protocol=media_endpoint.DTLS,
                                         keys="dtls")
    with media_endpoint.Talk(case) as talk:
        talk.ends_well = False
        talk.caller.fingerprint = talk.callee.fingerprint
        directly(talk)
        talk.caller.go()
        talk.callee.go()
        with pytest.raises(AssertionError):
            talk.callee.result()
        talk.caller.process.kill()


def test_comparison_tells_a_key_that_was_added(relay):
    """Without the flags the daemon adds keys of its own."""
    case = media_endpoint.P25.with_("", protocol=media_endpoint.SAVP,
                                    keys="mikey")
    with media_endpoint.Talk(case) as talk:
        offer = talk.caller.description()
        offer_in = relay.ask(
            "offer", sdp=offer, call_id=sip.token("call"), from_tag="caller",
            ICE="remove")["sdp"]
        with pytest.raises(AssertionError):
            media_endpoint.assert_relayed(offer, offer_in)


def test_packets_are_as_large_as_those_of_radios():
    """P25: 75 octets and 39, more where the superframe carries more."""
    sizes = {}
    for case in (media_endpoint.P25, media_endpoint.P25_ONE,
                 media_endpoint.TETRA, media_endpoint.WIDEBAND):
        with media_endpoint.Talk(case) as talk:
            directly(talk)
            caller, _ = talk.go(interval=1)
            sizes[case.speech] = {packet.length for packet in caller.sent}
    assert sizes == {"p25-60": {75, 78, 79, 86, 87}, "p25-20": {39, 42, 43},
                     "tetra-acelp": {12 + 38}, "amr-wb": {12 + 34}}
