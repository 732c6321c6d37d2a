# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr kms`: the laboratory key server."""
import pathlib
import re
import stat
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import pytest

import key_commands
from key_commands import answer, good, refused, run

NAMESPACE = "{urn:3gpp:ns:mcsecKMSInterface:1.0}"
INIT = ["kms", "init", "--uri", key_commands.KMS, "--period", "2592000",
        "--offset", "0", "--out"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server with alice, bob and the IWF, two periods each."""
    return key_commands.Lab(tmp_path_factory.mktemp("lab") / "kms")


def texts(path, name):
    """The texts of all elements of a name."""
    root = ElementTree.parse(path).getroot()
    return [element.text for element in root.iter(NAMESPACE + name)]


@pytest.mark.parametrize("words", [
    ["kms"], ["kms", "init"], ["kms", "user"], ["kms", "reissue"],
    ["kms", "uid"]])
def test_help(words):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(b"usage: mclmr " + " ".join(words).encode())


@pytest.mark.parametrize("arguments", [
    ["kms"], ["kms", "open"], ["kms", "init"], INIT[:-1],
    ["kms", "uid", "--user", "a"], INIT + ["x", "y"],
    INIT + ["x", "--at", "0"],
    ["kms", "init", "--uri", "k", "--period", "0", "--offset", "0", "--out",
     "/nonexistent/x"],
    ["kms", "init", "--uri", "k", "--period", "x", "--offset", "0", "--out",
     "/nonexistent/x"],
    ["kms", "init", "--uri", "k", "--period", "1", "--offset", "-1", "--out",
     "/nonexistent/x"],
    ["kms", "init", "--uri", "k", "--period", "1", "--offset", "1", "--out",
     "/nonexistent/x"],
    *(["kms", "init", "--uri", uri, "--period", "1", "--offset", "0", "--out",
       "/nonexistent/x"] for uri in ("", "a b", "a\n")),
    ["kms", "user", "--dir", "/nonexistent", "--user", "sip:a@b"],
    ["kms", "user", "--dir", "/nonexistent", "--user", "sip:a b"],
    ["kms", "user", "--dir", "/nonexistent", "--user", "a", "--at", "soon"],
    ["kms", "user", "--dir", "/nonexistent", "--user", "a", "--periods", "0"],
    ["kms", "reissue", "--dir", "/nonexistent"],
])
def test_usage(arguments):
    assert refused(*arguments, code=2)


def test_uid():
    """TS 33.180 F.2.1, a published value and one of the vectors."""
    assert good(
        "kms", "uid", "--user", "sip:user@example.org", "--kms",
        "kms.example.org", "--period", 2592000, "--offset", 0, "--number",
        1) == (b"uid=74e2af803ab5d72841bbced0ce319ffe"
               b"64f6fe23c88a2d258aabcf6ac5658ef4\n")
    vectors = key_commands.vectors()
    assert answer(
        "kms", "uid", "--user", vectors["responder_uri_ascii"], "--kms",
        vectors["kms_uri_ascii"], "--period", vectors["key_period"],
        "--offset", vectors["key_offset"], "--number",
        vectors["key_period_no"])["uid"] == vectors["uid_responder"]


def test_files(lab):
    """Certificate and key sets are complete, and no other user reads them."""
    for path in lab.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert texts(lab.cert, "KmsUri") == [key_commands.KMS] * 2
    assert texts(lab.cert, "UserKeyPeriod") == ["2592000"]
    assert texts(lab.cert, "UserKeyOffset") == ["0"]
    assert re.fullmatch("04[0-9a-f]{512}", texts(lab.cert, "PubEncKey")[0])
    assert re.fullmatch("04[0-9a-f]{128}", texts(lab.cert, "PubAuthKey")[0])
    keys = lab.keys("alice")
    number = (1767225600 + key_commands.NTP_UNIX) // key_commands.PERIOD
    assert texts(keys, "KeyPeriodNo") == [str(number), str(number + 1)]
    assert texts(keys, "UserUri") == [key_commands.ALICE] * 3
    for name, digits in (("UserDecryptKey", 514), ("UserSigningKeySSK", 64),
                         ("UserPubTokenPVT", 130), ("UserID", 64)):
        assert [len(text) for text in texts(keys, name)] == [digits] * 2


def test_secrets_stay(lab):
    """No other file has the server's secrets."""
    secrets = dict(
        line.split("=") for line in
        (lab.folder / "kms.secret").read_text().splitlines() if "=" in line)
    for name in "MasterSecret", "AuthenticationSecret":
        for path in lab.folder.iterdir():
            assert (secrets[name] in path.read_text()) == (
                path.name == "kms.secret")


def test_once(lab):
    """A second server does not overwrite the first."""
    before = (lab.folder / "kms.secret").read_bytes()
    assert "is there already" in refused(*INIT, lab.folder)
    assert (lab.folder / "kms.secret").read_bytes() == before


def test_foreign_certificate(tmp_path):
    """A certificate that is there is not overwritten."""
    cert = tmp_path / "cert.xml"
    cert.write_text("foreign")
    assert "is there already" in refused(*INIT, tmp_path)
    assert cert.read_text() == "foreign"
    assert not (tmp_path / "kms.secret").exists()


def test_path_with_comma(tmp_path):
    """A path that the list of users cannot hold is not noted."""
    lab = key_commands.Lab(tmp_path / "kms", periods=1)
    for name in "d,x", "d\nx":
        (tmp_path / name).mkdir()
        assert "cannot be noted" in refused(
            "kms", "user", "--dir", lab.folder, "--user", "sip:carol@x",
            "--out", tmp_path / name / "c.xml")
    assert "carol" not in (lab.folder / "users.csv").read_text()
    good("kms", "reissue", "--dir", lab.folder)


def test_no_core_dump():
    """Keys do not get into core dumps."""
    with subprocess.Popen(
            ["sh", "-c", 'ulimit -c unlimited; exec "$0" key inspect -',
             key_commands.TOOL], stdin=subprocess.PIPE,
             stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL) as child:
        limits = pathlib.Path(f"/proc/{child.pid}/limits")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not re.search(
                r"Max core file size +0 +0 ", limits.read_text()):
            time.sleep(0.01)
        assert time.monotonic() < deadline
        child.stdin.close()
        child.wait(60)


def test_default_file(lab):
    """Without --out the file is named as the user, whatever he is named."""
    for user, name in (("sip:x@y", "sip:x@y.xml"),
                       ("../../x%", "..%2f..%2fx%25.xml")):
        good("kms", "user", "--dir", lab.folder, "--user", user)
        assert (lab.folder / name).exists()


def test_standard_output(lab):
    """With --out - the keys go there, and no user is noted."""
    users = (lab.folder / "users.csv").read_bytes()
    out = good("kms", "user", "--dir", lab.folder, "--user", "sip:a&<b>@c",
               "--out", "-")
    root = ElementTree.fromstring(out)
    assert [element.text for element in root.iter(NAMESPACE + "UserUri")] == [
        "sip:a&<b>@c"] * 2
    assert (lab.folder / "users.csv").read_bytes() == users


def test_reissue(tmp_path):
    """All users get keys of the next period; older messages stay theirs."""
    lab = key_commands.Lab(tmp_path / "kms", periods=1)
    before = lab.keys("alice").read_bytes()
    number = int(texts(lab.keys("alice"), "KeyPeriodNo")[0])
    message = tmp_path / "message"
    wrap = ["key", "wrap", "--from", key_commands.IWF, "--to",
            key_commands.ALICE,
            "--kmf", key_commands.KMF, "--lmr", "p25", "--purpose", "root",
            "--alg", "84", "--key-id", "1", "--key", "-", *lab.by("iwf"),
            "--out", message, "--at"]
    good(*wrap, lab.at, stdin=b"k" * 32)
    next_time = 1767225600 + key_commands.PERIOD
    refused(*wrap, next_time, stdin=b"k" * 32)
    good("kms", "reissue", "--dir", lab.folder, "--at", next_time)
    for name in "alice", "bob", "iwf":
        assert texts(lab.keys(name), "KeyPeriodNo") == [str(number + 1)]
    assert "key period" in refused("key", "unwrap", *lab.by("alice"), message)
    good("kms", "reissue", "--dir", lab.folder, "--at", lab.at)
    assert texts(lab.keys("alice"), "UserDecryptKey")[0].encode() in before
    good("key", "unwrap", *lab.by("alice"), message)
    good("kms", "reissue", "--dir", lab.folder, "--at", next_time)
    good(*wrap, next_time, stdin=b"k" * 32)
    good("key", "unwrap", *lab.by("alice"), message)


def test_broken_secrets(tmp_path):
    """Secrets that are not right give no keys."""
    lab = key_commands.Lab(tmp_path / "kms", periods=1)
    path = lab.folder / "kms.secret"
    text = path.read_text()
    for broken in ("", text[:-20], text.replace("MasterSecret=", "Other="),
                   re.sub("AuthenticationSecret=.", "AuthenticationSecret=0",
                          text),
                   text.replace("UserKeyPeriod=2592000", "UserKeyPeriod=0")):
        if broken == text:
            continue
        path.write_text(broken)
        err = refused("kms", "user", "--dir", lab.folder, "--user", "sip:a@b",
                      code=2)
        assert "kms.secret" in err
        for line in text.splitlines():
            assert len(line) < 60 or line.split("=")[1] not in err
