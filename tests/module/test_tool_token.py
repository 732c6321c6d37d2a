# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr token`: access tokens that python3-jwt has just
made, and docs/tokens.md, which tells what it prints."""
import json
import re

import pytest

import tokens
from key_commands import TOP, answer, fields, good, refused, run

TEXT = (TOP / "docs" / "tokens.md").read_text()
AT = ["--at", tokens.NOW]


class Issuer:
    """Keys, in files for --keys."""

    def __init__(self, folder):
        self.key = tokens.make_keys()
        self.set = folder / "jwks.json"
        self.set.write_text(json.dumps(tokens.key_set(self.key)))
        self.pem = folder / "idms-pem.pem"
        self.pem.write_bytes(tokens.pem(self.key["pem"]))
        self.keys = ["--keys", self.set, self.pem]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    return Issuer(tmp_path_factory.mktemp("idms"))


def inspect(issuer, token, *options):
    """Exit code, lines and complaint for a token on standard input."""
    code, out, err = run("token", "inspect", *issuer.keys, *options, "-",
                         stdin=token.encode())
    assert not any(part in err for part in token.split(".") if len(part) > 8)
    return code, fields(out), err


@pytest.mark.parametrize("words", [["token"], ["token", "inspect"]])
def test_help(words):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(b"usage: mclmr " + " ".join(words).encode())


@pytest.mark.parametrize("arguments", [
    ["token"], ["token", "verify"], ["token", "inspect"],
    ["token", "inspect", "/nonexistent/x"],
    ["token", "inspect", "--keys", "/nonexistent/x", "/dev/null"],
    ["token", "inspect", "--keys", "/dev/null", "/dev/null"],
    ["token", "inspect", "--alg", "HS256", "/dev/null"],
    ["token", "inspect", "--alg", "none", "/dev/null"],
    ["token", "inspect", "--skew", "-1", "/dev/null"],
    ["token", "inspect", "--skew", "", "/dev/null"],
    ["token", "inspect", "--skew", "86401", "/dev/null"],
    ["token", "inspect", "--at", "soon", "/dev/null"]])
def test_usage(arguments):
    assert refused(*arguments, code=2)


def test_all_rows(issuer):
    """Each token of another implementation gets its verdict, with fresh
    keys; a complaint has nothing of it."""
    for name, expected, token in tokens.rows(issuer.key):
        code, lines, err = inspect(issuer, token, *AT)
        found = dict(lines)
        if expected == "genuine" or name == "blank":
            # (Blanks around the token are those of the file.)
            assert (code, found["genuine"], err) == (0, "yes", ""), name
            continue
        assert code == 1 and err.startswith("mclmr: "), name
        if found:
            assert (found["genuine"], found["reason"]) == ("no", expected), \
                name


def test_lines(issuer):
    """What a genuine token says."""
    token = tokens.token(issuer.key["rsa"], "rsa", nbf=tokens.NOW, iat=1,
                         sub="a\\b\n")
    code, lines, _ = inspect(issuer, token + "\r\n", *AT)
    assert code == 0
    assert lines == [
        ("size", str(len(token))), ("alg", "RS256"), ("kid", "rsa"),
        ("iss", "https://idms.mc.example.org"), ("aud", "mc"), ("aud", "kms"),
        ("sub", r"a\x5cb\x0a"),
        ("scope", "openid 3gpp:mc:ptt_service 3gpp:mc:data_service"),
        ("client_id", "urn:uuid:1"),
        ("mcptt_id", "sip:alice@mc.example.org"),
        ("mcdata_id", "sip:alice.data@mc.example.org"),
        ("iat", "1970-01-01T00:00:01Z"), ("nbf", "2027-01-15T08:00:00Z"),
        ("exp", "2027-01-15T08:10:00Z"),
        ("service", "mcptt"), ("service", "mcdata"), ("genuine", "yes")]


def test_without_keys(issuer, tmp_path):
    """Claims are shown, and that nothing was verified; also of a forged and
    expired one."""
    path = tmp_path / "token"
    path.write_text(tokens.changed_last(
        tokens.token(issuer.key["rsa"], "rsa", exp=1)))
    found = answer("token", "inspect", path)
    assert found["genuine"] == "unverified" and found["exp"] == \
        "1970-01-01T00:00:01Z"
    assert "reason" not in found and "service" not in found
    path.write_text("a.b.c")
    assert refused("token", "inspect", path)


@pytest.mark.parametrize("options, reason", [
    (["--at", tokens.NOW + 659], None),
    (["--at", tokens.NOW + 660], "expired"),
    (["--at", tokens.NOW + 600, "--skew", "0"], "expired"),
    (["--at", tokens.NOW + 1600, "--skew", "1001"], None),
    ([*AT, "--iss", "https://idms.mc.example.org", "--aud", "kms"], None),
    ([*AT, "--iss", "https://idms"], "issuer"),
    ([*AT, "--aud", "cms"], "audience"),
    ([*AT, "--scope", "openid"], None),
    ([*AT, "--scope", "3gpp:mc:ptt_config_management_service"], "scope"),
    ([*AT, "--alg", "ES256,RS512"], "algorithm"),
    ([*AT, "--alg", "RS512, RS256"], None)])
def test_options(issuer, options, reason):
    token = tokens.token(issuer.key["rsa"], "rsa")
    code, lines, _ = inspect(issuer, token, *options)
    assert (code, dict(lines).get("reason")) == (0 if reason is None else 1,
                                                 reason)


def test_now(issuer):
    """Without --at the clock counts."""
    token = tokens.token(issuer.key["rsa"], "rsa", exp=2)
    assert dict(inspect(issuer, token)[1])["reason"] == "expired"
    token = tokens.token(issuer.key["rsa"], "rsa", exp=4000000000)
    assert inspect(issuer, token)[0] == 0


@pytest.mark.parametrize("bits, taken", [(2048, True), (2047, False),
                                         (1024, False), (4096, True)])
@pytest.mark.parametrize("form", ["jwk", "pem"])
def test_size_of_rsa(tmp_path, bits, taken, form):
    key = tokens.rsa_key(bits)
    path = tmp_path / "k.x.pem"
    path.write_bytes(json.dumps(tokens.jwk(key, "k.x")).encode()
                     if form == "jwk" else tokens.pem(key))
    arguments = ["token", "inspect", "--keys", path, *AT, "-"]
    token = tokens.token(key, "k.x").encode()
    if taken:
        assert b"genuine=yes" in good(*arguments, stdin=token)
    else:
        assert "2048" in refused(*arguments, stdin=token, code=2)


@pytest.mark.parametrize("curve, taken", [("P-256", True), ("P-384", True),
                                          ("P-521", True),
                                          ("secp256k1", False)])
def test_curves_of_pem(tmp_path, curve, taken):
    path = tmp_path / "k"
    path.write_bytes(tokens.pem(tokens.ec_key(curve)))
    code, _, err = run("token", "inspect", "--keys", path, "-",
                       stdin=b"a.b.c")
    assert code == (1 if taken else 2), err


def test_files_of_keys(issuer, tmp_path):
    """What is wrong names the file."""
    wrong = tmp_path / "wrong"
    wrong.write_text("{}")
    assert "no key" in refused("token", "inspect", "--keys", wrong, "-", code=2)
    wrong.write_text("{")
    err = refused("token", "inspect", "--keys", issuer.set, wrong, "-", code=2)
    assert str(wrong) in err
    err = refused("token", "inspect", "--keys", issuer.set, issuer.set, "-",
                  code=2)
    assert "same kid" in err and str(issuer.set) in err


def cells(heading):
    """The first cells of the table of the page with this head."""
    table = re.search(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\n((?:\|.*\n)+)",
                      TEXT, re.M).group(1)
    return [row.strip("|").split(" | ")[0].strip()
            for row in table.splitlines()]


def test_page():
    """docs/tokens.md has the options of the help, the reasons and the limits
    of the code."""
    out = good("token", "inspect", "--help").decode()
    assert set(re.findall(r"--[a-z]+", " ".join(cells("Option")))) == \
        set(re.findall(r"--[a-z]+", out))
    source = TOP / "modules" / "mclmr" / "keys"
    words = re.findall(r'= *\{\s*"(\w+)",',
                       (source / "token_fault.c").read_text())
    assert [f"`{word}`" for word in words if word != "genuine"] == \
        cells("Reason")
    token = (source / "token.c").read_text()
    for name in re.findall(r'"(\w+)"', re.search(
            r"refused\[\] = \{(.*?)\}", token, re.S).group(1)):
        assert f"`{name}`" in TEXT
    for name in re.findall(r'"(3gpp:[\w:]+)"', token):
        assert f"`{name}`" in TEXT
    for header in "token.h", "token_form.h", "token_keys.h":
        for value in re.findall(r"#define MCLMR_TOKEN_(?:MAX|MIN)\w+ (\d+)",
                                (source / header).read_text()):
            assert f"{int(value):,}" in TEXT, value
