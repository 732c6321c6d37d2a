# SPDX-License-Identifier: GPL-2.0-or-later
"""Refused calls: which are, and that a refusal goes out until its ACK comes, and
no longer."""
import time

import pytest

import calls
import mc
import mc_invite
import media
import sip
import user_agent

CRYPTO = "a=crypto:1 AEAD_AES_128_GCM inline:" + "A" * 38 + "=="
REPEAT = 0.5  # seconds until a reply without ACK is sent again (T1)
MARGIN = 0.4


def refused_by_callee(here, code):
    """A call that the callee refuses."""
    out = here.dial()
    here.arrived(out).reply(code)
    out.wait(code)
    return out, code


def refused_by_us(here, sdp, code):
    """A call whose description the node does not take."""
    out = here.dial(sdp)
    out.wait(code)
    return out, code


def assert_once(*refusals):
    """None of these final replies came again when its time was over."""
    time.sleep(REPEAT + MARGIN)
    assert [len(out.replies(code)) for out, code in refusals] == (
        [1] * len(refusals))


@pytest.mark.parametrize("form", ["private", "from-lmr", "client", "group"])
def test_refusal_goes_out_once(dial_by_way, form):
    """Its ACK ends it, whoever refuses, and with whatever code."""
    here = dial_by_way(form)
    assert_once(
        *(refused_by_callee(here, code)
          for code in (302, 404, 480, 486, 488, 600, 603)),
        (here.cancelled(), 487),
        refused_by_us(here, here.a.sdp(media.PCMU), 488),
        refused_by_us(here, b"junk", 400))


def refused_again(talk, side, code=None):
    """A re-INVITE that the other side refuses, or the node."""
    here = talk.line
    asks = getattr(talk, side)
    other = talk.far if side == "near" else talk.near
    sdp = here.offer() if side == "near" else here.answer()
    message = asks.request("INVITE", sdp if code else here.a.sdp(media.PCMU))
    out = user_agent.Outgoing(asks.endpoint, asks.server, message,
                              contact=False)
    out.start()
    if code:
        other.wait("INVITE", len(other.requests("INVITE")) or 1).reply(code)
    out.wait(code or 488)
    return out, code or 488


@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_refusal_within_the_call_goes_out_once(dial_by_way, form):
    """That of a re-INVITE too, of either side."""
    talk = dial_by_way(form).talk()
    assert_once(*(refused_again(talk, side) for side in ("near", "far")),
                *(refused_again(talk, side, code)
                  for side in ("near", "far") for code in (491,)))
    talk.speech()
    assert talk.near.bye().code == 200


@pytest.mark.parametrize("form, stranger", [
    ("private", "127.0.0.77"), ("from-lmr", "127.0.0.4"),
    ("from-lmr", "127.0.0.5"), ("from-lmr", "127.0.0.1")])
def test_ack_from_elsewhere(dial, form, stranger):
    """The one who was refused says whether he has heard it, no other."""
    here = dial(form)
    out = here.dial()
    here.arrived(out).reply(486)
    refusal = here.caller.wait_final(out.message.branch)
    ack = out._same_transaction("ACK", refusal.get("To"))
    with sip.UdpEndpoint(stranger) as other:
        other.send_octets(bytes(ack), here.node.address)
        assert here.caller.wait_final(out.message.branch, n=2).code == 486
    out.wait(486, 2)


def test_ack_of_another_host_of_the_set(dial):
    """Two hosts of an IWF are one side of its call."""
    here = dial("from-lmr")
    out = here.dial()
    here.arrived(out).reply(486)
    refusal = here.caller.wait_final(out.message.branch)
    ack = out._same_transaction("ACK", refusal.get("To"))
    here.site.iwf1b.send_octets(bytes(ack), here.node.address)
    assert_once((out, 486))


# What the node refuses

@pytest.mark.parametrize("target, formats, lines, code, warning", [
    (calls.UNIT1, media.AMRWB, [], 488, "302"),
    (calls.SECURE1, media.TETRA_CLEAR, [], 488, "301"),
    (calls.SECURE1, media.AMRWB, [], 488, "302"),
    (calls.CLEAR1, media.TETRA_E2EE, [], 488, "300"),
    (calls.FM1, media.TETRA_E2EE, [], 488, "302"),
    ("sip:nobody@iwf.example.org", media.P25, [], 404, "145"),
])
def test_refused(dial_by_way, target, formats, lines, code, warning):
    """No peer hears of it, no session is left."""
    here = dial_by_way()
    message = mc_invite.private("alice", target, here.a.sdp(formats, *lines))
    reply = here.refused(message=message)
    assert (reply.code, calls.warning(reply)) == (code, warning)


def test_keying_refused(dial_by_way):
    """SDES if the profile has none: 488 with a Warning of its own."""
    here = dial_by_way()
    reply = here.refused(here.offer(CRYPTO, proto="RTP/SAVP"))
    assert reply.code == 488
    assert reply.get("Warning")
    assert calls.warning(reply) not in ("300", "301", "302")


@pytest.mark.parametrize("sdp, code", [
    (b"v=0\r\nm=audio\r\n", 400), (b"no description", 400)])
def test_unreadable(dial_by_way, sdp, code):
    """What cannot be read goes to no callee."""
    assert dial_by_way().refused(sdp).code == code


@pytest.mark.parametrize("form, psi", [
    ("private", mc.ORIG), ("group", mc.CTRL), ("from-lmr", mc.TERM)])
def test_call_to_a_psi_without_info(dial_by_way, form, psi):
    """A PSI has to be told whom the call is for: 403 with Warning 199, and
    not that no user is known."""
    here = dial_by_way(form)
    message = here.form.invite(here.offer())
    assert message.uri == psi
    message.drop("Content-Type")
    before = here.node.counters()["refused_body_missing"]
    reply = here.refused(message=user_agent.with_sdp(message, here.offer()))
    assert (reply.code, calls.warning(reply)) == (403, "199")
    assert here.node.counters()["refused_body_missing"] == before + 1


def test_unknown_group(dial_by_way):
    """A group that is in no row: 404 with 113."""
    here = dial_by_way("group")
    message = mc_invite.group("alice", f"sip:grp-x@{mc.DOMAIN}", here.offer())
    reply = here.refused(message=message)
    assert (reply.code, calls.warning(reply)) == (404, "113")


def test_callee_without_right(dial_by_way):
    """receive = 0: 403 for the IWF; send = 0: 403 for the client."""
    here = dial_by_way("from-lmr")
    dial_by_way.way.register("deaf")
    message = mc_invite.from_lmr(calls.UNIT1, "deaf", here.offer())
    assert here.refused(message=message).code == 403


def test_client_gone(dial_by_way):
    """Not registered: 480."""
    here = dial_by_way("from-lmr")
    message = mc_invite.from_lmr(calls.UNIT1, "dave", here.offer())
    assert here.refused(message=message).code == 480
