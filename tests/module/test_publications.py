# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of an IMS core publish their service settings: RFC 3903 at the
application server (mc-as.cfg)."""
import re

import pytest

import isc
import mc
import node
import sample
import sip
from publications import (
    CLIENT, OTHER, POC, TAG, info, info_type, multipart, publish, settings)


@pytest.fixture(scope="module", name="_as_site")
def _a_site():
    with sample.running(isc.node_of_core) as found:
        yield found


@pytest.fixture(name="core")
def _core(_as_site):
    core = isc.Core(_as_site)
    assert core.register("alice").code == 200
    yield core
    for row in _as_site.node.rpc("mc_iwf.bindings")["registrations"]:
        assert core.register(
            "x", To=f"<{row['impu']}>", expires=0).code == 200
    _as_site.reset()


@pytest.fixture(scope="module", name="_brief_site")
def _a_brief_site():
    with sample.running(lambda peers: isc.node_of_core(peers, BRIEF)) as found:
        yield found


@pytest.fixture(name="brief")
def _brief(_brief_site):
    """A node that has a minimum."""
    core = isc.Core(_brief_site)
    assert core.register("alice").code == 200
    yield core
    _brief_site.reset()


def ask(core, *arguments, user="alice", session=isc.ORIG, **how):
    """The answer to a PUBLISH of a user."""
    return core.ask(publish(user, *arguments, **how), user, session)


def new(core, client=CLIENT, **how):
    """The answer to a new publication of a client, which is taken."""
    reply = ask(core, settings(client), **how)
    assert reply.code == 200, reply.start
    return reply


def register_bob(core):
    """Another user, with no identity of alice's."""
    fields = {"P-Associated-URI": None}
    assert core.register("bob", **fields).code == 200


def tag_of(reply):
    """The entity-tag in a 200."""
    assert reply.code == 200, reply.start
    tag, = reply.all("SIP-ETag")
    assert re.fullmatch(TAG, tag)
    return tag


def test_published(core):
    """Published, refreshed twice, changed, ended: each 200 has another tag, and
    the one before it is known no more."""
    before = core.site.node.counters()
    reply = new(core)
    assert reply.get("Expires") == "3600"
    tags = [tag_of(reply)]
    for body in None, None, settings():
        reply = ask(core, body, etag=tags[-1], expires=600)
        assert reply.get("Expires") == "600"
        assert ask(core, body, etag=tags[-1]).code == 412
        tags.append(tag_of(reply))
    reply = ask(core, etag=tags[-1], expires=0)
    assert reply.get("Expires") == "0"
    tags.append(tag_of(reply))
    assert len(set(tags)) == 5
    for tag in tags:
        assert ask(core, etag=tag).code == 412
    after = core.site.node.counters()
    assert after["published"] - before["published"] == 4
    assert after["unpublished"] - before["unpublished"] == 1
    assert after["refused_publication_unknown"] \
        - before["refused_publication_unknown"] == 8


@pytest.mark.parametrize("expires, told", [
    ("604800", "604800"), ("604801", "604800"), ("2147483648", "604800"),
    ("4294967295", "604800"), (None, "604800"), ("1", "1")])
def test_longest(core, expires, told):
    """What is too long is shortened, and who says nothing gets the most."""
    assert new(core, expires=expires).get("Expires") == told


@pytest.mark.parametrize("expires", [
    "4294967296", "99999999999999999999", "-1", "soon", "3600;x", "36 00"])
def test_no_expires(core, expires):
    """What is no number of seconds is no publication."""
    reply = ask(core, settings(), expires=expires)
    assert reply.code == 400 and not reply.all("SIP-ETag")
    tag = tag_of(new(core))
    assert ask(core, etag=tag, expires=expires).code == 400
    assert ask(core, etag=tag).code == 200


def test_two_expires(core):
    """Of two it would not be known which holds."""
    message = publish("alice", settings()).add("Expires", "3600")
    assert core.ask(message, "alice").code == 400


BRIEF = '''
modparam("mc_iwf", "publish_min_expires", 600)
modparam("mc_iwf", "publish_max_expires", 1200)
'''


@pytest.mark.parametrize("expires, told", [
    (1, None), (599, None), (600, "600"), (1300, "1200"), (None, "1200"),
    (0, "0")])
def test_brief(brief, expires, told):
    """What is to last less than the minimum is 423, but for the end (RFC 3903
    6); nothing has changed then."""
    tag = tag_of(new(brief))
    reply = ask(brief, etag=tag, expires=expires)
    assert reply.code == (200 if told else 423)
    assert reply.get("Expires") == told
    assert reply.get("Min-Expires") == (None if told else "600")
    if not told:
        assert ask(brief, settings(), expires=expires).code == 423
        assert ask(brief, etag=tag).code == 200


@pytest.mark.parametrize("tag", ["nonsense", "0" * 32, "a.b~"])
def test_unknown_tag(core, tag):
    """412, with and without a body, also to end it."""
    for body in None, settings():
        for expires in 0, 600:
            assert ask(core, body, etag=tag, expires=expires).code == 412


def test_two_tags(core):
    """A request names one publication (RFC 3903 4.1)."""
    tags = [tag_of(new(core, client)) for client in (CLIENT, OTHER)]
    assert ask(core, etag=", ".join(tags)).code == 400
    message = publish("alice", etag=tags[0]).add("SIP-If-Match", tags[1])
    assert core.ask(message, "alice").code == 400
    for tag in tags:
        assert ask(core, etag=tag).code == 200


def test_no_body(core):
    """A new publication has one."""
    before = core.site.node.counters()
    assert ask(core).code == 400
    assert ask(core, b"", POC).code == 400
    after = core.site.node.counters()
    assert after["refused_publication_malformed"] \
        - before["refused_publication_malformed"] == 2


@pytest.mark.parametrize("event", [
    "presence", None, "poc-settings.winfo", "poc-settings, presence"])
def test_other_event(core, event):
    """489 names the one that is served (RFC 6665 8.3.2)."""
    reply = ask(core, settings(), Event=event)
    assert reply.code == 489
    assert reply.all("Allow-Events") == ["poc-settings"]


@pytest.mark.parametrize("event", ["poc-settings;id=1", "POC-Settings"])
def test_event(core, event):
    """Parameters do not count; the compact form is the field."""
    assert ask(core, settings(), Event=event).code == 200
    assert ask(core, settings(), Event=None, o=event).code == 200


def with_encoding(kind, encoding, content):
    """A part with a Content-Transfer-Encoding."""
    return f"{kind}\r\nContent-Transfer-Encoding: {encoding}", content


@pytest.mark.parametrize("kind, body", [
    ('multipart/mixed;boundary="b1"', multipart(
        (info_type(), info()), (POC, settings()))),
    ("Multipart/Mixed; charset=utf-8; boundary=b1", multipart(
        (f"{POC}; charset=utf-8", settings()),
        (f'{info_type()};charset="UTF-8"', info()))),
    ('multipart/mixed;boundary="a b:?"', multipart(
        ("text/plain", b"x"), (info_type("mcdata"), info("mcdata")),
        (POC, settings()), boundary="a b:?")),
    ("multipart/related;boundary=b1", multipart(
        (POC, settings()), (info_type("mcvideo"), info("mcvideo")))),
    (f"{POC};charset=UTF-8", settings())])
def test_bodies(core, kind, body):
    """As real clients write them, in any order."""
    tag_of(ask(core, body, kind))


@pytest.mark.parametrize("kind, body, code", [
    (info_type(), info(), 415),
    ("text/plain", b"x", 415),
    ("application/pidf+xml", b"<presence/>", 415),
    ("multipart/mixed;boundary=b1", multipart((info_type(), info())), 415),
    (POC, b"", 400),
    (POC, b"<poc-settings/>", 400),
    (POC, settings()[:-1], 400),
    (POC, settings(""), 400),
    (POC, settings("x" * 256), 400),
    (POC, b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + settings()[39:], 400),
    ("multipart/mixed;boundary=b1", multipart(
        (POC, settings()), (POC, settings())), 400),
    ("multipart/mixed;boundary=b1", multipart(
        (POC, settings()), (info_type(), info(client=OTHER))), 400),
    ("multipart/mixed;boundary=b1", multipart(
        (POC, settings()), (info_type(), info()),
        (info_type("mcdata"), info("mcdata"))), 400),
    ("multipart/mixed;boundary=b1", multipart(
        (POC, settings()), (info_type(), b"<mcpttinfo/>")), 400),
    ("multipart/mixed;boundary=b1", multipart(
        (POC, settings()), ("multipart/mixed;boundary=b2", multipart(
            (info_type(), info()), boundary="b2"))), 400),
    ("multipart/mixed;boundary=b1", multipart(
        with_encoding(POC, "quoted-printable", settings())), 400),
    ("multipart/mixed;boundary=b2", multipart((POC, settings())), 400),
    ("multipart/mixed", multipart((POC, settings())), 400),
    ("multipart/mixed;boundary=b1", multipart((POC, settings()))[:-20], 400),
    ("multipart/mixed;boundary=b1", multipart(
        *[("text/plain", b"x")] * 40), 400)])
def test_hostile_bodies(core, kind, body, code):
    """They are refused, and change nothing."""
    tag = tag_of(new(core))
    for etag in None, tag:
        reply = ask(core, body, kind, etag=etag)
        if body or not etag:
            assert reply.code == code, reply.start
            assert not reply.all("SIP-ETag")
        else:
            tag = tag_of(reply)
        if code == 415:
            assert POC in reply.get("Accept")
    assert ask(core, etag=tag).code == 200


def test_devices(core):
    """Each client has its own; the end of one is not that of the others, and a
    client that begins anew takes the place of what it had."""
    one, other = (tag_of(new(core, client)) for client in (CLIENT, OTHER))
    again = tag_of(new(core))
    assert ask(core, etag=one).code == 412
    assert ask(core, etag=again, expires=0).code == 200
    assert ask(core, etag=again).code == 412
    other = tag_of(ask(core, etag=other))
    assert ask(core, settings(), etag=other).code == 400
    assert ask(core, settings(OTHER), etag=other).code == 200


def test_end_without_a_tag(core):
    """A client may end what it has by its ID alone."""
    tag = tag_of(new(core))
    other = tag_of(new(core, OTHER))
    assert new(core, expires=0).get("Expires") == "0"
    assert ask(core, etag=tag).code == 412
    assert ask(core, etag=other).code == 200


def test_services(core):
    """A client of two services publishes for each."""
    tags = {}
    for service in "mcptt", "mcdata":
        tags[service] = tag_of(ask(
            core, multipart((POC, settings()),
                            (info_type(service), info(service))),
            "multipart/mixed;boundary=b1"))
    body = multipart((POC, settings()), (info_type(), info()))
    assert ask(core, body, "multipart/mixed;boundary=b1",
               etag=tags["mcdata"]).code == 400
    assert ask(core, etag=tags["mcptt"], expires=0).code == 200
    assert ask(core, etag=tags["mcdata"]).code == 200


def test_methods(core):
    """The node says that it takes PUBLISH, and no SUBSCRIBE."""
    message = publish("alice", settings())
    message.start = message.start.replace("PUBLISH", "SUBSCRIBE")
    message.set("CSeq", "1 SUBSCRIBE")
    reply = core.ask(message, "alice")
    assert reply.code == 405
    assert "PUBLISH" in reply.get("Allow").replace(",", " ").split()


def test_of_another_user(core):
    """No one has to do with another user's."""
    register_bob(core)
    tag = tag_of(new(core))
    assert ask(core, etag=tag, user="bob").code == 412
    assert ask(core, etag=tag, expires=0, user="bob").code == 412
    assert ask(core, etag=tag).code == 200


def test_expires(core):
    """It ends by itself."""
    tag = tag_of(new(core, expires=1))
    def has_ended():
        return ask(core, settings(OTHER), etag=tag).code == 412
    node.wait_until(has_ended, "the end of the publication", sip.TIMEOUT)


def test_end_of_the_registration(core):
    """It ends with the registration; the next one knows nothing of it."""
    tag = tag_of(new(core))
    assert core.register("alice", expires=0).code == 200
    reply = ask(core, etag=tag)
    assert reply.code == 404 and "141" in reply.get("Warning")
    assert core.register("alice").code == 200
    assert ask(core, etag=tag).code == 412


def test_refreshed_registration(core):
    """It stays if the registration is refreshed, or moved to another
    S-CSCF."""
    tag = tag_of(new(core))
    assert core.register("alice", expires=900).code == 200
    tag = tag_of(ask(core, etag=tag))
    assert core.register("alice", **{"P-Associated-URI": None}).code == 200
    assert ask(core, etag=tag).code == 200


def test_unregistered(core):
    """404, as for what else a user without a registration sends."""
    for how in ({}, {"expires": 0}, {"etag": "x"}):
        reply = ask(core, settings(), user="bob", **how)
        assert reply.code == 404 and "141" in reply.get("Warning")


def test_identity_of_the_set(core):
    """Any identity of the implicit set is the user."""
    tel = {"P-Asserted-Identity": "<tel:+15550001>"}
    message = publish("alice", settings(), **tel)
    tag = tag_of(core.ask(message, "alice", served=False))
    assert ask(core, etag=tag).code == 200


def test_served_user(core):
    """As in a MESSAGE: the served user, not who is asserted, in the originating
    case; in the terminating one who is asserted."""
    register_bob(core)
    tag = tag_of(core.ask(publish("bob", settings()), "alice"))
    assert ask(core, etag=tag, user="bob").code == 412
    assert ask(core, etag=tag).code == 200
    message = publish("bob", settings(OTHER))
    tag = tag_of(core.ask(message, "alice", isc.TERM))
    assert ask(core, etag=tag).code == 412
    assert ask(core, etag=tag, user="bob").code == 200


def test_without_an_identity(core):
    """P-Served-User alone is enough; none at all is not."""
    for served, code in (True, 200), (False, 403):
        message = publish("alice", settings(), P_Asserted_Identity=None)
        assert core.ask(message, "alice", served=served).code == code


def test_by_an_iwf(core):
    """What an IWF sends through the core is no user's."""
    message = publish("alice", settings(), P_Asserted_Identity=f"<{mc.IWF1}>")
    assert core.ask(message, "alice", served=False).code == 404


def test_within_a_dialog(core):
    """There is none."""
    message = publish("alice", settings(), To=f"<{mc.ORIG}>;tag=1")
    assert core.ask(message, "alice").code == 481


@pytest.mark.parametrize("psi", [mc.TERM, mc.CTRL])
def test_other_psi(core, psi):
    """Settings go to the PSI that serves who sends."""
    message = publish("alice", settings())
    message.start = f"PUBLISH {psi} SIP/2.0"
    assert core.ask(message, "alice").code == 403


def test_of_others(core):
    """What is for no PSI of ours goes on to the core."""
    message = publish("alice", b"<presence/>", "application/pidf+xml",
                      Event="presence")
    message.start = f"PUBLISH {isc.impu('alice')} SIP/2.0"
    assert core.ask(message, "alice").code == 200
    got = core.endpoint.wait_request("PUBLISH").message
    assert got.get("Event") == "presence"


@pytest.mark.parametrize("source", ["iwf1", "partner"])
def test_strangers(core, source):
    """No one but a core publishes."""
    peer = getattr(core.site.peers, source)
    reply = peer.ask(publish("alice", settings()), core.site.node.address)
    assert reply.code == 403


def test_retransmission(core):
    """It gets the same answer, and is taken once."""
    tag = tag_of(new(core))
    before = core.site.node.counters()["published"]
    message = core.hand(publish("alice", etag=tag), "alice")
    reply = core.endpoint.ask(message, core.site.node.address)
    tag = tag_of(reply)
    for n in 2, 3:
        core.endpoint.send_octets(bytes(message), core.site.node.address)
        node.wait_until(
            lambda n=n: len(core.endpoint.responses(message.branch)) >= n,
            "the same answer", sip.TIMEOUT)
    assert {tag_of(reply) for reply in
            core.endpoint.responses(message.branch)} == {tag}
    assert core.site.node.counters()["published"] == before + 1
    assert ask(core, etag=tag).code == 200


def test_limit(core):
    """A user has so many at once; those who have one may go on."""
    tags = [tag_of(new(core, f"urn:uuid:{i}")) for i in range(16)]
    before = core.site.node.counters()["refused_publication_limit"]
    assert ask(core, settings("urn:uuid:16")).code == 403
    assert core.site.node.counters()["refused_publication_limit"] \
        == before + 1
    assert ask(core, etag=tags[3]).code == 200
    assert ask(core, etag=tags[0], expires=0).code == 200
    tag_of(new(core, "urn:uuid:16"))


def test_no_log(core):
    """What is refused leaves no line."""
    before = len(core.site.node.log())
    for _ in range(20):
        ask(core, settings(), expires="soon")
        ask(core, b"<", POC)
        ask(core, etag="x")
        ask(core, settings(), Event="x")
    after = core.site.node.log()[before:]
    assert CLIENT not in after
    assert len(after.splitlines()) < 20, after


@pytest.fixture(name="stream")
def _stream(core):
    """The same S-CSCF on a connection."""
    with sip.TcpEndpoint(core.endpoint.address[0]) as endpoint:
        yield endpoint


@pytest.mark.parametrize("n, code", [(58000, 200), (62000, 413)])
def test_tcp(core, stream, n, code):
    """By a connection as well, with a body that no datagram has, up to
    max_body."""
    client = "urn:uuid:" + "7" * 246
    body = multipart((POC, settings(client)),
                     (info_type(), info(client=client)),
                     ("text/plain", b"x" * n))
    message = core.hand(publish("alice", body, "multipart/mixed;boundary=b1"),
                        "alice")
    reply = stream.ask(message, core.site.node.address)
    assert reply.code == code
    if code == 200:
        assert ask(core, etag=tag_of(reply)).code == 200
