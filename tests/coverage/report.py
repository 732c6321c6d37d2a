# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints line and branch coverage a file; fails below a limit of branches.

usage: report.py PERCENT OBJECT..."""
import pathlib
import re
import subprocess
import sys


def counts(obj):
    """The lines and branches of an object's own source: taken, all."""
    source = pathlib.Path(obj).with_suffix(".c").name
    told = subprocess.run(
        ["gcov", "-n", "-b", pathlib.Path(obj).with_suffix(".gcno")],
        capture_output=True, text=True, check=True).stdout
    part = re.search(rf"File '[^']*/{re.escape(source)}'\n(.*?)(?:\n\n|\Z)",
                     told, re.S).group(1)

    def one(what):
        found = re.search(rf"{what}:([\d.]+)% of (\d+)", part)
        if found is None:  # "No branches"
            return 0, 0
        total = int(found.group(2))
        return round(float(found.group(1)) * total / 100), total
    return one("Lines executed"), one("Taken at least once")


def percent(taken, total):
    """A share in percent, cut, not rounded."""
    return 10000 * taken // total / 100 if total else 100.0


def main(limit, *objects):
    """Prints the table; the exit code."""
    low = []
    print(f"{'file':16} {'lines':>16} {'branches':>16}")
    for obj in objects:
        cells = counts(obj)
        name = pathlib.Path(obj).stem
        print(f"{name:16}", *(f"{n:>4}/{of:<4} {percent(n, of):>6.2f}%"
                              for n, of in cells))
        if percent(*cells[1]) < float(limit):
            low.append(name)
    if low:
        print(f"below {limit} % of branches: {', '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
