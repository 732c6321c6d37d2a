/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mikey_uid: identifiers of users in key periods. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "mclmr/keys/mikey_uid.h"
#include "unit.h"

#define UNIX(ntp) ((int64_t)(ntp) - (int64_t)MCLMR_NTP_UNIX)

static void test_uids(void **state)
{
	static const struct
	{
		const char *user, *kms;
		mclmr_key_period_t period;
		uint64_t number;
		const char *uid;
	} rows[] = {
			{"sip:user@example.org", "kms.example.org", {2592000, 0}, 1,
					"74e2af803ab5d72841bbced0ce319ffe"
					"64f6fe23c88a2d258aabcf6ac5658ef4"},
			{"sip:iwf@iwf.example.org", "kms.iwf.example.org", {2592000, 0},
					1509,
					"19d0ddf8886d05a13d137f7fc6979dcb"
					"5f2441dd60d6be66b550ca44e1599e34"},
			{"sip:alice@mcptt.example.org", "kms.iwf.example.org", {2592000, 0},
					1509,
					"2582b288a38e37af96e0d18cbccd8f62"
					"8ca8b71aa977d9d7137b053555ea3552"},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		uint8_t uid[MCLMR_UID_SIZE];
		char hex[2 * sizeof(uid) + 1];

		assert_true(mclmr_mikey_uid(mclmr_span(rows[i].user),
				mclmr_span(rows[i].kms), rows[i].period, rows[i].number, uid));
		mclmr_octets_to_hex(uid, sizeof(uid), hex);
		assert_string_equal(hex, rows[i].uid);
	}
}

/* Every parameter counts, and so does the place where one ends. */
static void test_uids_differ(void **state)
{
	static const struct
	{
		const char *user, *kms;
		mclmr_key_period_t period;
		uint64_t number;
	} rows[] = {
			{"sip:a", "k", {10, 0}, 1},
			{"sip:", "ak", {10, 0}, 1},
			{"sip:a", "k", {11, 0}, 1},
			{"sip:a", "k", {10, 1}, 1},
			{"sip:a", "k", {10, 0}, 2},
			{"sip:a", "k", {10, 0}, 256},
			{"sip:a", "k", {10, 0}, 0},
	};
	uint8_t uids[COUNT(rows)][MCLMR_UID_SIZE];

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		assert_true(mclmr_mikey_uid(mclmr_span(rows[i].user),
				mclmr_span(rows[i].kms), rows[i].period, rows[i].number,
				uids[i]));
		for(size_t k = 0; k < i; k++)
			assert_memory_not_equal(uids[i], uids[k], MCLMR_UID_SIZE);
	}
}

static void test_too_long(void **state)
{
	uint8_t uid[MCLMR_UID_SIZE];
	mclmr_span_t user = {calloc(1, 65536), 65536};

	(void)state;
	assert_false(mclmr_mikey_uid(
			user, MCLMR_SPAN("k"), (mclmr_key_period_t){1, 0}, 1, uid));
	user.len = 65535;
	assert_true(mclmr_mikey_uid(
			user, MCLMR_SPAN("k"), (mclmr_key_period_t){1, 0}, 1, uid));
	free((char *)user.s);
}

static void test_periods(void **state)
{
	mclmr_key_period_t period = {100, 30};
	uint64_t numbers[MCLMR_KEY_PERIODS];
	static const struct
	{
		uint64_t ntp, slack;
		size_t n;
		uint64_t numbers[MCLMR_KEY_PERIODS];
	} rows[] = {
			{29, 0, 1, {0}},
			{130, 0, 1, {1}},
			{229, 0, 1, {1}},
			{230, 0, 1, {2}},
			{190, 60, 2, {1, 2}},
			{189, 60, 3, {1, 0, 2}},
			{150, 60, 2, {1, 0}},
			{180, 49, 1, {1}},
			{180, 51, 3, {1, 0, 2}},
			{10, 60, 1, {0}},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mclmr_key_periods(period, UNIX(rows[i].ntp),
								 rows[i].slack, numbers),
				rows[i].n);
		assert_memory_equal(
				numbers, rows[i].numbers, rows[i].n * sizeof(numbers[0]));
	}
	assert_int_equal(mclmr_key_period_begin(period, 2), UNIX(230));
	assert_int_equal(mclmr_key_period_number((mclmr_key_period_t){0, 0}, 5), 0);
}

/* Timestamps go on after 2036, when 32 bits of seconds are full. */
static void test_eras(void **state)
{
	(void)state;
	assert_int_equal(
			mclmr_unix_seconds(0xE93C7F0000000000U), UNIX(0xE93C7F00U));
	assert_int_equal(
			mclmr_unix_seconds(0xFFFFFFFF00000000U), UNIX(0xFFFFFFFFU));
	assert_int_equal(mclmr_unix_seconds(0), UNIX(0x100000000U));
	assert_int_equal(
			mclmr_unix_seconds(0x0000000580000000U), UNIX(0x100000005U));
}

static void test_timestamps(void **state)
{
	static const struct
	{
		const char *text;
		int64_t seconds;
	} rows[] = {
			{"0", 0},
			{"1704067200", 1704067200},
			{"2024-01-01T00:00:00Z", 1704067200},
			{" 2024-01-01T00:00:00.25Z ", 1704067200},
			{"2024-01-01T01:30:00+01:30", 1704067200},
			{"2023-12-31T23:00:00-01:00", 1704067200},
			{"2024-01-01t00:00:00z", 1704067200},
			{"2024-01-01T00:00:00", 1704067200},
			{"2024-02-29T12:00:00Z", 1709208000},
			{"2000-03-01T00:00:00Z", 951868800},
			{"2100-03-01T00:00:00Z", 4107542400},
			{"1970-01-01T00:00:00Z", 0},
			{"9999-12-31T23:59:59Z", 253402300799},
			{"", -1},
			{"-1", -1},
			{"1x", -1},
			{"2024-01-01", -1},
			{"2024-13-01T00:00:00Z", -1},
			{"2023-02-29T00:00:00Z", -1},
			{"2024-01-01T24:00:00Z", -1},
			{"2024-01-01T00:60:00Z", -1},
			{"2024-01-01T00:00:00Zx", -1},
			{"2024-01-01T00:00:00.Z", -1},
			{"2024-01-01T00:00:00+1:00", -1},
			{"1969-12-31T23:59:59Z", -1},
			{"1970-01-01T00:00:00+01:00", -1},
			{"99999999999999999999", -1},
	};
	char text[MCLMR_TIMESTAMP_SIZE];

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		int64_t seconds = 0;
		bool done = mclmr_timestamp_read(mclmr_span(rows[i].text), &seconds);

		assert_int_equal(done ? seconds : -1, rows[i].seconds);
	}
	mclmr_timestamp_write(1709208000, text);
	assert_string_equal(text, "2024-02-29T12:00:00Z");
	mclmr_timestamp_write(-1, text);
	assert_string_equal(text, "never");
}

static void test_hex(void **state)
{
	uint8_t octets[4];
	char text[9];

	(void)state;
	assert_int_equal(
			mclmr_octets_from_hex(MCLMR_SPAN("00fF 1a\r\n2b "), octets, 4), 4);
	mclmr_octets_to_hex(octets, 4, text);
	assert_string_equal(text, "00ff1a2b");
	assert_int_equal(mclmr_octets_from_hex(MCLMR_SPAN("0"), octets, 4), 0);
	assert_int_equal(mclmr_octets_from_hex(MCLMR_SPAN("0g"), octets, 4), 0);
	assert_int_equal(mclmr_octets_from_hex(MCLMR_SPAN(""), octets, 4), 0);
	assert_int_equal(
			mclmr_octets_from_hex(MCLMR_SPAN("0011223344"), octets, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_uids),
			cmocka_unit_test(test_uids_differ),
			cmocka_unit_test(test_too_long),
			cmocka_unit_test(test_periods),
			cmocka_unit_test(test_eras),
			cmocka_unit_test(test_timestamps),
			cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
