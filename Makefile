# SPDX-License-Identifier: GPL-2.0-or-later
# LMR interworking for Kamailio. `make help` lists the targets.

KAMAILIO_BIN ?= /usr/sbin/kamailio
KAMAILIO_SRC ?= build/kamailio-src
# ANY_HEADERS=1: a module for the version of KAMAILIO_SRC, not of KAMAILIO_BIN.
ANY_HEADERS ?=
KAMAILIO_LIBDIR ?= /usr/lib/$(shell gcc -dumpmachine 2>/dev/null)/kamailio
RUN_DIR ?= run
SIP_PORT ?= 5060
HTTP_PORT ?= 8080
PIKE_LIMIT ?= 2000
FUZZ_TIME ?= 60
PYTHON ?= /usr/bin/python3
DESTDIR ?=

CC = gcc
CFLAGS ?= -O2 -g
# WERROR=1: a warning is an error, as before a change lands.
WARNINGS = -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror) -Wno-cast-function-type
OBJ = build/obj

# `make V=1` shows the commands in full.
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $@)

export KAMAILIO_BIN KAMAILIO_LIBDIR ANY_HEADERS RUN_DIR SIP_PORT HTTP_PORT PIKE_LIMIT

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# What each target needs is installed first, once.
DEPS = build/deps.stamp
$(DEPS): tools/deps.sh
	tools/deps.sh

.PHONY: deps all help
deps:
	tools/deps.sh

help:
	@sed -nE 's/^## //p' $(MAKEFILE_LIST)

include modules/mclmr/module.mk
include modules/mc_common/module.mk
include modules/mc_iwf/module.mk
include tests/tests.mk
include tests/coverage/coverage.mk
include tests/mutate/mutate.mk
include tests/attack/attack.mk
include tests/packages/packages.mk
include tests/monitor/monitor.mk
include tests/bench/bench.mk
include tests/matrix/matrix.mk
include tests/oracle/oracle.mk
include tools/node.mk
include tools/install.mk
include tools/lint.mk

## all         the library, the modules and the tool
all: $(LIBMCLMR) $(MCLMR_TOOL) $(MC_IWF)

## deps        install what is needed, fetch Kamailio's headers
## clean       remove all that was built; the headers of deps stay
.PHONY: clean
clean:
	rm -rf $(OBJ) build/test build/fuzz build/bench build/lint \
		build/coverage build/mutate build/locks build/neighbour \
		build/man build/completion
	rm -f $(LIBMCLMR) $(MCLMR_TOOL) $(MC_IWF)
