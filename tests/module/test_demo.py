# SPDX-License-Identifier: GPL-2.0-or-later
"""What people run by hand: the demo and the scenarios, and that they fail."""
import hashlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading

import pytest

import node
import sample

IWF = "127.0.0.2"
KMM = bytes.fromhex("".join(
    line for line in (node.TOP / "tests" / "data" / "p25-rekey-kmm.hex")
    .read_text().splitlines() if not line.startswith("#")))
READ = re.compile(r"read: (\d+) octets, SHA-256 ([0-9a-f]{64})(.*)")


@pytest.fixture
def environment(tmp_path):
    """Ports and a folder of its own for a run of the demo."""
    media = node.media_environment()
    yield dict(os.environ, RUN_DIR=str(tmp_path / "run"),
               SIP_PORT=str(node.free_port()),
               HTTP_PORT=str(node.free_port()), **media)
    node.release_media(media)


def demo(environment, *words):
    """Runs the demo."""
    return run("tests/demo/demo.py", *words, environment=environment)


def run(script, *words, environment=None):
    """Runs a script of the repository to its end, or ends all of it."""
    process = subprocess.Popen(
        [sys.executable, str(node.TOP / script), *words], cwd=node.TOP,
        env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def flip(octets):
    """The datagram with one bit of the payload changed."""
    where = octets.find(KMM) + len(KMM) // 2
    if KMM not in octets:
        return octets
    return octets[:where] + bytes([octets[where] ^ 1]) + octets[where + 1:]


class Relay:
    """Stands between the node and the IWF and flips one bit on the way."""

    def __init__(self, port):
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind((IWF, port))
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back.bind((IWF, 0))
        self.iwf = (IWF, node.free_port())
        self.wake, self.woken = socket.socketpair()
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.wake.close()
        self.thread.join()
        for sock in (self.front, self.back, self.woken):
            sock.close()

    def _serve(self):
        """Hands datagrams on, both ways, until it is told to end."""
        came_from = None
        while True:
            ready, _, _ = select.select(
                [self.front, self.back, self.woken], [], [])
            if self.woken in ready:
                return
            if self.front in ready:
                octets, came_from = self.front.recvfrom(65536)
                self.back.sendto(flip(octets), self.iwf)
            if self.back in ready:
                self.front.sendto(self.back.recv(65536), came_from)


def test_demo_reads_what_was_sent(environment):
    """Every receiving process has read the rekey message; exit 0."""
    done = demo(environment, "--peer-port", str(node.free_port()))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = READ.findall(done.stdout)
    assert len(lines) >= 3 + 2 * 3
    digest = hashlib.sha256(KMM).hexdigest()
    assert set(lines) == {(str(len(KMM)), digest, "")}


def test_demo_fails_on_one_flipped_bit(environment):
    """One bit changed between node and IWF: seen, said, exit not 0."""
    port = node.free_port()
    with Relay(port) as relay:
        done = demo(environment, "--peer-port", str(port),
                    "--iwf-port", str(relay.iwf[1]))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DIFFERENT" in done.stdout
    assert "FAILED" in done.stderr


def test_demo_leaves_nothing_running(environment):
    """The node that it started is gone, its port is free again."""
    port = str(node.free_port())
    assert demo(environment, "--peer-port", port).returncode == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", int(environment["SIP_PORT"])))


def demo_call(environment, *statements):
    """Runs demo-call, after changes of the node's rows."""
    subprocess.run([f"{node.TOP}/tools/node.sh", "create"],
                   env=environment, check=True)
    sample.edit(f"{environment['RUN_DIR']}/mc_iwf.db", *statements)
    return run("tests/demo/demo_call.py", "--peer-port",
               str(node.free_port()), environment=environment)


def test_demo_call_prints_what_it_measured(environment):
    """Both decisions, rtpengine's counts, the refusal's Warning; exit 0."""
    done = demo_call(environment)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"sent (\d+) packets, (\d+) octets; rtpengine counted "
                        r"(\d+), (\d+); (\d+) arrived, octet for octet",
                        done.stdout)
    assert len(counts) == 2
    for sent, octets, packets, size, arrived in counts:
        assert int(sent) > 0 and sent == packets == arrived
        assert octets == size
    assert done.stdout.count("codec=X-TIA-P25-IMBE") == 2
    assert "verdict=e2ee_required" in done.stdout
    assert "SIP/2.0 488 " in done.stdout
    assert re.search(r'Warning: 399 \S+ "301 ', done.stdout)


@pytest.mark.parametrize("profile, lmr_user", [
    ("tetra", "secure1@tetra-iwf"), ("tetra-e2ee", "unit1@iwf")],
    ids=["not-refused", "refused"])
def test_demo_call_fails_where_the_node_decides_otherwise(
        environment, profile, lmr_user):
    """A call that goes through, or one that does not: said, exit not 0."""
    done = demo_call(
        environment, f"UPDATE mc_iwf_lmr_users SET profile = '{profile}'"
        f" WHERE uri = 'sip:{lmr_user}.example.org'")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED" in done.stderr


def demo_ims(environment, *words):
    """Runs demo-ims."""
    return run("tests/demo/demo_ims.py", *words, environment=environment)


def test_demo_ims_prints_what_it_measured(environment):
    """All octets over the core, both calls, and the end; exit 0."""
    done = demo_ims(environment, "--peer-port", str(node.free_port()))
    assert done.returncode == 0, done.stdout + done.stderr
    digest = hashlib.sha256(KMM).hexdigest()
    lines = READ.findall(done.stdout)
    assert len(lines) == 3 + 2 * 5
    assert set(lines) == {(str(len(KMM)), digest, "")}
    assert done.stdout.count("50 packets each way arrived") == 2
    assert re.search(r'404 .*\n +Warning: 399 \S+ "141 ', done.stdout)


def test_demo_ims_fails_on_one_flipped_bit(environment):
    """One bit changed between node and IWF: seen, said, exit not 0; nothing
    keeps running."""
    port = node.free_port()
    with Relay(port) as relay:
        done = demo_ims(environment, "--peer-port", str(port),
                        "--iwf-port", str(relay.iwf[1]))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DIFFERENT" in done.stdout
    assert "FAILED" in done.stderr
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", int(environment["SIP_PORT"])))


def make(environment, target):
    """Runs make for a target."""
    return subprocess.run(
        ["make", "-s", target], cwd=node.TOP, env=environment, text=True,
        capture_output=True, timeout=200, check=False)


def test_run_ims(environment):
    """Node and core answer, and end, by two commands; a second start is
    refused and changes nothing."""
    environment.update(IMS_PORT=str(node.free_port()),
                       DIAMETER_PORT=str(node.free_port()))
    try:
        done = make(environment, "run-ims")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"127.0.0.1:{environment['SIP_PORT']}" in done.stdout
        assert f"register at 127.0.0.16:{environment['IMS_PORT']}" in (
            done.stdout)
        assert make(environment, "run-ims").returncode != 0
    finally:
        done = make(environment, "stop-ims")
    assert done.stdout == "ims: stopped\nnode: stopped\n"
    assert make(environment, "stop-ims").stdout == (
        "ims: does not run\nnode: does not run\n")


def test_scenarios_pass():
    """Every SIPp scenario sees what it expects."""
    done = run("sipp-scenarios/run.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
