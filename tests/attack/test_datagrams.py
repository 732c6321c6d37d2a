# SPDX-License-Identifier: GPL-2.0-or-later
"""A thousand large broken messages a second, and connections that are
refused: what they cost the log, and whom they cost an answer."""
import collections
import contextlib
import itertools
import socket
import time

import pytest

import isc
import mc
import sip
import unreadable

SECONDS, RATE, SIZE = 5, 1000, 60000
REFUSED = 5000
FEW = 100  # connections that the node takes
LIMIT = 64 << 10  # octets of log
FORMS = [form for form, fate in unreadable.FORMS.values()
         if isinstance(fate, str)]
QUICKLY = ('modparam("rtimer", "timer", "name=soon;interval=1;mode=0")\n'
           'modparam("rtimer", "exec", "timer=soon;route=WATCH")\n')


def paced(count, seconds):
    """Numbers, spread evenly over a time."""
    begin = time.monotonic()
    for n in range(count):
        late = begin + seconds * n / count - time.monotonic()
        if late > 0:
            time.sleep(late)
        yield n


def of_core(site):
    """A message of the core beside a registrar."""
    return mc.core_message("alice", b"x")


def over_isc(site):
    """A message of the core of an application server."""
    return isc.Core(site).hand(isc.message_of("alice"), "alice")


def asked(site, make):
    """True if the core's message is answered, repeated as RFC 3261 17.1.2
    says."""
    message = site.core.prepare(make(site))
    for timeout in (0.5, 1, 2, 4, 4):
        site.core.send_octets(bytes(message), site.node.address)
        with contextlib.suppress(sip.Timeout):
            return site.core.wait_final(message.branch, timeout).code == 200
    return False


def flood(site, make):
    """The broken messages, with one of the core every tenth of a second; how
    many of these were answered, and how many there were."""
    octets = itertools.cycle([form(SIZE) for form in FORMS])
    served = collections.Counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for n in paced(SECONDS * RATE, SECONDS):
            sock.sendto(next(octets), site.node.address)
            if n % 100 == 0:
                served[asked(site, make)] += 1
    return served[True], served.total()


@contextlib.contextmanager
def crowd(site):
    """All connections that the node takes, after many that it refused."""
    with contextlib.ExitStack() as stack:
        for n in range(FEW + REFUSED):
            sock = socket.create_connection(site.node.address, 10)
            if n < FEW:
                stack.enter_context(sock)
            else:
                sock.close()
        yield


@pytest.mark.parametrize("config, make", [
    ("mc-server.cfg", of_core), ("mc-as.cfg", over_isc)])
def test_log_under_attack(new_site, config, make):
    """A few lines, also without the bound of tools/node.sh; no secret; every
    message of the core is answered; what was dropped is counted."""
    site = new_site(env={"LOG_LIMIT": "0"}, config=config,
                    extra=QUICKLY + f"tcp_max_connections={FEW}\n")
    if make is of_core:
        site.client("alice")
    else:
        assert isc.Core(site).register("alice").code == 200
    log = site.node.path("kamailio.log")
    before, begin = log.stat().st_size, time.monotonic()
    served, of = flood(site, make)
    with crowd(site):
        site.node.wait_log(f"few TCP connections left: {FEW} of {FEW}", 20)
    said = log.read_bytes()[before:]
    seconds = time.monotonic() - begin
    counted = site.node.counters("node")
    rejected = site.node.counters("tcp")["local_reject"]
    print(f"\n{SECONDS * RATE} datagrams of {SIZE} octets, {REFUSED} "
          f"connections, in {seconds:.1f} s: {len(said)} octets of log, "
          f"{served} of {of} messages of the core answered, "
          f"{rejected} connections refused, {counted}")
    assert len(said) < LIMIT
    assert unreadable.SECRET not in said
    assert served == of
    assert rejected > REFUSED * 0.9
    assert sum(counted[name] for name in (
        unreadable.UNREADABLE, unreadable.BROKEN, "dropped_flood")) > 100
    assert not site.node.crashes()
