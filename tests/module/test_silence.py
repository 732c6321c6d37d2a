# SPDX-License-Identifier: GPL-2.0-or-later
"""No answer: 504, since 408 is for INVITEs alone (RFC 4320)."""

import pytest

import calls
import mc
import sip

SILENCE = 12  # seconds until the sender hears of it, at the latest


@pytest.fixture
def dial(site):
    """Makes lines on the sample node; all are over at the end."""
    with calls.dialling(site, "client") as make:
        yield make


def text(sender, target):
    """An ordinary MESSAGE."""
    return sip.request("MESSAGE", mc.impu(target), mc.impu(sender),
                       mc.impu(target), [("Content-Type", "text/plain")],
                       b"hello")


def asserted(sender, target):
    """The same as a core hands it over."""
    return text(sender, target).add(
        "P-Asserted-Identity", f"<{mc.impu(sender)}>")


def begun(site, client, target):
    """A client's MESSAGE, proven and on its way; its branch."""
    challenged = client.endpoint.ask(
        text(client.user, target), site.node.address)
    return client.endpoint.send(sip.with_credentials(
        text(client.user, target), challenged, client.user,
        f"{client.user}-secret"), site.node.address)


def test_messages(new_site):
    """Whoever sends it, and whichever way it goes. (To a client there are
    20 s without this setting: test_time_for_all_tries.)"""
    site = new_site(extra='modparam("mc_iwf", "total_timeout", 7)')
    alice, bob = site.client("alice"), site.client("bob")
    for endpoint in (bob.endpoint, site.iwf1, site.iwf1b):
        endpoint.script = sip.silent
    sent = [(alice.endpoint, begun(site, alice, "bob"))]
    sent += [(peer, peer.send(message, site.node.address))
             for peer, message in (
                 (site.core, asserted("carol", "bob")),
                 (site.core, mc.core_message("alice", b"x")),
                 (site.iwf1b, mc.iwf_message("bob", b"x")))]
    codes = [endpoint.wait_final(branch, 22).code for endpoint, branch in sent]
    assert codes == [504] * 4


def test_clients_own_408(site):
    """What a client or another proxy made up is told the same way."""
    alice, bob = site.client("alice"), site.client("bob")
    bob.endpoint.script = sip.answer(408)
    assert alice.ask(text("alice", "bob")).code == 504
    assert site.from_core(asserted("carol", "bob")).code == 504
    assert site.from_iwf(mc.iwf_message("bob", b"x")).code == 504


@pytest.mark.parametrize("form", ["client", "private"])
def test_within_a_call(dial, form):
    """All but INVITE; that may say 408."""
    talk = dial(form).talk()
    talk.far.endpoint.script = sip.silent
    talk.far.endpoint.reachable = False
    expected = {"INFO": 504, "OPTIONS": 504, "UPDATE": 504, "INVITE": 408,
                "BYE": 504}
    sent = {}
    for method in expected:
        sent[method] = talk.near.send(method)
        talk.far.wait(method)
    codes = {method: talk.near.endpoint.wait_final(branch, SILENCE).code
             for method, branch in sent.items()}
    assert codes == expected


def test_408_within_a_call(dial):
    """The other side's own."""
    talk = dial("client").talk()
    talk.far.endpoint.script = sip.answer(408)
    assert talk.near.ask("INFO").code == 504
    assert talk.near.ask("BYE").code == 504
