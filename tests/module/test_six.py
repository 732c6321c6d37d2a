# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls over IPv6 through the existing server with the recipe. An address has
several spellings, and in a URI it has brackets."""
import contextlib

import pytest

import call_proxy
import calls
import existing_server
import media
import sample
import sip
import user_agent

SPELLINGS = ["[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]"]
AS_PEER = ("INSERT INTO address (grp, ip_addr, mask, port, tag) "
           "VALUES (2, '::1', 128, 0, 'iwf1')")
AS_IWF = ("UPDATE mc_iwf_peers SET address = '::1' "
          "WHERE address = '127.0.0.2'")


class Six(sip.UdpEndpoint):
    """An endpoint on [::1], which reaches the server there."""

    def _flow(self, to):
        return super()._flow(("::1", to[1]))


@contextlib.contextmanager
def server(peers, spelling):
    """The existing server on both families, with IWF 1 on [::1]."""
    peers.iwf1.close()
    peers.iwf1 = Six("::1")
    found = existing_server.DropIn(
        peers, addresses=["[::1]"],
        MC_PEER1=f"sip:{spelling}:{peers.iwf1.address[1]}")
    found.edit_node(AS_PEER)
    found.edit(AS_IWF)
    with found:
        yield found


@contextlib.contextmanager
def site_of(spelling):
    """Who takes part there; alice has one phone, which would ring."""
    with sample.running(lambda peers: server(peers, spelling)) as site:
        site.alice = site.client("alice").endpoint
        yield site


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_peer(spelling):
    """An IWF that is called, or calls, may speak in its calls; the server
    ends them for both."""
    with site_of(spelling) as site:
        for form in ("private", "from-lmr", "group", "group-from-lmr"):
            with calls.Line(site, form) as here:
                talk = here.talk()
                assert talk.far.ask("INFO").code == 200
                assert talk.near.ask("INFO").code == 200
                assert talk.far.bye().code == 200
                talk.wait_over()
                talk = here.talk()
                calls.end_by_node(site.node, talk.near.call_id)
                talk.wait_ended()


def test_contact_of_a_peer():
    """It is called back there, however it writes its own address."""
    with site_of("[::1]") as site:
        for spelling in SPELLINGS:
            with calls.Line(site, "from-lmr") as here, Six("::1") as other:
                other.script = user_agent.manners
                message = here.form.invite(here.offer())
                message.set("Contact",
                            f"<sip:iwf@{spelling}:{other.address[1]}>")
                out = user_agent.Outgoing(here.caller, site.node.address,
                                          message, contact=False).start()
                got = here.arrived(out)
                got.reply(200, here.answer())
                near, _ = out.answered()
                far = got.dialog()
                assert far.ask("INFO").code == 200
                assert other.requests("INFO")
                assert near.bye().code == 200


def test_client():
    """A user on IPv6 calls, is called, and hears the server's BYE."""
    with sample.running(lambda peers: existing_server.DropIn(
            peers, addresses=["[::1]"])) as site, Six("::1") as site.alice:
        site.client("alice", endpoint=site.alice)
        for form in ("private", "from-lmr"):
            with calls.Line(site, form) as here:
                talk = here.talk()
                assert talk.far.ask("INFO").code == 200
                calls.end_by_node(site.node, talk.near.call_id)
                talk.wait_ended()


def test_peer_of_the_sample(new_site):
    """Of an IWF in no set, which is known by its address, the routes hold."""
    site = new_site(
        extra="listen=udp:[::1]:SIP_PORT",
        sql=[AS_IWF.replace("127.0.0.2", "127.0.0.3")],
        prepare=lambda path: sample.edit(
            path.with_name("kamailio.db"), AS_PEER))
    with calls.Line(site, "from-lmr") as here, Six("::1") as here.caller:
        here.caller.script = user_agent.manners
        out = here.dial(message=here.form.invite(here.offer()).add(
            "Record-Route", f"<sip:{here.caller.hostport};lr>"))
        got = here.arrived(out)
        got.reply(200, here.answer())
        near, _ = out.answered()
        far = got.dialog()
        assert far.ask("INFO").code == 200
        assert near.requests("INFO")
        assert far.bye().code == 200


@pytest.mark.parametrize("spelling", ["::1", *SPELLINGS])
def test_call_proxy(spelling):
    """Between two systems on IPv6."""
    listen = "listen=udp:127.0.0.1:SIP_PORT"

    def make(relay, _):
        found = call_proxy.CallNode(relay, callee.hostport, [
            (listen, f"{listen}\nlisten=udp:[::1]:SIP_PORT")])
        found.defines = [text.replace('"127.0.0.1"', f'"{spelling}"')
                         for text in found.defines]
        return found

    with Six("::1") as caller, Six("::1") as callee, call_proxy.running(
            make=make) as site:
        site.caller, site.callee = caller, callee
        caller.script = callee.script = user_agent.manners
        outgoing = site.offer(site.party().sdp(media.P25), "p25")
        incoming = site.incoming(outgoing)
        incoming.reply(200, site.party().sdp(media.P25))
        near, _ = outgoing.answered()
        assert incoming.dialog().ask("INFO").code == 200
        assert near.ask("INFO").code == 200
        calls.end_by_node(site.node, outgoing.call_id)
        near.wait("BYE")
        incoming.dialog().wait("BYE")
