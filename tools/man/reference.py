#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the manual page of the module from its reference in docs/.

usage: reference.py REFERENCE VERSION DATE FILE

Of Markdown it knows what the page has: headings, paragraphs, tables, fenced and
indented text. The table of contents at the begin is left out."""
import pathlib
import re
import sys

import roff

LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def plain(text):
    """A text without its links; those to other pages are named."""
    def name(link):
        page = link.group(2).partition("#")[0]
        return link.group(1) + (
            f" ({page})" if page and page not in link.group(1) else "")
    return LINK.sub(name, text)


def in_type(text):
    """A text with code in bold, escaped."""
    parts = re.split(r"`([^`]+)`", plain(text).replace(r"\|", "|"))
    return "".join(roff.bold(part) if n % 2 else
                   roff.escape(part).replace("*", "")
                   for n, part in enumerate(parts))


def cells(line):
    """The cells of a line of a table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def write_table(page, lines):
    """A table as a list: the first cell, and what the others say of it."""
    heads = cells(lines[0])
    if heads == ["Section", "Contents"]:
        return
    for line in lines[2:]:
        row = cells(line)
        said = [in_type(cell) if head in ("", "Meaning") or len(row) == 2
                else f"{head}: {in_type(cell)}"
                for head, cell in zip(heads[1:], row[1:]) if cell]
        page.item(in_type(row[0]) or r"\&", ". ".join(said) or r"\&")


def write_block(page, block):
    """A heading, a table, a text that stays as it is, or a paragraph."""
    heading = re.match(r"(##+) (.*)", block[0])
    if heading:
        level = len(heading.group(1)) - 1
        text = plain(heading.group(2))
        page.section(text.upper() if level == 1 else text, level)
    elif block[0].startswith("```"):
        page.as_it_is(block[1:-1])
    elif block[0].startswith("    "):
        page.as_it_is(line[4:] for line in block)
    elif block[0].startswith("|"):
        write_table(page, block)
    else:
        page.paragraph(in_type(" ".join(block)))


def blocks(text):
    """The blocks of a page, each a list of lines."""
    block, fenced = [], False
    for line in [*text.split("\n"), ""]:
        fenced ^= line.startswith("```")
        if line or fenced:
            block.append(line)
        elif block:
            yield block
            block = []


def main(reference, version, date, path):
    """Writes the page."""
    page = roff.Page("mc_iwf", 7, (f"mc_iwf {version}", date),
                     "Kamailio module for IWF short messages and calls")
    page.section("DESCRIPTION")
    _, *rest = blocks(pathlib.Path(reference).read_text(encoding="utf-8"))
    for block in rest:
        write_block(page, block)
    page.section("SEE ALSO")
    page.lines.append(rf"{roff.bold('mclmr')}(1), "
                      rf"{roff.bold('kamailio')}(8), {roff.bold('kamcmd')}(8)")
    page.write(pathlib.Path(path))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
