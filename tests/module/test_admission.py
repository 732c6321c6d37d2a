# SPDX-License-Identifier: GPL-2.0-or-later
"""Who fills the memory of transactions is refused; others are served.

What they hold is charged by iwf_admit(), and taken back at their end: the
nodes here keep them for 3 s, not for 32. Many at once: test_rate.py.
"""
import re

import pytest

import call_proxy
import calls
import existing_server
import mc
import media
import node
import sample
import sip
import small_server
import user_agent

SOON_OVER = 'modparam("tm", "wt_timer", 3000)\n'
LARGE = 58000
FULL = 480  # as many large messages as fill 64 MiB
ONE = 16800  # what a small message holds, about
CALL = 24000  # the same of an INVITE


def held(site):
    """Octets that transactions hold, as the node counts."""
    return site.node.counters()["held_octets"]


def wait_held(site, least, most):
    """Returns when so much is held, above least; more than most it is not.
    (An answer is counted when it has left.)"""
    now = node.wait_until(lambda: held(site) > least and held(site),
                          f"more than {least} octets held")
    assert now < most


def wait_back(site):
    """Returns when nothing is held any more."""
    node.wait_until(lambda: held(site) == 0, "memory back", 60)


def text(sender, receiver, octets=1):
    """An ordinary MESSAGE of a client."""
    return sip.request("MESSAGE", mc.impu(receiver), mc.impu(sender),
                       mc.impu(receiver), [("Content-Type", "text/plain")],
                       b"x" * octets)


def proven(client, message):
    """The message with credentials, which are asked for."""
    challenge = client.endpoint.ask(message, client.node.address)
    return sip.with_credentials(message, challenge, client.user,
                                f"{client.user}-secret")


def flood(endpoint, site, make, count=FULL):
    """Sends so many, each when the node has room for it in its socket; their
    branches."""
    branches = []
    for _ in range(count):
        branches.append(endpoint.send(make(), site.node.address))
        endpoint.insist(sip.request(
            "OPTIONS", f"sip:{mc.DOMAIN}", mc.impu("x"), mc.impu("x")),
            site.node.address)
    return branches


def refusals(endpoint, branches):
    """The refusals at once among the answers so far: the last may still be on
    its way. (On a slow machine the first ones are over, without an answer.)"""
    return [reply for branch in branches
            for reply in endpoint.responses(branch)
            if reply.code >= 300 and reply.code != 504]


def served(site, sender="carol"):
    """Others are: client, core and the other IWF, message and call."""
    client = site.client(sender)
    site.client("frank")
    assert client.ask(text(sender, sender)).code == 200
    assert site.from_core(mc.core_message("frank", b"x",
                                          target=mc.KMF2)).code == 200
    assert site.from_iwf(mc.iwf_message("dave", b"x", iwf=mc.IWF2),
                         site.iwf2).code == 200
    with calls.Line(site, "tetra") as here:
        here.talk().near.bye()


@pytest.fixture
def tight(new_site):
    """A node with little memory; who sends is limited by nothing else."""
    return new_site(options=["-m", "64"], env={
        "USER_LIMIT": "100000", "PEER_LIMIT": "100000",
        "PIKE_LIMIT": "1000000"})


def overloaded(replies):
    """All are refusals for memory, and tell when to come again."""
    return replies and all(
        (r.code, r.get("Retry-After")) == (503, "2") for r in replies)


def test_client_with_large_messages(tight):
    """Of one client, to an IWF that does not answer."""
    mallory = tight.client("bob")
    tight.client("dave")
    tight.iwf1.script = sip.silent
    sent = flood(mallory.endpoint, tight, lambda: proven(
        mallory, mc.client_message("bob", b"x" * LARGE)))
    served(tight)
    node.wait_until(lambda: tight.node.counters()["refused_overload"] == len(
        refusals(mallory.endpoint, sent)), "each answer counted once")
    refused = refusals(mallory.endpoint, sent)
    assert overloaded(refused)
    assert len(refused) > FULL / 2
    assert tight.node.counters("node")["overload"] == len(refused)


def test_iwf_with_large_messages(tight):
    """The same of an IWF, to a client that does not answer."""
    silent = tight.client("bob")
    silent.endpoint.script = sip.silent
    tight.client("dave")
    sent = flood(tight.iwf1, tight, lambda: mc.iwf_message(
        "bob", b"x" * LARGE))
    served(tight)
    assert overloaded(refusals(tight.iwf1, sent))
    # The other peer of its set has no more.
    assert tight.from_iwf(mc.iwf_message("alice", b"x" * LARGE),
                          tight.iwf1b).code == 503


RECIPES = {"native": small_server.native, "kemi": small_server.kemi,
           "drop_in": existing_server.DropIn}


@pytest.fixture(params=RECIPES)
def tight_recipe(request):
    """A recipe's server, with 64 MiB."""
    def make(peers):
        server = RECIPES[request.param](peers)
        server.defines.append("PIKE_LIMIT=1000000")
        return server
    with sample.running(make) as found:
        yield found


@pytest.mark.parametrize("sender", ["client", "IWF"])
def test_recipes(tight_recipe, sender):
    """The same with the recipes: others are served meanwhile."""
    site = tight_recipe
    bob, dave, frank = map(site.client, ("bob", "dave", "frank"))
    bob.endpoint.script = site.iwf1.script = sip.silent
    if sender == "client":
        endpoint = bob.endpoint
        sent = flood(endpoint, site, lambda: proven(
            bob, mc.client_message("bob", b"x" * LARGE)), FULL // 4)
    else:
        endpoint = site.iwf1
        sent = flood(endpoint, site, lambda: mc.iwf_message(
            "bob", b"x" * LARGE), FULL * 3 // 4)
    assert overloaded(refusals(endpoint, sent))
    assert frank.ask(mc.client_message("frank", b"x",
                                       target=mc.KMF2)).code == 200
    assert site.from_core(mc.core_message("frank", b"x",
                                          target=mc.KMF2)).code == 200
    assert site.from_iwf(mc.iwf_message("dave", b"x", iwf=mc.IWF2),
                         site.iwf2).code == 200
    dave.endpoint.wait_request()


@pytest.fixture(scope="module")
def _quick_site():
    with sample.running(lambda peers: sample.SampleNode(
            peers, extra=SOON_OVER)) as found:
        yield found


@pytest.fixture
def quick(_quick_site):
    """A node that soon gives back; nothing is held at the start."""
    _quick_site.client("alice")
    wait_back(_quick_site)
    yield _quick_site
    _quick_site.reset()


def test_message_that_is_answered(quick):
    """It is held on for retransmissions, and then no more."""
    assert quick.from_core(mc.core_message("alice", b"x" * 80)).code == 200
    wait_held(quick, ONE / 2, ONE * 2)
    metrics = quick.node.metrics()
    for gauge in ("held_octets", "held_limit"):
        assert re.search(rf"^kamailio_mc_iwf_{gauge} [1-9]", metrics, re.M)
    wait_back(quick)


def test_large_message(quick):
    """It counts by its octets, twice: as it came, and as it is sent."""
    quick.from_core(mc.core_message("alice", b"x" * 20000))
    wait_held(quick, 40000, 60000)


def test_retransmissions(quick):
    """They are charged once, answered or not."""
    quick.iwf1.script = sip.silent
    message = mc.core_message("alice", b"x")
    branch = quick.core.send(message, quick.node.address)
    quick.iwf1.wait_request()
    first = held(quick)
    for _ in range(20):
        quick.core.send_octets(bytes(message), quick.node.address)
    quick.iwf1.wait_copies(2, quick.iwf1.wait_request().message.branch)
    # (What was sent is added once the worker has sent it.)
    assert first <= held(quick) < 2 * first
    quick.iwf1.reply(quick.iwf1.wait_request(), sip.response(
        quick.iwf1.wait_request().message, 200))
    assert quick.core.wait_final(branch).code == 200
    wait_back(quick)


def test_each_contact_counts(quick):
    """A message that goes to five contacts is held six times."""
    contacts = [quick.client("carol") for _ in range(5)]
    quick.from_iwf(mc.iwf_message("carol", b"x" * 10000))
    for client in contacts:
        client.endpoint.wait_request()
    wait_held(quick, 6 * 10000, 7 * 10000 + 2 * ONE)
    wait_back(quick)


def test_each_peer_counts(quick):
    """A message that failed over is held once more."""
    quick.iwf1.script = sip.answer(503)
    assert quick.from_core(mc.core_message("alice", b"x" * 10000)).code == 200
    wait_held(quick, 3 * 10000, 4 * 10000 + 2 * ONE)
    wait_back(quick)


def with_body(code):
    """A script: answers with 20,000 octets."""
    return lambda message: [(0, sip.response(
        message, code, headers=[("Content-Type", "text/plain")],
        body=b"x" * 20000))]


def test_large_answer(quick):
    """What the receiver answers is held, too."""
    quick.iwf1.script = with_body(200)
    assert quick.from_core(mc.core_message("alice", b"x")).code == 200
    wait_held(quick, 20000, 20000 + 2 * ONE)
    wait_back(quick)


def test_large_refusals(quick):
    """Of three contacts: two are kept until the third one has answered."""
    for _ in range(3):
        quick.client("carol").endpoint.script = with_body(486)
    assert quick.from_iwf(mc.iwf_message("carol", b"x")).code == 486
    wait_held(quick, 40000, 60000 + 2 * ONE)
    wait_back(quick)


def test_far_end_that_is_gone(new_site):
    """No answer at all: 504, and the memory comes back."""
    site = new_site(
        extra=f'{SOON_OVER}modparam("mc_iwf", "total_timeout", 2)')
    bob = site.client("bob")
    bob.endpoint.close()
    site.clients.remove(bob)
    assert site.from_iwf(mc.iwf_message("bob", b"x"), timeout=40).code == 504
    wait_back(site)


def test_over_tcp(quick):
    """The same of a client on a connection."""
    alice = quick.client("alice", endpoint=sip.TcpEndpoint())
    wait_back(quick)
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    wait_held(quick, ONE / 2, ONE * 2)
    wait_back(quick)


def test_refusals_before_a_transaction(quick):
    """A challenge, a wrong dialog, an unknown method: nothing is held."""
    alice = quick.stranger("alice")
    for message, code in ((mc.client_message("alice", b"x"), 407),
                          (sip.request("SUBSCRIBE", mc.impu("bob"),
                                       mc.impu("alice"), mc.impu("bob")), 405)):
        assert alice.endpoint.ask(
            message, quick.node.address).code == code
    assert held(quick) == 0


@pytest.mark.parametrize("form", ["private", "from-lmr"])
def test_call_that_rings(quick, form):
    """An INVITE is held while it rings, and what is within the call."""
    with calls.Line(quick, form) as here:
        wait_back(quick)
        out = here.dial()
        got = here.arrived(out)
        got.reply(180)
        out.wait(180)
        wait_held(quick, CALL / 2, CALL * 2)
        got.reply(486)
        out.refusal()
        talk = here.talk()
        wait_back(quick)
        assert talk.near.ask("INFO").code == 200
        wait_held(quick, ONE / 2, ONE * 2)
        talk.near.bye()
        wait_back(quick)


TWO_CALLS = str(5 * CALL // 2)


SHARES = "USER_SHARE", "PEER_SHARE"


def sample_of_two(peers, shares=SHARES):
    """The sample node; one sender may hold two calls, or three messages."""
    return sample.SampleNode(peers, extra=SOON_OVER,
                             env=dict.fromkeys(shares, TWO_CALLS))


def drop_in_of_two(peers, shares=SHARES):
    """The same of the existing server with the recipe."""
    return existing_server.DropIn(
        peers, extra=SOON_OVER,
        **{f"MC_{share}": TWO_CALLS for share in shares})


@pytest.fixture(params=[sample_of_two, drop_in_of_two])
def small_share(request):
    """Both of them."""
    with sample.running(request.param) as found:
        yield found


@pytest.mark.parametrize("form, who, share", [
    ("private", "caller", "USER_SHARE"), ("from-lmr", "caller", "PEER_SHARE"),
    ("private", "callee", "PEER_SHARE")])
@pytest.mark.parametrize("make", [sample_of_two, drop_in_of_two])
def test_within_a_call(make, form, who, share):
    """Who holds too much is refused for all that begins a transaction, and may
    still end what it has: ACK, BYE, CANCEL."""
    with (sample.running(lambda peers: make(peers, [share])) as site,
          calls.Line(site, form) as here):
        talk = here.talk()
        wait_back(site)
        sender, far = ((talk.near, talk.far) if who == "caller"
                       else (talk.far, talk.near))
        far.endpoint.script = sip.silent
        for _ in range(6):
            sender.send("INFO")
            far.wait("INFO")
        reply = sender.ask("UPDATE")
        assert overloaded([reply])
        far.endpoint.script = user_agent.manners
        assert sender.bye().code == 200
        far.wait("BYE")


def test_byes(small_share):
    """The first BYE of a call is free, another one counts: a call that is over
    takes it as long as it is known."""
    with calls.Line(small_share) as here:
        talk = here.talk()
        wait_back(small_share)
        talk.far.endpoint.script = sip.silent
        talk.near.send("BYE")
        talk.far.wait("BYE")
        assert held(small_share) == 0
        talk.near.send("BYE")
        talk.far.wait("BYE", 2)
        wait_held(small_share, ONE / 2, ONE * 2)


def test_call_that_is_taken_back(small_share):
    """CANCEL of a call that rings, though its caller holds too much; then it
    may call again."""
    with calls.Line(small_share) as here:
        outs = [here.dial() for _ in range(2)]
        got = [here.arrived(out) for out in outs]
        assert overloaded([here.dial().refusal()])
        for out, arrived in zip(outs, got):
            arrived.reply(180)
            out.wait(180)
            out.cancel()
            user_agent.incoming(here.callee, here.node.address, "CANCEL",
                                call_id=out.call_id)
            arrived.reply(487)
            out.wait(487)
        wait_back(small_share)
        again = here.dial()
        here.arrived(again).reply(486)
        again.refusal()


def test_call_proxy():
    """The same of one of the two systems of the call proxy."""
    shares = [('MC_PEER_SHARE "50%"', f'MC_PEER_SHARE "{TWO_CALLS}"')]
    with call_proxy.running(changes=shares) as site:
        sdp = site.party().sdp(media.TETRA)
        outs = [site.offer(sdp) for _ in range(2)]
        got = [site.incoming(out) for out in outs]
        assert overloaded([site.offer(sdp).refusal()])
        got[0].reply(200, site.party().sdp(media.TETRA))
        near, _ = outs[0].answered()
        far = got[0].dialog()
        assert overloaded([[near.ask("INFO") for _ in range(3)][-1]])
        assert near.bye().code == 200
        far.wait("BYE")
        got[1].reply(486)
        outs[1].refusal()
