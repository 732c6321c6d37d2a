# SPDX-License-Identifier: GPL-2.0-or-later
"""/metrics as Prometheus reads it: names, types, and what no counter tells."""
import contextlib
import re
import subprocess
import urllib.error

import pytest

import mc
import node
import sample
import sip
import small_server
import test_ports

TYPES = {"counter", "gauge", "untyped"}


def series(text):
    """The value of each series of a page, by its name with labels."""
    rows = [line.rsplit(" ", 1) for line in text.splitlines()
            if line and not line.startswith("#")]
    assert len(rows) == len({name for name, _ in rows})
    return {name: int(value) for name, value in rows}


def told(text, word):
    """What the lines # HELP or # TYPE tell, by name."""
    return dict(re.findall(rf"^# {word} (\w+) (.+)$", text, re.M))


def test_promtool(site):
    """Debian's promtool has nothing to complain of."""
    done = subprocess.run(["promtool", "check", "metrics"],
                          input=site.node.metrics(), text=True,
                          capture_output=True, check=False)
    assert (done.returncode, done.stderr + done.stdout) == (0, "")


def test_all_counters_are_there(site):
    """Each counter of each group once, with HELP and TYPE."""
    text = site.node.metrics()
    names = {name.partition("{")[0] for name in series(text)}
    assert told(text, "HELP").keys() == told(text, "TYPE").keys() == names
    assert set(told(text, "TYPE").values()) <= TYPES
    said = site.node.kamcmd("stats.get_statistics", "all")
    counters = re.findall(r"^(\w+):(\S+) = ", said, re.M)
    assert len(counters) > 200
    for group, name in counters:
        full = f"kamailio_{group}_{name.replace('-', '_')}"
        assert (full in names) != (f"{full}_total" in names), full


def test_types(site):
    """What rises only is a counter, by name and type; the rest is not."""
    text = site.node.metrics()
    for name, kind in told(text, "TYPE").items():
        assert (kind == "counter") == name.endswith("_total"), name
    types = told(text, "TYPE")
    for name in ("mc_iwf_received", "mc_iwf_refused_kmf_foreign",
                 "mc_iwf_bad_rows", "mc_iwf_reloads", "node_wrong_password",
                 "core_rcv_requests", "sl_200_replies", "tmx_2xx_transactions",
                 "tcp_local_reject", "registrar_accepted_regs",
                 "usrloc_location_expires", "dialog_processed_dialogs"):
        assert types[f"kamailio_{name}_total"] == "counter"
    for name in ("mc_iwf_users", "mc_iwf_db_up", "mc_iwf_held_octets",
                 "mc_iwf_held_limit", "mc_iwf_load_failed",
                 "dialog_active_dialogs",
                 "dialog_early_dialogs", "shmem_free_size",
                 "tcp_current_opened_connections", "tmx_active_transactions",
                 "tmx_inuse_transactions", "usrloc_location_contacts",
                 "registrar_max_contacts", "pike_blocked_ips"):
        assert types[f"kamailio_{name}"] == "gauge"


def test_values(site):
    """A message moves the counter that kamcmd shows, and help says what it
    is; Kamailio's own statistics have their names for help."""
    site.client("alice")
    before = series(site.node.metrics())
    site.from_core(mc.core_message("alice", b"x"))
    text = site.node.metrics()
    name = "kamailio_mc_iwf_received_total"
    assert series(text)[name] == before[name] + 1
    assert told(text, "HELP")[name] == (
        "IWF short messages, retransmissions not counted")
    assert told(text, "HELP")["kamailio_core_drop_requests_total"] == (
        "statistic drop_requests of core")


def test_of_an_unknown_module(new_site):
    """A counter of which it is not known whether it only rises says so."""
    site = new_site(extra='modparam("counters", "script_counter", "x.y-z")\n')
    text = site.node.metrics()
    assert told(text, "TYPE")["kamailio_x_y_z"] == "untyped"
    assert series(text)["kamailio_x_y_z"] == 0


def test_too_many(new_site):
    """No half of a page: 500 and a line, and the node serves on."""
    site = new_site(extra="".join(
        'modparam("counters", "script_counter",'
        f' "many.n{number:03}_{"x" * 60}")\n' for number in range(600)))
    with pytest.raises(urllib.error.HTTPError) as error:
        site.node.metrics()
    assert error.value.code == 500
    site.node.wait_log("the counters take more than 131072 octets")
    site.client("alice")
    assert site.from_core(mc.core_message("alice", b"x")).code == 200


MORE = "more_lines 1\n"
IWF_SO = 'loadmodule "mc_iwf.so"\n'
XHTTP = 'loadmodule "xhttp.so"\ntcp_accept_no_cl=yes\n' + IWF_SO
KEMI_XHTTP = XHTTP + 'modparam("xhttp", "event_callback", "ksr_http")\n'
NATIVE = ("request_route {\n", """event_route[xhttp:request] {
	drop;
}

request_route {
	if(is_method("INFO")) {
		if(!iwf_metrics_reply("more_lines 1\\n")) {
			sl_send_reply("500", "None");
		}
		exit;
	}
""")
KEMI = ("function ksr_request_route() {\n", """function ksr_request_route() {
	if (KSR.is_method("INFO")) {
		if (KSR.mc_iwf.iwf_metrics_reply("more_lines 1\\n") < 0) {
			KSR.sl.sl_send_reply(500, "None");
		}
		return;
	}
""")


@contextlib.contextmanager
def asked(config, *more, changes):
    """The answer of a small server whose script calls the function."""
    with sample.running(lambda peers: small_server.SmallNode(
            peers, config, *more, changes=changes)) as site, \
            sip.UdpEndpoint() as client:
        uri = f"sip:{mc.DOMAIN}"
        yield site, client.ask(sip.request("INFO", uri, uri, uri),
                               site.node.address)


@pytest.mark.parametrize("config, more, changes", [
    ("small.cfg", (), ((IWF_SO, XHTTP), NATIVE)),
    ("small-kemi.cfg", ("small.js",), ((IWF_SO, KEMI_XHTTP), KEMI))],
    ids=["native", "kemi"])
def test_in_a_script(config, more, changes):
    """Its lines come first."""
    with asked(config, *more, changes=changes) as (_, reply):
        assert reply.code == 200
        assert reply.body.decode().startswith(MORE + "# HELP kamailio_")
        name = "kamailio_mc_iwf_received_total"
        assert series(reply.body.decode())[name] == 0


def test_without_xhttp():
    """It tells that it needs the module."""
    with asked("small.cfg", changes=(NATIVE,)) as (site, reply):
        assert reply.code == 500
        assert "module xhttp is not loaded" in site.node.log()


def hosts(site):
    """How many hosts of each dispatcher set are up."""
    return {name: value for name, value in series(site.node.metrics()).items()
            if "_iwf_hosts" in name}


def test_hosts_of_iwfs(site):
    """Of each set of a KMF or a partner; by hand or by OPTIONS."""
    names = [f'kamailio_node_iwf_hosts{{set="{n}"}}' for n in (1, 2, 3)]
    assert hosts(site) == dict(zip(names, (2, 1, 1)))
    site.node.kamcmd("dispatcher.set_state", "dp", 1,
                     f"sip:{site.iwf1.hostport}")
    assert hosts(site) == dict(zip(names, (1, 1, 1)))
    site.set_peers("dp")
    assert hosts(site) == dict(zip(names, (0, 0, 0)))
    site.set_peers("ap")
    assert hosts(site) == dict(zip(names, (2, 1, 1)))


def test_sets_without_a_host(new_site):
    """A set that dispatcher does not have has none up, without an error line;
    of many sets a hundred are shown."""
    site = new_site(sql=[
        "INSERT INTO mc_iwf_partners (domain, psi, peer_set) VALUES"
        f" ('d{number}.example', 'sip:gw@d{number}.example', {number})"
        for number in range(50, 200)])
    found = hosts(site)
    assert len(found) == 100
    assert found['kamailio_node_iwf_hosts{set="50"}'] == 0
    assert not re.search(r"ERROR.*(dispatcher|pv)", site.node.log())


def test_node_lines(site):
    """Whether it is open, what of it can be written, its TCP places."""
    node.wait_until(lambda: "database_writable" in site.node.metrics(),
                    "the gauges on databases")
    found = series(site.node.metrics())
    assert found["kamailio_node_open"] == 1
    assert found["kamailio_node_tcp_places"] == 2000
    for database in ("location", "dialog"):
        assert found[
            f'kamailio_database_writable{{database="{database}"}}'] == 1


def test_form(site):
    """The version of the format is named; no time of the node's own is
    given, so that Prometheus sees when a node has gone."""
    status, text = test_ports.ask_http(site.node.http_port, "GET", "/metrics")
    assert status == 200
    assert re.fullmatch(r"(#.*\n|[a-zA-Z_:][\w:]*(\{[^}]*\})? \d+\n)*", text)
