# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operator sees: event routes, counters, metrics, RPC, decoding."""
import hashlib
import re
import sqlite3

import pytest

import mc
import node
import sample
import sip

PAYLOAD = b"\x20\x02" + b"payload"


def counted(site, action):
    """The counters that an action changes, and by how much; what transactions
    hold is a gauge."""
    before = site.node.counters()
    action()
    after = site.node.counters()
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name] and name != "held_octets"}


@pytest.fixture(params=["native", "kemi"])
def small_site(request):
    """The small nodes, whose event routes write to the log."""
    found = request.getfixturevalue(f"_{request.param}_site")
    yield found
    found.reset()


def events(site, name):
    """The lines that the event route has written so far."""
    return re.findall(rf"(?:EVENT )?{name}:? .*", site.node.log())


def test_event_refused(small_site):
    """Once for each refusal, with the verdict."""
    small_site.client("alice")
    before = len(events(small_site, "refused"))
    message = mc.core_message("alice", b"x", target=mc.KMF2)
    small_site.from_core(message)
    small_site.core.send_octets(bytes(message), small_site.node.address)
    small_site.core.wait_final(message.branch, n=2)
    new = events(small_site, "refused")[before:]
    assert len(new) == 1
    assert "403 kmf_foreign" in new[0]


def test_event_forwarded(small_site):
    """Once, when the receiver's 2xx is there, not before and not without."""
    alice = small_site.client("alice")
    before = len(events(small_site, "forwarded"))
    alice.endpoint.script = sip.answer(486)
    small_site.from_iwf(mc.iwf_message("alice", b"x"))
    alice.endpoint.script = sip.answer(202, delay=0.3)
    branch = small_site.iwf1.send(
        mc.iwf_message("alice", PAYLOAD), small_site.node.address)
    alice.endpoint.wait_requests(2)
    assert len(events(small_site, "forwarded")) == before
    small_site.iwf1.wait_final(branch)
    small_site.from_core(mc.core_message("alice", PAYLOAD))
    node.wait_until(
        lambda: len(events(small_site, "forwarded")) == before + 2,
        "two lines of the event")


def test_event_forwarded_tells_what_it_was(native_site):
    """Direction, user, KMF, size and the first digits of the digest."""
    native_site.client("alice")
    native_site.from_core(mc.core_message("alice", PAYLOAD))
    digest = hashlib.sha256(PAYLOAD).hexdigest()[:16]
    native_site.node.wait_log(
        rf"EVENT forwarded to_iwf {mc.impu('alice')} {mc.KMF1}"
        rf" {len(PAYLOAD)} {digest}")


def test_counters_of_a_delivery(site):
    """Received, sent on, forwarded: one each."""
    site.client("alice")
    assert counted(site, lambda: site.from_core(
        mc.core_message("alice", b"x"))) == {
        "received": 1, "sent_to_iwf": 1, "forwarded_to_iwf": 1}
    assert counted(site, lambda: site.from_iwf(
        mc.iwf_message("alice", b"x"))) == {
        "received": 1, "sent_to_client": 1, "forwarded_to_client": 1}


def test_counters_of_a_failover(site):
    """Each further try counts, since it can deliver twice."""
    site.client("alice")
    site.iwf1.script = sip.answer(503)
    assert counted(site, lambda: site.from_core(
        mc.core_message("alice", b"x"))) == {
        "received": 1, "sent_to_iwf": 1, "failover": 1,
        "forwarded_to_iwf": 1}


def test_counters_of_a_refusal(site):
    """By verdict; a URI that is not configured counts as well."""
    site.client("alice")
    assert counted(site, lambda: site.from_core(
        mc.core_message("alice", b"x", target=mc.KMF2))) == {
        "received": 1, "refused_kmf_foreign": 1}
    assert counted(site, lambda: site.from_core(mc.core_message(
        "alice", b"x", target="sip:nobody@elsewhere.example"))) == {
        "received": 1, "kmf_unknown": 1, "sent_to_iwf": 1,
        "forwarded_to_iwf": 1}


def test_metrics(site):
    """The same counters for Prometheus."""
    counters = site.node.counters()
    text = site.node.metrics()
    assert counters
    del counters["held_octets"]  # it changes by itself
    for name, value in counters.items():
        assert re.search(rf"^kamailio_mc_iwf_{name}(_total)? {value}$", text,
                         re.M), name


GAUGES = {"users": "users", "kmfs": "kmfs", "lmr_users": "lmr_users",
          "groups": "groups"}


def rows(site, table):
    """How many rows a table has."""
    connection = sqlite3.connect(site.node.path("mc_iwf.db"))
    (count,), = connection.execute(f"SELECT COUNT(*) FROM mc_iwf_{table}")
    connection.close()
    return count


def test_gauges(new_site):
    """Each shows its own number: those of the tables, no two of which are
    the same, of reloads, of rows of the log, and of bad rows."""
    site = new_site(env={"RELOAD_DELTA": "0"}, sql=[
        "INSERT INTO mc_iwf_groups (uri, psi, profile) VALUES"
        f" ('sip:gauge@x.org', '{mc.IWF1}', 'p25')"])
    for _ in range(2):
        site.node.kamcmd("mc_iwf.reload")
    for number in range(4):
        site.node.edit(f"UPDATE mc_iwf_users SET organisation = 'o{number}'"
                       " WHERE mc_id = 'sip:alice@mc.example.org'")
    site.node.edit("INSERT INTO mc_iwf_peers (kind) VALUES ('friend')")
    wanted = {name: rows(site, table) for name, table in GAUGES.items()}
    assert len(set(wanted.values())) == len(wanted)
    wanted |= {"reloads": 2, "changes": 5, "bad_rows": 1, "db_up": 1}
    node.wait_until(lambda: site.node.counters()["bad_rows"] == 1, "bad row")
    now = site.node.counters()
    assert {name: now[name] for name in wanted} == wanted
    text = site.node.metrics()
    for name, value in wanted.items():
        assert re.search(rf"^kamailio_mc_iwf_{name}(_total)? {value}$", text, re.M), name
    said = site.node.kamcmd("mc_iwf.stats")
    for name, value in wanted.items():
        assert f"\t{name}: {value}\n" in said, name


def test_load_that_failed(new_site):
    """The gauge tells it until a load goes well."""
    site = new_site(env={"RELOAD_DELTA": "0"})
    change = ("UPDATE version SET table_version = table_version {} 8"
              " WHERE table_name = 'mc_iwf_users'")
    assert site.node.counters()["load_failed"] == 0
    site.node.edit(change.format("+"))
    assert "error: 500" in site.node.kamcmd("mc_iwf.reload")
    assert site.node.counters()["load_failed"] == 1
    site.node.edit(change.format("-"))
    site.node.kamcmd("mc_iwf.reload")
    assert site.node.counters()["load_failed"] == 0


def test_rpc_over_http(site):
    """mc_iwf.* through jsonrpcs on the loopback socket."""
    assert site.node.rpc("mc_iwf.stats")
    assert mc.KMF1 in str(site.node.rpc("mc_iwf.kmfs"))
    assert mc.IWF1 in str(site.node.rpc("mc_iwf.kmfs"))
    user = str(site.node.rpc("mc_iwf.users", mc.impu("alice")))
    assert "alice" in user and mc.KMF1 in user


DECODABLE = {
    "request": bytes.fromhex("2002") + b"\0\1a" + b"\0\1b" + b"x\0\2hi",
    "no LMR type": bytes.fromhex("2000") + b"\0\1a" + b"\0\1b" + b"x\0\2hi",
    "no payload": bytes.fromhex("2002") + b"\0\1a" + b"\0\1b",
    "response": bytes.fromhex("21") + b"\0\1a" + b"\0\1b",
    "octets": b"\xff\xff",
}


@pytest.fixture(scope="module", params=["lenient", "strict"])
def decoding(request):
    """A node that looks into the interworking part, and how."""
    with sample.running(lambda peers: sample.SampleNode(
            peers, env={"DECODE": request.param})) as site:
        site.client("alice")
        site.client("frank")
        yield site, request.param
        site.reset()


@pytest.mark.parametrize("what, to_iwf, to_client", [
    ("request", 200, 200), ("no LMR type", 200, 400),
    ("no payload", 200, 400), ("response", 200, 200), ("octets", 400, 400)])
def test_decode(decoding, what, to_iwf, to_client):
    """lenient counts, strict refuses."""
    site, mode = decoding
    if mode == "lenient":
        to_iwf = to_client = 200
    payload = DECODABLE[what]
    assert site.from_core(
        mc.core_message("alice", payload)).code == to_iwf
    assert site.from_iwf(
        mc.iwf_message("alice", payload)).code == to_client


@pytest.mark.parametrize("what, counter", [
    ("octets", "decode_failed"), ("no payload", "incomplete"),
    ("no LMR type", "incomplete")])
def test_decode_counts(decoding, what, counter):
    """What does not decode, and what lacks something towards the client."""
    site, _ = decoding
    message = mc.iwf_message("alice", DECODABLE[what])
    assert counted(site, lambda: site.from_iwf(message))[counter] == 1


def test_decoded_lmr_type_selects_the_kmf(decoding):
    """frank has two KMFs: the LMR type in the message tells which."""
    site, _ = decoding
    for code, receiver in ((2, site.iwf1), (1, site.iwf2)):
        payload = bytes([0x20, code]) + b"\0\1a\0\1bx\0\2hi"
        receiver.forget()
        assert site.from_core(
            mc.core_message("frank", payload)).code == 200
        receiver.wait_request()
