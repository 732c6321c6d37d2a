/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who sends a request: what is asserted, and the one user that it names. */
#include <string.h>

#include "mclmr/sip/uri.h"
#include "sender.h"

/* True for a tel URI, as the second identity of RFC 3325 9.1 has to be. */
static bool is_tel(mclmr_span_t uri)
{
	return mclmr_span_starts_nocase(uri, MCLMR_SPAN("tel:"));
}

/* Takes one asserted identity over, if this source may assert it. */
static mclmr_status_t take_identity(const mclmr_network_t *network,
		const mclmr_source_t *source, bool core, mclmr_span_t uri,
		mclmr_sender_t *sender)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;
	bool iwf;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return MCLMR_PEER_ASSERTION;
	iwf = mclmr_network_is_iwf(network, key);
	if(!core && (!iwf || !mclmr_network_may_assert(network, source, key)))
		return MCLMR_PEER_ASSERTION;
	if(sender->n > 0
			&& (iwf != sender->iwf
					|| is_tel(uri) == is_tel(sender->identity[0])))
		return MCLMR_PEER_ASSERTION;
	sender->iwf = iwf;
	sender->identity[sender->n++] = uri;
	return MCLMR_OK;
}

/* Takes all of them over, or none. */
static mclmr_status_t take_identities(const mclmr_network_t *network,
		const mclmr_source_t *source, bool core, const mclmr_span_t *uris,
		size_t n, mclmr_sender_t *sender)
{
	mclmr_status_t status = MCLMR_OK;

	if(n == 0 || n > MCLMR_MAX_IDENTITIES)
		return MCLMR_PEER_ASSERTION;
	for(size_t i = 0; i < n && status == MCLMR_OK; i++)
		status = take_identity(network, source, core, uris[i], sender);
	if(status != MCLMR_OK)
		memset(sender, 0, sizeof(*sender));
	return status;
}

/* True if one of the asserted identities is this URI. */
static bool is_asserted(mclmr_span_t uri, const mclmr_span_t *pai, size_t n)
{
	mclmr_uri_room_t room, other_room;
	mclmr_span_t key, other;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return false;
	for(size_t i = 0; i < n; i++) {
		if(mclmr_uri_key_in(pai[i], &other_room, &other)
				&& mclmr_span_equal(key, other))
			return true;
	}
	return false;
}

mclmr_status_t mclmr_sender_asserted(const mclmr_network_t *network,
		const mclmr_source_t *source, const mclmr_span_t *pai, size_t n,
		const mclmr_served_user_t *served, mclmr_sender_t *sender)
{
	mclmr_trust_t trust = mclmr_network_trust(network, source);
	mclmr_status_t status;

	memset(sender, 0, sizeof(*sender));
	if(trust == MCLMR_TRUST_NONE)
		return MCLMR_UNAUTHENTICATED;
	if(trust != MCLMR_TRUST_CORE)
		return take_identities(network, source, false, pai, n, sender);
	if(served == NULL || served->session == MCLMR_SESSION_TERMINATING
			|| is_asserted(served->uri, pai, n))
		return take_identities(network, source, true, pai, n, sender);
	status = take_identities(network, source, true, &served->uri, 1, sender);
	sender->served = status == MCLMR_OK;
	return status;
}

/* The users whom a sender may be. */
typedef struct candidates
{
	size_t n; /* how many; more than one: several */
	const mclmr_user_t *user;
	size_t with_client_id; /* the same of those with the message's client ID */
	const mclmr_user_t *by_client_id;
} candidates_t;

/* Where they are looked for. */
typedef struct search
{
	const mclmr_directory_t *directory;
	const mclmr_sender_t *sender;
	mclmr_service_t service;
	mclmr_span_t client_id; /* of the message; empty: none that can be read */
	candidates_t found;
} search_t;

/* Counts a user in, who may have come just before. */
static void add(search_t *search, const mclmr_user_t *user, bool is_client)
{
	candidates_t *found = &search->found;

	if(found->n == 0 || found->user != user)
		found->n++;
	found->user = user;
	if(!is_client)
		return;
	if(found->with_client_id == 0 || found->by_client_id != user)
		found->with_client_id++;
	found->by_client_id = user;
}

/* True for the client ID of the message, if it has one. */
static bool is_client(const search_t *search, mclmr_span_t client_id)
{
	return search->client_id.len > 0
		   && mclmr_span_equal_nocase(search->client_id, client_id);
}

/* Counts in the users of one IMPU. */
static void add_users(search_t *search, mclmr_span_t impu_key)
{
	const mclmr_user_t *user =
			mclmr_directory_impu(search->directory, impu_key);

	for(; user; user = user->next_impu) {
		if(user->row.service == search->service)
			add(search, user, is_client(search, user->row.client_id));
	}
}

/* Counts in the users that have the sender's identities; if none has, those
 * that have its aliases. false: the arena is full. */
static bool add_by_identity(search_t *search, mclmr_arena_t *arena)
{
	const mclmr_sender_t *sender = search->sender;
	size_t before = search->found.n;
	bool named;

	for(size_t i = 0; i < sender->n && i < MCLMR_MAX_IDENTITIES; i++) {
		mclmr_span_t key;

		if(!mclmr_uri_key_if_any(sender->identity[i], arena, &key))
			return false;
		if(key.len > 0)
			add_users(search, key);
	}
	named = search->found.n > before;
	for(size_t i = 0; !named && i < sender->aliases; i++)
		add_users(search, sender->alias[i]);
	return true;
}

/* True if a user may be the client of a binding as far as its row, which may be
 * another one by now, tells. */
static bool fits(const mclmr_user_t *user, const mclmr_binding_t *binding,
		const mclmr_sender_t *sender)
{
	if(user == NULL
			|| (user->row.client_id.len > 0
					&& !mclmr_span_equal_nocase(
							user->row.client_id, binding->client_id)))
		return false;
	for(size_t i = 0; i < sender->aliases; i++) {
		if(mclmr_span_equal(sender->alias[i], user->impu_key))
			return true;
	}
	return user->impu_key.len == 0
		   || is_asserted(user->impu_key, sender->identity, sender->n);
}

/* Counts in the users of bindings: of a client, empty: without one, NULL: of
 * all. */
static void add_bound(search_t *search, const mclmr_span_t *client_id)
{
	const mclmr_binding_t *binding = search->sender->binding;

	for(; binding != NULL; binding = binding->next) {
		const mclmr_user_t *user;

		if(binding->service != search->service
				|| (client_id != NULL
						&& !mclmr_span_equal_nocase(
								binding->client_id, *client_id)))
			continue;
		user = mclmr_directory_user(
				search->directory, binding->service, binding->mc_key);
		if(fits(user, binding, search->sender))
			add(search, user, is_client(search, binding->client_id));
	}
}

/* Counts in the users that the sender's clients have proven to be; true if they
 * are of the very client that sends. */
static bool add_proven(search_t *search)
{
	static const mclmr_span_t no_client = {NULL, 0};

	if(search->client_id.len == 0) {
		add_bound(search, NULL);
		return false;
	}
	add_bound(search, &search->client_id);
	if(search->found.n > 0)
		return true;
	add_bound(search, &no_client);
	return false;
}

/* Looks for the users that may be the sender; false: the arena is full. */
static bool find_candidates(search_t *search, mclmr_arena_t *arena)
{
	mclmr_proof_t proof = search->sender->proof;

	if(proof != MCLMR_PROOF_NONE && add_proven(search))
		return true;
	return proof == MCLMR_PROOF_REQUIRED || add_by_identity(search, arena);
}

mclmr_status_t mclmr_sender_user(const mclmr_directory_t *directory,
		const mclmr_sender_t *sender, mclmr_service_t service,
		const mclmr_mc_info_t *info, mclmr_arena_t *arena,
		const mclmr_user_t **user)
{
	static const mclmr_identity_t none = {.present = false};
	const mclmr_identity_t *client_id =
			info ? &info->field[MCLMR_INFO_CLIENT_ID] : &none;
	search_t search = {directory, sender, service, .found = {0}};
	const candidates_t *found = &search.found;

	if(client_id->present)
		search.client_id = client_id->value;
	if(!find_candidates(&search, arena))
		return MCLMR_INTERNAL;
	if(found->n == 0)
		return MCLMR_SENDER_UNKNOWN;
	*user = found->n == 1 ? found->user : found->by_client_id;
	if(found->n == 1 || found->with_client_id == 1)
		return MCLMR_OK;
	return mclmr_identity_encrypted(client_id) ? MCLMR_IDENTITY_ENCRYPTED
											   : MCLMR_SENDER_AMBIGUOUS;
}
