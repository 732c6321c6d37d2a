#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks that a module fits a Kamailio: its version and flag strings are those
# of the modules that are installed, and the core loads it with no parameter.
# (What the binary prints of its flags is not what it compares: 6.1.)
# Usage: tools/check-module.sh KAMAILIO_BIN MODULES_FOLDER MODULE.so
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,6s/^# //p' "$0"
		exit 0
		;;
esac
bin=$1
theirs=$2/tm.so
module=$(readlink -f "$3")

die()
{
	echo "check-module: $module: $*" >&2
	exit 1
}

# The strings that the core compares: "kamailio 5.6.3 (x86_64/linux)", and the
# flags, among which USE_TCP always is.
identity()
{
	strings "$1" | grep -E "^$name [0-9][^ ]* \(|(^|, )USE_TCP(,|\$)" | sort -u
}

name=$("$bin" -v | sed -nE '1s/^version: ([^ ]+) .*/\1/p')
[ -n "$name" ] || die "no version in what '$bin -v' prints"
[ -r "$theirs" ] || die "there is no $theirs to compare it with"
wanted=$(identity "$theirs")
[ -n "$wanted" ] || die "no version and flags in $theirs"
[ "$(identity "$module")" = "$wanted" ] || {
	printf '%s\n' "expected:" "$wanted" "found:" "$(identity "$module")" >&2
	die "not built for this Kamailio"
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/check.cfg" <<CFG
log_stderror=yes
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "$module"
request_route { exit; }
CFG
"$bin" -c -L "$2" -Y "$dir" -f "$dir/check.cfg" >"$dir/log" 2>&1 || {
	cat "$dir/log" >&2
	die "the core does not load it"
}
