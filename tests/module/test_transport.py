# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to a client and from a peer: flows, Path, TLS identities."""
import contextlib
import re
import socket
import ssl
import threading
import time

import pytest

import mc
import node
import sip
import tls_node


def test_message_takes_the_flow_of_the_registration(site):
    """A client on TCP is reached over the connection it has opened."""
    alice = site.client("alice", endpoint=sip.TcpEndpoint())
    opened = alice.endpoint.flows()
    assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    assert alice.endpoint.wait_request().flow in opened


def test_message_takes_the_path(site):
    """A client behind an edge proxy is reached through its Path."""
    with sip.UdpEndpoint("127.0.0.9") as edge:
        alice = site.stranger("alice")
        alice.register(extra=[
            ("Path", f"<sip:{edge.hostport};lr>"), ("Supported", "path")])
        assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
        got = edge.wait_request().message
    assert got.uri == alice.contact
    assert got.all("Route") == [f"<sip:{edge.hostport};lr>"]
    assert not alice.endpoint.requests()


@pytest.fixture
def authority(tmp_path):
    """A certificate authority of this test."""
    return tls_node.Authority(tmp_path)


@pytest.fixture
def tls_site(new_site, authority):
    """The sample node with TLS."""
    return tls_node.site_with_tls(new_site, authority)


def ask_over_tls(site, message, certificate=None):
    """The same on a connection of its own."""
    with tls_node.connect(site, certificate) as sock:
        return tls_node.ask(sock, message)


@pytest.mark.parametrize("name, code", [
    ("iwf.example.org", 200), ("other.example.org", 407), (None, 407)])
def test_iwf_is_known_by_its_certificate(tls_site, authority, name, code):
    """The verified name counts; another one, or none, is a stranger's."""
    certificate = name and authority.certificate(name)
    message = mc.iwf_message("alice", b"\0secret")
    assert ask_over_tls(tls_site, message, certificate).code == code


@pytest.mark.parametrize("name, code", [
    ("iwf.example.org", 200), ("other.example.org", 403), (None, 403)])
def test_text_of_an_iwf_by_its_certificate(tls_site, authority, name, code):
    """An ordinary MESSAGE, too, from an address of the IWFs."""
    tls_site.node.edit_node("INSERT INTO address (grp, ip_addr, mask, port)"
                            " VALUES (2, '127.0.0.8', 32, 0)")
    tls_site.node.kamcmd("permissions.addressReload")
    message = sip.request("MESSAGE", mc.impu("alice"), mc.IWF1,
                          mc.impu("alice"), [("Content-Type", "text/plain")],
                          b"hello")
    certificate = name and authority.certificate(name)
    with tls_node.connect(tls_site, certificate, "127.0.0.8") as sock:
        assert tls_node.ask(sock, message).code == code


class TlsContact:
    """A client's contact that the node connects to over TLS."""

    def __init__(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.listening = context.wrap_socket(
            socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.listening.settimeout(sip.TIMEOUT)
        self.sock = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listening.close()
        if self.sock:
            self.sock.close()

    @property
    def uri(self):
        """What the client registers."""
        return "sip:alice@%s:%d;transport=tls" % self.listening.getsockname()

    def accept(self):
        """The first message on the connection that the node opens."""
        self.sock, _ = self.listening.accept()
        self.sock.settimeout(sip.TIMEOUT)
        return self.read()

    def read(self):
        """The next message on it."""
        data = b""
        while not sip.first_message(data):
            more = self.sock.recv(65536)
            assert more, "the node has closed the connection"
            data += more
        return sip.Message.parse(sip.first_message(data))

    def ask(self, message):
        """The answer to a request that goes back on the connection."""
        message.headers.insert(0, (
            "Via", f"SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK{sip.token()}"))
        self.sock.sendall(bytes(message))
        return self.read()


@contextlib.contextmanager
def connected_to(site, certificate):
    """A contact of alice to which the node has opened a connection."""
    alice = site.client("alice")
    alice.unregister()
    with TlsContact(certificate) as contact:
        register = sip.request(
            "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
            mc.impu("alice"),
            [("Contact", f"<{contact.uri}>{mc.contact_tags('mcptt')}")])
        assert alice.ask(register).code == 200
        sender = threading.Thread(target=site.from_iwf, args=[
            mc.iwf_message("alice", b"x")])
        sender.start()
        arrived = contact.accept()
        contact.sock.sendall(bytes(sip.response(arrived, 200)))
        sender.join()
        yield contact
        assert alice.ask(sip.request(
            "REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
            mc.impu("alice"),
            [("Contact", "*"), ("Expires", "0")])).code == 200


@pytest.mark.parametrize("name", ["iwf.example.org", "IWF.example.org"])
def test_name_that_nobody_has_verified(tls_site, authority, name):
    """The node connects to a user's contact; the certificate shown there
    names an IWF, and no authority vouches for it: a stranger's."""
    with connected_to(tls_site, authority.self_signed(name)) as contact:
        bob = tls_site.client("bob")
        reply = contact.ask(mc.iwf_message("bob", b"\0secret"))
        assert reply.code == 407
        assert not bob.endpoint.requests()


def proven(sock, message, user):
    """A client's request on a TLS connection, with its password."""
    challenged = tls_node.ask(sock, message)
    reply = tls_node.ask(sock, sip.with_credentials(
        message, challenged, user, f"{user}-secret"))
    assert reply.code == 200
    return sock


def is_open(sock):
    """True if the node has not ended this TLS connection."""
    sock.settimeout(0.01)
    try:
        return bool(sock.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False


def test_who_keeps_a_tls_connection(new_site, authority):
    """An IWF by its certificate and a client by its password; not a stranger
    who is challenged, nor one who says nothing."""
    site = tls_node.site_with_tls(new_site, authority, extra=(
        'modparam("tls", "connection_timeout", 2)'))
    iwf = tls_node.connect(site, authority.certificate("iwf.example.org"))
    assert tls_node.ask(iwf, mc.iwf_message("alice", b"x")).code == 200
    client = proven(tls_node.connect(site), mc.client_message("alice", b"x"),
                    "alice")
    stranger = tls_node.connect(site)
    assert tls_node.ask(stranger, mc.client_message("alice", b"x")).code == 407
    idle = tls_node.connect(site)
    node.wait_until(lambda: not is_open(stranger) and not is_open(idle),
                    "end of the others", 2 + 10 + sip.TIMEOUT)
    time.sleep(2)  # as much as the node takes from the first to the last
    assert is_open(iwf) and is_open(client)
    for sock in (iwf, client, stranger, idle):
        sock.close()


def test_idle_tls_connections_end_as_soon(tls_site):
    """Module tls has a lifetime of its own."""
    text = tls_site.node.kamcmd("tls.options")
    assert re.search(r"connection_timeout: 15$", text, re.M), text


def test_broken_handshakes_are_not_told(tls_site):
    """What is no TLS costs no line of the log, nor does the name that it asks
    for stand there."""
    said = len(tls_site.node.log())
    context = ssl.create_default_context()
    for name in ["secret.example.org"] * 30:
        with socket.create_connection(
                ("127.0.0.1", tls_node.port_of(tls_site)),
                sip.TIMEOUT) as plain:
            plain.sendall(b"\x16\x03\x01\x00\x05hello")
        with contextlib.suppress(ssl.SSLError), socket.create_connection(
                ("127.0.0.1", tls_node.port_of(tls_site)),
                sip.TIMEOUT) as plain:
            # It does not trust the certificate, and says so.
            context.wrap_socket(plain, server_hostname=name)
    alive = ask_over_tls(tls_site, sip.request(
        "OPTIONS", f"sip:{mc.DOMAIN}", mc.impu("alice"), f"sip:{mc.DOMAIN}"))
    assert alive.code == 200
    log = tls_site.node.log()[said:]
    assert "tls_" not in log and "secret.example.org" not in log
