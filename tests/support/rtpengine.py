# SPDX-License-Identifier: GPL-2.0-or-later
"""A private rtpengine for a test, and a client of its ng protocol.

Own folder, stopped by its pid. Each daemon has an address of its own for the
media: rtpengine opens its ports with SO_REUSEADDR, so that two of them on one
address take the same ports, and each other's packets, without an error.
"""
import collections
import itertools
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import node
import sip

RTPENGINE_BIN = os.environ.get("RTPENGINE_BIN", "/usr/bin/rtpengine")
CONTROL = "127.0.0.1"
PORT_MIN, PORT_MAX = 30000, 32767
FLAGS = ("trust-address",)
STOP_TIMEOUT = 10.0

Counts = collections.namedtuple("Counts", "packets bytes")


def encode(value):
    """A value in bencode; text and octets are strings there."""
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, (list, tuple)):
        return b"l" + b"".join(map(encode, value)) + b"e"
    if isinstance(value, dict):
        pairs = itertools.chain.from_iterable(value.items())
        return b"d" + b"".join(map(encode, pairs)) + b"e"
    octets = value.encode() if isinstance(value, str) else value
    return b"%d:%s" % (len(octets), octets)


def _decode(octets, at):
    """The value at an offset, and the offset after it."""
    kind = octets[at:at + 1]
    if kind == b"i":
        end = octets.index(b"e", at)
        return int(octets[at + 1:end]), end + 1
    if kind in (b"l", b"d"):
        items, at = [], at + 1
        while octets[at:at + 1] != b"e":
            item, at = _decode(octets, at)
            items.append(item)
        if kind == b"d":
            items = dict(zip(items[::2], items[1::2]))
        return items, at + 1
    colon = octets.index(b":", at)
    end = colon + 1 + int(octets[at:colon])
    return octets[colon + 1:end].decode("utf-8", "surrogateescape"), end


def decode(octets):
    """The value that bencode stands for."""
    return _decode(octets, 0)[0]


def request(sdp):
    """What the module asks a relay for a description of this address."""
    address = re.search(r"^c=(.*?)\r?$", sdp, re.M).group(1)
    lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    for kind, port in re.findall(r"^m=(\S+) (\d+)", sdp, re.M):
        lines += [f"m={kind} {port} udp MCPTT", f"c={address}"]
    return "".join(line + "\r\n" for line in lines)


def placed(sdp, reply):
    """The description with address and ports of the relay's reply."""
    ports = iter(re.findall(r"^m=\S+ (\d+)", reply, re.M))
    address = re.search(r"^c=[^\r\n]*", reply, re.M).group()
    sdp = re.sub(r"^c=[^\r\n]*", address, sdp, flags=re.M)
    return re.sub(r"^(m=\S+ )\d+", lambda m: m.group(1) + next(ports), sdp,
                  flags=re.M)


class NgClient:
    """Speaks ng to a daemon; every answer has a deadline."""

    def __init__(self, address):
        self.ng_address = address

    def ask(self, command, timeout=sip.TIMEOUT, **fields):
        """The answer to a command; "_" in a name stands for "-"."""
        cookie = sip.token("ng").encode()
        message = {"command": command, **{
            name.replace("_", "-"): value for name, value in fields.items()}}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((CONTROL, 0))
            sock.settimeout(timeout)
            sock.sendto(cookie + b" " + encode(message), self.ng_address)
            try:
                octets = sock.recv(65536)
            except TimeoutError as error:
                raise sip.Timeout(f"no answer to ng {command}") from error
        assert octets.startswith(cookie + b" ")
        return decode(octets[len(cookie) + 1:])

    def _exchange(self, command, sdp, call_id, **fields):
        """A description with the relay's places, as a node makes it."""
        answer = self.ask(command, sdp=request(sdp), call_id=call_id,
                          flags=FLAGS, **fields)
        assert answer["result"] == "ok", answer
        return placed(sdp, answer["sdp"])

    def offer(self, sdp, call_id, from_tag):
        """What the callee gets for an offer."""
        return self._exchange("offer", sdp, call_id, from_tag=from_tag)

    def answer(self, sdp, call_id, from_tag, to_tag):
        """What the caller gets for an answer."""
        return self._exchange("answer", sdp, call_id, from_tag=from_tag,
                              to_tag=to_tag)

    def delete(self, call_id, from_tag):
        """Ends a call."""
        return self.ask("delete", call_id=call_id, from_tag=from_tag)

    def calls(self):
        """The Call-IDs of all calls."""
        return self.ask("list", limit=10000)["calls"]

    def query(self, call_id):
        """All that it knows of a call."""
        return self.ask("query", call_id=call_id)

    def counts(self, call_id):
        """By tag and section: what came from that side, RTP headers too."""
        tags = self.query(call_id)["tags"]
        return {tag: [self._came(media) for media in side["medias"]]
                for tag, side in tags.items()}

    @staticmethod
    def _came(media):
        """The sums over the ports of a section."""
        stats = [stream["stats"] for stream in media["streams"]]
        return Counts(sum(s["packets"] for s in stats),
                      sum(s["bytes"] for s in stats))


def claim_address():
    """An address that no other test has, and the socket that claims it."""
    while True:
        address = "127.9.%d.%d" % (random.randrange(256),
                                   random.randrange(1, 255))
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind((address, PORT_MIN - 1))
        except OSError:
            claim.close()
            continue
        return address, claim


class Rtpengine(NgClient, node.Started):
    """A daemon of our own."""

    def __init__(self, *options):
        super().__init__((CONTROL, node.free_port()))
        self.address, self._claim = claim_address()
        self.cli_port = node.free_port()
        self.options = list(options)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rtpengine-"))
        self.process = None

    @property
    def socket(self):
        """What rtpengine_sock is set to."""
        return "udp:%s:%d" % self.ng_address

    def start(self):
        """Starts it and returns when it answers."""
        with open(self.folder / "rtpengine.log", "ab") as log:
            self.process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        try:
            node.wait_until(self._answers, "answer of rtpengine", 20)
        except BaseException:
            self.kill()
            raise
        return self

    def _command(self):
        """The command line that stays in front and needs no kernel module."""
        return [RTPENGINE_BIN, "--config-file=none", "--table=-1",
                f"--interface=lo/{self.address}",
                "--listen-ng=%s:%d" % self.ng_address,
                f"--listen-cli={CONTROL}:{self.cli_port}",
                f"--port-min={PORT_MIN}", f"--port-max={PORT_MAX}",
                "--delete-delay=0", "--timeout=60", "--offer-timeout=120",
                "--foreground", "--log-stderr",
                "--log-level=6", *self.options]

    def _answers(self):
        """True if it answers a ping; fails where it ended."""
        assert self.process.poll() is None, self.log()
        try:
            return self.ask("ping", timeout=0.2)["result"] == "pong"
        except (sip.Timeout, ConnectionError):
            return False

    def log(self):
        """All that it has logged."""
        return (self.folder / "rtpengine.log").read_text(errors="replace")

    def stop(self):
        """Ends it by pid."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(STOP_TIMEOUT)
            finally:
                self.kill()

    def kill(self):
        """Ends it at once, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def hang(self):
        """Makes it hang until resume()."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def resume(self):
        """Lets it go on."""
        self.process.send_signal(signal.SIGCONT)

    def remove(self):
        """Removes its folder and gives its address free."""
        self._claim.close()
        shutil.rmtree(self.folder, ignore_errors=True)
