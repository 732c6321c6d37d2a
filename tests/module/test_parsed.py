# SPDX-License-Identifier: GPL-2.0-or-later
"""A message is read once for all functions, as long as it is the same one: what
happens to it, and what other messages come, between one function and the next.
"""
import pytest

import mc
import node
import sample

CONFIG = """\
debug=2
log_stderror=yes
children=1
listen=udp:127.0.0.1:SIP_PORT
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "textopsx.so"
loadmodule "xlog.so"
loadmodule "ctl.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "db_sqlite.so"
loadmodule "uac.so"
loadmodule "mc_iwf.so"
modparam("ctl", "binrpc", "unix:./kamailio_ctl")
modparam("usrloc", "xavp_contact", "ulattrs")
modparam("usrloc", "use_domain", 1)
modparam("mc_iwf", "db_url", "sqlite:///mc_iwf.db")

request_route {
	if(is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	if(is_method("REGISTER")) {
		iwf_contact();
		save("location");
		exit;
	}
	t_newtran();
	if($hdr(X-Look) == "call") {
		$var(first) = $lmr(op);
	} else {
		$var(first) = $iwf(source);
	}
	if($hdr(X-Do) == "apply") {
		remove_hf("X-Padding");
		msg_apply_changes();
	} else if($hdr(X-Do) == "remove") {
		remove_hf("Content-Encoding");
	}
	if($hdr(X-Do) == "remove") {
		$var(op) = $lmr(op);
		iwf_check();
		send_reply("200", "It is: $var(op), $iwf(verdict)");
		exit;
	}
	if(!iwf_check() || !iwf_authorize()) {
		iwf_reply();
		exit;
	}
	if($hdr(X-Do) == "send") {
		$uac_req(method) = "INFO";
		$uac_req(ruri) = IWF1_URI;
		$uac_req(furi) = "sip:node@mc.example.org";
		$uac_req(turi) = IWF1_URI;
		$uac_req(hdrs) = "Content-Type: application/sdp\\r\\n";
		$uac_req(body) = "v=0\\r\\n";
		uac_req_send();
	}
	if(!iwf_targets() || !iwf_rewrite()) {
		iwf_reply();
		exit;
	}
	$du = IWF1_URI;
	t_relay();
}

# A message of our own, in the middle of the other one.
event_route[tm:local-request] {
	xlog("L_WARN", "in between: $rm $lmr(op)\\n");
}
"""


class ParsedNode(sample.SampleNode):
    """A node with the sample's data and this script."""

    relays_calls = False

    def __init__(self, peers):
        super().__init__(peers)
        self.config.write_text(CONFIG)
        self.defines = [f'IWF1_URI="sip:{peers.iwf1.hostport}"']

    def _command(self):
        return node.Kamailio._command(self)


@pytest.fixture(scope="module")
def _parsed_site():
    with sample.running(ParsedNode) as site:
        yield site


@pytest.fixture
def parsed_site(_parsed_site):
    """The same; each test gets it as if just started."""
    yield _parsed_site
    _parsed_site.reset()


def short_message(*fields):
    """A short message of alice as the core hands it over, its payload all
    octets, with more fields."""
    message = mc.core_message("alice", bytes(range(256)), target=mc.KMF1)
    for field in fields:
        message.add(*field)
    return message


def assert_arrived(site):
    """The payload as it was, and the caller in the info part."""
    got = site.iwf1.wait_request("MESSAGE").message
    assert mc.payload_of(got) == bytes(range(256))
    assert mc.calling_user(got) == mc.mc_id("alice")


@pytest.mark.parametrize("look", ["message", "call"])
@pytest.mark.parametrize("padding", [1, 40, 400])
def test_changes_in_effect(parsed_site, look, padding):
    """Changes that the script puts into effect move all that was read."""
    parsed_site.client("alice")
    reply = parsed_site.from_core(short_message(
        ("X-Look", look), ("X-Do", "apply"), ("X-Padding", "x" * padding)))
    assert reply.code == 200
    assert_arrived(parsed_site)


@pytest.mark.parametrize("look, says", [
    ("message", "none, mime_malformed"), ("call", "stray, ok")])
def test_field_of_the_body_removed_meanwhile(parsed_site, look, says):
    """For iwf_check() and for $lmr() a body is what its fields said when they
    looked at it first: a compressed one cannot be read."""
    parsed_site.client("alice")
    reply = parsed_site.from_core(short_message(
        ("X-Look", look), ("X-Do", "remove"), ("Content-Encoding", "gzip")))
    assert reply.start == f"SIP/2.0 200 It is: {says}"


@pytest.mark.parametrize("look", ["message", "call"])
def test_two_messages_at_once(parsed_site, look):
    """A message of our own is looked at while the other one is on its way."""
    parsed_site.client("alice")
    reply = parsed_site.from_core(short_message(
        ("X-Look", look), ("X-Do", "send")))
    assert reply.code == 200
    assert_arrived(parsed_site)
    parsed_site.iwf1.wait_request("INFO")
    parsed_site.node.wait_log("in between: INFO stray")
