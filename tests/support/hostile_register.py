# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies of third-party REGISTERs that no honest client writes: what an S-CSCF
hands over is what a client wrote. A secret is where a token would be."""
import isc
import mc
import publications
import sip
import tokens

SECRET = "U0VDUkVULUFDQ0VTUy1UT0tFTg"
MOST = 60_000  # octets
FORMS = {}


def form(make):
    """Registers a form under its name; make(user) gives type and octets."""
    FORMS[make.__name__] = make
    return make


def info(token, user="alice", inner=""):
    """An info document that shows a token."""
    return ("application/vnd.3gpp.mcptt-info+xml", publications.info(
        client=f"urn:uuid:{user}", token=token).replace(
            b"<mcptt-Params>", b"<mcptt-Params>" + inner.encode()))


def inside(user, body, more=""):
    """The user's own REGISTER around a body."""
    kind, octets = body
    return "message/sip", (
        f"REGISTER sip:{isc.REALM} SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.11:5070;branch=z9hG4bKx\r\n"
        f"From: <{isc.impu(user)}>;tag=1\r\nTo: <{isc.impu(user)}>\r\n"
        f"Call-ID: 1\r\nCSeq: 2 REGISTER\r\n{more}Content-Type: {kind}\r\n"
        f"Content-Length: {len(octets)}\r\n\r\n").encode() + octets


def around(*bodies, mark="b"):
    """Several bodies in one."""
    return (f'multipart/mixed;boundary="{mark}"',
            publications.multipart(*bodies, boundary=mark))


def jws(header, claims="{}", signature=b"x"):
    """Something in the form of a token."""
    return (f"{tokens.url(header.encode())}.{tokens.url(claims.encode())}"
            f".{tokens.url(signature)}")


@form
def nested(user, depth=40):
    """multipart in message/sip in multipart, and so on."""
    body = info(SECRET, user)
    for level in range(depth):
        body = inside(user, around(body, mark=f"b{level}"))
    return body


@form
def nested_parts(user, depth=300):
    """multipart in multipart."""
    body = info(SECRET, user)
    for level in range(depth):
        body = around(body, mark=f"b{level}")
    return inside(user, body)


@form
def same_boundary(user):
    """All levels end at once."""
    body = info(SECRET, user)
    for _ in range(10):
        body = around(body, body)
        if len(body[1]) > MOST / 3:
            break
    return inside(user, body)


@form
def large_token(user):
    """A token of 60,000 octets."""
    return inside(user, info(SECRET * (MOST // len(SECRET) - 20), user))


@form
def large_parts_of_a_token(user):
    """The same in the form of one."""
    return inside(user, info(jws(
        '{"alg":"RS256","kid":"rsa"}', SECRET * 800, b"x" * 20000), user))


@form
def deep_header(user):
    """A header that is 6,000 lists deep."""
    return info(jws('{"alg":' + "[" * 2900 + "]" * 2900 + f',"x":"{SECRET}"}}',
                    ), user)


@form
def many_dots(user):
    """A token of many parts."""
    return info("." * 8000 + SECRET, user)


@form
def many_tokens(user):
    """An info document with a token in each of many parts."""
    part = info(jws('{"alg":"ES256","kid":"ec"}', f'{{"x":"{SECRET}"}}'), user)
    return around(*([part] * (MOST // (len(part[1]) + 100))))


@form
def many_registers(user):
    """The REGISTER of many others beside the user's own."""
    return around(*(inside(f"{user}{n}", info(SECRET)) for n in range(80)))


@form
def many_parts(user):
    """Thousands of empty parts."""
    mark = b"--b\r\n\r\n"
    return 'multipart/mixed;boundary=b', (
        mark * (MOST // len(mark)) + SECRET.encode())


@form
def no_end(_user):
    """A boundary that is never there."""
    return "multipart/mixed;boundary=" + "b" * 60, (
        b"--" + b"b" * 59 + b"\r\n" + SECRET.encode()) * 500


@form
def billion_laughs(user):
    """Entities of entities."""
    lines = "".join(f'<!ENTITY e{n} "{"&e%d;" % (n - 1) * 10}">'
                    for n in range(1, 12))
    kind, octets = info("&e11;", user)
    return kind, (f'<!DOCTYPE mcpttinfo [<!ENTITY e0 "{SECRET}">{lines}]>'
                  ).encode() + octets


@form
def deep_document(user):
    """Elements of elements."""
    return info(SECRET, user, "<x>" * 8000 + "</x>" * 8000)


@form
def coded(user):
    """Another coding than it says."""
    kind, octets = info(SECRET, user)
    return inside(user, (kind, octets),
                  "Content-Encoding: gzip\r\n"
                  "Content-Transfer-Encoding: base64\r\n")


@form
def wrong_length(user):
    """More and less than there is."""
    kind, octets = inside(user, info(SECRET, user))
    return kind, octets.replace(b"Content-Length: ", b"Content-Length: 9999")


@form
def many_fields(user):
    """Thousands of header fields before what is looked for."""
    return inside(user, info(SECRET, user), "X: y\r\n" * 8000)


@form
def folded(user):
    """A field of thousands of lines."""
    return inside(user, info(SECRET, user), "X:" + "\r\n y" * 12000 + "\r\n")


@form
def zeros(user):
    """Octets of no text."""
    return inside(user, ("application/vnd.3gpp.mcptt-info+xml",
                         b"\0" * MOST + SECRET.encode()))


def register(core, user, body, expires=720):
    """The third-party REGISTER with a body."""
    kind, octets = body
    message = core.third_party(user, expires, **{
        "P-Associated-URI": f"<{isc.impu(user)}>", "Content-Type": kind})
    message.body = octets[:MOST]
    return message


def good(user="alice"):
    """A body with a token that binds, and the key set that it takes."""
    key = tokens.ec_key()
    body = inside(user, info(tokens.token(
        key, "ec", "ES256", mcptt_id=mc.mc_id(user),
        client_id=f"urn:uuid:{user}"), user))
    return body, {"keys": [tokens.jwk(key, "ec")]}


def bound(site):
    """What clients have bound, as pairs of an IMPU and a MC service ID."""
    found, place = [], "0"
    while True:
        page = site.node.rpc("mc_iwf.bindings", "*", place)
        found += [(row["impu"], one["mc_id"])
                  for row in page["registrations"] for one in row["bindings"]]
        if not page["next"]:
            return found
        place = str(page["next"])


def answered(core, message, timeout=sip.TIMEOUT):
    """The code that answers it, repeated as RFC 3261 17.1.2 says."""
    return core.endpoint.insist(
        message, core.site.node.address, timeout).code
