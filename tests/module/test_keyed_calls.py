# SPDX-License-Identifier: GPL-2.0-or-later
"""Private calls whose key the IWF makes: from end to end through the node.

The IWF's side makes a MIKEY-SAKKE message for alice and derives its SRTP keys
in Python from what it put in. Alice's side (tests/media) has her keys of the
laboratory's server and the description that reached her: it verifies, opens
and derives with the library.
"""
import base64
import functools
import os
import subprocess
import time

import pytest

import key_commands
import mc
import media_calls
import media_endpoint
import mikey
import node
import user_agent

ALICE, BOB = mc.mc_id("alice"), mc.mc_id("bob")
INITIATOR, RECEIVER = 0, 1  # CS IDs: who made the key, who got it
PREFIX = "a=key-mgmt:mikey "
SAVP = {"protocol": media_endpoint.SAVP, "keys": "mikey"}
P25 = media_endpoint.P25.with_("p25", **SAVP)
P25_SECRET = P25.with_("p25-e2ee", e2ee=True)
CASES = {
    P25: (),
    P25.with_("p25-avp", protocol="RTP/AVP"): ("--self",),
    P25_SECRET: ("--cs-map", "generic"),
    media_endpoint.TETRA_SECRET.with_("tetra-e2ee", **SAVP): ("--hide-ids",),
}
by_case = pytest.mark.parametrize(
    "case, options", CASES.items(), ids=[case.name for case in CASES])


@pytest.fixture(name="lab", scope="module")
def fixture_lab(tmp_path_factory):
    """The folder of the laboratory's key management server."""
    folder = tmp_path_factory.mktemp("lab")
    subprocess.run([f"{node.TOP}/tools/lab.sh"], check=True,
                   stdout=subprocess.DEVNULL,
                   env={**os.environ, "RUN_DIR": str(folder),
                        "MCLMR": key_commands.TOOL})
    return folder / "kms"


def by(lab, name):
    """The options for what a user does."""
    return ["--keys", lab / f"{name}.xml", "--cert", lab / "cert.xml"]


def maker_of(case):
    """The name of a case's IWF in the laboratory, and its URI."""
    if case.target == media_endpoint.P25.target:
        return "iwf", mc.IWF1
    return "tetra-iwf", mc.IWF2


class Pck:
    """A key for a private call, and the message that brings it."""

    def __init__(self, lab, case, *options, kind="pck", maker=None, to=ALICE):
        name, uri = maker or maker_of(case)
        self.key = os.urandom(16)
        line = key_commands.good(
            "mikey", "make", "--type", kind, "--from", uri, "--to", to,
            *by(lab, name), "--key", "-", "--form", "sdp", *options,
            stdin=self.key.hex().encode()).decode()
        assert line.startswith(PREFIX)
        self.value = line[len(PREFIX):].strip()
        self.octets = base64.b64decode(self.value, validate=True)

    def srtp(self, session):
        """What its maker begins SRTP of a session with."""
        return mikey.srtp_key(self.key, self.octets, session)


class Iwf(media_endpoint.Endpoint):
    """The side that made the key; it says so in offer and answer alike."""

    sessions = INITIATOR, RECEIVER  # sent, received

    def __init__(self, pck, *words):
        super().__init__(*words)
        self.pck = pck

    def _key_lines(self):
        return [PREFIX + self.pck.value]

    def _learn_mikey(self, _received, _offer):
        for name, session in zip(("send-key", "receive-key"), self.sessions):
            self.tell(name, self.pck.srtp(session))


class Client(media_endpoint.Endpoint):
    """Alice's side: knows her keys, and what it received."""

    def __init__(self, lab, *words, keys=None):
        super().__init__(*words)
        self.received = self.verdict = None
        self.tell("ring", keys or lab / "alice.xml", lab / "cert.xml")

    def _key_lines(self):
        return []

    def learn(self, received, offer):
        self.received = received.decode()
        super().learn(received, offer)

    def _learn_mikey(self, _received, _offer):
        self.tell("keying", maker_of(self.case)[1], RECEIVER, INITIATOR,
                  len(self.received))
        self.process.stdin.write(self.received)
        self.process.stdin.flush()
        self.verdict = self.process.stdout.readline().strip()


def talk_of(lab, pck, case, begin, iwf=Iwf, keys=None):
    """Both sides of a call that one of them begins."""
    sides = (functools.partial(iwf, pck),
             functools.partial(Client, lab, keys=keys))
    if begin is media_calls.invite:
        return media_endpoint.Talk(case, *reversed(sides))
    return media_endpoint.Talk(case, *sides)


def client_of(talk):
    """Alice's side."""
    return next(side for side in (talk.caller, talk.callee)
                if isinstance(side, Client))


def assert_arrived(talk, pck):
    """The message of the description that reached alice is the one that was
    sent, octet for octet."""
    lines = [line for line in client_of(talk).received.split("\r\n")
             if "key-mgmt" in line]
    assert lines == [PREFIX + pck.value]


by_begin = pytest.mark.parametrize(
    "begin", [media_calls.invite_alice, media_calls.invite],
    ids=["iwf", "client"])


@by_begin
@by_case
def test_keyed_call(site, lab, case, options, begin):
    """Speech both ways under the IWF's key, whoever calls. The server changes
    no octet of message and media, and writes down neither."""
    pck = Pck(lab, case, *options)
    with talk_of(lab, pck, case, begin) as talk:
        dialog = media_calls.set_up(site, talk, begin)
        assert_arrived(talk, pck)
        assert client_of(talk).verdict == "key-mgmt genuine"
        media_calls.assert_talk(media_calls.relay_of(site), talk, dialog)
    assert pck.value[:60] not in site.node.log()


def flipped(value, at):
    """A message with one other character at a share of its length."""
    place = int(len(value) * at)
    other = "A" if value[place] != "A" else "B"
    return value[:place] + other + value[place + 1:]


def spoiled(lab, kind):
    """A message that alice has to refuse, her keys, and what she says."""
    pck, keys = Pck(lab, P25), None
    later = int(time.time()) + key_commands.PERIOD
    if kind in FLIPS:
        pck.value = flipped(pck.value, FLIPS[kind])
        says = "the signature is not genuine"
    elif kind == "for-bob":
        pck = Pck(lab, P25, to=BOB)
        says = "there are no keys of its recipient"
    elif kind == "of-bob":
        pck = Pck(lab, P25, maker=("bob", BOB))
        says = "the sender is not the one that is expected"
    elif kind == "other-period":
        pck = Pck(lab, P25, "--at", later)
        says = "the message is not of this time"
    else:
        keys = lab / "later.xml"
        if not keys.exists():
            key_commands.good("kms", "user", "--dir", lab, "--user", ALICE,
                              "--at",
                              later, "--out", keys)
        says = "there are no keys of its recipient for its key period"
    return pck, keys, says


FLIPS = {"rand": 0.055, "key": 0.5, "signature": 0.85}
REFUSED = [*FLIPS, "for-bob", "of-bob", "other-period", "later-keys"]


@by_begin
@pytest.mark.parametrize("kind", REFUSED)
def test_spoiled_message(site, lab, kind, begin):
    """The server passes it on as it is, it is none of its business; alice
    refuses it, sends nothing and takes none of the packets that come."""
    pck, keys, says = spoiled(lab, kind)
    with talk_of(lab, pck, P25, begin, keys=keys) as talk:
        dialog = media_calls.set_up(site, talk, begin)
        assert_arrived(talk, pck)
        client = client_of(talk)
        assert client.verdict == f"key-mgmt refused {says}"
        iwf = talk.caller if client is talk.callee else talk.callee
        client.go(packets=0)
        iwf.go(expect=0, wait=100)
        heard, silent = client.result(), iwf.result()
        sent = media_endpoint.PACKETS
        assert heard.received == [] and len(silent.sent) == sent
        assert heard.wrong == ["unreadable SRTP not genuine"] * sent
        assert silent.received == silent.wrong == []
        assert dialog.bye().code == 200


def test_client_refuses_the_call(site, lab):
    """488 of a client that cannot verify reaches the IWF; no relay stays."""
    pck = Pck(lab, P25)
    pck.value = flipped(pck.value, 0.5)
    with talk_of(lab, pck, P25, media_calls.invite_alice) as talk:
        outgoing, alice = media_calls.invite_alice(
            site, talk, talk.caller.description())
        incoming = user_agent.incoming(alice, site.node.address,
                                       call_id=outgoing.call_id)
        talk.callee.learn(incoming.sdp, incoming.sdp)
        assert_arrived(talk, pck)
        assert "signature" in talk.callee.verdict
        incoming.reply(488)
        assert outgoing.refusal().code == 488
        relay = media_calls.relay_of(site)
        node.wait_until(lambda: outgoing.call_id not in relay.calls(),
                        "end of the relay's session")


# A key of the radios that is too long for a PCK

class Tek(Pck):
    """A traffic key of 32 octets in a key record."""

    def __init__(self, lab, case, call_id):
        name, uri = maker_of(case)
        self.key = os.urandom(32)
        self.value = key_commands.good(
            "key", "wrap", "--from", uri, "--to", ALICE, "--kmf", mc.KMF1,
            "--lmr", "p25", "--purpose", "traffic", "--alg", "84", "--key-id",
            "0001", "--call", call_id, *by(lab, name), "--key", "-", "--form",
            "sdp", stdin=self.key.hex().encode()).decode()[
                len(PREFIX):].strip()


class TekIwf(Iwf):
    """Encrypts speech with the key that it has sent; no SRTP."""

    def learn(self, received, offer):
        self.traffic_key = self.pck.key.hex()
        super().learn(received, offer)

    def _learn_mikey(self, _received, _offer):
        pass


class TekClient(Client):
    """Decrypts speech with the key in the description that it received."""

    def __init__(self, lab, *words):
        super().__init__(lab, *words)
        self.lab = lab

    def learn(self, received, offer):
        message, = media_endpoint.Description(received).speech.all("key-mgmt")
        self.verdict = key_commands.answer(
            "key", "unwrap", *by(self.lab, "alice"), "--from", mc.IWF1,
            "--reveal", "-", stdin=message.encode())
        self.traffic_key = self.verdict["key"]
        super().learn(received, offer)

    def _learn_mikey(self, _received, _offer):
        pass


@by_begin
def test_key_that_is_no_pck(site, lab, begin):
    """A P25 AES-256 key comes the same way, in a key record."""
    tek = Tek(lab, P25_SECRET, "call-4711@iwf.example.org")
    case = P25_SECRET.with_("", protocol="RTP/AVP")
    sides = functools.partial(TekIwf, tek), functools.partial(TekClient, lab)
    if begin is media_calls.invite:
        sides = reversed(sides)
    with media_endpoint.Talk(case, *sides) as talk:
        dialog = media_calls.set_up(site, talk, begin)
        assert_arrived(talk, tek)
        said = client_of(talk).verdict
        assert (said["purpose"], said["call"], said["key_size"]) == (
            "traffic", "call-4711@iwf.example.org", "32")
        media_calls.assert_talk(media_calls.relay_of(site), talk, dialog)


# What these tests rest on

def test_keys_of_sessions_differ(lab):
    """An IWF that took the other session's keys would not be understood."""
    class Confused(Iwf):
        """Takes itself for the one that got the key."""
        sessions = RECEIVER, INITIATOR

    with talk_of(lab, Pck(lab, P25), P25, media_calls.invite_alice,
                 Confused) as talk:
        offer, answer = talk.caller.description(), talk.callee.description()
        talk.connect(offer.encode(), offer.encode(), answer, answer.encode())
        for result in talk.go(wait=500):
            assert result.received == []
            assert result.wrong == [
                "unreadable SRTP not genuine"] * media_endpoint.PACKETS


def test_client_takes_no_message_twice(lab):
    """A message that is sent again in another offer is refused."""
    verdicts = []
    with talk_of(lab, Pck(lab, P25), P25, media_calls.invite_alice) as talk:
        for _ in range(2):
            offer = talk.caller.description().encode()
            talk.callee.learn(offer, offer)
            verdicts.append(talk.callee.verdict)
    assert verdicts == ["key-mgmt genuine",
                        "key-mgmt refused it was taken before"]


def test_client_takes_keys_of_private_calls_only(lab):
    """A signalling key is no key for speech."""
    pck = Pck(lab, P25, kind="csk")
    with talk_of(lab, pck, P25, media_calls.invite_alice) as talk:
        offer = talk.caller.description().encode()
        talk.callee.learn(offer, offer)
        assert talk.callee.verdict == (
            "key-mgmt refused its key is not that of a private call")


def test_client_reads_keys_that_are_private_only(lab, tmp_path):
    """A file of keys that others may read is not taken."""
    keys = tmp_path / "alice.xml"
    keys.write_bytes((lab / "alice.xml").read_bytes())
    keys.chmod(0o640)
    client = Client(lab, P25, media_endpoint.CALLEE, False, keys=keys)
    assert client.close() == 2
