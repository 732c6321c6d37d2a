/* SPDX-License-Identifier: GPL-2.0-or-later */

/* base64: what each of its readers accepts, and what is read. */
#include <string.h>

#include "mclmr/base/base64.h"
#include "mclmr/keys/mikey.h"
#include "mclmr/sdp/keying.h"
#include "mclmr/sip/multipart.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)
#define NONE (-1)

#define D37 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk"
#define D39 D37 "+/"

/* The octets that a MIKEY message in a text has, or NONE. */
static int by_mikey(mclmr_span_t text)
{
	char buffer[64];
	mclmr_span_t octets;

	memcpy(buffer, text.s, text.len);
	if(mclmr_mikey_decode(buffer, text.len, &octets) != NULL)
		return NONE;
	return (int)octets.len;
}

/* The octets that a body part has, or NONE. */
static int by_part(mclmr_span_t text)
{
	mclmr_body_part_t part = {.content = text, .base64 = true};
	char memory[64];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t octets;

	if(mclmr_part_decode(&part, &arena, &octets) != MCLMR_OK)
		return NONE;
	return (int)octets.len;
}

/* Blanks, padding, the end of the digits and the alphabet: messages want the unused bits to be zero, body parts do not. */
static void test_messages_and_parts(void **state)
{
	static const struct
	{
		mclmr_span_t text;
		int mikey, part;
	} rows[] = {
			{S(""), NONE, 0},
			{S(" \r\n"), NONE, 0},
			{S("QUJD"), 3, 3},
			{S("+/+/"), 3, 3},
			{S("QUI="), 2, 2},
			{S("QQ=="), 1, 1},
			{S("QUJDQQ=="), 4, 4},
			{S("QUJDQUI="), 5, 5},
			{S("QUJDQUJD"), 6, 6},
			/* white space: all four, wherever it stands; no other */
			{S(" QUJD"), 3, 3},
			{S("QUJD\r\n"), 3, 3},
			{S("Q UJD"), 3, 3},
			{S("QU\tJD"), 3, 3},
			{S("QUJ\nD"), 3, 3},
			{S("QUJD\r\nQUJD"), 6, 6},
			{S("QQ =\r\n="), 1, 1},
			{S("QQ== \t"), 1, 1},
			{S("QU\vJD"), NONE, NONE},
			{S("QU\fJD"), NONE, NONE},
			{S("QU\0JD"), NONE, NONE},
			{S("QUJD\xc2\xa0"), NONE, NONE},
			/* padding: what the last group wants, and no more; messages may do
			 * without any */
			{S("QQ"), 1, NONE},
			{S("QUI"), 2, NONE},
			{S("QUJDQ Q\n"), 4, NONE},
			{S("QR"), NONE, NONE},
			{S("QUJDA"), NONE, NONE},
			{S("Q"), NONE, NONE},
			{S("QQ="), NONE, NONE},
			{S("Q==="), NONE, NONE},
			{S("QUJD="), NONE, NONE},
			{S("QUJD=="), NONE, NONE},
			{S("QUJD===="), NONE, NONE},
			{S("QUI=="), NONE, NONE},
			{S("QQ==="), NONE, NONE},
			{S("="), NONE, NONE},
			{S("=="), NONE, NONE},
			{S("===="), NONE, NONE},
			{S("=QUJ"), NONE, NONE},
			{S("Q=Q="), NONE, NONE},
			{S("QQ==QQ=="), NONE, NONE},
			{S("QQ==QUJD"), NONE, NONE},
			{S("QUI=Q"), NONE, NONE},
			/* bits of the last digit that no octet takes */
			{S("QR=="), NONE, 1},
			{S("Q/=="), NONE, 1},
			{S("QUJ="), NONE, 2},
			{S("QUL="), NONE, 2},
			{S("QUJDQR=="), NONE, 4},
			/* the alphabet of RFC 4648 4, not that of URLs */
			{S("QUJ-"), NONE, NONE},
			{S("QUJ_"), NONE, NONE},
			{S("QUJ."), NONE, NONE},
			{S("QUJ@"), NONE, NONE},
			{S("QUJ["), NONE, NONE},
			{S("QUJ`"), NONE, NONE},
			{S("QUJ{"), NONE, NONE},
			{S("QUJ:"), NONE, NONE},
			{S("QUJ*"), NONE, NONE},
			{S("QUJ,"), NONE, NONE},
			{S("QUJ\xff"), NONE, NONE},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(by_mikey(rows[i].text), rows[i].mikey);
		assert_int_equal(by_part(rows[i].text), rows[i].part);
	}
}

/* A key of SDES: no blanks, any number of "=" at its end, as many digits as
 * its octets take, and one more if that gives none. */
static void test_sdes_keys(void **state)
{
	static const struct
	{
		const char *key;
		bool is_28, is_30;
	} rows[] = {
			{D37, false, false},
			{D37 "A", true, false},
			{D37 "A=", true, false},
			{D37 "A==", true, false},
			{D37 "A===", true, false},
			{D37 "A==========", true, false},
			{D37 "B==", true, false},
			{D37 "/==", true, false},
			{D39, false, false},
			{D39 "A", false, true},
			{D39 "A=", false, true},
			{D39 "A====", false, true},
			{D39 "AA", false, true},
			{D39 "AA===", false, true},
			{D39 "AAA", false, false},
			{D37 "+-A", false, false},
			{D37 "+_A", false, false},
			{D37 " ==", false, false},
			{D37 " A==", false, false},
			{" " D37 "A", false, false},
			{D37 "A== ", false, false},
			{D37 "=A=", false, false},
			{D37 "\tA", false, false},
			{"", false, false},
			{"====", false, false},
	};
	static const struct
	{
		const char *suite;
		size_t octets;
	} suites[] = {{"AEAD_AES_128_GCM", 28}, {"AES_CM_128_HMAC_SHA1_80", 30}};

	(void)state;
	for(size_t i = 0; i < 2 * COUNT(rows); i++) {
		mclmr_span_t suite = mclmr_span(suites[i % 2].suite);
		char keys[80] = "inline:";
		mclmr_sdes_t sdes = {.tag = S("1"), .suite = suite};

		strcat(keys, rows[i / 2].key);
		sdes.keys = mclmr_span(keys);
		assert_int_equal(mclmr_sdes_usable(&sdes, mclmr_keying_suites(suite)),
				i % 2 == 0 ? rows[i / 2].is_28 : rows[i / 2].is_30);
	}
}

/* Every set of rules on texts that only one of them refuses. */
static void test_rules(void **state)
{
	static const struct
	{
		const char *text;
		unsigned refused_by; /* rules of which none may be set */
		unsigned needs;		 /* rules that have to be set */
		size_t n;
		bool bare; /* BARE takes the place of PADDED */
	} rows[] = {
			{"", 0, 0, 0, true},
			{"QUJD", 0, 0, 3, true},
			{"QQ==", 0, 0, 1, false},
			{"QU JD", 0, MCLMR_BASE64_BLANKS, 3, true},
			{"QQ= =", 0, MCLMR_BASE64_BLANKS, 1, false},
			{"QQ", MCLMR_BASE64_PADDED, 0, 1, true},
			{"QQ=", MCLMR_BASE64_PADDED, 0, 1, false},
			{"QUI", MCLMR_BASE64_PADDED, 0, 2, true},
			{"QUJD====", MCLMR_BASE64_PADDED, 0, 3, false},
			{"QUJDA", MCLMR_BASE64_PADDED, 0, 3, false},
			{"QUJDQ", MCLMR_BASE64_PADDED | MCLMR_BASE64_EXACT, 0, 3, false},
			{"QR==", MCLMR_BASE64_EXACT, 0, 1, false},
			{"QUJ=", MCLMR_BASE64_EXACT, 0, 2, false},
			{"QR", MCLMR_BASE64_PADDED | MCLMR_BASE64_EXACT, 0, 1, true},
	};

	(void)state;
	for(unsigned rules = 0; rules < 2 * MCLMR_BASE64_BARE; rules++) {
		bool bare = (rules & MCLMR_BASE64_BARE) != 0;

		for(size_t i = 0; i < COUNT(rows); i++) {
			unsigned ignored = bare && rows[i].bare ? MCLMR_BASE64_PADDED : 0;
			bool fits = (rules & rows[i].refused_by & ~ignored) == 0
						&& (rules & rows[i].needs) == rows[i].needs;
			uint8_t octets[3];
			size_t n = 77;

			assert_int_equal(mclmr_base64_read(mclmr_span(rows[i].text), rules,
									 octets, sizeof(octets), &n),
					fits);
			assert_int_equal(n, fits ? rows[i].n : 0);
			assert_memory_equal(octets, "ABC", n);
			assert_int_equal(mclmr_base64_read(mclmr_span(rows[i].text), rules,
									 NULL, 0, &n),
					fits);
			assert_int_equal(n, fits ? rows[i].n : 0);
		}
	}
}

/* All octet values, at every length and every place in a group; and nothing
 * is written beyond the room. */
static void test_round_trip(void **state)
{
	uint8_t octets[260];
	uint8_t read[sizeof(octets) + 1];
	char text[MCLMR_BASE64_SIZE(sizeof(octets))];
	size_t length;
	size_t n;

	(void)state;
	for(size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7);
	for(size_t size = 0; size <= sizeof(octets); size++) {
		length = mclmr_base64_write(octets, size, text);
		assert_int_equal(length, MCLMR_BASE64_SIZE(size) - 1);
		assert_int_equal(text[length], '\0');
		for(size_t room = size < 4 ? 0 : size - 4; room <= size; room++) {
			read[room] = 0x5a;
			assert_int_equal(mclmr_base64_read((mclmr_span_t){text, length},
									 MCLMR_BASE64_STRICT, read, room, &n),
					room == size);
			assert_int_equal(n, room == size ? size : 0);
			assert_int_equal(read[room], 0x5a);
		}
		assert_memory_equal(read, octets, size);
		assert_true(mclmr_base64_read((mclmr_span_t){text, length},
				MCLMR_BASE64_STRICT, (uint8_t *)text, sizeof(text), &n));
		assert_int_equal(n, size);
		assert_memory_equal(text, octets, size);
	}
}

static void test_digits(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
								 "abcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for(int c = 0; c < 256; c++) {
		const char *at = c == 0 ? NULL : strchr(digits, c);

		assert_int_equal(mclmr_base64_digit((char)c),
				at == NULL ? -1 : (int)(at - digits));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_messages_and_parts),
			cmocka_unit_test(test_sdes_keys),
			cmocka_unit_test(test_rules),
			cmocka_unit_test(test_round_trip),
			cmocka_unit_test(test_digits),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
