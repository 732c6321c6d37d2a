# SPDX-License-Identifier: GPL-2.0-or-later
"""What `mclmr ... --help` prints, taken apart: the one text that the manual
pages and the completion are made of."""
import dataclasses
import re
import subprocess

# Values that are files or folders, by the word that stands for them.
FILES = {"FILE", "FILE.csv", "KEYS", "CERT"}
FOLDERS = {"DIR"}


@dataclasses.dataclass
class Option:
    """An option: its name, the word for its value ("": none), whether several
    values may follow, and the values it can have if they are words."""
    name: str
    value: str = ""
    several: bool = False
    words: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Entry:
    """One or more options that share a text."""
    options: list
    text: str


@dataclasses.dataclass
class Help:
    """A command line, the group of commands or the command itself."""
    path: list
    usage: list
    prose: list
    entries: list
    exits: str
    commands: dict

    def options(self):
        """Every option once, also one that only the usage names."""
        found = {}
        for option in [o for e in self.entries for o in e.options] + \
                read_usage(self.usage):
            known = found.setdefault(option.name, option)
            known.words = known.words or option.words
        return list(found.values())


def read_option(text):
    """An option as it stands in front of its text: --cert FILE..."""
    name, _, value = text.partition(" ")
    words = value.split("|") if "|" in value else []
    return Option(name, value.removesuffix("..."), value.endswith("..."),
                  words)


def read_usage(lines):
    """The options of a usage."""
    return [read_option(text) for text in re.findall(
        r"--[a-z][a-z-]*(?: [A-Za-z][\w.|-]*)?", " ".join(lines))
        if text not in ("--help", "--version")]


def words_of(text):
    """The words of a text that begins with a list of them: a, b or c."""
    found = re.match(r"((?:[\w-]+, )*[\w-]+),? or ([\w-]+)\b", text)
    return [*found.group(1).split(", "), found.group(2)] if found else []


def read_entries(lines):
    """The options of a paragraph, each with its text."""
    entries = []
    for line in lines:
        head = re.match(r"  (--(?:\S| (?! ))*)(?: +(.*))?$", line)
        if head:
            entries.append(Entry([read_option(text) for text in
                                  head.group(1).split(", ")],
                                 head.group(2) or ""))
        else:
            entries[-1].text = f"{entries[-1].text} {line.strip()}".strip()
    for entry in entries:
        for option in entry.options:
            if option.value and option.value not in FILES | FOLDERS:
                option.words = option.words or words_of(entry.text)
    return entries


def parse(path, text):
    """What a --help says."""
    found = Help(path, [], [], [], "", {})
    for paragraph in text.rstrip("\n").split("\n\n"):
        lines = paragraph.split("\n")
        if lines[0].startswith("usage: "):
            found.usage = [line[7:] for line in lines]
        elif lines[0].startswith("  --"):
            found.entries += read_entries(lines)
        elif lines[0].startswith("  "):
            found.commands |= dict(
                re.match(r"  (\S+) +(.*)", line).groups() for line in lines)
        elif lines[0].startswith("Exit: "):
            found.exits = " ".join(lines)[6:]
        else:
            found.prose.append(" ".join(lines))
    return found


def read(tool, path=()):
    """The help of a command and of all below it, each with its summary."""
    done = subprocess.run([tool, *path, "--help"], capture_output=True,
                          text=True, check=True)
    found = parse(["mclmr", *path], done.stdout)
    below = [page for name in found.commands
             for page in read(tool, [*path, name])]
    return [found, *below]
