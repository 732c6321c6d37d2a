# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages that were good before something was done to their octets, and what
has to hold of a node that gets them: it lives, what arrives is what was sent,
in the name that was proven, the log is small and holds no secret."""
import random
import re
import socket

import isc
import mc
import mc_invite
import media
import sip
import torture

SECRET = "U0VDUkVULUtFWS1NQVRFUklBTA"
KEYS = (f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{SECRET}\r\n"
        f"a=key-mgmt:mikey {SECRET}\r\n").encode()
PIECES = [b"", b"\r\n", b"\r\n ", b":", b";", b"<", b">", b'"', b"\0", b",",
          b"@", b"=", b"%", b"[", b"--", b"\r\n\r\n", b"x" * 300, b"\xff\xfe",
          b"9" * 20, b"\t", KEYS]


def insert(rnd, octets):
    """Something that means something, at any place."""
    at = rnd.randrange(len(octets))
    return octets[:at] + rnd.choice(PIECES) + octets[at:]


def cut(rnd, octets):
    """Without some octets."""
    at = rnd.randrange(len(octets))
    return octets[:at] + octets[at + rnd.choice((1, 5, 40)):]


def change(rnd, octets):
    """With one other octet."""
    at = rnd.randrange(len(octets))
    return octets[:at] + bytes([rnd.randrange(256)]) + octets[at + 1:]


def swap(rnd, octets):
    """With two lines in each other's place."""
    lines = octets.split(b"\r\n")
    a, b = rnd.randrange(len(lines)), rnd.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\r\n".join(lines)


def mutate(rnd, octets):
    """A message after one to four of these, mostly in its head."""
    head, end, body = octets.partition(b"\r\n\r\n")
    whole = rnd.random() < 0.3
    part = octets if whole else head
    for _ in range(rnd.choice((1, 1, 1, 2, 4))):
        part = rnd.choice((insert, insert, cut, change, swap))(rnd, part)
        part = part or head
    return part if whole else part + end + body


def mutate_head(rnd, octets):
    """The same of the head alone."""
    head, end, body = octets.partition(b"\r\n\r\n")
    return (rnd.choice((insert, insert, cut, change, swap))(rnd, head)
            or head) + end + body


class Storm:
    """Mutants of alice's and of the core's messages, over UDP and TCP."""

    def __init__(self, site, seed):
        self.site, self.rnd = site, random.Random(seed)
        self.sent = {}  # payload by number, of those whose head alone changed
        self.streams = []
        self.begin()

    def begin(self):
        """alice and bob are registered."""
        self.alice = self.site.client("alice")
        self.site.client("bob")
        self.writer = torture.Writer(self.alice)
        self.public = mc.impu("alice")

    def close(self):
        """Closes its connections."""
        for stream in self.streams:
            stream.close()

    def payload(self, number, whole):
        """A payload that tells which it is."""
        text = b"%s%06d." % (b"w" if whole else b"h", number)
        made = text + SECRET.encode() + bytes(self.rnd.randrange(256)
                                              for _ in range(40))
        if not whole:
            self.sent[number] = made
        return made

    def make(self, number, whole):
        """A message with a sender: alice with a proof, or the core."""
        payload = self.payload(number, whole)
        kind = self.rnd.randrange(4)
        if kind == 0:
            message = mc.core_message("alice", payload)
            return self.site.core, self.site.core.prepare(message)
        if kind == 1:
            with media.Party("127.0.1.1") as party:
                sdp = party.sdp(media.P25) + KEYS
            message = mc_invite.private(
                "alice", "sip:unit1@iwf.example.org", sdp)
            message.add("Contact", f"<{self.alice.contact}>")
        else:
            message = mc.client_message("alice", payload)
        if self.rnd.random() < 0.7 and kind > 1:
            message.add(*self.writer.proof("MESSAGE", mc.ORIG))
        return self.alice.endpoint, self.alice.endpoint.prepare(message)

    def over_tcp(self, octets, host):
        """Sends octets on a connection of their own; few are kept."""
        octets = octets.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP", 1)
        self.streams.append(socket.create_connection(
            self.site.node.address, sip.TIMEOUT, (host, 0)))
        self.streams[-1].sendall(octets)
        if len(self.streams) > 20:
            self.streams.pop(0).close()

    def goes_over_tcp(self, endpoint):
        """Those of a sender who may as well."""
        return endpoint is self.alice.endpoint

    def send(self, number):
        """One of them."""
        whole = self.rnd.random() < 0.3
        endpoint, message = self.make(number, whole)
        change_it = mutate if whole else mutate_head
        octets = change_it(self.rnd, bytes(message))[:60000]
        if self.goes_over_tcp(endpoint) and self.rnd.random() < 0.3:
            self.over_tcp(octets, endpoint.address[0])
        else:
            endpoint.send_octets(octets, self.site.node.address)

    def plain(self, payload):
        """An ordinary message of the core."""
        return mc.core_message("alice", payload)

    def assert_alive(self):
        """It gets through."""
        payload = b"alive %d" % self.rnd.randrange(1 << 30)
        reply = self.site.core.insist(
            self.plain(payload), self.site.node.address)
        assert reply.code == 200, reply.start
        self.site.iwf1.wait_request()
        assert payload in [payload_of(r.message)
                           for r in self.site.iwf1.requests()]

    def assert_arrived(self):
        """What reached the IWF: payloads as they were sent, all of them in
        alice's name. How many there were."""
        arrived = self.site.iwf1.requests()
        for request in arrived:
            message = request.message
            assert message.all("P-Asserted-Identity") == [
                f"<{self.public}>"], message.headers
            assert not message.all("Proxy-Authorization")
            assert mc.calling_user(message) in (
                None, mc.mc_id("alice")), mc.info_of(message)
            payload = payload_of(message)
            if found := re.match(rb"h(\d{6})\.", payload):
                assert payload == self.sent[int(found.group(1))]
        return len(arrived)


class IscStorm(Storm):
    """Mutants of what an S-CSCF sends to an application server."""

    def begin(self):
        self.core, self.public = isc.Core(self.site), isc.impu("alice")
        assert self.core.register("alice").code == 200
        self.site.iwf1.script = lambda message: sip.answer(
            486 if message.method == "INVITE" else 200)(message)

    def goes_over_tcp(self, endpoint):
        return True

    def plain(self, payload):
        return self.core.hand(isc.message_of("alice", payload), "alice")

    def invite(self):
        """A call of alice to a radio."""
        with media.Party("127.0.1.1") as party:
            message = mc_invite.private(
                "alice", "sip:unit1@iwf.example.org",
                party.sdp(media.P25) + KEYS)
        message.set("P-Asserted-Identity", f"<{self.public}>")
        message.add("Contact", f"<{self.core.uri}>")
        return self.core.hand(message, "alice")

    def of_core(self, payload):
        """What is no message of alice: registrations of dave, the same with
        what he publishes, and what is none of ours."""
        part = mc.info_part(mc.info_xml("mcptt", payload.hex()))
        return [lambda: mc.with_parts(self.core.third_party("dave"), [part]),
                lambda: self.core.hand(mc.with_parts(isc.text(
                    "dave", mc.ORIG, "PUBLISH").add(
                        "Event", "poc-settings"), [part]), "dave"),
                lambda: self.core.hand(isc.text("dave", isc.impu("bob")),
                                       "bob", isc.TERM)]

    def make(self, number, whole):
        payload = self.payload(number, whole)
        make = self.rnd.choice([
            lambda: self.plain(payload), lambda: self.plain(payload),
            self.invite, *self.of_core(payload)])
        return self.site.core, self.site.core.prepare(make())


def payload_of(message):
    """The payload, in whatever case a mutant has its media type."""
    found = [part.content for part in mc.parts_of(message)
             if mc.INTERWORKING.lower().encode() in part.headers.lower()]
    assert found, (message.get("Content-Type"), message.body[:1000])
    return found[0]


def storm(site, count, seed, kind=Storm):
    """Sends so many mutants of a kind; how many of their payloads arrived, and what the
    node has logged meanwhile."""
    before = len(site.node.log())
    one = kind(site, seed)
    try:
        for number in range(count):
            one.send(number)
            if number % 50 == 49:
                one.assert_alive()
        one.assert_alive()
        arrived = one.assert_arrived()
    finally:
        one.close()
    log = site.node.log()[before:]
    assert SECRET not in log
    assert not site.node.crashes()
    return arrived, log
