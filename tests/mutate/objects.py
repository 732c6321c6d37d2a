# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutations of the library: one object is built anew and unit tests are
linked with it."""
import pathlib
import shlex
import subprocess

import mutation

TIMEOUT = 60  # s, of one test: one that hangs is red


class Objects:
    """The library's objects and its unit tests, all built already."""

    def __init__(self, options):
        self.compile = shlex.split(options.compile)
        self.libraries = shlex.split(options.libraries)
        self.objects = options.objects.split()
        self.shared = options.shared.split()
        self.tests = {pathlib.Path(t).stem: t for t in options.tests.split()}
        self.folder = pathlib.Path(options.folder)

    def policy_tests(self):
        """The names of the tests that look at the media policy."""
        return [name for name in self.tests if name.startswith("test_policy")
                ] + ["test_sdp", "test_profile", "test_negotiation",
                     "test_sdp_outline", "test_explain"]

    def _passes(self, objects, folder, name):
        """True if a test, linked to these objects, passes."""
        program = folder / name
        subprocess.run(
            [self.compile[0], "-o", program, self.tests[name], *objects,
             *self.shared, *self.libraries], check=True)
        try:
            done = subprocess.run([program.absolute()], capture_output=True,
                                  timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return False
        finally:
            program.unlink()
        return done.returncode == 0

    def _first_red(self, objects, folder, names):
        """The first test that fails, None if all pass."""
        for name in names:
            if name not in self.tests:
                raise mutation.Unfit(f"there is no {name}")
            if not self._passes(objects, folder, name):
                return name
        return None

    def red_without(self, mutations):
        """A test that fails without any mutation, None if all pass."""
        names = self.policy_tests() + [t for m in mutations for t in m.tests]
        return self._first_red(
            self.objects, self.folder, dict.fromkeys(names))

    def _build(self, changed, folder):
        """The objects with one mutation in them."""
        original = pathlib.Path(changed.file)
        source = folder / original.name
        source.write_text(mutation.mutate(original.read_text(), changed))
        built = source.with_suffix(".o")
        done = subprocess.run(
            [*self.compile, f"-I{original.parent}", "-w", "-c", "-o", built,
             source], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise mutation.Unfit("it does not build: " + done.stderr)
        kept = [o for o in self.objects
                if not o.endswith(f"/{original.with_suffix('.o')}")]
        return [*kept, str(built)]

    def noticed_by(self, number, changed):
        """The test that notices a mutation, None if none does."""
        folder = self.folder / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        objects = self._build(changed, folder)
        return self._first_red(
            objects, folder, changed.tests or self.policy_tests())
