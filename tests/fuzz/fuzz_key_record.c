/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: what stands sealed in a key record, as its sender has written it.
 * What reads keeps to the limits, and is the text that is written of it, octet
 * for octet; bound to another message it does not open. The input is read as a
 * whole record, too.
 */
#include <string.h>

#include "mclmr/keys/key_record.h"
#include "mclmr/keys/seal.h"
#include "fuzz.h"

#define HEAD "LMRK\x01\x01\x00\x18sip:kmf1@iwf.example.org"
#define MAX_TEXT 4096

static char memory[1 << 17];
static const uint8_t ssv[MCLMR_KEY_SIZE] = "a shared secret";
static const mclmr_record_binding_t binding = {.ssv = ssv,
		.csb_id = 7,
		.rand = {"sixteen octets..", 16},
		.from = {"sip:iwf@iwf.example.org", 23},
		.to = {"sip:alice@mc.example.org", 24}};

/* The associated data of all records here: head, users, CSB ID. */
static const char associated[] =
		HEAD "\x00\x17sip:iwf@iwf.example.org\x00\x18sip:alice@mc.example.org"
			 "\x00\x00\x00\x07";

/* Seals a text as the sender of a record does. */
static mclmr_span_t seal_text(mclmr_span_t text, char *to)
{
	uint8_t key[32], iv[32];
	mclmr_span_t secret = {(const char *)ssv, sizeof(ssv)};
	mclmr_seal_t seal = {{(const char *)key, 32}, {(const char *)iv, 12}};

	require(mclmr_hmac(
			secret, MCLMR_SPAN("mclmr key record 1 key"), binding.rand, key));
	require(mclmr_hmac(
			secret, MCLMR_SPAN("mclmr key record 1 iv"), binding.rand, iv));
	memcpy(to, HEAD, sizeof(HEAD) - 1);
	require(mclmr_seal(&seal,
			(mclmr_span_t){associated, sizeof(associated) - 1}, text,
			(uint8_t *)to + sizeof(HEAD) - 1));
	return (mclmr_span_t){to, sizeof(HEAD) - 1 + text.len + MCLMR_SEAL_TAG};
}

/* What holds of a record. */
static void check_record(const mclmr_key_record_t *record)
{
	require(record->keys >= 1 && record->keys <= MCLMR_RECORD_MAX_KEYS);
	require(record->groups <= MCLMR_RECORD_MAX_GROUPS);
	require(record->groups == 0 || record->call.len == 0);
	for(size_t i = 0; i < record->keys; i++) {
		const mclmr_lmr_key_t *key = &record->key[i];

		require(key->alg.len >= 1 && key->alg.len <= MCLMR_RECORD_MAX_ALG);
		require(key->key_id.len >= 1
				&& key->key_id.len <= MCLMR_RECORD_MAX_KEY_ID);
		require(key->key.len >= 1 && key->key.len <= MCLMR_RECORD_MAX_KEY);
	}
}

/* What opens is what is written of it, and opens nowhere else. */
static void check_same(mclmr_span_t data, const mclmr_key_record_t *record,
		mclmr_arena_t *arena)
{
	mclmr_record_binding_t other = binding;
	mclmr_key_record_t read;
	mclmr_span_t written;

	require(mclmr_key_record_write(record, &binding, arena, &written) == NULL);
	require(mclmr_span_equal(written, data));
	other.csb_id++;
	require(mclmr_key_record_open(data, &other, arena, &read) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	char sealed[sizeof(HEAD) + MAX_TEXT + MCLMR_SEAL_TAG];
	mclmr_span_t text = input_of(data, size), whole;
	mclmr_key_record_t record;

	if(mclmr_key_record_peek(text, &record, &whole) == NULL)
		require(is_within(record.kmf, text) && is_within(whole, text));
	require(mclmr_key_record_open(text, &binding, &arena, &record) != NULL);
	if(size > MAX_TEXT)
		return 0;
	whole = seal_text(text, sealed);
	if(mclmr_key_record_open(whole, &binding, &arena, &record) != NULL)
		return 0;
	check_record(&record);
	check_same(whole, &record, &arena);
	return 0;
}
