# SPDX-License-Identifier: GPL-2.0-or-later
"""A manual page, as man(7) has it."""
import re

PROJECT = "LMR interworking for Kamailio"


def escape(text):
    """A text as it is printed, whatever is in it."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    text = text.replace("'", r"\(aq").replace("`", r"\(ga")
    text = text.replace("^", r"\(ha").replace("~", r"\(ti")
    text = text.replace("\u2026", "...")
    return re.sub(r"^\.", r"\\&.", text, flags=re.M)


def bold(text):
    """A text in bold type."""
    return rf"\fB{escape(text)}\fR"


def italic(text):
    """A text in italics."""
    return rf"\fI{escape(text)}\fR"


class Page:
    """The lines of a page, in their order."""

    def __init__(self, name, number, release, summary):
        version, date = release
        self.lines = [
            r'.\" SPDX-License-Identifier: GPL-2.0-or-later',
            f'.TH {escape(name).upper()} {number} "{date}" "{version}" '
            f'"{PROJECT}"',
            ".SH NAME", rf"{escape(name)} \- {escape(summary)}"]

    def section(self, heading, level=1):
        """Begins a section."""
        self.lines.append(f'.{"SH" if level == 1 else "SS"} '
                          f'"{escape(heading)}"')

    def paragraph(self, text):
        """A paragraph of escaped text."""
        self.lines += [".PP", text]

    def item(self, head, text):
        """A word and what is said of it; both escaped."""
        self.lines += [".TP", head, text]

    def as_it_is(self, lines):
        """Lines that stay as they are."""
        self.lines += [".PP", ".nf", *map(escape, lines), ".fi"]

    def write(self, path):
        """Writes the page."""
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
