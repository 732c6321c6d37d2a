#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds and tests the product in Debian systems of their own, see
# docs/platforms.md. Ends with a table; fails if a step failed in a suite that
# is required.
# Usage: matrix.sh FOLDER quick|full SUITE...
#   FOLDER  keeps a system and a copy of the product for each suite, and logs
#   SUITE   bookworm, trixie: required; testing: reported; arm64: library and
#           command line for that processor, required
set -eu

MIRROR=http://deb.debian.org/debian

die()
{
	echo "matrix: $*" >&2
	exit 1
}

[ $# -ge 3 ] || {
	sed -n '3,9s/^# //p' "$0"
	exit 1
}
top=$(cd "$(dirname "$0")/../.." && pwd)
here="$top/tests/matrix"
mkdir -p "$1/log"
folder=$(cd "$1" && pwd)
stage=$2
shift 2
[ "$(id -u)" = 0 ] || die "only root can make systems"
for tool in debootstrap unshare ip git; do
	command -v $tool >/dev/null || die "it needs $tool"
done
failed=no
table="$folder/log/table"
: >"$table"

# The suite whose packages a system has.
release()
{
	[ "$1" != arm64 ] || {
		echo bookworm
		return
	}
	echo "$1"
}

make_tree()
{
	[ ! -e "$folder/$1" ] || return 0
	rm -rf "$folder/$1.part"
	debootstrap --variant=minbase --include=make,git \
		"$(release "$1")" "$folder/$1.part" "$MIRROR" || return
	# No package starts a service here.
	printf '#!/bin/sh\nexit 101\n' >"$folder/$1.part/usr/sbin/policy-rc.d"
	chmod 755 "$folder/$1.part/usr/sbin/policy-rc.d"
	[ "$1" != arm64 ] || chroot "$folder/$1.part" dpkg --add-architecture arm64
	mv "$folder/$1.part" "$folder/$1"
}

# Files of a folder, but for what is built into build/.
files_of()
{
	(cd "$1" && find . -path ./build -prune -o ! -type d -print)
}

# The sources as they are now; what was built of them stays. Only files that
# differ are replaced: those are newer than all that was made of the old ones.
copy_product()
{
	new="$folder/$1.new" work="$folder/$1.work"
	rm -rf "$new"
	mkdir -p "$new" "$work"
	(cd "$top" && tools/sources.sh --new | tar -c --null -T -) |
		tar -x -m -C "$new"
	files_of "$work" | while read -r file; do
		[ -e "$new/$file" ] || rm -f "$work/$file"
	done
	files_of "$new" | while read -r file; do
		cmp -s "$new/$file" "$work/$file" || {
			mkdir -p "$work/$(dirname "$file")"
			cp -p "$new/$file" "$work/$file"
		}
	done
	rm -rf "$new"
}

install_packages()
{
	case "$1" in
		arm64) command=tests/matrix/arm64-packages.sh ;;
		*) command="apt-get update -q && tools/deps.sh" ;;
	esac
	"$here/system.sh" --keep "$folder/$1" "$folder/$1.work" \
		"$command && apt-get clean"
}

prepare()
{
	make_tree "$1" && copy_product "$1" && install_packages "$1"
}

# The commands of a step, run in the system without a network.
command_of()
{
	case "$1" in
		build) echo "make -j$(nproc) WERROR=1 all" ;;
		unit) echo "make -j$(nproc) WERROR=1 unit-test" ;;
		demo) echo "make demo demo-call demo-rootkey" ;;
		scenarios) echo "make scenarios" ;;
		install) echo "make install && tests/matrix/installed.sh" ;;
		modules) echo "$known make WERROR=1 module-test" ;;
		cross) echo "tests/matrix/arm64.sh" ;;
	esac
}

steps_of()
{
	case "$1 $stage" in
		arm64*) echo cross ;;
		*full) echo build unit demo scenarios install modules ;;
		*) echo build unit demo scenarios install ;;
	esac
}

run_step()
{
	list="tests/matrix/known/$1.txt"
	known="PYTHONPATH=tests/support PYTEST_ADDOPTS='-p known --known=$list'"
	"$here/system.sh" "$folder/$1" "$folder/$1.work" "$(command_of "$2")"
}

# One line of the table; the end of the log if it failed.
step()
{
	suite=$1 name=$2
	shift 2
	log="$folder/log/$suite-$name.log"
	begin=$(date +%s)
	result=passed
	"$@" >"$log" 2>&1 || result=FAILED
	printf '%-9s %-10s %-7s %5d s  %s\n' "$suite" "$name" "$result" \
		$(($(date +%s) - begin)) "$(grep -E "$TOTALS" "$log" | tail -n 1)" |
		tee -a "$table"
	[ $result = passed ] || {
		tail -n 20 "$log" | sed 's/^/    /'
		[ "$suite" = testing ] || failed=yes
	}
	[ $result = passed ]
}
TOTALS='^(unit tests: |[0-9]+ (passed|failed)|=* ?[0-9]+ (passed|failed))'

versions()
{
	[ "$1" != arm64 ] || return 0
	chroot "$folder/$1" dpkg-query -W -f '${Package} ${Version}\n' \
		kamailio rtpengine-daemon gcc libxml2-dev libssl-dev libcjose-dev libjansson-dev libcmocka-dev \
		python3-pytest postgresql mariadb-server
}

for suite in "$@"; do
	step "$suite" packages prepare "$suite" || continue
	versions "$suite" >"$folder/log/$suite-versions"
	for name in $(steps_of "$suite"); do
		step "$suite" "$name" run_step "$suite" "$name" || :
	done
done
echo "matrix: $table"
[ $failed = no ]
