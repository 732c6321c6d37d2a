# SPDX-License-Identifier: GPL-2.0-or-later
"""What a call keeps of offers and answers when its messages cross, and for
how long."""
import itertools
import re

import call_proxy
import media
import node
import user_agent

PRIVATE = 40000  # octets of all processes: what each keeps of a few calls
UNOFFERED = {111: media.TETRA[97]}
BOTH = {**media.TETRA, **UNOFFERED}
REBOUND = {**media.TETRA, 111: ("TETRA_ACELP/8000", None)}


def final(dialog, branch):
    """The final reply to a re-INVITE, acknowledged where it is a 2xx."""
    reply = dialog.endpoint.wait_final(branch)
    if reply.code < 300:
        dialog.ack()
    return reply


def counted(site, before):
    """How far the counters of offers and answers went."""
    now = site.node.counters()
    return {name: now[name] - before[name] for name in (
        "lmr_offers", "lmr_answers", "lmr_bad_answers", "lmr_closed")}


def cross(site, near, far, answer):
    """Two re-INVITEs at once; the callee's is refused."""
    count = len(far.requests("INVITE")), len(near.requests("INVITE"))
    first = near.send("INVITE", site.party().sdp(media.TETRA))
    second = far.send("INVITE", site.party().sdp(media.TETRA))
    arrived = far.wait("INVITE", count[0] + 1)
    near.wait("INVITE", count[1] + 1).reply(491)
    arrived.reply(200, answer)
    reply = final(near, first)
    assert far.endpoint.wait_final(second).code == 491
    return user_agent.sdp_of(reply)


def test_crossing_offers(call_site):
    """Each offer of both sides is known to its answer."""
    near, far = call_site.talk()
    answer = call_site.party().sdp(media.TETRA)
    before = call_site.node.counters()
    for _ in range(25):
        assert b"m=audio 0 " not in cross(call_site, near, far, answer)
    assert counted(call_site, before) == {
        "lmr_offers": 50, "lmr_answers": 25, "lmr_bad_answers": 0,
        "lmr_closed": 0}
    near.bye()


def test_crossing_offers_and_a_bad_answer(call_site):
    """A payload type that was not offered does not pass, whatever crosses."""
    for _ in range(8):
        near, far = call_site.talk()
        assert b"m=audio 0 " in cross(call_site, near, far, call_site.party(
            ).sdp(UNOFFERED))
        near.send("BYE")


def test_offer_that_is_not_known(call_site):
    """What has to answer is never an offer: it is closed, not relayed.

    The caller offers again before the first offer is answered: only the last
    one is kept.
    """
    near, far = call_site.talk()
    before = call_site.node.counters()
    first = near.send("INVITE", call_site.party().sdp(media.TETRA))
    late = far.wait("INVITE")
    second = near.send("INVITE", call_site.party().sdp(media.TETRA))
    far.wait("INVITE", 2).reply(488)
    near.endpoint.wait_final(second)
    late.reply(200, call_site.party().sdp(UNOFFERED))
    near.invite_cseq -= 1
    assert b"m=audio 0 " in user_agent.sdp_of(final(near, first))
    assert counted(call_site, before)["lmr_offers"] == 2
    assert counted(call_site, before)["lmr_closed"] == 1
    assert near.ask("INFO").code == 200  # its last offer decides on the call
    assert not near.requests("BYE")
    near.bye()


def rebind(site):
    """An offer that gives a payload type another meaning, decided on just
    before an answer binds it; its final reply."""
    near, far = site.talk()
    first = near.send("INVITE", site.party().sdp(BOTH))
    arrived = far.wait("INVITE")
    before = site.node.counters()
    site.relay.hang()
    arrived.reply(200, site.party().sdp(BOTH))
    second = near.send("UPDATE", site.party().sdp(REBOUND))
    node.wait_until(lambda: list(counted(site, before).values())[:2] == [
        1, 1], "both decided")
    site.relay.resume()
    node.wait_until(
        lambda: far.requests("UPDATE") or near.endpoint.responses(second),
        "UPDATE or its refusal")
    for request in far.requests("UPDATE"):
        far.wait("UPDATE").reply(488)
    reply = near.endpoint.wait_final(second)
    near.endpoint.wait_final(first)
    near.send("BYE")
    return reply.code


def test_payload_type_bound_meanwhile(call_site):
    """A decision made before a payload type was bound does not hold.

    Sometimes the offer is the first to come back from the relay.
    """
    assert 500 in (rebind(call_site) for _ in range(10))


# A re-INVITE's offer is decided on and waits before it is committed.
HELD = """
		while($hdr(X-Held) == "yes" && $shv(open) != 1) {
			usleep("100000");
		}
		if(!lmr_sdp_commit()) {"""


def test_payload_type_bound_meanwhile_without_relay():
    """The same with media_relay 0: nothing reads it for the relay."""
    with call_proxy.running(changes=[
            ("request_route {",
             'modparam("mc_iwf", "media_relay", 0)\n'
             'modparam("pv", "shvset", "open=i:0")\nrequest_route {'),
            ("\n\t\tif(!lmr_sdp_commit()) {", HELD)]) as site:
        near, far = site.talk()
        before = site.node.counters()
        first = near.send("INVITE", site.party().sdp(BOTH))
        arrived = far.wait("INVITE")
        second = near.send("UPDATE", site.party().sdp(REBOUND),
                           headers=[("X-Held", "yes")])
        node.wait_until(lambda: counted(site, before)["lmr_offers"] == 2,
                        "the second offer decided")
        arrived.reply(200, site.party().sdp(BOTH))
        assert final(near, first).code == 200
        site.node.kamcmd("pv.shvSet", "open", "int", "1")
        assert near.endpoint.wait_final(second).code == 500
        assert site.talk()


def variables(site):
    """The names of the variables in which the module keeps a call."""
    return re.findall(r"^\s*(mc[abel]\S*): ", site.node.kamcmd("dlg.list"),
                      re.M)


def legs_of(names):
    """The legs that have variables."""
    return {name.split(".")[1] for name in names if "." in name}


def test_what_the_losers_said_is_dropped(call_site):
    """While forks ring the call keeps what each of them said, and the offer
    for all; the one that answers is all that is left."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    answer = call_site.party().sdp(media.TETRA)
    for n in range(3):
        incoming.reply(183, answer, tag=f"tag-{n}")
        outgoing.wait(183, n + 1)
    early = legs_of(variables(call_site))
    assert len(early) == 4 and "" in early
    incoming.reply(200, answer, tag="tag-1")
    dialog, _ = outgoing.answered()
    late = variables(call_site)
    assert len(legs_of(late)) == 1 and legs_of(late) < early - {""}
    assert sorted(name[:3] for name in late) == ["mca", "mcb", "mcl"]
    dialog.bye()


def test_shorter_text_leaves_nothing_of_a_longer_one(call_site):
    """The pieces of a long offer go with it."""
    near, far = call_site.talk("tetra")
    short = variables(call_site)
    many = {pt: ("TETRA_ACELP_BB/8000", f"encryption-mode={mode}")
            for pt, mode in zip(range(96, 127), itertools.cycle("01"))}
    for formats, longer in ((many, True), (media.TETRA, False)):
        branch = near.send("UPDATE", call_site.party().sdp(formats))
        asked = far.wait("UPDATE", 1 if longer else 2)
        if longer:
            asked.reply(488)
        else:
            asked.reply(200, call_site.party().sdp(media.TETRA))
        near.endpoint.wait_final(branch)
        assert (len(variables(call_site)) > len(short)) == longer
    near.bye()


def used_memory(site):
    """Octets of shared and of private memory in use when nothing is going
    on."""
    node.wait_until(lambda: re.search(r"current: 0\b", site.node.kamcmd(
        "tm.stats")), "end of the transactions", 60)
    node.wait_until(lambda: not site.relay.calls(), "end of the sessions")
    return site.node.shared_memory(), site.node.private_memory()


def make_calls(site, count):
    """Calls that are answered, renegotiated and ended, answered badly, or
    refused; the bad ones end meanwhile."""
    bad = []
    for i in range(count):
        outgoing = site.offer(site.party().sdp(media.TETRA))
        incoming = site.incoming(outgoing)
        if i % 5 == 0:
            incoming.reply(486)
            outgoing.refusal()
        else:
            incoming.reply(200, site.party().sdp(
                UNOFFERED if i % 5 == 1 else media.TETRA))
            near, _ = outgoing.answered()
            far = incoming.dialog()
            far.wait("ACK")
            if i % 5 == 1:
                bad += near, far
            else:
                update_and_end(site, near, far)
    call_proxy.assert_ended(*bad)
    site.reset()


def update_and_end(site, near, far):
    """A call is renegotiated, then the caller ends it."""
    branch = near.send("UPDATE", site.party().sdp(media.TETRA))
    far.wait("UPDATE").reply(200, site.party().sdp(media.TETRA))
    near.endpoint.wait_final(branch)
    near.bye()


def test_no_memory_stays(call_site):
    """After 200 calls there is as much as before them."""
    make_calls(call_site, 20)
    before = used_memory(call_site)
    make_calls(call_site, 200)
    shared, private = used_memory(call_site)
    # Of a call that it ends itself module dialog keeps some 20 octets (5.6.3) or
    # 30 (6.0.1): one in five.
    assert shared <= before[0] + 2000
    assert private <= before[1] + PRIVATE
