# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of SIP over UDP, and what tshark with docs/wireshark says of them."""
import contextlib
import os
import re
import struct
import subprocess

import node

LUA = node.TOP / "docs" / "wireshark" / "mclmr.lua"
RAW_IPV4 = 228  # the link type


def _datagram(octets, port):
    """An IPv4 packet from 127.0.0.1:5060 to 127.0.0.2. (The checksums are 0,
    which Wireshark does not look at.)"""
    udp = struct.pack("!HHHH", 5060, port, 8 + len(octets), 0) + octets
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17,
                       0, bytes((127, 0, 0, 1)), bytes((127, 0, 0, 2))) + udp


def write(path, *messages, port=5060):
    """A file of these messages, one a datagram."""
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144,
                               RAW_IPV4))
        for number, octets in enumerate(messages):
            packet = _datagram(bytes(octets), port)
            file.write(struct.pack("=IIII", number, 0, len(packet),
                                   len(packet)) + packet)
    return path


def tshark(path, *words, lua=True):
    """What tshark prints for a file; it may not complain of the script."""
    script = ["-X", f"lua_script:{LUA}"] if lua else []
    done = subprocess.run(
        ["tshark", "-r", str(path), *script, *words], text=True,
        capture_output=True, check=False, timeout=120,
        env=dict(os.environ, HOME="/nonexistent", XDG_CONFIG_HOME="/nonexistent"))
    said = [line for line in done.stderr.splitlines()
            if not line.startswith("Running as user")]
    assert (done.returncode, said) == (0, []), done.stderr
    assert "Lua Error" not in done.stdout, done.stdout[-2000:]
    return done.stdout


def tree(path, protocol, *words):
    """The lines of each tree of a protocol, without their margin."""
    text = tshark(path, "-V", *words)
    found = []
    for block in re.findall(
            rf"^( *){re.escape(protocol)}(.*\n(?:\1 +.*\n)*)", text, re.M):
        found.append((protocol + block[1]).splitlines())
    return [[line.strip() for line in lines] for lines in found]


@contextlib.contextmanager
def of(port, path):
    """Captures what passes a UDP port of loopback, meanwhile."""
    with subprocess.Popen(
            ["tshark", "-i", "lo", "-f", f"udp port {port}", "-w", str(path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            # From that line on it ends when it is told to.
            for line in process.stderr:
                if b"File: " in line:
                    break
            yield path
        finally:
            process.terminate()
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
