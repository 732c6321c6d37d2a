# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that each mutation still fits: its text stands once in its file, and
the tests that notice it are there.

usage: texts.py FILE..."""
import functools
import pathlib
import re
import sys

import mutation


@functools.cache
def functions(path):
    """The names of a file's test functions; none if there is no file."""
    file = pathlib.Path(path)
    return set(re.findall(r"^def (test_\w+)", file.read_text(), re.M)
               if file.exists() else ())


def is_there(test):
    """True for a unit test, or a test as pytest names it, that there is."""
    if test.startswith("test_"):
        return pathlib.Path(f"tests/unit/{test}.c").exists()
    path, _, name = test.partition("::")
    if not name:
        return pathlib.Path(path).exists()
    return name.partition("[")[0] in functions(path)


def misfits(path):
    """The mutations of a file that do not fit, with the reason."""
    for m in mutation.read(path):
        try:
            mutation.mutate(pathlib.Path(m.file).read_text(), m)
        except (mutation.Unfit, OSError) as why:
            yield f"{path}: {m.rule or m.also}: {m.file}: {why}"
        for test in m.tests:
            if not is_there(test):
                yield f"{path}: {m.rule or m.also}: there is no {test}"


def main(*paths):
    """Prints those that do not fit; the exit code."""
    lines = [line for p in paths for line in misfits(pathlib.Path(p))]
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
