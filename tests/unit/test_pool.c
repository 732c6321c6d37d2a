/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * pool: blocks of any size that do not touch each other, from few pages, used
 * again once they are released; all are freed with the pool.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mclmr/base/pool.h"
#include "heap.h"
#include "unit.h"

#define BLOCKS 3000

/* The size of block i: small ones, and some that need a page of their own. */
static size_t size_of(size_t i)
{
	return i % 97 == 0 ? 4000 + i : i * 7 % 500;
}

static void fill(char *block, size_t i)
{
	memset(block, (int)(i & 0xff), size_of(i));
}

static bool is_filled(const char *block, size_t i)
{
	for(size_t k = 0; k < size_of(i); k++) {
		if(block[k] != (char)(i & 0xff))
			return false;
	}
	return true;
}

/* Blocks are aligned and keep what is in them, whatever is released and made
 * again beside them; few pages hold them; with the pool all memory goes. */
static void test_blocks(void **state)
{
	mclmr_pool_t *pool = mclmr_pool_new(&allocator);
	char *block[BLOCKS];

	(void)state;
	for(size_t i = 0; i < BLOCKS; i++) {
		block[i] = mclmr_pool_alloc(pool, size_of(i));
		assert_int_equal((uintptr_t)block[i] % sizeof(void *), 0);
		fill(block[i], i);
	}
	assert_true(heap.asked < 120);
	for(size_t i = 0; i < BLOCKS; i += 3)
		mclmr_pool_release(pool, block[i]);
	for(size_t i = 0; i < BLOCKS; i += 3) {
		block[i] = mclmr_pool_alloc(pool, size_of(i));
		fill(block[i], i);
	}
	for(size_t i = 0; i < BLOCKS; i++)
		assert_true(is_filled(block[i], i));
	mclmr_pool_free(pool);
	assert_int_equal(heap.blocks, 0);
}

/* However often blocks are made and released, the pool does not grow, and does
 * not ask for memory any more: a change costs the same at any time. */
static void test_used_again(void **state)
{
	mclmr_pool_t *pool = mclmr_pool_new(&allocator);
	char *block[BLOCKS];
	size_t octets, before;

	(void)state;
	for(size_t i = 0; i < BLOCKS; i++)
		block[i] = mclmr_pool_alloc(pool, 100 + i % 200);
	octets = mclmr_pool_octets(pool);
	before = heap.asked;
	for(size_t round = 0; round < 50; round++) {
		for(size_t i = round % 7; i < BLOCKS; i += 7)
			mclmr_pool_release(pool, block[i]);
		for(size_t i = round % 7; i < BLOCKS; i += 7)
			block[i] = mclmr_pool_alloc(pool, 100 + i % 200);
	}
	assert_int_equal(heap.asked, before);
	assert_int_equal(mclmr_pool_octets(pool), octets);
	assert_true(octets < BLOCKS * 230);
	mclmr_pool_free(pool);
}

/* The same if all blocks become larger and smaller again and again, each time
 * in another order: what one size has left serves the others. */
static void test_used_for_other_sizes(void **state)
{
	mclmr_pool_t *pool = mclmr_pool_new(&allocator);
	char *block[BLOCKS] = {NULL};

	(void)state;
	for(size_t round = 0; round < 60; round++) {
		size_t n = 64 + round * 112 % 400;

		for(size_t k = 0; k < BLOCKS; k++) {
			size_t i = k * (round * 2 + 1) % BLOCKS;
			char *next = mclmr_pool_alloc(pool, n + k % 5 * 8);

			memset(next, (int)round, n + k % 5 * 8);
			if(block[i] != NULL)
				mclmr_pool_release(pool, block[i]);
			block[i] = next;
		}
	}
	assert_true(mclmr_pool_octets(pool) < (size_t)BLOCKS * 2 * 500);
	mclmr_pool_free(pool);
}

/* Blocks that are released become one again, whatever the order, and what is
 * in use is known to the octet. */
static void test_joined(void **state)
{
	static const size_t order[] = {1, 2, 5, 0, 3, 4};
	mclmr_pool_t *pool = mclmr_pool_new(&allocator);
	char *block[6], *whole;
	size_t before;

	(void)state;
	mclmr_pool_release(pool, mclmr_pool_alloc(pool, 4000));
	before = heap.asked;
	for(size_t i = 0; i < 6; i++)
		block[i] = mclmr_pool_alloc(pool, 600);
	assert_int_equal(heap.asked, before);
	assert_int_equal(mclmr_pool_used(pool), 6 * 608);
	for(size_t i = 0; i < 6; i++)
		mclmr_pool_release(pool, block[order[i]]);
	assert_int_equal(mclmr_pool_used(pool), 0);
	whole = mclmr_pool_alloc(pool, 4000);
	assert_ptr_equal(whole, block[0]);
	assert_int_equal(heap.asked, before);
	mclmr_pool_free(pool);
}

/* A large block goes back to the allocator at once. */
static void test_large(void **state)
{
	mclmr_pool_t *pool = mclmr_pool_new(&allocator);
	size_t before = mclmr_pool_octets(pool);
	void *block[3];

	(void)state;
	for(size_t i = 0; i < 3; i++)
		block[i] = mclmr_pool_alloc(pool, 100000);
	assert_true(mclmr_pool_octets(pool) >= before + 300000);
	assert_true(mclmr_pool_used(pool) >= 300000);
	mclmr_pool_release(pool, block[1]);
	mclmr_pool_release(pool, block[0]);
	mclmr_pool_release(pool, block[2]);
	assert_int_equal(mclmr_pool_octets(pool), before);
	assert_int_equal(mclmr_pool_used(pool), 0);
	mclmr_pool_free(pool);
}

/* If there is memory for a small page only, that one is taken; without any,
 * there is no block, and those that were released are still given. */
static void test_short_of_memory(void **state)
{
	mclmr_pool_t *pool = mclmr_pool_new(&allocator);
	void *block;

	(void)state;
	heap.largest = 200;
	block = mclmr_pool_alloc(pool, 100);
	assert_non_null(block);
	heap.largest = 0;
	assert_null(mclmr_pool_alloc(pool, 100));
	assert_null(mclmr_pool_alloc(pool, 100000));
	heap.largest = 200;
	assert_null(mclmr_pool_alloc(pool, SIZE_MAX));
	assert_null(mclmr_pool_alloc(pool, SIZE_MAX - 8));
	heap.largest = 0;
	mclmr_pool_release(pool, block);
	assert_ptr_equal(mclmr_pool_alloc(pool, 99), block);
	mclmr_pool_free(pool);
	assert_int_equal(heap.blocks, 0);
	assert_null(mclmr_pool_new(&allocator));
	mclmr_pool_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup(name, heap_set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(test_blocks),
			TEST(test_used_again),
			TEST(test_used_for_other_sizes),
			TEST(test_joined),
			TEST(test_large),
			TEST(test_short_of_memory),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
