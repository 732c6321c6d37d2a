# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom a password proves: one user, in every way its URI may be written."""

import pytest

import calls
import mc
import sip

ALICE = mc.impu("alice")

# URIs that mean alice (RFC 3261 19.1.4; what the registrar does not compare,
# scheme and port, is not compared).
SAME = ["sip:alice@MC.Example.ORG", "SIP:alice@mc.example.org",
        "sip:%61lice@mc.example.org", "sips:alice@mc.example.org",
        "sip:alice@mc.example.org:5060", "sip:alice@mc.example.org;user=ip"]
# URIs that mean another user, or none.
OTHER = [mc.impu("bob"), "sip:Alice@mc.example.org",
         "sip:%41lice@mc.example.org", "sip:alice@mc.example.org.",
         "sip:alice@other.example", "sip:alice@127.0.0.1",
         "sip:alice:x@mc.example.org", "sip:alice%40mc.example.org@x.example",
         "sip:mc.example.org", "tel:+431234"]

# Credentials of bob's that are not checked: of another realm, of ours
# without a proof, and in a field of the other kind.
FORGED = 'Digest username="bob", realm="{}", nonce="x", uri="sip:x", ' \
         'response="00000000000000000000000000000000"'


def register(client, to=ALICE, sender=None, uri=f"sip:{mc.DOMAIN}"):
    """A REGISTER of the client's contact; by default as alice."""
    return sip.request("REGISTER", uri, sender or to, to, [
        ("Contact", f"<{client.contact}>;expires=600")])


def text(sender, target="bob"):
    """An ordinary MESSAGE."""
    return sip.request("MESSAGE", mc.impu(target), sender, mc.impu(target),
                       [("Content-Type", "text/plain")], b"hello")


def proven(client, message, user="alice", **how):
    """The request once more, with the credentials that it was asked for."""
    challenge = client.endpoint.ask(message, client.node.address)
    assert challenge.code in (401, 407)
    return sip.with_credentials(
        message, challenge, user, "alice-secret", **how)


def ask(client, message):
    """The final response."""
    return client.endpoint.ask(message, client.node.address)


# REGISTER

@pytest.mark.parametrize("to", SAME)
def test_register_in_other_words(site, to):
    """The contact is alice's, and is found."""
    alice = site.stranger("alice")
    assert ask(alice, proven(alice, register(alice, to))).code == 200
    assert site.client("bob").ask(text(mc.impu("bob"), "alice")).code == 200
    assert alice.endpoint.wait_request().message.body == b"hello"


@pytest.mark.parametrize("sender", [None, ALICE])
@pytest.mark.parametrize("to", OTHER)
def test_register_another(site, to, sender):
    """alice's password registers no contact for others, whatever From is."""
    bob, alice = site.client("bob"), site.stranger("alice")
    reply = ask(alice, proven(alice, register(alice, to, sender)))
    assert reply.code == 403
    assert not reply.all("Contact")
    assert site.client("carol").ask(text(mc.impu("carol"))).code == 200
    bob.endpoint.wait_request()
    assert not alice.endpoint.requests()


@pytest.mark.parametrize("name", ["Authorization", "Proxy-Authorization"])
@pytest.mark.parametrize("realm", ["x.example", mc.DOMAIN])
@pytest.mark.parametrize("first", [True, False])
def test_register_with_credentials_of_another(site, name, realm, first):
    """Only those that were checked tell who it is."""
    alice = site.stranger("alice")
    message = proven(alice, register(alice, mc.impu("bob")))
    message.headers.insert(0 if first else len(message.headers),
                           (name, FORGED.format(realm)))
    reply = ask(alice, message)
    assert reply.code in (401, 403)
    assert not reply.all("Contact")


@pytest.mark.parametrize("uri, code", [
    ("sip:MC.Example.ORG", 200), ("sip:other.example", 404),
    ("sip:mc.example.org.", 404)])
def test_where_one_registers(site, uri, code):
    """Only with us, however our name is written."""
    alice = site.stranger("alice")
    message = register(alice, uri=uri)
    reply = ask(alice, message)
    if code == 200:
        reply = ask(alice, sip.with_credentials(
            message, reply, "alice", "alice-secret"))
    assert reply.code == code


def test_long_user_name(site):
    """A digest user with its domain is the same user (column ha1b)."""
    alice = site.stranger("alice")
    message = proven(alice, register(alice), "alice@mc.example.org")
    assert ask(alice, message).code == 200


@pytest.fixture
def namesake(site):
    """A digest user of another domain, with the name of one of ours."""
    ha1b = sip.digest(f"alice@other.example:{mc.DOMAIN}:alice-secret")
    site.node.edit_node(
        "INSERT INTO subscriber (username, domain, ha1b) VALUES"
        f" ('alice', 'other.example', '{ha1b}')")
    yield "alice@other.example"
    site.node.edit_node("DELETE FROM subscriber WHERE domain != "
                        f"'{mc.DOMAIN}'")


@pytest.mark.parametrize("to", [ALICE, "sip:alice@other.example"])
def test_namesake(site, namesake, to):
    """The domain of the user counts, too."""
    alice = site.stranger("alice")
    assert ask(alice, proven(alice, register(alice, to), namesake)
               ).code == 403


@pytest.fixture
def capital(site):
    """A digest user whose name differs from alice's by its case."""
    ha1 = sip.digest(f"Alice:{mc.DOMAIN}:alice-secret")
    site.node.edit_node("INSERT INTO subscriber (username, domain, ha1) "
                        f"VALUES ('Alice', '{mc.DOMAIN}', '{ha1}')")
    yield "Alice"
    site.node.edit_node("DELETE FROM subscriber WHERE username = 'Alice'")


def test_names_of_other_case(site, capital):
    """Two users: neither gets what is meant for the other."""
    alice, other = site.client("alice"), site.stranger("alice")
    other.user = capital
    message = register(other, mc.impu(capital))
    assert ask(other, proven(other, message, capital)).code == 200
    bob = site.client("bob")
    for target, place in (("alice", alice), (capital, other)):
        assert bob.ask(text(mc.impu("bob"), target)).code == 200
        assert place.endpoint.wait_request().message.uri == \
            f"sip:{target}@{place.endpoint.hostport}"
    assert len(alice.endpoint.requests()) == 1
    assert len(other.endpoint.requests()) == 1
    other.user = "alice"
    site.clients.remove(other)
    message = register(other, mc.impu(capital)).set("Expires", "0")
    message.set("Contact", "*")
    assert ask(other, proven(other, message, capital)).code == 200
    other.close()


# MESSAGE

@pytest.mark.parametrize("sender", SAME)
def test_text_in_other_words(site, sender):
    """It leaves with the one name that the registrar knows."""
    alice, bob = site.client("alice"), site.client("bob")
    assert alice.ask(text(sender)).code == 200
    got = bob.endpoint.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{ALICE}>"]


@pytest.mark.parametrize("sender", OTHER)
def test_text_as_another(site, sender):
    """From has to be who was proven."""
    alice, bob = site.client("alice"), site.client("bob")
    assert alice.ask(text(sender)).code == 403
    assert not bob.endpoint.requests()


@pytest.mark.parametrize("name", ["Authorization", "Proxy-Authorization"])
@pytest.mark.parametrize("realm", ["x.example", mc.DOMAIN])
@pytest.mark.parametrize("first", [True, False])
def test_text_with_credentials_of_another(site, name, realm, first):
    """Only those that were checked tell who it is."""
    alice, carol = site.client("alice"), site.client("carol")
    message = proven(alice, text(mc.impu("bob"), "carol"))
    message.headers.insert(0 if first else len(message.headers),
                           (name, FORGED.format(realm)))
    assert ask(alice, message).code in (403, 407)
    assert not carol.endpoint.requests()


@pytest.mark.parametrize("target", [u for u in SAME if u != SAME[3]])
def test_text_to_other_words(site, target):
    """Who is meant is compared in the same way."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text(mc.impu("bob"), "alice")
    message.start = f"MESSAGE {target} SIP/2.0"
    assert bob.ask(message).code == 200
    assert alice.endpoint.wait_request().message.body == b"hello"


@pytest.mark.parametrize("target", [
    u for u in OTHER if not u.startswith(("tel:", mc.impu("bob")))
    and ":x@" not in u])
def test_text_to_another(site, target):
    """And no other user's contact is found."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text(mc.impu("bob"), "alice")
    message.start = f"MESSAGE {target} SIP/2.0"
    assert bob.ask(message).code >= 400
    assert not alice.endpoint.requests()


# Within a call

@pytest.mark.parametrize("form, side", [("private", "near"),
                                        ("from-lmr", "far")])
def test_prack_proves_nobody(dial, form, side):
    """Module auth lets it pass: from another address it is refused, and what
    comes after it is asked for a password as before."""
    talk = dial(form).talk()
    party = getattr(talk, side)
    other = talk.far if side == "near" else talk.near
    forged = [("Proxy-Authorization", FORGED.format(mc.DOMAIN).replace(
        "bob", "alice")), ("RAck", "1 1 INVITE")]
    with sip.UdpEndpoint("127.0.0.77") as mallory:
        for method, code in (("PRACK", 403), ("BYE", 407)):
            reply = mallory.ask(party.request(method, None, forged),
                                party.server)
            assert reply.code == code
            assert not other.requests(method)
    assert talk.near.bye().code == 200


def test_call_with_credentials_of_another(dial):
    """bob with his password, and alice's name in front of it."""
    talk = dial().talk()
    with sip.UdpEndpoint("127.0.0.77") as mallory:
        reply = mallory.ask(talk.near.request("INFO"), talk.near.server)
        again = sip.with_credentials(
            talk.near.request("INFO"), reply, "bob", "bob-secret")
        again.headers.insert(0, ("Proxy-Authorization", FORGED.format(
            "x.example").replace("bob", "alice")))
        assert mallory.ask(again, talk.near.server).code == 403
    assert not talk.far.requests("INFO")
    assert talk.near.bye().code == 200


@pytest.mark.parametrize("form, side", [("private", "near"),
                                        ("from-lmr", "far")])
def test_moved_client_in_other_words(new_site, form, side):
    """The rows may write the user's host as they like."""
    site = new_site(sql=["UPDATE mc_iwf_users SET impu = replace(impu,"
                         " 'mc.example.org', 'MC.Example.ORG')"])
    with calls.Line(site, form) as here, \
            sip.UdpEndpoint("127.0.0.77") as moved:
        talk = here.talk()
        party = getattr(talk, side)
        party.endpoint = moved
        reply = moved.ask(party.request("INFO"), party.server)
        assert reply.code == 407
        again = sip.with_credentials(
            party.request("INFO"), reply, "alice", "alice-secret")
        assert moved.ask(again, party.server).code == 200
        assert talk.near.bye().code == 200


# The same credentials once more

@pytest.mark.parametrize("make", [register, lambda _: text(ALICE)],
                         ids=["register", "text"])
@pytest.mark.parametrize("qop", [True, False])
def test_replayed_credentials(site, make, qop):
    """They are good once; the client is told that only the nonce is old."""
    site.client("bob")
    alice = site.client("alice")
    message = proven(alice, make(alice), qop=qop)
    assert ask(alice, message.copy()).code == 200
    reply = ask(alice, message.set("Call-ID", sip.token("c")))
    assert reply.code in (401, 407)
    assert ", stale=true" in str(reply.headers)


def test_rising_count(site):
    """A nonce is good again with the next count, and with no other."""
    alice = site.client("alice")
    message = register(alice)
    challenge = ask(alice, message)
    for count, code in ((1, 200), (2, 200), (2, 401), (1, 401)):
        again = sip.with_credentials(
            message, challenge, "alice", "alice-secret", count=count)
        assert ask(alice, again).code == code


def test_hash_does_not_outlive_the_look(new_site):
    """What the row of subscriber holds of the password is nowhere in the
    transaction; who was proven is."""
    site = new_site(extra='event_route[mc_iwf:forwarded] {\n'
                    '\txlog("PROVEN $avp(proven) HASH $avp(hash)"\n'
                    '\t\t" $avp(long_hash)\\n");\n}')
    assert site.client("alice").ask(
        mc.client_message("alice", b"x")).code == 200
    site.node.wait_log("PROVEN alice HASH <null> <null>")
