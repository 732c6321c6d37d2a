/* SPDX-License-Identifier: GPL-2.0-or-later */

/* record_words: key records in words. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/keys/record_words.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

static char memory[1 << 14];
static mclmr_record_order_t order;

/* The key "good" is of 2 octets; there is no other. */
static size_t read_named(
		void *context, const char *name, uint8_t to[MCLMR_RECORD_MAX_KEY])
{
	assert_string_equal(context, "store");
	if(strcmp(name, "good") != 0)
		return 0;
	memcpy(to, "ok", 2);
	return 2;
}

static const mclmr_key_source_t keys = {read_named, "store"};

static const char *read_words(const mclmr_record_words_t *words)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

	return mclmr_record_words_read(words, &keys, &arena, &order);
}

/* Sets a word; of one that has several another value. */
static void set(mclmr_record_words_t *words, int word, const char *text)
{
	mclmr_word_list_t *list;

	if(word < MCLMR_WORD_VALUES) {
		words->value[word] = text;
		return;
	}
	list = mclmr_record_words_list(words, (mclmr_record_word_t)word);
	if(text == NULL)
		list->n = 0;
	else
		list->item[list->n++] = text;
}

/* Words that are right, with a key in hexadecimal. */
static mclmr_record_words_t good(void)
{
	mclmr_record_words_t words = {0};

	set(&words, MCLMR_WORD_FROM, "sip:iwf@a");
	set(&words, MCLMR_WORD_TO, "sip:alice@a");
	set(&words, MCLMR_WORD_KMF, "sip:kmf@a");
	set(&words, MCLMR_WORD_LMR, "p25");
	set(&words, MCLMR_WORD_PURPOSE, "root");
	set(&words, MCLMR_WORD_ALG, "84");
	set(&words, MCLMR_WORD_KEY_ID, "0001");
	set(&words, MCLMR_WORD_KEY_HEX, "00ff");
	return words;
}

static void test_good(void **state)
{
	mclmr_record_words_t words = good();

	(void)state;
	order.timestamp = 5;
	order.due = 6;
	assert_null(read_words(&words));
	assert_true(mclmr_span_equal(order.from, S("sip:iwf@a")));
	assert_true(mclmr_span_equal(order.to, S("sip:alice@a")));
	assert_int_equal(order.to_kms.len, 0);
	assert_int_equal(order.timestamp, 5);
	assert_int_equal(order.due, 6);
	assert_int_equal(order.record.lmr_type, MCLMR_LMR_P25);
	assert_int_equal(order.record.purpose, MCLMR_RECORD_ROOT);
	assert_int_equal(order.record.status, MCLMR_RECORD_ACTIVE);
	assert_int_equal(order.record.keys, 1);
	assert_true(mclmr_span_equal(order.record.key[0].alg, S("\x84")));
	assert_true(mclmr_span_equal(order.record.key[0].key_id, S("\x00\x01")));
	assert_true(mclmr_span_equal(order.record.key[0].key, S("\x00\xff")));
}

/* Words that are given besides, and what becomes of them. */
static void test_more(void **state)
{
	mclmr_record_words_t words = good();

	(void)state;
	set(&words, MCLMR_WORD_TO_KMS, "kms.a");
	set(&words, MCLMR_WORD_AT, "1970-01-01T00:00:01Z");
	set(&words, MCLMR_WORD_PURPOSE, "traffic");
	set(&words, MCLMR_WORD_NOT_BEFORE, "5");
	set(&words, MCLMR_WORD_NOT_AFTER, "5");
	set(&words, MCLMR_WORD_KEY_HEX, NULL);
	set(&words, MCLMR_WORD_KEY, "good");
	set(&words, MCLMR_WORD_KEY, "good");
	set(&words, MCLMR_WORD_ALG, "1");
	set(&words, MCLMR_WORD_KEY_ID, "abc");
	set(&words, MCLMR_WORD_GROUP, "sip:g1@a");
	set(&words, MCLMR_WORD_GROUP, "sip:g2@a");
	assert_null(read_words(&words));
	assert_true(mclmr_span_equal(order.to_kms, S("kms.a")));
	assert_int_equal(order.timestamp, (MCLMR_NTP_UNIX + 1) << 32);
	assert_int_equal(order.record.purpose, MCLMR_RECORD_TRAFFIC);
	assert_int_equal(order.record.not_before, 5);
	assert_int_equal(order.record.not_after, 5);
	assert_int_equal(order.record.keys, 2);
	assert_true(mclmr_span_equal(order.record.key[1].alg, S("\x01")));
	assert_true(mclmr_span_equal(order.record.key[1].key_id, S("\x0a\xbc")));
	assert_true(mclmr_span_equal(order.record.key[1].key, S("ok")));
	assert_int_equal(order.record.groups, 2);
	assert_true(mclmr_span_equal(order.record.group[1], S("sip:g2@a")));
}

static void test_revoke(void **state)
{
	static const struct
	{
		const char *word;
		bool is_right;
		mclmr_record_status_t status;
	} rows[] = {
			{NULL, true, MCLMR_RECORD_ACTIVE},
			{"no", true, MCLMR_RECORD_ACTIVE},
			{"false", true, MCLMR_RECORD_ACTIVE},
			{"0", true, MCLMR_RECORD_ACTIVE},
			{"", true, MCLMR_RECORD_REVOKED},
			{"yes", true, MCLMR_RECORD_REVOKED},
			{"true", true, MCLMR_RECORD_REVOKED},
			{"1", true, MCLMR_RECORD_REVOKED},
			{"No", false, MCLMR_RECORD_REVOKED},
			{"maybe", false, MCLMR_RECORD_REVOKED},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_record_words_t words = good();

		set(&words, MCLMR_WORD_REVOKE, rows[i].word);
		assert_int_equal(read_words(&words) == NULL, rows[i].is_right);
		if(rows[i].is_right)
			assert_int_equal(order.record.status, rows[i].status);
	}
}

/* One word that is not right, or one too many: what is said. */
static void test_wrong(void **state)
{
	static const char missing[] = "from, to, kmf, lmr or purpose is missing";
	static const char alg[] = "alg is not 1 to 4 octets in hexadecimal";
	static const char id[] = "key-id is not 1 to 8 octets in hexadecimal";
	static const char hex[] = "key-hex is not 1 to 64 octets in hexadecimal";
	static const char count[] = "there are not as many alg and key-id as keys";
	static const struct
	{
		int word;
		const char *text; /* NULL: it is missing */
		bool adds;		  /* it stands after the right one */
		const char *wrong;
	} rows[] = {
			{MCLMR_WORD_FROM, NULL, false, missing},
			{MCLMR_WORD_TO, NULL, false, missing},
			{MCLMR_WORD_KMF, NULL, false, missing},
			{MCLMR_WORD_LMR, NULL, false, missing},
			{MCLMR_WORD_PURPOSE, NULL, false, missing},
			{MCLMR_WORD_TO, "", false, "kmf or to is no URI"},
			{MCLMR_WORD_TO, "sip:a b", false, "kmf or to is no URI"},
			{MCLMR_WORD_KMF, "sip:k\x7f", false, "kmf or to is no URI"},
			{MCLMR_WORD_LMR, "gsm", false,
					"lmr is not tetra, p25, tetrapol, dmr, nxdn or analog"},
			{MCLMR_WORD_PURPOSE, "", false,
					"purpose is neither root nor traffic"},
			{MCLMR_WORD_NOT_BEFORE, "x", false,
					"not-before or not-after is neither RFC 3339 nor Unix "
					"seconds"},
			{MCLMR_WORD_NOT_AFTER, "", false,
					"not-before or not-after is neither RFC 3339 nor Unix "
					"seconds"},
			{MCLMR_WORD_AT, "now", false,
					"at is neither RFC 3339 nor Unix seconds"},
			{MCLMR_WORD_ALG, NULL, false, count},
			{MCLMR_WORD_ALG, "84", true, count},
			{MCLMR_WORD_ALG, "8g", false, alg},
			{MCLMR_WORD_ALG, "", false, alg},
			{MCLMR_WORD_ALG, "0011223344", false, alg},
			{MCLMR_WORD_KEY_ID, NULL, false, count},
			{MCLMR_WORD_KEY_ID, "", false, id},
			{MCLMR_WORD_KEY_ID, "112233445566778899", false, id},
			{MCLMR_WORD_KEY_HEX, NULL, false, "key is missing"},
			{MCLMR_WORD_KEY_HEX, "", false, hex},
			{MCLMR_WORD_KEY_HEX, "0x", false, hex},
			{MCLMR_WORD_KEY, "good", true, "key and key-hex are both there"},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_record_words_t words = good();
		const char *wrong;

		if(!rows[i].adds)
			set(&words, rows[i].word, NULL);
		if(rows[i].text != NULL)
			set(&words, rows[i].word, rows[i].text);
		wrong = read_words(&words);
		assert_non_null(wrong);
		assert_string_equal(wrong, rows[i].wrong);
	}
}

/* Two words that do not go together; a key that cannot be read; too many. */
static void test_together(void **state)
{
	mclmr_record_words_t words = good();

	(void)state;
	set(&words, MCLMR_WORD_CALL, "c");
	set(&words, MCLMR_WORD_GROUP, "sip:g@a");
	assert_string_equal(read_words(&words), "group and call are both there");
	words = good();
	set(&words, MCLMR_WORD_NOT_BEFORE, "6");
	set(&words, MCLMR_WORD_NOT_AFTER, "5");
	assert_string_equal(read_words(&words), "not-after is before not-before");
	words = good();
	set(&words, MCLMR_WORD_KEY_HEX, NULL);
	set(&words, MCLMR_WORD_KEY, "bad");
	assert_string_equal(read_words(&words),
			"the key file cannot be read, or is not of 1 to 64 octets, or of "
			"an odd number of digits");
	words = good();
	for(int i = 0; i < MCLMR_RECORD_MAX_KEYS; i++) {
		set(&words, MCLMR_WORD_ALG, "84");
		set(&words, MCLMR_WORD_KEY_ID, "1");
		set(&words, MCLMR_WORD_KEY_HEX, "1");
	}
	assert_string_equal(read_words(&words), "there are more than 16 keys");
}

/* Each word has a name of its own. */
static void test_names(void **state)
{
	(void)state;
	for(int i = 0; i < MCLMR_WORD_ALL; i++) {
		for(int j = 0; j < i; j++)
			assert_string_not_equal(
					mclmr_record_word_name((mclmr_record_word_t)i),
					mclmr_record_word_name((mclmr_record_word_t)j));
	}
	assert_string_equal(mclmr_record_word_name(MCLMR_WORD_KEY_ID), "key-id");
	assert_string_equal(mclmr_record_word_name(MCLMR_WORD_GROUP), "group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_good),
			cmocka_unit_test(test_more),
			cmocka_unit_test(test_revoke),
			cmocka_unit_test(test_wrong),
			cmocka_unit_test(test_together),
			cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
