# SPDX-License-Identifier: GPL-2.0-or-later
"""What one client may take of what all of them share. The memory that it may
hold: test_admission.py."""
import pytest

import calls
import mc
import sip


def overloads(site):
    """How many were refused so far."""
    return site.node.counters("node").get("overload", 0)


def text():
    """An ordinary MESSAGE of alice to bob."""
    return sip.request("MESSAGE", mc.impu("bob"), mc.impu("alice"),
                       mc.impu("bob"), [("Content-Type", "text/plain")], b"x")


def at_once(client, messages):
    """The answers to messages that are proven beforehand: all go out in one
    second, however long it takes to prove them."""
    address, again = client.node.address, []
    for message in messages:
        challenge = client.endpoint.ask(message, address)
        again.append(sip.with_credentials(
            message, challenge, client.user, f"{client.user}-secret"))
    branches = [client.endpoint.send(message, address) for message in again]
    return [client.endpoint.wait_final(branch) for branch in branches]


def test_requests_in_a_second(new_site):
    """Over the limit a client hears 503; others, and peers, are served."""
    site = new_site(env={"USER_LIMIT": "3"})
    alice = site.client("alice")
    site.client("bob")
    replies = at_once(alice, [text() for _ in range(12)])
    assert {r.code for r in replies} == {200, 503}
    assert all(r.get("Retry-After") for r in replies if r.code == 503)
    assert overloads(site) == len([r for r in replies if r.code == 503])
    carol = site.client("carol")
    assert carol.ask(mc.client_message("carol", b"x")).code == 200
    assert site.from_core(mc.core_message("alice", b"x")).code == 200
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200


def test_little_memory(new_site):
    """What is left then is for peers."""
    ballast = 'modparam("htable", "htable", "ballast=>size=22")\n'
    site = new_site(extra=ballast, options=["-m", "160"])
    alice = site.client("alice")
    reply = alice.ask(mc.client_message("alice", b"x"))
    assert reply.code == 503 and reply.get("Retry-After")
    assert site.from_core(mc.core_message("alice", b"x")).code == 200
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200


def test_calls_at_a_time(new_site):
    """A caller has so many calls, ringing ones too; a radio calls it still,
    and when one has ended it calls again."""
    site = new_site(env={"USER_CALLS": "2"})
    with calls.Line(site) as here, calls.Line(site, "from-lmr") as there:
        outs = [here.dial() for _ in range(2)]
        got = [here.arrived(out) for out in outs]
        refused = here.dial().refusal()
        assert refused.code == 503 and refused.get("Retry-After")
        there.talk().near.bye()
        got[0].reply(486)
        outs[0].refusal()
        call_again = here.dial()
        here.arrived(call_again).reply(486)
        call_again.refusal()
        got[1].reply(486)
        outs[1].refusal()


@pytest.mark.parametrize("form", ["private", "from-lmr"])
def test_invite_that_could_not_be_cancelled(dial, form):
    """Of one that leaves with more than 32,767 octets tm makes no CANCEL."""
    here = dial(form)
    message = here.form.invite(here.offer())
    message.body += b" " * 30000
    out = here.dial(message=message)
    assert out.refusal().code == 513
    talk = here.talk()
    assert talk.near.ask(
        "INVITE", here.offer() + b"a=x\r\n" * 6000).code == 513
    assert talk.near.bye().code == 200


def test_prack_of_an_answered_call(dial, site):
    """481, and nothing of it in the log: module dialog would complain, with
    Call-ID and tags."""
    talk = dial().talk()
    before = site.node.log().count("bogus event")
    reply = talk.near.ask("PRACK", headers=[("RAck", "1 1 INVITE")])
    assert reply.code == 481
    assert site.node.log().count("bogus event") == before
    assert not talk.far.requests("PRACK")
    assert talk.near.bye().code == 200
