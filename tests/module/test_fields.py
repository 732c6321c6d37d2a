# SPDX-License-Identifier: GPL-2.0-or-later
"""Header fields of clients, and of replies: only what docs/security.md lists
passes, whatever the method.

Each message carries every field of that table at once, with values by which
they are known again; what arrives has to be what the table says.
"""
import re

import pytest

import documents
import mc
import node
import sip
import user_agent

# What makes a message a message: it is there in any case, or would break it.
FRAME = {"Via", "v", "From", "f", "To", "t", "Call-ID", "i", "CSeq",
         "Contact", "m", "Max-Forwards", "Route", "Record-Route",
         "Content-Type", "c", "Content-Length", "l", "Content-Encoding", "e",
         "Content-Transfer-Encoding", "MIME-Version", "Authorization",
         "Proxy-Authorization", "Proxy-Require"}
VALUES = {"Accept-Contact": "*;+x.listed", "a": "*;+x.compact",
          "Expires": "3600", "Min-Expires": "60", "Session-Expires": "1800",
          "x": "1801", "Min-SE": "90", "RSeq": "7", "RAck": "7 1 INVITE",
          "Max-Breadth": "60", "Retry-After": "9", "Privacy": "id",
          "P-Asserted-Service": mc.icsi("mcptt"),
          "P-Asserted-Service-Id": mc.icsi("mcptt"),
          "P-Preferred-Service": mc.icsi("mcptt"),
          "Path": "<sip:127.0.0.9;lr>", "Subscription-State": "active",
          "P-Asserted-Identity": "<sip:boss@mc.example.org>",
          "WWW-Authenticate": 'Digest realm="a.example", nonce="n"',
          "Proxy-Authenticate": 'Digest realm="a.example", nonce="n"'}
UNKNOWN = ["X-Custom", "P-Custom", "z", "Viaa", "A-Via", "Fro", "-x"]


def table():
    """Field: what happens to it in a request, and in a reply."""
    return {name: (row[1], row[2])
            for row in documents.rows("## Header fields", "Field",
                                     documents.SECURITY)
            for name in documents.names(row[0])}


def defined(name):
    """The names in a list of cfg/recipe/mc-fields.cfg."""
    text = (node.TOP / "cfg/recipe/mc-fields.cfg").read_text()
    found = re.search(rf"^#!(?:try)?def(?:ine)? {name} (.*)$", text, re.M)
    return re.fullmatch(r"\^\((.*)\)\$", "".join(
        re.findall(r'"([^"]*)"', found.group(1)))).group(1).split("|")


TABLE = table()


def test_table_and_lists():
    """docs/security.md and the lists say the same, each name once."""
    lists = {name: defined(name) for name in
             ("CLIENT_STAYS", "REPLY_STAYS", "MC_FOR_US")}
    for names in lists.values():
        assert len(names) == len(set(names))
    said = {name: [n for n, does in TABLE.items() if does[i] in words]
            for name, i, words in (
                ("CLIENT_STAYS", 0, ("stays", "taken here")),
                ("REPLY_STAYS", 1, ("stays",)),
                ("MC_FOR_US", 0, ("taken here",)))}
    assert {k: sorted(v) for k, v in said.items()} == {
        k: sorted(v) for k, v in lists.items()}


def test_every_field_is_said():
    """What TS 24.379, 24.281, 24.282 and 24.380 use is in the table, and
    what it says is one of three words."""
    assert {w for does in TABLE.values() for w in does} == {
        "stays", "removed", "taken here"}
    assert not {
        "Accept-Contact", "Answer-Mode", "Priv-Answer-Mode", "P-Answer-State",
        "P-Early-Media", "P-Preferred-Identity", "P-Preferred-Service",
        "P-Asserted-Identity", "P-Asserted-Service", "Session-Expires",
        "Min-SE", "RSeq", "RAck", "Recv-Info", "Info-Package", "Event",
        "Resource-Priority", "Subject", "Session-ID", "Warning", "Reason",
        "Refer-To", "Refer-Sub", "Refer-Events-At", "Target-Dialog",
        "Referred-By", "Replaces", "Join", "SIP-ETag", "SIP-If-Match",
        "Subscription-State", "Suppress-If-Match", "Allow-Events", "Supported",
        "Require", "Geolocation", "User-to-User", "Additional-Identity",
        "Originating-Id", "Feature-Caps", "Content-Type", "Retry-After",
        "P-Access-Network-Info", "Content-Disposition", "Privacy",
        "Accept", "Allow", "Expires", "Unsupported"} - set(TABLE)


def marked(frame=FRAME):
    """Each field of the table and some of none, with values of their own."""
    return [(name, VALUES.get(name, f"v{i}"))
            for i, name in enumerate([*TABLE, *UNKNOWN]) if name not in frame]


def with_fields(message, fields=None):
    """The message with these fields, or with all, after its own."""
    for name, value in fields or marked():
        message.add(name, value)
    return message


def left(message, fields=None):
    """Which of them are in a message, by name as they were written."""
    there = {(n.lower(), v) for n, v in message.headers}
    return {name for name, value in fields or marked()
            if (name.lower(), value) in there}


def staying(which):
    """The fields that stay in a request (0) or a reply (1)."""
    return {name for name, _ in marked()
            if TABLE.get(name, ("", ""))[which] == "stays"}


def text_message(sender, target):
    """An ordinary MESSAGE between users."""
    return sip.request("MESSAGE", mc.impu(target), mc.impu(sender),
                       mc.impu(target), [("Content-Type", "text/plain")],
                       b"hello")


# Requests of clients

def test_text_of_a_client(site):
    """An ordinary MESSAGE: what is listed arrives, nothing else."""
    alice, bob = site.client("alice"), site.client("bob")
    before = site.node.counters("node")["cut_requests"]
    message = with_fields(text_message("alice", "bob"))
    message.add("Contact", "<sip:boss@127.0.0.1:9>")
    assert alice.ask(message).code == 200
    got = bob.endpoint.wait_request().message
    assert left(got) == staying(0) and not got.all("Contact")
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert not got.get("Proxy-Authorization")
    assert site.node.counters("node")["cut_requests"] == before + 1
    assert alice.ask(text_message("alice", "bob")).code == 200
    assert site.node.counters("node")["cut_requests"] == before + 1
    assert (f"kamailio_node_cut_requests_total {before + 1}"
            in site.node.metrics())


def test_text_of_a_core(site):
    """What its servers tell each other is not for users."""
    bob = site.client("bob")
    message = text_message("alice", "bob")
    names = ["P-Served-User", "P-Visited-Network-ID"]
    for name in [*names, "P-Charging-Vector"]:
        message.add(name, "icid-value=1")
    assert site.from_core(message).code == 200
    got = bob.endpoint.wait_request().message
    assert got.get("P-Charging-Vector") == "icid-value=1"
    assert not [name for name in names if got.get(name)]


@pytest.mark.parametrize("write", [
    str.lower, str.upper, lambda name: name + " ", lambda name: name + "\t"],
    ids=["lower", "upper", "space", "tab"])
def test_names_in_any_form(site, write):
    """Case and white space before the colon change nothing."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text_message("alice", "bob")
    for name, value in marked():
        message.add(write(name), value)
    assert alice.ask(message).code == 200
    got = bob.endpoint.wait_request().message
    assert left(got) == staying(0)


def test_folded_fields(site):
    """A field over several lines goes as a whole, or stays as one."""
    alice, bob = site.client("alice"), site.client("bob")
    message = text_message("alice", "bob")
    message.add("X-Custom", "one\r\n two\r\n\tthree")
    message.add("Subject", "one\r\n two")
    message.add("User-to-User", "\r\n four")
    assert alice.ask(message).code == 200
    got = bob.endpoint.wait_request()
    assert b"three" not in got.octets and b"four" not in got.octets
    assert got.message.get("Subject") == "one two"


def test_short_message_of_a_client(site):
    """The same of an IWF short message; the module reads what is for it."""
    alice = site.client("alice")
    fields = [f for f in marked() if f[0] != "P-Preferred-Service"]
    message = with_fields(mc.client_message("alice", b"x"), fields)
    assert alice.ask(message).code == 200
    got = site.iwf1.wait_request().message
    assert left(got, fields) - {"P-Access-Network-Info",
                                "P-Asserted-Service"} == staying(0)
    assert got.all("P-Asserted-Service") == [mc.icsi("mcptt")]
    assert not got.all("P-Asserted-Service-Id")


@pytest.mark.parametrize("form", ["private", "client", "group", "plain"])
def test_call_of_a_client(dial, form):
    """An INVITE."""
    here = dial(form)
    fields = [f for f in marked() if f[0] != "P-Preferred-Service"]
    out = here.dial(message=with_fields(here.form.invite(here.offer()),
                                        fields))
    got = here.arrived(out)
    assert left(got.message, fields) - {
        "P-Access-Network-Info", "P-Asserted-Service"} == staying(0)
    got.reply(486)
    out.wait(486)


@pytest.mark.parametrize("what", ["short message", "call"])
def test_next_peer(site, dial, what):
    """What was removed stays removed if the first peer is busy."""
    here = dial("private")
    fields = [f for f in marked() if f[0] != "P-Preferred-Service"]
    site.iwf1.script = sip.answer(503)
    site.iwf1b.script = sip.answer(486, headers=fields)
    message = with_fields(mc.client_message("alice", b"x") if what ==
                          "short message" else here.form.invite(here.offer()),
                          fields)
    message.set("From", f'"Boss" <{mc.impu("boss")}>;tag=1')
    if what == "call":
        reply = here.dial(message=message).refusal()
    else:
        reply = here.site.clients[0].ask(message)
    assert reply.code == 486
    assert left(reply, fields) == staying(1) - CHALLENGES
    got = site.iwf1b.wait_request(message.method).message
    assert left(got, fields) - {"P-Access-Network-Info",
                                "P-Asserted-Service"} == staying(0)
    assert got.get("From").strip() == f"<{mc.impu('alice')}>;tag=1"


@pytest.mark.parametrize("form, who", [
    ("private", "near"), ("client", "far"), ("from-lmr", "far")])
def test_requests_of_a_client_in_a_call(dial, form, who):
    """Each method within a call, ACK and BYE too."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    other.endpoint.script = sip.answer(200)
    for method in ("INFO", "UPDATE", "OPTIONS", "INVITE", "BYE"):
        if method == "INVITE":
            other.endpoint.script = user_agent.manners
        branch = side.send(method, headers=marked())
        got = other.wait(method)
        assert left(got.message) == staying(0), method
        if method == "INVITE":
            got.reply(200, talk.line.offer())
            side.endpoint.wait_final(branch)
            acks = len(other.requests("ACK"))
            side.ack(headers=marked())
            assert left(other.wait("ACK", acks + 1).message) == staying(0)
            other.endpoint.script = sip.answer(200)
        else:
            side.endpoint.wait_final(branch)


def forked(site, here):
    """A call that two of bob's phones answer: the late dialog of alice, and
    the phone at its end."""
    second = site.client("bob")
    second.endpoint.script = user_agent.manners
    out = here.dial()
    legs = [here.arrived(out), here.arrived(out, second.endpoint)]
    legs[0].reply(200, here.answer())
    near, _ = out.answered()
    legs[1].reply(200, here.answer())
    return near, out.dialog(out.wait(200, 2)), legs


def test_late_fork(site, dial):
    """ACK and BYE of what answered too late, and the BYE's answer."""
    near, late, legs = forked(site, dial("client"))
    far = legs[1].dialog()
    tag = user_agent.tag_of(near.local)
    late.local = f'"The Boss" <sip:boss@x.example>;tag={tag}'
    late.ack(headers=marked())
    ack = far.wait("ACK").message
    assert left(ack) == staying(0)
    assert ack.all("From") == [
        f"<{mc.impu('alice')}>;tag={user_agent.tag_of(near.local)}"]
    far.endpoint.script = lambda message: (
        sip.answer(200, headers=marked())(message))
    reply = late.ask("BYE", headers=marked())
    bye = far.wait("BYE").message
    assert left(bye) == staying(0)
    assert bye.all("From") == ack.all("From")
    assert reply.code == 200
    assert left(reply) == staying(1) - CHALLENGES
    tag = user_agent.tag_of(far.local)
    far.local = f'"The Boss" <sip:boss@x.example>;tag={tag}'
    assert far.ask("BYE").code == 200
    got = [r.message for r in near.endpoint.requests("BYE")]
    assert [m.get("From") for m in got] == [
        f"<{legs[1].message.get('To').strip(' <>')}>"
        f";tag={user_agent.tag_of(far.local)}"]
    near.bye()


CHALLENGES = {"WWW-Authenticate", "Proxy-Authenticate"}


def test_cancel(dial):
    """A CANCEL is made anew by the node: nothing of a client's passes, but
    for Reason."""
    here = dial("private")
    out = here.dial()
    got = here.arrived(out)
    got.reply(180)
    out.wait(180)
    message = with_fields(out._same_transaction(
        "CANCEL", out.message.get("To")))
    here.caller.send_octets(bytes(message), here.node.address)
    cancel = user_agent.incoming(here.callee, here.node.address, "CANCEL",
                                 call_id=out.call_id)
    assert left(cancel.message) <= {"Reason"}
    got.reply(487)
    out.wait(487)


# Replies of clients and IWFs

@pytest.mark.parametrize("code", [200, 202, 302, 403, 486, 603])
def test_reply_to_a_text(site, code):
    """To an ordinary MESSAGE."""
    alice, bob = site.client("alice"), site.client("bob")
    before = site.node.counters("node")["cut_replies"]
    bob.endpoint.script = sip.answer(code, headers=marked())
    message = text_message("alice", "bob")
    written = f'"Alice" {message.get("From").strip()}'
    reply = alice.ask(message.set("From", written))
    assert reply.code == code
    assert left(reply) == staying(1) - CHALLENGES
    assert reply.get("From") == written
    assert site.node.counters("node")["cut_replies"] == before + 1


@pytest.mark.parametrize("code", [200, 403])
def test_reply_to_a_short_message(site, code):
    """To IWF short messages, of an IWF and of a client."""
    alice = site.client("alice")
    alice.endpoint.script = site.iwf1.script = sip.answer(
        code, headers=marked())
    for reply in (alice.ask(mc.client_message("alice", b"x")),
                  site.from_iwf(mc.iwf_message("alice", b"x"))):
        assert reply.code == code
        assert left(reply) == staying(1) - CHALLENGES


PLACES = [("Contact", "<sip:bob@127.0.0.77:7777>"),
          ("Record-Route", "<sip:127.0.0.77;lr>")]


@pytest.mark.parametrize("code", [200, 302, 404, 485, 606])
def test_places_in_the_reply_to_a_text(site, code):
    """No reply to a MESSAGE says where a party is: of a client to a text and
    to a short message, and of an IWF."""
    alice, bob = site.client("alice"), site.client("bob")
    for endpoint in (alice.endpoint, bob.endpoint, site.iwf1):
        endpoint.script = sip.answer(code, headers=PLACES)
    for reply in (alice.ask(text_message("alice", "bob")),
                  alice.ask(mc.client_message("alice", b"x")),
                  site.from_iwf(mc.iwf_message("alice", b"x"))):
        assert reply.code == code
        assert not reply.all("Contact") + reply.all("m")
        assert not reply.all("Record-Route")


@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
@pytest.mark.parametrize("code", [302, 404, 485, 606])
def test_contact_of_a_refusal(dial, form, code):
    """A refused INVITE leads no caller elsewhere, in either form of the name."""
    here = dial(form)
    for name in ("Contact", "m"):
        out = here.dial()
        here.arrived(out).reply(code, contact=False,
                                headers=[(name, PLACES[0][1])])
        reply = out.refusal()
        assert reply.code == code
        assert not reply.all("Contact") + reply.all("m")


@pytest.mark.parametrize("form, who", [
    ("private", "near"), ("client", "far"), ("from-lmr", "far")])
def test_contact_of_a_reply_in_a_call(dial, form, who):
    """Nor do replies to what sets no target, and refusals of what does."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    for code, method in [(200, "INFO"), (404, "INFO"), (200, "OPTIONS"),
                         (485, "UPDATE"), (488, "INVITE"), (200, "BYE")]:
        other.endpoint.script = sip.answer(code, headers=PLACES[:1])
        reply = side.ask(method)
        assert (reply.code, reply.all("Contact")) == (code, []), method


def test_description_in_the_reply_to_a_text(site):
    """Media are said in calls alone: the body goes."""
    alice, bob = site.client("alice"), site.client("bob")
    bob.endpoint.script = lambda message: [(0, user_agent.with_sdp(
        sip.response(message, 200), b"v=0\r\nm=audio 4 RTP/AVP 0\r\n"))]
    reply = alice.ask(text_message("alice", "bob"))
    assert (reply.code, reply.body) == (200, b"")


@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
def test_replies_in_a_call(dial, form):
    """180 and 200 of an INVITE, and all that is answered within the call."""
    here = dial(form)
    out = here.dial()
    got = here.arrived(out)
    fields = [f for f in marked() if f[0] not in ("RSeq", "Require")]
    listed = staying(1) - CHALLENGES - {"RSeq", "Require"}
    got.reply(180, headers=fields)
    assert left(out.wait(180), fields) == listed
    got.reply(200, here.answer(), headers=fields)
    near, _ = out.answered()
    assert left(out.wait(200), fields) == listed
    far = got.dialog()
    far.wait("ACK")
    for side in (near, far):
        side.endpoint.script = sip.answer(200, headers=fields)
    for side, method in ((near, "INFO"), (far, "UPDATE"), (far, "INFO"),
                         (near, "BYE")):
        assert left(side.ask(method), fields) == listed, method


def test_refusal_of_a_call(dial):
    """Of an INVITE, too."""
    here = dial("private")
    out = here.dial()
    here.arrived(out).reply(486, headers=marked())
    assert left(out.refusal()) == staying(1) - CHALLENGES


TOLD = [("P-Answer-State", "Unconfirmed"), ("P-Early-Media", "supported")]
OTHERS = [("P-Custom", "x"), ("P-Answer-Statement", "x"),
          ("P-Charging-Vector", "icid-value=1"),
          ("Resource-Priority", "mcpttp.15")]


@pytest.mark.parametrize("form, who", [
    ("group-from-core", "near"), ("from-lmr", "near"), ("private", "far")])
def test_how_a_peer_answers(dial, form, who):
    """P-Answer-State and P-Early-Media of a peer pass within a call, and in
    replies; other P- fields do not."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    fields = [*TOLD, *OTHERS]
    assert side.ask("INFO", headers=fields).code == 200
    told = dict(TOLD).keys() | (
        {"Resource-Priority"} if form == "group-from-core" else set())
    assert left(other.wait("INFO").message, fields) == told
    side.endpoint.script = sip.answer(200, headers=fields)
    reply = other.ask("INFO")
    assert left(reply, fields) == dict(TOLD).keys()
    other.ask("BYE")


IWF_FORMS = [f"<{mc.IWF1}?Subject=boss>", f"<{mc.IWF1};user=Boss>",
             f"<{mc.IWF1}>;name=Boss", f'"Boss" <{mc.IWF1}>',
             f"Boss <{mc.IWF1}>", f"<{mc.IWF1}>"]


@pytest.mark.parametrize("form", IWF_FORMS)
def test_iwf_is_named_plainly(site, dial, form):
    """Whatever the IWF writes around its PSI: a client sees that alone, in a
    short message and in a call, and no other field that names a party."""
    here = dial("from-lmr")
    named = [(n, f"v{n}") for n in (
        "User-to-User", "Geolocation", "Geolocation-Routing", "Organization",
        "Additional-Identity", "Attestation-Info")]
    message = mc.iwf_message("alice", b"x").set("P-Asserted-Identity", form)
    assert site.from_iwf(with_fields(message, named)).code == 200
    got = [here.callee.wait_request().message]
    message = here.form.invite(here.offer()).set("P-Asserted-Identity", form)
    out = here.dial(message=with_fields(message, named))
    leg = here.arrived(out)
    got.append(leg.message)
    leg.reply(486)
    out.wait(486)
    for message in got:
        assert message.all("P-Asserted-Identity") == [f"<{mc.IWF1}>"]
        assert not left(message, named)


def test_core_says_what_it_said(site):
    """What a core writes into a MESSAGE passes as it did, but for what its
    servers tell each other."""
    bob = site.client("bob")
    message = with_fields(text_message("alice", "bob"))
    assert site.from_core(message).code == 200
    got = bob.endpoint.wait_request().message
    assert left(got) == {name for name, _ in marked()} - {
        "P-Served-User", "P-Visited-Network-ID"}


def test_fields_added_by_a_site(new_site):
    """Another list at the start is in force."""
    names = "|".join([*defined("CLIENT_STAYS"), "X-Custom"])
    site = new_site(options=["-A", f'CLIENT_STAYS="^({names})$"'])
    alice, bob = site.client("alice"), site.client("bob")
    assert alice.ask(with_fields(text_message("alice", "bob"))).code == 200
    assert left(bob.endpoint.wait_request().message) == staying(0) | {
        "X-Custom"}


def test_number_of_fields(site):
    """200 are taken; with one more: 400, and nothing arrives."""
    alice, bob = site.client("alice"), site.client("bob")
    for more, code in ((0, 200), (1, 400)):
        message = text_message("alice", "bob")
        own = len(message.headers) + 3  # Via, credentials, Content-Length
        for i in range(200 + more - own):
            message.add("Subject", str(i))
        assert alice.ask_once(message).code == code
    assert len(bob.endpoint.requests()) == 1
    for peer, make in ((site.iwf1, mc.iwf_message), (
            site.core, mc.core_message)):
        message = make("alice", b"x")
        for i in range(200):
            message.add("X-Custom", str(i))
        assert peer.ask(message, site.node.address).code == 400


def test_number_of_fields_in_a_reply(dial):
    """One with more is dropped; what follows counts."""
    here = dial("private")
    out = here.dial()
    got = here.arrived(out)
    got.reply(183, headers=[("z", "")] * 200)
    got.reply(180)
    out.wait(180)
    assert not out.replies(183)
    got.reply(486)
    out.wait(486)


@pytest.mark.parametrize("name", ["From", "f", "FROM"])
def test_two_senders(site, name):
    """Of two From fields each reader takes another one: the core takes no
    such message."""
    alice, bob = site.client("alice"), site.client("bob")
    for message in (text_message("alice", "bob"),
                    mc.client_message("alice", b"x")):
        alice.endpoint.send(message.add(name, f"<{mc.impu('boss')}>;tag=2"),
                            site.node.address)
    assert alice.ask(text_message("alice", "bob")).code == 200
    assert len(bob.endpoint.requests()) == 1 and not site.iwf1.requests()


# From, and who is asserted

@pytest.mark.parametrize("written", [
    '"The Boss" <sip:alice@mc.example.org>', "Boss <sip:alice@mc.example.org>",
    "<sip:alice@mc.example.org:5060;user=phone?subject=x>",
    "sip:alice@mc.example.org"])
def test_from_is_the_proven_user(site, written):
    """In ordinary and in IWF short messages: the user, and no more."""
    alice, bob = site.client("alice"), site.client("bob")
    alone = f"<{mc.impu('alice')}>"
    for message, receiver in (
            (text_message("alice", "bob"), bob.endpoint),
            (mc.client_message("alice", b"x"), site.iwf1)):
        message.set("From", f"{written};tag={sip.token()}")
        message.add("P-Asserted-Identity", "")
        reply = alice.ask(message)
        assert reply.code == 200
        assert reply.get("From") == message.get("From")
        got = receiver.wait_request().message
        assert re.fullmatch(
            rf"\s*(<{re.escape(mc.impu('alice'))}>|"
            rf"{re.escape(mc.impu('alice'))});tag=\S+", got.get("From"))
        assert got.all("P-Asserted-Identity") == [alone]
        assert b"oss" not in bytes(got)


def test_password_in_from(site):
    """403 in an ordinary MESSAGE; elsewhere From is written anew."""
    alice, bob = site.client("alice"), site.client("bob")
    written = f"<sip:alice:secret@{mc.DOMAIN}>;tag=1"
    assert alice.ask(text_message("alice", "bob").set(
        "From", written)).code == 403
    assert not bob.endpoint.requests()
    assert alice.ask(mc.client_message("alice", b"x").set(
        "From", written)).code == 200
    assert b"secret" not in site.iwf1.wait_request().octets


@pytest.mark.parametrize("make", [text_message, lambda *_: mc.client_message(
    "alice", b"x")], ids=["text", "short message"])
def test_message_within_a_call(site, make):
    """No call has it, and From could not be set: 481."""
    alice, bob = site.client("alice"), site.client("bob")
    message = make("alice", "bob")
    message.set("From", f'"Boss" <{mc.impu("alice")}>;tag=1')
    message.set("To", message.get("To") + ";tag=2")
    assert alice.ask(message).code == 481
    assert not bob.endpoint.requests() and not site.iwf1.requests()


@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
def test_from_within_a_call(dial, form):
    """Neither side names itself anew, in requests of its own or in To of its
    answers."""
    here = dial(form)
    boss = '"The Boss" <sip:boss@mc.example.org>'
    out = here.dial()
    got = here.arrived(out)
    reply = got.reply_of(180)
    got.endpoint.reply(got.received, reply.set(
        "To", f"{boss};tag={user_agent.tag_of(reply.get('To'))}"))
    told = out.wait(180).get("To")
    assert told.partition(";")[0].strip() == out.message.get("To")
    got.reply(486)
    out.wait(486)
    talk = here.talk()
    for side, other in ((talk.near, talk.far), (talk.far, talk.near)):
        message = side.request("INFO")
        message.set("From", f"{boss};tag={user_agent.tag_of(side.local)}")
        message.set("To", f"{boss};tag={user_agent.tag_of(side.remote)}")
        reply = side.endpoint.ask(message, side.server)
        assert reply.code == 200
        assert [reply.get(name) for name in ("From", "To")] == [
            message.get(name) for name in ("From", "To")]
        arrived = other.wait("INFO").message
        assert "oss" not in arrived.get("From") + arrived.get("To")
    talk.near.bye()


@pytest.mark.parametrize("name", ["vsf", "vst", "VSF"])
def test_from_by_a_route(dial, name):
    """Nor by what module uac would read in a Route of ours."""
    talk = dial("client").talk()
    message = talk.near.request("INFO")
    for i, (field, value) in enumerate(message.headers):
        if field == "Route":
            message.headers[i] = (field, value.replace(
                ";lr", f";{name}=AAAAAAEEBgAAAAAAAAAAAAAAAAAAAAAAAAAA;lr"))
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    assert not talk.far.requests("INFO")
    talk.near.bye()
