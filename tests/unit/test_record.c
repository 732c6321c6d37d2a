/* SPDX-License-Identifier: GPL-2.0-or-later */

/* record: a registration is the same after it was a line, and a line that is
 * none is refused. */
#include <stdio.h>

#include "mclmr/binding/record.h"
#include "spans.h"

#define ALICE "impu=sip:alice@ims.example.org"
#define CSCF " scscf=sip:127.0.0.5:6060"
#define BOUND " binding=mcptt,register,1700000720,0,sip:alice@mc.example.org,a,"

static char memory[1 << 18];

static const char *read_line(mclmr_span_t line, mclmr_record_t *record)
{
	static mclmr_arena_t arena;

	arena = mclmr_arena(memory, sizeof(memory));
	return mclmr_record_read(line, &arena, record);
}

/* The line of a record, in memory of its own. */
static mclmr_span_t line_of(const mclmr_record_t *record)
{
	static char room[1 << 18];
	mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t line;

	mclmr_record_write(record, &text);
	assert_true(mclmr_text_done(&text, &line));
	return line;
}

/* What is read is written just so. */
static void test_lines(void **state)
{
	static const char *const lines[] = {
			ALICE CSCF,
			ALICE " impu=tel:+15550001" CSCF,
			ALICE " ended",
			ALICE " registered=7 bound=8" CSCF,
			ALICE " bound=8 ended",
			ALICE CSCF BOUND,
			ALICE CSCF BOUND
			" binding=mcdata,publish,9223372036854775807,5,tel:+1,%2c%20%25,e1",
			ALICE CSCF " binding=,publish,7,0,,urn:uuid:1,tag",
			"impu=sip:o%27hara@ims.example.org" CSCF,
	};

	(void)state;
	for(size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		mclmr_record_t record = {.stamp = 9};

		assert_null(read_line(mclmr_span(lines[i]), &record));
		assert_text(line_of(&record), lines[i]);
	}
}

static void test_members(void **state)
{
	mclmr_record_t record = {.expires = 17, .stamp = 18};

	(void)state;
	assert_null(read_line(
			mclmr_span(ALICE " impu=tel:+15550001" CSCF
							 " binding=mcdata,publish,7,8,tel:+1,%2c%20,e1"),
			&record));
	assert_int_equal(record.set.n, 2);
	assert_text(record.set.key[1], "tel:+15550001");
	assert_text(record.scscf, "sip:127.0.0.5:6060");
	assert_false(record.ended);
	assert_int_equal(record.n, 1);
	assert_int_equal(record.binding[0].service, MCLMR_SERVICE_MCDATA);
	assert_int_equal(record.binding[0].origin, MCLMR_BOUND_BY_PUBLISH);
	assert_int_equal(record.binding[0].expires, 7);
	assert_int_equal(record.binding[0].latest, 8);
	assert_text(record.binding[0].mc_key, "tel:+1");
	assert_text(record.binding[0].client_id, ", ");
	assert_text(record.binding[0].etag, "e1");
	assert_int_equal(record.expires, 17);
	assert_int_equal(record.stamp, 18);
}

/* Any octets of a client ID come back; none of them is one that SQL has for
 * itself. */
static void test_octets(void **state)
{
	char octets[256 - 33];
	mclmr_record_t record = {.set = {.n = 1, .key = {MCLMR_SPAN("sip:a@b")}},
			.scscf = MCLMR_SPAN("sip:127.0.0.5"),
			.n = 1,
			.binding = {{.origin = MCLMR_BOUND_BY_PUBLISH}}};
	mclmr_record_t again;
	mclmr_span_t line;
	size_t n = 0;

	(void)state;
	for(int c = ' '; c < 256; c++) {
		if(c != 0x7f)
			octets[n++] = (char)c;
	}
	record.binding[0].client_id = (mclmr_span_t){octets, n};
	line = line_of(&record);
	for(size_t i = 0; i < line.len; i++) {
		assert_true(line.s[i] >= ' ' && line.s[i] <= '~');
		assert_null(memchr("'\"\\`", line.s[i], 4));
	}
	assert_null(read_line(line, &again));
	assert_span(again.binding[0].client_id, record.binding[0].client_id);
}

static void test_no_records(void **state)
{
	static const char *const lines[] = {
			"",
			CSCF,
			ALICE,
			ALICE CSCF " more=1",
			ALICE CSCF " ended" BOUND,
			ALICE CSCF " registered=10",
			ALICE CSCF " bound=10",
			ALICE CSCF " bound=0",
			ALICE CSCF " registered=",
			"impu=alice" CSCF,
			"impu=SIP:alice@ims.example.org" CSCF,
			"impu=sip:alice@IMS.example.org" CSCF,
			"impu=" CSCF,
			ALICE " " ALICE CSCF,
			ALICE " scscf=tel:+1",
			ALICE " scscf=sip:127.0.0.5>%0d%0aVia:",
			ALICE " scscf=sip:127.0.0.5>;x",
			ALICE " scscf=sip:127.0.0.5?Route=x",
			ALICE " scscf=sip:127.0.0.5;x=%22",
			ALICE " scscf=sip:127.0.0.5;x=%20y",
			ALICE " scscf=sip:127.0.0.5;x=<y",
			ALICE " scscf=sip:127.0.0.5;x=y>",
			ALICE " scscf=",
			ALICE CSCF " binding=",
			ALICE CSCF " binding=mcx,register,7,0,sip:a@b,a,",
			ALICE CSCF " binding=,register,7,0,,a,",
			ALICE CSCF " binding=,publish,7,0,sip:a@b,a,",
			ALICE CSCF " binding=mcptt,register,7,0,,a,",
			ALICE CSCF " binding=mcptt,else,7,0,sip:a@b,a,",
			ALICE CSCF " binding=mcptt,register,-7,0,sip:a@b,a,",
			ALICE CSCF " binding=mcptt,register,,0,sip:a@b,a,",
			ALICE CSCF
			" binding=mcptt,register,9223372036854775808,0,sip:a@b,a,",
			ALICE CSCF " binding=mcptt,register,7,0,sip:A@B,a,",
			ALICE CSCF " binding=mcptt,register,7,0,sip:a@b,%0,",
			ALICE CSCF " binding=mcptt,register,7,0,sip:a@b,%0g,",
			ALICE CSCF " binding=mcptt,register,7,0,sip:a@b,%0a,",
			ALICE CSCF " binding=mcptt,register,7,0,sip:a@b,%7f,",
			ALICE CSCF " binding=mcptt,register,7,0,sip:a@b,a,e,more",
			ALICE CSCF BOUND BOUND,
	};

	(void)state;
	for(size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		mclmr_record_t record = {.stamp = 9};

		if(read_line(mclmr_span(lines[i]), &record) == NULL)
			fail_msg("taken: %s", lines[i]);
	}
}

/* A line with n words of one kind after the others. */
static const char *read_many(const char *begin, const char *format, int n)
{
	static char line[1 << 16];
	mclmr_record_t record;
	size_t len = (size_t)snprintf(line, sizeof(line), "%s", begin);

	for(int i = 0; i < n; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, format, i);
	return read_line((mclmr_span_t){line, len}, &record);
}

static void test_limits(void **state)
{
	static const char binding[] = " binding=mcptt,register,7,0,sip:a@b,%d,";
	static char line[MCLMR_URI_MAX + 100];
	mclmr_record_t record;

	(void)state;
	assert_null(
			read_many(ALICE CSCF, " impu=sip:%d@b", MCLMR_MAX_IMPLICIT - 1));
	assert_non_null(
			read_many(ALICE CSCF, " impu=sip:%d@b", MCLMR_MAX_IMPLICIT));
	assert_null(read_many(ALICE CSCF, binding, MCLMR_MAX_BINDINGS));
	assert_non_null(read_many(ALICE CSCF, binding, MCLMR_MAX_BINDINGS + 1));
	for(size_t n = MCLMR_URI_MAX; n <= MCLMR_URI_MAX + 1; n++) {
		int len = snprintf(
				line, sizeof(line), ALICE CSCF " binding=,publish,7,0,,");

		memset(line + len, 'x', n);
		line[(size_t)len + n] = ',';
		assert_true(
				(read_line((mclmr_span_t){line, (size_t)len + n + 1}, &record)
						== NULL)
				== (n == MCLMR_URI_MAX));
	}
}

static void test_names(void **state)
{
	char one[MCLMR_RECORD_NAME + 1], other[MCLMR_RECORD_NAME + 1];

	(void)state;
	assert_true(mclmr_record_name(MCLMR_SPAN("abc"), one));
	assert_string_equal(one, "ba7816bf8f01cfea414140de5dae2223");
	assert_true(mclmr_record_name(MCLMR_SPAN("abd"), other));
	assert_string_not_equal(one, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_lines),
			cmocka_unit_test(test_members),
			cmocka_unit_test(test_octets),
			cmocka_unit_test(test_no_records),
			cmocka_unit_test(test_limits),
			cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
