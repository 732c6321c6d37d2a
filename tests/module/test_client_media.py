# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a client may have media sent: client_media, server_networks. The
clients here are at an address that is not the node's."""
import contextlib
import re

import pytest

import calls
import sip

HOME = "127.0.0.9"
SERVERS = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
           "::ffff:127.0.0.2", "::FFFF:7f00:5"]
ELSEWHERE = ["127.0.1.1", "192.0.2.7", "2001:db8::7"]


class Line(calls.Line):
    """A call whose client is at an address of its own."""

    def _endpoint(self, name):
        if hasattr(self.site, name):
            return super()._endpoint(name)
        endpoint = sip.UdpEndpoint(HOME)
        self.site.client(name, endpoint=endpoint)
        endpoint.script = calls.user_agent.manners
        return endpoint


@contextlib.contextmanager
def lines(site):
    """Makes such calls, which are over at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda form="private": stack.enter_context(Line(site, form))
        calls.wait_quiet(site.node)


@pytest.fixture
def dial(site):
    """The same on the sample node."""
    with lines(site) as make:
        yield make


@pytest.fixture
def dial_in(drop_in_site):
    """The same on the existing server."""
    with lines(drop_in_site) as make:
        yield make


def at(sdp, *addresses):
    """A description whose sections are at these addresses."""
    places = iter(addresses)

    def place(line):
        address = next(places, addresses[-1])
        kind = "IP6" if ":" in address else "IP4"
        return line.group(0) + f"c=IN {kind} {address}\r\n".encode()
    return re.sub(rb"m=.*\r\n", place, sdp)


def assert_refused(reply):
    """Told why."""
    assert (reply.code, "media at no permitted address" in
            reply.get("Warning", "")) == (488, True), reply.start


def assert_permitted(here, sdp):
    """The other side hears of it."""
    out = here.dial(sdp)
    got = here.arrived(out)
    got.reply(486)
    out.wait(486)


@pytest.mark.parametrize("address", SERVERS)
@pytest.mark.parametrize("form", ["private", "client", "group"])
def test_offer_at_a_server(dial, form, address):
    """A peer, or this node: 488, in any spelling, and nothing rings."""
    here = dial(form)
    assert_refused(here.refused(at(here.offer(), address)))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.4"])
def test_existing_server(dial_in, address):
    """The recipe's calls have the same rule."""
    here = dial_in()
    assert_refused(here.refused(at(here.offer(), address)))
    assert_permitted(here, at(here.offer(), HOME))


def test_one_section_of_two(dial):
    """Each section counts, and a closed one does not."""
    here = dial()
    floor = [["m=application 4002 udp MCPTT"]]
    closed = [["m=application 0 udp MCPTT"]]
    assert_refused(here.refused(at(here.offer(more=floor), HOME,
                                   "127.0.0.4")))
    assert_permitted(here, at(here.offer(more=closed), HOME, "127.0.0.4"))


@pytest.mark.parametrize("address", [HOME, *ELSEWHERE])
def test_offer_elsewhere(dial, address):
    """Where the client is, or any other place: it may be behind a NAT, or
    have a relay of its own."""
    here = dial()
    assert_permitted(here, at(here.offer(), address))


@pytest.mark.parametrize("form", ["from-lmr", "client"])
def test_answer_at_a_server(dial, form):
    """The call gets no media, and ends."""
    here = dial(form)
    talk = here.talk(answer=at(here.answer(), "127.0.0.4"))
    assert b"m=audio 0 " in talk.told_near
    assert b"127.0.0.4" not in talk.told_near
    talk.wait_ended()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("form, who", [("private", "near"),
                                       ("from-lmr", "far")])
def test_later_offer_at_a_server(dial, form, who, method):
    """488, and the call stays as it is."""
    talk = dial(form).talk()
    side = getattr(talk, who)
    other = talk.far if who == "near" else talk.near
    message = side.request(method, at(talk.line.offer(), "127.0.0.4"))
    assert_refused(side.endpoint.ask(message, side.server))
    assert not other.requests(method)
    if method == "INVITE":
        side.ack()
    talk.speech()
    assert side.bye().code == 200


def test_ack_at_a_server(dial):
    """An answer in an ACK cannot be refused: no media, and the end."""
    here = dial()
    out = here.dial(None)
    got = here.arrived(out)
    got.reply(200, here.answer())
    reply = out.wait(200)
    near, far = out.dialog(reply), got.dialog()
    near.ack(at(here.offer(), "127.0.0.4"))
    acked = far.wait("ACK")
    assert b"127.0.0.4" not in acked.sdp and b"m=audio 0 " in acked.sdp
    near.wait("BYE")
    far.wait("BYE")


@pytest.mark.parametrize("form, address", [
    ("from-lmr", "127.0.0.5"), ("from-lmr", "127.0.0.1"),
    ("group-from-core", "127.0.0.4")])
def test_peers_may(dial, form, address):
    """IWF and core are trusted with the place of their media."""
    here = dial(form)
    assert_permitted(here, at(here.offer(), address))


def test_answer_of_a_peer(dial):
    """And in answers."""
    here = dial("private")
    talk = here.talk(answer=at(here.answer(), "127.0.0.5"))
    assert b"m=audio 0 " not in talk.told_near
    assert talk.near.bye().code == 200


def test_hold(dial):
    """0.0.0.0 is no place."""
    talk = dial().talk()
    hold = at(talk.line.offer("a=inactive"), "0.0.0.0")
    talk.again("INVITE", talk.near, hold, talk.line.answer("a=inactive"))
    assert talk.near.bye().code == 200


def with_settings(new_site, **settings):
    """A node with parameters of the module."""
    return new_site(extra="".join(
        f'modparam("mc_iwf", "{name}", "{value}")\n'
        for name, value in settings.items()))


def test_own_networks(new_site):
    """No media go to the networks that the administrator names, but to a
    client that is there itself."""
    site = with_settings(new_site, server_networks=(
        "192.0.2.0/25, 2001:db8:1::/48,127.0.0.8/30"))
    with lines(site) as make:
        here = make()
        for address in ("192.0.2.7", "2001:db8:1:2::3", "127.0.0.10"):
            assert_refused(here.refused(at(here.offer(), address)))
        for address in ("192.0.2.128", "2001:db8:2::1", HOME):
            assert_permitted(here, at(here.offer(), address))


def test_networks_of_the_sample(new_site):
    """A variable of tools/node.sh, as the reference writes it."""
    site = new_site(env={"SERVER_NETWORKS": "192.0.2.0/25, 2001:db8:1::/48"})
    with lines(site) as make:
        here = make()
        for address in ("192.0.2.7", "2001:db8:1:2::3"):
            assert_refused(here.refused(at(here.offer(), address)))
        assert_permitted(here, at(here.offer(), "192.0.2.128"))


def test_source_only(new_site):
    """Clients that reach the node directly receive where they are."""
    site = with_settings(new_site, client_media="source")
    with lines(site) as make:
        here = make()
        for address in ELSEWHERE:
            assert_refused(here.refused(at(here.offer(), address)))
        assert_permitted(here, at(here.offer(), HOME))


def test_any_place(new_site):
    """The rule is off."""
    site = with_settings(new_site, client_media="any")
    with lines(site) as make:
        here = make()
        for address in ("127.0.0.1", "127.0.0.4"):
            assert_permitted(here, at(here.offer(), address))
