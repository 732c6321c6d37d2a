/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is sealed under a message's key. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "key_parameters.h"
#include "mclmr/base/octets.h"
#include "seal.h"

/* The protected payload: message type, date, payload id, sequence number,
 * algorithm, IV, key identifier, then the ciphertext behind 00 and length. */
#define PROTECTED 0x43
#define AES_128_GCM 1
#define HEAD_SIZE 12
#define IV_SIZE 16
#define CLEAR_SIZE (HEAD_SIZE + IV_SIZE + 4) /* all that is not encrypted */
#define PAYLOAD_SIZE (CLEAR_SIZE + 3)

#define FIXED_SIZE 17  /* of the parameters, without text and groups */
#define GROUP_IEI 0x7B /* MCData group ID; provisional, read whatever it is */
#define KIND_GMK 0
#define MAX_SIZE 16384

/* The size of what is encrypted. */
static size_t clear_size(const mclmr_key_parameters_t *parameters)
{
	size_t size = FIXED_SIZE + parameters->text.len;

	if(parameters->kind != KIND_GMK)
		return size;
	size += 3;
	for(size_t i = 0; i < parameters->groups; i++)
		size += 3 + parameters->group[i].len;
	return size;
}

/* Writes octets and returns what is behind them. */
static uint8_t *put(uint8_t *to, mclmr_span_t octets)
{
	if(octets.len > 0)
		memcpy(to, octets.s, octets.len);
	return to + octets.len;
}

/* Writes a number and returns what is behind it. */
static uint8_t *put_number(uint8_t *to, uint64_t number, size_t octets)
{
	mclmr_octets_put(to, number, octets);
	return to + octets;
}

/* Writes the groups of a GMK to the end of the parameters. */
static void put_groups(
		uint8_t *to, const uint8_t *end, const mclmr_key_parameters_t *from)
{
	to = put_number(to, (uint64_t)(end - to) - 2, 2);
	to = put_number(to, from->groups, 1);
	for(size_t i = 0; i < from->groups; i++) {
		to = put_number(to, GROUP_IEI, 1);
		to = put_number(to, from->group[i].len, 2);
		to = put(to, from->group[i]);
	}
}

/* Writes what is encrypted. */
static void write_clear(
		const mclmr_key_parameters_t *from, uint8_t *to, size_t size)
{
	const uint8_t *end = to + size;

	to = put_number(to, from->kind, 1);
	to = put_number(to, from->status, 4);
	to = put_number(to, from->activation, 5);
	to = put_number(to, from->expiry, 5);
	to = put_number(to, from->text.len, 2);
	to = put(to, from->text);
	if(from->kind == KIND_GMK)
		put_groups(to, end, from);
}

/* Writes what stands before the ciphertext. */
static bool write_head(
		uint8_t *to, uint32_t key_id, int64_t date, size_t sealed)
{
	to = put_number(to, PROTECTED, 1);
	to = put_number(to, (uint64_t)date, 5);
	to = put_number(to, 0, 5);
	to = put_number(to, AES_128_GCM, 1);
	if(RAND_bytes(to, IV_SIZE) != 1)
		return false;
	to = put_number(to + IV_SIZE, key_id, 4);
	to = put_number(to, 0, 1);
	put_number(to, sealed, 2);
	return true;
}

/* The seal of a payload, whose IV and key identifier are in its head. */
static bool make_seal(const uint8_t *key, uint32_t key_id, const uint8_t *head,
		uint8_t derived[MCLMR_KEY_SIZE], mclmr_seal_t *seal)
{
	seal->key = mclmr_octets_span(derived, MCLMR_KEY_SIZE);
	seal->iv = mclmr_octets_span(head + HEAD_SIZE, IV_SIZE);
	return mclmr_parameters_key(key, key_id, derived);
}

/* Writes and seals, once there is room. */
static bool write_payload(const mclmr_key_parameters_t *parameters,
		const uint8_t *key, uint32_t key_id, int64_t date, uint8_t *to)
{
	uint8_t clear[MAX_SIZE];
	uint8_t derived[MCLMR_KEY_SIZE];
	size_t size = clear_size(parameters);
	mclmr_seal_t seal;
	bool done;

	write_clear(parameters, clear, size);
	done = write_head(to, key_id, date, size + MCLMR_SEAL_TAG)
		   && make_seal(key, key_id, to, derived, &seal)
		   && mclmr_seal(&seal, mclmr_octets_span(to, CLEAR_SIZE),
				   mclmr_octets_span(clear, size), to + PAYLOAD_SIZE);
	OPENSSL_cleanse(derived, sizeof derived);
	return done;
}

const char *mclmr_key_parameters_write(const mclmr_key_parameters_t *parameters,
		const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id, int64_t date,
		mclmr_arena_t *arena, mclmr_span_t *data)
{
	size_t size = clear_size(parameters);
	uint8_t *to;

	if(size > MAX_SIZE)
		return "the key parameters are too large";
	size += PAYLOAD_SIZE + MCLMR_SEAL_TAG;
	to = mclmr_arena_alloc(arena, size);
	if(to == NULL)
		return "out of memory";
	*data = mclmr_octets_span(to, size);
	return write_payload(parameters, key, key_id, date, to)
				   ? NULL
				   : "the key parameters cannot be sealed";
}

/* Reads the groups of a GMK. */
static void read_groups(
		mclmr_octets_reader_t *reader, mclmr_key_parameters_t *to)
{
	uint64_t n;

	reader->rest = mclmr_octets_take_string(reader, 2);
	n = mclmr_octets_take_number(reader, 1);
	if(n > MCLMR_MAX_KEY_GROUPS)
		reader->failed = true;
	for(uint64_t i = 0; i < n && !reader->failed; i++) {
		(void)mclmr_octets_take(reader, 1);
		to->group[to->groups++] = mclmr_octets_take_string(reader, 2);
	}
}

/* Reads parameters in the clear. Older products leave the groups out. */
static const char *read_clear(mclmr_span_t text, mclmr_key_parameters_t *to)
{
	mclmr_octets_reader_t reader = {text, false};

	*to = (mclmr_key_parameters_t){0};
	to->kind = (uint8_t)mclmr_octets_take_number(&reader, 1);
	to->status = (uint32_t)mclmr_octets_take_number(&reader, 4);
	to->activation = mclmr_octets_take_number(&reader, 5);
	to->expiry = mclmr_octets_take_number(&reader, 5);
	to->text = mclmr_octets_take_string(&reader, 2);
	if(to->kind == KIND_GMK && reader.rest.len > 0)
		read_groups(&reader, to);
	if(reader.failed || reader.rest.len > 0)
		return "the key parameters do not read";
	return NULL;
}

/* Opens a protected payload into the arena. */
static const char *open_payload(mclmr_span_t data, const uint8_t *key,
		uint32_t key_id, mclmr_arena_t *arena, mclmr_span_t *text)
{
	const uint8_t *head = mclmr_octets(data);
	mclmr_span_t sealed = mclmr_span_from(data, data.s + PAYLOAD_SIZE);
	uint8_t derived[MCLMR_KEY_SIZE];
	mclmr_seal_t seal;
	uint8_t *to;
	bool done;

	if(head[HEAD_SIZE - 1] != AES_128_GCM || sealed.len < MCLMR_SEAL_TAG
			|| head[CLEAR_SIZE] != 0
			|| mclmr_octets_get(head + CLEAR_SIZE + 1, 2) != sealed.len
			|| mclmr_octets_get(head + HEAD_SIZE + IV_SIZE, 4) != key_id)
		return "the key parameters are not in the form that is known";
	to = mclmr_arena_alloc(arena, sealed.len);
	if(to == NULL)
		return "out of memory";
	done = make_seal(key, key_id, head, derived, &seal)
		   && mclmr_unseal(
				   &seal, mclmr_octets_span(head, CLEAR_SIZE), sealed, to);
	OPENSSL_cleanse(derived, sizeof derived);
	*text = mclmr_octets_span(to, sealed.len - MCLMR_SEAL_TAG);
	return done ? NULL : "the key parameters do not open with this key";
}

const char *mclmr_key_parameters_read(mclmr_span_t data,
		const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id,
		mclmr_arena_t *arena, mclmr_key_parameters_t *parameters)
{
	mclmr_span_t text = data;
	const char *wrong = NULL;

	if(data.len > PAYLOAD_SIZE && *mclmr_octets(data) == PROTECTED)
		wrong = open_payload(data, key, key_id, arena, &text);
	return wrong != NULL ? wrong : read_clear(text, parameters);
}
