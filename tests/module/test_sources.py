# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/sources.sh: what packages and the systems of make matrix are made of."""
import shutil
import subprocess

import pytest

import node

KEPT = {"tools/sources.sh", "Makefile", "docs/two words.md", ".gitignore"}
BUILT = {"build/kamailio-src/a.h", "run/node.log", "modules/mclmr/mclmr",
         "modules/mclmr/libmclmr.a", "modules/mc_iwf/mc_iwf.so",
         "modules/mc_iwf/a.o", "tools/__pycache__/a.pyc"}


@pytest.fixture(name="folder")
def unpacked(tmp_path):
    """The sources in a folder, with what was built there."""
    folder = tmp_path / "around/product"
    for name in KEPT | BUILT:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for name in "tools/sources.sh", ".gitignore":
        shutil.copy(node.TOP / name, folder / name)
    return folder


def git(folder, *command):
    """Runs git in a folder."""
    subprocess.run(["git", *command], cwd=folder, check=True,
                   capture_output=True)


def listed(folder, *options):
    """The names that the script prints, called from elsewhere."""
    done = subprocess.run([folder / "tools/sources.sh", *options], check=True,
                          cwd="/", capture_output=True, text=True)
    names = done.stdout.split("\0")
    assert names.pop() == ""
    assert len(names) == len(set(names))
    return {name.removeprefix("./") for name in names}


@pytest.mark.parametrize("options", [[], ["--new"]])
def test_without_git(folder, options):
    """All but what is built."""
    assert listed(folder, *options) == KEPT


@pytest.mark.parametrize("ignored", ["", "product/\n", "*\n"])
@pytest.mark.parametrize("options", [[], ["--new"]])
def test_in_a_tree_of_something_else(folder, ignored, options):
    """As without git, whatever that tree tracks and ignores."""
    around = folder.parent
    git(around, "init", "-q")
    (around / "Makefile").write_text("another one")
    (around / ".gitignore").write_text(ignored)
    git(around, "add", "-f", "Makefile", ".gitignore")
    assert listed(folder, *options) == KEPT


@pytest.mark.parametrize("top", ["product", "."])
def test_what_git_tracks(folder, top):
    """In a tree of its own, or as a part of a larger one: what is tracked, but
    for what is gone, and with --new what will be."""
    tree = folder if top == "product" else folder.parent
    git(tree, "init", "-q")
    git(folder, "add", ".")
    (folder / "new.c").write_text("new")
    (folder / "new.o").write_text("built")
    (folder / "Makefile").unlink()
    assert listed(folder) == KEPT - {"Makefile"}
    assert listed(folder, "--new") == KEPT - {"Makefile"} | {"new.c"}
