#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a tool whose judgement depends on its version. If it is of another one, or
# not there, that is said and nothing is done; with CI set it fails.
# Usage: tools/versioned.sh TOOL VERSION ARGUMENT...
#   VERSION  how the version begins that the tool prints: 14, 2.10
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,6s/^# //p' "$0"
		exit 0
		;;
esac
tool=$1 version=$2
shift 2

# The version that a tool prints of itself, empty if it is not there.
version_of()
{
	"$1" --version 2>/dev/null | grep -oE '[0-9]+\.[0-9.]+' | head -n 1 || :
}

for name in "$tool" "$tool-$version"; do
	case "$(version_of "$name")" in
		"$version" | "$version".*) exec "$name" "$@" ;;
	esac
done
found=$(version_of "$tool")
echo "lint: skipped, no $tool $version here (it is ${found:-not installed})" >&2
[ -z "${CI:-}" ]
