# SPDX-License-Identifier: GPL-2.0-or-later
"""A baresip: a SIP phone that is not ours, with a folder and ports of its own.

It is driven over its control connection, JSON in netstrings, and writes every
SIP message that it sends and takes into its log (option -s). Its microphone is
a tone, its loudspeaker a device that leads nowhere.
"""
import collections
import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

import mc
import node
import sip

BARESIP = shutil.which("baresip")
MODULES = "/usr/lib/baresip/modules"
STOP_TIMEOUT = 20.0
RTP_PORTS = 90  # of one phone, from its media block

CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
ctrl_tcp_listen 127.0.0.1:{control}
net_interface 127.0.0.1
rtp_ports {first}-{last}
rtp_stats yes
rtcp_mux no
audio_source ausine,440
audio_player aubridge,nowhere
audio_alert aubridge,alert
ausrc_srate 48000
ausrc_channels 2
auplay_srate 48000
auplay_channels 2
opus_bitrate 28000
module_path {modules}
module g711.so
module amr.so
module opus.so
module ausine.so
module aubridge.so
module srtp.so
module dtls_srtp.so
module ice.so
module_tmp account.so
module_app menu.so
module_app debug_cmd.so
module_app ctrl_tcp.so
"""

Wire = collections.namedtuple("Wire", "source destination message")
Audio = collections.namedtuple("Audio", "codec sent received keying secure")

_TRACE = re.compile(rb"#\nUDP (\S+) -> (\S+)\n(.*?)\x1b\[;m\n", re.S)


def two_free_ports():
    """The first of two ports that follow each other: baresip takes the one
    after that of SIP for TLS."""
    first = node.free_port()
    while (second := node.free_port()) != first + 1:
        first = second
    return first


class Baresip(node.Started):
    """One phone of one user of the sample."""

    def __init__(self, server, user, first_rtp, settings=""):
        """settings: of its account, as in "mediaenc=srtp"."""
        self.server, self.user = server, user
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="baresip-"))
        self.port, self.control_port = two_free_ports(), node.free_port()
        self.control, self.process = None, None
        self.events = []
        self._stream, self._written = b"", None
        (self.folder / "config").write_text(CONFIG.format(
            sip=self.port, control=self.control_port, first=first_rtp,
            last=first_rtp + RTP_PORTS, modules=MODULES))
        (self.folder / "accounts").write_text(
            f"<{mc.impu(user)}>;auth_user={user};auth_pass={user}-secret"
            f';outbound="sip:127.0.0.1:{server.port}";regint=600'
            f';answermode=auto{";" if settings else ""}{settings}\n')

    # Its life

    def start(self):
        """Starts it and returns when it is registered."""
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [BARESIP, "-f", str(self.folder), "-s"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            node.wait_until(self._connect, "control connection of baresip",
                            sip.TIMEOUT)
            node.wait_until(self.contact, f"contact of {self.user}",
                            sip.TIMEOUT)
        except BaseException:
            self._kill()
            raise
        return self

    def stop(self):
        """Ends it by pid; it takes its registration back."""
        self.control.close()
        self.process.terminate()
        try:
            assert self.process.wait(STOP_TIMEOUT) == 0
        finally:
            self._kill()
            self._written = self.log()

    def _kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def remove(self):
        """Removes its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self):
        """True when it listens for commands."""
        assert self.process.poll() is None, self.log().decode(errors="replace")
        with contextlib.suppress(ConnectionError):
            self.control = socket.create_connection(
                ("127.0.0.1", self.control_port))
        return self.control is not None

    def contact(self):
        """The URI that the node has of it, "" without."""
        found = re.search(r"Address: (sip:\S+:%d)" % self.port,
                          self.server.kamcmd("ul.dump"))
        return found.group(1) if found else ""

    # What it is told, and what it tells

    def tell(self, command, params=""):
        """Runs a command; what it prints."""
        token = sip.token()
        octets = json.dumps({"command": command, "params": params,
                             "token": token}).encode()
        self.control.sendall(b"%d:%s," % (len(octets), octets))
        answer = self._wait(lambda: next(
            (e for e in self.events if e.get("token") == token), None),
            f"answer to {command}", sip.TIMEOUT)
        self.events.remove(answer)
        assert answer["ok"], answer
        return answer["data"]

    def wait_event(self, kind, n=1, timeout=sip.TIMEOUT):
        """The n-th event of a kind, as soon as it is there."""
        def found():
            told = [e for e in self.events if e.get("type") == kind]
            return len(told) >= n and told[n - 1]
        return self._wait(found, f"{kind} of {self.user}", timeout)

    def wait_text(self, timeout=sip.TIMEOUT):
        """The text of the first MESSAGE that it got."""
        return self._wait(lambda: next(
            (e["body"] for e in self.events if e.get("message")), None),
            f"message of {self.user}", timeout)

    def _wait(self, found, what, timeout):
        """Reads what it tells until something is found."""
        end = time.monotonic() + timeout
        while not (result := found()):
            self.control.settimeout(max(end - time.monotonic(), 0.01))
            try:
                octets = self.control.recv(65536)
            except TimeoutError as error:
                raise sip.Timeout(f"no {what} within {timeout} s; "
                                  f"{self.events}") from error
            assert octets, f"baresip of {self.user} is gone"
            self._stream += octets
            self._take()
        return result

    def _take(self):
        """Cuts whole netstrings off what has come. (Of version 1.0.0 some
        lack the comma.)"""
        while b":" in self._stream:
            length, _, rest = self._stream.lstrip(b",").partition(b":")
            if len(rest) < int(length):
                return
            self.events.append(json.loads(rest[:int(length)]))
            self._stream = rest[int(length):].lstrip(b",")

    # Its call

    def audio(self):
        """What its RTP session has sent and received by now."""
        text = self.tell("audio_debug")

        def number(pattern):
            found = re.search(pattern, text)
            return int(found.group(1)) if found else 0
        codec = re.search(r"encode: *(\S*)", text)
        keying = re.search(r"menc: (\S+) \(secure=(\w+)\)", text)
        return Audio(codec.group(1) if codec else "",
                     number(r"TX: packets=(\d+)"), number(r"rcvd=(\d+)"),
                     *(keying.groups() if keying else ("", "")))

    def wait_audio(self, more=50, timeout=sip.TIMEOUT):
        """Its counts as soon as so much more has come in."""
        had = self.audio().received
        return node.wait_until(
            lambda: (now := self.audio()).received >= had + more and now,
            f"{more} packets at {self.user}", timeout)

    # Its log

    def log(self):
        """All that it has written, also after it is gone."""
        return self._written or (self.folder / "log").read_bytes()

    def wire(self, method):
        """What it sent and took with this method in CSeq, in order; complete
        once it is stopped."""
        found = [Wire(source.decode(), to.decode(), sip.Message.parse(octets))
                 for source, to, octets in _TRACE.findall(self.log())]
        return [w for w in found if w.message.method == method]

    def taken(self, method):
        """Of these, the messages that it took."""
        return [w.message for w in self.wire(method)
                if w.destination.endswith(f":{self.port}")]

    def sent(self, method):
        """Of these, the messages that it sent."""
        return [w.message for w in self.wire(method)
                if w.source.endswith(f":{self.port}")]


class WithTags(mc.Client):
    """Registers a phone's contact once more, with the feature tag of MCPTT,
    which baresip cannot be told to write."""

    def __init__(self, phone, endpoint):
        super().__init__(phone.server, phone.user, endpoint)
        self._contact = phone.contact()

    @property
    def contact(self):
        """That of the phone."""
        return self._contact


@contextlib.contextmanager
def pair(server, settings=""):
    """Phones of alice and of bob, with settings of their accounts; after it
    what they wrote is still there."""
    media = node.media_environment()
    first = int(media["RTP_MIN"])
    try:
        with Baresip(server, "alice", first, settings) as alice, \
                Baresip(server, "bob", first + 100, settings) as bob, \
                sip.UdpEndpoint() as endpoint:
            for phone in (alice, bob):
                WithTags(phone, endpoint).register("mcptt")
            yield alice, bob
    finally:
        node.release_media(media)
