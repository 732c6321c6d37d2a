#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# After `make install`: the core loads the installed module, a Kamailio runs
# with it and with the tables, policies and rows that were installed with it,
# and the command line is there. In a system of its own: tests/matrix/system.sh.
# Usage: installed.sh
set -eu

bin=${KAMAILIO_BIN:-/usr/sbin/kamailio}
libdir=${KAMAILIO_LIBDIR:-/usr/lib/$(gcc -dumpmachine)/kamailio}
share=/usr/share/kamailio
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

die()
{
	echo "installed: $*" >&2
	cat "$dir/log" >&2 2>/dev/null || :
	exit 1
}

tools/check-module.sh "$bin" "$libdir/modules" "$libdir/modules/mc_iwf.so"
mclmr sdp explain --profile p25 --policies /etc/kamailio/mc_iwf/policies.ini \
	"$share/mc_iwf/sample-offer.sdp" >"$dir/log" 2>&1 || die "mclmr fails"
sh "$share/mc_iwf/tables-sqlite.sh" >"$dir/log" 2>&1 || die "no tables"

cat >"$dir/installed.cfg" <<CFG
log_stderror=yes
children=1
listen=udp:127.0.0.1:5060
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "ctl.so"
loadmodule "db_sqlite.so"
loadmodule "mc_iwf.so"
modparam("ctl", "binrpc", "unix:$dir/ctl")
modparam("mc_iwf", "db_url", "sqlite:////var/lib/kamailio/mc_iwf.db")
modparam("mc_iwf", "policies", "/etc/kamailio/mc_iwf/policies.ini")
request_route { exit; }
CFG
"$bin" -DD -E -f "$dir/installed.cfg" -Y "$dir" >"$dir/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || :; wait $pid || :; rm -rf "$dir"' EXIT
tries=0
until kamcmd -s "unix:$dir/ctl" mc_iwf.kmfs >"$dir/kmfs" 2>/dev/null &&
	grep -q 'uri' "$dir/kmfs"; do
	kill -0 $pid 2>/dev/null || die "Kamailio has ended"
	tries=$((tries + 1))
	[ $tries -lt 60 ] || die "the rows do not come"
	sleep 1
done
echo "installed: Kamailio $("$bin" -v | sed -nE '1s/.* ([0-9.]+) .*/\1/p')" \
	"runs with the installed module and its rows"
