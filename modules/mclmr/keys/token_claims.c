/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The claims of access tokens (RFC 7519 4.1; TS 33.180 B.2.2). */
#include "json_text.h"
#include "token_claims.h"

/* Numbers beyond this are no dates, and would not all be exact. */
#define MAX_SECONDS 9007199254740992.0

const char *mclmr_token_id_claim(mclmr_service_t service)
{
	static const char *const claims[MCLMR_SERVICE_COUNT] = {
			[MCLMR_SERVICE_NONE] = "",
			[MCLMR_SERVICE_MCPTT] = "mcptt_id",
			[MCLMR_SERVICE_MCDATA] = "mcdata_id",
			[MCLMR_SERVICE_MCVIDEO] = "mcvideo_id"};

	return claims[service];
}

/* Reads a NumericDate; a fraction is dropped. */
static bool read_time(const json_t *value, int64_t *seconds)
{
	double number = json_number_value(value);

	*seconds = 0;
	if(!json_is_number(value) || number > MAX_SECONDS || number < -MAX_SECONDS)
		return false;
	*seconds = (int64_t)number;
	return true;
}

/* Reads a text of visible ASCII, which can stand in logs and header fields. */
static bool read_name(const json_t *value, mclmr_span_t *name)
{
	*name = mclmr_json_string(value);
	for(size_t i = 0; i < name->len; i++) {
		if(name->s[i] <= ' ' || name->s[i] > '~')
			return false;
	}
	return name->len > 0 && name->len <= MCLMR_TOKEN_MAX_NAME;
}

/* Holds the times against the clock. */
static mclmr_token_fault_t check_times(const json_t *claims,
		const mclmr_token_rules_t *rules, int64_t now, int64_t *exp)
{
	const json_t *nbf = json_object_get(claims, "nbf");
	int64_t begin;

	if(!read_time(json_object_get(claims, "exp"), exp)
			|| (!read_time(nbf, &begin) && nbf != NULL))
		return MCLMR_TOKEN_CLAIM;
	if(now - rules->skew >= *exp)
		return MCLMR_TOKEN_EXPIRED;
	return nbf != NULL && now + rules->skew < begin ? MCLMR_TOKEN_TOO_EARLY
													: MCLMR_TOKEN_GENUINE;
}

/* True if a value is a text, or an array that has it. */
static bool has_text(const json_t *value, mclmr_span_t text)
{
	if(json_is_string(value))
		return mclmr_span_equal(mclmr_json_string(value), text);
	return mclmr_json_array_has(value, text);
}

/* Compares issuer and audience, if they are configured. */
static mclmr_token_fault_t check_parties(
		const json_t *claims, const mclmr_token_rules_t *rules)
{
	if(rules->issuer.len > 0
			&& !mclmr_span_equal(
					mclmr_json_string(json_object_get(claims, "iss")),
					rules->issuer))
		return MCLMR_TOKEN_ISSUER;
	if(rules->audience.len > 0
			&& !has_text(json_object_get(claims, "aud"), rules->audience))
		return MCLMR_TOKEN_AUDIENCE;
	return MCLMR_TOKEN_GENUINE;
}

/* The services whose scope is one of the words of a scope. */
static unsigned services_of(
		mclmr_span_t scope, const mclmr_token_rules_t *rules)
{
	unsigned services = 0;

	while(scope.len > 0) {
		mclmr_span_t word = mclmr_span_cut(&scope, ' ');

		for(unsigned i = 0; i < MCLMR_SERVICE_COUNT; i++) {
			if(word.len > 0 && mclmr_span_equal(word, rules->scope[i]))
				services |= MCLMR_TOKEN_SERVICE(i);
		}
	}
	return services;
}

/* Reads the IDs of the services that the token is for; one without an ID is
 * left out. */
static mclmr_token_fault_t read_ids(
		const json_t *claims, unsigned services, mclmr_token_t *token)
{
	for(unsigned i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		const json_t *id = json_object_get(
				claims, mclmr_token_id_claim((mclmr_service_t)i));

		if(id == NULL || (services & MCLMR_TOKEN_SERVICE(i)) == 0)
			continue;
		if(!read_name(id, &token->mc_id[i]))
			return MCLMR_TOKEN_CLAIM;
		token->services |= MCLMR_TOKEN_SERVICE(i);
	}
	return token->services == 0 ? MCLMR_TOKEN_NO_ID : MCLMR_TOKEN_GENUINE;
}

/* Reads who the token is for, and for what. */
static mclmr_token_fault_t read_rights(const json_t *claims,
		const mclmr_token_rules_t *rules, unsigned wanted, mclmr_token_t *token)
{
	const json_t *scope = json_object_get(claims, "scope");
	unsigned services;

	if(!read_name(json_object_get(claims, "client_id"), &token->client_id)
			|| !json_is_string(scope))
		return MCLMR_TOKEN_CLAIM;
	services = services_of(mclmr_json_string(scope), rules) & wanted;
	return services == 0 ? MCLMR_TOKEN_SCOPE
						 : read_ids(claims, services, token);
}

mclmr_token_fault_t mclmr_token_claims(const json_t *claims,
		const mclmr_token_rules_t *rules, const mclmr_token_wish_t *wish,
		mclmr_token_t *token)
{
	mclmr_token_fault_t fault =
			check_times(claims, rules, wish->now, &token->exp);

	if(fault == MCLMR_TOKEN_GENUINE)
		fault = check_parties(claims, rules);
	if(fault == MCLMR_TOKEN_GENUINE)
		fault = read_rights(claims, rules, wish->services, token);
	return fault;
}
