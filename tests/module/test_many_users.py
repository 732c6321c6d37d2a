# SPDX-License-Identifier: GPL-2.0-or-later
"""Very many users, in as much memory as docs/operations.md says: they are
loaded, loaded anew and changed while messages pass.

LOAD_USERS users (30,000): `make load`, 1,000,000, on SQLite; the node has
LOAD_MEMORY MiB. With that many, messages are answered and a revocation is in
force within a second; with few, that they are.
"""
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest

import databases
import mc
import node
import sample
import sip

USERS = int(os.environ.get("LOAD_USERS", 30000))
MANY = USERS > 100000
RATE = 50 if MANY else 10  # messages a second
HELD = RATE * 32 * 17000 * 4 // 3 >> 20  # MiB: docs/operations.md, "Size"
BASE = 16  # MiB of the node without users
MEMORY = int(os.environ.get("LOAD_MEMORY", 0)) or (
    BASE + HELD + (USERS * 1164 >> 20))
LITTLE = BASE + (USERS * 700 >> 20)  # MiB; loads, and does not reload
IN_FORCE = 1.0 if MANY else sip.TIMEOUT  # s
LOADED = 600.0  # s for a full load, or many changes, on a loaded machine
CHANGES = 10000  # in one transaction
LONG = "o" * 128
ROUNDS = 10 if MANY else 4  # of changes


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The sample with so many users more, each with an LMR entry."""
    path = tmp_path_factory.mktemp("many") / "mc_iwf.db"
    for file in (databases.CFG / "db_sqlite" / "mc_iwf-create.sql",
                 databases.SAMPLE):
        subprocess.run(["sqlite3", str(path)], text=True, check=True,
                       input=file.read_text(), stdout=subprocess.DEVNULL)
    numbers = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
               f"SELECT i + 1 FROM n WHERE i < {USERS}) ")
    sample.edit(
        path,
        "INSERT INTO mc_iwf_users (mc_id, service, impu, person, send,"
        f" receive) {numbers} SELECT 'sip:m' || i || '@{mc.DOMAIN}',"
        f" 'mcptt', 'sip:m' || i || '@{mc.DOMAIN}', 'm' || i, 1, 1 FROM n",
        "INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity)"
        f" {numbers} SELECT 'm' || i, 'p25', '{mc.KMF1}', i FROM n",
        "DELETE FROM mc_iwf_changes")
    sample.edit(path, *sample.EXTRA_USERS)
    return path


@pytest.fixture
def many(new_site, tables, monkeypatch):
    """Makes nodes that have these tables and so many MiB."""
    monkeypatch.setattr(node, "START_TIMEOUT", LOADED)

    def make(memory):
        def prepare(path):
            for old in path.parent.glob("mc_iwf.db*"):
                old.unlink()
            shutil.copy(tables, path)
        started = time.monotonic()
        site = new_site(prepare=prepare, options=["-m", str(memory)],
                        env={"RELOAD_DELTA": "0", "PROBE_INTERVAL": "3600"})
        print(f"\n{USERS} users, -m {memory}: up after"
              f" {time.monotonic() - started:.1f} s, "
              f"{site.node.shared_memory() / 1e6:.1f} MB in use")
        site.client("alice")
        return site
    return make


class Steady:
    """Messages of the core to the IWF, at a steady rate and without waiting;
    all have to be answered with 200."""

    def __init__(self, site):
        self.site, self.sent = site, {}
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._send_all)

    def _send_all(self):
        begin = time.monotonic()
        while not self.done.wait(
                max(0, begin + len(self.sent) / RATE - time.monotonic())):
            message = mc.core_message("alice", b"steady")
            now = time.monotonic()
            self.sent[self.site.core.send(
                message, self.site.node.address)] = now

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failed):
        self.done.set()
        self.thread.join()
        if not failed[0]:
            self.check()

    def answers(self):
        """The first final answer to each message so far, by branch."""
        found = {}
        for received in list(self.site.core.received):
            message = received.message
            if not message.is_request and message.code >= 200:
                found.setdefault(message.branch, received)
        return found

    def check(self):
        """All were answered; with many users, each within a second."""
        answers = node.wait_until(
            lambda: len(found := self.answers()) >= len(self.sent) and found,
            "answers", 2 * sip.TIMEOUT)
        assert {answers[b].message.code for b in self.sent} == {200}
        slowest = max(answers[branch].time - sent
                      for branch, sent in self.sent.items())
        print(f"{len(self.sent)} messages, the slowest answered after"
              f" {1000 * slowest:.0f} ms;"
              f" {os.getloadavg()[0]:.0f} processes want to run on"
              f" {os.cpu_count()} cores")
        assert slowest < IN_FORCE


def last_load(site):
    """What the node says of its last full load."""
    return re.search(r"version: .*?\n\terror: [^\n]*", site.node.kamcmd(
        "mc_iwf.stats"), re.S).group()


def reload(site):
    """What a reload comes to, and how long it takes; its RPC does not wait as
    long as a slow machine needs."""
    before, started = last_load(site), time.monotonic()
    done = subprocess.run(
        [node.KAMCMD, "-s", f"unix:{site.node.path('kamailio_ctl')}",
         "mc_iwf.reload"], capture_output=True, text=True, timeout=LOADED,
        check=False)
    said = (done.stdout + done.stderr).strip()
    if "the reload goes on" in said:
        said = node.wait_until(
            lambda: (now := last_load(site)) != before and now, "full load",
            LOADED)
        said = said if re.search("error: .", said) else "loaded"
    print(f"reload: {said!r} after {time.monotonic() - started:.1f} s")
    return said


def processor_time(site):
    """Seconds that the process which applies changes has worked so far."""
    pid = node.wait_until(lambda: re.search(
        r"PID: (\d+)\s+DSC: MC IWF refresh", site.node.kamcmd("core.psx")),
        "process").group(1)
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    return sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")


def change_all(site, count, number):
    """Gives so many users and LMR entries texts of another length; the
    processor time of a change, in us."""
    before, worked = site.node.counters()["changes"], processor_time(site)
    length = 1 + number * 37 % 100
    site.node.edit(*(
        f"UPDATE {table} SET {column} = substr('{LONG}', 1,"
        f" {length} + id % 20) WHERE id <= {count}"
        for table, column in (("mc_iwf_users", "organisation"),
                              ("mc_iwf_lmr", "device"))))
    node.wait_until(lambda: site.node.counters()["changes"]
                    == before + 2 * count, "changes", LOADED)
    return (processor_time(site) - worked) / (2 * count) * 1e6


def is_known(site, user):
    """True if the node knows a user."""
    return f"person: {user}\n" in site.node.kamcmd(
        "mc_iwf.users", mc.impu(user), "mcptt")


def revoke(site, user, *beside):
    """Deletes a user in a transaction with other changes; the seconds from its
    commit, which waits for no disk, until that is in force."""
    assert is_known(site, user)
    base = sqlite3.connect(site.node.path("mc_iwf.db"), timeout=10)
    base.execute("PRAGMA synchronous = OFF")
    base.execute("PRAGMA wal_autocheckpoint = 0")
    for statement in beside:
        base.execute(statement)
    base.execute(f"DELETE FROM mc_iwf_users WHERE person = '{user}'")
    committed = time.monotonic()
    base.commit()
    base.close()
    node.wait_until(lambda: not is_known(site, user), "revocation",
                    sip.TIMEOUT)
    return time.monotonic() - committed


def test_reload_and_changes(many):
    """In the memory that the documents say: users are looked up through SIP,
    everything is loaded anew, a revocation among many changes is in force, and
    no message waits for any of it."""
    site = many(MEMORY)
    for user in ("m1", f"m{USERS // 2}", f"m{USERS}"):
        site.node.edit_node(sample.subscriber_sql(user))
        client = site.client(user)
        payload = os.urandom(64)
        assert client.ask(mc.client_message(user, payload)).code == 200
        assert mc.payload_of(site.iwf1.wait_request().message) == payload
        assert site.from_iwf(mc.iwf_message(user, payload)).code == 200
        assert mc.payload_of(
            client.endpoint.wait_request().message) == payload
    with Steady(site):
        assert "loaded" in reload(site)
        taken = revoke(
            site, "m7", "UPDATE mc_iwf_users SET organisation = 'changed'"
            f" WHERE id <= {CHANGES // 2} + 100 AND person LIKE 'm%'",
            "UPDATE mc_iwf_lmr SET device = 'changed' WHERE"
            f" id <= {CHANGES // 2} + 100")
        assert "loaded" in reload(site)
    print(f"revoked after {taken:.2f} s among {CHANGES} changes")
    assert taken < IN_FORCE
    assert site.node.counters()["reloads"] == 2
    assert site.node.counters()["bad_rows"] == 0


def test_reload_that_is_refused(many):
    """With too little for a second copy it does not begin; changes are in
    force as before."""
    site = many(LITTLE)
    with Steady(site):
        assert "not enough shared memory: " in reload(site)
        assert "not enough shared memory: " in site.node.kamcmd(
            "mc_iwf.stats")
        assert revoke(site, "m7") < IN_FORCE
    assert site.node.counters()["reloads"] == 0
    assert is_known(site, f"m{USERS}")


def test_reload_that_ends_early(many):
    """Rows that have become much longer, of which no change told: the reload
    begins, and ends where messages need the rest."""
    site = many(MEMORY)
    free = site.node.shared_memory()
    site.node.edit(f"UPDATE mc_iwf_users SET organisation = '{LONG}', home ="
                   f" '{LONG}', client_id = '{LONG}{LONG[:120]}'"
                   " WHERE person LIKE 'm%'",
                   f"UPDATE mc_iwf_lmr SET device = '{LONG}{LONG[:120]}'"
                   " WHERE person LIKE 'm%'", "DELETE FROM mc_iwf_changes")
    with Steady(site):
        assert "no memory" in reload(site)
        assert revoke(site, "m7") < IN_FORCE
    assert site.node.shared_memory() - free < 10 << 20
    assert site.node.counters()["reloads"] == 0
    assert is_known(site, f"m{USERS}")


def test_change_again_and_again(many):
    """Rows that become longer and shorter: after many changes one costs what
    it did at first, and the memory is that of the longest rows."""
    count = min(USERS, 100000)
    site = many(MEMORY)
    change_all(site, count, 2)
    before = site.node.shared_memory()
    spent = [change_all(site, count, number) for number in range(ROUNDS)]
    grown = site.node.shared_memory() - before
    print(f"{2 * count} changes each:", ", ".join(
        f"{each:.0f}" for each in spent), f"us; {grown / count:.0f} octets a"
        " user more than after the first")
    assert grown < 100 * count
    assert not MANY or max(spent[-3:]) < 2 * max(spent[:3])
    assert site.node.counters()["bad_rows"] == 0
