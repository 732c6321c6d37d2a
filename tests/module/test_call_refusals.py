# SPDX-License-Identifier: GPL-2.0-or-later
"""Refused calls: the refusal goes out until its ACK comes, and no longer."""
import time

import pytest

import media
import sip
import user_agent

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
def test_refusal_goes_out_once(dial, form):
    """Its ACK ends it, whoever refuses, and with whatever code."""
    here = dial(form)
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
def test_refusal_within_the_call_goes_out_once(dial, form):
    """That of a re-INVITE too, of either side."""
    talk = dial(form).talk()
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
