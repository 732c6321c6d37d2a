# SPDX-License-Identifier: GPL-2.0-or-later
"""Parameters of the module, each with another value than its default."""
import pytest

import mc
import node
import sip

BARE = """
listen=udp:127.0.0.1:SIP_PORT
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "mc_iwf.so"
request_route {
	if(iwf_is_message() && !iwf_check()) {
		iwf_reply();
		exit;
	}
	sl_send_reply("200", "OK");
}
"""


def modparam(name, value):
    """A line of configuration."""
    return f"modparam(\"mc_iwf\", \"{name}\", {value})"


def test_strict_service_check(new_site):
    """strict demands asserted service and both Accept-Contact fields."""
    site = new_site(extra=modparam("service_check", '"strict"'))
    site.client("alice")
    assert site.from_core(mc.core_message("alice", b"x")).code == 200
    for name in ("P-Asserted-Service", "Accept-Contact"):
        message = mc.core_message("alice", b"x").drop(name)
        reply = site.from_core(message)
        assert reply.code == 403
        assert not reply.all("Warning")


@pytest.mark.parametrize("mode, identities", [
    ("user", [f"<{mc.impu('alice')}>"]), ("psi", [f"<{mc.ORIG}>"]),
    ("keep", [])])
def test_asserted_identity_to_the_iwf(new_site, mode, identities):
    """user, psi, or as asserted: from a client straight, that is nothing."""
    site = new_site(extra=modparam("pai_to_iwf", f'"{mode}"'))
    alice = site.client("alice")
    message = mc.client_message("alice", b"x")
    message.add("P-Asserted-Identity", f"<{mc.impu('bob')}>")
    assert alice.ask(message).code == 200
    got = site.iwf1.wait_request().message
    assert got.all("P-Asserted-Identity") == identities


def test_asserted_identity_to_the_client(new_site):
    """psi: ours instead of that of the IWF."""
    site = new_site(extra=modparam("pai_to_client", '"psi"'))
    alice = site.client("alice")
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    got = alice.endpoint.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{mc.TERM}>"]


def test_refusal_of_the_operators_own(new_site):
    """Code, Warning and text of a refusal can be replaced."""
    row = "'kmf_foreign = 488 123 \"call the control room\"'"
    site = new_site(extra=modparam("status", row))
    site.client("alice")
    reply = site.from_core(mc.core_message("alice", b"x", target=mc.KMF2))
    assert reply.code == 488
    assert reply.get("Warning").endswith('"123 call the control room"')


def test_larger_limit_of_a_body(new_site):
    """max_body counts the SIP body; at the limit it passes."""
    message = mc.core_message("alice", bytes(500))
    site = new_site(extra=modparam("max_body", len(message.body)))
    site.client("alice")
    assert site.from_core(message).code == 200
    message = mc.core_message("alice", bytes(501))
    assert site.from_core(message).code == 413


@pytest.mark.parametrize("line", [
    modparam("decode", '"perhaps"'), modparam("max_body", -1),
    modparam("status", "'no_such_word = 403'"),
    modparam("client_media", '"peers"'),
    modparam("server_networks", '"10.0.0.0/8, 10.0.0.1/24"'),
    modparam("db_url", '"sqlite:////nowhere/at/all.db"')])
def test_wrong_value_stops_the_start(new_site, line):
    """One clear line, and no half-working node."""
    with pytest.raises(AssertionError, match="ERROR: mc_iwf"):
        new_site(extra=line)


def test_no_parameter_and_no_database(tmp_path):
    """It starts, knows no user, and so refuses all."""
    config = tmp_path / "bare.cfg"
    config.write_text(BARE)
    with node.Kamailio(config) as server, sip.UdpEndpoint() as sender:
        for make in (mc.core_message, mc.iwf_message):
            reply = sender.ask(make("alice", b"x"), server.address)
            assert reply.code == 407
