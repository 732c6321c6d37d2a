# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes for which an installed file is not there.

What an administrator of this machine has installed must not decide a test.
"""
import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).with_name("absent.c")
POLICIES = "/etc/kamailio/mc_iwf/policies.ini"


@functools.cache
def library():
    """The library for LD_PRELOAD, made once."""
    folder = tempfile.mkdtemp(prefix="absent-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = f"{folder}/absent.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", made, SOURCE],
                   check=True)
    return made


def without_policies(make):
    """The class of nodes whose module finds no default file of profiles."""
    class Without(make):
        """The same without the file."""

        def _environment(self):
            return dict(super()._environment(), LD_PRELOAD=library(),
                        ABSENT_FILE=POLICIES)
    return Without
