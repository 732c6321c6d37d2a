# SPDX-License-Identifier: GPL-2.0-or-later
"""From the client to the IWF: where it goes and what is rewritten."""
import pytest

import mc
import sip

SECRET_HEADERS = ["P-Charging-Vector: icid-value=1",
                  "History-Info: <sip:before@mc.example.org>;index=1",
                  "P-Access-Network-Info: 3GPP-E-UTRAN"]
CORE_ALONE = ["P-Visited-Network-ID", "p-served-user"]


def send(site, user, **what):
    """A message of a registered user by way of the core; answer and copy."""
    site.client(user)
    message = mc.core_message(user, what.pop("payload", b"\0opaque"), **what)
    return message, site.from_core(message)


@pytest.mark.parametrize("service", mc.SERVICES)
def test_rewrite(any_site, service):
    """R-URI, asserted user, calling user; the rest is as it was."""
    sent, reply = send(any_site, "alice", service=service)
    assert reply.code == 200
    got = any_site.iwf1.wait_request().message
    assert got.uri == mc.IWF1
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert got.all("P-Asserted-Service") == [mc.icsi(service)]
    assert got.all("Accept-Contact") == sent.all("Accept-Contact")
    assert got.get("Call-ID") == sent.get("Call-ID")
    assert mc.calling_user(got) == mc.mc_id("alice", service)
    assert mc.parts_of(got)[1:] == mc.parts_of(sent)[1:]
    assert not any_site.iwf1b.requests() + any_site.iwf2.requests()


def test_client_with_digest(site):
    """The same straight from a client; its credentials stay here."""
    alice = site.client("alice")
    message = mc.client_message("alice", b"x")
    assert alice.ask(message).code == 200
    got = site.iwf1.wait_request()
    assert got.message.all("P-Asserted-Identity") == [
        f"<{mc.impu('alice')}>"]
    assert got.message.all("P-Asserted-Service") == [mc.icsi("mcptt")]
    assert not got.message.all("P-Preferred-Service")
    assert not got.message.all("Proxy-Authorization")
    assert b"alice-secret" not in got.octets


def test_length_of_the_info_part(any_site):
    """A Content-Length of the info part's own tells of what has left."""
    any_site.client("alice")
    xml = mc.info_xml("mcptt")
    message = mc.with_parts(mc.core_message("alice", b"x"), [
        mc.info_part(xml, Content_Length=str(len(xml))), mc.data_part(b"x")])
    assert any_site.from_core(message).code == 200
    info, data = mc.parts_of(any_site.iwf1.wait_request().message)
    assert len(info.content) > len(xml)
    assert f"Content-Length: {len(info.content)}" in info.headers.decode()
    assert data.content == b"x"


def test_false_calling_user_is_overwritten(any_site):
    """Only the user the sender is bound to is named; all else stays."""
    any_site.client("alice")
    before = mc.identity("mcptt", "request-uri", mc.KMF1)
    after = "<mcptt-client-id/><!-- \u00e4 --><anyExt/>"
    false = mc.identity("mcptt", "calling-user-id", mc.impu("bob"))
    xml = mc.info_xml("mcptt", before + false + after)
    message = mc.with_parts(mc.core_message("alice", b"x"), [
        mc.info_part(xml), mc.data_part(b"x")])
    assert any_site.from_core(message).code == 200
    text = mc.info_of(any_site.iwf1.wait_request().message)
    head, tail = mc.info_xml("mcptt", before + "|" + after).decode(
        ).split("|")
    assert text.startswith(head) and text.endswith(tail)
    middle = text[len(head):len(text) - len(tail)]
    assert mc.impu("alice") in middle and "bob" not in middle
    assert middle.count("<mcptt-calling-user-id") == 1


def test_calling_user_is_inserted_in_schema_order(any_site):
    """After request-uri, before called-party-id."""
    any_site.client("alice")
    first = mc.identity("mcptt", "request-uri", mc.KMF1)
    last = mc.identity("mcptt", "called-party-id", mc.KMF1)
    message = mc.with_parts(mc.core_message("alice", b"x"), [
        mc.info_part(mc.info_xml("mcptt", first + last)),
        mc.data_part(b"x")])
    assert any_site.from_core(message).code == 200
    text = mc.info_of(any_site.iwf1.wait_request().message)
    assert (text.index("mcptt-request-uri")
            < text.index("mcptt-calling-user-id")
            < text.index("mcptt-called-party-id"))


def test_missing_fields_are_added(any_site):
    """Accept-Contact and P-Asserted-Service of the service, on the way out."""
    any_site.client("alice")
    message = mc.core_message("alice", b"x", service="mcdata")
    message.drop("Accept-Contact").drop("P-Asserted-Service")
    assert any_site.from_core(message).code == 200
    got = any_site.iwf1.wait_request().message
    assert got.all("P-Asserted-Service") == [mc.icsi("mcdata")]
    assert sorted(got.all("Accept-Contact")) == sorted(
        v for _, v in mc.accept_contact("mcdata"))


def test_sub_service_counts_and_stays(any_site):
    """mcdata.sds is MCData and goes on as mcdata.sds."""
    any_site.client("alice")
    message = mc.core_message("alice", b"x", service="mcdata")
    message.set("P-Asserted-Service", mc.icsi("mcdata.sds"))
    assert any_site.from_core(message).code == 200
    got = any_site.iwf1.wait_request().message
    assert got.all("P-Asserted-Service") == [mc.icsi("mcdata.sds")]


def test_service_by_the_older_header_name(any_site):
    """TS 29.379 writes P-Asserted-Service-Id: accepted."""
    any_site.client("alice")
    message = mc.core_message("alice", b"x")
    message.drop("P-Asserted-Service").add(
        "P-Asserted-Service-Id", mc.icsi("mcdata"))
    assert any_site.from_core(message).code == 403
    message = mc.core_message("alice", b"x").drop("P-Asserted-Service")
    message.add("P-Asserted-Service-Id", mc.icsi("mcptt"))
    assert any_site.from_core(message).code == 200


@pytest.mark.parametrize("user, target, psi, receiver", [
    ("alice", None, mc.ORIG, "iwf1"),
    ("alice", mc.KMF1, mc.ORIG, "iwf1"),
    ("alice", "sip:kmf1-proxy@iwf.example.org", mc.ORIG, "iwf1"),
    ("alice", mc.IWF1, mc.ORIG, "iwf1"),
    ("alice", "sip:nobody@elsewhere.example", mc.ORIG, "iwf1"),
    ("alice", None, mc.CTRL, "iwf1"),
    ("alice", None, "sip:mc-orig@MC.example.org:5060;lr", "iwf1"),
    ("dave", None, mc.ORIG, "iwf2"),
    ("frank", mc.KMF1, mc.ORIG, "iwf1"),
    ("frank", mc.KMF2, mc.ORIG, "iwf2"),
    ("frank", "sip:kmf2-proxy@tetra-iwf.example.org;x=y", mc.ORIG, "iwf2"),
])
def test_way_to_the_kmf(any_site, user, target, psi, receiver):
    """The user's own entries, selected by the URI in the message."""
    _, reply = send(any_site, user, target=target, psi=psi)
    assert reply.code == 200, reply.start
    got = getattr(any_site, receiver).wait_request().message
    assert got.uri == (mc.IWF1 if receiver == "iwf1" else mc.IWF2)


@pytest.mark.parametrize("where", ["list", "called"])
def test_kmf_named_elsewhere(any_site, where):
    """A resource-lists entry and called-party-id select as well."""
    any_site.client("frank")
    message = mc.core_message("frank", b"x")
    parts = mc.parts_of(message)
    if where == "list":
        parts.insert(1, mc.lists_part(mc.KMF2))
    else:
        called = mc.identity("mcptt", "called-party-id", mc.KMF2)
        parts[0] = mc.info_part(mc.info_xml("mcptt", called))
    reply = any_site.from_core(mc.with_parts(message, parts))
    assert reply.code == 200
    any_site.iwf2.wait_request()


def test_unknown_kmf_can_be_refused(new_site):
    """kmf_unknown = refuse instead of dropping the URI."""
    site = new_site(env={"KMF_UNKNOWN": "refuse"})
    _, reply = send(site, "alice", target="sip:nobody@elsewhere.example")
    assert reply.code == 403
    assert '"100 function not allowed due to' in reply.get("Warning")


def test_private_headers_stay_in_the_trust_domain(new_site):
    """They leave towards a trusted peer only; the second IWF is none."""
    site = new_site(sql=[
        "UPDATE mc_iwf_kmfs SET trusted = 0 WHERE peer_set = 2"])
    for user, receiver, there in (("alice", site.iwf1, True),
                                  ("dave", site.iwf2, False)):
        site.client(user)
        message = mc.core_message(user, b"x")
        for line in SECRET_HEADERS:
            message.add(*line.split(": ", 1))
        assert site.from_core(message).code == 200
        octets = receiver.wait_request().octets
        for line in SECRET_HEADERS:
            assert (line.encode() in octets) == there


def test_fields_between_servers_of_the_core(site):
    """They leave to no IWF, however far it is trusted."""
    site.client("alice")
    message = mc.core_message("alice", b"x")
    for name in CORE_ALONE:
        message.add(name, f"<{mc.impu('alice')}>;sescase=orig")
    assert site.from_core(message).code == 200
    got = site.iwf1.wait_request().message
    assert not [name for name in CORE_ALONE if got.get(name)]
    assert got.get("P-Asserted-Identity") == f"<{mc.impu('alice')}>"


def served(user, *served_users, asserted=None):
    """A message as a core hands it on for another user than it asserts."""
    message = mc.core_message(user, b"x")
    message.drop("P-Asserted-Identity")
    if asserted:
        message.add("P-Asserted-Identity", f"<{mc.impu(asserted)}>")
    for value in served_users:
        message.add("P-Served-User", value)
    return message


@pytest.mark.parametrize("asserted", [None, "bob", "alice"])
@pytest.mark.parametrize("case", [";sescase=orig;regstate=reg", ";orig-cdiv",
                                  ""])
def test_the_served_user_sends(any_site, asserted, case):
    """Whatever the core asserts; that does not leave."""
    any_site.client("alice")
    message = served("alice", f"<{mc.impu('alice')}>{case}",
                     asserted=asserted)
    assert any_site.from_core(message).code == 200
    got = any_site.iwf1.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert mc.impu("alice").encode() in mc.parts_of(got)[0].content
    assert b"bob" not in bytes(got)


def test_a_served_user_who_is_called(any_site):
    """It asserts nothing of who sends."""
    called = "<sip:alice@mc.example.org>;sescase=term"
    any_site.client("alice")
    assert any_site.from_core(served("alice", called)).code == 403
    assert not any_site.iwf1.requests()


@pytest.mark.parametrize("asserted", [None, "alice"])
@pytest.mark.parametrize("values", [
    ["<sip:alice@mc.example.org>;sescase=orig"] * 2,
    ["<sip:alice@mc.example.org>, <sip:bob@mc.example.org>"],
    ["<sip:alice@mc.example.org>;sescase=orig;sescase=term"],
    ["<sip:alice@mc.example.org"], [";sescase=orig"]])
def test_a_served_user_who_is_not_clear(any_site, values, asserted):
    """What can be read in two ways is refused, whatever is asserted."""
    any_site.client("alice")
    message = served("alice", *values, asserted=asserted)
    assert any_site.from_core(message).code == 403
    assert not any_site.iwf1.requests()


def test_an_iwf_serves_no_user(site):
    """P-Served-User of another peer than a core does not count."""
    alice = site.client("alice")
    message = mc.iwf_message("alice", b"x").add(
        "P-Served-User", f"<{mc.impu('bob')}>;sescase=orig")
    assert site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert got.get("P-Served-User") is None
    assert got.get("P-Asserted-Identity") == f"<{mc.IWF1}>"


def test_fields_that_assert_something(site):
    """Of a message, too, a client says nothing that a core has to say."""
    alice = site.client("alice")
    for message, ask, stays in (
            (mc.client_message("alice", b"x"), alice.ask, mc.LISTED_FIELDS),
            (mc.core_message("alice", b"x"), site.from_core,
             mc.CORE_FIELDS + mc.PEER_FIELDS + mc.FREE_FIELDS)):
        for name, value in mc.CORE_FIELDS + mc.PEER_FIELDS + mc.FREE_FIELDS:
            message.add(name, value)
        assert ask(message).code == 200
        assert mc.foreign_fields_of(
            site.iwf1.wait_request().message) == stays
        site.iwf1.forget()


@pytest.mark.parametrize("code", [200, 202, 403, 480, 486, 500, 603])
def test_final_response_is_the_receivers(any_site, code):
    """What the IWF answers is what the client gets."""
    any_site.iwf1.script = sip.answer(code, "As the IWF says")
    _, reply = send(any_site, "alice")
    assert (reply.code, reply.reason) == (code, "As the IWF says")
    assert len(any_site.iwf1.requests()) == 1


def test_other_parts_arrive_octet_for_octet(any_site):
    """Access tokens, keys and location pass as they came."""
    any_site.client("alice")
    message = mc.core_message("alice", b"\r\n\0x")
    parts = mc.parts_of(message) + [
        mc.part("application/vnd.3gpp.mc-signalling-ear", bytes(range(256))),
        mc.part("application/mikey", b"\x01\x1a\0\r",
                Content_Transfer_Encoding="binary"),
        mc.part("application/vnd.3gpp.location-info+xml", b"<x/>")]
    assert any_site.from_core(mc.with_parts(message, parts)).code == 200
    got = any_site.iwf1.wait_request().message
    assert mc.parts_of(got)[1:] == parts[1:]
