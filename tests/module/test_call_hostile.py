# SPDX-License-Identifier: GPL-2.0-or-later
"""Parties of a call, and others who know of it, that mean no good."""
import re

import pytest

import calls
import mc
import media
import node
import sip
import user_agent

FOREIGN_SDP = (b"v=0\r\no=- 1 1 IN IP4 127.0.1.2\r\ns=-\r\n"
               b"c=IN IP4 127.0.1.2\r\nt=0 0\r\nm=audio 4444 RTP/AVP 8\r\n")


def end(out, got):
    """Refuses a call that has not been answered."""
    got.reply(486)
    out.wait(486)


def send_broken(got, message):
    """Sends a reply with a line that is no header field."""
    octets = bytes(message).replace(b"\r\n\r\n", b"\r\nFoo bar\r\n\r\n", 1)
    got.endpoint.send_octets(octets, got.server)


def with_branch(message, branch):
    """A reply whose topmost Via has another branch."""
    name, value = message.headers[0]
    assert name == "Via"
    message.headers[0] = (name, re.sub(
        r"branch=[^;\s,]+", f"branch={branch}", value))
    return message


# Replies that the node cannot judge

def test_reply_without_transaction(dial):
    """A 200 to a request that is none goes nowhere; the true one passes."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    stray = with_branch(got.reply_of(200, FOREIGN_SDP), "z9hG4bKother.0")
    with calls.dropped_reply(here.node):
        here.callee.send_octets(bytes(stray), here.node.address)
    got.reply(200, here.answer())
    near, told = out.answered()
    got.dialog().wait("ACK")
    assert near.bye().code == 200
    # By now a stray one would be here, too, whichever came first.
    assert [r.body for r in out.replies(200)] == [told]


def test_reply_after_a_restart(new_site):
    """The node has forgotten the transaction: the answer goes nowhere."""
    site = new_site()
    with calls.Line(site) as here:
        talk = here.talk()
        server = site.node
        node.wait_until(lambda: calls.saved(server, talk.near.call_id),
                        "call in the database", sip.TIMEOUT)
        branch = talk.near.send("INVITE", here.offer())
        got = talk.far.wait("INVITE")
        server.crash()
        server.start()
        with calls.dropped_reply(server):
            got.reply(200, FOREIGN_SDP)
        server.wait_log("replies to no request, last of 127.0.0.2")
        assert not [r for r in here.caller.responses(branch)
                    if r.code >= 200]
        talk.near.bye()


@pytest.mark.parametrize("code", [183, 200])
def test_reply_with_a_broken_field(dial, code):
    """What cannot be parsed cannot be judged: it goes nowhere."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    send_broken(got, got.reply_of(code, FOREIGN_SDP))
    got.reply(180)
    out.wait(180)
    assert not out.replies(code)
    end(out, got)


def test_answer_of_update_with_a_broken_field(dial):
    """The same within the call."""
    talk = dial().talk()
    branch = talk.near.send("UPDATE", talk.line.offer())
    got = talk.far.wait("UPDATE")
    send_broken(got, got.reply_of(200, FOREIGN_SDP))
    got.reply(200, talk.line.answer())
    reply = talk.near.endpoint.wait_final(branch)
    assert media.place(user_agent.sdp_of(reply))[0] == "127.0.0.1"
    talk.near.bye()


@pytest.mark.parametrize("code", [302, 404, 486, 606])
def test_refusal_with_a_description(dial, code):
    """A refusal says nothing of media, and sends no caller elsewhere."""
    here = dial("from-lmr")
    out = here.dial()
    here.arrived(out).reply(code, FOREIGN_SDP)
    reply = out.refusal()
    assert (reply.code, reply.body) == (code, b"")
    assert not reply.get("Content-Type")
    assert code != 302 or not reply.get("Contact")


@pytest.mark.parametrize("method", ["INFO", "OPTIONS", "BYE"])
def test_stray_description_in_a_reply(dial, method):
    """Removed; and no call ends because of it."""
    talk = dial().talk()
    talk.far.endpoint.script = lambda message: (
        [] if message.method == method else user_agent.manners(message))
    branch = talk.near.send(method)
    talk.far.wait(method).reply(200, FOREIGN_SDP)
    reply = talk.near.endpoint.wait_final(branch)
    assert (reply.code, reply.body) == (200, b"")
    if method != "BYE":
        talk.speech()
        assert talk.near.bye().code == 200


# Requests that must not carry a description

@pytest.mark.parametrize("body", [
    ("application/sdp", FOREIGN_SDP), ("application/sdp", b"junk"),
    ("multipart/mixed;boundary=b", b"--b\r\nContent-Type: text/plain\r\n\r\n"
     b"x\r\n--b\r\nContent-Type: application/sdp\r\n\r\n" + FOREIGN_SDP
     + b"\r\n--b--\r\n"), (None, b"x")])
def test_bye_with_a_body(dial, body):
    """A BYE is never refused; what is in it stays here."""
    talk = dial().talk()
    message = talk.near.request("BYE")
    kind, message.body = body
    if kind:
        message.set("Content-Type", kind)
    reply = talk.near.endpoint.ask(message, talk.near.server)
    assert reply.code == 200
    assert talk.far.wait("BYE").message.body == b""
    talk.wait_over()


def test_bye_in_anothers_name(dial):
    """The call ends; the forged name goes no further."""
    talk = dial("client").talk()
    message = talk.near.request("BYE")
    mc.with_parts(message, [forged_name(), mc.part("text/plain", b"x")])
    assert talk.near.endpoint.ask(message, talk.near.server).code == 200
    assert talk.far.wait("BYE").message.body == b""


@pytest.mark.parametrize("method", ["MESSAGE", "NOTIFY", "REFER",
                                    "SUBSCRIBE"])
@pytest.mark.parametrize("within", [True, False])
def test_description_in_other_methods(site, dial, method, within):
    """In a call or not: no client gets it."""
    talk = dial("client").talk()
    if within:
        message = talk.near.request(method, FOREIGN_SDP)
    else:
        message = user_agent.with_sdp(sip.request(
            method, mc.impu("bob"), mc.impu("alice"), mc.impu("bob")),
            FOREIGN_SDP)
    reply = site.clients[0].ask(message)
    assert reply.code in (405, 481, 488), reply.start
    assert not talk.line.callee.requests(method)
    talk.near.bye()


# Second calls under the name of the first

@pytest.mark.parametrize("answered", [False, True])
def test_merged_call(site, dial, answered):
    """The same Call-ID and From tag: 482, and the first call's profile and
    media stay as they are."""
    bob = site.client("bob").endpoint
    here = dial("tetra")
    out = here.dial()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    if answered:
        got.reply(200, here.answer())
        near, _ = out.answered()
        got.dialog().wait("ACK")
    other = here.again(out, mc.impu("bob"), here.a.sdp(media.AMRWB))
    assert other.start().refusal().code == 482
    assert not bob.requests("INVITE")
    if not answered:
        got.reply(200, here.answer())
        near, _ = out.answered()
        got.dialog().wait("ACK")
    near.cseq = 90
    reply = near.ask("INVITE", here.a.sdp(media.AMRWB))
    assert (reply.code, calls.warning(reply)) == (488, "302")
    assert near.bye().code == 200


def test_again_after_a_refusal(dial):
    """Who was refused may try again under the same name."""
    here = dial()
    out = here.dial()
    end(out, here.arrived(out))
    other = here.again(out, calls.UNIT1, here.offer())
    other.start().wait(100)
    end(other, user_agent.incoming(here.callee, here.node.address,
                                   call_id=out.call_id, n=2))


# Names

@pytest.mark.parametrize("form, name", [
    ("client", mc.impu("alice")), ("private", mc.impu("alice")),
    ("from-lmr", calls.UNIT1), ("group-from-lmr", mc.IWF1)])
@pytest.mark.parametrize("own", [True, False])
def test_from_is_what_was_proven(dial, form, name, own):
    """Whatever the caller wrote, and no display name."""
    here = dial(form)
    message = here.form.invite(here.offer())
    written = name if own else mc.impu("carol")
    message.set("From", f'"The Boss" <{written}>;tag={sip.token()}')
    message.set("To", f'"The Boss" {message.get("To").strip()}')
    out = here.dial(message=message)
    got = here.arrived(out)
    assert re.fullmatch(rf"\s*<{re.escape(name)}>;tag=\S+",
                        got.message.get("From"))
    assert "oss" not in got.message.get("To")
    end(out, got)


def forged_name():
    """An info part in which another user calls."""
    return mc.info_part(mc.info_xml("mcptt", mc.identity(
        "mcptt", "calling-user-id", mc.mc_id("carol"))))


def test_forged_name_in_a_new_offer(dial):
    """A re-INVITE in another's name is refused; the call stays."""
    talk = dial("client").talk()
    message = talk.near.request("INVITE")
    mc.with_parts(message, [
        forged_name(), mc.part("application/sdp", talk.line.offer())])
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    assert not talk.far.requests("INVITE")
    talk.near.bye()


# Targets

@pytest.mark.parametrize("method", ["INFO", "INVITE", "UPDATE", "BYE"])
def test_request_uri_elsewhere(site, dial, method):
    """No party reaches a peer of ours through a call with another one."""
    talk = dial("client").talk()
    message = talk.near.request(method)
    message.start = f"{method} sip:iwf@{site.iwf1.hostport} SIP/2.0"
    reply = talk.near.endpoint.ask(message, talk.near.server)
    assert reply.code == 403
    assert not site.iwf1.requests(method)
    assert talk.line.node.calls()["ongoing"] == 1
    talk.near.bye()


@pytest.mark.parametrize("form, who, peer", [
    ("client", "near", "iwf1"), ("client", "far", "partner"),
    ("private", "near", "iwf2"), ("private", "near", "partner"),
    ("from-lmr", "near", "iwf2")])
def test_route_elsewhere(site, dial, form, who, peer):
    """Nor by a Route after ours, to a client or to an IWF."""
    talk = dial(form).talk()
    side, elsewhere = getattr(talk, who), getattr(site, peer)
    message = side.request("INFO")
    at = max(i for i, (n, _) in enumerate(message.headers) if n == "Route")
    message.headers.insert(at + 1, (
        "Route", f"<sip:{elsewhere.hostport};lr>"))
    assert side.endpoint.ask(message, side.server).code == 403
    assert not elsewhere.requests("INFO")
    talk.near.bye()


def foreign_contacts(site):
    """Where a client may not be: a peer, the node, a name, two places, a URI
    on two lines."""
    own = ":".join(map(str, site.node.address))
    return [f"<sip:iwf@{site.iwf1.hostport}>", f"<sip:x@{own}>",
            "<sip:x@localhost:5070>", "<sip:x@127.2>",
            f"<sip:x@127.0.0.1:9>, <sip:iwf@{site.iwf1.hostport}>",
            f"<sip:gw@{site.partner.hostport}>", "<sip:x@127.0.0.1:9;x=\r\n y>"]


@pytest.mark.parametrize("which", range(7))
def test_contact_elsewhere(site, dial, which):
    """Nor by a Contact: in an INVITE, an UPDATE, or the 200 of either."""
    contact = foreign_contacts(site)[which]
    here = dial("client")
    message = here.form.invite(here.offer())
    message.set("Contact", contact)
    out = user_agent.Outgoing(here.caller, here.node.address, message,
                              here.user,
                              contact=False)
    assert out.start().refusal().code == 400
    assert not here.callee.requests("INVITE")
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.answer(), contact=False,
              headers=[("Contact", contact)])
    got.reply(200, here.answer())
    near, _ = out.answered()
    assert near.target == f"sip:{here.callee.hostport}"
    got.dialog().wait("ACK")
    message = near.request("UPDATE", here.offer())
    message.set("Contact", contact)
    assert near.endpoint.ask(message, near.server).code == 403
    assert not here.callee.requests("UPDATE")
    branch = near.send("UPDATE", here.offer())
    update = got.dialog().wait("UPDATE")
    update.reply(200, here.answer(), contact=False,
                 headers=[("Contact", contact)])
    update.reply(200, here.answer())
    here.caller.wait_final(branch)
    assert [r.get("Contact") for r in here.caller.responses(branch)] == [
        f"<sip:{here.callee.hostport}>"]
    assert near.ask("INFO").code == 200
    near.bye()


def test_new_contact(dial):
    """A party moves with a re-INVITE; from then on it is reached there."""
    talk = dial("client").talk()
    here = talk.line
    moved = talk.near.target
    with sip.UdpEndpoint() as elsewhere:
        elsewhere.script = user_agent.manners
        branch = talk.far.endpoint.send(talk.far.request(
            "INVITE", here.answer()).set(
                "Contact", f"<sip:bob@{elsewhere.hostport}>"), talk.far.server)
        got = talk.near.wait("INVITE")
        got.reply(200, here.offer())
        talk.far.endpoint.wait_final(branch)
        talk.far.ack()
        talk.near.wait("ACK")
        assert talk.near.ask("INFO").code == 403
        talk.near.target = f"sip:bob@{elsewhere.hostport}"
        assert talk.near.ask("INFO").code == 200
        assert talk.near.bye().code == 200
    assert moved != talk.near.target


# Others who know of a call

@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "BYE"])
@pytest.mark.parametrize("form, who", [
    ("private", "near"), ("private", "far"), ("from-lmr", "far")])
def test_third_party(dial, form, who, method):
    """From another address: a client's requests are challenged, a peer's
    refused; the call stays."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    with sip.UdpEndpoint("127.0.0.77") as mallory:
        reply = mallory.ask(side.request(method), side.server)
        assert reply.code == (403 if (form, who) == ("private", "far")
                              else 407)
        if reply.code == 407:
            again = sip.with_credentials(
                side.request(method), reply, "carol", "carol-secret")
            assert mallory.ask(again, side.server).code == 403
    assert not other.requests(method)
    talk.speech()
    assert talk.near.bye().code == 200


def test_ack_of_a_third_party(dial):
    """What it says of media is not taken; the true one's is."""
    here = dial()
    out = here.dial(None)
    got = here.arrived(out)
    got.reply(200, here.answer())
    near, told = out.answered(ack=False)
    far = got.dialog()
    with sip.UdpEndpoint("127.0.0.77") as mallory:
        mallory.send(near.request("ACK", FOREIGN_SDP, (), near.invite_cseq),
                     near.server)
        assert far.wait("ACK").message.body == b""
    near.ack(here.offer())
    told_far = far.wait("ACK", 2).sdp
    calls.Call(here, near, told, far, told_far).speech()
    near.bye()


def test_client_that_moved(dial):
    """With its password a client goes on from another address."""
    talk = dial("private").talk()
    with sip.UdpEndpoint("127.0.0.77") as moved:
        moved.script = user_agent.manners
        talk.near.endpoint = moved
        message = talk.near.request("UPDATE", talk.line.offer())
        challenge = moved.ask(message, talk.near.server)
        assert challenge.code == 407
        again = sip.with_credentials(
            talk.near.request("UPDATE", talk.line.offer()), challenge,
            "alice", "alice-secret")
        branch = moved.send(again, talk.near.server)
        talk.far.wait("UPDATE").reply(200, talk.line.answer())
        assert moved.wait_final(branch).code == 200
        assert talk.near.bye().code == 200


# What the log says

def test_no_key_in_the_log(site):
    """The core would write out what stands after a broken field."""
    with calls.Line(site) as here:
        out = here.dial()
        got = here.arrived(out)
        key = "a=crypto:1 AEAD_AES_128_GCM inline:" + "SECRET" * 6 + "=="
        send_broken(got, got.reply_of(183, here.answer(key)))
        got.reply(180)
        out.wait(180)
        end(out, got)
    assert "SECRETSECRET" not in site.node.log()
