# SPDX-License-Identifier: GPL-2.0-or-later
"""A repeated request gets the stored reply, is delivered and counted once."""
import time

import calls
import mc
import mc_invite
import node
import sip

WAITS = (0.5, 1, 2.5)  # seconds after the first copy
KEPT = 3000  # ms for which a reply is kept here; in the sample 32 s


def repeated(site):
    """Messages to repeat: sender, request, expected answer."""
    refused = mc.core_message("alice", b"r", psi=mc.TERM)
    not_sent = mc.core_message("mute", b"s")
    return [(site.core, mc.core_message("alice", b"d"), 200),
            (site.iwf1b, mc.iwf_message("alice", b"u"), 200),
            (site.core, refused, 403),
            (site.core, not_sent, 403)]


def test_reply_is_kept():
    """The sample keeps it as long as a sender may repeat, 64 times T1 (RFC
    3261 17.1.2.2)."""
    modules = node.TOP / "cfg" / "mc-server-modules.cfg"
    assert 'modparam("tm", "wt_timer", 32000)\n' in modules.read_text()


def test_repeats(new_site):
    """The same octets again, up to the end of that time: the same reply, and
    no party hears of it."""
    site = new_site(extra=f'modparam("tm", "wt_timer", {KEPT})')
    alice = site.client("alice")
    site.client("mute")
    cases = repeated(site)
    begin = time.monotonic()
    first = {}
    for source, message, code in cases:
        reply = source.ask(message, site.node.address)
        assert reply.code == code
        first[message.branch] = bytes(reply)
    counters = site.node.counters()
    for number, wait in enumerate(WAITS):
        time.sleep(max(0, begin + wait - time.monotonic()))
        for source, message, _ in cases:
            source.send_octets(bytes(message), site.node.address)
            reply = source.wait_final(message.branch, n=number + 2)
            assert bytes(reply) == first[message.branch]
    assert len(site.iwf1.requests()) == 1
    assert len(alice.endpoint.requests()) == 1
    assert site.node.counters() == counters


def test_repeat_of_a_client(site):
    """Its nonce has been used; what is asked again is not who it is."""
    alice = site.client("alice")
    message = mc.client_message("alice", b"x")
    challenge = alice.endpoint.ask(message, site.node.address)
    proven = sip.with_credentials(message, challenge, "alice", "alice-secret")
    first = alice.endpoint.ask(proven, site.node.address)
    assert first.code == 200
    alice.endpoint.send_octets(bytes(proven), site.node.address)
    again = alice.endpoint.wait_final(proven.branch, n=2)
    assert bytes(again) == bytes(first)
    assert len(site.iwf1.requests()) == 1


def test_repeat_of_a_clients_call(site):
    """The same of an INVITE, which is refused here."""
    alice = site.client("alice")
    message = mc_invite.private("alice", "sip:nobody@iwf.example.org", b"")
    message.add("Contact", f"<sip:{alice.endpoint.hostport}>")
    challenge = alice.endpoint.ask(message, site.node.address)
    proven = sip.with_credentials(message, challenge, "alice", "alice-secret")
    first = alice.endpoint.ask(proven, site.node.address)
    assert first.code == 404
    alice.endpoint.send_octets(bytes(proven), site.node.address)
    again = alice.endpoint.wait_final(proven.branch, n=2)
    assert bytes(again) == bytes(first)


def test_repeat_within_a_call(site):
    """The same of requests within a call, and of the BYE when it is over."""
    with calls.Line(site) as here:
        talk = here.talk()
        for method in ("INFO", "BYE"):
            message = talk.near.request(method)
            first = here.caller.ask(message, site.node.address)
            assert first.code == 200
            if method == "BYE":
                talk.wait_over()
            here.caller.send_octets(bytes(message), site.node.address)
            again = here.caller.wait_final(message.branch, n=2)
            assert bytes(again) == bytes(first)
            assert len(talk.far.requests(method)) == 1


def test_repeat_of_a_prack(site):
    """A call that is answered meanwhile makes no refusal of it."""
    with calls.Line(site) as here:
        out = here.dial()
        got = here.arrived(out)
        got.reply(183, here.answer(), rseq=1)
        reply = out.wait(183)
        message = out.dialog(reply).request("PRACK", headers=[
            ("RAck", f"1 {reply.get('CSeq')}")])
        here.caller.send(message, site.node.address)
        got.dialog().wait("PRACK").reply(200)
        first = here.caller.wait_final(message.branch)
        got.reply(200)
        near, _ = out.answered()
        got.dialog().wait("ACK")
        here.caller.send_octets(bytes(message), site.node.address)
        again = here.caller.wait_final(message.branch, n=2)
        assert bytes(again) == bytes(first)
        assert len(got.dialog().requests("PRACK")) == 1
        near.bye()


def test_repeat_while_the_receiver_thinks(site):
    """Before there is an answer the repeat is swallowed."""
    alice = site.client("alice")
    alice.endpoint.script = sip.answer(200, delay=0.5)
    message = mc.iwf_message("alice", b"x")
    branch = site.iwf1.send(message, site.node.address)
    site.iwf1.send_octets(bytes(message), site.node.address)
    assert site.iwf1.wait_final(branch).code == 200
    assert len(alice.endpoint.requests()) == 1
    assert len([r for r in site.iwf1.responses(branch)
                if r.code >= 200]) == 1


def test_receivers_repeated_answer_is_absorbed(site):
    """A receiver that answers twice is heard once."""
    alice = site.client("alice")
    alice.endpoint.script = lambda m: [
        (0, sip.response(m, 200)), (0.2, sip.response(m, 200))]
    message = mc.iwf_message("alice", b"x")
    assert site.from_iwf(message).code == 200
    assert site.from_iwf(mc.iwf_message("alice", b"y")).code == 200
    time.sleep(0.4)
    assert len([r for r in site.iwf1.responses(message.branch)
                if r.code >= 200]) == 1


def test_lost_request_is_repeated_by_the_node(site):
    """A receiver that misses the first copy gets another one."""
    alice = site.client("alice")
    alice.endpoint.script = sip.silent
    branch = site.iwf1.send(mc.iwf_message("alice", b"x"),
                            site.node.address)
    request = alice.endpoint.wait_request()
    alice.endpoint.wait_copies(2, request.message.branch)
    request.flow.send(bytes(sip.response(request.message, 200)))
    assert site.iwf1.wait_final(branch).code == 200
