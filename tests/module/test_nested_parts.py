# SPDX-License-Identifier: GPL-2.0-or-later
"""Interworking and info parts where none may be: inside other parts, under
names that another reader could take for theirs, in any method, in replies.

The key management function that may write to a user is known of a MESSAGE to
a PSI alone. Whoever could hide an interworking part anywhere else would write
to any user.
"""
import base64

import pytest

import call_proxy
import calls
import mc
import mc_invite
import media
import sip
import user_agent

DATA = mc.data_part(b"\x20\x02 for alice")
TEXT = mc.part("text/plain", b"hello")
NAME = mc.INTERWORKING
INFO_TYPE = "application/vnd.3gpp.mcptt-info+xml"


def encoded(how, encode, part=DATA):
    """A multipart with a part, in a transfer encoding."""
    return mc.part('multipart/mixed; boundary="inner"',
                   encode(mc.multipart([part], "inner")),
                   Content_Transfer_Encoding=how)


def as_quoted_printable(octets):
    """Each octet as "=" and two digits, in lines."""
    text = "".join(f"={octet:02X}" for octet in octets)
    return "=\r\n".join(text[i:i + 72] for i in range(0, len(text), 72)
                        ).encode()


def message_part(kind, start=b"", field="Content-Type", name=NAME):
    """A message in a part, with a body of this type."""
    return mc.part(kind, start + f"{field}: {name}\r\n\r\n".encode()
                   + DATA.content)


HIDDEN = {
    "as it is": DATA,
    "odd case": mc.part("APPLICATION/vnd.3GPP.Interworking-DATA", b"x"),
    "percent": mc.part("application/vnd%2e3gpp.interworking-data", b"x"),
    "suffix": mc.part(NAME + "+xml", b"x"),
    "multipart": mc.part('multipart/related; boundary="inner"',
                         mc.multipart([TEXT, DATA], "inner")),
    "base64": encoded("base64", base64.encodebytes),
    "quoted-printable": encoded("quoted-printable", as_quoted_printable),
    "SIP": message_part("message/sip",
                        b"MESSAGE sip:alice@x SIP/2.0\r\nVia: x\r\n", "c"),
    "mail": message_part("message/rfc822", b"Subject: x\r\n"),
    "CPIM": message_part("message/cpim", b"From: <im:x@y>\r\n\r\n"),
    "digest": mc.part('multipart/digest; boundary="inner"',
                      b"--inner\r\n\r\nContent-Type: " + NAME.encode()
                      + b"\r\n\r\nx\r\n--inner--\r\n"),
    "two deep": mc.part("message/rfc822", b"Subject: x\r\n"
                        b"Content-Type: multipart/mixed;boundary=inner\r\n\r\n"
                        + mc.multipart([DATA], "inner")),
}


def assert_malformed(reply):
    """400, and a reason that tells more than that."""
    assert (reply.code, reply.reason[:21]) == (
        400, "malformed MIME body: ")
    assert len(reply.reason) > 21


def text_message(*parts, sender="bob", to="alice"):
    """An ordinary MESSAGE with these parts."""
    message = sip.request("MESSAGE", mc.impu(to), mc.impu(sender),
                          mc.impu(to))
    return mc.with_parts(message, parts)


@pytest.mark.parametrize("name", HIDDEN)
def test_ordinary_message(site, name):
    """bob cannot write to alice as a key management function does. (What
    names itself is taken for an IWF short message, which goes to a PSI.)"""
    alice, bob = site.client("alice"), site.client("bob")
    reply = bob.ask(text_message(TEXT, HIDDEN[name]))
    if NAME.encode() in mc.multipart([HIDDEN[name]]).lower():
        assert reply.code == 403
    else:
        assert_malformed(reply)
    assert not alice.endpoint.requests()


@pytest.mark.parametrize("name", ["SIP", "mail", "CPIM", "percent"])
def test_whole_body(site, name):
    """The same of a body that is nothing else."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text_message(TEXT)
    message.set("Content-Type", HIDDEN[name].headers.decode().split(": ")[1])
    message.body = HIDDEN[name].content
    assert_malformed(bob.ask(message))
    assert not alice.endpoint.requests()


@pytest.mark.parametrize("name", HIDDEN)
def test_beside_the_real_one(any_site, name):
    """Before the interworking part of a short message, or after it."""
    alice = any_site.client("alice")
    info = mc.info_part(mc.info_for(mc.mc_id("alice")))
    for parts in ([info, HIDDEN[name], DATA], [info, DATA, HIDDEN[name]]):
        message = mc.with_parts(mc.iwf_message("alice", b""), parts)
        assert_malformed(any_site.from_iwf(message))
    assert not alice.endpoint.requests()


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("form", ["client", "from-lmr", "private"])
def test_invite(dial, form, name):
    """Beside the description of an INVITE."""
    line = dial(form)
    message = line.form.invite(line.offer())
    parts = mc.parts_of(message)
    assert_malformed(line.refused(message=mc.with_parts(
        message, [*parts, HIDDEN[name]])))


def ask(dialog, method, *parts):
    """The answer to a request with these parts, within a call."""
    message = mc.with_parts(dialog.request(method), parts)
    return dialog.endpoint.ask(message, dialog.server)


@pytest.mark.parametrize("name", HIDDEN)
def test_within_a_call(dial, name):
    """In each method, of each side."""
    call = dial().talk()
    for dialog, other in ((call.near, call.far), (call.far, call.near)):
        for method in ("INFO", "UPDATE", "OPTIONS", "BYE"):
            assert_malformed(ask(dialog, method, TEXT, HIDDEN[name]))
        assert not any(other.requests(m) for m in ("INFO", "UPDATE"))
    assert not call.near.requests("BYE") + call.far.requests("BYE")
    call.speech(5)
    assert call.near.bye().code == 200
    call.wait_over()


@pytest.mark.parametrize("name", ["as it is", "SIP", "base64"])
def test_offer_within_a_call(dial, name):
    """Beside the description of a re-INVITE: 400, and the call stays."""
    call = dial().talk()
    for dialog, line_sdp in ((call.near, call.line.offer()),
                             (call.far, call.line.answer())):
        message = mc.with_parts(dialog.request("INVITE"), [
            mc.part("application/sdp", line_sdp), HIDDEN[name]])
        reply = dialog.endpoint.ask(message, dialog.server)
        assert_malformed(reply)
    assert len(call.far.requests("INVITE")) == 0
    call.speech(5)
    assert call.near.bye().code == 200


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("form", ["private", "from-lmr"])
def test_prack(dial, form, name):
    """In a PRACK of a client, and of an IWF."""
    line = dial(form)
    out = line.dial()
    arrived = line.arrived(out)
    arrived.reply(183, line.answer(), rseq=1)
    rang = out.wait(183)
    near = out.dialog(rang)
    message = mc.with_parts(near.request("PRACK", headers=[
        ("RAck", f"{rang.get('RSeq')} {rang.get('CSeq')}")]),
        [TEXT, HIDDEN[name]])
    assert_malformed(near.endpoint.ask(message, near.server))
    assert not arrived.dialog().requests("PRACK")
    out.cancel()
    user_agent.incoming(line.callee, line.node.address, "CANCEL",
                        call_id=out.call_id)
    arrived.reply(487)
    out.wait(487)


@pytest.mark.parametrize("name", ["as it is", "mail", "quoted-printable"])
def test_ack(dial, name):
    """It cannot be refused: it goes on without the body."""
    line = dial()
    out = line.dial()
    arrived = line.arrived(out)
    arrived.reply(200, line.answer())
    near, _ = out.answered(ack=False)
    ack = mc.with_parts(near.request("ACK", cseq=near.invite_cseq),
                        [TEXT, HIDDEN[name]])
    near.endpoint.send(ack, near.server)
    far = arrived.dialog()
    assert far.wait("ACK").message.body == b""
    assert near.bye().code == 200


@pytest.mark.parametrize("name", HIDDEN)
def test_answer(dial, name):
    """In a 200 the whole body goes, and with it the media: the call ends."""
    line = dial("client")
    out = line.dial()
    arrived = line.arrived(out)
    arrived.answer_with(lambda message: call_proxy.mixed(
        message, mc.part("application/sdp", line.answer()), HIDDEN[name]))
    dialog, sdp = out.answered()
    got = out.replies(200)[0]
    assert (sdp, got.body, got.get("Content-Type")) == (b"", b"", None)
    call_proxy.assert_ended(dialog, arrived.dialog())


@pytest.mark.parametrize("name", HIDDEN)
def test_reply_within_a_call(dial, name):
    """Replies to other methods lose their body."""
    call = dial().talk()
    for dialog, endpoint in ((call.near, call.far.endpoint),
                             (call.far, call.near.endpoint)):
        manners = endpoint.script
        endpoint.script = lambda message: [(0.0, mc.with_parts(
            sip.response(message, 200), [TEXT, HIDDEN[name]]))]
        for method in ("INFO", "OPTIONS"):
            reply = dialog.ask(method)
            assert (reply.code, reply.body) == (200, b"")
        endpoint.script = manners
    assert call.near.bye().code == 200


@pytest.mark.parametrize("name", HIDDEN)
def test_reply_to_a_message(site, name):
    """So does the answer to an ordinary MESSAGE."""
    alice, bob = site.client("alice"), site.client("bob")
    alice.endpoint.script = lambda message: [(0.0, mc.with_parts(
        sip.response(message, 200), [TEXT, HIDDEN[name]]))]
    reply = bob.ask(text_message(TEXT))
    assert (reply.code, reply.body) == (200, b"")


GOOD = {
    "words of a type": mc.part(
        "text/plain", b"Content-Type: application/sdp\r\n\r\nContent-Type: "
        + NAME.encode()),
    "octets": mc.part("application/octet-stream",
                      mc.multipart([DATA], "inner")),
    "mail of a text": mc.part("message/rfc822", b"Subject: " + NAME.encode()
                              + b"\r\n\r\nContent-Type: application/sdp\r\n"),
    "CPIM of a text": mc.part("message/cpim", b"From: <im:x@y>\r\n\r\n"
                              b"Content-Type: text/plain\r\n\r\nhello"),
    "notification": mc.part("message/imdn+xml", b"<?xml version='1.0'?>\n"
                            b"<imdn xmlns='urn:ietf:params:xml:ns:imdn'/>"),
    "multipart": mc.part('multipart/alternative; boundary="inner"',
                         mc.multipart([TEXT], "inner")),
}


@pytest.mark.parametrize("name", GOOD)
def test_found_by_type(site, name):
    """Words are no parts: such a message passes as it is."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text_message(TEXT, GOOD[name])
    assert bob.ask(message).code == 200
    assert alice.endpoint.wait_request().octets.endswith(message.body)


def test_words_in_a_text(site):
    """A text of one part may name any type."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text_message()
    message.set("Content-Type", "text/plain")
    message.body = b"Content-Type: application/sdp\r\n\r\n" + NAME.encode()
    assert bob.ask(message).code == 200
    assert alice.endpoint.wait_request().octets.endswith(message.body)


BOB = mc.identity("mcptt", "calling-user-id", mc.mc_id("bob"))


def info_text(before="", inside="", after="", root=""):
    """An info document, with elements before, in and after its Params."""
    return (f'<mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"{root}>{before}'
            f"<mcptt-Params>{inside}</mcptt-Params>{after}"
            "</mcpttinfo>").encode()


INFOS = {
    "Params of another namespace": info_text(
        before=f"<x:mcptt-Params>{BOB}</x:mcptt-Params>",
        root=' xmlns:x="urn:x"'),
    "beside Params": info_text(after=BOB),
    "in anyExt": info_text(inside=f"<anyExt>{BOB}</anyExt>"),
    "in anyExt of the root": info_text(after=f"<anyExt>{BOB}</anyExt>"),
    "of another service": info_text(inside=mc.identity(
        "mcdata", "calling-user-id", mc.mc_id("bob"))),
    "of another namespace": info_text(
        inside='<calling-user-id xmlns="urn:x">x</calling-user-id>'),
}
SECOND = {
    "twice": mc.info_part(info_text(inside=BOB)),
    "in a mail": mc.part("message/rfc822", f"Content-Type: {INFO_TYPE}\r\n\r\n"
                         .encode() + info_text(inside=BOB)),
    "without +xml": mc.part("application/vnd.3gpp.mcptt-info",
                            info_text(inside=BOB)),
    "of another service": mc.info_part(mc.info_xml("mcdata"), "mcdata"),
    "in a multipart in base64": encoded(
        "base64", base64.encodebytes, mc.info_part(info_text(inside=BOB))),
}


@pytest.mark.parametrize("name", INFOS)
def test_caller_elsewhere(site, name):
    """A caller where this node does not look: 400, nothing is sent on."""
    site.client("alice")
    message = mc.with_parts(mc.core_message("alice", b""), [
        mc.info_part(INFOS[name]), DATA])
    reply = site.from_core(message)
    assert (reply.code, reply.reason) == (400, "malformed XML body")
    assert not site.iwf1.requests()


@pytest.mark.parametrize("name", SECOND)
def test_second_info(site, name):
    """A second info part that a receiver could take for ours."""
    site.client("alice")
    info = mc.info_part(mc.info_for(mc.KMF1))
    for parts in ([SECOND[name], info, DATA], [info, DATA, SECOND[name]]):
        assert_malformed(site.from_core(
            mc.with_parts(mc.core_message("alice", b""), parts)))
    assert not site.iwf1.requests()


@pytest.mark.parametrize("name", [*INFOS, *SECOND])
def test_caller_of_a_call(dial, name):
    """The same in an INVITE, and in an INFO within the call."""
    line = dial()
    message = mc_invite.private("alice", calls.UNIT1, line.offer())
    info, *others = mc.parts_of(message)
    if name in INFOS:
        text = INFOS[name].replace(
            b"<mcptt-Params>",
            b"<mcptt-Params><session-type>private</session-type>", 1)
        parts, told = [mc.info_part(text), *others], [mc.info_part(text)]
    else:
        parts, told = [info, SECOND[name], *others], [info, SECOND[name]]
    assert line.refused(message=mc.with_parts(message, parts)).code == 400
    call = line.talk()
    assert ask(call.near, "INFO", *told).code == 400
    assert call.near.bye().code == 200


def test_recipe(call_site):
    """The call proxy of the recipe."""
    near, far = call_site.talk()
    for name, hidden in HIDDEN.items():
        offer = call_site.party().sdp(media.TETRA)
        refused = call_site.start(call_proxy.mixed(
            call_site.invite(None), mc.part("application/sdp", offer), hidden))
        assert refused.refusal().code == 400, name
        assert ask(near, "INFO", TEXT, hidden).code == 400, name
        assert not far.requests("INFO")
    assert ask(near, "BYE", TEXT, DATA).code == 200
    assert far.wait("BYE").message.body == b""
