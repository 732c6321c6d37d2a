# SPDX-License-Identifier: GPL-2.0-or-later
"""The program media_endpoint (tests/media) as both sides of a call: what they
say in their descriptions, what they send and hear, and what has to hold.

The endpoints know of the other side only what stands in the
description that they received: its address and port, its fingerprint, its
crypto line. Keys that no description carries are made of the key-mgmt value
as it arrived, so that a changed one is heard.
"""
import base64
import collections
import dataclasses
import hashlib
import os
import re
import subprocess

import node

ENDPOINT = node.TOP / "build/test/media_endpoint"
CALLER, CALLEE = "127.0.1.1", "127.0.1.2"
PACKETS = 50
SUITE = "AEAD_AES_128_GCM"
MIKEY_OCTETS = 600  # about what an I_MESSAGE with SAKKE and a signature has
FLOOR = "mc_queueing;mc_priority=5;mc_granted;mc_implicit_request"

Packet = collections.namedtuple("Packet", "sequence length wire speech")


# Descriptions

class Section:
    """A section of a description: its m= line and all other lines."""

    def __init__(self, lines):
        self.media, *self.lines = lines

    @property
    def port(self):
        """The port in the m= line."""
        return int(self.media.split()[1])

    @property
    def without_port(self):
        """The m= line, whatever its port."""
        return re.sub(r" \d+ ", " PORT ", self.media, count=1)

    def all(self, name):
        """The values of an attribute, in order."""
        start = f"a={name}:"
        return [line[len(start):] for line in self.lines
                if line.startswith(start)]

    @property
    def others(self):
        """All lines but the address, as a multiset."""
        return collections.Counter(
            line for line in self.lines if not line.startswith("c="))


class Description:
    """A session description, cut into lines."""

    def __init__(self, text):
        text = text.decode() if isinstance(text, bytes) else text
        lines = text.splitlines()
        starts = [i for i, line in enumerate(lines) if line[:2] == "m="]
        ends = starts[1:] + [len(lines)]
        self.session = lines[:starts[0]]
        self.sections = [Section(lines[a:b]) for a, b in zip(starts, ends)]

    @property
    def speech(self):
        """The section of the speech."""
        return self.sections[0]

    def remote(self):
        """Address and port of the speech."""
        address = next(line for line in self.speech.lines + self.session
                       if line.startswith("c="))
        return address.split()[-1], self.speech.port


def assert_relayed(before, after):
    """Only address and port are others; keys are the same octets in order."""
    before, after = Description(before), Description(after)
    assert _fixed(before.session) == _fixed(after.session)
    assert len(before.sections) == len(after.sections)
    for old, new in zip(before.sections, after.sections):
        assert new.without_port == old.without_port
        assert new.others == old.others
        for name in ("key-mgmt", "crypto"):
            assert new.all(name) == old.all(name)


def _fixed(session):
    """Lines of the session that may not change on the way: all but the
    addresses in o= and c=."""
    return collections.Counter(
        line.rpartition(" ")[0] if line[:2] in ("o=", "c=") else line
        for line in session)


@dataclasses.dataclass(frozen=True)
class Case:
    """A kind of call: the speech, and what protects it."""

    name: str
    speech: str
    type: int
    rtpmap: str
    fmtp: str = ""
    protocol: str = "RTP/AVP"
    keys: str = ""  # mikey, sdes or dtls
    e2ee: bool = False
    target: str = ""  # whom a call through the node is for

    def with_(self, name, **changes):
        """Another case that differs in this."""
        return dataclasses.replace(self, name=name, **changes)


P25 = Case("p25-three-blocks", "p25-60", 100, "X-TIA-P25-IMBE/8000",
           target="sip:unit1@iwf.example.org")
P25_ONE = P25.with_("p25-one-block", speech="p25-20")
TETRA = Case("tetra", "tetra-acelp", 97, "TETRA_ACELP/8000",
             target="sip:unit1@tetra-iwf.example.org")
TETRA_BB = Case("tetra-bb", "tetra-bb", 98, "TETRA_ACELP_BB/8000",
                fmtp="payload-type=0;encryption-mode=0",
                target="sip:clear1@tetra-iwf.example.org")
TETRA_SECRET = TETRA_BB.with_(
    "tetra-bb-e2ee", fmtp="payload-type=0;encryption-mode=1", e2ee=True,
    target="sip:secure1@tetra-iwf.example.org")
WIDEBAND = Case("amr-wb", "amr-wb", 96, "AMR-WB/16000", fmtp="octet-align=1",
                target="sip:bob@mc.example.org")
SAVP, DTLS = "RTP/SAVP", "UDP/TLS/RTP/SAVP"
CASES = [
    P25, P25_ONE, TETRA, TETRA_BB, WIDEBAND,
    P25.with_("p25-e2ee", e2ee=True),
    P25_ONE.with_("p25-one-block-e2ee", e2ee=True),
    TETRA_SECRET,
    P25.with_("p25-mikey", protocol=SAVP, keys="mikey"),
    WIDEBAND.with_("amr-wb-mikey", protocol=SAVP, keys="mikey"),
    P25.with_("p25-e2ee-mikey", e2ee=True, protocol=SAVP, keys="mikey"),
    TETRA_SECRET.with_("tetra-bb-e2ee-mikey", protocol=SAVP, keys="mikey"),
    WIDEBAND.with_("amr-wb-sdes", protocol=SAVP, keys="sdes"),
    TETRA_SECRET.with_("tetra-bb-e2ee-sdes", protocol=SAVP, keys="sdes"),
    WIDEBAND.with_("amr-wb-dtls", protocol=DTLS, keys="dtls"),
    TETRA_SECRET.with_("tetra-bb-e2ee-dtls", protocol=DTLS, keys="dtls"),
]


# Endpoints

def _base64(octets):
    """Octets as text."""
    return base64.b64encode(octets).decode()


class Result:
    """What an endpoint has told of its media."""

    def __init__(self, lines):
        words = [line.split() for line in lines]
        self.sent, self.received = (
            [Packet(int(number), int(length), *digests)
             for kind, number, length, *digests in
             (w for w in words if w[0] == direction)]
            for direction in ("sent", "received"))
        self.wrong = [line for line in lines
                      if line.startswith(("foreign", "unreadable"))]
        self.handshake = next(tuple(map(int, w[1:])) for w in words
                              if w[0] == "handshake")

    @property
    def octets_out(self):
        """Datagrams and octets that left, those of a handshake too."""
        datagrams, octets = self.handshake
        return (datagrams + len(self.sent),
                octets + sum(p.length for p in self.sent))


class Endpoint:
    """One side's media, at an address of its own."""

    traffic_key = hashlib.sha256(b"traffic key").hexdigest()

    def __init__(self, case, address, offerer):
        self.case, self.address, self.offerer = case, address, offerer
        self.key = os.urandom(28)
        self.mikey = _base64(b"\x01\x1a" + os.urandom(MIKEY_OCTETS))
        self.process = subprocess.Popen(
            [str(ENDPOINT), address], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port, self.fingerprint = (
            self.process.stdout.readline().split()[1] for _ in range(2))
        self.tell("speech", case.speech)
        self.tell("type", case.type)

    def close(self):
        """Ends the process; its exit status: the sanitizers speak here."""
        self.process.communicate(timeout=20)
        return self.process.returncode

    def tell(self, *words):
        """A command."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def description(self):
        """Its description: speech and floor control."""
        case = self.case
        lines = [
            "v=0", f"o=- 4711 1 IN IP4 {self.address}", "s=-",
            f"c=IN IP4 {self.address}", "t=0 0",
            f"m=audio {self.port} {case.protocol} {case.type}", "i=speech",
            *self._key_lines(),
            f"a=rtpmap:{case.type} {case.rtpmap}",
            *([f"a=fmtp:{case.type} {case.fmtp}"] if case.fmtp else []),
            f"m=application {int(self.port) ^ 1} udp MCPTT",
            f"a=fmtp:MCPTT {FLOOR}"]
        return "".join(f"{line}\r\n" for line in lines)

    def _key_lines(self):
        """What the description says of the keys."""
        if self.case.keys == "mikey":
            return ([f"a=key-mgmt:mikey {self.mikey}"] if self.offerer
                    else [])
        if self.case.keys == "sdes":
            lines = [f"a=crypto:7 {SUITE} inline:{_base64(self.key)}"]
            if self.offerer:  # one that is not taken
                lines.append("a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:"
                             f"{_base64(os.urandom(30))}|2^20|1:4")
            return lines
        if self.case.keys == "dtls":
            setup = "actpass" if self.offerer else "active"
            return [f"a=setup:{setup}",
                    f"a=fingerprint:sha-256 {self.fingerprint}"]
        return []

    def learn(self, received, offer):
        """Takes what the other side's description says; offer is the one
        that this side sent or received."""
        received = Description(received)
        self.tell("remote", *received.remote())
        if self.case.e2ee:  # a key of the radios alone
            self.tell("e2ee", self.traffic_key)
        learn = {"mikey": self._learn_mikey, "sdes": self._learn_sdes,
                 "dtls": self._learn_dtls}.get(self.case.keys)
        if learn:
            learn(received.speech, Description(offer).speech)

    def _learn_mikey(self, _received, offer):
        """Both keys come from the offer's key-mgmt value."""
        value, = offer.all("key-mgmt")
        keys = [hashlib.sha256((side + value).encode()).hexdigest()[:56]
                for side in ("offerer", "answerer")]
        own, other = keys if self.offerer else reversed(keys)
        self.tell("send-key", own)
        self.tell("receive-key", other)

    def _learn_sdes(self, received, _offer):
        """Each side sends with the key of its own description."""
        tag, suite, inline = received.all("crypto")[0].split()
        assert (tag, suite) == ("7", SUITE)
        self.tell("send-key", self.key.hex())
        self.tell("receive-key",
                  base64.b64decode(inline.partition(":")[2]).hex())

    def _learn_dtls(self, received, _offer):
        """The handshake shows whether the fingerprint is the peer's."""
        value, = received.all("fingerprint")
        self.tell("dtls", "passive" if self.offerer else "active",
                  value.split()[1])

    def go(self, packets=PACKETS, expect=PACKETS, wait=5000, interval=4):
        """Begins to send and to receive."""
        for name, value in (("packets", packets), ("expect", expect),
                            ("interval", interval), ("wait", wait)):
            self.tell(name, value)
        self.tell("go")

    def result(self):
        """What happened, once it is over."""
        lines = []
        for line in self.process.stdout:
            if line == "end\n":
                return Result(lines)
            lines.append(line.rstrip("\n"))
        raise AssertionError(f"the endpoint at {self.address} has ended")


def with_e2ee_wanted(message):
    """An INVITE whose info part says that the call is end-to-end secure."""
    end = b"</mcptt-Params>"
    assert end in message.body
    message.body = message.body.replace(
        end, b"<anyExt><end-to-end-security>true</end-to-end-security>"
        b"</anyExt>" + end)
    return message


class Talk:
    """Both sides of a call."""

    def __init__(self, case, caller=Endpoint, callee=Endpoint):
        self.case = case
        self.caller = caller(case, CALLER, True)
        self.callee = callee(case, CALLEE, False)
        self.ends_well = True

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        codes = [side.close() for side in (self.caller, self.callee)]
        assert failed or not self.ends_well or codes == [0, 0], codes

    def connect(self, offer_out, offer_in, answer_out, answer_in):
        """Descriptions as they were sent and received. Checks what was done
        to them on the way; the endpoints learn from what they received."""
        assert_relayed(offer_out, offer_in)
        assert_relayed(answer_out, answer_in)
        self.caller.learn(answer_in, offer_out)
        self.callee.learn(offer_in, offer_in)

    def go(self, **settings):
        """The results of both sides sending at the same time."""
        self.caller.go(**settings)
        self.callee.go(**settings)
        return self.caller.result(), self.callee.result()


def assert_exact(sender, receiver, packets=PACKETS):
    """All that was sent came once, the same octets, from where it had to come
    from; and was understood. UDP, and the daemon's threads, may change the
    order of packets."""
    assert len(sender.sent) == packets
    assert sorted(receiver.received) == sender.sent
    assert receiver.wrong == []


def assert_media(talk, counts, tags):
    """Media both ways, exact; and the daemon has counted as both sides."""
    caller, callee = talk.go()
    assert_exact(caller, callee)
    assert_exact(callee, caller)
    counted = counts()
    for side, tag in zip((caller, callee), tags):
        assert tuple(counted[tag][0]) == side.octets_out


def assert_silence(talk):
    """Both send and not one packet arrives."""
    for result in talk.go(expect=0, wait=300):
        assert len(result.sent) == PACKETS
        assert result.received == [] and result.wrong == []
