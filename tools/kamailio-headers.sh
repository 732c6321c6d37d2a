#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fetches a source package of Kamailio, whose headers are in src/, from the
# Debian mirrors that this machine uses.
# Usage: tools/kamailio-headers.sh FOLDER PACKAGE [SUITE]
#   FOLDER   where it goes; .version in it tells which one it is
#   PACKAGE  kamailio, or a version of it: kamailio=5.6.3-2
#   SUITE    another suite than that of this machine: trixie
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,8s/^# //p' "$0"
		exit 0
		;;
esac
mkdir -p "$(dirname "$1")"
dest=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
package=$2
suite=${3:-}
work="$dest.part"

die()
{
	echo "kamailio-headers: $*" >&2
	exit 1
}

# The keyring that the machine's own sources name, empty: apt's default ones.
source_keyring()
{
	sed -nE 's/^Signed-By:[[:space:]]*(\/[^[:space:]]+).*/\1/p;
		s/^deb .*signed-by=(\/[^], ]+).*/\1/p' \
		/etc/apt/sources.list /etc/apt/sources.list.d/*.sources \
		/etc/apt/sources.list.d/*.list 2>/dev/null |
		grep -m1 debian || :
}

# Address, suite and component of the Debian mirrors this machine uses.
own_sources()
{
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' | sort -u | grep debian
}

# The same, or the other suite at the first of them that has whole suites.
wanted_sources()
{
	if [ -z "$suite" ]; then
		own_sources
	else
		own_sources | grep -v -e -security -e -updates |
			sed -n "1s/ .*/ $suite main/p"
	fi
}

# apt with a configuration of its own: no file of the system changes.
private_apt()
{
	apt-get -q -o Dir::Etc::SourceList="$work/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$work/lists" \
		-o Dir::Cache="$work/cache" \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

# apt fails if a mirror lacks the signature beside an archive. What it leaves
# here it has checked; if that is not all, it cannot be unpacked.
fetch()
{
	private_apt update &&
		(cd "$work" && private_apt source --download-only "$package" || :) &&
		dpkg-source --no-check -x "$work"/kamailio_*.dsc "$work/source"
}

rm -rf "$work"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
keyring=$(source_keyring)
wanted_sources | sed "s|^|deb-src ${keyring:+[signed-by=$keyring] }|" \
	>"$work/sources.list"
[ -s "$work/sources.list" ] || die "no Debian mirror in /etc/apt"
fetch >"$work/log" 2>&1 || {
	tail -n 5 "$work/log" >&2
	die "the mirrors have no source of $package ${suite:+in $suite}"
}
sed -n 's/^Version: //p' "$work"/kamailio_*.dsc >"$work/source/.version"
rm -rf "$dest"
mv "$work/source" "$dest"
