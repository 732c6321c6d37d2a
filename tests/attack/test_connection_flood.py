# SPDX-License-Identifier: GPL-2.0-or-later
"""5,000 idle and 500 slow TCP connections of strangers on the sample node."""
import re
import socket
import time

import mc
import node
import sample
import sip
import connection_flood

IDLE, SLOW = 5000, 500
SOURCES = [f"127.0.2.{n}" for n in range(1, 11)]
ENOUGH = 1000  # of them are there before anything is measured
SECONDS = 60  # of the attack
ROUND = 2  # seconds, at least: a transaction holds its memory for 32 s
CLIENTS = 20  # proven, each with a connection of its own
SERVED_AGAIN = 30  # seconds after the end of the attack
SOURCE_LIMIT = (5, 7, 3)  # from this version on one source has a limit
USERS = [f"held{number}" for number in range(CLIENTS)]


def crowd(new_site, iwf):
    """A site whose first IWF takes TCP, with proven clients on TCP."""
    site = new_site(sql=list(sample.users_sql(**{u: {} for u in USERS})),
                    next_hops={"iwf1": f"{iwf.hostport};transport=tcp"})
    site.node.edit_node(*map(sample.subscriber_sql, USERS))
    return site, [site.client(user, endpoint=sip.TcpEndpoint())
                  for user in USERS]


def number_of(server, command, name):
    """A number that kamcmd tells."""
    return int(re.search(rf"\b{name}: (\d+)", server.kamcmd(command)).group(1))


class Count:
    """What was asked, what was answered, and how late."""

    def __init__(self):
        self.asked = self.lost = 0
        self.slowest = 0.0

    def ask(self, ask, *arguments):
        """One request that has to be answered with 200."""
        begin = time.monotonic()
        self.asked += 1
        try:
            self.lost += ask(*arguments).code != 200
        except AssertionError:
            self.lost += 1
        self.slowest = max(self.slowest, time.monotonic() - begin)

    def __str__(self):
        return (f"{self.asked} asked, {self.lost} lost, "
                f"slowest {self.slowest * 1000:.0f} ms")


def one_round(site, clients, peer, udp, held):
    """Every proven connection and both ways over UDP."""
    for client in clients:
        held.ask(client.ask, mc.client_message(client.user, b"x"))
        held.ask(peer.ask, mc.iwf_message(client.user, b"x"),
                 site.node.address)
        udp.ask(site.from_core, mc.core_message(client.user, b"x"))
        udp.ask(site.from_iwf, mc.iwf_message(client.user, b"x"), site.iwf1b)


def is_served(server):
    """True if a new connection of a stranger gets an answer."""
    uri = "sip:%s:%d" % server.address
    message = sip.request("OPTIONS", uri, "sip:x@example.org", uri, [
        ("Via", f"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK{sip.token()}")])
    try:
        with socket.create_connection(server.address, 1) as sock:
            sock.settimeout(1)
            sock.sendall(bytes(message))
            return sock.recv(100).startswith(b"SIP/2.0 200")
    except OSError:
        return False


def test_idle_and_slow_connections(new_site):
    """UDP and all proven connections lose nothing; new connections are served
    again soon after the attack, and meanwhile if one source has a limit."""
    udp, held = Count(), Count()
    with sip.TcpEndpoint("127.0.0.2") as iwf:
        site, clients = crowd(new_site, iwf)
        peer = sip.TcpEndpoint(site.iwf1b.address[0])
        one_round(site, clients, peer, udp, held)
        with connection_flood.Strangers(site.node.address, IDLE, SLOW,
                                        SOURCES) as crowd_of:
            limit = number_of(site.node, "core.tcp_info", "max_connections")
            node.wait_until(lambda: crowd_of.up >= ENOUGH,
                            "connections of strangers", 20)
            most, free, new, tries = 0, 1 << 40, 0, 0
            end = time.monotonic() + SECONDS
            while (begin := time.monotonic()) < end:
                one_round(site, clients, peer, udp, held)
                most = max(most, crowd_of.up)
                free = min(free, number_of(
                    site.node, "core.shmmem", "free"))
                new += is_served(site.node)
                tries += 1
                time.sleep(max(0.0, begin + ROUND - time.monotonic()))
            crowd_of.stop()
            begin = time.monotonic()
            node.wait_until(lambda: is_served(site.node),
                            "service of new connections", SERVED_AGAIN)
            again = time.monotonic() - begin
        total = number_of(site.node, "core.shmmem", "total")
        print(f"\nUDP: {udp}\nproven connections: {held}\n"
              f"strangers connected: {most} at most of {limit}\n"
              f"new connections served meanwhile: {new} of {tries}\n"
              f"served again after {again:.1f} s\n"
              f"shared memory free: {free * 100 // total} % at least\n"
              f"log: {len(site.node.log()) >> 10} KiB")
        limited = site.node.version() >= SOURCE_LIMIT
        site.reset()
        peer.close()
    assert udp.lost == held.lost == 0
    assert free >= total // 4
    assert new == tries or not limited
