# SPDX-License-Identifier: GPL-2.0-or-later
"""Many at once: distinct users on many sockets, limits, registrations."""
import concurrent.futures
import os

import pytest

import mc
import node
import sample
import sip

CROWD = 64  # users, each on a socket of its own
EACH = 10  # messages of each
USERS = [f"load{number}" for number in range(CROWD)]


def crowd_sql():
    """Rows of the crowd."""
    return list(sample.users_sql(**{user: {} for user in USERS}))


@pytest.fixture
def crowd(new_site):
    """A site that knows the crowd, and waits 10 s for those who are silent."""
    site = new_site(sql=crowd_sql(),
                    extra='modparam("mc_iwf", "total_timeout", 10)')
    site.node.edit_node(*map(sample.subscriber_sql, USERS))
    return site


def behave(clients):
    """Every eighth client is silent, every eighth refuses."""
    for number, client in enumerate(clients):
        if number % 8 == 0:
            client.endpoint.script = sip.silent
        elif number % 8 == 1:
            client.endpoint.script = sip.answer(486)


def expected_code(number):
    """What the sender hears of a message to this client."""
    return {0: 504, 1: 486}.get(number % 8, 200)


def test_crowd_on_many_sockets(crowd):
    """64 users, some silent, refusing, or on TCP: nothing lost or mixed."""
    clients = [crowd.client(user, endpoint=(
        sip.TcpEndpoint if number % 8 == 2 else sip.UdpEndpoint)())
        for number, user in enumerate(USERS)]
    behave(clients)
    down = []
    for _ in range(EACH):
        payload = os.urandom(200)
        down += [(crowd.iwf1b.send(mc.iwf_message(user, payload),
                                   crowd.node.address), expected_code(number))
                 for number, user in enumerate(USERS)]
        up = [crowd.core.send(mc.core_message(user, payload),
                              crowd.node.address) for user in USERS]
        assert {crowd.core.wait_final(b).code for b in up} == {200}
    for branch, code in down:
        assert crowd.iwf1b.wait_final(branch, timeout=30).code == code
    assert len(crowd.iwf1.requests()) == CROWD * EACH
    for client in clients:
        got = [mc.info_of(r.message) for r in client.endpoint.requests()]
        assert len(got) == EACH
        assert all(f">{mc.impu(client.user)}<" in text for text in got)


class Patient(sip.UdpEndpoint):
    """Repeats what is not answered: all at once are more than the buffer of
    the node's socket may have room for."""

    ask = sip.UdpEndpoint.insist


def test_200_registrations_at_once(crowd):
    """None of them gets a 5xx, and all are there afterwards."""
    users = USERS + USERS + USERS + USERS[:8]
    clients = [crowd.stranger(user, Patient()) for user in users]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        for done in [pool.submit(client.register) for client in clients]:
            done.result()
    for user in USERS:
        assert crowd.from_iwf(mc.iwf_message(user, b"x")).code == 200
    for client in clients:
        client.endpoint.wait_request()


def flood(endpoint, site, messages):
    """Sends messages without waiting."""
    for message in messages:
        endpoint.send(message, site.node.address)


def test_pike_stops_a_stranger_that_floods(new_site):
    """Above PIKE_LIMIT a source is refused; others and peers are not."""
    site = new_site(env={"PIKE_LIMIT": "20"})
    alice = site.client("alice")
    with sip.UdpEndpoint("127.0.0.77") as stranger:
        flood(stranger, site, [
            mc.client_message("alice", b"x") for _ in range(200)])
        reply = node.wait_until(lambda: [
            r.message for r in list(stranger.received)
            if r.message.code == 503], "refusal", sip.TIMEOUT)[0]
    assert int(reply.get("Retry-After")) > 0
    for _ in range(50):
        assert site.core.insist(mc.core_message("alice", b"x"),
                                site.node.address).code == 200
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    alice.endpoint.wait_request()


def test_peers_have_a_limit_of_their_own(new_site):
    """Above it: 503 with Retry-After, and the node stays usable."""
    site = new_site(env={"PEER_LIMIT": "20"})
    site.client("alice")
    branches = [site.iwf1.send(mc.iwf_message("alice", b"x"),
                               site.node.address) for _ in range(60)]
    replies = [site.iwf1.wait_final(branch) for branch in branches]
    assert {reply.code for reply in replies} == {200, 503}
    assert all(int(reply.get("Retry-After")) > 0 for reply in replies
               if reply.code == 503)
    node.wait_until(
        lambda: site.from_iwf(mc.iwf_message("alice", b"x")).code == 200,
        "answer in the next second")
