# SPDX-License-Identifier: GPL-2.0-or-later
"""cfg/sample-ifc.xml, read as an S-CSCF reads it (TS 29.228 annex B and F): which
requests of a user go to the application server, and which do not."""
import collections
import re
import xml.etree.ElementTree as ET

import pytest

import isc
import mc
import node

ORIG, TERM, UNREGISTERED = "0", "1", "2"
OURS = ("MESSAGE", "INVITE", "PUBLISH", "SUBSCRIBE")
Request = collections.namedtuple("Request", "method uri session")


@pytest.fixture(scope="module", name="criterion")
def _criterion():
    """The one that is there."""
    root = ET.parse(node.TOP / "cfg" / "sample-ifc.xml").getroot()
    found, = root.findall("InitialFilterCriteria")
    return found


def holds(spt, request):
    """A condition of a request."""
    kinds = {"Method": lambda text: text == request.method,
             "RequestURI": lambda text: re.search(text, request.uri, re.I),
             "SessionCase": lambda text: text == request.session}
    name, text = next((one.tag, one.text) for one in spt if one.tag in kinds)
    return bool(kinds[name](text)) != (spt.findtext("ConditionNegated") == "1")


def triggers(criterion, method, uri, session):
    """Whether a request goes to the application server: one group holds, with
    all its conditions."""
    point = criterion.find("TriggerPoint")
    assert point.findtext("ConditionTypeCNF") == "0"
    groups = collections.defaultdict(list)
    for spt in point.findall("SPT"):
        for group in spt.findall("Group"):
            groups[group.text].append(spt)
    request = Request(method, uri, session)
    return any(all(holds(spt, request) for spt in group)
               for group in groups.values())


def test_registrations(criterion):
    """All, with the client's REGISTER, in which the token is."""
    assert triggers(criterion, "REGISTER", f"sip:{isc.REALM}", ORIG)
    server = criterion.find("ApplicationServer")
    assert server.find("Extension/IncludeRegisterRequest") is not None
    assert server.find("ServiceInfo") is None


@pytest.mark.parametrize("method", OURS)
@pytest.mark.parametrize("uri", [
    mc.ORIG, mc.CTRL, mc.ORIG.upper().replace("SIP:", "sip:"),
    f"{mc.ORIG};user=phone", f"{mc.ORIG}:5060", f"{mc.CTRL}?Subject=x"])
def test_what_a_client_sends(criterion, method, uri):
    """To the PSIs that clients use."""
    assert triggers(criterion, method, uri, ORIG)


@pytest.mark.parametrize("method", OURS)
@pytest.mark.parametrize("session", [TERM, UNREGISTERED])
@pytest.mark.parametrize("uri", [mc.ORIG, mc.CTRL, isc.impu("alice")])
def test_what_the_application_server_sends(criterion, method, session, uri):
    """It is for a user who is called: it does not come back."""
    assert not triggers(criterion, method, uri, session)


@pytest.mark.parametrize("method, uri", [
    ("OPTIONS", mc.ORIG), ("REFER", mc.ORIG), ("MESSAGE", mc.TERM),
    ("MESSAGE", isc.impu("bob")), ("INVITE", mc.IWF1),
    ("MESSAGE", f"{mc.ORIG}.example"), ("MESSAGE", "sip:mc-orig@mcxexample.org"),
    ("MESSAGE", f"sip:x@y;a={mc.ORIG}"), ("INVITE", "tel:+15550001")])
def test_what_is_none_of_it(criterion, method, uri):
    """Other requests of a user have nothing to do with it."""
    assert not triggers(criterion, method, uri, ORIG)


def test_silent_application_server(criterion):
    """A key message does not go on without it."""
    server = criterion.find("ApplicationServer")
    assert server.findtext("DefaultHandling") == "1"
    assert re.fullmatch(r"sip:[\d.]+:\d+", server.findtext("ServerName"))


def test_psis_of_the_sample(criterion):
    """Those in it have a role in the sample's rows, and are ours."""
    rows = (node.TOP / "cfg" / "sample-data.sql").read_text()
    roles = dict(re.findall(
        r"mc_iwf_roles .*\('(\S+)', '', '(\w+)'\)", rows))
    ours = re.search(r'OUR_PSIS "(\S+)"', (
        node.TOP / "cfg" / "mc-as-isc.cfg").read_text()).group(1)
    assert all(re.search(ours, psi) for psi in roles)
    for psi, role in roles.items():
        assert triggers(criterion, "MESSAGE", psi, ORIG) == (
            role in ("originating", "controlling"))
