# SPDX-License-Identifier: GPL-2.0-or-later
"""The recipes under attack: what is printed has to be safe as it stands."""
import contextlib
import re
import socket
import sqlite3
import subprocess
import time

import pytest

import documents
import existing_server
import mc
import media
import node
import sip
import user_agent
from test_lmr_sdp import MODE01

RECIPES = node.TOP / "cfg" / "recipe"
TOLD = 10  # refusals in a second that get a line, of the module or the script


@pytest.mark.parametrize("path", sorted(RECIPES.iterdir()),
                         ids=lambda path: path.name)
def test_files_are_those_of_the_documents(path):
    """Each file is printed once, as it is."""
    assert documents.block(path.name) == path.read_text()


def test_every_configuration_is_a_file():
    """What the documents print under a file's name lies there to be used."""
    named = {name for name in documents.block_names() if "." in name}
    assert named == {path.name for path in RECIPES.iterdir()}
    for path in documents.DOCUMENTS:
        assert "\n```cfg\n" not in path.read_text(), f"{path.name}: no name"


@pytest.mark.parametrize("name", existing_server.FILES)
def test_defines_meet_no_others(name):
    """What a file of ours defines in another's kamailio.cfg has a name that is
    ours; what it only proposes (trydef) is a setting of the operator."""
    defined = re.findall(r"^#!define (\w+)", (RECIPES / name).read_text(), re.M)
    assert [word for word in defined if not word.startswith("MC_")] == []


def test_list_of_the_recipes():
    """The README names each file, beside the page that prints it."""
    listed = {row[0]: documents.names(row[1]) for row in
              documents.rows("## Recipes", "Page", documents.README)}
    printed = {}
    for path in documents.PAGES:
        title = documents.headings(path)[0][1]
        names = [name for name in documents.block_names([path])
                 if "." in name]
        if names:
            printed[f"[{title}](docs/{path.name})"] = names
    assert listed == printed


def test_small_tables(tmp_path):
    """The file makes the tables of both databases."""
    text = (RECIPES / "small-tables.sh").read_text().replace(
        "/usr/share/kamailio/db_sqlite/mc_iwf-create.sql",
        f"{node.TOP}/cfg/db_sqlite/mc_iwf-create.sql")
    subprocess.run(["sh", "-c", text], cwd=tmp_path, check=True,
                   stdout=subprocess.DEVNULL)
    for name, table in (("mc_iwf", "mc_iwf_users"), ("kamailio", "address")):
        with contextlib.closing(
                sqlite3.connect(tmp_path / f"{name}.db")) as base:
            assert base.execute(f"SELECT count(*) FROM {table}").fetchone()


def test_relay_of_the_recipe():
    """Its control port is the one that the server asks, and it forgets calls
    as fast as the sample's relay does."""
    ours, sample = (
        dict(re.findall(r"^([\w-]+) = (.*)$", path.read_text(), re.M))
        for path in (RECIPES / "rtpengine.conf",
                     node.TOP / "cfg" / "rtpengine.conf"))
    asked = re.search(r'MC_RTPENGINE "udp:(.*)"',
                      (RECIPES / "mc.cfg").read_text()).group(1)
    assert ours["listen-ng"] == asked
    times = ("delete-delay", "timeout", "offer-timeout")
    assert [ours[name] for name in times] == [sample[name] for name in times]


# Who registers

def register(user, contact, to=None, domain=mc.DOMAIN):
    """A REGISTER of a user's, for another one if to is given."""
    aor = f"sip:{to or user}@{domain}"
    return sip.request("REGISTER", f"sip:{mc.DOMAIN}", mc.impu(user), aor, [
        ("Contact", f"<{contact}>{mc.contact_tags(*mc.SERVICES)}")])


def test_register_without_password(small_site):
    """401 with a challenge, and nothing is registered."""
    mallory = small_site.stranger("alice")
    reply = mallory.endpoint.ask(register("alice", mallory.contact),
                                 small_site.node.address)
    assert reply.code == 401
    assert f'realm="{mc.DOMAIN}"' in reply.get("WWW-Authenticate")
    assert small_site.from_iwf(mc.iwf_message("alice", b"x")).code == 480


@pytest.mark.parametrize("password", ["wrong", "bob-secret", ""])
def test_register_with_a_wrong_password(small_site, password):
    """The same once more."""
    mallory = small_site.stranger("alice")
    message = register("alice", mallory.contact)
    address = small_site.node.address
    reply = mallory.endpoint.ask(message, address)
    again = sip.with_credentials(message, reply, "alice", password)
    assert mallory.endpoint.ask(again, address).code == 401


@pytest.mark.parametrize("domain, code", [
    (mc.DOMAIN.upper(), 200), ("elsewhere.example", 403)])
def test_domain_of_a_registration(small_site, domain, code):
    """Ours, in any case."""
    alice = small_site.stranger("alice")
    message = register("alice", alice.contact, domain=domain)
    assert alice.ask(message).code == code
    assert alice.ask(mc.client_message("alice", b"x")).code == (
        200 if code == 200 else 404)


@pytest.mark.parametrize("sender", ["alice", "bob"])
def test_register_another_user(small_site, sender):
    """Who is not bob takes none of his messages, whatever From says."""
    alice = small_site.stranger("alice")
    message = register(sender, alice.contact, to="bob")
    assert alice.ask(message).code == 403
    assert small_site.from_iwf(mc.iwf_message("bob", b"x")).code == 480


def test_credentials_of_two_realms(small_site):
    """The name is that of the password that was checked."""
    alice = small_site.stranger("alice")
    message, address = register("bob", alice.contact), small_site.node.address
    reply = alice.endpoint.ask(message, address)
    again = sip.with_credentials(message, reply, "alice", "alice-secret")
    again.headers.insert(1, ("Authorization", (
        'Digest username="bob", realm="x", nonce="1", uri="sip:x",'
        ' response="00000000000000000000000000000000"')))
    assert alice.endpoint.ask(again, address).code == 403


@pytest.mark.parametrize("to", ["alice:secret", "%61lice", "Alice"])
def test_spelling_of_a_name(small_site, to):
    """An escaped letter is the letter; a password, or a capital, makes it
    another name."""
    alice = small_site.stranger("alice")
    message = register("alice", alice.contact, to=to)
    assert alice.ask(message).code == (200 if to == "%61lice" else 403)


def test_namesake(small_site):
    """A digest user of another domain, with the name of one of ours."""
    ha1b = sip.digest(f"alice@other.example:{mc.DOMAIN}:alice-secret")
    small_site.node.edit_node(
        "INSERT INTO subscriber (username, domain, ha1b) VALUES"
        f" ('alice', 'other.example', '{ha1b}')")
    alice = small_site.stranger("alice")
    message, address = register("alice", alice.contact), small_site.node.address
    reply = alice.endpoint.ask(message, address)
    again = sip.with_credentials(
        message, reply, "alice@other.example", "alice-secret")
    code = alice.endpoint.ask(again, address).code
    small_site.node.edit_node(
        f"DELETE FROM subscriber WHERE domain != '{mc.DOMAIN}'")
    assert code == 403


def test_request_uri_of_a_registration(small_site):
    """Of another domain: 404."""
    alice = small_site.stranger("alice")
    message = register("alice", alice.contact)
    message.start = "REGISTER sip:elsewhere.example SIP/2.0"
    assert alice.ask(message).code == 404


@pytest.mark.parametrize("method", ["REGISTER", "MESSAGE"])
def test_passwords_cannot_be_read(small_site, method):
    """503, and never a challenge for the right password."""
    alice = small_site.client("alice")
    message = (register("alice", alice.contact) if method == "REGISTER"
               else mc.client_message("alice", b"x"))
    address = small_site.node.address
    reply = alice.endpoint.ask(message, address)
    again = sip.with_credentials(message, reply, "alice", "alice-secret")
    with contextlib.closing(sqlite3.connect(
            small_site.node.path("kamailio.db"))) as database:
        database.execute("BEGIN EXCLUSIVE")
        reply = alice.endpoint.ask(again, address)
        database.rollback()
    assert (reply.code, reply.get("Retry-After")) == (503, "5")
    assert alice.ask(mc.client_message("alice", b"x")).code == 200


def test_refusals_that_count(small_site):
    """A first challenge is none, a wrong password is."""
    alice = small_site.client("alice")
    message, address = mc.client_message("alice", b"x"), small_site.node.address
    def count():
        return small_site.node.counters()["refused_unauthenticated"]
    before = count()
    reply = alice.endpoint.ask(message, address)
    assert count() == before
    again = sip.with_credentials(message, reply, "alice", "wrong")
    assert alice.endpoint.ask(again, address).code == 407
    assert count() == before + 1


def foreign_contacts(site):
    """A peer, the partner, the node itself, what another server listens to,
    and a name."""
    return [site.iwf1.hostport, site.core.hostport, site.partner.hostport,
            f"127.0.0.1:{site.node.port}", "127.0.0.1:22222",
            "localhost:22222"]


@pytest.mark.parametrize("which", range(6))
@pytest.mark.parametrize("way", ["Contact", "Path"])
def test_contact_elsewhere(small_site, which, way):
    """Whatever a REGISTER says, its sender gets the messages."""
    alice = small_site.stranger("alice")
    place = foreign_contacts(small_site)[which]
    message = register("alice", alice.contact if way == "Path"
                       else f"sip:iwf@{place}")
    if way == "Path":
        message.add("Path", f"<sip:{place};lr>").add("Supported", "path")
    if alice.ask(message).code == 200:
        assert small_site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
        assert len(alice.endpoint.requests()) == 1
    for peer in small_site.peers.all():
        assert not peer.requests()
    everything = register("alice", "").set("Contact", "*").add("Expires", "0")
    assert alice.ask(everything).code == 200


@pytest.mark.parametrize("headers", [
    "?Route=%3Csip:127.0.0.2:5070;lr%3E", "?Subject=x&Route=x", "?"])
def test_contact_with_header_fields(small_site, headers):
    """A message to it would carry them: 403, beside a good contact too."""
    alice = small_site.stranger("alice")
    bad = f"{alice.contact}{headers}"
    for contact in (f"<{bad}>", f"<{alice.contact}>, <{bad}>",
                    f'"a?" <{alice.contact}>;+g.x="?", "<" <{bad}>;q=0.1'):
        message = register("alice", alice.contact)
        message.set("Contact", contact)
        assert alice.ask(message).code == 403, contact
    assert small_site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
    message = register("alice", alice.contact)
    message.set("Contact", f'"a?" <{alice.contact}>;+g.x="?"'
                           f"{mc.contact_tags(*mc.SERVICES)}")
    assert alice.ask(message).code == 200
    query = register("alice", alice.contact).drop("Contact")
    assert alice.contact in alice.ask(query).get("Contact")
    alice.unregister()


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.5"])
def test_register_from_a_peer(small_site, address):
    """With a forged source address a user would be reached at a peer."""
    with sip.UdpEndpoint(address) as endpoint:
        mallory = small_site.stranger("alice", endpoint)
        assert mallory.ask(register("alice", mallory.contact)).code == 403
    small_site.clients.remove(mallory)


# Who sends

def test_client_with_password(small_site):
    """Challenged with 407, accepted with the password."""
    alice = small_site.client("alice")
    message = mc.client_message("alice", b"x")
    challenge = alice.endpoint.ask(message, small_site.node.address)
    assert challenge.code == 407
    assert f'realm="{mc.DOMAIN}"' in challenge.get("Proxy-Authenticate")
    assert not small_site.iwf1.requests()
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    assert mc.calling_user(small_site.iwf1.wait_request().message) == \
        mc.mc_id("alice")


def test_credentials_serve_once(small_site):
    """A replay is challenged."""
    alice = small_site.client("alice")
    message, address = mc.client_message("alice", b"x"), small_site.node.address
    reply = alice.endpoint.ask(message, address)
    again = sip.with_credentials(message, reply, "alice", "alice-secret")
    assert alice.endpoint.ask(again, address).code == 200
    assert alice.endpoint.ask(again.copy().drop("Via"), address).code == 407
    assert len(small_site.iwf1.requests()) == 1


def test_another_name_in_the_message(small_site):
    """The password says who sends, not what the sender writes."""
    alice = small_site.client("alice")
    message = mc.client_message("bob", b"x").add(
        "P-Asserted-Identity", f"<{mc.impu('bob')}>")
    assert alice.ask(message).code == 200
    got = small_site.iwf1.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert mc.calling_user(got) == mc.mc_id("alice")


@pytest.mark.parametrize("name, value", mc.CORE_FIELDS + mc.PEER_FIELDS)
def test_fields_that_a_client_may_not_say(small_site, name, value):
    """They stay here."""
    alice = small_site.client("alice")
    message = mc.client_message("alice", b"x").add(name, value)
    assert alice.ask(message).code == 200
    assert value not in small_site.iwf1.wait_request().message.all(name)


def test_description_beside_a_message(small_site):
    """488, both ways: media are negotiated in calls."""
    small_site.client("alice")
    sdp = mc.part("application/sdp", b"v=0\r\nm=audio 4000 RTP/AVP 0\r\n")
    for message, send in (
            (mc.core_message("alice", b"x"), small_site.from_core),
            (mc.iwf_message("alice", b"x"), small_site.from_iwf)):
        assert send(mc.with_parts(
            message, [*mc.parts_of(message), sdp])).code == 488
    assert not small_site.iwf1.requests()


def test_strangers_keep_no_memory(small_site):
    """Large messages without credentials keep no memory."""
    def free():
        return int(re.search(r"free: (\d+)", small_site.node.kamcmd(
            "core.shmmem")).group(1))
    before = free()
    with sip.UdpEndpoint() as mallory:
        for _ in range(50):
            message = mc.client_message("alice", bytes(50000))
            assert mallory.ask(message, small_site.node.address).code == 407
    assert before - free() < 500000


# What leads in circles, and what was not asked for

@pytest.mark.parametrize("hops, code, left", [
    ("0", 483, None), ("1", 200, "0"), ("70", 200, "69"), ("5", 200, "4"),
    (None, 200, "10"), ("-1", 400, None), ("x", 400, None)])
def test_max_forwards(small_site, hops, code, left):
    """Counted down, and made if there is none."""
    small_site.client("alice")
    message = mc.core_message("alice", b"x").drop("Max-Forwards")
    if hops is not None:
        message.add("Max-Forwards", hops)
    reply = small_site.from_core(message)
    assert reply.code == code or 400 == code <= reply.code < 500
    assert [r.message.get("Max-Forwards")
            for r in small_site.iwf1.requests()] == [left] * (code == 200)


@pytest.mark.parametrize("method", [
    "INVITE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "INFO", "UPDATE",
    "PRACK", "BYE", "UNKNOWN"])
@pytest.mark.parametrize("source", ["client", "iwf1"])
def test_other_methods(small_site, method, source):
    """405 with Allow; nothing is relayed. (What clients may send to each
    other through the existing server is that server's business. It has calls:
    what belongs to one gets 481.)"""
    has_calls = isinstance(small_site.node, existing_server.DropIn)
    if has_calls and (source == "client" or method == "INVITE"):
        pytest.skip("served")
    alice = small_site.client("alice")
    sender = alice.endpoint if source == "client" else small_site.iwf1
    message = sip.request(method, mc.impu("alice"), mc.impu("bob"),
                          mc.impu("alice"),
                          [("Contact", f"<sip:{sender.hostport}>")])
    reply = sender.ask(message, small_site.node.address)
    if has_calls and method in ("INFO", "UPDATE", "PRACK", "BYE"):
        assert reply.code == 481
    else:
        assert reply.code == 405
        assert "MESSAGE" in reply.get("Allow")
    assert not alice.endpoint.requests(method)


@pytest.mark.parametrize("method", ["MESSAGE", "INFO", "BYE", "INVITE"])
@pytest.mark.parametrize("source", ["client", "core", "iwf1"])
def test_within_a_dialog(small_site, method, source):
    """There are none: 481, and no Route leads through the node. (Where the
    existing server loses its way it says so with another code.)"""
    alice = small_site.client("alice")
    sender = (alice.endpoint if source == "client"
              else getattr(small_site, source))
    target = f"sip:alice@{alice.endpoint.hostport}"
    message = mc.core_message("alice", b"x")
    message.start = f"{method} {target} SIP/2.0"
    message.set("CSeq", f"7 {method}")
    message.set("To", f"<{mc.impu('alice')}>;tag=t")
    message.add("Route", f"<sip:127.0.0.1:{small_site.node.port};lr>")
    message.add("Route", f"<sip:{small_site.iwf2.hostport};lr>")
    code = sender.ask(message, small_site.node.address).code
    assert code == 481 or code >= 400 and isinstance(
        small_site.node, existing_server.DropIn)
    for endpoint in (alice.endpoint, *small_site.peers.all()):
        assert not endpoint.requests(method)


@pytest.mark.parametrize("target", ["core", "iwf2", "partner"])
def test_routes_of_a_message(small_site, target):
    """Nor does the Route of a message lead elsewhere."""
    small_site.client("alice")
    place = getattr(small_site, target)
    message = mc.core_message("alice", b"x").add(
        "Route", f"<sip:{place.hostport};lr>")
    assert small_site.from_core(message).code == 200
    got = small_site.iwf1.wait_request().message
    assert not got.all("Route") and not place.requests()


def test_an_ack_is_not_answered(small_site):
    """Else two servers could go on for ever."""
    with sip.UdpEndpoint() as mallory:
        ack = sip.request("ACK", mc.ORIG, mc.impu("alice"), mc.ORIG)
        mallory.send(ack, small_site.node.address)
        options = sip.request("OPTIONS", f"sip:{mc.DOMAIN}", mc.ORIG, mc.ORIG)
        assert mallory.ask(options, small_site.node.address).code == 200
        assert not mallory.responses(ack.branch)


# What the receiver answers

ANSWERS = [*mc.CORE_FIELDS, *mc.PEER_FIELDS, ("P-Charging-Vector", "icid=1"),
           ("P-Asserted-Identity", "<sip:boss@mc.example.org>"),
           ("X-Custom", "x"), ("Contact", "<sip:elsewhere@192.0.2.99>")]


@pytest.mark.parametrize("code", [200, 403, 486])
def test_fields_of_an_answer(small_site, code):
    """What the receiver says of itself or others does not come back; nor
    does a body."""
    small_site.client("alice")
    small_site.iwf1.script = lambda message: [(0, sip.response(
        message, code, "As It Is",
        [*ANSWERS, ("Warning", '399 x "why"'),
         ("Content-Type", "text/plain")], b"text"))]
    reply = small_site.from_core(mc.core_message("alice", b"x"))
    assert (reply.code, reply.reason, reply.body) == (code, "As It Is", b"")
    assert reply.get("Warning") == '399 x "why"'
    for name, value in ANSWERS:
        assert value not in reply.all(name)


@pytest.mark.parametrize("code, field", [
    (401, "WWW-Authenticate"), (407, "Proxy-Authenticate")])
@pytest.mark.parametrize("realm", ["mc.example.org", "MC.Example.Org",
                                   "elsewhere.example"])
def test_challenge_of_a_receiver(small_site, code, field, realm):
    """No party gets our users' passwords answered by challenging in our name;
    another realm is another matter."""
    small_site.client("alice")
    small_site.iwf1.script = sip.answer(code, headers=[
        (field, 'Digest realm="first.example", nonce="1"'),
        (field, f'Digest realm="{realm}", nonce="1"')])
    reply = small_site.from_core(mc.core_message("alice", b"x"))
    if realm == "elsewhere.example":
        assert reply.code == code and len(reply.all(field)) == 2
    else:
        assert reply.code == 502 and not reply.all(field)


@pytest.mark.parametrize("code", [180, 200, 407])
def test_reply_to_nothing(small_site, code):
    """A reply of an unknown sender is dropped, whatever Via says."""
    own = f"127.0.0.1:{small_site.node.port}"
    with sip.UdpEndpoint() as mallory, sip.UdpEndpoint() as victim:
        for place in (victim, small_site.iwf1, small_site.core):
            branch = sip.token("z9hG4bK")
            message = sip.Message(f"SIP/2.0 {code} Here", [
                ("Via", f"SIP/2.0/UDP {own};branch={sip.token('z9hG4bK')}"),
                ("Via", f"SIP/2.0/UDP {place.hostport};branch={branch}"),
                ("From", f"<{mc.impu('alice')}>;tag=a"),
                ("To", f"<{mc.impu('bob')}>;tag=b"), ("Call-ID", sip.token()),
                ("CSeq", "1 MESSAGE")])
            mallory.send_octets(bytes(message), small_site.node.address)
            options = sip.request("OPTIONS", f"sip:{mc.DOMAIN}", mc.ORIG,
                                  mc.ORIG)
            mallory.ask(options, small_site.node.address)
            assert not place.responses(branch)


OURS = f'Digest realm="{mc.DOMAIN}", nonce="n"'
THEIRS = 'Digest realm="far.example", nonce="n"'


@pytest.mark.parametrize("values", [
    [f'Digest nonce="n" , REALM \t= \t"{mc.DOMAIN}"'],
    [f"Digest nonce=n, realm={mc.DOMAIN}"],
    [f'Digest nonce="n",\r\n realm=\r\n\t"{mc.DOMAIN}"'],
    [f"{THEIRS}, {OURS}"], [OURS, THEIRS, THEIRS],
    [OURS.replace("mc.", "m\\c.")], [],
    [f'Digest opaque="{"x" * 9000}"', OURS], [OURS.replace("Digest", "Basic")]],
    ids=["capitals", "no quotes", "folded", "second", "first", "escaped",
         "none", "after 9,000 octets", "another scheme"])
@pytest.mark.parametrize("code, field", [
    (401, "WWW-Authenticate"), (407, "Proxy-Authenticate")])
def test_hidden_challenge(small_site, values, code, field):
    """However it is written; and one that cannot be read."""
    small_site.client("alice")
    small_site.iwf1.script = sip.answer(
        code, headers=[(field, value) for value in values])
    reply = small_site.from_core(mc.core_message("alice", b"x"))
    assert reply.code == 502 and not reply.all(field)


# Floods

STRANGER = "127.0.0.77"
OTHER_STRANGER = "127.0.0.78"  # not silenced by pike


def settings():
    """Numbers of the configuration that bound its memory."""
    text = (RECIPES / "small-common.cfg").read_text()
    return {name: int(value) for name, value in
            re.findall(r"^(tcp_\w+)=(\d+)$", text, re.M)}


def test_connections_fit_into_memory():
    """All connections together take at most half of what is there."""
    value = settings()
    one = value["tcp_rd_buf_size"] + 1024
    assert value["tcp_max_connections"] * one <= 64 * 2**20 / 2


@pytest.mark.parametrize("name, path, said", [
    ("small-common.cfg", documents.SMALL_SERVER,
     r"\| (\d+) connections in all"),
    ("mc-modules.cfg", documents.GUIDE, r"\| TCP \| (\d+) connections")])
def test_number_of_connections(name, path, said):
    """As many as the documents say."""
    number = re.search(r"^tcp_max_connections=(\d+)$",
                       (RECIPES / name).read_text(), re.M).group(1)
    assert re.findall(said, documents.prose(path)) == [number]


def test_idle_connections(small_site):
    """More of one unknown sender than there may be: messages go on."""
    alice = small_site.client("alice")
    with contextlib.ExitStack() as stack:
        for _ in range(settings()["tcp_max_connections"] + 50):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(small_site.node.address)
        for _ in range(20):
            assert small_site.from_iwf(
                mc.iwf_message("alice", b"x")).code == 200
    assert len(alice.endpoint.requests()) == 20


def test_connection_of_a_client_stays(small_site):
    """One on which a client registered outlives those of unknown senders. (A
    process that has just read from it keeps it for 5 s.)"""
    def lives():
        text = small_site.node.kamcmd("core.tcp_list")
        return max(int(n) for n in re.findall(r"timeout: (\d+)", text)) > 3000
    assert settings()["tcp_connection_lifetime"] < 60
    small_site.client("alice", endpoint=sip.TcpEndpoint())
    node.wait_until(lives, "long life of the connection", 10)


def test_requests_of_a_stranger(small_site):
    """Beyond the limit they are not answered; peers are served."""
    small_site.client("alice")
    address = small_site.node.address

    def question():
        return sip.request("PUBLISH", f"sip:{mc.DOMAIN}", mc.ORIG, mc.ORIG)

    def peer_is_served():
        return small_site.iwf1.insist(
            mc.iwf_message("alice", b"x"), address).code == 200

    def is_silenced():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((STRANGER, 0))
            for _ in range(3000):
                sock.sendto(bytes(question().add("Via", (
                    f"SIP/2.0/UDP {STRANGER};branch=z9hG4bK{sip.token()}"))),
                    address)
        assert peer_is_served()  # after the flood there is room again
        with sip.UdpEndpoint(STRANGER) as mallory:
            branch = mallory.send(question(), address)
            assert all(peer_is_served() for _ in range(5))
            with contextlib.suppress(sip.Timeout):
                return not mallory.wait_final(branch, 1)
        return True

    with sip.UdpEndpoint(STRANGER) as mallory:
        assert mallory.ask(question(), address).code >= 400
    node.wait_until(is_silenced, "end of the answers", sip.TIMEOUT)


def test_http_on_the_sip_port(small_site):
    """No RPC, no metrics, no answer."""
    with socket.create_connection(small_site.node.address, 5) as sock:
        sock.sendall(b"POST /RPC HTTP/1.1\r\nHost: x\r\nContent-Length: 2"
                     b"\r\n\r\n{}")
        sock.settimeout(0.5)
        with contextlib.suppress(TimeoutError, ConnectionError):
            assert b"200" not in sock.recv(4096)


def test_lines_of_refusals(small_site):
    """What a peer gets refused fills no log."""
    small_site.client("alice")
    before, begin = len(small_site.node.log()), time.monotonic()
    for _ in range(300):
        small_site.from_core(mc.core_message("alice", b"x", psi=mc.TERM))
    lines = small_site.node.log()[before:].count("wrong_psi")
    assert 0 < lines <= node.since(begin, TOLD)


def lines_of(site, ask):
    """What the log says of refusals while something is asked. (The line is
    written once the reply is sent.)"""
    before = len(site.node.log())
    ask()
    time.sleep(0.2)
    return re.findall(r"refused:? .*", site.node.log()[before:])


def test_line_of_a_refusal_of_the_script(small_site):
    """Status, reason, and to whom; of many only some. A challenge is none."""
    address = small_site.node.address
    with sip.UdpEndpoint(OTHER_STRANGER) as mallory:
        def ask():
            message = sip.request("REGISTER", "sip:elsewhere.example",
                                  mc.impu("alice"), mc.impu("alice"))
            assert mallory.ask(message, address).code == 404
        line = f"refused: 404 Not Our Domain, to {OTHER_STRANGER}"
        node.wait_until(lambda: lines_of(small_site, ask) == [line],
                        "room for a line")
        begin = time.monotonic()
        lines = lines_of(small_site, lambda: [ask() for _ in range(300)])
        assert 0 < len(lines) <= node.since(begin, TOLD)
        node.wait_until(lambda: len(lines_of(small_site, ask)) == 1,
                        "room for a line")
        assert not lines_of(small_site, lambda: mallory.ask(
            register("alice", f"sip:alice@{mallory.hostport}"), address))


def test_line_of_a_refusal_of_the_module(drop_in_site):
    """One line, not two, though it answers without a transaction."""
    message = sip.request(
        "MESSAGE", mc.impu("bob"), mc.impu("alice"), mc.impu("bob"),
        [("Content-Type", "application/sdp")], b"v=0\r\n")

    def ask():
        reply = drop_in_site.partner.ask(message, drop_in_site.node.address)
        assert reply.code == 488
    node.wait_until(lambda: "sdp_stray" in "".join(lines_of(drop_in_site, ask)),
                    "room for a line")
    assert len(lines_of(drop_in_site, ask)) == 1


def test_line_of_a_refused_call(call_site):
    """Within its transaction, too: an INVITE of a call that is up."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)

    def ask():
        again = outgoing.message.copy().drop("Via")
        assert call_site.start(again).refusal().code == 482
    assert lines_of(call_site, ask) == [
        "refused: 482 Merged Request, to 127.0.0.1"]
    incoming.reply(486)
    assert outgoing.refusal().code == 486


def test_no_secret_in_the_log(small_site):
    """The core quotes nothing of what it cannot read."""
    secret = "SECRETSECRET"
    message = mc.core_message("alice", secret.encode())
    octets = bytes(message).replace(b"Call-ID", b"Foo bar\r\nCall-ID", 1)
    for broken in (octets, octets.replace(b"CSeq:", b"CSeq"),
                   octets.replace(b"From: <", b"From: <<<")):
        small_site.core.send_octets(broken, small_site.node.address)
    small_site.client("alice")
    assert small_site.from_core(mc.core_message("alice", b"x")).code == 200
    assert secret not in small_site.node.log()


# The proxy between two systems (calls.cfg)


def test_call_of_a_stranger(call_site):
    """403, and nothing rings."""
    with sip.UdpEndpoint(STRANGER) as mallory:
        out = user_agent.Outgoing(mallory, call_site.node.address,
                                  call_site.invite(
            call_site.party().sdp(media.TETRA)))
        assert out.start().refusal().code == 403
    assert not call_site.callee.requests("INVITE")


@pytest.mark.parametrize("method", ["INVITE", "INFO", "UPDATE", "BYE"])
def test_stranger_within_a_call(call_site, method):
    """Who knows its tags is refused all the same; the call stays."""
    near, far = call_site.talk()
    with sip.UdpEndpoint(STRANGER) as mallory:
        assert mallory.ask(near.request(method), near.server).code == 403
    assert not far.requests(method)
    assert near.bye().code == 200


def test_cancel_of_a_stranger(call_site):
    """It does not reach the callee."""
    outgoing = call_site.offer(call_site.party().sdp(media.TETRA))
    incoming = call_site.incoming(outgoing)
    incoming.reply(180)
    outgoing.wait(180)
    with sip.UdpEndpoint(STRANGER) as mallory:
        cancel = outgoing.message.copy()
        cancel.start = cancel.start.replace("INVITE", "CANCEL", 1)
        cancel.set("CSeq", "1 CANCEL")
        mallory.send_octets(bytes(cancel), call_site.node.address)
        incoming.reply(486)
        outgoing.refusal()
    assert not call_site.callee.requests("CANCEL")


@pytest.mark.parametrize("way", ["Request-URI", "Route"])
def test_elsewhere_through_a_call(call_site, way):
    """No place but the two is reached, nor is the proxy itself. (A second Route
    to itself is taken off with the first.)"""
    near, far = call_site.talk()
    with sip.UdpEndpoint(STRANGER) as victim:
        for place in (victim.hostport, f"127.0.0.1:{call_site.node.port}"):
            message = near.request("INFO")
            if way == "Request-URI":
                message.start = f"INFO sip:x@{place} SIP/2.0"
            elif place == victim.hostport:
                message.headers.insert(
                    [n for n, _ in message.headers].index("From"),
                    ("Route", f"<sip:{place};lr>"))
            else:
                continue
            code = near.endpoint.ask(message, near.server).code
            assert code in (403, 481)
        assert not victim.requests("INFO")
    assert not far.requests("INFO")
    assert near.bye().code == 200


def test_own_requests_of_a_call(call_site):
    """Nor do the proxy's own BYEs go elsewhere; a party at its own address
    gets one."""
    with sip.UdpEndpoint(STRANGER) as victim:
        message = call_site.invite(
            call_site.party().sdp(MODE01), "tetra-e2ee")
        message.set("Contact", f"<sip:x@{victim.hostport}>")
        outgoing = call_site.start(message)
        incoming = call_site.incoming(outgoing)
        incoming.reply(200, call_site.party().sdp(media.TETRA_CLEAR))
        outgoing.answered()
        far = incoming.dialog()
        far.wait("BYE", timeout=12)
        assert not victim.requests("BYE")


@pytest.mark.parametrize("hops, code", [("0", 483), ("1", 486)])
def test_hops_of_a_call(call_site, hops, code):
    """Counted down."""
    message = call_site.invite(call_site.party().sdp(media.TETRA))
    outgoing = call_site.start(message.set("Max-Forwards", hops))
    if code == 486:
        incoming = call_site.incoming(outgoing)
        assert incoming.message.get("Max-Forwards") == "0"
        incoming.reply(486)
    assert outgoing.refusal().code == code


@pytest.mark.parametrize("method", ["MESSAGE", "REGISTER", "SUBSCRIBE"])
def test_calls_only(call_site, method):
    """405 with Allow."""
    message = sip.request(method, "sip:x@127.0.0.1", mc.impu("alice"),
                          mc.impu("alice"))
    reply = call_site.caller.ask(message, call_site.node.address)
    assert reply.code == 405 and "INVITE" in reply.get("Allow")
