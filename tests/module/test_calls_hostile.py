# SPDX-License-Identifier: GPL-2.0-or-later
"""What the call proxy of cfg/recipe does with messages that no party
should send."""
import re

import pytest

import call_proxy
import media
import node
import user_agent

BROKEN = b"\r\nFoo bar\r\n\r\n"  # no colon
OPEN = re.compile(rb"m=audio (?!0 )")


def broken(message):
    """A message with a header field that no parser takes."""
    return bytes(message).replace(b"\r\n\r\n", BROKEN, 1)


def reply_of(incoming, code, sdp):
    """A reply with a description, not yet sent."""
    return user_agent.with_sdp(incoming._reply(code), sdp)


def ring(site, profile="tetra", sdp=None):
    """A call that rings."""
    outgoing = site.offer(sdp or site.party().sdp(media.TETRA), profile)
    incoming = site.incoming(outgoing)
    incoming.reply(180)
    outgoing.wait(180)
    return outgoing, incoming


def talk(site):
    """A call that is up."""
    outgoing, incoming = ring(site)
    incoming.reply(200, site.party().sdp(media.TETRA))
    near, _ = outgoing.answered()
    far = incoming.dialog()
    far.wait("ACK")
    return near, far


def test_reply_without_a_transaction(call_site):
    """The core would send it on as it is."""
    outgoing, incoming = ring(call_site)
    reply = reply_of(incoming, 200, call_site.party().sdp(media.TETRA))
    reply.headers[0] = ("Via", re.sub("branch=[^;]+", "branch=z9hG4bKother.0",
                                      reply.headers[0][1]))
    call_site.callee.send_octets(bytes(reply), call_site.node.address)
    incoming.reply(486)
    outgoing.refusal()
    assert not outgoing.replies(200)


@pytest.mark.parametrize("code", [183, 200])
def test_broken_reply(call_site, code):
    """It cannot be judged or changed: it is dropped."""
    outgoing, incoming = ring(call_site)
    call_site.callee.send_octets(broken(reply_of(
        incoming, code, call_site.party().sdp(media.TETRA))),
        call_site.node.address)
    incoming.reply(486)
    outgoing.refusal()
    assert not outgoing.replies(code)


def test_broken_reply_within_a_call(call_site):
    """The 200 of an UPDATE; the good one that follows counts."""
    near, far = talk(call_site)
    branch = near.send("UPDATE", call_site.party().sdp(media.TETRA))
    update = far.wait("UPDATE")
    call_site.callee.send_octets(broken(reply_of(
        update, 200, call_site.party().sdp(media.AMRWB))),
        call_site.node.address)
    update.reply(200, call_site.party().sdp(media.TETRA))
    replies = [near.endpoint.wait_final(branch)]
    assert near.bye().code == 200
    replies += near.endpoint.responses(branch)
    assert not [r for r in replies if b"AMR-WB" in r.body]


def test_broken_messages_for_the_module():
    """It says so, and changes nothing."""
    told = ('xlog("L_NOTICE", "OP $lmr(op) $lmr(end) $lmr(decision)\\n");\n'
            '\t\tlmr_sdp_answer("p25"); xlog("L_NOTICE", "RC $rc\\n");\n'
            '\t\tlmr_sdp_close(); xlog("L_NOTICE", "RC $rc\\n");\n'
            '\t\tlmr_sdp_commit(); xlog("L_NOTICE", "RC $rc\\n");\n')
    check = 'iwf_check(); xlog("L_NOTICE", "OP $iwf(verdict)\\n");'
    reply = ('\tif(!is_present_hf("CSeq") || !route(FEW_FIELDS)'
             ' || !route(CLEAN_HEAD)) {\n\t\t')
    request = '\tif(!is_present_hf("CSeq")) {\n\t\t'
    with call_proxy.running(changes=[
            (reply + "drop;", f"{reply}{told}\t\tdrop;"),
            (request + "exit;", f"{request}{check} exit;")]) as site:
        test_broken_reply(site, 183)
        site.reset()
        test_broken_request(site)
        log = site.node.log()
        assert re.findall(r"(?:OP|RC) (.*)", log) == [
            "stray 0 <null>", "-1", "-1", "-1", "mime_malformed"]


def test_broken_request(call_site):
    """Nothing leaves."""
    message = call_site.caller.prepare(call_site.invite(
        call_site.party().sdp(media.TETRA)))
    call_site.caller.send_octets(broken(message), call_site.node.address)
    outgoing, incoming = ring(call_site)
    assert len(call_site.callee.requests("INVITE")) == 1
    incoming.reply(486)
    outgoing.refusal()


def test_second_invite_of_a_ringing_call(call_site):
    """It does not get the call, nor does the call get its profile."""
    outgoing, incoming = ring(call_site, "tetra-e2ee",
                              call_site.party().sdp(media.TETRA_E2EE))
    second = call_site.invite(call_site.party().sdp(media.AMRWB), "mcptt")
    for name in ("Call-ID", "From"):
        second.set(name, outgoing.message.get(name))
    second.set("CSeq", "50 INVITE")
    assert call_site.start(second).refusal().code == 482
    incoming.reply(200, call_site.party().sdp(media.TETRA_E2EE))
    near, _ = outgoing.answered()
    incoming.dialog().wait("ACK")
    near.cseq = 90
    reply = near.ask("INVITE", call_site.party().sdp(media.AMRWB))
    assert (reply.code, call_proxy.warning_of(reply)) == (488, "302")
    near.bye()


@pytest.mark.parametrize("kind, body", [
    ("application/sdp", b"v=0\r\n"), (None, b"x"),
    ("application/sdp", None), ("multipart/mixed", b"x")])
def test_bye_with_a_body(call_site, kind, body):
    """The call ends for both; the description does not arrive."""
    near, far = talk(call_site)
    message = near.request("BYE")
    message.body = body or call_site.party().sdp(media.TETRA)
    if kind:
        message.set("Content-Type", kind)
    assert near.endpoint.ask(message, call_site.node.address).code == 200
    assert not OPEN.search(far.wait("BYE").message.body)
    node.wait_until(lambda: not call_site.relay.calls(), "end of the session")


def test_ended_at_once(call_site):
    """Both get a BYE, though each answers it at once."""
    for endpoint in (call_site.caller, call_site.callee):
        endpoint.script = user_agent.manners
    for _ in range(20):
        outgoing, incoming = ring(call_site, "tetra-e2ee",
                                  call_site.party().sdp(media.TETRA_E2EE))
        incoming.reply(200, call_site.party().sdp(media.TETRA))
        near, _ = outgoing.answered()
        call_proxy.assert_ended(near, incoming.dialog())
    node.wait_until(lambda: not call_site.relay.calls(), "end of the sessions")
