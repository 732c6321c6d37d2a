# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/wireshark: what tshark shows of messages and keys, and what it never
shows. What decodes is compared with mclmr."""
import base64
import os
import random
import re

import pytest

import capture
import documents
import key_commands as keys
import mc
import node
import sip
import test_demo
from test_tool_message import ID, KMF, lve, request

SHORT = "application/vnd.3gpp.interworking-data"
SIGNALLING = "application/vnd.3gpp.mcdata-signalling"
DATA = "application/vnd.3gpp.mcdata-payload"
IWSD, SDS = "IWF short message", "MCData message"
MIKEY = "MIKEY-SAKKE message"
SECRET = bytes(range(0x41, 0x61))  # letters, and as digits 4142...
HEADING = bytes.fromhex("006abd1130" "101112131415161718191a1b1c1d1e1f"
                        "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf")


def bearer(kind, body, **headers):
    """A MESSAGE with this body, as octets."""
    return bytes(sip.request(
        "MESSAGE", mc.impu("bob"), mc.impu("alice"), mc.impu("bob"),
        [("Content-Type", kind), *headers.items()], body))


def shown(folder, protocol, kind, *bodies, words=(), files=()):
    """The tree of each body."""
    path = capture.write(folder / "sip.pcap",
                         *(bearer(kind, body) for body in bodies))
    found = capture.tree(path, protocol, *words, files=files)
    assert len(found) == len(bodies)
    return found


def decodes(lines):
    """True if a tree has no complaint."""
    return not any("Malformed" in line for line in lines)


# IWF short messages

def test_request(tmp_path):
    """Type, LMR type, identities, and of the payload the size alone."""
    words = ["none", "tetra", "p25", "tetrapol", "dmr", "nxdn", "analog"]
    found = shown(tmp_path, IWSD, SHORT, *(
        request(SECRET, lmr) for lmr in range(len(words))))
    for lmr, word in enumerate(words):
        assert found[lmr] == [
            f"{IWSD} (provisional coding): request {word} {len(SECRET)} octets",
            "[Coding table: provisional-1]", "Message type: 0x20 (request)",
            f"LMR type: {lmr} ({word})", f"MC service ID: {ID.decode()}",
            f"KMF: {KMF.decode()}", f"Payload, octets: {len(SECRET)}"]


def test_response_and_elements(tmp_path):
    """A response has neither LMR type nor payload; other elements are named
    by number and size."""
    response = b"\x21" + lve(ID) + lve(KMF)
    with_others = request(b"") + b"\x99" + b"\x33" + lve(b"abc")
    first, second = shown(tmp_path, IWSD, SHORT, response, with_others)
    assert first[2:] == ["Message type: 0x21 (response)",
                         f"MC service ID: {ID.decode()}",
                         f"KMF: {KMF.decode()}"]
    assert second[6:] == ["Payload, octets: 0", "Other element: 0x99",
                          "Other element: 0x33", "Octets: 3"]


def test_size_of_a_payload(tmp_path):
    """As many as there are."""
    sizes = (1, 20000, 60000)
    found = shown(tmp_path, IWSD, SHORT, *(
        request(bytes(size)) for size in sizes))
    assert [lines[-1] for lines in found] == [
        f"Payload, octets: {size}" for size in sizes]


def test_base64(tmp_path):
    """A part that came as base64 is decoded; what only looks like it is
    not."""
    text = base64.encodebytes(request(SECRET))
    first, second = shown(tmp_path, IWSD, SHORT, text, b"AAAA" * 4)
    assert first[-1] == f"Payload, octets: {len(SECRET)}"
    assert not decodes(second)


def verdict(octets):
    """Whether mclmr decodes a message."""
    code, _, _ = keys.run("message", "decode", "-", stdin=octets)
    assert code in (0, 1)
    return code == 0


def agree(folder, messages):
    """The tree complains of a message if mclmr refuses it, and only then."""
    found = shown(folder, IWSD, SHORT, *messages)
    for octets, lines in zip(messages, found):
        assert decodes(lines) == verdict(octets), (octets.hex(), lines)
        if decodes(lines):
            assert any(ID.decode() in line for line in lines) \
                or ID not in octets


def test_truncated_short_messages(tmp_path):
    """At every octet."""
    whole = request(b"1234", kmf=b"sip:k") + b"\x99\x33\0\1x"
    agree(tmp_path, [whole[:n] for n in range(1, len(whole) + 1)])


def test_changed_short_messages(tmp_path):
    """With any octets changed. (Texts that are base64 are decoded; mclmr has
    the octets of a part, and sees none.)"""
    dice = random.Random(12)
    whole = request(b"1234", kmf=b"sip:k") + b"\x99\x33\0\1x"
    messages = []
    for _ in range(60):
        octets = bytearray(whole)
        for _ in range(dice.randrange(1, 4)):
            octets[dice.randrange(len(octets))] = dice.choice(
                (0, 1, 0x20, 0x21, 0x78, 0x7f, 0x80, 0xff,
                 dice.randrange(256)))
        messages.append(bytes(octets))
    agree(tmp_path, messages)


def test_two_payloads(tmp_path):
    """No message has a second one."""
    agree(tmp_path, [request(b"1"), request(b"1") + b"\x78" + lve(b"2")])


def test_many_elements(tmp_path):
    """The tree has an end."""
    (lines,) = shown(tmp_path, IWSD, SHORT, request() + b"\x99" * 20000)
    assert len(lines) < 80 and "more elements are not shown" in str(lines)


def test_coding_is_the_documented_one():
    """The numbers of provisional-1 are those that the page prints."""
    block = re.sub(r"#.*", "", documents.block("coding.txt"))
    said = dict(re.findall(r"^(\S+) = (\S+)", block, re.M))
    text = re.search(r"local function default_table\(\)\n(.*?)\nend",
                     capture.LUA.read_text(), re.S).group(1)
    code = dict(re.findall(r'\[?"?([\w.]+)"?\]? = "?([\w.-]+)"?', text))
    assert code == said


def test_other_coding(tmp_path):
    """A table of numbers as mc_iwf and mclmr take it."""
    table = tmp_path / "table.txt"
    table.write_text("profile = ours # none of 3GPP's\nrequest = 0x31\n"
                     "type_mask = 0x3f\nlmr.p25 = 9\nlmr.analog = -1\n"
                     "payload_iei = 0x70\n")
    octets = (b"\xf1\x09" + lve(ID) + lve(KMF) + b"\x70" + lve(SECRET))
    assert keys.run("message", "decode", "--table", table, "-",
                    stdin=octets)[0] == 0
    (lines,) = shown(tmp_path, IWSD, SHORT, octets, files=[table],
                     words=["-o", "iwsd.table:@/table.txt"])
    assert lines[1:4] == ["[Coding table: ours]",
                          "Message type: 0xf1 (request)", "LMR type: 9 (p25)"]
    assert lines[-1] == f"Payload, octets: {len(SECRET)}"


@pytest.mark.parametrize("text, why", [
    (None, "cannot be read"), ("requset = 1\n", "does not have this line"),
    ("request = x\n", "does not have this line")])
def test_bad_coding(tmp_path, text, why):
    """A table that cannot be used is told, and provisional-1 holds."""
    table = tmp_path / "table.txt"
    if text:
        table.write_text(text)
    (lines,) = shown(tmp_path, IWSD, SHORT, request(SECRET),
                     files=[table] if text else [],
                     words=["-o", "iwsd.table:@/table.txt"])
    assert lines[1].startswith("[Coding table: provisional-1: ")
    assert why in lines[1]
    assert lines[2] == "Message type: 0x20 (request)"


# MCData SDS

def test_sds_signalling(tmp_path):
    """Times and identifiers; disposition and identities among the
    elements."""
    body = (b"\x01" + HEADING + b"\x81" + b"\x22\x07" + b"\x21" + HEADING[5:21]
            + b"\x51" + lve(b"sip:alice.data@mc.example.org")
            + b"\x7b" + lve(b"sip:grp@mc.example.org") + b"\x53" + lve(SECRET))
    (lines,) = shown(tmp_path, SDS, SIGNALLING, body)
    assert lines[0].endswith("SDS SIGNALLING PAYLOAD")
    assert lines[3:] == [
        "Date and time: Sep 30, 2026 13:40:00.000000000 UTC",
        "Conversation ID: 101112131415161718191a1b1c1d1e1f",
        "Message ID: a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        ".... 0001 = Disposition request: DELIVERY (1)",
        "Element: 0x22 (Application ID)",
        "In reply to: 101112131415161718191a1b1c1d1e1f",
        "Identity: sip:alice.data@mc.example.org (Sender MCData user ID)",
        "Identity: sip:grp@mc.example.org (MCData group ID)",
        "Element: 0x53 (Application metadata container)", "Octets: 32"]


def test_sds_notification(tmp_path):
    """It has its type before the time."""
    (lines,) = shown(tmp_path, SDS, SIGNALLING, b"\x05\x02" + HEADING)
    assert lines[0].endswith("SDS NOTIFICATION")
    assert lines[3:5] == [
        "Notification type: 2",
        "Date and time: Sep 30, 2026 13:40:00.000000000 UTC"]


def test_data_payload(tmp_path):
    """Content type and size, whatever it is."""
    words = {1: "TEXT (0x01)", 2: "BINARY (0x02)",
             7: "interworking (TS 29.582) (0x07)", 99: "Unknown (0x63)"}
    found = shown(tmp_path, SDS, DATA, *(
        b"\x03\x01\x78" + lve(bytes([kind]) + SECRET) for kind in words))
    for lines, word in zip(found, words.values()):
        assert lines[3:] == ["Number of payloads: 1",
                             f"Payload content type: {word}",
                             "Payload, octets: 32"]


def test_what_is_not_read(tmp_path):
    """Protected messages, and those whose form is not known here: type and
    size."""
    found = shown(tmp_path, SDS, DATA, *(
        bytes([first]) + SECRET
        for first in (0x41, 0x81, 0xc3, 0x02, 0x07, 0x3f)))
    for lines in found:
        assert lines[-1] == "[Octets not shown: 32]" and decodes(lines)


def test_truncated_sds(tmp_path):
    """At every octet: told, and no error of the script."""
    wholes = (b"\x05\x02" + HEADING,
              b"\x01" + HEADING + b"\x51" + lve(b"sip:a@b"),
              b"\x03\x01\x78" + lve(b"\x02" + SECRET))
    # Where it may end before its end: before an element.
    ends = ({39}, {38, 48}, {2, 38})
    pieces = [whole[:n] for whole in wholes
              for n in range(1, len(whole) + 1)]
    found = iter(shown(tmp_path, SDS, SIGNALLING, *pieces))
    for whole, good in zip(wholes, ends):
        assert {n for n in range(1, len(whole) + 1)
                if decodes(next(found))} == good


# MIKEY-SAKKE and key records

@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A key management server, and a record with the key for alice."""
    found = keys.Lab(tmp_path_factory.mktemp("lab"))
    (found.folder / "key").write_bytes(SECRET)
    return found


def record(lab, *words):
    """A message with a key record for alice."""
    return keys.good(
        "key", "wrap", "--from", keys.IWF, "--to", keys.ALICE, "--kmf",
        keys.KMF, "--lmr", "p25", "--purpose", "root", "--alg", "84",
        "--key-id", "0001", "--key", lab.folder / "key", *lab.by("iwf"),
        "--at", lab.at, *words)


def expect_record(lines, raw):
    """A tree tells what `mclmr key inspect` tells of the message."""
    said = dict(keys.fields(keys.good("mikey", "inspect", "-", stdin=raw)))
    text = "\n".join(lines)
    assert f"CSB ID: 0x{said['csb_id']}" in text
    assert "Purpose: key record (ours) (15)" in text
    for identity in (keys.IWF, keys.ALICE, keys.KMS):
        assert f"Identity: {identity}" in text
    assert "Extension: key record (provisional) (240)" in text
    assert f"KMF: {keys.KMF}" in text and "LMR type: p25 (2)" in text
    size = int(re.search(r"Sealed record, octets: (\d+)", text).group(1))
    assert size > len(SECRET) and decodes(lines)


@pytest.mark.parametrize("form", ["raw", "base64"])
def test_record_in_a_body(tmp_path, lab, form):
    """application/mikey, as octets or base64."""
    raw = record(lab, "--form", "raw")
    body = raw if form == "raw" else base64.b64encode(raw)
    (lines,) = shown(tmp_path, MIKEY, "application/mikey", body)
    expect_record(lines, raw)


def test_record_in_a_description(tmp_path, lab):
    """The a=key-mgmt line of a call."""
    raw = record(lab, "--form", "raw")
    sdp = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
           "t=0 0\r\nm=audio 4000 RTP/SAVP 0\r\na=key-mgmt:mikey "
           f"{base64.b64encode(raw).decode()}\r\n").encode()
    (lines,) = shown(tmp_path, MIKEY, "application/sdp", sdp)
    expect_record(lines, raw)


@pytest.mark.parametrize("words", [
    ("--type", "pck"), ("--type", "pck", "--cs-map", "generic"),
    ("--type", "gmk", "--group", "sip:g@mc.example.org"),
    ("--type", "csk", "--hide-ids"), ("--type", "pck", "--self")])
def test_other_sakke_messages(tmp_path, lab, words):
    """Keys of 3GPP: purpose and identities, and no octet of the key."""
    (lab.folder / "pck").write_bytes(SECRET[:16])
    raw = keys.good("mikey", "make", *words, "--from", keys.IWF, "--to",
                    keys.ALICE, "--key", lab.folder / "pck", *lab.by("iwf"),
                    "--form", "raw", "--at", lab.at)
    (lines,) = shown(tmp_path, MIKEY, "application/mikey", raw)
    assert decodes(lines), lines
    assert f"Purpose: {words[1].upper()}" in "\n".join(lines)
    assert ("UID: " if "--hide-ids" in words else
            f"Identity: {keys.ALICE}") in "\n".join(lines)
    assert lines[-2:] == ["[Payload: SIGN (4)]", "[Octets: 129]"]


def test_other_mikey_messages(tmp_path):
    """Wireshark's own dissector has what is no SAKKE."""
    shared = bytes.fromhex("01000501123456780001" + "00" * 10)
    endless = shared[:10] + b"\5" + shared[11:]
    path = capture.write(tmp_path / "sip.pcap",
                         bearer("application/mikey", shared),
                         bearer("application/mikey", endless))
    text = capture.tshark(path, "-V")
    assert text.count("Multimedia Internet KEYing") == 2
    assert text.count("[Malformed Packet: MIKEY]") == 1
    assert MIKEY not in text


def test_truncated_records(tmp_path, lab):
    """At every octet: only the whole message has no complaint."""
    raw = record(lab, "--form", "raw")
    sizes = [*range(2, 60), *range(60, len(raw), 7), len(raw)]
    found = shown(tmp_path, MIKEY, "application/mikey",
                  *(raw[:n] for n in sizes))
    assert [decodes(lines) for lines in found] == [
        n == len(raw) for n in sizes]


def test_changed_records(tmp_path, lab):
    """With any octets changed: no error of the script."""
    dice, raw = random.Random(7), record(lab, "--form", "raw")
    messages = []
    for _ in range(80):
        octets = bytearray(raw)
        octets[dice.randrange(2, 330)] = dice.choice(
            (0, 1, 0x7f, 0x80, 0xff, dice.randrange(256)))
        messages.append(bytes(octets))
    shown(tmp_path, MIKEY, "application/mikey", *messages)


# What is never shown

def traces(octets):
    """Forms in which octets can be printed."""
    yield octets.decode("latin-1")
    yield octets.hex()
    yield octets.hex(":")
    yield octets.hex(" ")
    yield base64.b64encode(octets).decode()


def secret_capture(folder, lab):
    """Messages with a key in clear in the payload, and a sealed one."""
    return capture.write(
        folder / "sip.pcap",
        bearer(SHORT, request(SECRET)),
        bearer(SHORT, request() + b"\x33" + lve(SECRET)),
        bearer(SHORT, request(SECRET)[:-1]),
        bearer(DATA, b"\x03\x01\x78" + lve(b"\x07" + SECRET)),
        bearer(DATA, b"\x03\x01\x78" + lve(b"\x01" + SECRET)),
        bearer(DATA, b"\x43" + SECRET), bearer(DATA, b"\x02" + SECRET),
        bearer(SIGNALLING, b"\x01" + HEADING + b"\x7a" + lve(SECRET)),
        bearer("application/mikey", record(lab, "--form", "raw")))


@pytest.mark.parametrize("words", [
    ("-V",), (), ("-T", "json"), ("-T", "ek"), ("-T", "jsonraw",),
    ("-T", "fields", "-e", "iwsd", "-e", "mcsds", "-e", "lmrmikey")],
    ids=" ".join)
def test_no_key_is_printed(tmp_path, lab, words):
    """The octets of a key are in no line of a tree. (They are where raw
    octets are printed, as -x and the bytes pane do.)"""
    path = secret_capture(tmp_path, lab)
    limit = ["-J", "sip iwsd mcsds lmrmikey"] if words[:1] == ("-T",) else []
    text = capture.tshark(path, *words, *(limit if "fields" not in words
                                          else []))
    if "jsonraw" in words:
        text = "\n".join(own_octets(path))
        assert text
    # (From 4.4 on its SIP dissector prints each body's raw octets in JSON.)
    text = re.sub(r'"(sip_)?sip[._]msg_body": ?"[^"]*"', "", text)
    found = [trace for trace in traces(SECRET[:-1]) if trace in text]
    assert not found


def own_octets(path):
    """The octets that fields of the script lie on, as digits."""
    text = capture.tshark(path, "-T", "pdml")
    return re.findall(
        r'<field name="(?:iwsd|mcsds|lmrmikey)\.[^>]* value="([0-9a-f]*)"',
        text)


# The demo

@pytest.mark.skipif(os.geteuid() != 0, reason="to capture needs root")
def test_capture_of_the_demo(tmp_path):
    """Its rekey messages, on the wire between client, node and IWF."""
    media = node.media_environment()
    environment = dict(
        os.environ, RUN_DIR=str(tmp_path / "run"),
        SIP_PORT=str(node.free_port()), HTTP_PORT=str(node.free_port()),
        **media)
    port = environment["SIP_PORT"]
    try:
        with capture.of(port, tmp_path / "demo.pcap") as path:
            done = test_demo.demo(environment)
    finally:
        node.release_media(media)
    assert done.returncode == 0, done.stderr
    words = ["-d", f"udp.port=={port},sip"]
    found = capture.tree(path, IWSD, *words)
    assert len(found) >= 14
    text = capture.tshark(path, "-V", *words)
    for trace in traces(test_demo.KMM):
        assert trace not in text
