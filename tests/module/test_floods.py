# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages that no parser can read, and floods: counted, told in a line a
second, and not written down."""
import contextlib
import itertools
import re
import socket
import time

import pytest

import mc
import node
import sample
import sip
import unreadable


SLOW = 20.0  # for what a timer does

# What runs once a minute, each second.
WATCH = ('modparam("rtimer", "timer", "name=soon;interval=1;mode=0")\n'
         'modparam("rtimer", "exec", "timer=soon;route=WATCH")\n')
UNREAD = rb"(unreadable messages|messages with a broken header)"


@contextlib.contextmanager
def unbounded(**settings):
    """A node whose log shows all that it says."""
    settings.setdefault("env", {})["LOG_LIMIT"] = "0"
    with sample.running(
            lambda peers: sample.SampleNode(peers, **settings)) as site:
        yield site


@pytest.fixture(name="open_site", scope="module")
def _open_site():
    with unbounded(extra=WATCH) as site:
        yield site


def dropped(site, name):
    """How many messages were dropped for one reason."""
    return site.node.counters("node")[name]


_numbers = itertools.count(1234567)


def tick(site):
    """Returns when what runs once a minute has run again: it tells a number
    that nothing else does."""
    number = next(_numbers)
    site.node.kamcmd("htable.seti", "untold", "refusals", number)
    site.node.wait_log(f"{number} more refusals", SLOW)


class Wire:
    """Sends octets over UDP or TCP, and reads what comes back."""

    def __init__(self, site, transport):
        self.site, self.transport = site, transport

    def send(self, octets):
        """The socket on which they went."""
        octets = octets.replace(b"PORT", b"%d" % self.site.node.port)
        if self.transport == "tcp":
            sock = socket.create_connection(self.site.node.address, 5)
            octets = octets.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP")
        else:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.connect(self.site.node.address)
        sock.settimeout(5)
        sock.sendall(octets)
        return sock


# What a stream cannot say: its messages are cut by what here is broken.
DATAGRAMS = {"length", "no-end", "no-colon-at-end"}


COPIES = 10


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("name", unreadable.FORMS)
def test_broken_message(open_site, name, transport):
    """It is counted, or answered; the log gets a line for all of them, without
    their octets."""
    if transport == "tcp" and name in DATAGRAMS:
        pytest.skip("not a message on a stream")
    make, fate = unreadable.FORMS[name]
    log = open_site.node.path("kamailio.log")
    before, begin = log.stat().st_size, time.monotonic()
    counted = isinstance(fate, str) and dropped(open_site, fate)
    for _ in range(COPIES):
        with Wire(open_site, transport).send(make()) as sock:
            if not isinstance(fate, str):
                start = sock.recv(65536).split(b"\r\n", 1)[0]
                assert start.split()[1] == b"%d" % fate
    if isinstance(fate, str):
        node.wait_until(lambda: dropped(open_site, fate) == counted + COPIES,
                        f"{COPIES} more {fate}")
    open_site.node.settle_log()
    # (What the timer has still to tell of refusals is of others, too.)
    said = [line for line in log.read_bytes()[before:].splitlines()
            if not re.search(rb" INFO: |settled| more refusals with ", line)]
    assert unreadable.SECRET not in b"".join(said)
    assert len(said) <= node.since(begin, 2), said


def all_dropped(site):
    """How many messages could not be read."""
    counted = site.node.counters("node")
    return counted[unreadable.UNREADABLE] + counted[unreadable.BROKEN]


def told(octets):
    """How many of them the log tells of. (Two processes that tell at one
    moment may lose some; the counters do not.)"""
    return sum(int(n) for n, _ in re.findall(
        rb"(\d+) (?:more )?" + UNREAD, octets))


def test_a_flood_of_them(open_site):
    """A thousand large ones: a line a second and kind, which count them."""
    log = open_site.node.path("kamailio.log")
    open_site.node.kamcmd("htable.delete", "untold", "unreadable messages")
    open_site.node.kamcmd("htable.delete", "untold",
                          "messages with a broken header")
    before, counted = log.stat().st_size, all_dropped(open_site)
    begin = time.monotonic()
    makes = [make for make, fate in unreadable.FORMS.values()
             if isinstance(fate, str)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for n in range(1000):
            sock.sendto(makes[n % len(makes)](8000), open_site.node.address)
        open_site.core.insist(mc.core_message("alice", b"x"),
                              open_site.node.address)

        def most_are_told():
            # What is not told yet is, by the next one after this second.
            for make in makes:
                sock.sendto(make(100), open_site.node.address)
            time.sleep(0.3)
            return (told(log.read_bytes()[before:])
                    > 0.5 * (all_dropped(open_site) - counted) > 50)

        def all_are_read():
            read = all_dropped(open_site)
            time.sleep(0.5)
            return read == all_dropped(open_site)

        node.wait_until(most_are_told, "count of the flood", SLOW)
        node.wait_until(all_are_read, "end of the flood", SLOW)
    open_site.node.settle_log()
    said = log.read_bytes()[before:]
    assert unreadable.SECRET not in said
    most = node.since(begin, 4)  # two kinds, each also told by the timer
    assert said.count(b"\n") <= most and len(said) <= 150 * most


def lines(site, kind):
    """How many each line on a kind of message tells of."""
    return [int(n) for n in re.findall(
        rf"(\d+) (?:more )?{kind}", site.node.log())]


def test_told_once(open_site):
    """What no line told yet is told by the next one or by the timer, once."""
    kind = "unreadable messages"
    count = dropped(open_site, unreadable.UNREADABLE)
    open_site.node.kamcmd("htable.delete", "untold", kind)
    before = len(lines(open_site, kind))
    with Wire(open_site, "udp").send(unreadable.garbage()) as sock:
        for _ in range(4):
            sock.send(unreadable.garbage())
    node.wait_until(
        lambda: dropped(open_site, unreadable.UNREADABLE) == count + 5, "five")
    node.wait_until(lambda: sum(lines(open_site, kind)[before:]) >= 5,
                    "lines on all five", SLOW)
    tick(open_site)
    assert sum(lines(open_site, kind)[before:]) == 5


def refusal(stranger, site):
    """The answer to one of its messages, if there is one soon."""
    try:
        return stranger.ask(mc.client_message("alice", b"x"),
                            site.node.address, timeout=1)
    except sip.Timeout:
        return None


def test_flood_of_a_source_is_not_read():
    """Over its limit: dropped before it is parsed, but for a few answers.
    Peers and other sources lose nothing; the HTTP port is no part of it."""
    with unbounded(env={"PIKE_LIMIT": "40", "FLOOD_ANSWERS": "50"}) as site:
        alice = site.client("alice")
        with sip.UdpEndpoint("127.0.0.77") as stranger:
            def is_flooded():
                # As many as the sockets of the node have room for.
                for _ in range(300):
                    stranger.send_octets(unreadable.garbage(),
                                         site.node.address)
                return dropped(site, "dropped_flood") > 1000

            node.wait_until(is_flooded, "messages that were not read", SLOW)
            reply = node.wait_until(
                lambda: refusal(stranger, site), "answer to the flood", SLOW)
            assert reply.code == 503 and int(reply.get("Retry-After")) > 0
        assert dropped(site, "dropped_unreadable") < 500
        for _ in range(100):
            assert site.core.insist(mc.core_message("alice", b"x"),
                                    site.node.address).code == 200
        assert alice.ask(mc.client_message("alice", b"x")).code == 200
        text = site.node.metrics()
        assert re.search(r"kamailio_node_dropped_flood_total [1-9]", text)
        assert re.search(r"messages over the limit, last of 127\.0\.0\.77",
                         site.node.log())


@pytest.mark.parametrize("peer", ["core", "iwf1"])
def test_flood_of_a_peer_is_read(new_site, peer):
    """A peer has a limit of its own, after this one."""
    site = new_site(env={"PIKE_LIMIT": "20", "FLOOD_ANSWERS": "10"})
    for _ in range(300):
        getattr(site, peer).send_octets(
            unreadable.garbage(), site.node.address)
    node.wait_until(lambda: dropped(site, unreadable.UNREADABLE) == 300,
                    "300 messages read")
    assert dropped(site, "dropped_flood") == 0


def test_connections_that_are_refused():
    """A line for none of them; how many are open, and how many were refused,
    is in the metrics; a line tells if few are left."""
    with unbounded(extra=WATCH + "tcp_max_connections=20\n") as site, \
            contextlib.ExitStack() as stack:
        before = site.node.path("kamailio.log").stat().st_size
        begin = time.monotonic()
        for _ in range(500):
            sock = stack.enter_context(socket.socket())
            sock.connect(site.node.address)
        node.wait_until(
            lambda: "few TCP connections left: 20 of 20" in site.node.log(),
            "line on connections", SLOW)
        rejected = site.node.counters("tcp")["local_reject"]
        assert rejected > 300
        assert site.node.counters("tcp")["current_opened_connections"] == 20
        said = site.node.path("kamailio.log").read_bytes()[before:]
        assert len(said) < 2000 + node.since(begin, 200), said


def test_little_memory():
    """A line if less than a fifth of the shared memory is free, and none
    before; the figure is in the metrics."""
    ballast = 'modparam("htable", "htable", "ballast=>size=22")\n'
    with unbounded(extra=WATCH + ballast, options=["-m", "160"]) as site:
        site.node.wait_log("little shared memory: [0-9]+ of 167772160 octets",
                           SLOW)
        free = re.search(r"\nkamailio_shmem_free_size (\d+)",
                         site.node.metrics())
        assert 10 << 20 < int(free.group(1)) < 34 << 20


def test_enough_is_not_told(open_site):
    """Of a node that has enough of everything nothing is said."""
    tick(open_site)
    log = open_site.node.log()
    assert "little shared memory" not in log
    assert "few TCP connections" not in log
