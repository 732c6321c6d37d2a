# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls: who is who, who may, and what leaves, octet for octet.

A node whose route runs the functions on an INVITE and relays it, with no
media in between: what the functions do is what the receivers' sockets get.
"""
import base64
import collections
import contextlib
import random
import re

import pytest

import mc
import node
import sample
import sip
import small_server

UNIT = "sip:unit1@iwf.example.org"
TETRA = "sip:unit1@tetra-iwf.example.org"
GROUP = "sip:grp-p25@mc.example.org"
GROUP2 = "sip:grp-tetra@mc.example.org"
INFO = "application/vnd.3gpp.mcptt-info+xml"
# Octets that stand for a description; the functions do not read them.
SDP = (b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
       b"m=audio 4000 RTP/AVP 100\r\na=x:\x00\r\r\n--mc\r\n")

CONFIG = """
#!KAMAILIO
include_file "small-common.cfg"
{parameters}

request_route {{
	if(is_method("OPTIONS")) {{
		sl_send_reply("200", "OK");
		exit;
	}}
	if(is_method("REGISTER")) {{
		iwf_contact();
		save("location");
		exit;
	}}
	if(is_method("PUBLISH")) {{
		if($hdr(X-Profile) == $null) {{
			iwf_group_codec("$hdr(X-Group)", "$hdr(X-Codec)");
		}} else {{
			iwf_group_codec("$hdr(X-Group)", "$hdr(X-Codec)",
				"$hdr(X-Profile)");
		}}
		if($rc > 0) {{
			sl_send_reply("200", "OK");
		}} else {{
			iwf_reply();
		}}
		exit;
	}}
	if(has_totag()) {{
		if(is_method("ACK")) {{
			t_check_trans();
		}} else if(iwf_check_in_dialog("$hdr(X-Claim)")) {{
			sl_send_reply("200", "OK");
		}} else {{
			iwf_reply();
		}}
		exit;
	}}
	if(t_check_trans()) {{
		exit;
	}}
	t_newtran();
	if($iwf(source) == "client" && !proxy_authorize("{domain}", "subscriber")) {{
		iwf_refuse("unauthenticated");
		exit;
	}}
	remove_hf("X-Removed");
	if(!iwf_check() || !iwf_authorize() || !iwf_rewrite()) {{
		iwf_reply();
		exit;
	}}
	append_hf("X-Facts: $iwf(call) $iwf(direction) $iwf(service)"
		" $iwf(mc_id) $iwf(impu) $iwf(caller) $iwf(target) $iwf(psi)"
		" $iwf(profile) $iwf(peer_set) $iwf(ruri)\\r\\n");
	{targets}
	switch($iwf(peer_set)) {{
		case 1:
			$du = $def(IWF1_URI);
			break;
		case 2:
			$du = $def(IWF2_URI);
	}}
	t_relay();
}}
"""
BY_LOOKUP = """$ru = $iwf(ruri);
	if($iwf(peer_set) == $null) {
		lookup("location");
	}"""
BY_MODULE = "if(!iwf_targets()) { iwf_reply(); exit; }"


class CallNode(small_server.SmallNode):
    """The small node with a route for calls."""

    def __init__(self, peers, targets=BY_LOOKUP, **parameters):
        super().__init__(peers, "small.cfg")
        self.config.write_text(CONFIG.format(
            domain=mc.DOMAIN, targets=targets, parameters="\n".join(
                f'modparam("mc_iwf", "{name}", {value})'
                for name, value in {
                    "policies": f'"{node.TOP}/cfg/policies.ini"',
                    **parameters}.items())).lstrip())


@pytest.fixture(scope="module")
def _call_site():
    with sample.running(CallNode) as found:
        yield found


@pytest.fixture
def site(_call_site):
    """The node; each test gets it as if just started."""
    yield _call_site
    _call_site.reset()


@pytest.fixture
def new_call_site():
    """Makes nodes with other parameters."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: stack.enter_context(sample.running(
            lambda peers: CallNode(peers, **settings)))


# INVITEs

def invite(to, sender, parts=(), sdp=None, fields=()):
    """An INVITE with these parts, or with a description alone."""
    message = sip.request("INVITE", to, sender, to, [
        ("Contact", "<sip:here@127.0.0.1:9>"), *fields])
    if parts:
        mc.with_parts(message, parts)
    elif sdp is not None:
        message.set("Content-Type", "application/sdp")
        message.body = sdp
    return message


def sdp_part():
    """The description as a part."""
    return mc.part("application/sdp", SDP)


def session(kind, *identities):
    """An info part: session-type, then identities by name and URI."""
    inner = f"<session-type>{kind}</session-type>" if kind else ""
    inner += "".join(mc.identity("mcptt", name, uri)
                     for name, uri in identities)
    return mc.info_part(mc.info_xml("mcptt", inner))


def private_call(user, *called, identities=(), kind="private", fields=()):
    """A client's private call by list."""
    return invite(mc.ORIG, mc.impu(user), [
        sdp_part(), session(kind, *identities), mc.lists_part(*called)],
        fields=[("P-Preferred-Service", mc.icsi("mcptt")),
                *mc.accept_contact("mcptt"), *fields])


def group_call(user, group=GROUP, identities=(), kind="prearranged"):
    """A client's leg of a group call."""
    return invite(mc.CTRL, mc.impu(user), [
        sdp_part(), session(kind, ("request-uri", group), *identities)],
        fields=mc.accept_contact("mcptt"))


def iwf_call(user="bob", caller=UNIT, iwf=mc.IWF1, identities=(), kind=None):
    """An IWF's call to a user."""
    named = [("request-uri", mc.mc_id(user))]
    if caller:
        named.append(("calling-user-id", caller))
    return invite(mc.TERM, iwf, [sdp_part(),
                                 session(kind, *named, *identities)],
                  fields=[("P-Asserted-Service", mc.icsi("mcptt")),
                          ("P-Asserted-Identity", f"<{iwf}>"),
                          *mc.accept_contact("mcptt")])


def group_of_iwf2(speaker):
    """A call of IWF 2 to bob in a group of its own, with who speaks first."""
    return iwf_call(caller=speaker, iwf=mc.IWF2, identities=[
        ("calling-group-id", GROUP2)])


def value_of(message, name):
    """An identity in the info part, None if there is none."""
    found = re.search(rf"mcptt-{name}[^>]*>\s*<mcpttURI>([^<]*)<",
                      mc.info_of(message))
    return found.group(1) if found else None


def arrived(endpoint):
    """The INVITE that an endpoint got."""
    return endpoint.wait_request("INVITE").message


def facts_of(message):
    """What $iwf() said, by key."""
    names = ("call direction service mc_id impu caller target psi profile "
             "peer_set ruri").split()
    return dict(zip(names, message.get("X-Facts").split(" ")))


def assert_refused(reply, code, warning=None):
    """A refusal, with this code in its Warning, or without a Warning."""
    said = reply.get("Warning")
    assert reply.code == code, reply.start
    if warning is None:
        assert said is None
    else:
        assert said.startswith(f'399 {mc.DOMAIN} "{warning} '), said


def nobody_called(site):
    """True if no call left the node."""
    return not any(peer.requests("INVITE") for peer in site.peers.all()) \
        and not any(c.endpoint.requests("INVITE") for c in site.clients)


# What leaves, form by form

def test_client_to_iwf_by_list(site):
    """Request-URI is the PSI; the info part says who calls whom; all other
    parts and the description are as they came."""
    alice = site.client("alice")
    message = private_call("alice", UNIT)
    sent = mc.parts_of(message)
    assert alice.ask(message).code == 200
    got = arrived(site.iwf1)
    assert got.uri == mc.IWF1
    assert value_of(got, "request-uri") == UNIT
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    parts = mc.parts_of(got)
    assert parts[0] == sent[0] and parts[2] == sent[2]
    assert parts[1].headers == sent[1].headers
    assert parts[1].content == sent[1].content.replace(
        b"</session-type>", b"</session-type>"
        + mc.identity("mcptt", "request-uri", UNIT).encode()
        + mc.identity("mcptt", "calling-user-id",
                      mc.mc_id("alice")).encode())
    assert int(got.get("Content-Length")) == len(got.body)
    assert facts_of(got) == {
        "call": "private", "direction": "to_iwf", "service": "mcptt",
        "mc_id": mc.mc_id("alice"), "impu": mc.impu("alice"),
        "caller": mc.impu("alice"), "target": UNIT, "psi": mc.IWF1,
        "profile": "p25", "peer_set": "1", "ruri": mc.IWF1}


def test_client_to_iwf_directly(site):
    """A description alone becomes the first part, octet for octet, beside
    an info part; the boundary is not in it."""
    alice = site.client("alice")
    assert alice.ask(invite(UNIT, mc.impu("alice"), sdp=SDP)).code == 200
    got = arrived(site.iwf1)
    assert got.uri == mc.IWF1
    boundary = re.fullmatch(r"multipart/mixed;boundary=([\w-]+)",
                            got.get("Content-Type")).group(1)
    assert boundary.encode() not in SDP
    assert len(got.all("Content-Type")) == 1
    first, second = mc.parts_of(got)
    assert first == mc.Part(b"Content-Type: application/sdp", SDP)
    assert second.headers == f"Content-Type: {INFO}".encode()
    assert b"<session-type>private</session-type>" in second.content
    assert value_of(got, "request-uri") == UNIT
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert int(got.get("Content-Length")) == len(got.body)
    assert got.body.endswith(f"\r\n--{boundary}--\r\n".encode())


def test_wrapped_type_and_encoding_move_along(site):
    """What the header said of the body is said of its part, and no more of
    the whole."""
    alice = site.client("alice")
    content = base64.encodebytes(SDP).replace(b"\n", b"\r\n")
    message = invite(UNIT, mc.impu("alice"), sdp=content, fields=[
        ("Content-Transfer-Encoding", "base64")])
    message.set("Content-Type", "application/SDP ; charset=utf-8")
    assert alice.ask(message).code == 200
    got = arrived(site.iwf1)
    assert not got.all("Content-Transfer-Encoding")
    assert mc.parts_of(got)[0] == mc.Part(
        b"Content-Type: application/SDP ; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64", content)


@pytest.mark.parametrize("fields", [
    [], [("Content-Type", "application/sdp")]], ids=["bare", "typed"])
def test_offerless_gets_an_info_body(site, fields):
    """Without a body the info document is the body, under its own type."""
    alice = site.client("alice")
    message = invite(UNIT, mc.impu("alice"), fields=fields)
    assert alice.ask(message).code == 200
    got = arrived(site.iwf1)
    assert got.all("Content-Type") == [INFO]
    assert int(got.get("Content-Length")) == len(got.body)
    assert mc.identity("mcptt", "calling-user-id",
                       mc.mc_id("alice")).encode() in got.body
    assert mc.identity("mcptt", "request-uri", UNIT).encode() in got.body


def test_offerless_with_list(site):
    """The same with an info part and a list, and no description."""
    alice = site.client("alice")
    message = mc.with_parts(private_call("alice", TETRA), [
        session("private"), mc.lists_part(TETRA)])
    assert alice.ask(message).code == 200
    got = arrived(site.iwf2)
    assert got.uri == mc.IWF2
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert facts_of(got)["profile"] == "tetra"


def test_client_to_client_by_list(site):
    """Between clients the profile is that of clients; the called user's
    client learns who calls."""
    alice, bob = site.client("alice"), site.client("bob")
    assert alice.ask(private_call("alice", mc.mc_id("bob"))).code == 200
    got = arrived(bob.endpoint)
    assert value_of(got, "request-uri") == mc.mc_id("bob")
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert facts_of(got) == {
        "call": "private", "direction": "to_client", "service": "mcptt",
        "mc_id": mc.mc_id("alice"), "impu": mc.impu("alice"),
        "caller": mc.impu("alice"), "target": mc.mc_id("bob"),
        "psi": "<null>", "profile": "mcptt", "peer_set": "<null>",
        "ruri": mc.impu("bob")}


def test_client_to_client_directly(site):
    """A description alone stays alone."""
    alice, bob = site.client("alice"), site.client("bob")
    message = invite(mc.mc_id("bob"), mc.impu("alice"), sdp=SDP)
    assert alice.ask(message).code == 200
    got = arrived(bob.endpoint)
    assert got.get("Content-Type") == "application/sdp" and got.body == SDP
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]


def test_iwf_to_client(site):
    """The body of an IWF's call is not touched; its caller's profile
    counts."""
    bob = site.client("bob")
    message = iwf_call()
    body = message.body
    assert site.from_iwf(message).code == 200
    got = arrived(bob.endpoint)
    assert got.body == body
    assert got.all("P-Asserted-Identity") == [f"<{mc.IWF1}>"]
    assert facts_of(got) == {
        "call": "private", "direction": "to_client", "service": "mcptt",
        "mc_id": mc.mc_id("bob"), "impu": mc.impu("bob"),
        "caller": "<null>", "target": mc.mc_id("bob"), "psi": mc.IWF1,
        "profile": "p25", "peer_set": "<null>", "ruri": mc.impu("bob")}


def test_group_leg_to_iwf(site):
    """The group stays the called one; its URI names the profile."""
    alice = site.client("alice")
    assert alice.ask(group_call("alice", GROUP2)).code == 200
    got = arrived(site.iwf2)
    assert got.uri == mc.IWF2
    assert value_of(got, "request-uri") == GROUP2
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert facts_of(got)["call"] == "group"
    assert facts_of(got)["profile"] == GROUP2


def test_group_leg_of_a_controlling_function(site):
    """A core hands over what the controlling function sends: the caller that
    it names stays."""
    message = group_call("alice", identities=[
        ("calling-user-id", mc.mc_id("alice"))])
    message.add("P-Asserted-Identity", f"<{mc.CTRL}>")
    assert site.from_core(message).code == 200
    got = arrived(site.iwf1)
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert got.body == message.body


def test_group_leg_to_client(site):
    """The same from the IWF of the group."""
    bob = site.client("bob")
    message = iwf_call(caller=None, identities=[
        ("calling-group-id", GROUP)], kind="prearranged")
    body = message.body
    assert site.from_iwf(message).code == 200
    got = arrived(bob.endpoint)
    assert got.body == body
    assert facts_of(got)["profile"] == GROUP


def test_multipart_of_other_shapes(site):
    """A second parameter of Content-Type, multipart/related, a preamble and
    other parts: only the info part changes."""
    alice = site.client("alice")
    message = private_call("alice", UNIT)
    other = mc.Part(b"Content-Type: application/octet-stream\r\nX: y",
                    bytes(range(256)) + b"\r\r\n--mc-boundar")
    parts = [other, *mc.parts_of(message)]
    message.set("Content-Type", "multipart/related; type=\"application/sdp\""
                "; boundary=\"mc-boundary\"; start=one")
    message.body = b"preamble\r\n" + mc.multipart(parts) + b"epilogue"
    assert alice.ask(message).code == 200
    got = arrived(site.iwf1)
    assert got.get("Content-Type") == message.get("Content-Type")
    new = mc.info_of(got).encode()
    assert got.body.replace(new, parts[2].content) == message.body
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")


def test_base64_info_part(site):
    """An info part in base64 is one afterwards, with its own length."""
    alice = site.client("alice")
    xml = session("private").content
    encoded = base64.encodebytes(xml).replace(b"\n", b"\r\n")
    message = mc.with_parts(private_call("alice", UNIT), [
        sdp_part(), mc.info_part(encoded, Content_Transfer_Encoding="base64",
                                 Content_Length=str(len(encoded))),
        mc.lists_part(UNIT)])
    assert alice.ask(message).code == 200
    part = mc.parts_of(arrived(site.iwf1))[1]
    assert f"Content-Length: {len(part.content)}".encode() in part.headers
    text = base64.b64decode(part.content).decode()
    assert mc.identity("mcptt", "calling-user-id",
                       mc.mc_id("alice")) in text
    assert mc.identity("mcptt", "request-uri", UNIT) in text


def test_contact_stays(site):
    """A dialog needs its Contact."""
    alice = site.client("alice")
    alice.ask(private_call("alice", UNIT))
    assert arrived(site.iwf1).all("Contact") == ["<sip:here@127.0.0.1:9>"]


def test_targets_by_module():
    """iwf_targets() sets PSI or the contacts with the service's tag."""
    with sample.running(
            lambda peers: CallNode(peers, BY_MODULE)) as site:
        alice, bob = site.client("alice"), site.client("bob")
        site.client("carol", "mcdata")
        assert alice.ask(private_call("alice", UNIT)).code == 200
        assert arrived(site.iwf1).uri == mc.IWF1
        assert alice.ask(private_call("alice", mc.mc_id("bob"))).code == 200
        assert arrived(bob.endpoint).uri == bob.contact
        assert site.from_iwf(iwf_call()).code == 200
        assert alice.ask(private_call("alice",
                                      mc.mc_id("carol"))).code == 480
        site.reset()


# Who is who

def test_alice_is_alice_everywhere(site):
    """alice's digest counts, whatever else the INVITE claims of bob."""
    alice = site.client("alice")
    site.client("bob")
    bob = mc.impu("bob")
    message = private_call("alice", UNIT, identities=[
        ("calling-user-id", bob)], fields=[
            ("P-Asserted-Identity", f"<{bob}>"),
            ("P-Preferred-Identity", f"<{bob}>"),
            ("P-Asserted-Service", mc.icsi("mcptt")),
            ("P-Served-User", f"<{bob}>"), ("Route", "<sip:bob@127.0.0.9;lr>"),
            ("P-Charging-Vector", "icid-value=bob")])
    assert alice.ask(message).code == 200
    got = arrived(site.iwf1)
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert got.all("P-Asserted-Service") == [mc.icsi("mcptt")]
    for name in ("P-Preferred-Identity", "P-Preferred-Service", "Route",
                 "P-Served-User", "P-Charging-Vector",
                 "Proxy-Authorization", "Authorization"):
        assert not got.all(name), name
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert b"bob" not in bytes(got)


def test_the_served_user_calls(site):
    """For whom a core speaks, whatever it asserts: a client sees no other."""
    site.client("alice")
    bob = site.client("bob")
    message = private_call("alice", mc.mc_id("bob"), fields=[
        ("P-Served-User", f"<{mc.impu('alice')}>;sescase=orig"),
        ("P-Asserted-Identity", f"<{mc.impu('carol')}>")])
    assert site.from_core(message).code == 200
    got = arrived(bob.endpoint)
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert got.get("P-Served-User") is None
    assert value_of(got, "calling-user-id") == mc.mc_id("alice")
    assert b"carol" not in bytes(got)


@pytest.mark.parametrize("source", ["client", "core", "iwf"])
def test_fields_that_assert_something(site, source):
    """The core may say all, an IWF little, a client nothing of them."""
    alice, bob = site.client("alice"), site.client("bob")
    extra = mc.CORE_FIELDS + mc.PEER_FIELDS + mc.FREE_FIELDS
    if source == "iwf":
        message, ask, receiver = iwf_call(), site.from_iwf, bob.endpoint
        stays = mc.PEER_FIELDS + mc.FREE_FIELDS
    elif source == "core":
        message, ask, receiver = group_call("alice"), site.from_core, site.iwf1
        message.add("P-Asserted-Identity", f"<{mc.impu('alice')}>")
        stays = extra
    else:
        message, ask, receiver = group_call("alice"), alice.ask, site.iwf1
        message.add("Record-Route", "<sip:127.0.0.99;lr>")
        stays = mc.FREE_FIELDS
    for name, value in extra:
        message.add(name, value)
    assert ask(message).code == 200
    got = arrived(receiver)
    assert mc.foreign_fields_of(got) == stays
    assert "127.0.0.99" not in str(got.all("Record-Route"))


def test_service_fields_are_added(site):
    """What an ordinary phone does not say is said for it."""
    alice = site.client("alice")
    assert alice.ask(invite(UNIT, mc.impu("alice"), sdp=SDP)).code == 200
    got = arrived(site.iwf1)
    assert got.all("P-Asserted-Service") == [mc.icsi("mcptt")]
    assert got.all("Accept-Contact") == [
        value for _, value in mc.accept_contact("mcptt")]


def test_stranger_is_challenged(site):
    """No credentials: 407 with our realm, also if the Request-URI is of
    another domain; nothing leaves."""
    site.client("alice")
    for message in (private_call("alice", UNIT),
                    invite(UNIT, mc.impu("alice"), sdp=SDP), iwf_call()):
        reply = site.stranger("alice").endpoint.ask(
            message, site.node.address)
        assert reply.code == 407
        assert f'realm="{mc.DOMAIN}"' in reply.get("Proxy-Authenticate")
    assert nobody_called(site)


def test_core_asserts_a_client(site):
    """What the trusted core asserts needs no credentials."""
    site.client("alice")
    message = private_call("alice", UNIT)
    message.add("P-Asserted-Identity", f"<{mc.impu('alice')}>")
    assert site.from_core(message).code == 200
    assert value_of(arrived(site.iwf1), "calling-user-id") == \
        mc.mc_id("alice")


@pytest.mark.parametrize("asserted", [None, mc.IWF2, mc.impu("alice")])
def test_iwf_asserting_what_is_not_its_own(site, asserted):
    """Nothing, another's PSI, or a user: 403."""
    site.client("bob")
    message = iwf_call().drop("P-Asserted-Identity")
    if asserted:
        message.add("P-Asserted-Identity", f"<{asserted}>")
    assert_refused(site.from_iwf(message), 403)
    assert nobody_called(site)


def test_iwf_behind_the_core(site):
    """An IWF is recognised by its PSI from a trusted core, too."""
    bob = site.client("bob")
    assert site.from_core(iwf_call()).code == 200
    assert facts_of(arrived(bob.endpoint))["psi"] == mc.IWF1


FROM_IWF = {
    "foreign LMR user": (iwf_call(caller=TETRA), 403, 100),
    "unknown LMR user": (
        iwf_call(caller="sip:unit9@iwf.example.org"), 404, 141),
    "MC user as caller": (iwf_call(caller=mc.mc_id("alice")), 404, 141),
    "no caller": (iwf_call(caller=None), 404, 141),
    "unknown target": (iwf_call("nobody"), 404, 145),
    "deaf": (iwf_call("deaf"), 403, 100),
    "not registered": (iwf_call("carol"), 480, None),
    "foreign group": (iwf_call(caller=None, identities=[
        ("calling-group-id", GROUP2)]), 403, 100),
    "unknown group": (iwf_call(caller=None, identities=[
        ("calling-group-id", UNIT)]), 404, 113),
    "user of ours in a group": (group_of_iwf2(mc.mc_id("alice")), 404, 141),
    "radio of the other IWF in a group": (group_of_iwf2(UNIT), 403, 100),
    "unknown radio in a group": (
        group_of_iwf2("sip:unit9@tetra-iwf.example.org"), 404, 141),
    "session type": (iwf_call(kind="prearranged"), 403, None),
    "two targets": (iwf_call(identities=[
        ("called-party-id", mc.mc_id("alice"))]), 403, 100),
    "wrong PSI": (invite(mc.ORIG, mc.IWF1, [sdp_part(), session(None)], fields=[
        ("P-Asserted-Identity", f"<{mc.IWF1}>")]), 403, None),
    "the user itself": (invite(mc.mc_id("bob"), mc.IWF1, sdp=SDP, fields=[
        ("P-Asserted-Identity", f"<{mc.IWF1}>")]), 403, None),
}


@pytest.mark.parametrize("case", FROM_IWF)
def test_refusals_of_iwf(site, case):
    """Each call of an IWF that is refused."""
    site.client("bob")
    site.client("deaf")
    message, code, warning = FROM_IWF[case]
    peer = site.iwf2 if mc.IWF2 in message.get("From") else site.iwf1
    assert_refused(site.from_iwf(message.copy(), peer), code, warning)
    assert nobody_called(site)


@pytest.mark.parametrize("switch, refused", [
    ("own", {"alice": 404, "foreign": 403}), ("users", {"foreign": 403}),
    ("any", {})])
def test_who_may_speak_first_in_a_group(new_call_site, switch, refused):
    """A radio of the group's own IWF always may; others by group_caller."""
    site = new_call_site(group_caller=f'"{switch}"')
    bob = site.client("bob")
    for who, speaker in (("own", TETRA), ("alice", mc.mc_id("alice")),
                         ("foreign", UNIT)):
        message = group_of_iwf2(speaker)
        body = message.body
        assert site.from_iwf(message, site.iwf2).code == refused.get(who, 200)
        if who not in refused:
            assert arrived(bob.endpoint).body == body
            bob.endpoint.forget()
    assert nobody_called(site)


def renamed(message, uri):
    """The INVITE to another Request-URI."""
    message.start = f"INVITE {uri} SIP/2.0"
    return message


HIDDEN = "sip:c4Hq;iv=FTvn;key-id=a2V5;alg=128-aes-gcm@mc.example.org"
ENCRYPTED = mc.info_part(mc.info_xml("mcptt", (
    "<session-type>private</session-type>"
    '<mcptt-calling-user-id type="Encrypted"/>')))
FROM_CLIENT = {
    "unknown LMR user": (private_call(
        "alice", "sip:unit9@iwf.example.org"), 404, 145),
    "unknown LMR user directly": (invite(
        "sip:unit9@iwf.example.org", mc.impu("alice"), sdp=SDP), 404, 145),
    "unknown group": (group_call("alice", "sip:grp-x@mc.example.org"),
                      404, 113),
    "two entries": (private_call("alice", UNIT, TETRA), 403, 100),
    "no entry": (private_call("alice"), 404, 145),
    "session type chat": (private_call("alice", UNIT, kind="chat"),
                          403, None),
    "no session type": (private_call("alice", UNIT, kind=None), 403, None),
    "private to the controlling PSI": (renamed(
        private_call("alice", UNIT), mc.CTRL), 403, None),
    "prearranged to the originating PSI": (renamed(
        group_call("alice"), mc.ORIG), 403, None),
    "request-uri that differs": (private_call(
        "alice", UNIT, identities=[("request-uri", TETRA)]), 403, 100),
    "terminating PSI": (renamed(private_call("alice", UNIT), mc.TERM),
                        403, None),
    "info part and LMR user": (renamed(private_call("alice", UNIT), UNIT),
                               403, None),
    "PSI without info part": (invite(mc.ORIG, mc.impu("alice"), sdp=SDP),
                              403, 199),
    "two info parts": (mc.with_parts(private_call("alice", UNIT), [
        sdp_part(), session("private"), session("private"),
        mc.lists_part(UNIT)]), 400, None),
    "an info part inside a part": (mc.with_parts(
        private_call("alice", UNIT), [
            sdp_part(), session("private"), mc.lists_part(UNIT),
            mc.part("multipart/mixed;boundary=b", mc.multipart(
                [session("private", ("calling-user-id", mc.impu("bob")))],
                "b"))]), 400, None),
    "two lists": (mc.with_parts(private_call("alice", UNIT), [
        sdp_part(), session("private"), mc.lists_part(UNIT),
        mc.lists_part(UNIT)]), 400, None),
    "other parts beside a plain call": (invite(
        UNIT, mc.impu("alice"),
        [sdp_part(), mc.part("application/pidf+xml", b"<x/>")]), 403, 199),
    "another body": (invite(UNIT, mc.impu("alice"), sdp=b"x", fields=[
        ("Content-Encoding", "gzip")]), 400, None),
    "encrypted entry": (private_call("alice", HIDDEN), 403, None),
    "encrypted caller": (mc.with_parts(private_call("alice", UNIT), [
        sdp_part(), ENCRYPTED, mc.lists_part(UNIT)]), 403, None),
    "XML": (mc.with_parts(private_call("alice", UNIT), [
        sdp_part(), mc.info_part(b"<mcpttinfo"), mc.lists_part(UNIT)]),
        400, None),
    "service": (private_call("alice", UNIT, fields=[
        ("Accept-Contact", "*;+g.3gpp.mcvideo;require")]), 403, None),
    "service of a plain call": (invite(
        UNIT, mc.impu("alice"), sdp=SDP,
        fields=mc.accept_contact("mcvideo")), 403, None),
    "video": (mc.with_parts(renamed(invite(
        mc.ORIG, mc.impu("alice")), mc.ORIG), [
            sdp_part(), mc.info_part(mc.info_xml("mcvideo", (
                "<session-type>private</session-type>")), "mcvideo"),
            mc.lists_part(UNIT)]), 403, None),
    "deaf": (private_call("alice", mc.mc_id("deaf")), 403, 100),
    "partner": (private_call("alice", mc.mc_id("partner")), 404, None),
    "not registered": (private_call("alice", mc.mc_id("carol")), 480, None),
}


@pytest.mark.parametrize("case", FROM_CLIENT)
def test_refusals_of_clients(site, case):
    """Each call of a client that is refused."""
    alice = site.client("alice")
    message, code, warning = FROM_CLIENT[case]
    assert_refused(alice.ask(message.copy()), code, warning)
    assert nobody_called(site)


def test_rights_and_registration_of_the_caller(site):
    """No right to send: 403; not registered: 404 with 141; no LMR entry and
    no KMF: no matter."""
    assert_refused(site.client("mute").ask(private_call("mute", UNIT)),
                   403, 100)
    assert_refused(site.stranger("alice").ask(private_call("alice", UNIT)),
                   404, 141)
    assert nobody_called(site)
    assert site.client("erin").ask(private_call("erin", UNIT)).code == 200


def test_warning_names_our_host(site):
    """Also if the Request-URI is of another domain."""
    alice = site.client("alice")
    reply = alice.ask(invite("sip:unit9@iwf.example.org", mc.impu("alice"),
                             sdp=SDP))
    assert reply.get("Warning") == \
        f'399 {mc.DOMAIN} "145 unable to determine called party"'


def test_too_large(site):
    """Over max_body: 413."""
    alice = site.client("alice", endpoint=sip.TcpEndpoint())
    message = invite(UNIT, mc.impu("alice"), sdp=b"v" * 62500)
    assert alice.ask(message).code == 413


def test_strict_and_other_settings(new_call_site):
    """service_check strict asks for all three fields of a plain call too;
    client_profile and pai_to_client are obeyed."""
    site = new_call_site(service_check='"strict"', client_profile='"video"',
                         pai_to_client='"psi"')
    alice, bob = site.client("alice"), site.client("bob")
    assert alice.ask(invite(UNIT, mc.impu("alice"), sdp=SDP)).code == 403
    assert alice.ask(private_call("alice", mc.mc_id("bob"))).code == 200
    got = arrived(bob.endpoint)
    assert facts_of(got)["profile"] == "video"
    assert got.all("P-Asserted-Identity") == [f"<{mc.ORIG}>"]
    site.reset()


def test_row_changes_count_at_once(site):
    """A deleted LMR user cannot be called a second later, nor call."""
    alice = site.client("alice")
    new = "sip:unit7@iwf.example.org"
    site.node.edit("INSERT INTO mc_iwf_lmr_users (uri, psi, profile) "
                   f"VALUES ('{new}', '{mc.IWF1}', 'p25')")
    node.wait_until(
        lambda: alice.ask(private_call("alice", new)).code == 200,
        "call", 1.0)
    site.node.edit(f"DELETE FROM mc_iwf_lmr_users WHERE uri = '{new}'")
    node.wait_until(
        lambda: alice.ask(private_call("alice", new)).code == 404,
        "refusal", 1.0)


def test_counters(site):
    """Calls, accepted and answered, each once."""
    alice, bob = site.client("alice"), site.client("bob")
    names = ("calls", "calls_to_iwf", "calls_to_client", "calls_answered",
             "refused_session_type", "received")
    before = site.node.counters()
    assert alice.ask(private_call("alice", UNIT)).code == 200
    assert alice.ask(private_call("alice", mc.mc_id("bob"))).code == 200
    bob.endpoint.script = sip.answer(486)
    assert alice.ask(private_call("alice", mc.mc_id("bob"))).code == 486
    alice.ask(private_call("alice", UNIT, kind="chat"))
    after = site.node.counters()
    assert [after[n] - before[n] for n in names] == [4, 1, 2, 2, 1, 0]


@pytest.mark.parametrize("group, codec, profile, code", [
    (GROUP, "p25-imbe", None, 200),
    (GROUP2, "tetra-isi", "tetra", 200),
    (GROUP2, "tetra-bb", "tetra-e2ee", 200),
    ("sip:grp-none@mc.example.org", "p25-imbe", None, 404),
    (GROUP, "tetra-bb", None, 488),
    (GROUP2, "tetra-isi", None, 488),
    (GROUP, "p25-imbe", "no-such", 500),
])
def test_group_codec_by_script(site, group, codec, profile, code):
    """The function changes a group or gives the verdict."""
    fields = [("X-Group", group), ("X-Codec", codec)]
    fields += [("X-Profile", profile)] if profile else []
    message = sip.request("PUBLISH", mc.CTRL, mc.IWF1, mc.CTRL, fields)
    said = site.node.kamcmd("mc_iwf.groups", group)
    assert site.from_iwf(message).code == code
    if code != 200:
        assert site.node.kamcmd("mc_iwf.groups", group) == said
    else:
        assert f"codec: {codec}\n" in site.node.kamcmd("mc_iwf.groups", group)


# Within a call

def within(method, claim, *parts, body=b"", media_type=None):
    """A request within a dialog, of the user whose ID the script knows."""
    message = sip.request(method, "sip:x@127.0.0.1", mc.impu("alice"),
                          mc.impu("bob"), [("X-Claim", claim)])
    message.set("To", f"<{mc.impu('bob')}>;tag=2")
    if parts:
        mc.with_parts(message, parts)
    elif media_type:
        message.set("Content-Type", media_type)
        message.body = body
    return message


ALICE = mc.mc_id("alice")
WITHIN = {
    "no body": ([], 200),
    "no info part": ([sdp_part()], 200),
    "no caller": ([sdp_part(), session("private")], 200),
    "own": ([sdp_part(), session(
        "private", ("calling-user-id", "sip:alice@MC.example.org"))], 200),
    "forged": ([sdp_part(), session(
        "private", ("calling-user-id", mc.mc_id("bob")))], 403),
    "encrypted": ([sdp_part(), ENCRYPTED], 403),
    "twice": ([session("private"), session("private")], 400),
    "XML": ([sdp_part(), mc.info_part(b"<mcpttinfo")], 400),
}


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "BYE", "INFO"])
@pytest.mark.parametrize("case", WITHIN)
def test_within_a_call(site, method, case):
    """A calling-user-id in a later request has to be the sender's own."""
    parts, code = WITHIN[case]
    with sip.UdpEndpoint() as phone:
        reply = phone.ask(within(method, ALICE, *parts), site.node.address)
    assert reply.code == code
    if case == "encrypted":
        assert reply.reason == "no key for the encrypted identity"


def test_within_a_call_single_body(site):
    """The same if the info document is the whole body."""
    with sip.UdpEndpoint() as phone:
        for claim, code in ((ALICE, 200), (mc.mc_id("bob"), 403), ("", 403)):
            reply = phone.ask(within(
                "INFO", claim, media_type=INFO,
                body=session(None, ("calling-user-id", ALICE)).content),
                site.node.address)
            assert reply.code == code


# Hostile octets

def garbled(octets, rng):
    """The octets with some of them lost, doubled, changed or cut off."""
    data = bytearray(octets)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        end = min(len(data), at + rng.randint(1, 40))
        kind = rng.randrange(4)
        if kind == 0:
            del data[at:end]
        elif kind == 1:
            data[at:at] = data[at:end]
        elif kind == 2:
            data[at] = rng.choice(b"\0\r\n<>&\"';,:@=-x")
        else:
            del data[max(at, len(data) // 2):]
    return bytes(data) or b"x"


def test_hostile_bodies(site):
    """Garbled bodies, by a source that is trusted so that all checks run:
    always an answer, never a crash, and whatever leaves names alice."""
    rng = random.Random(29379)
    site.client("alice")
    originals = [private_call("alice", UNIT, TETRA),
                 private_call("alice", UNIT), group_call("alice")]
    codes = collections.Counter()
    for i in range(300):
        message = originals[i % 3].copy()
        message.set("Call-ID", sip.token("h"))
        message.add("P-Asserted-Identity", f"<{mc.impu('alice')}>")
        message.body = garbled(message.body, rng)
        codes[site.from_core(message).code] += 1
    assert sum(codes.values()) == 300 and set(codes) <= {
        200, 400, 403, 404, 413, 480}, codes
    assert codes[200] and codes[400] and codes[403], codes
    for peer in (site.iwf1, site.iwf2):
        for received in peer.requests("INVITE"):
            assert received.message.all("P-Asserted-Identity") == [
                f"<{mc.impu('alice')}>"]
            assert mc.mc_id("alice").encode() in received.message.body
    assert not site.node.crashes()
