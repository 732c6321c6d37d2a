# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls through the sample node: who calls whom, in which form, with which
speech, and what the node keeps of them. A Line is a caller and a callee that
may call each other; a Call is one between them that is up. Their media are
sockets of Python (media)."""
import collections
import contextlib
import re
import sqlite3

import mc
import mc_invite
import media
import node
import sip
import user_agent

P25_GROUP = f"sip:grp-p25@{mc.DOMAIN}"
TETRA_GROUP = f"sip:grp-tetra@{mc.DOMAIN}"
UNIT1 = "sip:unit1@iwf.example.org"
FM1 = "sip:fm1@iwf.example.org"
TETRA1 = "sip:unit1@tetra-iwf.example.org"
SECURE1 = "sip:secure1@tetra-iwf.example.org"
CLEAR1 = "sip:clear1@tetra-iwf.example.org"

# caller and callee: a user of ours, or a peer of the site.
Form = collections.namedtuple("Form", "caller callee invite formats")

FORMS = {
    "private": Form("alice", "iwf1", lambda sdp: mc_invite.private(
        "alice", UNIT1, sdp), media.P25),
    "plain": Form("alice", "iwf1", lambda sdp: mc_invite.plain(
        "alice", UNIT1, sdp), media.P25),
    "tetra": Form("alice", "iwf2", lambda sdp: mc_invite.private(
        "alice", SECURE1, sdp), media.TETRA_E2EE),
    "from-lmr": Form("iwf1", "alice", lambda sdp: mc_invite.from_lmr(
        UNIT1, "alice", sdp), media.P25),
    "client": Form("alice", "bob", lambda sdp: mc_invite.private(
        "alice", mc.impu("bob"), sdp), media.AMRWB),
    "client-plain": Form("alice", "bob", lambda sdp: mc_invite.plain(
        "alice", mc.impu("bob"), sdp), media.AMRWB),
    "group": Form("alice", "iwf1", lambda sdp: mc_invite.group(
        "alice", P25_GROUP, sdp), media.P25),
    "group-by-orig": Form("alice", "iwf1", lambda sdp: mc_invite.group(
        "alice", P25_GROUP, sdp, mc.ORIG), media.P25),
    "group-tetra": Form("alice", "iwf2", lambda sdp: mc_invite.group(
        "alice", TETRA_GROUP, sdp), media.TETRA_E2EE),
    "group-from-lmr": Form("iwf1", "alice",
                           lambda sdp: mc_invite.from_lmr_group(
        P25_GROUP, "alice", sdp), media.P25),
    "group-from-core": Form("core", "iwf1", lambda sdp: mc_invite.from_core(
        "alice", P25_GROUP, sdp), media.P25),
}


class Line:
    """A caller and a callee on the node, with a media party each."""

    def __init__(self, site, form="private", callee=None):
        """callee: the endpoint that is called, if it is there already."""
        self.site, self.node = site, site.node
        self.form = FORMS[form]
        self.user = self.form.caller if self.form.caller not in (
            "iwf1", "iwf2", "core") else None
        self.caller = self._endpoint(self.form.caller)
        self.callee = callee or self._endpoint(self.form.callee)
        self.a, self.b = media.Party("127.0.1.1"), media.Party("127.0.1.2")

    def _endpoint(self, name):
        """The endpoint of a peer, or of a user who registers."""
        endpoint = getattr(self.site, name, None)
        if endpoint is None:
            endpoint = self.site.client(name).endpoint
        endpoint.script = user_agent.manners
        return endpoint

    def close(self):
        """Closes the media ports."""
        self.a.close()
        self.b.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def pt(self):
        """The payload type of its speech."""
        return next(iter(self.form.formats))

    def offer(self, *lines, **more):
        """The caller's description."""
        return self.a.sdp(self.form.formats, *lines, **more)

    def answer(self, *lines, **more):
        """The callee's description."""
        return self.b.sdp(self.form.formats, *lines, **more)

    def dial(self, sdp=b"", message=None):
        """The call, on its way; no description where sdp is None."""
        if message is None:
            message = self.form.invite(self.offer() if sdp == b"" else sdp)
        return user_agent.Outgoing(
            self.caller, self.node.address, message, self.user).start()

    def again(self, out, target, sdp):
        """A further call of alice, not yet on its way, under the Call-ID and
        From of another one."""
        message = mc_invite.private("alice", target, sdp)
        for name in ("Call-ID", "From"):
            message.set(name, out.message.get(name))
        message.set("CSeq", "50 INVITE")
        return user_agent.Outgoing(self.caller, self.node.address, message,
                                   "alice")

    def cancelled(self, message=None):
        """A call that its caller takes back when it rings."""
        out = self.dial(message=message)
        arrived = self.arrived(out)
        arrived.reply(180)
        out.wait(180)
        out.cancel()
        user_agent.incoming(self.callee, self.node.address, "CANCEL",
                            call_id=out.call_id)
        arrived.reply(487)
        out.wait(487)
        return out

    def arrived(self, out, endpoint=None, timeout=sip.SOON):
        """The call as it reached the callee."""
        return user_agent.incoming(endpoint or self.callee, self.node.address,
                                   call_id=out.call_id, timeout=timeout)

    def talk(self, sdp=b"", answer=None):
        """A call that is answered and acknowledged. (Two processes of the
        node may have an answer right after a 180 before the 180, of which
        module dialog then complains.)"""
        out = self.dial(sdp)
        arrived = self.arrived(out)
        arrived.reply(180)
        out.wait(180)
        arrived.reply(200, answer or self.answer())
        near, told = out.answered()
        far = arrived.dialog()
        far.wait("ACK")
        return Call(self, near, told, far, arrived.sdp)

    def refused(self, sdp=b"", message=None):
        """What the caller hears of a call that may reach no one else."""
        out = self.dial(sdp, message)
        reply = out.refusal()
        assert not [r for r in self.callee.requests("INVITE")
                    if r.message.get("Call-ID") == out.call_id]
        return reply


@contextlib.contextmanager
def dialling(site, form="private", line=None):
    """A function that makes lines on a site, of this form if none is named;
    all calls are over at the end. line: makes them in place of Line."""
    make = line or (lambda *what: Line(site, *what))
    with contextlib.ExitStack() as stack:
        yield lambda form=form, callee=None: stack.enter_context(
            make(form, callee))
    wait_quiet(site.node)


class Call:
    """A call that is up: both dialogs, and what each side was told."""

    def __init__(self, line, near, told_near, far, told_far):
        self.line, self.near, self.far = line, near, far
        self.told_near, self.told_far = told_near, told_far

    def speech(self, count=50):
        """Packets both ways, each from where its receiver was told."""
        media.exchange(self.line.a, self.told_near, self.line.b,
                       self.told_far, self.line.pt, count)

    def again(self, method, dialog, sdp, answer):
        """A further offer and its answer; what the two sides were told."""
        other = self.far if dialog is self.near else self.near
        count = len(other.requests(method))
        branch = dialog.send(method, sdp)
        got = other.wait(method, count + 1)
        got.reply(200, answer)
        reply = dialog.endpoint.wait_final(branch)
        assert reply.code == 200, reply.start
        if method == "INVITE":
            acks = len(other.requests("ACK"))
            dialog.ack()
            other.wait("ACK", acks + 1)
        told = user_agent.sdp_of(reply)
        if dialog is self.near:
            self.told_near, self.told_far = told, got.sdp
        else:
            self.told_near, self.told_far = got.sdp, told
        return told, got.sdp

    def wait_over(self):
        """Returns when neither node nor relay has the call."""
        wait_quiet(self.line.node)

    def wait_ended(self, timeout=sip.SOON):
        """Returns when the node has sent BYE to both, and nothing is left."""
        self.near.wait("BYE", timeout=timeout)
        self.far.wait("BYE", timeout=timeout)
        self.wait_over()


def end_by_node(node, call_id):
    """The node ends a call, as when its time is over."""
    told = next(part for part in node.kamcmd("dlg.list").split("h_entry")
                if call_id in part)
    told = f"h_entry{told}"
    node.kamcmd("dlg.end_dlg", *(
        re.search(rf"{name}: (\d+)", told).group(1)
        for name in ("h_entry", "h_id")))


def routed(message, *routes):
    """A message with these values of Record-Route above its own."""
    at = next((i for i, (n, _) in enumerate(message.headers)
               if n == "Record-Route"), len(message.headers))
    message.headers[at:at] = [("Record-Route", r) for r in routes]
    return message


def wait_quiet(server, timeout=sip.TIMEOUT):
    """Returns when neither the node nor its relay has a call."""
    try:
        node.wait_until(lambda: server.calls()["all"] == 0, "end of calls",
                        timeout)
    except sip.Timeout as late:
        raise sip.Timeout(f"{late}: {server.calls()}") from None
    node.wait_until(lambda: not server.relay_calls(),
                    "end of sessions of the relay", timeout)


def warning(reply):
    """The MC warning code of a reply, as text; "" without one."""
    text = reply.get("Warning", "")
    return text.partition('"')[2][:3] if '"' in text else ""


def saved(server, call_id):
    """True if a call is in the database as answered (state 4), with all
    that the node knows of it: its variables are written after its row."""
    with contextlib.closing(sqlite3.connect(
            server.path("dialog.db"), timeout=10)) as connection:
        rows = connection.execute(
            "SELECT v.dialog_key, v.dialog_value FROM dialog d"
            " JOIN dialog_vars v USING (hash_entry, hash_id)"
            " WHERE d.callid = ? AND d.state = 4", (call_id,)).fetchall()
    known = [pair for found in server.rpc("dlg.list")
             if found["call-id"] == call_id
             for variable in found["variables"] for pair in variable.items()]
    return known and sorted(rows) == sorted(known)


def wait_none_saved(server):
    """Returns when no call is in the database: it is written later than the
    node knows, and a crash brings back what is there."""
    def rows():
        with contextlib.closing(sqlite3.connect(
                server.path("dialog.db"), timeout=10)) as connection:
            return connection.execute(
                "SELECT count(*) FROM dialog").fetchone()[0]
    node.wait_until(lambda: rows() == 0, "end of saved calls", sip.TIMEOUT)


@contextlib.contextmanager
def dropped_reply(server):
    """What is sent meanwhile is a reply that the node drops and counts."""
    def dropped():
        return server.counters("node").get("dropped_replies", 0)
    before = dropped()
    yield
    node.wait_until(lambda: dropped() > before, "dropped reply")
