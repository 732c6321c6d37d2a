/* SPDX-License-Identifier: GPL-2.0-or-later */

/* text: put together in an arena, and what becomes of one that does not fit. */
#include <string.h>

#include "mclmr/base/text.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)
#define ROOM 128
#define UNTOUCHED 0x5a

static const char whole[] = "a,bc\0d;0 18446744073709551615 00ff7f\\x00\\x5c ~"
							"\\x7f\\xe4&amp;&lt;x\"&gt;az[@`{\xc4";

/* Writes the text above with every function. */
static void put_all(mclmr_text_t *text)
{
	mclmr_text_char(text, 'a');
	mclmr_text_put(text, (mclmr_span_t){NULL, 0});
	mclmr_text_put(text, S(",bc\0d"));
	mclmr_text_string(text, ";");
	mclmr_text_string(text, NULL);
	mclmr_text_number(text, 0);
	mclmr_text_string(text, " ");
	mclmr_text_number(text, UINT64_MAX);
	mclmr_text_string(text, " ");
	mclmr_text_hex(text, S("\x00\xff\x7f"));
	mclmr_text_escaped(text, S("\x00\\ ~\x7f\xe4"));
	mclmr_text_xml(text, S("&<x\">"));
	mclmr_text_lower(text, S("aZ[@`{\xc4"));
	mclmr_text_lower(text, S(""));
}

static void test_whole(void **state)
{
	char memory[ROOM];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t taken, done;
	mclmr_text_t text;

	(void)state;
	assert_true(mclmr_arena_copy(&arena, S("xyz"), &taken));
	text = mclmr_text(&arena);
	put_all(&text);
	assert_false(text.full);
	assert_int_equal(arena.used, 3);
	assert_true(mclmr_text_done(&text, &done));
	assert_int_equal(done.len, sizeof(whole) - 1);
	assert_memory_equal(done.s, whole, sizeof(whole) - 1);
	assert_int_equal(arena.used, 3 + done.len);
	assert_memory_equal(taken.s, "xyz", 3);
}

/* In each room that is too small: no octet beyond it, what there is begins as
 * the whole does, nothing follows a piece that did not fit, and nothing is
 * given out. */
static void test_each_room(void **state)
{
	(void)state;
	for(size_t room = 0; room < sizeof(whole) - 1; room++) {
		char memory[ROOM];
		mclmr_arena_t arena = mclmr_arena(memory, room);
		mclmr_text_t text = mclmr_text(&arena);
		mclmr_span_t done = S("left over");
		size_t len;

		memset(memory, UNTOUCHED, sizeof(memory));
		put_all(&text);
		assert_true(text.full);
		assert_true(mclmr_text_so_far(&text).len <= room);
		assert_memory_equal(memory, whole, text.len);
		for(size_t i = text.len; i < sizeof(memory); i++)
			assert_int_equal(memory[i], UNTOUCHED);
		len = text.len;
		mclmr_text_char(&text, 'x');
		mclmr_text_put(&text, S("x"));
		mclmr_text_lower(&text, S("x"));
		assert_int_equal(text.len, len);
		assert_int_equal((unsigned char)memory[len], UNTOUCHED);
		assert_false(mclmr_text_done(&text, &done));
		assert_null(done.s);
		assert_int_equal(done.len, 0);
		assert_int_equal(arena.used, 0);
	}
}

/* A short piece does not slip in after a long one that did not fit. */
static void test_nothing_after(void **state)
{
	char memory[4] = {'.', '.', '.', '.'};
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t done;

	(void)state;
	mclmr_text_string(&text, "ab");
	mclmr_text_string(&text, "cde");
	mclmr_text_string(&text, "f");
	mclmr_text_char(&text, 'g');
	mclmr_text_lower(&text, S("h"));
	assert_memory_equal(memory, "ab..", 4);
	assert_false(mclmr_text_done(&text, &done));
}

static void test_empty(void **state)
{
	mclmr_arena_t arena = mclmr_arena(NULL, 0);
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t done = S("left over");

	(void)state;
	assert_true(mclmr_text_done(&text, &done));
	assert_null(done.s);
	assert_int_equal(done.len, 0);
	mclmr_text_char(&text, 'x');
	assert_false(mclmr_text_done(&text, &done));
	arena = mclmr_arena(NULL, 8);
	text = mclmr_text(&arena);
	mclmr_text_lower(&text, S(""));
	mclmr_text_put(&text, S("x"));
	assert_true(text.full);
}

/* What is taken in the meantime would overwrite the text. */
static void test_taken_meanwhile(void **state)
{
	char memory[ROOM];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t done, other;

	(void)state;
	mclmr_text_string(&text, "abc");
	assert_true(mclmr_arena_copy(&arena, S("d"), &other));
	assert_false(mclmr_text_done(&text, &done));
	assert_int_equal(done.len, 0);
	assert_int_equal(arena.used, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_whole),
			cmocka_unit_test(test_each_room),
			cmocka_unit_test(test_nothing_after),
			cmocka_unit_test(test_empty),
			cmocka_unit_test(test_taken_meanwhile),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
