# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is who: digest, the trusted core, the IWFs, and what strangers claim."""
import pytest

import mc
import node
import sample
import sip


def test_register_is_challenged_with_401(site):
    """REGISTER: 401 with our realm; all else: 407."""
    uri = f"sip:{mc.DOMAIN}"
    message = sip.request("REGISTER", uri, mc.impu("alice"),
                          mc.impu("alice"), [("Contact", "<sip:a@b>")])
    reply = site.stranger("alice").endpoint.ask(message, site.node.address)
    assert reply.code == 401
    assert 'realm="mc.example.org"' in reply.get("WWW-Authenticate")


def test_wrong_password(site):
    """Wrong credentials are worth nothing."""
    alice = site.client("alice")
    message = mc.client_message("alice", b"x")
    challenge = alice.endpoint.ask(message, site.node.address)
    again = sip.with_credentials(message, challenge, "alice", "guess")
    assert alice.endpoint.ask(again, site.node.address).code == 407
    assert not site.iwf1.requests()


def test_alice_is_alice_everywhere(site):
    """alice's digest counts, whatever else the message claims of bob."""
    alice = site.client("alice")
    site.client("bob")
    bob = mc.impu("bob")
    message = mc.client_message("alice", b"x")
    message.set("From", f"<{bob}>;tag=1")
    message.add("Contact", f"<{bob}>")
    message.add("P-Asserted-Identity", f"<{bob}>")
    calling = mc.identity("mcptt", "calling-user-id", bob)
    mc.with_parts(message, [mc.info_part(mc.info_xml("mcptt", calling)),
                            mc.data_part(b"x")])
    assert alice.ask(message).code == 200
    got = site.iwf1.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert mc.calling_user(got) == mc.mc_id("alice")
    assert b"bob" not in bytes(got)


def test_stranger_asserting_is_nobody(any_site):
    """P-Asserted-Identity from an address that is not configured proves
    nothing, whether the script challenges or not."""
    any_site.client("alice")
    message = mc.core_message("alice", b"x")
    reply = any_site.stranger("alice").endpoint.ask(
        message, any_site.node.address)
    assert reply.code in (403, 407)
    assert not any_site.iwf1.requests()


def test_stranger_posing_as_iwf_is_challenged(site):
    """The PSI of an IWF counts only from where it may be asserted."""
    alice = site.client("alice")
    reply = site.stranger("bob").endpoint.ask(
        mc.iwf_message("alice", b"x"), site.node.address)
    assert reply.code == 407
    assert not alice.endpoint.requests()


def test_asserted_by_stranger_does_not_leave(site):
    """What a client asserts of itself is taken out of what goes on."""
    alice, bob = site.client("alice"), site.client("bob")
    message = sip.request(
        "MESSAGE", mc.impu("bob"), mc.impu("alice"), mc.impu("bob"),
        [("P-Asserted-Identity", "<sip:chief@mc.example.org>"),
         ("P-Asserted-Service", mc.icsi("mcptt")),
         ("Content-Type", "text/plain")], b"hello")
    assert alice.ask(message).code == 200
    got = bob.endpoint.wait_request().message
    assert not got.all("P-Asserted-Service")
    assert "chief" not in str(got.all("P-Asserted-Identity"))


def test_core_asserts_a_client(any_site):
    """What the trusted core asserts needs no credentials."""
    any_site.client("alice")
    reply = any_site.from_core(mc.core_message("alice", b"x"))
    assert reply.code == 200
    got = any_site.iwf1.wait_request().message
    assert mc.calling_user(got) == mc.mc_id("alice")


def test_core_asserts_an_iwf(any_site):
    """An IWF is recognised by its PSI from a trusted core, too."""
    alice = any_site.client("alice")
    reply = any_site.from_core(mc.iwf_message("alice", b"x"))
    assert reply.code == 200
    alice.endpoint.wait_request()


@pytest.mark.parametrize("identities, code", [
    ([mc.impu("alice"), "tel:+431234"], 200),
    ([mc.impu("alice"), mc.IWF1], 403),
    ([mc.impu("alice")] * 2, 403),
    ([mc.impu("alice"), "tel:+431234", "tel:+431235"], 403),
    ([mc.impu("alice"), "tel:+431234", mc.impu("bob")], 403),
    ([mc.impu("alice"), "tel:+431234", mc.IWF1], 403),
    ([mc.impu("alice"), "tel:+431234", "tel:+431235", mc.impu("alice")], 403),
], ids=["sip and tel", "user and IWF", "two of a kind", "third a tel",
        "third a user", "third an IWF", "four"])
def test_several_asserted_identities(any_site, identities, code):
    """RFC 3325 has one SIP and one tel URI; a mixture is of no sender. Fields
    of their own or a list in one: the same."""
    any_site.client("alice")
    uris = [f"<{uri}>" for uri in identities]
    for values in (uris, [", ".join(uris)]):
        message = mc.core_message("alice", b"x").drop("P-Asserted-Identity")
        for value in values:
            message.add("P-Asserted-Identity", value)
        assert any_site.from_core(message).code == code


def test_port_of_a_peer_is_not_compared(any_site):
    """The sample knows its peers by address alone."""
    alice = any_site.client("alice")
    with sip.UdpEndpoint("127.0.0.3") as other:
        reply = other.ask(mc.iwf_message("alice", b"x"),
                          any_site.node.address)
    assert reply.code == 200
    alice.endpoint.wait_request()


@pytest.mark.parametrize("address", [
    "::ffff:127.0.0.2", "::FFFF:7f00:2", "0:0:0:0:0:ffff:127.0.0.2"])
def test_mapped_address_of_a_peer(new_site, address):
    """A row with an IPv4-mapped address is that of the IPv4 one: what the
    IWF asserts counts, and no more once the row is another's."""
    site = new_site(sql=[f"UPDATE mc_iwf_peers SET address = '{address}' "
                         "WHERE address = '127.0.0.2'"])
    alice = site.client("alice")
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    alice.endpoint.wait_request()
    site.node.edit("UPDATE mc_iwf_peers SET address = '::ffff:127.0.0.9' "
                   f"WHERE address = '{address}'")
    node.wait_until(lambda: site.from_iwf(
        mc.iwf_message("alice", b"x")).code == 407, "the row changed")


@pytest.mark.parametrize("make", ["new_site", "new_small"])
def test_destination_that_is_no_peer(request, make):
    """A host that dispatcher has and no row of mc_iwf_peers gets what is for
    its KMF, and says nothing in its name."""
    site = request.getfixturevalue(make)(
        sql=["DELETE FROM mc_iwf_peers WHERE address = '127.0.0.2'"])
    alice = site.client("alice")
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 407
    assert not alice.endpoint.requests()
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    site.iwf1.wait_request()


def test_port_of_a_peer_is_compared_where_configured(new_site):
    """A row with a port fits that port alone."""
    site = new_site(sql=["UPDATE mc_iwf_peers SET port = 1 "
                         "WHERE address = '127.0.0.2'"])
    site.client("alice")
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 407
    reply = site.from_iwf(mc.iwf_message("alice", b"x"), site.iwf1b)
    assert reply.code == 200


@pytest.fixture
def shared_impu(new_site):
    """A site where the IMPU of alice carries a second person's MCPTT ID."""
    return new_site(sql=[
        "INSERT INTO mc_iwf_users (mc_id, service, impu, client_id, person,"
        " send, receive) VALUES ('sip:twin@mc.example.org', 'mcptt',"
        " 'sip:alice@mc.example.org', 'client-2', 'twin', 1, 1)",
        "UPDATE mc_iwf_users SET client_id = 'client-1'"
        " WHERE mc_id = 'sip:alice@mc.example.org'",
        "INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity)"
        " VALUES ('twin', 'p25', 'sip:kmf1@iwf.example.org', '99')"])


@pytest.mark.parametrize("client_id, code, caller", [
    (None, 403, None),
    ("client-1", 200, "sip:alice@mc.example.org"),
    ("client-2", 200, "sip:twin@mc.example.org"),
    ("client-3", 403, None),
])
def test_ambiguous_sender_gives_its_client_id(
        shared_impu, client_id, code, caller):
    """Several MC IDs of one IMPU: the client ID decides, else 403."""
    alice = shared_impu.client("alice")
    inner = "" if client_id is None else (
        '<mcptt-client-id type="Normal"><mcpttString>'
        f"{client_id}</mcpttString></mcptt-client-id>")
    message = mc.with_parts(mc.client_message("alice", b"x"), [
        mc.info_part(mc.info_xml("mcptt", inner)), mc.data_part(b"x")])
    assert alice.ask(message).code == code
    if caller:
        got = shared_impu.iwf1.wait_request().message
        assert mc.calling_user(got) == caller


DATA_ORIG = f"sip:mcdata-orig@{mc.DOMAIN}"
DATA_TERM = f"sip:mcdata-term@{mc.DOMAIN}"


@pytest.fixture(scope="module")
def data_psis():
    """A site with PSIs that serve MCData and no other service."""
    with sample.running(lambda peers: sample.SampleNode(peers, sql=[
            "INSERT INTO mc_iwf_roles (psi, service, role) VALUES"
            f" ('{DATA_ORIG}', 'mcdata', 'originating'),"
            f" ('{DATA_TERM}', 'mcdata', 'terminating')"])) as site:
        yield site


@pytest.mark.parametrize("service, code", [
    ("mcdata", 200), ("mcptt", 403), ("mcvideo", 403)])
def test_psi_of_one_service(data_psis, service, code):
    """A PSI is one for the services that its rows name; for others it is
    none, in both directions."""
    alice = data_psis.client("alice")
    before = data_psis.node.counters()["refused_wrong_psi"]
    assert data_psis.from_core(mc.core_message(
        "alice", b"x", service, psi=DATA_ORIG)).code == code
    assert data_psis.from_iwf(mc.iwf_message(
        "alice", b"x", service, psi=DATA_TERM)).code == code
    assert len(data_psis.iwf1.requests()) == (code == 200)
    assert len(alice.endpoint.requests()) == (code == 200)
    refused = data_psis.node.counters()["refused_wrong_psi"] - before
    assert refused == (2 if code == 403 else 0)
    data_psis.reset()
