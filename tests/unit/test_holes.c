/* SPDX-License-Identifier: GPL-2.0-or-later */

/* holes: numbers that are missing in a change log. */
#include <stdlib.h>
#include <string.h>

#include "mc_common/holes.c"
#include "unit.h"

#define MAX_STEPS 8

/* Numbers in the order they were seen, and what is asked for after them. */
typedef struct holes_case
{
	const char *name;
	long long first;
	long long seen[MAX_STEPS]; /* 0 ends them */
	long long last;
	const char *condition;
} holes_case_t;

static const holes_case_t cases[] = {
		{"nothing seen", 1, {0}, 0, ""},
		{"begins in the middle", 500, {0}, 499, ""},
		{"no gap", 1, {1, 2, 3}, 3, ""},
		{"one missing", 1, {1, 3}, 3, "seq BETWEEN 2 AND 2"},
		{"first ones missing", 1, {4}, 4, "seq BETWEEN 1 AND 3"},
		{"it comes late", 1, {1, 3, 2}, 3, ""},
		{"run cut at its begin", 1, {6, 1}, 6, "seq BETWEEN 2 AND 5"},
		{"run cut at its end", 1, {6, 5}, 6, "seq BETWEEN 1 AND 4"},
		{"run cut in two", 1, {6, 3}, 6,
				"seq BETWEEN 1 AND 2 OR seq BETWEEN 4 AND 5"},
		{"two runs", 1, {2, 5}, 5,
				"seq BETWEEN 1 AND 1 OR seq BETWEEN 3 AND 4"},
		{"all come backwards", 1, {5, 4, 3, 2, 1}, 5, ""},
		{"seen twice", 1, {1, 2, 2, 1}, 2, ""},
		{"below the begin", 10, {3}, 9, ""},
		{"large numbers", 9000000000000000000, {9000000000000000002},
				9000000000000000002,
				"seq BETWEEN 9000000000000000000 AND 9000000000000000001"},
};

/* The condition asks for what is missing and for nothing else. */
static void test_condition(void **state)
{
	static char sql[MC_HOLES_SQL];
	mc_holes_t holes;
	size_t i, j;

	(void)state;
	for(i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mc_holes_begin(&holes, cases[i].first);
		for(j = 0; j < MAX_STEPS && cases[i].seen[j] != 0; j++) {
			assert_true(mc_holes_seen(&holes, cases[i].seen[j], 0));
		}
		mc_holes_condition(&holes, sql);
		assert_int_equal(holes.last, cases[i].last);
		if(strcmp(sql, cases[i].condition) != 0) {
			fail_msg("%s: %s", cases[i].name, sql);
		}
	}
}

/* Only holes from before the time are given up. */
static void test_expire(void **state)
{
	static char sql[MC_HOLES_SQL];
	mc_holes_t holes;

	(void)state;
	mc_holes_begin(&holes, 1);
	mc_holes_seen(&holes, 2, 100);
	mc_holes_seen(&holes, 4, 200);
	mc_holes_seen(&holes, 8, 100);
	mc_holes_seen(&holes, 6, 300);
	assert_int_equal(mc_holes_expire(&holes, 100), 0);
	assert_int_equal(mc_holes_expire(&holes, 101), 3);
	mc_holes_condition(&holes, sql);
	assert_string_equal(sql, "seq BETWEEN 3 AND 3");
	assert_int_equal(mc_holes_expire(&holes, 201), 1);
	assert_int_equal(mc_holes_expire(&holes, 9999), 0);
}

/* Fills all places: the numbers 1, 3, 5, ... are missing. */
static void fill(mc_holes_t *holes, long long step)
{
	long long i;

	mc_holes_begin(holes, 1);
	for(i = 1; i <= MC_MAX_HOLES; i++) {
		assert_true(mc_holes_seen(holes, i * step, 0));
	}
	assert_int_equal(holes->n, MC_MAX_HOLES);
}

/* One hole too many costs the oldest one, and says so. */
static void test_overflow(void **state)
{
	mc_holes_t holes;
	long long last = 2 * (MC_MAX_HOLES + 1);

	(void)state;
	fill(&holes, 2);
	assert_false(mc_holes_seen(&holes, last, 0));
	assert_int_equal(holes.n, MC_MAX_HOLES);
	assert_int_equal(holes.hole[0].first, 3);
	assert_int_equal(holes.hole[MC_MAX_HOLES - 1].first, last - 1);
}

/* Cutting a run in two when all is full gives up the oldest, too. */
static void test_cut_overflow(void **state)
{
	mc_holes_t holes;

	(void)state;
	fill(&holes, 4);
	assert_false(mc_holes_seen(&holes, 2, 0));
	assert_int_equal(holes.n, MC_MAX_HOLES);
	assert_int_equal(holes.hole[0].first, 3);
	assert_int_equal(holes.hole[0].last, 3);
	assert_int_equal(holes.hole[1].first, 5);

	fill(&holes, 4);
	assert_false(mc_holes_seen(&holes, 4 * MC_MAX_HOLES - 2, 0));
	assert_int_equal(holes.hole[0].first, 5);
	assert_int_equal(holes.hole[MC_MAX_HOLES - 1].last, 4 * MC_MAX_HOLES - 1);
}

/* The longest condition fits into its room. */
static void test_longest_condition(void **state)
{
	static char sql[MC_HOLES_SQL];
	const long long base = 9000000000000000000;
	mc_holes_t holes;
	long long i;

	(void)state;
	mc_holes_begin(&holes, base);
	for(i = 1; i <= MC_MAX_HOLES; i++) {
		mc_holes_seen(&holes, base + 3 * i, 0);
	}
	mc_holes_condition(&holes, sql);
	assert_int_equal(holes.n, MC_MAX_HOLES);
	assert_string_equal(sql + strlen(sql) - 19, "9000000000000000767");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_condition),
			cmocka_unit_test(test_expire),
			cmocka_unit_test(test_overflow),
			cmocka_unit_test(test_cut_overflow),
			cmocka_unit_test(test_longest_condition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
