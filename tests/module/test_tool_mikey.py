# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr mikey`: messages of TS 33.180, ours and others'."""
import base64
import concurrent.futures
import hashlib
import hmac
import itertools
import os
import shutil
import stat
import struct
import subprocess
import time

import pytest

import key_commands
import mikey
from key_commands import (ALICE, ALICE_KEYS, BOB, CERT, IWF, answer, fields,
                          good, refused, run)
from mikey import Message

VECTORS = key_commands.vectors()
MESSAGES = {name: bytes.fromhex(VECTORS[f"msg_{name}"]) for name in "ABC"}
OPEN = ["mikey", "open", "--keys", ALICE_KEYS, "--cert", CERT]
VERIFY = ["mikey", "verify", "--cert", CERT]
SENDER = VECTORS["initiator_uri_ascii"]
TIME = 1704067200


CAROL = "sip:carol@mc.example.org"
MEMBERS = {"alice": ALICE, "bob": BOB, "carol": CAROL}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server with alice, bob, carol and the IWF."""
    made = key_commands.Lab(tmp_path_factory.mktemp("lab") / "kms")
    made.user("carol", CAROL)
    return made


def make(lab, *options, kind="pck", to=ALICE):
    """A message of the IWF's."""
    return good("mikey", "make", "--type", kind, "--from", IWF, "--to", to,
                *lab.by("iwf"), "--at", lab.at, *options)


def opened(lab, message, *options, who="alice"):
    """What opening a message tells."""
    return answer("mikey", "open", *lab.by(who), *options, "-", stdin=message)


@pytest.mark.parametrize("words", [
    ["mikey"], ["mikey", "inspect"], ["mikey", "verify"], ["mikey", "open"],
    ["mikey", "make"]])
def test_help(words):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(b"usage: mclmr " + " ".join(words).encode())


@pytest.mark.parametrize("arguments", [
    ["mikey"], ["mikey", "read"], ["mikey", "inspect"],
    ["mikey", "inspect", "a", "b"], ["mikey", "inspect", "/nonexistent"],
    ["mikey", "verify", "--cert", CERT], ["mikey", "verify", "--cert"],
    VERIFY + ["--from", "a", "--colour", "red", "-"],
    OPEN + ["/nonexistent"],
    ["mikey", "make"],
    ["mikey", "make", "--type", "pck", "--from", "a", "--to", "b"],
    ["mikey", "make", "--type", "spk", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS],
    ["mikey", "make", "--type", "pck", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--form", "xml"],
    ["mikey", "make", "--type", "pck", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--cs-map", "srtp"],
    ["mikey", "make", "--type", "pck", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--group", "sip:g@h"],
    ["mikey", "make", "--type", "pck", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--key-id", "10112233"],
    ["mikey", "make", "--type", "csk", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--rand", "00" * 16],
    ["mikey", "make", "--type", "gmk", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--key-id", "10112233"],
    ["mikey", "make", "--type", "gmk", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--rand", "00" * 15],
    ["mikey", "make", "--type", "pck", "--from", "a", "--to", "b", "--cert",
     CERT, "--keys", ALICE_KEYS, "--at", "tomorrow"],
])
def test_usage(arguments):
    assert refused(*arguments, code=2)


@pytest.mark.parametrize("options", [
    ["--cert", "/nonexistent"], [],
    ["--cert", key_commands.DATA / "imessage-own.txt"]])
def test_unusable_certificates(options):
    """No certificate, or none that can be read: 2, and no verdict."""
    assert refused("mikey", "verify", *options, "--", "-",
                   stdin=MESSAGES["A"], code=2) or options == []


def test_keys_without_certificate():
    """Keys of a server whose certificate is not there: refused."""
    assert "no certificate" in refused(
        "mikey", "verify", "--cert", ALICE_KEYS, "-", stdin=MESSAGES["A"])


def test_inspect():
    got = answer("mikey", "inspect", "-", stdin=MESSAGES["A"])
    for name, value in {
            "size": "555", "data_type": "26", "csb_id": "1a2b3c4d",
            "purpose": "pck", "cs_map": "empty", "sessions": "0",
            "time": "2024-01-01T00:00:00Z", "rand": VECTORS["RAND"],
            "initiator": SENDER,
            "responder": VECTORS["responder_uri_ascii"],
            "initiator_kms": VECTORS["kms_uri_ascii"],
            "responder_kms": VECTORS["kms_uri_ascii"],
            "sakke_scheme": "2", "signature_size": "129"}.items():
        assert got[name] == value, name
    got = answer("mikey", "inspect", "-", stdin=MESSAGES["B"])
    assert got["initiator_uid"] == VECTORS["uid_initiator"]
    assert got["responder_uid"] == VECTORS["uid_responder"]
    assert "initiator" not in got
    got = answer("mikey", "inspect", "-", stdin=MESSAGES["C"])
    assert (got["cs_map"], got["cs"], got["spi"]) == (
        "generic", "0", "1a2b3c4d")
    assert got["policy_parameters"] == "00010601011004010c050100060100140110"
    assert got["extension"] == "7"


@pytest.mark.parametrize("name", "ABC")
def test_verify(name):
    got = answer(*VERIFY, "-", stdin=MESSAGES[name])
    assert got["result"] == "genuine"
    assert got["from"] == ("unconfirmed" if name == "B" else SENDER)
    assert got["from_uid"] == VECTORS["uid_initiator"]
    got = answer(*VERIFY, "--from", SENDER, "-", stdin=MESSAGES[name])
    assert (got["from"], got["key_period"]) == (SENDER, "1509")
    assert "not the one that is expected" in refused(
        *VERIFY, "--from", "sip:eve@iwf.example.org", "-",
        stdin=MESSAGES[name])


@pytest.mark.parametrize("name", "ABC")
def test_open(name):
    got = answer(*OPEN, "--reveal", "--cs", 0, "-", stdin=MESSAGES[name])
    assert got["key"] == VECTORS["SSV"]
    assert got["key_id"] == "1a2b3c4d"
    assert got["srtp_key"] == srtp("2ad01c64", 16).hex()
    assert got["srtp_salt"] == srtp("39a2c14b", 12).hex()
    assert (name == "C") == (got.get("key_status") == "active")


def srtp(label, size, cs_id=0):
    """What is derived of message A."""
    key, csb_id, rand = (bytes.fromhex(VECTORS[name])
                         for name in ("SSV", "csb_id", "RAND"))
    return mikey.derive(key, label, csb_id, rand, cs_id)[:size]


def test_keys_are_hidden():
    """Without --reveal no key is printed, in no form."""
    code, out, err = run(*OPEN, "--cs", 1, "-", stdin=MESSAGES["C"])
    assert code == 0
    for secret in (VECTORS["SSV"], srtp("2ad01c64", 16, 1).hex(),
                   srtp("39a2c14b", 12, 1).hex(), VECTORS["dpck"]):
        assert secret not in out.decode() + err
    assert not {"key", "srtp_key", "srtp_salt"} & dict(fields(out)).keys()


@pytest.mark.parametrize("at, code", [
    (TIME, 0), (TIME + 60, 0), (TIME - 60, 0), (TIME + 61, 1), (TIME - 61, 1),
    ("2024-01-01T00:00:59Z", 0), ("2024-01-01T01:00:00+01:00", 0)])
def test_skew(at, code):
    """With --at the message has to be of that time."""
    got, _, err = run(*OPEN, "--at", at, "-", stdin=MESSAGES["A"])
    assert got == code, err
    if code == 1:
        assert "peer's time 2024-01-01T00:00:00Z, local time" in err


def forms(octets):
    """All forms that a message may come in."""
    text = base64.b64encode(octets)
    return [octets, octets.hex().encode(), octets.hex().upper().encode(),
            b" \n" + octets.hex().encode() + b"\r\n", text, text + b"\n",
            b"\n".join(text[i:i + 64] for i in range(0, len(text), 64)),
            b"mikey " + text, b"a=key-mgmt:mikey " + text + b"\r\n",
            text.rstrip(b"="), b"mikey " + text.rstrip(b"=") + b"\n"]


def test_forms():
    expected = good("mikey", "inspect", "-", stdin=MESSAGES["C"])
    for form in forms(MESSAGES["C"]):
        assert good("mikey", "inspect", "-", stdin=form) == expected
    for other in b"", b"\n", b"01", b"011a", b"0", b"a=key-mgmt:mikey ", \
            b"a=key-mgmt:prot1 " + base64.b64encode(MESSAGES["A"]), b"\x01\x1a":
        assert "not a MIKEY-SAKKE message" in refused(
            "mikey", "inspect", "-", stdin=other)


def test_every_corruption_is_refused(tmp_path):
    """An octet of each payload of A xor 01, 80 or ff, through the command
    line: its ends and every 17th one. (All of them: tests/unit/test_mikey.)
    """
    def is_refused(change):
        i, mask = change
        octets = bytearray(MESSAGES["A"])
        octets[i] ^= mask
        path = tmp_path / f"{i}-{mask}"
        path.write_bytes(octets)
        code, out, _ = run(*VERIFY, path)
        path.unlink()
        return (code, out) == (1, b"")

    size = len(MESSAGES["A"])
    places = [0, 1, 2, 3, *range(4, size - 1, 17), size - 1]
    changes = list(zip(places, itertools.cycle((0x01, 0x80, 0xff))))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [change for change, good in zip(
            changes, pool.map(is_refused, changes)) if not good]
    # A first octet that is not 01 makes the file no raw message any more.
    assert not wrong
    assert len(changes) > size // 20


def test_truncated_and_longer():
    for octets in (MESSAGES["A"][:-1], MESSAGES["A"] + b"\0",
                   MESSAGES["A"][:100], MESSAGES["A"][:10]):
        refused(*VERIFY, "-", stdin=octets)


def test_wrong_kms(lab):
    """Certificates of another server, and keys of another user."""
    assert "no certificate of the sender's" in refused(
        "mikey", "verify", "--cert", lab.cert, "-", stdin=MESSAGES["A"])
    assert "no keys of its recipient" in refused(
        "mikey", "open", *lab.by("alice"), CERT, "-", stdin=MESSAGES["A"])


def test_several_servers(lab):
    """Certificates and keys of two servers at once, in every spelling."""
    message = make(lab)
    for certs in (["--cert", CERT, lab.cert], ["--cert", CERT, "--cert",
                                               lab.cert]):
        for stdin in MESSAGES["A"], message:
            for arguments in (certs + ["-"], ["-"] + certs):
                assert answer("mikey", "verify", *arguments,
                              stdin=stdin)["result"] == "genuine"
            good("mikey", "open", "--keys", ALICE_KEYS, lab.keys("alice"),
                 *certs, "-", stdin=stdin)


def test_other_periods(lab, tmp_path):
    """A hidden sender, and certificates of one server with the same keys and
    other periods: the one that fits counts, in any order."""
    weekly = tmp_path / "weekly.xml"
    weekly.write_text(lab.cert.read_text().replace(">2592000<", ">604800<"))
    message = make(lab, "--hide-ids")
    for certs in (weekly, lab.cert), (lab.cert, weekly):
        assert answer("mikey", "verify", "--cert", *certs, "--from", IWF, "-",
                      stdin=message)["from"] == IWF
        assert "not the one" in refused("mikey", "verify", "--cert", *certs,
                                        "--from", BOB, "-", stdin=message)


def test_no_sessions(lab, tmp_path):
    """The key of a key record has no sessions."""
    message = good("key", "wrap", "--from", IWF, "--to", ALICE, "--kmf",
                   key_commands.KMF, "--lmr", "p25", "--purpose", "root",
                   "--alg",
                   "84", "--key-id", "1", "--key", "-", *lab.by("iwf"),
                   "--at", lab.at, stdin=b"k" * 32)
    assert opened(lab, message)["purpose"] == "record"
    assert "not one of sessions" in refused(
        "mikey", "open", *lab.by("alice"), "--cs", "0", "--reveal", "-",
        stdin=message)


def test_revoked(tmp_path):
    """Certificate and keys that are revoked are not used."""
    cert = tmp_path / "cert.xml"
    cert.write_text(CERT.read_text().replace(
        "<UserIdFormat>", "<Revoked>true</Revoked><UserIdFormat>"))
    assert "revoked" in refused("mikey", "verify", "--cert", cert, "-",
                                stdin=MESSAGES["A"])
    keys = tmp_path / "keys.xml"
    keys.write_text(ALICE_KEYS.read_text().replace(
        "<KeyPeriodNo>", "<Revoked>true</Revoked><KeyPeriodNo>"))
    assert "revoked" in refused("mikey", "open", "--cert", CERT, "--keys",
                                keys, "-", stdin=MESSAGES["A"])


def test_lines(tmp_path):
    """Certificate and keys as lines Name=value."""
    cert = tmp_path / "cert"
    cert.write_text(
        f"KmsUri={VECTORS['kms_uri_ascii']}\nUserKeyPeriod=2592000\n"
        f"UserKeyOffset=0\nPubEncKey={VECTORS['Z']}\n"
        f"PubAuthKey={VECTORS['KPAK']}\n")
    keys = tmp_path / "keys"
    keys.write_text(
        f"KmsUri={VECTORS['kms_uri_ascii']}\n"
        f"UserUri={VECTORS['responder_uri_ascii']}\nKeyPeriodNo=1509\n"
        f"UserDecryptKey={VECTORS['responder_RSK']}\n")
    assert answer("mikey", "open", "--cert", cert, "--keys", keys, "--reveal",
                  "-", stdin=MESSAGES["A"])["key"] == VECTORS["SSV"]


# Making

@pytest.mark.parametrize("kind, cs_map, hide, to_self", itertools.product(
    ("pck", "gmk", "csk"), ("empty", "generic"), (0, 1), (0, 1)))
def test_make(lab, tmp_path, kind, cs_map, hide, to_self):
    """What is made opens, and a second parser reads it."""
    key = tmp_path / "key"
    key.write_text("000102030405060708090a0b0c0d0e0f\n")
    options = ["--key", key, "--cs-map", cs_map]
    options += ["--hide-ids"] * hide + ["--self"] * to_self
    if kind == "gmk":
        options += ["--group", "sip:g1@mc.example.org",
                    "sip:g2@mc.example.org"]
    octets = make(lab, *options, kind=kind)
    got = opened(lab, octets, "--reveal")
    assert got["key"] == VECTORS["SSV"]
    assert got["purpose"] == kind
    assert got["from"] == ("unconfirmed" if hide else IWF)
    assert opened(lab, octets, "--from", IWF)["from"] == IWF
    message = Message(octets)
    assert message.kinds == [5, 11, 14, 14, 14, 14] + [10] * (
        cs_map == "generic") + [26] + [21] * (to_self + (kind == "gmk"))
    roles = message.identities()
    assert roles.keys() == ({8, 9, 6, 7} if hide else {1, 2, 6, 7})
    assert roles[6] == roles[7] == key_commands.KMS.encode()
    (seconds,) = struct.unpack(">xQ", message.all(5)[0])
    assert seconds >> 32 == 1767225600 + key_commands.NTP_UNIX
    key_id = int(got["key_id"], 16)
    if kind == "gmk":
        assert key_id ^ message.csb_id == guk(ALICE)
        assert [value for name, value in fields(good(
            "mikey", "open", *lab.by("alice"), "-", stdin=octets))
                if name == "group"] == ["sip:g1@mc.example.org",
                                        "sip:g2@mc.example.org"]
    else:
        assert key_id == message.csb_id
    check_sessions(message, kind, key_id)
    assert (6 in message.extensions()) == bool(to_self)
    if to_self:
        assert answer("mikey", "open", *lab.by("iwf"), "--reveal", "-",
                      stdin=octets)["key"] == VECTORS["SSV"]
    else:
        refused("mikey", "open", *lab.by("iwf"), "-", stdin=octets)


def guk(user, key=bytes.fromhex(VECTORS["SSV"])):
    """What GMK-ID and GUK-ID of a user differ by."""
    text = b"\x50" + user.encode() + struct.pack(">H", len(user))
    mac = hmac.new(key, text, hashlib.sha256).digest()
    return int.from_bytes(mac[-4:], "big") & 0x0FFFFFFF


def check_sessions(message, kind, key_id):
    """The sessions of a generic map, and their policy."""
    if not message.sessions:
        return
    spi = struct.pack(">I", key_id)
    if kind == "gmk":
        spi += struct.pack(">I", message.csb_id)
    assert message.sessions == [
        (number, [0], b"", spi)
        for number in {"pck": (0, 1), "gmk": (4,), "csk": (6,)}[kind]]
    ((head, policy),) = message.all(10)
    assert head == b"\0\0"
    types = dict((policy[i], policy[i + 2]) for i in range(0, len(policy), 3))
    assert (types[0], types[1], types[4], types[20]) == (6, 16, 12, 16)


def test_make_fresh(lab):
    """Without --key each message has a key, an identifier and a RAND of its
    own; a group key's, too."""
    for kind in "pck", "gmk":
        messages = [make(lab, kind=kind) for _ in range(2)]
        got = [opened(lab, octets, "--reveal") for octets in messages]
        assert got[0]["key"] != got[1]["key"]
        assert got[0]["key_id"] != got[1]["key_id"]
        assert Message(messages[0]).all(11) != Message(messages[1]).all(11)


def test_make_forms(lab, tmp_path):
    """raw, base64 and sdp are the same message; files are private."""
    out = tmp_path / "out"
    for form in "raw", "base64", "sdp":
        assert make(lab, "--form", form, "--out", out) == b""
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        octets = out.read_bytes()
        if form == "sdp":
            assert octets.startswith(b"a=key-mgmt:mikey ")
            octets = octets.split(b" ", 1)[1]
        if form != "raw":
            octets = base64.b64decode(octets.strip(), validate=True)
        assert answer("mikey", "open", *lab.by("alice"), out)[
            "csb_id"] == f"{Message(octets).csb_id:08x}"


def test_make_refused(lab, tmp_path):
    """No keys of the sender for the time; keys that are none."""
    arguments = ["mikey", "make", "--type", "pck", "--from", IWF, "--to", BOB,
                 *lab.by("iwf")]
    assert "key period" in refused(*arguments, "--at", "2030-01-01T00:00:00Z")
    assert "no signing keys" in refused(
        "mikey", "make", "--type", "pck", "--from", "sip:eve@x", "--to", BOB,
        *lab.by("iwf"), "--at", lab.at)
    for to in "", "sip:a b", "sip:a\n":
        assert "the recipient is no URI" in refused(
            "mikey", "make", "--type", "pck", "--from", IWF, "--to", to,
            *lab.by("iwf"), "--at", lab.at)
    for key in b"", b"k" * 15, b"k" * 17, b"00" * 15, b"00" * 17:
        assert "not of 16 octets" in refused(
            *arguments, "--at", lab.at, "--key", "-", stdin=key, code=2)
    assert "server" in refused(*arguments, CERT, "--at", lab.at)
    good(*arguments, CERT, "--at", lab.at, "--to-kms", key_commands.KMS,
         "--out",
         tmp_path / "out")


# A group's key

GMK_ID, RAND = "0a2b3c4d", bytes(range(0x40, 0x50)).hex()
GROUP = "sip:grp-p25@mc.example.org"


def group_options(lab, *options):
    """The options of make for a group."""
    return ["mikey", "make", "--type", "gmk", "--from", IWF, *lab.by("iwf"),
            "--at", lab.at, "--group", GROUP, "--cs-map", "generic", *options]


def members(path, rows=None, columns="to"):
    """Writes a table of members, a while ago."""
    rows = list(MEMBERS.values()) if rows is None else rows
    path.write_text("\n".join([columns, *rows]) + "\n")
    os.utime(path, (time.time() - 10,) * 2)
    return path


def batch(lab, path, folder, *options):
    """The options of a batch."""
    return group_options(lab, "--batch", path, "--outdir", folder, *options)


def file_of(folder, user, gmk_id=GMK_ID):
    """A member's message."""
    return folder / f"{user}.gmk.{gmk_id}.mikey"


def counted(arguments, code=0, stdin=b""):
    """What a batch counts, and what it complains about."""
    got, out, err = run(*arguments, stdin=stdin)
    assert got == code, err
    return [int(value) for _, value in fields(out)], err


def talks_with(gmk, message, listener, talker):
    """Key and salt of what a member of the group sends, derived by another
    member from its own message, by its GUK-ID and RFC 3830 4.1.2."""
    gmk_id = message.csb_id ^ guk(listener, gmk)
    csb_id = struct.pack(">I", gmk_id ^ guk(talker, gmk))
    (rand,) = message.all(11)
    return (mikey.derive(gmk, "2ad01c64", csb_id, rand, 4)[:16],
            mikey.derive(gmk, "39a2c14b", csb_id, rand, 4)[:12])


def own_keys(lab, who, path):
    """Key and salt that a member takes from its own message to talk."""
    got = answer("mikey", "open", *lab.by(who), "--cs", 4, "--reveal", path)
    return bytes.fromhex(got["srtp_key"]), bytes.fromhex(got["srtp_salt"])


def hear(lab, listener, talker, paths):
    """True if one member's keys are those that another derives."""
    opened_by = answer("mikey", "open", *lab.by(listener), "--reveal",
                       paths[listener])
    derived = talks_with(
        bytes.fromhex(opened_by["key"]),
        Message(paths[listener].read_bytes()), MEMBERS[listener],
        MEMBERS[talker])
    return derived == own_keys(lab, talker, paths[talker])


PAIRS = list(itertools.product(MEMBERS, MEMBERS))


@pytest.mark.parametrize("given", [
    (), ("--key-id", GMK_ID), ("--rand", RAND), ("--key", "-"),
    ("--key-id", GMK_ID, "--rand", RAND, "--key", "-")])
def test_members_hear_each_other(lab, tmp_path, given):
    """Each member derives the keys of each other one from its own message,
    whatever is given and whatever is fresh; user by user they differ."""
    folder = tmp_path / "out"
    counts, err = counted(batch(lab, members(tmp_path / "m.csv"), folder,
                                *given), stdin=b"k" * 16)
    assert (counts, err) == ([3, 3, 0, 0], "")
    paths = {who: next(folder.glob(f"{user}.gmk.*.mikey"))
             for who, user in MEMBERS.items()}
    assert all(hear(lab, *pair, paths) for pair in PAIRS)
    assert len({own_keys(lab, who, path)
                for who, path in paths.items()}) == len(MEMBERS)


def test_what_members_share(lab, tmp_path):
    """Key, GMK-ID, RAND and groups as they were given; GUK-ID, the encapsulated
    key and the signature are the member's own."""
    folder = tmp_path / "out"
    counted(batch(lab, members(tmp_path / "m.csv"), folder, "--key", "-",
                  "--key-id", GMK_ID, "--rand", RAND), stdin=b"k" * 16)
    messages = []
    for who, user in MEMBERS.items():
        path = file_of(folder, user)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        got = answer("mikey", "open", *lab.by(who), "--reveal", path)
        assert got["key"] == (b"k" * 16).hex()
        assert (got["key_id"], got["group"]) == (GMK_ID, GROUP)
        message = Message(path.read_bytes())
        assert message.all(11) == [bytes.fromhex(RAND)]
        assert message.csb_id == int(GMK_ID, 16) ^ guk(user, b"k" * 16)
        assert message.sessions == [
            (4, [0], b"", bytes.fromhex(GMK_ID)
             + struct.pack(">I", message.csb_id))]
        messages.append(message)
    for one, other in itertools.combinations(messages, 2):
        assert one.csb_id != other.csb_id
        assert one.all(26) != other.all(26)
        assert one.extensions()[7] != other.extensions()[7]


def test_members_one_by_one(lab, tmp_path):
    """Messages that are made singly go together if all three are given; with
    a RAND of its own for each no member hears another."""
    for given, together in (("--rand", RAND), True), ((), False):
        paths = {}
        for who, user in MEMBERS.items():
            paths[who] = tmp_path / f"{who}-{together}"
            good(*group_options(lab, "--to", user, "--key", "-", "--key-id",
                                GMK_ID, *given, "--out", paths[who]),
                 stdin=b"k" * 16)
        for listener, talker in PAIRS:
            assert hear(lab, listener, talker, paths) == (
                together or listener == talker)


def test_of_a_group_only(lab, tmp_path):
    """--rand, --key-id and a batch are of a GMK only."""
    path = members(tmp_path / "m.csv")
    for kind in "pck", "csk":
        for option, value in (("--key-id", "1a2b3c4d"), ("--rand", RAND),
                              ("--batch", path), ("--outdir", tmp_path)):
            assert f"{option} is for --type gmk" in refused(
                "mikey", "make", "--type", kind, "--from", IWF, "--to", ALICE,
                *lab.by("iwf"), "--at", lab.at, option, value, code=2)
    for option, value, told in (
            ("--key-id", "1a2b3c4d", "--key-id"), ("--key-id", "", "--key-id"),
            ("--key-id", "0a2b3c4", "--key-id"),
            ("--rand", RAND[:-2], "--rand"), ("--rand", RAND + "00", "--rand"),
            ("--rand", RAND[:-1] + "x", "--rand"),
            ("--batch", path, "needed together"),
            ("--outdir", tmp_path, "needed together")):
        assert told in refused(*group_options(
            lab, "--to", ALICE, option, value), code=2)
    assert "--out" in refused(*batch(lab, path, tmp_path / "out", "--out",
                                     tmp_path / "x"), code=2)


def test_group_of_many(lab, tmp_path):
    """A row may say what options do not; a bad one stops no other."""
    path = members(tmp_path / "m.csv", [
        f"{ALICE},sip:g1@h sip:g2@h,base64,1767225605", f"{BOB},,,",
        f"{CAROL},,,tomorrow", ",,,", "no URI,,,", f"{BOB}x,,xml,",
        f"{BOB}y,{' '.join(['sip:g@h'] * 17)},,",
        "sip:dave@mc.example.org,,,", "sip:dave@mc.example.org,,,"],
        "to,group,form,at")
    folder = tmp_path / "out"
    counts, err = counted(batch(lab, path, folder, "--key-id", GMK_ID), 3)
    assert counts == [9, 2, 0, 7]
    told = [line.split(": ", 2)[1:] for line in err.splitlines()
            if str(path) in line]
    assert [where for where, _ in told] == [
        f"{path}:{line}" for line in range(4, 11)]
    for (_, why), word in zip(told, (
            "at is neither", "to is missing", "no URI", "form is not",
            "more than 16", "another row", "another row")):
        assert word in why
    assert sorted(path.name for path in folder.glob("*.mikey")) == [
        f"{user}.gmk.{GMK_ID}.mikey" for user in (ALICE, BOB)]
    assert file_of(folder, ALICE).read_bytes().isascii()
    lines = fields(good("mikey", "open", *lab.by("alice"),
                        file_of(folder, ALICE)))
    assert [value for name, value in lines if name == "group"] == [
        "sip:g1@h", "sip:g2@h"]
    assert dict(lines)["time"] == "2026-01-01T00:00:05Z"
    assert answer("mikey", "open", *lab.by("bob"),
                  file_of(folder, BOB))["group"] == GROUP


@pytest.mark.parametrize("columns", ["to,key", "to,key-hex", "to,rand", ""])
def test_not_of_a_member(lab, tmp_path, columns):
    """What all members share is in no table."""
    path = members(tmp_path / "m.csv", [], columns)
    refused(*batch(lab, path, tmp_path / "out"), code=2)


def test_group_goes_on(lab, tmp_path):
    """With key, GMK-ID and RAND given a batch goes on; what is there of
    another key, RAND or kind of message is made again."""
    path, folder = members(tmp_path / "m.csv"), tmp_path / "out"
    given = ["--key-id", GMK_ID, "--rand", RAND, "--key", "-"]

    def done(*options, key=b"k" * 16):
        counts, _ = counted(batch(lab, path, folder, *given, *options),
                            stdin=key)
        return counts[1:3]

    assert done() == [3, 0]
    file_of(folder, BOB).unlink()
    kept = file_of(folder, ALICE).read_bytes()
    assert done() == [1, 2]
    assert file_of(folder, ALICE).read_bytes() == kept
    assert done(key=b"l" * 16) == [3, 0]
    assert done(key=b"l" * 16) == [0, 3]
    assert done("--self", key=b"l" * 16) == [3, 0]
    assert done("--hide-ids", key=b"l" * 16) == [3, 0]
    given[3] = "00" * 16
    assert done(key=b"l" * 16) == [3, 0]
    del given[4:]
    assert done() == done() == [3, 0]


def test_tshark(lab, tmp_path):
    """tshark dissects what we send with an empty map."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    octets = make(lab, "--self")
    capture = tmp_path / "capture.pcap"
    udp = struct.pack(">HHHH", 2269, 2269, 8 + len(octets), 0) + octets
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     bytes((127, 0, 0, 1)), bytes((127, 0, 0, 1))) + udp
    capture.write_bytes(struct.pack(
        "<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) + struct.pack(
            "<IIII", 0, 0, len(ip), len(ip)) + ip)
    names = ["mikey.type", "mikey.csb_id", "mikey.id.role", "mikey.id.data",
             "mikey.sakke.params", "mikey.sakke.idscheme", "mikey.sakke.len",
             "mikey.sign.type", "mikey.sign.len", "_ws.malformed"]
    columns = [word for name in names for word in ("-e", name)]
    out = subprocess.run(
        ["tshark", "-r", capture, "-T", "fields", "-E", "separator=|",
         *columns], capture_output=True, check=True, timeout=60).stdout
    got = dict(zip(names, out.decode().rstrip("\n").split("|")))
    assert got["mikey.type"] in ("26", "SAKKE")
    assert int(got["mikey.csb_id"], 0) == Message(octets).csb_id
    assert got["mikey.id.role"] == "1,2,6,7"
    assert got["mikey.id.data"] == ",".join((
        IWF, ALICE, key_commands.KMS, key_commands.KMS))
    assert got["mikey.sakke.params"] == "1"
    assert got["mikey.sakke.idscheme"] == "2"
    assert got["mikey.sakke.len"] == "273"
    assert (got["mikey.sign.type"], got["mikey.sign.len"]) == ("2", "129")
    assert got["_ws.malformed"] == ""
