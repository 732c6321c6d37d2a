#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every SIPp scenario against a node of its own and prints a table.

A scenario's name attribute ends in what is expected: status and MC warning
code of the reply, or the request that comes.
"""
import argparse
import contextlib
import pathlib
import sys
import tempfile
import xml.etree.ElementTree

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests" / "support"))
import node  # noqa: E402
import sample  # noqa: E402
import sip  # noqa: E402
import sipp  # noqa: E402

USERS = ("alice", "dave", "deaf", "erin", "frank", "mute")
CLIENT = "127.0.0.1"
FLOW = [  # what receives, what sends, how often
    ("step-2-server-to-iwf", "step-1-client-to-server", 1),
    ("step-4-server-to-client", "step-3-iwf-to-server", 1),
    ("step-6-server-to-iwf", "step-5-client-to-server", 1),
]
FURTHER = ("step-7-client-to-server", "step-7-iwf-to-server")
P25 = {"pt": "100", "codec": "X-TIA-P25-IMBE/8000"}
AMRWB = {"pt": "96", "codec": "AMR-WB/16000"}
UNIT1 = "sip:unit1@iwf.example.org"
GROUP = "sip:grp-p25@mc.example.org"
CALLS = [  # who calls, whom, with which speech; who is called
    ("call-private", UNIT1, P25, "call-answered"),
    ("call-plain", UNIT1, P25, "call-answered"),
    ("call-group", GROUP, P25, "call-answered"),
    ("call-from-iwf", "sip:alice@mc.example.org", P25, "call-answered"),
    ("call-group-from-iwf", "sip:alice@mc.example.org", P25,
     "call-answered"),
    ("call-private", "sip:frank@mc.example.org", AMRWB, "call-answered"),
    ("call-cancelled", UNIT1, P25, "call-rings"),
]
LOW_LIMIT = 'modparam("mc_iwf", "max_body", 1000)'
FROM_IWF = {"refused-peer-asserts-other", "refused-partner-unknown",
            "refused-target-unknown", "refused-receive-denied",
            "refused-iwf-foreign", "refused-target-not-registered"}


def expected(scenario):
    """What the scenario's name says at its end."""
    root = xml.etree.ElementTree.parse(f"{sipp.FOLDER / scenario}.xml")
    return root.getroot().get("name").rpartition(": ")[2]


class Table:
    """Prints one line a scenario; remembers whether all went well."""

    def __init__(self):
        self.passed = True
        self._line("scenario", "expected", "seen", "verdict")

    @staticmethod
    def _line(*columns):
        print("{:32}{:12}{:12}{}".format(*columns), flush=True)

    def add(self, scenario, result):
        """A finished scenario."""
        self.passed = self.passed and result.passed
        self._line(scenario, expected(scenario), result.seen,
                   "passed" if result.passed else "FAILED")


class Runner:
    """A node, the places where its peers are, and the table."""

    def __init__(self, site, work, iwf_port, table):
        self.site, self.work = site, work
        self.iwf_port, self.table = iwf_port, table
        self.alice_port = node.free_port()

    def start(self, scenario, address, **options):
        """Starts a scenario at one of the peers' addresses."""
        return sipp.Sipp(scenario, self.site.node.address, self.work,
                         address=address, **options)

    def finish(self, scenario, process):
        """Waits for it and adds its line."""
        self.table.add(scenario, process.wait())

    def register(self):
        """All users that have to be registered, each by SIPp."""
        for user in USERS:
            contact = f"sip:{user}@{CLIENT}:{self.alice_port}"
            process = self.start("register", CLIENT, user=user,
                                 keys={"contact": contact})
            self.finish("register", process)

    def flow(self):
        """Steps 1 to 6: the receiver is there before the sender starts."""
        for receiving, sending, calls in FLOW:
            to_iwf = "to-iwf" in receiving
            here, port = ((sample.PEERS["iwf1"], self.iwf_port) if to_iwf
                          else (CLIENT, self.alice_port))
            there = CLIENT if to_iwf else sample.PEERS["iwf1"]
            receiver = self.start(receiving, here, port=port, calls=calls)
            sender = self.start(sending, there, calls=calls)
            self.finish(sending, sender)
            self.finish(receiving, receiver)

    def further(self):
        """Step 7: both sides at the same time, to receivers in Python."""
        iwf = sip.UdpEndpoint(sample.PEERS["iwf1"], self.iwf_port)
        alice = sip.UdpEndpoint(CLIENT, self.alice_port)
        with iwf, alice:
            senders = [self.start(name, there, calls=5) for name, there in
                       zip(FURTHER, (CLIENT, sample.PEERS["iwf1"]))]
            for name, sender in zip(FURTHER, senders):
                self.finish(name, sender)

    def calls(self):
        """Every kind of call: the called party is there first."""
        for calling, target, speech, called in CALLS:
            keys = {"target": target, **speech}
            from_iwf = "from-iwf" in calling
            here, port = ((CLIENT, self.alice_port)
                          if target.endswith("@mc.example.org")
                          and target != GROUP
                          else (sample.PEERS["iwf1"], self.iwf_port))
            there = sample.PEERS["iwf1"] if from_iwf else CLIENT
            receiver = self.start(called, here, port=port, keys=keys)
            sender = self.start(calling, there, keys=keys)
            self.finish(calling, sender)
            self.finish(called, receiver)

    def refusal(self, scenario):
        """One refusal, from whom it has to come."""
        if scenario == "refused-peers-down":
            self.site.set_peers("dp")
        source = "iwf1" if scenario in FROM_IWF else "core"
        address = (CLIENT if scenario == "refused-not-authenticated"
                   else sample.PEERS[source])
        self.finish(scenario, self.start(scenario, address))
        self.site.set_peers("ap")


@contextlib.contextmanager
def running(table, **settings):
    """A runner whose first IWF has a port for SIPp alone, which takes an
    OPTIONS of the node for a mistake: it sends none. Nor does SIPp know that
    of two messages the later one may come first: one process serves UDP."""
    iwf_port = node.free_port()
    hop = {"iwf1": f"{sample.PEERS['iwf1']}:{iwf_port}"}
    peers = sample.Peers()
    peers.iwf1b.script = sip.silent
    with contextlib.closing(peers), \
            tempfile.TemporaryDirectory() as work, \
            sample.SampleNode(peers, env={"PROBE_INTERVAL": "3600"},
                              options=("-n", "1"), next_hops=hop,
                              **settings) as server:
        work = pathlib.Path(work)
        (work / "payload.bin").write_bytes(b"\x20\x02\0\r\n payload")
        (work / "large.bin").write_bytes(bytes(2000))
        yield Runner(sample.Site(peers, server), work, iwf_port, table)


def main():
    """The flow, then the refusals."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    table = Table()
    refusals = sorted(p.stem for p in sipp.FOLDER.glob("refused-*.xml"))
    refusals.remove("refused-too-large")
    with running(table) as runner:
        runner.register()
        runner.flow()
        runner.further()
        runner.calls()
        for scenario in refusals:
            runner.refusal(scenario)
    with running(table, extra=LOW_LIMIT) as runner:
        runner.refusal("refused-too-large")
    sys.exit(0 if table.passed else 1)


if __name__ == "__main__":
    main()
