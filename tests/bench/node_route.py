# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the instructions that a request takes in the sample node.

The node of cfg/ as it is shipped, with one UDP worker and all other processes;
callgrind counts in that worker. Beside the instructions it counts how often
header fields are classified, bodies cut and info documents read: once for each
message, however many functions of the script ask. The reply to a MESSAGE has no
body, and nothing of it is read; that to an INVITE is looked at.
"""
import collections
import random
import re
import shutil

import bench
import mc
import mc_invite
import node
import sample
import sdp
import sip
import user_agent
from bench import MESSAGES, PAYLOAD, WARM_UP, WORK, say

USER = "alice"
CALLED = "sip:unit1@iwf.example.org"
ONE_WORKER = "children=1\n"
MODULE = "/mc_iwf.so"
SIZES = (80, 8000, 30000)
OCTET_LIMIT = 1.6  # instructions
VALGRIND = """#!/bin/sh
exec valgrind --tool=callgrind -q --dump-before={register} \\
	--callgrind-out-file="$RUN_DIR/out.%p" {kamailio} "$@"
"""
Reader = collections.namedtuple("Reader", "function message call")
READERS = {"header fields classified": Reader("iwf_headers_read", 1, 2),
           "bodies cut into parts": Reader("mclmr_multipart_read", 1, 2),
           "info documents read": Reader("mclmr_mc_info_read", 1, 1)}


class Sample(sample.SampleNode):
    """The sample node under callgrind.

    callgrind_control does not reach a process that was forked: a REGISTER has
    the worker write down what was counted since the one before.
    """

    def __init__(self, peers, config="mc-server.cfg", sql=(),
                 register="iwf_contact_set_xavp"):
        """register: what each REGISTER calls, once."""
        wrapper = WORK / "kamailio"
        wrapper.write_text(VALGRIND.format(
            kamailio=node.KAMAILIO_BIN, register=register))
        wrapper.chmod(0o755)
        super().__init__(peers, extra=ONE_WORKER, config=config, sql=sql,
                         env={"PROBE_INTERVAL": "3600"})

    def _environment(self):
        return dict(super()._environment(),
                    KAMAILIO_BIN=str(WORK / "kamailio"))

    def count(self, client, traffic, profile):
        """Instructions per message; callgrind's file is kept as profile."""
        traffic(WARM_UP)
        client.register("mcptt")
        traffic(MESSAGES)
        client.register("mcptt")
        newest = max(self.folder.glob("out.*.*"),
                     key=lambda path: int(path.suffix[1:]))
        shutil.copy(newest, WORK / profile)
        return bench.total_of(profile) / MESSAGES


Profile = collections.namedtuple("Profile", "calls module")


def read_profile(name):
    """How often each function was called, by callgrind's file, and the
    instructions of mc_iwf with all that it calls."""
    names, calls, module, at = {}, collections.Counter(), 0, {}
    lines = iter((WORK / name).read_text().splitlines())
    for line in lines:
        found = re.match(r"(ob|fn|cob|cfn)=\((\d+)\)(?: (.*))?", line)
        if found:
            kind, number, text = found.groups()
            kinds = (kind[-2:], number)
            at[kind] = names.setdefault(kinds, text)
        elif line.startswith("calls="):
            calls[at["cfn"]] += int(line[len("calls="):].split()[0])
            called = at.pop("cob", at["ob"])
            cost = int(next(lines).split()[1])
            if called.endswith(MODULE) and not at["ob"].endswith(MODULE):
                module += cost
    return Profile(calls, module)


# What is sent

def to_iwf(peers, server, payload=PAYLOAD):
    """A user's MESSAGE, asserted by the IMS core, to the first peer."""
    def traffic(n):
        for _ in range(n):
            reply = peers.core.ask(mc.core_message(
                USER, payload, target=mc.KMF1), server.address)
            assert reply.code == 200, reply.start
        left = peers.iwf1.wait_request("MESSAGE").message
        assert mc.payload_of(left) == payload
        assert mc.calling_user(left) == mc.mc_id(USER)
    return traffic


def to_client(peers, server):
    """An IWF's MESSAGE to a registered user."""
    def traffic(n):
        for _ in range(n):
            reply = peers.iwf1.ask(
                mc.iwf_message(USER, PAYLOAD), server.address)
            assert reply.code == 200, reply.start
    return traffic


def invite():
    """A call of the user, as the IMS core hands it over."""
    message = mc_invite.private(USER, CALLED, sdp.OFFER)
    message.drop("P-Preferred-Service")
    message.add("P-Asserted-Service", mc.icsi("mcptt"))
    return message.add("P-Asserted-Identity", f"<{mc.impu(USER)}>")


def begin_call(peers, server):
    """A user's INVITE, asserted by the IMS core; the IWF answers 486."""
    def traffic(n):
        for _ in range(n):
            outgoing = user_agent.Outgoing(
                peers.core, server.address, invite()).start()
            reply = outgoing.refusal()
            assert reply.code == 486, reply.start
    return traffic


def by_digest(peers, server):
    """A user's MESSAGE to its IWF: challenged, then sent with credentials."""
    client = mc.Client(server, USER)

    def traffic(n):
        for _ in range(n):
            reply = client.ask(mc.client_message(USER, PAYLOAD))
            assert reply.code == 200, reply.start
        client.endpoint.forget()
    return traffic


def whole_call(peers, server):
    """A user's call: answered, acknowledged, ended by the IWF."""
    def traffic(n):
        for _ in range(n):
            out = user_agent.Outgoing(
                peers.core, server.address, invite()).start()
            arrived = user_agent.incoming(
                peers.iwf1, server.address, call_id=out.call_id)
            arrived.reply(200, sdp.OFFER)
            out.answered()
            far = arrived.dialog()
            far.wait("ACK")
            assert far.bye().code == 200
    return traffic


SCRIPTS = {begin_call: sip.answer(486), whole_call: user_agent.manners}


def measure(peers, server, client, make, *of):
    """What was counted while each request went."""
    peers.iwf1.script = SCRIPTS.get(make, sip.answer(200))
    each = make(peers, server, *of)

    def traffic(n):
        each(n)
        for peer in peers.all():
            peer.forget()

    name = f"NODE-{make.__name__}"
    return server.count(client, traffic, name), read_profile(name)


def print_readings(make, calls):
    """How often the readers were called, which is checked."""
    for what, reader in READERS.items():
        times = calls[reader.function] / MESSAGES
        say(what, note=f"{times:10.2f}  a request and its reply")
        wanted = reader.call if make is begin_call else reader.message
        assert round(times, 2) == wanted, what


def print_growth(peers, server, client):
    """What an octet of the payload costs; a larger one is not read."""
    print("\nThe sample node. A MESSAGE to the IWF, by its payload")
    cost = {}
    for size in SIZES:
        payload = random.Random(size).randbytes(size)
        cost[size], _ = measure(peers, server, client, to_iwf, payload)
        say(f"{size} octets", cost[size])
    growth = (cost[SIZES[-1]] - cost[SIZES[0]]) / (SIZES[-1] - SIZES[0])
    say("instructions per octet", note=(
        f"{growth:10.2f}  " + bench.verdict(growth, OCTET_LIMIT, "")))


def main():
    """The figures of the routes."""
    WORK.mkdir(parents=True, exist_ok=True)
    with sample.Peers() as peers, Sample(peers) as server:
        client = mc.Client(server, USER).register("mcptt")
        for make in (to_iwf, to_client, begin_call, by_digest, whole_call):
            cost, profile = measure(peers, server, client, make)
            print(f"\nThe sample node. {make.__doc__}")
            say("instructions of the worker", cost)
            say("of them in mc_iwf and what it calls",
                profile.module / MESSAGES)
            if make not in (by_digest, whole_call):
                print_readings(make, profile.calls)
        print_growth(peers, server, client)
        client.close()


if __name__ == "__main__":
    main()
