# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes rules out of the media policy one by one and expects a red test.

mutations.txt holds blocks with an empty line between them:

    rule: WORD          a rule that a reason can name, or
    also: WORDS         something else that tests have to guard
    file: NAME          in modules/mclmr
    -text               lines that stand there once, and
    +text               what takes their place

A rule without mutation, a text that is not there exactly once, a file that
does not build and a mutation that no test notices fail the run."""
import argparse
import collections
import concurrent.futures
import pathlib
import re
import shlex
import subprocess
import sys

Mutation = collections.namedtuple("Mutation", "rule also file old new")
TIMEOUT = 60  # of one test: one that hangs is red


def read(path):
    """The mutations of a file."""
    text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.M)
    for block in re.split(r"\n\s*\n", text.strip()):
        fields = {"rule": "", "also": "", "file": "", "-": [], "+": []}
        for line in block.splitlines():
            if line[0] in "-+":
                fields[line[0]].append(line[1:])
            else:
                name, _, value = line.partition(": ")
                fields[name] = value
        yield Mutation(fields["rule"], fields["also"], fields["file"],
                       "\n".join(fields["-"]), "\n".join(fields["+"]))


def rules(sources):
    """The words of all rules that a reason can name."""
    header = (sources / "policy.h").read_text()
    names = re.findall(r"^\tMCLMR_RULE_(\w+),?$", header, re.M)
    return [name.lower() for name in names if name != "COUNT"]


class Run:
    """One run over all mutations."""

    def __init__(self, options):
        self.options = options
        self.objects = options.objects.split()
        self.tests = options.tests.split()
        self.folder = pathlib.Path(options.folder)
        self.sources = pathlib.Path(options.sources)

    def link_and_run(self, objects, folder, test):
        """True where a test, linked to these objects, passes."""
        program = folder / pathlib.Path(test).stem
        subprocess.run(
            [self.options.compile.split()[0], "-o", program, test, *objects,
             *shlex.split(self.options.libraries)], check=True)
        try:
            done = subprocess.run([f"./{program}"], capture_output=True,
                                  timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return False
        finally:
            program.unlink()
        return done.returncode == 0

    def first_red(self, objects, folder):
        """The first test that fails, None where all pass."""
        for test in self.tests:
            if not self.link_and_run(objects, folder, test):
                return pathlib.Path(test).stem
        return None

    def mutated(self, number, mutation):
        """The objects with one mutation in them, or what is wrong."""
        text = (self.sources / mutation.file).read_text()
        if text.count(mutation.old) != 1:
            return None, f"its text is there {text.count(mutation.old)} times"
        folder = self.folder / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / mutation.file
        source.write_text(text.replace(mutation.old, mutation.new))
        built = source.with_suffix(".o")
        done = subprocess.run(
            [*shlex.split(self.options.compile), "-w", "-c", "-o", built,
             source], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, "it does not build: " + done.stderr
        return [str(built) if pathlib.Path(o).name == built.name else o
                for o in self.objects], ""

    def one(self, number, mutation):
        """What became of a mutation: (as wanted, words)."""
        objects, wrong = self.mutated(number, mutation)
        if wrong:
            return False, wrong
        red = self.first_red(objects, self.folder / str(number))
        if red is None:
            return False, "SURVIVES"
        return True, f"noticed by {red}"

    def all(self, mutations):
        """Runs all; the count of those that did not go as wanted."""
        bad = 0
        red = self.first_red(self.objects, self.folder)
        if red is not None:
            print(f"{red} fails without any mutation")
            return 1
        with concurrent.futures.ThreadPoolExecutor(
                self.options.jobs) as pool:
            results = pool.map(self.one, range(len(mutations)), mutations)
            for mutation, (good, words) in zip(mutations, results):
                name = mutation.rule or mutation.also
                print(f"{name:40} {mutation.file:14} {words}", flush=True)
                bad += not good
        return bad


def main():
    """The exit code."""
    parser = argparse.ArgumentParser()
    for name in ("compile", "libraries", "objects", "tests", "folder",
                 "sources"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("mutations", type=pathlib.Path)
    options = parser.parse_args()
    run = Run(options)
    mutations = list(read(options.mutations))
    known = rules(run.sources)
    missing = set(known) - {m.rule for m in mutations}
    unknown = {m.rule for m in mutations} - set(known) - {""}
    bad = run.all(mutations)
    for rule in sorted(missing):
        print(f"{rule:40} HAS NO MUTATION")
    for rule in sorted(unknown):
        print(f"{rule:40} IS NO RULE")
    print(f"{len(known)} rules, {len(mutations)} mutations, "
          f"{len(mutations) - bad} noticed")
    return 1 if bad or missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
