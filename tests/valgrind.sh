#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line under valgrind, for the tests that drive it: what it finds
# ends in exit status 99. Usage: MCLMR_TOOL=tests/valgrind.sh pytest ...
top=$(cd "$(dirname "$0")/.." && pwd)
exec valgrind --quiet --error-exitcode=99 --leak-check=full \
	--show-leak-kinds=all --errors-for-leak-kinds=definite,indirect,possible \
	"$top/modules/mclmr/mclmr" "$@"
