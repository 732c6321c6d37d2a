# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line `mclmr register`: third-party REGISTERs as captured from an
S-CSCF, and docs/formats.md, which tells what it prints."""
import re

import pytest

from key_commands import TOP, fields, good, refused, run

CORPUS = TOP / "tests" / "fuzz" / "corpus" / "register"
INNER = (CORPUS / "inner").read_bytes()
OWN = (CORPUS / "own").read_bytes()
TOKEN = "eyJ.tok.en"


def explain(message, told=()):
    """The lines for a message on standard input."""
    code, out, err = run("register", "explain", "-", stdin=message)
    assert (code, err) == (0, "")
    assert TOKEN not in out.decode()
    lines = fields(out)
    return [line for line in lines if not told or line[0] in told]


def test_captured():
    assert explain(OWN) == [
        ("impu", "sip:alice@mc.example.org"), ("alias", "tel:+15550001"),
        ("scscf", "sip:127.0.0.5:5060"), ("expires", "720"),
        ("inner", "none")]
    assert explain(INNER, ("inner", "body", "mcptt_info_size")) == [
        ("inner", "own"), ("mcptt_info_size", "298")]
    assert explain(INNER)[-4:] == [
        ("mcptt_info_size", "298"), ("mcptt_client", "none"),
        ("mcptt_token", "normal"), ("mcptt_token_size", "10")]


@pytest.mark.parametrize("old, new, lines", [
    (b'token type="Normal"', b'token type="Encrypted"', [
        ("mcptt_client", "none"), ("mcptt_token", "encrypted")]),
    (b"</mcpttinfo>", b"</mcpttinfo", [
        ("mcptt_client", "xml_malformed"), ("mcptt_token", "xml_malformed")]),
    (b"mcptt-access-token", b"mcptt-client-id", [
        ("mcptt_client", "normal"), ("mcptt_client_id", TOKEN),
        ("mcptt_token", "none")])])
def test_info(old, new, lines):
    """Who the client says it is, and whether there is a token: not the token."""
    code, out, _ = run("register", "explain", "-",
                       stdin=INNER.replace(old, new))
    assert code == 0
    assert [line for line in fields(out)
            if line[0].startswith(("mcptt_client", "mcptt_token"))] == lines


def test_foreign():
    """The REGISTER of another is not read."""
    other = INNER.replace(b"To: <sip:alice@", b"To: <sip:bob@")
    other = other.replace(b"To: <sip:bob@", b"To: <sip:alice@", 1)
    assert explain(other, ("inner", "body", "mcptt_info_size")) == [
        ("inner", "foreign")]


def test_broken_body():
    broken = INNER.replace(b"Content-Type: application/vnd",
                           b"Content-Type: multipart/mixed;boundary=b\r\nX:")
    assert explain(broken, ("inner", "body", "mcptt_info_size")) == [
        ("inner", "own"), ("body", "undelimited")]


def test_many_aliases():
    uris = b", ".join(b"<tel:+%d>" % i for i in range(17))
    lines = explain(OWN.replace(b"P-Associated-URI:",
                                b"P-Associated-URI: " + uris + b",", 1))
    assert sum(name == "alias" for name, _ in lines) == 15
    assert ("alias_limit", "exceeded") in lines


@pytest.mark.parametrize("old, new, said", [
    (b"To: <sip:alice", b"To: <http:alice", "To is"),
    (b"Contact: <", b"Contact: <sip:a@b>, <", "Contact is"),
    (b"Expires: 720", b"Expires: soon", "Expires is"),
    (b"REGISTER sip:", b"MESSAGE sip:", "no REGISTER")])
def test_refused(old, new, said):
    err = refused("register", "explain", "-", code=1,
                  stdin=INNER.replace(old, new, 1))
    assert said in err and TOKEN not in err


@pytest.mark.parametrize("arguments", [
    ["register"], ["register", "read"], ["register", "explain"],
    ["register", "explain", "/nonexistent/x"],
    ["register", "explain", "/dev/null", "/dev/null"]])
def test_usage(arguments):
    assert refused(*arguments, code=2)


def test_page():
    """docs/formats.md has each line that the command can print."""
    page = (TOP / "docs" / "formats.md").read_text()
    section = re.search(r"^## Third-party REGISTER$(.*?)^## ", page,
                        re.M | re.S).group(1)
    source = (TOP / "modules/mclmr/tool/register.c").read_text()
    printed = set(re.findall(r'print_line\("(\w+)"', source)) | set(
        re.findall(r'"(?:%s_)?(\w+)=[%\w]', source)) - {"name"}
    assert printed and printed <= set(
        re.findall(r"`(?:mcptt_)?(\w+)=", section))
    assert b"usage: mclmr register explain" in good(
        "register", "explain", "--help")
