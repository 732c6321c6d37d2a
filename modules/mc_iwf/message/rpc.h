/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_message_rpc: the RPC command mc_iwf.explain.
 */
#ifndef IWF_MESSAGE_RPC_H
#define IWF_MESSAGE_RPC_H

#include "core/rpc.h"

/* Registered at start, beside iwf_rpc. */
extern rpc_export_t iwf_message_rpc[];

#endif
