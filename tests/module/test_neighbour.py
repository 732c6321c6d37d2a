# SPDX-License-Identifier: GPL-2.0-or-later
"""A second module beside mc_iwf: it links mc_common too, and asks mc_iwf by
the interface for other modules (modules/mc_iwf/api.h, tests/neighbour).

The node has the mc_iwf of tests/locks, which aborts if data are read without
their lock. A lock that is not given back shows as well: no change of the
database would get in force any more."""
import fcntl
import re
import subprocess
import time

import pytest

import mc
import node
import sample
import sip

MODULE = node.TOP / "build/neighbour/mc_neighbour.so"
CHECKED = "build/locks/mc_iwf.so"
RADIO = "urn:uuid:00000000-0000-1000-8000-aabbccddeeff"
EXTRA = (f'loadmodule "{MODULE}"\n'
         'modparam("mc_iwf", "deliver", "client")\n')


def build():
    """Makes the modules, if they are older than their sources; one process of
    pytest after the other."""
    with open(node.TOP / "build" / "locks.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", MODULE.relative_to(node.TOP), CHECKED],
                       cwd=node.TOP, check=True)


@pytest.fixture(scope="module")
def _site():
    build()
    folders = f"{node.TOP}/build/locks:{node.KAMAILIO_LIBDIR}/modules"
    with sample.running(lambda peers: sample.SampleNode(
            peers, extra=EXTRA, options=["-L", folders])) as own:
        yield own


@pytest.fixture
def site(_site):
    """The node with both modules, and no registration told."""
    _site.node.rpc("neighbour.registered")
    yield _site
    _site.reset()
    assert "LOCK " not in _site.node.log()


def who_is(site, uri, service="mcptt", *octets):
    """Who a URI is."""
    return site.node.rpc("neighbour.who_is", uri, service, *octets)


def may_write(site, kmf, member, service="mcptt", *lmr_type):
    """The verdict on a KMF that wants to write to a member."""
    return site.node.rpc("neighbour.may_write", kmf, member, service,
                         *lmr_type)["verdict"]


def targets(site, uri, service="mcptt", device="", *octets):
    """Where a request for a user goes."""
    return site.node.rpc("neighbour.targets", uri, service, device, *octets)


def told(site):
    """The registrations that were told since the last time."""
    return site.node.rpc("neighbour.registered")["told"]


def symbols(module):
    """The names that a module gives to others."""
    said = subprocess.run(["nm", "-D", "--defined-only", module], check=True,
                          capture_output=True, text=True, cwd=node.TOP).stdout
    return re.findall(r"\w+ \w (\w+)", said)


@pytest.mark.parametrize("module", ["modules/mc_iwf/mc_iwf.so", MODULE],
                         ids=["mc_iwf", "mc_neighbour"])
def test_names_that_modules_show(_site, module):
    """What is linked into each of them is in none of them a name for all:
    two modules with the same library do not get each other's functions."""
    names = symbols(module)
    assert "exports" in names
    assert not [n for n in names if n.startswith(("mc_", "mclmr_"))]
    for library in ("modules/mc_common/libmc_common.a",
                    "modules/mclmr/libmclmr.a"):
        inside = subprocess.run(
            ["nm", "--defined-only", library], check=True, text=True,
            capture_output=True, cwd=node.TOP).stdout
        assert not set(names) & set(re.findall(r" [TDBRV] (\w+)", inside))


def test_own_data(site):
    """Each of the two has a store and a reload of its own."""
    before = re.search(r"version: (\d+)",
                       site.node.kamcmd("mc_iwf.stats")).group(1)
    for n, number in enumerate((7, 8), 1):
        assert site.node.rpc("neighbour.number", number) == {
            "number": number, "version": n}
    assert f"version: {before}\n" in site.node.kamcmd("mc_iwf.stats")
    assert mc.mc_id("alice") == who_is(site, mc.mc_id("alice"))["mc_id"]
    error = site.node.rpc("neighbour.reload")["error"]
    assert error == "no answer within 1 ms, the reload goes on"
    error = site.node.rpc("neighbour.reload")["error"]
    assert error == "less than 3600 s after the last reload"
    assert "loaded" in site.node.kamcmd("mc_iwf.reload")


def test_who_is(site):
    """By MC service ID and by IMPU, with all that the tables say."""
    alice = {
        "verdict": "ok", "mc_id": mc.mc_id("alice", "mcdata"),
        "impu": mc.impu("alice"), "client_id": "", "person": "alice",
        "organisation": "police", "home": "", "send": 1, "receive": 1,
        "lmr": [{"type": "p25", "kmf": mc.KMF1, "identity": "2001001",
                 "device": ""}]}
    assert who_is(site, mc.mc_id("alice", "mcdata"), "mcdata") == alice
    assert who_is(site, mc.impu("alice"), "mcdata") == alice
    assert [(e["type"], e["kmf"]) for e in
            who_is(site, mc.impu("frank"))["lmr"]] == [
        ("p25", mc.KMF1), ("tetra", mc.KMF2)]
    assert who_is(site, mc.impu("erin"))["lmr"] == []


@pytest.mark.parametrize("uri, service, verdict", [
    (mc.impu("nobody"), "mcptt", "target_unknown"),
    (mc.mc_id("alice", "mcdata"), "mcptt", "target_unknown"),
    (mc.impu("alice"), "mcfax", "service_mismatch"),
    ("not a URI", "mcptt", "target_unknown"),
    ("", "mcptt", "target_unknown"),
    ("sip:" + "a" * 2000 + "@mc.example.org", "mcptt", "target_unknown")])
def test_who_is_nobody(site, uri, service, verdict):
    """What is not known is refused, and nothing is said of any user."""
    answer = who_is(site, uri, service)
    assert answer.pop("verdict") == verdict
    assert not [value for value in answer.values() if value]
    if service == "mcptt":
        assert targets(site, uri)["verdict"] == verdict


@pytest.mark.parametrize("octets", [0, 1, 30, 60])
def test_arena_that_is_full(site, octets):
    """Nothing is half told."""
    answer = who_is(site, mc.impu("alice"), "mcptt", octets)
    assert answer.pop("verdict") == "internal"
    assert not [value for value in answer.values() if value]
    site.client("alice")
    assert targets(site, mc.impu("alice"), "mcptt", "", octets) == {
        "verdict": "internal", "partner": 0, "peer_set": 0, "targets": []}
    assert targets(site, mc.impu("alice"))["verdict"] == "ok"


@pytest.mark.parametrize("kmf, member, more, verdict", [
    (mc.KMF1, mc.mc_id("alice"), [], "ok"),
    (mc.KMF1, mc.impu("alice"), ["p25"], "ok"),
    (mc.IWF1, mc.mc_id("alice"), [], "ok"),
    (mc.KMF1, mc.mc_id("alice"), ["tetra"], "kmf_foreign"),
    (mc.KMF2, mc.mc_id("alice"), [], "kmf_foreign"),
    (mc.IWF2, mc.mc_id("alice"), [], "kmf_foreign"),
    (mc.KMF2, mc.mc_id("frank"), ["tetra"], "ok"),
    (mc.KMF1, mc.mc_id("erin"), [], "no_lmr_entry"),
    (mc.KMF1, mc.mc_id("deaf"), [], "receive_denied"),
    (mc.KMF1, mc.mc_id("mute"), [], "ok"),
    (mc.KMF1, mc.mc_id("partner"), [], "target_unknown"),
    (mc.KMF1, mc.mc_id("nobody"), [], "target_unknown"),
    ("sip:kmf9@iwf.example.org", mc.mc_id("alice"), [], "kmf_unknown"),
    (mc.impu("alice"), mc.mc_id("alice"), [], "kmf_unknown")])
def test_may_write(site, kmf, member, more, verdict):
    """Only the KMF of the member may, registered or not."""
    assert may_write(site, kmf, member, "mcptt", *more) == verdict


def in_force(question, answer):
    """Waits until a question has an answer, for as long as a change may
    take."""
    node.wait_until(lambda: question() == answer, str(answer), 2.0)


def test_changes(site):
    """A right that is taken away, an entry that goes, a user that goes: each
    answer follows the database, and back."""
    def ask():
        return may_write(site, mc.KMF1, mc.mc_id("bob"))
    assert ask() == "ok"
    for statement, verdict in (
            ("UPDATE mc_iwf_users SET receive = 0 WHERE person = 'bob'",
             "receive_denied"),
            ("UPDATE mc_iwf_users SET receive = 1 WHERE person = 'bob'", "ok"),
            ("UPDATE mc_iwf_lmr SET person = '-bob' WHERE person = 'bob'",
             "no_lmr_entry"),
            ("UPDATE mc_iwf_lmr SET person = 'bob' WHERE person = '-bob'",
             "ok"),
            ("UPDATE mc_iwf_users SET mc_id = 'sip:bob@other.example'"
             " WHERE person = 'bob' AND service = 'mcptt'", "ok"),
            ("UPDATE mc_iwf_users SET impu = 'sip:bob@other.example'"
             " WHERE person = 'bob'", "target_unknown"),
            (f"UPDATE mc_iwf_users SET impu = '{mc.impu('bob')}'"
             " WHERE person = 'bob'", "ok"),
            (f"UPDATE mc_iwf_users SET mc_id = '{mc.mc_id('bob')}'"
             " WHERE person = 'bob' AND service = 'mcptt'", "ok")):
        site.node.edit(statement)
        in_force(ask, verdict)
    in_force(lambda: who_is(site, mc.mc_id("bob"))["verdict"], "ok")


def test_targets(site):
    """The contacts of the service, newest first, as plain data: the request
    of no message is changed."""
    first = site.client("alice", "mcptt")
    assert targets(site, mc.mc_id("alice"), "mcptt") == {
        "verdict": "ok", "partner": 0, "peer_set": 0, "targets": [
            {"uri": first.contact, "route": "", "next_hop": "",
             "socket": f"udp:127.0.0.1:{site.node.port}", "instance": ""}]}
    assert targets(site, mc.mc_id("alice", "mcdata"), "mcdata") == {
        "verdict": "target_unregistered", "partner": 0, "peer_set": 0,
        "targets": []}
    first.unregister()
    assert targets(site, mc.mc_id("alice"))["verdict"] == "target_unregistered"


def test_targets_of_devices(site):
    """The newest first; with deliver = client those of a device."""
    first = site.client("alice", tags=f';+sip.instance="<{RADIO}>"')
    time.sleep(1.1)  # usrloc counts in seconds
    second = site.client("alice")
    found = targets(site, mc.mc_id("alice"))["targets"]
    assert [(t["uri"], t["instance"]) for t in found] == [
        (second.contact, ""), (first.contact, f"<{RADIO}>")]
    for device, contacts in ((RADIO, [first.contact]), ("urn:uuid:9", [])):
        found = targets(site, mc.mc_id("alice"), "mcptt", device)
        assert [t["uri"] for t in found["targets"]] == contacts
    assert found["verdict"] == "target_unregistered"


def test_target_with_path(site):
    """Path is the Route, and its first element the next hop."""
    bob = site.stranger("bob")
    path = "<sip:edge@127.0.0.7;lr>,<sip:127.0.0.8;lr>"
    bob.register("mcptt", extra=[("Path", path), ("Supported", "path")])
    target = targets(site, mc.mc_id("bob"))["targets"][0]
    assert target["route"].replace(" ", "") == path
    assert target["next_hop"] == "sip:edge@127.0.0.7;lr"


@pytest.mark.parametrize("uri", [
    mc.mc_id("partner"), "sip:rita@mc.partner.example"])
def test_targets_at_a_partner(site, uri):
    """The gateway of the partner that serves the user, by home or domain."""
    answer = targets(site, uri)
    assert (answer["verdict"], answer["partner"], answer["peer_set"]) == (
        "ok", 1, 3)
    assert [t["uri"] for t in answer["targets"]] == [
        "sip:mc-gw@mc.partner.example"]
    assert targets(site, mc.mc_id("abroad"))["verdict"] == "partner_unknown"


def test_registered(site):
    """A user who registers is told of once for each service, after that as
    refreshed; one who does not get in is not told of, nor one who leaves."""
    alice = site.client("alice", "mcptt", "mcdata")
    assert told(site) == [
        {"service": service, "mc_id": mc.mc_id("alice", service),
         "impu": mc.impu("alice"), "refreshed": 0}
        for service in ("mcptt", "mcdata")]
    alice.register("mcptt")
    assert told(site) == [
        {"service": "mcptt", "mc_id": mc.mc_id("alice"),
         "impu": mc.impu("alice"), "refreshed": 1}]
    alice.unregister()
    assert told(site) == []


def test_registered_in_vain(site):
    """One who is not let in is not told of."""
    alice = site.stranger("alice")
    uri = f"sip:{mc.DOMAIN}"
    message = sip.request("REGISTER", uri, mc.impu("alice"), mc.impu("alice"), [
        ("Contact", f"<{alice.contact}>{mc.contact_tags('mcptt')}")])
    challenged = alice.endpoint.ask(message, site.node.address)
    wrong = sip.with_credentials(message, challenged, "alice", "wrong")
    assert alice.endpoint.ask(wrong, site.node.address).code == 401
    assert told(site) == []


def test_listens_at_start_only(site):
    """What asks later would be told by one process alone."""
    assert site.node.rpc("neighbour.listen") == {"listens": 0}
    site.node.wait_log("listens: 1")


CONFIG = """\
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "kex.so"
loadmodule "ctl.so"
{modules}
listen=udp:127.0.0.1:SIP_PORT
debug=2
log_stderror=yes
auto_aliases=no
disable_tcp=yes
modparam("ctl", "binrpc", "unix:{ctl}")
request_route {{
    sl_send_reply("200", "OK");
}}
"""


class Alone(node.Kamailio):
    """A Kamailio with little more than these modules."""

    def __init__(self, *modules):
        super().__init__(None)
        build()
        self.config = self.path("alone.cfg")
        self.config.write_text(CONFIG.format(
            ctl=self.path("kamailio_ctl"),
            modules="\n".join(f'loadmodule "{m}"' for m in modules)))


def test_without_data():
    """Without usrloc none is told, without tables all are refused."""
    with Alone("mc_iwf.so", MODULE) as server:
        assert "listens: 0" in server.log()
        for words in (["who_is", mc.impu("alice"), "mcptt"],
                      ["may_write", mc.KMF1, mc.impu("alice"), "mcptt"],
                      ["targets", mc.impu("alice"), "mcptt", "x"]):
            words[0] = f"neighbour.{words[0]}"
            assert "verdict: internal\n" in server.kamcmd(*words)


def test_without_mc_iwf():
    """A module that needs the interface says so, and does not start."""
    with pytest.raises(AssertionError, match="mc_iwf has to be loaded before"):
        with Alone(MODULE):
            pass
