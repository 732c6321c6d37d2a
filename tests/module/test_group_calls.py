# SPDX-License-Identifier: GPL-2.0-or-later
"""Group calls by way of the participating function, through the sample node.

Other forms of a group call, answers and media: test_calls.py, for each form.
"""

import pytest

import calls
import mc
import media
import sip
import user_agent

ANYWHERE = ["sip:mc-orig@mc.example.org", "sip:mc-orig@MC.example.org:5060",
            "sip:mc-orig@mc.example.org;user=phone",
            "sips:mc-orig@mc.example.org"]
PREFIXED = (b'<?xml version="1.0"?>\n<x:mcpttinfo xmlns:x="urn:3gpp:ns:'
            b'mcpttInfo:1.0"><x:mcptt-Params><x:session-type type="Normal">'
            b"\n prearranged\t</x:session-type><x:mcptt-request-uri type="
            b'"Normal"><x:mcpttURI>sip:grp-p25@mc.example.org</x:mcpttURI>'
            b"</x:mcptt-request-uri></x:mcptt-Params></x:mcpttinfo>")


@pytest.fixture
def dial(site):
    """Makes lines on the sample node; all are over at the end."""
    with calls.dialling(site, "group-by-orig") as make:
        yield make


def session(kind, group=calls.P25_GROUP, comment=""):
    """An info part of a group call."""
    return mc.info_part(mc.info_xml("mcptt", (
        f"{comment}<session-type>{kind}</session-type>"
        + mc.identity("mcptt", "request-uri", group))))


def of_kind(here, info, psi=mc.ORIG):
    """A call of alice with this info part."""
    message = here.form.invite(here.offer())
    message.start = f"INVITE {psi} SIP/2.0"
    return mc.with_parts(message, [
        info, mc.part("application/sdp", here.offer()),
        mc.part("application/octet-stream", bytes(range(256)) * 64)])


@pytest.mark.parametrize("psi", ANYWHERE)
def test_form_for_the_iwf(dial, psi):
    """It arrives as that to the controlling function does: PSI of the IWF,
    caller and group, all other octets as they came, one hop less."""
    here = dial()
    sent = of_kind(here, session("prearranged"), psi)
    out = here.dial(message=sent)
    got = here.arrived(out)
    assert got.message.uri == mc.IWF1
    assert f">{calls.P25_GROUP}<" in mc.info_of(got.message)
    assert mc.calling_user(got.message) == mc.mc_id("alice")
    assert f"<{mc.impu('alice')}>" in got.message.get("From")
    assert got.message.get("Max-Forwards") == "69"
    assert got.message.get("Call-ID") == out.call_id
    assert mc.parts_of(got.message)[-1].content == bytes(range(256)) * 64
    assert media.place(got.sdp)[0] == "127.0.0.1"
    got.reply(486)
    assert out.wait(486).get("To").startswith(f"<{mc.ORIG}>")


def test_info_part_in_another_style(dial):
    """Prefixes, blanks and attributes of XML."""
    here = dial()
    here.cancelled(of_kind(here, mc.info_part(PREFIXED)))


@pytest.mark.parametrize("group", [
    "sip:grp-x@mc.example.org", "sip:grp-p25@mc.partner.example",
    calls.UNIT1, mc.impu("bob"), ""])
def test_group_that_no_iwf_has(dial_by_way, group):
    """404 with 113."""
    here = dial_by_way("group-by-orig")
    reply = here.refused(message=of_kind(
        here, session("prearranged", group)))
    if group:
        assert (reply.code, calls.warning(reply)) == (404, "113")
    else:
        assert reply.code >= 400


@pytest.mark.parametrize("info", [
    session("chat"), session("first-to-answer"), session("ambient-listening"),
    session("private", comment="<!-- <session-type>prearranged"
                               "</session-type> -->"),
    session("prearranged", comment="<session-type>chat</session-type>"),
    mc.info_part(b"<session-type>prearranged</session-type>"),
    mc.part("text/plain", b"<session-type>prearranged</session-type>")])
def test_other_sessions(dial_by_way, info):
    """What the pattern takes for a group call, and the module does not."""
    here = dial_by_way("group-by-orig")
    reply = here.refused(message=of_kind(here, info))
    assert reply.code in (400, 403)


def test_private_call_stays_one(dial):
    """A private call with a hint of a group call in another part."""
    here = dial("private")
    message = here.form.invite(here.offer())
    parts = [*mc.parts_of(message), mc.part("text/plain", b"prearranged")]
    out = here.dial(message=mc.with_parts(message, parts))
    got = here.arrived(out)
    got.reply(486)
    out.wait(486)


def test_call_of_an_iwf(dial):
    """The originating PSI is not for IWFs."""
    here = dial("group-from-lmr")
    message = here.form.invite(here.offer())
    message.start = f"INVITE {mc.ORIG} SIP/2.0"
    message.body = message.body.replace(
        b"<mcptt-Params>",
        b"<mcptt-Params><session-type>prearranged</session-type>")
    assert here.refused(message=message).code == 403


def test_call_through_the_core(dial, site):
    """A client's, which a trusted core hands over."""
    here = dial("group-from-core")
    message = of_kind(here, session("prearranged"))
    message.set("From", f"<{mc.impu('alice')}>;tag={sip.token()}")
    message.set("P-Asserted-Identity", f"<{mc.impu('alice')}>")
    site.client("alice")
    out = here.dial(message=message)
    got = here.arrived(out)
    assert mc.calling_user(got.message) == mc.mc_id("alice")
    got.reply(486)
    out.wait(486)


def test_without_a_password(dial, site):
    """407, as ever, and the wrong user's password helps no caller."""
    here = dial()
    carol = site.stranger("carol")
    message = of_kind(here, session("prearranged"))
    message.set("Contact", f"<sip:carol@{carol.endpoint.hostport}>")
    out = user_agent.Outgoing(carol.endpoint, here.node.address, message,
                              contact=False)
    challenged = out.start().refusal()
    assert challenged.code == 407
    wrong = sip.with_credentials(message, challenged, "carol", "alice-secret")
    assert carol.endpoint.ask(wrong, here.node.address).code == 407
    assert not here.callee.requests("INVITE")


def test_over_tcp(dial, site):
    """A large one over TCP."""
    here = dial()
    alice = site.client("alice", endpoint=sip.TcpEndpoint())
    alice.endpoint.script = user_agent.manners
    info = session("prearranged")
    message = here.form.invite(here.offer())
    mc.with_parts(message, [info, mc.part("application/sdp", here.offer()),
                            mc.part("application/x", b"\0\r\n" * 8000)])
    message.add("Contact", f"<{alice.contact}>")
    out = user_agent.Outgoing(alice.endpoint, here.node.address, message,
                              "alice",
                              contact=False).start()
    got = here.arrived(out)
    assert mc.parts_of(got.message)[-1].content == b"\0\r\n" * 8000
    got.reply(486)
    out.wait(486)
