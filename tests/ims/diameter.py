# SPDX-License-Identifier: GPL-2.0-or-later
"""Diameter messages and attribute-value pairs as octets (RFC 6733 3, 4)."""
import struct
from typing import NamedTuple

HEAD = 20  # octets of a message before its AVPs
REQUEST, PROXIABLE = 0x80, 0x40  # flags of a message
VENDOR, MANDATORY = 0x80, 0x40  # flags of an AVP
IMS = 10415  # 3GPP's vendor number


class Avp(NamedTuple):
    """One attribute: its code, the vendor (0: none), its octets."""

    code: int
    vendor: int
    data: bytes


class Message(NamedTuple):
    """A message: flags, command and application, two numbers that an answer
    repeats, and its AVPs as octets."""

    flags: int
    command: int
    application: int
    hop: int
    end: int
    body: bytes

    def avps(self):
        """Its AVPs."""
        return read_avps(self.body)

    def answered(self, *avps):
        """The answer with these AVPs."""
        return self._replace(flags=self.flags & PROXIABLE,
                             body=b"".join(avps))

    def __bytes__(self):
        length = HEAD + len(self.body)
        return (b"\1" + length.to_bytes(3, "big") + bytes([self.flags])
                + self.command.to_bytes(3, "big") + struct.pack(
                    ">III", self.application, self.hop, self.end) + self.body)


def avp(code, value, vendor=0):
    """The octets of an AVP that the reader has to understand. Its value is a
    number of 32 bits, a text, octets, or the AVPs of a group."""
    if isinstance(value, int):
        value = struct.pack(">I", value)
    elif isinstance(value, str):
        value = value.encode()
    elif isinstance(value, list):
        value = b"".join(value)
    flags = MANDATORY | (VENDOR if vendor else 0)
    owner = struct.pack(">I", vendor) if vendor else b""
    length = 8 + len(owner) + len(value)
    return (struct.pack(">IB", code, flags) + length.to_bytes(3, "big")
            + owner + value + bytes(-length % 4))


def read_avps(octets):
    """The AVPs in octets; ValueError if they do not fit."""
    found, at = [], 0
    while at < len(octets):
        head = octets[at:at + 8]
        if len(head) < 8:
            raise ValueError("an AVP is cut")
        code, flags = struct.unpack(">IB", head[:5])
        length, skip = int.from_bytes(head[5:], "big"), 8
        vendor = 0
        if flags & VENDOR:
            vendor, skip = int.from_bytes(octets[at + 8:at + 12], "big"), 12
        if length < skip or at + length > len(octets):
            raise ValueError("an AVP has a wrong length")
        found.append(Avp(code, vendor, octets[at + skip:at + length]))
        at += length + -length % 4
    return found


def find(avps, code, vendor=0):
    """The octets of the first AVP of this kind, empty if there is none."""
    return next((a.data for a in avps if a[:2] == (code, vendor)), b"")


def read_message(stream):
    """The next message of a file of octets, None at its end."""
    head = stream.read(HEAD)
    if len(head) < HEAD:
        return None
    length = int.from_bytes(head[1:4], "big")
    if head[0] != 1 or length < HEAD:
        raise ValueError("no Diameter message")
    body = stream.read(length - HEAD)
    if len(body) < length - HEAD:
        return None
    return Message(head[4], int.from_bytes(head[5:8], "big"),
                   *struct.unpack(">III", head[8:]), body)
