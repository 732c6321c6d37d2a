# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that see the machine otherwise than it is: a clock that a test
moves, a file that is missing, memory that is searched when it is freed, a BYE
or a query that takes its time, files that are at once on the disk.

Each is a small library for LD_PRELOAD, in the folder preload.
"""
import atexit
import contextlib
import functools
import os
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
    os.chmod(folder, 0o755)  # for servers that run as another user
    made = f"{folder}/{name}.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", made,
                    FOLDER / f"{name}.c", "-ldl"], check=True)
    return made


def before(name):
    """The value of LD_PRELOAD that adds a library to those that are there."""
    return ":".join(filter(None, [library(name), os.environ.get("LD_PRELOAD")]))


def spare_the_disk():
    """What this process starts from now on does not wait until its files are
    on the disk: no test cuts the power. (Programs with sanitizers are told
    that another library may come before theirs.)"""
    os.environ["LD_PRELOAD"] = before("no_sync")
    os.environ["ASAN_OPTIONS"] = ":".join(filter(None, [
        os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))


class Clock:
    """The clock of one node, in a file that its processes read. Only time()
    is moved: not timers, nor the clocks of peers and database servers."""

    def __init__(self, path):
        self.path, self.seconds = path, 0
        self.forward(0)

    def environment(self):
        """What a process needs to go by it."""
        return {"LD_PRELOAD": before("clock"), "CLOCK_FILE": str(self.path)}

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
                        LD_PRELOAD=before("missing_file"),
                        MISSING_FILE=POLICIES)
    return Without


def with_slow_bye(make):
    """The class of nodes that go on after they sent a BYE when its receiver
    has answered it."""
    class Slow(make):
        """The same, which takes its time."""

        def _environment(self):
            return dict(super()._environment(),
                        LD_PRELOAD=before("slow_bye"))
    return Slow


def with_slow_load(make):
    """The class of nodes that take their time to load users while their file
    slow_load is there: it is made by slow_load(), and removed at its end."""
    class Slow(make):
        """The same, whose load is not over before a test says so."""

        def _environment(self):
            return dict(super()._environment(),
                        LD_PRELOAD=before("slow_load"),
                        SLOW_LOAD=str(self.path("slow_load")))

        @contextlib.contextmanager
        def slow_load(self):
            """While this is entered, a page of users takes 20 ms."""
            self.path("slow_load").touch()
            self.path("slow_load").chmod(0o666)
            try:
                yield
                assert self.path("slow_load").stat().st_size > 0, "none was"
            finally:
                self.path("slow_load").unlink()
    return Slow
