#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a command in a Debian system under a folder, in namespaces of its own:
# all it mounts and all it started is gone when it ends, however it ends.
# Usage: system.sh [--keep] TREE WORK COMMAND
#   --keep  with the network of this machine, and what COMMAND changes in TREE
#           stays; else without network but loopback, and nothing stays
#   TREE    the system
#   WORK    the folder that is /project in it, where COMMAND runs; it stays
set -eu

if [ "${1:-}" != --inside ]; then
	keep=no
	[ "${1:-}" != --keep ] || {
		keep=yes
		shift
	}
	net=--net
	[ $keep = no ] || net=
	run=$(mktemp -d "$1.run-XXXXXX")
	# shellcheck disable=SC2086
	setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --ipc --uts $net \
		"$0" --inside $keep "$run" "$@" &
	pid=$!
	trap '{ kill -9 $pid; wait $pid; } 2>/dev/null || :; rm -rf "$run"' EXIT
	trap 'exit 1' INT TERM HUP
	code=0
	wait $pid || code=$?
	exit $code
fi
keep=$2 run=$3 tree=$4 work=$5 command=$6
root="$tree"

# A file system over the tree, with what was changed in one run.
overlay()
{
	root="$run/root"
	mkdir "$run/upper" "$run/work" "$root"
	mount -t overlay overlay "$root" -o \
		"lowerdir=$tree,upperdir=$run/upper,workdir=$run/work"
}

devices()
{
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
	mount -t tmpfs tmpfs "$root/dev/shm"
	for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" \
		"urandom 1 9" "tty 5 0"; do
		# shellcheck disable=SC2086
		set -- $device
		mknod -m 666 "$root/dev/$1" c "$2" "$3"
	done
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	for name in "stdin 0" "stdout 1" "stderr 2"; do
		ln -s "/proc/self/fd/${name#* }" "$root/dev/${name% *}"
	done
}

mount --make-rprivate /
[ "$keep" = yes ] || overlay
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/lock" "$root/project"
chmod 1777 "$root/run/lock"
devices
mount --bind "$work" "$root/project"
if [ "$keep" = yes ]; then
	cp /etc/resolv.conf "$root/etc/resolv.conf"
else
	ip link set lo up
fi
hostname matrix
# Not exec: the first process of a system waits for those that lost theirs.
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
	sh -c "cd /project && $command" </dev/null
