# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that see the machine otherwise than it is: a clock that a test
moves, a file that is missing, memory that is searched when it is freed, a BYE
that takes its time.

Each is a small library for LD_PRELOAD, in the folder preload.
"""
import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).with_name("preload")
POLICIES = "/etc/kamailio/mc_iwf/policies.ini"


@functools.cache
def library(name):
    """The library of a file in the folder, made once."""
    folder = tempfile.mkdtemp(prefix=f"{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = f"{folder}/{name}.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", made,
                    FOLDER / f"{name}.c", "-ldl"], check=True)
    return made


class Clock:
    """The clock of one node, in a file that its processes read. Only time()
    is moved: not timers, nor the clocks of peers and database servers."""

    def __init__(self, path):
        self.path, self.seconds = path, 0
        self.forward(0)

    def environment(self):
        """What a process needs to go by it."""
        return {"LD_PRELOAD": library("clock"), "CLOCK_FILE": str(self.path)}

    def forward(self, seconds):
        """So many seconds pass at this moment."""
        self.seconds += seconds
        octets = self.seconds.to_bytes(8, "little")
        mode = "r+b" if self.path.exists() else "wb"
        with open(self.path, mode) as file:
            file.write(octets)


def without_policies(make):
    """The class of nodes whose module finds no default file of profiles,
    whatever is installed on this machine."""
    class Without(make):
        """The same without the file."""

        def _environment(self):
            return dict(super()._environment(),
                        LD_PRELOAD=library("missing_file"),
                        MISSING_FILE=POLICIES)
    return Without


def with_slow_bye(make):
    """The class of nodes that go on after they sent a BYE when its receiver
    has answered it."""
    class Slow(make):
        """The same, which takes its time."""

        def _environment(self):
            return dict(super()._environment(),
                        LD_PRELOAD=library("slow_bye"))
    return Slow
