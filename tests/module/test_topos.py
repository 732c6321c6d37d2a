# SPDX-License-Identifier: GPL-2.0-or-later
"""With other modules in the way: topology hiding, tracing, TLS."""
import socket

import pytest

import mc
import sip


@pytest.fixture
def hiding(new_site):
    """A node with topos loaded."""
    return new_site(options=["-A", "WITH_TOPOS"])


def test_both_ways_with_topos(hiding):
    """Octets and identities arrive the same; the way back works."""
    alice = hiding.client("alice")
    payload = bytes(range(256))
    message = mc.client_message("alice", payload)
    assert alice.ask(message).code == 200
    got = hiding.iwf1.wait_request().message
    assert mc.payload_of(got) == payload
    assert got.all("P-Asserted-Identity") == [f"<{mc.impu('alice')}>"]
    assert mc.calling_user(got) == mc.mc_id("alice")
    message = mc.iwf_message("alice", payload)
    assert hiding.from_iwf(message).code == 200
    assert alice.endpoint.wait_request().message.body == message.body


def test_refusal_and_failover_with_topos(hiding):
    """Refusals and the second peer as without it."""
    alice = hiding.client("alice")
    reply = alice.ask(mc.client_message("alice", b"x", target=mc.KMF2))
    assert reply.code == 403
    assert '"100 ' in reply.get("Warning")
    hiding.iwf1.script = sip.answer(503)
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    hiding.iwf1b.wait_request()


def test_siptrace_copies_without_change(new_site):
    """A tracer gets copies; what is forwarded stays octet for octet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as homer:
        homer.bind(("127.0.0.1", 0))
        homer.settimeout(sip.TIMEOUT)
        uri = '"sip:127.0.0.1:%d"' % homer.getsockname()[1]
        site = new_site(options=["-A", "WITH_SIPTRACE",
                                 "-A", f"HOMER_URI={uri}"])
        alice = site.client("alice")
        message = mc.iwf_message("alice", bytes(range(256)))
        assert site.from_iwf(message).code == 200
        assert alice.endpoint.wait_request().message.body == message.body
        while b"MESSAGE sip:mc-term@" not in homer.recv(65536):
            pass
