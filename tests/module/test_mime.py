# SPDX-License-Identifier: GPL-2.0-or-later
"""Shapes of bodies that all mean the same, and near misses that do not."""
import base64

import pytest

import existing_server
import mc
import sip

INFO = mc.info_part(mc.info_for(mc.KMF1))
DATA = mc.data_part(b"\x20\0\r payload")
TYPE = 'multipart/mixed; boundary="mc-boundary"'
PLAIN = mc.multipart([INFO, DATA])

GOOD = {
    "bare boundary": ("multipart/mixed;boundary=mc-boundary", PLAIN),
    "other subtype, upper case, more parameters": (
        'MULTIPART/Related; a=b; Boundary="mc-boundary";c="d;e"', PLAIN),
    "semicolon after the boundary": (
        "multipart/mixed;boundary=mc-boundary;", PLAIN),
    "semicolon after the quotes": (TYPE + " ;", PLAIN),
    "boundary of odd characters": (
        'multipart/mixed; boundary="a(b)+_,-./:=? c"',
        mc.multipart([INFO, DATA], "a(b)+_,-./:=? c")),
    "boundary of 70 characters": (
        f"multipart/mixed; boundary={'b' * 70}",
        mc.multipart([INFO, DATA], "b" * 70)),
    "preamble": (TYPE, b"This is\r\na preamble\r\n" + PLAIN),
    "epilogue": (TYPE, PLAIN + b"an epilogue\r\n --mc-boundary\r\n"),
    "no CRLF at the end": (TYPE, PLAIN[:-2]),
    "payload first": (TYPE, mc.multipart([DATA, INFO])),
    "between other parts": (TYPE, mc.multipart(
        [mc.part("text/plain", b"a"), DATA, mc.part("x/y", b""), INFO])),
    "blanks after the boundary": (
        TYPE, PLAIN.replace(b"--mc-boundary\r\n", b"--mc-boundary \t\r\n")),
    "part header in other letters": (
        TYPE, PLAIN.replace(b"Content-Type: app", b"content-TYPE:app")),
    "look-alikes of the boundary": (TYPE, mc.multipart(
        [INFO, mc.data_part(b"\n-mc-boundary\r\nx--mc-boundary\r\n--mc")])),
}
MALFORMED = {
    "no boundary parameter": ("multipart/mixed", PLAIN),
    "other boundary": ("multipart/mixed; boundary=other", PLAIN),
    "no end": (TYPE, PLAIN.replace(b"--mc-boundary--", b"")),
    "boundary too long": (f"multipart/mixed; boundary={'b' * 71}",
                          mc.multipart([INFO, DATA], "b" * 71)),
    "delimiter after LF": (TYPE, mc.multipart(
        [INFO, mc.data_part(b"x\n--mc-boundary\nA: b\n\nx")])),
    "delimiter after CR": (TYPE, mc.multipart(
        [INFO, mc.data_part(b"x\r--mc-boundary--\r")])),
    "longer delimiter": (TYPE, mc.multipart(
        [INFO, mc.data_part(b"--mc-boundaryX\r\n")])),
    "delimiter in the preamble": (TYPE, b"x\n--mc-boundary\n\r\n" + PLAIN),
    "delimiter in the epilogue": (TYPE, PLAIN + b"--mc-boundary\r\n"),
    "more parts after the end": (
        TYPE, PLAIN + b"\r\n" + mc.multipart([DATA])),
    "more parts after an epilogue": (
        TYPE, PLAIN + b"epilogue\r\n" + mc.multipart([INFO, DATA])),
    "a second end": (TYPE, PLAIN + b"epilogue\r\n--mc-boundary--\r\n"),
    "part without empty line": (
        TYPE, PLAIN.replace(b"\r\n\r\n", b"\r\n")),
}

AMBIGUOUS = "a line begins with the boundary and is no delimiter"
REASONS = {
    "no boundary parameter": "boundary missing, twice or not permitted",
    "boundary too long": "boundary missing, twice or not permitted",
    "other boundary": "first or last delimiter missing",
    "no end": "first or last delimiter missing",
    "delimiter in the epilogue": "a delimiter after the last one",
    "more parts after the end": "a delimiter after the last one",
    "more parts after an epilogue": "a delimiter after the last one",
    "a second end": "a delimiter after the last one",
    "part without empty line": "header of a part not readable",
}


def shaped(content_type, body):
    """alice's message with this body."""
    message = mc.core_message("alice", b"")
    message.set("Content-Type", content_type)
    message.body = body
    return message


@pytest.mark.parametrize("name", GOOD)
def test_understood(site, name):
    """Every legal shape; all but the inserted element arrives as it was."""
    site.client("alice")
    message = shaped(*GOOD[name])
    assert site.from_core(message).code == 200
    got = site.iwf1.wait_request().message
    assert got.get("Content-Type") == message.get("Content-Type")
    where = message.body.index(b"</mcptt-Params>")
    assert got.body.startswith(message.body[:where])
    assert got.body.endswith(message.body[where:])


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(site, name):
    """400 and a plain reason."""
    site.client("alice")
    reply = site.from_core(shaped(*MALFORMED[name]))
    assert reply.code == 400
    assert reply.reason.partition(": ")[::2] == (
        "malformed MIME body", REASONS.get(name, AMBIGUOUS))
    assert not reply.all("Warning")
    assert not site.iwf1.requests()


def test_reason_of_the_operator(new_small):
    """A row of parameter status is the whole reason."""
    size = 'modparam("mc_iwf", "max_body", 62000)'
    site = new_small((size, size + '\nmodparam("mc_iwf", "status", '
                      '"mime_malformed = 400 \\"no\\"")'))
    reply = site.from_core(shaped(*MALFORMED["no end"]))
    assert (reply.code, reply.reason) == (400, "no")


def test_truncated_datagram(site):
    """Less body than Content-Length promises is malformed."""
    site.client("alice")
    message = site.core.prepare(mc.core_message("alice", b"payload"))
    site.core.send_octets(bytes(message)[:-5], site.node.address)
    assert site.core.wait_final(message.branch).code == 400


def test_octets_behind_content_length(any_site):
    """What follows the body in a datagram is not part of it."""
    alice = any_site.client("alice")
    iwf = any_site.iwf1
    message = iwf.prepare(mc.iwf_message("alice", b"payload"))
    iwf.send_octets(bytes(message) + b"trailer", any_site.node.address)
    reply = iwf.wait_final(message.branch)
    if isinstance(any_site.node, existing_server.DropIn):
        # Debian's own check, which comes first, takes no such datagram.
        assert reply.code == 400 and not alice.endpoint.requests()
        return
    assert reply.code == 200
    assert alice.endpoint.wait_request().octets.endswith(message.body)


def test_base64_parts(site):
    """Transfer encoding: read through, and forwarded as it came."""
    site.client("alice")
    xml = base64.encodebytes(mc.info_for(mc.KMF1))
    data = mc.data_part(base64.b64encode(b"\0\1\2"),
                        Content_Transfer_Encoding="base64")
    message = mc.with_parts(mc.core_message("alice", b""), [
        mc.info_part(xml, Content_Transfer_Encoding="base64"), data])
    assert site.from_core(message).code == 200
    got = mc.parts_of(site.iwf1.wait_request().message)
    assert got[1] == data
    text = base64.b64decode(got[0].content).decode()
    assert mc.identity("mcptt", "calling-user-id", mc.impu("alice")) in text


def test_interworking_part_alone(site):
    """A body that is not multipart lacks the info part."""
    site.client("alice")
    reply = site.from_core(shaped(mc.INTERWORKING, b"\x20\2payload"))
    assert reply.code == 403
    assert '"199 ' in reply.get("Warning")


def test_many_parts(site):
    """A limit of parts, and no crash above it."""
    site.client("alice")
    body = mc.multipart([INFO, DATA] + 1000 * [mc.part("x/y", b"")])
    with sip.TcpEndpoint(site.core.address[0]) as core:
        reply = core.ask(shaped(TYPE, body), site.node.address)
    assert reply.code in (400, 413)


@pytest.mark.parametrize("xml", [
    b'<!DOCTYPE x [<!ENTITY e "lol">]><mcpttinfo'
    b' xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params/></mcpttinfo>',
    b'<mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0">' + b"<a>" * 200
    + b"</a>" * 200 + b"</mcpttinfo>",
    b'<?xml version="1.0" encoding="UTF-16"?><mcpttinfo'
    b' xmlns="urn:3gpp:ns:mcpttInfo:1.0"/>',
    b'<mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0">\xff</mcpttinfo>',
    b"", b"no XML",
], ids=["DTD", "depth", "encoding", "not UTF-8", "empty", "text"])
def test_hostile_xml(site, xml):
    """What a reader of XML must not swallow: 400."""
    site.client("alice")
    message = mc.with_parts(mc.core_message("alice", b""), [
        mc.info_part(xml), DATA])
    assert site.from_core(message).code == 400
