# SPDX-License-Identifier: GPL-2.0-or-later
"""Media of a party in Python: its description, its RTP port.

All addresses are of 127.0.1.0/24, never those of the relay.
"""
import itertools
import re
import socket
import struct
import time

import sip

P25 = {100: ("X-TIA-P25-IMBE/8000", None)}
TETRA = {97: ("TETRA_ACELP_BB/8000", None)}
TETRA_E2EE = {98: ("TETRA_ACELP_BB/8000", "payload-type=0;encryption-mode=1")}
TETRA_CLEAR = {97: ("TETRA_ACELP_BB/8000", "payload-type=0;encryption-mode=0")}
AMRWB = {96: ("AMR-WB/16000", None)}
PCMU = {0: ("PCMU/8000", None)}
FLOOR = "MCPTT"
RECEIVE_BUFFER = 1 << 20

_ids = itertools.count(1)


def audio(port, formats, *lines, proto="RTP/AVP"):
    """The lines of a speech section."""
    out = [f"m=audio {port} {proto} {' '.join(map(str, formats))}"]
    for pt, (name, fmtp) in formats.items():
        out.append(f"a=rtpmap:{pt} {name}")
        if fmtp:
            out.append(f"a=fmtp:{pt} {fmtp}")
    return out + list(lines)


def floor(port):
    """The lines of a floor control section (TS 24.380)."""
    return [f"m=application {port} udp MCPTT",
            "a=fmtp:MCPTT mc_queueing;mc_priority=5"]


def description(address, *sections):
    """A description with these sections."""
    number = next(_ids)
    lines = ["v=0", f"o=- {number} {number} IN IP4 {address}", "s=-",
             f"c=IN IP4 {address}", "t=0 0",
             *(line for section in sections for line in section)]
    return "".join(line + "\r\n" for line in lines).encode()


def sections(sdp):
    """The lines of each section, "m=" first."""
    return [s.split("\r\n")[:-1] for s in re.findall(
        r"^m=.*?(?=^m=|\Z)", sdp.decode(), re.M | re.S)]


def place(sdp, section=0):
    """Address and port of a section."""
    lines = sections(sdp)[section]
    own = [line for line in lines if line.startswith("c=")]
    line = own[0] if own else re.search(r"^c=.*$", sdp.decode(), re.M).group()
    return line.split()[-1].strip(), int(lines[0].split()[1])


def ports(sdp):
    """The port of every section."""
    return [int(lines[0].split()[1]) for lines in sections(sdp)]


def has_line(sdp, line):
    """True if a line stands in the description as it is here."""
    return line in sdp.decode().split("\r\n")


class Party:
    """The media side of a user agent: one port for RTP."""

    def __init__(self, address="127.0.1.1", port=0):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.sock.bind((address, port))
        self.address, self.port = self.sock.getsockname()
        self.ssrc = next(_ids)
        self.received = []  # (source, packet)

    def close(self):
        """Closes its port."""
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def sdp(self, formats, *lines, proto="RTP/AVP", more=()):
        """Its description, with further sections after its own."""
        return description(self.address, audio(
            self.port, formats, *lines, proto=proto), *more)

    def packets(self, count, pt, size=75):
        """RTP packets whose payload tells whose and which they are."""
        return [struct.pack("!BBHII", 0x80, pt, n, n, self.ssrc)
                + struct.pack("!II", self.ssrc, n).ljust(size, b"\x5a")
                for n in range(count)]

    def send(self, packets, to):
        """Sends packets."""
        for packet in packets:
            self.sock.sendto(packet, to)

    def collect(self):
        """Takes what has come by now."""
        self.sock.setblocking(False)
        try:
            while True:
                packet, source = self.sock.recvfrom(4096)
                self.received.append((source, packet))
        except BlockingIOError:
            pass
        return self.received

    def wait(self, count, timeout=sip.SOON):
        """All that came, as soon as it is this much."""
        end = time.monotonic() + timeout
        while len(self.collect()) < count:
            if time.monotonic() > end:
                raise sip.Timeout(f"{len(self.received)} of {count} packets "
                                  f"at {self.address}:{self.port}")
            time.sleep(0.01)
        return self.received


def flow(sender, told, receiver, told_receiver, pt, count=50):
    """Packets one way: each arrives unchanged, from where it was told.

    The relay's threads may change their order. told and told_receiver are the
    descriptions that the two got of each other.
    """
    del receiver.collect()[:]
    sent = sender.packets(count, pt)
    sender.send(sent, place(told))
    got = receiver.wait(count)
    assert {source for source, _ in got} == {place(told_receiver)}
    assert sorted(packet for _, packet in got) == sent


def exchange(one, told_one, other, told_other, pt, count=50):
    """The same both ways."""
    flow(one, told_one, other, told_other, pt, count)
    flow(other, told_other, one, told_one, pt, count)
