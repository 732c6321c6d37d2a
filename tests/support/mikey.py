# SPDX-License-Identifier: GPL-2.0-or-later
"""MIKEY messages taken apart, and the keys of RFC 3830 that come of them: a
parser that shares no code with the library."""
import hashlib
import hmac
import struct


class Message:
    """An I_MESSAGE taken apart."""

    def __init__(self, octets):
        self.octets = octets
        (version, kind, follows, prf, self.csb_id, sessions,
         self.map) = struct.unpack(">BBBBIBB", octets[:10])
        assert (version, kind, prf) == (1, 26, 1)
        self.at = 10
        assert self.map == (2 if sessions else 1)
        self.sessions = [self._session() for _ in range(sessions)]
        self.payloads = []
        while follows != 4:
            follows = self._payload(follows)
        assert self._take(2) == b"\x20\x81"
        self.covered = octets[:self.at]
        self.signature = self._take(129)
        assert self.at == len(octets)

    def _take(self, n):
        taken = self.octets[self.at:self.at + n]
        assert len(taken) == n
        self.at += n
        return taken

    def _number(self, n):
        return int.from_bytes(self._take(n), "big")

    def _session(self):
        cs_id, protocol, policies = self._take(3)
        assert protocol == 0
        policies = list(self._take(policies & 127))
        data = self._take(self._number(2))
        return cs_id, policies, data, self._take(self._number(1))

    def _payload(self, kind):
        follows = self._number(1)
        if kind == 5:
            body = self._take(9)
        elif kind == 11:
            body = self._take(self._number(1))
        else:
            size = {14: 2, 10: 2, 26: 2, 21: 1}[kind]
            head = self._take(size)
            body = head, self._take(self._number(2))
        self.payloads.append((kind, body))
        return follows

    def all(self, kind):
        """The payloads of a type."""
        return [body for got, body in self.payloads if got == kind]

    def identities(self):
        """Roles and values."""
        return {head[0]: value for head, value in self.all(14)}

    def extensions(self):
        """Types and data of general extensions."""
        return {head[0]: data for head, data in self.all(21)}

    @property
    def kinds(self):
        """The order of the payloads."""
        return [kind for kind, _ in self.payloads]


def derive(key, label, csb_id, rand, cs_id):
    """RFC 3830 4.1.2 with HMAC-SHA-256: the first 32 octets of a label."""
    label = bytes.fromhex(label) + bytes((cs_id,)) + csb_id + rand
    first = hmac.new(key, label, hashlib.sha256).digest()
    return hmac.new(key, first + label, hashlib.sha256).digest()


def srtp_key(key, octets, cs_id):
    """Master key and salt of a session of SRTP, in hex, from what the maker
    of a message knows: its key, and its octets."""
    message = Message(octets)
    csb_id, (rand,) = struct.pack(">I", message.csb_id), message.all(11)
    return (derive(key, "2ad01c64", csb_id, rand, cs_id)[:16]
            + derive(key, "39a2c14b", csb_id, rand, cs_id)[:12]).hex()
