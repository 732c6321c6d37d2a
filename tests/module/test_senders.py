# SPDX-License-Identifier: GPL-2.0-or-later
"""In whose name an IWF short message goes on, and what else its sender may say
of itself: the same with every configuration that the documents print."""
import re

import pytest

import calls
import existing_server
import mc
import node
import sample
import sip
import user_agent

BOSS = f'"Boss" <{mc.impu("boss")}>'
OTHER_NAMES = [("Additional-Identity", mc.impu("boss")),
               ("Originating-Id", "boss"), ("Origination-Id", "boss"),
               ("Attestation-Info", "A")]
FOREIGN = [*OTHER_NAMES, *mc.CORE_FIELDS, *mc.PEER_FIELDS,
           ("User-to-User", "426f7373;encoding=hex"),
           ("Geolocation", "<sip:boss@x.example>"), ("X-Custom", "x"),
           ("Organization", "Boss"), ("In-Reply-To", "x"),
           ("n", "<http://x.example>"), ("y", "x"), ("r", "<sip:x@y>")]


def written_by_boss(message, fields=FOREIGN):
    """The message with another one's name in From, and with these fields."""
    message.set("From", f"{BOSS};tag={sip.token()}")
    for name, value in fields:
        message.add(name, value)
    return message


def assert_sender(got, sender):
    """From and P-Asserted-Identity say who it is, and no more."""
    uri = re.escape(sender)
    assert re.fullmatch(rf"\s*(<{uri}>|{uri});tag=\S+", got.get("From"))
    assert got.all("P-Asserted-Identity") == [f"<{sender}>"]
    assert b"oss" not in bytes(got)


def assert_without(message, fields=FOREIGN):
    """None of these fields is in the message."""
    there = {(n.lower(), v) for n, v in message.headers}
    assert not [n for n, v in fields if (n.lower(), v) in there]


@pytest.mark.parametrize("written", [
    BOSS, f'"Boss" <{mc.impu("alice")}>', f"<sip:alice:boss@{mc.DOMAIN}>",
    f"<{mc.impu('alice')}:5060;user=phone?subject=boss>", mc.impu("boss")])
def test_client(any_site, written):
    """What a client says of itself beyond its password stays here; it hears
    From as it wrote it."""
    alice = any_site.client("alice")
    message = written_by_boss(mc.client_message("alice", b"x"))
    message.set("From", f"{written};tag={sip.token()}")
    message.add("P-Asserted-Identity", "").add("Subject", "listed")
    reply = alice.ask(message)
    assert reply.code == 200
    assert reply.get("From") == message.get("From")
    got = any_site.iwf1.wait_request().message
    assert_sender(got, mc.impu("alice"))
    assert_without(got)
    assert got.get("Subject") == "listed"


@pytest.mark.parametrize("write", [str.lower, str.upper,
                                   lambda name: name + " \t"],
                         ids=["lower", "upper", "space"])
def test_names_in_any_form(any_site, write):
    """However the name of a field is written."""
    alice = any_site.client("alice")
    message = written_by_boss(mc.client_message("alice", b"x"),
                              [(write(n), v) for n, v in FOREIGN])
    assert alice.ask(message).code == 200
    assert_without(any_site.iwf1.wait_request().message)


@pytest.mark.parametrize("own", [True, False])
def test_iwf(any_site, own):
    """An IWF speaks for itself, and has no name beside that."""
    alice = any_site.client("alice")
    message = written_by_boss(mc.iwf_message("alice", b"x"), OTHER_NAMES)
    if own:
        message.set("From", f'"Boss" <{mc.IWF1}>;tag=1')
    message.set("P-Asserted-Identity", f'"Boss" <{mc.IWF1}>')
    assert any_site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert_sender(got, mc.IWF1)
    assert_without(got, OTHER_NAMES)


def test_core(any_site):
    """From is the user that the core asserts; what else a core says
    passes."""
    any_site.client("alice")
    message = written_by_boss(mc.core_message("alice", b"x"), [
        ("Additional-Identity", "deputy"), ("X-Custom", "x")])
    assert any_site.from_core(message).code == 200
    got = any_site.iwf1.wait_request().message
    assert_sender(got, mc.impu("alice"))
    assert got.get("Additional-Identity") == "deputy"
    assert got.get("X-Custom") == "x"


def test_fields_of_an_answer(any_site):
    """The receiver's reply has listed fields alone, both ways."""
    alice = any_site.client("alice")
    fields = [*FOREIGN, ("Warning", '399 x "why"')]
    alice.endpoint.script = any_site.iwf1.script = sip.answer(
        403, headers=fields)
    for reply in (alice.ask(mc.client_message("alice", b"x")),
                  any_site.from_iwf(mc.iwf_message("alice", b"x"))):
        assert reply.code == 403
        assert_without(reply)
        assert reply.get("Warning") == '399 x "why"'


def test_removed_fields_are_counted(any_site):
    """Once for each message that lost one."""
    def counted():
        found = any_site.node.counters("node")
        return found["cut_requests"], found["cut_replies"]
    alice = any_site.client("alice")
    requests, replies = counted()
    any_site.iwf1.script = sip.answer(403, headers=FOREIGN)
    alice.ask(written_by_boss(mc.client_message("alice", b"x")))
    assert counted() == (requests + 1, replies + 1)
    any_site.iwf1.script = sip.answer(403)
    alice.ask(mc.client_message("alice", b"x"))
    assert counted() == (requests + 1, replies + 1)


def test_number_of_fields(any_site):
    """200 are taken, no more: each that is removed costs time."""
    any_site.client("alice")
    message = mc.core_message("alice", b"x")
    for i in range(200):
        message.add("X-Custom", str(i))
    assert any_site.from_core(message).code == 400
    assert any_site.from_core(mc.core_message("alice", b"x")).code == 200
    assert len(any_site.iwf1.requests()) == 1


def test_number_of_fields_in_a_reply(any_site):
    """One with more is dropped; what follows counts."""
    any_site.client("alice")
    any_site.iwf1.script = lambda message: [
        (0, sip.response(message, 403, headers=[("z", "")] * 200)),
        (0.05, sip.response(message, 200))]
    assert any_site.from_core(mc.core_message("alice", b"x")).code == 200


def test_further_field():
    """The list is a setting of the existing server."""
    text = (node.TOP / "cfg/recipe/mc-fields.cfg").read_text()
    names = re.search(r'CLIENT_STAYS "(.*)\)\$"', text).group(1)
    with sample.running(lambda peers: existing_server.DropIn(
            peers, CLIENT_STAYS=f"{names}|X-Custom)$")) as site:
        alice = site.client("alice")
        message = written_by_boss(mc.client_message("alice", b"x"))
        assert alice.ask(message).code == 200
        got = site.iwf1.wait_request().message
        assert got.get("X-Custom") == "x"
        assert_without(got, OTHER_NAMES)


# Whose challenge it is

@pytest.mark.parametrize("code, field", [
    (401, "WWW-Authenticate"), (407, "Proxy-Authenticate")])
@pytest.mark.parametrize("realm, ours", [
    (mc.DOMAIN, True), (mc.DOMAIN.upper(), True), (f" {mc.DOMAIN}\t", True),
    (f"sub.{mc.DOMAIN}", False), (f"{mc.DOMAIN}.example", False),
    (f"x{mc.DOMAIN}", False), ("far.example", False)])
def test_realm_of_the_far_end(any_site, code, field, realm, ours):
    """Ours: 502 without it, counted. Another one, be it like ours: it
    passes."""
    any_site.client("alice")
    value = (f'Digest nonce="n", domain="sip:{mc.DOMAIN}", '
             f'realm="{realm}"')
    any_site.iwf1.script = sip.answer(code, headers=[(field, value)])
    before = any_site.node.counters("node")["far_challenges"]
    reply = any_site.from_core(mc.core_message("alice", b"x"))
    assert reply.code == (502 if ours else code)
    assert reply.all(field) == ([] if ours else [value])
    assert any_site.node.counters("node")["far_challenges"] == before + ours


# Calls through the existing server

@pytest.fixture
def dial(drop_in_site):
    """Makes lines on that server; all are over at the end."""
    with calls.dialling(drop_in_site) as make:
        yield make


@pytest.mark.parametrize("form", ["private", "client", "plain", "group"])
def test_call_of_a_client(dial, form):
    """The same of what begins a call, and of its replies."""
    here = dial(form)
    message = written_by_boss(here.form.invite(here.offer()))
    out = here.dial(message=message)
    got = here.arrived(out)
    assert_sender(got.message, mc.impu("alice"))
    assert_without(got.message)
    got.reply(486, headers=FOREIGN)
    assert_without(out.refusal())


@pytest.mark.parametrize("form", ["from-lmr", "group-from-lmr"])
def test_call_of_an_iwf(dial, form):
    """It has no name beside its own."""
    here = dial(form)
    message = written_by_boss(here.form.invite(here.offer()), OTHER_NAMES)
    asserted = re.search("<(.*)>", message.get("P-Asserted-Identity")).group(1)
    message.set("P-Asserted-Identity", f'"Boss" <{asserted}>')
    out = here.dial(message=message)
    got = here.arrived(out).message
    assert_without(got, OTHER_NAMES)
    assert b"oss" not in bytes(got)
    assert got.all("P-Asserted-Identity") == [f"<{asserted}>"]
    here.arrived(out).reply(486)
    out.refusal()


@pytest.mark.parametrize("form, who, fields", [
    ("private", "near", FOREIGN), ("client", "far", FOREIGN),
    ("private", "far", OTHER_NAMES)])
def test_within_a_call(dial, form, who, fields):
    """In each method, and in what is answered; From stays whose it was."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    other.endpoint.script = sip.answer(200, headers=FOREIGN)
    for method in ("INFO", "UPDATE", "BYE"):
        message = side.request(method, headers=fields)
        message.set("From", f"{BOSS};tag={user_agent.tag_of(side.local)}")
        reply = side.endpoint.ask(message, side.server)
        assert reply.code == 200
        assert_without(reply)
        got = other.requests(method)[-1].message
        assert_without(got, fields)
        assert "oss" not in got.get("From")


@pytest.mark.parametrize("name", ["vsf", "vst", "VSF", " vsf "])
@pytest.mark.parametrize("form", ["private", "client"])
def test_from_by_a_route(dial, form, name):
    """Module uac believes nothing that a party writes into a Route of ours."""
    talk = dial(form).talk()
    own = talk.near.ask("INFO")
    assert own.code == 200
    proven = talk.far.requests("INFO")[0].message
    for side, other in ((talk.near, talk.far), (talk.far, talk.near)):
        message = side.request("INFO")
        for i, (field, value) in enumerate(message.headers):
            if field == "Route":
                message.headers[i] = (field, value.replace(
                    ";lr", f";{name}=AAAAAAEEBgAAAAAAAAAAAAAAAAAAAAAAAAAA;lr"))
        reply = side.endpoint.ask(message, side.server)
        assert reply.code == 403, other.requests("INFO")[-1].octets
    assert [r.message.get("From") for r in talk.far.requests("INFO")] == [
        proven.get("From")]
    assert talk.near.bye().code == 200


# One list for all

def test_one_file_of_lists():
    """Every configuration takes the same file; the script in JavaScript
    asks it for its lists."""
    recipes = node.TOP / "cfg" / "recipe"
    for name in ("../mc-server-fields.cfg", "mc.cfg", "small-common.cfg"):
        assert 'mc-fields.cfg"\n' in (recipes / name).read_text()
    lists = re.findall(r"^#!(?:try)?def(?:ine)? (\w+) ",
                       (recipes / "mc-fields.cfg").read_text(), re.M)
    assert {"CLIENT_STAYS", "REPLY_STAYS", "MC_OTHER_IDENTITIES"} <= set(lists)
    for path in recipes.glob("*.cfg"):
        if path.name != "mc-fields.cfg":
            assert not re.findall(rf"def(?:ine)? ({'|'.join(lists)}) ",
                                  path.read_text())
    assert "Call-ID" not in (recipes / "small.js").read_text()
    assert "mc-fields.cfg" in existing_server.FILES
