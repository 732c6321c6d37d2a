#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An IMS core on one machine, for the demo and the tests: a stand-in for the
# HSS, and Debian's P-, I- and S-CSCF. Needs no root, name server or MySQL.
# Usage: tools/ims.sh COMMAND [NAME...]
#   start    in the background; returns when all of it answers. With names
#            (hss, icscf, scscf, pcscf) only those
#   stop     ends what start began, or only those named
# Environment: IMS_DIR (RUN_DIR/ims), IMS_PORT (5060, of each CSCF),
# DIAMETER_PORT (3868), SCSCF, ICSCF, PCSCF, HSS (addresses: 127.0.0.5, and .15
# to .17), IMS_USERS (tests/ims/users.json), IMS_CRITERIA (initial filter
# criteria: cfg/sample-ifc.xml), AS_URI (the application server,
# sip:127.0.0.1:SIP_PORT), IWF_URI (sip:127.0.0.2:5070), KAMAILIO_BIN,
# KAMAILIO_LIBDIR, KAMCMD.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
RUN_DIR=${IMS_DIR:-${RUN_DIR:-run}/ims}
IMS_PORT=${IMS_PORT:-5060}
DIAMETER_PORT=${DIAMETER_PORT:-3868}
SCSCF=${SCSCF:-127.0.0.5}
PCSCF=${PCSCF:-127.0.0.16}
ICSCF=${ICSCF:-127.0.0.15}
HSS=${HSS:-127.0.0.17}
IMS_USERS=${IMS_USERS:-$top/tests/ims/users.json}
IMS_CRITERIA=${IMS_CRITERIA:-$top/cfg/sample-ifc.xml}
AS_URI=${AS_URI:-sip:127.0.0.1:${SIP_PORT:-5060}}
IWF_URI=${IWF_URI:-sip:127.0.0.2:5070}
START_TIMEOUT=60 # s
ALL="hss icscf scscf pcscf"
program=ims
# shellcheck source=tools/processes.sh
. "$top/tools/processes.sh"

# The address of one of them.
address_of()
{
	case "$1" in
		hss) echo "$HSS" ;;
		icscf) echo "$ICSCF" ;;
		scscf) echo "$SCSCF" ;;
		pcscf) echo "$PCSCF" ;;
		*) die "no such part of the core: $1" ;;
	esac
}

check_parts()
{
	for name in "$@"; do
		address_of "$name" >/dev/null
	done
}

# Refuses if one of them runs, or others have its ports; ends what is left of
# one that crashed.
check_startable()
{
	for name in "$@"; do
		! is_running "$name" ||
			die "$name runs already in $RUN_DIR, pid $(cat "$RUN_DIR/$name.pid")"
		end_rest "$name"
		[ "$name" = pcscf ] ||
			check_free tcp "$(address_of "$name")" "$DIAMETER_PORT"
		[ "$name" = hss ] || {
			check_free udp "$(address_of "$name")" "$IMS_PORT"
			check_free tcp "$(address_of "$name")" "$IMS_PORT"
		}
	done
}

start_hss()
{
	(
		exec 9>>"$RUN_DIR/hss.lock"
		exec setsid "$top/tests/ims/hss.py" --listen "$HSS:$DIAMETER_PORT" \
			--users "$IMS_USERS" --criteria "$IMS_CRITERIA" \
			--server "$AS_URI" --scscf "sip:$SCSCF:$IMS_PORT"
	) </dev/null >"$RUN_DIR/hss.log" 2>&1 8>&- &
	pid_hss=$!
	echo "$pid_hss" >"$RUN_DIR/hss.pid"
}

# Its Diameter comes from one template.
start_cscf()
{
	rm -f "$RUN_DIR/$1.pid" # Kamailio takes any old pid for a running one
	sed -e "s/@ADDRESS@/$(address_of "$1")/; s/@HSS@/$HSS/" \
		-e "s/@PORT@/$DIAMETER_PORT/" "$top/tests/ims/cdp.xml" \
		>"$RUN_DIR/$1.xml"
	setsid "$KAMAILIO_BIN" -f "$top/tests/ims/$1.cfg" -DD -E \
		-Y "$RUN_DIR" -w "$RUN_DIR" -P "$RUN_DIR/$1.pid" \
		-L "$KAMAILIO_LIBDIR/modules" -m 64 -M 16 \
		-A "IMS_PORT=$IMS_PORT" -A "SCSCF=$SCSCF" -A "ICSCF=$ICSCF" \
		-A "PCSCF=$PCSCF" -A "SCSCF_PLACE=\"$SCSCF:$IMS_PORT\"" \
		-A "SCSCF_URI=\"sip:$SCSCF:$IMS_PORT\"" \
		-A "ICSCF_URI=\"sip:$ICSCF:$IMS_PORT\"" \
		-A "PCSCF_URI=\"sip:$PCSCF:$IMS_PORT\"" \
		-A "IWF_URI=\"$IWF_URI\"" -A "CTL=\"unix:./$1_ctl\"" \
		-A "CDP_CONFIG=\"$RUN_DIR/$1.xml\"" \
		-A "ICSCF_DB=\"sqlite:///$RUN_DIR/icscf.db\"" \
		</dev/null >"$RUN_DIR/$1.log" 2>&1 8>&- &
	eval "pid_$1=$!"
}

# It answers, and those that ask the HSS have reached it.
is_up()
{
	case "$1" in
		hss) ! is_free tcp "$HSS" "$DIAMETER_PORT" && is_running hss ;;
		pcscf) is_running pcscf && has_loaded pcscf &&
			answers "$PCSCF" "$IMS_PORT" ;;
		*) is_running "$1" && has_loaded "$1" &&
			ask "$1" cdp.list_peers | grep -q '[IR]_Open' &&
			answers "$(address_of "$1")" "$IMS_PORT" ;;
	esac
}

# Ends with what the log of one says first: why there is no core.
not_started()
{
	echo "ims: $1 did not start; $RUN_DIR/$1.log says:" >&2
	grep -m 5 -E 'CRITICAL|ERROR|Error|hss:' "$RUN_DIR/$1.log" |
		cut -c 1-300 >&2 || true
	# shellcheck disable=SC2086
	end_parts $ALL
	exit 1
}

wait_up()
{
	end=$(($(date +%s) + START_TIMEOUT))
	eval "pid=\$pid_$1"
	until is_up "$1"; do
		# shellcheck disable=SC2154
		lives "$pid" || not_started "$1"
		[ "$(date +%s)" -lt "$end" ] || not_started "$1"
		sleep 0.05
	done
}

start()
{
	# shellcheck disable=SC2086
	[ $# -gt 0 ] || set -- $ALL
	check_parts "$@"
	make_run_dir
	# One start at a time.
	exec 8>>"$RUN_DIR/start.lock"
	flock -w "$START_TIMEOUT" 8 || die "another start in $RUN_DIR goes on"
	check_startable "$@"
	make_database "$RUN_DIR/icscf.db" "$top/tests/ims/icscf.sql"
	for name in "$@"; do
		if [ "$name" = hss ]; then
			start_hss
			wait_up hss
		else
			start_cscf "$name"
		fi
	done
	for name in "$@"; do
		wait_up "$name"
	done
	echo "ims: clients register at $PCSCF:$IMS_PORT, UDP and TCP; logs in $RUN_DIR"
}

# The HSS comes last: the others say good-bye to it.
end_parts()
{
	for name in pcscf icscf scscf hss; do
		case " $* " in
			*" $name "*)
				end_process "$name"
				[ "$name" = hss ] || end_rest "$name"
				;;
		esac
	done
}

stop()
{
	# shellcheck disable=SC2086
	[ $# -gt 0 ] || set -- $ALL
	check_parts "$@"
	was="does not run"
	RUN_DIR=$(cd "$RUN_DIR" 2>/dev/null && pwd -P) || {
		echo "ims: $was"
		return 0
	}
	for name in "$@"; do
		! is_running "$name" || was=stopped
	done
	end_parts "$@"
	echo "ims: $was"
}

command=${1:---help}
[ $# = 0 ] || shift
case "$command" in
	start | stop) "$command" "$@" ;;
	--help) sed -n '3,16s/^# //p' "$0" ;;
	*) die "no such command: $command" ;;
esac
