# SPDX-License-Identifier: GPL-2.0-or-later
"""Real clients: what sipsak sends to the sample node, with its own digest.
(-M of version 0.9.8.1 falls over by itself: its messages are files here.)"""
import subprocess

import pytest

import mc
import sip

PAYLOAD = b"a payload without NUL"


class Sipsak:
    """sipsak with one user's password."""

    def __init__(self, site, user, folder):
        self.site, self.user = site, user
        self.file = folder / "message.sip"

    def run(self, *words, password=None):
        """Its exit code, and what it says. (It takes a whole second to see a
        port of its own: -S.)"""
        done = subprocess.run(
            ["sipsak", "-vvv", "-S", "-H", "127.0.0.1", "-p",
             "127.0.0.1:%d" % self.site.node.port, "-u", self.user,
             "-a", password or f"{self.user}-secret", *words],
            capture_output=True, text=True, timeout=3 * sip.TIMEOUT,
            check=False)
        return done.returncode, done.stdout

    def send(self, message, **how):
        """Sends a request that its sender has written."""
        self.file.write_bytes(bytes(message))
        return self.run("-f", str(self.file), "-s", message.uri, **how)


@pytest.fixture(name="sipsak")
def _sipsak(site, tmp_path):
    return Sipsak(site, "alice", tmp_path)


def test_options(sipsak):
    """It is told that the node is there, and what it can."""
    code, said = sipsak.run("-s", f"sip:{mc.DOMAIN}")
    assert code == 0 and "200 OK" in said and "Allow: INVITE" in said


def test_register(site, sipsak):
    """It registers with its password, and takes that back."""
    where = "sip:alice@127.0.0.1:5099"
    who = ["-U", "-C", where, "-s", mc.impu("alice")]
    code, said = sipsak.run(*who, "-x", "600")
    assert code == 0, said
    assert site.contacts("alice") == [where]
    code, said = sipsak.run(*who, "-x", "0")
    assert code == 0, said
    assert not site.contacts("alice")


def test_register_with_a_wrong_password(site, sipsak):
    """It gives up, and nothing is registered."""
    code, said = sipsak.run("-U", "-C", "sip:alice@127.0.0.1:5099",
                            "-s", mc.impu("alice"), password="wrong")
    assert code != 0 and "200 OK" not in said
    assert not site.contacts("alice")


def test_message(site, sipsak):
    """A text for another user arrives in the name that was proven."""
    bob = site.client("bob")
    message = sip.request("MESSAGE", mc.impu("bob"), mc.impu("alice"),
                          mc.impu("bob"), [("Content-Type", "text/plain")],
                          b"hello")
    code, said = sipsak.send(message)
    assert code == 0, said
    got = bob.endpoint.wait_request().message
    assert got.body == b"hello"
    assert got.get("P-Asserted-Identity") == f"<{mc.impu('alice')}>"
    assert not got.get("Proxy-Authorization")


def test_message_in_another_name(site, sipsak):
    """Refused, whatever From says."""
    bob = site.client("bob")
    code, said = sipsak.send(sip.request(
        "MESSAGE", mc.impu("bob"), mc.impu("carol"), mc.impu("bob"),
        [("Content-Type", "text/plain")], b"hello"))
    assert code != 0 and "403 From Is Not You" in said
    assert not bob.endpoint.requests()


def test_short_message(site, sipsak):
    """An IWF short message arrives at the IWF, octet for octet."""
    site.client("alice")
    code, said = sipsak.send(mc.client_message("alice", PAYLOAD))
    assert code == 0, said
    assert mc.payload_of(site.iwf1.wait_request().message) == PAYLOAD
