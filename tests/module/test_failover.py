# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that fail, and what the sender hears of it, and when."""
import time

import pytest

import calls
import mc
import mc_invite
import media
import sip

PER_PEER = 5  # seconds for one try
TOTAL = 20  # seconds for all tries together
AT_ONCE = PER_PEER - 1  # seconds, without the time of any try
SOON = 0.3  # seconds in which what follows a reply would have arrived


def send(site, timeout=TOTAL + 2):
    """A message of alice by way of the core; answer and seconds."""
    site.client("alice")
    begin = time.monotonic()
    reply = site.from_core(mc.core_message("alice", b"\0x"), timeout)
    return reply, time.monotonic() - begin


def test_busy_peer_fails_over(site):
    """503 of the first peer: the second one gets it at once."""
    site.iwf1.script = sip.answer(503)
    reply, seconds = send(site)
    assert reply.code == 200
    assert seconds < AT_ONCE
    assert mc.payload_of(site.iwf1b.wait_request().message) == b"\0x"


def test_silent_peer_fails_over(site):
    """No answer for 5 s: the second peer; the first is not marked down."""
    site.iwf1.script = sip.silent
    reply, seconds = send(site)
    assert reply.code == 200
    assert PER_PEER - 1 < seconds < PER_PEER + 3
    site.iwf1.script = sip.answer(200)
    site.iwf1b.forget()
    assert send(site)[0].code == 200
    assert not site.iwf1b.requests()


def test_refused_connection_fails_over(new_site):
    """A TCP peer that does not listen: the next one, at once."""
    with sip.TcpEndpoint("127.0.0.2") as gone:
        hop = f"{gone.hostport};transport=tcp"
    site = new_site(next_hops={"iwf1": hop})
    reply, seconds = send(site)
    assert reply.code == 200
    assert seconds < PER_PEER + 1
    site.iwf1b.wait_request()


@pytest.mark.parametrize("code", [400, 404, 408, 480, 500, 504, 600])
def test_other_answers_do_not_fail_over(site, code):
    """Only 503, timeout and transport errors do; never a 408 to the sender."""
    site.iwf1.script = sip.answer(code)
    reply, _ = send(site)
    assert reply.code == (504 if code == 408 else code)
    assert not site.iwf1b.requests()


def test_all_busy(site):
    """The receivers' own 503 goes back as 503."""
    site.iwf1.script = site.iwf1b.script = sip.answer(503)
    reply, seconds = send(site)
    assert reply.code == 503
    assert seconds < AT_ONCE


def test_all_silent(site):
    """No answer of any peer in time: 504, before the sender gives up."""
    site.iwf1.script = site.iwf1b.script = sip.silent
    reply, seconds = send(site)
    assert reply.code == 504
    assert seconds < TOTAL


def test_peers_own_408(site):
    """A MESSAGE is never answered so (RFC 4320); no other peer is tried."""
    site.iwf1.script = sip.answer(408)
    reply, _ = send(site)
    assert reply.code == 504
    assert not site.iwf1b.requests()


def test_busy_and_silent(site):
    """503 and timeout mixed: 504, since one may have it."""
    site.iwf1.script = sip.answer(503)
    site.iwf1b.script = sip.silent
    reply, _ = send(site)
    assert reply.code == 504


def test_late_answer_of_the_last_peer_counts(site):
    """What comes within the time of a try is passed on."""
    site.iwf1.script = sip.answer(200, delay=PER_PEER - 2)
    reply, seconds = send(site)
    assert reply.code == 200
    assert seconds < PER_PEER
    assert not site.iwf1b.requests()


@pytest.fixture
def down(site):
    """The sample node while none of its peers is up."""
    site.set_peers("dp")
    yield site
    site.set_peers("ap")


def test_all_down(down):
    """All peers of the set down: 503 with Retry-After, at once."""
    reply, seconds = send(down)
    assert reply.code == 503
    assert int(reply.get("Retry-After")) > 0
    assert seconds < AT_ONCE
    assert not down.iwf1.requests()


def test_silent_client(new_site):
    """No answer of the client in all the time there is: 504 for the IWF."""
    site = new_site(extra='modparam("mc_iwf", "total_timeout", 2)')
    alice = site.client("alice")
    alice.endpoint.script = sip.silent
    begin = time.monotonic()
    reply = site.from_iwf(mc.iwf_message("alice", b"x"))
    assert reply.code == 504
    assert 1.5 < time.monotonic() - begin < AT_ONCE


def test_one_of_two_contacts_is_enough(site):
    """A contact that fails does not hide the one that has it."""
    good, bad = site.client("alice"), site.client("alice")
    bad.endpoint.script = sip.answer(480)
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    good.endpoint.wait_request()


@pytest.mark.parametrize("code", [200, 480])
def test_late_answer_of_the_other_contact(site, code):
    """The sender has its answer: another one does not follow."""
    first, late = site.client("alice"), site.client("alice")
    late.endpoint.script = sip.silent
    message = mc.iwf_message("alice", b"x")
    assert site.from_iwf(message).code == 200
    first.endpoint.wait_request()
    got = late.endpoint.wait_request()
    late.endpoint.reply(got, sip.response(got.message, code))
    time.sleep(SOON)
    finals = [r for r in site.iwf1.responses(message.branch) if r.code >= 200]
    assert len(finals) == 1


def test_peer_goes_down_after_three_probes_and_comes_back(new_site):
    """Three OPTIONS unanswered: down; one answered: up again."""
    site = new_site(env={"PROBE_INTERVAL": "1"})
    site.iwf1.reachable = False
    site.iwf1.wait_requests(3, "OPTIONS", timeout=20)
    site.wait_peers(r"127\.0\.0\.2.*\n.*FLAGS: I", timeout=20)
    assert send(site)[0].code == 200
    assert not site.iwf1.requests()
    site.iwf1.reachable = True
    site.wait_peers(r"127\.0\.0\.2.*\n.*FLAGS: A", timeout=20)
    assert send(site)[0].code == 200
    site.iwf1.wait_request()


@pytest.mark.parametrize("form", ["message", "private", "group"])
def test_nothing_leaves_when_all_are_down(new_site, form):
    """Not by the Request-URI either, where the PSI is an address."""
    with sip.UdpEndpoint("127.0.0.9") as there, media.Party() as party:
        psi = f"sip:iwf@{there.hostport}"
        site = new_site(sql=[
            f"UPDATE {table} SET psi = '{psi}' WHERE psi = '{mc.IWF1}'"
            for table in ("mc_iwf_kmf_psis", "mc_iwf_lmr_users",
                          "mc_iwf_groups")])
        site.set_peers("dp")
        alice = site.client("alice")
        message = {
            "message": lambda: mc.client_message("alice", b"x"),
            "private": lambda: mc_invite.private(
                "alice", calls.UNIT1, party.sdp(media.P25)),
            "group": lambda: mc_invite.group(
                "alice", calls.P25_GROUP, party.sdp(media.P25)),
        }[form]()
        message.add("Contact", f"<{alice.contact}>")
        reply = alice.ask(message)
        assert (reply.code, reply.get("Retry-After")) == (503, "5")
        assert site.node.counters()["refused_peers_down"] == 1
        time.sleep(SOON)
        assert not there.received


def test_tries_of_a_call(new_site):
    """Of peers that cannot be sent to, ten are tried, no more."""
    site = new_site()
    site.node.edit_node("UPDATE dispatcher SET priority = 0", *[
        "INSERT INTO dispatcher (setid, destination, flags, priority, attrs,"
        f" description) VALUES (1, 'sip:127.0.0.2:{port};transport=tls', 8,"
        " 9, '', '')" for port in range(7001, 7013)])
    site.node.kamcmd("dispatcher.reload")
    with calls.Line(site) as here:
        assert here.dial().refusal().code == 504
        assert not site.iwf1.requests("INVITE")
        assert not site.iwf1b.requests("INVITE")
