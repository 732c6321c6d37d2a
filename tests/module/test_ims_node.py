# SPDX-License-Identifier: GPL-2.0-or-later
"""The node as application server of a real IMS core: Debian's CSCFs between
its clients and it (mc-as.cfg, tests/ims)."""
import os

import pytest

import calls
import ims_core
import isc
import mc
import mc_invite
import media
import node
import publications
import sample
import sip
import user_agent

LARGE = 60_000
# Of the sample: whose device of the car it is.
CLIENT_IDS = {"bob": "urn:uuid:00000000-0000-4000-8000-00000000b0b0",
              "carol": "urn:uuid:00000000-0000-4000-8000-0000000ca401"}


class Site:
    """The node, its core and IWF, and the clients of one test."""

    def __init__(self, site, transport=""):
        self.node, self.iwf = site.node, site.iwf1
        self._site = site
        host, port = site.node.address
        self.core = ims_core.Core(f"{host}:{port}{transport}",
                                  self.iwf.hostport)
        self.clients = []

    def client(self, user, **identities):
        """A device that has registered."""
        self.clients.append(ims_core.Client(self.core, user, **identities))
        found = self.clients[-1].register()
        ims_core.wait_registered(self.node, user)
        return found

    def from_iwf(self, message):
        """The answer to what the IWF sends to the node."""
        return self.iwf.ask(message, self.node.address)

    def reset(self):
        """As at the start."""
        clients, self.clients = self.clients, []
        for client in clients:
            client.leave()
            ims_core.wait_registered(self.node, client.user, False)
        self._site.reset()


@pytest.fixture(scope="module", name="_sites", params=["", ";transport=tcp"],
                ids=["udp", "tcp"])
def _running(request):
    with sample.running(isc.node_of_core) as found:
        site = Site(found, request.param)
        with site.core:
            yield site


@pytest.fixture(name="site")
def _one(_sites):
    yield _sites
    _sites.reset()


def message_of(client, payload, **what):
    """An IWF short message of a client."""
    return ims_core.own(client, mc.client_message(client.user, payload, **what))


def payloads(endpoint, count):
    """What count IWF short messages bring to an endpoint."""
    return sorted(mc.payload_of(r.message) for r in endpoint.wait_requests(
        count, timeout=sip.TIMEOUT))


def published(client, body=None, etag=None, expires=3600):
    """The entity-tag of what a client publishes; None: there was none like
    this."""
    message = ims_core.own(client, publications.publish(
        client.user, body, etag=etag, expires=expires, P_Asserted_Identity=None,
        P_Charging_Vector=None))
    reply = client.ask(message)
    assert reply.code in (200, 412), reply.start
    return reply.get("SIP-ETag")


def test_publications(site):
    """A client publishes its settings, refreshes and changes them, and takes
    them back; another one of the same user has its own, and both end with the
    registration."""
    alice = site.client("alice")
    other = published(alice, publications.settings(publications.OTHER))
    tag = published(alice, publications.settings(), expires=4294967295)
    tags = [tag]
    for body in None, publications.settings():
        tag = published(alice, body, tag)
        tags.append(tag)
    assert published(alice, None, tag, expires=0)
    assert len({*tags, other}) == 4
    for tag in tags:
        assert published(alice, None, tag) is None
    other = published(alice, None, other)
    alice.register(expires=0)
    ims_core.wait_registered(site.node, "alice", False)
    alice.register()
    ims_core.wait_registered(site.node, "alice")
    assert published(alice, None, other) is None


def test_short_messages(site):
    """All steps of the flow: asked, answered, and then both ways at once.
    Public identities are in another domain than MC service IDs."""
    alice = site.client("alice")
    first, second, third = (os.urandom(80) for _ in range(3))
    assert alice.ask(message_of(alice, first)).code == 200
    got = site.iwf.wait_request(timeout=sip.TIMEOUT).message
    assert mc.payload_of(got) == first
    assert mc.calling_user(got) == mc.mc_id("alice")
    assert got.get("P-Served-User") is None
    assert site.from_iwf(mc.iwf_message("alice", second)).code == 200
    assert payloads(alice.endpoint, 1) == [second]
    assert alice.ask(message_of(alice, third)).code == 200
    rest = [[os.urandom(80) for _ in range(3)] for _ in range(2)]
    for mine, other in zip(*rest):
        sent = alice.endpoint.send(message_of(alice, mine), site.core.pcscf)
        assert site.from_iwf(mc.iwf_message("alice", other)).code == 200
        assert alice.endpoint.wait_final(sent).code == 200
    assert payloads(site.iwf, 5) == sorted([first, third, *rest[0]])
    assert payloads(alice.endpoint, 4) == sorted([second, *rest[1]])


def test_large_message(site):
    """60,000 octets both ways."""
    alice, payload = site.client("alice"), os.urandom(LARGE)
    assert alice.ask(message_of(alice, payload)).code == 200
    assert payloads(site.iwf, 1) == [payload]
    assert site.from_iwf(mc.iwf_message("alice", payload)).code == 200
    assert payloads(alice.endpoint, 1) == [payload]


def test_forged_identity(site):
    """What a client says of itself does not reach the node."""
    alice = site.client("alice")
    forged = message_of(alice, b"forged")
    for name in ("P-Asserted-Identity", "P-Served-User"):
        forged.set(name, f"<{ims_core.impu('dave')}>")
    forged.set("From", f"<{ims_core.impu('dave')}>;tag={sip.token()}")
    assert alice.ask(forged).code == 200
    got = site.iwf.wait_request(timeout=sip.TIMEOUT).message
    assert mc.calling_user(got) == mc.mc_id("alice")
    assert got.all("P-Asserted-Identity") == [f"<{alice.public}>"]


def test_telephone_number(site):
    """A user is known by each identity of the implicit set, here a tel URI,
    as the core writes it."""
    alice = site.client("alice")
    message = message_of(alice, b"by number")
    message.set("P-Preferred-Identity", f"<{ims_core.TEL}>")
    assert alice.ask(message).code == 200
    got = site.iwf.wait_request(timeout=sip.TIMEOUT).message
    assert mc.calling_user(got) == mc.mc_id("alice")
    known = site.node.rpc("mc_iwf.explain", ims_core.TEL, "mcptt")
    assert known["verdict"] == "ok" and known["mc_id"] == mc.mc_id("alice")


def test_restart_of_the_core(site):
    """The S-CSCF has forgotten its users: its refusal is the sender's, until
    they register again."""
    alice = site.client("alice")
    site.core.stop("scscf")
    site.core.start("scscf")
    assert site.from_iwf(mc.iwf_message("alice", b"too early")).code == 404
    alice.register()
    assert site.from_iwf(mc.iwf_message("alice", b"now")).code == 200
    assert payloads(alice.endpoint, 1) == [b"now"]


def test_crash_of_the_node(site):
    """What it was told is there again."""
    alice = site.client("alice")
    node.wait_until(
        lambda: site.node.counters()["core_users_unsaved"] == 0,
        "registrations saved")
    calls.wait_none_saved(site.node)
    site.node.crash()
    site.node.start()
    assert site.from_iwf(mc.iwf_message("alice", b"after")).code == 200
    assert payloads(alice.endpoint, 1) == [b"after"]
    assert alice.ask(message_of(alice, b"back")).code == 200


def test_two_persons_of_one_identity(site):
    """Their devices tell which one sends, by client ID; both get what is for
    one of them: so the core does."""
    devices = {user: site.client(user, public=ims_core.CAR7)
               for user in CLIENT_IDS}
    for user, device in devices.items():
        message = mc.with_parts(message_of(device, b""), [
            mc.info_part(mc.info_xml("mcptt", mc.identity(
                "mcptt", "client-id", CLIENT_IDS[user]))),
            mc.data_part(user.encode())])
        assert device.ask(message).code == 200
        got = site.iwf.wait_request(timeout=sip.TIMEOUT).message
        assert mc.calling_user(got) == mc.mc_id(user)
        site.iwf.forget()
    assert site.from_iwf(mc.iwf_message("carol", b"for carol")).code == 200
    for device in devices.values():
        assert payloads(device.endpoint, 1) == [b"for carol"]


def test_end_of_a_registration(site):
    """Who has left is not reached, and is no sender for the node, even if the
    core does not know it yet."""
    alice = site.client("alice").register(expires=0)
    ims_core.wait_registered(site.node, "alice", False)
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
    late = isc.message_of("alice")
    with sip.UdpEndpoint(ims_core.SCSCF) as late_core:
        reply = late_core.ask(late, site.node.address)
    assert reply.code == 404 and "141" in reply.get("Warning")
    assert alice.endpoint.requests() == []


@pytest.fixture(name="parties")
def _parties():
    with media.Party("127.0.1.1") as one, media.Party("127.0.1.2") as other:
        yield one, other


@pytest.mark.parametrize("ends", ["caller", "callee"])
@pytest.mark.parametrize("way", ["to_iwf", "to_client"])
def test_call(site, parties, way, ends):
    """Both ways with media, released by either side."""
    alice = site.client("alice")
    alice.endpoint.script = site.iwf.script = user_agent.manners
    offer = parties[0].sdp(media.P25)
    if way == "to_iwf":
        out = user_agent.Outgoing(
            alice.endpoint, site.core.pcscf,
            ims_core.own(alice, mc_invite.private(
                "alice", calls.UNIT1, offer)), contact=False).start()
        arrived = user_agent.incoming(site.iwf, site.node.address)
    else:
        out = user_agent.Outgoing(
            site.iwf, site.node.address,
            mc_invite.from_lmr(calls.UNIT1, "alice", offer)).start()
        arrived = user_agent.incoming(alice.endpoint, site.core.pcscf)
    told_far = arrived.sdp
    arrived.reply(200, parties[1].sdp(media.P25))
    near, told_near = out.answered(timeout=sip.TIMEOUT)
    far = arrived.dialog()
    far.wait("ACK", timeout=sip.TIMEOUT)
    media.exchange(parties[0], told_near, parties[1], told_far,
                   next(iter(media.P25)))
    ender, other = (near, far) if ends == "caller" else (far, near)
    assert ender.bye().code == 200
    other.wait("BYE", timeout=sip.TIMEOUT)
