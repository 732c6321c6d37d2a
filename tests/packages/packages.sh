#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the packages of this tree and of the release before, and installs, uses,
# upgrades and purges them in a fresh Debian system.
# Usage: packages.sh FOLDER SUITE...
#   FOLDER  keeps a base system and one that builds for each suite, and logs
#   SUITE   bookworm, trixie
set -eu

MIRROR=http://deb.debian.org/debian
# Beside what debian/control says.
BUILDS="build-essential lintian ca-certificates"
# What an administrator asks for by name, and systemd, as every machine has.
USES="systemd rtpengine-daemon man-db bash-completion"

die()
{
	echo "packages: $*" >&2
	exit 1
}

[ $# -ge 2 ] || {
	sed -n '3,7s/^# //p' "$0"
	exit 1
}
top=$(cd "$(dirname "$0")/../.." && pwd)
system="$top/tests/matrix/system.sh"
mkdir -p "$1/log"
folder=$(cd "$1" && pwd)
shift
[ "$(id -u)" = 0 ] || die "only root can make systems"
for tool in debootstrap unshare ip git; do
	command -v $tool >/dev/null || die "it needs $tool"
done

# A system that nothing was installed into; no package starts a service in it.
make_base()
{
	[ ! -e "$folder/$1-base" ] || return 0
	rm -rf "$folder/$1-base.part"
	debootstrap --variant=minbase "$1" "$folder/$1-base.part" "$MIRROR" ||
		return
	printf '#!/bin/sh\nexit 101\n' \
		>"$folder/$1-base.part/usr/sbin/policy-rc.d"
	chmod 755 "$folder/$1-base.part/usr/sbin/policy-rc.d"
	mv "$folder/$1-base.part" "$folder/$1-base"
}

# One that builds packages. It is kept: what a release builds with by now is
# installed each time.
make_builder()
{
	[ -e "$folder/$1-build" ] || {
		rm -rf "$folder/$1-build.part"
		cp -a "$folder/$1-base" "$folder/$1-build.part"
		mv "$folder/$1-build.part" "$folder/$1-build"
	}
	"$system" --keep "$folder/$1-build" "$work" "set -e
		apt-get update -q
		apt-get install -q -y --no-install-recommends $(echo $BUILDS)
		for tree in old new; do
			apt-get build-dep -q -y --no-install-recommends ./\$tree
		done
		apt-get clean"
}

# The last commit of the release before; none: the history does not reach it.
release_before()
{
	now=$(sed -n 1p debian/changelog)
	git rev-list HEAD -- debian/changelog | while read -r commit; do
		[ "$(git show "$commit:./debian/changelog" | sed -n 1p)" = "$now" ] || {
			echo "$commit"
			break
		}
	done
}

# Both releases: this tree as it is, and the one before, or else this tree under
# a lower number.
copy_sources()
{
	rm -rf "$work/old" "$work/new"
	mkdir -p "$work/old" "$work/new"
	tools/sources.sh --new | tar -c --null -T - | tar -x -C "$work/new"
	commit=$(release_before)
	if [ -n "$commit" ]; then
		git archive "$commit" | tar -x -C "$work/old"
	else
		echo "packages: upgraded from this tree, there is no history"
		cp -a "$work/new/." "$work/old"
		sed -i '1s/(.*)/(0.0.1)/' "$work/old/debian/changelog"
		sed -i 's/\(MCLMR_VERSION\) .*/\1 "0.0.1"/' \
			"$work/old/modules/mclmr/base/version.h"
	fi
}

build()
{
	"$system" --keep "$folder/$1-build" "$work" "set -e
		new/tools/kamailio-headers.sh kamailio-src kamailio
		export KAMAILIO_SRC=/project/kamailio-src
		for tree in old new; do make -C \$tree deb DEPS=; done
		cd new/build/deb
		lintian --allow-root --fail-on error,warning *.changes"
}

# Without those for debuggers.
packages_of()
{
	for name in kamailio-lmr-modules kamailio-lmr-doc mclmr; do
		printf " %s" "/project/$1/build/deb/${name}_*.deb"
	done
}

# The fresh system, with the release before, as apt installs it. What the new
# packages ask for besides is fetched: they are used without a network.
install_old()
{
	rm -rf "$folder/$1-use"
	cp -a "$folder/$1-base" "$folder/$1-use"
	"$system" --keep "$folder/$1-use" "$work" "set -e
		apt-get update -q
		apt-get install -q -y $USES $(packages_of old)
		apt-get install -q -y --download-only $(packages_of new)"
}

use()
{
	"$system" "$folder/$1-use" "$work" "python3 -B new/tests/packages/use.py"
}

cd "$top"
for suite in "$@"; do
	work="$folder/$suite-packages"
	mkdir -p "$work"
	copy_sources
	for step in make_base make_builder build install_old use; do
		log="$folder/log/$suite-packages-$step.log"
		$step "$suite" >"$log" 2>&1 || {
			tail -n 30 "$log" >&2
			die "$suite: $step failed: $log"
		}
	done
	cat "$log"
	rm -rf "$folder/$suite-use"
	echo "packages: $suite: built, used, upgraded, purged"
done
