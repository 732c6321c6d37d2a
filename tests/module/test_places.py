# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a client may be: at no peer, not at the node, not at its helpers."""

import time

import pytest

import calls
import mc
import mc_invite
import media
import sample
import sip
import user_agent

# Endings of a place that is one of ours, or a peer's, however it is written.
SPELLINGS = [
    "127.0.0.1:0{ng}", "127.0.0.1:{ng};transport=tcp", "127.0.0.1:{ng};lr",
    "127.0.0.1:{ng};ob", "127.0.0.1:{ng};alias=127.0.0.9~5060~1",
    "127.0.0.257:{sip}", "127.000.000.001:{sip}", "127.1:{sip}",
    "127.0.0.257:{ng}", "127.1:{ng}", "2130706433:{ng}", "0x7f000001:{ng}",
    "0x7f.0.0.1:{ng}", "0177.0.0.1:{ng}", "127.000.000.001:{ng}",
    "127.0.0.1.:{ng}", "0.0.0.0:{ng}", "0.0.0.0", "localhost:{ng}",
    "LOCALHOST:{ng}", "localhost.:{ng}", "a.localhost:{ng}",
    "[::ffff:127.0.0.1]:{ng}", "[::FFFF:7f00:1]:{ng}",
    "[0:0:0:0:0:ffff:7f00:1]:{ng}", "[::127.0.0.1]:{ng}", "[::1]:{ng}",
    "[0:0:0:0:0:0:0:1]:{ng}", "[::]:{ng}",
    "127.0.0.9:5070;maddr=127.0.0.1", "127.0.0.9:5070;maddr=127.0.0.2",
    "127.0.0.258:{iwf1}", "127.0.0.02:{iwf1}", "127.0.2:{iwf1}",
    "224.0.0.1:5060", "255.255.255.255:5060"]
PEERS = ["127.0.0.2:{iwf1}", "127.0.0.3:5070", "127.0.0.4:1",
         "127.0.0.5:5060", "127.0.0.6:{partner}", "127.0.0.6:9",
         "127.0.0.6", "127.0.0.6:{partner};transport=tcp"]
OURS = ["127.0.0.1:{sip}", "127.0.0.1:{sip};transport=tcp",
        "127.0.0.1:{http}", "127.0.0.1:{ng}", "127.0.0.1:{cli}",
        "127.0.0.1:{first}", "127.0.0.1:{last}", "127.0.0.88:{ng}",
        "mc.example.org", "mc.example.org:{sip}"]
GOOD = ["127.0.0.9:5070", "127.0.0.9", "127.0.0.9:5070;lr",
        "192.0.2.7:22222", "[2001:db8::7]:5060"]
ANY = PEERS + OURS + SPELLINGS


def place(site, form):
    """A place with the ports of this node and its peers."""
    media_ports = site.node.media
    return form.format(
        sip=site.node.port, http=site.node.http_port,
        ng=media_ports["RTPENGINE_PORT"],
        cli=media_ports["RTPENGINE_CLI_PORT"],
        first=media_ports["RTP_MIN"], last=media_ports["RTP_MAX"],
        iwf1=site.iwf1.address[1], partner=site.partner.address[1])


# Registrations

def registered(site, *fields):
    """The code of a REGISTER of bob with these header fields; in another
    second if the tests before have taken bob's share of this one (503)."""
    bob = site.stranger("bob")
    uri = f"sip:{mc.DOMAIN}"
    for _ in range(10):
        code = bob.ask(sip.request(
            "REGISTER", uri, mc.impu("bob"), mc.impu("bob"),
            [("Expires", "60"), *fields])).code
        if code != 503:
            break
        time.sleep(0.5)
    return code


@pytest.mark.parametrize("form", ANY)
def test_no_registration_elsewhere(site, form):
    """403 for a contact, and for a Path, beside good ones too."""
    there, name = place(site, form), sip.token("bob")
    good = ("Contact", f"<sip:{name}@127.0.0.9:5070>")
    bad = f"sip:{name}@{there}"
    hidden = (f'"a, \\", <sip:b@127.0.0.9>" <sip:{name}@127.0.0.9>'
              f';+g.x="a,b", <{bad}>')
    for fields in ([("Contact", f"<{bad}>")], [("Contact", bad)],
                   [("Contact", f'"x" <SIP{bad[3:]}>;q=0.1')],
                   [good, ("Contact", f"<{bad}>")], [("Contact", hidden)],
                   [good, ("Path", f"<sip:{there};lr>"),
                    ("Supported", "path")]):
        assert registered(site, *fields) == 403, fields
    assert name not in str(site.node.rpc("ul.dump"))


@pytest.mark.parametrize("form", GOOD)
def test_registration(site, form):
    """Other places are as good as any, also at ports of our helpers."""
    there = place(site, form)
    contact = ("Contact", f'"B, ob" <sip:bob@{there}>;+g.x="a,b"')
    for fields in ([contact], [("Contact", "<sip:bob@bob.invalid>"), (
            "Path", f"<sip:{there};lr>"), ("Supported", "path")]):
        assert registered(site, *fields) == 200
        assert registered(site, ("Contact", "*"), ("Expires", "0")) in (
            200, 400)
    site.client("bob").unregister()
    site.node.kamcmd("ul.rm", "location", "bob@mc.example.org")


def test_helpers_of_the_administrator(new_site):
    """Ports by the environment, hosts by a define, as operations.md says."""
    site = new_site(env={"HELPER_PORTS": "3306|5432"}, options=[
        "-A", r'HELPER_HOSTS="^(127\.|192\.0\.2\.9$)"'])
    for there, code in [
            ("127.0.0.1:3306", 403), ("127.0.0.1:5432", 403),
            ("127.0.0.1:33061", 200), ("192.0.2.9:3306", 403),
            ("192.0.2.9:{ng}", 403), ("192.0.2.9:{first}", 403),
            ("192.0.2.9:5070", 200), ("192.0.2.90:{ng}", 200)]:
        contact = ("Contact", f"<sip:bob@{place(site, there)}>")
        assert registered(site, contact) == code, there


def test_no_client_on_the_machine(new_site):
    """Every port of ours is a helper's, as operations.md says."""
    site = new_site(env={"HELPER_PORTS": "[0-9]+"})
    for there, code in [("127.0.0.1:33061", 403), ("127.0.0.9", 403),
                        ("[::1]:7", 403), ("192.0.2.9:{ng}", 200)]:
        contact = ("Contact", f"<sip:bob@{place(site, there)}>")
        assert registered(site, contact) == code, there


def test_path_with_a_name(site):
    """It could lead anywhere."""
    contact = ("Contact", "<sip:bob@127.0.0.9:5070>")
    assert registered(site, contact, ("Path", "<sip:edge.example.org;lr>"),
                      ("Supported", "path")) == 403


# What became a peer's since

@pytest.fixture(scope="module")
def _changing():
    with sample.running(lambda peers: sample.SampleNode(
            peers, extra=sample.CHANGING)) as own:
        yield own


@pytest.fixture
def changing(_changing):
    """A node that takes changes of its tables at any time."""
    yield _changing
    _changing.reset()


@pytest.mark.parametrize("group", [1, 2, 3])
@pytest.mark.parametrize("way", ["contact", "path", "after a path"])
def test_contact_at_a_later_peer(changing, group, way):
    """Calls and messages do not go there, and come back as 480."""
    site = changing
    bob = site.client("bob")
    with sip.UdpEndpoint("127.0.0.9") as there, \
            sip.UdpEndpoint("127.0.0.10") as edge:
        if way == "contact":
            alice = site.client("alice", endpoint=there)
        else:
            hop = there if way == "path" else edge
            alice = mc.Client(site.node, "alice", edge if way == "path"
                              else there)
            alice.register(extra=[("Path", f"<sip:{hop.hostport};lr>"),
                                  ("Supported", "path")])
            site.clients.append(alice)
        with site.peer_at(group, there.hostport), media.Party() as party:
            out = user_agent.Outgoing(
                site.iwf1, site.node.address, mc_invite.from_lmr(
                    calls.UNIT1, "alice", party.sdp(media.P25))).start()
            assert out.refusal().code == 480
            assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 480
            text = sip.request(
                "MESSAGE", mc.impu("alice"), mc.impu("bob"),
                mc.impu("alice"), [("Content-Type", "text/plain")], b"x")
            assert bob.ask(text).code == 480
        for endpoint in (there, edge):
            assert not endpoint.requests("INVITE")
            assert not endpoint.requests("MESSAGE")
        alice.unregister()
        site.clients.remove(alice)
    calls.wait_quiet(site.node)


# Contacts of calls

@pytest.mark.parametrize("form", ANY + ["bob.example.org",
                                        "127.0.0.9:5070?Subject=x"])
def test_contact_of_a_caller(dial, site, form):
    """400, and no phone rings."""
    here = dial("client")
    message = here.form.invite(here.offer())
    message.set("Contact", f"<sip:alice@{place(site, form)}>")
    out = user_agent.Outgoing(here.caller, here.node.address, message,
                              here.user,
                              contact=False)
    assert out.start().refusal().code == 400
    assert not here.callee.requests("INVITE")


def test_contacts_within_a_call(dial, site):
    """403 for an UPDATE and a re-INVITE of either side; answers are dropped,
    of an INVITE and of an UPDATE."""
    talk = dial("client").talk()
    here = talk.line
    for form in ANY:
        contact = f"<sip:x@{place(site, form)}>"
        for side, method in ((talk.near, "UPDATE"), (talk.far, "INVITE")):
            message = side.request(method, here.offer())
            message.set("Contact", contact)
            assert side.endpoint.ask(message, side.server).code == 403, form
    assert not here.callee.requests("UPDATE")
    assert not here.caller.requests("INVITE")
    branch = talk.near.send("UPDATE", here.offer())
    got = talk.far.wait("UPDATE")
    for form in ANY:
        got.reply(200, here.answer(), contact=False, headers=[
            ("Contact", f"<sip:x@{place(site, form)}>")])
    got.reply(200, here.answer())
    here.caller.wait_final(branch)
    assert len(here.caller.responses(branch)) == 1
    assert talk.near.ask("INFO").code == 200
    talk.near.bye()


@pytest.mark.parametrize("form", OURS[:7])
def test_contact_of_a_peer_at_ours(dial, site, form):
    """A peer has no place at the node or its helpers either."""
    here = dial("from-lmr")
    contact = f"<sip:iwf@{place(site, form)}>"
    message = here.form.invite(here.offer()).set("Contact", contact)
    out = user_agent.Outgoing(here.caller, here.node.address, message,
                              contact=False).start()
    assert out.refusal().code == 400
    talk = here.talk()
    message = talk.near.request("UPDATE", here.offer()).set(
        "Contact", contact)
    assert here.caller.ask(message, talk.near.server).code == 403
    talk.near.bye()


# Record-Route of clients

@pytest.mark.parametrize("name", ["Record-Route", "RECORD-ROUTE"])
def test_record_route_of_a_caller(dial, site, name):
    """The node's own BYEs go to the parties, not where the caller leads."""
    here = dial("client")
    message = here.form.invite(here.offer())
    for there in (site.partner.hostport, "127.0.0.1:9"):
        message.add(name, f"<sip:{there};lr>")
    out = here.dial(message=message)
    got = here.arrived(out)
    assert len(got.message.all("Record-Route")) == 1
    got.reply(200, here.answer())
    near, _ = out.answered()
    far = got.dialog()
    far.wait("ACK")
    calls.end_by_node(site.node, out.call_id)
    near.wait("BYE")
    far.wait("BYE")
    assert not site.partner.requests("BYE")


# (What leads to the node itself leads no request astray.)
ELSEWHERE = [form for form in (*ANY, "edge.example.org")
             if "{sip}" not in form and "{http}" not in form
             and form not in ("mc.example.org", "0.0.0.0")]


@pytest.mark.parametrize("form", ELSEWHERE)
def test_record_route_of_an_answer(dial, site, form):
    """It is dropped, with a ringing and alone or beside good ones; one that
    leads to a place of clients passes."""
    here = dial("client")
    out = here.dial()
    got = here.arrived(out)
    bad, good = f"<sip:{place(site, form)}>", "<sip:127.0.0.9:5070;lr>"
    for routes in ([bad], [good, bad], [f'"a, \\", b" {good}, {bad}'],
                   [f"{bad}, {good}"]):
        for code in (180, 200):
            with calls.dropped_reply(site.node):
                got.endpoint.reply(got.received, calls.routed(got.reply_of(
                    code, here.answer() if code == 200 else None), *routes))
    got.endpoint.reply(got.received, calls.routed(got.reply_of(180), good))
    out.wait(180)
    # (One that was repeated may come twice.)
    assert {(r.code, *r.all("Record-Route")[:1]) for r in out.replies()} == {
        (100,), (180, good)}
    got.reply(486)
    out.wait(486)


def test_record_route_behind_ours(dial, site):
    """A false value of ours hides nothing below it, nor do many fields."""
    here = dial("client")
    out = here.dial()
    got = here.arrived(out)
    ours = got.message.all("Record-Route")
    bad = f"<sip:{site.partner.hostport};lr>"
    good = "<sip:127.0.0.9:5070;lr>"
    for routes in ([*ours, bad], [good] * 13, [",".join([good] * 13)]):
        with calls.dropped_reply(site.node):
            got.endpoint.reply(got.received, calls.routed(
                got.reply_of(200, here.answer()), *routes))
    got.reply(486)
    out.refusal()
    site.node.wait_log("answers with a Record-Route")


def test_record_route_of_a_calling_peer(dial, site):
    """What an IWF began with stands below ours in the answer, and passes; no
    value more."""
    here = dial("from-lmr")
    theirs = f"<sip:{site.iwf1b.hostport};lr>"
    out = here.dial(message=here.form.invite(here.offer()).add(
        "Record-Route", theirs))
    got = here.arrived(out)
    ours = got.message.all("Record-Route")
    assert ours[1:] == [theirs]
    bad = f"<sip:{site.partner.hostport};lr>"
    for routes in ([bad], [ours[0], bad], [*ours, bad]):
        with calls.dropped_reply(site.node):
            got.endpoint.reply(got.received, calls.routed(
                got.reply_of(200, here.answer()), *routes))
    got.reply(200, here.answer())
    assert out.wait(200).all("Record-Route") == ours
    near, _ = out.answered(ack=False)
    near.routes.remove(theirs)
    near.ack()
    got.dialog().wait("ACK")
    near.bye()


def test_record_route_within_a_call(dial, site):
    """An IWF may write it into a re-INVITE, and the client copies it."""
    talk = dial("from-lmr").talk()
    branch = talk.near.send("INVITE", talk.line.offer(), headers=[
        ("Record-Route", f"<sip:{site.iwf1b.hostport};lr>")])
    talk.far.wait("INVITE").reply(200, talk.line.answer())
    assert talk.near.endpoint.wait_final(branch).code == 200
    talk.near.ack()
    talk.near.bye()


# Routes within calls

def with_route(message, route):
    """The request with a Route after ours."""
    at = max(i for i, (n, _) in enumerate(message.headers) if n == "Route")
    message.headers.insert(at + 1, ("Route", f"<{route}>"))
    return message


@pytest.mark.parametrize("form, who", [("client", "near"),
                                       ("from-lmr", "near")])
def test_route_to_a_client(dial, site, form, who):
    """Nothing goes by a Route to a peer, to us, or to a name. (Of a Route an
    maddr is the place itself: that of clients is good there.)"""
    talk = dial(form).talk()
    side = getattr(talk, who)
    for there in [*ANY, "edge.example.org"]:
        if there.endswith("maddr=127.0.0.1"):
            continue
        for loose in (";lr", ""):
            message = with_route(side.request("INFO"), f"sip:"
                                 f"{place(site, there)}{loose}")
            code = side.endpoint.ask(message, side.server).code
            assert code in (403, 481), (there, loose)
    assert not talk.far.requests("INFO")
    for peer in site.peers.all():
        assert not peer.requests("INFO")
    talk.near.bye()


@pytest.mark.parametrize("form", ["private", "group-from-core"])
def test_route_to_an_iwf(dial, site, form):
    """It leads to a host of the IWF's set, and nowhere else."""
    talk = dial(form).talk()
    for there, code in [
            (site.iwf1b.hostport, 200), (site.iwf2.hostport, 403),
            (site.core.hostport, 403), (site.partner.hostport, 403),
            ("127.0.0.9:5070", 403), ("iwf.example.org", 403),
            (":".join(map(str, site.node.address)), 403),
            (place(site, "127.0.0.1:{ng}"), 403)]:
        message = with_route(talk.near.request("INFO"), f"sip:{there};lr")
        assert talk.near.endpoint.ask(
            message, talk.near.server).code == code, there
    assert site.iwf1b.requests("INFO")
    assert not site.iwf2.requests("INFO") + site.partner.requests("INFO")
    message = with_route(talk.near.request("INFO"),
                         f"sip:x@{site.iwf2.hostport}")
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    talk.near.bye()


def test_route_to_the_core(dial, site):
    """The same for the side of a core."""
    talk = dial("group-from-core").talk()
    for there, code in ((site.core.hostport, 200),
                        (site.iwf1.hostport, 403),
                        (site.iwf2.hostport, 403)):
        message = with_route(talk.far.request("INFO"), f"sip:{there};lr")
        assert talk.far.endpoint.ask(
            message, talk.far.server).code == code, there
    talk.near.bye()
