# SPDX-License-Identifier: GPL-2.0-or-later
"""Registrations that IMS cores tell of, and what clients have bound, outlive a
node that dies, and a second node at the same database knows them."""
import hashlib
import os
import re
import signal
import sqlite3
import time

import pytest

import databases
import mc
import node
import sample
from test_bindings import register, rows, send, third_party
from test_tokens import PHONE, TokenNode, document, info

SCSCF = "sip:127.0.0.5:6060"
DB_URL = 'modparam("mc_iwf", "db_url", "sqlite:///mc_iwf.db")'
TABLE = "mc_iwf_bindings"


class KeptNode(TokenNode):
    """A node that keeps registrations in a database."""

    def __init__(self, peers, database=None, **settings):
        super().__init__(peers, keep_bindings=1, **settings)
        if database:
            text = self.config.read_text().replace(
                DB_URL, f'modparam("mc_iwf", "db_url", "{database.url}")')
            module = database.server.module
            self.config.write_text(text.replace(
                'loadmodule "db_sqlite.so"', f'loadmodule "{module}.so"'))

    def kill(self):
        """Ends it at once, with all its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def unsaved(self):
        """How many registrations are not in the database."""
        return self.counters()["core_users_unsaved"]

    def wait_saved(self):
        """Waits until all that was answered is in the database."""
        node.wait_until(lambda: self.unsaved() == 0,
                        f"registrations saved\n{self.log_tail()}")


@pytest.fixture(scope="module", params=databases.SERVERS)
def server(request):
    """Each kind of database server."""
    found = databases.SERVERS[request.param]()
    try:
        yield found.start()
    finally:
        found.remove()


class Pair:
    """Two nodes at one database, and the peers of both."""

    def __init__(self, peers, database):
        self.database = database
        self.nodes = [KeptNode(peers, database) for _ in range(2)]
        self.sites = [sample.Site(peers, one) for one in self.nodes]

    def wait(self, i, impu, there=True):
        """Waits until a node knows a user, or does not."""
        node.wait_until(
            lambda: bool(rows(self.sites[i], impu)) == there,
            f"{impu} {'known' if there else 'gone'}\n"
            f"{self.nodes[i].log_tail()}")


@pytest.fixture
def pair(server):
    """Two nodes at a new database of this server."""
    database = server.create().load_sample()
    peers = sample.Peers()
    found = Pair(peers, database)
    try:
        with found.nodes[0], found.nodes[1]:
            yield found
    finally:
        peers.close()


def ask(site, impu, expires, token=None, associated=()):
    """The code that answers a REGISTER with a token."""
    message = third_party(site, impu, expires, *associated)
    if token:
        kind, octets = info(document(token, PHONE))
        message.set("Content-Type", kind)
        message.body = octets
    return site.from_core(message).code


def known(site, user="alice"):
    """What a node shows of a user, but for the seconds that are left."""
    row, = rows(site, mc.impu(user))
    assert row.pop("expires_in") > 600
    for binding in row["bindings"]:
        assert binding.pop("expires_in") > 0
    return row


def test_node_dies(pair):
    """What was saved is there again after kill -9, with what was bound and by
    which client; a message to IWF goes out at once. No token is kept."""
    site, one = pair.sites[0], pair.nodes[0]
    token = one.token(mcptt_id=mc.mc_id("alice"), scope="3gpp:mc:ptt_service")
    assert ask(site, mc.impu("alice"), 720, token, ["<tel:+15550001>"]) == 200
    begin = time.monotonic()
    one.wait_saved()
    print(f"saved within {time.monotonic() - begin:.3f} s")
    before = known(site)
    assert before["aliases"] == ["tel:+15550001"]
    assert [(b["client_id"], b["origin"]) for b in before["bindings"]] == [
        (PHONE, "register")]
    one.kill()
    one.start()
    assert known(site) == before
    assert send(site).code == 200
    with pair.database.session() as session:
        kept = "\n".join(session.run(f"SELECT record FROM {TABLE}"))
    assert "urn:uuid" in kept and token.split(".")[2][:20] not in kept
    assert not re.search(r"eyJ\w{10}", kept + one.log())


def test_second_node(pair):
    """It knows the same soon, while the first runs and when that is dead; what
    it ends meanwhile has ended for the first."""
    first, second = pair.sites
    assert register(first, mc.impu("alice"), 720, "<tel:+15550001>") == 200
    begin = time.monotonic()
    pair.wait(1, "tel:+15550001")
    print(f"on the second node within {time.monotonic() - begin:.3f} s")
    assert known(second) == known(first)
    assert send(second).code == 200
    assert register(first, mc.impu("bob"), 720) == 200
    pair.nodes[0].wait_saved()
    pair.nodes[0].kill()
    assert send(second).code == 200
    pair.wait(1, mc.impu("bob"))
    assert register(second, mc.impu("alice"), 0) == 200
    pair.nodes[1].wait_saved()
    pair.nodes[0].start()
    assert not rows(first, mc.impu("alice"))
    assert rows(first, mc.impu("bob"))
    assert register(first, mc.impu("bob"), 0) == 200
    pair.wait(1, mc.impu("bob"), there=False)


def test_one_user_on_two_nodes(pair):
    """Nodes take turns with a user: the later registration counts, and one
    Expires 0 ends all."""
    for turn in range(6):
        associated = [f"<tel:+1555000{turn}>"]
        assert register(pair.sites[turn % 2], mc.impu("alice"), 720 + turn,
                        *associated) == 200
        if turn % 3:
            pair.wait(1 - turn % 2, f"tel:+1555000{turn}")
    for i in range(2):
        pair.wait(i, "tel:+15550005")
        assert known(pair.sites[i])["aliases"] == ["tel:+15550005"]
    assert register(pair.sites[0], mc.impu("alice"), 0) == 200
    pair.wait(1, mc.impu("alice"), there=False)
    assert not rows(pair.sites[0], mc.impu("alice"))


def test_old_rows_go(pair):
    """A registration has one row, however often it is refreshed; one that has
    ended by itself has none in the end."""
    for i in range(5):
        assert register(pair.sites[i % 2], mc.impu("alice"), 3) == 200
        pair.nodes[i % 2].wait_saved()
        pair.wait(1 - i % 2, mc.impu("alice"))

    def count():
        with pair.database.session() as session:
            return int(session.run(f"SELECT COUNT(*) FROM {TABLE}")[0])

    assert count() <= 2
    node.wait_until(lambda: count() == 0, "no rows", 40)


def test_outage(pair):
    """No request waits for a database that is away, and what was answered
    meanwhile is saved after: the log says so once."""
    first, second = pair.sites
    assert register(first, mc.impu("alice"), 720) == 200
    pair.wait(1, mc.impu("alice"))
    if pair.database.server.schema == "sqlite":
        session = pair.database.session()
        session.run("BEGIN IMMEDIATE")
        ended = session.close
    else:
        pair.database.server.stop()
        ended = pair.database.server.start
    try:
        for i in range(50):
            assert register(first, f"sip:u{i}@ims.example.org", 720) == 200
        assert register(first, mc.impu("alice"), 0) == 200
        assert register(second, mc.impu("bob"), 720) == 200
        pair.nodes[0].wait_log("registrations cannot be saved|registrations: "
                               "database lost")
        assert pair.nodes[0].unsaved() > 0
    finally:
        ended()
    pair.wait(1, "sip:u49@", there=True)
    pair.wait(1, mc.impu("alice"), there=False)
    pair.wait(0, mc.impu("bob"))
    for one in pair.nodes:
        one.wait_saved()
        assert len(re.findall("cannot be saved|database lost",
                              one.log())) <= 12


def name_of(impu):
    """The name of a registration in the table."""
    return hashlib.sha256(impu.encode()).hexdigest()[:32]


def insert(record, impu=None, expires=None, changed=None):
    """SQL of a row."""
    now = int(time.time())
    impu = impu or record.split()[0].removeprefix("impu=")
    return (f"INSERT INTO {TABLE} (registration, record, expires, changed, "
            f"node) VALUES ('{name_of(impu)}', '{record}', "
            f"{expires if expires is not None else now + 720}, "
            f"{changed if changed is not None else now * 1000000}, 'x')")


def test_hostile_rows(pair):
    """Rows that cannot be used are left out, with some lines in the log; a row
    of a user who has registered since takes nothing from him."""
    now = int(time.time())
    assert register(pair.sites[0], mc.impu("alice"), 720) == 200
    pair.wait(1, mc.impu("alice"))
    end = f" scscf={SCSCF}"
    bad = [insert("impu=sip:a@b"),
           insert("nonsense"),
           insert("impu=sip:A@B" + end),
           insert("impu=sip:a@b" + end, impu="sip:else@b"),
           insert("impu=sip:a@b scscf=sip:127.0.0.5>%0d%0aVia:"),
           insert("impu=sip:a@b" + end, changed=(now + 9999) * 1000000),
           insert("impu=sip:a@b" + end, changed=0),
           insert("impu=sip:a@b" + end, expires=-1),
           insert("impu=sip:a@b" + end, expires=10 ** 15),
           insert("impu=sip:a@b" + end + " impu=sip:a@b" * 2300),
           insert("impu=sip:a@b" + end + " binding=mcptt,register,1,0,,,")]
    old = [insert("impu=sip:thief@b impu=" + mc.impu("alice") + end,
                  changed=now * 1000000 - 10 ** 9),
           insert("impu=sip:late@b" + end, expires=now - 9)]
    good = insert("impu=sip:good@b" + end)
    pair.database.run(*bad, *old, *(bad[1] for _ in range(30)), good)
    for i in range(2):
        pair.wait(i, "sip:good@b")
        assert not rows(pair.sites[i], "sip:a@b")
        assert not rows(pair.sites[i], "thief")
        assert not rows(pair.sites[i], "sip:late@b")
        assert known(pair.sites[i])["scscf"] != SCSCF
    pair.nodes[0].kill()
    pair.nodes[0].start()
    assert rows(pair.sites[0], "sip:good@b") and not rows(
        pair.sites[0], "sip:a@b")
    for one in pair.nodes:
        said = re.findall(r"row of mc_iwf_bindings left out", one.log())
        assert 1 <= len(said) <= 44


def test_settings():
    """Nothing is kept without a database, and nothing of the own registrar."""
    for old, new in [(DB_URL, ""), ('REGISTRATIONS="core"',
                                    'REGISTRATIONS="usrloc"')]:
        peers = sample.Peers()
        wrong = KeptNode(peers)
        try:
            text = re.sub(r".*token_keys.*\n", "", wrong.config.read_text())
            wrong.config.write_text(text.replace(old, new))
            wrong.defines = [define.replace(old, new)
                             for define in wrong.defines]
            with pytest.raises(AssertionError):
                wrong.start()
            assert "keep_bindings needs db_url" in wrong.log()
        finally:
            wrong.remove()
            peers.close()


def test_many():
    """A hundred thousand registrations are taken over before a node serves."""
    peers = sample.Peers()
    full = KeptNode(peers, page_rows=5000)
    full.memory = 256
    now = int(time.time())
    with sqlite3.connect(full.path("mc_iwf.db")) as database:
        database.executemany(
            f"INSERT INTO {TABLE} (registration, record, expires, changed, "
            "node) VALUES (?, ?, ?, ?, 'x')",
            ((name_of(f"sip:u{i}@ims.example.org"),
              f"impu=sip:u{i}@ims.example.org impu=tel:+1555{i:06} "
              f"scscf={SCSCF} binding=mcptt,register,{now + 3600},0,"
              f"sip:u{i}@mc.example.org,{PHONE},",
              now + 3600, now * 1000000) for i in range(100000)))
    database.close()
    try:
        begin = time.monotonic()
        with full:
            took = time.monotonic() - begin
            assert full.counters()["core_users"] == 100000
            used = full.shared_memory()
            print(f"100,000 registrations: up in {took:.1f} s, "
                  f"shared memory {used}")
            found, = full.rpc("mc_iwf.bindings",
                              "sip:u777@ims")["registrations"] or [None]
            assert found is None or found["aliases"] == ["tel:+1555000777"]
    finally:
        peers.close()
