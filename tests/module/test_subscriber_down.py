# SPDX-License-Identifier: GPL-2.0-or-later
"""Passwords that cannot be read: no user is let in, and none is told that a
right password is wrong, and operators see it."""
import contextlib
import re
import sqlite3

import pytest

import calls
import mc
import sample
import sip
from test_challenges import COUNTED, MALLORY, challenged, change, counts


@pytest.fixture(scope="module")
def _own_site():
    with sample.running(sample.SampleNode) as found:
        yield found


@pytest.fixture
def site(_own_site):
    """A node whose database no other file of tests needs."""
    yield _own_site
    _own_site.reset()


@contextlib.contextmanager
def locked(site):
    """Another program writes to the database and takes its time."""
    connection = sqlite3.connect(site.node.path("kamailio.db"),
                                 isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextlib.contextmanager
def without_table(site):
    """There is no table subscriber."""
    site.node.edit_node("ALTER TABLE subscriber RENAME TO elsewhere")
    try:
        yield
    finally:
        site.node.edit_node("ALTER TABLE elsewhere RENAME TO subscriber")


@contextlib.contextmanager
def without_column(site):
    """The table is of an operator who stores passwords in another way."""
    site.node.edit_node("ALTER TABLE subscriber RENAME COLUMN ha1b TO other")
    try:
        yield
    finally:
        site.node.edit_node(
            "ALTER TABLE subscriber RENAME COLUMN other TO ha1b")


@contextlib.contextmanager
def overwritten(site):
    """The file is no database any more."""
    path = site.node.path("kamailio.db")
    octets = path.read_bytes()
    with open(path, "r+b") as file:
        file.write(b"no database " * 1000)
    try:
        yield
    finally:
        with open(path, "r+b") as file:
            file.write(octets)


HOW = [locked, without_table, without_column, overwritten]


@pytest.mark.parametrize("password", ["alice-secret", "guess"])
@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("how", HOW)
def test_nobody_can_look(site, how, kind, password):
    """503 that says when to come back, counted, and no refusal; right after
    it all is as before."""
    site.client("bob"), site.client("alice")
    message = COUNTED[kind][0]()
    before = counts(site)
    with how(site):
        alice, reply = challenged(site, message)
        again = sip.with_credentials(message, reply, "alice", password)
        reply = alice.ask(again, site.node.address)
        assert (reply.code, reply.get("Retry-After")) == (503, "5")
        assert not reply.all("WWW-Authenticate")
        assert not reply.all("Proxy-Authenticate")
    assert change(site, before) == (0, 0, 1)
    assert site.client("carol").ask(
        mc.client_message("carol", b"x")).code == 200


@pytest.mark.parametrize("how", HOW)
def test_within_a_call(site, how):
    """The call stays; who has moved is told to come back."""
    with calls.Line(site) as here, sip.UdpEndpoint(MALLORY) as moved:
        talk = here.talk()
        reply = moved.ask(talk.near.request("INFO"), site.node.address)
        with how(site):
            again = sip.with_credentials(
                talk.near.request("INFO"), reply, "alice", "alice-secret")
            reply = moved.ask(again, site.node.address)
            assert (reply.code, reply.get("Retry-After")) == (503, "5")
            assert not talk.far.requests("INFO")
            talk.speech()
        assert talk.near.bye().code == 200


@pytest.mark.parametrize("how", HOW)
def test_who_needs_no_password(site, how):
    """What peers send passes, and what no password was asked of."""
    alice = site.client("alice")
    with how(site):
        assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
        assert site.from_core(mc.core_message("alice", b"x")).code == 200
        challenged(site, mc.client_message("alice", b"x"))
    assert len(alice.endpoint.requests()) == 1


def test_operators_see_it(site):
    """The counters are in kamcmd and in Prometheus."""
    assert site.node.counters("node").keys() >= {
        "subscriber_down", "wrong_password"}
    text = site.node.metrics()
    for name in ("subscriber_down", "wrong_password"):
        assert f"\nkamailio_node_{name}_total " in text


@pytest.mark.parametrize("command, rows", [
    ("permissions.addressReload", "permissions.addressDump"),
    ("dispatcher.reload", "dispatcher.list")])
def test_reload_that_fails(site, command, rows):
    """Peers and sources that were in force stay."""
    site.client("alice")

    def in_force():
        """All of them, whatever a probe says of one just now."""
        return re.sub(r"FLAGS: \w+", "", site.node.kamcmd(rows))
    before = in_force()
    with locked(site):
        assert "error: 500 - Reload" in site.node.kamcmd(command)
    assert in_force() == before
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
