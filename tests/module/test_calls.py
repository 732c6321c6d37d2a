# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole calls through the sample node and its media relay, step by step."""
import re

import pytest

import calls
import mc
import mc_invite
import media
import sip
import user_agent

ENDED = 8  # seconds until BYE: at the ACK, or if it was too quick, 5 s


# A call from its beginning to its end

@pytest.mark.parametrize("form", calls.FORMS)
def test_call(dial, form):
    """Answered, media both ways by way of the relay, ended by the caller."""
    talk = dial(form).talk()
    talk.speech()
    assert talk.line.node.calls()["ongoing"] == 1
    assert talk.line.node.relay_calls() == [talk.near.call_id]
    assert talk.near.bye().code == 200
    talk.far.wait("BYE")
    talk.wait_over()


@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_callee_ends_it(dial, form):
    """BYE of the callee."""
    talk = dial(form).talk()
    assert talk.far.bye().code == 200
    talk.near.wait("BYE")
    talk.wait_over()


def test_what_the_iwf_gets(dial):
    """Its PSI, the LMR user and the caller in the info part, the asserted
    caller, no list of what the client wrote about itself."""
    here = dial("private")
    message = here.form.invite(here.offer())
    message.add("P-Asserted-Identity", "<sip:boss@mc.example.org>")
    out = here.dial(message=message)
    got = here.arrived(out)
    assert got.message.uri == mc.IWF1
    assert f">{calls.UNIT1}<" in mc.info_of(got.message)
    assert mc.calling_user(got.message) == mc.mc_id("alice")
    assert "boss" not in str(got.message.all("P-Asserted-Identity"))
    assert not got.message.get("Proxy-Authorization")
    assert got.message.get("Record-Route")
    got.reply(486)
    out.wait(486)


def test_plain_phone_calls_a_radio(dial):
    """A Request-URI and SDP alone: the IWF gets a whole MC call."""
    here = dial("plain")
    out = here.dial()
    got = here.arrived(out)
    assert got.message.uri == mc.IWF1
    assert f">{calls.UNIT1}<" in mc.info_of(got.message)
    assert mc.calling_user(got.message) == mc.mc_id("alice")
    assert media.place(got.sdp)[0] == "127.0.0.1"
    got.reply(486)
    out.wait(486)


def test_from_is_the_proven_user(dial):
    """A false From goes no further; the caller sees its own again."""
    here = dial("private")
    message = here.form.invite(here.offer())
    own = f"<sip:boss@{mc.DOMAIN}>;tag={sip.token()}"
    message.set("From", own)
    out = here.dial(message=message)
    got = here.arrived(out)
    assert f"<{mc.impu('alice')}>" in got.message.get("From")
    got.reply(200, here.answer())
    near, _ = out.answered()
    assert out.wait(200).get("From") == own
    far = got.dialog()
    far.wait("ACK")
    assert far.bye().code == 200
    bye = near.wait("BYE").message
    assert bye.get("To") == own


def test_trying_comes_first(dial):
    """100 at once, whatever the callee does; a repeat rings no phone twice."""
    here = dial("private")
    out = here.dial()
    out.wait(100)
    got = here.arrived(out)
    here.caller.send_octets(bytes(out.message), here.node.address)
    out.wait(100, n=2)
    assert len(here.callee.requests("INVITE")) == 1
    got.reply(486)
    assert out.wait(486).code == 486


@pytest.mark.parametrize("ringing", [True, False])
def test_cancel(dial, ringing):
    """The callee gets CANCEL, the caller 487, the relay forgets the call."""
    here = dial("private")
    out = here.dial()
    got = here.arrived(out)
    got.reply(180 if ringing else 100)
    out.wait(180) if ringing else out.wait(100)
    out.cancel()
    cancel = user_agent.incoming(here.callee, here.node.address, "CANCEL",
                                 call_id=out.call_id)
    assert cancel.message.uri == mc.IWF1
    got.reply(487)
    assert out.wait(487).code == 487


def test_call_id_in_use(dial):
    """The Call-ID of a call that is up: 482, and the call keeps its media;
    when it is over the Call-ID is free."""
    talk = dial("from-lmr").talk()
    here = talk.line
    message = here.form.invite(here.offer())
    message.set("Call-ID", talk.near.call_id)
    message.set("From", talk.near.local)
    assert here.dial(message=message).refusal().code == 482
    talk.speech()
    talk.near.bye()
    out = here.dial(message=message.copy().drop("Via").drop(
        "Contact"))
    got = user_agent.incoming(here.callee, here.node.address, n=2)
    got.reply(486)
    out.wait(486)


def test_repeated_answer(dial):
    """A 200 that comes again is the same again."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    for _ in range(2):
        got.reply(200, here.answer())
    first, second = out.wait(200), out.wait(200, 2)
    assert (media.place(user_agent.sdp_of(first))
            == media.place(user_agent.sdp_of(second)))
    near = out.dialog(first)
    for _ in range(2):
        near.ack()
    far = got.dialog()
    far.wait("ACK", 2)
    calls.Call(here, near, user_agent.sdp_of(second), far, got.sdp).speech()
    near.bye()


def test_callee_refuses(dial):
    """What the callee says is what the caller hears."""
    here = dial("from-lmr")
    out = here.dial()
    here.arrived(out).reply(603)
    assert out.refusal().code == 603


# Offers and answers within a call

@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
@pytest.mark.parametrize("who", ["near", "far"])
def test_hold_and_back(dial, form, who):
    """Hold by either side and back; the direction arrives, media flows."""
    talk = dial(form).talk()
    here = talk.line
    mine, yours = ((here.offer, here.answer) if who == "near"
                   else (here.answer, here.offer))
    side = getattr(talk, who)
    got, asked = talk.again("INVITE", side, mine("a=sendonly"),
                            yours("a=recvonly"))
    assert media.has_line(asked, "a=sendonly")
    assert media.has_line(got, "a=recvonly")
    talk.again("INVITE", side, mine("a=sendrecv"), yours("a=sendrecv"))
    talk.speech()
    talk.near.bye()


@pytest.mark.parametrize("who", ["near", "far"])
def test_update(dial, who):
    """UPDATE renegotiates without an ACK."""
    talk = dial().talk()
    here = talk.line
    mine, yours = ((here.offer, here.answer) if who == "near"
                   else (here.answer, here.offer))
    got, asked = talk.again("UPDATE", getattr(talk, who),
                            mine("a=inactive"), yours("a=inactive"))
    assert media.has_line(asked, "a=inactive")
    assert media.has_line(got, "a=inactive")
    talk.again("UPDATE", getattr(talk, who), mine(), yours())
    talk.speech()
    talk.near.bye()


@pytest.mark.parametrize("form", ["private", "plain", "from-lmr", "client"])
def test_offerless(dial, form):
    """No offer in the INVITE: it is in the 200, the answer in the ACK."""
    here = dial(form)
    out = here.dial(None)
    got = here.arrived(out)
    assert not got.sdp
    got.reply(200, here.answer())
    near, told_near = out.answered(ack=False)
    near.ack(here.offer())
    far = got.dialog()
    told_far = far.wait("ACK").sdp
    calls.Call(here, near, told_near, far, told_far).speech()
    near.bye()


def test_offerless_again(dial):
    """A re-INVITE without an offer asks the other side for one."""
    talk = dial().talk()
    here = talk.line
    branch = talk.near.send("INVITE")
    got = talk.far.wait("INVITE")
    got.reply(200, here.answer())
    talk.told_near = user_agent.sdp_of(here.caller.wait_final(branch))
    talk.near.ack(here.offer())
    talk.told_far = talk.far.wait("ACK", 2).sdp
    talk.speech()
    talk.near.bye()


def test_refused_again(dial):
    """A re-INVITE that the profile refuses: 488, and the call stays."""
    talk = dial().talk()
    reply = talk.near.ask("INVITE", talk.line.a.sdp(media.AMRWB))
    assert (reply.code, calls.warning(reply)) == (488, "302")
    assert not talk.far.requests("INVITE")
    talk.speech()
    talk.near.bye()


@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_early_media(dial, form):
    """Media before the answer, and the same ports after it."""
    here = dial(form)
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer())
    early = user_agent.sdp_of(out.wait(183))
    media.exchange(here.a, early, here.b, got.sdp, here.pt)
    got.reply(200, here.answer())
    near, told = out.answered()
    assert media.ports(told) == media.ports(early)
    far = got.dialog()
    far.wait("ACK")
    calls.Call(here, near, told, far, got.sdp).speech()
    near.bye()


def test_reliable_early_answer(dial):
    """A reliable 183 answers; its PRACK goes through, the 200 has no SDP."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    reply = out.wait(183)
    early = out.dialog(reply)
    branch = early.prack(reply)
    prack = got.dialog().wait("PRACK")
    assert prack.message.get("RAck") == f"1 {out.message.get('CSeq')}"
    prack.reply(200)
    assert here.caller.wait_final(branch).code == 200
    got.reply(200)
    near, _ = out.answered()
    far = got.dialog()
    far.wait("ACK")
    calls.Call(here, near, user_agent.sdp_of(reply), far, got.sdp).speech()
    near.bye()


def test_answer_in_prack(dial):
    """Offerless: the offer in a reliable 183, the answer in its PRACK."""
    here = dial()
    out = here.dial(None)
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    reply = out.wait(183)
    early = out.dialog(reply)
    branch = early.prack(reply, here.offer())
    prack = got.dialog().wait("PRACK")
    prack.reply(200)
    assert here.caller.wait_final(branch).code == 200
    media.exchange(here.a, user_agent.sdp_of(reply), here.b, prack.sdp,
                   here.pt)
    got.reply(200)
    near, _ = out.answered()
    got.dialog().wait("ACK")
    near.bye()


def test_offer_in_prack_is_refused(dial):
    """An offer in a PRACK: 488; the callee never sees it."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    reply = out.wait(183)
    early = out.dialog(reply)
    refused = here.caller.wait_final(early.prack(reply, here.offer()))
    assert refused.code == 488
    assert not here.callee.requests("PRACK")
    got.reply(486)
    out.wait(486)


def test_early_update(dial):
    """UPDATE before the answer, after a reliable 183."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    reply = out.wait(183)
    early, far = out.dialog(reply), got.dialog()
    branch = early.prack(reply)
    far.wait("PRACK").reply(200)
    assert here.caller.wait_final(branch).code == 200
    branch = early.send("UPDATE", here.offer("a=sendonly"))
    update = far.wait("UPDATE")
    assert media.has_line(update.sdp, "a=sendonly")
    update.reply(200, here.answer("a=recvonly"))
    reply = here.caller.wait_final(branch)
    assert media.has_line(user_agent.sdp_of(reply), "a=recvonly")
    got.reply(200)
    near, _ = out.answered()
    far.wait("ACK")
    near.bye()


@pytest.mark.parametrize("method", ["INFO", "OPTIONS"])
def test_stray_description(dial, method):
    """A description where none can be: 488, and the call stays."""
    talk = dial().talk()
    reply = talk.near.ask(method, talk.line.offer())
    assert reply.code == 488
    assert not talk.far.requests(method)
    talk.near.bye()


# Sections and lines of the description

@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_floor_control(dial, form):
    """The floor section passes with its parameters and is relayed."""
    here = dial(form)
    with media.Party("127.0.1.1") as a, media.Party("127.0.1.2") as b:
        talk = here.talk(here.offer(more=[media.floor(a.port)]),
                         here.answer(more=[media.floor(b.port)]))
        for told in (talk.told_near, talk.told_far):
            lines = media.sections(told)[1]
            assert re.fullmatch(r"m=application \d+ udp MCPTT", lines[0])
            assert "a=fmtp:MCPTT mc_queueing;mc_priority=5" in lines
        for one, other, told, from_ in (
                (a, b, talk.told_near, talk.told_far),
                (b, a, talk.told_far, talk.told_near)):
            one.send([b"\x8c\xcc floor"], media.place(told, 1))
            assert other.wait(1) == [
                (media.place(from_, 1), b"\x8c\xcc floor")]
        talk.speech()
        talk.near.bye()


def test_key_management_is_untouched(dial):
    """a=key-mgmt arrives octet for octet, both ways."""
    keys = ["a=key-mgmt:mikey AQAVgM0vcA" + "b" * 300 + "==",
            "a=key-mgmt:mikey AgAVgM0vcA" + "c" * 200 + "=="]
    here = dial()
    talk = here.talk(here.offer(keys[0], proto="RTP/SAVP"),
                     here.answer(keys[1], proto="RTP/SAVP"))
    assert media.has_line(talk.told_far, keys[0])
    assert media.has_line(talk.told_near, keys[1])
    assert not re.search(rb"a=(crypto|fingerprint)", talk.told_far)
    talk.speech()
    talk.near.bye()


def test_own_formats_only(dial):
    """What the profile does not name is gone, with its lines."""
    here = dial()
    out = here.dial(here.a.sdp({**media.AMRWB, **media.P25}))
    got = here.arrived(out)
    first = media.sections(got.sdp)[0]
    assert first[0].endswith("RTP/AVP 100")
    assert "AMR-WB" not in str(first)
    got.reply(486)
    out.wait(486)


# What is refused

def test_not_authenticated(site):
    """No digest: 407, and no phone rings."""
    alice = site.client("alice")
    with media.Party() as party:
        message = mc_invite.private("alice", calls.UNIT1, party.sdp(media.P25))
        out = user_agent.Outgoing(alice.endpoint, site.node.address, message)
        assert out.start().refusal().code == 407
    assert not site.iwf1.requests("INVITE")


# Answers that may not be

def test_answer_not_offered(dial):
    """A codec that was not offered: port 0, and since that leaves no speech
    the call ends, without E2EE too."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.b.sdp(media.AMRWB))
    near, told = out.answered()
    assert media.ports(told) == [0]
    far = got.dialog()
    far.wait("ACK")
    near.wait("BYE", timeout=ENDED)
    far.wait("BYE", timeout=ENDED)


def test_strays_of_an_answer(dial):
    """A codec and tones that were not offered beside one that was: they go,
    and the call goes on."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.b.sdp({
        110: ("telephone-event/8000", "0-15"), **media.P25, **media.AMRWB}))
    near, told = out.answered()
    assert media.sections(told)[0][0].split()[3:] == ["100"]
    assert media.ports(told)[0] > 0
    far = got.dialog()
    far.wait("ACK")
    assert near.bye().code == 200
    assert not near.requests("BYE")


def bad_answer(here):
    """A call whose answer breaks required encryption."""
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.b.sdp(
        {98: ("TETRA_ACELP_BB/8000", "payload-type=0;encryption-mode=0")}))
    return out, got


def test_bad_answer_ends_the_call(dial):
    """Port 0, and after the ACK a BYE to both, never before it."""
    here = dial("tetra")
    out, got = bad_answer(here)
    near, told = out.answered()
    assert media.ports(told) == [0]
    far = got.dialog()
    far.wait("BYE", timeout=ENDED)
    near.wait("BYE", timeout=ENDED)
    order = [r.message.method for r in here.callee.received
             if r.message.is_request and r.message.method != "OPTIONS"]
    assert order == ["INVITE", "ACK", "BYE"]


def test_bad_answer_in_ack_ends_the_call(dial):
    """Offerless: the answer in the ACK is the bad one."""
    here = dial("tetra")
    out = here.dial(None)
    got = here.arrived(out)
    got.reply(200, here.answer())
    near, _ = out.answered(ack=False)
    near.ack(here.a.sdp(media.TETRA_CLEAR))
    far = got.dialog()
    assert media.ports(far.wait("ACK").sdp) == [0]
    near.wait("BYE", timeout=ENDED)
    far.wait("BYE", timeout=ENDED)


def test_bad_answer_of_update_ends_the_call(dial):
    """There is no ACK: 5 s, whatever else the parties send."""
    talk = dial("tetra").talk()
    here = talk.line
    bad = here.b.sdp(
        {98: ("TETRA_ACELP_BB/8000", "payload-type=0;encryption-mode=0")})
    told, _ = talk.again("UPDATE", talk.near, here.offer(), bad)
    assert media.ports(told) == [0]
    assert talk.near.ask("INFO").code == 200
    talk.wait_ended(timeout=ENDED)


def test_answer_without_contact(dial):
    """No side could end such a call: it counts as silence."""
    here = dial()
    here.site.iwf1b.script = user_agent.manners
    out = here.dial()
    here.arrived(out).reply(200, here.answer(), contact=False)
    got = here.arrived(out, here.site.iwf1b, timeout=10)
    got.reply(486)
    out.wait(486)
    assert not out.replies(200)


def test_invite_without_contact(dial):
    """Nor could a callee end the call of such a caller: 400."""
    here = dial("from-lmr")
    out = user_agent.Outgoing(here.caller, here.node.address,
                              here.form.invite(here.offer()), contact=False)
    assert out.start().refusal().code == 400
    assert not here.callee.requests("INVITE")


def named(dialog, user):
    """The code of an INFO that names this user as the caller."""
    info = mc.info_part(mc.info_xml("mcptt", mc.identity(
        "mcptt", "calling-user-id", mc.mc_id(user))))
    message = mc.with_parts(dialog.request("INFO"), [
        info, mc.part("text/plain", b"x")])
    return dialog.endpoint.ask(message, dialog.server).code


def test_who_speaks_next(dial):
    """A controlling function names whoever speaks in its group call: bob
    after alice. A client is held to its own name."""
    for form, code in (("group-from-core", 200), ("group", 403)):
        talk = dial(form).talk()
        assert named(talk.near, "bob") == code
        assert bool(talk.far.requests("INFO")) == (code == 200)
        talk.near.bye()


@pytest.mark.parametrize("invite", [
    lambda sdp: mc_invite.private("alice", calls.UNIT1, sdp),
    lambda sdp: mc_invite.group("alice", calls.P25_GROUP, sdp)],
    ids=["private", "group"])
@pytest.mark.parametrize("asserted", [
    ["<sip:alice@mc.example.org>"], ["<sip:%61lice@MC.example.org>"],
    ["<sip:alice@mc.example.org;x=y>"],
    ["<sip:alice@mc.example.org>, <tel:+4312345>"],
    ["<tel:+4312345>, <sip:alice@mc.example.org>"],
    ["tel:+4312345", '"Alice" <sip:alice@mc.example.org>']])
def test_asserted_in_its_own_way(site, dial, invite, asserted):
    """A user for whom a core speaks is held to one name within the call, in
    whatever way the core writes it, and whatever number it has."""
    site.client("alice")
    here = dial("group-from-core")
    message = invite(here.offer()).drop("P-Preferred-Service")
    message.add("P-Asserted-Service", mc.icsi("mcptt"))
    for value in asserted:
        message.add("P-Asserted-Identity", value)
    out = here.dial(message=message)
    got = here.arrived(out)
    got.reply(200, here.answer())
    near, _ = out.answered()
    far = got.dialog()
    for name, code in (("bob", 403), ("alice", 200)):
        assert named(near, name) == code
        assert bool(far.requests("INFO")) == (code == 200)
    near.bye()


@pytest.mark.parametrize("asserted", [
    [f"<{mc.CTRL}>, <tel:+4312345>"], [f"<tel:+4312345>, <{mc.CTRL}>"],
    ["<tel:+4312345>", mc.CTRL]])
def test_controlling_function_with_a_number(dial, asserted):
    """It names whoever speaks, whatever number a core knows of it."""
    here = dial("group-from-core")
    message = here.form.invite(here.offer()).drop("P-Asserted-Identity")
    for value in asserted:
        message.add("P-Asserted-Identity", value)
    out = here.dial(message=message)
    here.arrived(out).reply(200, here.answer())
    near, _ = out.answered()
    assert named(near, "bob") == 200
    near.bye()


# Forks

@pytest.fixture
def forked(site):
    """An IWF calls alice, who has two phones: both ring."""
    phones = [site.client("alice").endpoint for _ in range(2)]
    for endpoint in (*phones, site.iwf1):
        endpoint.script = user_agent.manners
    with media.Party("127.0.1.1") as caller, \
            media.Party("127.0.1.2") as one, media.Party("127.0.1.3") as two:
        message = mc_invite.from_lmr(calls.UNIT1, "alice",
                                     caller.sdp(media.P25))
        out = user_agent.Outgoing(site.iwf1, site.node.address,
                                  message).start()
        legs = [user_agent.incoming(endpoint, site.node.address)
                for endpoint in phones]
        yield out, caller, list(zip(legs, (one, two)))
    calls.wait_quiet(site.node)


def early(out, caller, leg, party, count):
    """Early media of one fork, its own packets and ports."""
    leg.reply(183, party.sdp(media.P25))
    told = user_agent.sdp_of(out.wait(183, count))
    media.exchange(caller, told, party, leg.sdp, 100)
    return told


@pytest.mark.parametrize("winner", [0, 1])
def test_forks(forked, winner):
    """Early media of both, either one answers: each party hears only the
    port that it was told."""
    out, caller, forks = forked
    for count, (leg, party) in enumerate(forks, 1):
        early(out, caller, leg, party, count)
    leg, party = forks[winner]
    leg.reply(200, party.sdp(media.P25))
    near, told = out.answered()
    loser, _ = forks[1 - winner]
    user_agent.incoming(loser.endpoint, loser.server, "CANCEL")
    loser.reply(487)
    leg.dialog().wait("ACK")
    media.exchange(caller, told, party, leg.sdp, 100)
    near.bye()


def test_fork_refuses(forked):
    """One fork says 486: the other one keeps its media and answers."""
    out, caller, ((one, first), (two, second)) = forked
    early(out, caller, two, second, 1)
    one.reply(486)
    two.reply(200, second.sdp(media.P25))
    near, told = out.answered()
    two.dialog().wait("ACK")
    media.exchange(caller, told, second, two.sdp, 100)
    near.bye()


def test_second_answer(forked):
    """A second 200: no media for it, its ACK and BYE go through, and the
    first call stays as it is."""
    out, caller, ((one, first), (two, second)) = forked
    one.reply(200, first.sdp(media.P25))
    near, told = out.answered()
    two.reply(200, second.sdp(media.P25))
    late = out.wait(200, 2)
    assert media.ports(user_agent.sdp_of(late)) == [0]
    other = out.dialog(late)
    other.ack()
    two.dialog().wait("ACK")
    assert other.bye().code == 200
    two.dialog().wait("BYE")
    media.exchange(caller, told, first, one.sdp, 100)
    near.bye()


def test_end_of_a_second_answer_in_silence(forked):
    """Its BYE goes unanswered: 504, since 408 is for INVITEs alone."""
    out, _, ((one, first), (two, second)) = forked
    one.reply(200, first.sdp(media.P25))
    near, _ = out.answered()
    two.reply(200, second.sdp(media.P25))
    other = out.dialog(out.wait(200, 2))
    other.ack()
    two.dialog().wait("ACK")
    two.endpoint.script = sip.silent
    assert other.ask("BYE", timeout=10).code == 504
    near.bye()


# Peers that fail

@pytest.mark.parametrize("how", ["busy", "silent"])
def test_next_peer(dial, how):
    """503 or silence before anything rang: the IWF's next peer gets it."""
    here = dial()
    if how == "busy":
        here.callee.script = sip.answer(503)
    else:
        here.callee.script = sip.silent
    here.site.iwf1b.script = user_agent.manners
    out = here.dial()
    got = here.arrived(out, here.site.iwf1b, timeout=10)
    got.reply(200, here.answer())
    near, told = out.answered()
    far = got.dialog()
    far.wait("ACK")
    calls.Call(here, near, told, far, got.sdp).speech()
    near.bye()


def test_ringing_peer_has_the_call(dial):
    """503 after a 180 is the answer: the other peer hears nothing."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    got.reply(503)
    assert out.refusal().code == 503
    assert not here.site.iwf1b.requests("INVITE")


def test_all_peers_silent(dial):
    """504 when every peer's time is over."""
    here = dial()
    here.callee.script = here.site.iwf1b.script = sip.silent
    assert here.dial().refusal(timeout=15).code == 504


# Requests within a call

@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "BYE", "INFO"])
def test_unknown_call(dial, method):
    """481 for a dialog that is none, and no party hears of it."""
    here = dial()
    talk = here.talk()
    for edit in ({"remote": talk.near.remote + "x"},
                 {"call_id": talk.near.call_id + "x"}):
        assert strange(talk.near, **edit).ask(method).code == 481
    assert not talk.far.requests(method)
    assert talk.near.bye().code == 200


def strange(dialog, **edit):
    """The same dialog with something else in it."""
    copy = user_agent.Dialog(dialog.endpoint, dialog.server, dialog.call_id,
                             dialog.local, dialog.remote, dialog.target,
                             dialog.routes, dialog.cseq)
    vars(copy).update(edit)
    return copy


def test_over_is_over(dial):
    """After the BYE there is no call to renegotiate."""
    talk = dial().talk()
    talk.near.bye()
    assert talk.near.ask("UPDATE", talk.line.offer()).code == 481
    assert not talk.far.requests("UPDATE")


def test_no_call_to_cancel(site):
    """CANCEL of nothing: 481."""
    message = sip.request("CANCEL", mc.ORIG, mc.impu("alice"), mc.ORIG)
    assert site.core.ask(message, site.node.address).code == 481


@pytest.mark.parametrize("who", ["near", "far"])
def test_foreign_fields_within_the_call(dial, who):
    """Assertions and passwords of a party stay here, in requests and
    replies."""
    talk = dial().talk()
    foreign = [("P-Asserted-Identity", "<sip:boss@mc.example.org>"),
               ("Proxy-Authorization", "Digest x"), ("P-Custom", "x"),
               ("Resource-Priority", "mcpttp.15"), ("y", "x"),
               ("Reply-To", "<sip:boss@mc.example.org>")]
    other = talk.far if who == "near" else talk.near
    side = getattr(talk, who)
    branch = side.send("UPDATE", headers=foreign)
    got = other.wait("UPDATE")
    got.reply(200, headers=foreign)
    reply = side.endpoint.wait_final(branch)
    for message in (got.message, reply):
        assert not {n for n, _ in message.headers} & {n for n, _ in foreign}
    talk.near.bye()


@pytest.mark.parametrize("form, who", [
    ("private", "near"), ("from-lmr", "far"), ("client", "near"),
    ("client", "far"), ("private", "far"), ("from-lmr", "near")])
def test_another_caller_within_the_call(dial, form, who):
    """No side names a user but itself. (An IWF: test_call_parties.py.)"""
    talk = dial(form).talk()
    info = mc.info_xml("mcptt", mc.identity(
        "mcptt", "calling-user-id", mc.mc_id("carol")))
    side = getattr(talk, who)
    message = side.request("INFO")
    mc.with_parts(message, [mc.info_part(info), mc.part("text/plain", b"x")])
    assert side.endpoint.ask(message, side.server).code == 403
    talk.near.bye()


def test_own_name_within_the_call(dial):
    """Its own calling-user-id may be there."""
    talk = dial("client").talk()
    for side, user in ((talk.near, "alice"), (talk.far, "bob")):
        info = mc.info_xml("mcptt", mc.identity(
            "mcptt", "calling-user-id", mc.mc_id(user)))
        message = side.request("INFO")
        mc.with_parts(message, [
            mc.info_part(info), mc.part("text/plain", b"x")])
        assert side.endpoint.ask(message, side.server).code == 200
    talk.near.bye()


def test_other_methods_within_the_call(dial):
    """REFER could lead a client around the checks: 405."""
    talk = dial().talk()
    assert talk.near.ask("REFER").code == 405
    talk.near.bye()
