# SPDX-License-Identifier: GPL-2.0-or-later
"""SIP user agents, both ends of a call, that do each step when a test says so.

Written from RFC 3261 (dialogs, forks), 3262 (PRACK) and 3311 (UPDATE). A
caller keeps a dialog for each To tag that answers; a callee answers with as
many tags as a test wants, as the forks of another proxy do.
"""
import re

import mc
import node
import sip

# What a user agent answers by itself; the rest is left to the test.
_OPEN = {"INVITE", "UPDATE", "PRACK"}


def manners(message):
    """A script: 200 for all but what negotiates a description."""
    if message.method in _OPEN:
        return []
    return sip.answer(200)(message)


def tag_of(value):
    """The tag in a From or To value, "" if there is none."""
    found = re.search(r";tag=([^;\s>]+)", value)
    return found.group(1) if found else ""


def _uri_of(value):
    """The URI of a Contact or Route value."""
    found = re.search(r"<([^>]*)>", value)
    return found.group(1) if found else value.split(";")[0].strip()


def _values(message, name):
    """The values of a field that may hold several in a line."""
    return [v.strip() for line in message.all(name)
            for v in re.findall(r"[^,<]*<[^>]*>[^,]*", line)]


def sdp_of(message):
    """The description of a message, alone or in a part; b"" without."""
    kind = message.get("Content-Type", "")
    if kind.startswith("application/sdp"):
        return message.body
    if not kind.startswith("multipart/"):
        return b""
    return next((p.content for p in mc.parts_of(message)
                 if b"application/sdp" in p.headers), b"")


def with_sdp(message, sdp):
    """The message with a description as its body, or without a body."""
    message.body = sdp or b""
    if sdp:
        message.set("Content-Type", "application/sdp")
    return message


class Dialog:
    """One side's view of a dialog (RFC 3261 12)."""

    def __init__(self, endpoint, server, call_id, local, remote, target,
                 routes, cseq):
        self.endpoint, self.server = endpoint, server
        self.call_id, self.local, self.remote = call_id, local, remote
        self.target, self.routes, self.cseq = target, routes, cseq
        self.invite_cseq = cseq

    def request(self, method, sdp=None, headers=(), cseq=None):
        """A request within the dialog."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        if method == "INVITE":
            self.invite_cseq = cseq
        return with_sdp(sip.Message(f"{method} {self.target} SIP/2.0", [
            ("Max-Forwards", "70"), *(("Route", r) for r in self.routes),
            ("From", self.local), ("To", self.remote),
            ("Call-ID", self.call_id), ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:{self.endpoint.hostport}>"), *headers]), sdp)

    def send(self, method, sdp=None, headers=()):
        """Sends a request; its branch."""
        return self.endpoint.send(
            self.request(method, sdp, headers), self.server)

    def ask(self, method, sdp=None, headers=(), timeout=sip.TIMEOUT):
        """Sends a request and waits for the final response."""
        return self.endpoint.wait_final(
            self.send(method, sdp, headers), timeout)

    def ack(self, sdp=None, headers=()):
        """The ACK of the last INVITE's 2xx."""
        message = self.request("ACK", sdp, headers, self.invite_cseq)
        self.endpoint.send(message, self.server)

    def prack(self, reply, sdp=None):
        """Sends the PRACK of a reliable provisional reply; its branch."""
        rack = f"{reply.get('RSeq')} {reply.get('CSeq')}"
        return self.send("PRACK", sdp, [("RAck", rack)])

    def bye(self):
        """Ends the call; the final response."""
        return self.ask("BYE")

    def requests(self, method):
        """What the other side sent within this call."""
        return [r for r in self.endpoint.requests(method)
                if r.message.get("Call-ID") == self.call_id
                and tag_of(r.message.get("To")) == tag_of(self.local)]

    def wait(self, method, n=1, timeout=sip.SOON):
        """The n-th request of a method, as soon as it is there."""
        node.wait_until(lambda: len(self.requests(method)) >= n,
                        f"{n} {method} at {self.endpoint.hostport}", timeout)
        return Incoming(self.endpoint, self.server,
                        self.requests(method)[n - 1])


class Outgoing:
    """A call that one side starts."""

    def __init__(self, endpoint, server, message, user=None, contact=True):
        self.endpoint, self.server = endpoint, server
        self.message, self.user = message, user
        if contact:
            message.add("Contact", f"<sip:{endpoint.hostport}>")

    def start(self):
        """Sends the INVITE, with credentials where they are demanded."""
        branch = self.endpoint.send(self.message, self.server)
        if self.user:
            challenged = self.endpoint.wait_final(branch)
            self._ack_refusal(challenged)
            if challenged.code == 407:
                self.message = sip.with_credentials(
                    self.message, challenged, self.user,
                    f"{self.user}-secret")
                self.endpoint.send(self.message, self.server)
        return self

    @property
    def call_id(self):
        """The Call-ID."""
        return self.message.get("Call-ID")

    def replies(self, code=None):
        """The replies to the INVITE so far, repeated ones too."""
        return [r for r in self.endpoint.responses(self.message.branch)
                if code in (None, r.code)]

    def wait(self, code, n=1, timeout=sip.SOON):
        """The n-th reply with this code that came."""
        def done():
            finals = [r.code for r in self.replies() if r.code >= 200]
            assert len(self.replies(code)) >= n or not finals or (
                finals[-1] < 300), f"{finals[-1]} instead of {code}"
            return self.replies(code)[n - 1:]
        reply = node.wait_until(done, f"{n} of {code}", timeout)[0]
        if code >= 300:
            self._ack_refusal(reply)
        return reply

    def refusal(self, timeout=sip.TIMEOUT):
        """The final response that ends the call before it began."""
        reply = self.endpoint.wait_final(self.message.branch, timeout)
        assert reply.code >= 300, reply.start
        self._ack_refusal(reply)
        return reply

    def dialog(self, reply):
        """The dialog that a reply makes."""
        return Dialog(self.endpoint, self.server, self.call_id,
                      self.message.get("From"), reply.get("To"),
                      _uri_of(reply.get("Contact", "")),
                      _values(reply, "Record-Route")[::-1],
                      int(self.message.get("CSeq").split()[0]))

    def answered(self, timeout=sip.SOON, ack=True):
        """The dialog and the description of the first 200, acknowledged."""
        reply = self.wait(200, timeout=timeout)
        dialog = self.dialog(reply)
        if ack:
            dialog.ack()
        return dialog, sdp_of(reply)

    def _same_transaction(self, method, to):
        """ACK of a refusal, or CANCEL (RFC 3261 17.1.1.3, 9.1)."""
        number = self.message.get("CSeq").split()[0]
        return sip.Message(f"{method} {self.message.uri} SIP/2.0", [
            ("Via", self.message.get("Via")), ("Max-Forwards", "70"),
            ("From", self.message.get("From")), ("To", to),
            ("Call-ID", self.call_id), ("CSeq", f"{number} {method}")])

    def _ack_refusal(self, reply):
        """Ends the transaction of a final response that is no 2xx."""
        message = self._same_transaction("ACK", reply.get("To"))
        self.endpoint.send_octets(bytes(message), self.server)

    def cancel(self):
        """Takes the INVITE back."""
        message = self._same_transaction("CANCEL", self.message.get("To"))
        self.endpoint.send_octets(bytes(message), self.server)


class Incoming:
    """A request that reached one side, answered step by step."""

    def __init__(self, endpoint, server, received):
        self.endpoint, self.server, self.received = (
            endpoint, server, received)
        self.message = received.message
        self.tag = tag_of(self.message.get("To")) or sip.token()

    @property
    def sdp(self):
        """The description in it."""
        return sdp_of(self.message)

    def _reply(self, code, tag=None, headers=(), rseq=None, contact=True):
        """A reply without a body."""
        extra = [*headers, *(("Record-Route", v)
                             for v in self.message.all("Record-Route"))]
        if contact:
            extra.append(("Contact", f"<sip:{self.endpoint.hostport}>"))
        if rseq:
            extra += [("Require", "100rel"), ("RSeq", str(rseq))]
        message = sip.response(self.message, code, headers=extra)
        to = self.message.get("To")
        if not tag_of(to):
            message.set("To", f"{to};tag={tag or self.tag}")
        return message

    def reply(self, code, sdp=None, tag=None, headers=(), rseq=None,
              info=None, contact=True):
        """Sends a reply; reliable where it has an RSeq.

        With an info part the description is a part beside it.
        """
        message = self._reply(code, tag, headers, rseq, contact)
        if info is not None and sdp:
            mc.with_parts(message, [
                mc.info_part(info), mc.part("application/sdp", sdp)])
        else:
            with_sdp(message, sdp)
        self.endpoint.reply(self.received, message)
        return message

    def reply_of(self, code, sdp=None):
        """A reply that is not sent yet."""
        return with_sdp(self._reply(code), sdp)

    def answer_with(self, put, code=200):
        """Sends a reply whose body put() has set."""
        message = put(self._reply(code))
        self.endpoint.reply(self.received, message)
        return message

    def dialog(self, tag=None):
        """The dialog that its answer with this tag makes."""
        to = self.message.get("To")
        local = to if tag_of(to) else f"{to};tag={tag or self.tag}"
        return Dialog(self.endpoint, self.server,
                      self.message.get("Call-ID"), local,
                      self.message.get("From"),
                      _uri_of(self.message.get("Contact")),
                      _values(self.message, "Record-Route"), 100)


def incoming(endpoint, server, method="INVITE", call_id=None, n=1,
             timeout=sip.SOON):
    """The n-th request of a method at an endpoint, of one call or of any."""
    def found():
        return [r for r in endpoint.requests(method)
                if call_id in (None, r.message.get("Call-ID"))][n - 1:]
    return Incoming(endpoint, server, node.wait_until(
        found, f"{method} at {endpoint.hostport}", timeout)[0])


# What the sample's parties write
