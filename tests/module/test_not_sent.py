# SPDX-License-Identifier: GPL-2.0-or-later
"""What the sender hears if t_relay() has sent nothing: the truth, by the
table of docs/operations.md."""
import re

import pytest

import calls
import existing_server
import mc
import mc_invite
import media
import sample
import sip
import small_server
import user_agent

# Addresses that a message cannot be sent to, and why.
NO_ROUTE = "127.255.255.255:5060"  # broadcast: the kernel refuses
NO_SOCKET = "127.0.0.77:5061;transport=tls"  # the sample has no TLS
CONTRADICTS = "127.0.0.77:5061;transport=udp"  # in a sips URI


class At(mc.Client):
    """A client that registers somewhere else than where it is."""

    uri = None

    @property
    def contact(self):
        """Where it says it is reached."""
        return self.uri


def place(site, user, uri):
    """A user registered at this contact."""
    client = At(site.node, user)
    client.uri = uri
    site.clients.append(client)
    return client.register()


# A name could lead to a peer: the branch route drops it.
DROPPED = "sip:bob@phone.example.org"

CONTACTS = {
    "dropped": (DROPPED, 480),
    "contradicting": (f"sips:bob@{CONTRADICTS}", 480),
    "no socket": (f"sip:bob@{NO_SOCKET}", 504),
    "no route": (f"sip:bob@{NO_ROUTE}", 504)}


def text(target, body=b"hello"):
    """An ordinary MESSAGE, as a core hands it over."""
    return sip.request(
        "MESSAGE", mc.impu(target), mc.impu("alice"), mc.impu(target),
        [("Content-Type", "text/plain"),
         ("P-Asserted-Identity", f"<{mc.impu('alice')}>")], body)


def plain(site):
    """An ordinary MESSAGE to bob."""
    return site.from_core(text("bob"))


def short(site):
    """An IWF short message to bob."""
    return site.from_iwf(mc.iwf_message("bob", b"x"))


def invite(site):
    """A call of a radio to bob."""
    site.iwf1.script = user_agent.manners
    with media.Party("127.0.1.1") as party:
        message = mc_invite.from_lmr(calls.UNIT1, "bob", party.sdp(media.P25))
        return user_agent.Outgoing(
            site.iwf1, site.node.address, message).start().refusal()


@pytest.mark.parametrize("contact", CONTACTS)
@pytest.mark.parametrize("way", [plain, short, invite])
def test_contact(site, way, contact):
    """480 if there is no contact that may be used, 504 if there is one
    and no way to it."""
    uri, code = CONTACTS[contact]
    place(site, "bob", uri)
    before = site.node.counters()
    reply = way(site)
    assert reply.code == code
    word = {480: "target_unregistered", 504: "no_answer"}[code]
    after = site.node.counters()
    assert after[f"refused_{word}"] == before[f"refused_{word}"] + 1
    assert not site.iwf1.requests()


@pytest.mark.parametrize("way", [plain, short, invite])
def test_one_contact_of_two(site, way):
    """A dropped contact does not hide that the other one has no way."""
    place(site, "bob", DROPPED)
    place(site, "bob", f"sip:bob@{NO_ROUTE}")
    assert way(site).code == 504


# The recipes

MAKERS = {"small.cfg": small_server.native, "small.js": small_server.kemi,
          "mc-routes.cfg": existing_server.DropIn}


@pytest.fixture(scope="module", params=MAKERS)
def _recipe_site(request):
    """A node of a recipe; users are reached at their contacts, which may
    lead nowhere, not where their REGISTER came from."""
    def make(peers):
        server = MAKERS[request.param](peers)
        path = server.path(request.param)
        text = path.read_text()
        changed = re.sub(r"^.*fix_nated_register\(\);\n", "", text, flags=re.M)
        assert changed != text
        path.write_text(changed)
        return server
    with sample.running(make) as found:
        yield found


@pytest.fixture
def recipe_site(_recipe_site):
    """The same, as if just started."""
    yield _recipe_site
    _recipe_site.reset()


@pytest.mark.parametrize("uri, code", [
    (f"sips:bob@{CONTRADICTS}", 480), (f"sip:bob@{NO_SOCKET}", 504),
    (f"sip:bob@{NO_ROUTE}", 504)])
@pytest.mark.parametrize("way", [short, invite])
def test_contact_of_a_recipe(recipe_site, way, uri, code):
    """The same table."""
    if way is invite and not isinstance(recipe_site.node,
                                        existing_server.DropIn):
        pytest.skip("messages only")
    place(recipe_site, "bob", uri)
    word = {480: "target_unregistered", 504: "no_answer"}[code]
    before = recipe_site.node.counters()[f"refused_{word}"]
    assert way(recipe_site).code == code
    assert recipe_site.node.counters()[f"refused_{word}"] == before + 1


# Peers

def message_up(site):
    """A short message of alice to her IWF."""
    return site.from_core(mc.core_message("alice", b"x"))


def call_up(site):
    """A call of alice to a radio."""
    alice = site.clients[0]
    with media.Party("127.0.1.1") as party:
        message = mc_invite.private("alice", calls.UNIT1, party.sdp(media.P25))
        return user_agent.Outgoing(alice.endpoint, site.node.address, message,
                                   "alice").start().refusal()


@pytest.fixture
def no_peers(new_site):
    """A node whose peers cannot be reached, each in another way."""
    site = new_site(next_hops={"iwf1": NO_ROUTE, "iwf1b": NO_SOCKET})
    site.client("alice")
    return site


def test_peers(no_peers):
    """504 if no peer could be sent to; no reply says of an IWF that it has
    not registered."""
    for way in (message_up, call_up):
        reply = way(no_peers)
        assert reply.code == 504
        assert "answer" in reply.reason
    assert no_peers.node.counters()["refused_no_answer"] == 2


def test_next_peer_is_tried(new_site):
    """A peer without a way is no reason to give up."""
    site = new_site(next_hops={"iwf1": NO_SOCKET})
    site.client("alice")
    assert message_up(site).code == 200
    site.iwf1b.wait_request()


def test_peer_behind_a_busy_one(new_site):
    """In a failure route, too: the last peer has no way."""
    site = new_site(next_hops={"iwf1b": NO_ROUTE})
    site.client("alice")
    site.iwf1.script = sip.answer(503)
    for way in (message_up, call_up):
        assert way(site).code == 504
        site.iwf1.wait_request("INVITE" if way is call_up else "MESSAGE")


def many_peers(count):
    """SQL that gives the first IWF this many peers without a way."""
    return [("INSERT INTO dispatcher (setid, destination, flags, priority)"
             f" VALUES (1, 'sip:127.255.255.255:{5000 + n}', 0, {20 + n})")
            for n in range(1, count + 1)]


def test_fault_of_ours(new_site):
    """500 for whatever else: here more tries than a transaction can have."""
    site = new_site()
    site.node.edit_node(*many_peers(13))
    site.node.kamcmd("dispatcher.reload")
    site.client("alice")
    assert message_up(site).code == 500
    assert call_up(site).code == 504  # ten tries at the most
    assert site.node.counters()["refused_internal"] == 1
    assert not site.iwf1.requests()


# Within a call

@pytest.fixture
def dial(site):
    """Makes lines on the sample node; all are over at the end."""
    with calls.dialling(site, "client") as make:
        yield make


def answered_from(here, contact):
    """A call whose answer names another Contact; the caller's dialog."""
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.answer(), contact=False,
              headers=[("Contact", f"<{contact}>")])
    return out.answered()[0]


@pytest.mark.parametrize("contact, code", [
    (f"sips:bob@{CONTRADICTS}", 480), (f"sip:bob@{NO_SOCKET}", 504),
    (f"sip:bob@{NO_ROUTE}", 504)])
def test_within_a_call(dial, contact, code):
    """The same of requests within a call, its end among them."""
    near = answered_from(dial(), contact)
    assert near.ask("INFO").code == code
    assert near.ask("BYE").code == code


def test_end_of_a_second_answer(site):
    """A fork that was late and has no way to it: its BYE."""
    phones = [site.client("bob").endpoint for _ in range(2)]
    for endpoint in (*phones, site.iwf1):
        endpoint.script = user_agent.manners
    with media.Party("127.0.1.1") as one, media.Party("127.0.1.2") as two:
        message = mc_invite.from_lmr(calls.UNIT1, "bob", one.sdp(media.P25))
        out = user_agent.Outgoing(site.iwf1, site.node.address,
                                  message).start()
        first, late = (user_agent.incoming(endpoint, site.node.address)
                       for endpoint in phones)
        first.reply(200, two.sdp(media.P25))
        near, _ = out.answered()
        late.reply(200, two.sdp(media.P25), contact=False,
                   headers=[("Contact", f"<sip:bob@{NO_ROUTE}>")])
        other = out.dialog(out.wait(200, 2))
        other.ack()
        assert other.ask("BYE").code == 504
        near.bye()
    calls.wait_quiet(site.node)


# Memory

LARGE = bytes(60000)
PIECE = 20000  # octets
ENOUGH = 4  # pieces: room for a large request, and none for its copy


def free_memory(server):
    """Octets of shared memory that are free. (Not asked over HTTP, whose
    connection would take some.)"""
    found = re.search(r"free: (\d+)", server.kamcmd("core.shmmem"))
    return int(found.group(1))


def shatter(server, joined):
    """Leaves half of the shared memory free, so that requests are admitted,
    but in pieces, as many as that in one place."""
    number = 0
    while free_memory(server) > 2 * PIECE:
        number += 1
        server.kamcmd("htable.sets", "early", f"fill{number}", "x" * PIECE)
    for i in [*range(1, joined + 1), *range(joined + 2, number, 2)]:
        server.kamcmd("htable.delete", "early", f"fill{i}")


@pytest.fixture
def starved(new_site):
    """A node with little memory and a caller in it."""
    site = new_site(options=["-m", "8"])
    site.client("alice")
    site.client("bob")
    return site


def large_invite(to_bob):
    """An INVITE with a large part beside the description."""
    message = (mc_invite.from_lmr(calls.UNIT1, "bob", b"") if to_bob
               else mc_invite.from_core("alice", calls.P25_GROUP, b""))
    return mc.with_parts(message, [
        *mc.parts_of(message), mc.part("text/plain", LARGE[:28000])])


def large(site):
    """Large requests on every way: who sends them, and what."""
    return {"plain": (site.core, text("bob", LARGE)),
            "to client": (site.iwf1, mc.iwf_message("bob", LARGE)),
            "to peer": (site.core, mc.core_message("alice", LARGE)),
            "call to client": (site.iwf1, large_invite(True)),
            "call to peer": (site.core, large_invite(False))}


def ask(site, peer, message):
    """The final reply to a request of a peer; an INVITE's is acknowledged."""
    if message.method != "INVITE":
        return peer.ask(message, site.node.address)
    return user_agent.Outgoing(peer, site.node.address,
                               message).start().refusal()


@pytest.mark.parametrize("joined", [ENOUGH, 1])
@pytest.mark.parametrize("way", [
    "plain", "to client", "to peer", "call to client", "call to peer"])
def test_no_memory(starved, way, joined):
    """503 with Retry-After: later it may go."""
    shatter(starved.node,
            (joined + 1) // 2 if way.startswith("call") else joined)
    reply = ask(starved, *large(starved)[way])
    assert reply.code == 503
    assert int(reply.get("Retry-After")) > 0
    assert starved.node.counters()["refused_overload"] == 1
    assert starved.node.counters("node")["overload"] == 0  # it was admitted
