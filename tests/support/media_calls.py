# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls through the sample node whose media are those of media_endpoint: real
speech, encrypted or not."""
import mc
import mc_invite
import media_endpoint
import node
import rtpengine
import user_agent


def ends_of(site, target):
    """The party at a target: an endpoint, and the PSI of its IWF, if any."""
    if target.endswith(mc.DOMAIN):
        user = target[len("sip:"):].partition("@")[0]
        client = site.client(user, "mcptt")
        client.endpoint.script = user_agent.manners
        return client.endpoint, None
    peer, psi = ((site.iwf2, mc.IWF2) if "@tetra-iwf." in target
                 else (site.iwf1, mc.IWF1))
    peer.script = user_agent.manners
    return peer, psi


def invite(site, talk, offer):
    """Alice calls the case's target; her call and the target's endpoint."""
    target, _ = ends_of(site, talk.case.target)
    alice = site.client("alice", "mcptt")
    alice.endpoint.script = user_agent.manners
    message = mc_invite.private("alice", talk.case.target, offer.encode())
    if talk.case.e2ee:
        media_endpoint.with_e2ee_wanted(message)
    return user_agent.Outgoing(alice.endpoint, site.node.address, message,
                               "alice").start(), target


def invite_alice(site, talk, offer):
    """The case's target, an LMR user, calls alice."""
    target, psi = ends_of(site, talk.case.target)
    alice = site.client("alice", "mcptt")
    alice.endpoint.script = user_agent.manners
    message = mc_invite.from_lmr(talk.case.target, "alice", offer.encode(),
                                 psi)
    return user_agent.Outgoing(target, site.node.address,
                               message).start(), alice.endpoint


def set_up(site, talk, begin):
    """A confirmed call of which both sides know; the caller's dialog."""
    offer, answer = talk.caller.description(), talk.callee.description()
    outgoing, callee = begin(site, talk, offer)
    incoming = user_agent.incoming(callee, site.node.address,
                                   call_id=outgoing.call_id)
    incoming.reply(200, answer.encode())
    dialog, answer_in = outgoing.answered()
    talk.connect(offer, incoming.sdp, answer, answer_in)
    return dialog


def relay_of(site):
    """The ng client of the node's relay."""
    return rtpengine.NgClient(
        (rtpengine.CONTROL, int(site.node.media["RTPENGINE_PORT"])))


def assert_talk(ng, talk, dialog):
    """Media both ways through the relay until BYE, none after it."""
    tags = user_agent.tag_of(dialog.local), user_agent.tag_of(dialog.remote)
    media_endpoint.assert_media(talk, lambda: ng.counts(dialog.call_id), tags)
    assert dialog.bye().code == 200
    node.wait_until(lambda: dialog.call_id not in ng.calls(),
                    "end of the relay's session")
    media_endpoint.assert_silence(talk)
