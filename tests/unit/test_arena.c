/* SPDX-License-Identifier: GPL-2.0-or-later */

/* arena: bounded memory, aligned, and copies in it. */
#include "mclmr/base/arena.h"
#include "spans.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

static void test_arena_alignment(void **state)
{
	char buffer[256];
	mclmr_arena_t arena = mclmr_arena(buffer + 1, sizeof(buffer) - 1);

	(void)state;
	for(int i = 0; i < 4; i++) {
		char *taken = mclmr_arena_alloc(&arena, 1);

		assert_non_null(taken);
		assert_int_equal((uintptr_t)taken % _Alignof(max_align_t), 0);
		assert_within((uintptr_t)taken, (uintptr_t)buffer,
				(uintptr_t)buffer + sizeof(buffer) - 1);
	}
}

static void test_arena_limits(void **state)
{
	_Alignas(max_align_t) char buffer[64];
	mclmr_arena_t arena = mclmr_arena(buffer, sizeof(buffer));

	(void)state;
	assert_null(mclmr_arena_alloc(&arena, 65));
	assert_null(mclmr_arena_alloc(&arena, SIZE_MAX));
	assert_int_equal(arena.used, 0);
	assert_ptr_equal(mclmr_arena_alloc(&arena, 64), buffer);
	assert_null(mclmr_arena_alloc(&arena, 1));
	assert_non_null(mclmr_arena_alloc(&arena, 0));
	arena = mclmr_arena(NULL, 0);
	assert_null(mclmr_arena_alloc(&arena, 1));
}

/* What alignment skips counts as well. */
static void test_arena_padding(void **state)
{
	_Alignas(max_align_t) char buffer[64];
	size_t step = _Alignof(max_align_t);
	mclmr_arena_t arena = mclmr_arena(buffer, step + 3);

	(void)state;
	assert_non_null(mclmr_arena_alloc(&arena, step + 1));
	assert_null(mclmr_arena_alloc(&arena, 1));
	arena = mclmr_arena(buffer, 2 * step + 8);
	assert_non_null(mclmr_arena_alloc(&arena, step + 1));
	assert_null(mclmr_arena_alloc(&arena, 9));
	assert_ptr_equal(mclmr_arena_alloc(&arena, 8), buffer + 2 * step);
}

static void test_arena_copy(void **state)
{
	char buffer[8];
	mclmr_arena_t arena = mclmr_arena(buffer, sizeof(buffer));
	mclmr_span_t first, second, third;

	(void)state;
	assert_true(mclmr_arena_copy(&arena, S("a\0cde"), &first));
	assert_true(mclmr_arena_copy(&arena, S("fgh"), &second));
	assert_false(mclmr_arena_copy(&arena, S("i"), &third));
	assert_span(first, S("a\0cde"));
	assert_span(second, S("fgh"));
	assert_span(third, S(""));
	assert_true(mclmr_arena_copy(&arena, (mclmr_span_t){NULL, 0}, &third));
	assert_span(third, S(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_arena_alignment),
			cmocka_unit_test(test_arena_limits),
			cmocka_unit_test(test_arena_padding),
			cmocka_unit_test(test_arena_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
