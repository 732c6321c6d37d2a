# SPDX-License-Identifier: GPL-2.0-or-later
"""Data that change while the node runs. Very many: test_many_users."""
import threading
import time

import pytest

import mc
import node

IN_FORCE = 1.0  # seconds after a commit


def share(path, other):
    """Makes the tables at path those of another node."""
    path.unlink()
    path.symlink_to(other.path("mc_iwf.db"))


def test_deleted_row_is_in_force_on_two_nodes(new_site):
    """Revocation: within a second after the commit, on every node."""
    first = new_site()
    second = new_site(prepare=lambda path: share(path, first.node))
    for site in (first, second):
        site.client("alice")
        assert site.from_core(mc.core_message("alice", b"x")).code == 200
    first.node.edit("DELETE FROM mc_iwf_users WHERE person = 'alice'")
    end = time.monotonic() + IN_FORCE
    for site in (first, second):
        node.wait_until(
            lambda: site.from_core(
                mc.core_message("alice", b"x")).code == 404,
            "refusal", timeout=end - time.monotonic())


@pytest.mark.parametrize("change, code", [
    ("UPDATE mc_iwf_users SET send = 0 WHERE person = 'alice'", 403),
    ("DELETE FROM mc_iwf_lmr WHERE person = 'alice'", 403),
    ("UPDATE mc_iwf_peers SET address = '127.0.0.99' WHERE kind = 'core'",
     407),
    ("DELETE FROM mc_iwf_roles WHERE role = 'originating'", 403),
])
def test_changed_row_is_in_force(new_site, change, code):
    """Every table counts, without a reload."""
    site = new_site()
    site.client("alice")
    assert site.from_core(mc.core_message("alice", b"x")).code == 200
    site.node.edit(change)
    node.wait_until(
        lambda: site.from_core(mc.core_message("alice", b"x")).code == code,
        f"{code}", timeout=IN_FORCE)


def test_reload_under_traffic(new_site):
    """No message is refused or lost while everything is loaded anew."""
    site = new_site(env={"RELOAD_DELTA": "0"})
    alice = site.client("alice")
    done, sent = threading.Event(), 0

    def reload_again_and_again():
        while not done.is_set():
            site.node.kamcmd("mc_iwf.reload")
    thread = threading.Thread(target=reload_again_and_again)
    thread.start()
    try:
        while sent < 300 or site.node.counters()["reloads"] < 2:
            sent += 1
            assert site.from_core(
                mc.core_message("alice", b"x")).code == 200
            assert site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    finally:
        done.set()
        thread.join()
    assert len(site.iwf1.requests()) == sent
    assert len(alice.endpoint.requests()) == sent
