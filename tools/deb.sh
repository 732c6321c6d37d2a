#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the Debian packages, in a copy of the sources, for the Kamailio that is
# installed, and puts them into build/deb. Usage: tools/deb.sh [--help]
# Environment: KAMAILIO_SRC, its sources (build/kamailio-src).
set -eu

case "${1:-}" in
	--help)
		sed -n '3,5s/^# //p' "$0"
		exit 0
		;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

die()
{
	echo "deb: $*" >&2
	exit 1
}

# Packages of one release for two systems differ: 0.1.0+deb12, 0.1.0+deb13. One
# that has no number yet has a name.
system()
{
	# shellcheck disable=SC1091
	. /etc/os-release
	echo "${VERSION_ID:+deb}${VERSION_ID:-$VERSION_CODENAME}"
}

KAMAILIO_SRC=$(cd "${KAMAILIO_SRC:-build/kamailio-src}" 2>/dev/null && pwd) ||
	die "no sources of Kamailio in KAMAILIO_SRC: make deps"
export KAMAILIO_SRC
command -v dpkg-buildpackage >/dev/null || die "dpkg-dev is not installed"
dpkg-checkbuilddeps || die "apt-get install what is missing"

version=$(sed -nE '1s/.*\((.*)\).*/\1/p' debian/changelog)+$(system)
out=build/deb
stage=$out/kamailio-lmr-$version
rm -rf "$out"
mkdir -p "$stage"
tools/sources.sh | tar -c --null -T - | tar -x -C "$stage"
sed -i "1s/(.*)/($version)/" "$stage/debian/changelog"
(cd "$stage" && dpkg-buildpackage -b -us -uc)
rm -rf "$stage"
ls "$out"/*.deb
