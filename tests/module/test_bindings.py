# SPDX-License-Identifier: GPL-2.0-or-later
"""A node as an application server: users are registered if an IMS core says so
by third-party REGISTERs, as captured from Kamailio's S-CSCF."""
import fcntl
import re
import subprocess

import pytest

import mc
import node
import publications
import sample
import sip

TEL = "tel:+15550001"
CONFIG = """\
debug=2
log_stderror=yes
children=2
listen=udp:127.0.0.1:SIP_PORT
listen=tcp:127.0.0.1:HTTP_PORT
tcp_accept_no_cl=yes
#!ifndef KAMAILIO_5_6
include_file "SINCE"
#!endif
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "ctl.so"
loadmodule "kex.so"
loadmodule "counters.so"
loadmodule "xhttp.so"
loadmodule "jsonrpcs.so"
loadmodule "db_sqlite.so"
#!ifdef WITH_USRLOC
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "xavp_contact", "ulattrs")
modparam("usrloc", "use_domain", 1)
#!endif
loadmodule "mc_iwf.so"
#!ifdef NEIGHBOUR
loadmodule NEIGHBOUR
#!endif
modparam("ctl", "binrpc", "unix:./kamailio_ctl")
modparam("jsonrpcs", "transport", 1)
modparam("mc_iwf", "db_url", "sqlite:///mc_iwf.db")
#!ifdef GRACE
modparam("mc_iwf", "dereg_grace", GRACE)
#!endif
#!ifdef ICSCF
modparam("mc_iwf", "icscf", ICSCF)
#!endif
#!ifdef BRIEFEST
modparam("mc_iwf", "publish_min_expires", BRIEFEST)
#!endif
#!ifdef LONGEST
modparam("mc_iwf", "publish_max_expires", LONGEST)
#!endif
#!ifdef REGISTRATIONS
modparam("mc_iwf", "registrations", REGISTRATIONS)
#!endif

request_route {
	if(is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
#!ifdef WITH_USRLOC
	if(is_method("REGISTER") && $si == "127.0.0.1") {
		iwf_contact();
		save("location");
		exit;
	}
#!endif
	if(is_method("REGISTER") || $hdr(X-Do) == "register") {
		if(iwf_register()) {
			sl_send_reply("200", "OK");
		} else {
			iwf_reply();
		}
		exit;
	}
	t_newtran();
	if(is_method("PUBLISH") || $hdr(X-Do) == "publish") {
		if(iwf_publish()) {
			send_reply("200", "OK");
		} else {
			iwf_reply();
		}
		exit;
	}
	if(!iwf_check() || !iwf_authorize() || !iwf_targets()
			|| !iwf_rewrite()) {
		iwf_reply();
		exit;
	}
	if($iwf(peer_set) == 1) {
		$du = IWF1_URI;
	}
	t_relay();
}

event_route[xhttp:request] {
	jsonrpc_dispatch();
}
""".replace("SINCE", str(node.TOP / "tests/ims/since-5.7.cfg"))


NEIGHBOUR = node.TOP / "build/neighbour/mc_neighbour.so"


class ServerNode(sample.SampleNode):
    """A node with the sample's data and this script."""

    relays_calls = False

    def __init__(self, peers, *defines):
        super().__init__(peers)
        self.config.write_text(CONFIG)
        self.defines = [f'IWF1_URI="sip:{peers.iwf1.hostport}"', *defines]

    def _command(self):
        return node.Kamailio._command(self)


def fixtures(*defines):
    """A site for a module's tests."""
    @pytest.fixture(scope="module")
    def whole():
        with sample.running(lambda peers: ServerNode(peers, *defines)) as own:
            yield own
    return whole


_core_site = fixtures('REGISTRATIONS="core"', "WITH_USRLOC")
_both_site = fixtures('REGISTRATIONS="both"', "WITH_USRLOC", "GRACE=3600")
_told_site = fixtures('REGISTRATIONS="core"', f'NEIGHBOUR="{NEIGHBOUR}"')
_usrloc_site = fixtures("WITH_USRLOC")


@pytest.fixture
def site(_core_site):
    """A node that knows what the core registers, and nothing else; each test
    gets it without any registration."""
    yield _core_site
    for row in rows(_core_site):
        assert register(_core_site, row["impu"], 0) == 200
    _core_site.reset()


@pytest.fixture
def both(_both_site):
    """A node with a registrar of its own as well, and a grace."""
    yield _both_site
    _both_site.reset()


@pytest.fixture
def usrloc(_usrloc_site):
    """A node as before."""
    yield _usrloc_site
    _usrloc_site.reset()


def third_party(site, impu, expires, *associated):
    """A REGISTER of the S-CSCF: Call-ID is new each time, CSeq is 10."""
    server = f"sip:{site.core.hostport}"
    message = sip.request("REGISTER", f"sip:127.0.0.1:{site.node.port}", server, impu,
                          [("Event", "registration"),
                           ("Expires", str(expires)),
                           ("Path", f"<{server};lr>"),
                           ("Contact", f"<{server}>")])
    message.set("CSeq", "10 REGISTER")
    if associated:
        message.add("P-Associated-URI", ", ".join(associated))
    return message


def register(site, impu, expires, *associated):
    """The code that answers it."""
    return site.from_core(third_party(site, impu, expires, *associated)).code


def send(site, user="alice", identity=None):
    """The answer to a short message of a user that the core hands over."""
    message = mc.core_message(user, b"x", target=mc.KMF1)
    if identity:
        message.set("P-Asserted-Identity", f"<{identity}>")
    return site.from_core(message)


def rows(site, *arguments):
    """What mc_iwf.bindings shows."""
    return site.node.rpc("mc_iwf.bindings", *arguments)["registrations"]


def assert_refused(reply, code, warning=None):
    """Code and Warning of a refusal."""
    assert reply.code == code, reply.start
    assert (warning is None) == (reply.get("Warning") is None)
    assert warning is None or f"{warning} " in reply.get("Warning")


def test_registered(site):
    """A user may send from the REGISTER on, and until the one with Expires 0,
    whatever Call-ID they have."""
    before = site.node.counters()
    assert_refused(send(site), 404, "141")
    for _ in range(2):
        assert register(site, mc.impu("alice"), 720) == 200
        assert send(site).code == 200
        assert mc.calling_user(site.iwf1.wait_request().message) == \
            mc.mc_id("alice")
        site.iwf1.forget()
    assert site.node.counters()["core_users"] == 1
    assert_refused(send(site, "bob"), 404, "141")
    assert register(site, mc.impu("alice"), 0) == 200
    assert_refused(send(site), 404, "141")
    after = site.node.counters()
    assert after["core_registered"] - before["core_registered"] == 2
    assert after["core_deregistered"] - before["core_deregistered"] == 1
    assert after["core_users"] == 0


@pytest.mark.parametrize("associated", [
    f"<{mc.impu('alice')}, {TEL}>", f"<{mc.impu('alice')}>, <{TEL}>"])
def test_implicit_set(site, associated):
    """Each identity of the set is the user, in the form of Kamailio 5.6 too,
    and only while it is in the set."""
    assert register(site, mc.impu("alice"), 720, associated) == 200
    assert send(site, identity=TEL).code == 200
    assert mc.calling_user(site.iwf1.wait_request().message) == \
        mc.mc_id("alice")
    assert_refused(send(site, identity="tel:+15550002"), 404, "141")
    explained = site.node.rpc("mc_iwf.explain", TEL, "mcptt", mc.KMF1)
    assert (explained["verdict"], explained["mc_id"]) == (
        "ok", mc.mc_id("alice"))
    assert register(site, mc.impu("alice"), 720) == 200
    assert_refused(send(site, identity=TEL), 404, "141")


def test_any_identity_ends_it(site):
    """Expires 0 for one identity ends the registration of the set."""
    assert register(site, mc.impu("alice"), 720, f"<{TEL}>") == 200
    assert register(site, TEL, 0) == 200
    assert_refused(send(site), 404, "141")


def test_to_client(site):
    """Towards a user: to the S-CSCF, which finds the devices."""
    refused = site.from_iwf(mc.iwf_message("alice", b"x"))
    assert_refused(refused, 480)
    assert register(site, mc.impu("alice"), 720) == 200
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    got = site.core.wait_request().message
    assert got.uri == mc.impu("alice")
    assert got.all("Route") == [f"<sip:{site.core.hostport};lr>"]
    assert mc.payload_of(got) == b"x"


def test_expires(site):
    """A registration ends by itself, and leaves nothing."""
    assert register(site, mc.impu("alice"), 1) == 200
    node.wait_until(lambda: site.node.counters()["core_users"] == 0,
                    "the end of the registration", sip.TIMEOUT)
    assert_refused(send(site), 404, "141")
    assert not rows(site)


@pytest.mark.parametrize("expires", ["4294967295", "99999999999999999999"])
def test_longest(site, expires):
    """What needs more than 32 bits is no less."""
    assert register(site, mc.impu("alice"), expires) == 200
    assert rows(site)[0]["expires_in"] == 2147483647
    assert send(site).code == 200


@pytest.mark.parametrize("source", ["iwf1", "partner"])
def test_only_the_core(site, source):
    """No one else registers a user."""
    peer = getattr(site.peers, source)
    before = site.node.counters()
    reply = peer.ask(third_party(site, mc.impu("alice"), 720),
                     site.node.address)
    assert_refused(reply, 403)
    assert not rows(site)
    after = site.node.counters()
    assert after["core_registered"] == before["core_registered"]
    assert after["refused_peer_assertion"] \
        == before["refused_peer_assertion"] + 1


@pytest.mark.parametrize("name, value", [
    ("Expires", None), ("Expires", "soon"), ("Expires", "-1"),
    ("Contact", None), ("Contact", "*"), ("Contact", "<tel:+1>"),
    ("Contact", "<sip:127.0.0.5?Route=%3Csip:127.0.0.6%3E>"),
    ("Contact", "<sip:127.0.0.5>, <sip:127.0.0.6>"),
    ("To", "<http://alice>")])
def test_malformed(site, name, value):
    """What is no third-party REGISTER changes nothing."""
    assert register(site, mc.impu("alice"), 720) == 200
    message = third_party(site, mc.impu("alice"), 300)
    if value is None:
        message.drop(name)
    else:
        message.set(name, value)
    before = site.node.counters()["refused_registration_malformed"]
    assert_refused(site.from_core(message), 400)
    assert site.node.counters()["refused_registration_malformed"] \
        == before + 1
    assert rows(site)[0]["expires_in"] > 300


@pytest.mark.parametrize("name, value", [
    ("Contact", "<sip:127.0.0.6>"), ("Expires", "720")])
def test_field_twice(site, name, value):
    """Of two fields it would not be known which holds."""
    message = third_party(site, mc.impu("alice"), 720).add(name, value)
    assert_refused(site.from_core(message), 400)
    assert not rows(site)


def test_other_method(site):
    """A MESSAGE is no registration, whatever the script does."""
    message = mc.core_message("alice", b"x").add("X-Do", "register")
    message.add("Expires", "720").add("Contact", "<sip:127.0.0.5>")
    assert_refused(site.from_core(message), 400)
    assert not rows(site)


def publication(user, **fields):
    """A PUBLISH of a user of this sample."""
    return publications.publish(user, publications.settings(), **{
        "P_Asserted_Identity": f"<{mc.impu(user)}>", **fields})


def test_only_the_core_publishes(site):
    """Whatever the script does; and no other method is one."""
    assert register(site, mc.impu("alice"), 720) == 200
    for source in "iwf1", "partner":
        peer = getattr(site.peers, source)
        assert_refused(
            peer.ask(publication("alice"), site.node.address), 403)
    message = mc.core_message("alice", b"x").add("X-Do", "publish")
    assert_refused(site.from_core(message), 400)
    assert not rows(site)[0]["bindings"]
    assert site.from_core(publication("alice")).code == 200
    published, = rows(site)[0]["bindings"]
    assert published.pop("expires_in") <= 720
    assert published == {
        "service": "", "mc_id": "", "client_id": publications.CLIENT,
        "origin": "publish"}


def test_no_store_for_publications(usrloc):
    """Without modparam registrations there is no user to publish."""
    assert_refused(usrloc.from_core(publication("alice")), 404, "141")


def test_body_is_not_looked_at(site):
    """Whatever the client wrote, the user is registered."""
    message = third_party(site, mc.impu("alice"), 720)
    message.add("Content-Type", "multipart/mixed;boundary=b")
    message.body = b"--b\r\nContent-Type: message/sip\r\n\r\n" + b"x" * 40000
    assert site.from_core(message).code == 200
    assert send(site).code == 200


def test_rpc(site):
    """Rows have all names; a filter finds any of them; pages have 100."""
    assert register(site, mc.impu("alice"), 720, f"<{TEL}>") == 200
    row, = rows(site)
    row["mc_ids"].sort()
    assert 700 <= row.pop("expires_in") <= 720
    assert row == {
        "impu": mc.impu("alice"), "aliases": [TEL],
        "scscf": f"sip:{site.core.hostport}",
        "mc_ids": [mc.mc_id("alice", service)
                   for service in ("mcdata", "mcvideo", "mcptt")],
        "bindings": []}
    for i in range(120):
        assert register(site, f"sip:u{i}@ims.example.org", 720) == 200
    assert [row["impu"] for row in rows(site, TEL)] == [mc.impu("alice")]
    assert [row["impu"] for row in rows(site, "sip:u7@")] == [
        "sip:u7@ims.example.org"]
    assert not rows(site, "nobody")
    pages, place = [], 0
    while place != 0 or not pages:
        page = site.node.rpc("mc_iwf.bindings", "*", str(place))
        pages.append(page["registrations"])
        place = page["next"]
    first = sum(pages, [])
    assert len(pages) == 2 and 100 <= len(pages[0]) < 121
    assert len(first) == len({row["impu"] for row in first}) == 121
    assert "PLACE is a number" in site.node.kamcmd(
        "mc_iwf.bindings", "*", "soon")
    assert f"impu: {mc.impu('alice')}" in site.node.kamcmd(
        "mc_iwf.bindings", TEL)
    for row in first:
        assert register(site, row["impu"], 0) == 200


def test_grace(both):
    """A core says Expires 0 if one of several devices leaves: within the
    grace the user stays, and a further one does not lengthen it."""
    assert register(both, mc.impu("alice"), 720) == 200
    assert register(both, mc.impu("alice"), 0) == 200
    assert send(both).code == 200
    assert 700 <= rows(both, "alice")[0]["expires_in"] <= 720
    assert register(both, mc.impu("bob"), 7200) == 200
    assert register(both, mc.impu("bob"), 0) == 200
    assert 3500 <= rows(both, "bob")[0]["expires_in"] <= 3600
    assert register(both, mc.impu("bob"), 7200) == 200
    assert rows(both, "bob")[0]["expires_in"] > 3600


def test_both(both):
    """Users of the node's own registrar beside those of the core."""
    carol = both.client("carol")
    assert send(both, "carol").code == 200
    assert both.from_iwf(mc.iwf_message("carol", b"x")).code == 200
    carol.endpoint.wait_request()
    assert not both.core.requests()
    assert register(both, mc.impu("carol"), 0) == 200
    assert send(both, "carol").code == 200
    assert register(both, mc.impu("frank"), 720) == 200
    assert both.from_iwf(mc.iwf_message("frank", b"y")).code == 200
    assert both.core.wait_request().message.uri == mc.impu("frank")


def test_both_for_the_set(both):
    """A contact that is the identity itself is of the core: it ends with the
    registration, for the set that is told."""
    impu = mc.impu("alice")
    both.node.rpc("ul.add", "location", impu.removeprefix("sip:"), impu, 600,
                  1.0, "0", 0, 0, 0)
    assert both.contacts("alice")
    assert register(both, TEL, 0, f"<{impu}>") == 200
    assert not both.contacts("alice")


def test_usrloc_alone(usrloc):
    """Without modparam registrations a core registers no one."""
    reply = usrloc.from_core(third_party(usrloc, mc.impu("alice"), 720))
    assert_refused(reply, 500)
    assert_refused(send(usrloc), 404, "141")
    usrloc.client("alice")
    assert send(usrloc).code == 200
    assert not rows(usrloc)


def test_core_alone(site):
    """With registrations = core a contact of usrloc is none."""
    site.client("carol")
    assert site.contacts("carol")
    assert_refused(send(site, "carol"), 404, "141")
    assert_refused(site.from_iwf(mc.iwf_message("carol", b"x")), 480)


@pytest.fixture(scope="module", name="built")
def _built():
    """The module of tests/neighbour; one process of pytest after the other."""
    with open(node.TOP / "build" / "locks.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", NEIGHBOUR.relative_to(node.TOP)],
                       cwd=node.TOP, check=True)


def test_other_modules(built, _told_site):
    """Other modules are told of users, and where they are."""
    site = _told_site
    for refreshed in 0, 1:
        assert register(site, mc.impu("alice"), 720, f"<{TEL}>") == 200
        told = site.node.rpc("neighbour.registered")["told"]
        assert sorted((row["mc_id"], row["impu"], row["refreshed"])
                      for row in told) == sorted(
            (mc.mc_id("alice", service), mc.impu("alice"), refreshed)
            for service in mc.SERVICES)
    found = site.node.rpc("neighbour.targets", mc.mc_id("alice"), "mcptt", "")
    server = f"sip:{site.core.hostport}"
    target, = found["targets"]
    assert (found["verdict"], target["uri"]) == ("ok", mc.impu("alice"))
    assert target["route"] == f"<{server};lr>"
    assert target["next_hop"] == f"{server};lr"
    assert register(site, mc.impu("alice"), 0) == 200
    assert not site.node.rpc("neighbour.registered")["told"]
    found = site.node.rpc("neighbour.targets", mc.mc_id("alice"), "mcptt", "")
    assert found["verdict"] == "target_unregistered"


@pytest.mark.parametrize("icscf, route", [
    ("sip:127.0.0.15:5060", "<sip:127.0.0.15:5060;lr>"),
    ("sip:127.0.0.15;transport=tcp;lr", "<sip:127.0.0.15;transport=tcp;lr>")])
def test_other_modules_by_the_icscf(built, icscf, route):
    """They are told of it for who is not registered."""
    with sample.running(lambda peers: ServerNode(
            peers, 'REGISTRATIONS="core"', f'NEIGHBOUR="{NEIGHBOUR}"',
            f'ICSCF="{icscf}"')) as site:
        found = site.node.rpc("neighbour.targets", mc.mc_id("alice"), "mcptt",
                              "")
    target, = found["targets"]
    assert (found["verdict"], target["uri"]) == ("ok", mc.impu("alice"))
    assert target["route"] == route


@pytest.mark.parametrize("defines", [
    ['REGISTRATIONS="all"'], ['REGISTRATIONS="core"', "GRACE=-1"],
    ["BRIEFEST=-1"], ["BRIEFEST=3601"], ["LONGEST=0"],
    ["BRIEFEST=60", "LONGEST=59"],
    *([f'ICSCF="{uri}"'] for uri in ("tel:+1", "127.0.0.15", "sip:",
                                     "sip:127.0.0.15?Route=x"))])
def test_settings(defines):
    """What makes no sense stops the start."""
    with sample.Peers() as peers:
        server = ServerNode(peers, *defines)
        with pytest.raises(Exception):
            server.start()
        text = server.log()
        server.remove()
    assert re.search(
        "registrations|dereg_grace is|icscf is|publish_max_expires from", text)
