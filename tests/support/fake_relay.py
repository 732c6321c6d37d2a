# SPDX-License-Identifier: GPL-2.0-or-later
"""A media relay that is none: it answers ng (rtpengine's control protocol:
a cookie, a blank and a dictionary in bencode, over UDP) and carries nothing.
What it says of a description is up to the test."""
import re
import socket
import threading

import node
import rtpengine

ADDRESS = "127.9.0.9"  # where it says that it receives media
FIRST_PORT = 30000


def sections(text):
    """Session part and sections of a description."""
    head, *rest = re.split(r"(?m)^(?=m=)", text)
    return head, rest


def moved(text):
    """An honest answer: every open section at a place of the relay."""
    head, rest = sections(text)
    for i, section in enumerate(rest):
        port = "0" if section.split()[1] == "0" else str(FIRST_PORT + 2 * i)
        section = re.sub(r"^(m=\S+ )\d+", lambda m, p=port: m.group(1) + p,
                         section)
        rest[i] = re.sub(r"(?m)^c=[^\r\n]*", f"c=IN IP4 {ADDRESS}", section)
    return head + "".join(rest)


class FakeRelay(node.Started):
    """Answers from its start on; say(text) is its answer to an offer or an
    answer, of which it keeps all fields."""

    def __init__(self, port=0):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((rtpengine.CONTROL, port))
        self.say, self.asked = moved, []
        self.heard = [] # the place of an asker and its command, each time
        self._said = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def socket(self):
        """What rtpengine_sock is set to."""
        return "udp:%s:%d" % self.sock.getsockname()

    def start(self):
        """Begins to answer."""
        self._thread.start()
        return self

    def stop(self):
        """Answers no more."""
        if self._thread.is_alive():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                own.sendto(b"", self.sock.getsockname())
            self._thread.join()
        self.sock.close()

    def kill(self):
        """The same, at once."""
        self.stop()

    def remove(self):
        """It has nothing on the disk."""

    def calls(self):
        """It keeps no sessions."""
        return []

    def places(self):
        """The places of those that it heard."""
        return {place for place, _ in self.heard}

    def call_ids(self, command):
        """The Call-IDs for which it heard a command."""
        return {asked["call-id"] for _, asked in self.heard
                if asked["command"] == command}

    def texts(self, command="offer"):
        """The descriptions that it was asked for by a command."""
        return [asked["sdp"] for asked in self.asked
                if asked["command"] == command]

    def _serve(self):
        """Answers until an empty packet comes; a repetition as before."""
        while True:
            packet, source = self.sock.recvfrom(65536)
            if not packet:
                return
            if packet not in self._said:
                self._said[packet] = self._answer(packet, source)
            self.sock.sendto(self._said[packet], source)

    def _answer(self, packet, source):
        """The answer to a request."""
        cookie, _, octets = packet.partition(b" ")
        asked = rtpengine.decode(octets)
        self.heard.append((source, asked))
        answer = {"result": "ok", "calls": self.calls()}
        if asked["command"] == "ping":
            answer["result"] = "pong"
        elif "sdp" in asked:
            self.asked.append(asked)
            answer["sdp"] = self.say(asked["sdp"])
        return cookie + b" " + rtpengine.encode(answer)
