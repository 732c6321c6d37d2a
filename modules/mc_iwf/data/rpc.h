/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_rpc: the RPC commands on the data: mc_iwf.users, .kmfs, .lmr_users,
 * .groups, .group_codec, .stats, .reload.
 */
#ifndef IWF_RPC_H
#define IWF_RPC_H

#include "core/rpc.h"

/* The table of commands, ended by a zero row. */
extern rpc_export_t iwf_rpc[];

#endif
