# SPDX-License-Identifier: GPL-2.0-or-later
"""The IMS core of the tests by itself: Debian's CSCFs and our HSS stand-in.
The application server is the test: it sees on ISC what the facts of TS 24.229
5.4 and 5.7 say, and sends to clients through the core."""
import re
import socket

import pytest

import ims_core
import mc
import node
import sip
import user_agent

PAYLOAD = bytes(range(256)) * 4
TOKEN = b"<mcpttinfo>eyJhbGciOiJSUzI1NiJ9.e30.c2ln</mcpttinfo>"
MARK = r"<sip:iscmark@127\.0\.0\.5:\d+;lr;[^>]*d=0;[^>]*>"


class Site:
    """A core, the application server, an IWF, and clients of one test."""

    def __init__(self):
        self.server = sip.UdpEndpoint()
        self.iwf = sip.UdpEndpoint("127.0.0.2")
        self.core = ims_core.Core(self.server.hostport, self.iwf.hostport)
        self.clients = []

    def client(self, user, **identities):
        """A device that has not registered."""
        self.clients.append(ims_core.Client(self.core, user, **identities))
        return self.clients[-1]

    def from_server(self, message):
        """The answer to what the application server sends to the S-CSCF."""
        return self.server.ask(message, self.core.scscf)

    def to_client(self, uri, method="MESSAGE", body=PAYLOAD):
        """A request of the application server to a user."""
        return sip.request(method, uri, mc.TERM, uri, [
            self.core.route(), *mc.accept_contact("mcptt"),
            ("Content-Type", mc.INTERWORKING),
            ("P-Asserted-Identity", f"<{mc.TERM}>")], body)

    def told(self, *users):
        """The REGISTERs of these users at the application server."""
        return [r.message for r in self.server.requests("REGISTER")
                if r.message.get("To") in [
                    f"<{ims_core.impu(user)}>" for user in users]]

    def _leave(self, client):
        """A client leaves; the application server is told of it, maybe after
        the client has its answer."""
        def ends():
            return [r for r in self.server.requests("REGISTER")
                    if r.message.get("To") == f"<{client.public}>"
                    and r.message.get("Expires") == "0"]
        before, registered = len(ends()), client.registered
        client.leave()
        if registered:
            node.wait_until(lambda: len(ends()) > before,
                            "end of a registration", sip.TIMEOUT)

    def reset(self):
        """As at the start: no client is registered."""
        clients, self.clients = self.clients, []
        for client in clients:
            self._leave(client)
        for endpoint in (self.server, self.iwf):
            endpoint.script = sip.answer(200)
            endpoint.forget()


@pytest.fixture(scope="module", name="_site")
def _running():
    site = Site()
    try:
        with site.core:
            yield site
    finally:
        site.server.close()
        site.iwf.close()


@pytest.fixture(name="site")
def _one(_site):
    yield _site
    _site.reset()


def passed_on(message, uri):
    """What an application server sends on: our Route is gone, the next one
    and all else are as they came."""
    routes = message.get("Route").split(",")
    found = message.copy().set("Route", ",".join(routes[1:]).strip())
    found.start = f"{message.method} {uri} SIP/2.0"
    return found


def test_first_registration(site):
    """The application server is told, with the client's whole REGISTER: the
    token in it arrives octet for octet."""
    part = mc.part("application/vnd.3gpp.mcptt-info+xml", TOKEN)
    site.client("alice").register(parts=[part])
    told = site.server.wait_request(
        "REGISTER", sip.TIMEOUT).message
    here = f"<sip:{ims_core.SCSCF}:{site.core.port}>"
    assert told.uri == f"sip:{site.server.hostport}"
    assert told.get("To") == f"<{ims_core.impu('alice')}>"
    assert told.get("From").startswith(here)
    assert told.get("Contact") == here
    assert told.get("Expires") == "720"
    assert told.get("CSeq") == "10 REGISTER"
    assert told.get("Event") == "registration"
    assert told.get("Content-Type") == "message/sip"
    assert told.all("Route") == told.all("P-Asserted-Identity") == []
    # Releases before 6.1 do not close the angle bracket.
    assert told.get("P-Associated-URI").replace(">, <", ", ") == (
        f"<{ims_core.impu('alice')}, {ims_core.TEL}>")
    inner = sip.Message.parse(told.body)
    assert inner.get("To") == f"<{ims_core.impu('alice')}>"
    assert mc.parts_of(inner)[0].content == TOKEN


def test_later_registrations(site):
    """Each is told anew, under a Call-ID of its own; the last one with 0."""
    site.client("dave").register().register().register(expires=0)
    told = node.wait_until(lambda: site.told("dave")[2:] and site.told("dave"),
                           "three REGISTERs", sip.TIMEOUT)
    assert [m.get("Expires") for m in told] == ["720", "720", "0"]
    assert len({m.get("Call-ID") for m in told}) == 3


@pytest.mark.parametrize("method", [
    "MESSAGE", "PUBLISH", "SUBSCRIBE"])
def test_originating(site, method):
    """What a client sends to a PSI reaches the application server with the
    core's mark and the served user."""
    client = site.client("alice").register()
    assert client.ask(client.message(PAYLOAD, method=method)).code == 200
    got = site.server.wait_request(method).message
    ours = rf"<sip:{re.escape(site.server.hostport)};lr>"
    assert re.fullmatch(rf"{ours}, {MARK}", got.get("Route"))
    assert got.get("P-Served-User") == (
        f"<{client.public}>;sescase=orig;regstate=reg")
    assert got.get("P-Asserted-Identity") == f"<{client.public}>"
    assert got.get("P-Charging-Vector").startswith("icid-value=")
    assert got.body == PAYLOAD


def test_telephone_number(site):
    """A client may prefer another identity of its implicit set."""
    client = site.client("alice").register()
    message = client.message(PAYLOAD, headers=[
        ("P-Preferred-Identity", f"<{ims_core.TEL}>")])
    assert client.ask(message).code == 200
    got = site.server.wait_request().message
    assert got.all("P-Asserted-Identity") == [f"<{ims_core.TEL}>"]
    assert got.get("P-Served-User") == (
        f"<{ims_core.TEL}>;sescase=orig;regstate=reg")


def test_sent_on_by_the_mark(site):
    """With the mark on top the core does not return to the application
    server: it goes on to the IWF."""
    client = site.client("alice").register()
    client.ask(client.message(PAYLOAD))
    got = site.server.wait_request().message
    assert site.from_server(passed_on(got, mc.IWF1)).code == 200
    assert site.iwf.wait_request().message.body == PAYLOAD
    assert len(site.server.requests()) == 1


def test_to_client(site):
    """A request to a user reaches the device by the way it registered."""
    client = site.client("alice").register()
    assert site.from_server(site.to_client(client.public)).code == 200
    got = client.endpoint.wait_request().message
    assert got.body == PAYLOAD
    assert got.uri.startswith(f"sip:{client.endpoint.hostport}")


def test_psi(site):
    """The I-CSCF sends what is for a PSI straight to the application server,
    without a mark."""
    message = sip.request("MESSAGE", mc.TERM, mc.IWF1, mc.TERM, [
        ("Content-Type", mc.INTERWORKING)], PAYLOAD)
    assert site.iwf.ask(message, site.core.icscf).code == 200
    got = site.server.wait_request().message
    assert got.all("Route") == [f"<sip:{site.server.hostport}>"]
    assert got.body == PAYLOAD


@pytest.mark.parametrize("ends", ["caller", "callee"])
def test_call_of_client(site, ends):
    """An INVITE to a PSI, ACK and BYE pass the core, whoever ends it."""
    site.server.script = user_agent.manners
    client = site.client("alice").register()
    call = user_agent.Outgoing(client.endpoint, site.core.pcscf, client.message(
        b"v=0\r\n", method="INVITE"), contact=False).start()
    callee = user_agent.incoming(
        site.server, site.core.scscf, timeout=sip.TIMEOUT)
    callee.reply(200)
    caller, _ = call.answered(timeout=sip.TIMEOUT)
    other = callee.dialog()
    other.wait("ACK", timeout=sip.TIMEOUT)
    assert (caller if ends == "caller" else other).bye().code == 200


@pytest.mark.parametrize("ends", ["caller", "callee"])
def test_call_to_client(site, ends):
    """The same from the application server to a client."""
    client = site.client("alice").register()
    client.endpoint.script = user_agent.manners
    call = user_agent.Outgoing(
        site.server, site.core.scscf, site.to_client(
            client.public, "INVITE", b"v=0\r\n")).start()
    callee = user_agent.incoming(
        client.endpoint, site.core.pcscf, timeout=sip.TIMEOUT)
    callee.reply(200)
    caller, _ = call.answered(timeout=sip.TIMEOUT)
    other = callee.dialog()
    other.wait("ACK", timeout=sip.TIMEOUT)
    assert (caller if ends == "caller" else other).bye().code == 200


def test_refusal_of_the_server(site):
    """The client hears the application server's own refusal."""
    client = site.client("alice").register()
    site.server.script = lambda message: sip.answer(
        *((503, "No room") if message.method == "MESSAGE" else (200,)))(message)
    assert client.ask(client.message(PAYLOAD)).reason == "No room"


def test_who_may_register(site):
    """Not with another password, nor with another user's identity, nor with
    one that the HSS does not know."""
    assert site.client("frank").try_register(password="x").code in (401, 403)
    for user in ("frank", "mallory"):
        thief = site.client("alice", public=ims_core.impu(user))
        assert thief.try_register().code == 403
    stranger = site.client("frank")
    assert stranger.ask(stranger.message(b"of a stranger")).code == 403
    assert site.told("frank", "mallory") == []
    assert b"of a stranger" not in [
        r.message.body for r in site.server.requests()]


@pytest.mark.parametrize("user, code", [("alice", 480), ("mallory", 604)])
def test_not_registered(site, user, code):
    """What is for a user who has not registered is refused by the HSS."""
    uri = ims_core.impu(user)
    message = sip.request("MESSAGE", uri, mc.IWF1, uri)
    assert site.iwf.ask(message, site.core.icscf).code == code


def test_two_cores(site):
    """One runs beside the other, and ends without it."""
    before = site.core.pids()
    assert set(before) == {"hss", "icscf", "scscf", "pcscf"}
    with ims_core.Core(site.server.hostport, site.iwf.hostport) as other:
        client = ims_core.Client(other, "erin").register()
        client.leave()
        folder = other.folder
    assert not folder.exists()
    assert site.core.pids() == before
    site.client("alice").register()


def test_a_second_start(site):
    """It is refused, and what runs goes on."""
    again = site.core.run("start")
    assert again.returncode == 1
    assert "hss runs already in" in again.stderr
    site.client("alice").register()


@pytest.mark.parametrize("kind, address, status", [
    ("udp", ims_core.PCSCF, 1), ("tcp", ims_core.PCSCF, 1),
    ("tcp", "0.0.0.0", 1), ("udp", "127.0.0.19", 0),
    ("tcp", "127.0.0.19", 0)])
def test_port_of_another_server(tmp_path, kind, address, status):
    """A server keeps us from its own address, not from the port of all."""
    core = ims_core.Core("127.0.0.1:9", "127.0.0.2:9")
    sock = socket.socket(socket.AF_INET, {
        "udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}[kind])
    try:
        sock.bind((address, core.port))
        if kind == "tcp":
            sock.listen()
        done = core.run("start", "pcscf", IMS_DIR=str(tmp_path))
        core.run("stop", IMS_DIR=str(tmp_path))
    finally:
        sock.close()
        core.remove()
    assert done.returncode == status, done.stderr
    told = f"another server has port {core.port} of {ims_core.PCSCF} ({kind})"
    assert (told in done.stderr) == (status == 1)


def test_no_core():
    """A part that ends at once is named with what its log says, and nothing
    stays."""
    core = ims_core.Core("127.0.0.1:9", "127.0.0.2:9")
    try:
        done = core.run("start", IMS_USERS="/nowhere")
        assert done.returncode == 1
        assert "hss did not start" in done.stderr
        assert "No such file" in done.stderr
        assert core.pids() == {}
    finally:
        core.remove()
