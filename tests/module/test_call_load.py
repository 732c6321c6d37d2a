# SPDX-License-Identifier: GPL-2.0-or-later
"""Many calls at one instant, and that nothing of them is left.

LOAD_CALLS calls at once (40), LOAD_ROUNDS times (1). With more than one round
shared memory has to come back: `make load`, 200 calls in two rounds.
"""
import os
import re

import pytest

import calls
import mc_invite
import media
import node
import sip
import user_agent

CALLS = int(os.environ.get("LOAD_CALLS", 40))
ROUNDS = int(os.environ.get("LOAD_ROUNDS", 1))
PACKETS = 50  # each way
CALM = 120  # seconds until nothing is left


class Parties:
    """Who takes part: one caller, one IWF, two users, one of two phones."""

    def __init__(self, site):
        self.site, self.server = site, site.node.address
        self.alice = site.client("alice").endpoint
        self.carol = site.client("carol").endpoint
        self.phones = [site.client("bob").endpoint for _ in range(2)]
        self.lost = site.client("dave").endpoint
        for endpoint in (self.alice, self.carol, *self.phones, self.lost,
                         site.iwf1, site.iwf1b):
            endpoint.script = user_agent.manners

    def forget(self):
        """Drops what the endpoints have recorded."""
        for endpoint in (self.alice, self.carol, *self.phones, self.lost,
                         self.site.iwf1):
            endpoint.forget()

    def outgoing(self, sdp):
        """alice calls a radio: the caller's and the callee's side."""
        out = user_agent.Outgoing(self.alice, self.server, mc_invite.private(
            "alice", calls.UNIT1, sdp), "alice").start()
        return out, user_agent.incoming(self.site.iwf1, self.server,
                                        call_id=out.call_id)

    def incoming(self, user, endpoints, sdp):
        """A radio calls a user: the caller's side, a callee's per phone."""
        out = user_agent.Outgoing(self.site.iwf1, self.server,
                                  mc_invite.from_lmr(
            calls.UNIT1, user, sdp)).start()
        return out, [user_agent.incoming(endpoint, self.server,
                                         call_id=out.call_id)
                     for endpoint in endpoints]


class Connected:
    """A call that is up, with its two media ports."""

    def __init__(self):
        self.a, self.b = media.Party("127.0.1.1"), media.Party("127.0.1.2")
        self.near = self.told = self.asked = None

    def answer(self, out, arrived):
        """The callee's 200 and the caller's ACK."""
        arrived.reply(200, self.b.sdp(media.P25))
        self.near, self.told = out.answered()
        self.asked = arrived.sdp
        arrived.dialog().wait("ACK")
        return self

    def speech(self):
        """Packets both ways, from where each side was told."""
        media.exchange(
            self.a, self.told, self.b, self.asked, 100, PACKETS)

    def end(self):
        """BYE, and the ports are free."""
        assert self.near.bye().code == 200
        self.a.close()
        self.b.close()


def connect(parties, number):
    """A call: most of clients, some of radios, some with two forks."""
    this = Connected()
    if number % 10 < 6:
        return this.answer(*parties.outgoing(this.a.sdp(media.P25)))
    if number % 10 < 8:
        out, (arrived,) = parties.incoming(
            "carol", [parties.carol], this.a.sdp(media.P25))
        return this.answer(out, arrived)
    out, legs = parties.incoming(
        "bob", parties.phones, this.a.sdp(media.P25))
    with media.Party("127.0.1.3") as other:
        first, second = legs[::1 if number % 2 else -1]
        first.reply(183, other.sdp(media.P25))
        out.wait(183)
        this.answer(out, second)
        user_agent.incoming(first.endpoint, first.server, "CANCEL",
                            call_id=out.call_id)
        first.reply(487)
    return this


def cancel(parties, sdp):
    """A call that its caller takes back."""
    out, arrived = parties.outgoing(sdp)
    arrived.reply(180)
    out.wait(180)
    out.cancel()
    user_agent.incoming(parties.site.iwf1, parties.server, "CANCEL",
                        call_id=out.call_id)
    arrived.reply(487)
    assert out.wait(487).code == 487


def abandon(parties, sdp):
    """A call whose caller never says ACK."""
    out, arrived = parties.outgoing(sdp)
    arrived.reply(200, sdp)
    out.wait(200)


def lose(parties, sdp):
    """A call whose callee vanishes when it has answered."""
    parties.lost.script = user_agent.manners
    out, (arrived,) = parties.incoming("dave", [parties.lost], sdp)
    arrived.reply(200, sdp)
    near, _ = out.answered()
    arrived.dialog().wait("ACK")
    parties.lost.reachable, parties.lost.script = False, sip.silent
    return near


def one_round(site, parties):
    """CALLS calls at once, others around them; then all end."""
    server = site.node
    with media.Party() as party:
        sdp = party.sdp(media.P25)
        talks = [connect(parties, number) for number in range(CALLS)]
        assert server.calls()["ongoing"] == CALLS
        assert len(server.relay_calls()) == CALLS
        for each in talks:
            each.speech()
        for _ in range(CALLS // 10):
            cancel(parties, sdp)
        for each in talks:
            each.end()
    calls.wait_quiet(server)


@pytest.mark.skipif(ROUNDS > 1, reason="LOAD_ROUNDS > 1: as a round there")
def test_calls_at_one_instant(new_site):
    """All confirmed and heard at once; none is left behind."""
    site = new_site(media_ports=20 * CALLS,
                    env={"USER_CALLS": str(20 * CALLS),
                         "USER_LIMIT": str(20 * CALLS)})
    parties = Parties(site)
    one_round(site, parties)
    assert ERRORS.search(site.node.log()) is None


ERRORS = re.compile(r"ERROR.*|database is locked")


@pytest.mark.skipif(ROUNDS < 2, reason="LOAD_ROUNDS < 2: make load")
def test_memory_comes_back(new_site):
    """After each round, with calls abandoned by one side, nothing is left
    within CALM seconds, and shared memory is what it was."""
    site = new_site(media_ports=20 * CALLS,
                    env={"USER_CALLS": str(20 * CALLS),
                         "USER_LIMIT": str(20 * CALLS)})
    parties, used, private = Parties(site), [], []
    for _ in range(ROUNDS):
        parties.lost.reachable = True
        one_round(site, parties)
        with media.Party() as party:
            for _ in range(CALLS // 20):
                abandon(parties, party.sdp(media.P25))
                parties.lost.reachable = True
                lose(parties, party.sdp(media.P25))
        calls.wait_quiet(site.node, CALM)
        if used:
            node.wait_until(
                lambda: site.node.shared_memory() <= 1.01 * used[0],
                f"{used[0]} octets of shared memory", CALM)
        else:
            # Ended dialogs stay as long as their transactions.
            node.wait_until(lambda: not site.node.kamcmd("dlg.list").strip(),
                            "end of all dialogs", CALM)
        used.append(site.node.shared_memory())
        private.append(site.node.private_memory())
        assert private[-1] <= 1.01 * private[0]
        parties.forget()
    print(f"shared memory after each round: {used}, private: {private}")
