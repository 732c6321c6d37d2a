# SPDX-License-Identifier: GPL-2.0-or-later
"""A flood of third-party REGISTERs, as many as a peer may send, with bodies that
no honest client writes: whom it costs an answer, and what it leaves."""
import itertools
import json
import socket
import time

import hostile_register
import isc
import node
import sip

SECONDS, RATE = 5, 1400  # docs/operations.md: PEER_LIMIT 1,500
USERS = 1000
LIMIT = 64 << 10   # octets of log
SPARE = 1 << 20
CALM = 64 << 10
HELD = 35.0        # s that a transaction is kept


def hostile(core, number):
    """The octets of one of them."""
    make = next(itertools.islice(hostile_register.FORMS.values(),
                                 number % len(hostile_register.FORMS), None))
    user = f"user{number % USERS}"
    body = make(user)
    if len(body[1]) > CALM and number % 4:
        body = body[0], body[1][:CALM]
    message = hostile_register.register(core, user, body, 60)
    return bytes(core.endpoint.prepare(message))


def flood(core):
    """Sends them; of so many messages of the core meanwhile, how many were
    answered."""
    octets = [hostile(core, number) for number in range(USERS)]
    begin, answered, asked = time.monotonic(), 0, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((core.endpoint.address[0], 0))
        for number in range(SECONDS * RATE):
            late = begin + number / RATE - time.monotonic()
            if late > 0:
                time.sleep(late)
            sock.sendto(octets[number % USERS], core.site.node.address)
            if number % RATE == 0:
                asked += 1
                message = core.hand(isc.message_of("alice"), "alice")
                answered += core.endpoint.insist(
                    message, core.site.node.address, 20).code == 200
    return answered, asked


def test_third_party_flood(new_site, tmp_path):
    """Every message of the core is answered; the log is short and without a
    token; nothing is bound; the memory comes back when they have ended."""
    body, keys = hostile_register.good()
    (tmp_path / "jwks.json").write_text(json.dumps(keys))
    site = new_site(
        config="mc-as.cfg", env={"LOG_LIMIT": "0", "DEREG_GRACE": "0"},
        extra=f'\nmodparam("mc_iwf", "token_keys", "{tmp_path}/jwks.json")\n')
    core = isc.Core(site)
    assert hostile_register.answered(
        core, hostile_register.register(core, "alice", body)) == 200
    used, log = site.node.shared_memory(), len(site.node.log())
    answered, asked = flood(core)
    said = site.node.log()[log:]
    counted = site.node.counters()
    print(f"\n{SECONDS * RATE} REGISTERs in {SECONDS} s: {answered} of {asked} "
          f"messages answered, {counted['core_users']} users, {len(said)} "
          f"octets of log, {site.node.shared_memory() - used} of memory")
    assert answered == asked
    assert counted["core_users"] > USERS / 2
    assert hostile_register.SECRET not in said and len(said) < LIMIT
    assert hostile_register.bound(site) == [
        (isc.impu("alice"), "sip:alice@mc.example.org")]
    node.wait_until(lambda: site.node.counters()["core_users"] == 1,
                    "end of the registrations", 60 + HELD + sip.TIMEOUT)
    node.wait_until(lambda: site.node.shared_memory() - used < SPARE,
                    "memory back", HELD + sip.TIMEOUT)
    assert not site.node.crashes()
