/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The route of a message or call. usrloc may wait for its database: it is asked
 * when the store's lock is given back. Without data there is no route.
 */
#include "mc_iwf/data/store.h"
#include "registrar.h"
#include "route.h"

mclmr_status_t iwf_route_message(const mclmr_forward_request_t *request,
		const mclmr_registrar_t *registrar, mclmr_arena_t *arena,
		mclmr_route_t *route)
{
	const mclmr_directory_t *directory = iwf_store_read();

	*route = (mclmr_route_t){.decided = MCLMR_INTERNAL};
	if(directory != NULL)
		mclmr_forward_decide(directory, request, arena, route);
	iwf_store_read_end();
	iwf_registrar_reach(route, request->service, arena);
	return mclmr_route_settle(route, registrar);
}

mclmr_status_t iwf_route_call(const mclmr_call_request_t *request,
		const mclmr_registrar_t *registrar, mclmr_arena_t *arena,
		mclmr_route_t *route)
{
	const mclmr_directory_t *directory = iwf_store_read();

	*route = (mclmr_route_t){.decided = MCLMR_INTERNAL};
	if(directory != NULL)
		mclmr_call_decide(directory, request, arena, route);
	iwf_store_read_end();
	iwf_registrar_reach(route, MCLMR_SERVICE_MCPTT, arena);
	return mclmr_route_settle(route, registrar);
}
