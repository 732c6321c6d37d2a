# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may speak in a call: the side of a peer is the hosts of its set."""
import contextlib
import socket

import pytest

import calls
import mc
import mc_invite
import media
import node
import sip
import user_agent

METHODS = ["INFO", "INVITE", "UPDATE", "OPTIONS", "BYE"]
SIDES = [("private", "far"), ("group", "far"), ("from-lmr", "near"),
         ("group-from-lmr", "near"), ("group-from-core", "near"),
         ("group-from-core", "far"), ("tetra", "far")]
OWN = {"private": "iwf1", "group": "iwf1", "from-lmr": "iwf1",
       "group-from-lmr": "iwf1", "tetra": "iwf2"}


def strangers(site, form, who):
    """Peers that are not on this side of the call."""
    own = "core" if (form, who) == ("group-from-core", "near") else OWN.get(
        form, "iwf1")
    hosts = {"iwf1": ["iwf1", "iwf1b"]}.get(own, [own])
    return [getattr(site, name) for name in
            ("iwf1", "iwf2", "core", "partner") if name not in hosts]


@pytest.mark.parametrize("form, who", SIDES)
def test_another_peer(site, dial, form, who):
    """With the right tags, target and routes: refused, and the call stays."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    for peer in strangers(site, form, who):
        for method in METHODS:
            message = side.request(method, talk.line.answer() if method in (
                "INVITE", "UPDATE") else None)
            message.set("Contact", f"<sip:{peer.hostport}>")
            assert peer.ask(message, side.server).code == 403, (peer, method)
            assert not other.requests(method)
        acks = len(other.requests("ACK"))
        peer.send(side.request("ACK", None, (), side.invite_cseq),
                  side.server)
        assert other.endpoint is peer or len(other.requests("ACK")) == acks
    talk.speech()
    assert talk.near.bye().code == 200
    talk.wait_over()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "BYE"])
@pytest.mark.parametrize("form, who", [
    ("private", "far"), ("from-lmr", "near"), ("group", "far")])
def test_another_host_of_the_set(site, dial, form, who, method):
    """The IWF's second host goes on with what the first one began."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    site.iwf1b.script = user_agent.manners
    side.endpoint = site.iwf1b
    if method != "BYE":
        mine, yours = ((talk.line.offer, talk.line.answer) if who == "near"
                       else (talk.line.answer, talk.line.offer))
        talk.again(method, side, mine(), yours())
        other.target = f"sip:{site.iwf1b.hostport}"
        assert other.ask("INFO").code == 200
        assert site.iwf1b.requests("INFO")
        talk.speech()
    assert side.bye().code == 200
    other.wait("BYE")
    talk.wait_over()


def test_over_tcp(dial):
    """A peer may send within the call over another transport, and only it."""
    talk = dial("private").talk()
    for address, code in (("127.0.0.4", 403), ("127.0.0.2", 200)):
        endpoint = sip.TcpEndpoint(address)
        reply = endpoint.ask(talk.far.request("INFO"), talk.far.server)
        assert reply.code == code
        endpoint.close()
    talk.near.bye()


def test_after_a_restart(new_site):
    """Whose call it is stands in the database."""
    site = new_site()
    for form, who in (("private", "far"), ("from-lmr", "near")):
        # Each on a registration of its own: a crash may lose the last ones.
        with calls.Line(site, form) as here:
            talk = here.talk()
            side = getattr(talk, who)
            node.wait_until(
                lambda t=talk: calls.saved(site.node, t.near.call_id),
                "call in the database", sip.TIMEOUT)
            site.node.crash()
            site.node.start()
            assert site.iwf2.ask(
                side.request("BYE"), side.server).code == 403
            assert site.iwf1b.ask(
                side.request("BYE"), side.server).code == 200


def test_early_request_of_another_peer(site, dial):
    """Before the answer, too."""
    here = dial("private")
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    reply = out.wait(183)
    far = got.dialog()
    assert site.iwf2.ask(
        far.request("UPDATE", here.answer()), far.server).code == 403
    assert site.iwf2.ask(far.request("BYE"), far.server).code == 403
    early = out.dialog(reply)
    branch = early.prack(reply)
    far.wait("PRACK").reply(200)
    assert here.caller.wait_final(branch).code == 200
    got.reply(486)
    out.wait(486)


# Answers

def test_answer_of_another_peer(site, dial):
    """It knows the branch, and is not asked."""
    here = dial("private")
    out = here.dial()
    got = here.arrived(out)
    for code in (180, 486, 200):
        forged = got.reply_of(code, here.answer() if code == 200 else None)
        with calls.dropped_reply(site.node):
            site.iwf2.send_octets(bytes(forged), got.server)
    got.reply(183, here.answer())
    out.wait(183)
    got.reply(200, here.answer())
    near, _ = out.answered()
    assert [r.code for r in out.replies()] == [100, 183, 200]
    got.dialog().wait("ACK")
    assert near.bye().code == 200


@pytest.mark.parametrize("form, who", [("private", "far"),
                                       ("from-lmr", "near")])
def test_answer_of_another_peer_within_the_call(site, dial, form, who):
    """The same for requests of the other side within the call."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    branch = other.send("UPDATE")
    got = side.wait("UPDATE")
    site.iwf2.send_octets(bytes(got.reply_of(500)), got.server)
    site.iwf1b.send_octets(bytes(got.reply_of(200)), got.server)
    assert other.endpoint.wait_final(branch).code == 200
    talk.near.bye()


# CANCEL

def cancel_of(out):
    """The CANCEL of a call, as its caller writes it."""
    return out._same_transaction("CANCEL", out.message.get("To"))


@pytest.mark.parametrize("form, stranger", [
    ("private", "127.0.0.1"), ("private", "127.0.0.77"),
    ("private", "127.0.0.4"), ("private", "127.0.0.5"),
    ("from-lmr", "127.0.0.3"), ("from-lmr", "127.0.0.4"),
    ("from-lmr", "127.0.0.5"), ("from-lmr", "127.0.0.1")])
def test_cancel_from_elsewhere(dial, form, stranger):
    """Only who sent the INVITE takes it back, whoever knows its branch."""
    here = dial(form)
    out = here.dial()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    with sip.UdpEndpoint(stranger) as other:
        other.send_octets(bytes(cancel_of(out)), here.node.address)
        refusal = wait_reply(here, out, other, "481")
        assert refusal
    assert not here.callee.requests("CANCEL")
    out.cancel()
    user_agent.incoming(here.callee, here.node.address, "CANCEL",
                        call_id=out.call_id)
    got.reply(487)
    out.wait(487)


def wait_reply(here, out, other, code):
    """The reply to a CANCEL: the Via is the caller's, so it goes to the
    address in that, or to where the CANCEL came from."""
    def found():
        return [r.message for e in (other, here.caller) for r in e.received
                if r.message.start.startswith(f"SIP/2.0 {code}")
                and r.message.get("CSeq").endswith("CANCEL")
                and r.message.get("Call-ID") == out.call_id]
    return node.wait_until(found, f"{code} for CANCEL")[0]


@pytest.mark.parametrize("address, code", [
    ("127.0.0.2", "200"), ("127.0.0.4", "481")])
def test_cancel_over_another_connection(site, dial, address, code):
    """Over TCP the connection may be another one, the address may not."""
    here = dial("from-lmr")
    caller = sip.TcpEndpoint("127.0.0.2")
    caller.script = user_agent.manners
    out = user_agent.Outgoing(caller, here.node.address,
                              here.form.invite(here.offer())).start()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    with contextlib.closing(socket.create_connection(
            here.node.address, 5, (address, 0))) as other:
        other.sendall(bytes(cancel_of(out)))
        assert other.recv(4096).split()[1] == code.encode()
    if code == "481":
        assert not here.callee.requests("CANCEL")
        out.cancel()
    user_agent.incoming(here.callee, here.node.address, "CANCEL",
                        call_id=out.call_id)
    got.reply(487)
    out.wait(487)
    caller.close()


# Forks that were late

@pytest.mark.parametrize("again", [False, True], ids=["", "written again"])
def test_end_of_a_late_fork(site, dial, again):
    """Its ACK and its BYE come from its caller, or from itself; the caller
    may write the Contact in its own way."""
    phones = [site.client("alice").endpoint for _ in range(2)]
    for endpoint in (*phones, site.iwf1):
        endpoint.script = user_agent.manners
    with media.Party() as a, media.Party("127.0.1.2") as b:
        out = user_agent.Outgoing(site.iwf1, site.node.address,
                                  mc_invite.from_lmr(
            calls.UNIT1, "alice", a.sdp(media.P25))).start()
        one, two = (user_agent.incoming(e, site.node.address) for e in phones)
        one.reply(200, b.sdp(media.P25))
        near, _ = out.answered()
        two.reply(200, b.sdp(media.P25))
        late = out.dialog(out.wait(200, 2))
        far = two.dialog()
        for dialog in (late, far):
            assert site.iwf2.ask(
                dialog.request("BYE"), dialog.server).code == 481
        assert not late.requests("BYE") and not far.requests("BYE")
        contact = late.target
        if again:
            late.target = contact.replace("sip:", "SIP:") + ";x"
        late.ack()
        assert far.wait("ACK").message.uri == contact
        assert late.bye().code == 200
        assert far.wait("BYE").message.uri == contact
        near.bye()
    calls.wait_quiet(site.node)


ANYONE = {
    "a user of ours": (mc.mc_id("bob"), {"private": 403, "group": 404}),
    "a radio of the other IWF": (
        "sip:unit1@tetra-iwf.example.org", {"private": 403, "group": 403}),
    "another radio of its own": (
        "sip:fm1@iwf.example.org", {"private": 403, "group": 200}),
    "itself": (calls.UNIT1, {"private": 200, "group": 200})}


@pytest.fixture(params=["site", "drop_in_site"])
def any_dial(request):
    """Makes lines on the sample node, or the existing server."""
    with calls.dialling(request.getfixturevalue(request.param)) as make:
        yield make


@pytest.mark.parametrize("who", ANYONE)
@pytest.mark.parametrize("form", ["from-lmr", "private", "group-from-lmr",
                                  "group"])
def test_whom_an_iwf_names_within_a_call(any_dial, form, who):
    """In a later request, too, an IWF names no one else as the caller."""
    talk = any_dial(form).talk()
    iwf, client = ((talk.near, talk.far) if form.endswith("from-lmr")
                   else (talk.far, talk.near))
    name, codes = ANYONE[who]
    code = codes["group" if form.startswith("group") else "private"]
    message = mc.with_parts(iwf.request("INFO"), [mc.info_part(mc.info_xml(
        "mcptt", mc.identity("mcptt", "calling-user-id", name)))])
    assert iwf.endpoint.ask(message, iwf.server).code == code
    assert len(client.requests("INFO")) == (code == 200)
    assert talk.near.bye().code == 200
