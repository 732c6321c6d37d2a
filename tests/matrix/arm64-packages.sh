#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What arm64.sh needs: a compiler for arm64, the libraries of that processor,
# and a program that runs its programs. Usage: arm64-packages.sh
set -eu

apt-get update -q
apt-get install -q -y --no-install-recommends make pkg-config \
	gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static \
	libxml2-dev:arm64 libssl-dev:arm64 libcjose-dev:arm64 libjansson-dev:arm64 \
	libcmocka-dev:arm64
