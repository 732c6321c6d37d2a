/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The decision on a message: facts and directory in, verdict out. */
#include <string.h>

#include "mclmr/sip/uri.h"
#include "forward.h"

/* One decision on its way. */
typedef struct decision
{
	const mclmr_directory_t *directory;
	const mclmr_network_t *network;
	const mclmr_forward_request_t *request;
	mclmr_arena_t *arena;
	mclmr_route_t *route;
} decision_t;

/* What a URI of the message stands for: a KMF, or all KMFs behind an IWF. */
typedef struct selector
{
	const mclmr_kmf_t *kmf; /* NULL: an IWF */
	mclmr_span_t psi_key;	/* in the arena; empty if kmf */
} selector_t;

typedef struct selectors
{
	size_t n;
	selector_t item[MCLMR_MAX_CALLED];
} selectors_t;

/* A person's LMR entries that are still in question. */
typedef struct candidates
{
	size_t n;
	struct
	{
		const mclmr_lmr_entry_t *entry;
		const mclmr_kmf_t *kmf;
	} item[MCLMR_MAX_LMR_ENTRIES];
} candidates_t;

mclmr_direction_t mclmr_forward_direction(const mclmr_network_t *network,
		bool from_iwf, mclmr_span_t request_uri, mclmr_service_t service)
{
	const unsigned from_clients =
			MCLMR_ROLE_ORIGINATING | MCLMR_ROLE_CONTROLLING;
	const unsigned from_iwfs = MCLMR_ROLE_TERMINATING | MCLMR_ROLE_CONTROLLING;
	mclmr_uri_room_t room;
	mclmr_span_t key;
	unsigned roles;

	if(!mclmr_uri_key_in(request_uri, &room, &key))
		return MCLMR_DIRECTION_NONE;
	roles = mclmr_network_roles(network, key, service);
	if((roles & (from_iwf ? from_iwfs : from_clients)) == 0)
		return MCLMR_DIRECTION_NONE;
	return from_iwf ? MCLMR_TO_CLIENT : MCLMR_TO_IWF;
}

/* The LMR entries of a user whose KMF the network still has, sits in the LMR
 * system and can be reached. */
static candidates_t usable_entries(
		const decision_t *d, const mclmr_person_t *person)
{
	candidates_t usable = {0};
	size_t i;

	for(i = 0; i < person->entries; i++) {
		const mclmr_lmr_entry_t *entry = &person->entry[i];
		const mclmr_kmf_t *kmf = mclmr_network_kmf(d->network, entry->kmf_key);

		if(kmf == NULL || kmf->psis == 0
				|| !mclmr_span_equal(kmf->hosting, MCLMR_SPAN("lmr")))
			continue;
		usable.item[usable.n].entry = entry;
		usable.item[usable.n].kmf = kmf;
		usable.n++;
	}
	return usable;
}

/* The candidates of one LMR type; all of them if it is none of theirs. */
static candidates_t of_type(const candidates_t *all, mclmr_lmr_type_t type)
{
	candidates_t some = {0};
	size_t i;

	for(i = 0; i < all->n; i++) {
		if(all->item[i].entry->type == type)
			some.item[some.n++] = all->item[i];
	}
	return some.n > 0 ? some : *all;
}

/* True if all candidates have the same KMF. */
static bool one_kmf(const candidates_t *candidates)
{
	size_t i;

	for(i = 1; i < candidates->n; i++) {
		if(candidates->item[i].kmf != candidates->item[0].kmf)
			return false;
	}
	return true;
}

/* Fills in KMF, LMR type and device as far as the candidates, at least one,
 * agree. */
static mclmr_status_t copy_entry(decision_t *d, const candidates_t *candidates)
{
	const mclmr_lmr_entry_t *first = candidates->item[0].entry;
	mclmr_lmr_type_t type = first->type;
	mclmr_span_t device = first->device;
	size_t i;

	for(i = 1; i < candidates->n; i++) {
		const mclmr_lmr_entry_t *entry = candidates->item[i].entry;

		if(entry->type != type)
			type = MCLMR_LMR_NOT_GIVEN;
		if(!mclmr_span_equal_nocase(entry->device, device))
			device = MCLMR_SPAN("");
	}
	d->route->lmr_type = type;
	if(mclmr_route_copy_text(d->arena, device, &d->route->device) != MCLMR_OK)
		return MCLMR_INTERNAL;
	return mclmr_route_copy_text(
			d->arena, candidates->item[0].kmf->uri, &d->route->kmf);
}

/* What the message's URIs stand for; those that are not configured are counted
 * and dropped. */
static mclmr_status_t find_selectors(decision_t *d, selectors_t *selectors)
{
	mclmr_called_t called =
			mclmr_called_read(d->request->info, d->request->lists);
	size_t i;

	selectors->n = 0;
	for(i = 0; i < called.n; i++) {
		selector_t selector = {NULL, MCLMR_SPAN("")};
		mclmr_span_t key;

		if(!mclmr_uri_key_if_any(called.uri[i], d->arena, &key))
			return MCLMR_INTERNAL;
		selector.kmf = mclmr_network_kmf(d->network, key);
		if(selector.kmf == NULL && mclmr_network_is_iwf(d->network, key))
			selector.psi_key = key;
		if(selector.kmf != NULL || selector.psi_key.len > 0)
			selectors->item[selectors->n++] = selector;
		else
			d->route->unknown_kmfs++;
	}
	return d->request->refuse_unknown_kmf && d->route->unknown_kmfs > 0
				   ? MCLMR_KMF_UNKNOWN
				   : MCLMR_OK;
}

/* True if a selector stands for this KMF. */
static bool selects(const selector_t *selector, const mclmr_kmf_t *kmf)
{
	return selector->kmf != NULL ? selector->kmf == kmf
								 : mclmr_kmf_has_psi(kmf, selector->psi_key);
}

/* True if no KMF is known that both stand for. */
static bool differ(const selector_t *a, const selector_t *b)
{
	if(a->kmf != NULL)
		return !selects(b, a->kmf);
	if(b->kmf != NULL)
		return !selects(a, b->kmf);
	return !mclmr_span_equal(a->psi_key, b->psi_key);
}

/* True if two URIs of the message contradict each other. */
static bool any_differ(const selectors_t *selectors)
{
	size_t i;
	size_t j;

	for(i = 1; i < selectors->n; i++) {
		for(j = 0; j < i; j++) {
			if(differ(&selectors->item[i], &selectors->item[j]))
				return true;
		}
	}
	return false;
}

/* True if every URI of the message stands for this KMF. */
static bool selected_by_all(
		const selectors_t *selectors, const mclmr_kmf_t *kmf)
{
	size_t i;

	for(i = 0; i < selectors->n; i++) {
		if(!selects(&selectors->item[i], kmf))
			return false;
	}
	return true;
}

/* The candidates that the message's URIs leave. */
static candidates_t selected_entries(
		const candidates_t *all, const selectors_t *selectors)
{
	candidates_t some = {0};
	size_t i;

	for(i = 0; i < all->n; i++) {
		if(selected_by_all(selectors, all->item[i].kmf))
			some.item[some.n++] = all->item[i];
	}
	return some;
}

/* The IWF PSI towards a KMF: the one that the message names, else the best. */
static mclmr_span_t psi_towards(
		const mclmr_kmf_t *kmf, const selectors_t *selectors)
{
	size_t i;
	size_t j;

	for(i = 0; i < selectors->n; i++) {
		for(j = 0; j < kmf->psis; j++) {
			if(mclmr_span_equal(kmf->psi_key[j], selectors->item[i].psi_key))
				return kmf->psi[j];
		}
	}
	return kmf->psi[0];
}

/* Leaves the entries of the one KMF that a client's message goes to. */
static mclmr_status_t select_kmf(
		decision_t *d, const selectors_t *selectors, candidates_t *candidates)
{
	*candidates = selected_entries(candidates, selectors);
	if(candidates->n == 0)
		return any_differ(selectors) ? MCLMR_KMF_CONFLICT : MCLMR_KMF_FOREIGN;
	*candidates = of_type(candidates, d->request->lmr_type);
	return one_kmf(candidates) ? MCLMR_OK : MCLMR_KMF_AMBIGUOUS;
}

/* Finds the KMF among the user's own entries and the way to it. */
static mclmr_status_t find_kmf(decision_t *d, const mclmr_user_t *user)
{
	candidates_t candidates = usable_entries(d, user->of);
	selectors_t selectors;
	const mclmr_kmf_t *kmf;
	mclmr_status_t status;

	if(candidates.n == 0)
		return MCLMR_NO_LMR_ENTRY;
	status = find_selectors(d, &selectors);
	if(status == MCLMR_OK)
		status = select_kmf(d, &selectors, &candidates);
	if(status != MCLMR_OK)
		return status;
	kmf = candidates.item[0].kmf;
	d->route->peer_set = kmf->peer_set;
	d->route->trusted = kmf->trusted;
	if(copy_entry(d, &candidates) != MCLMR_OK)
		return MCLMR_INTERNAL;
	return mclmr_route_copy_text(
			d->arena, psi_towards(kmf, &selectors), &d->route->psi);
}

/* A client's message towards the IWF. */
static mclmr_status_t decide_to_iwf(decision_t *d)
{
	const mclmr_user_t *user = NULL;
	mclmr_status_t status = mclmr_sender_user(d->directory, d->request->sender,
			d->request->service, d->request->info, d->arena, &user);

	if(status != MCLMR_OK)
		return status;
	if(mclmr_route_set_user(
			   d->route, d->arena, user, d->request->sender->registered)
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	d->route->registered_sender = d->route->impu;
	if(mclmr_called_encrypted(d->request->info, d->request->lists))
		return MCLMR_IDENTITY_ENCRYPTED;
	if(!user->row.send)
		return MCLMR_SEND_DENIED;
	return find_kmf(d, user);
}

/* Sends a message for a user of a partner system to its gateway. */
static mclmr_status_t decide_partner(
		decision_t *d, const mclmr_partner_t *partner)
{
	if(partner == NULL)
		return MCLMR_PARTNER_UNKNOWN;
	d->route->partner = true;
	d->route->peer_set = partner->peer_set;
	d->route->trusted = partner->trusted;
	return mclmr_route_copy_text(d->arena, partner->psi, &d->route->psi);
}

/* The candidates whose KMF has one of the sender's PSIs, which is
 * filled in. */
static mclmr_status_t entries_of_iwf(decision_t *d, candidates_t *candidates)
{
	const mclmr_sender_t *sender = d->request->sender;
	candidates_t all = *candidates;
	size_t i;
	size_t j;

	candidates->n = 0;
	for(i = 0; i < sender->n && candidates->n == 0; i++) {
		mclmr_span_t key;

		if(!mclmr_uri_key_if_any(sender->identity[i], d->arena, &key)
				|| mclmr_route_copy_text(
						   d->arena, sender->identity[i], &d->route->psi)
						   != MCLMR_OK)
			return MCLMR_INTERNAL;
		for(j = 0; j < all.n; j++) {
			if(mclmr_kmf_has_psi(all.item[j].kmf, key))
				candidates->item[candidates->n++] = all.item[j];
		}
	}
	return candidates->n > 0 ? MCLMR_OK : MCLMR_IWF_FOREIGN;
}

/* Checks that one of the target's own KMFs is behind the IWF that sends. */
static mclmr_status_t check_iwf(decision_t *d, const mclmr_user_t *user)
{
	candidates_t candidates = usable_entries(d, user->of);
	mclmr_status_t status;

	if(candidates.n == 0)
		return MCLMR_NO_LMR_ENTRY;
	status = entries_of_iwf(d, &candidates);
	if(status != MCLMR_OK)
		return status;
	candidates = of_type(&candidates, d->request->lmr_type);
	return copy_entry(d, &candidates);
}

/* An IWF's message for a user that we serve. */
static mclmr_status_t decide_local(decision_t *d, const mclmr_user_t *user)
{
	mclmr_status_t status;

	if(!user->row.receive)
		return MCLMR_RECEIVE_DENIED;
	status = check_iwf(d, user);
	if(status != MCLMR_OK)
		return status;
	d->route->registered_target = d->route->impu;
	return MCLMR_OK;
}

/* An IWF's message to a person who is no user of ours. */
static mclmr_status_t decide_stranger(
		decision_t *d, mclmr_span_t uri, mclmr_span_t key)
{
	const mclmr_partner_t *partner =
			mclmr_network_partner(d->network, mclmr_uri_host(key));

	if(partner == NULL)
		return MCLMR_TARGET_UNKNOWN;
	if(mclmr_route_copy_text(d->arena, uri, &d->route->mc_id) != MCLMR_OK)
		return MCLMR_INTERNAL;
	return decide_partner(d, partner);
}

/* An IWF's message towards a client, or towards a partner's gateway. */
static mclmr_status_t decide_to_client(decision_t *d)
{
	const mclmr_user_t *user;
	mclmr_called_t called;
	mclmr_span_t uri = MCLMR_SPAN("");
	mclmr_span_t key = MCLMR_SPAN("");
	mclmr_status_t status;

	if(mclmr_route_copy_text(
			   d->arena, d->request->sender->identity[0], &d->route->psi)
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	if(mclmr_called_encrypted(d->request->info, d->request->lists))
		return MCLMR_IDENTITY_ENCRYPTED;
	called = mclmr_called_read(d->request->info, d->request->lists);
	status = mclmr_called_target(&called, d->arena, &uri, &key);
	if(status != MCLMR_OK)
		return status;
	user = mclmr_directory_user(d->directory, d->request->service, key);
	if(user == NULL)
		return decide_stranger(d, uri, key);
	if(mclmr_route_set_user(d->route, d->arena, user, MCLMR_SPAN(""))
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	if(user->row.home.len > 0)
		return decide_partner(
				d, mclmr_network_partner(d->network, user->row.home));
	return decide_local(d, user);
}

/* The decision of one direction; a sender of the other kind has none. */
static mclmr_status_t decide(decision_t *d)
{
	const mclmr_forward_request_t *request = d->request;

	if(request->direction == MCLMR_TO_IWF && !request->sender->iwf)
		return decide_to_iwf(d);
	if(request->direction == MCLMR_TO_CLIENT && request->sender->iwf)
		return decide_to_client(d);
	return MCLMR_WRONG_PSI;
}

/* Whom it is for, and of a client's message whose name goes with it. */
static void set_ends(mclmr_route_t *route)
{
	if(route->direction == MCLMR_TO_IWF) {
		route->target = route->kmf;
		route->values.calling_user_id = route->mc_id;
	} else {
		route->target = route->mc_id;
		route->called_impu = route->impu;
	}
}

mclmr_status_t mclmr_forward_decide(const mclmr_directory_t *directory,
		const mclmr_forward_request_t *request, mclmr_arena_t *arena,
		mclmr_route_t *route)
{
	decision_t d = {directory, mclmr_directory_network(directory), request,
			arena, route};

	memset(route, 0, sizeof(*route));
	route->direction = request->direction;
	route->decided = decide(&d);
	set_ends(route);
	return mclmr_route_settle(route, NULL);
}
