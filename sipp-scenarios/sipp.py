# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs one SIPp scenario and says what it saw."""
import collections
import pathlib
import re
import socket
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "tests" / "support"))
import mc  # noqa: E402
import sip  # noqa: E402

TIMEOUT = 25

Result = collections.namedtuple("Result", "passed seen")


def _free_port(address):
    """A port for SIPp, which does not take one the kernel chooses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        return sock.getsockname()[1]


def credentials(server, user):
    """What the user answers to a challenge of the server for a MESSAGE.

    SIPp can do this itself, but then cuts the body at its first NUL.
    """
    message = sip.request("MESSAGE", mc.ORIG, mc.impu(user), mc.ORIG)
    with sip.UdpEndpoint() as endpoint:
        challenge = endpoint.ask(message, server)
    again = sip.with_credentials(message, challenge, user, f"{user}-secret")
    return again.get("Proxy-Authorization")


class Sipp:
    """A SIPp process that runs a scenario in a working folder.

    The folder holds payload.bin, which scenarios send, and gets the logs.
    """

    def __init__(self, scenario, server, work, user="alice",
                 address="127.0.0.1", port=None, calls=1, keys=()):
        port = port or _free_port(address)
        self.trace = pathlib.Path(work) / f"{scenario}-{port}.log"
        text = (FOLDER / f"{scenario}.xml").read_text()
        fields = (["-inf", self._fields(server, user, calls)]
                  if "[field0]" in text else [])
        command = [
            "sipp", "%s:%d" % server, "-sf", f"{FOLDER / scenario}.xml",
            "-i", address, "-p", str(port), "-m", str(calls), "-r", "20",
            "-s", user, "-au", user, "-ap", f"{user}-secret",
            "-nostdin", "-default_behaviors", "all,-bye",
            "-timeout", str(TIMEOUT), "-timeout_error", *fields,
            "-trace_msg", "-message_file", str(self.trace),
            *(word for k, v in dict(keys).items()
              for word in ("-key", k, v))]
        self.process = subprocess.Popen(
            command, cwd=work, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _fields(self, server, user, calls):
        """A file with credentials for each call, one line a call."""
        path = self.trace.with_suffix(".csv")
        lines = [credentials(server, user) for _ in range(calls)]
        path.write_text("\n".join(["SEQUENTIAL", *lines, ""]))
        return str(path)

    def wait(self):
        """Whether the scenario went as written, and what came last."""
        try:
            status = self.process.wait(TIMEOUT + 5)
        finally:
            self.stop()
        return Result(status == 0, self._seen())

    def stop(self):
        """Ends the process where it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _seen(self):
        """The last final response or request in its log of messages."""
        text = self.trace.read_bytes() if self.trace.exists() else b""
        received = re.findall(
            rb"message received \[\d+\] bytes ?:\s+(.*?)\r?\n\r?\n",
            text, re.S)
        return _summary(received[-1].decode("latin-1")) if received else ""


def _summary(head):
    """Status code and MC warning code, or the method, of a message."""
    start = head.split()
    if not start[0].startswith("SIP/"):
        return start[0]
    warning = re.search(r'^Warning:\s*399 \S+ "(\d{3}) ', head, re.M)
    return " ".join([start[1], *(warning.groups() if warning else ())])


def run(scenario, server, work, **options):
    """Runs a scenario to its end."""
    return Sipp(scenario, server, work, **options).wait()
