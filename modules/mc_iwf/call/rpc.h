/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_rpc: commands on media profiles, for kamcmd and jsonrpcs.
 */
#ifndef LMR_RPC_H
#define LMR_RPC_H

#include "core/rpc.h"

/* Registered at start, beside iwf_rpc. */
extern rpc_export_t lmr_rpc[];

#endif
