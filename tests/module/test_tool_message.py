# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr message`: what it prints, writes and refuses."""
import hashlib
import os
import pathlib
import stat
import struct
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = os.environ.get("MCLMR_TOOL", str(TOP / "build/test/mclmr"))
ID = b"sip:alice@mc.example.org"
KMF = b"sip:kmf1@iwf.example.org"
ALL_OCTETS = bytes(range(256))


def run(*arguments, stdin=b""):
    """The tool's exit code, standard output and standard error."""
    done = subprocess.run([TOOL, *map(str, arguments)], input=stdin,
                          capture_output=True, timeout=60, check=False)
    assert b"Sanitizer" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def lve(value):
    """A field of format LV-E."""
    return struct.pack(">H", len(value)) + value


def request(payload=None, lmr=2, mc_id=ID, kmf=KMF):
    """A request, put together by hand."""
    octets = bytes((0x20, lmr)) + lve(mc_id) + lve(kmf)
    return octets if payload is None else octets + b"\x78" + lve(payload)


def decode(octets, *options):
    """The fields that decode prints, as a dict."""
    code, out, err = run("message", "decode", *options, "-", stdin=octets)
    assert (code, err) == (0, b"")
    return dict(line.split("=", 1) for line in out.decode().splitlines())


def encode(*options, stdin=b""):
    """What encode gives with the identities of the sample."""
    return run("message", "encode", "--id", ID.decode(), "--kmf",
               KMF.decode(), *options, stdin=stdin)


@pytest.mark.parametrize("words", [
    [], ["message"], ["message", "decode"], ["message", "explain"],
    ["message", "encode"]])
def test_help(words):
    for option in ("--help", "-h"):
        code, out, err = run(*words, option)
        assert (code, err) == (0, b"")
        assert out.startswith(b"usage: mclmr" + b"".join(
            b" " + word.encode() for word in words))


@pytest.mark.parametrize("arguments", [
    [], ["message"], ["letter"], ["message", "send"], ["message", "decode"],
    ["message", "decode", "a", "b"], ["message", "decode", "--payload"],
    ["message", "decode", "--colour", "red", "-"],
    ["message", "decode", "--payload", "-", "-"],
    ["message", "decode", "/nonexistent"], ["message", "decode", "/"],
    ["message", "explain", "/nonexistent"],
    ["message", "decode", "--table", "/nonexistent", "-"],
    ["message", "encode"],
    ["message", "encode", "--type", "request", "--id", "sip:a@b"],
    ["message", "encode", "--type", "letter", "--id", "a", "--kmf", "b"],
    ["message", "encode", "--type", "request", "--lmr", "gsm", "--id", "a",
     "--kmf", "b"],
    ["message", "encode", "--type", "response", "--payload", "-", "--id", "a",
     "--kmf", "b"],
    ["message", "encode", "--type", "request", "--id", "a", "--kmf", "b",
     "extra"],
])
def test_usage(arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, b"")
    assert err


def test_decode_request():
    fields = decode(request(ALL_OCTETS))
    assert fields == {
        "type": "request", "profile": "provisional-1", "lmr_type": "p25",
        "mc_id": ID.decode(), "kmf": KMF.decode(), "payload_size": "256",
        "payload_sha256": hashlib.sha256(ALL_OCTETS).hexdigest()[:16]}


def test_decode_without_payload():
    assert "payload_size" not in decode(request(lmr=0))
    assert decode(request(lmr=0))["lmr_type"] == "none"
    assert decode(request(b""))["payload_size"] == "0"
    fields = decode(b"\x21" + lve(ID) + lve(KMF))
    assert fields["type"] == "response"
    assert "payload_size" not in fields


def test_decode_from_file(tmp_path):
    message = tmp_path / "message"
    message.write_bytes(request(b"x"))
    code, out, _ = run("message", "decode", message)
    assert code == 0
    assert b"payload_size=1\n" in out


def test_hostile_identity_is_escaped():
    hostile = b"\x1b[2J\r\nkmf=x\0\xff\\"
    fields = decode(request(b"", mc_id=hostile))
    assert fields["mc_id"] == r"\x1b[2J\x0d\x0akmf=x\x00\xff\x5c"
    assert fields["kmf"] == KMF.decode()
    _, out, _ = run("message", "explain", "-",
                    stdin=request(b"", mc_id=hostile))
    assert rb'"\x1b[2J\x0d\x0akmf=x\x00\xff\x5c"' in out


@pytest.mark.parametrize("octets, reason", [
    (b"", b"empty"),
    (b"\x1f", b"unknown message type"),
    (request(lmr=7), b"unknown LMR type"),
    (request()[:-1], b"ends within the KMF URI"),
    (request(b"xy")[:-1], b"ends within the payload"),
    (request(mc_id=b""), b"empty MC service ID"),
])
def test_refused(octets, reason):
    for command in ("decode", "explain"):
        code, out, err = run("message", command, "-", stdin=octets)
        assert (code, out) == (1, b"")
        assert reason in err


def test_input_limit():
    code, out, err = run("message", "decode", "-", stdin=b"\x20" * (1 << 20))
    assert code == 1
    code, out, err = run("message", "decode", "-",
                         stdin=b"\x20" * ((1 << 20) + 1))
    assert (code, out) == (2, b"")
    assert b"1048576" in err


def test_payload_goes_to_a_private_file(tmp_path):
    target = tmp_path / "payload"
    target.write_bytes(b"older and longer" * 100)
    target.chmod(0o644)
    for path in (target, tmp_path / "new"):
        decode(request(ALL_OCTETS), "--payload", path)
        assert path.read_bytes() == ALL_OCTETS
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_payload_that_is_not_there(tmp_path):
    code, _, err = run("message", "decode", "--payload", tmp_path / "none",
                       "-", stdin=request())
    assert code == 1
    assert b"no payload" in err
    assert not (tmp_path / "none").exists()
    code, _, err = run("message", "decode", "--payload",
                       tmp_path / "no/where", "-", stdin=request(b"x"))
    assert code == 2
    assert b"no/where" in err


def test_payload_stays_secret():
    secret = b"TopSecretKey0123"
    for command in ("decode", "explain"):
        for octets in (request(secret), request(secret)[:-1]):
            _, out, err = run("message", command, "-", stdin=octets)
            for text in (out, err):
                assert secret not in text
                assert secret.hex().encode() not in text.lower()
                assert b"Secret" not in text


def test_explain():
    octets = request(b"\0\1\2") + b"\x91\x51\0\2zz"
    code, out, err = run("message", "explain", "-", stdin=octets)
    assert (code, err) == (0, b"")
    lines = out.decode().splitlines()
    digest = hashlib.sha256(b"\0\1\2").hexdigest()[:16]
    assert lines[0].startswith(
        f"IWF short message, request, {len(octets)} octets, "
        "coding provisional-1")
    assert lines[1:] == [
        "offset 0, 1 octet: message type 0x20: request",
        "offset 1, 1 octet: LMR type 2: p25",
        f'offset 2, 26 octets: MC service ID (LV-E, 24): "{ID.decode()}"',
        f'offset 28, 26 octets: KMF URI (LV-E, 24): "{KMF.decode()}"',
        "offset 54, 6 octets: payload (TLV-E, IEI 0x78, 3), "
        f"SHA-256 begins {digest}",
        "offset 60, 1 octet: unknown element (one octet, 0x91), skipped",
        "offset 61, 5 octets: unknown element (TLV-E, IEI 0x51, 2), skipped"]


def test_explain_without_payload():
    _, out, _ = run("message", "explain", "-", stdin=request())
    assert out.endswith(b"no payload\n")
    _, out, _ = run("message", "explain", "-",
                    stdin=b"\x21" + lve(ID) + lve(KMF))
    assert b"LMR type" not in out
    assert b"payload" not in out


@pytest.mark.parametrize("size", [0, 1, 1300, 8193, 60000, 65535])
def test_encode(size, tmp_path):
    payload = (ALL_OCTETS * 256)[:size]
    source = tmp_path / "payload"
    source.write_bytes(payload)
    expected = (0, request(payload), b"")
    options = ("--type", "request", "--lmr", "P25", "--payload")
    assert encode(*options, source) == expected
    assert encode(*options, "-", stdin=payload) == expected


@pytest.mark.parametrize("code, word", enumerate(
    ["none", "tetra", "p25", "tetrapol", "dmr", "nxdn", "analog"]))
def test_encode_lmr_types(code, word):
    assert encode("--type", "request", "--lmr", word) == (
        0, request(lmr=code), b"")
    assert decode(request(lmr=code))["lmr_type"] == word


def test_encode_response():
    expected = (0, b"\x21" + lve(ID) + lve(KMF), b"")
    assert encode("--type", "response") == expected
    assert encode("--type", "response", "--lmr", "p25") == expected


def test_encode_to_a_private_file(tmp_path):
    out = tmp_path / "message"
    assert encode("--type", "request", "--lmr", "p25", "--out", out) == (
        0, b"", b"")
    assert out.read_bytes() == request()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_not_encoded(tmp_path):
    code, out, err = encode("--type", "request", "--payload", "-",
                            stdin=b"x" * 65536)
    assert (code, out) == (1, b"")
    assert b"65,535" in err
    code, out, err = run("message", "encode", "--type", "response", "--id",
                         "", "--kmf", "sip:a@b")
    assert (code, out) == (1, b"")
    code, _, _ = encode("--type", "request", "--out", tmp_path / "no/where")
    assert code == 2


def test_full_output():
    with open("/dev/full", "wb") as full:
        for arguments in (["decode", "-"], ["explain", "-"],
                          ["encode", "--type", "response", "--id", "a",
                           "--kmf", "b"], ["--help"]):
            done = subprocess.run(
                [TOOL, "message", *arguments], input=request(b"x"),
                stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
            assert done.returncode == 2
            assert done.stderr


def test_table(tmp_path):
    table = tmp_path / "table"
    table.write_text("profile = trial\nrequest = 0x41\nlmr.p25 = 17\n"
                     "payload_iei = 0x99\n")
    octets = b"\x41\x11" + lve(ID) + lve(KMF) + b"\x99" + lve(b"xyz")
    assert encode("--table", table, "--type", "request", "--lmr", "p25",
                  "--payload", "-", stdin=b"xyz") == (0, octets, b"")
    fields = decode(octets, "--table", table)
    assert (fields["profile"], fields["lmr_type"]) == ("trial", "p25")
    code, out, _ = run("message", "explain", "--table", table, "-",
                       stdin=octets)
    assert code == 0
    assert b"message type 0x41: request" in out
    assert run("message", "decode", "-", stdin=octets)[0] == 1


def test_bad_table(tmp_path):
    table = tmp_path / "table"
    table.write_text("# numbers\nrequest = 300\n")
    for command in (["decode"], ["explain"]):
        code, out, err = run("message", *command, "--table", table, "-")
        assert (code, out) == (2, b"")
        assert f"{table}:2: ".encode() in err
