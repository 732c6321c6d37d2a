#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""LMR key management through a real MC service server node, step by step.

Starts the node, registers alice with SIPp, and sends a real P25 rekey message
along the seven steps of the IWF short message flow. What it prints was read
from the sockets of the receiving processes; it fails on any difference.
"""
import argparse
import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "support"), str(TOP / "sipp-scenarios")]
import mc  # noqa: E402
import node  # noqa: E402
import sample  # noqa: E402
import sip  # noqa: E402
import sipp  # noqa: E402

IWF, TETRA_IWF = "127.0.0.2", "127.0.0.4"
CLIENT = "127.0.0.1"
REST = 5  # messages from each side in step 7
WIDTH = 24  # columns between two actors of the ladder


class Failed(Exception):
    """The demo saw something else than it should have."""


class Sink:
    """A receiving process and the messages it has read."""

    def __init__(self, work, name, address, port=0):
        self.folder = work / name
        self.folder.mkdir()
        self.known = set()
        self.process = subprocess.Popen(
            [sys.executable, str(TOP / "tests" / "demo" / "receiver.py"),
             address, str(port), str(self.folder)],
            stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()
        if not self.port:
            raise Failed(f"no socket at {address}:{port} for the {name}")

    def stop(self):
        """Ends the process."""
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def fresh(self, n):
        """The n messages that came since the last call, oldest first."""
        found = node.wait_until(lambda: self._fresh(n), "message read")
        self.known.update(path for path, _ in found)
        return [(path.stem, message) for path, message in found]

    def _fresh(self, n):
        """The new messages, retransmissions left out, if there are n."""
        new = sorted(set(self.folder.glob("*.msg")) - self.known)
        by_branch = {}
        for path in new:
            message = sip.Message.parse(path.read_bytes())
            by_branch.setdefault(message.branch, (path, message))
        return list(by_branch.values()) if len(by_branch) >= n else None


class Ladder:
    """Prints what was measured; remembers whether all was equal."""

    def __init__(self, payload):
        self.expected = hashlib.sha256(payload).hexdigest()
        self.equal = True
        self._line("", "alice".ljust(WIDTH - 8) + "MC service server".ljust(
            WIDTH + 7) + "IWF")

    @staticmethod
    def _line(number, text):
        print(f"{number:>3}  {text}", flush=True)

    def _hop(self, number, left, rightward, size, note=""):
        """An arrow between two actors; left is alice's side of the server."""
        bar = f" {size} octets ".center(WIDTH - 2, "-")
        arrow = f"|{bar}>" if rightward else f"|<{bar}"
        gap = "" if left else "|".ljust(WIDTH)
        self._line(number, f"{gap}{arrow}{note}")

    def sent(self, number, by_client, size, answer):
        """A message that SIPp sent to the server, and the final answer."""
        self._hop(number, by_client, by_client, size, f"  answer {answer}")

    def read(self, number, by_iwf, message):
        """A message that a receiving process read from its socket."""
        payload = mc.payload_of(message)
        digest = hashlib.sha256(payload).hexdigest()
        same = digest == self.expected
        self.equal = self.equal and same
        self._hop(number, not by_iwf, by_iwf, len(payload))
        self._line("", f"read: {len(payload)} octets, SHA-256 {digest}"
                       f"{'' if same else '  DIFFERENT'}")


class Demo:
    """The node's surroundings and the steps of the flow."""

    def __init__(self, work, server, iwf, alice):
        self.work, self.server = work, server
        self.iwf, self.alice = iwf, alice
        payload = (work / "payload.bin").read_bytes()
        self.size = len(payload)
        self.ladder = Ladder(payload)

    def register(self):
        """Alice's contact is the socket of her receiving process."""
        contact = f"sip:alice@{CLIENT}:{self.alice.port}"
        result = sipp.run("register", self.server, self.work,
                          keys={"contact": contact})
        self._check(result, "REGISTER")

    def sender(self, number, by_client, calls=1):
        """SIPp as alice or as the IWF."""
        side, address = ("client", CLIENT) if by_client else ("iwf", IWF)
        return sipp.Sipp(f"step-{number}-{side}-to-server", self.server,
                         self.work, address=address, calls=calls)

    def step(self, number, by_client):
        """One message to the server and on to the other side."""
        result = self._check(self.sender(number, by_client).wait(),
                             f"step {number}")
        self.ladder.sent(number, by_client, self.size, result.seen)
        receiver = self.iwf if by_client else self.alice
        for _, message in receiver.fresh(1):
            self.ladder.read(number + 1, by_client, message)

    def interleaved(self, number):
        """Several messages from both sides at the same time."""
        senders = {by_client: self.sender(number, by_client, REST)
                   for by_client in (True, False)}
        for by_client, sender in senders.items():
            result = self._check(sender.wait(), f"step {number}")
            self.ladder.sent(f"{REST}x", by_client, self.size, result.seen)
        arrived = [(when, True, m) for when, m in self.iwf.fresh(REST)]
        arrived += [(when, False, m) for when, m in self.alice.fresh(REST)]
        for _, by_iwf, message in sorted(arrived, key=lambda a: a[0]):
            self.ladder.read(number, by_iwf, message)

    def run(self):
        """The whole flow; fails at the end if any octets differed."""
        self.register()
        self.step(1, by_client=True)
        self.step(3, by_client=False)
        self.step(5, by_client=True)
        self.interleaved(7)
        if not self.ladder.equal:
            raise Failed("what was read is not what was sent")

    @staticmethod
    def _check(result, what):
        if not result.passed:
            raise Failed(f"{what}: SIPp saw {result.seen or 'no answer'}")
        return result


def node_script(*words):
    """Runs the script that starts and stops the node."""
    subprocess.run([str(TOP / "tools" / "node.sh"), *words], check=True)


def arguments(text=__doc__):
    """The command line; text: what the demo is."""
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    parser.add_argument(
        "--peer-port", type=int, default=sample.SAMPLE_PORT,
        help="where the node sends to the IWF")
    parser.add_argument(
        "--iwf-port", type=int,
        help="where the IWF's process listens, if it is not there")
    options = parser.parse_args()
    options.iwf_port = options.iwf_port or options.peer_port
    return options


@contextlib.contextmanager
def running_node(run_dir, peer_port):
    """The node of tools/node.sh, stopped afterwards."""
    node_script("create")
    sample.edit(run_dir / "kamailio.db", *(
        f"UPDATE dispatcher SET destination = 'sip:{iwf}:{peer_port}'"
        f" WHERE destination LIKE 'sip:{iwf}:%'"
        for iwf in (IWF, TETRA_IWF)))
    node_script("start")
    try:
        yield
    finally:
        node_script("stop")


def prepare(work):
    """An empty working folder with the payload in it."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    text = (TOP / "tests" / "data" / "p25-rekey-kmm.hex").read_text()
    digits = "".join(line for line in text.splitlines()
                     if not line.startswith("#"))
    (work / "payload.bin").write_bytes(bytes.fromhex(digits))


def main():
    """Starts all, runs the flow, stops what it started."""
    options = arguments()
    run_dir = pathlib.Path(os.environ.get("RUN_DIR", "run")).resolve()
    work = run_dir / "demo"
    server = (CLIENT, int(os.environ.get("SIP_PORT", 5060)))
    prepare(work)
    try:
        with contextlib.ExitStack() as started:
            iwf = Sink(work, "iwf", IWF, options.iwf_port)
            started.callback(iwf.stop)
            alice = Sink(work, "alice", CLIENT)
            started.callback(alice.stop)
            started.enter_context(running_node(run_dir, options.peer_port))
            Demo(work, server, iwf, alice).run()
    except (Failed, sip.Timeout, subprocess.CalledProcessError) as error:
        sys.exit(f"demo: FAILED: {error}")
    print("demo: all octets arrived as they were sent")


if __name__ == "__main__":
    main()
