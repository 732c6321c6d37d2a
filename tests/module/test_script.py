# SPDX-License-Identifier: GPL-2.0-or-later
"""What a script does around the functions of the module: fields that it
removes, branches that it sets, calls without a media profile."""
import pytest

import calls
import mc
import mc_invite
import node
import sample
import sip

LIMIT = 64  # fields of a message that the module looks at

CONFIG = """\
debug=2
log_stderror=yes
children=2
listen=udp:127.0.0.1:SIP_PORT
listen=udp:127.0.0.1:SECOND_PORT
listen=tcp:127.0.0.1:SIP_PORT
tcp_rd_buf_size=131072
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "corex.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "kex.so"
loadmodule "ctl.so"
loadmodule "counters.so"
loadmodule "db_sqlite.so"
loadmodule "auth.so"
loadmodule "auth_db.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "mc_iwf.so"
modparam("ctl", "binrpc", "unix:./kamailio_ctl")
modparam("auth_db", "db_url", "sqlite:///kamailio.db")
modparam("auth_db", "calculate_ha1", 0)
modparam("auth_db", "password_column", "ha1")
modparam("auth_db", "use_domain", 1)
modparam("usrloc", "xavp_contact", "ulattrs")
modparam("mc_iwf", "db_url", "sqlite:///mc_iwf.db")
modparam("mc_iwf", "service_check", "strict")

request_route {
	if(is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	if(is_method("REGISTER")) {
		if(!www_authorize("mc.example.org", "subscriber")) {
			www_challenge("mc.example.org", "1");
			exit;
		}
		# Whatever it says, what an older script has saved stays.
		iwf_contact();
		if($hdr(X-Service) != $null) {
			$xavp(ulattrs=>mc_services) = $hdr(X-Service);
		}
		save("location");
		exit;
	}
	# Fields are removed before the module looks at them.
	remove_hf("X-Removed");
	remove_hf("P-Removed");
	if(!is_method("INVITE") && !iwf_is_message()) {
		sl_send_reply("404", "Not Found");
		exit;
	}
	if(t_check_trans()) {
		exit;
	}
	t_newtran();
	if($iwf(source) == "client"
			&& !proxy_authorize("mc.example.org", "subscriber")) {
		proxy_challenge("mc.example.org", "1");
		exit;
	}
	if(!iwf_check() || !iwf_authorize() || !route(TARGETS)
			|| !iwf_rewrite() || !route(TWICE)) {
		iwf_reply();
		exit;
	}
	if($hdr(X-Left) != $null) {
		send_reply("200", "$iwf(time_left)");
		exit;
	}
	if($iwf(peer_set) == 1) {
		$du = IWF1_URI;
	}
	t_relay();
}

# Targets of the script, which the module has to take back; a peer's place is
# for the script to say.
route[TARGETS] {
	if($hdr(X-Target) != $null) {
		$du = $hdr(X-Target);
		append_branch("$hdr(X-Target)");
	}
	if(!iwf_targets()) {
		return -1;
	}
	if($iwf(direction) == "to_iwf" && $du != $null) {
		send_reply("500", "Left Over");
		exit;
	}
	return 1;
}

# Once more by mistake.
route[TWICE] {
	if($hdr(X-Twice) != $null && !iwf_rewrite()) {
		return -1;
	}
	return 1;
}
"""


class ScriptNode(sample.SampleNode):
    """A node with the sample's data and this script."""

    relays_calls = False

    def __init__(self, peers):
        super().__init__(peers)
        self.second = ("127.0.0.1", node.free_port())
        self.config.write_text(CONFIG)
        self.defines = [f"SECOND_PORT={self.second[1]}",
                        f'IWF1_URI="sip:{peers.iwf1.hostport}"']

    def _command(self):
        return node.Kamailio._command(self)


@pytest.fixture(scope="module")
def _script_site():
    with sample.running(ScriptNode) as site:
        yield site


@pytest.fixture
def script_site(_script_site):
    """The same; each test gets it as if just started."""
    yield _script_site
    _script_site.reset()


FORGED = [("P-Preferred-Identity", "<sip:boss@mc.example.org>"),
          ("Remote-Party-ID", "<sip:boss@mc.example.org>"),
          ("Reply-To", "<sip:boss@mc.example.org>")]


@pytest.mark.parametrize("name", ["X-Removed", "P-Removed"])
@pytest.mark.parametrize("forged", FORGED, ids=[name for name, _ in FORGED])
def test_field_around_a_removed_one(script_site, name, forged):
    """What stands right before or after a field that the script removed is
    dropped like anywhere else."""
    alice = script_site.client("alice")
    message = mc.iwf_message("alice", b"x")
    for field in (forged, (name, "1"), forged, (name, "2"), (name, "3"),
                  forged):
        message.add(*field)
    assert script_site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert not got.all(forged[0]) and not got.all(name)


def with_fields(message, count):
    """The message with so many fields that matter; the last one is forged."""
    names = [name for name, _ in message.headers]
    there = sum(name.startswith("P-Asserted") or name in (
        "Accept-Contact", "Content-Type", "Contact") for name in names)
    for _ in range(count - there - 1):
        message.add("P-Custom", "x")
    return message.add("Remote-Party-ID", "<sip:boss@mc.example.org>")


@pytest.mark.parametrize("count, code", [(LIMIT, 200), (LIMIT + 1, 400)])
def test_fields_of_a_message(script_site, count, code):
    """No field leaves unseen: one over the limit refuses the message."""
    alice = script_site.client("alice")
    before = script_site.node.counters()
    message = with_fields(mc.iwf_message("alice", b"x"), count)
    assert script_site.from_iwf(message).code == code
    refused = script_site.node.counters()["refused_limit_exceeded"]
    assert refused - before["refused_limit_exceeded"] == (code == 400)
    arrived = alice.endpoint.requests()
    assert len(arrived) == (code == 200)
    assert not any(r.message.all("Remote-Party-ID") for r in arrived)


@pytest.mark.parametrize("count", [LIMIT, LIMIT + 1])
def test_fields_of_a_call(script_site, count):
    """The same of a call, if no media profile looks at it."""
    alice = script_site.client("alice", "mcptt")
    message = mc_invite.from_lmr(calls.UNIT1, "alice", b"")
    message.add("Contact", f"<sip:{script_site.iwf1.hostport}>")
    reply = script_site.from_iwf(with_fields(message, count))
    arrived = alice.endpoint.requests("INVITE")
    if count <= LIMIT:
        assert reply.code == 200
        assert not arrived[0].message.all("Remote-Party-ID")
    else:
        assert reply.code == 400
        assert not arrived


def test_targets_of_the_script(script_site):
    """If the module says who gets a message, no other gets it, and by
    no other way."""
    alice = script_site.client("alice")
    target = f"sip:{script_site.partner.hostport}"
    message = mc.iwf_message("alice", b"x").add("X-Target", target)
    assert script_site.from_iwf(message).code == 200
    alice.endpoint.wait_request()
    message = mc.core_message("alice", b"x").add("X-Target", target)
    assert script_site.from_core(message).code == 200
    script_site.iwf1.wait_request()
    assert not script_site.partner.requests()


def test_targets_of_the_script_with_several_contacts(script_site):
    """The same if there are branches."""
    phones = [script_site.client("alice") for _ in range(2)]
    message = mc.iwf_message("alice", b"x").add(
        "X-Target", f"sip:{script_site.partner.hostport}")
    assert script_site.from_iwf(message).code == 200
    for phone in phones:
        phone.endpoint.wait_request()
    assert not script_site.partner.requests()


def test_stored_contact_with_header_fields(script_site):
    """Nothing goes to one that was saved all the same, and its user's other
    phone gets the message."""
    phone = script_site.client("alice")
    alice = script_site.stranger("alice")
    place = f"sip:alice@{alice.endpoint.hostport}"
    for headers in ("?Route=%3Csip:127.0.0.2%3E", "?Subject=x", "?"):
        message = sip.request(
            "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
            mc.impu("alice"), [("Contact", f"<{place}{headers}>;expires=600"),
                               ("X-Service", "mcptt,mcdata,mcvideo")])
        assert alice.ask(message).code == 200
        assert script_site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
        phone.endpoint.wait_request()
        assert not alice.endpoint.requests()
    phone.unregister()
    assert script_site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
    assert not alice.endpoint.requests()
    script_site.node.kamcmd("ul.rm", "location", "alice@mc.example.org")


def test_rewritten_twice(script_site):
    """A second iwf_rewrite() counts nothing again, and one copy arrives."""
    alice = script_site.client("alice")
    before = script_site.node.counters()
    message = mc.iwf_message("alice", b"x").add("X-Twice", "1")
    assert script_site.from_iwf(message).code == 200
    got = alice.endpoint.wait_request().message
    assert got.body == message.body
    now = script_site.node.counters()
    for name in ("sent_to_client", "forwarded_to_client"):
        assert now[name] - before[name] == 1, name


def test_socket_of_the_registration(script_site):
    """A client is reached from the address where it registered: a NAT lets
    nothing else through."""
    with sip.UdpEndpoint() as phone:
        alice = mc.Client(script_site.node, "alice", phone)
        contact = (f"<{alice.contact}>{mc.contact_tags('mcptt')}"
                   ";expires=600")
        message = sip.request(
            "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
            mc.impu("alice"), [("Contact", contact)])
        challenge = phone.ask(message, script_site.node.second)
        again = sip.with_credentials(message, challenge, "alice",
                                     "alice-secret")
        assert phone.ask(again, script_site.node.second).code == 200
        assert script_site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
        got = phone.wait_request()
        assert got.flow.peer == script_site.node.second
        alice.unregister()


def saying(user, *fields):
    """A client's message in which no other field names its service than
    these, and the Accept-Contact that the standard asks for."""
    message = mc.client_message(user, b"x").drop("P-Preferred-Service")
    for field in fields:
        message.add(*field)
    return message


@pytest.mark.parametrize("fields, code", [
    ([], 403),
    ([("P-Asserted-Service", mc.icsi("mcptt"))], 403),
    ([("P-Asserted-Service-Id", mc.icsi("mcptt"))], 403),
    ([("P-Preferred-Service", mc.icsi("mcptt"))], 200),
    ([("P-Preferred-Service", mc.icsi("mcptt")),
      ("P-Asserted-Service", mc.icsi("mcdata"))], 200),
    ([("P-Preferred-Service", mc.icsi("mcdata")),
      ("P-Asserted-Service", mc.icsi("mcptt"))], 403),
], ids=["nothing", "asserted", "asserted in another way", "preferred",
        "asserted against", "asserted for"])
def test_service_that_a_client_asserts(script_site, fields, code):
    """What only the trust domain may say counts for nothing: neither if
    a service has to be named, nor against what the client may say."""
    alice = script_site.client("alice")
    assert alice.ask(saying("alice", *fields)).code == code
    got = [r.message for r in script_site.iwf1.requests()]
    assert [m.all("P-Asserted-Service") for m in got] == (
        [[mc.icsi("mcptt")]] if code == 200 else [])


def test_time_for_all_tries(script_site):
    """20 s, if total_timeout is not set."""
    script_site.client("alice")
    message = mc.core_message("alice", b"x").add("X-Left", "1")
    assert 18000 < int(script_site.from_core(message).reason) <= 20000
