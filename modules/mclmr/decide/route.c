/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where a request goes: the result of a decision. */
#include "route.h"

/* True if an IMPU that has to be registered is not. */
static bool is_missing(mclmr_span_t impu, const mclmr_registrar_t *registrar)
{
	return impu.s != NULL
		   && (registrar == NULL
				   || !registrar->registered(registrar->data, impu));
}

/* True if there is no way to an IMPU that there has to be, as to none. */
static bool is_out_of_reach(
		mclmr_span_t impu, const mclmr_registrar_t *registrar)
{
	if(impu.len > 0 && registrar != NULL && registrar->reachable != NULL)
		return !registrar->reachable(registrar->data, impu);
	return is_missing(impu, registrar);
}

mclmr_status_t mclmr_route_settle(
		mclmr_route_t *route, const mclmr_registrar_t *registrar)
{
	route->status = route->decided;
	if(is_missing(route->registered_sender, registrar))
		route->status = MCLMR_SENDER_UNREGISTERED;
	else if(route->status == MCLMR_OK
			&& is_out_of_reach(route->registered_target, registrar))
		route->status = MCLMR_TARGET_UNREGISTERED;
	return route->status;
}

mclmr_status_t mclmr_route_copy_text(
		mclmr_arena_t *arena, mclmr_span_t text, mclmr_span_t *copy)
{
	return mclmr_arena_copy(arena, text, copy) ? MCLMR_OK : MCLMR_INTERNAL;
}

mclmr_status_t mclmr_route_set_user(mclmr_route_t *route, mclmr_arena_t *arena,
		const mclmr_user_t *user, mclmr_span_t otherwise)
{
	mclmr_span_t impu = user->row.impu.len > 0 ? user->row.impu : otherwise;
	mclmr_status_t status =
			mclmr_route_copy_text(arena, user->row.mc_id, &route->mc_id);

	return status == MCLMR_OK ? mclmr_route_copy_text(arena, impu, &route->impu)
							  : status;
}

bool mclmr_route_wants_impu(const mclmr_route_t *route)
{
	return route->registered_target.s != NULL
		   && route->registered_target.len == 0;
}

void mclmr_route_set_impu(mclmr_route_t *route, mclmr_span_t impu)
{
	route->registered_target = impu;
	route->called_impu = impu;
	if(route->registered_sender.s == NULL)
		route->impu = impu;
	if(route->request_uri.s != NULL)
		route->request_uri = impu;
}
