# SPDX-License-Identifier: GPL-2.0-or-later
"""Called parties that answer with one To tag after the other: what the node
keeps of a call is bounded, and gone with it."""

import pytest

import calls
import node
import sip
import user_agent

FORKS = 12  # of a call, as docs/reference.md says


def kept(site, table, call_id):
    """What is in a table of forks for a call."""
    entries = [entry["name"] for slot in site.node.rpc("htable.dump", table)
               for entry in slot["slot"]]
    return [name for name in entries if name.startswith(call_id)]


def tags_of(out, code):
    """The To tags of the replies with a code."""
    return {user_agent.tag_of(reply.get("To")) for reply in out.replies(code)}


@pytest.mark.parametrize("contact", [True, False])
@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
def test_ringing_with_many_tags(site, dial, form, contact):
    """A dozen reach the caller; those may go on, others are dropped."""
    here = dial(form)
    out = here.dial()
    got = here.arrived(out)
    tags = [sip.token() for _ in range(40)]
    for tag in tags[:FORKS]:
        got.reply(183, tag=tag, contact=contact)
    node.wait_until(lambda: len(tags_of(out, 183)) == FORKS, "a dozen")
    with calls.dropped_reply(site.node):
        for tag in tags[FORKS:]:
            got.reply(183, tag=tag, contact=contact)
    got.reply(180, tag=tags[0], contact=contact)
    out.wait(180)
    assert tags_of(out, 183) == set(tags[:FORKS])
    assert len(kept(site, "early", out.call_id)) == FORKS
    got.reply(200, here.answer(), tag=tags[1])
    near, _ = out.answered()
    got.dialog(tags[1]).wait("ACK")
    assert near.ask("INFO").code == 200
    near.bye()
    calls.wait_quiet(site.node)
    assert not kept(site, "early", out.call_id)
    assert not kept(site, "tags", out.call_id)
    site.node.wait_log("answers of too many forks")


def test_refused_call_with_many_tags(site, dial):
    """Nothing is kept of it, either."""
    here = dial("client")
    out = here.dial()
    got = here.arrived(out)
    for _ in range(3):
        got.reply(180, tag=sip.token())
    out.wait(180, 3)
    assert len(kept(site, "early", out.call_id)) == 3
    got.reply(486)
    out.wait(486)
    calls.wait_quiet(site.node)
    assert not kept(site, "early", out.call_id)
    assert not kept(site, "tags", out.call_id)


def test_answers_with_many_tags(site, dial):
    """After the first answer, too: a dozen pass, and the call goes on."""
    here = dial("from-lmr")
    out = here.dial()
    got = here.arrived(out)
    tags = [sip.token() for _ in range(40)]
    got.reply(200, here.answer(), tag=tags[0])
    near, _ = out.answered()
    got.dialog(tags[0]).wait("ACK")
    for tag in tags[1:FORKS]:
        got.reply(200, tag=tag)
    node.wait_until(lambda: len(tags_of(out, 200)) == FORKS, "a dozen")
    with calls.dropped_reply(site.node):
        for tag in tags[FORKS:]:
            got.reply(200, tag=tag)
    assert near.ask("INFO").code == 200
    assert tags_of(out, 200) == set(tags[:FORKS])
    assert len(kept(site, "forks", out.call_id)) <= 3 * FORKS + 3
    near.bye()


def under_another_tag(got, sdp):
    """Answers a request within a call under a tag that is not known."""
    to = got.message.get("To").partition(";tag=")[0]
    reply = got.reply_of(200, sdp).set("To", f"{to};tag={sip.token()}")
    got.endpoint.reply(got.received, reply)


@pytest.mark.parametrize("side, method", [
    ("near", "UPDATE"), ("near", "INVITE"), ("far", "UPDATE"),
    ("far", "INVITE"), ("far", "bare INVITE")])
def test_other_tags_within_a_call(dial, side, method):
    """Such an answer makes no third party of the relay, which would outlive
    the call (an INVITE without a description gets an offer)."""
    talk = dial("from-lmr").talk()
    asks = getattr(talk, side)
    asked, sdp = ((talk.far, talk.line.offer()) if side == "near"
                  else (talk.near, talk.line.answer()))
    name = method.split()[-1]
    for _ in range(3):
        count = len(asked.requests(name)) + 1
        branch = asks.send(name, None if method.startswith("bare") else sdp)
        under_another_tag(asked.wait(name, count), talk.line.answer()
                          if side == "near" else talk.line.offer())
        assert asks.endpoint.wait_final(branch).code == 200
        if name == "INVITE":
            acks = len(asked.requests("ACK"))
            asks.ack(sdp if method.startswith("bare") else None)
            asked.wait("ACK", acks + 1)
    assert talk.near.bye().code == 200
    talk.wait_over()


def test_offer_under_another_tag(dial):
    """Of the called party: that is no fork that may answer, so the
    call ends at the ACK."""
    talk = dial("from-lmr").talk()
    branch = talk.near.send("INVITE")
    under_another_tag(talk.far.wait("INVITE"), talk.line.answer())
    assert talk.near.endpoint.wait_final(branch).code == 200
    talk.near.ack(talk.line.offer())
    talk.wait_ended()


def test_other_tags_while_it_rings(dial):
    """The same before the call is answered."""
    here = dial("from-lmr")
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    reply = out.wait(183)
    near, far = out.dialog(reply), got.dialog()
    branch = near.prack(reply)
    far.wait("PRACK").reply(200)
    near.endpoint.wait_final(branch)
    for asks, asked in ((near, far), (far, near)):
        branch = asks.send("UPDATE", here.offer()
                           if asks is near else here.answer())
        under_another_tag(asked.wait("UPDATE"), here.answer()
                          if asks is near else here.offer())
        assert asks.endpoint.wait_final(branch).code == 200
    got.reply(486)
    out.wait(486)
    calls.wait_quiet(here.node)


@pytest.mark.parametrize("name, good, bad", [
    ("Call-ID", "c" * 256, "c" * 257),
    ("To", f"<sip:{'b' * 493}@mc.example.org>",
     f"<sip:{'b' * 494}@mc.example.org>")])
def test_long_names(site, dial, name, good, bad):
    """What the node would keep for each fork has a length."""
    here = dial("client")
    good, bad = (value.replace("c" * 9, sip.token("c" * 9)[:9], 1)
                 for value in (good, bad))
    for value, code in ((bad, 400), (good, 486)):
        message = here.form.invite(here.offer()).set(name, value)
        out = here.dial(message=message)
        if code == 486:
            here.arrived(out).reply(486)
        assert out.refusal().code == code


def test_unknown_call_with_a_long_name(site):
    """481, and no error of the script."""
    before = site.node.log().count("cannot get $sht")
    message = sip.request("BYE", f"sip:x@{site.iwf1.hostport}",
                          "sip:a@mc.example.org", "sip:b@mc.example.org")
    message.set("Call-ID", "c" * 15000)
    message.set("To", f"<sip:b@mc.example.org>;tag={'t' * 3000}")
    assert site.iwf1.ask(message, site.node.address).code == 481
    assert site.node.log().count("cannot get $sht") == before
