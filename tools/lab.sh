#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A laboratory key management server for the users of the sample, in
# RUN_DIR/kms: cert.xml, and the keys of each user for this key period and the
# next. A server that is there is kept; its users get keys of today's periods.
# Usage: tools/lab.sh
# Environment: RUN_DIR, MCLMR (the tool).
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
MCLMR=${MCLMR:-$top/modules/mclmr/mclmr}
RUN_DIR=${RUN_DIR:-run}
kms=$RUN_DIR/kms

user()
{
	[ -e "$kms/$1.xml" ] ||
		"$MCLMR" kms user --dir "$kms" --user "$2" --periods 2 \
			--out "$kms/$1.xml"
}

umask 077
mkdir -p "$RUN_DIR"
if [ -e "$kms/kms.secret" ]; then
	"$MCLMR" kms reissue --dir "$kms"
else
	"$MCLMR" kms init --uri kms.mc.example.org --period 2592000 --offset 0 \
		--out "$kms"
fi
for name in alice bob carol dave frank; do
	user "$name" "sip:$name@mc.example.org"
	user "$name.data" "sip:$name.data@mc.example.org"
done
user iwf sip:iwf@iwf.example.org
user tetra-iwf sip:iwf@tetra-iwf.example.org
echo "lab: $kms"
