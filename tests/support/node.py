# SPDX-License-Identifier: GPL-2.0-or-later
"""A private Kamailio for a test: own folder, own ports, stopped by its pid."""
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
import warnings

import preload
import sip

TOP = pathlib.Path(__file__).resolve().parents[2]
KAMAILIO_BIN = os.environ.get("KAMAILIO_BIN", "/usr/sbin/kamailio")
KAMAILIO_LIBDIR = os.environ.get(
    "KAMAILIO_LIBDIR",
    f"/usr/lib/{os.uname().machine}-linux-gnu/kamailio")
# Beside it, in a folder that is not on the PATH of an ordinary user.
KAMCMD = os.environ.get("KAMCMD", "/usr/sbin/kamcmd")
START_TIMEOUT = 90.0
STOP_TIMEOUT = 60.0  # s; a machine under load takes its time
READY_TIMEOUT = 5.0

# What a Kamailio that fell over leaves in its log. Its processes see their
# pipes close one by one when it stops: that is none.
# (Nor is what 5.7 and later say of connections that they end.)
_CRASH = re.compile(r"CRITICAL(?!.*(receive_fd\(\): EOF|connections per source|"
                    r"timeout on connection id))|\bBUG[: ]|"
                    r"core was (not )?generated|exited by a signal")

_ports = itertools.cycle(range(10000, 20000))
_worker = os.environ.get("PYTEST_XDIST_WORKER")  # of one parent, far apart
_skip = (os.getppid() * 101 + int(_worker[2:]) * 2500 if _worker
         else os.getpid() * 101) % 10000
next(itertools.islice(_ports, _skip, _skip), None)

# Media relays have the ports from there up to the range of the kernel, in
# blocks of which the last port tells that it is taken.
MEDIA_FIRST, MEDIA_PORTS, MEDIA_BLOCK = 20000, 12600, 200
_media = itertools.count(os.getpid() * 37)
_claims = {}
CLAIMS = "127.1.1.1"
PROBE = "127.1.1.2"  # who asks whether a node is up
_held = []


def _is_free(port):
    """True if this port of 127.0.0.1 is free, UDP and TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def free_port():
    """A free port below the range that the kernel gives out by itself. No
    other tests get it: until this process ends it is held at an address of
    its own."""
    for port in _ports:
        claim = _claim(port, CLAIMS)
        if claim and _is_free(port):
            _held.append(claim)
            return port
        if claim:
            claim.close()


def _claim(port, address="127.0.0.1"):
    """A socket that keeps a port, None if another one has it."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((address, port))
    except OSError:
        sock.close()
        return None
    return sock


def _claim_all(ports):
    """Sockets that keep all these ports, None if one is taken."""
    claims = [_claim(port) for port in ports]
    if all(claims):
        return claims
    for claim in filter(None, claims):
        claim.close()
    return None


def _claim_media(count):
    """The first of so many ports, which no two relays may have: rtpengine
    opens them with SO_REUSEADDR, so that both get them without an error, and
    each other's packets. The last port of every block is held until
    release_media()."""
    places = (MEDIA_PORTS - count) // MEDIA_BLOCK + 1
    for _ in range(places):
        first = MEDIA_FIRST + next(_media) % places * MEDIA_BLOCK
        claims = _claim_all(range(
            first + MEDIA_BLOCK - 1, first + count, MEDIA_BLOCK))
        if claims:
            _claims[str(first)] = claims
            return first
    raise AssertionError("no ports are left for a media relay")


def media_environment(count=MEDIA_BLOCK):
    """Ports for the media relay of a node, as tools/node.sh takes them; those
    of its commands alone for a node without one (0)."""
    first = _claim_media(count) if count else 0
    ports = {"RTPENGINE_PORT": free_port(), "RTPENGINE_CLI_PORT": free_port(),
             "RTP_MIN": first, "RTP_MAX": max(first + count - 1, 0)}
    return {name: str(port) for name, port in ports.items()}


def release_media(environment):
    """Gives the ports of a relay free that does not run any more."""
    for claim in _claims.pop(environment["RTP_MIN"], ()):
        claim.close()


_running = []  # the nodes whose logs are looked at after each test


def crashes_since():
    """Lines that tell of a crash of any running node, since the last time:
    asked after each test, they are those of the test."""
    return [f"{server.folder.name}: {line}" for server in list(_running)
            for line in server.new_crashes()]


class Started:
    """A program that runs while it is entered: start(), stop(), remove()."""

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.remove()


def as_at_a_terminal():
    """A node takes the signals of a terminal, even if those who started the
    tests ignore them: nohup, or a job in the background."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Kamailio(Started):
    """A Kamailio that runs one configuration in the foreground."""

    def __init__(self, config, defines=(), memory=64):
        self.config = config
        self.defines = list(defines)
        self.memory = memory
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kamailio-"))
        self.port = free_port()
        self.http_port = free_port()
        self.process = None
        self.clock = None
        self._read = 0  # octets of its log that new_crashes() has seen

    def with_clock(self):
        """Lets a test move its clock."""
        self.clock = preload.Clock(self.path("clock"))
        return self

    @property
    def address(self):
        """Where it listens for SIP."""
        return ("127.0.0.1", self.port)

    def path(self, name):
        """A file in its folder."""
        return self.folder / name

    # Its life

    def start(self):
        """Starts it and returns when it answers."""
        with open(self.path("kamailio.log"), "ab") as log:
            self.process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=self._environment(),
                process_group=0, preexec_fn=as_at_a_terminal)
        try:
            self._wait_up()
        except BaseException:
            self._kill()
            raise
        if self not in _running:
            _running.append(self)
        return self

    def stop(self):
        """Stops it by pid; fails if it crashed at the end, or before without
        a failure of a test. (Kamailio 5.6 hangs in its signal handlers now and
        then when it is stopped under load: that is told, and no failure.)"""
        status = 0
        if self.process.poll() is None:
            self._wait_ready()
            self._terminate()
        try:
            status = self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            warnings.warn(f"Kamailio did not stop in {STOP_TIMEOUT} s")
        finally:
            self._kill()
            if self in _running:
                _running.remove(self)
        assert status == 0, f"exit status {status}\n{self.log_tail()}"
        crashes = self.new_crashes()
        assert not crashes, "\n".join(crashes)

    def remove(self):
        """Removes its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self):
        """The command line that stays in front."""
        folder = str(self.folder)
        numbers = {"SIP_PORT": self.port, "HTTP_PORT": self.http_port}
        defines = [f"{k}={v}" for k, v in numbers.items()] + self.defines
        return [KAMAILIO_BIN, "-f", str(self.config), "-DD", "-E",
                "-Y", folder, "-w", folder,
                "-P", str(self.path("kamailio.pid")),
                "-L", f"{TOP}/modules:{KAMAILIO_LIBDIR}/modules",
                "-m", str(self.memory), "-M", "8",
                *(word for d in defines for word in ("-A", d))]

    def _environment(self):
        moved = self.clock.environment() if self.clock else {}
        return dict(os.environ, RUN_DIR=str(self.folder), **moved)

    def _wait_up(self):
        """Asks with OPTIONS until there is an answer."""
        end, wait = time.monotonic() + START_TIMEOUT, 0.2
        with sip.UdpEndpoint(PROBE) as probe:
            while time.monotonic() < end:
                if self.process.poll() is not None:
                    break
                if self._answers(probe, wait):
                    return
                # All that a slow node has not read yet count as a flood.
                wait = min(1.3 * wait, 2)
                time.sleep(0.05)
        raise AssertionError(f"Kamailio is not up\n{self.log_tail()}")

    def _answers(self, probe, wait):
        """True if it answers one OPTIONS soon, and is open."""
        uri = f"sip:127.0.0.1:{self.port}"
        message = sip.request("OPTIONS", uri, "sip:probe@127.0.0.1", uri)
        try:
            return probe.ask(message, self.address, timeout=wait).code != 503
        except sip.Timeout:
            return False

    def main_pid(self):
        """Its first process."""
        return self.process.pid

    def _wait_ready(self):
        """Returns when its first process waits for signals. (It answers before;
        Kamailio 6.1.5 that is ended before crashes after all is cleaned up.)"""
        place = pathlib.Path(f"/proc/{self.main_pid()}/wchan")
        end = time.monotonic() + READY_TIMEOUT
        with contextlib.suppress(OSError):
            while ("pause" not in place.read_text()
                   and time.monotonic() < end):
                time.sleep(0.05)

    def _terminate(self):
        """Asks it to end in order."""
        os.kill(self.main_pid(), signal.SIGTERM)

    def _kill(self):
        """Makes sure that it is gone with its children, whatever happened."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    # What it says

    def version(self):
        """The version of Kamailio, as numbers."""
        found = re.search(r"kamailio (\d+)\.(\d+)\.(\d+)",
                          self.kamcmd("core.version"))
        return tuple(map(int, found.groups()))

    def log(self):
        """All that it has logged."""
        return self.path("kamailio.log").read_text(errors="replace")

    def log_tail(self, lines=15, columns=200):
        """The begins of the last lines of its log."""
        return "\n".join(line[:columns]
                         for line in self.log().splitlines()[-lines:])

    def crashes(self):
        """Lines of the log that tell of a crash."""
        return [line for line in self.log().splitlines()
                if _CRASH.search(line)]

    def new_crashes(self):
        """The same, each of them once; what is no whole line yet comes the
        next time."""
        path = self.path("kamailio.log")
        if not path.exists():
            return []
        if path.stat().st_size < self._read:
            self._read = 0
        with path.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        whole = new[:new.rfind(b"\n") + 1]
        self._read += len(whole)
        return [line for line in whole.decode(errors="replace").splitlines()
                if _CRASH.search(line)]

    def wait_log(self, pattern, timeout=sip.SOON):
        """The match of a pattern in the log, as soon as it is there."""
        return wait_until(lambda: re.search(pattern, self.log()),
                          f"{pattern!r} in the log", timeout)

    def kamcmd(self, *words):
        """What kamcmd prints for a command."""
        done = subprocess.run(
            [KAMCMD, "-s", f"unix:{self.path('kamailio_ctl')}",
             *map(str, words)], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def shared_memory(self):
        """Octets of shared memory in use."""
        return int(re.search(r"\bused: (\d+)",
                             self.kamcmd("core.shmmem")).group(1))

    def private_memory(self):
        """Octets of private memory in use, of all processes together."""
        return sum(map(int, re.findall(r"^\s*used: (\d+)",
                                       self.kamcmd("pkg.stats"), re.M)))

    def counters(self, group="mc_iwf"):
        """The counters of a group, by name."""
        text = self.kamcmd("stats.get_statistics", f"{group}:")
        return {name: int(value) for name, value in
                re.findall(rf"{group}:(\S+) = (\d+)", text)}

    def rpc(self, method, *params):
        """The result of an RPC over HTTP."""
        call = {"jsonrpc": "2.0", "method": method,
                "params": list(params), "id": 1}
        ask = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}/RPC",
            json.dumps(call).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(ask, timeout=10) as reply:
            return json.load(reply)["result"]

    def metrics(self):
        """The text of /metrics."""
        url = f"http://127.0.0.1:{self.http_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.read().decode()


def wait_until(found, what, timeout=sip.SOON):
    """Asks found() again and again; its first true answer."""
    end = time.monotonic() + timeout
    while not (result := found()):
        if time.monotonic() > end:
            raise sip.Timeout(f"no {what} within {timeout} s")
        time.sleep(0.02)
    return result


def since(begin, count):
    """How often something has happened by now that happens so often a second
    at most, since a moment of time.monotonic(): seconds have two ends."""
    return count * (time.monotonic() - begin + 2)
