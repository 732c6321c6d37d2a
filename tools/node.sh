#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The sample node: its databases and its processes, Kamailio and rtpengine.
# Usage: tools/node.sh COMMAND [KAMAILIO OPTION...]
#   create  make the databases in RUN_DIR, if there are none yet
#   media   rtpengine alone, in the background, if it does not run yet
#   relay   rtpengine alone, in front
#   run     the node in front
#   start   the node in the background; returns when all of it answers
#   stop    end what run or start began, when all registrations are written
# Environment: RUN_DIR, CFG_DIR (the configuration: cfg), CONFIG (mc-server.cfg;
# mc-as.cfg: for an IMS core, with its sample data), SIP_PORT, HTTP_PORT,
# RTPENGINE_PORT, RTPENGINE_CLI_PORT, RTP_MIN, RTP_MAX, KAMAILIO_BIN,
# KAMAILIO_LIBDIR, KAMCMD, USERS, MEDIA (other: rtpengine is started and ended
# elsewhere); settings of the sample:
# PIKE_LIMIT, PEER_LIMIT, USER_LIMIT, USER_CALLS, USER_SHARE, PEER_SHARE,
# CORE_SHARE, FLOOD_ANSWERS, REFUSALS_TOLD, PROBE_INTERVAL, KEEP_ALIVE,
# RELOAD_DELTA, WRITE_PROBE, DEREG_GRACE, I_CSCF, ACCESS_TOKENS, TOKEN_KEYS,
# DEBUG, DELIVER, KMF_UNKNOWN, DECODE, CLIENT_MEDIA, SERVER_NETWORKS, POLICIES; of
# its logs: LOG_LIMIT, LOG_SIZE, LOG_FILES (tools/bounded_log.py).
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
RUN_DIR=${RUN_DIR:-run}
CFG_DIR=${CFG_DIR:-$top/cfg}
CONFIG=${CONFIG:-mc-server.cfg}
SIP_PORT=${SIP_PORT:-5060}
HTTP_PORT=${HTTP_PORT:-8080}
RTPENGINE_PORT=${RTPENGINE_PORT:-22222}
RTPENGINE_CLI_PORT=${RTPENGINE_CLI_PORT:-9900}
RTP_MIN=${RTP_MIN:-20000}
RTP_MAX=${RTP_MAX:-29999}
USERS=${USERS:-100000}
MEDIA=${MEDIA:-own}
tables=/usr/share/kamailio/db_sqlite
START_TIMEOUT=120 # s
stopping=
program=node
# shellcheck source=tools/processes.sh
. "$top/tools/processes.sh"

# Prepares a database that the node writes all the time, also one of an older
# release: readers do not keep the node from writing, nor does it keep them.
write_ahead()
{
	error=$(sqlite3 -bail -cmd '.timeout 2000' "$1" "PRAGMA journal_mode=WAL;
		$2" 2>&1 >/dev/null) || die "cannot use $1: $error"
}

create()
{
	CFG_DIR=$(cd "$CFG_DIR" 2>/dev/null && pwd -P) ||
		die "no configuration: CFG_DIR is no folder"
	mc_tables=$CFG_DIR/db_sqlite # in the source tree
	[ -d "$mc_tables" ] || mc_tables=$tables
	make_run_dir
	# Node and relay may be started at the same moment.
	(
		flock 8
		make_databases
	) 8>>"$RUN_DIR/create.lock" || exit 1
}

make_databases()
{
	core= # an IMS core is in front of the node
	[ "$CONFIG" != mc-as.cfg ] || core=1
	make_database "$RUN_DIR/kamailio.db" \
		"$tables/standard-create.sql" "$tables/auth_db-create.sql" \
		"$tables/dispatcher-create.sql" "$tables/permissions-create.sql" \
		"$CFG_DIR/sample-node.sql" ${core:+"$CFG_DIR/sample-as-node.sql"}
	make_database "$RUN_DIR/location.db" \
		"$tables/standard-create.sql" "$tables/usrloc-create.sql"
	make_database "$RUN_DIR/dialog.db" \
		"$tables/standard-create.sql" "$tables/dialog-create.sql"
	make_database "$RUN_DIR/topos.db" \
		"$tables/standard-create.sql" "$tables/topos-create.sql"
	make_database "$RUN_DIR/mc_iwf.db" \
		"$mc_tables/mc_iwf-create.sql" "$CFG_DIR/sample-data.sql" \
		${core:+"$CFG_DIR/sample-as.sql"}
	# Rows are found by ruid alone; the other indexes would make each writing
	# three times as long.
	write_ahead "$RUN_DIR/location.db" "
		CREATE INDEX IF NOT EXISTS location_attrs_ruid_idx
			ON location_attrs (ruid);
		DROP INDEX IF EXISTS location_account_contact_idx;
		DROP INDEX IF EXISTS location_expires_idx;
		DROP INDEX IF EXISTS location_tcpcon_idx;
		DROP INDEX IF EXISTS location_connection_idx;
		DROP INDEX IF EXISTS location_attrs_account_record_idx;
		DROP INDEX IF EXISTS location_attrs_last_modified_idx;"
	write_ahead "$RUN_DIR/dialog.db" ""
	write_ahead "$RUN_DIR/topos.db" ""
}

# Settings that are in the environment, as -A options of Kamailio: words without
# blanks, which a list may have after its commas.
settings()
{
	for name in PIKE_LIMIT PEER_LIMIT FLOOD_ANSWERS REFUSALS_TOLD \
		USER_LIMIT USER_CALLS \
		PROBE_INTERVAL KEEP_ALIVE RELOAD_DELTA WRITE_PROBE DEREG_GRACE \
		DEBUG; do
		eval "value=\${$name:-}"
		[ -z "$value" ] || printf -- '-A %s=%s ' "$name" "$value"
	done
	for name in DELIVER KMF_UNKNOWN DECODE CLIENT_MEDIA SERVER_NETWORKS \
		USER_SHARE PEER_SHARE CORE_SHARE I_CSCF ACCESS_TOKENS TOKEN_KEYS; do
		eval "value=\${$name:-}"
		[ -z "$value" ] || printf -- '-A %s="%s" ' "$name" \
			"$(printf %s "$value" | tr -d ' ')"
	done
	printf -- '-A RTP_MIN=%s -A RTP_MAX=%s -A HELPER_PORTS="^(%s)$" ' \
		"$RTP_MIN" "$RTP_MAX" \
		"$RTPENGINE_PORT|$RTPENGINE_CLI_PORT|$HTTP_PORT${HELPER_PORTS:+|$HELPER_PORTS}"
}

# Refuses if the node runs, ends what is left of one that crashed.
check_stopped()
{
	for process in node kamailio; do
		! is_running "$process" ||
			die "runs already in $RUN_DIR, pid $(cat "$RUN_DIR/$process.pid")"
	done
	end_rest kamailio
}

# One node in a RUN_DIR, however many are started at the same moment.
lock_node()
{
	exec 9>>"$RUN_DIR/node.lock"
	flock -n 9 || {
		check_stopped
		flock -w 2 9 || die "another start of a node in $RUN_DIR goes on"
	}
	check_stopped
}

# True while something is written into the databases, and STOP_TIMEOUT after.
still_writes()
{
	changes "$(stat -c '%y %s' "$RUN_DIR"/location.db* \
		"$RUN_DIR"/dialog.db* 2>/dev/null)"
}

# True while a script does something, and STOP_TIMEOUT after: what the children
# of a shell have used counts as its own, and one that waits has new ones all
# the time.
still_works()
{
	changes "$(cat "/proc/$1/stat" 2>/dev/null)"
}

# How often the node has gone over all registrations to write them.
passes()
{
	ask kamailio pv.shvGet passes | sed -n 's/.*value: *//p' | grep . || echo 0
}

# Closes the node, and returns when it has written all registrations: the
# second pass from now began after the last one that it took.
write_registrations()
{
	ask kamailio pv.shvSet open int 0 >/dev/null || return 0
	second=$(($(passes) + 2))
	watch
	while is_kamailio "$1" kamailio && [ "$(passes)" -lt "$second" ]; do
		still_writes || {
			echo "node: gave up waiting for registrations to be written" >&2
			return 0
		}
		sleep 0.1
	done
	case "$(ask kamailio pv.shvGet location_writable)" in
		*"value: 0"*) echo "node: location.db cannot be written:" \
			"registrations are lost" >&2 ;;
	esac
	case "$(ask kamailio cnt.get mc_iwf core_users_unsaved)" in
		*[1-9]*) echo "node: registrations of the core cannot be written:" \
			"they are lost" >&2 ;;
	esac
}

# Stops Kamailio by the pid of its first process. It has time as long as it
# writes.
stop_kamailio()
{
	stopping=1
	write_registrations "$1"
	kill "$1" 2>/dev/null || true
	watch
	while is_kamailio "$1" kamailio; do
		still_writes || {
			echo "node: Kamailio, pid $1, hangs and is killed" >&2
			break
		}
		sleep 0.1
	done
	end_rest kamailio
}

# Opens a log: what is written to $pipe, RUN_DIR/NAME.pipe, goes through the
# bounded writer to a file, or to standard output if none is named. The
# writer has a session of its own and ends with the last process that has the
# pipe: the last lines are written, whatever ends the node.
open_log()
{
	pipe="$RUN_DIR/$1.pipe"
	rm -f "$pipe"
	mkfifo "$pipe" || die "cannot make $pipe"
	(
		rm -f "$pipe"
		exec 9>&-
		[ -z "$2" ] || exec >>"$2" 2>&1
		exec setsid "$top/tools/bounded_log.py" ${2:+"$2"}
	) <"$pipe" &
	log_writer=$!
}

# Waits for the writer that was opened last, but not for ever: a process that
# was not ended may still have the pipe.
close_log()
{
	end=$(($(date +%s) + 2))
	while lives "$log_writer"; do
		[ "$(date +%s)" -lt "$end" ] || return 0
		sleep 0.02
	done
}

media_answers()
{
	is_running rtpengine && timeout 2 rtpengine-ctl \
		-ip "127.0.0.1:$RTPENGINE_CLI_PORT" list numsessions >/dev/null 2>&1
}

# rtpengine in front.
relay()
{
	create
	exec 9>>"$RUN_DIR/rtpengine.lock"
	exec rtpengine --config-file="$CFG_DIR/rtpengine.conf" \
		--foreground --log-stderr --no-log-timestamps \
		--listen-ng="127.0.0.1:$RTPENGINE_PORT" \
		--listen-cli="127.0.0.1:$RTPENGINE_CLI_PORT" \
		--port-min="$RTP_MIN" --port-max="$RTP_MAX"
}

# Starts rtpengine and returns when it answers. One that runs stays: after a
# crash of the node it still carries the media of the calls. It has a session of
# its own: what ends the node's processes does not reach it.
start_media()
{
	[ "$MEDIA" = own ] && ! media_answers || return 0
	end_process rtpengine
	open_log rtpengine "$RUN_DIR/rtpengine.log"
	RUN_DIR="$RUN_DIR" setsid "$0" relay </dev/null >"$pipe" 2>&1 9>&- &
	media=$!
	echo "$media" >"$RUN_DIR/rtpengine.pid"
	end=$(($(date +%s) + START_TIMEOUT))
	until media_answers; do
		if [ "$(date +%s)" -ge "$end" ] || ! lives "$media"; then
			end_process rtpengine
			die "rtpengine did not start, see $RUN_DIR/rtpengine.log"
		fi
		sleep 0.1
	done
}

# rtpengine ends with the node, if the node has started it.
end_media()
{
	[ "$MEDIA" != own ] || end_process rtpengine
}

media()
{
	create
	start_media
}

# Memory for USERS registrations, and for those that are there already: module
# usrloc reads them all at once.
size_memory()
{
	there=$(sqlite3 -cmd '.timeout 2000' "$RUN_DIR/location.db" \
		'SELECT count(*) FROM location' 2>&1) ||
		die "cannot read $RUN_DIR/location.db: $there"
	[ "$there" -le "$USERS" ] || USERS=$there
	shared_memory=$((768 + USERS * 3 / 1000))  # MiB, of all processes
	private_memory=$((16 + USERS * 5 / 1000)) # MiB, of one
}

# Kamailio in front, in a session of its own: a key at the terminal reaches the
# script alone, which stops it in order. rtpengine ends with it, unless
# Kamailio crashed: then the calls keep their media until it is started again.
run()
{
	create
	lock_node
	echo $$ >"$RUN_DIR/node.pid"
	size_memory
	rm -f "$RUN_DIR/kamailio.pid" # Kamailio takes any old pid for a running one
	start_media
	open_log kamailio "${NODE_LOG:-}"
	# shellcheck disable=SC2046
	setsid "$KAMAILIO_BIN" -f "$CFG_DIR/$CONFIG" -DD -E \
		-Y "$RUN_DIR" -w "$RUN_DIR" -P "$RUN_DIR/kamailio.pid" \
		-L "$top/modules:$KAMAILIO_LIBDIR/modules" \
		-m "$shared_memory" -M "$private_memory" -x fm -X fm \
		-A "SIP_PORT=$SIP_PORT" -A "HTTP_PORT=$HTTP_PORT" \
		-A "POLICIES=\"${POLICIES:-$CFG_DIR/policies.ini}\"" \
		-A "RTPENGINE_SOCK=\"udp:127.0.0.1:$RTPENGINE_PORT\"" $(settings) "$@" \
		</dev/null >"$pipe" 2>&1 &
	kamailio=$!
	trap 'stop_kamailio "$kamailio"' HUP INT TERM
	# A signal ends the wait before the process; then it has been stopped.
	status=0
	wait "$kamailio" || status=$?
	[ -z "$stopping" ] || {
		status=0
		wait "$kamailio" || status=$?
	}
	end_rest kamailio
	case "$status,$stopping" in
		0,* | 255,* | *,1) end_media ;; # ended in order, or did not start
		*) echo "node: Kamailio ended with status $status: what was left" \
			"of it is ended, rtpengine stays" >&2 ;;
	esac
	rm -f "$RUN_DIR/node.pid"
	close_log
	return "$status"
}

# The node is the one that this script has started, no other.
is_node()
{
	[ "$(cat "$RUN_DIR/node.pid" 2>/dev/null)" = "$1" ] && is_running node
}

# Ends with what the log says first, from an octet on: why there is no node.
not_started()
{
	echo "node: $2; $log says:" >&2
	tail -c "+$1" "$log" | grep -m 5 -E 'CRITICAL|ERROR|node: ' |
		cut -c 1-300 >&2
	exit 1
}

start()
{
	create
	check_stopped
	check_free udp 127.0.0.1 "$SIP_PORT"
	check_free tcp 127.0.0.1 "$SIP_PORT"
	check_free tcp 127.0.0.1 "$HTTP_PORT"
	is_running rtpengine || [ "$MEDIA" != own ] ||
		check_free udp 127.0.0.1 "$RTPENGINE_PORT"
	log="$RUN_DIR/kamailio.log"
	: >>"$log"
	from=$(($(stat -c %s "$log") + 1))
	RUN_DIR="$RUN_DIR" NODE_LOG="$log" setsid "$0" run "$@" \
		</dev/null >>"$log" 2>&1 &
	node=$!
	end=$(($(date +%s) + START_TIMEOUT))
	until is_node "$node" && answers 127.0.0.1 "$SIP_PORT" &&
		has_loaded kamailio; do
		lives "$node" || not_started "$from" "did not start"
		[ "$(date +%s)" -lt "$end" ] || {
			stop || true
			not_started "$from" "not ready within $START_TIMEOUT s"
		}
		sleep 0.05
	done
	echo "node: answers on 127.0.0.1:$SIP_PORT, UDP and TCP; state and log in $RUN_DIR"
}

# Ends the script of run, which stops Kamailio. One that was stopped by a signal
# goes on with that; one that does nothing any more is killed.
end_script()
{
	kill "$1" 2>/dev/null || true
	kill -CONT "$1" 2>/dev/null || true
	watch
	while holds "$1" node; do
		still_works "$1" || {
			echo "node: the script, pid $1, hangs and is killed" >&2
			kill -KILL "$1" 2>/dev/null || true
			return 1
		}
		sleep 0.1
	done
}

# The script of run stops Kamailio; if it is gone, or hangs, this one does.
stop()
{
	was="does not run"
	failed=0
	RUN_DIR=$(cd "$RUN_DIR" 2>/dev/null && pwd -P) || {
		echo "node: $was"
		return 0
	}
	if is_running node; then
		was=stopped
		node=$(cat "$RUN_DIR/node.pid")
		log="$RUN_DIR/kamailio.log"
		from=$(($(stat -c %s "$log" 2>/dev/null || echo 0) + 1))
		end_script "$node" || failed=1
		# What the other script had to say of it.
		tail -c "+$from" "$log" 2>/dev/null | grep '^node: ' >&2 || true
	fi
	[ -z "$(kamailio_processes kamailio)" ] || was=stopped
	! is_running kamailio || stop_kamailio "$(cat "$RUN_DIR/kamailio.pid")"
	end_rest kamailio
	! is_running rtpengine || was=stopped
	end_media
	rm -f "$RUN_DIR/node.pid" "$RUN_DIR/kamailio.pid"
	echo "node: $was"
	return "$failed"
}

command=${1:---help}
[ $# = 0 ] || shift
case "$command" in
	create | media | relay | run | start | stop) "$command" "$@" ;;
	--help) sed -n '3,19s/^# //p' "$0" ;;
	*) die "no such command: $command" ;;
esac
