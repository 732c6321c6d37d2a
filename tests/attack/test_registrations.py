# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred thousand users register, and the node stops or crashes while
they do: who is registered when it is there again."""
import os
import signal
import subprocess
import threading
import time

import pytest

import many_users
import node
import sample

USERS = 100_000
PER_SECOND = 1000  # REGISTERs, in the crash
KILLED = 20  # s after their begin
WRITTEN = 2  # s, as docs/operations.md promises


@pytest.fixture
def server():
    """A node with passwords for all of them; it is gone at the end."""
    with sample.Peers() as peers:
        found = sample.SampleNode(peers, env={"PIKE_LIMIT": "60000"})
        many_users.subscribe(found, list(map(many_users.name, range(USERS))))
        try:
            yield found
        finally:
            script(found, "stop")
            found.remove()


def script(server, word):
    """Runs tools/node.sh; what it says, and how long it took."""
    begin = time.monotonic()
    done = subprocess.run(
        [f"{node.TOP}/tools/node.sh", word], capture_output=True, text=True,
        check=True, timeout=400, env=server.script_environment())
    took = time.monotonic() - begin
    print(f"\n{word}: {took:.1f} s, {done.stdout.strip()}", end="")
    return done.stderr


def test_stop_in_a_rush(server):
    """Stopped after the last 200: all are there after the next start."""
    users = set(map(many_users.name, range(USERS)))
    script(server, "start")
    begin = time.monotonic()
    done = many_users.register(server, sorted(users))
    print(f"\n{len(done) / (time.monotonic() - begin):.0f} registrations a"
          f" second; unwritten: {USERS - len(many_users.rows(server)[0])}",
          end="")
    assert set(done) == users
    assert script(server, "stop") == ""
    assert many_users.rows(server) == [users, users]
    script(server, "start")
    assert many_users.contacts(server) == USERS
    assert not server.crashes()


def test_crash_in_a_rush(server):
    """kill -9: what was answered WRITTEN s before is there."""
    script(server, "start")
    pids, killed = server.kamailio_pids(), []

    def kill():
        killed.append(time.monotonic())
        os.kill(pids[0], signal.SIGKILL)
    threading.Timer(KILLED, kill).start()
    done = many_users.register(server,
                               list(map(many_users.name, range(USERS))),
                               rate=PER_SECOND, quiet=2)
    node.wait_until(lambda: "Kamailio ended with status 137" in server.log(),
                    "end of the workers")
    found = set.intersection(*many_users.rows(server))
    lost = [killed[0] - when for user, when in done.items()
            if user not in found]
    print(f"\n{len(done)} answered, {len(lost)} lost, answered"
          f" {max(lost, default=0):.1f} s before at most", end="")
    assert max(lost, default=0) < WRITTEN
    script(server, "start")
    assert many_users.contacts(server) >= len(found)
