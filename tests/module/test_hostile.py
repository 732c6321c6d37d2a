# SPDX-License-Identifier: GPL-2.0-or-later
"""What two readers could understand differently, and what floods."""
import pytest

import mc
import sample
import sip
import small_server

BOB = mc.identity("mcptt", "calling-user-id", mc.impu("bob"))


def from_alice(*parts):
    """alice's message, handed over by the core, with these parts."""
    return mc.with_parts(mc.core_message("alice", b"x"), parts)


def quoted_printable():
    """An info part whose decoded form says something else than its octets."""
    xml = mc.info_xml("mcptt", "=3C!--").replace(
        b"</mcptt-Params>", f"=2D->{BOB}</mcptt-Params>".encode())
    return from_alice(mc.info_part(
        xml, Content_Transfer_Encoding="quoted-printable"), mc.data_part(b"x"))


def compressed_part():
    """An info part that claims to be compressed."""
    return from_alice(mc.info_part(mc.info_for(mc.KMF1),
                                   Content_Encoding="gzip"),
                      mc.data_part(b"x"))


def compressed_body():
    """The same of the whole body."""
    return mc.core_message("alice", b"x").add("Content-Encoding", "gzip")


def two_content_types():
    """Another boundary in a second field."""
    message = mc.core_message("alice", b"x")
    return message.add("Content-Type", 'multipart/mixed; boundary="zzz"')


def two_lists():
    """Own KMF in the first list, a foreign one in the second."""
    return from_alice(mc.info_part(mc.info_for(None)), mc.data_part(b"x"),
                      mc.lists_part(mc.KMF1), mc.lists_part(mc.KMF2))


@pytest.mark.parametrize("make", [
    quoted_printable, compressed_part, compressed_body, two_content_types,
    two_lists])
def test_ambiguous_is_malformed(any_site, make):
    """400, and nothing arrives."""
    any_site.client("alice")
    assert any_site.from_core(make()).code == 400
    assert not any_site.iwf1.requests()


def test_other_encodings_of_other_parts_pass(any_site):
    """Parts that the module does not read may be encoded as they like."""
    any_site.client("alice")
    message = from_alice(
        mc.info_part(mc.info_for(mc.KMF1)),
        mc.part("text/plain", b"=3D",
                Content_Transfer_Encoding="quoted-printable"),
        mc.data_part(b"x", Content_Encoding="gzip"))
    assert any_site.from_core(message).code == 200
    got = any_site.iwf1.wait_request().message
    assert mc.parts_of(got)[1:] == mc.parts_of(message)[1:]


def nested(user):
    """An interworking part inside a part."""
    inner = mc.multipart([mc.info_part(mc.info_for(mc.KMF1)),
                          mc.data_part(b"x")], "inner")
    message = mc.client_message(user, b"x", psi=mc.impu(user))
    return mc.with_parts(message, [
        mc.part('multipart/mixed; boundary="inner"', inner)])


def test_nested_part_does_not_pass_by(site):
    """It is refused as one of ours, and no ordinary MESSAGE."""
    alice = site.client("alice")
    reply = alice.ask(nested("alice"))
    assert reply.code == 403
    assert not alice.endpoint.requests()


def text_message(sender, target, text=b"hello"):
    """An ordinary MESSAGE between users."""
    return sip.request("MESSAGE", mc.impu(target), mc.impu(sender),
                       mc.impu(target), [("Content-Type", "text/plain")], text)


@pytest.mark.parametrize("message", [
    lambda: text_message("alice", "bob"),
    lambda: mc.client_message("alice", b"x")], ids=["text", "short message"])
def test_route_of_a_client(site, message):
    """It leads nowhere, and does not go on."""
    alice, bob = site.client("alice"), site.client("bob")
    sent = message()
    own = ":".join(map(str, site.node.address))
    for hop in (own, "127.0.0.99:5060", site.iwf2.hostport):
        sent.add("Route", f"<sip:{hop};lr>")
    assert alice.ask(sent).code == 200
    got = (bob.endpoint.requests() + site.iwf1.requests())[0]
    assert not got.message.all("Route") and b"127.0.0.99" not in got.octets
    assert not site.iwf2.requests()


@pytest.mark.parametrize("hops, code", [("0", 483), ("1", 200)])
def test_hops(site, hops, code):
    """A message that has no hop left goes no further; of others one is
    counted."""
    alice, bob = site.client("alice"), site.client("bob")
    for message in (text_message("alice", "bob"),
                    mc.client_message("alice", b"x")):
        assert alice.ask(message.set("Max-Forwards", hops)).code == code
    got = bob.endpoint.requests() + site.iwf1.requests()
    assert [r.message.get("Max-Forwards") for r in got] == (
        ["0", "0"] if code == 200 else [])


@pytest.mark.parametrize("name, value, code", [
    ("CSeq", "1 INVITE", 400), ("Expires", "soon", 400)])
def test_senseless_fields(site, name, value, code):
    """What contradicts itself is refused as it comes in, whoever sends it."""
    bob = site.client("bob")
    message = mc.core_message("alice", b"x").set(name, value)
    assert site.from_core(message).code == code
    assert not bob.endpoint.requests() + site.iwf1.requests()


def described(message):
    """The short message with a session description beside its part."""
    return mc.with_parts(message, [*mc.parts_of(message), mc.part(
        "application/sdp", b"v=0\r\nm=audio 4000 RTP/AVP 0\r\n")])


def test_description_beside_a_short_message(site):
    """488, both ways: media are said in calls alone."""
    alice = site.client("alice")
    assert alice.ask(described(mc.client_message("alice", b"x"))).code == 488
    reply = site.from_iwf(described(mc.iwf_message("alice", b"x")))
    assert reply.code == 488
    assert not site.iwf1.requests() and not alice.endpoint.requests()


def test_text_in_another_name(site):
    """403 for a From that the digest does not prove."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text_message("carol", "bob")
    assert alice.ask(message).code == 403
    message = text_message("alice", "bob").add("P-Charging-Vector", "icid=1")
    assert alice.ask(message).code == 200
    got = bob.endpoint.wait_request().message
    assert got.get("P-Asserted-Identity") == f"<{mc.impu('alice')}>"
    assert got.get("P-Charging-Vector") is None
    assert got.get("Proxy-Authorization") is None


@pytest.mark.parametrize("name, leaves", [
    ("P-Charging-Vector", False), ("P-Served-User", False),
    ("P-Visited-Network-ID", False), ("P-Access-Network-Info", True)])
def test_fields_that_a_client_invents(site, name, leaves):
    """Only where it is, is a client's to say; the rest is the network's."""
    alice = site.client("alice")
    assert alice.ask(mc.client_message("alice", b"x").add(
        name, "invented")).code == 200
    got = site.iwf1.wait_request().message
    assert (got.get(name) == "invented") == leaves


def free_memory(site):
    """Octets of shared memory that are free."""
    return int(site.node.rpc("core.shmmem")["free"])


def test_strangers_do_not_fill_the_memory(site):
    """Large messages without credentials leave no trace."""
    mallory = sip.UdpEndpoint()
    before = free_memory(site)
    for _ in range(50):
        message = mc.client_message("alice", bytes(50000))
        assert mallory.ask(message, site.node.address).code == 407
    assert before - free_memory(site) < 500000
    mallory.close()


class RemovingNode(small_server.SmallNode):
    """The small server, whose script removes a field."""

    def __init__(self, peers):
        super().__init__(peers, "small.cfg")
        text, place = self.config.read_text(), "\tif(!iwf_check()"
        assert text.count(place) == 1
        self.config.write_text(text.replace(
            place, '\tremove_hf("P-Asserted-Identity");\n' + place))


def test_removed_field_does_not_make_the_sender():
    """A lump hides nothing from C code: what the script removed is gone."""
    with sample.running(RemovingNode) as site:
        site.client("alice")
        assert site.from_core(mc.core_message("alice", b"x")).code == 403
        assert not site.iwf1.requests()
        site.reset()
