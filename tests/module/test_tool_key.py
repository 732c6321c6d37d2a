# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr key`: LMR keys that only their user can open."""
import csv
import hashlib
import os
import pathlib
import pty
import re
import signal
import stat
import subprocess
import time

import pytest

import key_commands
import preload
from key_commands import (ALICE, BOB, IWF, KMF, PERIOD, answer, fields, good,
                          refused, run)
from mikey import Message

KEY = bytes(range(32))
AT = 1767225600  # 2026-01-01T00:00:00Z
NEXT = (((AT + key_commands.NTP_UNIX) // PERIOD + 1) * PERIOD
        - key_commands.NTP_UNIX)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server with alice, bob and the IWF, two periods each."""
    return key_commands.Lab(tmp_path_factory.mktemp("lab") / "kms")


def wrap_options(lab, to=ALICE, **words):
    """The options of wrap; None leaves one out."""
    values = {"from": IWF, "to": to, "kmf": KMF, "lmr": "p25",
              "purpose": "root", "alg": "84", "key-id": "0001", "key": "-",
              "at": AT, **{name.replace("_", "-"): value
                           for name, value in words.items()}}
    return ["key", "wrap", *lab.by("iwf")] + [
        word for name, value in values.items() if value is not None
        for word in (f"--{name}", value)]


def wrap(lab, *options, key=KEY, **words):
    """A message with a key."""
    return good(*wrap_options(lab, **words), *options, stdin=key)


def unwrap_options(lab, who="alice"):
    return ["key", "unwrap", *lab.by(who)]


def unwrap(lab, message, *options, who="alice"):
    """What unwrapping a message tells."""
    return answer(*unwrap_options(lab, who), *options, "-", stdin=message)


@pytest.mark.parametrize("words", [
    ["key"], ["key", "wrap"], ["key", "unwrap"], ["key", "inspect"],
    ["key", "rewrap"]])
def test_help(words):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(b"usage: mclmr " + " ".join(words).encode())


def test_usage(lab):
    """Words that are missing or not right: 2, and nothing is made."""
    for change in ({"to": None}, {"from": None}, {"kmf": None}, {"lmr": None},
                   {"purpose": None}, {"alg": None}, {"key_id": None},
                   {"key": None}, {"lmr": "gsm"}, {"lmr": "none"},
                   {"purpose": "branch"}, {"alg": "8g"}, {"alg": "0011223344"},
                   {"key_id": ""}, {"key_id": "112233445566778899"},
                   {"key": "/nonexistent"}, {"at": "now"}, {"form": "xml"},
                   {"to": ""}, {"to": "sip:al ice@mc.example.org"},
                   {"kmf": ""}, {"kmf": "sip:kmf@iwf\x7f"},
                   {"not_before": "x"}, {"not_before": 5, "not_after": 4},
                   {"key-hex": "00"}):
        assert refused(*wrap_options(lab, **change), stdin=KEY, code=2)
    for key in b"", b"k" * 65, b"00" * 65, b"0" * 63, b"0 0 0\n":
        assert refused(*wrap_options(lab), stdin=key, code=2)
    for arguments in (["key"], ["key", "eat"], ["key", "unwrap"],
                      ["key", "inspect"], ["key", "inspect", "/nonexistent"],
                      ["key", "rewrap"], ["key", "wrap", "--batch", "x"],
                      wrap_options(lab) + ["--call", "c", "--group", "sip:g"],
                      wrap_options(lab) + ["--alg", "85"],
                      wrap_options(lab) + ["--outdir", "x"]):
        assert refused(*arguments, code=2)


@pytest.mark.parametrize("key, size", [
    (KEY, 32), (KEY.hex().encode() + b"\n", 32), (b"k", 1), (b"\xff" * 64, 64),
    (b"\0" * 8, 8), (b"ff" * 64, 64)])
def test_round_trip(lab, tmp_path, key, size):
    """Raw and hexadecimal keys come out as the same octets."""
    message = wrap(lab, key=key)
    out = tmp_path / "out"
    got = unwrap(lab, message, "--reveal", "--out", out)
    octets = key if len(key) == size else bytes.fromhex(key.decode())
    assert got["key"] == octets.hex()
    assert out.read_bytes() == octets
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    for name, value in {
            "from": IWF, "to": ALICE, "kmf": KMF, "lmr": "p25",
            "purpose": "root", "status": "active", "alg": "84",
            "key_id": "0001", "key_size": str(size), "keys": "1",
            "time": "2026-01-01T00:00:00Z",
            "key_period": str((AT + key_commands.NTP_UNIX) // PERIOD)}.items():
        assert got[name] == value, name


def test_everything(lab, tmp_path):
    """Several keys, groups, a validity, a call, a traffic key."""
    files = [tmp_path / name for name in ("one", "two")]
    files[0].write_bytes(b"\x01" * 16)
    files[1].write_bytes(b"\x02" * 8)
    message = good(
        *wrap_options(lab, purpose="traffic", lmr="tetra", key=files[0]),
        "--key", files[1], "--alg", "AA", "--key-id", "2", "--group",
        "sip:g1@h", "sip:g2@h", "--not-after", "2099-01-01T00:00:00Z",
        "--not-before", "2025-01-01T00:00:00Z")
    out = tmp_path / "out"
    lines = fields(good(*unwrap_options(lab), "--reveal", "--out", out, "-",
                        stdin=message))
    assert [value for name, value in lines if name == "group"] == [
        "sip:g1@h", "sip:g2@h"]
    assert [value for name, value in lines if name == "key"] == [
        "01" * 16, "02" * 8]
    assert [value for name, value in lines if name == "alg"] == ["84", "aa"]
    assert [value for name, value in lines if name == "key_id"] == [
        "0001", "02"]
    assert dict(lines)["purpose"] == "traffic"
    assert dict(lines)["not_before"] == "2025-01-01T00:00:00Z"
    assert dict(lines)["not_after"] == "2099-01-01T00:00:00Z"
    assert out.read_text() == f"84 0001 {'01' * 16}\naa 02 {'02' * 8}\n"
    got = unwrap(lab, wrap(lab, "--call", "a84b4c76e66710@host"))
    assert got["call"] == "a84b4c76e66710@host"


def test_inspect(lab):
    """Without a key: whose it is and for what system, never more."""
    message = wrap(lab, "--group", "sip:secret-group@h")
    code, out, err = run("key", "inspect", "-", stdin=message)
    assert (code, err) == (0, "")
    got = dict(fields(out))
    for name, value in {"from": IWF, "to": ALICE, "kmf": KMF, "lmr": "p25",
                        "time": "2026-01-01T00:00:00Z"}.items():
        assert got[name] == value
    assert "purpose" not in got and b"secret-group" not in out
    assert b"secret-group" not in message and KEY not in message
    octets = good("mikey", "make", "--type", "pck", "--from", IWF, "--to",
                  ALICE, *lab.by("iwf"), "--at", AT)
    assert "no key record" in refused("key", "inspect", "-", stdin=octets)
    assert "not one of a key record" in refused(*unwrap_options(lab), "-",
                                                stdin=octets)


def test_container(lab):
    """The extension as docs/formats.md has it, by a second parser."""
    message = Message(wrap(lab))
    assert message.csb_id >> 28 == 15
    assert message.kinds == [5, 11, 14, 14, 14, 14, 26, 21]
    data = message.extensions()[240]
    assert data[:6] == b"LMRK\x01\x02"
    assert data[6:8 + len(KMF)] == bytes((0, len(KMF))) + KMF.encode()
    sealed = 1 + 1 + 4 + 8 + 8 + 2 + 1 + (1 + 1) + (1 + 2) + (1 + 32) + 16
    assert len(data) == 8 + len(KMF) + sealed


def test_forms(lab):
    for form in "raw", "base64", "sdp":
        assert unwrap(lab, wrap(lab, form=form))["result"] == "opened"


# Who cannot open

def test_other_user(lab):
    message = wrap(lab)
    assert "no keys of its recipient" in refused(
        *unwrap_options(lab, "bob"), "-", stdin=message)
    assert "not the one that is expected" in refused(
        *unwrap_options(lab), "--from", "sip:eve@iwf.example.org", "-",
        stdin=message)
    assert unwrap(lab, message, "--from", IWF)["from"] == IWF


def test_other_server(lab, tmp_path):
    """A server of the same name with other keys."""
    other = key_commands.Lab(tmp_path / "kms")
    assert "not genuine" in refused(*unwrap_options(other), "-",
                                    stdin=wrap(lab))
    refused("key", "unwrap", "--keys", other.keys("alice"), "--cert",
            lab.cert, "-", stdin=wrap(lab))
    refused("key", "unwrap", "--keys", other.keys("alice"), "--cert",
            key_commands.CERT, "-", stdin=wrap(lab))


def test_other_sender(lab, tmp_path):
    """Any user of a trusted server could send a key: with a state the tool
    says so where --from is not given; --kmf and --lmr have to be right."""
    options = wrap_options(lab)
    options[options.index("--keys") + 1] = lab.keys("bob")
    options[options.index("--from") + 1] = BOB
    bobs = good(*options, stdin=KEY)
    state = ["--state", tmp_path / "state"]
    assert "not the one that is expected" in refused(
        *unwrap_options(lab), *state, "--from", IWF, "-", stdin=bobs)
    code, _, err = run(*unwrap_options(lab), *state, "-", stdin=bobs)
    assert code == 0 and "no --from" in err
    for wrong in ["--kmf", "sip:kmf2@iwf.example.org"], ["--lmr", "tetra"]:
        assert "another KMF or LMR type" in refused(
            *unwrap_options(lab), *wrong, "-", stdin=wrap(lab))
    code, _, err = run(*unwrap_options(lab), *state, "--from", IWF, "--kmf",
                       KMF, "--lmr", "p25", "-", stdin=wrap(lab, at=AT + 1))
    assert (code, err) == (0, "")


def test_flipped_octets(lab):
    message = wrap(lab)
    for i in range(0, len(message), 13):
        octets = bytearray(message)
        octets[i] ^= 1
        refused(*unwrap_options(lab), "-", stdin=bytes(octets))


def test_wrong_period(lab, tmp_path):
    """Another key period than the message's: both times are told."""
    message = wrap(lab)
    for at in AT + 2 * PERIOD, AT - 2 * PERIOD, NEXT + 61:
        err = refused(*unwrap_options(lab), "--at", at, "-", stdin=message)
        assert "peer's time 2026-01-01T00:00:00Z, local time 20" in err
    for at in AT, AT + 86400, NEXT - 1, NEXT + 30:
        unwrap(lab, message, "--at", at)
    unwrap(lab, wrap(lab, at=NEXT), "--at", AT)
    late = key_commands.Lab.__new__(key_commands.Lab)
    late.folder, late.at = lab.folder, str(AT + 2 * PERIOD)
    late.user("late", ALICE)
    err = refused("key", "unwrap", "--keys", lab.keys("late"), "--cert",
                  lab.cert, "-", stdin=message)
    assert "key period" in err and "peer's time" in err


def test_expired(lab):
    message = wrap(lab, not_after=AT + 100)
    assert "not valid after" in refused(*unwrap_options(lab), "-",
                                        stdin=message)
    unwrap(lab, message, "--at", AT + 100)
    refused(*unwrap_options(lab), "--at", AT + 101, "-", stdin=message)


def test_secrets_do_not_leak(lab):
    """No key in output, complaint or message, unless --reveal asks for it."""
    message = wrap(lab)
    for arguments in (["key", "inspect", "-"], unwrap_options(lab) + ["-"],
                      ["mikey", "inspect", "-"]):
        _, out, err = run(*arguments, stdin=message)
        assert KEY.hex() not in out.decode() + err and KEY not in out
    assert refused(*wrap_options(lab, alg="x"), stdin=KEY.hex().encode(),
                   code=2).find(KEY.hex()) < 0


# Replay

def test_state(lab, tmp_path):
    """The identical message always opens; an older one does not, unless it
    is for another key, LMR type or user."""
    state = tmp_path / "state"

    def take(message, *options):
        return run(*unwrap_options(lab), "--state", state, *options, "-",
                   stdin=message)[0]

    first = wrap(lab)
    second = wrap(lab, at=AT + 1)
    assert take(first) == take(first) == take(second) == take(second) == 0
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    before = state.read_bytes()
    assert "older" in refused(*unwrap_options(lab), "--state", state, "-",
                              stdin=first)
    assert take(wrap(lab, at=AT)) == 1
    assert take(wrap(lab, at=AT + 1)) == 1, "another message of the same time"
    assert take(wrap(lab, at=AT, key_id="1")) == 1, "the same key"
    assert state.read_bytes() == before
    assert take(wrap(lab, at=AT, key_id="2")) == 0
    assert take(wrap(lab, at=AT, lmr="tetra")) == 0
    assert take(second) == 0


def test_revocation(lab, tmp_path):
    """A revoked record replaces the key; the key does not come back."""
    state, out = tmp_path / "state", tmp_path / "out"
    active = wrap(lab)
    options = ["--state", state, "--out", out]
    unwrap(lab, active, *options)
    out.unlink()
    revoked = wrap(lab, "--revoke", at=AT + 5)
    assert unwrap(lab, revoked, *options)["status"] == "revoked"
    assert not out.exists()
    assert "older" in refused(*unwrap_options(lab), *options, "-",
                              stdin=active)


def test_revocation_after_rewrap(lab, tmp_path):
    """A message that was made ahead shadows neither a key of today nor its
    revocation, which ends both; a later rewrap counts again."""
    state = tmp_path / "state"

    def ahead(at, name, *options):
        path = table(tmp_path / "b.csv", [
            [ALICE, "p25", "root", "84", "1", KEY.hex()]])
        arguments = batch(lab, path, tmp_path / name, *options,
                          command=("rewrap", "--due", "3650"))
        arguments[arguments.index("--at") + 1] = at
        good(*arguments)
        message = (tmp_path / name / f"{ALICE}.p25.1.mikey").read_bytes()
        assert unwrap(lab, message)["time"] == time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(NEXT))
        return message

    def take(message, at=AT + 5, who=0):
        code, _, err = run(*unwrap_options(lab), "--state", state, "--at", at,
                           "-", stdin=message)
        assert code == who, err
        return err

    made = ahead(AT + 1, "one")
    take(wrap(lab))
    take(made)
    take(wrap(lab, at=AT + 2))
    take(wrap(lab, "--revoke", at=AT + 3))
    assert "older" in take(made, who=1)
    assert "older" in take(made, NEXT + 5, who=1)
    again = ahead(AT + 4, "two")
    take(again)
    assert "older" in take(made, who=1)
    assert "older" in take(wrap(lab, at=AT + 4), NEXT + 30, who=1)
    take(again, NEXT + 61)


def test_another_signature(lab, tmp_path):
    """(r, n - s) verifies too, and is no other message."""
    order = int("ffffffff00000000ffffffffffffffff"
                "bce6faada7179e84f3b9cac2fc632551", 16)
    message = wrap(lab)
    number = int.from_bytes(message[-97:-65], "big")
    other = (message[:-97] + (order - number).to_bytes(32, "big")
             + message[-65:])
    state = tmp_path / "state"
    for octets in other, message, other:
        unwrap(lab, octets, "--state", state)


def test_no_state(lab):
    """Without a state nothing is remembered, and the tool says so."""
    code, _, err = run(*unwrap_options(lab), "-", stdin=wrap(lab))
    assert code == 0
    assert "no --state" in err


def test_broken_state(lab, tmp_path):
    """A state that cannot be read refuses, and is not overwritten."""
    state = tmp_path / "state"
    state.write_text("something else\n")
    refused(*unwrap_options(lab), "--state", state, "-", stdin=wrap(lab),
            code=2)
    assert state.read_text() == "something else\n"
    refused(*unwrap_options(lab), "--state", tmp_path / "no" / "state", "-",
            stdin=wrap(lab), code=2)
    state.write_text("")
    for path in state, "-":
        refused(*unwrap_options(lab), "--state", path, "-", stdin=wrap(lab),
                code=2)
    assert state.read_text() == "" and not os.path.exists("-.lock")


def test_large_state(lab, tmp_path):
    """16 keys of a user with a long URI."""
    user = "sip:" + "a" * 1000 + "@mc.example.org"
    lab.user("long", user)
    more = [word for i in range(2, 17)
            for word in ("--alg", "84", "--key-id", f"{i:016x}", "--key",
                         tmp_path / "key")]
    (tmp_path / "key").write_bytes(KEY)
    messages = [good(*wrap_options(lab, to=user, key=tmp_path / "key",
                                   at=AT + i), *more)
                for i in range(2)]
    for message in messages:
        got = unwrap(lab, message, "--state", tmp_path / "state", who="long")
        assert got["keys"] == "16"


def test_state_at_once(lab, tmp_path):
    """Many at once lose nothing of each other."""
    state = tmp_path / "state"
    messages = [wrap(lab, key_id=f"{i:04x}") for i in range(6)]
    children = [subprocess.Popen(
        [key_commands.TOOL, *map(str, unwrap_options(lab)), "--state", state,
         "-"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL) for _ in messages]
    for child, message in zip(children, messages):
        child.stdin.write(message)
        child.stdin.close()
    assert [child.wait(60) for child in children] == [0] * len(messages)
    assert len(state.read_text().splitlines()) == 1 + len(messages)


# Batches

def table(path, rows, columns="to,lmr,purpose,alg,key-id,key-hex"):
    """Writes a table."""
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns.split(","))
        writer.writerows(rows)
    os.utime(path, (time.time() - 10,) * 2)
    return path


def row(i, key=KEY):
    return [f"sip:u{i}@mc.example.org", "p25", "root", "84", f"{i:04x}",
            key.hex()]


def messages_in(folder):
    """The names of the messages in a folder."""
    return sorted(path.name for path in folder.glob("*.mikey"))


def batch(lab, path, folder, *options, command=("wrap",)):
    """The options of a batch."""
    return ["key", *command, "--batch", path, "--outdir", folder, "--from",
            IWF, "--kmf", KMF, *lab.by("iwf"), "--at", AT, *options]


def test_batch(lab, tmp_path):
    """A message for each row, private, that its user can open."""
    path = table(tmp_path / "b.csv", [row(i) for i in range(150)] + [
        [ALICE, "p25", "root", "84", "1", KEY.hex()],
        [BOB, "tetra", "traffic", "1", "2", "aabb"]])
    folder = tmp_path / "out"
    assert good(*batch(lab, path, folder)) == (
        b"rows=152\ndone=152\nskipped=0\nfailed=0\n")
    names = messages_in(folder)
    assert len(names) == 152
    assert "sip:u7@mc.example.org.p25.7.mikey" in names
    for name in names:
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    got = unwrap(lab, (folder / f"{ALICE}.p25.1.mikey").read_bytes(),
                 "--reveal")
    assert got["key"] == KEY.hex()
    got = unwrap(lab, (folder / f"{BOB}.tetra.2.mikey").read_bytes(),
                 "--reveal", who="bob")
    assert (got["key"], got["purpose"]) == ("aabb", "traffic")


def test_batch_of_files(lab, tmp_path):
    """Keys in files beside the table; lists in fields; quotes; options for
    what a row leaves empty."""
    (tmp_path / "k 1").write_bytes(KEY)
    (tmp_path / "k2").write_text(KEY.hex())
    path = tmp_path / "b.csv"
    path.write_text(
        '\ufeffto,alg,key-id,key,group,revoke,not-after\r\n'
        f'"{ALICE}",84 aa,1;2,k2 k2,"sip:g1@h sip:g2@h",,\r\n'
        '\r\n'
        f'{BOB},84,3,k2,,yes,2099-01-01T00:00:00Z\r\n')
    folder = tmp_path / "out"
    good(*batch(lab, path, folder, "--lmr", "dmr", "--purpose", "root",
                "--form", "base64"))
    lines = fields(good(
        *unwrap_options(lab), "--reveal", folder / f"{ALICE}.dmr.1.mikey"))
    assert [value for name, value in lines if name == "key"] == [
        KEY.hex()] * 2
    assert [value for name, value in lines if name == "group"] == [
        "sip:g1@h", "sip:g2@h"]
    got = unwrap(lab, (folder / f"{BOB}.dmr.3.mikey").read_bytes(), who="bob")
    assert got["status"] == "revoked"
    assert got["not_after"] == "2099-01-01T00:00:00Z"


def test_bad_rows(lab, tmp_path):
    """A bad row stops no other; each is told with its line; exit 3."""
    secret = hashlib.sha256(b"secret").hexdigest()
    path = table(tmp_path / "b.csv", [
        row(1), ["sip:a@b", "gsm", "root", "84", "1", secret], row(2),
        ["sip:a@b", "p25", "root", "84", "1", secret + "x"],
        ["", "p25", "root", "84", "1", secret], row(3), row(3),
        ["sip:a@b", "p25"], row(4)])
    folder = tmp_path / "out"
    code, out, err = run(*batch(lab, path, folder))
    assert (code, out) == (3, b"rows=9\ndone=3\nskipped=0\nfailed=6\n")
    told = [line.split(": ")[1] for line in err.splitlines()]
    assert told == [f"{path}:{line}" for line in (3, 5, 6, 7, 8, 9)]
    assert secret not in err
    assert len(messages_in(folder)) == 3


def test_stray_quote(lab, tmp_path):
    """A quote that is not closed takes no other rows along."""
    path = tmp_path / "b.csv"
    rows = [",".join(row(i)) for i in range(10)]
    rows[4] = '"' + rows[4]
    path.write_text("to,lmr,purpose,alg,key-id,key-hex\n" + "\n".join(rows))
    code, out, err = run(*batch(lab, path, tmp_path / "out"))
    assert (code, out) == (3, b"rows=10\ndone=9\nskipped=0\nfailed=1\n")
    assert f"{path}:6: " in err


def test_one_key_id(lab, tmp_path):
    """0A, 0a and 00a are one key identifier."""
    path = table(tmp_path / "b.csv", [
        [ALICE, "p25", "root", "84", name, KEY.hex()]
        for name in ("0A", "0a", "00a", "b")])
    code, out, err = run(*batch(lab, path, tmp_path / "out"))
    assert (code, out) == (3, b"rows=4\ndone=1\nskipped=0\nfailed=3\n")
    assert messages_in(tmp_path / "out") == [f"{ALICE}.p25.b.mikey"]


@pytest.mark.parametrize("text", [
    "", "\n", "to,colour\na,b\n", "to,,lmr\n", "to,key,to x\n"])
def test_bad_tables(lab, tmp_path, text):
    path = tmp_path / "b.csv"
    path.write_text(text)
    refused(*batch(lab, path, tmp_path / "out"), code=2)
    refused(*batch(lab, "/nonexistent", tmp_path / "out"), code=2)


def test_resume(lab, tmp_path):
    """What is there is not made again; what is gone, or broken, is; and all
    when the table is younger."""
    path = table(tmp_path / "b.csv", [row(i) for i in range(20)])
    folder = tmp_path / "out"
    good(*batch(lab, path, folder))
    messages = sorted(folder.glob("*.mikey"))
    messages[0].unlink()
    messages[1].write_bytes(messages[1].read_bytes()[:50])
    kept = messages[2].read_bytes()
    assert b"done=2\nskipped=18\n" in good(*batch(lab, path, folder))
    assert messages[2].read_bytes() == kept
    os.utime(path, (time.time() + 10,) * 2)
    assert b"done=20\nskipped=0\n" in good(*batch(lab, path, folder))
    assert messages[2].read_bytes() != kept


def test_other_batch(lab, tmp_path):
    """What another command has made is not taken for this one's."""
    path = table(tmp_path / "b.csv", [
        [ALICE, "p25", "root", "84", "1", KEY.hex()]])
    folder = tmp_path / "out"
    other = key_commands.Lab(tmp_path / "kms")
    mixed = batch(lab, path, folder)
    mixed[mixed.index("--cert") + 1] = other.cert
    mixed[mixed.index("--keys") + 1] = other.keys("iwf")
    for arguments in (batch(lab, path, folder),
                      batch(lab, path, folder, "--revoke"),
                      batch(lab, path, folder, "--not-after", "2099-01-01T"
                            "00:00:00Z"),
                      mixed, batch(lab, path, folder)):
        assert b"done=1\nskipped=0\n" in good(*arguments)
        assert b"done=0\nskipped=1\n" in good(*arguments)
        message = (folder / f"{ALICE}.p25.1.mikey").read_bytes()
        who = other if arguments is mixed else lab
        status = "revoked" if "--revoke" in arguments else "active"
        assert unwrap(who, message)["status"] == status


def under_way(lab, tmp_path, count):
    """The arguments of a batch of so many rows, and its process, when it has
    written some messages."""
    path = table(tmp_path / "b.csv", [row(i) for i in range(count)])
    folder = tmp_path / "out"
    arguments = list(map(str, batch(lab, path, folder)))
    child = subprocess.Popen([key_commands.TOOL, *arguments],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
            not folder.exists() or len(messages_in(folder)) < 10):
        time.sleep(0.01)
    return arguments, child


def test_killed(lab, tmp_path):
    """No worker outlives a parent that was killed; the same command, at
    once, goes on."""
    arguments, child = under_way(lab, tmp_path, 2000)
    children = pathlib.Path(
        f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    child.kill()
    child.wait(60)
    assert children
    again = dict(fields(good(*arguments)))
    for worker in children:
        assert not os.path.exists(f"/proc/{worker}") or (
            ") Z " in pathlib.Path(f"/proc/{worker}/stat").read_text())
    assert again["failed"] == "0" and 0 < int(again["done"]) < 2000
    child.communicate()


def test_interrupt(lab, tmp_path):
    """An interrupt loses nothing: the same command goes on."""
    arguments, child = under_way(lab, tmp_path, 3000)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 3
    assert b"interrupted" in err
    done = int(dict(fields(out))["done"])
    assert 0 < done < 3000
    again = dict(fields(good(*arguments)))
    assert (again["skipped"], again["failed"]) == (str(done), "0")
    assert int(again["done"]) == 3000 - done


def test_progress_bar(lab, tmp_path):
    """On a terminal there is a bar."""
    path = table(tmp_path / "b.csv", [row(i) for i in range(10)])
    master, slave = pty.openpty()
    with subprocess.Popen(
            [key_commands.TOOL, *map(str, batch(lab, path, tmp_path / "out"))],
            stdout=subprocess.DEVNULL, stderr=slave) as child:
        os.close(slave)
        seen = b""
        try:
            while more := os.read(master, 4096):
                seen += more
        except OSError:
            pass
        assert child.wait(60) == 0
    os.close(master)
    assert b"[" + b"#" * 40 + b"] 10 of 10" in seen


def test_rewrap(lab, tmp_path):
    """Before a key period ends there are messages for the next one."""
    path = table(tmp_path / "b.csv", [
        [ALICE, "p25", "root", "84", "1", KEY.hex()],
        [BOB, "p25", "root", "84", "2", KEY.hex()]])
    folder = tmp_path / "out"
    good(*batch(lab, path, folder))
    left = (NEXT - AT) // 86400
    early = batch(lab, path, folder, command=("rewrap", "--due", left - 1))
    assert b"done=0\nskipped=2\n" in good(*early)
    due = batch(lab, path, folder, command=("rewrap", "--due", left + 1))
    assert b"done=2\nskipped=0\n" in good(*due)
    assert b"done=0\nskipped=2\n" in good(*due)
    message = (folder / f"{ALICE}.p25.1.mikey").read_bytes()
    got = unwrap(lab, message, "--at", AT, "--reveal")
    assert got["key"] == KEY.hex()
    assert int(got["key_period"]) == (NEXT + key_commands.NTP_UNIX) // PERIOD
    unwrap(lab, message, "--at", NEXT + 86400)


def test_rewrap_without_keys(lab, tmp_path):
    """The sender has to have keys of the next period already."""
    path = table(tmp_path / "b.csv", [row(1)])
    arguments = batch(lab, path, tmp_path / "out",
                      command=("rewrap", "--due", "3650"))
    arguments[arguments.index("--at") + 1] = NEXT
    code, out, err = run(*arguments)
    assert code == 3
    assert "no signing keys of this key period" in err


# What is left in memory

def left(secrets, *arguments, stdin=b""):
    """How often secrets are left in memory that the tool, built without
    sanitizers, gave back."""
    forms = [form for secret in secrets
             for form in (secret, secret.hex().encode())]
    done = subprocess.run(
        [key_commands.TOP / "modules/mclmr/mclmr", *map(str, arguments)],
        input=stdin, capture_output=True, timeout=120, check=True,
        env={"LD_PRELOAD": preload.library("freed_secrets"),
             "FREED_SECRETS": ",".join(form.hex() for form in forms)})
    return done.stderr.count(b"LEFT")


def elements(path, *names):
    """The octets of elements; of points without their first one."""
    text = path.read_text()
    return [bytes.fromhex(value)[-256:] for name in names
            for value in re.findall(rf"<{name}>(\w+)<", text)]


def test_nothing_is_left(lab, tmp_path):
    """Keys, SSK, RSK and the server's secrets are overwritten before their
    memory is given back."""
    key = os.urandom(32)
    message = tmp_path / "message"
    wrapped = [*wrap_options(lab), "--out", message]
    secrets = elements(lab.keys("iwf"), "UserDecryptKey", "UserSigningKeySSK")
    assert left([key, *secrets], *wrapped, stdin=key) == 0
    assert left([key, *secrets], *wrapped, stdin=key.hex().encode()) == 0
    secrets = elements(lab.keys("alice"), "UserDecryptKey",
                       "UserSigningKeySSK")
    assert left([key, *secrets], *unwrap_options(lab), "--reveal", "--out",
                  tmp_path / "out", message) == 0
    assert (tmp_path / "out").read_bytes() == key
    assert left([ALICE.encode()], *unwrap_options(lab), message) > 0
    path = table(tmp_path / "b.csv", [row(i, key) for i in range(3)])
    assert left([key], *batch(lab, path, tmp_path / "batch")) == 0
    members = tmp_path / "members.csv"
    members.write_text(f"to\n{ALICE}\n{BOB}\n")
    gmk = ["mikey", "make", "--type", "gmk", "--from", IWF, *lab.by("iwf"),
           "--at", AT, "--key", "-"]
    for options in (["--to", ALICE, "--out", tmp_path / "gmk"],
                    ["--batch", members, "--outdir", tmp_path / "gmks"]):
        assert left([key[:16]], *gmk, *options, stdin=key[:16]) == 0
        assert left([key[:16]], *gmk, *options,
                    stdin=key[:16].hex().encode()) == 0
    lines = (lab.folder / "kms.secret").read_text().splitlines()
    secrets = [bytes.fromhex(line.split("=")[1]) for line in lines
               if "Secret=" in line]
    assert len(secrets) == 2
    assert left(secrets, "kms", "user", "--dir", lab.folder, "--user",
                  "sip:zed@x", "--out", "-") == 0
