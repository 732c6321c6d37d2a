# SPDX-License-Identifier: GPL-2.0-or-later
"""What debian/ says, without building: make deb-test builds, installs and uses
the packages."""
import fnmatch
import os
import re
import shutil
import subprocess

import pytest

import node

DEBIAN = node.TOP / "debian"
RULES = (DEBIAN / "rules").read_text()
PACKAGES = {path.stem: path.read_text().split()
            for path in DEBIAN.glob("*.install")}


def installed():
    """The paths of what make install puts there."""
    done = subprocess.run(["tools/install.sh", "list"], cwd=node.TOP,
                          capture_output=True, text=True, check=True)
    return [line.split()[2][1:] for line in done.stdout.splitlines()]


def test_each_file_is_in_one_package():
    """None is left out, none is in two, and no package names what is not
    there; units are put there by debhelper."""
    used = set()
    units = re.search(r"^UNITS = (.*)$", RULES, re.M).group(1).split()
    for name in installed():
        found = {(package, place) for package, places in PACKAGES.items()
                 for place in places if fnmatch.fnmatch(name, f"{place}/*")}
        if name.startswith("usr/lib/systemd/system/"):
            assert not found
            assert name.split("/")[-1].removesuffix(".service") in units
        else:
            assert len(found) == 1, f"{name}: {found}"
        used |= found
    assert used == {(package, place) for package, places in PACKAGES.items()
                    for place in places}


def test_version():
    """The newest release is the one that is packaged."""
    packaged = re.match(r"kamailio-lmr \(([^)]+)\)",
                        (DEBIAN / "changelog").read_text()).group(1)
    assert packaged == re.search(r"^## (\S+) ", (
        node.TOP / "CHANGELOG.md").read_text(), re.M).group(1)


@pytest.mark.parametrize("version, fits", [
    ("5.6.3-2", True), ("5.6.3-2+deb12u1", True), ("5.6.3-10", True),
    ("5.6.3-2+b1", True), ("5.6.2-1", False), ("5.6.3~rc1-1", False),
    ("5.6.4-1", False), ("5.6.30-1", False), ("5.6.10-1", False),
    ("5.6.3+bpo12", False), ("5.7.0-1", False), ("6.0.1-1", False)])
def test_dependency_on_kamailio(version, fits):
    """A module that was built for 5.6.3 goes with every package of 5.6.3 of
    the distribution, and with no other."""
    needs = re.search(r"kamailio:Depends=(.*)'", RULES).group(1)
    bounds = re.findall(r"kamailio \((\S+) ([^)]+)\)",
                        needs.replace("$(KAMAILIO)", "5.6.3"))
    assert len(bounds) == 2
    assert fits == all(subprocess.run(
        ["dpkg", "--compare-versions", version, relation, bound],
        check=False).returncode == 0 for relation, bound in bounds)


def test_nothing_is_started():
    """An upgrade neither starts nor stops a service."""
    calls = re.findall(r"dh_installsystemd (.*?)\|\|", RULES, re.S)
    assert len(calls) == 1
    assert {"--no-enable", "--no-start", "--no-stop-on-upgrade"} <= \
        set(calls[0].split())


def control(field):
    """The packages that debian/control names in a field, without versions."""
    text = re.search(rf"^{field}:((?:.*\n)(?:[ \t].*\n)*)",
                     (DEBIAN / "control").read_text(), re.M).group(1)
    return {word.split()[0] for word in text.split(",")}


def packages_of_libraries():
    """The Debian packages of the libraries that the product links."""
    rules = (node.TOP / "modules/mclmr/module.mk").read_text()
    libraries = re.search(r"pkg-config --libs (.*)\)", rules).group(1).split()
    assert len(libraries) > 3
    for library in libraries:
        folder = subprocess.run(
            ["pkg-config", "--variable=pcfiledir", library], text=True,
            capture_output=True, check=True).stdout.strip()
        yield subprocess.run(
            ["dpkg", "-S", f"{folder}/{library}.pc"], text=True,
            capture_output=True, check=True).stdout.split(":")[0]


def test_libraries_are_build_dependencies():
    """A library that the build asks for is installed wherever something is
    built: for packages, by make deps, and for arm64."""
    libraries = set(packages_of_libraries())
    assert libraries <= control("Build-Depends")
    assert libraries <= set((node.TOP / "tools/deps.sh").read_text().split())
    arm64 = (node.TOP / "tests/matrix/arm64-packages.sh").read_text().split()
    assert {f"{name}:arm64" for name in libraries} <= set(arm64)


def test_make_deps_installs_build_dependencies():
    """All that packages are built with, but for debhelper, which only those
    who build packages need."""
    needs = {name for name in control("Build-Depends")
             if not name.startswith("debhelper")}
    assert needs <= set((node.TOP / "tools/deps.sh").read_text().split())


FAKE_SYSTEM = """#!/bin/sh
[ "$1" != --keep ] || shift
echo "$(basename "$1"): $3" | tr '\\n\\t' '  ' >>"$LOG"
echo >>"$LOG"
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes systems")
def test_kept_system_gets_new_build_dependencies(tmp_path):
    """A system that builds packages is kept; what debian/control asks for since
    then is installed before the next build, for both releases."""
    top, kept = tmp_path / "top", tmp_path / "kept"
    for name in "debian", "tests/packages", "tools", "modules/mclmr/base":
        shutil.copytree(node.TOP / name, top / name)
    (top / "tests/matrix").mkdir()
    system = top / "tests/matrix/system.sh"
    system.write_text(FAKE_SYSTEM)
    system.chmod(0o755)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "debootstrap").symlink_to("/bin/false")
    for name in "base", "build":
        (kept / f"bookworm-{name}").mkdir(parents=True)
    subprocess.run(
        [top / "tests/packages/packages.sh", kept, "bookworm"], check=True,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}",
             "LOG": str(tmp_path / "log")}, stdout=subprocess.DEVNULL)
    builder = [line for line in (tmp_path / "log").read_text().splitlines()
               if line.startswith("bookworm-build: ")]
    places = [next(i for i, line in enumerate(builder) if what in line)
              for what in ("apt-get build-dep", "make -C")]
    assert places == sorted(places) and len(set(places)) == 2
    asks = builder[places[0]]
    assert "for tree in old new" in asks and "./$tree" in asks
