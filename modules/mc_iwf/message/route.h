/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_route: may a message or call go, and where to, by the directory in force
 * and the registrations that a registrar knows of. MCLMR_INTERNAL: there is no
 * directory. The texts of the route are cut from the arena.
 * Internal to this folder.
 */
#ifndef IWF_ROUTE_H
#define IWF_ROUTE_H

#include "mclmr/decide/call.h"
#include "mclmr/decide/forward.h"

/* mclmr_forward_decide(), settled by the registrar: for script and RPC. */
mclmr_status_t iwf_route_message(const mclmr_forward_request_t *request,
		const mclmr_registrar_t *registrar, mclmr_arena_t *arena,
		mclmr_route_t *route);

/* The same with mclmr_call_decide(). */
mclmr_status_t iwf_route_call(const mclmr_call_request_t *request,
		const mclmr_registrar_t *registrar, mclmr_arena_t *arena,
		mclmr_route_t *route);

#endif
