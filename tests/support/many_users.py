# SPDX-License-Identifier: GPL-2.0-or-later
"""Very many users: in the databases, or registering as fast as they can."""
import re
import socket
import sqlite3
import time

import mc
import sample
import sip

WINDOW = 300  # REGISTERs under way
CHUNK = 5000  # users of one source: module pike counts to 65,535
REPEAT = 0.5  # seconds until a REGISTER is sent again
TAGS = mc.contact_tags(*mc.SERVICES)


def name(number):
    """The user of a number."""
    return f"u{number:06d}"


def _julian(seconds):
    """A moment as module db_sqlite writes it."""
    return seconds / 86400 + 2440587.5


def fill(server, count):
    """Writes registrations straight into location.db."""
    now = time.time()
    base = sqlite3.connect(server.path("location.db"))
    with base:
        base.executemany(
            "INSERT INTO location (ruid, username, domain, contact, received,"
            " expires, q, callid, last_modified, user_agent, socket,"
            " instance, connection_id) VALUES"
            " (?, ?, ?, ?, ?, ?, -1, ?, ?, 'MCX client 1.0 (test)', ?, ?, -1)",
            ((f"uloc-{n:08x}-1-1", name(n), mc.DOMAIN,
              f"sip:{name(n)}@127.0.0.1:{10000 + n % 50000};transport=udp",
              f"sip:127.0.0.1:{10000 + n % 50000}", _julian(now + 3600),
              f"{n:032x}@127.0.0.1", _julian(now),
              f"udp:127.0.0.1:{server.port}",
              f"<urn:uuid:{n:08x}-0000-1000-8000-000000000000>")
             for n in range(count)))
        base.executemany(
            "INSERT INTO location_attrs (ruid, username, domain, aname,"
            " atype, avalue, last_modified) VALUES"
            " (?, ?, ?, 'services', 0, 'mcptt,mcdata,mcvideo', ?)",
            ((f"uloc-{n:08x}-1-1", name(n), mc.DOMAIN, _julian(now))
             for n in range(count)))
    base.close()


def subscribe(server, users):
    """Passwords for these users."""
    base = sqlite3.connect(server.path("kamailio.db"))
    with base:
        for user in users:
            base.execute(sample.subscriber_sql(user))
    base.close()


class _Rush:
    """Users of one source who register at the same time."""

    def __init__(self, server, source, port, cseq):
        self.to, self.cseq = server.address, cseq
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.sock.bind((source, port))
        self.sock.settimeout(REPEAT)
        self.host = "%s:%d" % self.sock.getsockname()
        self.waiting, self.done = {}, {}

    def send(self, user, cseq, authorization=""):
        """Sends a REGISTER, which is repeated until it is answered."""
        uri = mc.impu(user)
        octets = (
            f"REGISTER sip:{mc.DOMAIN} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.host};branch=z9hG4bK{sip.token()}\r\n"
            f"Max-Forwards: 70\r\nFrom: <{uri}>;tag={user}\r\n"
            f"To: <{uri}>\r\nCall-ID: {user}\r\nCSeq: {cseq} REGISTER\r\n"
            f"Contact: <sip:{user}@{self.host}>{TAGS};expires=3600\r\n"
            f"{authorization}Content-Length: 0\r\n\r\n").encode()
        self.waiting[user] = (cseq, octets)
        self.sock.sendto(octets, self.to)

    def take(self, octets):
        """A response: a challenge is answered, else the user is done."""
        text = octets.decode()
        user = re.search(r"Call-ID: (\S+)", text).group(1)
        cseq = int(re.search(r"CSeq: (\d+)", text).group(1))
        code = int(text[8:11])
        if code < 200 or self.waiting.get(user, (0,))[0] != cseq:
            return
        if code == 401 and cseq == self.cseq:
            challenge = re.search(
                r"WWW-Authenticate: ([^\r]*)", text).group(1)
            self.send(user, cseq + 1, "Authorization: " + sip.credentials(
                challenge, "REGISTER", f"sip:{mc.DOMAIN}", user,
                f"{user}-secret") + "\r\n")
            return
        if code == 200:
            self.done[user] = time.monotonic()
        del self.waiting[user]

    def run(self, users, rate, quiet):
        """Registers them, until nothing comes any more."""
        left, silent, begin = list(reversed(users)), 0, time.monotonic()
        while (left or self.waiting) and silent < quiet:
            due = rate * (time.monotonic() - begin)
            while (left and len(self.waiting) < WINDOW
                   and len(users) - len(left) <= due):
                self.send(left.pop(), self.cseq)
            try:
                self.take(self.sock.recv(65536))
                silent = 0
            except TimeoutError:
                silent += REPEAT
                for _, octets in list(self.waiting.values()):
                    self.sock.sendto(octets, self.to)
        self.sock.close()


def register(server, users, cseq=1, rate=1e6, quiet=20):
    """Registers users, each of a group from a source of its own, so many a
    second; who of them was answered 200, and when. The same users come from
    the same places again."""
    done = {}
    for first in range(0, len(users), CHUNK):
        rush = _Rush(server, f"127.0.3.{10 + first // CHUNK}",
                     server.port, cseq)
        rush.run(users[first:first + CHUNK], rate, quiet)
        done |= rush.done
        if len(done) < first:
            break  # no answer comes any more
    return done


def contacts(server):
    """How many registrations the node knows."""
    text = server.kamcmd("stats.get_statistics", "usrloc:")
    return int(re.search(r"location.contacts = (\d+)", text).group(1))


def rows(server):
    """Names in location.db, and those that have their attributes."""
    with sqlite3.connect(server.path("location.db")) as base:
        found = [{name for name, in base.execute(
            f"SELECT username FROM {table}")}
            for table in ("location", "location_attrs")]
    base.close()
    return found
