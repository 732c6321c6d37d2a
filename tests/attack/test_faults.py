# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to a machine while messages flow: processes are killed, the
databases are locked or away, the clock jumps, packets come in pieces. What was
answered with 200 has arrived, octet for octet, and afterwards all goes on."""
import contextlib
import os
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time

import pytest

import databases
import mc
import node
import sip

BEFORE, AFTER = 20, 20  # messages that are answered before and after a fault
PACE = 0.01             # s between messages
LOCKED = 5              # s
JUMP = 300              # s, shorter than a registration
EDGES = [1 << 31, 1 << 32]  # s since 1970
DISK = "48M"
MANY = 20  # registrations
DATABASES = ["kamailio.db", "location.db", "dialog.db", "mc_iwf.db"]


class Flow(threading.Thread):
    """Messages of the core for alice's KMF, one after the other, each repeated
    as RFC 3261 17.1.2 says; not more than the node takes of one peer."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.taken, self.codes = site, [], []
        self._over = threading.Event()

    def run(self):
        while not self._over.wait(PACE):
            payload = os.urandom(64)
            with contextlib.suppress(sip.Timeout):
                reply = self.site.core.insist(
                    mc.core_message("alice", payload), self.site.node.address)
                self.codes.append(reply.code)
                if reply.code == 200:
                    self.taken.append(payload)

    def wait(self, more):
        """Returns when so many more have been answered with 200."""
        had = len(self.taken)
        node.wait_until(lambda: len(self.taken) >= had + more,
                        f"{more} more messages, {self.codes[-3:]}",
                        3 * sip.TIMEOUT)

    def __enter__(self):
        self.start()
        self.wait(BEFORE)
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join(2 * sip.TIMEOUT)

    def assert_kept(self):
        """Nothing that was accepted is lost or changed."""
        arrived = {mc.payload_of(r.message)
                   for r in self.site.iwf1.requests()}
        assert set(self.taken) <= arrived


def served(site, fault):
    """Messages before, during and after a fault; their status codes."""
    site.client("alice")
    with Flow(site) as flow:
        fault()
        flow.wait(AFTER)
    flow.assert_kept()
    return set(flow.codes)


def test_relay_is_killed(new_site):
    """Messages need no relay; it is started again under the same ports."""
    site = new_site()

    def fault():
        os.kill(site.node.relay_pid(), signal.SIGKILL)
        site.node.start_relay()
    assert served(site, fault) == {200}
    assert not site.node.relay_calls()


@pytest.mark.parametrize("which", ["all", "a worker"])
def test_node_is_killed(new_site, which):
    """As by a power cut, or one process alone, which ends all of them: it
    comes up again with its registrations."""
    site = new_site()

    def fault():
        # A registration is written within a second.
        node.wait_until(lambda: written(site), "registration on disk")
        if which == "all":
            site.node.crash()
        else:
            os.kill(site.node.kamailio_pids()[1], signal.SIGKILL)
            site.node.process.wait(node.STOP_TIMEOUT)
        site.node.new_crashes()
        site.node.start()
    served(site, fault)
    site.node.new_crashes()


def written(site):
    """True if a registration is in the database."""
    with contextlib.closing(sqlite3.connect(
            site.node.path("location.db"), timeout=10)) as connection:
        return connection.execute("SELECT count(*) FROM location").fetchone()[0]


def test_databases_are_locked(new_site):
    """Another process keeps all of them for itself for a while."""
    site = new_site()

    def fault():
        with contextlib.ExitStack() as stack:
            for name in DATABASES:
                connection = sqlite3.connect(site.node.path(name), timeout=10,
                                             isolation_level=None)
                stack.callback(connection.close)
                connection.execute("BEGIN EXCLUSIVE")
            time.sleep(LOCKED)
    assert served(site, fault) == {200}


@pytest.mark.parametrize("make, module", [
    (databases.Postgres, "db_postgres.so"), (databases.Mariadb, "db_mysql.so")],
    ids=["PostgreSQL", "MariaDB"])
def test_database_server_is_stopped(new_site, make, module):
    """The module's tables are away for a while; a revocation that comes after
    it is in force."""
    server = make().start()
    try:
        tables = server.create()
        tables.load_sample()
        site = new_site(
            options=[f"--loadmodule={module}"],
            extra=f'modparam("mc_iwf", "db_url", "{tables.url}")\n')

        def fault():
            server.stop()
            node.wait_until(lambda: site.node.counters()["db_up"] == 0,
                            "outage", sip.TIMEOUT)
            server.start()
            node.wait_until(lambda: site.node.counters()["db_up"] == 1,
                            "end of the outage", 3 * sip.TIMEOUT)
        assert served(site, fault) == {200}
        tables.run("DELETE FROM mc_iwf_users WHERE person = 'alice'")
        node.wait_until(lambda: site.from_core(mc.core_message(
            "alice", b"x")).code == 404, "revocation", sip.TIMEOUT)
    finally:
        server.stop()
        server.remove()


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """A disk of its own, for all that nodes write; its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs",
                       folder], capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk needs root")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Writes a file until there is no room; the file."""
    path = folder / "full"
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return path


def test_disk_is_full(disk, new_site):
    """Messages need no room on it. Users go on registering, and are written
    as soon as there is room."""
    site = new_site()

    def fault():
        node.wait_until(lambda: written(site), "registration on disk")
        full = fill(disk)
        assert os.statvfs(disk).f_bavail == 0
        for user in ("dave", "bob"):
            client = site.client(user)
            for _ in range(MANY):
                client.register(extra=[("User-Agent", "x" * 400)])
        assert site.from_iwf(mc.iwf_message("bob", b"x")).code == 200
        site.clients[-1].endpoint.wait_request()
        time.sleep(LOCKED)
        full.unlink()
    assert served(site, fault) == {200}
    node.wait_until(lambda: written(site) == 3, "registrations on disk",
                    3 * sip.TIMEOUT)
    site.node.crash()
    site.node.new_crashes()
    site.node.start()
    assert site.from_iwf(mc.iwf_message("bob", b"y")).code == 200


@pytest.mark.parametrize("edge", EDGES, ids=["2038", "2106"])
def test_clock_beyond_32_bits(new_site, edge):
    """The seconds since 1970 no longer fit into 31 bits, or 32. Who is
    registered is served as before. (Passwords are not taken any more: see
    limits in docs/operations.md.)"""
    site = new_site(clock=True)
    site.node.clock.forward(edge - int(time.time()) - JUMP)
    site.node.kamcmd("ul.add", "location", f"alice@{mc.DOMAIN}",
                     "sip:alice@127.0.0.9", "3600", "1.0", "s:0", "0", "0", "0")
    with Flow(site) as flow:
        site.node.clock.forward(2 * JUMP)
        flow.wait(AFTER)
    flow.assert_kept()
    assert set(flow.codes) == {200}
    site.node.kamcmd("mc_iwf.reload")
    site.node.clock.forward(3600)
    node.wait_until(lambda: site.from_core(mc.core_message(
        "alice", b"x")).code == 404, "end of the registration", sip.TIMEOUT)
    site.node.kamcmd("ul.rm", "location", f"alice@{mc.DOMAIN}")


def test_clock_jumps(new_site):
    """Forward and back."""
    site = new_site(clock=True)

    def fault():
        site.node.clock.forward(JUMP)
        time.sleep(2)
        site.node.clock.forward(-JUMP)
    assert served(site, fault) == {200}


def fragments(source, target, octets, size):
    """A datagram as the IP packets of its pieces (RFC 791), in order."""
    datagram = struct.pack("!HHHH", source[1], target[1], 8 + len(octets),
                           0) + octets
    number = int.from_bytes(os.urandom(2), "big")
    for at in range(0, len(datagram), size):
        piece = datagram[at:at + size]
        more = 0x2000 if at + size < len(datagram) else 0
        yield struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 20 + len(piece), number,
            more | at // 8, 64, socket.IPPROTO_UDP, 0,
            socket.inet_aton(source[0]),
            socket.inet_aton(target[0])) + piece


@pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets need root")
def test_pieces_of_datagrams(new_site):
    """Pieces in any order make a message; those that never become whole make
    none, and hold nothing up."""
    site = new_site()
    site.client("alice")
    core, target = site.core, site.node.address
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as raw, Flow(site) as flow:
        for number in range(200):
            message = core.prepare(mc.core_message("alice", os.urandom(3000)))
            pieces = list(fragments(core.address, target, bytes(message), 512))
            kept = pieces[::-1] if number % 2 else pieces[:-1]
            for piece in kept:
                raw.sendto(piece, target)
        whole = core.prepare(mc.core_message("alice", b"whole" * 1000))
        for piece in reversed(list(fragments(
                core.address, target, bytes(whole), 1024))):
            raw.sendto(piece, target)
        assert core.wait_final(whole.branch).code == 200
        flow.wait(AFTER)
    flow.assert_kept()
    assert set(flow.codes) == {200}
    assert b"whole" * 1000 in [mc.payload_of(r.message)
                               for r in site.iwf1.requests()]
