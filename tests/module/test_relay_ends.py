# SPDX-License-Identifier: GPL-2.0-or-later
"""The media relay ends or hangs while a process asks it."""
import contextlib
import os
import re
import select
import signal
import socket
import time

import pytest

import calls
import fake_relay
import node
import rtpengine
import sip

SHORT = 2.5  # seconds in which a relay that hangs may hold a call


def end_relay(site):
    """At once; returns when its port is free."""
    process = os.pidfd_open(site.node.relay_pid())
    signal.pidfd_send_signal(process, signal.SIGKILL)
    assert select.select([process], [], [], sip.TIMEOUT)[0]
    os.close(process)


@pytest.fixture(params=["sample", "drop_in"])
def server(request):
    """The sample, and the existing server with the recipe, without a relay; a
    relay of its own is there again at the end."""
    site = request.getfixturevalue(
        "_drop_in_site" if request.param == "drop_in" else "_sample_site")
    end_relay(site)
    yield site
    site.node.start_relay()
    use_again(site)
    site.reset()


@pytest.fixture
def here(server):
    """A line on it, whose callee is busy."""
    with calls.Line(server) as line:
        line.callee.script = sip.answer(486)
        yield line


def use_again(site):
    """Whatever became of the commands before."""
    site.node.kamcmd("rtpengine.enable", "all", "1")


def relay_of(site):
    """One that is none, at the place of the server's."""
    return fake_relay.FakeRelay(int(site.node.media["RTPENGINE_PORT"]))


def silent_relay(site):
    """The socket of one that says nothing."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((rtpengine.CONTROL, int(site.node.media["RTPENGINE_PORT"])))
    sock.settimeout(2)
    return sock


def failures(site):
    """How many commands were not done, by the log."""
    return len(re.findall("ERROR: .*(?:can't send|timeout waiting reply for) "
                          "command", site.node.log()))


def commands_from(sock):
    """The process that asks first, for each command of its own. They end with a
    silence: a packet is repeated in less."""
    process, cookies = None, []
    with contextlib.suppress(TimeoutError):
        while True:
            packet, source = sock.recvfrom(65536)
            process, cookie = process or source, packet.split()[0]
            if source == process and cookie not in cookies:
                yield process
                cookies.append(cookie)


def rings(here):
    """A call reaches the callee."""
    assert here.dial().refusal().code == 486
    return True


def end_within_a_command(here, n):
    """A relay that says nothing, takes the first packet of the n-th command of a
    call's process, and is gone before the second one; the place of the process.
    None if the second one came before."""
    with relay_of(here.site):
        use_again(here.site)
    with silent_relay(here.site) as sock:
        before, out = failures(here.site), here.dial()
        for begun, process in enumerate(commands_from(sock), 1):
            if begun == n:
                break
        sock.connect((rtpengine.CONTROL, 9)) # others are refused from here on
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            process = None if sock.recv(65536) else process
        out.refusal()
        node.wait_until(lambda: failures(here.site) >= before + begun,
                        "the end of its last command", sip.TIMEOUT)
    return process


@pytest.mark.parametrize("n", [1, 2, 3])
def test_next_command_of_a_process(here, n):
    """A process whose command met the end of the relay has its next one done:
    nothing of the fault is left at its socket."""
    ends = []
    node.wait_until(lambda: ends.append(end_within_a_command(here, n))
                    or ends[-1], "an end before the second packet", 60)
    with relay_of(here.site) as relay:
        use_again(here.site)
        node.wait_until(lambda: rings(here) and ends[-1] in relay.places(),
                        "a command of that process", 60)
        node.wait_until(lambda: relay.call_ids("delete")
                        >= relay.call_ids("offer"), "the end of each call",
                        sip.TIMEOUT)


def test_relay_that_hangs(here):
    """It holds a call for about half a second."""
    with relay_of(here.site):
        use_again(here.site)
    with silent_relay(here.site):
        begin = time.monotonic()
        assert here.dial().refusal().code == 503
        assert time.monotonic() - begin < SHORT
