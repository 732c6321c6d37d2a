# SPDX-License-Identifier: GPL-2.0-or-later
"""The folders of modules/: who includes whom, and headers that go together."""
import re
import shutil
import subprocess
import sys

import pytest

import node

FLOORS = node.TOP / "tools/floors.py"
MODULES = node.TOP / "modules"


def headers(of="mclmr"):
    """The library's headers as they are included, but for the tool's."""
    return sorted(str(p.relative_to(MODULES))
                  for p in (MODULES / of).rglob("*.h")
                  if "tool" not in p.parts)


def compiled(text):
    """What the compiler says of a C text that uses the library's headers."""
    flags = subprocess.run(
        ["pkg-config", "--cflags", "libxml-2.0", "libcrypto"], check=True,
        capture_output=True, text=True).stdout.split()
    return subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
         f"-I{MODULES}", *flags, "-xc", "-"], input=text, text=True,
        capture_output=True, check=False).stderr


def checked(folder):
    """What floors.py says of a folder of modules, and its exit code."""
    done = subprocess.run([sys.executable, FLOORS, folder], text=True,
                          capture_output=True, check=False)
    return done.stdout, done.returncode


@pytest.fixture(name="copy")
def copied(tmp_path):
    """A copy of the modules' sources that a test may spoil."""
    shutil.copytree(MODULES, tmp_path / "modules",
                    ignore=shutil.ignore_patterns("*.a", "*.so"))
    return tmp_path / "modules"


def test_the_tree_keeps_its_floors():
    """Nothing includes what stands above it."""
    assert checked(MODULES) == ("", 0)


BROKEN = [
    ("mclmr/base/span.c", "mclmr/sip/uri.h", "sip is not below base"),
    ("mclmr/sip/uri.c", "mclmr/crypto/fp.h", "crypto is not below sip"),
    ("mclmr/crypto/sakke.c", "mclmr/crypto/ifma/ifma.h",
     "it is internal to its folder"),
    ("mclmr/sdp/sdp.h", "mclmr/keys/kms.h", "keys is not below sdp"),
    ("mclmr/keys/kms.c", "mclmr/keys/kms.h", 'of its own folder: "kms.h"'),
    ("mclmr/decide/call.c", "mclmr/tool/options.h", "tool is not below decide"),
    ("mclmr/sip/uri.h", "mc_iwf/config.h", "the library knows no module"),
    ("mc_iwf/call/sdp.c", "mclmr/tool/options.h",
     "the command line is no library"),
    ("mc_common/lump.h", "mclmr/sip/uri.h", "mc_common knows only mclmr/base"),
    ("mc_common/lump.c", "mc_iwf/config.h", "another module's insides"),
    ("mc_iwf/data/group.c", "mc_iwf/message/facts.h",
     "message is not below data"),
    ("mc_iwf/message/check.c", "mc_iwf/call/leg.h",
     "call is not below message"),
    ("mc_iwf/counters.c", "mc_iwf/data/store.h", "data is not below mc_iwf"),
    ("mc_iwf/api.h", "api_bind.h", "it is not below"),
    ("mclmr/sdp/sdp.c", "mclmr/base/absent.h", "there is no such header"),
]


@pytest.mark.parametrize("path, name, why", BROKEN, ids=lambda v: str(v)[:40])
def test_an_include_against_the_rules(copy, path, name, why):
    """It is named, with the file and the rule."""
    file = copy / path
    file.write_text(f'#include "{name}"\n' + file.read_text())
    assert checked(copy) == (f"{file}: includes {name}: {why}\n", 1)


def test_an_internal_header(copy):
    """It is for its folder alone."""
    header = copy / "mclmr/sip/field.h"
    header.write_text(header.read_text().replace(
        "/*\n * field:", "/*\n * Internal to sip. field:"))
    said, code = checked(copy)
    assert code == 1
    assert all(line.endswith("it is internal to its folder")
               for line in said.splitlines())


def test_a_header_that_does_not_say_that_it_is_internal(copy):
    """It has to, if only its folder uses it."""
    header = copy / "mclmr/keys/seal.h"
    header.write_text(header.read_text().replace("Internal to keys. ", ""))
    assert checked(copy) == (
        f"{header}: only its folder uses it: say internal\n", 1)


def test_a_folder_on_no_floor(copy):
    """It has to be given its place first."""
    (copy / "mclmr/cellar").mkdir()
    (copy / "mclmr/cellar/x.c").write_text("int x;\n")
    assert checked(copy) == (f"{copy}/mclmr/cellar/x.c: cellar is on no "
                             "floor\n", 1)


def test_all_headers_together():
    """No name means two things, in whatever order they are included."""
    names = headers()
    for order in (names, names[::-1]):
        assert compiled("".join(f'#include "{n}"\n' for n in order)) == ""


@pytest.mark.parametrize("name", headers())
def test_a_header_alone(name):
    """It includes what it needs."""
    assert compiled(f'#include "{name}"\n') == ""


def test_the_key_commands_have_no_rules_of_their_own():
    """What they know of records, messages and states is the library's: they
    call none of the parts that record_wrap and record_unwrap are made of."""
    for name in "key", "wrap", "unwrap", "words", "batch", "table":
        text = (MODULES / f"mclmr/tool/{name}.c").read_text()
        assert re.findall(
            r"\bmclmr_(?:mikey|key_record|key_state)_\w+\(", text) == []


def test_what_modules_share_logs_in_no_name_of_its_own():
    """A file of mc_common is compiled once for all modules: a line that it
    logged would have the name of none. Headers are compiled for each."""
    for path in (MODULES / "mc_common").glob("*.c"):
        assert re.findall(r"\b(?:LM|LOG|[A-Z]+_MEM)_[A-Z]+\b",
                          path.read_text()) == [], path.name
