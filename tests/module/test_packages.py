# SPDX-License-Identifier: GPL-2.0-or-later
"""What debian/ says, without building: make deb-test builds, installs and uses
the packages."""
import fnmatch
import re
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
