/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Parameters of a key, sealed under the key of a MIKEY message. */
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "mclmr/base/octets.h"
#include "key_parameters.h"
#include "seal.h"

/* The protected payload: message type, date, payload id, sequence number,
 * algorithm, IV, key identifier, then 00, length and the ciphertext. */
#define PROTECTED 0x43
#define AES_128_GCM 1
#define HEAD_SIZE 12
#define IV_SIZE 16
#define CLEAR_SIZE (HEAD_SIZE + IV_SIZE + 4) /* all that is not encrypted */
#define PAYLOAD_SIZE (CLEAR_SIZE + 3)

#define GROUP_IEI 0x7B /* MCData group ID; provisional, read whatever it is */
#define KIND_GMK 0
#define MAX_SIZE 16384

/* Writes the groups of a GMK. */
static void put_groups(
		mclmr_octets_writer_t *writer, const mclmr_key_parameters_t *from)
{
	mclmr_octets_write_number(writer, from->groups, 1);
	for(size_t i = 0; i < from->groups; i++) {
		mclmr_octets_write_number(writer, GROUP_IEI, 1);
		mclmr_octets_write_string(writer, from->group[i], 2);
	}
}

/* Writes what is encrypted. */
static void put_clear(
		mclmr_octets_writer_t *writer, const mclmr_key_parameters_t *from)
{
	mclmr_octets_writer_t counter = MCLMR_OCTETS_COUNTER;

	mclmr_octets_write_number(writer, from->kind, 1);
	mclmr_octets_write_number(writer, from->status, 4);
	mclmr_octets_write_number(writer, from->activation, 5);
	mclmr_octets_write_number(writer, from->expiry, 5);
	mclmr_octets_write_string(writer, from->text, 2);
	if(from->kind != KIND_GMK)
		return;
	put_groups(&counter, from);
	mclmr_octets_write_number(writer, counter.length, 2);
	put_groups(writer, from);
}

/* Writes what stands before the ciphertext. */
static bool put_head(mclmr_octets_writer_t *writer, uint32_t key_id,
		int64_t date, size_t sealed)
{
	uint8_t iv[IV_SIZE];

	if(RAND_bytes(iv, sizeof(iv)) != 1)
		return false;
	mclmr_octets_write_number(writer, PROTECTED, 1);
	mclmr_octets_write_number(writer, (uint64_t)date, 5);
	mclmr_octets_write_number(writer, 0, 5);
	mclmr_octets_write_number(writer, AES_128_GCM, 1);
	mclmr_octets_write(writer, MCLMR_OCTETS(iv));
	mclmr_octets_write_number(writer, key_id, 4);
	mclmr_octets_write_number(writer, 0, 1);
	mclmr_octets_write_number(writer, sealed, 2);
	return !writer->full;
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
	uint8_t memory[MAX_SIZE];
	uint8_t derived[MCLMR_KEY_SIZE];
	mclmr_octets_writer_t clear = {.to = memory, .size = sizeof(memory)};
	mclmr_octets_writer_t head = {.to = to, .size = PAYLOAD_SIZE};
	mclmr_seal_t seal;
	bool done;

	put_clear(&clear, parameters);
	done = !clear.full
		   && put_head(&head, key_id, date, clear.length + MCLMR_SEAL_TAG)
		   && make_seal(key, key_id, to, derived, &seal)
		   && mclmr_seal(&seal, mclmr_octets_span(to, CLEAR_SIZE),
				   mclmr_octets_written(&clear), to + head.length);
	OPENSSL_cleanse(derived, sizeof(derived));
	return done;
}

const char *mclmr_key_parameters_write(const mclmr_key_parameters_t *parameters,
		const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id, int64_t date,
		mclmr_arena_t *arena, mclmr_span_t *data)
{
	mclmr_octets_writer_t counter = MCLMR_OCTETS_COUNTER;
	size_t size;
	uint8_t *to;

	put_clear(&counter, parameters);
	if(counter.full || counter.length > MAX_SIZE)
		return "the key parameters are too large";
	size = PAYLOAD_SIZE + counter.length + MCLMR_SEAL_TAG;
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
	OPENSSL_cleanse(derived, sizeof(derived));
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
