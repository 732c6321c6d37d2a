# SPDX-License-Identifier: GPL-2.0-or-later
"""No payload, password or key in any log or database of the node."""
import base64
import contextlib
import pathlib
import resource

import pytest

import mc
import sample
import sip

PAYLOAD = b"\x20\x02LMR-KEY-MATERIAL-\0\xff\r-0123456789abcdef"
MARK = b"LMR-KEY-MATERIAL"
USERS = ("alice", "bob")


def forms(secret):
    """The shapes in which a secret might be written down."""
    return [secret, secret.hex().encode(), secret.hex().upper().encode(),
            base64.b64encode(secret).rstrip(b"=")[:-1]]


def converse(site):
    """All sorts of messages that carry the payload, good and bad."""
    alice = site.client("alice")
    for service in mc.SERVICES:
        alice.ask(mc.client_message("alice", PAYLOAD, service))
        site.from_iwf(mc.iwf_message("alice", PAYLOAD, service))
    for message in (mc.client_message("alice", PAYLOAD, psi=mc.TERM),
                    mc.client_message("alice", PAYLOAD, target=mc.KMF2)):
        alice.ask(message)
    for spoil in (b"--mc-boundary--\r\n", b"</mcpttinfo>"):
        message = mc.core_message("alice", PAYLOAD)
        message.body = message.body.replace(spoil, b"")
        site.from_core(message)
    site.iwf1.script = sip.answer(503)
    site.from_core(mc.core_message("alice", PAYLOAD))
    site.stranger("bob").endpoint.ask(
        mc.core_message("bob", PAYLOAD), site.node.address)


def search(paths, secrets):
    """Fails where a file holds one of the secrets."""
    for path in paths:
        octets = path.read_bytes()
        assert not [s for s in secrets if s in octets], path.name


@pytest.mark.parametrize("debug", [2, 3])
def test_nothing_secret_is_written_down(new_site, debug):
    """Not even with debug messages on, in any file of the run.

    The auth module writes a user's HA1 into its own debug messages.
    """
    site = new_site(env={"DEBUG": str(debug), "LOG_LIMIT": "0"})
    converse(site)
    site.node.kamcmd("mc_iwf.explain", "mcptt", mc.impu("alice"))
    secrets = [f for s in (PAYLOAD, MARK) for f in forms(s)]
    secrets += [f"{user}-secret".encode() for user in USERS]
    hashes = [sample.ha1(user, algorithm).encode() for user in USERS
              for algorithm in ("MD5", "SHA-256")]
    search(site.node.folder.glob("*.log"),
           secrets + (hashes if debug < 3 else []))
    search(site.node.folder.glob("*.db*"), secrets)


@contextlib.contextmanager
def core_dumps_allowed():
    """Core dumps of any size, for what is started meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE,
                           (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError:
        if before[1] == 0:
            pytest.skip("this system forbids core dumps by itself")
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def core_limits(pid):
    """Soft and hard limit of a process for its core dump."""
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    line, = (line for line in limits.splitlines() if "core file" in line)
    return line.split()[4:6]


def test_no_core_dumps(new_site):
    """A crash writes no memory into a file: no process may, even where the
    system lets it."""
    with core_dumps_allowed():
        server = new_site().node
    pids = server.kamailio_pids() + [server.relay_pid()]
    assert len(pids) > 5
    for pid in pids:
        assert core_limits(pid)[0] == "0", pathlib.Path(
            f"/proc/{pid}/cmdline").read_bytes()
