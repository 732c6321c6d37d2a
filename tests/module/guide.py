# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/mc_iwf.md as tests read it: its fenced texts and its tables."""
import re

import node

PATH = node.TOP / "docs" / "mc_iwf.md"
CALLS = node.TOP / "docs" / "lmr_sdp.md"
SECURITY = node.TOP / "docs" / "security.md"
DOCUMENTS = [node.TOP / "README.md",
             *sorted((node.TOP / "docs").glob("*.md"))]


def block(name, path=PATH):
    """The text of the fenced block of this name, as it stands."""
    found = re.findall(rf"^```\w+ {re.escape(name)}\n(.*?)^```$",
                       path.read_text(), re.M | re.S)
    assert len(found) == 1, f"{len(found)} blocks named {name}"
    return found[0]


def write_blocks(folder, *names):
    """Writes blocks into files of their names."""
    for name in names:
        (folder / name).write_text(block(name))


def prose(path=PATH):
    """The guide less its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)


def section(heading, path=PATH):
    """What stands under a heading, up to the next one of its level."""
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)",
        prose(path), re.M | re.S)
    assert found, f"no section {heading}"
    return found.group(1)


def rows(heading, first, path=PATH):
    """The rows of the table in a section whose head begins with a word."""
    table = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\n((?:\|.*\n)*)",
                      section(heading, path), re.M)
    assert table, f"no table {first} in {heading}"
    lines = table.group(1).splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in lines]


def names(cell):
    """All words in code quotes of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first_names(heading, first):
    """The words in code quotes in the first column of a table."""
    return [name for row in rows(heading, first) for name in names(row[0])]
