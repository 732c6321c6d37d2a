# SPDX-License-Identifier: GPL-2.0-or-later
"""Users with several contacts: what one says that lives is the answer."""
import pytest

import calls
import mc
import mc_invite
import media
import sample
import sip
import user_agent

SILENCE = 10  # seconds, more than a silent contact is waited for
HASTE = """\
modparam("tm", "fr_timer", 3000)
modparam("mc_iwf", "total_timeout", 2)
"""


@pytest.fixture(scope="module")
def _hasty():
    with sample.running(lambda peers: sample.SampleNode(
            peers, extra=HASTE)) as own:
        yield own


@pytest.fixture
def site(_hasty):
    """A node that waits 3 s for a contact, and 2 s for all that a short
    message reaches."""
    yield _hasty
    calls.wait_quiet(_hasty.node)
    _hasty.reset()


@pytest.fixture
def two(site):
    """Alice's contacts: one does what the test says, the other is dead."""
    live, dead = (site.client("alice").endpoint for _ in range(2))
    live.script, dead.script = user_agent.manners, sip.silent
    site.iwf1.script = user_agent.manners
    return live, dead


@pytest.fixture
def offer():
    """The description of a caller."""
    with media.Party() as party:
        yield party.sdp(media.P25)


def ring(site, offer):
    """A call of an LMR user to alice, on its way."""
    return user_agent.Outgoing(site.iwf1, site.node.address,
                               mc_invite.from_lmr(
        calls.UNIT1, "alice", offer)).start()


def arrived(site, out, endpoint):
    """It, as it reached one of the contacts."""
    return user_agent.incoming(endpoint, site.node.address,
                               call_id=out.call_id)


def test_call_with_a_dead_contact(site, two, offer):
    """Busy, or refused, and not 408; whether it says so early or late."""
    live, dead = two
    calls = [(ring(site, offer), code) for code in (486, 488, 600, 603, 606)]
    late = ring(site, offer)
    rings = arrived(site, late, live)
    rings.reply(180)
    for out, code in calls:
        arrived(site, out, live).reply(code)
        arrived(site, out, dead)
    for out, code in calls:
        assert out.refusal(SILENCE).code == code
    rings.reply(486)
    assert late.refusal(SILENCE).code == 486


def test_call_that_nobody_answers(site, two, offer):
    """All are dead: 408, as before."""
    live, _ = two
    live.script = sip.silent
    assert ring(site, offer).refusal(SILENCE).code == 408


def test_call_taken_back_with_a_dead_contact(site, two, offer):
    """487 and nothing else."""
    live, _ = two
    out = ring(site, offer)
    got = arrived(site, out, live)
    got.reply(180)
    out.wait(180)
    out.cancel()
    user_agent.incoming(live, site.node.address, "CANCEL", call_id=out.call_id)
    got.reply(487)
    assert out.wait(487, timeout=SILENCE).code == 487


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("codes, told", [
    ((480, 486), 486), ((480, 603), 603), ((486, 603), 603),
    ((408, 486), 486), ((408, 480), 480), ((480, 200), 200),
    ((480, 488), 488)])
def test_two_that_live(site, two, offer, codes, told, order):
    """Busy says more than not there, in whatever order it comes."""
    out = ring(site, offer)
    legs = [arrived(site, out, endpoint) for endpoint in two]
    two[1].script = user_agent.manners
    for leg, code in list(zip(legs, codes))[::order]:
        leg.reply(code, offer if code == 200 else None)
    if told == 200:
        near, _ = out.answered()
        near.bye()
    else:
        assert out.refusal(SILENCE).code == told


@pytest.mark.parametrize("codes", [(488, 486), (486, 488)])
def test_two_that_live_beside_a_dead_one(site, two, offer, codes):
    """Busy, where one is; whoever says something first."""
    with_third = [two[0], site.client("alice").endpoint]
    with_third[1].script = user_agent.manners
    out = ring(site, offer)
    legs = [arrived(site, out, endpoint) for endpoint in with_third]
    for leg, code in zip(legs, codes):
        leg.reply(code)
        user_agent.incoming(leg.endpoint, site.node.address, "ACK",
                            call_id=out.call_id)
    assert out.refusal(SILENCE).code == 486


@pytest.mark.parametrize("code", [480, 486, 488, 600, 603])
def test_messages_with_a_dead_contact(site, two, code):
    """Of an IWF, and of another user: what the live contact says."""
    two[0].script = sip.answer(code)
    bob = site.client("bob")
    from_iwf = site.iwf1.send(
        mc.iwf_message("alice", b"x"), site.node.address)
    text = sip.request("MESSAGE", mc.impu("alice"), mc.impu("bob"),
                       mc.impu("alice"), [("Content-Type", "text/plain")],
                       b"x")
    assert bob.ask(text, SILENCE).code == code
    assert site.iwf1.wait_final(from_iwf, SILENCE).code == code


def test_messages_that_nobody_answers(site, two):
    """504, and never 408."""
    for script in (sip.silent, sip.answer(408)):
        two[0].script = script
        reply = site.from_iwf(mc.iwf_message("alice", b"x"), timeout=SILENCE)
        assert reply.code == 504


WHY = [("Warning", '399 mc.example.org "110 user declined the call"'),
       ("Warning", '399 b.example "x"'), ("Retry-After", "7")]


@pytest.mark.parametrize("code", [480, 486])
def test_why_with_a_dead_contact(site, two, offer, code):
    """Warning and Retry-After of who lives come along, in all forms."""
    two[0].script = sip.answer(code, "It Is Not There", headers=WHY)
    bob = site.client("bob")
    out = ring(site, offer)
    text = sip.request("MESSAGE", mc.impu("alice"), mc.impu("bob"),
                       mc.impu("alice"), [("Content-Type", "text/plain")],
                       b"x")
    for reply in (bob.ask(text, SILENCE), out.refusal(SILENCE)):
        assert (reply.code, reply.reason) == (code, "It Is Not There")
        told = ",".join(reply.all("Warning"))
        assert all(value in told for name, value in WHY if name == "Warning")
        assert reply.all("Retry-After") == ["7"]


def test_why_of_any_length(site, two, offer):
    """What is longer than is kept goes, the refusal stays."""
    two[0].script = sip.answer(486, "r" * 81, headers=[
        ("Warning", f'399 x "{"w" * 510}"'), ("Retry-After", "7777777")])
    reply = ring(site, offer).refusal(SILENCE)
    assert (reply.code, reply.reason) == (486, "Refused")
    assert not reply.all("Warning") + reply.all("Retry-After")
