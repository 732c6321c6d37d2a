#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts into the system what was built, and takes it away again.
# Usage: tools/install.sh COMMAND
#   list       print what is installed: mode, file here, file there
#   install    copy it; media profiles that are there already stay
#   uninstall  remove it, and the folders that are empty then; media profiles
#              that were changed stay
# Environment: DESTDIR, KAMAILIO_LIBDIR, UNIT_DIR.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
DESTDIR=${DESTDIR:-}
KAMAILIO_LIBDIR=${KAMAILIO_LIBDIR:-/usr/lib/$(uname -m)-linux-gnu/kamailio}
UNIT_DIR=${UNIT_DIR:-/usr/lib/systemd/system}
SHARE=/usr/share
POLICIES=/etc/kamailio/mc_iwf/policies.ini
NODE=$SHARE/kamailio/mc_iwf/node
MANIFEST=$SHARE/kamailio/mc_iwf/installed

# Files that keep their names: mode, folder there, files here.
put()
{
	mode=$1
	folder=$2
	shift 2
	for file in "$@"; do
		[ -e "$file" ] || {
			echo "install: $file is missing: make all man" >&2
			exit 1
		}
		echo "$mode $file $folder/${file##*/}"
	done
}

list()
{
	put 644 "$KAMAILIO_LIBDIR/modules" modules/mc_iwf/mc_iwf.so
	put 644 "$SHARE/kamailio/db_sqlite" cfg/db_sqlite/*.sql
	put 644 "$SHARE/kamailio/postgres" cfg/db_postgres/*.sql
	put 644 "$SHARE/kamailio/mysql" cfg/db_mysql/*.sql
	put 644 "${POLICIES%/*}" cfg/policies.ini
	# The recipes, and the sample node as a whole.
	put 644 "$SHARE/kamailio/mc_iwf" cfg/recipe/* cfg/sample-*.sdp
	put 644 "$NODE" cfg/mc-server*.cfg cfg/mc-as*.cfg cfg/rtpengine.conf cfg/sample-*.sql
	put 644 "$NODE" cfg/sample-*.xml
	put 644 "$NODE/recipe" cfg/recipe/*.cfg
	put 755 /usr/lib/mc-server/tools tools/node.sh tools/bounded_log.py
	put 644 /usr/lib/mc-server/tools tools/processes.sh
	put 644 "$UNIT_DIR" cfg/mc-server*.service
	put 755 /usr/bin modules/mclmr/mclmr
	put 644 "$SHARE/man/man1" build/man/*.1
	put 644 "$SHARE/man/man7" build/man/*.7
	put 644 "$SHARE/bash-completion/completions" build/completion/mclmr
	put 644 "$SHARE/doc/kamailio-lmr-doc" *.md COPYING
	put 644 "$SHARE/doc/kamailio-lmr-doc/docs" docs/*.md
	put 644 "$SHARE/doc/kamailio-lmr-doc/docs/monitoring" docs/monitoring/*
	put 644 "$SHARE/doc/kamailio-lmr-doc/docs/wireshark" docs/wireshark/*
}

# Removes the files of an installation, but for media profiles.
remove_files()
{
	[ ! -e "$DESTDIR$MANIFEST" ] || while read -r there; do
		[ "$there" = "$POLICIES" ] || rm -f "$DESTDIR$there"
	done <"$DESTDIR$MANIFEST"
}

# What an older release has put there, and this one does not, goes; but only if
# all of this one is here.
install_all()
{
	files=$(list)
	remove_files
	echo "$files" | while read -r mode file there; do
		[ "$there" != "$POLICIES" ] || [ ! -e "$DESTDIR$there" ] || continue
		install -D -m "$mode" "$file" "$DESTDIR$there"
	done
	echo "$files" | cut -d' ' -f3 >"$DESTDIR$MANIFEST"
}

remove_profiles()
{
	[ -e "$DESTDIR$POLICIES" ] || return 0
	if cmp -s cfg/policies.ini "$DESTDIR$POLICIES"; then
		rm -f "$DESTDIR$POLICIES"
	else
		echo "uninstall: $POLICIES was changed and stays" >&2
	fi
}

uninstall_all()
{
	[ -e "$DESTDIR$MANIFEST" ] || {
		echo "uninstall: nothing is installed: no $DESTDIR$MANIFEST" >&2
		exit 1
	}
	remove_files
	remove_profiles
	folders=$(sed 's,^/\(.*\)/[^/]*$,\1,' "$DESTDIR$MANIFEST" | sort -u)
	rm -f "$DESTDIR$MANIFEST"
	cd "${DESTDIR:-/}"
	for folder in $folders; do
		[ ! -d "$folder" ] || rmdir -p --ignore-fail-on-non-empty "$folder"
	done
}

cd "$top"
case "${1:---help}" in
	list) list ;;
	install) install_all ;;
	uninstall) uninstall_all ;;
	--help) sed -n '3,9s/^# //p' "$0" ;;
	*)
		echo "install: no such command: $1" >&2
		exit 1
		;;
esac
