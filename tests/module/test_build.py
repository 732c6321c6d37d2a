# SPDX-License-Identifier: GPL-2.0-or-later
"""What the build does on other systems: dependencies, headers, versions of
tools, modules for another core, failures that are known."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import node

TOOLS = node.TOP / "tools"
MODULES = pathlib.Path(node.KAMAILIO_LIBDIR) / "modules"
OURS = node.TOP / "modules/mc_iwf/mc_iwf.so"


def run(*words, **environment):
    """Runs a command: its exit code, and all that it prints."""
    env = {**os.environ, **environment}
    done = subprocess.run([str(word) for word in words], text=True, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    return done.returncode, done.stdout


def check_module(path):
    """tools/check-module.sh on a module."""
    return run(TOOLS / "check-module.sh", node.KAMAILIO_BIN, MODULES, path)


def test_a_module_of_this_core():
    """It is taken."""
    assert check_module(OURS) == (0, "")


def version():
    """That of the binary, as modules hold it: 5.6.3 (x86_64/linux)."""
    first = subprocess.run([node.KAMAILIO_BIN, "-v"], text=True, check=True,
                           capture_output=True).stdout.splitlines()[0]
    return first.removeprefix("version: ").strip().encode()


@pytest.mark.parametrize("before, after", [
    (version(), version().replace(b".", b"9", 1)),
    (b"USE_TCP, USE_TLS", b"USE_TCP, USE_SSL"),
], ids=["version", "flags"])
def test_a_module_of_another_core(tmp_path, before, after):
    """It is refused, and both are told."""
    octets = OURS.read_bytes()
    assert before in octets
    other = tmp_path / "mc_iwf.so"
    other.write_bytes(octets.replace(before, after))
    code, text = check_module(other)
    assert code == 1 and "not built for this Kamailio" in text
    assert before.decode() in text and after.decode() in text


class System:
    """A system of whose package commands each is a text of ours; what they
    are asked to do is in a log."""

    def __init__(self, folder):
        self.top = folder / "top"
        self.bin = folder / "bin"
        self.log = folder / "log"
        self.bin.mkdir()
        (self.top / "tools").mkdir(parents=True)
        for name in ("deps.sh", "kamailio-headers.sh"):
            shutil.copy(TOOLS / name, self.top / "tools")
        self.put("sudo", '"$@"')
        self.put("apt-get", f'echo "$@" >>{self.log}; exit 100')
        self.put("apt-cache", "")
        self.put("dpkg-query", 'case "$*" in *Status*) echo install ok '
                 "installed ;; *) printf 9.9-1 ;; esac")

    def put(self, name, text):
        """Replaces a command."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def deps(self, **environment):
        """tools/deps.sh there."""
        return run(self.top / "tools/deps.sh",
                   PATH=f"{self.bin}:{os.environ['PATH']}", **environment)

    def asked(self):
        """What apt-get was asked for."""
        return self.log.read_text() if self.log.exists() else ""

    def is_ready(self):
        """True if make would go on."""
        return (self.top / "build/deps.stamp").exists()


@pytest.fixture(name="system")
def _system(tmp_path):
    return System(tmp_path)


def test_headers_that_are_given(system, tmp_path):
    """Nothing is downloaded; packages that are missing are told."""
    header = tmp_path / "own/src/core/sr_module.h"
    header.parent.mkdir(parents=True)
    header.touch()
    system.put("dpkg-query", "exit 1")
    code, text = system.deps(KAMAILIO_SRC=str(tmp_path / "own"))
    assert (code, system.asked()) == (0, "")
    assert "not installed:" in text and "kamailio-tls-modules" in text
    assert system.is_ready()


def test_headers_that_are_no_folder(system, tmp_path):
    """That is an error."""
    code, text = system.deps(KAMAILIO_SRC=str(tmp_path / "none"))
    assert code == 1 and "no src/core/sr_module.h" in text
    assert not system.is_ready()


def test_no_source_package(system):
    """The version is told, and what to do."""
    code, text = system.deps()
    assert code == 1 and not system.is_ready()
    assert "no headers of kamailio 9.9-1" in text
    assert "make KAMAILIO_SRC=" in text


def test_a_package_of_headers(system, tmp_path):
    """It does if there is no source."""
    header = tmp_path / "include/kamailio/core/sr_module.h"
    header.parent.mkdir(parents=True)
    header.touch()
    system.put("apt-get", 'case "$*" in *install*kamailio-dev*) ;; '
               "*) exit 100 ;; esac")
    system.put("dpkg", f'[ "$1" != -L ] || echo {header}')
    code, text = system.deps()
    assert code == 0, text
    assert (system.top / "build/kamailio-src/src/core/sr_module.h").exists()
    assert system.is_ready()


def test_no_kamailio(system):
    """A system that has no such package is told how else."""
    system.put("dpkg-query", 'case "$*" in *Status*kamailio) ;; *Status*) '
               "echo install ok installed ;; esac")
    system.put("apt-get", "")
    code, text = system.deps()
    assert code == 1 and "this system has no package kamailio" in text
    assert "KAMAILIO_BIN=" in text


def test_a_package_that_is_not_there(system):
    """It is named, the others are installed."""
    system.put("dpkg-query", 'case "$*" in *Status*tshark|*Status*sipsak) ;; '
               "*Status*) echo install ok installed ;; *) printf 9.9-1 ;; "
               "esac")
    system.put("apt-get", f'echo "$@" >>{system.log}')
    system.put("apt-cache", 'case "$*" in *tshark) echo Package: tshark ;; '
               "esac")
    text = system.deps()[1]
    assert "this system has no package sipsak" in text
    assert "install -q -y --no-install-recommends tshark\n" in system.asked()


@pytest.fixture(name="tool")
def _tool(tmp_path, monkeypatch):
    """A tool of version 14.0.6 on the PATH."""
    path = tmp_path / "checker"
    path.write_text('#!/bin/sh\n[ "$1" != --version ] || '
                    "{ echo version 14.0.6; exit; }\necho checks $*\n",
                    encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return path


@pytest.mark.parametrize("wanted", ["14", "14.0"])
def test_a_tool_of_this_version(tool, wanted):
    """It runs."""
    assert run(TOOLS / "versioned.sh", tool.name, wanted, "a", "b") \
        == (0, "checks a b\n")


def test_a_tool_by_the_name_of_its_version(tool):
    """It is preferred to one of another version."""
    other = tool.with_name("checker-19")
    other.write_text(tool.read_text().replace("14.0.6", "19.1.7"))
    other.chmod(0o755)
    assert run(TOOLS / "versioned.sh", "checker", "19", "x") \
        == (0, "checks x\n")


@pytest.mark.parametrize("wanted", ["15", "1", "14.0.60"])
@pytest.mark.parametrize("ci, code", [("", 0), ("true", 1)])
def test_a_tool_of_another_version(tool, wanted, ci, code):
    """It does not run, and that is told; CI does not pass without."""
    assert run(TOOLS / "versioned.sh", tool.name, wanted, "a", CI=ci) == (
        code, f"lint: skipped, no checker {wanted} here (it is 14.0.6)\n")


@pytest.mark.parametrize("suite, ci, code", [
    ("", "", 0), ("", "true", 0), ("trixie", "", 0), ("trixie", "true", 1)])
def test_headers_that_cannot_be_had(tmp_path, suite, ci, code):
    """The compiler does not run, and that is told; CI does not pass without
    those that a suite has."""
    (tmp_path / "tools").mkdir()
    shutil.copy(TOOLS / "with-headers.sh", tmp_path / "tools")
    found, text = run(tmp_path / "tools/with-headers.sh", "9.9", "", suite,
                      "false", CI=ci)
    assert found == code
    assert "lint: skipped, no headers of Kamailio 9.9" in text


def test_headers_of_a_version(tmp_path):
    """The compiler gets the folder, and the number of the version."""
    assert run(TOOLS / "with-headers.sh", "6.1", tmp_path, "", "echo", "gcc") \
        == (0, "lint: mc_iwf with the headers of Kamailio 6.1\ngcc "
            f"-UVERSIONVAL -DVERSIONVAL=6001000 -isystem {tmp_path}/src\n")


KNOWN = "test_a.py::test_a  the relay's fault, fixed in 13\n"
TEST = "def test_a():\n    assert {}\n\n\ndef test_b():\n    pass\n"


@pytest.mark.parametrize("known, holds, code, told", [
    ("", False, 1, "1 failed, 1 passed"),
    (KNOWN, False, 0, "1 passed, 1 xfailed"),
    (KNOWN, True, 1, "1 failed, 1 passed"),
    (KNOWN + "test_a.py::gone  x\n", False, 4, "test_a.py::gone"),
    (KNOWN + "test_else.py::test  x\n", False, 0, "1 passed, 1 xfailed"),
], ids=["none", "fails", "passes", "no test", "of another file"])
def test_known_failures(tmp_path, known, holds, code, told):
    """What is known may fail, and may not pass."""
    (tmp_path / "known.txt").write_text("# head\n" + known)
    (tmp_path / "test_a.py").write_text(TEST.format(holds))
    found, text = run(sys.executable, "-m", "pytest", "-q", "-p", "known",
                      "-p", "no:cacheprovider", f"--rootdir={tmp_path}",
                      f"--known={tmp_path}/known.txt", tmp_path,
                      PYTHONPATH=str(node.TOP / "tests/support"))
    assert found == code and told in text
