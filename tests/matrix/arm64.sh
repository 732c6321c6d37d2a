#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds library, command line and unit tests for arm64, and runs them on any
# processor. Usage: arm64.sh
set -eu

export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig
mkdir -p build
touch build/deps.stamp
set -- WERROR=1 CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar SANITIZE= \
	RUNNER=qemu-aarch64-static
make -j"$(nproc)" "$@" modules/mclmr/mclmr unit-test
qemu-aarch64-static modules/mclmr/mclmr sdp explain --profile p25 \
	--policies cfg/policies.ini cfg/sample-offer.sdp
