/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An access token binds an MC service ID. */
#include <openssl/crypto.h>

#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "mc_iwf/data/bindings.h"
#include "mc_iwf/data/store.h"
#include "mc_iwf/data/token.h"
#include "mclmr/sip/access_token.h"
#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/uri.h"
#include "token_use.h"

/* For the token and what it says, the IDs in the document, and the set. */
#define MEMORY                                                         \
	(MCLMR_ACCESS_TOKEN_MAX                                            \
			+ (MCLMR_SERVICE_COUNT + 1) * (size_t)MCLMR_TOKEN_MAX_NAME \
			+ (MCLMR_INFO_FIELDS + 1) * (size_t)MCLMR_INFO_VALUE_MAX   \
			+ (MCLMR_MAX_IMPLICIT + 1) * (size_t)MCLMR_URI_MAX + 1024)

/* One use on its way. */
typedef struct attempt
{
	const iwf_token_use_t *use;
	mclmr_identity_t text;	 /* the token as it came */
	mclmr_identity_t client; /* of the document */
	mclmr_token_t token;
	mclmr_token_fault_t fault;
	mclmr_span_t client_id; /* that binds; empty: none is known */
	mclmr_implicit_set_t set;
	mclmr_arena_t arena;
} attempt_t;

/* What the document has. */
static iwf_token_fate_t read_document(attempt_t *attempt)
{
	const iwf_token_use_t *use = attempt->use;
	mclmr_status_t status = mclmr_access_token_read(
			use->service, use->document, &attempt->arena, &attempt->text);
	mclmr_mc_info_t info;

	if(status == MCLMR_LIMIT_EXCEEDED) {
		attempt->fault = MCLMR_TOKEN_TOO_LARGE;
		return IWF_TOKEN_USE_BAD;
	}
	if(status != MCLMR_OK)
		return IWF_TOKEN_USE_UNREADABLE;
	if(!attempt->text.present)
		return IWF_TOKEN_USE_NONE;
	if(mclmr_mc_info_read(use->service, use->document, &attempt->arena, &info)
			!= MCLMR_OK)
		return IWF_TOKEN_USE_UNREADABLE;
	attempt->client = info.field[MCLMR_INFO_CLIENT_ID];
	return attempt->text.encrypted || mclmr_identity_encrypted(&attempt->client)
				   ? IWF_TOKEN_USE_ENCRYPTED
				   : IWF_TOKEN_USE_BOUND;
}

/* True for an ID of one client, as opposed to one of an application. */
static bool is_of_client(mclmr_span_t client_id)
{
	return mclmr_span_starts_nocase(client_id, MCLMR_SPAN("urn:uuid:"));
}

/* Takes a client ID over; false if another one is known, or it can be none. */
static bool agree(attempt_t *attempt, mclmr_span_t client_id)
{
	if(client_id.len == 0)
		return true;
	if(!mclmr_client_id_is_good(client_id))
		return false;
	if(attempt->client_id.len > 0)
		return mclmr_span_equal_nocase(attempt->client_id, client_id);
	attempt->client_id = client_id;
	return true;
}

/* The one client that all names of one stand for. */
static bool find_client(attempt_t *attempt)
{
	return agree(attempt, attempt->use->client_id)
		   && agree(attempt, attempt->client.value)
		   && (!is_of_client(attempt->token.client_id)
				   || agree(attempt, attempt->token.client_id));
}

/* True if the row of a user lets this client of this registration have its
 * ID. */
static bool is_for(const mclmr_user_t *user, const attempt_t *attempt)
{
	mclmr_span_t client_id = user->row.client_id;

	return (user->impu_key.len == 0
				   || mclmr_implicit_set_has(&attempt->set, user->impu_key))
		   && (client_id.len == 0
				   || mclmr_span_equal_nocase(client_id, attempt->client_id));
}

/* What the data say of the user whose ID it is. */
static iwf_token_fate_t judge_user(
		const attempt_t *attempt, mclmr_span_t mc_key)
{
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_user_t *user = NULL;
	iwf_token_fate_t fate = IWF_TOKEN_USE_UNKNOWN;

	if(directory != NULL)
		user = mclmr_directory_user(directory, attempt->use->service, mc_key);
	if(user != NULL && user->row.home.len == 0)
		fate = is_for(user, attempt) ? IWF_TOKEN_USE_BOUND
									 : IWF_TOKEN_USE_FOREIGN;
	iwf_store_read_end();
	return fate;
}

/* Puts the binding into the store. */
static iwf_token_fate_t put(const attempt_t *attempt, mclmr_span_t mc_key)
{
	static const iwf_token_fate_t fates[] = {
			[MCLMR_BOUND] = IWF_TOKEN_USE_BOUND,
			[MCLMR_BINDING_UNREGISTERED] = IWF_TOKEN_USE_UNREGISTERED,
			[MCLMR_BINDING_TAKEN] = IWF_TOKEN_USE_TAKEN,
			[MCLMR_BINDING_LIMIT] = IWF_TOKEN_USE_LIMIT,
			[MCLMR_BINDING_NO_MEMORY] = IWF_TOKEN_USE_NO_MEMORY};
	int64_t end = attempt->token.exp + iwf_config.token_rules.skew;
	mclmr_binding_t binding = {.service = attempt->use->service,
			.origin = attempt->use->origin,
			.mc_key = mc_key,
			.client_id = attempt->client_id,
			.etag = attempt->use->etag,
			.expires = attempt->use->expires};

	if(iwf_config.token_enforce)
		binding.latest = end;
	return fates[iwf_bindings_bind(attempt->use->impu, &binding)];
}

/* Binds the ID of a genuine token. */
static iwf_token_fate_t bind_id(attempt_t *attempt)
{
	const iwf_token_use_t *use = attempt->use;
	mclmr_uri_room_t room;
	mclmr_span_t mc_key, scscf;
	iwf_token_fate_t fate;

	if(!mclmr_uri_key_in(attempt->token.mc_id[use->service], &room, &mc_key))
		return IWF_TOKEN_USE_UNKNOWN;
	if(!iwf_bindings_find(use->impu, &attempt->arena, &attempt->set, &scscf))
		return IWF_TOKEN_USE_UNREGISTERED;
	if(!find_client(attempt))
		return IWF_TOKEN_USE_FOREIGN;
	fate = judge_user(attempt, mc_key);
	return fate == IWF_TOKEN_USE_BOUND ? put(attempt, mc_key) : fate;
}

/* All of it, but for the count. */
static iwf_token_fate_t bind_document(attempt_t *attempt)
{
	iwf_token_fate_t fate = read_document(attempt);

	if(fate != IWF_TOKEN_USE_BOUND)
		return fate;
	attempt->fault = iwf_token_check(attempt->text.value, attempt->use->service,
			&attempt->arena, &attempt->token);
	return attempt->fault == MCLMR_TOKEN_GENUINE ? bind_id(attempt)
												 : IWF_TOKEN_USE_BAD;
}

/* Counts what has become of a token. */
static void count(iwf_token_fate_t fate, mclmr_token_fault_t fault)
{
	static const iwf_count_t counts[] = {
			[IWF_TOKEN_USE_BOUND] = IWF_COUNT_TOKEN_BOUND,
			[IWF_TOKEN_USE_UNREADABLE] = IWF_COUNT_TOKEN_UNREADABLE,
			[IWF_TOKEN_USE_ENCRYPTED] = IWF_COUNT_TOKEN_ENCRYPTED,
			[IWF_TOKEN_USE_UNKNOWN] = IWF_COUNT_TOKEN_UNKNOWN,
			[IWF_TOKEN_USE_FOREIGN] = IWF_COUNT_TOKEN_FOREIGN,
			[IWF_TOKEN_USE_UNREGISTERED] = IWF_COUNT_TOKEN_UNREGISTERED,
			[IWF_TOKEN_USE_TAKEN] = IWF_COUNT_TOKEN_TAKEN,
			[IWF_TOKEN_USE_LIMIT] = IWF_COUNT_TOKEN_LIMIT};

	if(fate == IWF_TOKEN_USE_BAD)
		iwf_count_token_fault(fault);
	else if(fate == IWF_TOKEN_USE_NO_MEMORY)
		iwf_count_token_fault(MCLMR_TOKEN_NO_MEMORY);
	else if(fate != IWF_TOKEN_USE_NONE)
		iwf_count(counts[fate]);
}

iwf_token_fate_t iwf_token_use_bind(
		const iwf_token_use_t *use, mclmr_token_fault_t *fault)
{
	char memory[MEMORY];
	attempt_t attempt = {
			.use = use, .arena = mclmr_arena(memory, sizeof(memory))};
	iwf_token_fate_t fate = IWF_TOKEN_USE_NONE;

	if(iwf_config.token != IWF_TOKEN_OFF)
		fate = bind_document(&attempt);
	*fault = attempt.fault;
	OPENSSL_cleanse(memory, attempt.arena.used);
	count(fate, *fault);
	return fate;
}

void iwf_token_use_forget(mclmr_arena_t *arena, mclmr_span_t document)
{
	if(document.s >= arena->begin && document.s < arena->begin + arena->used)
		OPENSSL_cleanse(
				arena->begin + (document.s - arena->begin), document.len);
}
