/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Replies of RPC commands. */
#include "rpc.h"
#include "span.h"

void mc_rpc_add_text(
		rpc_t *rpc, void *structure, const char *name, mclmr_span_t text)
{
	str s = mc_str(text);

	if(s.s == NULL)
		s.s = "";
	rpc->struct_add(structure, "S", name, &s);
}
