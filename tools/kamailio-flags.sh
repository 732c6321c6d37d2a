#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the -D flags that a module needs to load into a Kamailio binary: its
# version and flag strings are compared by the core byte for byte. The version
# is that of the headers, since a release may change a structure: what was built
# with those of another release crashes.
# Usage: tools/kamailio-flags.sh KAMAILIO_BIN FOLDER
#   FOLDER  where src/ with the headers is, of the version of KAMAILIO_BIN
# With ANY_HEADERS=1 they may be of another one: the module is for that one.
set -eu

case "${1:---help}" in
	--help)
		sed -n '3,9s/^# //p' "$0"
		exit 0
		;;
esac
bin=$1
headers=$2

die()
{
	echo "kamailio-flags: $*" >&2
	exit 1
}

# Of a source, as its Makefile puts it together; else what tools/deps.sh wrote
# down of a package: 1:6.1.5-1+deb13u1 is 6.1.5, 6.2.0~dev1 is 6.2.0-dev1.
headers_version()
{
	if [ -r "$headers/src/Makefile.defs" ]; then
		awk -F '[ \t]*=[ \t]*' '{ sub(/[ \t]+$/, "") }
			/^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*=/ { part[$1] = $2 }
			END { print part["VERSION"] "." part["PATCHLEVEL"] "." \
				part["SUBLEVEL"] part["EXTRAVERSION"] }' \
			"$headers/src/Makefile.defs"
	elif [ -r "$headers/.version" ]; then
		sed 's/^[0-9]*://; s/-[^-]*$//; s/+.*//; s/~/-/' "$headers/.version"
	fi
}

text=$("$bin" -v)

# "version: kamailio 5.6.3 (x86_64/linux) ..." as: name version arch os
set -- $(echo "$text" | sed -nE \
	'1s/^version: ([^ ]+) ([^ ]+) \(([^/]+)\/([^)]+)\).*/\1 \2 \3 \4/p')
[ $# = 4 ] || die "unexpected output of '$bin -v'"
name=$1 core=$2 arch=$3 os=$4

version=$(headers_version)
[ -n "$version" ] ||
	die "no src/Makefile.defs in $headers that tells the version of the
	headers: write it into $headers/.version (6.1.5, say)"
[ "$version" = "$core" ] || [ "${ANY_HEADERS:-}" = 1 ] ||
	die "the headers in $headers are those of Kamailio $version, but
	$bin is $core and would crash with a module built so. Either
	make deps                  gets those of the package that is installed
	make KAMAILIO_SRC=FOLDER   of the source of $core, that src/ is in
	make ANY_HEADERS=1         builds for a Kamailio $version elsewhere"
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
