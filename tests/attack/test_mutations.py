# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutated messages of clients, peers and the core, mutated answers: whatever
the node makes of them, no secret of a body or of credentials is logged."""
import os
import random
import socket
import time

import pytest

import calls
import existing_server
import mc
import mc_invite
import media
import mutants
import node
import sample
import sip
import small_server
from mutants import KEYS, SECRET, mutate

COUNT = int(os.environ.get("MUTATIONS", "3000"))
SEED = int(os.environ.get("SEED", "1"))
HELD = 35.0  # s that a transaction is kept
SPARE = 1 << 20  # octets
CREDENTIALS = (f'Digest username="alice", realm="{mc.DOMAIN}", '
               f'nonce="{SECRET}", uri="sip:{mc.DOMAIN}", qop=auth, '
               f'nc=00000001, cnonce="{SECRET}", response="{SECRET}"')


def senders(site, alice):
    """Who sends what."""
    with media.Party("127.0.1.1") as party:
        sdp = party.sdp(media.P25) + KEYS
    secret = SECRET.encode()
    text = [("Content-Type", "text/plain")]
    within = [("Route", f"<sip:127.0.0.1:{site.node.port};lr;did=a1.b2>")]
    iwf, core, user = site.iwf1, site.core, alice.endpoint
    return [
        (core, lambda: mc.core_message("alice", secret)),
        (iwf, lambda: mc.iwf_message("alice", secret)),
        (user, lambda: mc.client_message("alice", secret)),
        (user, lambda: mc_invite.private("alice", calls.UNIT1, sdp)),
        (iwf, lambda: mc_invite.from_lmr(calls.UNIT1, "alice", sdp)),
        (core, lambda: sip.request(
            "MESSAGE", mc.impu("bob"), mc.impu("alice"), mc.impu("bob"),
            [*text, ("P-Asserted-Identity", f"<{mc.impu('alice')}>")],
            secret)),
        (user, lambda: sip.request(
            "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
            mc.impu("alice"), [("Contact", "<sip:alice@127.0.0.1:9>"),
                               ("Authorization", CREDENTIALS)], secret)),
        (iwf, lambda: sip.request(
            "BYE", "sip:alice@127.0.0.1:9", "sip:a@iwf.example.org",
            f"{mc.impu('alice')};tag=1", within, sdp))], sdp


class Answers:
    """An endpoint's answers, mutated on their way."""

    def __init__(self, rnd, sdp):
        self.rnd, self.sdp = rnd, sdp

    def __call__(self, message):
        code = self.rnd.choice((180, 183, 200, 302, 407, 486))
        return [(0, sip.response(message, code, "Answer", [
            ("Contact", "<sip:x@127.0.0.2:5070>"),
            ("Content-Type", "application/sdp")], self.sdp))]

    def send_back(self, reply, flow):
        """Sends a reply that is no longer what it was."""
        flow.send(mutate(self.rnd, bytes(reply)))


class Sources:
    """Sockets at the addresses of endpoints. What the node answers to a
    mutated message need not be one."""

    def __init__(self, *endpoints):
        self.sockets = {}
        for endpoint in endpoints:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind((endpoint.address[0], 0))
            self.sockets[endpoint] = sock

    def send(self, rnd, endpoint, message, to):
        """Sends a message, mutated, from the address of an endpoint."""
        sock = self.sockets[endpoint]
        octets = bytes(endpoint.prepare(message)).replace(
            endpoint.hostport.encode(), b"%s:%d" % (
                endpoint.address[0].encode(), sock.getsockname()[1]), 1)
        sock.sendto(mutate(rnd, octets)[:65000], to)

    def close(self):
        """Closes them."""
        for sock in self.sockets.values():
            sock.close()


def attack(site):
    """Sends them all; the log."""
    rnd = random.Random(SEED)
    alice = site.client("alice")
    site.client("bob")
    makes, sdp = senders(site, alice)
    answers = Answers(rnd, sdp)
    site.iwf1.script, site.iwf1._send_back = answers, answers.send_back
    sources = Sources(*{endpoint for endpoint, _ in makes})
    for number in range(COUNT):
        endpoint, make = rnd.choice(makes)
        message = make()
        if rnd.random() < 0.3:
            message.add("Proxy-Authorization", CREDENTIALS)
        if message.method == "INVITE" and message.get("Contact") is None:
            message.add("Contact", f"<sip:x@{endpoint.hostport}>")
        sources.send(rnd, endpoint, message, site.node.address)
        if number % 50 == 0:
            time.sleep(0.05)
    sources.close()
    site.iwf1.script = sip.answer(200)
    del site.iwf1._send_back
    site.from_core(mc.core_message("alice", b"x"), timeout=20)
    return site.node.log()


def test_no_secret_in_the_log(new_site):
    """Of thousands of messages not one leaves its secret."""
    site = new_site(env={"LOG_LIMIT": "0", "PIKE_LIMIT": "1000000"})
    log = attack(site)
    print(f"\n{COUNT} messages, seed {SEED}: {len(log)} octets of log, "
          f"{site.node.counters('node')}")
    assert SECRET not in log
    assert not site.node.crashes()


@pytest.mark.parametrize("config, kind", [
    ("mc-server.cfg", mutants.Storm), ("mc-as.cfg", mutants.IscStorm)])
def test_what_arrives(new_site, config, kind):
    """Over UDP and TCP: the node lives, what arrives is what was sent, in the
    name of who proved it; and the memory comes back."""
    site = new_site(config=config, env={
        "LOG_LIMIT": "0", "PIKE_LIMIT": "1000000", "USER_LIMIT": "1000000"})
    used = site.node.shared_memory()
    arrived, log = mutants.storm(site, COUNT, SEED, kind)
    print(f"\n{COUNT} messages, seed {SEED}: {arrived} arrived, {len(log)} "
          "octets of log")
    assert arrived > COUNT / 20
    site.reset()
    node.wait_until(lambda: site.node.shared_memory() - used < SPARE,
                    "memory back", HELD + sip.TIMEOUT)


@pytest.mark.parametrize("make", [small_server.native, small_server.kemi,
                                  existing_server.DropIn],
                         ids=["native", "kemi", "drop-in"])
def test_no_secret_in_the_log_of_a_recipe(make):
    """The same of the configurations that the documents print."""
    def without_limit(peers):
        server = make(peers)
        server.defines.append("PIKE_LIMIT=1000000")
        return server
    peers = sample.Peers()
    with without_limit(peers) as server:
        log = attack(sample.Site(peers, server))
        print(f"\n{COUNT} messages, seed {SEED}: {len(log)} octets of log")
        assert SECRET not in log
        assert not server.crashes()
    peers.close()
