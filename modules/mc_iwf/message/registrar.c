/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations of the node's own registrar and of IMS cores. */
#include <string.h>

#include "core/dset.h"
#include "core/parser/parse_rr.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/bindings.h"
#include "mclmr/base/text.h"
#include "mclmr/sip/uri.h"
#include "registrar.h"

#define ROUTE_ARENA (MCLMR_URI_MAX * (MCLMR_MAX_IMPLICIT + 3))

/* True if the node's own registrar counts. */
static bool has_usrloc(void)
{
	return iwf_config.registrations != IWF_REGISTRATIONS_CORE;
}

/* mclmr_registrar_t.registered */
static bool is_registered(void *data, mclmr_span_t impu)
{
	(void)data;
	return iwf_bindings_has(impu)
		   || (has_usrloc()
				   && iwf_usrloc_registrar.registered(
						   iwf_usrloc_registrar.data, impu));
}

/* mclmr_registrar_t.reachable */
static bool is_reachable(void *data, mclmr_span_t impu)
{
	return iwf_config.icscf.len > 0 || is_registered(data, impu);
}

const mclmr_registrar_t iwf_registrar = {is_registered, NULL, is_reachable};

/* True if a SIP URI has the parameter lr. */
static bool is_loose(mclmr_span_t uri)
{
	mclmr_span_t user = mclmr_span_cut(&uri, '@');

	if(uri.len == 0)
		uri = user;
	(void)mclmr_span_cut(&uri, ';');
	while(uri.len > 0) {
		mclmr_span_t parameter = mclmr_span_cut(&uri, ';');

		if(mclmr_span_equal_nocase(
				   mclmr_span_cut(&parameter, '='), MCLMR_SPAN("lr")))
			return true;
	}
	return false;
}

/* The value of Route that leads through a server of a core; false if the arena
 * is full. */
static bool write_route(
		mclmr_span_t server, mclmr_arena_t *arena, mclmr_span_t *route)
{
	mclmr_text_t text = mclmr_text(arena);

	mclmr_text_string(&text, "<");
	mclmr_text_put(&text, server);
	mclmr_text_string(&text, is_loose(server) ? ">" : ";lr>");
	return mclmr_text_done(&text, route);
}

/* That through the S-CSCF of a user; false if no core has registered the user,
 * or the arena is full. */
static bool find_route(
		mclmr_span_t impu, mclmr_arena_t *arena, mclmr_span_t *route)
{
	mclmr_implicit_set_t set;
	mclmr_span_t scscf;

	return iwf_bindings_find(impu, arena, &set, &scscf)
		   && write_route(scscf, arena, route);
}

/* That through the I-CSCF, which finds the S-CSCF; false if there is none. */
static bool find_last_route(mclmr_arena_t *arena, mclmr_span_t *route)
{
	return iwf_config.icscf.len > 0
		   && write_route(mc_span(&iwf_config.icscf), arena, route);
}

/* Sends the request to an IMPU by way of its S-CSCF. */
static bool set_route(
		struct sip_msg *msg, mclmr_span_t impu, mclmr_span_t route)
{
	str uri = mc_str(impu), path = mc_str(route), hop;

	clear_branches();
	reset_dst_uri(msg);
	reset_path_vector(msg);
	return get_path_dst_uri(&path, &hop) == 0 && rewrite_uri(msg, &uri) >= 0
		   && set_dst_uri(msg, &hop) >= 0 && set_path_vector(msg, &path) >= 0;
}

int iwf_registrar_targets(struct sip_msg *msg, const iwf_usrloc_wish_t *wish)
{
	char memory[ROUTE_ARENA];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t route;
	int n = 0;

	if(!find_route(wish->impu, &arena, &route)) {
		if(has_usrloc())
			n = iwf_usrloc_targets(msg, wish);
		if(n != 0 || !find_last_route(&arena, &route))
			return n;
	}
	return set_route(msg, wish->impu, route) ? 1 : -1;
}

bool iwf_registrar_to_core(struct sip_msg *msg, mclmr_span_t impu)
{
	char memory[ROUTE_ARENA];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t route;

	return (find_route(impu, &arena, &route) || find_last_route(&arena, &route))
		   && set_route(msg, impu, route);
}

/* The S-CSCF of a user as the one target. */
static bool list_route(mclmr_span_t impu, mclmr_span_t route,
		mclmr_arena_t *arena, mc_iwf_targets_t *targets)
{
	mc_iwf_target_t *target = &targets->target[0];
	str path, hop;

	targets->n = 1;
	if(!mclmr_arena_copy(arena, impu, &target->uri)
			|| !mclmr_arena_copy(arena, route, &target->route))
		return false;
	path = mc_str(target->route);
	if(get_path_dst_uri(&path, &hop) < 0)
		return false;
	target->next_hop = mc_span(&hop);
	return true;
}

bool iwf_registrar_list(const iwf_usrloc_wish_t *wish, mclmr_arena_t *arena,
		mc_iwf_targets_t *targets)
{
	char memory[ROUTE_ARENA];
	mclmr_arena_t room = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t route;

	if(find_route(wish->impu, &room, &route))
		return list_route(wish->impu, route, arena, targets);
	targets->n = 0;
	if(has_usrloc() && !iwf_usrloc_list(wish, arena, targets))
		return false;
	return targets->n > 0 || !find_last_route(&room, &route)
		   || list_route(wish->impu, route, arena, targets);
}

/* Ends the core's contacts of all identities of a set. */
static void end_contacts(const mclmr_implicit_set_t *set)
{
	for(size_t i = 0; i < set->n; i++)
		iwf_usrloc_end_core(set->key[i]);
}

void iwf_registrar_end(const mclmr_implicit_set_t *told)
{
	char memory[ROUTE_ARENA];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_implicit_set_t known;
	mclmr_span_t scscf;

	if(iwf_config.registrations != IWF_REGISTRATIONS_BOTH)
		return;
	end_contacts(told);
	if(iwf_bindings_find(told->key[0], &arena, &known, &scscf))
		end_contacts(&known);
}

/* True if a key is that of an identity of the sender. */
static bool is_asserted(const mclmr_sender_t *sender, mclmr_span_t key)
{
	for(size_t i = 0; i < sender->n; i++) {
		mclmr_uri_room_t room;
		mclmr_span_t own;

		if(mclmr_uri_key_in(sender->identity[i], &room, &own)
				&& mclmr_span_equal(own, key))
			return true;
	}
	return false;
}

/* The other identities of a set. */
static void add_aliases(mclmr_sender_t *sender, const mclmr_implicit_set_t *set,
		mclmr_arena_t *arena)
{
	mclmr_span_t *alias = mclmr_arena_alloc(arena, set->n * sizeof(*alias));

	if(alias == NULL)
		return;
	sender->alias = alias;
	for(size_t i = 0; i < set->n; i++) {
		if(!is_asserted(sender, set->key[i]))
			alias[sender->aliases++] = set->key[i];
	}
}

/* What clients of a registration have bound. */
static void add_bindings(
		mclmr_sender_t *sender, mclmr_span_t impu_key, mclmr_arena_t *arena)
{
	if(sender->proof != MCLMR_PROOF_NONE
			&& !iwf_bindings_bound(impu_key, arena, &sender->binding))
		sender->binding = NULL;
}

/* What counts of a sender's MC service IDs, by modparam token. */
static mclmr_proof_t find_proof(void)
{
	static const mclmr_proof_t proofs[] = {[IWF_TOKEN_OFF] = MCLMR_PROOF_NONE,
			[IWF_TOKEN_OPTIONAL] = MCLMR_PROOF_OPTIONAL,
			[IWF_TOKEN_REQUIRED] = MCLMR_PROOF_REQUIRED};

	return proofs[iwf_config.token];
}

void iwf_registrar_know(mclmr_sender_t *sender, mclmr_arena_t *arena)
{
	mclmr_implicit_set_t set;
	mclmr_span_t scscf;
	size_t i = 0;

	sender->proof = find_proof();
	while(i < sender->n
			&& !iwf_bindings_find(sender->identity[i], arena, &set, &scscf))
		i++;
	if(i == sender->n)
		return;
	sender->registered = set.key[0];
	add_aliases(sender, &set, arena);
	add_bindings(sender, set.key[0], arena);
}

bool iwf_registrar_is_unproven(
		mclmr_span_t impu, mclmr_service_t service, mclmr_span_t mc_id)
{
	return iwf_config.token == IWF_TOKEN_REQUIRED && iwf_bindings_has(impu)
		   && !iwf_bindings_binds(impu, service, mc_id);
}

void iwf_registrar_reach(
		mclmr_route_t *route, mclmr_service_t service, mclmr_arena_t *arena)
{
	mclmr_span_t impu;

	if(mclmr_route_wants_impu(route)
			&& iwf_bindings_find_id(service, route->target, arena, &impu))
		mclmr_route_set_impu(route, impu);
	else if(iwf_registrar_is_unproven(
					route->registered_target, service, route->target))
		route->registered_target = MCLMR_SPAN("");
}
