# SPDX-License-Identifier: GPL-2.0-or-later
"""The node as application server of an IMS core: which requests are its own,
where they come from and where they go (mc-as.cfg)."""
import base64
import hashlib
import hmac
import re

import pytest

import calls
import isc
import mc
import mc_invite
import media
import node
import publications
import sample
import sip
import user_agent


@pytest.fixture(scope="module", name="_as_site")
def _a_site():
    with sample.running(isc.node_of_core) as found:
        yield found


@pytest.fixture(name="site")
def _site(_as_site):
    yield _as_site
    _as_site.reset()


@pytest.fixture(name="core")
def _core(site):
    core = isc.Core(site)
    assert core.register("alice").code == 200
    return core


def to_alice(core, payload=b"\0from radio"):
    """A short message of the IWF for alice, at the S-CSCF."""
    message = mc.iwf_message("alice", payload)
    reply = core.site.from_iwf(message)
    return reply, core.endpoint.wait_request().message


# Both ways

def test_to_iwf(core):
    """A message of a user whom the core serves goes straight to the IWF."""
    message = isc.message_of("alice", b"\0opaque")
    assert core.ask(message, "alice").code == 200
    got = core.site.iwf1.wait_request().message
    assert got.uri == mc.IWF1
    assert got.get("Route") is None and got.get("P-Served-User") is None
    assert got.all("P-Asserted-Identity") == [f"<{isc.impu('alice')}>"]
    assert mc.parts_of(got)[1:] == mc.parts_of(message)[1:]
    assert not core.endpoint.requests()


def test_to_client(core):
    """That of an IWF goes to the user's IMPU by the S-CSCF of its binding."""
    reply, got = to_alice(core)
    assert reply.code == 200
    assert got.uri == isc.impu("alice")
    assert got.all("Route") == [f"<sip:{core.endpoint.hostport};lr>"]
    assert got.all("P-Asserted-Identity") == [f"<{mc.IWF1}>"]
    assert b"\0from radio" in got.body


FIELDS = {"P-Charging-Vector": "icid-value=7",
          "P-Access-Network-Info": "3GPP-E-UTRAN",
          "P-Charging-Function-Addresses": "ccf=x"}


@pytest.mark.parametrize("iwf, user, stay", [("iwf1", "alice", True),
                                             ("iwf2", "dave", False)])
def test_fields_of_the_trust_domain(core, iwf, user, stay):
    """Those of an IWF in it go on to the core; what only a core's servers tell
    each other, and whom else a call was for, an IWF does not say."""
    assert core.register(user).code == 200
    psi = mc.IWF1 if iwf == "iwf1" else mc.IWF2
    message = mc.iwf_message(user, b"x", iwf=psi)
    core_alone = ["P-Served-User", "P-Visited-Network-ID", "History-Info"]
    for name, value in FIELDS.items():
        message.add(name, value)
    for name in core_alone:
        message.add(name, "<sip:x@mc.example.org>;sescase=orig")
    reply = core.site.from_iwf(message, getattr(core.site, iwf))
    assert reply.code == 200
    got = core.endpoint.wait_request().message
    assert [name for name, value in FIELDS.items()
            if got.all(name) == [value]] == list(stay * list(FIELDS))
    assert not [name for name in [*core_alone, *(
        () if stay else FIELDS)] if got.get(name)]


def test_registration(core):
    """It lasts as long as the core says, whatever its Call-ID."""
    assert core.register("alice", expires=600).code == 200
    assert to_alice(core)[0].code == 200
    assert core.register("alice", expires=0).code == 200
    assert core.site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
    reply = core.ask(isc.message_of("alice"), "alice")
    assert reply.code == 404 and "141" in reply.get("Warning")


def registered(core, user="alice"):
    """What the node says of a user's registration."""
    return core.site.node.rpc(
        "mc_iwf.bindings", isc.impu(user))["registrations"]


def test_expiry(core):
    """A registration ends by itself: neither sender nor target, and nothing of
    it stays."""
    assert core.register("alice", expires=1).code == 200
    node.wait_until(lambda: not registered(core),
                    "end of the registration", sip.TIMEOUT)
    assert core.site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
    reply = core.ask(isc.message_of("alice"), "alice")
    assert reply.code == 404 and "141" in reply.get("Warning")


def test_duplicates(core):
    """The same REGISTER twice, with the same Call-ID and CSeq, and by two ways
    at once: each is answered, and there is one registration, that of the last."""
    message = core.third_party("alice", 600)
    branches = [core.endpoint.send(message.copy(), core.site.node.address)
                for _ in range(3)]
    for branch in branches:
        assert core.endpoint.wait_final(branch).code == 200
    assert core.endpoint.ask(core.third_party("alice", 720),
                             core.site.node.address).code == 200
    row, = registered(core)
    assert 600 < row["expires_in"] <= 720
    ended = core.third_party("alice", 0)
    for _ in range(2):
        assert core.endpoint.ask(
            ended.copy(), core.site.node.address).code == 200
    assert not registered(core)


def test_end_by_another_identity(core):
    """It ends for all of the implicit set."""
    assert core.register("alice").code == 200
    assert registered(core, "alice")
    ended = core.register("alice", To="<tel:+15550001>", expires=0,
                          **{"P-Associated-URI": None})
    assert ended.code == 200
    reply = core.ask(isc.message_of("alice"), "alice")
    assert reply.code == 404 and "141" in reply.get("Warning")
    assert not registered(core, "alice")


def test_restart(core):
    """The node still knows the user, with the implicit set: another identity of
    it ends the registration. What has ended by another registration has ended
    for good."""
    server = core.site.node
    assert core.register("alice").code == 200
    assert core.register("bob", **{
        "P-Associated-URI": "<tel:+15550002>"}).code == 200
    assert core.register("carol", **{
        "P-Associated-URI": "<tel:+15550002>"}).code == 200
    node.wait_until(lambda: server.counters()["core_users_unsaved"] == 0,
                    "registrations saved")
    server.stop()
    server.start()
    assert to_alice(core)[0].code == 200
    assert not registered(core, "bob") and registered(core, "carol")
    assert core.register("alice", To="<tel:+15550001>", expires=0,
                         **{"P-Associated-URI": None}).code == 200
    assert not registered(core, "alice")


@pytest.mark.parametrize("fields", [
    {"Contact": "<sip:mallory@127.0.0.1:9>"}, {"Contact": "*"},
    {"Contact": "<sip:127.0.0.2:5060>"}, {"Expires": "soon"},
    {"Expires": None}])
def test_registration_elsewhere(core, fields):
    """Its S-CSCF is a core; and it tells how long it lasts."""
    assert core.register("bob", **fields).code == 400
    assert not registered(core, "bob")


@pytest.mark.parametrize("method", ["REGISTER", "PUBLISH", "MESSAGE", "INVITE",
                                    "SUBSCRIBE"])
def test_strangers(core, method):
    """No client comes but by the core."""
    message = isc.text("alice", core.server, method)
    message.add("Contact", "<sip:127.0.0.5>").add("Expires", "600")
    with sip.UdpEndpoint() as mallory:
        assert mallory.ask(message, core.site.node.address).code == 403


@pytest.mark.parametrize("method", ["REGISTER", "PUBLISH"])
def test_iwfs_register_no_user(core, method):
    """They are peers, and no core."""
    message = isc.text("alice", core.server, method)
    message.add("Contact", "<sip:127.0.0.5>").add("Expires", "600")
    reply = core.site.from_iwf(message)
    assert (reply.code, reply.reason) == (403, "Only From The Core")


@pytest.mark.parametrize("user", ["bob", "carol"])
def test_two_persons_of_one_identity(core, user):
    """The client ID of the device tells which one sends."""
    assert core.register("car7").code == 200
    ids = {"bob": "urn:uuid:00000000-0000-4000-8000-00000000b0b0",
           "carol": "urn:uuid:00000000-0000-4000-8000-0000000ca401"}
    inner = mc.identity("mcptt", "client-id", ids[user])
    message = isc.message_of("car7")
    mc.with_parts(message, [mc.info_part(mc.info_xml("mcptt", inner)),
                            mc.data_part(b"x")])
    assert core.ask(message, "car7").code == 200
    got = core.site.iwf1.wait_request().message
    assert mc.calling_user(got) == mc.mc_id(user)


# Long identities, with which Debian's S-CSCF would end

def whole(public):
    """An implicit set of one."""
    return {"P-Associated-URI": f"<{public}>"}


@pytest.mark.parametrize("size", isc.LONG)
def test_long_identity(core, size):
    """It is registered, sends, is reached, and leaves as any other."""
    public, user = isc.long_impu(size), f"long{size}"
    assert core.register(public, **whole(public)).code == 200
    assert core.ask(isc.message_of(public), public).code == 200
    got = core.site.iwf1.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{public}>"]
    assert mc.calling_user(got) == mc.mc_id(user)
    assert core.site.from_iwf(mc.iwf_message(user, b"x")).code == 200
    assert core.endpoint.wait_request().message.uri == public
    assert core.register(public, expires=0, **whole(public)).code == 200
    assert core.site.from_iwf(mc.iwf_message(user, b"x")).code == 480


@pytest.mark.parametrize("size, code", [(1024, 200), (1025, 400)])
def test_identity_at_the_limit(core, size, code):
    """A longer one is none; what is none of ours goes on whoever it is of."""
    public = isc.long_impu(size)
    assert core.register(public, **whole(public)).code == code
    message = isc.text(public, public)
    assert core.ask(message, public, isc.TERM).code == 200
    assert core.endpoint.wait_request().message.uri == public
    assert core.register(public, expires=0, **whole(public)).code == code


def test_identity_without_a_user(core):
    """It is registered, too."""
    public = f"sip:{isc.REALM}"
    assert core.register(public, **whole(public)).code == 200
    assert core.site.node.rpc("mc_iwf.bindings", public)["registrations"]
    assert core.register(public, expires=0, **whole(public)).code == 200


# Routes

def test_psi_by_icscf(core):
    """A Route without lr, and nothing below it."""
    message = isc.message_of("alice")
    message.headers.insert(0, ("Route", f"<{core.server}>"))
    assert core.site.from_core(message).code == 200
    core.site.iwf1.wait_request()


@pytest.mark.parametrize("below", [
    "<sip:127.0.0.9;lr>", "<sip:127.0.0.2;lr>", "<sip:scscf.example.org;lr>",
    "<sip:127.0.0.5>", "<sip:127.0.0.5;lr;maddr=127.0.0.9>",
    '"<sip:127.0.0.5;lr>" <sip:127.0.0.9;lr>', "<sip:127.0.0.1:{port};lr>",
    "<sip:127.0.0.5;lr;vsf=x>", "<sip:127.0.0.5;lr?Route=x>", "<sip:127.1;lr>",
    "<sip:a@b@127.0.0.5;lr>", "<tel:127.0.0.5;lr>", "<sip:0127.0.0.5;lr>",
    "<sip:127.00.0.5;lr>",
    "<sip:[::ffff:127.0.0.5];lr>", "<sip:127.0.0.5;xlr>",
    "<sip:lr@127.0.0.5;x=;lr>;VSF=x"])
def test_foreign_routes(core, below):
    """What is below our own Route leads to a core, by what it says itself."""
    below = below.format(port=core.site.node.address[1])
    message = isc.message_of("alice")
    message.headers.insert(0, ("Route", f"<{core.server};lr>, {below}"))
    assert core.site.from_core(message).code == 403
    assert not core.site.iwf1.requests()


def test_route_back_to_the_node(core):
    """Not even if there is a core on the same host."""
    message = isc.message_of("alice")
    message.headers.insert(
        0, ("Route", f"<{core.server};lr>, <{core.server};lr>"))
    with core.site.peer_at(1, "127.0.0.1"):
        assert core.site.from_core(message).code == 403


@pytest.mark.parametrize("routes", [
    "<sip:127.0.0.9;lr>", "<{server};lr>, <sip:127.0.0.5;lr>",
    "<sip:127.0.0.9;lr>, <{server};lr>"])
def test_routes_of_an_iwf(core, routes):
    """It uses the node as a proxy for nothing else."""
    message = mc.iwf_message("alice", b"x")
    message.headers.insert(0, ("Route", routes.format(server=core.server)))
    assert core.site.from_iwf(message).code == 403


def test_own_route_of_an_iwf(core):
    """It may name the node by a Route."""
    message = mc.iwf_message("alice", b"x")
    message.headers.insert(0, ("Route", f"<{core.server};lr>"))
    assert core.site.from_iwf(message).code == 200


# What is none of ours

TEXTS = [("MESSAGE", isc.impu("bob"), isc.TERM),
         ("MESSAGE", isc.impu("bob"), isc.ORIG),
         ("MESSAGE", "tel:+15550001", isc.ORIG),
         ("SUBSCRIBE", isc.impu("bob"), isc.TERM),
         ("OPTIONS", isc.impu("bob"), isc.TERM),
         ("REFER", mc.impu("bob"), isc.ORIG)]


@pytest.mark.parametrize("method, target, session", TEXTS)
@pytest.mark.parametrize("served", [True, False])
def test_passed_on(core, method, target, session, served):
    """It goes back to the S-CSCF as it came, by its mark; so does the
    answer."""
    core.endpoint.script = sip.answer(202, "As it came", headers=[
        ("P-Charging-Vector", "icid-value=2"), ("X-Custom", "y")])
    if method == "OPTIONS":
        core.endpoint.script = sip.answer(200)
    message = isc.text("alice", target, method).add("X-Custom", "x")
    reply = core.ask(message, "alice", session, served=served)
    got = core.endpoint.wait_request(method).message
    assert got.uri == target and got.body == message.body
    assert got.all("Route") == [core.mark("alice", session)]
    kept = [(n, v) for n, v in message.headers if n not in (
        "Via", "Route", "Max-Forwards")]
    assert [field for field in got.headers if field in kept] == kept
    if method != "OPTIONS":
        assert (reply.code, reply.reason) == (202, "As it came")
        assert reply.get("P-Charging-Vector") == "icid-value=2"
        assert reply.get("X-Custom") == "y"


def test_short_message_for_a_user_who_is_called(core):
    """Whoever has decided on it: not this node."""
    message = isc.message_of("bob")
    message.start = f"MESSAGE {isc.impu('alice')} SIP/2.0"
    assert core.ask(message, "alice", isc.TERM).code == 200
    got = core.endpoint.wait_request().message
    assert got.uri == isc.impu("alice") and got.body == message.body


def test_short_message_past_the_psi(core):
    """What a user begins, past our PSIs, is refused as before."""
    message = isc.message_of("alice")
    message.start = f"MESSAGE {isc.impu('bob')} SIP/2.0"
    assert core.ask(message, "alice").code == 403
    assert not core.endpoint.requests()


def test_no_way_back(core):
    """Without a Route there is none: 404."""
    message = isc.text("alice", isc.impu("bob"))
    assert core.site.from_core(message).code == 404


# Spirals, and the same by two ways

def test_spiral(core):
    """What comes back as it left is passed on, twice; then it is a loop."""
    _, got = to_alice(core)
    for _ in range(2):
        core.endpoint.forget()
        assert core.ask(core.back(got), "alice", isc.TERM).code == 200
        got = core.endpoint.wait_request().message
        assert got.uri == isc.impu("alice")
        assert got.all("Route") == [core.mark("alice", isc.TERM)]
    assert len(set(isc.marks(got))) == 1 and len(isc.marks(got)) == 3
    core.endpoint.forget()
    assert core.ask(core.back(got), "alice", isc.TERM).code == 482
    assert not core.endpoint.requests()


@pytest.mark.parametrize("change", ["uri", "call", "none"])
def test_mark_of_another_request(core, change):
    """Who has seen a mark cannot use it for what is decided on."""
    _, got = to_alice(core)
    forged = isc.message_of("alice")
    for name in ("Call-ID", "CSeq", "From"):
        if change == "uri":
            forged.set(name, got.get(name))
    if change != "none":
        for via in (1 if change == "uri" else 3) * got.all("Via")[::-1]:
            forged.headers.insert(0, ("Via", via))
    forged.start = f"MESSAGE {mc.ORIG} SIP/2.0"
    core.endpoint.forget()
    reply = core.ask(forged, "alice")
    assert not core.endpoint.requests()
    assert reply.code == (482 if change == "uri" else 200)


@pytest.mark.parametrize("sender", ["core", "iwf"])
@pytest.mark.parametrize("part", ["Call-ID", "From", "uri"])
def test_request_that_cannot_be_marked(core, sender, part):
    """A mark is of what a variable of the script can hold."""
    long = "a" * 9000
    message = (isc.text("alice", isc.impu("bob")) if sender == "core"
               else mc.iwf_message("alice", b"x"))
    if part == "uri":
        message.start = f"MESSAGE sip:{long}@ims.example.org SIP/2.0"
    else:
        message.set(part, long if part == "Call-ID"
                    else f"{message.get('From').split(';')[0]};tag={long}")
    reply = (core.ask(message, "alice", isc.TERM) if sender == "core"
             else core.site.from_iwf(message))
    assert reply.code == 513
    assert not core.endpoint.requests()


@pytest.mark.known_line("w_crypto_hmac_sha256()")
def test_marks_that_cannot_be_made():
    """Without one nothing goes to the core, and none is believed."""
    with sample.running(lambda peers: isc.node_of_core(peers, changes=[
            ('"$ru $cs $ft $ci"', f'"$ru {"a" * 9000}"')])) as site:
        core = isc.Core(site)
        assert core.register("alice").code == 200
        message = isc.text("alice", isc.impu("bob"))
        assert core.ask(message, "alice", isc.TERM).code >= 400
        assert site.from_iwf(mc.iwf_message("alice", b"x")).code >= 400
        message = isc.text("alice", isc.impu("bob"))
        message.headers.insert(0, ("Via", "SIP/2.0/UDP 127.0.0.5;mcs=a.b"))
        assert core.ask(message, "alice", isc.TERM).code == 500
        assert not core.endpoint.requests()
        site.reset()


def test_merged(core):
    """The second of two that came by two ways."""
    message = isc.message_of("alice")
    assert core.ask(message.copy(), "alice").code == 200
    reply = core.ask(message.copy(), "alice")
    assert (reply.code, reply.reason) == (482, "Merged Request")
    assert len(core.site.iwf1.requests()) == 1
    message.set("CSeq", "2 MESSAGE")
    assert core.ask(message, "alice").code == 200


# Users who are not registered here

@pytest.fixture(name="icscf")
def _icscf():
    """An I-CSCF beside the core."""
    with sip.UdpEndpoint("127.0.0.15", script=user_agent.manners) as endpoint:
        yield endpoint


@pytest.fixture(name="finding")
def _finding(icscf):
    with sample.running(lambda peers: isc.node_of_core(
            peers, I_CSCF=f"sip:{icscf.hostport}")) as site:
        yield isc.Core(site)
        site.reset()


def test_by_the_icscf(finding, icscf, parties):
    """Requests for them go to the I-CSCF if there is one; they are no senders,
    and who is registered is reached as before."""
    site = finding.site
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    got = icscf.wait_request().message
    assert got.uri == isc.impu("alice")
    assert got.all("Route") == [f"<sip:{icscf.hostport};lr>"]
    assert isc.marks(got)
    site.iwf1.script = user_agent.manners
    out = user_agent.Outgoing(site.iwf1, site.node.address, mc_invite.from_lmr(
        calls.UNIT1, "alice", parties[0].sdp(media.P25))).start()
    arrived = leg(icscf, finding, out)
    assert arrived.message.uri == isc.impu("alice")
    near, _ = talk(out, arrived, parties[1])
    assert near.bye().code == 200
    reply = finding.ask(isc.message_of("alice"), "alice")
    assert reply.code == 404 and "141" in reply.get("Warning")
    assert finding.register("alice").code == 200
    icscf.forget()
    assert to_alice(finding)[0].code == 200
    assert not icscf.requests()


# Calls

def leg(endpoint, core, out):
    """The call as it reached an endpoint."""
    return user_agent.incoming(endpoint, core.site.node.address,
                               call_id=out.call_id)


def outgoing(endpoint, core, message):
    """A call on its way."""
    endpoint.script = user_agent.manners
    core.site.iwf1.script = core.endpoint.script = user_agent.manners
    return user_agent.Outgoing(
        endpoint, core.site.node.address, message).start()


def call_of(user, party):
    """A private call of a user of the IMS sample to an LMR user."""
    message = mc_invite.private(user, calls.UNIT1, party.sdp(media.P25))
    message.set("From", f"<{isc.impu(user)}>;tag={sip.token()}")
    message.set("P-Asserted-Identity", f"<{isc.impu(user)}>")
    return message


def talk(out, arrived, party):
    """Both dialogs of a call that is answered."""
    arrived.reply(200, party.sdp(media.P25))
    near, _ = out.answered(ack=False)
    far = arrived.dialog()
    for side in (near, far):
        side.routes = [r for r in side.routes
                       if side.endpoint.hostport not in r]
    near.ack()
    far.wait("ACK")
    return near, far


@pytest.fixture(name="parties")
def _parties():
    with media.Party("127.0.1.1") as one, media.Party("127.0.1.2") as other:
        yield one, other


@pytest.mark.parametrize("by", ["near", "far"])
@pytest.mark.parametrize("way", ["to_iwf", "to_client"])
def test_call(core, parties, way, by):
    """Both ways, with requests within the call, released by either side."""
    site = core.site
    if way == "to_iwf":
        message = core.hand(call_of("alice", parties[0]), "alice")
        message.add("Record-Route", f"<{core.uri};lr=on>")
        out = outgoing(core.endpoint, core, message)
        arrived = leg(site.iwf1, core, out)
    else:
        out = outgoing(site.iwf1, core, mc_invite.from_lmr(
            calls.UNIT1, "alice", parties[0].sdp(media.P25)))
        arrived = leg(core.endpoint, core, out)
        got = arrived.message
        got.headers.insert(0, ("Record-Route", f"<{core.uri};lr=on>"))
        assert got.uri == isc.impu("alice")
        assert got.all("Route") == [f"<sip:{core.endpoint.hostport};lr>"]
    near, far = talk(out, arrived, parties[1])
    one, other = (near, far) if by == "near" else (far, near)
    assert one.ask("INFO").code == 200
    assert other.wait("INFO").message.get("P-Charging-Vector") is None
    assert one.bye().code == 200
    other.wait("BYE")


def test_calls_within_by_strangers(core, parties):
    """Who is no core does not speak for its users."""
    out = outgoing(core.site.iwf1, core, mc_invite.from_lmr(
        calls.UNIT1, "alice", parties[0].sdp(media.P25)))
    near, far = talk(out, leg(core.endpoint, core, out), parties[1])
    with sip.UdpEndpoint() as mallory:
        code = mallory.ask(far.request("BYE"), core.site.node.address).code
        assert code == 403
    assert near.bye().code == 200


def foreign_call():
    """An INVITE between users, none of them called by an LMR user."""
    message = isc.text("bob", isc.impu("alice"), "INVITE")
    message.add("Contact", "<sip:127.0.0.5:9>")
    return message.add("Record-Route", "<sip:127.0.0.5;lr=on>")


def test_foreign_call(core):
    """It passes, and the node is not in it."""
    core.endpoint.script = user_agent.manners
    out = outgoing(core.endpoint, core,
                   core.hand(foreign_call(), "alice", isc.TERM))
    arrived = leg(core.endpoint, core, out)
    got = arrived.message
    assert got.all("Record-Route") == ["<sip:127.0.0.5;lr=on>"]
    assert got.all("Route") == [core.mark("alice", isc.TERM)]
    arrived.reply(180)
    out.wait(180)
    arrived.reply(200, b"")
    out.wait(200)
    assert not core.site.node.relay_calls()


@pytest.mark.parametrize("contacts", [
    [], ["<sip:a@127.0.0.5>", "<sip:b@127.0.0.5>"],
    [f"<sip:{'a' * 3000}@127.0.0.5>"]])
def test_foreign_call_whose_answer_is_not_as_ours(core, contacts):
    """It is the core's: no call of the node hangs on it."""
    core.endpoint.script = user_agent.manners
    out = outgoing(core.endpoint, core,
                   core.hand(foreign_call(), "alice", isc.TERM))
    arrived = leg(core.endpoint, core, out)
    arrived.reply(183, contact=False, headers=[
        ("Contact", contact) for contact in contacts])
    out.wait(183)
    arrived.reply(200, b"", contact=False, headers=[
        ("Contact", contact) for contact in contacts])
    assert out.wait(200).all("Contact") == contacts


def test_answer_of_a_call_of_ours_with_a_foreign_mark(core, parties):
    """It stays an answer without a Contact: that of a call that has come back
    says nothing of the call."""
    out = outgoing(core.site.iwf1, core, mc_invite.from_lmr(
        calls.UNIT1, "alice", parties[0].sdp(media.P25)))
    first = leg(core.endpoint, core, out)
    core.endpoint.forget()
    again = core.hand(core.back(first.message), "alice", isc.TERM)
    core.endpoint.send(again, core.site.node.address)
    second = leg(core.endpoint, core, out)
    mark, = re.findall(r";mcf=[^;,]+", second.message.all("Via")[0])
    vias = [via + mark if not n else via for n, via in
            enumerate(first.message.all("Via"))]
    before = core.site.node.counters("node")["dropped_replies"]
    forged = sip.response(first.message, 200)
    forged.drop("Via")
    for via in reversed(vias):
        forged.headers.insert(0, ("Via", via))
    forged.set("To", f"{first.message.get('To')};tag=x")
    core.endpoint.send_octets(bytes(forged), core.site.node.address)
    node.wait_until(lambda: core.site.node.counters("node")[
        "dropped_replies"] == before + 1, "dropped reply")
    second.reply(486)
    first.reply(486)
    out.wait(486)


def test_foreign_call_taken_back(core):
    """Its CANCEL follows it."""
    core.endpoint.script = user_agent.manners
    out = outgoing(core.endpoint, core,
                   core.hand(foreign_call(), "alice", isc.TERM))
    arrived = leg(core.endpoint, core, out)
    arrived.reply(180)
    out.wait(180)
    out.cancel()
    user_agent.incoming(core.endpoint, core.site.node.address, "CANCEL",
                        call_id=out.call_id)
    arrived.reply(487)
    out.wait(487)


def test_call_that_comes_back(core, parties):
    """The core's own criteria lead it here again: the first one stands."""
    out = outgoing(core.site.iwf1, core, mc_invite.from_lmr(
        calls.UNIT1, "alice", parties[0].sdp(media.P25)))
    first = leg(core.endpoint, core, out)
    core.endpoint.forget()
    again = core.hand(core.back(first.message), "alice", isc.TERM)
    core.endpoint.send(again, core.site.node.address)
    second = leg(core.endpoint, core, out)
    assert second.message.body == first.message.body
    assert second.message.all("Route") == [
        core.mark("alice", isc.TERM)]
    second.reply(486)
    assert core.endpoint.wait_final(again.branch).code == 486
    first.reply(486)
    out.wait(486)


# With the settings of the sample, and on through the core

@pytest.fixture(scope="module", name="_through_site")
def _a_through_site():
    with sample.running(lambda peers: sample.SampleNode(
            peers, config="mc-as.cfg",
            options=["-A", 'THROUGH_CORE="^1$"'])) as found:
        yield found


@pytest.fixture(name="through")
def _through(_through_site):
    core = isc.Core(_through_site)
    assert core.register("alice").code == 200
    assert core.register("dave").code == 200
    yield core
    _through_site.reset()


def test_one_of_several_devices_leaves(through):
    """Debian's core says then that the registration ends: the user stays, as
    long as it would have lasted."""
    assert through.register("alice", expires=0).code == 200
    assert through.ask(isc.message_of("alice"), "alice").code == 200
    row, = registered(through)
    assert 700 <= row["expires_in"] <= 720


def test_message_through_the_core(through):
    """Of the sets that are named: by the mark, with the IWF's PSI."""
    assert through.ask(isc.message_of("alice"), "alice").code == 200
    got = through.endpoint.wait_request().message
    assert got.uri == mc.IWF1
    assert got.all("Route") == [through.mark("alice")]
    assert got.all("P-Asserted-Identity") == [f"<{isc.impu('alice')}>"]
    assert not through.site.iwf1.requests()
    assert through.ask(isc.message_of("dave"), "dave").code == 200
    through.site.iwf2.wait_request()


def test_message_that_has_no_way_through_the_core(through):
    """By the I-CSCF it came without a mark: it goes straight."""
    assert through.site.from_core(isc.message_of("alice")).code == 200
    through.site.iwf1.wait_request()


def test_call_through_the_core(through, parties):
    """Its media are relayed, and the core speaks for the IWF."""
    message = through.hand(call_of("alice", parties[0]), "alice")
    out = outgoing(through.endpoint, through, message)
    arrived = leg(through.endpoint, through, out)
    assert arrived.message.uri == mc.IWF1
    assert arrived.message.all("Route") == [through.mark("alice")]
    near, far = talk(out, arrived, parties[1])
    assert through.site.node.relay_calls()
    assert far.bye().code == 200
    near.wait("BYE")


def test_foreign_call_in_our_domain(core):
    """What is for a called user is the core's, in whatever domain it is."""
    message = foreign_call()
    message.start = f"INVITE {mc.impu('alice')} SIP/2.0"
    out = outgoing(core.endpoint, core,
                   core.hand(message, "alice", isc.TERM, served=False))
    arrived = leg(core.endpoint, core, out)
    assert arrived.message.uri == mc.impu("alice")
    arrived.reply(486)
    out.wait(486)


def test_session_by_the_served_user(core):
    """It is said there, whatever the Route says."""
    message = core.hand(isc.text("bob", mc.impu("alice"), "INVITE"), "alice")
    message.set("P-Served-User", f"<{isc.impu('alice')}>;sescase=term")
    out = outgoing(core.endpoint, core, message)
    arrived = leg(core.endpoint, core, out)
    arrived.reply(486)
    out.wait(486)


def of_dave_serving(core, served):
    """The answer to a short message of dave, and as whose it reached an IWF:
    the Route says that the user is the called one, and who it is is there."""
    assert core.register("dave").code == 200
    message = core.hand(isc.message_of("dave"), "alice", isc.TERM)
    message.set("P-Served-User", served)
    reply = core.endpoint.ask(message, core.site.node.address)
    return reply, [mc.calling_user(request.message)
                   for iwf in (core.site.iwf1, core.site.iwf2)
                   for request in iwf.requests()]


def test_called_user_by_the_route(core):
    """Without a session case of its own P-Served-User has that of the Route:
    the called user is no sender."""
    reply, senders = of_dave_serving(core, f"<{isc.impu('alice')}>")
    assert reply.code == 200 and senders == [mc.mc_id("dave")]


def test_called_user_by_the_psi(core):
    """Nothing else says it: a terminating PSI does."""
    message = mc.iwf_message("alice", b"x").set(
        "P-Served-User", f"<{isc.impu('alice')}>")
    assert core.site.from_core(message).code == 200
    got = core.endpoint.wait_request().message
    assert got.uri == isc.impu("alice")


def test_unknown_session_case(core):
    """Who sends is not guessed."""
    reply, senders = of_dave_serving(
        core, f"<{isc.impu('alice')}>;sescase=xyz")
    assert reply.code == 403 and not senders


def test_key_of_the_marks(core):
    """No one else makes one: it is not that of an empty key."""
    _, got = to_alice(core)
    sent = " ".join(["MESSAGE", got.get("CSeq").split()[0],
                     user_agent.tag_of(got.get("From")), got.get("Call-ID")])
    mac = hmac.new(b"", sent.encode(), hashlib.sha256).digest()
    guess = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    mark, = isc.marks(got)
    assert re.fullmatch(r"[\w-]{43}\.[\w-]{43}", mark)
    assert mark.split(".")[0] != guess


def test_user_who_is_elsewhere(core):
    """A contact that no core has told of gets nothing."""
    frank, site = isc.impu("frank"), core.site
    message = isc.text("iwf", frank)
    message.set("From", f"<{mc.IWF1}>;tag={sip.token()}")
    message.set("P-Asserted-Identity", f"<{mc.IWF1}>")
    with sip.UdpEndpoint() as mallory:
        site.node.rpc("ul.add", "location", frank.removeprefix("sip:"),
                      f"sip:frank@{mallory.hostport}", 600, 1.0, "0", 0, 0, 0)
        reply = site.from_iwf(message.copy())
        site.node.kamcmd("ul.rm", "location", frank.removeprefix("sip:"))
        assert reply.code == 404 and not mallory.requests()
    assert core.register("frank").code == 200
    assert site.from_iwf(message).code == 482
    message.set("Call-ID", sip.token())
    assert site.from_iwf(message).code == 200
    core.endpoint.wait_request()


def test_icid():
    """It is made if a deployment wants it, for requests that have none."""
    with sample.running(lambda peers: sample.SampleNode(
            peers, config="mc-as.cfg", options=["-A", "MAKE_ICID=1"])) as site:
        core = isc.Core(site)
        assert core.register("alice").code == 200
        message = isc.message_of("alice")
        assert core.ask(message, "alice").code == 200
        got = site.iwf1.wait_request().message
        assert got.get("P-Charging-Vector").startswith("icid-value=")
        site.iwf1.forget()
        message = isc.message_of("alice").add(
            "P-Charging-Vector", "icid-value=1")
        assert core.ask(message, "alice").code == 200
        got = site.iwf1.wait_request().message
        assert got.all("P-Charging-Vector") == ["icid-value=1"]
        site.reset()


def test_passed_on_twice(core):
    """What is none of ours may come by as many ways as the core has."""
    message = isc.text("alice", isc.impu("bob"))
    for session in (isc.ORIG, isc.TERM):
        assert core.ask(message.copy(), "alice", session).code == 200
    assert len(core.endpoint.requests()) == 2


# What does not go by the mark, or not at all

@pytest.mark.parametrize("top, tail", [
    ("", ","), ("", " , ,<sip:127.0.0.9;lr>"),
    (";r2=on", ", <sip:127.0.0.9;lr>")])
def test_routes_that_are_not_as_they_seem(core, top, tail):
    """What is not decided goes to the core whose mark is below our Route, or
    nowhere."""
    with sip.UdpEndpoint() as elsewhere:
        message = isc.text("alice", f"sip:x@{elsewhere.hostport}", "REFER")
        mark = core.mark("alice", isc.TERM)
        message.headers.insert(
            0, ("Route", f"<{core.server}{top};lr>, {mark}{tail}"))
        assert core.site.from_core(message).code == 403
        assert not elsewhere.requests("REFER")
    assert not core.endpoint.requests("REFER")


@pytest.mark.parametrize("below", [
    "{mark}, <sip:127.0.0.9;lr>", "{mark};x=y , <sip:127.0.0.9>"])
def test_routes_below_the_mark(core, below):
    """They are the core's: they stay as they are."""
    below = below.format(mark=core.mark("alice", isc.TERM))
    message = isc.text("alice", isc.impu("bob"), "REFER")
    message.headers.insert(0, ("Route", f"<{core.server};lr>, {below}"))
    assert core.site.from_core(message).code == 200
    got = core.endpoint.wait_request("REFER").message
    assert got.all("Route") == [below]


def test_passed_on_within_a_dialog(core):
    """A Request-URI that is ours stays what it is."""
    target = mc.impu("bob")
    message = isc.text("alice", target, "REFER")
    message.set("To", f"<{target}>;tag=1")
    assert core.ask(message, "alice", isc.TERM).code == 200
    got = core.endpoint.wait_request("REFER").message
    assert got.uri == target
    assert got.all("Route") == [core.mark("alice", isc.TERM)]


class _WithoutKey(sample.SampleNode):
    """A node that has found no key for its marks."""

    def _wait_up(self):
        self.wait_log("no key for marks", sip.TIMEOUT)


@pytest.mark.parametrize("random", ["SELECT 1", "SELECT no"])
def test_node_without_a_key(random):
    """It takes nothing."""
    with sample.running(lambda peers: _WithoutKey(
            peers, config="mc-as.cfg",
            options=["-A", f'RANDOM="{random}"'])) as site:
        assert isc.Core(site).register("alice").code == 503


@pytest.mark.parametrize("contact", [
    "{uri};transport=tcp", "{uri};transport=TLS;x=y", "sips:127.0.0.5:5061"])
def test_contact_of_the_core(core, contact):
    """A user is reached as the S-CSCF has said."""
    contact = contact.format(uri=core.uri)
    assert core.register("alice", Contact=f"<{contact}>").code == 200
    assert registered(core, "alice")[0]["scscf"] == contact


def test_registration_that_is_long(core):
    """The core says how long."""
    assert core.register("alice", expires=600000).code == 200
    assert registered(core, "alice")[0]["expires_in"] > 500000


def fill_memory(server):
    """Takes the shared memory in ever smaller pieces; their names."""
    names = []
    for size in (20000, 2000, 200, 20):
        before = None
        while before != (before := server.shared_memory()):
            names.append(f"fill{len(names)}")
            server.kamcmd("htable.sets", "early", names[-1], "x" * size)
    return names


@pytest.mark.known_line("no more shm")
@pytest.mark.known_line("no more shared memory")
@pytest.mark.known_line("cannot create new cell")
@pytest.mark.known_line("failed to add pipe")
def test_registration_without_memory():
    """It is not taken, for the core would believe it; with memory it is."""
    with sample.running(lambda peers: isc.node_of_core(
            peers, options=["-m", "8"])) as site:
        core = isc.Core(site)
        assert core.register("alice").code == 200
        names = fill_memory(site.node)
        for _ in range(20):
            reply = core.register("bob")
            assert reply.code == 503 and reply.get("Retry-After") == "2"
        message = publications.publish("alice", publications.settings())
        assert core.ask(message, "alice").code == 503
        for name in names:
            site.node.kamcmd("htable.delete", "early", name)
        assert core.register("bob").code == 200
        assert isc.impu("bob") in [
            row["impu"] for row in
            site.node.rpc("mc_iwf.bindings")["registrations"]]


def test_refused_without_a_decision(core):
    """It is refused again for the same reason."""
    message = isc.text("alice", mc.ORIG, "SUBSCRIBE")
    for _ in range(2):
        assert core.ask(message.copy(), "alice").code == 405


def test_ack_of_what_came_back(core, parties):
    """The core's own ACK ends a refusal that was passed back."""
    out = outgoing(core.site.iwf1, core, mc_invite.from_lmr(
        calls.UNIT1, "alice", parties[0].sdp(media.P25)))
    first = leg(core.endpoint, core, out)
    core.endpoint.forget()
    again = core.hand(core.back(first.message), "alice", isc.TERM)
    core.endpoint.send(again, core.site.node.address)
    leg(core.endpoint, core, out).reply(486)
    refused = core.endpoint.wait_final(again.branch)
    ack = sip.Message(f"ACK {again.uri} SIP/2.0", [
        ("Via", again.all("Via")[0]), ("Route", again.get("Route")),
        ("Max-Forwards", "70"), ("From", again.get("From")),
        ("To", refused.get("To")), ("Call-ID", again.get("Call-ID")),
        ("CSeq", again.get("CSeq").replace("INVITE", "ACK"))])
    # Another refusal, without an ACK, is the clock; an ACK may be lost.
    other = core.hand(foreign_call(), "alice", isc.TERM)
    core.endpoint.send(other, core.site.node.address)
    user_agent.incoming(core.endpoint, core.site.node.address,
                        call_id=other.get("Call-ID")).reply(486)
    for n in (1, 2, 3):
        core.endpoint.wait_final(other.branch, n=n)
        core.endpoint.send_octets(bytes(ack), core.site.node.address)
    said = len(core.endpoint.responses(again.branch))
    core.endpoint.wait_final(other.branch, n=4)
    assert len(core.endpoint.responses(again.branch)) == said
    first.reply(486)
    out.wait(486)


def test_foreign_call_with_a_long_call_id(core):
    """Only a call of ours needs a short one."""
    message = foreign_call()
    message.set("Call-ID", "a" * 300)
    out = outgoing(core.endpoint, core,
                   core.hand(message, "alice", isc.TERM))
    arrived = leg(core.endpoint, core, out)
    arrived.reply(200, b"")
    out.wait(200)
