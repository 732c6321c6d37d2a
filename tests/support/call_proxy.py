# SPDX-License-Identifier: GPL-2.0-or-later
"""The call proxy of cfg/recipe, run as it stands there and in the documents.

A proxy with media profiles, a relay, and two user agents around them. The
caller's header field X-Profile names the profile.
"""
import contextlib
import re

import mc
import media
import node
import rtpengine
import sip
import user_agent

RECIPES = node.TOP / "cfg" / "recipe"
FILES = ["calls-modules.cfg", "numbers.cfg", "head.cfg", "refusals.cfg",
         "silence.cfg", "since-5.7.cfg", "calls-routes.cfg", "calls.cfg"]
PROFILE = ('$dlg_var(mc_profile) = "p25";',
           "$dlg_var(mc_profile) = $hdr(X-Profile);")
POLICIES = node.TOP / "cfg" / "policies.ini"


def write_files(folder, changes=(), names=FILES):
    """Writes the files of the recipe, with lines that are replaced."""
    texts = {name: (RECIPES / name).read_text() for name in names}
    for old, new in [PROFILE, *changes]:
        assert any(old in text for text in texts.values()), old
        texts = {name: text.replace(old, new)
                 for name, text in texts.items()}
    for name, text in texts.items():
        (folder / name).write_text(text)


class CallNode(node.Kamailio):
    """A Kamailio with calls.cfg; lines may be replaced, others added."""

    def __init__(self, relay, next_hop, changes=(), extra="", prepare=None):
        super().__init__(None)
        self.config = self.path("calls.cfg")
        self.policies = self.path("policies.ini")
        self.policies.write_text(POLICIES.read_text())
        write_files(self.folder, changes)
        with self.config.open("a") as file:
            file.write(extra)
        self.defines = [f'RTPENGINE_SOCK="{relay.socket}"',
                        f'POLICIES="{self.policies}"',
                        f"NEXT_HOP=sip:{next_hop}",
                        'CALLER_HOST="127.0.0.1"', 'CALLED_HOST="127.0.0.1"']
        if prepare:
            prepare(self.folder)

    def stop(self):
        """Stops it, but not within the sending of its last message.

        A worker that is ended while it holds the core's timer lock leaves
        Kamailio waiting for it.
        """
        if self.process.poll() is None:
            self.kamcmd("core.uptime")
        super().stop()


class Site:
    """A running node with its relay, a caller and a callee."""

    def __init__(self, server, relay, caller, callee):
        self.node, self.relay = server, relay
        self.caller, self.callee = caller, callee
        self.parties = []

    def party(self):
        """A place for media."""
        self.parties.append(media.Party())
        return self.parties[-1]

    def invite(self, sdp, profile="tetra", headers=()):
        """An INVITE with a description alone, or with none."""
        uri = f"sip:bob@{self.callee.hostport}"
        message = sip.request("INVITE", uri, "sip:alice@127.0.0.1", uri,
                              [("X-Profile", profile), *headers])
        return user_agent.with_sdp(message, sdp)

    def start(self, message):
        """Sends an INVITE."""
        return user_agent.Outgoing(self.caller, self.node.address,
                                   message).start()

    def offer(self, sdp, profile="tetra", headers=()):
        """Sends an INVITE with a description."""
        return self.start(self.invite(sdp, profile, headers))

    def incoming(self, outgoing, method="INVITE", n=1):
        """What of it reaches the callee."""
        return user_agent.incoming(self.callee, self.node.address, method,
                                   outgoing.call_id, n)

    def talk(self, profile="tetra"):
        """A call that is up: the dialogs of both sides."""
        outgoing = self.offer(self.party().sdp(media.TETRA), profile)
        incoming = self.incoming(outgoing)
        incoming.reply(200, self.party().sdp(media.TETRA))
        near, _ = outgoing.answered()
        far = incoming.dialog()
        far.wait("ACK")
        return near, far

    def reset(self):
        """As it was at the start; what a failed test left ends, too."""
        for call_id in self.relay.calls():
            self.relay.ask("delete", call_id=call_id)
        for party in self.parties:
            party.close()
        self.parties.clear()
        for endpoint in (self.caller, self.callee):
            endpoint.script = user_agent.manners
            endpoint.forget()


def formats_of(sdp, section=0):
    """The formats of a section's m= line."""
    return media.sections(sdp)[section][0].split()[3:]


def attributes(sdp, section=0):
    """The a= lines of a section."""
    return [line for line in media.sections(sdp)[section]
            if line.startswith("a=")]


def mixed(message, *parts, content_type=None, boundary="mc-boundary"):
    """The message with these parts, under another Content-Type or none."""
    mc.with_parts(message, parts, boundary)
    if content_type:
        message.set("Content-Type", content_type)
    return message


def warning_of(message):
    """The three digits of a Warning's text, or the text; None without."""
    found = re.search(r'"(?:(\d{3}) )?([^"]*)"', message.get("Warning", ""))
    return (found.group(1) or found.group(2)) if found else None


def assert_ended(*dialogs):
    """Both ends get a BYE: at the ACK, or 5 s later if that is early."""
    for dialog in dialogs:
        assert dialog.wait("BYE", timeout=12).message.method == "BYE"


@contextlib.contextmanager
def running(relay=None, make=CallNode, **settings):
    """A site of its own, on a relay of its own if none is given."""
    with contextlib.ExitStack() as stack:
        caller = stack.enter_context(sip.UdpEndpoint("127.0.0.1"))
        callee = stack.enter_context(sip.UdpEndpoint("127.0.0.1"))
        caller.script = callee.script = user_agent.manners
        if relay is None:
            relay = stack.enter_context(rtpengine.Rtpengine())
        server = stack.enter_context(
            make(relay, callee.hostport, **settings))
        yield Site(server, relay, caller, callee)
