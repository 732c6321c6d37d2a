# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr sdp`: what it prints and refuses."""
import os
import pathlib
import re
import subprocess

import pytest

import documents

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = os.environ.get("MCLMR_TOOL", str(TOP / "build/test/mclmr"))
HEAD = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
P25 = HEAD + (b"m=audio 4000 RTP/AVP 100\r\n"
              b"a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n")
BOTH = HEAD + (b"m=audio 4000 RTP/AVP 97 100\r\na=rtpmap:97 AMR-WB/16000\r\n"
               b"a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n")
TETRA = HEAD + (b"m=audio 4000 RTP/AVP 98\r\n"
                b"a=rtpmap:98 TETRA_ACELP_BB/8000\r\n")


def run(command, *options, profile="p25", stdin=P25):
    """The tool's exit code, standard output and standard error."""
    done = subprocess.run(
        [TOOL, "sdp", command, "--policies", TOP / "cfg/policies.ini",
         "--profile", profile, *map(str, options), "-"],
        input=stdin, capture_output=True, timeout=60, check=False)
    assert b"Sanitizer" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_apply_accepts():
    """What needs no edit leaves as it came, with CRLF."""
    assert run("apply") == (0, P25, b"")
    assert run("apply", stdin=P25.replace(b"\r\n", b"\n")) == (0, P25, b"")


def test_apply_edits():
    """The forced format alone leaves."""
    assert run("apply", stdin=BOTH) == (0, P25, b"")


@pytest.mark.parametrize("profile, sdp, said", [
    ("tetra", P25, b'488 LMR codec required; Warning: 399 localhost "302 '),
    ("tetra-e2ee", TETRA, b'488 LMR E2EE required; Warning: 399 localhost '
                          b'"301 '),
    ("tetra-clear", TETRA + b"a=fmtp:98 encryption-mode=1\r\n",
     b'488 LMR E2EE not permitted; Warning: 399 localhost "300 '),
    ("p25", P25.replace(b"AVP 100\r\n", b"SAVP 100\r\na=crypto:1 x y\r\n"),
     b'488 media protection not permitted; Warning: 399 localhost "media '),
    ("p25", b"hello", b"400 malformed session description\n"),
    ("p25", b"", b"400 malformed session description\n"),
    ("p25", HEAD + b"a=x\r\n" * 600, b"488 session description over "),
])
def test_apply_refuses(profile, sdp, said):
    """Exit code 1, status and Warning on standard error, no output."""
    code, out, err = run("apply", profile=profile, stdin=sdp)
    assert (code, out) == (1, b"")
    assert err.startswith(b"mclmr: " + said)


def test_explain():
    """The decision as fields and its reasons."""
    code, out, err = run("explain", "--wanted", "on", stdin=BOTH)
    assert (code, err) == (0, b"")
    lines = out.decode().splitlines()
    assert lines[-1] == \
        "reason=section 1: forced: 97 gives way to a forced format"
    fields = dict(line.split("=", 1) for line in lines[:-1])
    assert fields == {
        "profile": "p25", "decision": "edit", "verdict": "ok",
        "end_call": "no", "codec": "X-TIA-P25-IMBE", "e2ee": "on",
        "e2ee_wanted": "on", "srtp": "clear", "transcode": "no"}


@pytest.mark.parametrize("sdp", [b"", b"hello", TETRA, HEAD + b"a=\x07\r\n"])
def test_explain_refusal(sdp):
    """A refusal is explained with exit code 0."""
    code, out, err = run("explain", stdin=sdp)
    assert (code, err) == (0, b"")
    assert b"decision=refuse\n" in out and b"reason=" in out


def test_answer(tmp_path):
    """An answer is checked against the offer as it left."""
    offer = tmp_path / "offer"
    offer.write_bytes(TETRA + b"a=fmtp:98 encryption-mode=0,1\r\n")
    good = TETRA + b"a=fmtp:98 encryption-mode=1\r\n"
    assert run("apply", "--offer", offer, profile="tetra-e2ee",
               stdin=good) == (0, good, b"")
    code, out, err = run("apply", "--offer", offer, profile="tetra-e2ee",
                         stdin=TETRA)
    assert code == 0
    assert out == TETRA.replace(b"4000", b"0")
    assert b"301" in err and b"the call is to be ended" in err


def test_outline_as_offer(tmp_path):
    """What a call keeps of an offer does as well as the offer."""
    offer = tmp_path / "offer"
    offer.write_bytes(b"v=0\no=-\ns=-\nm=audio 9 RTP/SAVP 100\n"
                      b"a=rtpmap:100 X-TIA-P25-IMBE/8000/1\n"
                      b"a=key-mgmt:mikey ARoA\n")
    good = P25.replace(b"RTP/AVP", b"RTP/SAVP")
    assert run("apply", "--offer", offer, stdin=good) == (0, good, b"")
    _, out, _ = run("explain", "--offer", offer)
    assert b"verdict=answer_mismatch\n" in out
    assert b"reason=section 1: transport: RTP/AVP " in out


def test_no_key_is_told():
    """Not even of a crypto line with its key in the wrong place."""
    key = b"inline:" + b"S" * 38 + b"=="
    for line in (b"a=crypto:1 " + key, b"a=crypto:" + key,
                 b"a=crypto:1 AEAD_AES_128_GCM " + key,
                 b"a=key-mgmt:mikey " + b"S" * 40,
                 b"a=key-mgmt:" + b"S" * 40, b"k=clear:" + b"S" * 40):
        for profile in ("p25", "mcptt", "tetra-e2ee"):
            for command in ("explain", "apply"):
                _, out, err = run(
                    command, profile=profile,
                    stdin=P25.replace(b"RTP/AVP", b"RTP/SAVP") + line)
                assert b"S" * 10 not in err
                assert command == "apply" or b"S" * 10 not in out


def test_long_explanation():
    """More reasons than are kept, and octets that are no text."""
    formats = b" ".join(b"%d\xff" % pt for pt in range(60))
    section = b"m=audio 4000 RTP/AVP " + formats + b"\r\n"
    code, out, err = run("explain", stdin=HEAD + section * 4)
    assert (code, err) == (0, b"")
    assert out.count(b"reason=") == 61  # the first section refuses
    assert b"unknown_format: 0\\xff is no format" in out


def test_reasons_are_documented():
    """The page lists each rule that a reason can name, and no other."""
    text = documents.section("## Reasons", documents.PROFILES)
    listed = re.findall(r"^\| `(\w+)` \|", text, re.M)
    header = (TOP / "modules/mclmr/sdp/rule.h").read_text()
    rules = [word.lower() for word in
             re.findall(r"^\tMCLMR_RULE_(\w+),$", header, re.M)]
    assert listed == rules and len(rules) > 30


@pytest.mark.parametrize("options", [
    ["--profile", "none-such"], ["--policies", "/nonexistent"],
    ["--policies", "/dev/null"], ["--offer", "/nonexistent"],
    ["--wanted", "perhaps"], ["--colour", "red"], ["-", "-"]])
def test_usage(options):
    """Exit code 2 with a complaint."""
    code, out, err = run("apply", *options)
    assert (code, out) == (2, b"")
    assert err


def test_help():
    """Each command tells its options."""
    for words in (["sdp"], ["sdp", "explain"], ["sdp", "apply"]):
        done = subprocess.run([TOOL, *words, "--help"], capture_output=True,
                              timeout=60, check=True)
        assert done.stdout.startswith(b"usage: mclmr sdp")
    done = subprocess.run([TOOL, "sdp", "apply", "-"], capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 2


def test_own_format(tmp_path):
    """A format without row, by the lines that are printed."""
    policies = tmp_path / "policies.ini"
    policies.write_text(documents.block("own"))
    opus = HEAD + (b"m=audio 4000 RTP/AVP 111 97\r\n"
                   b"a=rtpmap:111 opus/48000/2\r\n"
                   b"a=fmtp:111 useinbandfec=1\r\n"
                   b"a=rtpmap:97 AMR-WB/16000\r\n")
    for named in ([], ["--policies", policies]):
        _, out, _ = run("explain", *named, stdin=opus, profile="wideband" if
                        named else "mcptt")
        said = out.decode().splitlines()
        assert ("codec=opus" in said) == (named != [])
        assert any("unknown_format: 111" in line for line in said) == \
            (named == [])


def test_printed_examples(tmp_path):
    """The printed commands run as they stand, and say what is printed."""
    (tmp_path / "cfg").symlink_to(TOP / "cfg")
    (tmp_path / "mclmr").symlink_to(TOOL)
    said = [subprocess.run(
        ["bash", "-eu", "-c", line], cwd=tmp_path, check=True,
        capture_output=True, text=True, env={
            **os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}).stdout
            for line in documents.block("sdp").splitlines()]
    assert said[0] == documents.block("explained")
    assert (tmp_path / "left.sdp").read_text().count("a=rtpmap:") == 1
    assert "m=audio 50000 RTP/AVP 100\n" in said[2]
