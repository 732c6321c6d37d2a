# SPDX-License-Identifier: GPL-2.0-or-later
"""Each alert of docs/monitoring, by its cause: it fires, and ends.

The rules are the documented ones, but a minute takes two seconds."""
import contextlib
import os
import re
import signal
import socket
import sqlite3

import pytest

import calls
import mc
import node
import prometheus
import sample
import sip
import unreadable

STRANGER = "127.0.0.77"
LARGE = 58000
CAUSES = {}


def causes(alert):
    """Notes what makes an alert fire while it is entered."""
    def note(cause):
        CAUSES[alert] = contextlib.contextmanager(cause)
        return cause
    return note


def counted(site, name):
    """A counter of the script."""
    return site.node.counters("node")[name]


@causes("McNodeDown")
def node_down(site):
    """It crashes."""
    site.node.crash()
    yield
    site.node.start()


@causes("McNodeClosed")
def node_closed(site):
    """It has been closed, as before its end, and does not end."""
    site.node.kamcmd("pv.shvSet", "open", "int", 0)
    yield
    site.node.kamcmd("pv.shvSet", "open", "int", 1)


def unreachable(site, *peers):
    """Peers do not answer OPTIONS any more."""
    for peer in peers:
        peer.reachable = False
    yield
    for peer in peers:
        peer.reachable = True


@causes("McIwfUnreachable")
def iwf_unreachable(site):
    """No host of an IWF answers."""
    yield from unreachable(site, site.iwf1, site.iwf1b)


@causes("McIwfHostDown")
def iwf_host_down(site):
    """One of two does not."""
    yield from unreachable(site, site.iwf1b)


@causes("McMediaDown")
def media_down(site):
    """The relay has ended, and someone calls."""
    os.kill(site.node.relay_pid(), signal.SIGKILL)
    with calls.Line(site) as here:
        assert here.refused().code == 503
    yield
    site.node.start_relay()


@causes("McDatabaseDown")
def database_down(site):
    """The file of the tables is away."""
    path, away = site.node.path("mc_iwf.db"), site.node.path("away.db")
    path.rename(away)
    yield
    away.rename(path)


@causes("McLoadFailed")
def load_failed(site):
    """A table has another version than the module knows."""
    change = ("UPDATE version SET table_version = table_version {} 8"
              " WHERE table_name = 'mc_iwf_users'")
    site.node.edit(change.format("+"))
    assert "error: 500" in site.node.kamcmd("mc_iwf.reload")
    yield
    site.node.edit(change.format("-"))
    site.node.kamcmd("mc_iwf.reload")


@causes("McBadRows")
def bad_rows(site):
    """A row that no node can use."""
    site.node.edit("INSERT INTO mc_iwf_peers (kind) VALUES ('friend')")
    yield
    site.node.edit("DELETE FROM mc_iwf_peers WHERE kind = 'friend'")


def locked(site, name, begin):
    """Another program has a database for itself."""
    connection = sqlite3.connect(site.node.path(name), timeout=20,
                                 isolation_level=None)
    connection.execute(begin)
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@causes("McStateNotWritten")
def state_not_written(site):
    """Of the registrations."""
    yield from locked(site, "location.db", "BEGIN IMMEDIATE")


@causes("McPasswordsUnreadable")
def passwords_unreadable(site):
    """A user has to prove who it is meanwhile."""
    alice = site.client("alice")
    for _ in locked(site, "kamailio.db", "BEGIN EXCLUSIVE"):
        assert alice.ask(mc.client_message("alice", b"x")).code == 503
        yield


@causes("McPasswordsGuessed")
def passwords_guessed(site):
    """Someone tries."""
    with sip.UdpEndpoint(STRANGER) as stranger:
        for number in range(40):
            message = mc.client_message("alice", b"x")
            challenge = stranger.insist(message, site.node.address)
            assert challenge.code == 407
            stranger.insist(sip.with_credentials(
                message, challenge, "alice", f"guess{number}"),
                site.node.address)
    yield


@causes("McFlood")
def flooded(site):
    """A source sends without pause."""
    with sip.UdpEndpoint(STRANGER) as stranger:
        def dropped():
            for _ in range(300):
                stranger.send_octets(unreadable.garbage(), site.node.address)
            return counted(site, "dropped_flood")
        before = counted(site, "dropped_flood")
        node.wait_until(lambda: dropped() > before, "flood", 60)
    yield


@causes("McOverload")
def overloaded(site):
    """A user's messages hold more than its share."""
    bob = site.client("bob")
    codes = [bob.ask(mc.client_message("bob", b"x" * 20000)).code
             for _ in range(4)]
    assert codes[0] == 200 and codes[-1] == 503
    yield


@causes("McForeignSender")
def foreign_sender(site):
    """A message names another's KMF."""
    site.client("alice")
    reply = site.from_core(mc.core_message("alice", b"x", target=mc.KMF2))
    assert reply.code == 403
    yield


@causes("McNoAnswer")
def no_answer(site):
    """A client is registered and gone."""
    bob = site.client("bob")
    bob.endpoint.script = sip.silent
    before = site.node.counters()["refused_no_answer"]
    for _ in range(15):
        site.iwf1.send(mc.iwf_message("bob", b"x"), site.node.address)
    node.wait_until(
        lambda: site.node.counters()["refused_no_answer"] > before + 8,
        "messages without an answer", 60)
    yield
    bob.endpoint.script = sip.answer(200)


@pytest.fixture(scope="module")
def _site():
    with sample.running(lambda peers: sample.SampleNode(peers, env={
            "PROBE_INTERVAL": "1", "WRITE_PROBE": "1", "RELOAD_DELTA": "0",
            "PIKE_LIMIT": "400", "FLOOD_ANSWERS": "50",
            "USER_SHARE": "150000"})) as found:
        yield found


@pytest.fixture(scope="module")
def _watched(_site):
    with prometheus.Prometheus(_site.node) as found:
        yield found


@pytest.mark.parametrize("alert", CAUSES)
def test_alert(_site, _watched, alert):
    """It does not fire before its cause, and not long after it."""
    _watched.wait_quiet(alert)
    try:
        with CAUSES[alert](_site):
            _watched.wait_firing(alert)
        _watched.wait_quiet(alert)
    finally:
        _site.reset()


@contextlib.contextmanager
def watched(**settings):
    """A node of its own, and its Prometheus."""
    with sample.running(lambda peers: sample.SampleNode(
            peers, **settings)) as site, \
            prometheus.Prometheus(site.node) as found:
        yield site, found


def test_alerts_of_memory():
    """Transactions fill what they may, which is most of the memory."""
    with watched(options=["-m", "64"], env={
            "CORE_SHARE": "100%", "PEER_LIMIT": "100000"}) as (site, found):
        site.client("alice")
        site.iwf1.script = site.iwf1b.script = sip.silent
        found.wait_quiet("McTransactionsFull")
        found.wait_quiet("McMemoryLow")
        for _ in range(480):
            site.core.send(mc.core_message("alice", b"x" * LARGE),
                           site.node.address)
            site.core.insist(sip.request(
                "OPTIONS", f"sip:{mc.DOMAIN}", mc.impu("x"), mc.impu("x")),
                site.node.address)
        found.wait_firing("McTransactionsFull")
        found.wait_firing("McMemoryLow")


def test_alert_of_connections():
    """Most places are taken: the node is still scraped."""
    with watched(extra="tcp_max_connections=40\n") as (site, found):
        found.wait_quiet("McConnectionsLow")
        with contextlib.ExitStack() as stack:
            for _ in range(35):
                sock = stack.enter_context(socket.socket())
                sock.connect(site.node.address)
            found.wait_firing("McConnectionsLow")
        found.wait_quiet("McConnectionsLow")


def test_each_alert_is_caused():
    """By this file."""
    rules = re.findall(r"alert: (\w+)", prometheus.RULES.read_text())
    text = open(__file__, encoding="utf-8").read()
    assert len(rules) > 15
    for name in rules:
        assert f'causes("{name}")' in text or f'firing("{name}")' in text
