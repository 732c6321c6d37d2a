/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: after an octet that says which, an access token; claims, which are
 * signed here so that the check reads them; a header, signed in the same way;
 * or a text of keys. What is genuine keeps to the limits and to what was asked
 * for, and what is refused gives nothing.
 */
#include <cjose/cjose.h>
#include <string.h>

#include "mclmr/base/base64.h"
#include "mclmr/keys/token.h"
#include "mclmr/keys/token_form.h"
#include "fuzz.h"

#define NOW 1800000000
#define SKEW 60

static char memory[MCLMR_TOKEN_MAX_SIZE];
static mclmr_token_keys_t *keys, *others;
static cjose_jwk_t *signer;

/* Makes a key, and loads its public half. */
static void make_key(void)
{
	mclmr_token_key_text_t text = {{NULL, 0}, {NULL, 0}};
	size_t which;
	char *json;

	signer = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, NULL);
	require(signer != NULL && cjose_jwk_set_kid(signer, "k", 1, NULL));
	json = cjose_jwk_to_json(signer, false, NULL);
	keys = mclmr_token_keys_new();
	others = mclmr_token_keys_new();
	require(json != NULL && keys != NULL && others != NULL);
	text.text = mclmr_span(json);
	require(mclmr_token_keys_load(keys, &text, 1, &which) == NULL);
	cjose_get_dealloc()(json);
}

/* What holds of a name in a genuine token. */
static bool is_name(mclmr_span_t name)
{
	for(size_t i = 0; i < name.len; i++) {
		if(name.s[i] <= ' ' || name.s[i] > '~')
			return false;
	}
	return name.len <= MCLMR_TOKEN_MAX_NAME;
}

/* Checks a token, and what the check says. */
static void check(mclmr_span_t text)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_token_wish_t wish = {MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCPTT), NOW};
	mclmr_token_t token;
	mclmr_token_t none = {0};
	mclmr_token_fault_t fault = mclmr_token_check(
			keys, &mclmr_token_rules_of_sip, text, &wish, &arena, &token);

	require(mclmr_token_fault_word(fault) != NULL);
	if(fault != MCLMR_TOKEN_GENUINE) {
		require(memcmp(&token, &none, sizeof(none)) == 0);
		return;
	}
	require(token.services == wish.services && token.exp > NOW - SKEW);
	require(token.client_id.len > 0 && is_name(token.client_id));
	require(token.mc_id[MCLMR_SERVICE_MCPTT].len > 0
			&& is_name(token.mc_id[MCLMR_SERVICE_MCPTT]));
	require(token.mc_id[MCLMR_SERVICE_MCDATA].len == 0);
}

/* Checks a token with these claims and a right signature. */
static void check_claims(mclmr_span_t claims)
{
	cjose_header_t *header = cjose_header_new(NULL);
	const char *text;
	cjose_jws_t *jws;

	require(header != NULL && cjose_header_set(header, "alg", "ES256", NULL)
			&& cjose_header_set(header, "kid", "k", NULL));
	jws = cjose_jws_sign(
			signer, header, (const uint8_t *)claims.s, claims.len, NULL);
	if(jws != NULL && cjose_jws_export(jws, &text, NULL))
		check(mclmr_span(text));
	cjose_jws_release(jws);
	cjose_header_release(header);
}

/* Checks a token with this header; whatever it says, the signature is that of
 * another one. */
static void check_header(mclmr_span_t header)
{
	static const char rest[] = ".e30.AAAA";
	char text[MCLMR_BASE64_SIZE(MCLMR_TOKEN_MAX_SIZE) + sizeof(rest)];
	size_t n;

	if(header.len > MCLMR_TOKEN_MAX_SIZE)
		return;
	n = mclmr_base64_write((const uint8_t *)header.s, header.len, text);
	while(n > 0 && text[n - 1] == '=')
		n--;
	for(size_t i = 0; i < n; i++)
		text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
	memcpy(text + n, rest, sizeof(rest));
	check(mclmr_span(text));
}

/* Loads a text of keys, as JSON or as PEM. */
static void load(mclmr_span_t input)
{
	mclmr_token_key_text_t text = {input, {"pem", 3}};
	size_t which;

	(void)mclmr_token_keys_load(others, &text, 1, &which);
	require(which <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t input = input_of(data, size);
	unsigned what = take_octet(&input);

	if(keys == NULL)
		make_key();
	if(what == 't')
		check(input);
	else if(what == 'c')
		check_claims(input);
	else if(what == 'h')
		check_header(input);
	else
		load(input);
	return 0;
}
