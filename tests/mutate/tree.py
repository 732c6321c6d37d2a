# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutations of the Kamailio module and of the sample's configuration: tried
in copies of the whole tree, against a real Kamailio."""
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys

import mutation

PATIENCE = "5"  # s, if a mutation keeps something from coming
TIMEOUT = 300  # s, of one run of tests: one that hangs is red
TARGETS = ["all", "man", "build/test/mclmr", "build/test/media_endpoint",
           "build/locks/mc_iwf.so"]
BUILT = {"deps.stamp", "kamailio-flags", "locks", "obj", "test"}  # what is copied


def not_copied(folder, names):
    """What of a folder no copy of the tree needs."""
    if folder == "build":
        return set(names) - BUILT
    return {".git", "run", "__pycache__", ".pytest_cache"} & set(names)


class Trees:
    """Copies of the tree, as many as there are jobs."""

    def __init__(self, folder, jobs):
        self.free = queue.Queue()
        self.folder = pathlib.Path(folder)
        for job in range(jobs):
            self.free.put(self._copy(self.folder / f"tree-{job}"))

    @staticmethod
    def _copy(tree):
        """A copy with all that is built, so that little is built anew."""
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(".", tree, ignore=lambda folder, names: not_copied(
            os.path.relpath(folder), names))
        headers = os.environ.get("KAMAILIO_SRC", "build/kamailio-src")
        (tree / "build/kamailio-src").symlink_to(pathlib.Path(headers).resolve())
        return tree

    @staticmethod
    def _build(tree, *targets):
        done = subprocess.run(
            ["make", "-s", "WARNINGS=-w", *(targets or TARGETS)], cwd=tree,
            text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise mutation.Unfit("it does not build: " + done.stderr)

    @staticmethod
    def _load(tree):
        """Has Kamailio read the configuration, if it can: a mutation that
        it refuses proves nothing of the tests."""
        libraries = os.environ["KAMAILIO_LIBDIR"]
        done = subprocess.run(
            [os.environ["KAMAILIO_BIN"], "-c", "-f", "cfg/mc-server.cfg",
             "-L", f"modules:{libraries}/modules",
             "-A", 'POLICIES="cfg/policies.ini"'],
            cwd=tree, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise mutation.Unfit("Kamailio does not read it: " + done.stderr)

    @staticmethod
    def _first_red(tree, tests, *options, timeout=None, **environment):
        """The first of these tests that fails, None if all pass."""
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-x", "-rfE", *options,
                 "-p", "no:cacheprovider", *tests], cwd=tree, text=True,
                capture_output=True, timeout=timeout, check=False,
                env=dict(os.environ, **environment))
        except subprocess.TimeoutExpired:
            return "no end of them"
        if done.returncode == 0:
            return None
        red = re.search(r"^(?:FAILED|ERROR) \S+?::(.*?)(?: - .*)?$",
                        done.stdout, re.M)
        if red is None and re.match(r"[.s]*F", done.stdout):
            return "a test whose node fell over"  # pytest has no list then
        if red is None:
            raise mutation.Unfit("pytest: " + done.stdout + done.stderr)
        return red.group(1)

    def _red_unit_test(self, tree, name):
        """The name of a unit test if it fails, else None."""
        program = f"build/test/{name}"
        self._build(tree, program)
        done = subprocess.run([f"./{program}"], cwd=tree, timeout=TIMEOUT,
                              capture_output=True, check=False)
        return name if done.returncode != 0 else None

    def _red(self, tree, tests):
        """The first of these tests that fails, of either kind."""
        if tests[0].startswith("test_"):
            return self._red_unit_test(tree, tests[0])
        return self._first_red(tree, tests, timeout=TIMEOUT, PATIENCE=PATIENCE)

    def red_without(self, mutations):
        """A test that fails without any mutation, None if all pass."""
        tests = dict.fromkeys(t for m in mutations for t in m.tests
                              if not t.startswith("test_"))
        tree = self.free.get()
        try:
            self._build(tree)
            return self._first_red(tree, tests, "-n", "2") if tests else None
        finally:
            self.free.put(tree)

    def noticed_by(self, _, changed):
        """The test that notices a mutation, None if none does."""
        tree = self.free.get()
        path = tree / changed.file
        text = path.read_text()
        try:
            path.write_text(mutation.mutate(text, changed))
            self._build(tree)
            if changed.file.startswith("cfg/"):
                self._load(tree)
            return self._red(tree, changed.tests)
        finally:
            path.write_text(text)
            self.free.put(tree)
