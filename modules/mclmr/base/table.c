/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Hash table of nodes, grown as it fills. */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "table.h"

#define MIN_BUCKETS ((size_t)16)
#define MAX_BUCKETS ((size_t)1 << 28)
#define MOVES 4 /* chains that move at an insertion */

/* FNV-1a from a random seed, its bits mixed at the end. */
uint64_t mclmr_table_hash(uint64_t seed, mclmr_span_t key)
{
	uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);

	for(size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.s[i]) * UINT64_C(0x100000001b3);
	hash = (hash ^ (hash >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

/* An array of buckets, not filled in yet, NULL if memory is short. */
static mclmr_link_t **new_buckets(const mclmr_allocator_t *allocator, size_t n)
{
	return allocator->alloc(n * sizeof(mclmr_link_t *));
}

/* True if old chain i is where its nodes still are. */
static bool is_old(const mclmr_table_t *table, size_t i)
{
	return table->old != NULL && i >= table->moved;
}

static mclmr_link_t **bucket_of(const mclmr_table_t *table, uint64_t hash)
{
	size_t i = hash & (table->buckets / 2 - 1);

	return is_old(table, i) ? &table->old[i]
							: &table->bucket[hash & (table->buckets - 1)];
}

/* A seed that cannot be known outside. */
static uint64_t random_seed(const void *owner)
{
	uint64_t seed;

	if(getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)time(NULL) ^ (uint64_t)(uintptr_t)owner;
	return seed;
}

/* Buckets for about expected nodes. */
static size_t buckets_for(size_t expected)
{
	size_t buckets = MIN_BUCKETS;

	while(buckets < expected && buckets < MAX_BUCKETS)
		buckets *= 2;
	return buckets;
}

bool mclmr_table_init(const mclmr_allocator_t *allocator, mclmr_table_t *table,
		uint64_t (*hash)(uint64_t seed, const mclmr_link_t *link),
		size_t expected)
{
	table->hash = hash;
	table->seed = random_seed(table);
	table->n = 0;
	table->buckets = buckets_for(expected);
	table->bucket = new_buckets(allocator, table->buckets);
	table->old = NULL;
	table->moved = 0;
	if(table->bucket == NULL)
		return false;
	memset(table->bucket, 0, table->buckets * sizeof(mclmr_link_t *));
	return true;
}

void mclmr_table_free(
		const mclmr_allocator_t *allocator, const mclmr_table_t *table)
{
	if(table->bucket != NULL)
		allocator->release(table->bucket);
	if(table->old != NULL)
		allocator->release(table->old);
}

size_t mclmr_table_octets(const mclmr_table_t *table)
{
	size_t old = table->old != NULL ? table->buckets / 2 : 0;

	return (table->buckets + old) * sizeof(mclmr_link_t *);
}

mclmr_link_t *mclmr_table_chain(const mclmr_table_t *table, uint64_t hash)
{
	return *bucket_of(table, hash);
}

mclmr_link_t *mclmr_table_chain_at(const mclmr_table_t *table, size_t i)
{
	size_t half = table->buckets / 2;

	if(!is_old(table, i & (half - 1)))
		return table->bucket[i];
	return i < half ? table->old[i] : NULL;
}

/* Chains are counted from the highest bit down: those that one becomes when the
 * table grows follow each other. */
size_t mclmr_table_next(const mclmr_table_t *table, size_t i)
{
	size_t bit = table->buckets / 2;

	i &= table->buckets - 1;
	while(bit > 0 && (i & bit) != 0) {
		i &= ~bit;
		bit /= 2;
	}
	return i | bit;
}

/* Puts a node at the front of its bucket. */
static void prepend(mclmr_table_t *table, mclmr_link_t *link)
{
	mclmr_link_t **bucket = bucket_of(table, table->hash(table->seed, link));

	link->next = *bucket;
	*bucket = link;
}

/* Begins to double the buckets; if memory is short the chains grow instead. */
static void begin_growth(
		const mclmr_allocator_t *allocator, mclmr_table_t *table)
{
	mclmr_link_t **bucket = new_buckets(allocator, 2 * table->buckets);

	if(bucket == NULL)
		return;
	table->old = table->bucket;
	table->moved = 0;
	table->bucket = bucket;
	table->buckets *= 2;
}

/* Moves the next old chain to the two places that its nodes have now. */
static void move_chain(mclmr_table_t *table)
{
	size_t i = table->moved++;
	mclmr_link_t *link = table->old[i];

	table->bucket[i] = table->bucket[table->buckets / 2 + i] = NULL;
	while(link != NULL) {
		mclmr_link_t *next = link->next;

		prepend(table, link);
		link = next;
	}
}

/* Moves some old chains; after the last one the old buckets are given back. */
static void move_some(const mclmr_allocator_t *allocator, mclmr_table_t *table)
{
	for(int i = 0; i < MOVES && table->moved < table->buckets / 2; i++)
		move_chain(table);
	if(table->moved < table->buckets / 2)
		return;
	allocator->release(table->old);
	table->old = NULL;
}

void mclmr_table_insert(const mclmr_allocator_t *allocator,
		mclmr_table_t *table, mclmr_link_t *link)
{
	if(table->old != NULL)
		move_some(allocator, table);
	else if(table->n >= table->buckets && table->buckets < MAX_BUCKETS)
		begin_growth(allocator, table);
	prepend(table, link);
	table->n++;
}

void mclmr_table_remove(mclmr_table_t *table, const mclmr_link_t *link)
{
	mclmr_link_t **at = bucket_of(table, table->hash(table->seed, link));

	while(*at != link)
		at = &(*at)->next;
	*at = link->next;
	table->n--;
}
