/* SPDX-License-Identifier: GPL-2.0-or-later */

/* key_record: records of LMR keys, sealed to a message. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/keys/key_record.h"
#include "mclmr/keys/seal.h"
#include "unit.h"
#include "vectors.h"

#define S(literal) MCLMR_SPAN(literal)

static const uint8_t ssv[MCLMR_KEY_SIZE] = KEY_16;
static char memory[1 << 18];

/* A binding like that of a message. */
static mclmr_record_binding_t binding(void)
{
	return (mclmr_record_binding_t){.ssv = ssv,
			.csb_id = 0xF1234567,
			.rand = S("rand of 16 octet"),
			.from = S("sip:iwf@iwf.example.org"),
			.to = S("sip:alice@mc.example.org")};
}

/* A record with one key. */
static mclmr_key_record_t simple(void)
{
	return (mclmr_key_record_t){.lmr_type = MCLMR_LMR_P25,
			.kmf = S("sip:kmf1@iwf.example.org"),
			.purpose = MCLMR_RECORD_ROOT,
			.status = MCLMR_RECORD_ACTIVE,
			.key_period = 1544,
			.keys = 1,
			.key = {{S("\x84"), S("\x00\x01"),
					S("0123456789abcdef0123456789abcdef")}}};
}

/* Writes and opens a record. */
static const char *round_trip(
		const mclmr_key_record_t *record, mclmr_key_record_t *opened)
{
	mclmr_record_binding_t to = binding();
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t data;
	const char *wrong = mclmr_key_record_write(record, &to, &arena, &data);

	return wrong != NULL ? wrong
						 : mclmr_key_record_open(data, &to, &arena, opened);
}

static void test_one_key(void **state)
{
	mclmr_key_record_t record = simple();
	mclmr_key_record_t opened;

	(void)state;
	assert_null(round_trip(&record, &opened));
	assert_int_equal(opened.lmr_type, MCLMR_LMR_P25);
	assert_true(mclmr_span_equal(opened.kmf, record.kmf));
	assert_int_equal(opened.purpose, MCLMR_RECORD_ROOT);
	assert_int_equal(opened.status, MCLMR_RECORD_ACTIVE);
	assert_int_equal(opened.key_period, 1544);
	assert_int_equal(opened.not_before, 0);
	assert_int_equal(opened.groups, 0);
	assert_int_equal(opened.call.len, 0);
	assert_int_equal(opened.keys, 1);
	assert_true(mclmr_span_equal(opened.key[0].alg, record.key[0].alg));
	assert_true(mclmr_span_equal(opened.key[0].key_id, record.key[0].key_id));
	assert_true(mclmr_span_equal(opened.key[0].key, record.key[0].key));
}

static void test_all_of_it(void **state)
{
	static const char octets[64] = {1, 2, 3};
	mclmr_key_record_t record = {.lmr_type = MCLMR_LMR_TETRA,
			.kmf = S("k"),
			.purpose = MCLMR_RECORD_TRAFFIC,
			.status = MCLMR_RECORD_REVOKED,
			.key_period = UINT32_MAX,
			.not_before = 1704067200,
			.not_after = 253402300799,
			.groups = MCLMR_RECORD_MAX_GROUPS,
			.keys = MCLMR_RECORD_MAX_KEYS};
	mclmr_key_record_t opened;

	(void)state;
	for(size_t i = 0; i < record.groups; i++)
		record.group[i] = (mclmr_span_t){octets, i + 1};
	for(size_t i = 0; i < record.keys; i++)
		record.key[i] = (mclmr_lmr_key_t){
				{octets, i % 4 + 1}, {octets, i % 8 + 1}, {octets, i * 4 + 4}};
	assert_null(round_trip(&record, &opened));
	assert_int_equal(opened.not_after, 253402300799);
	assert_int_equal(opened.groups, record.groups);
	assert_int_equal(opened.group[63].len, 64);
	assert_int_equal(opened.keys, record.keys);
	assert_int_equal(opened.key[15].key.len, 64);
	assert_int_equal(opened.key[15].key_id.len, 8);
	record.groups = 0;
	record.call = S("call@host");
	assert_null(round_trip(&record, &opened));
	assert_true(mclmr_span_equal(opened.call, record.call));
	assert_int_equal(opened.groups, 0);
}

/* A record that another implementation made after docs/formats.md. */
static void test_vector(void **state)
{
	vectors_t vectors;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_key_record_t record;
	mclmr_record_binding_t to = binding();
	mclmr_span_t data;

	(void)state;
	vectors_read(&vectors, "tests/data/key-record-own.txt");
	to.ssv = mclmr_octets(vectors_get(&vectors, "ssv"));
	to.rand = vectors_get(&vectors, "rand");
	to.csb_id = 0xF1A2B3C4;
	assert_null(mclmr_key_record_open(
			vectors_get(&vectors, "data"), &to, &arena, &record));
	assert_int_equal(record.lmr_type, MCLMR_LMR_P25);
	assert_true(mclmr_span_equal(record.kmf, S("sip:kmf1@iwf.example.org")));
	assert_int_equal(record.purpose, MCLMR_RECORD_ROOT);
	assert_int_equal(record.key_period, 1544);
	assert_int_equal(record.not_before, 0);
	assert_int_equal(record.not_after, 1798761600);
	assert_int_equal(record.groups, 2);
	assert_true(
			mclmr_span_equal(record.group[1], S("sip:grp-2@mc.example.org")));
	assert_int_equal(record.keys, 1);
	assert_true(mclmr_span_equal(record.key[0].alg, S("\x84")));
	assert_int_equal(record.key[0].key.len, 32);
	assert_int_equal(record.key[0].key.s[31], 0x5f);
	/* And back: the same octets. */
	assert_null(mclmr_key_record_write(&record, &to, &arena, &data));
	assert_true(mclmr_span_equal(data, vectors_get(&vectors, "data")));
	vectors_free(&vectors);
}

/* One thing wrong with a record. */
static void break_record(mclmr_key_record_t *record, int what)
{
	static const char octets[65];

	switch(what) {
		case 0:
			record->lmr_type = MCLMR_LMR_NOT_GIVEN;
			break;
		case 1:
			record->kmf = S("");
			break;
		case 2:
			record->keys = 0;
			break;
		case 3:
			record->keys = MCLMR_RECORD_MAX_KEYS + 1;
			break;
		case 4:
			record->groups = MCLMR_RECORD_MAX_GROUPS + 1;
			break;
		case 5:
			record->groups = 1;
			record->call = S("c");
			break;
		case 6:
			record->key[0].alg = S("12345");
			break;
		case 7:
			record->key[0].key_id = S("123456789");
			break;
		case 8:
			record->key[0].key = S("");
			break;
		case 9:
			record->key[0].key = (mclmr_span_t){octets, 65};
			break;
		case 10:
			record->purpose = (mclmr_record_purpose_t)3;
			break;
		case 11:
			record->status = (mclmr_record_status_t)0;
			break;
		case 12:
			record->groups = 1;
			record->group[0] = (mclmr_span_t){memory, 40000};
			break;
		default:
			record->lmr_type = MCLMR_LMR_COUNT;
	}
}

static void test_not_records(void **state)
{
	(void)state;
	for(int what = 0; what <= 13; what++) {
		mclmr_key_record_t record = simple();
		mclmr_key_record_t opened;

		break_record(&record, what);
		assert_non_null(round_trip(&record, &opened));
	}
}

/* Every octet counts, and everything that the record is bound to. */
static void test_changed(void **state)
{
	mclmr_key_record_t record = simple();
	mclmr_record_binding_t to = binding();
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_key_record_t opened;
	mclmr_span_t data;
	char *copy;

	(void)state;
	assert_null(mclmr_key_record_write(&record, &to, &arena, &data));
	copy = malloc(data.len);
	memcpy(copy, data.s, data.len);
	for(size_t i = 0; i < data.len * 8; i++) {
		copy[i / 8] ^= (char)(1 << i % 8);
		arena = mclmr_arena(memory + 65536, 65536);
		assert_non_null(mclmr_key_record_open(
				(mclmr_span_t){copy, data.len}, &to, &arena, &opened));
		copy[i / 8] ^= (char)(1 << i % 8);
	}
	for(size_t i = 0; i < data.len; i++)
		assert_non_null(mclmr_key_record_open(
				(mclmr_span_t){copy, i}, &to, &arena, &opened));
	for(int what = 0; what < 5; what++) {
		mclmr_record_binding_t other = binding();

		if(what == 0)
			other.ssv = (const uint8_t *)"0123456789abcdeF";
		else if(what == 1)
			other.csb_id++;
		else if(what == 2)
			other.rand = S("rand of 16 octeT");
		else if(what == 3)
			other.from = S("sip:iwf@iwf.example.orG");
		else
			other.to = S("sip:bob@mc.example.org");
		assert_string_equal(
				mclmr_key_record_open(data, &other, &arena, &opened),
				"the key record does not open");
	}
	assert_null(mclmr_key_record_open(data, &to, &arena, &opened));
	free(copy);
}

/* The seal of a record as docs/formats.md has it. */
static void derive(const mclmr_record_binding_t *to, uint8_t secrets[64])
{
	mclmr_span_t key = {(const char *)to->ssv, MCLMR_KEY_SIZE};

	assert_true(
			mclmr_hmac(key, S("mclmr key record 1 key"), to->rand, secrets));
	assert_true(mclmr_hmac(
			key, S("mclmr key record 1 iv"), to->rand, secrets + 32));
}

/* A genuine seal over a record that goes on after its last key. */
static void test_longer(void **state)
{
	static const char associated[] = "LMRK\x01\x02\x00\x18"
									 "sip:kmf1@iwf.example.org"
									 "\x00\x17sip:iwf@iwf.example.org"
									 "\x00\x18sip:alice@mc.example.org"
									 "\xF1\x23\x45\x67";
	mclmr_key_record_t record = simple();
	mclmr_record_binding_t to = binding();
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_key_record_t opened;
	mclmr_span_t data;
	mclmr_span_t sealed;
	uint8_t secrets[64];
	uint8_t text[256] = {0};
	uint8_t longer[256];
	size_t head;
	size_t length;
	mclmr_seal_t seal = {
			{(const char *)secrets, 32}, {(const char *)secrets + 32, 12}};
	mclmr_span_t bound;

	(void)state;
	assert_null(mclmr_key_record_write(&record, &to, &arena, &data));
	assert_null(mclmr_key_record_peek(data, &opened, &sealed));
	head = data.len - sealed.len;
	length = sealed.len - MCLMR_SEAL_TAG;
	bound = (mclmr_span_t){associated, sizeof(associated) - 1};
	assert_memory_equal(data.s, associated, head);
	derive(&to, secrets);
	assert_true(mclmr_unseal(&seal, bound, sealed, text));
	for(size_t extra = 0; extra <= 1; extra++) {
		memcpy(longer, data.s, head);
		assert_true(mclmr_seal(&seal, bound,
				(mclmr_span_t){(const char *)text, length + extra},
				longer + head));
		data = (mclmr_span_t){
				(const char *)longer, head + length + extra + MCLMR_SEAL_TAG};
		if(extra == 0)
			assert_null(mclmr_key_record_open(data, &to, &arena, &opened));
		else
			assert_string_equal(
					mclmr_key_record_open(data, &to, &arena, &opened),
					"the key record does not read");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_one_key),
			cmocka_unit_test(test_all_of_it),
			cmocka_unit_test(test_vector),
			cmocka_unit_test(test_not_records),
			cmocka_unit_test(test_changed),
			cmocka_unit_test(test_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
