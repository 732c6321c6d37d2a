/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_rpc: what replies of RPC commands have in common.
 */
#ifndef MC_RPC_H
#define MC_RPC_H

#include "core/rpc.h"

#include "mclmr/base/span.h"

/* Codes of faults. */
#define MC_RPC_ARGUMENT 400
#define MC_RPC_NOT_FOUND 404
#define MC_RPC_LOAD 500

/* Adds a text to a structure, also the empty one. */
void mc_rpc_add_text(
		rpc_t *rpc, void *structure, const char *name, mclmr_span_t text);

#endif
