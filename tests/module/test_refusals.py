# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of refusals: each row, and the order of the rows.

A draft is a message that would be forwarded; a defect spoils it in one way.
Each row is tried alone, and together with every row below it: the first one
that fails has to answer.
"""
import dataclasses
import re

import pytest

import mc
import sip


@dataclasses.dataclass
class Draft:
    """A short message before it is written down."""

    source: str  # which endpoint of the site sends it
    asserted: list
    psi: str
    target: str = None
    target_kind: str = "Normal"
    called: str = None
    payload: bytes = b"\x20\x02payload"
    boundary_end: bytes = b"--mc-boundary--\r\n"
    infos: int = 1
    payloads: int = 1
    xml_end: bytes = b""
    asserted_service: str = "mcptt"

    def _info(self):
        inner = ""
        if self.target:
            inner += mc.identity("mcptt", "request-uri", self.target,
                                 self.target_kind)
        if self.called:
            inner += mc.identity("mcptt", "called-party-id", self.called)
        return mc.info_part(mc.info_xml("mcptt", inner) + self.xml_end)

    def write(self, identity):
        """The request; what users are called there is told by identity()."""
        message = sip.request("MESSAGE", self.psi, "sip:x@example.org",
                              self.psi, mc.accept_contact("mcptt"))
        message.add("P-Asserted-Service", mc.icsi(self.asserted_service))
        for uri in self.asserted:
            message.add("P-Asserted-Identity", f"<{identity(uri)}>")
        mc.with_parts(message, self.infos * [self._info()]
                      + self.payloads * [mc.data_part(self.payload)])
        message.body = message.body.replace(
            b"--mc-boundary--\r\n", self.boundary_end)
        return message


def to_iwf():
    """What alice sends, handed over by the IMS core."""
    return Draft("core", [mc.impu("alice")], mc.ORIG)


def to_client():
    """What the IWF sends to alice."""
    return Draft("iwf1", [mc.IWF1], mc.TERM, mc.mc_id("alice"))


@dataclasses.dataclass
class Row:
    """What spoils a draft, and how it is then refused."""

    name: str
    code: int
    warning: str  # MC code and the beginning of the text; None: plain reason
    spoil: dict
    over: dict = dataclasses.field(default_factory=dict)  # by way, if it differs


NOT_ALLOWED = "100 function not allowed due to"
UNKNOWN_USER = "141 user unknown to the participating function"
BODIES = "199 expected MIME bodies not in the request"

BODY_ROWS = [
    Row("too large", 413, None, {"payload": bytes(63000)}),
    Row("MIME without end", 400, None, {"boundary_end": b""}),
    Row("info part twice", 400, None, {"infos": 2}),
    Row("XML malformed", 400, None, {"xml_end": b"<"}),
    Row("service contradicts", 403, None, {"asserted_service": "mcdata"}),
]
# Over ISC the core says who it serves, and who an IWF is; and what is for a user
# who is called and none of ours is the core's: it goes on.
ON = (200, None)
TO_IWF = [
    Row("asserts nothing", 403, None, {"asserted": []}, {"orig": ON}),
    Row("PSI of the wrong role", 403, None, {"psi": mc.TERM}),
    *BODY_ROWS,
    Row("sender without MC ID", 404, UNKNOWN_USER,
        {"asserted": [mc.impu("nobody")]}),
    Row("sender not registered", 404, UNKNOWN_USER,
        {"asserted": [mc.impu("partner")]}),
    Row("encrypted identity", 403, None,
        {"target": "x", "target_kind": "Encrypted"}),
    Row("no right to send", 403, NOT_ALLOWED,
        {"asserted": [mc.impu("mute")]}),
    Row("foreign KMF", 403, NOT_ALLOWED, {"target": mc.KMF2}),
]
TO_CLIENT = [
    Row("asserts what is not its own", 403, None, {"asserted": [mc.IWF2]},
        {way: (403, NOT_ALLOWED) for way in ("orig-by-route", "term",
                                             "icscf")}),
    Row("PSI of the wrong role", 403, None, {"psi": mc.ORIG}),
    *BODY_ROWS,
    Row("encrypted identity", 403, None, {"target_kind": "Encrypted"}),
    Row("target unknown", 404, "145 unable to determine called party",
        {"target": mc.impu("nobody")}),
    Row("no right to receive", 403, NOT_ALLOWED,
        {"target": mc.mc_id("deaf")}),
    Row("IWF not the user's", 403, NOT_ALLOWED,
        {"target": mc.mc_id("dave")}),
    Row("target not registered", 480, None, {"target": mc.mc_id("bob")}),
]
ALONE = [
    (to_iwf, Row("PSI none of ours", 403, None,
                 {"psi": "sip:other@mc.example.org"}, {"term": ON})),
    (to_iwf, Row("asserts three identities", 403, None,
                 {"asserted": [mc.impu("alice")] * 3})),
    (to_iwf, Row("info part missing", 403, BODIES, {"infos": 0})),
    (to_iwf, Row("interworking part twice", 400, None, {"payloads": 2})),
    (to_iwf, Row("no LMR entry", 403, NOT_ALLOWED,
                 {"asserted": [mc.impu("erin")]})),
    (to_iwf, Row("several KMFs", 403, NOT_ALLOWED + ".*ambiguous",
                 {"asserted": [mc.impu("frank")]})),
    (to_iwf, Row("two KMFs that differ", 403, NOT_ALLOWED,
                 {"asserted": [mc.impu("frank")], "target": mc.KMF1,
                  "called": mc.KMF2})),
    (to_client, Row("asserts nothing", 403, None, {"asserted": []})),
    (to_client, Row("an IWF asserts a user", 403, None,
                    {"asserted": [mc.impu("alice")]})),
    (to_client, Row("PSI none of ours", 403, None,
                    {"psi": "sip:other@mc.example.org"}, {"term": ON})),
    (to_client, Row("info part missing", 403, BODIES, {"infos": 0})),
    (to_client, Row("target without LMR entry", 403, NOT_ALLOWED,
                    {"target": mc.mc_id("erin")})),
    (to_client, Row("target of an unknown partner", 404, None,
                    {"target": mc.mc_id("abroad")})),
]


def chain(make, rows):
    """Each row alone, then each with all rows that come after it."""
    for number, row in enumerate(rows):
        yield pytest.param(make, [row], id=f"{make.__name__}-{row.name}")
        yield pytest.param(make, rows[number:],
                           id=f"{make.__name__}-{row.name}-first")


CASES = [*chain(to_iwf, TO_IWF), *chain(to_client, TO_CLIENT),
         *(pytest.param(make, [row], id=f"{make.__name__}-{row.name}")
           for make, row in ALONE)]


def spoiled(draft, rows):
    """The request with the defects of these rows; the first ones win."""
    changes = {}
    for row in reversed(rows):
        changes.update(row.spoil)
    return dataclasses.replace(draft, **changes)


def check_refusal(reply, code, warning):
    """The reply has this code and Warning, and nothing else of both."""
    assert reply.code == code, reply.start
    warnings = reply.all("Warning")
    if warning is None:
        assert not any(re.search(r'"\d{3} ', w) for w in warnings)
    else:
        assert len(warnings) == 1
        assert re.fullmatch(rf'399 [^ "]+ "{warning}[^"]*"', warnings[0])


def outcome(rows, way):
    """Code and Warning that answer what these rows have spoiled: of the first
    one, or if its defect is none by this way, of the next one."""
    first, *others = rows
    if others and way in first.over:
        return outcome(others, way)
    return first.over.get(way, (first.code, first.warning))


@pytest.mark.parametrize("make, rows", CASES)
def test_refusal(any_way, make, rows):
    """The first failing check answers, and nothing goes on."""
    for user in ("alice", "frank", "erin", "mute", "deaf", "dave"):
        any_way.register(user)
    draft = spoiled(make(), rows)
    reply = any_way.ask(draft.source, draft.write(any_way.identity))
    check_refusal(reply, *outcome(rows, any_way.name))
    got = [r for receiver in any_way.receivers() for r in receiver.requests()]
    assert len(got) == (reply.code == 200)


@pytest.mark.parametrize("make", [to_iwf, to_client])
def test_draft_is_forwarded(any_way, make):
    """Without a defect the same messages arrive."""
    any_way.register("alice")
    draft = make()
    reply = any_way.ask(draft.source, draft.write(any_way.identity))
    assert reply.code == 200, reply.start
    receivers = any_way.receivers()
    receiver = receivers[0] if make is to_iwf else receivers[2]
    assert len(receiver.requests()) == 1


def test_not_ours_to_psi(site):
    """Without an interworking part it is an ordinary MESSAGE: no such user."""
    alice = site.client("alice")
    message = mc.client_message("alice", b"x")
    assert alice.ask(mc.without_part(message, mc.INTERWORKING)).code == 404


def test_not_ours_between_users(site):
    """An ordinary MESSAGE between users goes through the registrar."""
    alice, bob = site.client("alice"), site.client("bob")
    message = sip.request(
        "MESSAGE", mc.impu("bob"), mc.impu("alice"), mc.impu("bob"),
        [("Content-Type", "text/plain")], b"hello")
    assert alice.ask(message).code == 200
    assert bob.endpoint.wait_request().message.body == b"hello"


def test_not_authenticated(site):
    """A stranger is challenged, whatever else is wrong."""
    stranger = site.stranger("alice")
    message = mc.client_message("alice", b"x", psi=mc.TERM)
    reply = stranger.endpoint.ask(message, site.node.address)
    assert reply.code == 407
    assert 'realm="mc.example.org"' in reply.get("Proxy-Authenticate")
