#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of a real IMS core, the node as its application server.

Starts the node with mc-as.cfg, and a core: Debian's P-, I- and S-CSCF, and a
stand-in for the HSS. alice registers with the core, with an access token; a P25 rekey message goes
along the seven steps of the IWF short message flow; a call is made each way;
then she leaves. What it prints was read from sockets; it fails on any
difference from what should have been.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import demo
from demo import Failed, REST
from demo_call import Server, require, show
import calls
import ims_core
import isc
import mc
import mc_invite
import media
import sip
import tokens
import user_agent

PACKETS = 50
KID = "idms-1"  # the key of the identity management server


class Demo:
    """The core, the node, an IWF and alice."""

    def __init__(self, core, server, iwf, payload, key):
        self.core, self.server, self.iwf = core, server, iwf
        self.payload, self.key = payload, key
        self.alice = ims_core.Client(core, "alice")
        self.alice.endpoint.script = user_agent.manners

    def register(self):
        """She proves to the core who she is; that tells the node."""
        token = tokens.token(self.key, KID, exp=int(time.time()) + 600)
        self.alice.register(parts=[mc.info_part(mc.info_xml("mcptt", (
            '<mcptt-access-token type="Normal"><mcpttString>'
            f"{token}</mcpttString></mcptt-access-token>")))])
        ims_core.wait_registered(Server(), "alice")
        found, = Server().rpc("mc_iwf.bindings", self.alice.public)[
            "registrations"]
        require([one["mc_id"] for one in found["bindings"]]
                == [mc.mc_id("alice")], "what alice's token has bound")
        show("1. alice registers with the core, with an access token", [
            f"{self.alice.public}: 200; the S-CSCF tells the node",
            f"bound to {mc.mc_id('alice')}"])

    # Short messages

    def send(self, ladder, number, by_client, label=None):
        """A message to the node, and what is answered."""
        if by_client:
            reply = self.alice.ask(ims_core.own(
                self.alice, mc.client_message("alice", self.payload)))
        else:
            reply = self.iwf.ask(
                mc.iwf_message("alice", self.payload), self.server)
        ladder.sent(label or number, by_client, len(self.payload), reply.code)
        require(reply.code == 200, f"step {number}: {reply.start}")

    def read(self, ladder, number, by_iwf, count=1):
        """What arrives at the other side."""
        endpoint = self.iwf if by_iwf else self.alice.endpoint
        for got in endpoint.wait_requests(count, timeout=sip.TIMEOUT):
            ladder.read(number, by_iwf, got.message)
        endpoint.forget()

    def messages(self):
        """The seven steps."""
        show("2. a P25 rekey message, and its answers", [""])
        ladder = demo.Ladder(self.payload)
        for number, by_client in ((1, True), (3, False), (5, True)):
            self.send(ladder, number, by_client)
            self.read(ladder, number + 1, by_client)
        for _ in range(REST):
            for by_client in (True, False):
                self.send(ladder, 7, by_client)
        for by_iwf in (True, False):
            self.read(ladder, 7, by_iwf, REST)
        require(ladder.equal, "what was read is not what was sent")

    # Calls

    def calls(self):
        """One that alice makes, and one that a radio makes."""
        with media.Party("127.0.1.1") as one, \
                media.Party("127.0.1.2") as other:
            offer = one.sdp(media.P25)
            self.call(3, f"alice calls {calls.UNIT1}, and ends it",
                      user_agent.Outgoing(
                          self.alice.endpoint, self.core.pcscf, ims_core.own(
                              self.alice, mc_invite.private(
                                  "alice", calls.UNIT1, offer)),
                          contact=False),
                      (self.iwf, self.server), (one, other))
            self.call(4, f"{calls.UNIT1} calls alice, and ends it",
                      user_agent.Outgoing(
                          self.iwf, self.server, mc_invite.from_lmr(
                              calls.UNIT1, "alice", offer)),
                      (self.alice.endpoint, self.core.pcscf), (one, other))

    @staticmethod
    def call(number, title, out, callee, parties):
        """It is answered; speech goes both ways; who called ends it."""
        out.start()
        arrived = user_agent.incoming(*callee, call_id=out.call_id)
        arrived.reply(200, parties[1].sdp(media.P25))
        near, told = out.answered(timeout=sip.TIMEOUT)
        far = arrived.dialog()
        far.wait("ACK", timeout=sip.TIMEOUT)
        media.exchange(parties[0], told, parties[1], arrived.sdp,
                       next(iter(media.P25)), PACKETS)
        require(near.bye().code == 200, "BYE is refused")
        far.wait("BYE", timeout=sip.TIMEOUT)
        show(f"{number}. {title}", [
            f"INVITE, 200, ACK; {PACKETS} packets each way arrived octet for "
            "octet; BYE, 200"])

    # The end

    def leave(self):
        """She is not reached any more, and is no sender."""
        self.alice.register(expires=0)
        ims_core.wait_registered(Server(), "alice", False)
        to_alice = self.iwf.ask(
            mc.iwf_message("alice", self.payload), self.server)
        with sip.UdpEndpoint(ims_core.SCSCF) as late:
            of_alice = late.ask(isc.message_of("alice"), self.server)
        show("5. alice leaves; then, the answer to", [
            f"a message of the IWF for her: {to_alice.start[8:]}",
            f"one of hers from the S-CSCF: {of_alice.start[8:]}",
            f"    Warning: {of_alice.get('Warning')}"])
        require(to_alice.code == 480, "she is still reached")
        require(of_alice.code == 404 and '"141 ' in of_alice.get(
            "Warning", ""), "she is still a sender")

    def run(self):
        """All of it."""
        self.register()
        try:
            self.messages()
            self.calls()
            self.leave()
        finally:
            self.alice.endpoint.close()


def main():
    """Starts all, runs it, stops what it started."""
    options = demo.arguments(__doc__)
    run_dir = pathlib.Path(os.environ.get("RUN_DIR", "run")).resolve() / "as"
    keys = run_dir / "demo" / "idms.json"
    # The sample keeps who leaves: Debian's core says so of one of several devices.
    os.environ.update(RUN_DIR=str(run_dir), CONFIG="mc-as.cfg",
                      DEREG_GRACE="0", TOKEN_KEYS=str(keys),
                      ACCESS_TOKENS="required")
    server = Server.address
    try:
        with contextlib.ExitStack() as started:
            demo.prepare(run_dir / "demo")
            key = tokens.rsa_key()
            keys.write_text(json.dumps({"keys": [tokens.jwk(key, KID)]}))
            iwf = started.enter_context(sip.UdpEndpoint(
                demo.IWF, options.iwf_port, user_agent.manners))
            started.enter_context(
                demo.running_node(run_dir, options.peer_port))
            core = started.enter_context(ims_core.Core(
                f"{server[0]}:{server[1]}", iwf.hostport))
            Demo(core, server, iwf,
                 (run_dir / "demo" / "payload.bin").read_bytes(), key).run()
    except (Failed, AssertionError, subprocess.CalledProcessError) as error:
        sys.exit(f"demo-ims: FAILED: {error}")
    print("\ndemo-ims: all octets arrived as they were sent, through the core")


if __name__ == "__main__":
    main()
