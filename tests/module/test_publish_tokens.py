# SPDX-License-Identifier: GPL-2.0-or-later
"""Access tokens in a PUBLISH of service settings: what they bind, for which
client, how long, and what is refused (mc-as.cfg). The tokens are signed by
python3-jwt."""
import json
import random
import time

import pytest

import isc
import mc
import mutants
import node
import sample
import sip
import tokens
from publications import (
    CLIENT, OTHER, POC, info, info_type, multipart, publish, settings)
from test_publications import tag_of

KEYS = tokens.make_keys()
MIXED = "multipart/mixed;boundary=b1"


def running(folder, **more):
    """A node that takes tokens, with more of modparams."""
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(tokens.key_set(KEYS)))
    lines = "".join(f'modparam("mc_iwf", "{name}", {json.dumps(value)})\n'
                    for name, value in {"token_keys": str(keys),
                                        **more}.items())
    return sample.running(lambda peers: isc.node_of_core(peers, "\n" + lines))


def sites(**more):
    """A site for the tests of a module."""
    @pytest.fixture(scope="module")
    def whole(tmp_path_factory):
        with running(tmp_path_factory.mktemp("keys"), **more) as found:
            yield found
    return whole


_optional = sites()
_required = sites(token="required")
_enforcing = sites(token_expiry="enforce", token_skew=0)
_off = sites(token="off")


def registered(site):
    """A core that has registered alice, without anything else after a test."""
    core = isc.Core(site)
    assert core.register("alice").code == 200
    yield core
    for row in rows(core):
        ended = core.register("x", To=f"<{row['impu']}>", expires=0)
        assert ended.code == 200
    site.reset()


@pytest.fixture(name="core")
def _core(_optional):
    yield from registered(_optional)


@pytest.fixture
def required(_required):
    """Where MC service IDs are those that clients have bound."""
    yield from registered(_required)


@pytest.fixture
def enforcing(_enforcing):
    """Where bindings end with their tokens."""
    yield from registered(_enforcing)


@pytest.fixture
def off(_off):
    """A node that reads none."""
    yield from registered(_off)


def rows(core, user=""):
    """The registrations of a user."""
    return core.site.node.rpc(
        "mc_iwf.bindings", isc.impu(user) if user else "*")["registrations"]


def bound(core, user="alice"):
    """What the clients of a user have bound: client and ID, by service."""
    row, = rows(core, user)
    return sorted((b["service"], b["client_id"], b["mc_id"], b["origin"])
                  for b in row["bindings"])


def token(key="ec", alg="ES256", **claims):
    """A token of alice that is good for ten minutes."""
    return tokens.token(KEYS[key], key, alg, **{
        "exp": int(time.time()) + 600, "client_id": "mc_client",
        "mcdata_id": mc.mc_id("alice", "mcdata"), **claims})


def body_of(client, shown, service="mcptt"):
    """A body with settings, and a token or none."""
    return multipart((info_type(service), info(service, client, shown)),
                     (POC, settings(client)))


def ask(core, shown=None, client=CLIENT, user="alice", service="mcptt", **how):
    """The answer to a PUBLISH with a body."""
    message = publish(user, body_of(client, shown, service), MIXED, **how)
    return core.ask(message, user)


def ask_again(core, tag, user="alice", **how):
    """The answer to one without a body."""
    return core.ask(publish(user, etag=tag, **how), user)


def row(client, service="mcptt", origin="publish"):
    """Alice's ID of a service, bound by a client."""
    return service, client, mc.mc_id("alice", service), origin


def test_bound(core):
    """A token binds the ID of its service for the client, in the place of what
    it had; what comes later needs none."""
    before = core.site.node.counters()["token_bound"]
    tag = tag_of(ask(core, token()))
    assert bound(core) == [row(CLIENT)]
    for body in False, True:
        reply = ask(core, etag=tag) if body else ask_again(core, tag)
        tag = tag_of(reply)
        assert bound(core) == [row(CLIENT)]
    tag = tag_of(ask(core))
    assert bound(core) == [row(CLIENT)]
    tag = tag_of(ask(core, token("rsa", "RS256"), etag=tag))
    assert bound(core) == [row(CLIENT)]
    assert core.site.node.counters()["token_bound"] == before + 2
    assert ask_again(core, tag, expires=0).code == 200
    assert not bound(core)


def test_devices(core):
    """Expires 0 ends what its own client has bound by PUBLISH, and neither what
    others have nor what it has by REGISTER."""
    shown = info(client=CLIENT, token=token())
    server = core.endpoint
    message = sip.Message(f"REGISTER {core.server} SIP/2.0", [
        ("To", f"<{isc.impu('alice')}>"),
        ("From", f"<{core.uri}>;tag={sip.token()}"), ("CSeq", "10 REGISTER"),
        ("Call-ID", sip.token()), ("Max-Forwards", "10"), ("Expires", "720"),
        ("Contact", f"<{core.uri}>"),
        ("Content-Type", info_type())], shown)
    assert server.ask(message, core.site.node.address).code == 200
    one, other = (tag_of(ask(core, token(), client))
                  for client in (CLIENT, OTHER))
    data = tag_of(ask(core, token(), OTHER, service="mcdata"))
    register = row(CLIENT, origin="register")
    assert bound(core) == sorted([
        register, row(CLIENT), row(OTHER), row(OTHER, "mcdata")])
    assert ask_again(core, one, expires=0).code == 200
    assert bound(core) == sorted([
        register, row(OTHER), row(OTHER, "mcdata")])
    assert ask_again(core, data, expires=0).code == 200
    assert bound(core) == sorted([register, row(OTHER)])
    assert ask(core, client=OTHER, expires=0).code == 200
    assert bound(core) == [register]
    assert ask_again(core, other).code == 412


def test_end_of_the_registration(core):
    """Nothing outlives it."""
    tag_of(ask(core, token(), expires=4294967295))
    assert core.register("alice", expires=0).code == 200
    assert core.register("alice").code == 200
    assert not bound(core)


def test_expires(core):
    """A binding ends with its publication."""
    tag_of(ask(core, token(), expires=1))
    node.wait_until(lambda: not bound(core), "the end", sip.TIMEOUT)


def refused_tokens():
    """Names, tokens, and the counters of their refusals."""
    good = token()
    head, claims, seal = good.split(".")
    none = tokens.url(b'{"alg":"none"}')
    return {
        "garbage": ("x", "token_malformed"),
        "empty": ("", None),
        "expired": (token(exp=int(time.time()) - 600), "token_expired"),
        "none": (f"{none}.{claims}.", None),
        "seal": (f"{head}.{claims}.{seal[:-4]}AAAA", None),
        "hmac": (tokens.jwt.encode(
            {"exp": int(time.time()) + 600}, tokens.url(b"k" * 32), "HS256",
            {"kid": "ec"}), None),
        "scope": (token(scope="openid"), "token_scope"),
        "key": (token("p384", "ES384"), None),
        "of another user": (token(mcptt_id=mc.mc_id("dave")), "token_foreign"),
        "of no user": (token(mcptt_id="sip:x@y"), "token_unknown"),
        "of another client": (token(client_id="urn:uuid:1"), "token_foreign"),
        "large": (good + "A" * 9000, None)}


@pytest.mark.parametrize("name", refused_tokens())
def test_refused(core, name):
    """403 with 101, and all is as it was; the token is in no log."""
    shown, counter = refused_tokens()[name]
    tag = tag_of(ask(core, token()))
    log = len(core.site.node.log())
    before = core.site.node.counters()
    for how in {}, {"etag": tag}, {"client": OTHER}:
        reply = ask(core, shown, **how)
        assert reply.code in (403, 400), reply.start
        if name not in ("empty", "large"):
            assert reply.code == 403
            assert "101 service authorisation failed" in reply.get("Warning")
        assert not reply.all("SIP-ETag")
    after = core.site.node.counters()
    if counter:
        assert after[counter] == before[counter] + 3
    assert bound(core) == [row(CLIENT)]
    assert ask_again(core, tag).code == 200
    if len(shown) > 9:
        assert shown[:60] not in core.site.node.log()[log:]


def test_encrypted(core):
    """There is no key for it here."""
    before = core.site.node.counters()["token_encrypted"]
    document = info(token=token()).replace(
        b'access-token type="Normal"', b'access-token type="Encrypted"')
    message = publish("alice", multipart((info_type(), document),
                                         (POC, settings())), MIXED)
    reply = core.ask(message, "alice")
    assert reply.code == 403 and "101" in reply.get("Warning")
    assert core.site.node.counters()["token_encrypted"] == before + 1
    assert not bound(core)


def test_stolen(core):
    """Another user's token binds nothing under one's own identity."""
    assert core.register("dave", **{"P-Associated-URI": None}).code == 200
    reply = ask(core, token(), user="dave")
    assert reply.code == 403 and "101" in reply.get("Warning")
    assert not bound(core, "dave")


def test_two_persons_of_one_identity(core):
    """Each of them is told apart by the client: the row of a user names the
    client that may have the ID."""
    assert core.register("car7", **{"P-Associated-URI": None}).code == 200
    clients = {"bob": "urn:uuid:00000000-0000-4000-8000-00000000b0b0",
               "carol": "urn:uuid:00000000-0000-4000-8000-0000000ca401"}
    for user, other in ("bob", "carol"), ("carol", "bob"):
        shown = token(mcptt_id=mc.mc_id(user))
        reply = ask(core, shown, clients[other], user="car7")
        assert reply.code == 403 and "101" in reply.get("Warning")
        assert ask(core, shown, clients[user], user="car7").code == 200
    assert bound(core, "car7") == [
        ("mcptt", clients[user], mc.mc_id(user), "publish")
        for user in ("bob", "carol")]


def test_stolen_client(core):
    """A token binds for the client that publishes, and for no other: without a
    client ID in the info part, too."""
    document = info(token=token()).partition(b"<mcptt-client-id")
    document = document[0] + document[2].partition(b"</mcptt-client-id>")[2]
    message = publish("alice", multipart((info_type(), document),
                                         (POC, settings(OTHER))), MIXED)
    tag_of(core.ask(message, "alice"))
    assert bound(core) == [row(OTHER)]


def test_required(required):
    """Who has bound nothing is unknown, also for a publication without a
    token; after that settings alone are taken."""
    for client in CLIENT, OTHER:
        reply = ask(required, client=client)
        assert reply.code == 404 and "141" in reply.get("Warning")
    tag = tag_of(ask(required, token()))
    tag_of(ask(required, client=OTHER))
    assert tag_of(ask_again(required, tag)) != tag


def test_messages(required):
    """A user may send while a client has bound the ID, and not before or
    after."""
    def code():
        reply = required.ask(isc.message_of("alice"), "alice")
        assert reply.code == 200 or "141" in reply.get("Warning")
        return reply.code
    assert code() == 404
    tag = tag_of(ask(required, token()))
    assert code() == 200
    assert mc.calling_user(
        required.site.iwf1.wait_request().message) == mc.mc_id("alice")
    assert ask_again(required, tag, expires=0).code == 200
    assert code() == 404


def test_enforced(enforcing):
    """No binding outlives its token, however it is refreshed; Expires in the
    answer says when that is. A new token goes on."""
    reply = ask(enforcing, token(exp=int(time.time()) + 300))
    for _ in range(2):
        tag = tag_of(reply)
        assert 200 < int(reply.get("Expires")) <= 300
        reply = ask_again(enforcing, tag, expires=3600)
    tag = tag_of(reply)
    reply = ask(enforcing, token(exp=int(time.time()) + 3000), etag=tag)
    assert 2900 < int(reply.get("Expires")) <= 3000
    reply = ask_again(enforcing, tag_of(reply), expires=60)
    assert reply.get("Expires") == "60"


def test_off(off):
    """Then no token is looked at, whatever it is."""
    for shown in "x", token():
        assert ask(off, shown).code == 200
        assert all(mc_id == "" for _, _, mc_id, _ in bound(off))
    assert off.ask(isc.message_of("alice"), "alice").code == 200


def test_optional_without_a_token(core):
    """A publication that binds nothing leaves the user the IDs of the data."""
    tag_of(ask(core))
    assert core.ask(isc.message_of("alice"), "alice").code == 200
    assert mc.calling_user(
        core.site.iwf1.wait_request().message) == mc.mc_id("alice")


def test_mutated(core):
    """Whatever is made of a PUBLISH: the node lives, no one has an ID that is
    not his, and no token is in the log."""
    rnd, shown = random.Random(7), token()
    log = len(core.site.node.log())
    for number in range(400):
        message = publish("alice", body_of(f"urn:uuid:{number % 40}", shown),
                          MIXED, etag=rnd.choice((None, None, "0" * 32)))
        core.endpoint.prepare(core.hand(message, "alice"))
        core.endpoint.send_octets(mutants.mutate(rnd, bytes(message)),
                                  core.site.node.address)
        if number % 20 == 0:
            ask(core, shown)
    tag_of(ask(core, shown, "urn:uuid:0", expires=0))
    bindings = bound(core)
    assert len(bindings) <= 16
    assert {(service, mc_id) for service, _, mc_id, _ in bindings} <= {
        ("mcptt", mc.mc_id("alice")), ("", "")}
    assert not core.site.node.crashes()
    assert shown.split(".")[1] not in core.site.node.log()[log:]
    assert len(core.site.node.log()) - log < 100_000
