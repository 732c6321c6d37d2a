#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The sample node: its databases and its processes, Kamailio and rtpengine.
# Usage: tools/node.sh create | media | run | start | stop [KAMAILIO OPTION...]
#   create  make the databases in RUN_DIR, where there are none yet
#   media   rtpengine alone, in the background, where it does not run yet
#   run     the node in front; start: return when it answers OPTIONS
#   stop    end what start began, by pid, and wait for it
# Environment: RUN_DIR, SIP_PORT, HTTP_PORT, RTPENGINE_PORT, RTPENGINE_CLI_PORT,
# RTP_MIN, RTP_MAX, KAMAILIO_BIN, KAMAILIO_LIBDIR; settings of the sample:
# PIKE_LIMIT, PEER_LIMIT, FLOOD_ANSWERS, REFUSALS_TOLD, PROBE_INTERVAL,
# RELOAD_DELTA, DEBUG, DELIVER, KMF_UNKNOWN, DECODE, POLICIES; of its logs:
# LOG_LIMIT, LOG_SIZE, LOG_FILES (tools/bounded_log.py).
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
RUN_DIR=${RUN_DIR:-run}
SIP_PORT=${SIP_PORT:-5060}
HTTP_PORT=${HTTP_PORT:-8080}
RTPENGINE_PORT=${RTPENGINE_PORT:-22222}
RTPENGINE_CLI_PORT=${RTPENGINE_CLI_PORT:-9900}
RTP_MIN=${RTP_MIN:-20000}
RTP_MAX=${RTP_MAX:-29999}
KAMAILIO_BIN=${KAMAILIO_BIN:-/usr/sbin/kamailio}
KAMAILIO_LIBDIR=${KAMAILIO_LIBDIR:-/usr/lib/$(uname -m)-linux-gnu/kamailio}
tables=/usr/share/kamailio/db_sqlite
START_TIMEOUT=20 # s
STOP_TIMEOUT=20 # s

# Neither process leaves a core dump: messages and keys would be in it.
# shellcheck disable=SC3045
ulimit -c 0

die()
{
	echo "node: $*" >&2
	exit 1
}

# Runs SQL files on a new database; nothing half-made is left.
make_database()
{
	db=$1
	shift
	[ ! -e "$db" ] || return 0
	rm -f "$db.new"
	cat "$@" | sqlite3 -bail "$db.new" >/dev/null || die "cannot make $db"
	mv "$db.new" "$db"
}

create()
{
	umask 077
	mkdir -p "$RUN_DIR"
	RUN_DIR=$(cd "$RUN_DIR" && pwd)
	make_database "$RUN_DIR/kamailio.db" \
		"$tables/standard-create.sql" "$tables/auth_db-create.sql" \
		"$tables/dispatcher-create.sql" "$tables/permissions-create.sql" \
		"$top/cfg/sample-node.sql"
	make_database "$RUN_DIR/location.db" \
		"$tables/standard-create.sql" "$tables/usrloc-create.sql"
	make_database "$RUN_DIR/dialog.db" \
		"$tables/standard-create.sql" "$tables/dialog-create.sql"
	make_database "$RUN_DIR/mc_iwf.db" \
		"$top/cfg/db_sqlite/mc_iwf-create.sql" "$top/cfg/sample-data.sql"
}

# Settings that are in the environment, as -A options of Kamailio.
settings()
{
	for name in PIKE_LIMIT PEER_LIMIT FLOOD_ANSWERS REFUSALS_TOLD \
		PROBE_INTERVAL RELOAD_DELTA DEBUG; do
		eval "value=\${$name:-}"
		[ -z "$value" ] || printf -- '-A %s=%s ' "$name" "$value"
	done
	for name in DELIVER KMF_UNKNOWN DECODE; do
		eval "value=\${$name:-}"
		[ -z "$value" ] || printf -- '-A %s="%s" ' "$name" "$value"
	done
	printf -- '-A RTP_MIN=%s -A RTP_MAX=%s -A HELPER_PORTS="^(%s)$" ' \
		"$RTP_MIN" "$RTP_MAX" \
		"$RTPENGINE_PORT|$RTPENGINE_CLI_PORT|$HTTP_PORT${HELPER_PORTS:+|$HELPER_PORTS}"
}

# True for a process of ours. A pid file may be older than the last start of the
# machine and name a stranger; and a process that ended keeps its pid, without a
# command line, where nobody waits for it (PID 1 of many a container).
lives()
{
	grep -qa -e 'node\.sh' -e 'mc-server\.cfg' -e 'rtpengine\.conf' \
		-e 'bounded_log\.py' \
		"/proc/$1/cmdline" 2>/dev/null
}

# The process of a pid file in RUN_DIR runs.
is_running()
{
	[ -s "$RUN_DIR/$1.pid" ] && lives "$(cat "$RUN_DIR/$1.pid")"
}

# Ends the process of a pid file, where it runs, and waits for it.
end_process()
{
	is_running "$1" || {
		rm -f "$RUN_DIR/$1.pid"
		return 0
	}
	pid=$(cat "$RUN_DIR/$1.pid")
	kill "$pid"
	end=$(($(date +%s) + STOP_TIMEOUT))
	while lives "$pid"; do
		[ "$(date +%s)" -lt "$end" ] ||
			die "$1, pid $pid, did not stop within $STOP_TIMEOUT s"
		sleep 0.1
	done
	rm -f "$RUN_DIR/$1.pid"
}

# Opens a log: what is written to $pipe, RUN_DIR/NAME.pipe, goes through the
# bounded writer to a file, or to standard output where none is named. The
# writer has a session of its own and ends with the last process that has the
# pipe: the last lines are written, whatever ends the node.
open_log()
{
	pipe="$RUN_DIR/$1.pipe"
	rm -f "$pipe"
	mkfifo "$pipe" || die "cannot make $pipe"
	(
		rm -f "$pipe"
		[ -z "$2" ] || exec >>"$2" 2>&1
		exec setsid "$top/tools/bounded_log.py" ${2:+"$2"}
	) <"$pipe" &
	log_writer=$!
}

# Waits for the writer that was opened last, but not for ever: a process that
# nobody has ended may still have the pipe.
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

# Starts rtpengine and returns when it answers. One that runs stays: after a
# crash of the node it still carries the media of the calls. It has a session of
# its own: what ends the node's processes does not reach it.
start_media()
{
	! media_answers || return 0
	end_process rtpengine
	open_log rtpengine "$RUN_DIR/rtpengine.log"
	setsid rtpengine --config-file="$top/cfg/rtpengine.conf" \
		--foreground --log-stderr --no-log-timestamps \
		--listen-ng="127.0.0.1:$RTPENGINE_PORT" \
		--listen-cli="127.0.0.1:$RTPENGINE_CLI_PORT" \
		--port-min="$RTP_MIN" --port-max="$RTP_MAX" \
		</dev/null >"$pipe" 2>&1 &
	echo $! >"$RUN_DIR/rtpengine.pid"
	end=$(($(date +%s) + START_TIMEOUT))
	until media_answers; do
		if [ "$(date +%s)" -ge "$end" ] || ! kill -0 "$!" 2>/dev/null; then
			end_process rtpengine
			die "rtpengine did not start, see $RUN_DIR/rtpengine.log"
		fi
		sleep 0.1
	done
}

media()
{
	create
	start_media
}

# Kamailio in front. rtpengine ends with it, but where Kamailio crashed: then
# the calls keep their media until it is started again.
run()
{
	create
	! is_running kamailio || die "runs already, pid $(cat "$RUN_DIR/kamailio.pid")"
	rm -f "$RUN_DIR/kamailio.pid" # Kamailio takes any old pid for a running one
	start_media
	open_log kamailio "${NODE_LOG:-}"
	# shellcheck disable=SC2046
	"$KAMAILIO_BIN" -f "$top/cfg/mc-server.cfg" -DD -E \
		-Y "$RUN_DIR" -w "$RUN_DIR" -P "$RUN_DIR/kamailio.pid" \
		-L "$top/modules:$KAMAILIO_LIBDIR/modules" -m 256 -M 8 -x fm -X fm \
		-A "SIP_PORT=$SIP_PORT" -A "HTTP_PORT=$HTTP_PORT" \
		-A "POLICIES=\"${POLICIES:-$top/cfg/policies.ini}\"" \
		-A "RTPENGINE_SOCK=\"udp:127.0.0.1:$RTPENGINE_PORT\"" $(settings) "$@" \
		>"$pipe" 2>&1 &
	kamailio=$!
	trap 'kill "$kamailio" 2>/dev/null || true' INT TERM
	status=0
	wait "$kamailio" || status=$?
	# A signal ends the wait before the process.
	while kill -0 "$kamailio" 2>/dev/null; do
		status=0
		wait "$kamailio" || status=$?
	done
	case "$status" in
		0 | 255) end_process rtpengine ;; # ended in order, or did not start
	esac
	close_log
	return "$status"
}

# Asks the node with OPTIONS; 0 where it answers. SIPp takes port 5060 of its
# own address, so that may not be the node's.
answers()
{
	timeout 2 sipp "127.0.0.1:$SIP_PORT" -sf "$top/sipp-scenarios/options.xml" \
		-m 1 -i 127.0.0.99 -timeout 1s -nostdin >/dev/null 2>&1
}

# Somebody else's server on our port would answer in place of the node.
check_free()
{
	awk -v port=":$(printf %04X "$2")\$" '
		$2 ~ port && (FILENAME ~ /udp/ || $4 == "0A") { taken = 1 }
		END { exit taken }' "/proc/net/$1" ||
		die "another server has port $2 ($1)"
}

start()
{
	create
	! is_running node || die "runs already, pid $(cat "$RUN_DIR/node.pid")"
	check_free udp "$SIP_PORT"
	check_free tcp "$SIP_PORT"
	check_free tcp "$HTTP_PORT"
	is_running rtpengine || check_free udp "$RTPENGINE_PORT"
	log="$RUN_DIR/kamailio.log"
	RUN_DIR="$RUN_DIR" NODE_LOG="$log" setsid "$0" run "$@" \
		</dev/null >>"$log" 2>&1 &
	echo $! >"$RUN_DIR/node.pid"
	end=$(($(date +%s) + START_TIMEOUT))
	until answers; do
		is_running node || die "did not start, see $RUN_DIR/kamailio.log"
		[ "$(date +%s)" -lt "$end" ] || {
			stop
			die "no answer within $START_TIMEOUT s, see $RUN_DIR/kamailio.log"
		}
	done
	echo "node: answers on 127.0.0.1:$SIP_PORT, UDP and TCP; state and log in $RUN_DIR"
}

stop()
{
	was="does not run"
	for process in node kamailio rtpengine; do
		! is_running "$process" || was=stopped
		end_process "$process"
	done
	echo "node: $was"
}

command=${1:---help}
[ $# = 0 ] || shift
case "$command" in
	create | media | run | start | stop) "$command" "$@" ;;
	--help) sed -n '3,13s/^# //p' "$0" ;;
	*) die "no such command: $command" ;;
esac
