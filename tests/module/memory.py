# SPDX-License-Identifier: GPL-2.0-or-later
"""How much memory a node uses: shared, and private of all its processes."""
import re


def shared(server):
    """Octets of shared memory in use."""
    return int(re.search(r"\bused: (\d+)",
                         server.kamcmd("core.shmmem")).group(1))


def private(server):
    """Octets of private memory in use, of all processes together."""
    return sum(map(int, re.findall(r"^\s*used: (\d+)",
                                   server.kamcmd("pkg.stats"), re.M)))
