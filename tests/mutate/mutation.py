# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutations as they stand in a file: blocks with an empty line between them.

    rule: WORD          a rule of the media policy that a reason can name, or
    also: WORDS         something else that tests have to guard
    file: PATH          from the top folder
    test: NAME          who notices: a unit test, or a test as pytest names
                        it; may be repeated; without, any test of the media
                        policy
    -text               lines that stand there once, and
    +text               what takes their place
"""
import collections
import re

Mutation = collections.namedtuple("Mutation", "rule also file tests old new")


def read(path):
    """The mutations of a file."""
    text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.M)
    for block in filter(None, re.split(r"\n\s*\n", text.strip())):
        fields = collections.defaultdict(list)
        for line in block.splitlines():
            if line[0] in "-+":
                fields[line[0]].append(line[1:])
            else:
                name, _, value = line.partition(": ")
                fields[name].append(value)
        yield Mutation("".join(fields["rule"]), "".join(fields["also"]),
                       "".join(fields["file"]), fields["test"],
                       "\n".join(fields["-"]), "\n".join(fields["+"]))


class Unfit(Exception):
    """A mutation that cannot be tried: why."""


def mutate(text, mutation):
    """The text of a file with a mutation in it."""
    if text.count(mutation.old) != 1:
        raise Unfit(f"its text is there {text.count(mutation.old)} times")
    return text.replace(mutation.old, mutation.new)
