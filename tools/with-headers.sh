#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a compiler on the headers of a Kamailio that need not be installed; they
# are kept in build/headers. If there are none, that is said and nothing is
# done; with CI set it fails if a suite has them.
# Usage: tools/with-headers.sh VERSION FOLDER SUITE COMPILER ARGUMENT...
#   VERSION  5.6, say
#   FOLDER   the source of that version, empty: the one in build/
#   SUITE    of Debian, that has it; empty: none has
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,9s/^# //p' "$0"
		exit 0
		;;
esac
top=$(cd "$(dirname "$0")/.." && pwd)
version=$1 folder=$2 suite=$3
shift 3

# That of the Kamailio that is installed, if it is of this version.
kept()
{
	case "$(cat "$top/build/kamailio-src/.version" 2>/dev/null)" in
		"$version".*) echo "$top/build/kamailio-src" ;;
		*) echo "$top/build/headers/$version" ;;
	esac
}

fetch()
{
	[ -n "$suite" ] || skip "KAMAILIO_SRC_$version can name them"
	"$top/tools/kamailio-headers.sh" "$1" kamailio "$suite" ||
		skip "they cannot be fetched from Debian's $suite"
}

skip()
{
	echo "lint: skipped, no headers of Kamailio $version: $*" >&2
	[ -z "${CI:-}" ] || [ -z "$suite" ]
	exit
}

if [ -z "$folder" ]; then
	folder=$(kept)
	[ -e "$folder/.version" ] || fetch "$folder"
fi
number=$(echo "$version" | awk -F. '{print $1 * 1000000 + $2 * 1000}')
echo "lint: mc_iwf with the headers of Kamailio $version"
exec "$@" -UVERSIONVAL -DVERSIONVAL="$number" -isystem "$folder/src"
