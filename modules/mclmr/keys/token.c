/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Access tokens checked: header, signature, claims. */
#include "json_text.h"
#include "token.h"
#include "token_claims.h"
#include "token_form.h"

const mclmr_token_rules_t mclmr_token_rules_of_sip = {
		.algorithms = MCLMR_TOKEN_DEFAULT,
		.skew = MCLMR_TOKEN_SKEW,
		.scope = {[MCLMR_SERVICE_MCPTT] = {"3gpp:mc:ptt_service", 19},
				[MCLMR_SERVICE_MCDATA] = {"3gpp:mc:data_service", 20},
				[MCLMR_SERVICE_MCVIDEO] = {"3gpp:mc:video_service", 21}},
};

/* What no header may have: extensions that have to be understood, another
 * signing input, compression, encryption, keys from elsewhere. */
static const char *const refused[] = {
		"crit", "b64", "zip", "enc", "jwk", "jku", "x5c", "x5u"};

/* Verifies a token by what its header says, once that is accepted. */
static mclmr_token_fault_t verify(const mclmr_token_keys_t *keys,
		const mclmr_token_rules_t *rules, const json_t *header,
		mclmr_span_t text)
{
	mclmr_token_algorithms_t algorithm = mclmr_token_algorithm(
			mclmr_json_string(json_object_get(header, "alg")));

	for(size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if(json_object_get(header, refused[i]) != NULL)
			return MCLMR_TOKEN_HEADER;
	}
	if((algorithm & rules->algorithms) == 0)
		return MCLMR_TOKEN_ALGORITHM;
	return mclmr_token_keys_verify(keys,
			mclmr_json_string(json_object_get(header, "kid")), algorithm, text);
}

/* Verifies a token that is cut. */
static mclmr_token_fault_t verify_parts(const mclmr_token_keys_t *keys,
		const mclmr_token_rules_t *rules, const mclmr_token_parts_t *parts,
		mclmr_span_t text)
{
	json_t *header = mclmr_token_part(parts->header);
	mclmr_token_fault_t fault = header == NULL
										? MCLMR_TOKEN_MALFORMED
										: verify(keys, rules, header, text);

	json_decref(header);
	return fault;
}

/* Copies what a token says out of its claims. */
static bool keep(mclmr_arena_t *arena, mclmr_token_t *token)
{
	bool kept = mclmr_arena_copy(arena, token->client_id, &token->client_id);

	for(unsigned i = 0; i < MCLMR_SERVICE_COUNT; i++)
		kept = mclmr_arena_copy(arena, token->mc_id[i], &token->mc_id[i])
			   && kept;
	return kept;
}

/* Judges the claims of a token that is verified. */
static mclmr_token_fault_t judge(const mclmr_token_rules_t *rules,
		mclmr_span_t part, const mclmr_token_wish_t *wish, mclmr_arena_t *arena,
		mclmr_token_t *token)
{
	json_t *claims = mclmr_token_part(part);
	mclmr_token_fault_t fault =
			claims == NULL ? MCLMR_TOKEN_MALFORMED
						   : mclmr_token_claims(claims, rules, wish, token);

	if(fault == MCLMR_TOKEN_GENUINE && !keep(arena, token))
		fault = MCLMR_TOKEN_NO_MEMORY;
	json_decref(claims);
	return fault;
}

mclmr_token_fault_t mclmr_token_check(const mclmr_token_keys_t *keys,
		const mclmr_token_rules_t *rules, mclmr_span_t text,
		const mclmr_token_wish_t *wish, mclmr_arena_t *arena,
		mclmr_token_t *token)
{
	mclmr_token_parts_t parts;
	mclmr_token_fault_t fault = mclmr_token_cut(text, &parts);

	*token = (mclmr_token_t){0};
	if(fault == MCLMR_TOKEN_GENUINE)
		fault = verify_parts(keys, rules, &parts, text);
	if(fault == MCLMR_TOKEN_GENUINE)
		fault = judge(rules, parts.claims, wish, arena, token);
	if(fault != MCLMR_TOKEN_GENUINE)
		*token = (mclmr_token_t){0};
	return fault;
}
