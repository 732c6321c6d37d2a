# SPDX-License-Identifier: GPL-2.0-or-later
"""Manual pages and completion say what --help and the reference say, and the
version is the same everywhere."""
import os
import re
import subprocess
import sys

import pytest

import documents
import node

TOP = node.TOP
TOOL = os.environ.get("MCLMR_TOOL", str(TOP / "build/test/mclmr"))
MAN = TOP / "build/man"
MAKERS = TOP / "tools/man"
COMPLETION = TOP / "build/completion/mclmr"


def shown_help(*words):
    """What --help prints."""
    return subprocess.run([TOOL, *words, "--help"], capture_output=True,
                          text=True, check=True, timeout=60).stdout


def commands_below(*words):
    """The commands that a --help lists, with their summaries."""
    return dict(re.findall(r"^  ([a-z]+) +(.*)$", shown_help(*words), re.M))


GROUPS = [(group,) for group in commands_below()]
COMMANDS = [(*group, name) for group in GROUPS
            for name in commands_below(*group)]
ALL = [(), *GROUPS, *COMMANDS]


def rendered(path):
    """A page as man shows it, in one line, as groff makes it of plain ASCII,
    which nothing hyphenates; any warning fails."""
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tascii", "-P-cbou", "-rLL=32767n", "-rHY=0",
         str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return flat(done.stdout)


def flat(text):
    """A text without the form of its lines."""
    return " ".join(text.split())


def maker(name, *arguments):
    """Runs what makes pages."""
    subprocess.run([sys.executable, "-B", str(MAKERS / f"{name}.py"),
                    *map(str, arguments)], check=True)


def release():
    """Version and date of the newest entry of the change log."""
    return re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$",
                     (TOP / "CHANGELOG.md").read_text(), re.M).groups()


@pytest.mark.parametrize("words", ALL, ids="-".join)
def test_page_of_a_command(words):
    """It has each line of the help: usage, prose, options, exit codes."""
    text = rendered(MAN / f"{'-'.join(['mclmr', *words])}.1")
    said = re.sub(r"^(usage:|Exit:) ", "", shown_help(*words), flags=re.M)
    options = re.findall(r"^  (--.*?)(?:  +(.*))?$", said, re.M)
    for head, begin in options:
        assert f" {head} {begin}".rstrip() in text, head
    for paragraph in said.split("\n\n"):
        if paragraph.startswith("  --") or re.match("  [a-z]", paragraph):
            continue
        for part in re.split(r"(?:^|, )\d ", flat(paragraph).rstrip(".")):
            assert part in text, part
    for name, summary in commands_below(*words).items():
        assert f"{'-'.join(['mclmr', *words, name])}(1) {summary}" in text


def test_no_other_pages():
    """There is a page of each command, and of nothing else."""
    assert {path.name for path in MAN.iterdir()} == {
        "mc_iwf.7", *("-".join(["mclmr", *words]) + ".1" for words in ALL)}


def test_name_of_a_page():
    """apropos finds a command by what its group says of it."""
    for words in COMMANDS:
        summary = commands_below(*words[:-1])[words[-1]]
        assert f"NAME mclmr-{'-'.join(words)} - {summary} SYNOPSIS" in \
            rendered(MAN / f"mclmr-{'-'.join(words)}.1")


def test_pages_are_up_to_date(tmp_path):
    """What was built is what the tool of the tests says."""
    version, date = release()
    maker("commands", TOOL, version, date, tmp_path)
    maker("reference", documents.REFERENCE, version, date,
          tmp_path / "mc_iwf.7")
    maker("completion", TOOL, tmp_path / "completion")
    assert (tmp_path / "completion").read_text() == COMPLETION.read_text()
    for path in MAN.iterdir():
        assert (tmp_path / path.name).read_text() == path.read_text()


def test_page_of_the_module():
    """It has each name that the reference has, and each paragraph."""
    text = rendered(MAN / "mc_iwf.7")
    said = documents.prose(documents.REFERENCE)
    _, said = said.split("\n## Overview\n")
    said = re.sub(r"^\|.*\n\|---.*$", "", said, flags=re.M)
    for name in set(documents.names(said)):
        assert flat(name.replace(r"\|", "|")) in text, name
    for _, heading in documents.headings(documents.REFERENCE)[1:]:
        assert heading.upper() in text.upper(), heading
    assert len(text) > 0.8 * len(flat(said))


def test_hostile_text():
    """What means something to the formatter is printed as it is."""
    text = subprocess.run(
        [sys.executable, "-B", "-c", "import roff;"
         r"print(roff.escape('.so a\\fB \'x\' -- \\n(.a'))"],
        cwd=MAKERS, capture_output=True, text=True, check=True).stdout
    shown = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou"],
                           input=f".TH A 1\n.PP\n{text}",
                           capture_output=True, text=True, check=True).stdout
    assert r".so a\fB 'x' -- \n(.a" in shown


# Completion

def complete(*words):
    """What bash offers for the last word of a line."""
    script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_mclmr; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", str(COMPLETION),
                           "mclmr", *words], capture_output=True, text=True,
                          check=True, cwd=TOP / "cfg")
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("words", [(), *GROUPS], ids="-".join)
def test_complete_commands(words):
    """Groups, and the commands of a group."""
    assert complete(*words, "") == [*commands_below(*words), "--help",
                                    "--version"]
    first = next(iter(commands_below(*words)))
    assert complete(*words, first[:3]) == [
        name for name in commands_below(*words) if name.startswith(first[:3])]


@pytest.mark.parametrize("words", COMMANDS, ids="-".join)
def test_complete_options(words):
    """Every option that the help names, and no other."""
    shown = set(re.findall(r"--[a-z][a-z-]*", shown_help(*words)))
    assert set(complete(*words, "--")) == shown | {"--help"}


@pytest.mark.parametrize("words, offered", [
    (("sdp", "apply", "--wanted", ""), {"on", "off"}),
    (("mikey", "make", "--type", "p"), {"pck"}),
    (("mikey", "make", "--form", ""), {"raw", "base64", "sdp"}),
    (("message", "encode", "--type", ""), {"request", "response"}),
    (("key", "wrap", "--lmr", "tetra"), {"tetra", "tetrapol"}),
    (("key", "wrap", "--to", ""), set()),
    (("key", "wrap", "--key", "poli"), {"policies.ini"}),
    (("key", "wrap", "--outdir", "rec"), {"recipe"}),
    (("sdp", "explain", "sample-o"), {"sample-offer.sdp"}),
    (("sdp", "explain", "--policies", "poli"), {"policies.ini"}),
    (("kms", "uid", "poli"), set()),
    (("no", "such", ""), set())])
def test_complete_values(words, offered):
    """Words, files and folders, as the help says."""
    assert set(complete(*words)) == offered


# The version

def test_version():
    """The tool, the library and the change log name the same release."""
    version, date = release()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    for words in ((), ("key",)):
        assert subprocess.run([TOOL, *words, "--version"], check=True,
                              capture_output=True, text=True).stdout == \
            f"mclmr {version}\n"
    assert f'"{date}" "mclmr {version}"' in (MAN / "mclmr.1").read_text()


def test_versions_rise():
    """Each entry of the change log is newer than the next one."""
    found = re.findall(r"^## (\d+)\.(\d+)\.(\d+) \((\S+)\)$",
                       (TOP / "CHANGELOG.md").read_text(), re.M)
    numbers = [tuple(map(int, words[:3])) for words in found]
    assert numbers == sorted(set(numbers), reverse=True)
    dates = [words[3] for words in found]
    assert dates == sorted(dates, reverse=True)
