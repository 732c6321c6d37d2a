/* SPDX-License-Identifier: GPL-2.0-or-later */

/* span: comparing, cutting and finding octets. */
#include "mclmr/base/span.h"
#include "spans.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

static void test_of_string(void **state)
{
	(void)state;
	assert_span(mclmr_span("abc"), S("abc"));
	assert_span(mclmr_span(""), S(""));
	assert_span(mclmr_span(NULL), S(""));
}

static void test_compare(void **state)
{
	static const struct
	{
		mclmr_span_t a, b;
		bool equal, nocase, starts, starts_nocase;
	} rows[] = {
			{S(""), S(""), true, true, true, true},
			{S("abc"), S(""), false, false, true, true},
			{S(""), S("abc"), false, false, false, false},
			{S("abc"), S("abc"), true, true, true, true},
			{S("abc"), S("ABC"), false, true, false, true},
			{S("abcd"), S("aBc"), false, false, false, true},
			{S("abcd"), S("abc"), false, false, true, true},
			{S("abc"), S("abcd"), false, false, false, false},
			{S("a\0b"), S("a\0c"), false, false, false, false},
			{S("a\0b"), S("a\0B"), false, true, false, true},
			/* "[" and "{" differ in the bit of the case, so do "@" and "`" */
			{S("[@"), S("{`"), false, false, false, false},
			{S("\xc4"), S("\xe4"), false, false, false, false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_span_t a = rows[i].a, b = rows[i].b;

		assert_int_equal(mclmr_span_equal(a, b), rows[i].equal);
		assert_int_equal(mclmr_span_equal_nocase(a, b), rows[i].nocase);
		assert_int_equal(mclmr_span_starts(a, b), rows[i].starts);
		assert_int_equal(mclmr_span_starts_nocase(a, b), rows[i].starts_nocase);
	}
	assert_true(mclmr_span_equal((mclmr_span_t){NULL, 0}, S("")));
	assert_true(mclmr_span_starts(S("a"), (mclmr_span_t){NULL, 0}));
}

static void test_trim(void **state)
{
	static const struct
	{
		mclmr_span_t text, trimmed;
	} rows[] = {
			{S(""), S("")},
			{S(" \t\r\n"), S("")},
			{S("a"), S("a")},
			{S(" \r\n\ta b\t "), S("a b")},
			{S("\0 "), S("\0")},
			{S("\va\f"), S("\va\f")},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_span(mclmr_span_trim(rows[i].text), rows[i].trimmed);
	assert_span(mclmr_span_trim((mclmr_span_t){NULL, 0}), S(""));
}

static void test_cut(void **state)
{
	static const struct
	{
		mclmr_span_t text, head, rest;
		bool found;
	} rows[] = {
			{S("a;b;c"), S("a"), S("b;c"), true},
			{S(";b"), S(""), S("b"), true},
			{S("a;"), S("a"), S(""), true},
			{S("a"), S("a"), S(""), false},
			{S(""), S(""), S(""), false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_span_t rest = rows[i].text;

		assert_span(mclmr_span_cut(&rest, ';'), rows[i].head);
		assert_span(rest, rows[i].rest);
		assert_int_equal(rest.s != NULL, rows[i].found);
	}
}

/* Needles with an octet that has no case, found by that first. */
static void test_find_names(void **state)
{
	static const char text[] = "/x/a/B/a-/Ab/c/b";
	static const struct
	{
		mclmr_span_t needle;
		int at; /* -1: not there */
	} rows[] = {
			{S("/x"), 0},
			{S("A/b"), 3},
			{S("a/b/A"), 3},
			{S("b/C"), 11},
			{S("C/B"), 13},
			{S("c/b/"), -1},
			{S("aa/b"), -1},
			{S("a+b"), -1},
			{S("-"), 8},
			{S("/x/a/B/a-/Ab/c/b"), 0},
			{S("/x/a/B/a-/Ab/c/bb"), -1},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const char *at = mclmr_span_find_nocase(S(text), rows[i].needle);

		assert_int_equal(at ? at - text : -1, rows[i].at);
	}
}

static void test_find(void **state)
{
	static const char text[] = "xabcABcabd";
	static const struct
	{
		mclmr_span_t needle;
		int exact, nocase; /* offsets, -1: not there */
	} rows[] = {
			{S(""), -1, -1},
			{S("x"), 0, 0},
			{S("abd"), 7, 7},
			{S("ABC"), -1, 1},
			{S("xabcABcabd"), 0, 0},
			{S("xabcABcabde"), -1, -1},
			{S("bda"), -1, -1},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const char *exact = mclmr_span_find(S(text), rows[i].needle);
		const char *nocase = mclmr_span_find_nocase(S(text), rows[i].needle);

		assert_int_equal(exact ? exact - text : -1, rows[i].exact);
		assert_int_equal(nocase ? nocase - text : -1, rows[i].nocase);
	}
	assert_null(mclmr_span_find((mclmr_span_t){NULL, 0}, S("a")));
	assert_null(mclmr_span_find_nocase((mclmr_span_t){NULL, 0}, S("a/b")));
	assert_null(mclmr_span_find_nocase((mclmr_span_t){NULL, 0}, S("a")));
}

/* A place that comes after so many others that begin alike that the search
 * has changed its way, and those right before and after that. */
static void test_find_after_many(void **state)
{
	char text[64];

	(void)state;
	for(size_t n = 0; n < sizeof(text) - 2; n++) {
		mclmr_span_t whole = {text, n + 2};

		memset(text, '-', sizeof(text));
		assert_null(mclmr_span_find(whole, S("-+")));
		text[n + 1] = '+';
		assert_ptr_equal(mclmr_span_find(whole, S("-+")), text + n);
		assert_null(mclmr_span_find(whole, S("-+-")));
		whole.len--;
		assert_null(mclmr_span_find(whole, S("-+")));
	}
}

static void test_from(void **state)
{
	mclmr_span_t text = S("abc");

	(void)state;
	assert_span(mclmr_span_from(text, text.s), S("abc"));
	assert_span(mclmr_span_from(text, text.s + 2), S("c"));
	assert_span(mclmr_span_from(text, text.s + 3), S(""));
	assert_span(mclmr_span_from((mclmr_span_t){NULL, 0}, NULL), S(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_of_string),
			cmocka_unit_test(test_compare),
			cmocka_unit_test(test_trim),
			cmocka_unit_test(test_cut),
			cmocka_unit_test(test_find),
			cmocka_unit_test(test_find_names),
			cmocka_unit_test(test_find_after_many),
			cmocka_unit_test(test_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
