# SPDX-License-Identifier: GPL-2.0-or-later
"""What a script, a setting or a command of an earlier release used is still
there, or the change log says that it is not: a server that was upgraded does not
start with a parameter that has gone.

tests/data/script-VERSION.txt holds what release VERSION had."""
import re

import pytest

import documents
import node

DATA = sorted((node.TOP / "tests/data").glob("script-*.txt"))
CHANGES = (node.TOP / "CHANGELOG.md").read_text()
IN_PAGES = re.findall(r"`([^`\n]+)`", documents.REFERENCE.read_text())
CONFIGURATIONS = [path.read_text()
                  for path in (node.TOP / "cfg").rglob("*")
                  if path.suffix in (".cfg", ".js", ".sh")]


def used(path):
    """Kind and name of all that scripts of a release could use."""
    return [tuple(line.split()) for line in path.read_text().splitlines()
            if not line.startswith("#")]


def is_there(kind, name):
    """In the reference, which is compared with the module by test_pages.py; a
    variable is there by its key; a setting in a configuration."""
    if kind == "setting":
        return any(re.search(rf"\b{name}\b", text) for text in CONFIGURATIONS)
    if kind == "variable":
        variable, key = re.fullmatch(r"\$(\w+)\((\w+)\)", name).groups()
        return key in documents.first_names(
            f"## Pseudo-variable ${variable}(key)", "Key", documents.REFERENCE)
    return any(re.fullmatch(rf"(event_route\[)?{re.escape(name)}(\(.*\)|\])?",
                            text) for text in IN_PAGES)


def told_since(version):
    """The changes that the log marks in the releases after that one."""
    newer = CHANGES[:CHANGES.index(f"\n## {version} ")]
    return [entry for entry in re.split(r"^\* ", newer, flags=re.M)[1:]
            if "**Change**" in entry]


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_what_has_gone_is_told(path):
    """By its name, as a change."""
    version = path.stem.removeprefix("script-")
    told = " ".join(told_since(version))
    lost = [f"{kind} {name}" for kind, name in used(path)
            if not is_there(kind, name) and f"`{name}`" not in told]
    assert not lost


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_kinds(path):
    """A list has all kinds: what is misspelt would never be missed."""
    kinds = {kind for kind, _ in used(path)}
    assert kinds == {"parameter", "function", "variable", "event", "command",
                     "setting"}
    assert not is_there("parameter", "no_such_parameter")
    assert not is_there("setting", "NO_SUCH_SETTING")
    assert not is_there("variable", "$iwf(no_such_key)")
