# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP connections: what they may take, who keeps one, and what idle and slow
ones of strangers do to others. (Thousands of them: make attack.)"""
import re
import select
import socket
import time

import pytest

import calls
import mc
import mc_invite
import media
import node
import sip
import user_agent

LIFETIME = 2  # seconds in these tests; the sample has 15
READER = 10  # seconds that a reader may keep a connection after a message
SHORT = f"tcp_connection_lifetime={LIFETIME}"


def options(server):
    """The settings of TCP that are in force, and the shared memory."""
    text = server.kamcmd("core.tcp_options") + server.kamcmd("core.shmmem")
    found = {name: int(value) for name, value in
             re.findall(r"(\w+)(?:\(soft\))?: (\d+)", text)}
    found["rd_buf_size"] = int(
        server.kamcmd("cfg.get", "tcp", "rd_buf_size").split()[0])
    return found


def test_memory_of_all_connections(site):
    """Half of the shared memory for them, an eighth for TLS, an eighth for
    what waits to be sent."""
    found = options(site.node)
    each = found["rd_buf_size"] + 1024
    assert found["max_connections"] * each <= found["total"] // 2
    assert found["max_tls_connections"] * 53 * 1024 <= found["total"] // 8
    assert found["wq_max"] <= found["total"] // 8
    assert found["connection_lifetime"] == 15


def test_who_vanished_and_who_reads_slowly(site):
    """The kernel asks the other side long before the lifetime ends; and a
    wait for a slow reader does not shorten it (by tcpconn_main_timeout() a
    held connection ends as others do, if the time to send is shorter)."""
    found = options(site.node)
    gone = found["keepidle"] + found["keepintvl"] * found["keepcnt"]
    assert found["keepalive"] == 1 and 60 <= gone <= 300
    assert found["send_timeout"] > found["connection_lifetime"]


def test_a_connection_takes_no_more(site):
    """What the sum above is made of."""
    before = options(site.node)["free"]
    with Strangers(site.node.address, 50) as some:
        some.wait_accepted(site.node)
        taken = before - options(site.node)["free"]
    assert taken <= 50 * (65536 + 1024) + 100000


# The largest message

def padded(size):
    """A request of this many octets."""
    message = sip.request(
        "OPTIONS", "sip:nobody@mc.example.org", "sip:x@example.org",
        "sip:nobody@mc.example.org",
        [("Via", f"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK{sip.token()}")])
    message.body = bytes(size)
    message.body = bytes(2 * size - len(bytes(message)))
    return bytes(message)


def answers(server, octets, count=1):
    """The replies on a connection of its own; none if it is closed."""
    with socket.create_connection(server.address, sip.TIMEOUT) as sock:
        data, replies = b"", []
        try:
            sock.sendall(octets)
            while len(replies) < count and (more := sock.recv(65536)):
                data += more
                while found := sip.first_message(data):
                    replies.append(sip.Message.parse(found))
                    data = data[len(found):]
        except ConnectionError:
            pass
        return replies


def largest(server):
    """Octets of the largest message over TCP."""
    return 65535 if server.version() < (5, 7, 3) else 65534


def test_largest_message(site):
    """One octet more, and the core closes the connection."""
    most = largest(site.node)
    assert answers(site.node, padded(most))
    assert not answers(site.node, padded(most + 1))


def test_large_messages_in_a_row(site):
    """The buffer is for each of them, not for all."""
    most = padded(largest(site.node))
    assert len(answers(site.node, most + padded(60000) + most, 3)) == 3


def test_large_message_to_a_recipe(small_site):
    """Nor does the default of a later Kamailio, 32,767, hold for recipes."""
    assert answers(small_site.node, padded(62000))


# Who keeps a connection

class Strangers:
    """Connections that say nothing."""

    def __init__(self, address, count, source="127.0.0.66"):
        self.socks = [socket.create_connection(address, sip.TIMEOUT,
                                               (source, 0))
                      for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in self.socks:
            sock.close()

    def wait_accepted(self, server):
        """Returns when the node has them all."""
        node.wait_until(lambda: opened(server) >= len(self.socks),
                        "accepted connections")

    def dribble(self):
        """Each that still is says one octet more."""
        for sock in self.socks:
            try:
                sock.sendall(b"O")
            except OSError:
                pass

    def open(self):
        """How many of them still are."""
        return sum(is_open(sock) for sock in self.socks)


def is_open(sock):
    """True if the other side has not closed it."""
    if not select.select([sock], [], [], 0)[0]:
        return True
    try:
        return bool(sock.recv(65536, socket.MSG_PEEK))
    except OSError:
        return False


def opened(server):
    """How many connections the node has."""
    text = server.kamcmd("core.tcp_info")
    return int(re.search(r"opened_connections: (\d+)", text).group(1))


def unproven(site, message):
    """A client's connection on which it was challenged, and no more."""
    client = site.stranger("alice", sip.TcpEndpoint("127.0.0.67"))
    client.endpoint.ask(message, site.node.address)
    return client.endpoint


def challenged(site):
    """The challenge of a MESSAGE."""
    return unproven(site, mc.client_message("alice", b"x"))


def challenged_register(site):
    """The challenge of a REGISTER."""
    return unproven(site, sip.request(
        "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"), mc.impu("alice")))


def stranger(site):
    """An OPTIONS, which needs no proof."""
    uri = "sip:%s:%d" % site.node.address
    return unproven(site, sip.request("OPTIONS", uri, mc.impu("alice"), uri))


def wrong(site):
    """A password that is none."""
    endpoint = challenged(site)
    message = mc.client_message("alice", b"x")
    reply = endpoint.ask(message, site.node.address)
    endpoint.ask(sip.with_credentials(
        message, reply, "alice", "guessed"), site.node.address)
    return endpoint


def register(site):
    """A client that has registered and says nothing more."""
    return site.client("alice", endpoint=sip.TcpEndpoint()).endpoint


def digest(site):
    """A client that was proven by a message and did not register there."""
    client = site.stranger("alice", sip.TcpEndpoint())
    assert client.ask(mc.client_message("alice", b"x")).code == 200
    return client.endpoint


def peer(site):
    """A peer, by an OPTIONS of its own."""
    endpoint = sip.TcpEndpoint(site.iwf2.address[0])
    uri = "sip:%s:%d" % site.node.address
    endpoint.ask(sip.request("OPTIONS", uri, mc.IWF2, uri),
                 site.node.address)
    return endpoint


def listening(site, user):
    """A client that registers over UDP a contact on TCP: the node opens the
    connection to it."""
    client = site.stranger(user, sip.TcpEndpoint())
    with sip.UdpEndpoint() as other:
        uri = f"sip:{mc.DOMAIN}"
        message = sip.request("REGISTER", uri, mc.impu(user), mc.impu(user), [
            ("Contact", f"<{client.contact}>{mc.contact_tags('mcptt')}")])
        reply = other.ask(message, site.node.address)
        assert other.ask(sip.with_credentials(
            message, reply, user, f"{user}-secret"),
            site.node.address).code == 200
    return client.endpoint


def ringing(site):
    """A client that rings, on a connection that the node has opened."""
    bob = listening(site, "bob")
    bob.script = user_agent.manners
    with media.Party("127.0.1.1") as party:
        out = user_agent.Outgoing(site.iwf1, site.node.address,
                                  mc_invite.from_lmr(
            calls.UNIT1, "bob", party.sdp(media.P25))).start()
    user_agent.incoming(bob, site.node.address).reply(180)
    out.wait(180)
    return bob


def delivered(site):
    """A client that got a message, on a connection the node has opened."""
    carol = listening(site, "carol")
    assert site.from_iwf(mc.iwf_message("carol", b"x")).code == 200
    return carol


HELD = [register, digest, peer, ringing]
LEFT = [challenged, challenged_register, stranger, wrong, delivered]


def connection(endpoint):
    """The socket of the one connection of an endpoint."""
    opened_itself = endpoint.flows()
    flow = opened_itself[0] if opened_itself else endpoint.received[0].flow
    return flow.sock


def names(makers, endpoints):
    """Who of these still has its connection."""
    return {make.__name__ for make, endpoint in zip(makers, endpoints)
            if is_open(connection(endpoint))}


def test_who_keeps_a_connection(new_site):
    """REGISTER, a proven request, a peer's, and a call that rings: they stay.
    What any sender can do is no reason to stay, and what the node has opened
    ends if it is idle."""
    site = new_site(extra=SHORT)
    with Strangers(site.node.address, 1) as idle:
        held = [make(site) for make in HELD]
        left = [make(site) for make in LEFT]
        node.wait_until(lambda: not names(LEFT, left) and not idle.open(),
                        "end of the others", LIFETIME + READER + sip.TIMEOUT)
        time.sleep(2)  # as much as the node takes from the first to the last
        assert names(HELD, held) == {make.__name__ for make in HELD}
    flow = held[0].flows()[0]
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    assert held[0].wait_request().flow is flow


def test_probe_holds_what_the_node_opened(new_site):
    """OPTIONS come sooner than the lifetime ends: an IWF on TCP has the same
    connection all the time."""
    with sip.TcpEndpoint("127.0.0.2") as iwf:
        site = new_site(env={"PROBE_INTERVAL": "1"}, extra=SHORT, next_hops={
            "iwf1": f"{iwf.hostport};transport=tcp"})
        iwf.wait_requests(LIFETIME + 4, "OPTIONS", timeout=20)
        flows = {id(r.flow) for r in iwf.requests("OPTIONS")}
    assert len(flows) == 1


def test_probe_is_quicker_than_the_lifetime(site):
    """The same of the sample's own settings."""
    text = (node.TOP / "cfg" / "mc-server.cfg").read_text()
    probe = int(re.search(r"trydef PROBE_INTERVAL (\d+)", text).group(1))
    assert probe < options(site.node)["connection_lifetime"] <= 15


# Floods

MANY = 40  # connections that the node of these tests may have


@pytest.fixture
def narrow(new_site):
    """A node with few connections."""
    return new_site(extra=f"{SHORT}\ntcp_max_connections={MANY}")


def test_idle_and_slow_connections(narrow):
    """More of them than may be: UDP and who is proven lose nothing; new ones
    are served again soon after they stop."""
    site = narrow
    proven = site.client("alice", endpoint=sip.TcpEndpoint())
    iwf = sip.TcpEndpoint(site.iwf1b.address[0])
    assert iwf.ask(mc.iwf_message("alice", b"x"), site.node.address).code == 200
    with Strangers(site.node.address, MANY) as idle, \
            Strangers(site.node.address, MANY, "127.0.0.68") as slow:
        full = 0  # rounds in which there was no place for any client
        for _ in range(20):
            full += opened(site.node) == MANY
            slow.dribble()
            assert proven.ask(mc.client_message("alice", b"x")).code == 200
            assert iwf.ask(mc.iwf_message("alice", b"x"),
                           site.node.address).code == 200
            assert site.from_core(mc.core_message("alice", b"x")).code == 200
        assert full > 0
        assert idle.open() + slow.open() <= MANY - 2
        node.wait_until(lambda: answers(site.node, padded(1000)),
                        "service of new connections", 30)
    iwf.close()
