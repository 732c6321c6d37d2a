# SPDX-License-Identifier: GPL-2.0-or-later
"""What core and modules would quote of a message: silent, heard if asked for."""
import socket

import pytest

import node
import sip
import unreadable


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
    assert site.node.rpc("dbg.set_mod_level", name, level) == "200 ok"


@pytest.mark.parametrize("name, logged", [
    ("core", b"<core>"), ("sanity", b" sanity [")])
def test_heard_for_a_while(new_site, name, logged):
    """In all processes at once, by a command, and of that name alone; then
    silent again."""
    site = new_site()
    assert unreadable.SECRET not in broken(site)
    set_level(site, name, 2)
    said = broken(site)
    assert unreadable.SECRET in said and logged in said
    assert (b"<core>" in said) == (name == "core")
    set_level(site, name, -2)
    assert unreadable.SECRET not in broken(site)
