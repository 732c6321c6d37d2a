/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * table: every node is found at any moment, also while the table grows, and no
 * single insertion has much to do.
 */
#include <stdio.h>
#include <string.h>

#include "mclmr/base/table.h"
#include "heap.h"
#include "unit.h"

#define NODES 5000
#define MOST 100 /* nodes that one insertion may look at */

/* A node whose key is its number. */
typedef struct node
{
	mclmr_link_t link;
	uint64_t number;
} node_t;

static node_t nodes[NODES];
static size_t hashed; /* how often a node was looked at */

static uint64_t hash_number(uint64_t seed, uint64_t number)
{
	return mclmr_table_hash(
			seed, (mclmr_span_t){(const char *)&number, sizeof(number)});
}

static uint64_t hash_link(uint64_t seed, const mclmr_link_t *link)
{
	hashed++;
	return hash_number(seed, MCLMR_NODE_OF(node_t, link, link)->number);
}

static bool is_there(const mclmr_table_t *table, uint64_t number)
{
	const mclmr_link_t *link =
			mclmr_table_chain(table, hash_number(table->seed, number));

	while(link != NULL
			&& MCLMR_NODE_OF(const node_t, link, link)->number != number)
		link = link->next;
	return link != NULL;
}

/* How many nodes all chains have. */
static size_t count_all(const mclmr_table_t *table)
{
	size_t n = 0;

	for(size_t i = 0; i < table->buckets; i++) {
		for(const mclmr_link_t *link = mclmr_table_chain_at(table, i);
				link != NULL; link = link->next)
			n++;
	}
	return n;
}

/* Puts in these nodes; none of them has much to do. */
static void fill(mclmr_table_t *table, size_t from, size_t to)
{
	for(size_t i = from; i < to; i++) {
		nodes[i].number = i;
		hashed = 0;
		mclmr_table_insert(&allocator, table, &nodes[i].link);
		assert_true(hashed < MOST);
	}
}

/* From the first node on, at any size. */
static void test_growth(void **state)
{
	mclmr_table_t table;

	(void)state;
	assert_true(mclmr_table_init(&allocator, &table, hash_link, 0));
	for(size_t n = 0; n < NODES; n++) {
		fill(&table, n, n + 1);
		assert_int_equal(table.n, n + 1);
		if(n % 61 == 0) {
			for(size_t i = 0; i <= n; i++)
				assert_true(is_there(&table, i));
			assert_false(is_there(&table, n + 1));
			assert_int_equal(count_all(&table), n + 1);
		}
	}
	assert_true(table.buckets >= NODES);
	mclmr_table_free(&allocator, &table);
	assert_int_equal(heap.blocks, 0);
}

/* Nodes that are taken out in the middle of it, moved or not yet, are gone,
 * and the others stay. */
static void test_removed(void **state)
{
	mclmr_table_t table;
	size_t n = 0;

	(void)state;
	assert_true(mclmr_table_init(&allocator, &table, hash_link, 0));
	while(table.old == NULL || table.buckets < 2048 || table.moved < 300)
		fill(&table, n, n + 1), n++;
	assert_int_equal(mclmr_table_octets(&table),
			(table.buckets + table.buckets / 2) * sizeof(mclmr_link_t *));
	for(size_t i = 0; i < n; i += 2)
		mclmr_table_remove(&table, &nodes[i].link);
	for(size_t i = 0; i < n; i++)
		assert_int_equal(is_there(&table, i), i % 2);
	assert_int_equal(count_all(&table), n / 2);
	assert_int_equal(table.n, n / 2);
	mclmr_table_free(&allocator, &table);
	assert_int_equal(heap.blocks, 0);
}

/* Without memory to grow the chains do; with memory again it grows. */
static void test_short_of_memory(void **state)
{
	mclmr_table_t table;

	(void)state;
	assert_true(mclmr_table_init(&allocator, &table, hash_link, 1000));
	assert_int_equal(table.buckets, 1024);
	heap.left = 0;
	fill(&table, 0, 2000);
	assert_int_equal(table.buckets, 1024);
	heap.left = SIZE_MAX;
	fill(&table, 2000, 4000);
	assert_true(table.buckets >= 4096);
	for(size_t i = 0; i < 4000; i++)
		assert_true(is_there(&table, i));
	mclmr_table_free(&allocator, &table);
	heap.left = 0;
	assert_false(mclmr_table_init(&allocator, &table, hash_link, 0));
	mclmr_table_free(&allocator, &table);
}

#define TEST(name) cmocka_unit_test_setup(name, heap_set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(test_growth),
			TEST(test_removed),
			TEST(test_short_of_memory),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
