#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the -D flags that a module needs to load into a Kamailio binary: its
# version and flag strings are compared by the core byte for byte.
# Usage: tools/kamailio-flags.sh KAMAILIO_BIN
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,5s/^# //p' "$0"
		exit 0
		;;
esac

text=$("$1" -v)

# "version: kamailio 5.6.3 (x86_64/linux) ..." as: name version arch os
set -- $(echo "$text" | sed -nE \
	'1s/^version: ([^ ]+) ([^ ]+) \(([^/]+)\/([^)]+)\).*/\1 \2 \3 \4/p')
[ $# = 4 ] || {
	echo "kamailio-flags: unexpected output of 'kamailio -v'" >&2
	exit 1
}
name=$1 version=$2 arch=$3 os=$4
number=$(echo "$version" | sed -E 's/[^0-9.].*//' |
	awk -F. '{print $1 * 1000000 + $2 * 1000 + $3}')

printf "%s\n" "-DNAME='\"$name\"'" "-DVERSION='\"$version\"'" \
	"-DARCH='\"$arch\"'" "-DOS='$os'" "-DOS_QUOTED='\"$os\"'" \
	"-DVERSIONVAL=$number" "-D__CPU_$arch" "-D__OS_linux"

# The flags that -v lists, and those that it writes in another way.
echo "$text" | sed -n 's/^flags: //p' | tr -d ' ' | tr ',' '\n' |
	while read -r flag; do
		case "$flag" in
			FAST_LOCK-ADAPTIVE_WAIT)
				printf '%s\n' -DFAST_LOCK -DADAPTIVE_WAIT ;;
			TLS_PTHREAD_MUTEX_SHARED)
				echo -DKSR_PTHREAD_MUTEX_SHARED ;;
			DBG_QM_MALLOC | DBG_F_MALLOC | DBG_TLSF_MALLOC) ;;
			*) echo "-D$flag" ;;
		esac
	done
echo "$text" | sed -nE 's/.*ADAPTIVE_WAIT_LOOPS ([0-9]+).*/-DADAPTIVE_WAIT_LOOPS=\1/p'

# Set in every stock build, seen by headers, not printed by -v.
for flag in MEM_JOIN_FREE STATISTICS USE_CORE_STATS MALLOC_STATS \
	CC_GCC_LIKE_ASM HAVE_ALLOCA_H HAVE_GETHOSTBYNAME2 HAVE_TIMEGM \
	HAVE_UNION_SEMUN HAVE_SCHED_YIELD HAVE_SCHED_SETSCHEDULER \
	HAVE_MSG_NOSIGNAL HAVE_MSGHDR_MSG_CONTROL HAVE_IP_MREQN HAVE_EPOLL \
	HAVE_SELECT HAVE_SIGIO_RT WITH_XAVP; do
	echo "-D$flag"
done
