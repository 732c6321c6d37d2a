# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of SIP over UDP, and what tshark says of them by docs/wireshark."""
import contextlib
import os
import re
import shutil
import struct
import subprocess
import tempfile

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


@contextlib.contextmanager
def _readable(*files):
    """A folder with copies of files, for any user."""
    with tempfile.TemporaryDirectory(prefix="tshark-") as folder:
        os.chmod(folder, 0o755)
        for file in files:
            os.chmod(shutil.copy(file, folder), 0o644)
        yield folder


def tshark(path, *words, files=()):
    """What tshark prints for a capture; it may not complain of the script. It
    loads none for root, so it is another user's; "@" in words stands for a
    folder with copies of files."""
    other = ({"user": "nobody", "group": "nogroup", "extra_groups": []}
             if os.geteuid() == 0 else {})
    with _readable(LUA, *files) as folder, open(path, "rb") as packets:
        done = subprocess.run(
            ["tshark", "-r", "-", "-X", f"lua_script:{folder}/{LUA.name}",
             *(word.replace("@", folder) for word in words)],
            stdin=packets, text=True, capture_output=True, check=False,
            timeout=120, cwd="/", env=dict(os.environ, HOME="/nonexistent"),
            **other)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Lua Error" not in done.stdout, done.stdout[-2000:]
    return done.stdout


def tree(path, protocol, *words, files=()):
    """The lines of each tree of a protocol, without their margin."""
    text = tshark(path, "-V", *words, files=files)
    found = []
    for block in re.findall(
            rf"^( *){re.escape(protocol)}(.*\n(?:\1 +.*\n)*)", text, re.M):
        found.append((protocol + block[1]).splitlines())
    return [[line.strip() for line in lines] for lines in found]


def _has_begun(process, path):
    """True if tshark captures into a file; it may not have ended."""
    assert process.poll() is None, process.stderr.read().decode()
    return os.path.exists(path) and os.path.getsize(path)


@contextlib.contextmanager
def of(port, path):
    """Captures what passes a UDP port of loopback, meanwhile."""
    with subprocess.Popen(
            ["tshark", "-i", "lo", "-f", f"udp port {port}", "-w", str(path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            # Its file has a head when it captures. (4.0 says so, 4.4 does not.)
            node.wait_until(lambda: _has_begun(process, path),
                            f"capture of port {port}", 60)
            yield path
        finally:
            process.terminate()
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
