# SPDX-License-Identifier: GPL-2.0-or-later
"""Clocks that a test moves forward, so that it need not wait.

What time() tells a process then is later; timers and the clocks of other
processes (peers, database servers) are not moved.
"""
import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).with_name("clock.c")


@functools.cache
def library():
    """The library for LD_PRELOAD, made once."""
    folder = tempfile.mkdtemp(prefix="clock-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = f"{folder}/clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", made, SOURCE],
                   check=True)
    return made


class Clock:
    """The clock of one node; it stands in a file that its processes read."""

    def __init__(self, path):
        self.path, self.seconds = path, 0
        self.forward(0)

    def environment(self):
        """What a process needs to go by it."""
        return {"LD_PRELOAD": library(), "CLOCK_FILE": str(self.path)}

    def forward(self, seconds):
        """So many seconds pass at this moment."""
        self.seconds += seconds
        octets = self.seconds.to_bytes(8, "little")
        mode = "r+b" if self.path.exists() else "wb"
        with open(self.path, mode) as file:
            file.write(octets)
