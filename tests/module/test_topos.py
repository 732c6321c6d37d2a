# SPDX-License-Identifier: GPL-2.0-or-later
"""With other modules in the way: topology hiding, tracing, TLS."""
import concurrent.futures
import pathlib
import re
import socket

import pytest

import calls
import databases
import mc
import sip


@pytest.fixture
def hiding(new_site):
    """A node with topos loaded."""
    site = new_site(options=["-A", "WITH_TOPOS"])
    yield site
    assert " ERROR: db_sqlite" not in site.node.log()


# Calls

def shows(message, endpoint):
    """True if the message tells the port at which the endpoint is."""
    return re.search(rb"[:=]%d\b" % endpoint.address[1], bytes(message))


@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_parties_do_not_see_each_other(hiding, form):
    """Neither in requests nor in replies, from the first to the last; and
    what they send each other arrives."""
    with calls.Line(hiding, form) as line:
        talk = line.talk()
        near, far = talk.near, talk.far
        for asks, asked in ((near, far), (far, near)):
            for method in ("INFO", "OPTIONS"):
                assert asks.ask(method).code == 200
                asked.wait(method)
            sdp = line.offer() if asks is near else line.answer()
            branch = asks.send("INVITE", sdp)
            got = asked.wait("INVITE")
            got.reply(200, line.answer() if asks is near else line.offer())
            assert asks.endpoint.wait_final(branch).code == 200
            asks.ack()
        assert far.bye().code == 200
        near.wait("BYE")
        for endpoint, other in ((near.endpoint, far.endpoint),
                                (far.endpoint, near.endpoint)):
            received = [r.message for r in endpoint.received]
            assert len(received) > 8
            for message in received:
                assert not shows(message, other), message.start
                assert not message.get("P-SR-XUID")
                assert not message.get("P-SR-XBranch")
    calls.wait_quiet(hiding.node)


def test_field_of_topos_from_a_party(hiding):
    """Its own one does not go on."""
    forged = [("P-SR-XUID", "atpsh-1-1-1"), ("P-SR-XBranch", "z9hG4bKx")]
    with calls.Line(hiding) as line:
        talk = line.talk()
        for asks, asked in ((talk.near, talk.far), (talk.far, talk.near)):
            assert asks.ask("INFO", headers=forged).code == 200
            got = asked.wait("INFO").message
            assert not got.get("P-SR-XUID") and not got.get("P-SR-XBranch")
        assert talk.near.bye().code == 200
    calls.wait_quiet(hiding.node)


def many_calls(site, lines=8, calls_each=4):
    """Calls on several lines at the same moment; all come through."""
    def talks(_):
        with calls.Line(site) as line:
            for _ in range(calls_each):
                talk = line.talk()
                assert talk.far.bye().code == 200
                talk.near.wait("BYE")
    with concurrent.futures.ThreadPoolExecutor(lines) as pool:
        list(pool.map(talks, range(lines)))


def test_many_calls_in_a_file(hiding):
    """From 6.0 on SQLite's writers wait for each other."""
    if hiding.node.version() < (6, 0, 0):
        pytest.skip("this SQLite module has no busy timeout")
    many_calls(hiding)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL."""
    found = databases.Postgres()
    try:
        yield found.start()
    finally:
        found.remove()


def test_many_calls_in_a_server(server, new_site):
    """TOPOS_DB names another database."""
    database = server.create()
    tables = pathlib.Path("/usr/share/kamailio/postgres")
    database.load(tables / "standard-create.sql", tables / "topos-create.sql")
    site = new_site(options=[
        "-A", "WITH_TOPOS", "-A", 'TOPOS_DB_MODULE="db_postgres.so"',
        "-A", f'TOPOS_DB="{database.url}"'])
    many_calls(site)
    assert " ERROR: " not in site.node.log()


# Messages


def test_both_ways_with_topos(hiding):
    """Octets and identities arrive the same; the way back works."""
    alice = hiding.client("alice")
    payload = bytes(range(256))
    message = mc.client_message("alice", payload)
    assert alice.ask(message).code == 200
    got = hiding.iwf1.wait_request().message
    assert mc.payload_of(got) == payload
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert mc.calling_user(got) == mc.mc_id("alice")
    message = mc.iwf_message("alice", payload)
    assert hiding.from_iwf(message).code == 200
    assert alice.endpoint.wait_request().message.body == message.body


def test_refusal_and_failover_with_topos(hiding):
    """Refusals and the second peer as without it."""
    alice = hiding.client("alice")
    reply = alice.ask(mc.client_message("alice", b"x", target=mc.KMF2))
    assert reply.code == 403
    assert '"100 ' in reply.get("Warning")
    hiding.iwf1.script = sip.answer(503)
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    hiding.iwf1b.wait_request()


def test_siptrace_copies_without_change(new_site):
    """A tracer gets copies; what is forwarded stays octet for octet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as homer:
        homer.bind(("127.0.0.1", 0))
        homer.settimeout(sip.TIMEOUT)
        uri = '"sip:127.0.0.1:%d"' % homer.getsockname()[1]
        site = new_site(options=["-A", "WITH_SIPTRACE",
                                 "-A", f"HOMER_URI={uri}"])
        alice = site.client("alice")
        message = mc.iwf_message("alice", bytes(range(256)))
        assert site.from_iwf(message).code == 200
        assert alice.endpoint.wait_request().message.body == message.body
        while b"MESSAGE sip:mc-term@" not in homer.recv(65536):
            pass
