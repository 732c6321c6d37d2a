# SPDX-License-Identifier: GPL-2.0-or-later
"""That what processes share is used under its lock.

The node has a module of the same sources in which each use of the directory
and of a call's variables looks whether the lock is held, and aborts where it
is not: tests/locks. So a lock that is missing shows at the first use, and not
at one race in a million.
"""
import fcntl
import re
import subprocess
import threading

import pytest

import calls
import mc
import media
import node
import sample

MODULE = "build/locks/mc_iwf.so"


def build():
    """Makes the module, where it is older than its sources; one process of
    pytest after the other."""
    with open(node.TOP / "build" / "locks.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", MODULE], cwd=node.TOP, check=True)


@pytest.fixture(scope="module")
def _checked_site():
    build()
    folders = f"{node.TOP}/build/locks:{node.KAMAILIO_LIBDIR}/modules"
    with sample.running(lambda peers: sample.SampleNode(
            peers, env={"RELOAD_DELTA": "0"}, options=["-L", folders])) as site:
        yield site


@pytest.fixture
def checked_site(_checked_site):
    """A node that aborts where a lock is missing; it has not, at the end."""
    yield _checked_site
    _checked_site.reset()
    wrong = re.findall(r"LOCK .*", _checked_site.node.log())
    assert not wrong


def looked_at(site, kind):
    """A kind of use was seen: the checks are in the module."""
    site.node.wait_log(f"locks are checked: {kind}\n")


def test_messages(checked_site):
    """Each look into the directory that a message, a refusal, or an operator
    has made."""
    alice = checked_site.client("alice")
    assert alice.ask(mc.client_message("alice", b"x")).code == 200
    assert checked_site.from_core(mc.core_message("alice", b"x")).code == 200
    assert checked_site.from_iwf(mc.iwf_message("alice", b"x")).code == 200
    assert checked_site.from_core(
        mc.core_message("nobody", b"x")).code == 404
    for words in (["users", mc.impu("alice")], ["kmfs"], ["stats"],
                  ["groups", calls.P25_GROUP], ["lmr_users", calls.UNIT1],
                  ["explain", mc.impu("alice"), "mcptt"],
                  ["explain", mc.IWF1, "mcptt", mc.mc_id("alice")]):
        checked_site.node.kamcmd(f"mc_iwf.{words[0]}", *words[1:])
    assert checked_site.node.counters()["users"] > 0
    looked_at(checked_site, "reading")


CHANGES = [
    "UPDATE mc_iwf_users SET organisation = 'x' WHERE person = 'alice'",
    "UPDATE mc_iwf_users SET person = 'moved' WHERE person = 'erin'",
    "UPDATE mc_iwf_lmr SET identity = '9' WHERE person = 'bob'",
    "UPDATE mc_iwf_groups SET codec = codec",
    "UPDATE mc_iwf_lmr_users SET profile = 'p25' WHERE profile = 'p25'",
    "UPDATE mc_iwf_kmfs SET hosting = hosting",
    "DELETE FROM mc_iwf_users WHERE person = 'dave'",
    "DELETE FROM mc_iwf_groups WHERE profile = 'tetra-e2ee'",
    "UPDATE mc_iwf_users SET impu = 'no uri' WHERE person = 'carol'"]


def test_changes(checked_site):
    """Rows of each table that are put, withdrawn, or bad; a codec that is
    set; reloads: meanwhile messages pass."""
    checked_site.client("alice")
    done = threading.Event()

    def traffic():
        while not done.is_set():
            checked_site.from_core(mc.core_message("alice", b"x"))
    thread = threading.Thread(target=traffic)
    thread.start()
    try:
        for change in CHANGES:
            before = checked_site.node.counters()["changes"]
            checked_site.node.edit(change)
            node.wait_until(lambda b=before: checked_site.node.counters()[
                "changes"] > b, change)
        node.wait_until(lambda: checked_site.node.counters()["bad_rows"],
                        "bad row")
        checked_site.node.kamcmd("mc_iwf.group_codec", calls.P25_GROUP,
                                 "p25-imbe")
        for _ in range(3):
            checked_site.node.kamcmd("mc_iwf.reload")
    finally:
        done.set()
        thread.join()
    looked_at(checked_site, "changing")
    looked_at(checked_site, "exchange")


@pytest.mark.parametrize("form", ["private", "from-lmr", "group"])
def test_call(checked_site, form):
    """Offers and answers of a call, in each direction, and its end."""
    with calls.Line(checked_site, form) as here:
        talk = here.talk()
        talk.again("INVITE", talk.near, here.offer(), here.answer())
        talk.again("UPDATE", talk.far, here.answer(), here.offer())
        reply = talk.near.ask("INVITE", here.a.sdp(media.AMRWB))
        assert reply.code == 488
        assert talk.near.bye().code == 200
        calls.wait_quiet(checked_site.node)
    looked_at(checked_site, "call")
