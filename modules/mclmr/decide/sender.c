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

/* The users of the message's service that have the sender's identities. */
typedef struct bound
{
	size_t n; /* how many */
	const mclmr_user_t *user;
	size_t with_client_id; /* how many of them with the message's client ID */
	const mclmr_user_t *by_client_id;
} bound_t;

/* Counts in the users of one IMPU. */
static void add_bound(const mclmr_user_t *user, mclmr_service_t service,
		const mclmr_identity_t *client_id, bound_t *bound)
{
	for(; user; user = user->next_impu) {
		if(user->row.service != service)
			continue;
		bound->n++;
		bound->user = user;
		if(client_id->present && client_id->value.len > 0
				&& mclmr_span_equal_nocase(
						client_id->value, user->row.client_id)) {
			bound->with_client_id++;
			bound->by_client_id = user;
		}
	}
}

mclmr_status_t mclmr_sender_user(const mclmr_directory_t *directory,
		const mclmr_sender_t *sender, mclmr_service_t service,
		const mclmr_mc_info_t *info, mclmr_arena_t *arena,
		const mclmr_user_t **user)
{
	static const mclmr_identity_t none = {.present = false};
	const mclmr_identity_t *client_id =
			info ? &info->field[MCLMR_INFO_CLIENT_ID] : &none;
	bound_t bound = {0};
	size_t i, named;

	for(i = 0; i < sender->n && i < MCLMR_MAX_IDENTITIES; i++) {
		mclmr_span_t key;

		if(!mclmr_uri_key_if_any(sender->identity[i], arena, &key))
			return MCLMR_INTERNAL;
		if(key.len > 0)
			add_bound(mclmr_directory_impu(directory, key), service, client_id,
					&bound);
	}
	named = bound.n;
	for(i = 0; named == 0 && i < sender->aliases; i++)
		add_bound(mclmr_directory_impu(directory, sender->alias[i]), service,
				client_id, &bound);
	if(bound.n == 0)
		return MCLMR_SENDER_UNKNOWN;
	*user = bound.n == 1 ? bound.user : bound.by_client_id;
	if(bound.n == 1 || bound.with_client_id == 1)
		return MCLMR_OK;
	return mclmr_identity_encrypted(client_id) ? MCLMR_IDENTITY_ENCRYPTED
											   : MCLMR_SENDER_AMBIGUOUS;
}
