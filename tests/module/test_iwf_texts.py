# SPDX-License-Identifier: GPL-2.0-or-later
"""Ordinary MESSAGEs of an IWF: in whose name, and to whom; what else it says
of itself."""
import contextlib
import re
import sqlite3

import pytest

import calls
import mc
import node
import sip
import user_agent

UNIT1 = "sip:unit1@iwf.example.org"
TETRA1 = "sip:unit1@tetra-iwf.example.org"
INJECTION = "x'OR'1'='1"


def text(sender, target="alice", asserted=()):
    """An ordinary MESSAGE with these P-Asserted-Identity fields."""
    message = sip.request(
        "MESSAGE", mc.impu(target), "sip:nobody@example.org",
        mc.impu(target), [("Content-Type", "text/plain")], b"hello")
    message.set("From", f"{sender};tag={sip.token()}")
    for value in asserted:
        message.add("P-Asserted-Identity", value)
    return message


def named(uri):
    """Angle brackets around a URI."""
    return f"<{uri}>"


def assert_delivered(client, sender):
    """The client has one text, of this sender and no other."""
    got = client.endpoint.wait_request().message
    assert got.body == b"hello"
    assert re.fullmatch(rf"\s*<{re.escape(sender)}>;tag=\S+",
                        got.get("From"))
    assert got.all("P-Asserted-Identity") == [f"<{sender}>"]
    client.endpoint.forget()


OWN = {
    "the IWF": (named(mc.IWF1), [named(mc.IWF1)], mc.IWF1),
    "an LMR user": (named(UNIT1), [named(UNIT1)], UNIT1),
    "From alone": (named(mc.IWF1), [], mc.IWF1),
    "an LMR user alone": (named(UNIT1), [], UNIT1),
    "in another case": (named("sip:iwf@IWF.Example.org"),
                        [named("SIP:iwf@IWF.EXAMPLE.ORG")], mc.IWF1),
    "with parameters": (named(f"{mc.IWF1}:5070;x=y"),
                        [named(f"{mc.IWF1};x=y")], mc.IWF1),
    "with names": (f'"The Boss" {named(mc.IWF1)}',
                   [f'"The Boss" {named(mc.IWF1)}'], mc.IWF1),
    "sips": (named(mc.IWF1.replace("sip:", "sips:")), [], mc.IWF1),
}


@pytest.mark.parametrize("how", OWN)
def test_own_names(site, how):
    """Its PSI, or LMR users with that PSI: delivered as the rows write them,
    without a display name."""
    alice = site.client("alice")
    sender, asserted, name = OWN[how]
    assert site.from_iwf(text(sender, "alice", asserted)).code == 200
    assert_delivered(alice, name)


def test_second_host(site):
    """All hosts of an IWF speak for it."""
    alice = site.client("alice")
    message = text(named(mc.IWF1), "alice", [named(mc.IWF1)])
    assert site.from_iwf(message, site.iwf1b).code == 200
    assert_delivered(alice, mc.IWF1)


BOB = named(mc.impu("bob"))
FOREIGN = {
    "a user in From": (BOB, [named(mc.IWF1)]),
    "a user asserted": (named(mc.IWF1), [BOB]),
    "a user in both": (BOB, [BOB]),
    "a user in From alone": (BOB, []),
    "another IWF": (named(mc.IWF2), [named(mc.IWF2)]),
    "another IWF in From": (named(mc.IWF2), []),
    "another's LMR user": (named(TETRA1), [named(TETRA1)]),
    "another's LMR user in From": (named(TETRA1), [named(mc.IWF1)]),
    "another's LMR user asserted": (named(mc.IWF1), [named(TETRA1)]),
    "no LMR user": (named("sip:unit9@iwf.example.org"), []),
    "a group": (named(calls.P25_GROUP), []),
    "a second field": (named(mc.IWF1), [named(mc.IWF1), BOB]),
    "an empty field": (named(mc.IWF1), [named(mc.IWF1), ""]),
    "an empty field alone": (named(mc.IWF1), [""]),
    "a second value": (named(mc.IWF1), [f"{named(mc.IWF1)}, {BOB}"]),
    "a telephone": (named(mc.IWF1), [named(mc.IWF1), "<tel:+4312>"]),
    "a telephone alone": (named(mc.IWF1), ["<tel:+4312>"]),
    "nobody": ("<sip:iwf.example.org>", []),
    "anonymous": ("<sip:anonymous@anonymous.invalid>", [named(mc.IWF1)]),
    "another user": (named("sip:IWF@iwf.example.org"), []),
    "SQL in From": (f"<sip:{INJECTION}@iwf.example.org>", []),
    "SQL asserted": (named(mc.IWF1),
                     [f"<sip:{INJECTION}@iwf.example.org>"]),
}


@pytest.mark.parametrize("how", FOREIGN)
def test_other_names(site, how):
    """Of another one: 403, counted, and nothing arrives."""
    alice = site.client("alice")
    before = site.node.counters()["refused_peer_assertion"]
    sender, asserted = FOREIGN[how]
    assert site.from_iwf(text(sender, "alice", asserted)).code == 403
    assert not alice.endpoint.requests()
    assert site.node.counters()["refused_peer_assertion"] == before + 1


@pytest.mark.parametrize("user, codes", [
    ("alice", (200, 403)), ("dave", (403, 200)), ("frank", (200, 200)),
    ("erin", (403, 403)), ("deaf", (403, 403))])
def test_only_users_of_its_own(site, user, codes):
    """Those with a KMF of it, who may receive; else 403."""
    client = site.client(user)
    for peer, psi, code in ((site.iwf1, mc.IWF1, codes[0]),
                            (site.iwf2, mc.IWF2, codes[1])):
        reply = site.from_iwf(text(named(psi), user, [named(psi)]), peer)
        assert reply.code == code
        if code == 200:
            assert_delivered(client, psi)
        else:
            assert '"100 ' in reply.get("Warning")
            assert not client.endpoint.requests()


@pytest.mark.parametrize("uri, code", [
    ("sip:alice@MC.Example.ORG;x=y", 200), (f"sip:{INJECTION}@{mc.DOMAIN}", 404),
    ("sip:mc.example.org", 404), ("tel:+4312", 404), (mc.ORIG, 403),
    ("sip:someone@elsewhere.example", 403)])
def test_targets(site, uri, code):
    """Our users in any writing; what is no user's name is refused."""
    site.client("alice")
    message = text(named(mc.IWF1))
    message.start = f"MESSAGE {uri} SIP/2.0"
    assert site.from_iwf(message).code == code


def test_alias_of_a_kmf(new_site):
    """A row that names the KMF by an alias is a KMF, too."""
    site = new_site(sql=["UPDATE mc_iwf_lmr SET kmf ="
                         " 'sip:kmf1-proxy@iwf.example.org'"
                         " WHERE person = 'alice'"])
    alice = site.client("alice")
    assert site.from_iwf(text(named(mc.IWF1))).code == 200
    assert_delivered(alice, mc.IWF1)


def wait_code(site, who, code, table):
    """Returns when a text of this sender is answered so."""
    node.wait_until(lambda: site.from_iwf(text(named(who))).code == code,
                    f"{code} after a change of {table}", sip.TIMEOUT)


def test_rows_that_change(new_site):
    """What is deleted counts no more within a second, and what comes does."""
    site = new_site()
    site.client("alice")
    for table, where, who in (
            ("mc_iwf_lmr", "person = 'alice'", mc.IWF1),
            ("mc_iwf_peers", "address = '127.0.0.2'", mc.IWF1),
            ("mc_iwf_lmr_users", f"uri = '{UNIT1}'", UNIT1),
            ("mc_iwf_kmf_psis", f"psi = '{mc.IWF1}'", mc.IWF1)):
        wait_code(site, who, 200, table)
        site.node.edit(f"CREATE TABLE kept AS SELECT * FROM {table}"
                       f" WHERE {where}", f"DELETE FROM {table} WHERE {where}")
        wait_code(site, who, 403, table)
        site.node.edit(f"INSERT INTO {table} SELECT * FROM kept",
                       "DROP TABLE kept")
        wait_code(site, who, 200, table)


def test_tables_locked(new_site):
    """No process of SIP waits for the database, or asks it: more texts than
    there are processes are answered as ever while nothing can be read."""
    site = new_site(prepare=readers_wait)
    alice = site.client("alice")
    with contextlib.closing(sqlite3.connect(
            site.node.path("mc_iwf.db"), isolation_level=None)) as held:
        node.wait_until(lambda: begun(held), "lock of the database")
        with contextlib.closing(sqlite3.connect(
                site.node.path("mc_iwf.db"), timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError):
                other.execute("SELECT * FROM mc_iwf_users").fetchall()
        branches = [site.iwf1.send(text(named(mc.IWF1)), site.node.address)
                    for _ in range(20)]
        for branch in branches:
            assert site.iwf1.wait_final(branch, sip.SOON).code == 200
        assert site.from_iwf(text(BOB)).code == 403
    assert len(alice.endpoint.requests()) >= 20


def readers_wait(path):
    """Without a log of what is written a writer locks readers out."""
    with contextlib.closing(sqlite3.connect(path)) as rows:
        assert rows.execute("PRAGMA journal_mode = DELETE").fetchone() == (
            "delete",)


def begun(connection):
    """True if the database is this connection's alone now."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def test_core_asserts_whom_it_likes(site):
    """Users and IWFs: passed on as they are."""
    dave = site.client("dave")
    for who in (mc.impu("bob"), mc.IWF1, UNIT1):
        message = text(f'"Name" <{who}>', "dave", [f'"Name" <{who}>'])
        assert site.from_core(message).code == 200
        got = dave.endpoint.wait_request().message
        assert got.get("From") == message.get("From")
        assert got.all("P-Asserted-Identity") == [f'"Name" <{who}>']
        dave.endpoint.forget()


def test_stranger_after_a_peer(new_site):
    """The process that has just read a peer's message knows no client."""
    site = new_site(extra="children=1")
    dave = site.client("dave")
    for ask in (lambda: site.from_core(text(mc.impu("bob"), "dave",
                                            [mc.impu("bob")])),
                lambda: site.from_iwf(text(named(mc.IWF2), "dave"), site.iwf2)):
        assert ask().code == 200
        dave.endpoint.forget()
        stranger = text(mc.impu("bob"), "dave", [mc.impu("bob")])
        with sip.UdpEndpoint("127.0.0.1") as sender:
            assert sender.ask(stranger, site.node.address).code == 407
        assert not dave.endpoint.requests()


def test_what_else_asserts(site):
    """In a text of an IWF nothing says who else it could be."""
    alice = site.client("alice")
    message = text(named(mc.IWF1), "alice", [named(mc.IWF1)])
    for name, value in mc.CORE_FIELDS + OTHERS:
        message.add(name, value)
    message.add("X-Custom", "stays")
    assert site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert not [name for name, value in mc.CORE_FIELDS + OTHERS
                if value in got.all(name)]
    assert got.get("X-Custom") == "stays"


OTHERS = [(name, f"<{mc.impu('boss')}>") for name in (
    "Additional-Identity", "Originating-Id", "Origination-Id",
    "Attestation-Info")]


def test_short_message_of_an_iwf(site):
    """From is the IWF that sent it, whatever it wrote; and no other field
    names a sender."""
    alice = site.client("alice")
    for user, receiver in (("alice", alice.endpoint),
                           ("partner", site.partner)):
        message = mc.iwf_message(user, b"x")
        message.set("From", f'"Bob" <{mc.impu("bob")}>;tag=1')
        message.set("P-Asserted-Identity", f'"Bob" <{mc.IWF1}>')
        for name, value in OTHERS:
            message.add(name, value)
        reply = site.from_iwf(message)
        assert (reply.code, reply.get("From")) == (200, message.get("From"))
        got = receiver.wait_request().message
        assert got.get("From").strip() == f"<{mc.IWF1}>;tag=1"
        assert got.all("P-Asserted-Identity") == [f"<{mc.IWF1}>"]
        assert not [name for name, _ in OTHERS if got.all(name)]


def test_call_of_an_iwf(dial):
    """Nor in a call: its INVITE, and its requests within one."""
    here = dial("from-lmr")
    message = here.form.invite(here.offer())
    message.set("P-Asserted-Identity", f'"Bob" <{mc.IWF1}>')
    for name, value in OTHERS:
        message.add(name, value)
    out = here.dial(message=message)
    got = here.arrived(out)
    assert got.message.all("P-Asserted-Identity") == [f"<{mc.IWF1}>"]
    assert not [name for name, _ in OTHERS if got.message.all(name)]
    got.reply(200, here.answer())
    near, _ = out.answered()
    asserted = [("P-Asserted-Identity", named(mc.impu("bob"))), *OTHERS]
    assert near.ask("INFO", headers=asserted).code == 200
    info = got.dialog().wait("INFO").message
    assert not [name for name, _ in asserted if info.all(name)]
    assert user_agent.tag_of(info.get("From")) == user_agent.tag_of(near.local)
    near.bye()


@pytest.mark.parametrize("fields, code", [
    ("", 200), ("?X-Foo=bar", 480), ("?Route=%3Csip:127.0.0.9;lr%3E", 480),
    (";transport=udp?X-Foo=bar", 480)])
def test_contact_that_was_saved_with_header_fields(site, fields, code):
    """As a server of before kept it, which refused none: lookup() finds it,
    and nothing leaves to it."""
    bob, alice = site.client("bob"), f"alice@{mc.DOMAIN}"
    with sip.UdpEndpoint() as phone:
        site.node.kamcmd("ul.add", "location", alice,
                         f"sip:alice@{phone.hostport}{fields}", "600", "1.0",
                         "s:0", "0", "0", "0")
        message = sip.request("MESSAGE", mc.impu("alice"), mc.impu("bob"),
                              mc.impu("alice"),
                              [("Content-Type", "text/plain")], b"hello")
        said = bob.ask(message).code
        site.node.kamcmd("ul.rm", "location", alice)
        assert (said, bool(phone.requests())) == (code, code == 200)
