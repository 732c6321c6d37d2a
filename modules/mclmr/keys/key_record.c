/* SPDX-License-Identifier: GPL-2.0-or-later */

/* LMR keys for one user, sealed under the key of a MIKEY message. */
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/octets.h"
#include "key_record.h"
#include "seal.h"

#define MAGIC "LMRK"
#define HEAD_SIZE 8 /* magic, version, LMR type, length of the KMF's URI */
#define MAX_SIZE 32768
#define KEY_SIZE 32
#define IV_SIZE 12

/* What the keys of the seal are derived with. */
#define KEY_LABEL "mclmr key record 1 key"
#define IV_LABEL "mclmr key record 1 iv"

/* What a record is for. */
enum
{
	SCOPE_ANY,
	SCOPE_GROUPS,
	SCOPE_CALL
};

const char *mclmr_record_purpose_word(mclmr_record_purpose_t purpose)
{
	return purpose == MCLMR_RECORD_ROOT ? "root" : "traffic";
}

const char *mclmr_record_status_word(mclmr_record_status_t status)
{
	return status == MCLMR_RECORD_ACTIVE ? "active" : "revoked";
}

/* True if a length is from 1 to the most. */
static bool is_within(mclmr_span_t octets, size_t most)
{
	return octets.len >= 1 && octets.len <= most;
}

/* What is wrong with a record, or NULL. */
static const char *check(const mclmr_key_record_t *record)
{
	if(record->lmr_type == MCLMR_LMR_NOT_GIVEN)
		return "the record has no LMR type";
	if(!is_within(record->kmf, UINT16_MAX))
		return "the record has no KMF";
	if(record->keys < 1 || record->keys > MCLMR_RECORD_MAX_KEYS)
		return "the record has no key, or more than 16";
	if(record->groups > MCLMR_RECORD_MAX_GROUPS)
		return "the record has more than 64 groups";
	if(record->groups > 0 && record->call.len > 0)
		return "the record is for groups or for a call, not both";
	for(size_t i = 0; i < record->keys; i++) {
		const mclmr_lmr_key_t *key = &record->key[i];

		if(!is_within(key->alg, MCLMR_RECORD_MAX_ALG))
			return "an algorithm is not of 1 to 4 octets";
		if(!is_within(key->key_id, MCLMR_RECORD_MAX_KEY_ID))
			return "a key identifier is not of 1 to 8 octets";
		if(!is_within(key->key, MCLMR_RECORD_MAX_KEY))
			return "a key is not of 1 to 64 octets";
	}
	return NULL;
}

/* The groups or the call. */
static void put_scope(
		mclmr_octets_writer_t *writer, const mclmr_key_record_t *record)
{
	if(record->call.len > 0) {
		mclmr_octets_write_number(writer, SCOPE_CALL, 1);
		mclmr_octets_write_number(writer, 1, 1);
		mclmr_octets_write_string(writer, record->call, 2);
		return;
	}
	mclmr_octets_write_number(
			writer, record->groups > 0 ? SCOPE_GROUPS : SCOPE_ANY, 1);
	mclmr_octets_write_number(writer, record->groups, 1);
	for(size_t i = 0; i < record->groups; i++)
		mclmr_octets_write_string(writer, record->group[i], 2);
}

/* What is encrypted. */
static void put_record(
		mclmr_octets_writer_t *writer, const mclmr_key_record_t *record)
{
	mclmr_octets_write_number(writer, record->purpose, 1);
	mclmr_octets_write_number(writer, record->status, 1);
	mclmr_octets_write_number(writer, record->key_period, 4);
	mclmr_octets_write_number(writer, (uint64_t)record->not_before, 8);
	mclmr_octets_write_number(writer, (uint64_t)record->not_after, 8);
	put_scope(writer, record);
	mclmr_octets_write_number(writer, record->keys, 1);
	for(size_t i = 0; i < record->keys; i++) {
		mclmr_octets_write_string(writer, record->key[i].alg, 1);
		mclmr_octets_write_string(writer, record->key[i].key_id, 1);
		mclmr_octets_write_string(writer, record->key[i].key, 1);
	}
}

/* What is not. */
static void put_head(
		mclmr_octets_writer_t *writer, const mclmr_key_record_t *record)
{
	mclmr_octets_write(writer, MCLMR_SPAN(MAGIC));
	mclmr_octets_write_number(writer, MCLMR_RECORD_VERSION, 1);
	mclmr_octets_write_number(writer, record->lmr_type, 1);
	mclmr_octets_write_string(writer, record->kmf, 2);
}

/* What only ties the record to its message and its users. */
static void put_binding(mclmr_octets_writer_t *writer, mclmr_span_t head,
		const mclmr_record_binding_t *to)
{
	mclmr_octets_write(writer, head);
	mclmr_octets_write_string(writer, to->from, 2);
	mclmr_octets_write_string(writer, to->to, 2);
	mclmr_octets_write_number(writer, to->csb_id, 4);
}

/* The associated data of a record, in the arena. */
static bool make_associated(mclmr_span_t head,
		const mclmr_record_binding_t *binding, mclmr_arena_t *arena,
		mclmr_span_t *associated)
{
	mclmr_octets_writer_t counter = MCLMR_OCTETS_COUNTER;
	mclmr_octets_writer_t writer;

	put_binding(&counter, head, binding);
	writer = mclmr_octets_writer(arena, &counter);
	if(writer.full)
		return false;
	put_binding(&writer, head, binding);
	*associated = mclmr_octets_written(&writer);
	return true;
}

/* The seal's key and IV, 64 octets at secrets: a fresh SSV gives both. */
static bool make_seal(const mclmr_record_binding_t *binding,
		uint8_t secrets[2 * KEY_SIZE], mclmr_seal_t *seal)
{
	mclmr_span_t ssv = mclmr_octets_span(binding->ssv, MCLMR_KEY_SIZE);

	seal->key = mclmr_octets_span(secrets, KEY_SIZE);
	seal->iv = mclmr_octets_span(secrets + KEY_SIZE, IV_SIZE);
	return mclmr_hmac(ssv, MCLMR_SPAN(KEY_LABEL), binding->rand, secrets)
		   && mclmr_hmac(ssv, MCLMR_SPAN(IV_LABEL), binding->rand,
				   secrets + KEY_SIZE);
}

/* Seals the text, after the head in a buffer. */
static bool seal_record(const mclmr_record_binding_t *binding,
		mclmr_span_t head, mclmr_span_t text, mclmr_arena_t *arena, uint8_t *to)
{
	uint8_t secrets[2 * KEY_SIZE];
	mclmr_span_t associated;
	mclmr_seal_t seal;
	bool done = make_associated(head, binding, arena, &associated)
				&& make_seal(binding, secrets, &seal)
				&& mclmr_seal(&seal, associated, text, to);

	OPENSSL_cleanse(secrets, sizeof(secrets));
	return done;
}

/* A writer of the size that a function writes; full if that is too large. */
static mclmr_octets_writer_t writer_for(const mclmr_key_record_t *record,
		void (*put_part)(mclmr_octets_writer_t *, const mclmr_key_record_t *))
{
	mclmr_octets_writer_t counter = MCLMR_OCTETS_COUNTER;

	put_part(&counter, record);
	return (mclmr_octets_writer_t){.size = counter.length,
			.full = counter.full || counter.length > MAX_SIZE};
}

const char *mclmr_key_record_write(const mclmr_key_record_t *record,
		const mclmr_record_binding_t *binding, mclmr_arena_t *arena,
		mclmr_span_t *data)
{
	const char *wrong = check(record);
	mclmr_octets_writer_t head;
	mclmr_octets_writer_t text;

	if(wrong != NULL)
		return wrong;
	head = writer_for(record, put_head);
	text = writer_for(record, put_record);
	if(head.full || text.full
			|| head.size + text.size > MAX_SIZE - MCLMR_SEAL_TAG)
		return "the record is too large";
	head.to = mclmr_arena_alloc(arena, head.size + text.size + MCLMR_SEAL_TAG);
	text.to = mclmr_arena_alloc(arena, text.size);
	if(head.to == NULL || text.to == NULL)
		return "out of memory";
	put_head(&head, record);
	put_record(&text, record);
	if(!seal_record(binding, mclmr_octets_written(&head),
			   mclmr_octets_written(&text), arena, head.to + head.length))
		return "the record cannot be sealed";
	*data = mclmr_octets_span(
			head.to, head.length + text.length + MCLMR_SEAL_TAG);
	return NULL;
}

const char *mclmr_key_record_peek(
		mclmr_span_t data, mclmr_key_record_t *record, mclmr_span_t *sealed)
{
	mclmr_octets_reader_t reader = {data, false};
	uint64_t version;

	memset(record, 0, sizeof(*record));
	if(!mclmr_span_equal(mclmr_octets_take(&reader, sizeof(MAGIC) - 1),
			   MCLMR_SPAN(MAGIC)))
		return "it is no key record";
	version = mclmr_octets_take_number(&reader, 1);
	record->lmr_type = (mclmr_lmr_type_t)mclmr_octets_take_number(&reader, 1);
	record->kmf = mclmr_octets_take_string(&reader, 2);
	*sealed = reader.rest;
	if(reader.failed || reader.rest.len < MCLMR_SEAL_TAG)
		return "the key record is truncated";
	if(version != MCLMR_RECORD_VERSION)
		return "the key record is of another version";
	if(record->lmr_type == MCLMR_LMR_NOT_GIVEN
			|| record->lmr_type >= MCLMR_LMR_COUNT)
		return "the key record has no LMR type that is known";
	return record->kmf.len > 0 ? NULL : "the key record has no KMF";
}

/* Reads groups or call. */
static void read_scope(
		mclmr_octets_reader_t *reader, mclmr_key_record_t *record)
{
	uint64_t scope = mclmr_octets_take_number(reader, 1);
	uint64_t n = mclmr_octets_take_number(reader, 1);

	if(scope == SCOPE_CALL && n == 1) {
		record->call = mclmr_octets_take_string(reader, 2);
		reader->failed |= record->call.len == 0;
		return;
	}
	if(n > MCLMR_RECORD_MAX_GROUPS || scope > SCOPE_GROUPS
			|| (scope == SCOPE_ANY) != (n == 0))
		reader->failed = true;
	while(record->groups < n && !reader->failed)
		record->group[record->groups++] = mclmr_octets_take_string(reader, 2);
}

/* Reads the keys, to the end. */
static void read_keys(mclmr_octets_reader_t *reader, mclmr_key_record_t *record)
{
	uint64_t n = mclmr_octets_take_number(reader, 1);

	if(n > MCLMR_RECORD_MAX_KEYS)
		reader->failed = true;
	while(record->keys < n && !reader->failed) {
		mclmr_lmr_key_t *key = &record->key[record->keys++];

		key->alg = mclmr_octets_take_string(reader, 1);
		key->key_id = mclmr_octets_take_string(reader, 1);
		key->key = mclmr_octets_take_string(reader, 1);
	}
	reader->failed |= reader->rest.len > 0;
}

/* Reads what was encrypted. */
static const char *read_record(mclmr_span_t text, mclmr_key_record_t *record)
{
	mclmr_octets_reader_t reader = {text, false};

	record->purpose =
			(mclmr_record_purpose_t)mclmr_octets_take_number(&reader, 1);
	record->status =
			(mclmr_record_status_t)mclmr_octets_take_number(&reader, 1);
	record->key_period = (uint32_t)mclmr_octets_take_number(&reader, 4);
	record->not_before = (int64_t)mclmr_octets_take_number(&reader, 8);
	record->not_after = (int64_t)mclmr_octets_take_number(&reader, 8);
	read_scope(&reader, record);
	read_keys(&reader, record);
	if(reader.failed)
		return "the key record does not read";
	if(record->purpose != MCLMR_RECORD_ROOT
			&& record->purpose != MCLMR_RECORD_TRAFFIC)
		return "the key record's purpose is not known";
	if(record->status != MCLMR_RECORD_ACTIVE
			&& record->status != MCLMR_RECORD_REVOKED)
		return "the key record's status is not known";
	return check(record);
}

const char *mclmr_key_record_open(mclmr_span_t data,
		const mclmr_record_binding_t *binding, mclmr_arena_t *arena,
		mclmr_key_record_t *record)
{
	uint8_t secrets[2 * KEY_SIZE];
	mclmr_span_t sealed;
	mclmr_span_t head;
	mclmr_span_t associated;
	mclmr_seal_t seal;
	const char *wrong = mclmr_key_record_peek(data, record, &sealed);
	uint8_t *to;
	bool done;

	if(wrong != NULL)
		return wrong;
	head = (mclmr_span_t){data.s, data.len - sealed.len};
	to = mclmr_arena_alloc(arena, sealed.len);
	if(to == NULL || !make_associated(head, binding, arena, &associated))
		return "out of memory";
	done = make_seal(binding, secrets, &seal)
		   && mclmr_unseal(&seal, associated, sealed, to);
	OPENSSL_cleanse(secrets, sizeof(secrets));
	if(!done)
		return "the key record does not open";
	return read_record(
			mclmr_octets_span(to, sealed.len - MCLMR_SEAL_TAG), record);
}
