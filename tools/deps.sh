#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what the build, the node and the tests need on Debian 12, and puts
# Kamailio's headers into build/. Usage: tools/deps.sh [--help]
set -eu

PACKAGES="
	build-essential pkg-config dpkg-dev ca-certificates curl
	clang clang-format clang-tidy cppcheck valgrind libclang-rt-14-dev
	kamailio kamailio-extra-modules kamailio-sqlite-modules
	kamailio-postgres-modules kamailio-mysql-modules kamailio-tls-modules
	kamailio-utils-modules kamailio-xml-modules kamailio-presence-modules
	sip-tester baresip-core sipsak rtpengine-daemon rtpengine-utils tshark
	prometheus
	libxml2-dev libssl-dev libsrtp2-dev libcmocka-dev libwolfssl-dev
	python3 python3-pytest python3-pytest-xdist groff-base
	sqlite3 postgresql mariadb-server
"
SERVICES="kamailio rtpengine-daemon rtpengine-recording-daemon postgresql
	mariadb prometheus"

top=$(cd "$(dirname "$0")/.." && pwd)
apt_dir="$top/build/apt"
stamp="$top/build/deps.stamp"

die()
{
	echo "deps: $*" >&2
	exit 1
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

missing_packages()
{
	for p in $PACKAGES; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null |
			grep -q 'install ok installed' || echo "$p"
	done
}

# "enabled active" of a service, on a machine with or without systemd.
service_state()
{
	enabled=disabled
	[ ! -e "/etc/systemd/system/multi-user.target.wants/$1.service" ] ||
		enabled=enabled
	active=$(systemctl is-active "$1" 2>/dev/null || :)
	echo "$enabled ${active:-inactive}"
}

remember_services()
{
	for s in $SERVICES; do
		echo "$s $(service_state "$s")"
	done
}

disable_service()
{
	if command -v systemctl >/dev/null; then
		as_root systemctl disable "$1" >/dev/null 2>&1
		return
	fi
	as_root rm -f "/etc/systemd/system/multi-user.target.wants/$1.service"
	[ ! -e "/etc/init.d/$1" ] || as_root update-rc.d "$1" disable
}

stop_service()
{
	as_root systemctl stop "$1"
	as_root systemctl reset-failed "$1" 2>/dev/null || :
}

# Packages enable and start their services: put back what was not there.
restore_services()
{
	while read -r name enabled active; do
		set -- $(service_state "$name")
		[ "$1" = "$enabled" ] || disable_service "$name"
		[ "$2" = "$active" ] || stop_service "$name"
	done
}

install_packages()
{
	todo=$(missing_packages)
	[ -n "$todo" ] || return 0
	echo "deps: installing" $todo
	before=$(remember_services)
	as_root apt-get update -q
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $todo
	echo "$before" | restore_services
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

# deb-src lines for the Debian mirrors this machine already uses.
source_lines()
{
	keyring=$(source_keyring)
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' | sort -u | grep debian |
		while read -r uri release component; do
			echo "deb-src ${keyring:+[signed-by=$keyring] }$uri" \
				"$release $component"
		done
}

# apt with a configuration of its own: no file of the system changes.
private_apt()
{
	apt-get -q -o Dir::Etc::SourceList="$apt_dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$apt_dir/lists" \
		-o Dir::Cache="$apt_dir/cache" \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

fetch_headers()
{
	version=$(dpkg-query -W -f '${Version}' kamailio)
	dest="$top/build/kamailio-src"
	[ "$(cat "$dest/.version" 2>/dev/null)" = "$version" ] && return 0
	echo "deps: fetching the headers of kamailio $version"
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	source_lines >"$apt_dir/sources.list"
	[ -s "$apt_dir/sources.list" ] || die "no Debian mirror in /etc/apt"
	private_apt update
	rm -rf "$dest"
	(cd "$apt_dir" &&
		private_apt source --download-only "kamailio=$version")
	dpkg-source --no-check -x "$apt_dir"/kamailio_*.dsc "$dest" >/dev/null
	echo "$version" >"$dest/.version"
	rm -rf "$apt_dir" "$top"/build/kamailio_*.orig.tar.*
}

case "${1:-}" in
	--help)
		sed -n '3,4s/^# //p' "$0"
		exit 0
		;;
esac
grep -q '^VERSION_ID="12"' /etc/os-release ||
	echo "deps: made for Debian 12; trying all the same" >&2
install_packages
fetch_headers
mkdir -p "$top/build"
touch "$stamp"
echo "deps: all there"
