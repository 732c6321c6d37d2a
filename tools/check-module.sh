#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks that a module fits a Kamailio binary: its version and flag strings
# are those of the core, and the core loads it with no parameter.
# Usage: tools/check-module.sh KAMAILIO_BIN MODULE.so
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,5s/^# //p' "$0"
		exit 0
		;;
esac
bin=$1
module=$(readlink -f "$2")

die()
{
	echo "check-module: $module: $*" >&2
	exit 1
}

version=$("$bin" -v | sed -nE '1s/^version: //p' | sed 's/ *$//')
flags=$("$bin" -v | sed -n '2s/^flags: //p')
for text in "$version" "$flags"; do
	strings "$module" | grep -qF -- "$text" ||
		die "not built for this core: \"$text\" is not in it"
done

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/check.cfg" <<CFG
log_stderror=yes
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "$module"
request_route { exit; }
CFG
"$bin" -c -Y "$dir" -f "$dir/check.cfg" >"$dir/log" 2>&1 || {
	cat "$dir/log" >&2
	die "the core does not load it"
}
