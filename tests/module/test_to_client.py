# SPDX-License-Identifier: GPL-2.0-or-later
"""From the IWF to the client: who gets it, and that it is untouched."""
import time

import pytest

import mc
import node
import sip


@pytest.mark.parametrize("service", mc.SERVICES)
@pytest.mark.parametrize("psi", [mc.TERM, mc.CTRL])
def test_body_is_untouched(any_site, service, psi):
    """The client gets the body octet for octet, and the asserted IWF."""
    alice = any_site.client("alice")
    message = mc.iwf_message("alice", bytes(range(256)), service, psi=psi)
    assert any_site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert got.body == message.body
    assert got.get("Content-Type") == message.get("Content-Type")
    assert got.uri == alice.contact
    assert got.all("P-Asserted-Identity") == [f"<{mc.IWF1}>"]
    assert got.all("P-Asserted-Service") == [mc.icsi(service)]


def test_missing_fields_are_added(any_site):
    """Accept-Contact and P-Asserted-Service go out complete."""
    alice = any_site.client("alice")
    message = mc.iwf_message("alice", b"x")
    message.drop("Accept-Contact").drop("P-Asserted-Service")
    assert any_site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert got.all("P-Asserted-Service") == [mc.icsi("mcptt")]
    assert len(got.all("Accept-Contact")) == 2


def test_only_contacts_of_the_service(any_site):
    """The contact without the feature tag gets nothing."""
    data = any_site.client("alice", "mcdata")
    voice = any_site.client("alice", "mcptt", "mcvideo")
    message = mc.iwf_message("alice", b"x", "mcptt")
    assert any_site.from_iwf(message).code == 200
    voice.endpoint.wait_request()
    assert not data.endpoint.requests()


@pytest.mark.parametrize("value", ["FALSE", "false", "!TRUE"])
def test_contact_without_the_feature(any_site, value):
    """A tag that says FALSE is that of a contact which has it not
    (RFC 3840 9)."""
    without = any_site.stranger("alice")
    message = sip.request(
        "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"), mc.impu("alice"),
        [("Contact", f'<{without.contact}>;+g.3gpp.mcptt="{value}"'
                     ";+g.3gpp.mcdata;expires=600")])
    assert without.ask(message).code == 200
    reply = any_site.from_iwf(mc.iwf_message("alice", b"x", "mcptt"))
    assert reply.code == 480
    assert any_site.from_iwf(
        mc.iwf_message("alice", b"x", "mcdata")).code == 200
    assert len(without.endpoint.requests()) == 1


def registered_twice(site, first, second, apart):
    """alice's two phones in one REGISTER, with these services each: in
    fields of their own or in one."""
    phones = [site.stranger("alice") for _ in range(2)]
    contacts = [f"<{phone.contact}>{mc.contact_tags(*services)};expires=600"
                for phone, services in zip(phones, (first, second))]
    values = contacts if apart else [", ".join(contacts)]
    uri = f"sip:{mc.DOMAIN}"
    reply = phones[0].ask(sip.request(
        "REGISTER", uri, mc.impu("alice"), mc.impu("alice"),
        [("Contact", value) for value in values]))
    assert reply.code == 200
    return phones


@pytest.mark.parametrize("apart", [True, False], ids=["fields", "list"])
@pytest.mark.parametrize("first, second", [
    (["mcptt", "mcdata"], ["mcdata"]), (["mcdata"], ["mcptt", "mcdata"])])
def test_contacts_of_one_register(any_site, first, second, apart):
    """They share what is stored of their services: only what all of them
    take counts, whichever is the last."""
    phones = registered_twice(any_site, first, second, apart)
    reply = any_site.from_iwf(mc.iwf_message("alice", b"x", "mcptt"))
    assert reply.code == 480
    message = mc.iwf_message("alice", b"x", "mcdata")
    assert any_site.from_iwf(message).code == 200
    wanted = {phone.contact for phone in phones}  # whatever NAT each has
    node.wait_until(lambda: wanted == {
        r.message.uri for phone in phones
        for r in phone.endpoint.requests()}, "a copy for each contact")


def test_contact_that_has_expired(new_small):
    """From the second on in which it ends a contact is none, whether the
    timer has removed it or not: no user sends with it, none is reached."""
    site = new_small(clock=True)
    longer = site.client("alice")
    site.node.clock.forward(10)
    shorter = site.stranger("alice").register(expires=60)
    site.node.clock.forward(61)
    assert site.from_core(mc.core_message("alice", b"x")).code == 200
    # The newest contact would be the first to get it.
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    longer.endpoint.wait_request()
    assert not shorter.endpoint.requests()
    site.node.clock.forward(530)
    assert site.from_core(mc.core_message("alice", b"x")).code == 404
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
    assert len(longer.endpoint.requests()) == 1
    said = site.node.kamcmd("mc_iwf.explain", mc.impu("alice"), "mcptt")
    assert "sender_unregistered" in said


def test_no_contact_of_the_service(any_site):
    """Registered, but not for this service: 480."""
    alice = any_site.client("alice", "mcdata")
    reply = any_site.from_iwf(mc.iwf_message("alice", b"x", "mcptt"))
    assert reply.code == 480
    assert not alice.endpoint.requests()


def test_all_contacts_get_it(any_site):
    """deliver = all: every contact gets it, the IWF one final response."""
    phones = [any_site.client("alice") for _ in range(3)]
    message = mc.iwf_message("alice", b"x")
    assert any_site.from_iwf(message).code == 200
    for phone in phones:
        assert phone.endpoint.wait_request().message.body == message.body
    branch = message.branch
    assert len([r for r in any_site.iwf1.responses(branch)
                if r.code >= 200]) == 1


def test_newest_contact_gets_it(new_site):
    """deliver = newest: the one that registered last."""
    site = new_site(env={"DELIVER": "newest"})
    old = site.client("alice")
    time.sleep(1.1)  # registrations are timed in seconds
    new = site.client("alice")
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    new.endpoint.wait_request()
    assert not old.endpoint.requests()


def test_device_of_the_lmr_entry_gets_it(new_site):
    """deliver = client: the contact whose +sip.instance the entry names."""
    urn = "urn:uuid:00000000-0000-1000-8000-000a95a0e128"
    site = new_site(env={"DELIVER": "client"}, sql=[
        f"UPDATE mc_iwf_lmr SET device = '{urn}' WHERE person = 'alice'"])
    radio = site.client("alice", tags=f';+sip.instance="<{urn}>"')
    other = site.client("alice", tags=';+sip.instance="<urn:uuid:0>"')
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    radio.endpoint.wait_request()
    assert not other.endpoint.requests()


def test_client_id_of_the_lmr_entry_gets_it(new_site):
    """deliver = client: the contact whose info part gave that client ID."""
    client_id = "urn:uuid:00000000-0000-1000-8000-000a95a0e129"
    site = new_site(env={"DELIVER": "client"}, sql=[
        f"UPDATE mc_iwf_lmr SET device = '{client_id}' WHERE person = 'alice'"])
    info = mc.info_xml("mcptt", '<mcptt-client-id type="Normal"><mcpttString>'
                       f"{client_id}</mcpttString></mcptt-client-id>")
    other, radio = site.client("alice"), site.stranger("alice")
    radio.register(parts=[mc.info_part(info), mc.part("text/plain", b"x")])
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    radio.endpoint.wait_request()
    assert not other.endpoint.requests()


@pytest.mark.parametrize("code", [200, 202, 403, 480, 486, 603])
def test_final_response_is_the_clients(any_site, code):
    """What the client answers is what the IWF gets."""
    alice = any_site.client("alice")
    alice.endpoint.script = sip.answer(code, "As alice says")
    reply = any_site.from_iwf(mc.iwf_message("alice", b"x"))
    assert (reply.code, reply.reason) == (code, "As alice says")


def test_target_in_a_list_entry(any_site):
    """MCData names the target in resource-lists, not in the info part."""
    alice = any_site.client("alice")
    message = mc.iwf_message("alice", b"x", "mcdata")
    parts = mc.parts_of(message)
    parts[0] = mc.info_part(mc.info_xml("mcdata"), "mcdata")
    parts.insert(1, mc.lists_part(mc.mc_id("alice", "mcdata")))
    assert any_site.from_iwf(mc.with_parts(message, parts)).code == 200
    alice.endpoint.wait_request()


def test_functional_alias_is_no_target(any_site):
    """An alias names a role, no person: unknown."""
    any_site.client("alice")
    message = mc.iwf_message("alice", b"x")
    alias = ("<anyExt><called-functional-alias-URI><mcpttURI>"
             f"{mc.impu('alice')}</mcpttURI></called-functional-alias-URI>"
             "</anyExt>")
    parts = [mc.info_part(mc.info_xml("mcptt", alias)), mc.data_part(b"x")]
    reply = any_site.from_iwf(mc.with_parts(message, parts))
    assert reply.code == 404
    assert '"145 ' in reply.get("Warning")


@pytest.mark.parametrize("target", [
    "sip:someone@mc.partner.example", mc.impu("partner")],
    ids=["by domain", "by home"])
def test_partners_user(any_site, target):
    """A user of a partner system is reached through its gateway."""
    message = mc.iwf_message("alice", b"x")
    parts = [mc.info_part(mc.info_for(target)), mc.data_part(b"x")]
    assert any_site.from_iwf(mc.with_parts(message, parts)).code == 200
    got = any_site.partner.wait_request().message
    assert got.uri == "sip:mc-gw@mc.partner.example"
    assert got.body == message.body


def test_frank_hears_both_iwfs(any_site):
    """Each KMF of the user may write to him, through its own IWF."""
    frank = any_site.client("frank")
    for peer, psi in ((any_site.iwf1, mc.IWF1), (any_site.iwf2, mc.IWF2)):
        message = mc.iwf_message("frank", b"x", iwf=psi)
        assert any_site.from_iwf(message, peer).code == 200
    assert len(frank.endpoint.requests()) == 2


def test_any_order_any_number(any_site):
    """Messages of both sides cross; nothing is owed to the other."""
    alice, bob = any_site.client("alice"), any_site.client("bob")
    for number in range(4):
        payload = b"%d" % number
        for user in ("alice", "bob"):
            assert any_site.from_core(
                mc.core_message(user, payload)).code == 200
            assert any_site.from_iwf(
                mc.iwf_message(user, payload)).code == 200
    for client in (alice, bob):
        got = [mc.payload_of(r.message) for r in client.endpoint.requests()]
        assert got == [b"0", b"1", b"2", b"3"]
    assert len(any_site.iwf1.requests()) == 8
