# SPDX-License-Identifier: GPL-2.0-or-later
"""Octets that may not stand in a start line or header field: what is one line
for one reader could be two for another."""
import pytest

import mc
import media
import sip

BAD = {"CR": "a\rb", "CR CR LF": "a\r\r\n b", "LF": "a\nX-Y: b",
       "LF CR": "a\n\r b", "folded by LF": "a\n b", "NUL": "a\0b",
       "VT": "a\vb", "FF": "a\fb", "BS": "a\bb", "ESC": "a\x1bb",
       "US": "a\x1fb", "SOH": "a\x01b", "DEL": "a\x7fb",
       "quoted pair": '"a\\\0"', "CR at the end": "a\r",
       "after a NUL": "a\0\r"}
GOOD = {"HTAB": "a\tb", "folded": "a\r\n b\r\n\tc", "UTF-8": "\u00fc\u4f60",
        "escaped": "a%00b%0d%0Ac%0b", "percent": "%%0%250d%", "plain": "a b"}
# What a body may hold, however it looks like a head.
BODY = b"\x20\x02\0\r \v\n\r\n\r\n\r\r\n\x7f"


def plain():
    """An ordinary MESSAGE of alice to bob."""
    return sip.request("MESSAGE", mc.impu("bob"), mc.impu("alice"),
                       mc.impu("bob"), [("Content-Type", "text/plain")], BODY)


FORMS = {
    "plain": plain,
    "short": lambda: mc.client_message("alice", BODY),
}


@pytest.mark.parametrize("octets", BAD)
@pytest.mark.parametrize("form", ["plain", "short"])
def test_in_a_field(site, form, octets):
    """400 before anything else is looked at, and no party gets it."""
    alice, bob = site.client("alice"), site.client("bob")
    message = FORMS[form]().add("Subject", BAD[octets])
    assert alice.endpoint.ask(message, site.node.address).code == 400
    assert not bob.endpoint.requests() + site.iwf1.requests()


@pytest.mark.parametrize("octets", GOOD)
@pytest.mark.parametrize("form", ["plain", "short"])
def test_that_may_be_there(site, form, octets):
    """They go on, and so does a body of any octets."""
    alice, bob = site.client("alice"), site.client("bob")
    message = FORMS[form]().add("Subject", GOOD[octets])
    assert alice.ask(message).code == 200
    got = (bob.endpoint if form == "plain" else site.iwf1).wait_request()
    assert got.octets.endswith(BODY) if form == "plain" else (
        mc.payload_of(got.message) == BODY)


@pytest.mark.parametrize("method", [
    "INVITE", "REGISTER", "BYE", "CANCEL", "OPTIONS", "FOO"])
@pytest.mark.parametrize("octets", ["CR", "LF", "NUL", "VT"])
def test_in_every_method(site, method, octets):
    """The same, of a stranger and of a peer."""
    with sip.UdpEndpoint() as stranger:
        for sender in (stranger, site.core):
            message = sip.request(method, mc.impu("bob"), mc.impu("alice"),
                                  mc.impu("bob")).add("X", BAD[octets])
            assert sender.ask(message, site.node.address).code == 400


@pytest.mark.parametrize("octets", ["NUL", "VT", "CR"])
@pytest.mark.parametrize("name", ["From", "Accept-Contact", "Request-URI"])
def test_in_other_places(site, name, octets):
    """Also in what is read here: refused, or dropped where it is no SIP."""
    bob = site.client("bob")
    message = plain()
    if name == "Request-URI":
        message.start = message.start.replace("bob@", f"bob;{BAD[octets]}@")
    else:
        message.set(name, f'"{BAD[octets]}" <{mc.impu("alice")}>;tag=1')
    site.core.send(message, site.node.address)
    assert site.from_core(plain().add("Subject", "good")).code == 200
    assert [got.message.get("Subject") for got in bob.endpoint.requests()] == [
        "good"]


@pytest.mark.parametrize("octets", ["a b", "a\tb", "a\r\n b"])
@pytest.mark.parametrize("method", ["MESSAGE", "INVITE", "BYE"])
def test_call_id(any_site, method, octets):
    """It is one word: whoever unfolds it takes it for another one."""
    message = sip.request(method, mc.impu("bob"), mc.impu("alice"),
                          mc.impu("bob")).set("Call-ID", octets)
    with sip.UdpEndpoint() as stranger:
        for sender in (stranger, any_site.core):
            code = sender.ask(message.copy(), any_site.node.address).code
            assert code == 400


def test_call_id_of_a_call(dial):
    """A call with such a one would leave its ports at the relay."""
    here = dial("from-lmr")
    message = here.form.invite(here.offer()).set("Call-ID", "a\r\n b")
    assert here.refused(message=message).code == 400
    assert not here.node.relay_calls()


def then_ok(first):
    """A script: an answer, and after it 200."""
    return lambda message: [(0.0, first(message)),
                            (0.0, sip.response(message, 200))]


@pytest.mark.parametrize("octets", BAD)
def test_in_a_reply(site, octets):
    """It is none: the sender gets what stands after it."""
    alice, bob = site.client("alice"), site.client("bob")
    before = site.node.counters("node")["dropped_replies"]
    bob.endpoint.script = then_ok(lambda message: sip.response(
        message, 486, headers=[("Server", BAD[octets])]))
    assert alice.ask(plain()).code == 200
    assert site.node.counters("node")["dropped_replies"] == before + 1


@pytest.mark.parametrize("octets", ["CR", "NUL", "VT", "ESC", "DEL"])
def test_in_a_reason(site, octets):
    """The same of a reason phrase."""
    alice, bob = site.client("alice"), site.client("bob")
    bob.endpoint.script = then_ok(lambda message: sip.response(
        message, 486, BAD[octets]))
    assert alice.ask(plain()).code == 200


@pytest.mark.parametrize("octets", GOOD)
def test_reply_with_what_may_be_there(site, octets):
    """It goes on, with a body of any octets."""
    alice, bob = site.client("alice"), site.client("bob")
    bob.endpoint.script = sip.answer(200, headers=[
        ("Server", GOOD[octets])])
    assert alice.ask(plain()).code == 200


@pytest.mark.parametrize("size, code", [(19000, 200), (20000, 513)])
def test_long_heads(site, size, code):
    """What is too long to be looked at does not go on."""
    alice, bob = site.client("alice"), site.client("bob")
    message = plain().add("Subject", "x" * size)
    assert alice.ask(message).code == code
    assert len(bob.endpoint.requests()) == (code == 200)


def test_long_head_of_a_reply(site):
    """The same of a reply."""
    alice, bob = site.client("alice"), site.client("bob")
    bob.endpoint.script = then_ok(lambda message: sip.response(
        message, 486, headers=[("Server", "x" * 20000)]))
    assert alice.ask(plain()).code == 200


# The recipes

@pytest.mark.parametrize("octets", BAD)
def test_in_a_field_of_a_recipe(small_site, octets):
    """400, and it does not go on."""
    small_site.client("alice")
    message = mc.core_message("alice", BODY).add("Subject", BAD[octets])
    assert small_site.from_core(message).code == 400
    assert not small_site.iwf1.requests()


@pytest.mark.parametrize("octets", GOOD)
def test_that_may_be_there_in_a_recipe(small_site, octets):
    """It goes on, both ways."""
    small_site.client("alice")
    small_site.iwf1.script = sip.answer(200, headers=[
        ("Server", GOOD[octets])])
    message = mc.core_message("alice", BODY).add("Subject", GOOD[octets])
    assert small_site.from_core(message).code == 200
    got = small_site.iwf1.wait_request().message
    assert mc.payload_of(got) == BODY


@pytest.mark.parametrize("octets", BAD)
def test_in_a_reply_of_a_recipe(small_site, octets):
    """It is none: the sender gets what comes after it."""
    small_site.client("alice")
    small_site.iwf1.script = then_ok(lambda message: sip.response(
        message, 486, headers=[("Server", BAD[octets])]))
    assert small_site.from_core(mc.core_message("alice", b"x")).code == 200


@pytest.mark.parametrize("size, code", [(19000, 200), (20000, 513)])
def test_long_heads_of_a_recipe(small_site, size, code):
    """513, and it does not go on; a reply of that size is none."""
    small_site.client("alice")
    small_site.iwf1.script = then_ok(lambda message: sip.response(
        message, 486, headers=[("Server", "x" * 20000)]))
    message = mc.core_message("alice", b"x").add("Subject", "x" * size)
    assert small_site.from_core(message).code == code
    assert len(small_site.iwf1.requests()) == (code == 200)


@pytest.mark.parametrize("octets", ["CR", "LF", "NUL", "VT"])
def test_in_a_call(call_site, octets):
    """The same of an INVITE, of a request in its call, and of replies."""
    sdp = call_site.party().sdp(media.TETRA)
    bad = call_site.invite(sdp, headers=[("Subject", BAD[octets])])
    assert call_site.start(bad).refusal().code == 400
    assert not call_site.callee.requests()
    outgoing = call_site.offer(sdp)
    incoming = call_site.incoming(outgoing)
    incoming.reply(486, headers=[("Server", BAD[octets])])
    incoming.reply(200, call_site.party().sdp(media.TETRA))
    near, _ = outgoing.answered()
    info = near.request("INFO").add("Subject", BAD[octets])
    assert near.endpoint.ask(info, near.server).code == 400
    assert not call_site.callee.requests("INFO")
    assert near.bye().code == 200
