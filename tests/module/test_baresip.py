# SPDX-License-Identifier: GPL-2.0-or-later
"""Real phones: calls between two baresip through the sample node and its
relay. What arrives is seen on the wire, in the phones' own RTP counts, and in
those of the relay."""
import time

import pytest

import baresip
import mc
import node
import sample

OPUS = "[codecs]\nopus = opus/48000/2\n\n"
PHONES = "\n[phones]\nallow = pcmu, mcptt-amrwb, opus\n"


@pytest.fixture(name="phone_site", scope="module")
def _phone_site(tmp_path_factory):
    """A sample node whose clients may speak as phones do."""
    policies = tmp_path_factory.mktemp("policies") / "policies.ini"
    text = (node.TOP / "cfg/policies.ini").read_text()
    policies.write_text(OPUS + text + PHONES)
    with sample.running(lambda peers: sample.SampleNode(
            peers, env={"POLICIES": str(policies)},
            extra='modparam("mc_iwf", "client_profile", "phones")\n')) as site:
        yield site


class Talk:
    """A call between two phones that is up, and what the relay has of it."""

    def __init__(self, site, alice, bob):
        self.site, self.alice, self.bob = site, alice, bob
        self.relay = site.node.relay()
        alice.tell("dial", mc.impu("bob"))
        for phone in (alice, bob):
            phone.wait_event("CALL_ESTABLISHED")
        self.call_id = alice.wait_event("CALL_ESTABLISHED")["id"]

    def relayed(self):
        """Packets that came to the relay, from each side."""
        return [medias[0].packets
                for medias in self.relay.counts(self.call_id).values()]

    def assert_speech(self):
        """Speech both ways, which goes through the relay and nowhere else."""
        before = self.relayed()
        heard = [phone.wait_audio() for phone in (self.alice, self.bob)]
        assert all(now >= was + 50
                   for now, was in zip(self.relayed(), before))
        return heard

    def wait_silence(self):
        """Returns when nothing has come to the relay for a time in which each
        phone would have sent 25 packets."""
        seen, since = self.relayed(), time.monotonic()

        def is_silent():
            nonlocal seen, since
            if (now := self.relayed()) != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > 0.5
        node.wait_until(is_silent, "silence")

    def hang_up(self):
        """The caller ends it; nothing of it stays."""
        self.alice.tell("hangup")
        for phone in (self.alice, self.bob):
            phone.wait_event("CALL_CLOSED")
        node.wait_until(lambda: self.call_id not in self.relay.calls(),
                        "end of the relay's session")


def descriptions(messages):
    """The descriptions in messages, as lines."""
    return [message.body.decode().splitlines() for message in messages
            if message.body]


def values_of(messages, name):
    """The values of an attribute in all descriptions."""
    return {line.partition(":")[2] for lines in descriptions(messages)
            for line in lines if line.startswith(f"a={name}:")}


def directions(messages):
    """The direction of each description in turn, without repetitions."""
    found = [line[2:] for lines in descriptions(messages) for line in lines
             if line[2:] in ("sendrecv", "sendonly", "recvonly", "inactive")]
    return [d for n, d in enumerate(found) if n == 0 or d != found[n - 1]]


def assert_relayed(site, phone):
    """All that a phone was told of media leads to the relay."""
    first, last = (int(site.node.media[name])
                   for name in ("RTP_MIN", "RTP_MAX"))
    ports = [int(line.split()[1])
             for lines in descriptions(phone.taken("INVITE"))
             for line in lines if line.startswith("m=")]
    assert ports and all(first <= port <= last for port in ports)


def assert_same(alice, bob, *names):
    """Attributes that reach each phone as the other one wrote them."""
    for name in names:
        for sender, receiver in ((alice, bob), (bob, alice)):
            sent = values_of(sender.sent("INVITE"), name)
            assert sent and values_of(receiver.taken("INVITE"), name) == sent


@pytest.mark.parametrize("codec, name", [
    ("pcmu/8000/1", "PCMU"), ("AMR-WB/16000/1", "AMR-WB"),
    ("opus/48000/2", "opus")])
def test_speech(phone_site, codec, name):
    """One codec, both ways, until one of them hangs up."""
    before = phone_site.node.counters()
    with baresip.pair(phone_site.node, f"audio_codecs={codec}") as (alice, bob):
        talk = Talk(phone_site, alice, bob)
        for heard in talk.assert_speech():
            assert (heard.codec, heard.secure) == (name, "no")
        talk.hang_up()
    after = phone_site.node.counters()
    counted = {key: after[key] - before[key] for key in (
        "calls", "calls_answered", "lmr_refused", "lmr_media_down")}
    assert list(counted.values()) == [1, 1, 0, 0], counted
    for phone in (alice, bob):
        assert_relayed(phone_site, phone)
    assert_same(alice, bob, "ssrc")


def test_codecs_that_the_profile_permits(phone_site):
    """Of all that the phones have, the profile's formats are left; both speak
    the first of them."""
    with baresip.pair(phone_site.node) as (alice, bob):
        talk = Talk(phone_site, alice, bob)
        assert {heard.codec for heard in talk.assert_speech()} == {"PCMU"}
        talk.hang_up()
    names = {value.split()[1] for value in values_of(
        bob.taken("INVITE"), "rtpmap")}
    assert names == {"PCMU/8000", "AMR-WB/16000", "opus/48000/2",
                     "telephone-event/8000"}


@pytest.mark.parametrize("keying, attributes", [
    ("srtp", ["crypto"]), ("srtp-mand", ["crypto"]),
    ("dtls_srtp", ["fingerprint", "setup"])])
def test_encrypted_speech(phone_site, keying, attributes):
    """SDES and DTLS between the phones: the keys are theirs, and the relay
    has seen none of them."""
    with baresip.pair(phone_site.node,
                      f"audio_codecs=pcmu/8000/1;mediaenc={keying}") as (
                          alice, bob):
        talk = Talk(phone_site, alice, bob)
        for heard in talk.assert_speech():
            assert (heard.keying, heard.secure) == (keying, "yes")
        talk.hang_up()
    assert_same(alice, bob, *attributes)
    log = phone_site.node.path("rtpengine.log").read_text()
    for value in values_of(alice.sent("INVITE"), attributes[0]):
        assert value.split()[-1].partition("|")[0] not in log


def test_hold_and_resume(phone_site):
    """On hold both are told so, and nothing flows; afterwards it does."""
    with baresip.pair(phone_site.node, "audio_codecs=pcmu/8000/1") as (
            alice, bob):
        talk = Talk(phone_site, alice, bob)
        talk.assert_speech()
        alice.tell("hold")
        alice.wait_event("CALL_REMOTE_SDP", 2)
        talk.wait_silence()
        alice.tell("resume")
        alice.wait_event("CALL_REMOTE_SDP", 3)
        talk.assert_speech()
        talk.hang_up()
    assert directions(bob.taken("INVITE")) == [
        "sendrecv", "sendonly", "sendrecv"]
    assert directions(alice.taken("INVITE")) == [
        "sendrecv", "recvonly", "sendrecv"]


def test_ice(phone_site):
    """No candidate of either passes: the relay is the only way. (A baresip
    that asked for ICE sends nothing without it.) The call stands and ends as
    any other."""
    with baresip.pair(phone_site.node,
                      "audio_codecs=pcmu/8000/1;medianat=ice") as (alice, bob):
        Talk(phone_site, alice, bob).hang_up()
    for phone in (alice, bob):
        assert_relayed(phone_site, phone)
        for name in ("candidate", "ice-ufrag", "ice-pwd", "rtcp"):
            assert not values_of(phone.taken("INVITE"), name)
    assert values_of(alice.sent("INVITE"), "ice-ufrag")


def test_refused(phone_site):
    """A codec that the profile does not permit: the phone is told why, and
    the other one does not ring."""
    with baresip.pair(phone_site.node, "audio_codecs=pcma/8000/1") as (
            alice, bob):
        alice.tell("dial", mc.impu("bob"))
        told = alice.wait_event("CALL_CLOSED")
    assert told["param"].startswith("488")
    refusal = alice.taken("INVITE")[-1]
    assert refusal.code == 488 and refusal.get("Warning")
    assert not bob.taken("INVITE")
    assert not phone_site.node.relay_calls()
