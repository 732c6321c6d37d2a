# SPDX-License-Identifier: GPL-2.0-or-later
"""The Contact of a call's messages: one, whatever is quoted in it, and no
longer than the node may keep."""

import pytest

import calls
import mc
import sip
import user_agent

WHOLE = ['<{uri}>;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt'
         ',urn%3Aurn-7%3A3gpp-service.ims.icsi.mcdata"',
         '<{uri}>;methods="INVITE,BYE"', '"Bob, the \\"B\\" <x>" <{uri}>',
         '<{uri}>;x="a,\r\n b"',
         "<{uri}>;expires=3600;q=0.5", "{uri}",
         '<{uri}>;+sip.instance="<urn:uuid:f81d4fae>";x="a,b";y="c,d"']
SEVERAL = ["<{uri}>, <{evil}>", "{uri}, {evil}", "{uri}, <{evil}>",
           '<{uri}>;x="a,b", <{evil}>', '"a" <{uri}>, "b" <{evil}>',
           '"a\\" <{uri}>, <{evil}>', '<{uri}>;x="a\\", <{evil}>',
           '"a\\\\" <{uri}>;x="\\\\", <{evil}>', '<{uri}>;x=", <{evil}>',
           '<{uri}>;x="a"b", <{evil}>', '<sip:a"b@{host}>, <{evil}>;x="',
           '"<{evil}>", <{uri}>', "<{uri}>,", ",<{uri}>"]

LONG = f"<sip:{'b' * 499}@127.0.0.9>"


def written(form, endpoint):
    """A Contact of an endpoint in this form."""
    return form.format(uri=f"sip:x@{endpoint.hostport}",
                       host=endpoint.hostport, evil="sip:y@127.0.0.77:5060")


def contact_of(length, endpoint):
    """A Contact with a URI of this length."""
    start, end = "sip:", f"@{endpoint.hostport}"
    return f"<{start}{'a' * (length - len(start) - len(end))}{end}>"


def invite_with(here, contact):
    """An INVITE with this Contact, on its way."""
    message = here.form.invite(here.offer()).set("Contact", contact)
    return user_agent.Outgoing(here.caller, here.node.address, message,
                               here.user,
                               contact=False).start()


@pytest.mark.parametrize("form", ["client", "from-lmr"])
@pytest.mark.parametrize("contact", WHOLE)
def test_quoted_text(dial, form, contact):
    """A comma in quotes makes no second contact, on either side."""
    here = dial(form)
    out = invite_with(here, written(contact, here.caller))
    got = here.arrived(out)
    got.reply(200, here.answer(), contact=False, headers=[
        ("Contact", written(contact, here.callee))])
    near, far = out.dialog(out.wait(200)), got.dialog()
    near.target = f"sip:x@{here.callee.hostport}"
    far.target = f"sip:x@{here.caller.hostport}"
    near.ack()
    far.wait("ACK")
    assert near.ask("INFO").code == 200
    assert far.ask("INFO").code == 200
    near.bye()


@pytest.mark.parametrize("form", ["client", "from-lmr"])
@pytest.mark.parametrize("contact", SEVERAL)
def test_several(dial, form, contact):
    """Refused, or dropped, however the second one is hidden."""
    here = dial(form)
    out = invite_with(here, written(contact, here.caller))
    assert out.refusal().code == 400
    talk = here.talk()
    message = talk.near.request("UPDATE", here.offer())
    message.set("Contact", written(contact, here.caller))
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    branch = talk.near.send("UPDATE", here.offer())
    got = talk.far.wait("UPDATE")
    with calls.dropped_reply(here.node):
        got.reply(200, here.answer(), contact=False, headers=[
            ("Contact", written(contact, here.callee))])
    got.reply(200, here.answer())
    here.caller.wait_final(branch)
    assert len(here.caller.responses(branch)) == 1
    talk.near.bye()


@pytest.mark.parametrize("form", ["client", "from-lmr"])
def test_length(dial, form):
    """512 octets of a URI are taken, 513 are refused or dropped."""
    here = dial(form)
    for length, code in ((513, 400), (25000, 513)):
        contact = contact_of(length, here.caller)
        assert invite_with(here, contact).refusal().code == code
    out = invite_with(here, contact_of(512, here.caller))
    got = here.arrived(out)
    for length in (513, 55000):
        with calls.dropped_reply(here.node):
            got.reply(180, contact=False, headers=[
                ("Contact", contact_of(length, here.callee))])
    got.reply(183, contact=False, headers=[
        ("Contact", contact_of(512, here.callee))])
    out.wait(183)
    assert not out.replies(180)
    got.reply(486)
    out.wait(486)
    talk = here.talk()
    message = talk.near.request("UPDATE", here.offer())
    message.set("Contact", contact_of(513, here.caller))
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    talk.near.bye()


@pytest.mark.parametrize("fields", [
    [("Contact", LONG)],
    [("Contact", "<sip:b@127.0.0.9>"),
     ("Contact", LONG)],
    [("Contact", f'<sip:b@127.0.0.9>;x="{"y" * 8200}"')],
    [("Contact", "<sip:b@127.0.0.9>"), ("Supported", "path"),
     *[("Path", f"<sip:{'e' * 300}@127.0.0.8;lr>")] * 4],
    [("Contact", "<sip:b@127.0.0.9>"), ("User-Agent", "u" * 513)]],
    ids=["contact", "second", "field", "path", "agent"])
def test_length_at_registration(site, fields):
    """What a registration makes the node keep is bounded, too."""
    bob = site.stranger("bob")
    uri = f"sip:{mc.DOMAIN}"
    message = sip.request("REGISTER", uri, mc.impu("bob"), mc.impu("bob"),
                          [("Expires", "60"), *fields])
    assert bob.ask(message).code == 403


# The Contact of both sides, {} is the place, and what others may make of it.
TARGET = "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab1"
AGAIN = ["SIP:x%2by;z@{}:{};transport=udp;ob;line=Ab1",
         "sip:%78%2By;z@{}:{};transport=udp;ob;line=Ab1",
         "sip:x%2By;z@{}:{};Transport=UDP;ob;line=Ab1",
         "sip:x%2By;z@{}:{};line=Ab1;ob;transport=udp",
         "sip:x%2By;z@{}:{};LINE=aB1;Transport=UDP;OB;new=1",
         "sip:x%2By;z@{}:{};transport=udp",
         "sip:x%2By;%7a@{}:{};%74ransport=ud%70;ob;line=Ab1"]
MOVED = "sip:m%2Bn@{}:{};transport=udp;ob"
AGAIN_MOVED = "sip:m%2bn@{}:{};OB;Transport=UDP"
OTHERS = ["sips:x%2By;z@{}:{};transport=udp;ob;line=Ab1",
          "sip:X%2By;z@{}:{};transport=udp;ob;line=Ab1",
          "sip:x+y;z@{}:{};transport=udp;ob;line=Ab1",
          "sip:x%2By;z@{}:{};transport=tcp;ob;line=Ab1",
          "sip:x%2By;z@{}:{};ob;line=Ab1",
          "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab2",
          "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab1;maddr=127.0.0.77",
          "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab1;method=BYE",
          "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab1;user=phone",
          "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab1;ttl=1",
          "sip:x%2By;z@{}:{};transport=udp;ob;line=Ab1?X=y",
          "sip:x%2By;z@{}:{};transport=udp;transport=udp;ob;line=Ab1",
          "sip:x%2By;z:pw@{}:{};transport=udp;ob;line=Ab1",
          "sip:{}:{};transport=udp;ob;line=Ab1",
          "tel:+1{1}",
          "sip:x%2By;z@{0};transport=udp;ob;line=Ab1"]


def target_of(form, endpoint):
    """The Contact of an endpoint, in this form."""
    return form.format(*endpoint.hostport.rsplit(":", 1))


def talk_of(here):
    """A call whose parties have such Contacts; the ACK is still to be sent."""
    out = invite_with(here, f"<{target_of(TARGET, here.caller)}>")
    got = here.arrived(out)
    got.reply(200, here.answer(), contact=False, headers=[
        ("Contact", f"<{target_of(TARGET, here.callee)}>")])
    near, far = out.dialog(out.wait(200)), got.dialog()
    return near, far


def assert_goes_on(here, near, far, form):
    """Each method of both sides, with a Request-URI in this form, leaves with
    the Contact as it was written."""
    for sender, other, endpoint in ((near, far, here.callee),
                                    (far, near, here.caller)):
        sender.target = target_of(form, endpoint)
        if sender is near:
            near.ack()
        assert sender.ask("INFO").code == 200
        other.wait("INFO")
        if sender is near:
            other.wait("ACK")
    assert near.bye().code == 200
    left = [r.message.uri for r in
            here.callee.received + here.caller.received
            if r.message.is_request
            and r.message.method in ("ACK", "INFO", "BYE")
            and r.message.get("Call-ID") == near.call_id]
    assert len(left) >= 4
    assert set(left) == {target_of(TARGET, here.callee),
                         target_of(TARGET, here.caller)}


@pytest.mark.parametrize("form", ["client", "from-lmr"])
@pytest.mark.parametrize("again", AGAIN)
def test_written_again(dial, form, again):
    """A Request-URI that equals the Contact is as good as it, in an ACK too:
    RFC 3261 19.1.4."""
    here = dial(form)
    near, far = talk_of(here)
    assert_goes_on(here, near, far, again)


@pytest.mark.parametrize("form", ["client", "from-lmr"])
@pytest.mark.parametrize("again", AGAIN)
def test_written_again_recipe(drop_in_site, form, again):
    """The same with the recipe of an existing server."""
    with calls.dialling(drop_in_site) as make:
        here = make(form)
        near, far = talk_of(here)
        assert_goes_on(here, near, far, again)


@pytest.mark.parametrize("form", ["client", "from-lmr"])
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("asker", ["near", "far"])
def test_written_again_after_a_move(drop_in_site, form, method, asker):
    """The place of a party is what it said last, in requests and answers."""
    with calls.dialling(drop_in_site) as make:
        here = make(form)
        near, far = talk_of(here)
        near.ack()
        far.wait("ACK")
        one, two = (near, far) if asker == "near" else (far, near)
        count = len(two.requests(method))
        offer, answer = ((here.offer(), here.answer()) if one is near
                         else (here.answer(), here.offer()))
        message = one.request(method, offer)
        message.set("Contact", f"<{target_of(MOVED, one.endpoint)}>")
        branch = one.endpoint.send(message, one.server)
        two.wait(method, count + 1).reply(200, answer, contact=False, headers=[
            ("Contact", f"<{target_of(MOVED, two.endpoint)}>")])
        assert one.endpoint.wait_final(branch).code == 200
        acks = len(two.requests("ACK"))
        for sender, other, endpoint in ((near, far, here.callee),
                                        (far, near, here.caller)):
            sender.target = target_of(AGAIN_MOVED, endpoint)
            if sender is one and method == "INVITE":
                one.ack()
                two.wait("ACK", acks + 1)
            assert sender.ask("INFO").code == 200
            got = other.wait("INFO")
            assert got.message.uri == target_of(MOVED, endpoint)
        assert near.bye().code == 200


@pytest.mark.parametrize("other", OTHERS)
def test_other_target(dial, other):
    """One that is not equal goes nowhere, and the call stays."""
    here = dial("client")
    near, far = talk_of(here)
    near.target = target_of(other, here.callee)
    near.ack()
    for method in ("INFO", "BYE"):
        assert near.ask(method).code == 403
    near.target = target_of(TARGET, here.callee)
    near.ack()
    far.wait("ACK")
    assert len(far.requests("ACK")) == 1
    assert near.bye().code == 200


def mixed_case(route):
    """Scheme and parameter names in another case."""
    return route.replace("<sip:", "<SIP:").replace(";lr", ";LR")


def other_order(route):
    """The parameters of a Route's URI the other way round."""
    uri, *params = route.strip("<>").split(";")
    return f"<{';'.join([uri, *reversed(params)])}>"


@pytest.mark.parametrize("change", [
    mixed_case, other_order, lambda route: route.replace(">", ";new=1>"),
    lambda route: f'"x" {route};y="z"'],
    ids=["case", "order", "more", "name"])
@pytest.mark.parametrize("form", ["client", "from-lmr"])
def test_route_written_again(dial, form, change):
    """So does a Route, which is the Record-Route as its sender writes it."""
    here = dial(form)
    talk = here.talk()
    for side, other in ((talk.near, talk.far), (talk.far, talk.near)):
        side.routes = [change(route) for route in side.routes]
        assert side.ask("INFO").code == 200
        other.wait("INFO")
    assert talk.near.bye().code == 200
    talk.far.wait("BYE")
