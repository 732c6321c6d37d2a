# SPDX-License-Identifier: GPL-2.0-or-later
"""Levels of the log of core and modules, by name: mod_level."""
import socket

import pytest

import node
import sip
import unreadable

OWN = 'modparam("mc_iwf", "mod_level", "sanitx=-2")'
# As an existing configuration may have it; loaded after the module.
DEBUGGER = """
loadmodule "debugger.so"
modparam("debugger", "mod_hash_size", 5)
modparam("debugger", "mod_level_mode", 1)
modparam("debugger", "mod_level", "core=2")
modparam("debugger", "mod_level", "sanity=2")
"""


def broken(site):
    """What the log says of messages whose To, or Request-URI, cannot be
    read: the core reads the one, module sanity the other."""
    log = site.node.path("kamailio.log")
    site.node.settle_log()
    before = log.stat().st_size
    counted = site.node.counters("node")[unreadable.BROKEN]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(sip.SOON)
        for form in "to", "uri":
            sock.sendto(unreadable.FORMS[form][0](), site.node.address)
        assert sock.recv(65536).startswith(b"SIP/2.0 4")
    node.wait_until(
        lambda: site.node.counters("node")[unreadable.BROKEN] > counted,
        unreadable.BROKEN)
    site.node.settle_log()
    return log.read_bytes()[before:]


def set_level(site, name, level):
    """By the command, in force at once."""
    assert site.node.rpc("mc_iwf.mod_level", name, level) == "changed"


def is_silent(site):
    """Nothing of what is in the message."""
    return unreadable.SECRET not in broken(site)


def test_heard_for_a_while(new_site):
    """In all processes at once, by a command; then silent again."""
    site = new_site()
    assert is_silent(site)
    set_level(site, "core", 2)
    said = broken(site)
    assert b"ERROR: " in said and b"<core>" in said
    set_level(site, "core", -2)
    assert is_silent(site)


@pytest.mark.parametrize("words, error", [
    (["cor", "2"], "no mod_level has this name"),
    (["tm", "2"], "no mod_level has this name"),
    (["coreS", "2"], "no mod_level has this name"),
    (["core", "4"], "a name and a level"),
    (["core"], "a name and a level")])
def test_nonsense(site, words, error):
    """What is wrong is said, and nothing changes."""
    assert error in site.node.kamcmd("mc_iwf.mod_level", *words)


def test_names_with_one_beginning(new_site):
    """Length and first octets are no name yet."""
    site = new_site(extra=OWN)
    set_level(site, "sanitx", 2)
    assert b" sanity [" not in broken(site)
    set_level(site, "sanity", 2)
    assert b" sanity [" in broken(site)


def test_module_debugger_beside_it(new_site):
    """What it lets pass stays silent here: its look-up is not asked."""
    site = new_site(extra=DEBUGGER)
    assert is_silent(site)
