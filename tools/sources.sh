#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the files of the product, each ended by a zero octet: those that git
# tracks, as they are now. If git does not track this folder (an unpacked
# archive, also one inside a tree of something else): all but what is built.
# Usage: tools/sources.sh [--new]
#   --new  with files that git does not track yet and does not ignore
set -eu

others=
case "${1:-}" in
	--new) others="--others --exclude-standard" ;;
	--help)
		sed -n '3,7s/^# //p' "$0"
		exit 0
		;;
esac
cd "$(dirname "$0")/.."

# A tree of something else tracks files, but not this one.
is_tracked()
{
	git ls-files --error-unmatch tools/sources.sh >/dev/null 2>&1
}

# .gitignore says the same to git.
not_built()
{
	find . \( -path ./build -o -path ./run -o -name .git -o \
		-name __pycache__ -o -name .pytest_cache \) -prune -o -type f \
		! -name '*.[oad]' ! -name '*.so' ! -path ./modules/mclmr/mclmr \
		-print0
}

# What git still tracks may be gone.
existing()
{
	xargs -0 sh -c 'for file; do
		[ ! -e "$file" ] || printf "%s\0" "$file"
	done' -
}

if is_tracked; then
	# shellcheck disable=SC2086
	git ls-files -z --cached $others | existing
else
	not_built
fi
