# SPDX-License-Identifier: GPL-2.0-or-later
"""Small messages at a rate that the node's memory is made for.

LOAD_RATE messages a second (0), LOAD_SECONDS long (60): `make load`, 1,000 a
second. Without a rate: as many as a tenth of that leaves in memory, on a node
with 64 MiB, as fast as they go. SIPp sends and answers them.
"""
import contextlib
import os
import subprocess
import time

import pytest

import mc
import node
import sample

RATE = int(os.environ.get("LOAD_RATE", 0))
SECONDS = int(os.environ.get("LOAD_SECONDS", 60))
KEPT = 32  # seconds that a transaction is kept
BRISK = 400  # a second, if the rate does not matter
BACK = 40  # seconds until nothing is held; twice that on a busy machine
BUSY = 3  # processes a core that want to run; of a run alone one
ROOM = 200000  # octets: blocks of other sizes than before
PAYLOAD = b"k" * 80

SEND = """<?xml version="1.0"?>
<scenario><send retrans="500"><![CDATA[
{message}
]]></send><recv response="200"/></scenario>
"""
# (As long as it waits, a MESSAGE that is repeated is answered again.)
ANSWER = """<?xml version="1.0"?>
<scenario><recv request="MESSAGE"/><send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send><timewait milliseconds="25000"/></scenario>
"""


def scenario(message):
    """What SIPp sends for a message: each with names of its own."""
    message.headers.insert(0, (
        "Via", "SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]"))
    message.set("Call-ID", "[call_id]")
    sender = message.get("From").partition(";")[0]
    message.set("From", f"{sender};tag=[pid]x[call_number]")
    return SEND.format(message=bytes(message).decode().replace("\r\n", "\n"))


class Sipp:
    """A SIPp process with a scenario, at an address."""

    def __init__(self, folder, text, to, address, port, *options):
        path = folder / f"{address}-{port}.xml"
        path.write_text(text)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["sipp", "%s:%d" % to, "-sf", str(path), "-i", address,
             "-p", str(port), "-nostdin", "-default_behaviors", "all,-bye",
             *options], cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait(self, timeout):
        """True if each of its messages was answered with 200; the seconds."""
        good = self.process.wait(timeout) == 0
        return good, time.monotonic() - self.started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def answering(site, folder, iwf_port):
    """SIPp in the place of the IWF and of alice."""
    alice = site.client("alice").endpoint
    alice.close()
    with Sipp(folder, ANSWER, site.node.address, "127.0.0.2", iwf_port), \
            Sipp(folder, ANSWER, site.node.address, *alice.address):
        yield


def send_all(site, folder, count, rate):
    """Half from the core to the IWF, half from the IWF to alice: true if each
    was answered with 200; the seconds that it took."""
    halves = ((mc.core_message("alice", PAYLOAD), "127.0.0.5"),
              (mc.iwf_message("alice", PAYLOAD), "127.0.0.2"))
    with contextlib.ExitStack() as stack:
        sending = [stack.enter_context(Sipp(
            folder, scenario(message), site.node.address, address,
            node.free_port(), "-r", str(rate // 2), "-m", str(count // 2)))
            for message, address in halves]
        results = [each.wait(10 * count / rate + 60) for each in sending]
    return (all(good for good, _ in results),
            max(seconds for _, seconds in results))


def skip_if_busy(counters, count):
    """A machine that has other things to do loses datagrams: that proves
    nothing of the node, and is told."""
    load = os.getloadavg()[0] / os.cpu_count()
    if RATE > 0 and load > BUSY:
        answered = (counters["forwarded_to_iwf"]
                    + counters["forwarded_to_client"])
        pytest.skip(f"this machine is busy, {load:.1f} processes a core:"
                    f" {answered} of {count} messages were answered with 200")


def a_tenth(server):
    """Messages that are in memory at 100 a second; 95 with Kamailio 6.1.5, whose
    transactions take 800 octets more."""
    return (95 if server.version() >= (6, 1, 5) else 100) * KEPT


def in_and_out(new_site, folder, how_many, rate, **settings):
    """So many messages, by the node, all answered with 200, and the memory back;
    the messages a second."""
    port = node.free_port()
    site = new_site(next_hops={"iwf1": f"127.0.0.2:{port}"}, **settings)
    before, count = site.node.shared_memory(), how_many(site.node)
    with answering(site, folder, port):
        good, seconds = send_all(site, folder, count, rate)
        counters = site.node.counters()
        assert counters["refused_overload"] == 0
        if not good:
            skip_if_busy(counters, count)
        assert good
        most = counters["held_octets"]
        node.wait_until(lambda: site.node.counters()["held_octets"] == 0,
                        "memory back", 2 * BACK)
    after = site.node.shared_memory()
    print(f"{count} messages in {seconds:.1f} s, {most} octets held at the"
          f" end; shared memory before {before}, after {after}")
    counters = site.node.counters()
    assert counters["forwarded_to_iwf"] == counters["forwarded_to_client"] \
        == count // 2
    assert after < before + ROOM
    return count / seconds


@pytest.mark.skipif(RATE > 0, reason="LOAD_RATE: as many as it says")
def test_a_tenth_in_64_mib(new_site, tmp_path):
    """What 100 a second leave in memory, at once."""
    in_and_out(new_site, tmp_path, a_tenth, BRISK, options=["-m", "64"],
               env={"PROBE_INTERVAL": "3600"})


@pytest.mark.skipif(RATE == 0, reason="no LOAD_RATE: make load")
def test_rate(new_site, tmp_path):
    """At LOAD_RATE, with the memory that the node takes by itself."""
    rate = in_and_out(new_site, tmp_path, lambda _: RATE * SECONDS, RATE,
                      env={"PROBE_INTERVAL": "3600"})
    if rate < 0.95 * RATE:
        pytest.skip(f"this machine sends {rate:.0f} messages a second,"
                    f" not {RATE}")
