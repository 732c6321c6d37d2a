# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the instructions that the description of an INVITE takes.

The same way as bench.py, and the same measure: user-space instructions of one
Kamailio process under callgrind. The callee answers 486, which ends each
call; no media relay is in it. Then what the library does alone, and what a
confirmed call takes in shared memory.
"""
import re
import subprocess

import bench
import mc
import mc_invite
import node
import sample
import sip
import user_agent
from bench import HERE, MESSAGES, WARM_UP, WORK, say

CALLS = 500  # confirmed at the same time
DECISIONS = WORK / "decisions"
ANSWER = "".join(line + "\r\n" for line in (
    "v=0", "o=- 4712 1 IN IP4 127.0.1.2", "s=-", "c=IN IP4 127.0.1.2",
    "t=0 0", "m=audio 40002 RTP/AVP 100 101", "i=speech",
    "a=rtpmap:100 X-TIA-P25-IMBE/8000", "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15", "a=ptime:60", "m=application 40012 udp MCPTT",
    "a=fmtp:MCPTT mc_queueing;mc_priority=5")).encode()
OFFER = "".join(line + "\r\n" for line in (
    "v=0", "o=- 4711 1 IN IP4 127.0.1.1", "s=-", "c=IN IP4 127.0.1.1",
    "t=0 0", "m=audio 40000 RTP/AVP 100 97 96 0 101", "i=speech",
    "a=rtpmap:100 X-TIA-P25-IMBE/8000", "a=rtpmap:97 TETRA_ACELP/8000",
    "a=rtpmap:96 AMR-WB/16000", "a=fmtp:96 octet-align=1",
    "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:60",
    "m=application 40010 udp MCPTT",
    "a=fmtp:MCPTT mc_queueing;mc_priority=5;mc_granted;"
    "mc_implicit_request")).encode()
LEFT = b"".join(line + b"\r\n" for line in OFFER.split(b"\r\n")[:-1]
                if not re.match(rb"a=\w+:9[67] ", line)
                ).replace(b"100 97 96 0 101", b"100 101")


def alone():
    """The description is the whole body."""
    message = sip.request("INVITE", mc.ORIG, mc.impu("u1"), mc.ORIG)
    return user_agent.with_sdp(message, OFFER)


def beside_info():
    """An info part and a list of one user are beside the description."""
    return mc_invite.private("u1", "sip:unit1@iwf.example.org", OFFER)


class Server(bench.Counted):
    """Kamailio with sdp.cfg that does one of the tasks."""

    def __init__(self, peers, database, task):
        node.Kamailio.__init__(self, HERE / "sdp.cfg", memory=1024)
        self.options = bench.FAST
        self.defines = [
            f"WITH_{task}", f'NEXT_HOP="sip:{peers.iwf1.hostport}"',
            f'DB_URL="sqlite:///{database}"',
            f'POLICIES="{node.TOP}/cfg/policies.ini"',
            f'CTL_URL="unix:{self.path("kamailio_ctl")}"']


class Answering(Server):
    """The same without callgrind; its callees answer."""

    def __init__(self, *what):
        super().__init__(*what)
        self.defines.append("WITH_ANSWERS")

    def _command(self):
        return bench.Bench._command(self)


def assert_left(task, received):
    """What the callee got: without the formats, unless nothing was done."""
    sdp = user_agent.sdp_of(received)
    lines = [line for line in sdp.split(b"\r\n") if line.strip()]
    wanted = OFFER if task == "PLAIN" else LEFT
    assert lines == wanted.split(b"\r\n")[:-1], sdp


def measure(peers, database, task, make):
    """Instructions per call of one task."""
    peers.iwf1.script = sip.answer(486)

    def traffic(n):
        for _ in range(n):
            outgoing = user_agent.Outgoing(peers.core, server.address,
                                           make()).start()
            reply = outgoing.refusal()
            assert reply.code == 486, reply.start
        assert_left(task, peers.iwf1.wait_request("INVITE").message)
        for peer in peers.all():
            peer.forget()

    with Server(peers, database, task) as server:
        return server.count(traffic, f"{task}-{make.__name__}")


def bench_offers(peers, database, make):
    """The three contenders on one form of INVITE."""
    octets = len(bytes(peers.core.prepare(make())))
    print(f"\nINVITE of {octets} octets. {make.__doc__} Three of its five"
          " speech formats go.\ndlg_manage, t_relay; the callee's 486 and"
          " both ACKs.")
    plain = measure(peers, database, "PLAIN", make)
    say("plain", plain)
    module = measure(peers, database, "MODULE", make)
    say("module: lmr_sdp_offer, lmr_sdp_commit", module)
    sdpops = measure(peers, database, "SDPOPS", make)
    say("sdpops: keep, remove, msg_apply_changes", sdpops)
    ours, theirs = module - plain, sdpops - plain
    say("our part, module less plain", ours,
        f"wanted below sdpops: {'yes' if ours < theirs else 'no'}")
    say("the part of sdpops", theirs, f"{theirs / ours:.2f} times ours")


def confirm(peers, server, make):
    """Confirms calls and ends none."""
    peers.iwf1.script = user_agent.manners
    for i in range(CALLS):
        outgoing = user_agent.Outgoing(peers.core, server.address,
                                       make()).start()
        user_agent.incoming(peers.iwf1, server.address,
                            call_id=outgoing.call_id).reply(200, ANSWER)
        outgoing.answered()
        for peer in peers.all():
            peer.forget()


def memory(peers, database, task):
    """Octets of shared memory that a confirmed call keeps."""
    def used():
        return int(re.search(r"\bused: (\d+)",
                             server.kamcmd("core.shmmem")).group(1))

    def no_transaction():
        return re.search(r"current: 0\b", server.kamcmd("tm.stats"))

    with Answering(peers, database, task) as server:
        confirm(peers, server, alone)
        node.wait_until(no_transaction, "end of the transactions", 60)
        before = used()
        confirm(peers, server, alone)
        node.wait_until(no_transaction, "end of the transactions", 60)
        return (used() - before) / CALLS


def decisions(*words):
    """Decisions of the library in a second."""
    done = subprocess.run([DECISIONS, node.TOP / "cfg/policies.ini", "p25",
                           *words], check=True, capture_output=True)
    return float(done.stdout)


def bench_library():
    """The library alone, on one processor."""
    offer, answer = WORK / "offer.sdp", WORK / "answer.sdp"
    offer.write_bytes(OFFER)
    answer.write_bytes(ANSWER)
    print("\nThe library alone, one processor, not under callgrind.")
    say("decisions on that offer, a second", decisions(offer))
    say("decisions on its answer, a second", decisions(offer, answer))


def main():
    """All figures, what was done for them above each."""
    WORK.mkdir(parents=True, exist_ok=True)
    database = bench.make_database(len(bench.USERS))
    peers = sample.Peers()
    print(f"\nUser-space instructions per call, {MESSAGES:,} calls after"
          f" {WARM_UP}, allocator fm.")
    for make in (alone, beside_info):
        bench_offers(peers, database, make)
    bench_library()
    print(f"\nShared memory of a confirmed call, mean of {CALLS}.")
    plain = memory(peers, database, "PLAIN")
    say("plain: the dialog", plain)
    module = memory(peers, database, "MODULE")
    say("module: with the state of both sides", module,
        f"{module - plain:+,.0f}")
    peers.close()
    for path in WORK.glob("users-*.db*"):
        path.unlink()


if __name__ == "__main__":
    main()
