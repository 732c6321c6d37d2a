# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that each mutation still fits: its text stands once in its file.

usage: texts.py FILE..."""
import pathlib
import sys

import mutation


def misfits(path):
    """The mutations of a file that do not fit, with the reason."""
    for m in mutation.read(path):
        try:
            mutation.mutate(pathlib.Path(m.file).read_text(), m)
        except (mutation.Unfit, OSError) as why:
            yield f"{path}: {m.rule or m.also}: {m.file}: {why}"


def main(*paths):
    """Prints those that do not fit; the exit code."""
    lines = [line for p in paths for line in misfits(pathlib.Path(p))]
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
