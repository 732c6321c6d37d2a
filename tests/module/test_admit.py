# SPDX-License-Identifier: GPL-2.0-or-later
"""iwf_admit() by itself, in a route that asks it as each test wants.

In a whole server: test_admission.py.
"""
import contextlib

import pytest

import mc
import node
import sample
import sip
import small_server

CONFIG = """
#!KAMAILIO
include_file "small-common.cfg"
modparam("tm", "wt_timer", 2000)
modparam("tm", "fr_timer", 3000)
{parameters}

request_route {{
	if($hdr(X-How) == $null) {{
		sl_send_reply("200", "OK");
		exit;
	}}
	if(is_method("CANCEL") && $hdr(X-How) == "relay") {{
		t_relay();
		exit;
	}}
	if(t_check_trans()) {{
		exit;
	}}
	if($hdr(X-How) == "after") {{
		t_newtran();
	}}
	if(!iwf_admit("$hdr(X-Key)", "$hdr(X-Limit)")) {{
		append_to_reply("X-Verdict: $iwf(verdict)\\r\\n");
		iwf_reply();
		exit;
	}}
	if($hdr(X-How) == "twice" && !iwf_admit("another", "0")) {{
		iwf_reply();
		exit;
	}}
	if($hdr(X-How) == "stateless") {{
		sl_send_reply("200", "OK");
	}} else if($hdr(X-How) == "drop") {{
		drop;
	}} else if($hdr(X-How) == "relay") {{
		$du = $hdr(X-To);
		t_relay();
	}} else {{
		if($hdr(X-How) != "after") {{
			t_newtran();
		}}
		t_reply("200", "OK");
	}}
}}
"""


class AdmitNode(small_server.SmallNode):
    """A node with this route."""

    def __init__(self, peers, options=(), parameters=""):
        super().__init__(peers, "small.cfg", options=options)
        self.config.write_text(CONFIG.format(parameters=parameters).lstrip())


@pytest.fixture(scope="module")
def _admit_site():
    with sample.running(AdmitNode) as found:
        yield found


@pytest.fixture
def site(_admit_site):
    """The node, which holds nothing."""
    back(_admit_site)
    yield _admit_site
    _admit_site.reset()


def held(site):
    """What is held."""
    return site.node.counters()["held_octets"]


def back(site):
    """Returns when nothing is held."""
    node.wait_until(lambda: held(site) == 0, "memory back", 60)


def request(how, key="k", limit="50%", method="MESSAGE", body=b"", **fields):
    """A request that the route asks for as it says."""
    message = sip.request(method, mc.impu("bob"), mc.impu("alice"),
                          mc.impu("bob"), [
        ("X-How", how), ("X-Key", key), ("X-Limit", limit),
        *((f"X-{name}", value) for name, value in fields.items())], body)
    return message


def ask(site, *words, **more):
    """The answer to a request of the core."""
    return site.from_core(request(*words, **more))


def test_failure_route():
    """Asked in KEMI's failure route, where another process may be: the
    transaction has its charge, and is not refused for a second one."""
    def make(peers):
        made = small_server.kemi(peers)
        routes = made.path("small.js")
        text, old = routes.read_text(), 'if (KSR.tm.t_check_status("408") > 0) {'
        assert old in text
        routes.write_text(text.replace(
            old, 'if (KSR.mc_iwf.iwf_admit("another", "0") < 0) {'))
        return made
    with sample.running(make) as found:
        found.client("alice")
        found.iwf1.script = lambda message: [
            (0, sip.response(message, 500, "Server Error"))]
        for _ in range(8):
            reply = found.from_core(mc.core_message("alice", b"x"))
            assert reply.code == 500
        found.reset()


@pytest.mark.parametrize("octets", [0, 15000])
def test_cancel(site, octets):
    """The transaction of a CANCEL is charged with that of its INVITE."""
    site.iwf1.script = sip.silent
    invite = request("relay", method="INVITE", To=f"sip:{site.iwf1.hostport}")
    site.core.send(invite, site.node.address)
    site.iwf1.wait_request("INVITE")
    before = held(site)
    cancel = invite.copy()
    cancel.start = cancel.start.replace("INVITE", "CANCEL", 1)
    cancel.set("CSeq", cancel.get("CSeq").replace("INVITE", "CANCEL"))
    cancel.add("X-Long", "x" * octets)
    for _ in range(3):
        site.core.send_octets(bytes(cancel), site.node.address)
    node.wait_until(lambda: [
        reply for reply in site.core.responses(cancel.branch)
        if "CANCEL" in reply.get("CSeq") and reply.code == 200], "200")
    assert octets + 14000 < held(site) - before < octets + 20000
    back(site)


@pytest.mark.parametrize("how", ["before", "after", "twice"])
def test_transaction(site, how):
    """Charged whether it is there already or comes; once, however often the
    route asks; taken back at its end."""
    assert ask(site, how).code == 200
    assert 14000 < held(site) < 20000
    back(site)


def test_relay(site):
    """One that t_relay() makes, to one who does not answer."""
    site.iwf1.script = sip.silent
    branch = site.core.send(request(
        "relay", To=f"sip:{site.iwf1.hostport}", body=b"x" * 5000),
        site.node.address)
    site.iwf1.wait_request()
    assert 24000 < held(site) < 30000
    assert site.core.wait_final(branch).code in (408, 504)
    back(site)


@pytest.mark.parametrize("how", ["stateless", "drop"])
def test_no_transaction(site, how):
    """Without one nothing stays charged, not until the next request either."""
    for _ in range(20):
        site.core.send(request(how), site.node.address)
        site.core.ask(sip.request("OPTIONS", mc.impu("bob"), mc.impu("alice"),
                                  mc.impu("bob")), site.node.address)
    assert held(site) == 0


def test_limit_of_a_key(site):
    """Refused statelessly; others, and the same key later, are served."""
    assert ask(site, "before", limit="20000").code == 200
    refused = ask(site, "before", limit="20000")
    assert (refused.code, refused.get("Retry-After"),
            refused.get("X-Verdict")) == (503, "2", "overload")
    assert ask(site, "before", "another", "20000").code == 200
    back(site)
    assert ask(site, "before", limit="20000").code == 200


def test_limit_is_of_octets(site):
    """A message that is too large for the key's limit alone."""
    assert ask(site, "before", limit="30000", body=b"x" * 20000).code == 503
    assert held(site) == 0
    assert ask(site, "before", limit="60000", body=b"x" * 20000).code == 200


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_no_request_of_its_own(site, method):
    """These are let through, and nothing is charged."""
    for _ in range(5):
        site.core.send(request("stateless", limit="0", method=method),
                       site.node.address)
    assert ask(site, "stateless", limit="0").code == 503
    assert held(site) == 0
    if method == "CANCEL":
        assert site.core.ask(request("stateless", limit="0", method=method),
                             site.node.address).code == 200


@pytest.mark.parametrize("key, limit", [
    ("", "10%"), ("k" * 256, "10%"), ("k", ""), ("k", "ten"), ("k", "-1"),
    ("k", "10 %"), ("k", "9" * 30)])
def test_wrong_words(site, key, limit):
    """500, nothing held, and nothing of a key in the log."""
    reply = ask(site, "before", key, limit)
    assert (reply.code, reply.get("X-Verdict")) == (500, "internal")
    assert "k" * 256 not in site.node.log()
    back(site)


def test_longest_key(site):
    """255 octets are a key, and its last one counts."""
    for last in "ab":
        assert ask(site, "before", "k" * 254 + last, "20000").code == 200


@pytest.fixture
def new_admit():
    """Makes nodes with other parameters."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: stack.enter_context(sample.running(
            lambda peers: AdmitNode(peers, **settings)))


def test_total(new_admit):
    """All keys together hold a share of -m."""
    site = new_admit(options=["-m", "32"], parameters="""
modparam("tm", "wt_timer", 5000)
modparam("mc_iwf", "held_share", 2)""")
    limit = site.node.counters()["held_limit"]
    assert limit == 32 * 1024 * 1024 // 100 * 2
    asked = [site.core.send(request("before", f"k{i}", "100%"),
                            site.node.address) for i in range(50)]
    codes = [site.core.wait_final(branch).code for branch in asked]
    assert set(codes) == {200, 503}
    assert 0 < held(site) <= limit
    assert limit // 17000 < codes.count(200) <= limit // 14000
    back(site)
    assert ask(site, "before").code == 200


def test_reserve(new_admit):
    """If something else has the memory, a tenth stays free."""
    site = new_admit(options=["-m", "38"], parameters="""
loadmodule "htable.so"
modparam("htable", "htable", "ballast=>size=20")""")
    assert ask(site, "before").code == 503
    assert held(site) == 0
