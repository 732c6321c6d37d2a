# SPDX-License-Identifier: GPL-2.0-or-later
"""A private rtpengine for a test: own folder, own ports, stopped by its pid.

And what a test asks it over its ng protocol (bencode over UDP).
"""
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import node
import sip

RTPENGINE = shutil.which("rtpengine") or "/usr/bin/rtpengine"
STOP_TIMEOUT = 20.0


def encode(value):
    """A value as bencode."""
    if isinstance(value, dict):
        inner = b"".join(encode(k) + encode(v) for k, v in value.items())
        return b"d" + inner + b"e"
    if isinstance(value, (list, tuple)):
        return b"l" + b"".join(map(encode, value)) + b"e"
    if isinstance(value, int):
        return b"i%de" % value
    octets = value if isinstance(value, bytes) else value.encode()
    return b"%d:%s" % (len(octets), octets)


def decode(octets, at=0):
    """The value that begins there, and where it ends; texts are str."""
    kind = octets[at:at + 1]
    if kind == b"i":
        end = octets.index(b"e", at)
        return int(octets[at + 1:end]), end + 1
    if kind in (b"l", b"d"):
        items, at = [], at + 1
        while octets[at:at + 1] != b"e":
            item, at = decode(octets, at)
            items.append(item)
        pairs = dict(zip(items[::2], items[1::2]))
        return (items if kind == b"l" else pairs), at + 1
    colon = octets.index(b":", at)
    end = colon + 1 + int(octets[at:colon])
    return octets[colon + 1:end].decode("utf-8", "replace"), end


class Rtpengine:
    """A media relay on 127.0.0.1 in user space."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rtpengine-"))
        self.ports = node.media_environment()
        self.port = int(self.ports["RTPENGINE_PORT"])
        self.process = None

    @property
    def socket(self):
        """What rtpengine_sock is set to."""
        return f"udp:127.0.0.1:{self.port}"

    def start(self):
        """Starts it and returns when it answers."""
        with open(self.folder / "rtpengine.log", "ab") as log:
            self.process = subprocess.Popen(
                [RTPENGINE, "--config-file=none", "--foreground",
                 "--log-stderr", "--table=-1", "--interface=lo/127.0.0.1",
                 "--num-threads=2",
                 f"--listen-ng=127.0.0.1:{self.port}",
                 f"--listen-cli=127.0.0.1:{self.ports['RTPENGINE_CLI_PORT']}",
                 f"--port-min={self.ports['RTP_MIN']}",
                 f"--port-max={self.ports['RTP_MAX']}",
                 "--delete-delay=0", "--timeout=60", "--offer-timeout=120"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        node.wait_until(self._answers, "answer of rtpengine", 20)
        return self

    def stop(self):
        """Stops it by its process."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT)
        finally:
            self.kill()

    def kill(self):
        """Ends it at once, as a crash does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self):
        """True where it answers a ping soon."""
        assert self.process.poll() is None, self.log()[-2000:]
        try:
            return self.ask("ping", timeout=0.2)["result"] == "pong"
        except (OSError, sip.Timeout):
            return False

    def log(self):
        """All that it has logged."""
        return (self.folder / "rtpengine.log").read_text(errors="replace")

    def ask(self, command, timeout=sip.TIMEOUT, **fields):
        """The answer to an ng command; "_" in a field stands for "-"."""
        cookie = sip.token("ng").encode()
        question = {"command": command,
                    **{k.replace("_", "-"): v for k, v in fields.items()}}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.connect(("127.0.0.1", self.port))
            sock.send(cookie + b" " + encode(question))
            try:
                reply = sock.recv(65536)
            except socket.timeout:
                raise sip.Timeout(f"rtpengine: no answer to {command}")
        assert reply.startswith(cookie + b" ")
        return decode(reply[len(cookie) + 1:])[0]

    def calls(self):
        """The call-ids of all its sessions."""
        return self.ask("list", limit=1000)["calls"]

    def query(self, call_id):
        """All that it knows of a call."""
        return self.ask("query", call_id=call_id)
