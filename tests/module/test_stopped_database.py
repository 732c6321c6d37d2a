# SPDX-License-Identifier: GPL-2.0-or-later
"""A database server that is there and says nothing, as on a machine that
hangs: the processes that serve HTTP serve SIP over TCP, too, and do not wait
for it."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

import pytest

import databases
import mc
import node
import sample
import sip

AT_ONCE = 2  # seconds, well below the time-outs of databases


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def server(request):
    """A database server."""
    with contextlib.ExitStack() as stack:
        found = databases.SERVERS[request.param]()
        stack.callback(found.remove)
        yield found.start()


def made(peers, server):
    """The sample node with the tables of the module on this server."""
    database = server.create().load_sample()
    found = sample.SampleNode(peers)
    shutil.copytree(node.TOP / "cfg", found.path("cfg"))
    path = found.path("cfg") / "mc-server-modules.cfg"
    text = path.read_text(encoding="utf-8")
    assert text.count("sqlite:///mc_iwf.db") == 2
    path.write_text(text.replace("sqlite:///mc_iwf.db", database.url),
                    encoding="utf-8")
    found.config.write_text(
        f'loadmodule "{server.module}.so"\n'
        f'include_file "{found.path("cfg")}/mc-server.cfg"\n')
    return found


@contextlib.contextmanager
def stopped(server):
    """The server and its processes do nothing for a while."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid",
                             str(server.process.pid)],
                            capture_output=True, text=True, check=False)
    pids = [server.process.pid, *map(int, listed.stdout.split())]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


def hosts(text):
    """The lines on hosts of IWFs."""
    return [line for line in text.splitlines()
            if line.startswith("kamailio_node_iwf_hosts{")]


def test_metrics_do_not_wait(server):
    """/metrics tells all that it tells, for as many as ask, and a SIP request
    over TCP has its answer at once."""
    with sample.running(lambda peers: made(peers, server)) as site:
        before = hosts(site.node.metrics())
        assert len(before) == 3
        request = sip.request("REGISTER", f"sip:{mc.DOMAIN}",
                              mc.impu("alice"), mc.impu("alice"),
                              [("Contact", "<sip:a@b>")])
        with stopped(server), sip.TcpEndpoint() as client:
            begun = time.monotonic()
            for _ in range(8):
                assert hosts(site.node.metrics()) == before
            assert client.ask(request, site.node.address).code == 401
            assert time.monotonic() - begun < AT_ONCE
