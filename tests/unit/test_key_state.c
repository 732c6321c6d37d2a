/* SPDX-License-Identifier: GPL-2.0-or-later */

/* key_state: which key records a user takes, by those that were taken. */
#include <string.h>

#include "mclmr/keys/key_state.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

static char memory[1 << 18];

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

/* A step in the life of a state. */
typedef struct step
{
	const char *user, *key_id;
	mclmr_lmr_type_t lmr;
	uint64_t timestamp;
	char digest; /* which message it is */
	bool revokes;
	mclmr_key_verdict_t verdict;
} step_t;

#define T(n) (0xE93C7F0000000000U + (n))

static void test_state(void **state)
{
	static const step_t steps[] = {
			{"sip:a@x", "1", MCLMR_LMR_P25, T(5), 'a', false, MCLMR_KEY_NEW},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(5), 'a', false, MCLMR_KEY_KNOWN},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(4), 'b', false, MCLMR_KEY_OLDER},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(5), 'c', false,
					MCLMR_KEY_AMBIGUOUS},
			/* Other users, types and identifiers are independent. */
			{"sip:b@x", "1", MCLMR_LMR_P25, T(1), 'd', false, MCLMR_KEY_NEW},
			{"sip:a@x", "2", MCLMR_LMR_P25, T(1), 'e', false, MCLMR_KEY_NEW},
			{"sip:a@x", "1", MCLMR_LMR_TETRA, T(1), 'f', false, MCLMR_KEY_NEW},
			/* Leading zeros make no other identifier. */
			{"sip:a@x",
					"\0"
					"1",
					MCLMR_LMR_P25, T(4), 'g', false, MCLMR_KEY_OLDER},
			/* A revocation replaces the key, of the same time too. */
			{"sip:a@x", "1", MCLMR_LMR_P25, T(5), 'h', true, MCLMR_KEY_NEW},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(5), 'a', false, MCLMR_KEY_OLDER},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(5), 'h', true, MCLMR_KEY_KNOWN},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(6), 'i', false, MCLMR_KEY_NEW},
			/* The seconds go on after the year 2036. */
			{"sip:a@x", "1", MCLMR_LMR_P25, 7, 'j', false, MCLMR_KEY_NEW},
			{"sip:a@x", "1", MCLMR_LMR_P25, T(6), 'i', false, MCLMR_KEY_OLDER},
	};
	static char texts[2][4096];
	mclmr_span_t text = {NULL, 0};

	(void)state;
	for(size_t i = 0; i < COUNT(steps); i++) {
		const step_t *step = &steps[i];
		size_t id_length = step->key_id[0] == '\0' ? 2 : strlen(step->key_id);
		mclmr_key_record_t record = simple();
		mclmr_key_taken_t taken = {.user = mclmr_span(step->user),
				.record = &record,
				.timestamp = step->timestamp};
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_key_verdict_t verdict;
		mclmr_span_t after;

		record.lmr_type = step->lmr;
		record.key[0].key_id = (mclmr_span_t){step->key_id, id_length};
		if(step->revokes)
			record.status = MCLMR_RECORD_REVOKED;
		memset(taken.digest, step->digest, sizeof(taken.digest));
		verdict = mclmr_key_state_take(text, &taken, &arena, &after);
		assert_int_equal(verdict, step->verdict);
		if(verdict != MCLMR_KEY_NEW)
			continue;
		assert_true(after.len < sizeof(texts[0]));
		memcpy(texts[i % 2], after.s, after.len);
		text = (mclmr_span_t){texts[i % 2], after.len};
	}
	/* One line for each key, and the title. */
	assert_int_equal(memcmp(text.s, "mclmr key state 2\n", 18), 0);
	for(size_t i = 0, lines = 0; i <= text.len; i++) {
		if(i == text.len)
			assert_int_equal(lines, 5);
		else
			lines += text.s[i] == '\n';
	}
}

/* A message that was made ahead does not stand in today's way; one of a period
 * that is over does not come back; a revocation ends what was made ahead. */
static void test_state_of_periods(void **state)
{
	static const struct
	{
		uint32_t now, period;
		uint64_t timestamp;
		char digest;
		bool revokes;
		mclmr_key_verdict_t verdict;
		size_t lines;
	} steps[] = {
			{8, 8, T(10), 'a', false, MCLMR_KEY_NEW, 1},
			{8, 9, T(90), 'b', false, MCLMR_KEY_NEW, 2},
			{8, 8, T(10), 'a', false, MCLMR_KEY_KNOWN, 2},
			{8, 8, T(9), 'c', false, MCLMR_KEY_OLDER, 2},
			{8, 8, T(11), 'd', false, MCLMR_KEY_NEW, 2},
			{8, 8, T(12), 'e', true, MCLMR_KEY_NEW, 2},
			{8, 9, T(90), 'b', false, MCLMR_KEY_OLDER, 2},
			{8, 9, T(91), 'f', false, MCLMR_KEY_NEW, 2},
			{8, 8, T(12), 'e', true, MCLMR_KEY_KNOWN, 2},
			{8, 9, T(91), 'f', false, MCLMR_KEY_KNOWN, 2},
			/* The period has begun: the one before is over, but for
			 * revocations. */
			{9, 8, T(13), 'g', false, MCLMR_KEY_OLDER, 2},
			{9, 8, T(11), 'h', true, MCLMR_KEY_OLDER, 2},
			{9, 8, T(14), 'i', true, MCLMR_KEY_NEW, 2},
			{9, 9, T(91), 'f', false, MCLMR_KEY_OLDER, 2},
			{9, 9, T(92), 'j', false, MCLMR_KEY_NEW, 2},
			/* Two periods on; the last but one is forgotten. */
			{9, 10, T(100), 'k', false, MCLMR_KEY_NEW, 3},
			{10, 10, T(101), 'l', false, MCLMR_KEY_NEW, 2},
			{10, 8, T(15), 'm', true, MCLMR_KEY_OLDER, 2},
	};
	static char texts[2][4096];
	mclmr_span_t text = {NULL, 0};

	(void)state;
	for(size_t i = 0; i < COUNT(steps); i++) {
		mclmr_key_record_t record = simple();
		mclmr_key_taken_t taken = {.user = S("sip:a@x"),
				.record = &record,
				.period = steps[i].now,
				.timestamp = steps[i].timestamp};
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_key_verdict_t verdict;
		mclmr_span_t after;
		size_t lines = 0;

		record.key_period = steps[i].period;
		if(steps[i].revokes)
			record.status = MCLMR_RECORD_REVOKED;
		memset(taken.digest, steps[i].digest, sizeof(taken.digest));
		verdict = mclmr_key_state_take(text, &taken, &arena, &after);
		assert_int_equal(verdict, steps[i].verdict);
		if(verdict == MCLMR_KEY_NEW) {
			assert_true(after.len < sizeof(texts[0]));
			memcpy(texts[i % 2], after.s, after.len);
			text = (mclmr_span_t){texts[i % 2], after.len};
		} else if(verdict == MCLMR_KEY_KNOWN) {
			assert_true(mclmr_span_equal(text, after));
		}
		for(size_t c = 0; c < text.len; c++)
			lines += text.s[c] == '\n';
		assert_int_equal(lines, steps[i].lines + 1);
	}
}

/* One key of several that is older refuses the record. */
static void test_state_of_several(void **state)
{
	mclmr_key_record_t record = simple();
	mclmr_key_taken_t taken = {
			.user = S("sip:a@x"), .record = &record, .timestamp = T(5)};
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t first;
	mclmr_span_t second;

	(void)state;
	record.keys = 2;
	record.key[1] = record.key[0];
	record.key[1].key_id = S("2");
	assert_int_equal(
			mclmr_key_state_take(S(""), &taken, &arena, &first), MCLMR_KEY_NEW);
	record.key[0].key_id = S("3");
	taken.timestamp = T(4);
	assert_int_equal(mclmr_key_state_take(first, &taken, &arena, &second),
			MCLMR_KEY_OLDER);
	taken.timestamp = T(6);
	assert_int_equal(mclmr_key_state_take(first, &taken, &arena, &second),
			MCLMR_KEY_NEW);
}

static void test_unreadable_states(void **state)
{
	static const char *const texts[] = {"x", "mclmr key state 1\n",
			"mclmr key state 2\n\n",
			"mclmr key state 2\n00 00 active 00000001 p25 1 a\n",
			"mclmr key state 2\n0000000000000000\n"};
	mclmr_key_record_t record = simple();
	mclmr_key_taken_t taken = {
			.user = S("sip:a@x"), .record = &record, .timestamp = T(5)};
	mclmr_span_t after;

	(void)state;
	for(size_t i = 0; i < COUNT(texts); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

		assert_int_equal(mclmr_key_state_take(
								 mclmr_span(texts[i]), &taken, &arena, &after),
				MCLMR_KEY_UNREADABLE);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_state),
			cmocka_unit_test(test_state_of_periods),
			cmocka_unit_test(test_state_of_several),
			cmocka_unit_test(test_unreadable_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
