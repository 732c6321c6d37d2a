#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An encrypted call between an MC client and a P25 radio, and a refused one.

Starts the node with its media relay. alice calls a radio behind the IWF; both
sides speak P25, encrypted end to end; then she calls a TETRA user who may
never speak in clear, and offers clear speech. What it prints was decided by
the node, read from sockets, and counted by rtpengine; it fails on any
difference from what should have been.
"""
import argparse
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import demo
from demo import Failed, TOP
import call
import mc
import node
import rtpengine
import sample
import sip
import talks

CASE = talks.P25.with_("P25, encrypted end to end", e2ee=True)
CLEAR = talks.TETRA_BB.with_(
    "TETRA in clear", target=talks.TETRA_SECRET.target)
PACKETS = 50


def show(title, lines):
    """Prints lines under a title."""
    print(f"\n{title}")
    for line in lines:
        print(f"    {line}")
    sys.stdout.flush()


def require(condition, what):
    """Fails where something is not as it should be."""
    if not condition:
        raise Failed(what)


def mclmr(work, word, *options, **texts):
    """What mclmr sdp prints for descriptions, each given as a file."""
    paths = {}
    for name, text in texts.items():
        paths[name] = work / f"{name}.sdp"
        paths[name].write_text(text)
    last = paths.pop("sdp")
    files = [w for name, path in paths.items() for w in (f"--{name}", path)]
    done = subprocess.run(
        [TOP / "modules/mclmr/mclmr", "sdp", word, "--policies",
         TOP / "cfg/policies.ini", *options, *files, last],
        capture_output=True, text=True, check=True)
    return done.stdout


class Demo:
    """The node's surroundings and the two calls."""

    def __init__(self, work, server, iwf, tetra, relay):
        self.work, self.server = work, server
        self.iwf, self.tetra, self.relay = iwf, tetra, relay
        self.alice = mc.Client(server, "alice")
        self.alice.endpoint.script = call.manners

    def explain(self, title, profile, wanted, **texts):
        """Prints why a description may leave, or may not."""
        text = mclmr(self.work, "explain", "--profile", profile, *(
            ("--wanted", wanted) if wanted else ()), **texts)
        show(title, text.splitlines())
        return dict(re.findall(r"^(\w+)=(.*)$", text, re.M))

    def invite(self, case, offer):
        """Alice's INVITE for the target of a case."""
        message = call.private("alice", case.target, offer.encode())
        if case.e2ee:
            talks.with_e2ee_wanted(message)
        return call.Outgoing(self.alice.endpoint, self.server.address,
                             message, "alice").start()

    def encrypted_call(self):
        """P25 with keys that only the radios have."""
        with talks.Talk(CASE) as talk:
            offer, answer = (talk.caller.description(),
                             talk.callee.description())
            show(f"1. alice calls {CASE.target} and offers",
                 offer.splitlines())
            outgoing = self.invite(CASE, offer)
            incoming = call.incoming(self.iwf, self.server.address,
                                     call_id=outgoing.call_id)
            self.decided(outgoing, incoming, offer, answer, talk)

    def decided(self, outgoing, incoming, offer, answer, talk):
        """Both decisions, then the media."""
        said = self.explain("2. what profile p25 says of the offer", "p25",
                            "on", sdp=offer)
        require(said["verdict"] == "ok" and said["codec"] in CASE.rtpmap,
                "the offer is refused")
        show("3. the IWF gets", incoming.sdp.decode().splitlines())
        incoming.reply(200, answer.encode())
        dialog, answer_in = outgoing.answered()
        left = mclmr(self.work, "apply", "--profile", "p25", "--wanted", "on",
                     sdp=offer)
        said = self.explain("4. what it says of the IWF's answer", "p25", "on",
                            offer=left, sdp=answer)
        require(said["verdict"] == "ok", "the answer is refused")
        show("5. alice gets", answer_in.decode().splitlines())
        talk.connect(offer, incoming.sdp, answer, answer_in)
        self.media(dialog, talk)
        require(dialog.bye().code == 200, "BYE is refused")
        node.wait_until(lambda: dialog.call_id not in self.relay.calls(),
                        "end of the relay's session")
        print("\n7. BYE: rtpengine has no session any more")

    def media(self, dialog, talk):
        """Speech both ways, as sent, as received, as counted."""
        caller, callee = talk.go(packets=PACKETS, expect=PACKETS)
        counts = self.relay.counts(dialog.call_id)
        sides = [("alice", caller, callee, call.tag_of(dialog.local)),
                 ("the IWF", callee, caller, call.tag_of(dialog.remote))]
        lines = []
        for name, sender, receiver, tag in sides:
            same = sorted(receiver.received) == sender.sent
            counted = counts[tag][0]
            lines.append(
                f"{name} sent {len(sender.sent)} packets, "
                f"{sum(p.length for p in sender.sent)} octets; rtpengine "
                f"counted {counted.packets}, {counted.bytes}; "
                f"{len(receiver.received)} arrived, "
                f"{'octet for octet' if same else 'DIFFERENT'}")
            require(same and not receiver.wrong
                    and len(sender.sent) == PACKETS
                    and tuple(counted) == sender.octets_out,
                    f"media of {name}: {lines[-1]} {receiver.wrong}")
        show("6. speech both ways, encrypted by the radios' key", lines)

    def refused_call(self):
        """TETRA in clear, to who may never speak in clear."""
        with talks.Talk(CLEAR) as talk:
            offer = talk.caller.description()
            show(f"8. alice calls {CLEAR.target} and offers clear speech",
                 offer.splitlines())
            outgoing = self.invite(CLEAR, offer)
            reply = outgoing.refusal()
            self.explain("9. what profile tetra-e2ee says of the offer",
                         "tetra-e2ee", None, sdp=offer)
            show("10. alice gets", [
                reply.start, f"Warning: {reply.get('Warning')}"])
            require(reply.code == 488
                    and '"301 ' in reply.get("Warning", ""),
                    "the call is not refused with 488 and Warning 301")
            require(not self.tetra.requests("INVITE"),
                    "the IWF was called all the same")
            require(outgoing.call_id not in self.relay.calls(),
                    "rtpengine has a session for a refused call")
            print("\n11. the IWF was not called, rtpengine has no session")

    def run(self):
        """Both calls."""
        self.alice.register("mcptt")
        try:
            self.encrypted_call()
            self.refused_call()
        finally:
            self.alice.close()


class Server:
    """Where the node of tools/node.sh listens."""

    address = ("127.0.0.1", int(os.environ.get("SIP_PORT", 5060)))


def main():
    """Starts all, runs both calls, stops what it started."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--peer-port", type=int, default=sample.SAMPLE_PORT,
        help="where the node sends to the IWFs, and they listen")
    options = parser.parse_args()
    run_dir = pathlib.Path(os.environ.get("RUN_DIR", "run")).resolve()
    relay = rtpengine.NgClient((
        rtpengine.CONTROL, int(os.environ.get("RTPENGINE_PORT", 22222))))
    try:
        with contextlib.ExitStack() as started:
            work = pathlib.Path(started.enter_context(
                tempfile.TemporaryDirectory()))
            iwf, tetra = (started.enter_context(sip.UdpEndpoint(
                address, options.peer_port, call.manners))
                for address in (demo.IWF, demo.TETRA_IWF))
            started.enter_context(
                demo.running_node(run_dir, options.peer_port))
            Demo(work, Server, iwf, tetra, relay).run()
    except (Failed, AssertionError, subprocess.CalledProcessError) as error:
        sys.exit(f"demo-call: FAILED: {error}")
    print("demo-call: the call was relayed octet for octet, the other one"
          " refused")


if __name__ == "__main__":
    main()
