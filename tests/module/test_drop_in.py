# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls through Debian's own kamailio.cfg with the recipe of docs/guide.md
in it: who takes part, and who does not."""
import contextlib
import os
import signal

import pytest

import calls
import existing_server
import mc
import mc_invite
import media
import media_calls
import media_endpoint
import node
import sample
import sip
import user_agent

FORMS = ["private", "plain", "tetra", "from-lmr", "client", "client-plain",
         "group", "group-from-lmr", "group-from-core"]
FOREIGN_SDP = (b"v=0\r\no=- 1 1 IN IP4 127.0.1.2\r\ns=-\r\n"
               b"c=IN IP4 127.0.1.2\r\nt=0 0\r\nm=audio 4444 RTP/AVP 8\r\n")


@pytest.fixture
def dial(drop_in_site):
    """Makes lines on the server; all are over at the end."""
    with calls.dialling(drop_in_site) as make:
        yield make


@pytest.mark.parametrize("form", FORMS)
def test_call(dial, form):
    """Answered, spoken, held, ended by either side."""
    talk = dial(form).talk()
    talk.speech()
    talk.again("INVITE", talk.near, talk.line.offer("a=sendonly"),
               talk.line.answer("a=recvonly"))
    talk.again("UPDATE", talk.far, talk.line.answer(), talk.line.offer())
    talk.speech()
    assert talk.near.ask("INFO").code == 200
    assert talk.far.ask("INFO").code == 200
    side = talk.near if form == "private" else talk.far
    assert side.bye().code == 200
    talk.wait_over()


def test_one_contact_rings(drop_in_site, dial):
    """Of a user's devices one gets the call."""
    phones = [drop_in_site.client("alice") for _ in range(2)]
    here = dial("from-lmr")
    for phone in phones:
        phone.endpoint.script = user_agent.manners
    out = here.dial()
    ends = [here.callee, *(phone.endpoint for phone in phones)]
    out.wait(100)
    node.wait_until(lambda: [end for end in ends if end.requests("INVITE")],
                    "a call")
    rung, = [end for end in ends if end.requests("INVITE")]
    here.arrived(out, rung).reply(486)
    assert out.refusal().code == 486
    assert sum(len(end.requests("INVITE")) for end in ends) == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("own", [True, False])
def test_from_is_what_was_proven(dial, form, own):
    """Whatever the caller wrote, and no display name."""
    here = dial(form)
    message = here.form.invite(here.offer())
    proven = {"from-lmr": calls.UNIT1, "group-from-lmr": mc.IWF1,
              "group-from-core": mc.impu("alice")}.get(
                  form, mc.impu("alice"))
    written = proven if own else mc.impu("carol")
    message.set("From", f'"The Boss" <{written}>;tag={sip.token()}')
    out = here.dial(message=message)
    got = here.arrived(out)
    assert f"<{proven}>;tag=" in got.message.get("From")
    assert "Boss" not in got.message.get("From")
    got.reply(486)
    out.wait(486)


def test_call_without_password(dial):
    """407 with a challenge, and nothing rings."""
    here = dial()
    here.user = None
    reply = here.refused()
    assert reply.code == 407 and "nonce=" in reply.get("Proxy-Authenticate")


def test_refusals(dial):
    """The verdicts are the module's."""
    assert calls.warning(dial().refused(dial().a.sdp(media.PCMU))) == "302"
    assert calls.warning(dial("tetra").refused(
        dial().a.sdp(media.TETRA))) == "301"
    here = dial()
    message = mc_invite.private("alice", "sip:nobody@iwf.example.org",
                                here.offer())
    assert here.refused(message=message).code == 404


def test_silent_peer(dial):
    """504 in place of 408."""
    here = dial()
    here.callee.script = sip.silent
    out = here.dial()
    assert out.refusal(timeout=8).code == 504


@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_cancel(dial, form):
    """By the caller: 487. From another address: 481, and it goes on ringing."""
    here = dial(form)
    out = here.dial()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    cancel = out.message.copy()
    cancel.start = cancel.start.replace("INVITE", "CANCEL", 1)
    cancel.set("CSeq", cancel.get("CSeq").replace("INVITE", "CANCEL"))
    cancel.drop("Contact").drop("Content-Type").body = b""
    with sip.UdpEndpoint("127.0.0.77") as mallory:
        mallory.send_octets(bytes(cancel), here.node.address)
        assert mallory.wait_final(cancel.branch).code == 481
    assert not here.callee.requests("CANCEL")
    out.cancel()
    here.callee.wait_request("CANCEL")
    got.reply(487)
    out.wait(487)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "BYE"])
@pytest.mark.parametrize("form, who", [
    ("private", "near"), ("private", "far"), ("from-lmr", "far")])
@pytest.mark.parametrize("source", ["127.0.0.77", "127.0.0.4"])
def test_third_party(dial, form, who, method, source):
    """Whoever else knows a call, another IWF too, is refused."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    with sip.UdpEndpoint(source) as mallory:
        assert mallory.ask(side.request(method), side.server).code == 403
    assert not other.requests(method)
    assert talk.near.bye().code == 200


@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
@pytest.mark.parametrize("way", ["Request-URI", "Route", "Contact"])
@pytest.mark.parametrize("place", ["iwf2", "partner", "core", "relay"])
def test_way_out_of_a_call(drop_in_site, dial, form, way, place):
    """No other place is reached through a call, whatever its parties write."""
    site = drop_in_site
    target = (f"127.0.0.1:{site.node.media['RTPENGINE_PORT']}"
              if place == "relay" else getattr(site, place).hostport)
    talk = dial(form).talk()
    for side, other in ((talk.near, talk.far), (talk.far, talk.near)):
        message = side.request("INFO")
        if way == "Request-URI":
            message.start = f"INFO sip:x@{target} SIP/2.0"
        elif way == "Contact":
            message.set("Contact", f"<sip:x@{target}>")
        else:
            at = max(i for i, (n, _) in enumerate(message.headers)
                     if n == "Route")
            message.headers.insert(at + 1, ("Route", f"<sip:{target};lr>"))
        assert side.endpoint.ask(message, side.server).code == 200
        assert other.requests("INFO")
    if place != "relay":
        assert not getattr(site, place).requests("INFO")
    assert talk.near.bye().code == 200


@pytest.mark.parametrize("place", ["iwf1", "partner", "core", "relay"])
def test_ordinary_routes_lead_to_no_peer(drop_in_site, place):
    """What the existing server relays for strangers does not come from us
    to who trusts us."""
    site = drop_in_site
    target = (f"127.0.0.1:{site.node.media['RTPENGINE_PORT']}"
              if place == "relay" else getattr(site, place).hostport)
    own = f"sip:127.0.0.1:{site.node.port}"
    with sip.UdpEndpoint() as mallory:
        for method in ("INFO", "NOTIFY", "BYE", "ACK"):
            message = sip.request(method, f"sip:x@{target}", mc.impu("alice"),
                                  mc.impu("bob"), [("Route", f"<{own};lr>")])
            message.set("To", f"<{mc.impu('bob')}>;tag=x")
            mallory.send(message, site.node.address)
            if method != "ACK":
                assert mallory.wait_final(message.branch).code >= 400
            if place != "relay":
                assert not getattr(site, place).requests(method)


def test_ports_that_take_commands():
    """On each address of this machine, whichever received the message; on
    other machines they are ports like any."""
    with contextlib.ExitStack() as stack:
        listens = stack.enter_context(sip.UdpEndpoint("127.0.0.9"))
        port = listens.address[1]
        named, elsewhere = (
            stack.enter_context(sip.UdpEndpoint(address, port))
            for address in ("127.0.0.10", "127.0.0.11"))
        site = stack.enter_context(sample.running(
            lambda peers: existing_server.DropIn(
                peers, addresses=["127.0.0.9"], MC_OWN_PORTS=f"^{port}$",
                MC_OWN_HOSTS="^127[.]0[.]0[.]10$")))
        mallory = stack.enter_context(sip.UdpEndpoint())
        for place in (listens, named, elsewhere):
            place.script = sip.answer(200)
            message = sip.request(
                "INFO", f"sip:x@{place.hostport}", mc.impu("alice"),
                mc.impu("bob"),
                [("Route", f"<sip:127.0.0.1:{site.node.port};lr>")])
            message.set("To", f"<{mc.impu('bob')}>;tag=x")
            code = mallory.ask(message, site.node.address).code
            assert (code == 200) == (place is elsewhere), place.hostport
        assert not listens.requests("INFO") + named.requests("INFO")
        assert len(elsewhere.requests("INFO")) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_unspecified_address(address):
    """0.0.0.0 and [::] are this machine, whatever listens on it."""
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(sip.UdpEndpoint(address))
        host = "[::]" if ":" in address else "0.0.0.0"
        site = stack.enter_context(sample.running(
            lambda peers: existing_server.DropIn(peers, addresses=["[::1]"])))
        mallory = stack.enter_context(sip.UdpEndpoint())
        message = sip.request(
            "INFO", f"sip:x@{host}:{here.address[1]}", mc.impu("alice"),
            mc.impu("bob"), [("Route", f"<sip:127.0.0.1:{site.node.port};lr>")])
        message.set("To", f"<{mc.impu('bob')}>;tag=x")
        assert mallory.ask(message, site.node.address).code >= 400
        assert not here.requests("INFO")


# Where the requests of who calls a client go

HONEST = "<sip:127.0.0.9:5070;lr;x=y>"


def dropped(out, got, message):
    """A reply that does not come to the caller, though a later one does."""
    got.endpoint.reply(got.received, message)
    got.reply(183)
    out.wait(183)
    return message.code not in [r.code for r in out.replies()]


@pytest.mark.parametrize("form", ["client", "from-lmr"])
@pytest.mark.parametrize("code", [180, 200])
def test_record_route_of_a_client(dial, form, code):
    """After ours stands nothing that the caller has not written: it would
    go there, past the server. In front may stand the client's own proxies."""
    here = dial(form)
    out = here.dial()
    got = here.arrived(out)
    ours, = got.message.all("Record-Route")
    bad = "<sip:127.0.0.77:5060;lr>"
    body = here.answer() if code == 200 else None
    for routes in ([ours, bad], [bad], [f"{ours}, {bad}"],
                   [f'"x, {ours}" {bad}'], [f"<sip:x,{ours}", bad],
                   [ours.replace(";lr", ";maddr=127.0.0.77;lr")],
                   [HONEST] * 400, [f'"{ours}']):
        answer = got.reply_of(code, body).drop("Record-Route")
        assert dropped(out, got, calls.routed(answer, *routes)), routes
    got.endpoint.reply(got.received, calls.routed(
        got.reply_of(code, body), HONEST, f"{HONEST} , {HONEST}"))
    reply = out.wait(code)
    assert reply.all("Record-Route")[-1] == ours
    assert reply.all("Record-Route")[0] == HONEST
    if code == 180:
        got.reply(486)
        out.wait(486)
    else:
        near, _ = out.answered(ack=False)
        near.routes = [ours]
        near.ack()
        near.bye()


def test_answer_without_record_route(dial):
    """Its caller would go past the server: none; a ringing has no Contact
    then."""
    here = dial("from-lmr")
    out = here.dial()
    got = here.arrived(out)
    assert dropped(out, got, got.reply_of(200, here.answer()).drop(
        "Record-Route"))
    got.endpoint.reply(got.received, got.reply_of(180).drop("Record-Route"))
    assert not out.wait(180).all("Contact")
    got.reply(486)
    out.wait(486)


def test_record_route_of_a_calling_peer(dial, drop_in_site):
    """It comes back as it was, and passes; another one does not."""
    here = dial("from-lmr")
    theirs = f"<sip:{drop_in_site.iwf1.hostport};lr;a=b>"
    out = here.dial(message=here.form.invite(here.offer()).add(
        "Record-Route", theirs))
    got = here.arrived(out)
    ours = got.message.all("Record-Route")
    assert ours[1:] == [theirs]
    for last in (theirs.replace("a=b", "a=c"), HONEST):
        answer = got.reply_of(200, here.answer()).drop("Record-Route")
        assert dropped(out, got, calls.routed(answer, ours[0], last))
    answer = got.reply_of(200, here.answer()).drop("Record-Route")
    got.endpoint.reply(got.received, calls.routed(
        answer, f"{ours[0]}\t,\r\n {theirs}"))
    assert out.wait(200)
    near, _ = out.answered(ack=False)
    near.routes = [ours[0]]
    near.ack()
    got.dialog().wait("ACK")
    near.bye()


ASSERTED = [("P-Asserted-Identity", "<sip:boss@mc.example.org>"),
            ("Remote-Party-ID", "<sip:boss@mc.example.org>"),
            ("Alert-Info", "<http://x.example>"), ("Identity", "abc")]


@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
def test_fields_within_a_call(dial, form):
    """No party asserts anything any more, in requests and replies."""
    talk = dial(form).talk()
    for side, other in ((talk.near, talk.far), (talk.far, talk.near)):
        other.endpoint.script = lambda message: [(0, sip.response(
            message, 200, headers=ASSERTED))]
        message = side.request("INFO", headers=ASSERTED)
        reply = side.endpoint.ask(message, side.server)
        got = other.requests("INFO")[-1].message
        for name, _ in ASSERTED:
            assert not reply.all(name) and not got.all(name)
        other.endpoint.script = user_agent.manners
    assert talk.near.bye().code == 200


@pytest.mark.parametrize("code", [302, 401, 407, 486])
def test_refusal_of_the_callee(dial, code):
    """Nothing of media, no caller is sent elsewhere, none is asked for
    our passwords."""
    here = dial("from-lmr" if code == 486 else "private")
    out = here.dial()
    got = here.arrived(out)
    got.reply(code, FOREIGN_SDP, headers=[
        *ASSERTED, ("WWW-Authenticate", f'Digest realm="{mc.DOMAIN}"'),
        ("Proxy-Authenticate", f'Digest realm="{mc.DOMAIN}"')])
    reply = out.refusal()
    assert reply.code == (502 if code in (401, 407) else code)
    assert reply.body == b""
    for name in ("Contact", "WWW-Authenticate", "Proxy-Authenticate",
                 "P-Asserted-Identity")[code != 302:]:
        assert not reply.all(name)


@pytest.mark.parametrize("method", ["MESSAGE", "REFER", "SUBSCRIBE"])
def test_other_methods_within_a_call(dial, method):
    """405 with Allow."""
    talk = dial("client").talk()
    reply = talk.near.ask(method)
    assert reply.code == 405 and "INVITE" in reply.get("Allow")
    assert not talk.far.requests(method)
    assert talk.near.bye().code == 200


def test_forged_name_within_a_call(dial):
    """A re-INVITE in another's name is refused; the call stays."""
    talk = dial("client").talk()
    forged = mc.info_part(mc.info_xml("mcptt", mc.identity(
        "mcptt", "calling-user-id", mc.mc_id("carol"))))
    message = mc.with_parts(talk.near.request("INVITE"), [
        forged, mc.part("application/sdp", talk.line.offer())])
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    assert not talk.far.requests("INVITE")
    assert talk.near.bye().code == 200


@pytest.mark.parametrize("answered", [False, True])
def test_merged_call(drop_in_site, dial, answered):
    """The same Call-ID and From tag once more: 482, and the first call's
    profile and media stay as they are."""
    bob = drop_in_site.client("bob").endpoint
    here = dial("tetra")
    out = here.dial()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    if answered:
        got.reply(200, here.answer())
        near, _ = out.answered()
    other = here.again(out, mc.impu("bob"), here.a.sdp(media.AMRWB))
    assert other.start().refusal().code == 482
    assert not bob.requests("INVITE")
    if not answered:
        got.reply(200, here.answer())
        near, _ = out.answered()
    near.cseq = 90
    reply = near.ask("INVITE", here.a.sdp(media.AMRWB))
    assert (reply.code, calls.warning(reply)) == (488, "302")
    assert near.bye().code == 200


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "NOTIFY"])
def test_description_outside_a_call(drop_in_site, method):
    """No client gets it."""
    alice, bob = drop_in_site.client("alice"), drop_in_site.client("bob")
    message = user_agent.with_sdp(sip.request(
        method, mc.impu("bob"), mc.impu("alice"), mc.impu("bob")),
        FOREIGN_SDP)
    reply = alice.endpoint.ask(message, drop_in_site.node.address)
    assert reply.code == 488 and not bob.endpoint.requests(method)


def test_early_update_and_prack(dial):
    """Before the answer too requests reach the other side."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, here.answer(), rseq=1)
    near = out.dialog(out.wait(183))
    branch = near.prack(out.wait(183))
    user_agent.incoming(here.callee, here.node.address, "PRACK",
                        out.call_id).reply(200)
    assert here.caller.wait_final(branch).code == 200
    branch = near.send("UPDATE", here.offer())
    user_agent.incoming(here.callee, here.node.address, "UPDATE",
                        out.call_id).reply(200, here.answer())
    assert here.caller.wait_final(branch).code == 200
    got.reply(486)
    out.wait(486)


def test_relay_is_down(dial, drop_in_site):
    """No call without the relay, and calls again with it."""
    here = dial()
    os.kill(drop_in_site.node.relay_pid(), signal.SIGKILL)
    reply = here.refused()
    assert (reply.code, reply.get("Retry-After")) == (503, "2")
    drop_in_site.node.start_relay()
    drop_in_site.node.kamcmd("rtpengine.enable", "all", "1")
    for _ in range(2): # each process
        talk = dial().talk()
        assert talk.near.bye().code == 200
        talk.wait_over()


@pytest.mark.parametrize("form", ["private", "from-lmr"])
def test_call_that_has_to_end(dial, form):
    """An answer that the profile forbids: both get BYE."""
    here = dial("tetra") if form == "private" else dial(form)
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.b.sdp(media.TETRA if form == "private"
                              else media.PCMU))
    near, told = out.answered()
    assert media.ports(told) == [0]
    near.wait("BYE", timeout=8)
    got.dialog().wait("BYE", timeout=8)


WITH_A_PEER = [form for form in FORMS if not form.startswith("client")]
WITHIN = ["BYE", "INVITE", "UPDATE", "INFO", "PRACK", "OPTIONS"]


@pytest.mark.parametrize("form", WITH_A_PEER)
def test_call_is_over(dial, form):
    """After a BYE nothing but a BYE is of the call: 481, and neither the other
    side nor the relay hears of it."""
    here = dial(form)
    talk = here.talk()
    assert talk.near.bye().code == 200
    for end, sdp in (talk.near, here.offer()), (talk.far, here.answer()):
        for method in WITHIN[1:]:
            reply = end.ask(method, sdp if method in "INVITE UPDATE" else None)
            assert reply.code == 481, method
    for end in talk.near, talk.far:
        assert not any(end.requests(method) for method in WITHIN[1:])
    talk.wait_over()


@pytest.mark.parametrize("form", WITH_A_PEER)
def test_call_is_forgotten(dial, drop_in_site, form):
    """481 if the server knows no more of a call with a peer, to both."""
    talk = dial(form).talk()
    calls.end_by_node(drop_in_site.node, talk.near.call_id)
    talk.wait_ended()
    node.wait_until(lambda: talk.near.call_id not in
                    drop_in_site.node.kamcmd("dlg.list"), "end of the dialog",
                    sip.TIMEOUT)
    for end in talk.near, talk.far:
        for method in WITHIN:
            assert end.ask(method).code == 481, method
    for end in talk.near, talk.far:
        assert len(end.requests("BYE")) == 1
        assert not any(end.requests(method) for method in WITHIN[1:])


@pytest.mark.parametrize("method", ["BYE", "UPDATE", "INFO", "PRACK"])
def test_iwf_without_a_call(drop_in_site, method):
    """481 for what belongs to calls, with or without a To tag."""
    for tag in "", ";tag=x":
        message = mc.core_message("alice", b"x")
        message.start = message.start.replace("MESSAGE", method, 1)
        message.set("CSeq", f"7 {method}")
        message.set("To", f"<{mc.impu('alice')}>{tag}")
        reply = drop_in_site.iwf1.ask(message, drop_in_site.node.address)
        assert reply.code == 481


# The server as it was

def test_ordinary_call(drop_in_site):
    """A call that is not of the MC service goes its old way: it is not
    challenged, nothing is judged."""
    site = drop_in_site
    bob = site.client("bob")
    bob.endpoint.script = user_agent.manners
    target = f"sip:bob@127.0.0.1:{site.node.port}"
    with sip.UdpEndpoint() as phone:
        phone.script = user_agent.manners
        message = user_agent.with_sdp(sip.request(
            "INVITE", target, "sip:x@127.0.0.1", target), FOREIGN_SDP)
        out = user_agent.Outgoing(phone, site.node.address, message).start()
        assert out.refusal().code == 404


@pytest.mark.parametrize("case", media_endpoint.CASES[:2],
                         ids=lambda case: case.name)
def test_no_octet_is_changed(drop_in_site, case):
    """Media and keys arrive as they were sent."""
    with media_endpoint.Talk(case) as talk:
        media_calls.assert_talk(media_calls.relay_of(drop_in_site), talk,
                                media_calls.set_up(drop_in_site, talk,
                                                   media_calls.invite))
