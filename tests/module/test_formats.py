# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/formats.md is true: its examples run, its tables are those of the
code."""
import os
import re
import shlex
import subprocess

import pytest

import key_commands
from key_commands import TOP, run

TEXT = (TOP / "docs" / "formats.md").read_text()


def rows(heading):
    """The rows of the table with this first cell of its head."""
    table = re.search(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\n((?:\|.*\n)+)",
                      TEXT, re.M).group(1)
    return [[cell.strip() for cell in line.strip("|").split(" | ")]
            for line in table.splitlines()]


def source(name):
    """The text of a file of the library or the tool."""
    return (TOP / "modules" / "mclmr" / name).read_text()


def commands():
    """Commands and what the page says of their options."""
    return [(re.search(r"`mclmr (\w+ \w+)`", row[0]).group(1).split(),
             row[1] if len(row) > 1 else "") for row in rows("Command")]


@pytest.mark.parametrize("words, said", commands(),
                         ids=[" ".join(words) for words, _ in commands()])
def test_options(words, said):
    """Each command has the options that its help tells."""
    _, out, _ = run(*words, "--help")
    shown = set(re.findall(r"--[a-z][a-z-]*", out.decode()))
    options = set(re.findall(r"--[a-z-]+", said))
    if words == ["key", "rewrap"]:
        wrap = next(text for other, text in commands()
                    if other == ["key", "wrap"])
        options |= set(re.findall(r"--[a-z-]+", wrap))
        options.remove("--out")
    assert options == shown


def test_every_command():
    """No command of any group is left out."""
    def below(*words):
        _, out, _ = run(*words, "--help")
        return re.findall(r"^  (\w+) ", out.decode(), re.M)
    assert {" ".join(words) for words, _ in commands()} == {
        f"{group} {name}" for group in below() for name in below(group)}


def test_example(tmp_path):
    """The example runs as it stands, and the key comes out."""
    (tmp_path / "mclmr").symlink_to(key_commands.TOOL)
    block = re.search(r"^```\n(openssl rand .*?)^```$", TEXT,
                      re.M | re.S).group(1)
    for line in block.splitlines():
        subprocess.run(shlex.split(line), cwd=tmp_path, check=True,
                       capture_output=True, env={
                           **os.environ,
                           "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    key = (tmp_path / "alice.key").read_bytes()
    assert len(key) == 32 and key == (tmp_path / "ukek").read_bytes()


def test_example_of_a_group(tmp_path):
    """The other one, for two members."""
    (tmp_path / "mclmr").symlink_to(key_commands.TOOL)
    (tmp_path / "members.csv").write_text("to\nsip:alice@mc.example.org\n"
                                          "sip:bob@mc.example.org\n")
    made = re.search(r"^(mclmr kms init.*\n)(?:.*\n)*?(.*--user sip:iwf@.*\n)",
                     TEXT, re.M)
    block = re.search(r"^```\n(openssl rand -out gmk .*?)^```$", TEXT,
                      re.M | re.S).group(1)
    subprocess.run(["bash", "-e", "-c", "".join(made.groups()) + block],
                   cwd=tmp_path, check=True, capture_output=True, env={
                       **os.environ,
                       "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert sorted(path.name for path in (tmp_path / "members").iterdir()
                  if path.suffix == ".mikey") == [
        f"sip:{user}@mc.example.org.gmk.0a2b3c4d.mikey"
        for user in ("alice", "bob")]


def test_elements():
    """Each element of certificates and key sets."""
    known = set(re.findall(r'\] = "(\w+)"', source("keys/kms.c")))
    told = {name for head in ("Element of a certificate",
                              "Element of a key set", "File of `kms init`")
            for row in rows(head) for cell in row
            for name in re.findall(r"`([A-Z]\w+)`", cell)}
    assert told == known


def test_columns():
    """Each column of a table of records."""
    text = re.search(r"names columns:(.*?)\.\n", TEXT,
                     re.S).group(1)
    known = re.search(r"names\[MCLMR_WORD_ALL\] = \{(.*?)\}",
                      source("keys/record_words.c"), re.S).group(1)
    assert re.findall(r"`([\w-]+)`", text) == re.findall(r'"([\w-]+)"', known)


def test_columns_of_members():
    """Each column of a table of a group's members, and no other one."""
    text = re.search(r"table of `mikey make` are(.*?);", TEXT, re.S).group(1)
    known = re.findall(r"TOOL_COLUMN\(MCLMR_WORD_(\w+)\)",
                       source("tool/make.c"))
    assert re.findall(r"`([\w-]+)`", text) == [
        name.lower().replace("_", "-") for name in known]


def test_numbers():
    """Sizes and limits."""
    header = source("keys/key_record.h")
    for name, value in (("MAX_KEYS", 16), ("MAX_GROUPS", 64), ("MAX_ALG", 4),
                        ("MAX_KEY_ID", 8), ("MAX_KEY", 64)):
        assert re.search(rf"MCLMR_RECORD_{name} {value}\b", header)
    assert "MCLMR_KMS_MAX_SIZE 65536" in source("keys/kms.h")
    assert "MCLMR_MIKEY_MAX_POLICIES 8" in source("keys/mikey.h")
    assert "MCLMR_MIKEY_MAX_EXTENSIONS 8" in source("keys/mikey.h")
    assert "MCLMR_MIKEY_MAX_SKEW 60" in source("keys/mikey_open.h")
    for label in "mclmr key record 1 key", "mclmr key record 1 iv":
        assert f'"{label}"' in source("keys/key_record.c") and label in TEXT


def test_lab_and_demo(tmp_path):
    """`make lab` twice, and the demo, with the tool under the sanitizers."""
    environment = {**os.environ, "RUN_DIR": str(tmp_path),
                   "MCLMR": key_commands.TOOL}
    secret = tmp_path / "kms" / "kms.secret"
    seen = []
    for _ in range(2):
        subprocess.run([TOP / "tools" / "lab.sh"], check=True, timeout=300,
                       env=environment, stdout=subprocess.DEVNULL)
        seen.append(secret.read_bytes())
    assert seen[0] == seen[1]
    names = {f"{name}{kind}.xml" for name in (
        "alice", "bob", "carol", "dave", "frank") for kind in ("", ".data")}
    assert {path.name for path in (tmp_path / "kms").iterdir()} == names | {
        "cert.xml", "iwf.xml", "tetra-iwf.xml", "kms.secret", "users.csv"}
    for name in names:
        assert (tmp_path / "kms" / name).read_text().count("<KmsKeySet") == 2
    done = subprocess.run(
        [TOP / "tests" / "demo" / "rootkey.py", "--tool", key_commands.TOOL],
        capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\nrefused, ") == 3
