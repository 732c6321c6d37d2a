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
import subprocess
import sys
import tempfile

import demo
from demo import Failed, TOP
import mc
import mc_invite
import media_endpoint
import node
import rtpengine
import sample
import sip
import user_agent

CASE = media_endpoint.P25.with_("P25, encrypted end to end", e2ee=True)
CLEAR = media_endpoint.TETRA_BB.with_(
    "TETRA in clear", target=media_endpoint.TETRA_SECRET.target)
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
    paths = {name: work / f"{name}.sdp" for name in texts}
    for name, text in texts.items():
        paths[name].write_bytes(text.encode())
    last = paths.pop("sdp")
    files = [w for name, path in paths.items() for w in (f"--{name}", path)]
    done = subprocess.run(
        [TOP / "modules/mclmr/mclmr", "sdp", word, "--policies",
         TOP / "cfg/policies.ini", *options, *files, last],
        capture_output=True, check=True)
    return done.stdout.decode()


def with_wideband(sdp):
    """A description that offers AMR-WB, too, as a client does."""
    speech = f"a=rtpmap:{CASE.type} {CASE.rtpmap}\r\n"
    assert speech in sdp
    return sdp.replace(f" {CASE.type}\r\n", f" {CASE.type} 96\r\n", 1).replace(
        speech, f"{speech}a=rtpmap:96 AMR-WB/16000\r\n")


class Server:
    """The node of tools/node.sh, where its settings put it."""

    address = ("127.0.0.1", int(os.environ.get("SIP_PORT", 5060)))
    http_port = int(os.environ.get("HTTP_PORT", 8080))
    rpc = node.Kamailio.rpc


class Demo:
    """The node's surroundings and the two calls."""

    def __init__(self, work, server, iwf, tetra, relay):
        self.work, self.server = work, server
        self.iwf, self.tetra, self.relay = iwf, tetra, relay
        self.alice = mc.Client(server, "alice")
        self.alice.endpoint.script = user_agent.manners

    @staticmethod
    def decision(title, lines):
        """Prints a decision in words; what it says, by name."""
        show(title, lines)
        return dict(line.partition("=")[::2] for line in lines)

    def invite(self, case, offer):
        """Alice's INVITE for the target of a case."""
        message = mc_invite.private("alice", case.target, offer.encode())
        if case.e2ee:
            media_endpoint.with_e2ee_wanted(message)
        return user_agent.Outgoing(self.alice.endpoint, self.server.address,
                                   message, "alice").start()

    def encrypted_call(self):
        """P25 with keys that only the radios have."""
        with media_endpoint.Talk(CASE) as talk:
            offer = with_wideband(talk.caller.description())
            show(f"1. alice calls {CASE.target} and offers",
                 offer.splitlines())
            outgoing = self.invite(CASE, offer)
            incoming = user_agent.incoming(self.iwf, self.server.address,
                                           call_id=outgoing.call_id)
            left = self.offered(offer, incoming.sdp.decode())
            answer = talk.callee.description()
            incoming.reply(200, answer.encode())
            dialog, answer_in = outgoing.answered()
            self.answered(left, answer, answer_in.decode())
            talk.connect(left, incoming.sdp, answer, answer_in)
            self.media(dialog, talk)
            self.end(dialog)

    def offered(self, offer, got):
        """The decision on the offer; the offer as it left."""
        said = self.decision(
            "2. what the node's profile p25 says of it", self.server.rpc(
                "mc_iwf.sdp_explain", "p25", offer, "on"))
        require(said["verdict"] == "ok" and said["decision"] == "edit"
                and said["codec"] in CASE.rtpmap, "the offer is not edited")
        show("3. the IWF gets", got.splitlines())
        return mclmr(self.work, "apply", "--profile", "p25", "--wanted", "on",
                     sdp=offer)

    def answered(self, left, answer, got):
        """The decision on the answer."""
        said = self.decision(
            "4. what it says of the IWF's answer", mclmr(
                self.work, "explain", "--profile", "p25", "--wanted", "on",
                offer=left, sdp=answer).splitlines())
        require(said["verdict"] == "ok" and said["decision"] == "accept",
                "the answer is not accepted")
        show("5. alice gets", got.splitlines())

    def end(self, dialog):
        """Alice ends the call."""
        require(dialog.bye().code == 200, "BYE is refused")
        node.wait_until(lambda: dialog.call_id not in self.relay.calls(),
                        "end of the relay's session")
        print("\n7. BYE: rtpengine has no session of the call any more")

    def media(self, dialog, talk):
        """Speech both ways, as sent, as received, as counted."""
        caller, callee = talk.go(packets=PACKETS, expect=PACKETS)
        counts = self.relay.counts(dialog.call_id)
        sides = [("alice", caller, callee, user_agent.tag_of(dialog.local)),
                 ("the IWF", callee, caller, user_agent.tag_of(dialog.remote))]
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
        with media_endpoint.Talk(CLEAR) as talk:
            offer = talk.caller.description()
            show(f"8. alice calls {CLEAR.target} and offers clear speech",
                 offer.splitlines())
            outgoing = self.invite(CLEAR, offer)
            reply = outgoing.refusal()
            said = self.decision(
                "9. what the node's profile tetra-e2ee says of it",
                self.server.rpc("mc_iwf.sdp_explain", "tetra-e2ee", offer))
            require(said["verdict"] == "e2ee_required",
                    "the offer is not refused")
            show("10. alice gets", [
                reply.start, f"Warning: {reply.get('Warning')}"])
            require(reply.code == 488
                    and '"301 ' in reply.get("Warning", ""),
                    "the call is not refused with 488 and Warning 301")
            require(not self.tetra.requests("INVITE"),
                    "the IWF was called all the same")
            require(outgoing.call_id not in self.relay.calls(),
                    "rtpengine has a session for a refused call")
            print("\n11. the IWF was not called; rtpengine has no session")

    def run(self):
        """Both calls."""
        self.alice.register("mcptt")
        try:
            self.encrypted_call()
            self.refused_call()
        finally:
            self.alice.close()


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
                address, options.peer_port, user_agent.manners))
                for address in (demo.IWF, demo.TETRA_IWF))
            started.enter_context(
                demo.running_node(run_dir, options.peer_port))
            Demo(work, Server(), iwf, tetra, relay).run()
    except (Failed, AssertionError, subprocess.CalledProcessError) as error:
        sys.exit(f"demo-call: FAILED: {error}")
    print("demo-call: the call was relayed octet for octet, the other one"
          " refused")


if __name__ == "__main__":
    main()
