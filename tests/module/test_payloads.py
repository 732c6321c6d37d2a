# SPDX-License-Identifier: GPL-2.0-or-later
"""Payloads arrive octet for octet, whatever they are and how they travel."""
import os

import pytest

import mc
import sip

ALL = bytes(range(256))
SHAPES = {
    "all octets": ALL, "all octets backwards": ALL[::-1],
    "NULs": bytes(64), "lone CR": b"a\rb", "trailing CR": b"a\r",
    "trailing CRLF": b"a\r\n", "leading CRLF": b"\r\na",
    "LF": b"\n\n", "dashes": b"--",
    "shorter boundary": b"--mc-boundar\r\n--mc-boundar--",
    "other letters": b"--MC-boundary\n--mc-Boundary--\r\n",
    "boundary within a line": b"x--mc-boundary\r\n\n --mc-boundary--\r",
    "SIP": b"SIP/2.0 200 OK\r\n",
    "next header": b"\r\nContent-Type: text/plain\r\n\r\n",
}
SIZES = [0, 1, 1300, 8193, 60000]


def octets(size):
    """Octets of every value that cannot be guessed."""
    return (ALL + os.urandom(size))[:size]


@pytest.fixture(params=["udp", "tcp"])
def endpoint(request):
    """Makes endpoints of one transport."""
    return {"udp": sip.UdpEndpoint, "tcp": sip.TcpEndpoint}[request.param]


def exchange(site, endpoint, payload, service):
    """One message each way; what IWF and client have read."""
    alice = site.client("alice", endpoint=endpoint())
    message = mc.client_message("alice", payload, service)
    assert alice.ask(message).code == 200
    at_iwf = site.iwf1.wait_request().message
    with endpoint(site.iwf1b.address[0]) as iwf:
        message = mc.iwf_message("alice", payload, service)
        assert iwf.ask(message, site.node.address).code == 200
    return at_iwf, alice.endpoint.wait_request().message


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(site, endpoint, shape):
    """Octets that text-minded code stumbles over."""
    for got in exchange(site, endpoint, SHAPES[shape], "mcptt"):
        assert mc.payload_of(got) == SHAPES[shape]


@pytest.mark.parametrize("service", mc.SERVICES)
@pytest.mark.parametrize("size", SIZES)
def test_sizes(site, endpoint, service, size):
    """From nothing to as much as fits."""
    payload = octets(size)
    for got in exchange(site, endpoint, payload, service):
        assert mc.payload_of(got) == payload


def test_large_body_to_the_next_hop_over_tcp(new_site):
    """A next hop that is marked for TCP gets TCP, of any size."""
    with sip.TcpEndpoint("127.0.0.2") as iwf:
        site = new_site(next_hops={"iwf1": f"{iwf.hostport};transport=tcp"})
        alice = site.client("alice", endpoint=sip.TcpEndpoint())
        for size in SIZES:
            payload = octets(size)
            reply = alice.ask(mc.client_message("alice", payload))
            assert reply.code == 200
            assert mc.payload_of(iwf.wait_request().message) == payload
        assert not site.iwf1.requests()


def test_udp_contact_gets_udp_of_any_size(site):
    """A message that came over TCP goes on by UDP where the contact is UDP."""
    bob = site.client("bob")
    payload = octets(60000)
    with sip.TcpEndpoint(site.iwf1.address[0]) as iwf:
        message = mc.iwf_message("bob", payload)
        assert iwf.ask(message, site.node.address).code == 200
    got = bob.endpoint.wait_request().message
    assert mc.payload_of(got) == payload
    assert "/UDP" in got.get("Via").split()[0]


def test_interleaved_from_several_clients(site):
    """Several clients and the IWF at the same time; each gets its own."""
    users = ["alice", "bob", "carol", "frank"]
    clients = {user: site.client(user) for user in users}
    sent, branches = {}, []
    for number in range(8):
        for user in users:
            up = octets(300 + number)
            message = mc.core_message(user, up, target=mc.KMF1)
            sent[message.get("Call-ID")] = up
            branches.append((site.core, site.core.send(
                message, site.node.address)))
            down = octets(700 + number)
            message = mc.iwf_message(user, down)
            sent[message.get("Call-ID")] = down
            branches.append((site.iwf1b, site.iwf1b.send(
                message, site.node.address)))
    for source, branch in branches:
        assert source.wait_final(branch).code == 200
    arrived = [*site.iwf1.requests(), *(
        r for user in users for r in clients[user].endpoint.requests())]
    assert len(arrived) == len(sent)
    for received in arrived:
        message = received.message
        assert mc.payload_of(message) == sent[message.get("Call-ID")]
