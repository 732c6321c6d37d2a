# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten thousand calls without a proof, from sources that never say
ACK: what leaves the node for them, what they hold, and whom they cost an
answer."""
import re
import selectors
import socket
import time

import mc
import mc_invite
import media
import sip

RATE, SECONDS = 1000, 10
SOURCES = [f"127.0.3.{n}" for n in range(1, 11)]
AFTERWARDS = 10  # s: an INVITE's final response would go out 4 times more
UNIT1 = "sip:unit1@iwf.example.org"
LEAST = 0.95  # of them are challenged: a socket's buffer may run over


class Caller:
    """A source that sends INVITEs, and counts what comes back."""

    def __init__(self, address):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind((address, 0))
        self.sock.setblocking(False)
        self.hostport = "%s:%d" % self.sock.getsockname()
        sdp = media.description(address, media.audio(4000, media.P25))
        self.message = mc_invite.private("alice", UNIT1, sdp)
        self.message.add("Contact", f"<sip:alice@{address}>")
        self.codes, self.octets, self.sent = [], 0, 0

    def send(self, address):
        """One INVITE of a transaction of its own."""
        message = self.message.copy().set("Call-ID", sip.token("c"))
        message.headers.insert(0, ("Via", (
            f"SIP/2.0/UDP {self.hostport};rport;"
            f"branch=z9hG4bK{sip.token()}")))
        octets = bytes(message)
        self.sent += len(octets)
        self.sock.sendto(octets, address)

    def read(self):
        """Takes what has come."""
        try:
            while octets := self.sock.recv(65536):
                self.codes.append(sip.Message.parse(octets).code)
                self.octets += len(octets)
        except BlockingIOError:
            pass


def listen(callers, seconds):
    """Reads from all of them for a while."""
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for caller in callers:
            selector.register(caller.sock, selectors.EVENT_READ, caller)
        while (left := end - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                key.data.read()


def flood(callers, site, client):
    """All their calls, and a message of a proven client every tenth of a
    second; how many of its messages were answered, and how many there were."""
    served = []
    begin = time.monotonic()
    for n in range(RATE * SECONDS):
        callers[n % len(callers)].send(site.node.address)
        if n % 10 == 0:
            listen(callers, max(0, begin + n / RATE - time.monotonic()))
        if n % 100 == 0:
            served.append(client.ask(
                mc.client_message("bob", b"x")).code == 200)
    return sum(served), len(served)


def state(site):
    """Transactions that are held, and free shared memory."""
    held = re.search(r"current: (\d+)", site.node.kamcmd("tm.stats"))
    return int(held.group(1)), int(site.node.rpc("core.shmmem")["free"])


def test_calls_of_strangers(new_site):
    """One datagram for one at most, and nothing is kept."""
    site = new_site()
    bob = site.client("bob")
    callers = [Caller(address) for address in SOURCES]
    _, free = state(site)
    served, asked = flood(callers, site, bob)
    held, left = state(site)
    listen(callers, AFTERWARDS)
    codes = [code for caller in callers for code in caller.codes]
    sent = sum(caller.sent for caller in callers)
    back = sum(caller.octets for caller in callers)
    print(f"\n{RATE * SECONDS} INVITEs in {SECONDS} s: {len(codes)} datagrams "
          f"back ({back / sent:.2f} octets for one), {held} transactions "
          f"held, {(free - left) >> 10} KiB; {served} of {asked} messages of "
          "a proven client answered")
    assert LEAST * RATE * SECONDS <= len(codes) <= RATE * SECONDS
    assert set(codes) == {407}
    assert held <= 2 * asked and free - left < 4 << 20
    assert served == asked
    site.reset()
