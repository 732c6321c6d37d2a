#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what the build, the node and the tests need on Debian 12, 13 and
# testing, and puts Kamailio's headers into build/. Usage: tools/deps.sh [--help]
# With KAMAILIO_SRC, a folder with src/ in it, nothing is downloaded: it only
# says which packages are not there.
set -eu

PACKAGES="
	build-essential pkg-config dpkg-dev ca-certificates curl git
	clang clang-format clang-tidy cppcheck valgrind libclang-rt-dev
	kamailio kamailio-extra-modules kamailio-sqlite-modules
	kamailio-postgres-modules kamailio-mysql-modules kamailio-tls-modules
	kamailio-utils-modules kamailio-xml-modules kamailio-presence-modules
	kamailio-ims-modules
	sip-tester baresip-core sipsak rtpengine-daemon rtpengine-utils tshark
	prometheus
	libxml2-dev libssl-dev libcjose-dev libjansson-dev libsrtp2-dev libcmocka-dev libwolfssl-dev
	python3 python3-cryptography python3-jwt python3-pytest python3-pytest-xdist groff-base
	sqlite3 postgresql mariadb-server
"
SERVICES="kamailio rtpengine-daemon rtpengine-recording-daemon postgresql
	mariadb prometheus"

top=$(cd "$(dirname "$0")/.." && pwd)
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

is_installed()
{
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null |
		grep -q 'install ok installed'
}

missing_packages()
{
	for p in $PACKAGES; do
		is_installed "$p" || echo "$p"
	done
}

# Of these, those that the archive has; the others are named.
obtainable()
{
	for p in "$@"; do
		if [ -n "$(apt-cache show --no-all-versions "$p" 2>/dev/null)" ]; then
			echo "$p"
		else
			echo "deps: this system has no package $p" >&2
		fi
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
	# shellcheck disable=SC2046,SC2086
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $(obtainable $todo)
	echo "$before" | restore_services
}

# Headers that a distribution has as a package of their own.
packaged_headers()
{
	dest="$top/build/kamailio-src"
	as_root apt-get install -q -y --no-install-recommends kamailio-dev \
		>/dev/null 2>&1 || return 1
	header=$(dpkg -L kamailio-dev | grep '/core/sr_module\.h$') || return 1
	rm -rf "$dest"
	mkdir "$dest"
	ln -s "${header%/core/sr_module.h}" "$dest/src"
	dpkg-query -W -f '${source:Version}' kamailio-dev >"$dest/.version"
}

# Those of the Kamailio that is installed: from its source package, else from
# one of headers.
fetch_headers()
{
	is_installed kamailio ||
		die "this system has no package kamailio: install Kamailio, then
	make KAMAILIO_SRC=/its/source KAMAILIO_BIN=... KAMAILIO_LIBDIR=..."
	version=$(dpkg-query -W -f '${source:Version}' kamailio)
	[ "$(cat "$top/build/kamailio-src/.version" 2>/dev/null)" = "$version" ] &&
		return 0
	echo "deps: fetching the headers of kamailio $version"
	"$top/tools/kamailio-headers.sh" "$top/build/kamailio-src" \
		"kamailio=$version" || packaged_headers ||
		die "no headers of kamailio $version: unpack its source, then
	make KAMAILIO_SRC=/the/folder/that/src/is/in"
}

# What is there is taken, whatever it is.
look_only()
{
	[ -e "$KAMAILIO_SRC/src/core/sr_module.h" ] ||
		die "no src/core/sr_module.h in KAMAILIO_SRC=$KAMAILIO_SRC"
	todo=$(missing_packages)
	echo "deps: headers of KAMAILIO_SRC, nothing is downloaded"
	[ -z "$todo" ] || echo "deps: not installed:" $todo
}

case "${1:-}" in
	--help)
		sed -n '3,6s/^# //p' "$0"
		exit 0
		;;
esac
if [ -n "${KAMAILIO_SRC:-}" ]; then
	look_only
else
	install_packages
	fetch_headers
	echo "deps: all there"
fi
mkdir -p "$top/build"
touch "$stamp"
