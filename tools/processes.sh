# SPDX-License-Identifier: GPL-2.0-or-later
# Processes with a pid file in RUN_DIR: whether they run, how they are asked,
# how they end. For node.sh and ims.sh, which set program (their name in what
# they say), top and RUN_DIR. One that is no Kamailio keeps the file NAME.lock
# open as descriptor 9; a Kamailio's pid file and control socket have its NAME.
# shellcheck shell=sh

KAMAILIO_BIN=${KAMAILIO_BIN:-/usr/sbin/kamailio}
KAMAILIO_LIBDIR=${KAMAILIO_LIBDIR:-/usr/lib/$(uname -m)-linux-gnu/kamailio}
KAMCMD=${KAMCMD:-/usr/sbin/kamcmd}
STOP_TIMEOUT=10 # s without any change
changed_at=0
seen=none

# No process leaves a core dump: messages and keys would be in it.
# shellcheck disable=SC3045
ulimit -c 0

die()
{
	# shellcheck disable=SC2154
	echo "$program: $*" >&2
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

# Makes RUN_DIR, and its path the one that all processes have.
make_run_dir()
{
	umask 077
	mkdir -p "$RUN_DIR" 2>/dev/null || die "cannot make the folder $RUN_DIR"
	RUN_DIR=$(cd "$RUN_DIR" && pwd -P)
	[ -w "$RUN_DIR" ] || die "cannot write into the folder $RUN_DIR"
}

# True for a process that has not ended: one that did keeps its pid until
# its parent waits for it (PID 1 of many containers does not).
lives()
{
	grep -qs '^State:[[:space:]]*[^XZ[:space:]]' "/proc/$1/status"
}

# A pid alone proves nothing: a pid file may be older than the last start of the
# machine, and a number is given out again, to a stranger or to another node.
holds()
{
	[ -n "$(find -L "/proc/$1/fd/9" -maxdepth 0 \
		-samefile "$RUN_DIR/$2.lock" 2>/dev/null)" ]
}

# Kamailio closes what it inherits; all its processes have the pid file of this
# RUN_DIR in their command line.
is_kamailio()
{
	grep -qazxF -e "$RUN_DIR/$2.pid" "/proc/$1/cmdline" \
		2>/dev/null &&
		grep -qazxF -e -DD "/proc/$1/cmdline" 2>/dev/null
}

# The process of a pid file in RUN_DIR runs.
is_running()
{
	[ -s "$RUN_DIR/$1.pid" ] || return 1
	case "$1" in
		kamailio | ?cscf) is_kamailio "$(cat "$RUN_DIR/$1.pid")" "$1" ;;
		*) holds "$(cat "$RUN_DIR/$1.pid")" "$1" ;;
	esac
}

# The processes of a Kamailio, also of one whose first is gone.
kamailio_processes()
{
	grep -lazxF -e "$RUN_DIR/$1.pid" /proc/[0-9]*/cmdline \
		2>/dev/null | cut -d/ -f3 | while read -r pid; do
		! is_kamailio "$pid" "$1" || echo "$pid"
	done
}

# Begins to wait for something that changes as long as it goes on.
watch()
{
	seen=none
}

# True while the argument is another one each time, and STOP_TIMEOUT after.
changes()
{
	now=$(date +%s)
	[ "$1" = "$seen" ] || {
		seen=$1
		changed_at=$now
	}
	[ $((now - changed_at)) -lt "$STOP_TIMEOUT" ]
}

# Ends what a crash has left of a Kamailio: its workers would serve on and
# keep the ports, with no process left that could stop them.
end_rest()
{
	watch
	while rest=$(kamailio_processes "$1") && [ -n "$rest" ]; do
		# shellcheck disable=SC2086
		changes "$rest" || die "cannot end Kamailio's processes" $rest
		# shellcheck disable=SC2086
		kill -KILL $rest 2>/dev/null || true
		sleep 0.05
	done
}

# Ends the process of a pid file, if it runs, and waits for it.
end_process()
{
	is_running "$1" || {
		rm -f "$RUN_DIR/$1.pid"
		return 0
	}
	pid=$(cat "$RUN_DIR/$1.pid")
	kill "$pid" 2>/dev/null || true
	end=$(($(date +%s) + STOP_TIMEOUT))
	while is_running "$1"; do
		late=$(($(date +%s) - end))
		[ "$late" -lt 0 ] || kill -KILL "$pid" 2>/dev/null || true
		[ "$late" -lt "$STOP_TIMEOUT" ] || die "cannot end $1, pid $pid"
		sleep 0.1
	done
	rm -f "$RUN_DIR/$1.pid"
}

# Asks a Kamailio.
ask()
{
	socket="$RUN_DIR/$1_ctl"
	shift
	timeout 5 "$KAMCMD" -s "unix:$socket" "$@" 2>/dev/null
}

# All processes of a Kamailio have loaded what they work with.
has_loaded()
{
	ask "$1" core.psa | awk '/status: 0/ { loads = 1 }
		/tcp main process/ { last = 1 }
		END { exit loads || !last }'
}

# Asks the server at an address and port with OPTIONS; 0 if it answers. SIPp
# takes port 5060 of its own address, so that may not be the server's.
answers()
{
	# shellcheck disable=SC2154
	timeout 2 sipp "$1:$2" -sf "$top/sipp-scenarios/options.xml" \
		-m 1 -i 127.0.0.99 -timeout 1s -nostdin >/dev/null 2>&1
}

# An IPv4 address as the kernel's tables of sockets write it.
kernel_address()
{
	echo "$1" | awk -F. '{ printf "%02X%02X%02X%02X", $4, $3, $2, $1 }'
}

# No server has a port of an address, or of all addresses.
is_free()
{
	awk -v port="^($(kernel_address "$2")|00000000):$(printf %04X "$3")\$" '
		$2 ~ port && (FILENAME ~ /udp/ || $4 == "0A") { taken = 1 }
		END { exit taken }' "/proc/net/$1"
}

# Another server on our port would answer in place of ours; one on the same
# port of another address does not. (What was killed a moment ago closes its
# sockets last.)
check_free()
{
	end=$(($(date +%s) + 2))
	until is_free "$@"; do
		[ "$(date +%s)" -lt "$end" ] ||
			die "another server has port $3 of $2 ($1)"
		sleep 0.1
	done
}
