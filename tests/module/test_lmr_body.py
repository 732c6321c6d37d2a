# SPDX-License-Identifier: GPL-2.0-or-later
"""The description in the body of a message, whatever stands beside it.

Its part alone is replaced; every other octet of the body leaves as it came.
"""
import base64
import re

import pytest

import call_proxy
import mc
import media
import user_agent

SDP = "application/sdp"
NASTY = bytes(range(256)) + b"\r\r\n\n--\r\n--mc-boundarX\r\n" + b"--"
INFO = mc.info_part(mc.info_xml())
OTHER = mc.part("application/x-test", NASTY,
                Content_Transfer_Encoding="binary")


def in_part(sdp, **headers):
    """A description as a part."""
    return mc.part(SDP, sdp, **headers)


def in_base64(sdp):
    """The same as base64 in lines."""
    return in_part(base64.encodebytes(sdp).replace(b"\n", b"\r\n"),
                   Content_Transfer_Encoding="base64")


def alone(message, sdp):
    """No multipart at all."""
    return user_agent.with_sdp(message, sdp)


def shape(parts, content_type=None, boundary="mc-boundary"):
    """A way to put a description into a message."""
    def put(message, sdp):
        return call_proxy.mixed(message, *parts(sdp),
                                content_type=content_type,
                                boundary=boundary)
    return put


def preamble(message, sdp):
    """Text before the first and after the last delimiter."""
    message = call_proxy.mixed(message, INFO, in_part(sdp))
    message.body = b"Before.\r\n" + message.body + b"After.\r\n"
    return message


SHAPES = {
    "alone": alone,
    "first": shape(lambda sdp: [in_part(sdp), INFO]),
    "middle": shape(lambda sdp: [INFO, in_part(sdp), OTHER]),
    "last": shape(lambda sdp: [OTHER, INFO, in_part(sdp)]),
    "only part": shape(lambda sdp: [in_part(sdp)]),
    "bare boundary": shape(lambda sdp: [INFO, in_part(sdp)],
                           "multipart/mixed;boundary=mc-boundary"),
    "second parameter": shape(
        lambda sdp: [INFO, in_part(sdp)],
        f'multipart/mixed; boundary="mc-boundary"; type="{SDP}"'),
    "parameter before": shape(
        lambda sdp: [INFO, in_part(sdp)],
        f"multipart/mixed;type={SDP};boundary=mc-boundary"),
    "related": shape(
        lambda sdp: [in_part(sdp, Content_ID="<a@b>"), INFO],
        f'multipart/related; type="{SDP}"; start="<a@b>"; '
        'boundary="mc-boundary"'),
    "dashes before a boundary": shape(
        lambda sdp: [mc.part("text/plain", b"ends with --"), in_part(sdp)]),
    "part with a length": shape(lambda sdp: [
        INFO, in_part(sdp, Content_Length=len(sdp)), OTHER]),
    "base64": shape(lambda sdp: [INFO, in_base64(sdp), OTHER]),
    "preamble": preamble,
    "upper case": shape(lambda sdp: [
        mc.part("Application/SDP", sdp), INFO]),
    "words in octets": shape(lambda sdp: [in_part(sdp), mc.part(
        "application/octet-stream", b"Content-Type: application/sdp\n\nv=0")]),
    "words in encoded octets": shape(lambda sdp: [in_part(sdp), mc.part(
        "application/octet-stream", base64.b64encode(
            b"Content-Type: application/sdp\n\nv=0"),
        Content_Transfer_Encoding="base64")]),
    "60 kB beside it": shape(lambda sdp: [
        mc.part("application/x-test", b"x" * 60000), in_part(sdp)]),
}


def sdp_in(message):
    """The description of a message, its encoding undone."""
    if "multipart" not in message.get("Content-Type"):
        return message.body
    found, = [p for p in mc.parts_of(message)
              if SDP.encode() in p.headers.lower()]
    return (base64.b64decode(found.content) if b"base64" in found.headers
            else found.content)


def assert_only_sdp_changed(sent, got):
    """The body is what was sent, but for the description in it."""
    before, after = sdp_in(sent), sdp_in(got)
    assert before != after
    if "multipart" not in sent.get("Content-Type"):
        return
    expected = sent.body
    part = next(p for p in mc.parts_of(sent)
                if SDP.encode() in p.headers.lower())
    new = next(p for p in mc.parts_of(got)
               if SDP.encode() in p.headers.lower())
    headers = re.sub(rb"(Content-Length: )\d+",
                     rb"\g<1>%d" % len(new.content), part.headers)
    assert new.headers == headers
    assert got.body == expected.replace(
        part.headers + b"\r\n\r\n" + part.content,
        headers + b"\r\n\r\n" + new.content)
    assert got.get("Content-Type") == sent.get("Content-Type")


@pytest.mark.parametrize("name", SHAPES)
def test_offer(call_site, name):
    """The offer in an INVITE goes through the relay."""
    alice = call_site.party()
    sent = SHAPES[name](call_site.invite(None), alice.sdp(media.TETRA))
    outgoing = call_site.start(sent)
    incoming = call_site.incoming(outgoing)
    assert_only_sdp_changed(sent, incoming.message)
    address, _ = media.place(sdp_in(incoming.message))
    assert address == call_site.relay.address
    incoming.reply(200, call_site.party().sdp(media.TETRA))
    dialog, _ = outgoing.answered()
    dialog.bye()


@pytest.mark.parametrize("name", SHAPES)
def test_answer(call_site, name):
    """The answer in a 200 goes through the relay, and media flow."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.offer(alice.sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    reply = incoming.answer_with(
        lambda message: SHAPES[name](message, bob.sdp(media.TETRA)))
    dialog, _ = outgoing.answered()
    got = outgoing.replies(200)[0]
    assert_only_sdp_changed(reply, got)
    media.exchange(alice, sdp_in(got), bob, incoming.sdp, 97)
    dialog.bye()


def broken(change):
    """A multipart with a description in the middle, changed octet-wise."""
    def put(message, sdp):
        message = call_proxy.mixed(message, INFO, in_part(sdp), OTHER)
        message.body = change(message.body)
        return message
    return put


def with_type(content_type, content=b""):
    """A body that says what it is, and is not."""
    def put(message, _sdp):
        message.body = content
        return message.set("Content-Type", content_type)
    return put


def with_field(name, value):
    """A description alone, and one field too many."""
    return lambda message, sdp: user_agent.with_sdp(
        message, sdp).add(name, value)


def as_lines(sdp, end):
    """A part with a description, in lines that end like this."""
    return (b"text\r\n--mc-boundary\r\nContent-Type: application/sdp\r\n\r\n"
            + sdp).replace(b"\r\n", end)


ANNOUNCED = {
    "delimiter after LF": shape(lambda sdp: [
        mc.part("text/plain", as_lines(sdp, b"\n")), in_part(sdp)]),
    "delimiter after CR": shape(lambda sdp: [
        mc.part("text/plain", as_lines(sdp, b"\r")), in_part(sdp)]),
    "delimiter after LF, no other": shape(lambda sdp: [
        INFO, mc.part("text/plain", as_lines(sdp, b"\n"))]),
    "delimiter in the preamble": broken(
        lambda body: b"x\n--mc-boundary\n\nx\r\n" + body),
    "delimiter in the epilogue": broken(
        lambda body: body + b"--mc-boundary\r\n\r\nx"),
    "longer delimiter": shape(lambda sdp: [
        in_part(sdp), mc.part("x/y", b"--mc-boundaryX")]),
    "in a SIP message": shape(lambda sdp: [in_part(sdp), mc.part(
        "message/sip", b"SIP/2.0 200 OK\r\nc: Application/SDP\r\n\r\n" + sdp)]),
    "SIP message alone": with_type(
        "message/sip", b"SIP/2.0 200 OK\r\nc: application/sdp\r\n\r\nv=0"),
    "in an encoded message": shape(lambda sdp: [in_part(sdp), mc.part(
        "message/rfc822", b"=43", Content_Transfer_Encoding="x-own")]),
    "empty": with_type(SDP),
    "no boundary": with_type("multipart/mixed", b"v=0\r\n"),
    "two": shape(lambda sdp: [in_part(sdp), INFO, in_part(sdp)]),
    "empty part": shape(lambda sdp: [INFO, in_part(b"")]),
    "inside a part": shape(lambda sdp: [INFO, mc.part(
        'multipart/alternative; boundary="inner"',
        mc.multipart([in_part(sdp)], "inner"))]),
    "beside one inside a part": shape(lambda sdp: [in_part(sdp), mc.part(
        'multipart/alternative; boundary="inner"',
        mc.multipart([in_part(sdp)], "inner"))]),
    "inside an encoded part": shape(lambda sdp: [INFO, mc.part(
        'multipart/alternative; boundary="inner"', base64.b64encode(
            mc.multipart([in_part(sdp)], "inner")),
        Content_Transfer_Encoding="base64")]),
    "quoted-printable": shape(lambda sdp: [INFO, in_part(
        sdp, Content_Transfer_Encoding="quoted-printable")]),
    "bad base64": shape(lambda sdp: [INFO, in_part(
        b"not base64!", Content_Transfer_Encoding="base64")]),
    "no close delimiter": broken(lambda body: body[:-12]),
    "bare LF in a part header": broken(
        lambda body: body.replace(b"Content-Type: application/sdp\r\n",
                                  b"Content-Type: application/sdp\n", 1)),
    "compressed": with_field("Content-Encoding", "gzip"),
    "two Content-Types": with_field("Content-Type", SDP),
    "without Content-Type": lambda message, sdp: user_agent.with_sdp(
        message, sdp).drop("Content-Type"),
    "17 parts": shape(lambda sdp: [in_part(sdp), *[INFO] * 16]),
}


@pytest.mark.parametrize("name", ANNOUNCED)
def test_announced_offer(call_site, name):
    """A body that announces a description, and has not exactly one: 400."""
    alice = call_site.party()
    message = ANNOUNCED[name](call_site.invite(None), alice.sdp(media.TETRA))
    outgoing = call_site.start(message)
    assert outgoing.refusal().code == 400
    assert not [r for r in call_site.callee.requests("INVITE")
                if r.message.get("Call-ID") == outgoing.call_id]


@pytest.mark.parametrize("name", ANNOUNCED)
def test_announced_answer(call_site, name):
    """In a 200 it goes, and the call is ended."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.offer(alice.sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    incoming.answer_with(
        lambda message: ANNOUNCED[name](message, bob.sdp(media.TETRA)))
    dialog, sdp = outgoing.answered()
    got = outgoing.replies(200)[0]
    assert (sdp, got.body, got.get("Content-Type")) == (b"", b"", None)
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_promise_alone(call_site):
    """A type that is only named makes no description."""
    message = call_proxy.mixed(
        call_site.invite(None), INFO, content_type='multipart/related; type='
        f'"{SDP}"; boundary="mc-boundary"')
    incoming = call_site.incoming(call_site.start(message))
    assert incoming.message.body == message.body
    incoming.reply(486)


HOSTILE = {
    "NUL": (400, lambda sdp: sdp.replace(b"s=-", b"s=\0")),
    "lone CR": (400, lambda sdp: sdp.replace(b"s=-", b"s=\r-")),
    "no m= format": (400, lambda sdp: sdp.replace(b" 97\r\n", b"\r\n")),
    "60 kB": (488, lambda sdp: sdp + b"a=x\r\n" * 12000),
    "1000 sections": (488, lambda sdp: sdp + b"m=audio 9 RTP/AVP 0\r\n" * 700),
    "17 sections": (488, lambda sdp: sdp + b"m=video 9 RTP/AVP 31\r\n" * 16),
    "65 formats": (488, lambda sdp: sdp.replace(
        b"RTP/AVP", b"RTP/AVP " + b" ".join(
            b"%d" % n for n in range(30, 94)))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_offer(call_site, name):
    """What cannot be read is 400, what is over a limit 488."""
    code, change = HOSTILE[name]
    sdp = change(call_site.party().sdp(media.TETRA))
    assert call_site.offer(sdp).refusal().code == code


def test_more_than_a_call_can_keep(call_site):
    """Within all limits, but what it says is over 4,096 octets: 488."""
    formats = {n: ("TETRA_ACELP_BB/8000", f"encryption-mode={n % 2};"
                   "payload-type=0;payload-type=0;payload-type=0")
               for n in range(60, 120)}
    outgoing = call_site.offer(call_site.party().sdp(formats))
    assert outgoing.refusal().code == 488
    assert not [r for r in call_site.callee.requests("INVITE")
                if r.message.get("Call-ID") == outgoing.call_id]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answer(call_site, name):
    """In a 200 such a description goes, and the call is ended."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, HOSTILE[name][1](call_site.party().sdp(media.TETRA)))
    dialog, sdp = outgoing.answered()
    assert sdp == b""
    call_proxy.assert_ended(dialog, incoming.dialog())


def test_surplus(call_site):
    """Octets after Content-Length do not leave."""
    message = call_site.invite(call_site.party().sdp(media.TETRA))
    message.add("Contact", f"<sip:{call_site.caller.hostport}>")
    octets = bytes(call_site.caller.prepare(message))
    call_site.caller.send_octets(octets + b"m=audio 9 RTP/AVP 0\r\n",
                                 call_site.node.address)
    incoming = user_agent.incoming(call_site.callee, call_site.node.address,
                                   call_id=message.get("Call-ID"))
    assert len(media.sections(incoming.sdp)) == 1
    assert int(incoming.message.get("Content-Length")) == \
        len(incoming.message.body)
    incoming.reply(486)


def test_preview_loses_its_part(call_site):
    """What cannot go on in a 183 is taken out of the body."""
    alice, bob = call_site.party(), call_site.party()
    outgoing = call_site.offer(alice.sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    for n, parts in enumerate((
            lambda sdp: [INFO, in_part(sdp), OTHER],
            lambda sdp: [INFO, OTHER, in_part(sdp)],
            lambda sdp: [in_part(sdp), INFO, OTHER])):
        incoming.answer_with(lambda message: call_proxy.mixed(
            message, *parts(bob.sdp(media.TETRA) + b"k=\0\r\n")), code=183)
        got = outgoing.wait(183, n + 1)
        assert mc.parts_of(got) == [INFO, OTHER]
    incoming.reply(486)
    outgoing.refusal()


TWICE = ("\t\tif(!lmr_sdp_commit()) {\n\t\t\tdrop",
         "\t\tif(!lmr_sdp_commit() || !lmr_sdp_commit()) {\n\t\t\tdrop")
FOREIGN = ("\trecord_route();", "\trecord_route();\n"
           "\treplace_body_all(\"RTP/AVP\", \"RTP/SAVP\");")


@pytest.mark.parametrize("change", [TWICE, FOREIGN], ids=["ours", "foreign"])
def test_only_lump(change):
    """Where the description is replaced already, commit refuses."""
    with call_proxy.running(changes=[change]) as site:
        outgoing = site.offer(site.party().sdp(media.TETRA))
        assert outgoing.refusal().code == 500
        site.node.wait_log("the description is replaced already")
        assert not site.callee.requests("INVITE")
