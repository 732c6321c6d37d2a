# SPDX-License-Identifier: GPL-2.0-or-later
"""A far end that asks for a password: its own realm's is its business, ours
is not."""

import pytest

import mc
import sip
import user_agent

OURS = f'Digest realm="{mc.DOMAIN}", nonce="n"'
THEIRS = 'Digest realm="far.example", nonce="n"'


def text_message(sender, target):
    """An ordinary MESSAGE between users."""
    return sip.request("MESSAGE", mc.impu(target), mc.impu(sender),
                       mc.impu(target), [("Content-Type", "text/plain")],
                       b"hello")


def challenge(code, *values, name=None):
    """A script: this challenge, in the field of its code or another one."""
    name = name or ("WWW-Authenticate" if code == 401
                    else "Proxy-Authenticate")
    return sip.answer(code, headers=[(name, value) for value in values])


def assert_turned(site, before, reply):
    """502 without a challenge, counted."""
    assert reply.code == 502, reply.start
    assert not reply.all("WWW-Authenticate")
    assert not reply.all("Proxy-Authenticate")
    assert counted(site) == before + 1


def counted(site):
    """How many challenges of others the node has turned."""
    return site.node.counters("node")["far_challenges"]


@pytest.fixture
def asked(site):
    """Alice writes to bob, who answers by a script; the reply."""
    alice, bob = site.client("alice"), site.client("bob")

    def ask(script):
        bob.endpoint.script = script
        return alice.ask_once(text_message("alice", "bob"))
    return ask


HIDDEN = {
    "case": [OURS.replace(mc.DOMAIN, "MC.Example.Org")],
    "name in capitals": [OURS.replace("realm", "REALM")],
    "spaces": [f'Digest nonce="n" , realm \t= \t"{mc.DOMAIN}"'],
    "no quotes": [f"Digest nonce=n, realm={mc.DOMAIN}"],
    "no quotes, first": [f"Digest realm={mc.DOMAIN}, nonce=n"],
    "folded": [f'Digest nonce="n",\r\n realm=\r\n\t"{mc.DOMAIN}"'],
    "second in a field": [f"{THEIRS}, {OURS}"],
    "second field": [THEIRS, OURS],
    "first of three": [OURS, THEIRS, THEIRS],
    "quoted pair": [OURS.replace("mc.", "m\\c.")],
    "after 9,000 octets": [f'Digest opaque="{"x" * 9000}"', OURS],
    "another scheme": [OURS.replace("Digest", "Basic")],
    "none at all": [],
}


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize("how", HIDDEN)
def test_our_realm(site, asked, how, code):
    """Whatever it looks like: 502."""
    before = counted(site)
    assert_turned(site, before, asked(challenge(code, *HIDDEN[how])))


@pytest.mark.parametrize("code, name", [
    (401, "Proxy-Authenticate"), (407, "WWW-Authenticate")])
@pytest.mark.parametrize("values", [[OURS], [THEIRS, OURS]])
def test_our_realm_in_the_other_field(site, asked, code, name, values):
    """Beside a challenge of its own kind, too."""
    own = "WWW-Authenticate" if code == 401 else "Proxy-Authenticate"
    before = counted(site)
    assert_turned(site, before, asked(sip.answer(code, headers=[
        (own, THEIRS), *((name, value) for value in values)])))


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize("realm", [
    "far.example", f"sub.{mc.DOMAIN}", f"{mc.DOMAIN}.example", f"x{mc.DOMAIN}",
    "", "x" * 2000])
def test_other_realms(site, asked, realm, code):
    """They reach the sender as they are, several of them too."""
    values = [f'Digest realm="{realm}", nonce="n"', THEIRS]
    before = counted(site)
    reply = asked(challenge(code, *values))
    assert reply.code == code
    assert reply.all("WWW-Authenticate" if code == 401
                     else "Proxy-Authenticate") == values
    assert counted(site) == before


@pytest.mark.parametrize("code", [200, 403, 486])
def test_challenge_in_another_reply(asked, code):
    """A challenge is none there, and goes."""
    reply = asked(sip.answer(code, headers=[
        ("Proxy-Authenticate", OURS), ("WWW-Authenticate", THEIRS)]))
    assert reply.code == code
    assert not reply.all("WWW-Authenticate")
    assert not reply.all("Proxy-Authenticate")


@pytest.mark.parametrize("ours_first", [True, False])
def test_forks(site, ours_first):
    """Two phones ask, one for our password: the sender hears of the other
    alone."""
    alice, phones = site.client("alice"), [
        site.client("bob").endpoint for _ in range(2)]
    scripts = [challenge(407, OURS), challenge(407, THEIRS)]
    for phone, script in zip(phones, scripts if ours_first
                             else reversed(scripts)):
        phone.script = script
    reply = alice.ask_once(text_message("alice", "bob"))
    assert reply.code in (407, 502)
    assert OURS not in bytes(reply).decode()
    assert reply.all("Proxy-Authenticate") in ([], [THEIRS])


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize("values, turned", [([OURS], True),
                                            ([THEIRS], False)])
def test_short_messages(site, code, values, turned):
    """Of an IWF to a client, and the other way."""
    alice = site.client("alice")
    alice.endpoint.script = site.iwf1.script = challenge(code, *values)
    for reply in (alice.ask_once(mc.client_message("alice", b"x")),
                  site.from_iwf(mc.iwf_message("alice", b"x"))):
        assert reply.code == (502 if turned else code)


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
def test_calls(site, dial, form, code):
    """An INVITE, and each request within a call, of either side."""
    here = dial(form)
    here.callee.script = lambda message: (
        challenge(code, OURS)(message) if message.method == "INVITE"
        else user_agent.manners(message))
    before = counted(site)
    assert_turned(site, before, here.dial().refusal())
    here.callee.script = user_agent.manners
    talk = here.talk()
    for asker, other in ((talk.near, talk.far), (talk.far, talk.near)):
        for method in ("INFO", "UPDATE", "INVITE"):
            other.endpoint.script = challenge(code, OURS)
            before = counted(site)
            reply = asker.ask(method)
            if method == "INVITE":
                asker.ack()
            assert_turned(site, before, reply)
    talk.near.endpoint.script = talk.far.endpoint.script = user_agent.manners
    assert talk.near.bye().code == 200


def test_bye(site, dial):
    """A BYE, too."""
    talk = dial("private").talk()
    talk.far.endpoint.script = challenge(407, OURS)
    before = counted(site)
    assert_turned(site, before, talk.near.ask("BYE"))
