# SPDX-License-Identifier: GPL-2.0-or-later
"""Processor time of a whole call: the sample node against a plain proxy.

Both have a relay of their own and run at once; batches of calls go through
them in turn. Time is that of all processes and threads of a node, its relay
among them, less what it takes while the other one works.
"""
import collections
import pathlib

import bench
import mc
import node
import node_route
import rtpengine
import sample
import user_agent

BATCH, ROUNDS = 50, 10
NANO = 1e9
QUIET = "--log-level=3"  # as that of the sample
Measured = collections.namedtuple("Measured", "work idle wall idle_wall")


class Proxy(node.Kamailio):
    """The plain proxy, with a relay."""

    def __init__(self, relay, next_hop):
        super().__init__(bench.HERE / "proxy.cfg")
        self.relay = relay
        self.defines = [f'NEXT_HOP="sip:{next_hop}"',
                        f'RELAY_URL="{relay.socket}"',
                        f'CTL_URL="unix:{self.path("kamailio_ctl")}"']

    def _command(self):
        return [*super()._command(), *bench.FAST]


def children():
    """The children of each process."""
    found = collections.defaultdict(list)
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        parent = int(text[text.rindex(")") + 2:].split()[1])
        found[parent].append(int(path.parent.name))
    return found


def family(*pids):
    """These processes and all that come of them."""
    below, found = children(), list(pids)
    for pid in found:
        found += below[pid]
    return found


def time_of(pids):
    """Nanoseconds that all their threads have run."""
    return sum(int(path.read_text().split()[0])
               for pid in pids
               for path in pathlib.Path(f"/proc/{pid}/task").glob(
                   "*/schedstat"))


def clock():
    """Nanoseconds of the wall clock."""
    return int(float(pathlib.Path("/proc/uptime").read_text().split()[0])
               * NANO)


def measure(works, processes):
    """What each contender took while it worked, and while it did not."""
    sums = {name: [0, 0, 0, 0] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            begun = clock()
            before = {who: time_of(processes[who]) for who in works}
            work(BATCH)
            wall = clock() - begun
            for who in works:
                at = 0 if who == name else 1
                sums[who][at] += time_of(processes[who]) - before[who]
                sums[who][at + 2] += wall
    return {name: Measured(*row) for name, row in sums.items()}


def per_call(measured):
    """Microseconds of a call."""
    idle = measured.idle / measured.idle_wall * measured.wall
    return (measured.work - idle) / (BATCH * ROUNDS) / 1000


def traffic(peers, server):
    """What sends a number of calls through a node."""
    calls = node_route.whole_call(peers, server)

    def work(n):
        calls(n)
        for peer in peers.all():
            peer.forget()
    return work


def main():
    """Both figures, and what one is of the other."""
    bench.WORK.mkdir(parents=True, exist_ok=True)
    with sample.Peers() as peers, rtpengine.Rtpengine(QUIET) as relay, \
            sample.SampleNode(peers) as server, \
            Proxy(relay, peers.iwf1.hostport) as proxy:
        peers.iwf1.script = user_agent.manners
        client = mc.Client(server, node_route.USER).register("mcptt")
        works = {"plain": traffic(peers, proxy),
                 "sample": traffic(peers, server)}
        for work in works.values():
            work(BATCH)
        measured = measure(works, {
            "plain": family(proxy.process.pid, relay.process.pid),
            "sample": family(server.process.pid)})
        client.close()
    print("\nA whole call: processor time of all processes, us")
    figures = {name: per_call(row) for name, row in measured.items()}
    for name, figure in figures.items():
        bench.say(name, figure)
    bench.say("sample, of plain",
              note=f"{figures['sample'] / figures['plain']:10.2f}")


if __name__ == "__main__":
    main()
