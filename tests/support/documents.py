# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of docs as tests read them: fenced texts, sections, tables."""
import re

import node

README = node.TOP / "README.md"
FOLDER = node.TOP / "docs"
PAGES = sorted(FOLDER.glob("*.md"))
# What stands beside the README.
BESIDE = sorted(path for path in node.TOP.glob("*.md") if path != README)
DOCUMENTS = [README, *BESIDE, *PAGES]
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def page(name):
    """The path of a page."""
    return FOLDER / f"{name}.md"


GUIDE = page("guide")
REFERENCE = page("reference")
CALLS = page("calls")
PROFILES = page("profiles")
DATABASE = page("database")
SECURITY = page("security")
FORMATS = page("formats")
SMALL_SERVER = page("recipe-small-server")


def block(name):
    """The text of the fenced block of this name, as it stands in the one
    page that has it."""
    found = [text for path in DOCUMENTS for text in
             re.findall(rf"^```\w+ {re.escape(name)}\n(.*?)^```$",
                        path.read_text(), re.M | re.S)]
    assert len(found) == 1, f"{len(found)} blocks named {name}"
    return found[0]


def block_names(paths=tuple(DOCUMENTS)):
    """The names of the blocks of pages that have one, in their order."""
    return [name for path in paths for name in
            re.findall(r"^```\w+ (\S+)$", path.read_text(), re.M)]


def prose(path):
    """A page less its fenced blocks."""
    return FENCED.sub("", path.read_text())


def headings(path):
    """Level and text of the headings of a page."""
    return [(len(marks), text) for marks, text in
            re.findall(r"^(#+) (.*)$", prose(path), re.M)]


def anchors(path):
    """The anchors that the headings of a page get."""
    return [re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            for _, text in headings(path)]


def links(text):
    """The links of a text that lead to files of ours: path and anchor."""
    return [tuple(link.partition("#")[::2])
            for link in re.findall(r"\]\(([^)\s]+)\)", text)
            if "://" not in link]


def section(heading, path):
    """What stands under a heading, up to the next one of its level."""
    level = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)",
        prose(path), re.M | re.S)
    assert found, f"no section {heading}"
    return found.group(1)


def _cells(line):
    """The cells of a table's line; a pipe that is escaped ends none."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def rows(heading, first, path):
    """The rows of the tables in a section whose head begins with a word."""
    return _rows(section(heading, path), first, heading)


def all_rows(first, path):
    """The same of a whole page."""
    return _rows(prose(path), first, path.name)


def _rows(text, first, where):
    tables = re.findall(
        rf"^\| {re.escape(first)} \|.*\n\|[-|]+\n((?:\|.*\n)*)", text, re.M)
    assert tables, f"no table {first} in {where}"
    return [_cells(line) for table in tables for line in table.splitlines()]


def names(cell):
    """All words in code quotes of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first_names(heading, first, path):
    """The words in code quotes in the first column of a table."""
    return [name for row in rows(heading, first, path)
            for name in names(row[0])]
