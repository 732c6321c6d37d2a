# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls that the node ends by itself: each side gets one BYE, no other place
gets any, and the relay keeps nothing."""

import pytest

import calls
import existing_server
import media
import node
import preload
import sample
import sip

FORMS = ["private", "plain", "tetra", "from-lmr", "client", "client-plain",
         "group", "group-from-lmr", "group-from-core"]
ENDED = 8  # s: 5 without ACK, and the rest
BEFORE_TIMER = 4  # s


@pytest.fixture(params=["sample", "drop_in"])
def both_sites(request):
    """The sample node, and the existing server with the recipe."""
    found = request.getfixturevalue(f"_{request.param}_site")
    yield found
    found.reset()


@pytest.fixture
def dial(both_sites):
    """Lines on either."""
    with calls.dialling(both_sites) as found:
        yield found


@pytest.fixture
def dial_in(drop_in_site):
    """Lines on the existing server."""
    with calls.dialling(drop_in_site) as found:
        yield found


@pytest.fixture(params=["iwf2", "partner", "elsewhere"])
def victim(request, drop_in_site):
    """Who never gets anything of a call; it answers."""
    if request.param != "elsewhere":
        yield getattr(drop_in_site, request.param)
    else:
        with sip.UdpEndpoint("127.0.0.77") as found:
            found.script = sip.answer(200)
            yield found


def end(here, side):
    """The node ends a call, as an administrator has it do."""
    calls.end_by_node(here.node, side.call_id)


def assert_one_bye(*sides):
    """Neither node nor relay has the call, and each side has got one BYE."""
    for side in sides:
        side.wait("BYE")
        assert len(side.requests("BYE")) == 1


@pytest.mark.parametrize("form", FORMS)
def test_end(dial, form):
    """By the administrator."""
    talk = dial(form).talk()
    end(talk.line, talk.near)
    talk.wait_ended()
    assert_one_bye(talk.near, talk.far)


@pytest.fixture(params=[sample.SampleNode, existing_server.DropIn])
def slow_dial(request):
    """Lines on either, which has the answer to its first BYE before it can
    make a second one."""
    with sample.running(preload.with_slow_bye(request.param)) as slow, (
            calls.dialling(slow)) as found:
        yield found


def test_end_however_quick(slow_dial):
    """The answer to one BYE does not cost the other one."""
    talk = slow_dial().talk()
    end(talk.line, talk.near)
    talk.wait_ended()
    assert_one_bye(talk.near, talk.far)


def test_end_at_an_ack_however_quick(slow_dial):
    """The same where the answer in an ACK is one that the profile forbids."""
    here = slow_dial("tetra")
    out = here.dial(None)
    got = here.arrived(out)
    got.reply(200, here.answer())
    near, _ = out.answered(ack=False)
    near.ack(here.a.sdp(media.TETRA_CLEAR))
    far = got.dialog()
    near.wait("BYE", timeout=ENDED)
    far.wait("BYE", timeout=ENDED)
    assert_one_bye(near, far)


def test_end_without_ack(dial):
    """The time of a call is over: an answer that the profile forbids, whose
    ACK does not come."""
    here = dial("tetra")
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.b.sdp(media.TETRA))
    near, _ = out.answered(ack=False)
    far = got.dialog()
    near.wait("BYE", timeout=ENDED)
    far.wait("BYE", timeout=ENDED)
    calls.wait_quiet(here.node)
    assert_one_bye(near, far)


# Through the existing server, which has no rule for a Contact

@pytest.mark.parametrize("form", ["private", "client", "group"])
@pytest.mark.parametrize("name", ["Record-Route", "Contact"])
def test_end_of_a_hostile_caller(dial_in, victim, form, name):
    """Whatever the caller writes: the other side gets its BYE."""
    here = dial_in(form)
    message = here.form.invite(here.offer())
    message.drop(name).add(name, f"<sip:x@{victim.hostport};lr>")
    if name == "Record-Route":
        message.set("Contact", f"<sip:x@{here.caller.hostport}>")
    out = here.dial(message=message)
    got = here.arrived(out)
    got.reply(200, here.answer())
    near, _ = out.answered()
    far = got.dialog()
    far.wait("ACK")
    end(here, near)
    far.wait("BYE")
    calls.wait_quiet(here.node)
    assert_one_bye(far)
    assert not victim.requests("BYE") + near.requests("BYE")


@pytest.mark.parametrize("form", ["client", "from-lmr", "group-from-lmr"])
@pytest.mark.parametrize("when", ["answer", "re-INVITE"])
def test_end_of_a_hostile_callee(dial_in, victim, form, when):
    """The same of the Contact of an answer, and of a later one."""
    here, contact = dial_in(form), f"<sip:x@{victim.hostport}>"
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.answer(), contact=when != "answer",
              headers=[("Contact", contact)] if when == "answer" else [])
    near, _ = out.answered()
    far = got.dialog()
    if when == "re-INVITE":
        far.wait("ACK")
        message = far.request("INVITE", here.answer())
        far.endpoint.send(message.set("Contact", contact), far.server)
        near.wait("INVITE").reply(200, here.offer())
        assert far.endpoint.wait_final(message.branch).code == 200
        far.ack()
        near.wait("ACK")
    else:
        node.wait_until(lambda: here.node.calls()["ongoing"] == 1,
                        "ACK at the server", sip.TIMEOUT)
    end(here, near)
    near.wait("BYE")
    calls.wait_quiet(here.node)
    assert_one_bye(near)
    assert not victim.requests("BYE") + far.requests("BYE")


@pytest.mark.parametrize("form", ["private", "client"])
@pytest.mark.parametrize("how", ["end_dlg", "answer"])
def test_end_of_who_cannot_be_reached(dial_in, form, how):
    """No BYE can be made for who is nowhere; the other side gets its own."""
    here = dial_in("tetra" if how == "answer" else form)
    message = here.form.invite(here.offer())
    out = here.dial(message=message.set("Contact", "<sip:x@[2001:db8::1]>"))
    got = here.arrived(out)
    got.reply(200, here.b.sdp(media.TETRA) if how == "answer"
              else here.answer())
    near, _ = out.answered()
    far = got.dialog()
    far.wait("ACK")
    if how == "end_dlg":
        end(here, near)
    far.wait("BYE", timeout=BEFORE_TIMER)
    calls.wait_quiet(here.node)
    assert_one_bye(far)
