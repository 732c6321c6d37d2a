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


def test_a_core_of_another_version(tmp_path):
    """It does not start with the module, and tells both: the core compares."""
    before, after = version(), version().replace(b".", b"9", 1)
    other = tmp_path / "mc_iwf.so"
    other.write_bytes(OURS.read_bytes().replace(before, after))
    config = tmp_path / "other.cfg"
    config.write_text(f'loadmodule "tm.so"\nloadmodule "sl.so"\n'
                      f'loadmodule "{other}"\nrequest_route {{ exit; }}\n')
    code, text = run(node.KAMAILIO_BIN, "-c", "-E", "-L", MODULES,
                     "-Y", tmp_path, "-f", config)
    assert code != 0 and "module version mismatch" in text
    assert before.decode() in text and after.decode() in text


class Core:
    """A Kamailio 6.1.5, and the headers of one."""

    def __init__(self, folder):
        self.bin = folder / "kamailio"
        self.headers = folder / "headers"
        (self.headers / "src").mkdir(parents=True)
        self.upgrade("6.1.5")

    def upgrade(self, release):
        """Replaces the binary."""
        self.bin.write_text(f"#!/bin/sh\necho 'version: kamailio {release} "
                            "(x86_64/linux)'\necho 'flags: USE_TCP'\n")
        self.bin.chmod(0o755)

    def source(self, release):
        """Headers in a source, whose makefile tells the release."""
        number, dash, extra = release.partition("-")
        parts = number.split(".")
        (self.headers / "src/Makefile.defs").write_text(
            f"MAIN_VERSION = 1.2.3\nVERSION = {parts[0]}\n"
            f"PATCHLEVEL = {parts[1]}\nSUBLEVEL =  {parts[2]}\n"
            f"EXTRAVERSION = {dash}{extra}\nVERSIONVAL = 7\n")

    def package(self, release):
        """Headers in a package: a file beside them tells its version."""
        (self.headers / ".version").write_text(release + "\n")

    def flags(self, **environment):
        """tools/kamailio-flags.sh for it."""
        return run(TOOLS / "kamailio-flags.sh", self.bin, self.headers,
                   **{"ANY_HEADERS": "", **environment})

    def make(self, *words):
        """Has the file of these flags made, in the folder of the headers."""
        file = self.headers / "flags"
        return run("make", "-C", node.TOP, f"KAMAILIO_FLAGS={file}", "DEPS=",
                   f"KAMAILIO_BIN={self.bin}", f"KAMAILIO_SRC={self.headers}",
                   *words, file, ANY_HEADERS="", MAKEFLAGS="")


@pytest.fixture(name="core")
def _core(tmp_path):
    return Core(tmp_path)


SAME = [("source", "6.1.5"), ("package", "6.1.5"), ("package", "6.1.5-1"),
        ("package", "1:6.1.5-1+deb14u1"), ("package", "6.1.5+bpo12.2-1")]
OTHER = [("source", "6.1.4"), ("source", "6.1.50"), ("source", "6.1.5-dev1"),
         ("source", "5.1.5"), ("package", "6.1.4-1"), ("package", "6.1.5~rc1-1")]


@pytest.mark.parametrize("kind, release", SAME)
def test_headers_of_the_same_version(core, kind, release):
    """They are taken, with any revision of a distribution."""
    getattr(core, kind)(release)
    code, text = core.flags()
    assert code == 0, text
    assert "-DVERSION='\"6.1.5\"'\n" in text
    assert "-DVERSIONVAL=6001005\n" in text


@pytest.mark.parametrize("kind, release", OTHER)
def test_headers_of_another_version(core, kind, release):
    """They are refused: both versions are told, and what to do."""
    getattr(core, kind)(release)
    code, text = core.flags()
    assert code == 1 and "-DVERSION" not in text
    upstream = release.removesuffix("-1").replace("~", "-")
    assert f"are those of Kamailio {upstream}, but" in text
    assert f"{core.bin} is 6.1.5 and would crash" in text
    for way in ("make deps", "make KAMAILIO_SRC=", "make ANY_HEADERS=1"):
        assert way in text


def test_a_source_tells_more_than_a_package(core):
    """A note beside a source that is another one does not count."""
    core.source("6.1.4")
    core.package("6.1.5-1")
    code, text = core.flags()
    assert code == 1 and "are those of Kamailio 6.1.4" in text


@pytest.mark.parametrize("any_headers", ["", "1"])
def test_headers_of_no_version(core, any_headers):
    """They are refused, whatever is wanted."""
    code, text = core.flags(ANY_HEADERS=any_headers)
    assert code == 1 and "-DVERSION" not in text
    assert f"{core.headers}/.version" in text


def test_headers_of_another_version_on_purpose(core):
    """The module tells their version, which the core will not load."""
    core.source("6.1.4")
    code, text = core.flags(ANY_HEADERS="1")
    assert code == 0 and "-DVERSION='\"6.1.4\"'\n" in text
    assert "-DVERSIONVAL=6001004\n" in text and "6.1.5" not in text


def test_make_with_headers_of_another_version(core):
    """It stops, also if all has been made before the upgrade."""
    core.source("6.1.5")
    assert core.make()[0] == 0
    file = core.headers / "flags"
    made = file.stat().st_mtime_ns
    assert core.make()[0] == 0 and file.stat().st_mtime_ns == made
    core.upgrade("6.1.6")
    code, text = core.make()
    assert code == 2 and "but\n" in text and "is 6.1.6 and" in text
    assert core.make("ANY_HEADERS=1")[0] == 0
    assert "6.1.5" in file.read_text()
    core.source("6.1.6")
    assert core.make()[0] == 0
    assert "6.1.6" in file.read_text()


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
