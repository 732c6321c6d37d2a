# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the user-space instructions that a MESSAGE takes.

A Kamailio without worker processes (fork=no) runs under callgrind: loading
its tables is not counted, nor are the first messages. Each message waits for
the reply to the one before it.
"""
import argparse
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import mc
import node
import sample

HERE = pathlib.Path(__file__).resolve().parent
WARM_UP, MESSAGES = 200, 1000
USERS = [f"u{i}" for i in range(10)]
MILLION = 1000000
OUR_LIMIT = 65000   # instructions of our part
SIZE_LIMIT = 0.02   # that it may differ with the number of users
FAST = ("-x", "fm", "-X", "fm")
node.START_TIMEOUT = 600.0
node.STOP_TIMEOUT = 600.0


def payload():
    """A real OTAR message."""
    text = (node.TOP / "tests/data/p25-rekey-kmm.hex").read_text()
    return bytes.fromhex(re.sub(r"#.*", "", text))


def fill(path, users):
    """The users that send and receive, and others up to this number."""
    others = (f"WITH RECURSIVE n(i) AS (SELECT 1 WHERE {users} > 10 UNION ALL"
              f" SELECT i + 1 FROM n WHERE i < {users - len(USERS)})")
    mine = [sql for user in USERS for sql in sample.users_sql(**{user: {}})]
    sample.edit(
        path, *mine,
        "INSERT INTO mc_iwf_users (mc_id, service, impu, person, send,"
        f" receive) {others} SELECT 'sip:x' || i || '@{mc.DOMAIN}', 'mcptt',"
        f" 'sip:x' || i || '@{mc.DOMAIN}', 'x' || i, 1, 1 FROM n",
        "INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity)"
        f" {others} SELECT 'x' || i, 'p25', '{mc.KMF1}', i FROM n",
        "DELETE FROM mc_iwf_changes")


PAYLOAD = payload()
PROFILES = node.TOP / "build/bench"


class Bench(node.Kamailio):
    """Kamailio with the configuration of one contender."""

    def __init__(self, peers, task, direction="to_iwf", users=len(USERS),
                 options=FAST):
        super().__init__(HERE / "bench.cfg", memory=64 if users < 1000 else
                         1024)
        self.defines = [f"WITH_{task.upper()}",
                        f'NEXT_HOP="sip:{peers.iwf1.hostport}"',
                        f'DB_URL="sqlite:///{self.path("mc_iwf.db")}"',
                        f'CTL_URL="unix:{self.path("kamailio_ctl")}"']
        if direction == "to_client":
            self.defines.append("TARGETS")
        self.options = list(options)
        self._create_tables(users)

    def _create_tables(self, users):
        connection = sqlite3.connect(self.path("mc_iwf.db"))
        for name in ("db_sqlite/mc_iwf-create.sql", "sample-data.sql"):
            connection.executescript((node.TOP / "cfg" / name).read_text())
        connection.close()
        fill(self.path("mc_iwf.db"), users)

    def _command(self):
        command = super()._command() + self.options
        command[command.index("-DD")] = "-D"
        return command


class Counted(Bench):
    """The same under callgrind, which counts nothing before count()."""

    def _command(self):
        return ["valgrind", "--tool=callgrind", "--instr-atstart=no", "-q",
                f"--callgrind-out-file={self.path('out')}.%p",
                *super()._command()]

    def _control(self, *words):
        subprocess.run(["callgrind_control", *words, str(self.process.pid)],
                       check=True, stdout=subprocess.DEVNULL)

    def count(self, traffic, profile):
        """Instructions per message of MESSAGES messages after WARM_UP others;
        callgrind's file of them is kept as profile."""
        self._control("--instr=on")
        traffic(WARM_UP)
        self._control("--zero")
        traffic(MESSAGES)
        self._control("--dump")
        PROFILES.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.path(f"out.{self.process.pid}.1"), PROFILES / profile)
        text = (PROFILES / profile).read_text()
        return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M
                             ).group(1)) / MESSAGES


def traffic_to_iwf(peers, server):
    """Messages of the users in turn, as the IMS core hands them over."""
    def send(n):
        for i in range(n):
            reply = peers.core.ask(mc.core_message(
                USERS[i % len(USERS)], PAYLOAD, target=mc.KMF1),
                server.address)
            assert reply.code == 200, reply.start
    return send


def traffic_to_client(peers, server):
    """Messages of an IWF to the users in turn."""
    def send(n):
        for i in range(n):
            reply = peers.iwf1.ask(mc.iwf_message(
                USERS[i % len(USERS)], PAYLOAD), server.address)
            assert reply.code == 200, reply.start
    return send
