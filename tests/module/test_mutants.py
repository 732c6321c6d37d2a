# SPDX-License-Identifier: GPL-2.0-or-later
"""The short form of `make attack`: some hundred messages with octets changed,
over UDP and TCP."""
import pytest

import isc
import mutants
import node
import sample

COUNT, SEED = 300, 7
LOG = 64 << 10   # octets
HELD = 40 << 10  # octets of a transaction
SPARE = 1 << 20


OPEN = {"LOG_LIMIT": "0", "PIKE_LIMIT": "1000000", "USER_LIMIT": "1000000"}


def held(site):
    """Transactions that are held."""
    return site.node.rpc("tm.stats")["current"]


@pytest.mark.parametrize("make, kind", [
    (lambda peers: sample.SampleNode(peers, env=OPEN), mutants.Storm),
    (lambda peers: isc.node_of_core(peers, **OPEN), mutants.IscStorm)],
    ids=["registrar", "isc"])
def test_mutants(make, kind):
    """The node lives, what arrives is what was sent, in the name of who proved
    it; the log is short and without secrets; the memory is that of the
    transactions that are held."""
    with sample.running(make) as site:
        used = site.node.shared_memory()
        arrived, log = mutants.storm(site, COUNT, SEED, kind)
        assert arrived > COUNT / 20
        assert len(log) < LOG
        node.wait_until(lambda: site.node.shared_memory() - used
                        < held(site) * HELD + SPARE, "memory back")
        site.reset()
