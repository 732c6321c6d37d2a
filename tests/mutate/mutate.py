# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes rules out one by one and expects a red test: of the library, of the
Kamailio module, of the sample's routes.

The mutations stand in the files that are named; their form in mutation.py. A
rule of the media policy without mutation, a text that is not there exactly
once, a file that does not build or load, and a mutation that no test notices
fail the run."""
import argparse
import collections
import concurrent.futures
import pathlib
import re
import sys

import mutation
import objects
import tree

LIBRARY = "modules/mclmr/"
TOOL = LIBRARY + "tool/"  # needs the whole tree, as the modules do


def rules(header):
    """The words of all rules that a reason can name."""
    names = re.findall(r"^\tMCLMR_RULE_(\w+),?$", header.read_text(), re.M)
    return [name.lower() for name in names if name != "COUNT"]


def unit(changed):
    """True for a mutation that unit tests have to notice."""
    return changed.file.startswith(LIBRARY) and (
        not changed.file.startswith(TOOL))


def try_one(runner, number, changed):
    """What became of a mutation: (as wanted, words)."""
    try:
        red = runner.noticed_by(number, changed)
    except mutation.Unfit as unfit:
        return False, str(unfit)
    return (False, "SURVIVES") if red is None else (True, f"noticed by {red}")


def try_all(runner, mutations, jobs):
    """Tries all and tells each; the count of those not as wanted."""
    red = runner.red_without(mutations)
    if red:
        print(f"a test fails without any mutation: {red}")
        return len(mutations)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda n: try_one(runner, n, mutations[n]),
                           range(len(mutations)))
        for changed, (good, words) in zip(mutations, results):
            name = changed.rule or changed.also
            print(f"{pathlib.Path(changed.file).name:22} {name:48} {words}",
                  flush=True)
            bad += not good
    return bad


def check_rules(mutations, header):
    """Tells rules without mutation and words that are no rule; how many."""
    known = rules(header)
    missing = set(known) - {m.rule for m in mutations}
    unknown = {m.rule for m in mutations} - set(known) - {""}
    for rule in sorted(missing):
        print(f"{rule:40} HAS NO MUTATION")
    for rule in sorted(unknown):
        print(f"{rule:40} IS NO RULE")
    return len(missing) + len(unknown)


def parsed():
    """The command line."""
    parser = argparse.ArgumentParser()
    for name in ("compile", "libraries", "objects", "shared", "tests",
                 "folder"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--policy", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="words of mutations")
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    return parser.parse_args()


def main():
    """The exit code."""
    options = parsed()
    mutations = [m for f in options.files for m in mutation.read(f)]
    bad = check_rules(mutations, options.policy)
    mutations = [m for m in mutations
                 if options.only in f"{m.rule} {m.also} {m.file}"]
    library = [m for m in mutations if unit(m)]
    others = [m for m in mutations if not unit(m)]
    if library:
        bad += try_all(objects.Objects(options), library, options.jobs)
    if others:
        bad += try_all(tree.Trees(options.folder, options.jobs), others,
                       options.jobs)
    counts = collections.Counter(
        "library" if unit(m) else m.file.split("/")[0] for m in mutations)
    print(", ".join(f"{what}: {n}" for what, n in sorted(counts.items())))
    print(f"{len(mutations)} mutations, {bad} not as wanted")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
