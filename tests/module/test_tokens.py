# SPDX-License-Identifier: GPL-2.0-or-later
"""Access tokens in third-party REGISTERs: what they bind, for which client, and
what becomes of those that bind nothing. The tokens are signed by python3-jwt."""
import json
import re
import time

import pytest

import mc
import node
import sample
import sip
import tokens
from test_bindings import CONFIG, NEIGHBOUR, ServerNode, rows, third_party
from test_neighbour import build, told

ISSUER, AUDIENCE = "https://idms.mc.example.org", "mc"
PHONE = "urn:uuid:00000000-0000-4000-8000-000000000001"
TABLET = "urn:uuid:00000000-0000-4000-8000-000000000002"
CAR = mc.impu("car7")  # of two persons
APP = "mc_client"  # of an application, not of a client


class TokenNode(ServerNode):
    """A node that takes tokens, with more of modparams."""

    def __init__(self, peers, defines=('REGISTRATIONS="core"',), **settings):
        super().__init__(peers, *defines)
        self.edit(*sample.users_sql(
            guest={"impu": ""}, dora={"impu": CAR, "client_id": PHONE},
            emil={"impu": CAR, "client_id": TABLET}))
        self.keys = tokens.make_keys()
        self.set = self.path("jwks.json")
        self.pem = self.path("idms-pem.pem")
        self.write_keys(tokens.key_set(self.keys))
        self.pem.write_bytes(tokens.pem(self.keys["pem"]))
        lines = [("token_keys", str(self.set)), ("token_keys", str(self.pem)),
                 *settings.items()]
        text = "\n".join(f'modparam("mc_iwf", "{name}", {json.dumps(value)})'
                         for name, value in lines)
        self.config.write_text(CONFIG.replace(
            "request_route {", f"{text}\nrequest_route {{", 1))

    def write_keys(self, jwks):
        """A whole new file in the place of the old one."""
        fresh = self.path("jwks.new")
        fresh.write_text(json.dumps(jwks))
        fresh.rename(self.set)

    def token(self, key="rsa", alg="RS256", **claims):
        """A token of alice that is good for ten minutes."""
        claims = {"exp": int(time.time()) + 600, "client_id": APP, **claims}
        return tokens.token(self.keys[key], "idms-pem" if key == "pem" else key,
                            alg, **claims)


def node_with(**settings):
    """A site for the tests of a module."""
    @pytest.fixture(scope="module")
    def whole():
        with sample.running(lambda peers: TokenNode(peers, **settings)) as own:
            yield own
    return whole


_site = node_with(token_issuer=ISSUER, token_audience=AUDIENCE)
_enforcing = node_with(token_expiry="enforce", token_skew=0)
_requiring = node_with(token="required")
_both = node_with(token="required",
                  defines=('REGISTRATIONS="both"', "WITH_USRLOC"))
_refusing = node_with(rebind="refuse")
_replacing = node_with(rebind="replace")
_icscf = node_with(icscf="sip:127.0.0.15:5060")


def emptied(site):
    """The site, without any registration after a test."""
    yield site
    for row in rows(site):
        assert site.from_core(third_party(site, row["impu"], 0)).code == 200
    site.reset()


@pytest.fixture
def site(_site):
    """A node that knows issuer and audience."""
    yield from emptied(_site)


@pytest.fixture
def requiring(_requiring):
    """A node where only what is bound counts."""
    yield from emptied(_requiring)


@pytest.fixture
def enforcing(_enforcing):
    """A node where bindings end with their tokens."""
    yield from emptied(_enforcing)


def element(name, text, service="mcptt", kind="Normal"):
    """An element of an info document."""
    return (f'<{service}-{name} type="{kind}"><{service}String>{text}'
            f"</{service}String></{service}-{name}>")


def document(token, client=None, service="mcptt", more=""):
    """The info document of a client that shows a token."""
    client = element("client-id", client, service) if client else ""
    return mc.info_xml(service, element("access-token", token, service)
                       + client + more)


def info(xml, service="mcptt"):
    """Type and octets of a body that is an info document."""
    return f"application/vnd.3gpp.{service}-info+xml", xml


def multipart(*bodies):
    """Type and octets of a body of several."""
    mark = sip.token()
    parts = b"".join(b"--%s\r\nContent-Type: %s\r\n\r\n%s\r\n" % (
        mark.encode(), kind.encode(), octets) for kind, octets in bodies)
    return (f'multipart/mixed;boundary="{mark}"',
            parts + f"--{mark}--\r\n".encode())


def inner(user, body, to=None):
    """The user's own REGISTER as a body."""
    kind, octets = body
    head = (f"REGISTER sip:{mc.DOMAIN} SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 127.0.0.11:5070;branch=z9hG4bKx\r\n"
            f"From: <{mc.impu(user)}>;tag=1\r\nTo: <{to or mc.impu(user)}>\r\n"
            f"Call-ID: 1\r\nCSeq: 2 REGISTER\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(octets)}\r\n\r\n")
    return "message/sip", head.encode() + octets


def register(site, body=None, user="alice", expires=720, *associated):
    """Registers a user with a body; the node answers 200 whatever it is."""
    message = third_party(site, mc.impu(user), expires, *associated)
    if body:
        message.add("Content-Type", body[0])
        message.body = body[1]
    assert site.from_core(message).code == 200


def show(site, token, client=PHONE, user="alice"):
    """Registers a user with a token."""
    register(site, info(document(token, client)), user)


def bound(site, user="alice"):
    """What clients of a user have bound."""
    return [(one["service"], one["mc_id"], one["client_id"], one["origin"])
            for row in rows(site, mc.impu(user))
            for one in row["bindings"]]


def of(user, client=PHONE, service="mcptt"):
    """A binding as bound() tells it."""
    return service, mc.mc_id(user, service), client, "register"


@pytest.fixture
def counted(site):
    """The token's counters that have grown. (By how much is not told: a
    request may have been repeated.)"""
    def read():
        return {name: value for name, value in site.node.counters().items()
                if name.startswith("token_")}
    before = read()
    return lambda: {name[6:] for name, value in read().items()
                    if value != before[name]}


# What binds

BODIES = {
    "alone": lambda body: body,
    "multipart": lambda body: multipart(("text/plain", b"x"), body),
    "register": lambda body: inner("alice", body),
    "multipart in register": lambda body: inner("alice", multipart(body)),
    "register in multipart": lambda body: multipart(inner("alice", body)),
    "multipart in register in multipart":
        lambda body: multipart(inner("alice", multipart(body)))}


@pytest.mark.parametrize("place", BODIES)
def test_places(site, counted, place):
    """The token is found in the body and in the user's own REGISTER."""
    body = info(document(site.node.token(), PHONE))
    register(site, BODIES[place](body))
    assert bound(site) == [of("alice")]
    assert counted() == {"bound"}


@pytest.mark.parametrize("key, alg", [("ec", "ES256"), ("pem", "ES256")])
def test_keys(site, key, alg):
    """Keys of a JWK set and of PEM."""
    show(site, site.node.token(key, alg))
    assert bound(site) == [of("alice")]


def test_services(site):
    """Each document is for its service; a scope of two does not make a token
    one for both."""
    show(site, site.node.token())
    assert bound(site) == [of("alice")]
    register(site, multipart(
        info(document(site.node.token(), PHONE)),
        info(document(site.node.token(), PHONE, "mcdata"), "mcdata")))
    assert sorted(bound(site)) == [of("alice", service="mcdata"), of("alice")]


def test_clients(site):
    """Each client has its own; a new token of one replaces its old one; a
    REGISTER without a token, or with a bad one, leaves them."""
    show(site, site.node.token())
    show(site, site.node.token(), TABLET)
    show(site, site.node.token())
    assert sorted(bound(site)) == [of("alice"), of("alice", TABLET)]
    register(site)
    show(site, "no.token.this")
    assert sorted(bound(site)) == [of("alice"), of("alice", TABLET)]
    assert rows(site)[0]["bindings"][0]["expires_in"] > 700
    register(site, expires=0)
    register(site)
    assert bound(site) == []


@pytest.mark.parametrize("client, there", [
    ("c" * 255, True), ("c" * 256, False), ("a&#10;b", False),
    ("a&#127;b", False)])
def test_clients_that_are_none(site, client, there):
    """A client ID that the database could not keep with the registration, or
    that has octets of control, binds nothing."""
    show(site, site.node.token(), client)
    assert bound(site) == ([of("alice", client)] if there else [])


def test_client_of_the_token_that_is_none(site):
    """The same of one that the token alone names."""
    show(site, site.node.token(client_id="urn:uuid:" + "1" * 247), None)
    assert bound(site) == []


def test_client_of_the_token(site):
    """A token of one client names it if the document does not."""
    show(site, site.node.token(client_id=PHONE), None)
    assert bound(site) == [of("alice", PHONE)]
    register(site, expires=0)
    show(site, site.node.token(), None)
    assert bound(site) == [of("alice", "")]


def test_expiry(enforcing):
    """The binding ends with its token, the registration does not."""
    show(enforcing, enforcing.node.token(exp=int(time.time()) + 3))
    row, = rows(enforcing)
    assert row["bindings"][0]["expires_in"] <= 3
    node.wait_until(lambda: not bound(enforcing), "the end of the token")
    row, = rows(enforcing)
    assert row["expires_in"] > 600


# What it is worth

def message_of(identity, client=None):
    """A short message of whoever has an identity."""
    message = mc.core_message(identity, b"x", target=mc.KMF1)
    if client:
        message.body = message.body.replace(
            b"</mcptt-Params>",
            element("client-id", client).encode() + b"</mcptt-Params>")
    return message


def sender(site, identity="alice", client=None):
    """As whom a message of an identity reaches the IWF; code and Warning if
    it does not."""
    reply = site.from_core(message_of(identity, client))
    if reply.code != 200:
        warning = reply.get("Warning")
        return reply.code, warning and warning.split('"')[1][:3]
    got = site.iwf1.wait_request().message
    site.iwf1.forget()
    return mc.calling_user(got)


def verdict(site, *question):
    """What mc_iwf.explain says: the verdict, and whose ID it is."""
    said = site.node.rpc("mc_iwf.explain", *question)
    return said["verdict"], said["mc_id"]


UNKNOWN = 404, "141"


def test_optional(site):
    """Who has bound nothing has the IDs of the data."""
    register(site)
    assert sender(site) == sender(site, client=PHONE) == mc.mc_id("alice")
    show(site, site.node.token())
    assert sender(site) == sender(site, client=PHONE) == mc.mc_id("alice")
    assert sender(site, client=TABLET) == mc.mc_id("alice")


def test_required(requiring):
    """Only what the client has bound counts, in each service."""
    site, who = requiring, mc.impu("alice")
    assert sender(site) == UNKNOWN
    register(site)
    assert sender(site) == UNKNOWN
    assert verdict(site, who, "mcptt") == ("sender_unknown", "")
    show(site, site.node.token())
    assert sender(site) == sender(site, client=PHONE) == mc.mc_id("alice")
    assert sender(site, client=TABLET) == UNKNOWN
    assert verdict(site, who, "mcptt", mc.KMF1) == ("ok", mc.mc_id("alice"))
    assert verdict(site, who, "mcdata") == ("sender_unknown", "")
    register(site, expires=0)
    assert sender(site) == UNKNOWN


def test_called(requiring):
    """Nor is anyone reached who has bound nothing, in each service; what is
    bound as another user does not count."""
    site = requiring

    def codes():
        found = [site.from_iwf(mc.iwf_message("alice", b"x", service)).code
                 for service in ("mcptt", "mcdata")]
        site.core.forget()
        return found
    register(site)
    assert codes() == [480, 480]
    show(site, site.node.token(mcptt_id=mc.mc_id("guest")))
    assert codes() == [480, 480]
    show(site, site.node.token(), user="visitor")
    assert bound(site, "visitor") == []
    show(site, site.node.token(), TABLET)
    assert codes() == [200, 480]
    assert verdict(site, mc.IWF1, "mcptt", mc.mc_id("alice"))[0] == "ok"
    register(site, expires=0)
    register(site)
    assert codes() == [480, 480]


def test_explained_as_it_would_come(_both):
    """What is bound counts for users of a core; others are ours, whom digest
    proves."""
    dave, alice = mc.impu("dave"), mc.impu("alice")
    _both.client("dave")
    assert verdict(_both, dave, "mcptt", mc.KMF2) == ("ok", mc.mc_id("dave"))
    register(_both)
    assert verdict(_both, alice, "mcptt") == ("sender_unknown", "")
    show(_both, _both.node.token())
    assert verdict(_both, alice, "mcptt") == ("ok", mc.mc_id("alice"))
    register(_both, expires=0)
    _both.reset()


@pytest.mark.parametrize("which", ["optional", "required"])
def test_two_persons(request, which):
    """Of one identity, told apart by what their clients have bound."""
    site = request.getfixturevalue(
        "site" if which == "optional" else "requiring")
    show(site, site.node.token(mcptt_id=mc.mc_id("dora")), PHONE, "car7")
    show(site, site.node.token(mcptt_id=mc.mc_id("emil")), TABLET, "car7")
    assert sender(site, "car7", PHONE) == mc.mc_id("dora")
    assert sender(site, "car7", TABLET) == mc.mc_id("emil")
    assert sender(site, "car7")[0] == 403
    show(site, site.node.token(mcptt_id=mc.mc_id("guest")), PHONE, "car7")
    assert sender(site, "car7", PHONE) == mc.mc_id("guest")
    assert sender(site, "car7", TABLET) == mc.mc_id("emil")


def test_borrowed_by_the_data(requiring):
    """An ID of one client of an identity, shown by another one, or by one that
    does not say which it is."""
    for client in TABLET, None:
        show(requiring, requiring.node.token(mcptt_id=mc.mc_id("dora")),
             client, "car7")
        assert bound(requiring, "car7") == []
        assert sender(requiring, "car7", client) == UNKNOWN


def test_user_without_identity(site):
    """A user whose row has no IMPU is reached by that of its client's binding."""
    message = mc.iwf_message("guest", b"x")
    assert site.from_iwf(message).code == 480
    register(site, user="visitor")
    assert sender(site, "visitor") == UNKNOWN
    show(site, site.node.token(mcptt_id=mc.mc_id("guest")), user="visitor")
    assert sender(site, "visitor") == mc.mc_id("guest")
    assert verdict(site, mc.impu("visitor"), "mcptt", mc.KMF1) == (
        "ok", mc.mc_id("guest"))
    assert site.from_iwf(mc.iwf_message("guest", b"y")).code == 200
    got = site.core.wait_request().message
    assert got.uri == mc.impu("visitor")
    assert got.all("Route") == [f"<sip:{site.core.hostport};lr>"]
    site.core.forget()
    register(site, info(document(site.node.token(mcptt_id=mc.mc_id("guest")),
                                 PHONE)), "later", 3600)
    assert site.from_iwf(mc.iwf_message("guest", b"z")).code == 200
    assert site.core.wait_request().message.uri == mc.impu("later")
    site.core.forget()
    for user in "later", "visitor":
        register(site, user=user, expires=0)
    assert site.from_iwf(mc.iwf_message("guest", b"x")).code == 480


@pytest.mark.parametrize("which", ["optional", "required"])
def test_other_modules(which):
    """They are told of users by what is bound, and by the data if these count;
    of each user once, whatever its clients."""
    build()
    alice = {mc.mc_id("alice", service) for service in mc.SERVICES}
    guest = mc.mc_id("guest")
    with sample.running(lambda peers: TokenNode(
            peers, ['REGISTRATIONS="core"', f'NEIGHBOUR="{NEIGHBOUR}"'],
            token=which)) as site:
        def ids():
            found = [row["mc_id"] for row in told(site)]
            assert len(found) == len(set(found))
            return set(found)
        register(site)
        assert ids() == (alice if which == "optional" else set())
        found = site.node.rpc("neighbour.targets", mc.mc_id("alice"), "mcptt",
                              "")
        assert found["verdict"] == (
            "ok" if which == "optional" else "target_unregistered")
        show(site, site.node.token())
        assert ids() == (alice if which == "optional" else
                         {mc.mc_id("alice")})
        for client in PHONE, TABLET:
            show(site, site.node.token(mcptt_id=guest), client, "visitor")
            assert ids() == {guest}
        register(site, user="visitor")
        row, = told(site)
        assert (row["impu"], row["refreshed"]) == (mc.impu("visitor"), 1)
        found = site.node.rpc("neighbour.targets", guest, "mcptt", "")
        assert found["targets"][0]["uri"] == mc.impu("visitor")


def test_no_identity_at_all(_icscf):
    """Who has bound nothing has no IMPU that an I-CSCF could know."""
    assert _icscf.from_iwf(mc.iwf_message("guest", b"x")).code == 480
    _icscf.reset()


@pytest.mark.parametrize("column, value", [
    ("impu", "sip:other@x.org"), ("client_id", TABLET)])
def test_row_that_changes(requiring, column, value):
    """A row that is another one later ends what its ID was bound to."""
    site = requiring
    show(site, site.node.token(mcptt_id=mc.mc_id("guest")), user="visitor")
    assert sender(site, "visitor") == mc.mc_id("guest")
    try:
        site.node.edit(f"UPDATE mc_iwf_users SET {column} = '{value}' "
                       "WHERE person = 'guest'")
        node.wait_until(lambda: sender(site, "visitor") == UNKNOWN, "the change")
    finally:
        site.node.edit(f"UPDATE mc_iwf_users SET {column} = '' "
                       "WHERE person = 'guest'")
    node.wait_until(lambda: sender(site, "visitor") == mc.mc_id("guest"),
                    "the change back")


@pytest.mark.parametrize("rebind, first, second", [
    ("add", 1, 1), ("replace", 0, 1), ("refuse", 1, 0)])
def test_rebind(request, rebind, first, second):
    """An ID that is bound under a second identity."""
    site = request.getfixturevalue(
        {"add": "_site", "replace": "_replacing", "refuse": "_refusing"}[rebind])
    token = site.node.token(mcptt_id=mc.mc_id("guest"))
    for user in "one", "two":
        show(site, token, user=user)
    assert (len(bound(site, "one")), len(bound(site, "two"))) == (first, second)
    if rebind == "refuse":
        assert site.node.counters()["token_taken"] >= 1
    for user in "one", "two":
        register(site, user=user, expires=0)


def test_off():
    """With token off, which is so without keys, none is read."""
    with sample.running(lambda peers: TokenNode(peers, token="off")) as site:
        show(site, site.node.token())
        show(site, "no.token.this")
        assert bound(site) == []
        counters = site.node.counters()
        assert not any(value for name, value in counters.items()
                       if name.startswith("token_"))
        assert sender(site) == mc.mc_id("alice")


# What binds nothing

def assert_nothing(site, counted, reason):
    """No binding, and a counter says why."""
    assert bound(site) == []
    assert counted() == {reason}


NOT_GENUINE = {
    "expired": lambda own: own.token(exp=int(time.time()) - 61),
    "too_early": lambda own: own.token(nbf=int(time.time()) + 300),
    "issuer": lambda own: own.token(iss="https://idms.example.net"),
    "audience": lambda own: own.token(aud="other"),
    "scope": lambda own: own.token(scope="openid 3gpp:mc:data_service"),
    "no_id": lambda own: own.token(mcptt_id=None),
    "claim": lambda own: own.token(client_id=None),
    "no_key": lambda own: tokens.token(own.keys["rsa"], "other"),
    "forged": lambda own: tokens.changed_last(own.token()),
    "algorithm": lambda own: own.token(alg="RS384"),
    "malformed": lambda own: "eyJ.tok.en",
    "header": lambda own: tokens.token(
        own.keys["rsa"], "rsa", header={"jku": "http://127.0.0.1/"}),
    "too_large": lambda own: own.token(more="x" * 5900)}


@pytest.mark.parametrize("reason", NOT_GENUINE)
def test_not_genuine(site, counted, reason):
    """The user is registered all the same."""
    show(site, NOT_GENUINE[reason](site.node))
    assert_nothing(site, counted, reason)


def test_skew(site):
    """A clock may be a minute off."""
    show(site, site.node.token(exp=int(time.time()) - 30))
    assert bound(site) == [of("alice")]
    assert rows(site)[0]["bindings"][0]["expires_in"] > 600


@pytest.mark.parametrize("kid", ["rsa", "oct"])
def test_shared_secret(site, counted, kid):
    """What all know is no secret: the public key, a symmetric key of the
    set."""
    show(site, tokens.hs256(tokens.pem(site.node.keys["rsa"]), kid))
    assert_nothing(site, counted, "algorithm")


def test_unsigned(site, counted):
    """A token without a signature."""
    show(site, tokens.token(None, "rsa", "none"))
    assert_nothing(site, counted, "malformed")


def test_stolen(site, counted):
    """A token of a user with another identity."""
    show(site, site.node.token(mcptt_id=mc.mc_id("bob")))
    assert_nothing(site, counted, "foreign")


@pytest.mark.parametrize("user", ["stranger", "partner"])
def test_unknown(site, counted, user):
    """A token of no user, or of one whom a partner serves."""
    show(site, site.node.token(mcptt_id=mc.mc_id(user)), user=user)
    assert bound(site, user) == [] and counted() == {"unknown"}


def test_borrowed(site, counted):
    """A token of one client, shown by another."""
    show(site, site.node.token(client_id=PHONE), TABLET)
    assert_nothing(site, counted, "foreign")


@pytest.mark.parametrize("xml, reason", [
    (document("x", PHONE, more=element("access-token", "y")), "unreadable"),
    (document("x", more=element("client-id", PHONE) * 2), "unreadable"),
    (b"<mcpttinfo", "unreadable"),
    (mc.info_xml("mcptt", element("access-token", "x", kind="Encrypted")),
     "encrypted"),
    (document("x", more=element("client-id", "y", kind="Encrypted")),
     "encrypted")])
def test_documents(site, counted, xml, reason):
    """Documents that cannot be read, or not without a key."""
    register(site, info(xml))
    assert_nothing(site, counted, reason)


def test_no_token(site, counted):
    """A document without a token is none of these."""
    register(site, info(mc.info_for(mc.ORIG)))
    assert bound(site) == [] and counted() == set()


def test_foreign_register(site, counted):
    """A REGISTER of another identity inside is not looked into."""
    body = info(document(site.node.token(), PHONE))
    register(site, inner("alice", body, to=mc.impu("bob")))
    assert bound(site) == [] and counted() == set()


@pytest.mark.parametrize("place", BODIES)
def test_huge(site, counted, place):
    """A token of 60,000 octets at any depth."""
    message = third_party(site, mc.impu("alice"), 720)
    kind, message.body = BODIES[place](info(document("x" * 60000, PHONE)))
    message.add("Content-Type", kind)
    assert site.from_core(message).code == 200
    assert_nothing(site, counted, "too_large")


@pytest.mark.parametrize("settings, wrong", [
    ({"token": "yes"}, "is none of off"), ({"rebind": "maybe"}, "is none of"),
    ({"token_skew": -1}, "token_skew is 0 to 86400"),
    ({"token_algorithms": "RS256,HS256"}, "signature algorithm"),
    ({"token_algorithms": "none"}, "signature algorithm"),
    ({"registrations": "usrloc"}, "needs registrations core or both"),
    ({"token_keys": "/nowhere/keys.json"},
     "/nowhere/keys.json: a file of keys")])
def test_start(settings, wrong):
    """What makes no sense stops the start, and says why."""
    with sample.Peers() as peers:
        own = TokenNode(peers, **settings)
        try:
            with pytest.raises(AssertionError):
                own.start()
            assert wrong in own.log()
        finally:
            own.remove()


def test_log():
    """At any log level nothing of a token is in the log, good or bad."""
    with sample.running(TokenNode) as site:
        own = site.node
        own.stop()
        own.config.write_text(own.config.read_text().replace(
            "debug=2", "debug=4", 1))
        own.start()
        good = own.token()
        shown = [good, tokens.changed_last(good), own.token(iss="x" * 40),
                 own.token(exp=1), own.token(more="x" * 5900),
                 own.token(mcptt_id=mc.mc_id("bob"))]
        for token in shown:
            show(site, token)
            register(site, inner("alice", multipart(info(document(token)))))
        show(site, own.token(mcptt_id=mc.mc_id("guest")))
        assert of("guest") in bound(site)
        log = own.log()
        assert "iwf_" in log
        for token in shown:
            for part in token.split("."):
                assert part[:16] not in log and part[-16:] not in log


# Keys

def test_reread(site):
    """New keys count within a second in each process; a file that cannot be read changes nothing, and
    the log says so."""
    token = site.node.token()
    site.node.write_keys({"keys": [{"kty": "RSA", "kid": "rsa"}]})
    site.node.wait_log(re.escape(str(site.node.set)))
    show(site, token)
    assert bound(site) == [of("alice")]
    register(site, expires=0)
    site.node.write_keys({"keys": [tokens.jwk(site.node.keys["ec"], "new")]})
    new = tokens.token(site.node.keys["ec"], "new", "ES256",
                       exp=int(time.time()) + 600, client_id=APP)

    def shown(one):
        register(site, expires=0)
        show(site, one)
        return bound(site)
    try:
        node.wait_until(lambda: shown(new), "the new key")
        node.wait_until(lambda: not shown(token), "the end of the old key")
    finally:
        site.node.write_keys(tokens.key_set(site.node.keys))
