# SPDX-License-Identifier: GPL-2.0-or-later
"""Digest with SHA-256 (RFC 8760), in place of MD5."""
import pytest

import calls
import mc
import sample
import sip
from test_challenges import COUNTED, MALLORY, challenged, change, counts
from test_subscriber_down import locked

USERS = ("alice", "bob", "carol", "dave", "erin", "frank")


@pytest.fixture(scope="module")
def _sha256_site():
    with sample.running(lambda peers: sample.SampleNode(
            peers, options=["-A", "WITH_SHA256"])) as found:
        yield found


@pytest.fixture
def sha256_site(_sha256_site):
    """A node that speaks SHA-256."""
    yield _sha256_site
    _sha256_site.reset()


def answer_by(algorithm, message, challenge, user="alice",
              password="alice-secret"):
    """What a client makes of a challenge that knows this algorithm alone."""
    known = challenge.copy()
    known.headers = [(n, v.replace(", algorithm=SHA-256", "")
                      + (f", algorithm={algorithm}"
                         if n.endswith("Authenticate") else ""))
                     for n, v in known.headers]
    return sip.with_credentials(message, known, user, password)


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", ["{}", "{}@" + mc.DOMAIN])
def test_every_user_of_the_sample(sha256_site, user, name):
    """Registers, with either form of the user name."""
    client = sha256_site.stranger(user)
    message = sip.request(
        "REGISTER", f"sip:{mc.DOMAIN}", mc.impu(user), mc.impu(user),
        [("Contact", f"<{client.contact}>")])
    challenge = client.endpoint.ask(message, client.node.address)
    again = sip.with_credentials(
        message, challenge, name.format(user), f"{user}-secret")
    assert client.endpoint.ask(again, client.node.address).code == 200


@pytest.mark.parametrize("kind", COUNTED)
def test_one_challenge(sha256_site, kind):
    """It names SHA-256, and there is no other beside it; also where a
    password was wrong."""
    message = COUNTED[kind][0]()
    mallory, reply = challenged(sha256_site, message)
    before = counts(sha256_site)
    again = mallory.ask(sip.with_credentials(message, reply, "alice", "x"),
                        sha256_site.node.address)
    for told in (reply, again):
        offered = (told.all("WWW-Authenticate")
                   + told.all("Proxy-Authenticate"))
        assert ["algorithm=SHA-256" in v for v in offered] == [True]
    assert change(sha256_site, before)[1] == 1


def test_message_and_call(sha256_site):
    """Messages, calls, and requests of a client that has moved."""
    site = sha256_site
    site.client("bob")
    alice = site.client("alice")
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    assert mc.calling_user(site.iwf1.wait_request().message) == \
        mc.mc_id("alice")
    with calls.Line(site) as here, sip.UdpEndpoint(MALLORY) as moved:
        talk = here.talk()
        reply = moved.ask(talk.near.request("INFO"), site.node.address)
        assert reply.code == 407
        again = sip.with_credentials(
            talk.near.request("INFO"), reply, "alice", "alice-secret")
        assert moved.ask(again, site.node.address).code == 200
        talk.near.endpoint = moved
        assert talk.near.bye().code == 200


@pytest.mark.parametrize("kind", COUNTED)
def test_client_that_knows_md5_alone(sha256_site, kind):
    """Its proof counts for nothing, and is no wrong password."""
    message = COUNTED[kind][0]()
    mallory, reply = challenged(sha256_site, message)
    before = counts(sha256_site)
    again = mallory.ask(answer_by("MD5", message, reply),
                        sha256_site.node.address)
    assert again.code == reply.code
    assert change(sha256_site, before) == (0, 0, 0)


@pytest.mark.parametrize("kind", COUNTED)
def test_client_that_knows_sha256_alone(site, kind):
    """The same at a node that speaks MD5."""
    message = COUNTED[kind][0]()
    mallory, reply = challenged(site, message)
    before = counts(site)
    again = mallory.ask(answer_by("SHA-256", message, reply),
                        site.node.address)
    assert again.code == reply.code
    assert change(site, before) == (0, 0, 0)


def test_nobody_can_look(sha256_site):
    """The database is asked as with MD5."""
    message = COUNTED["register"][0]()
    alice, reply = challenged(sha256_site, message)
    with locked(sha256_site):
        again = sip.with_credentials(message, reply, "alice", "alice-secret")
        assert alice.ask(again, sha256_site.node.address).code == 503
