# SPDX-License-Identifier: GPL-2.0-or-later
"""That a node needs no more memory the longer it runs: after reloads,
changes of the plan, and looks at registrations. Calls: test_call_state."""
import pytest

import mc
import node

RELOADS, PLANS, LOOKS = 20, 10, 200
ROOM = 20000  # octets: blocks of other sizes than before; half a plan


def reload_often(site, count):
    """Has everything loaded anew so often."""
    before = site.node.counters()["reloads"]
    for _ in range(count):
        assert "loaded" in site.node.kamcmd("mc_iwf.reload")
    assert site.node.counters()["reloads"] == before + count


def change_plan(site, count):
    """Changes a small table so often, each time until it is in force; there
    are as many rows at the end as before."""
    for i in range(count):
        uri = f"sip:kmf-new{i % 2}@iwf.example.org"
        site.node.edit("INSERT INTO mc_iwf_kmfs (uri, peer_set) "
                       f"VALUES ('{uri}', 1)")
        node.wait_until(lambda u=uri: u in site.node.kamcmd("mc_iwf.kmfs"),
                        "KMF in force")
        site.node.edit(f"DELETE FROM mc_iwf_kmfs WHERE uri = '{uri}'")
        node.wait_until(lambda u=uri: u not in site.node.kamcmd(
            "mc_iwf.kmfs"), "KMF out of force")


@pytest.fixture
def calm_site(new_site):
    """A site that does nothing by itself, and looks often at its tables."""
    return new_site(env={"RELOAD_DELTA": "0", "PROBE_INTERVAL": "3600"},
                    extra='modparam("mc_iwf", "refresh_interval", 20)')


def grown(site, action, count):
    """How much shared and private memory is in use after an action that was
    repeated than before; it ran a few times already."""
    action(site, 3)
    before = site.node.shared_memory(), site.node.private_memory()
    action(site, count)
    return (site.node.shared_memory() - before[0],
            site.node.private_memory() - before[1])


def test_reloads(calm_site):
    """A directory that was replaced is freed, and what read it."""
    shared, private = grown(calm_site, reload_often, RELOADS)
    assert shared < ROOM and private < ROOM


def test_plan_changes(calm_site):
    """The same of a plan."""
    shared, private = grown(calm_site, change_plan, PLANS)
    assert shared < ROOM and private < ROOM


def ask_often(site, count):
    """Asks whether alice is registered, as each message does."""
    for _ in range(count):
        assert "verdict: ok" in site.node.kamcmd(
            "mc_iwf.explain", mc.impu("alice"), "mcptt")


def test_registrations_in_the_database(new_small):
    """With db_mode 3 a record is made for each look, and given back."""
    location = 'modparam("usrloc", "xavp_contact", "ulattrs")'
    site = new_small((location, f"""{location}
modparam("usrloc", "db_url", "sqlite:///location.db")
modparam("usrloc", "db_mode", 3)"""))
    site.client("alice")
    shared, private = grown(site, ask_often, LOOKS)
    assert shared < ROOM and private < ROOM
