# SPDX-License-Identifier: GPL-2.0-or-later
"""What each port of the node answers: SIP has one, HTTP has another."""
import http.client
import json
import socket

import pytest

import mc
import sip

CALL = {"jsonrpc": "2.0", "method": "core.uptime", "params": [], "id": 1}


def ask_http(port, method, path, body=None):
    """Status and text of an HTTP request to a port."""
    connection = http.client.HTTPConnection("127.0.0.1", port,
                                            timeout=sip.TIMEOUT)
    try:
        connection.request(method, path, body)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("method, path, body", [
    ("GET", "/metrics", None), ("POST", "/metrics", "x"),
    ("POST", "/RPC", json.dumps(CALL)), ("PUT", "/RPC", json.dumps(CALL)),
    ("GET", "/RPC?x", None), ("GET", "/", None)])
def test_http_on_the_sip_port(site, method, path, body):
    """Who reaches the SIP port from outside gets neither RPC nor metrics."""
    status, text = ask_http(site.node.port, method, path, body)
    assert status == 403
    assert "up_since" not in text and "mc_iwf" not in text


def test_http_on_its_port(site):
    """The same questions have answers there."""
    status, text = ask_http(site.node.http_port, "POST", "/RPC",
                            json.dumps(CALL))
    assert status == 200 and "up_since" in text
    status, text = ask_http(site.node.http_port, "GET", "/metrics")
    assert status == 200 and "mc_iwf" in text
    assert ask_http(site.node.http_port, "GET", "/")[0] == 404


def sip_requests(site):
    """What would be answered on the SIP port."""
    alice, own = mc.impu("alice"), f"sip:127.0.0.1:{site.node.http_port}"
    yield sip.request("OPTIONS", own, alice, own)
    yield sip.request("REGISTER", f"sip:{mc.DOMAIN}", alice, alice,
                      [("Contact", "<sip:alice@127.0.0.1>")])
    yield mc.client_message("alice", b"x")
    yield mc.iwf_message("alice", b"x")
    yield sip.request("INVITE", mc.impu("bob"), alice, mc.impu("bob"),
                      [("Contact", "<sip:alice@127.0.0.1>")])


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.2", "127.0.0.5"])
def test_sip_on_the_http_port(site, source):
    """Nothing, whoever asks: what comes first on the connection is the
    answer to the HTTP request after it."""
    site.client("alice")
    for message in sip_requests(site):
        message.headers.insert(0, (
            "Via", f"SIP/2.0/TCP {source};branch=z9hG4bK{sip.token()}"))
        with socket.create_connection(
                ("127.0.0.1", site.node.http_port), sip.TIMEOUT,
                (source, 0)) as sock:
            sock.sendall(bytes(message) + b"GET / HTTP/1.1\r\n"
                         b"Host: x\r\nContent-Length: 0\r\n\r\n")
            first = sock.recv(65536)
        assert b" 404 " in first.splitlines()[0], (message, first)
