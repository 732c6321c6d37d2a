# SPDX-License-Identifier: GPL-2.0-or-later
"""The node as application server of a real IMS core: registrations, short
messages and calls between clients of the core and IWFs."""
import pytest

import calls
import ims_core
import isc
import mc
import mc_invite
import media
import node
import sample
import sip
import user_agent

PAYLOAD = bytes(range(256)) * 4


class Place:
    """A core with the node, and clients of one test."""

    def __init__(self, site, core):
        self.site, self.core, self.clients = site, core, []

    def client(self, user):
        """A device that has registered, and the node has been told."""
        client = ims_core.Client(self.core, user).register()
        client.endpoint.script = user_agent.manners
        self.clients.append(client)
        node.wait_until(lambda: self.site.contacts(user),
                        f"{user} at the node", sip.TIMEOUT)
        return client

    def reset(self):
        """As at the start."""
        clients, self.clients = self.clients, []
        for client in clients:
            client.leave()
            node.wait_until(lambda user=client.user: not self.site.contacts(
                user), f"{client.user} gone from the node", sip.TIMEOUT)
        self.site.reset()


@pytest.fixture(scope="module", name="_place")
def _running():
    with sample.running(isc.node_of_core) as site:
        host, port = site.node.address
        core = ims_core.Core(f"{host}:{port}", site.iwf1.hostport)
        with core:
            yield Place(site, core)


@pytest.fixture(name="place")
def _one(_place):
    yield _place
    _place.reset()


@pytest.fixture(name="parties")
def _parties():
    with media.Party("127.0.1.1") as one, media.Party("127.0.1.2") as other:
        yield one, other


def written(client, message):
    """The same request in the name of a client's public identity."""
    message.set("From", f"<{client.public}>;tag={sip.token()}")
    if message.method == "MESSAGE":
        message.add("Contact", f"<sip:{client.endpoint.hostport}>")
    return message


def test_message_to_iwf(place):
    """Octet for octet, in the name that the core asserts."""
    alice = place.client("alice")
    message = written(alice, mc.client_message("alice", PAYLOAD))
    message.add("P-Asserted-Identity", f"<{ims_core.impu('bob')}>")
    assert alice.ask(message).code == 200
    got = place.site.iwf1.wait_request().message
    assert mc.payload_of(got) == PAYLOAD
    assert got.all("P-Asserted-Identity") == [f"<{alice.public}>"]
    assert mc.calling_user(got) == mc.mc_id("alice")
    assert got.get("P-Served-User") is None


def test_message_to_client(place):
    """The same the other way."""
    alice = place.client("alice")
    assert place.site.from_iwf(mc.iwf_message("alice", PAYLOAD)).code == 200
    got = alice.endpoint.wait_request().message
    assert mc.payload_of(got) == PAYLOAD
    assert got.uri == f"sip:{alice.endpoint.hostport}"


def test_registration_that_ends(place):
    """Then the user is not reached any more."""
    alice = place.client("alice")
    alice.register(expires=0)
    node.wait_until(lambda: not place.site.contacts("alice"),
                    "end of the registration", sip.TIMEOUT)
    reply = place.site.from_iwf(mc.iwf_message("alice", PAYLOAD))
    assert reply.code == 480


@pytest.mark.parametrize("by", ["near", "far"])
@pytest.mark.parametrize("way", ["to_iwf", "to_client"])
def test_call(place, parties, way, by):
    """Both ways, with media in between, released by either side."""
    alice, iwf = place.client("alice"), place.site.iwf1
    iwf.script = user_agent.manners
    sdp = parties[0].sdp(media.P25)
    if way == "to_iwf":
        message = written(alice, mc_invite.private("alice", calls.UNIT1, sdp))
        out = user_agent.Outgoing(
            alice.endpoint, place.core.pcscf, message).start()
        arrived = user_agent.incoming(
            iwf, place.site.node.address, call_id=out.call_id)
    else:
        out = user_agent.Outgoing(
            iwf, place.site.node.address, mc_invite.from_lmr(
                calls.UNIT1, "alice", sdp)).start()
        arrived = user_agent.incoming(
            alice.endpoint, place.core.pcscf, call_id=out.call_id)
    arrived.reply(200, parties[1].sdp(media.P25))
    near, told = out.answered()
    far = arrived.dialog()
    far.wait("ACK")
    media.exchange(parties[0], told, parties[1], arrived.sdp,
                   next(iter(media.P25)), 20)
    one, other = (near, far) if by == "near" else (far, near)
    assert one.bye().code == 200
    other.wait("BYE")
