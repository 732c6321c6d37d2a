/* SPDX-License-Identifier: GPL-2.0-or-later */

/* short_message: the binary coding. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/short_message.h"
#include "unit.h"

/* "a" as MC service ID, "bc" as KMF URI. */
#define IDS "\0\1a\0\2bc"

static char room[4 * 65536];
static mclmr_short_message_table_t table;

static int use_defaults(void **state)
{
	(void)state;
	mclmr_short_message_defaults(&table);
	return 0;
}

static void assert_span(mclmr_span_t span, const char *octets, size_t n)
{
	assert_int_equal(span.len, n);
	assert_memory_equal(span.s == NULL ? "" : span.s, octets, n);
}

static void test_words(void **state)
{
	static const char *const word[MCLMR_LMR_COUNT] = {
			"", "tetra", "p25", "tetrapol", "dmr", "nxdn", "analog"};
	static const char *const none[] = {"", "p2", "p255", "tetr", " p25"};
	mclmr_lmr_type_t type;

	(void)state;
	for(int i = 0; i < MCLMR_LMR_COUNT; i++)
		assert_string_equal(mclmr_lmr_type_word((mclmr_lmr_type_t)i), word[i]);
	for(int i = 1; i < MCLMR_LMR_COUNT; i++) {
		assert_true(mclmr_lmr_type_from_word(mclmr_span(word[i]), &type));
		assert_int_equal(type, i);
	}
	assert_true(mclmr_lmr_type_from_word(MCLMR_SPAN("TetraPOL"), &type));
	assert_int_equal(type, MCLMR_LMR_TETRAPOL);
	for(size_t i = 0; i < COUNT(none); i++)
		assert_false(mclmr_lmr_type_from_word(mclmr_span(none[i]), &type));
	assert_string_equal(mclmr_lmr_type_word(MCLMR_LMR_COUNT), "");
}

#define OCTETS(literal) literal, sizeof(literal) - 1

/* Octets and what they say. */
static void test_decode(void **state)
{
	static const struct
	{
		const char *octets;
		size_t n;
		bool response;
		mclmr_lmr_type_t lmr_type;
		const char *payload; /* NULL: none */
		size_t payload_size;
	} row[] = {
			{OCTETS("\x20\0" IDS), false, MCLMR_LMR_NOT_GIVEN, NULL, 0},
			{OCTETS("\x20\1" IDS), false, MCLMR_LMR_TETRA, NULL, 0},
			{OCTETS("\x20\6" IDS), false, MCLMR_LMR_ANALOG, NULL, 0},
			{OCTETS("\x20\2" IDS "x\0\0"), false, MCLMR_LMR_P25, "", 0},
			{OCTETS("\x20\2" IDS "x\0\4\0\r\n\xff"), false, MCLMR_LMR_P25,
					OCTETS("\0\r\n\xff")},
			{OCTETS("\x20\2" IDS "\x80\x51\0\1zx\0\1y\xff\x22\0\0"), false,
					MCLMR_LMR_P25, "y", 1},
			{OCTETS("\x20\2" IDS "\x51\0\4x\0\1q"), false, MCLMR_LMR_P25, NULL,
					0},
			{OCTETS("\x21" IDS), true, MCLMR_LMR_NOT_GIVEN, NULL, 0},
			{OCTETS("\x21" IDS "x\0\1y\x81"), true, MCLMR_LMR_NOT_GIVEN, NULL,
					0},
	};
	mclmr_short_message_t message;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_span_t octets = {row[i].octets, row[i].n};

		assert_null(mclmr_short_message_decode(&table, octets, &message));
		assert_true(message.response == row[i].response);
		assert_int_equal(message.lmr_type, row[i].lmr_type);
		assert_span(message.mc_id, "a", 1);
		assert_span(message.kmf_uri, "bc", 2);
		assert_true(message.has_payload == (row[i].payload != NULL));
		if(row[i].payload != NULL)
			assert_span(message.payload, row[i].payload, row[i].payload_size);
	}
}

static void test_refused(void **state)
{
	static const struct
	{
		const char *octets;
		size_t n;
		const char *reason;
	} row[] = {
			{OCTETS(""), "empty"},
			{OCTETS("\x1f\2" IDS), "unknown message type"},
			{OCTETS("\x60\2" IDS), "unknown message type"},
			{OCTETS("\x20"), "ends before the LMR type"},
			{OCTETS("\x20\7" IDS), "unknown LMR type"},
			{OCTETS("\x20\xff" IDS), "unknown LMR type"},
			{OCTETS("\x20\2\0"), "ends within the MC service ID"},
			{OCTETS("\x20\2\xff\xff"
					"a"),
					"ends within the MC service ID"},
			{OCTETS("\x20\2\0\0\0\2bc"), "empty MC service ID"},
			{OCTETS("\x20\2\0\1a"), "ends within the KMF URI"},
			{OCTETS("\x20\2\0\1a\0\0"), "empty KMF URI"},
			{OCTETS("\x21\0\1a\0\3bc"), "ends within the KMF URI"},
			{OCTETS("\x20\2" IDS "x"), "ends within the payload"},
			{OCTETS("\x20\2" IDS "x\0\2y"), "ends within the payload"},
			{OCTETS("\x20\2" IDS "x\xff\xff"), "ends within the payload"},
			{OCTETS("\x20\2" IDS "\x7f\0\1"),
					"ends within an information element"},
			{OCTETS("\x20\2" IDS "x\0\1yx\0\1y"), "two payloads"},
			{OCTETS("\x21" IDS "x\0\1"), "ends within the payload"},
	};
	mclmr_short_message_t message;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_span_t octets = {row[i].octets, row[i].n};
		const char *wrong =
				mclmr_short_message_decode(&table, octets, &message);

		assert_non_null(wrong);
		assert_string_equal(wrong, row[i].reason);
	}
}

/* A whole message decodes; no beginning of it that cuts a field does. Read
 * from memory of its own size, so that one octet too far is seen. */
static void test_truncated(void **state)
{
	static const char whole[] = "\x20\2" IDS "x\0\3xyz";
	const size_t size = sizeof(whole) - 1;
	mclmr_short_message_t message;

	(void)state;
	for(size_t n = 0; n <= size; n++) {
		char *copy = malloc(n + 1);
		mclmr_span_t octets = {copy + 1, n};
		const char *wrong;

		assert_non_null(copy);
		memcpy(copy + 1, whole, n);
		wrong = mclmr_short_message_decode(&table, octets, &message);
		assert_true((wrong == NULL) == (n == size || n == size - 6));
		free(copy);
	}
}

/* Where the elements after the identities begin and end. */
static void test_next(void **state)
{
	static const mclmr_span_t octets =
			MCLMR_SPAN("\x80\x51\0\2zzx\0\1y\x51\0\1");
	mclmr_short_message_ie_t ie;
	size_t offset = 0;

	(void)state;
	assert_null(mclmr_short_message_next(&table, octets, &offset, &ie));
	assert_int_equal(ie.iei, 0x80);
	assert_false(ie.has_value);
	assert_int_equal(ie.size, 1);
	assert_null(mclmr_short_message_next(&table, octets, &offset, &ie));
	assert_int_equal(ie.iei, 0x51);
	assert_int_equal(ie.offset, 1);
	assert_int_equal(ie.size, 5);
	assert_span(ie.value, "zz", 2);
	assert_null(mclmr_short_message_next(&table, octets, &offset, &ie));
	assert_int_equal(ie.iei, 0x78);
	assert_int_equal(offset, 10);
	assert_non_null(mclmr_short_message_next(&table, octets, &offset, &ie));
	assert_int_equal(offset, 10);
	offset = octets.len;
	assert_non_null(mclmr_short_message_next(&table, octets, &offset, &ie));
}

/* Encodes and decodes; true if all came back. */
static bool survives(const mclmr_short_message_t *message)
{
	mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
	mclmr_short_message_t back;
	mclmr_span_t octets;

	return mclmr_short_message_encode(&table, message, &arena, &octets) == NULL
		   && mclmr_short_message_decode(&table, octets, &back) == NULL
		   && back.response == message->response
		   && back.lmr_type == message->lmr_type
		   && back.has_payload == message->has_payload
		   && mclmr_span_equal(back.mc_id, message->mc_id)
		   && mclmr_span_equal(back.kmf_uri, message->kmf_uri)
		   && mclmr_span_equal(back.payload, message->payload);
}

static void test_round_trip(void **state)
{
	static const size_t size[] = {0, 1, 255, 256, 1300, 8193, 60000, 65535};
	static char octets[65535];
	mclmr_short_message_t message = {
			.mc_id = MCLMR_SPAN("a"), .kmf_uri = MCLMR_SPAN("bc")};

	(void)state;
	for(size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (char)i;
	assert_true(survives(&message));
	message.has_payload = true;
	for(size_t i = 0; i < COUNT(size); i++) {
		message.payload = (mclmr_span_t){octets, size[i]};
		for(int type = 0; type < MCLMR_LMR_COUNT; type++) {
			message.lmr_type = (mclmr_lmr_type_t)type;
			assert_true(survives(&message));
		}
	}
	message = (mclmr_short_message_t){.response = true,
			.mc_id = {octets, sizeof(octets)},
			.kmf_uri = {octets, sizeof(octets)}};
	assert_true(survives(&message));
}

/* The very octets of the coding. */
static void test_encoded(void **state)
{
	mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
	mclmr_short_message_t message = {.lmr_type = MCLMR_LMR_P25,
			.mc_id = MCLMR_SPAN("a"),
			.kmf_uri = MCLMR_SPAN("bc"),
			.has_payload = true,
			.payload = MCLMR_SPAN("\0y")};
	mclmr_span_t octets;

	(void)state;
	assert_null(mclmr_short_message_encode(&table, &message, &arena, &octets));
	assert_span(octets, OCTETS("\x20\2" IDS "x\0\2\0y"));
	message.response = true;
	assert_null(mclmr_short_message_encode(&table, &message, &arena, &octets));
	assert_span(octets, OCTETS("\x21" IDS));
}

static void test_not_encoded(void **state)
{
	static char octets[65536];
	static const mclmr_span_t small = {"a", 1};
	const mclmr_span_t large = {octets, sizeof(octets)};
	const struct
	{
		mclmr_short_message_t message;
		size_t room;
		const char *reason;
	} row[] = {
			{{.kmf_uri = small}, sizeof(room), "empty MC service ID"},
			{{.mc_id = small}, sizeof(room), "empty KMF URI"},
			{{.mc_id = large, .kmf_uri = small}, sizeof(room),
					"MC service ID over 65,535 octets"},
			{{.mc_id = small, .kmf_uri = large}, sizeof(room),
					"KMF URI over 65,535 octets"},
			{{.mc_id = small,
					 .kmf_uri = small,
					 .has_payload = true,
					 .payload = large},
					sizeof(room), "payload over 65,535 octets"},
			{{.mc_id = small, .kmf_uri = small, .lmr_type = MCLMR_LMR_COUNT},
					sizeof(room), "LMR type without a code"},
			{{.mc_id = small, .kmf_uri = small, .lmr_type = MCLMR_LMR_DMR},
					sizeof(room), "LMR type without a code"},
			{{.mc_id = small, .kmf_uri = small}, 7, "no room for the message"},
	};
	mclmr_span_t result;

	(void)state;
	table.lmr_type[MCLMR_LMR_DMR] = -1;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_arena_t arena = mclmr_arena(room, row[i].room);
		const char *wrong = mclmr_short_message_encode(
				&table, &row[i].message, &arena, &result);

		assert_non_null(wrong);
		assert_string_equal(wrong, row[i].reason);
	}
}

/* Every number can be replaced, and the codec obeys. */
static void test_configure(void **state)
{
	static const mclmr_span_t text = MCLMR_SPAN("# another coding\r\n"
												"profile = trial-2\r\n"
												"\n"
												"request = 0x01   # hex\n"
												"response=2\n"
												"type_mask = 0x3F\n"
												"payload_iei = 0x9A\n"
												"lmr.P25 = 9\n"
												"lmr.none = 255\n"
												"lmr.dmr = -1");
	static const mclmr_span_t octets =
			MCLMR_SPAN("\xC1\x09" IDS "\x99\x9A\0\1y");
	mclmr_short_message_t message;
	size_t line;

	(void)state;
	assert_null(mclmr_short_message_configure(&table, text, &line));
	assert_string_equal(table.profile, "trial-2");
	assert_int_equal(table.lmr_type[MCLMR_LMR_DMR], -1);
	assert_int_equal(table.lmr_type[MCLMR_LMR_NOT_GIVEN], 255);
	assert_null(mclmr_short_message_decode(&table, octets, &message));
	assert_int_equal(message.lmr_type, MCLMR_LMR_P25);
	assert_span(message.payload, "y", 1);
	assert_true(survives(&message));
	assert_non_null(mclmr_short_message_decode(
			&table, MCLMR_SPAN("\x01\x04" IDS), &message));
	assert_non_null(mclmr_short_message_decode(
			&table, MCLMR_SPAN("\x20\x09" IDS), &message));
	assert_null(mclmr_short_message_configure(&table, MCLMR_SPAN(""), &line));
}

/* A text with one mistake changes nothing and names the line. */
static void test_misconfigure(void **state)
{
	static const struct
	{
		const char *text;
		size_t line;
	} row[] = {
			{"request", 1},
			{"request = ", 1},
			{"\n\nrequest = 256", 3},
			{"request = -1", 1},
			{"request = 0x", 1},
			{"request = 0x100", 1},
			{"request = 12a", 1},
			{"request = 99999999999999999999", 1},
			{"request = 1 2", 1},
			{"Request = 1", 1},
			{"profile =", 1},
			{"profile = a b", 1},
			{"profile = \x1b[1m", 1},
			{"profile = 0123456789012345678901234567890x", 1},
			{"lmr. = 1", 1},
			{"lmr.gsm = 1", 1},
			{"lmr.p25 = -2", 1},
			{"request = 1\nresponse = 1", 0},
			{"type_mask = 0x1f", 0},
			{"lmr.p25 = 1", 0},
	};
	mclmr_short_message_table_t before;
	size_t line;

	(void)state;
	memcpy(&before, &table, sizeof(before));
	for(size_t i = 0; i < COUNT(row); i++) {
		assert_non_null(mclmr_short_message_configure(
				&table, mclmr_span(row[i].text), &line));
		assert_int_equal(line, row[i].line);
		assert_memory_equal(&before, &table, sizeof(before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_words),
			cmocka_unit_test_setup(test_decode, use_defaults),
			cmocka_unit_test_setup(test_refused, use_defaults),
			cmocka_unit_test_setup(test_truncated, use_defaults),
			cmocka_unit_test_setup(test_next, use_defaults),
			cmocka_unit_test_setup(test_round_trip, use_defaults),
			cmocka_unit_test_setup(test_encoded, use_defaults),
			cmocka_unit_test_setup(test_not_encoded, use_defaults),
			cmocka_unit_test_setup(test_configure, use_defaults),
			cmocka_unit_test_setup(test_misconfigure, use_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
