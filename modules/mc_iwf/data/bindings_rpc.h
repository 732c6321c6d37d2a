/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_bindings_rpc: the command mc_iwf.bindings, which shows
 * registrations page by page.
 */
#ifndef IWF_BINDINGS_RPC_H
#define IWF_BINDINGS_RPC_H

#include "core/rpc.h"

extern const char *iwf_bindings_doc[];

void iwf_bindings_rpc(rpc_t *rpc, void *context);

#endif
