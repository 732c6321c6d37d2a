/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Public keys of access tokens, by kid. */
#include <stdlib.h>

#include <openssl/err.h>

#include "json_text.h"
#include "token_key.h"
#include "token_keys.h"
#include "token_pem.h"

typedef struct entry
{
	mclmr_token_key_t key;
	size_t kid_len;
	char kid[MCLMR_TOKEN_MAX_KID];
} entry_t;

struct mclmr_token_keys
{
	size_t n;
	entry_t entry[MCLMR_TOKEN_MAX_KEYS];
};

mclmr_token_keys_t *mclmr_token_keys_new(void)
{
	return calloc(1, sizeof(mclmr_token_keys_t));
}

/* Frees the keys, but not what they are in. */
static void clear(mclmr_token_keys_t *keys)
{
	while(keys->n > 0)
		cjose_jwk_release(keys->entry[--keys->n].key.jwk);
}

void mclmr_token_keys_free(mclmr_token_keys_t *keys)
{
	if(keys != NULL)
		clear(keys);
	free(keys);
}

/* The key of a kid, or NULL. */
static const entry_t *find(const mclmr_token_keys_t *keys, mclmr_span_t kid)
{
	for(size_t i = 0; i < keys->n; i++) {
		const entry_t *entry = &keys->entry[i];

		if(mclmr_span_equal((mclmr_span_t){entry->kid, entry->kid_len}, kid))
			return entry;
	}
	return NULL;
}

/* What speaks against a key of this kid beside those that are there. */
static const char *check_kid(const mclmr_token_keys_t *keys, mclmr_span_t kid)
{
	if(kid.len == 0 || kid.len > MCLMR_TOKEN_MAX_KID)
		return "the kid of a key is missing, or longer than 256 octets";
	if(find(keys, kid) != NULL)
		return "two keys have the same kid";
	return keys->n == MCLMR_TOKEN_MAX_KEYS ? "there are more than 64 keys"
										   : NULL;
}

/* Adds a key, which is the keys' own from then on; one that is empty is left
 * out. NULL, or what is wrong. */
static const char *add(
		mclmr_token_keys_t *keys, mclmr_span_t kid, mclmr_token_key_t key)
{
	const char *wrong = key.jwk == NULL ? NULL : check_kid(keys, kid);
	entry_t *entry;

	if(key.jwk == NULL)
		return NULL;
	if(wrong != NULL) {
		cjose_jwk_release(key.jwk);
		return wrong;
	}
	entry = &keys->entry[keys->n++];
	entry->key = key;
	entry->kid_len = kid.len;
	memcpy(entry->kid, kid.s, kid.len);
	return NULL;
}

/* Adds the key of a JWK. */
static const char *add_jwk(mclmr_token_keys_t *keys, const json_t *jwk)
{
	mclmr_token_key_t key;
	const char *wrong = mclmr_token_key_read(jwk, &key);

	return wrong != NULL
				   ? wrong
				   : add(keys, mclmr_json_string(json_object_get(jwk, "kid")),
						   key);
}

/* Adds the keys of a JWK set, or of a JWK. */
static const char *add_json(mclmr_token_keys_t *keys, mclmr_span_t text)
{
	json_t *set = mclmr_json_read(text);
	const json_t *list = json_object_get(set, "keys");
	const char *wrong = NULL;

	if(set == NULL)
		return "a JWK set is no JSON, or has a name twice";
	if(list == NULL)
		wrong = add_jwk(keys, set);
	else if(!json_is_array(list))
		wrong = "keys of a JWK set is no array";
	for(size_t i = 0; wrong == NULL && i < json_array_size(list); i++)
		wrong = add_jwk(keys, json_array_get(list, i));
	json_decref(set);
	return wrong;
}

/* Adds the keys of a text. */
static const char *add_text(
		mclmr_token_keys_t *keys, const mclmr_token_key_text_t *text)
{
	mclmr_span_t content = mclmr_span_trim(text->text);
	mclmr_token_key_t key;
	const char *wrong;

	if(content.len > MCLMR_TOKEN_MAX_KEY_TEXT)
		return "a text of keys is larger than 65536 octets";
	if(content.len > 0 && content.s[0] == '{')
		return add_json(keys, content);
	wrong = mclmr_token_pem_read(content, &key);
	return wrong != NULL ? wrong : add(keys, text->kid, key);
}

/* Adds the keys of all texts. */
static const char *add_texts(mclmr_token_keys_t *keys,
		const mclmr_token_key_text_t *texts, size_t n, size_t *which)
{
	for(*which = 0; *which < n; ++*which) {
		const char *wrong = add_text(keys, &texts[*which]);

		if(wrong != NULL)
			return wrong;
	}
	return keys->n == 0 ? "there is no key for signatures" : NULL;
}

const char *mclmr_token_keys_load(mclmr_token_keys_t *keys,
		const mclmr_token_key_text_t *texts, size_t n, size_t *which)
{
	mclmr_token_keys_t *read = mclmr_token_keys_new();
	const char *wrong;

	*which = n;
	if(read == NULL)
		return "out of memory";
	/* What libcrypto queues of a failure is not told by the next one. */
	ERR_set_mark();
	wrong = add_texts(read, texts, n, which);
	ERR_pop_to_mark();
	if(wrong == NULL) {
		mclmr_token_keys_t old = *keys;

		*keys = *read;
		*read = old;
	}
	mclmr_token_keys_free(read);
	return wrong;
}

/* Verifies a signature by cjose, which reads the algorithm of the header that
 * was compared with the key. */
static bool is_signed(const entry_t *entry, mclmr_span_t token)
{
	cjose_jws_t *jws;
	bool verified;

	ERR_set_mark();
	jws = cjose_jws_import(token.s, token.len, NULL);
	verified = jws != NULL && cjose_jws_verify(jws, entry->key.jwk, NULL);
	cjose_jws_release(jws);
	ERR_pop_to_mark();
	return verified;
}

mclmr_token_fault_t mclmr_token_keys_verify(const mclmr_token_keys_t *keys,
		mclmr_span_t kid, mclmr_token_algorithms_t algorithm,
		mclmr_span_t token)
{
	const entry_t *entry = find(keys, kid);

	if(entry == NULL)
		return MCLMR_TOKEN_NO_KEY;
	if((entry->key.algorithms & algorithm) == 0)
		return MCLMR_TOKEN_KEY_UNFIT;
	return is_signed(entry, token) ? MCLMR_TOKEN_GENUINE : MCLMR_TOKEN_FORGED;
}
