#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the manual pages of mclmr from its --help: one of the tool, one of
each group of commands, one of each command.

usage: commands.py TOOL VERSION DATE FOLDER"""
import pathlib
import re
import sys

import help as help_text
import roff


def option_head(option):
    """An option with the word for its value."""
    head = roff.bold(option.name)
    if option.value:
        head += " " + roff.italic(option.value)
    return head + ("..." if option.several else "")


def write_usage(page, usage):
    """The synopsis: the command in bold."""
    page.section("SYNOPSIS")
    page.lines.append(".nf")
    for line in usage:
        page.lines.append(re.sub(
            r"^(\s*)(mclmr(?: [a-z]+)*)", lambda m: m.group(1)
            + roff.bold(m.group(2)), roff.escape(line)))
    page.lines.append(".fi")


def write_exits(page, text):
    """What the command ends with."""
    page.section("EXIT STATUS")
    for number, meaning in re.findall(r"(\d) (.*?)(?:, (?=\d )|\.?$)", text):
        page.item(number, roff.escape(meaning))


def write_page(command, summary, above, release, folder):
    """The page of a command."""
    name = "-".join(command.path)
    page = roff.Page(name, 1, release, summary)
    write_usage(page, command.usage)
    page.section("DESCRIPTION")
    for text in command.prose:
        page.paragraph(roff.escape(text))
    for word, text in command.commands.items():
        page.item(rf"{roff.bold(name + '-' + word)}(1)", roff.escape(text))
    if command.entries:
        page.section("OPTIONS")
    for entry in command.entries:
        page.item(", ".join(map(option_head, entry.options)),
                  roff.escape(entry.text))
    if command.exits:
        write_exits(page, command.exits)
    page.section("SEE ALSO")
    page.lines.append(", ".join(rf"{roff.bold(name)}({number})"
                                for name, number in above))
    page.write(folder / f"{name}.1")


def main(tool, version, date, folder):
    """Writes all pages into the folder."""
    folder = pathlib.Path(folder)
    release = (f"mclmr {version}", date)
    summaries = {("mclmr",): "IWF short messages, media profiles and keys on "
                 "the command line"}
    for command in help_text.read(tool):
        path = tuple(command.path)
        summaries |= {(*path, word): text
                      for word, text in command.commands.items()}
        above = [("-".join(path[:n]), 1) for n in range(1, len(path))]
        write_page(command, summaries[path], above + [("mc_iwf", 7)], release,
                   folder)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
