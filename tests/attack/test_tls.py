# SPDX-License-Identifier: GPL-2.0-or-later
"""Octets that are no TLS on the port of TLS, and mutants within it."""
import os
import random
import socket
import ssl

import mc
import mutants
import node
import sip
import tls_node

HANDSHAKES, MUTANTS, SEED = 300, 500, 5
LOG = 16 << 10           # octets
SPARE = 4 << 20          # octets
QUIET = 60.0             # s: connections end, transactions are forgotten
# What module tls of 5.6.3 says of a connection that ends within a handshake.
ENDED = "tls_h_read_f(): IO error (0)"
HELLO = bytes.fromhex("16030100ba010000b60303")


def broken_handshakes(site, rnd):
    """Connections that begin with anything, or stop within a handshake."""
    port = tls_node.port_of(site)
    for _ in range(HANDSHAKES):
        with socket.create_connection(("127.0.0.1", port),
                                      sip.TIMEOUT) as sock:
            sock.sendall(rnd.choice((b"", HELLO)) + os.urandom(
                rnd.randrange(1, 300)))


def broken_messages(site, rnd, certificate):
    """Mutants of the IWF's messages, each on a connection as it knows one;
    one that the node has closed is made again."""
    sock = None
    for number in range(MUTANTS):
        message = mc.iwf_message("alice", mutants.SECRET.encode())
        message.headers.insert(0, (
            "Via", f"SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK{sip.token()};rport"))
        if sock is None or number % 50 == 0:
            sock = tls_node.connect(site, certificate)
        try:
            sock.sendall(mutants.mutate(rnd, bytes(message)))
        except (ssl.SSLError, OSError):
            sock = None
    if sock is not None:
        sock.close()


def assert_served(site, certificate):
    """The IWF is heard, and alice gets its octets."""
    payload = os.urandom(200)
    with tls_node.connect(site, certificate) as sock:
        reply = tls_node.ask(sock, mc.iwf_message("alice", payload))
    assert reply.code == 200, reply.start
    alice = site.clients[0].endpoint
    node.wait_until(lambda: payload in [
        mc.payload_of(r.message) for r in alice.requests()],
        "payload at alice", sip.TIMEOUT)


def test_tls(new_site, tmp_path):
    """The node goes on, says little, and gets its memory back."""
    authority = tls_node.Authority(tmp_path)
    certificate = authority.certificate("iwf.example.org")
    site = tls_node.site_with_tls(new_site, authority, env={
        "LOG_LIMIT": "0", "PIKE_LIMIT": "1000000"})
    assert_served(site, certificate)
    used, said = site.node.shared_memory(), len(site.node.log())
    rnd = random.Random(SEED)
    broken_handshakes(site, rnd)
    assert_served(site, certificate)
    broken_messages(site, rnd, certificate)
    assert_served(site, certificate)
    log = site.node.log()[said:]
    print(f"\n{HANDSHAKES} handshakes, {MUTANTS} messages: {len(log)} octets "
          "of log")
    assert len(log) < LOG and mutants.SECRET not in log
    assert not [line for line in site.node.crashes() if ENDED not in line]
    node.wait_until(lambda: site.node.shared_memory() - used < SPARE,
                    "memory back", QUIET + sip.TIMEOUT)
