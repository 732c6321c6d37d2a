/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Hash table of nodes, grown as it fills. */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "table.h"

#define MIN_BUCKETS ((size_t)16)
#define MAX_BUCKETS ((size_t)1 << 28)

/* FNV-1a from a random seed, its bits mixed at the end. */
uint64_t mclmr_table_hash(uint64_t seed, mclmr_span_t key)
{
	uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);

	for(size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.s[i]) * UINT64_C(0x100000001b3);
	hash = (hash ^ (hash >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

/* An empty array of buckets, NULL if memory is short. */
static mclmr_link_t **new_buckets(const mclmr_allocator_t *allocator, size_t n)
{
	mclmr_link_t **bucket = allocator->alloc(n * sizeof(mclmr_link_t *));

	return bucket == NULL ? NULL
						  : memset(bucket, 0, n * sizeof(mclmr_link_t *));
}

static mclmr_link_t **bucket_of(const mclmr_table_t *table, uint64_t hash)
{
	return &table->bucket[hash & (table->buckets - 1)];
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
	return table->bucket != NULL;
}

void mclmr_table_free(
		const mclmr_allocator_t *allocator, const mclmr_table_t *table)
{
	if(table->bucket != NULL)
		allocator->release(table->bucket);
}

size_t mclmr_table_octets(const mclmr_table_t *table)
{
	return table->buckets * sizeof(mclmr_link_t *);
}

mclmr_link_t *mclmr_table_chain(const mclmr_table_t *table, uint64_t hash)
{
	return *bucket_of(table, hash);
}

/* Puts a node at the front of its bucket. */
static void prepend(mclmr_table_t *table, mclmr_link_t *link)
{
	mclmr_link_t **bucket = bucket_of(table, table->hash(table->seed, link));

	link->next = *bucket;
	*bucket = link;
}

/* Doubles the buckets; if memory is short the chains grow instead. */
static void grow(const mclmr_allocator_t *allocator, mclmr_table_t *table)
{
	mclmr_table_t old = *table;

	table->bucket = new_buckets(allocator, 2 * old.buckets);
	if(table->bucket == NULL) {
		table->bucket = old.bucket;
		return;
	}
	table->buckets = 2 * old.buckets;
	for(size_t i = 0; i < old.buckets; i++) {
		mclmr_link_t *link = old.bucket[i];

		while(link != NULL) {
			mclmr_link_t *next = link->next;

			prepend(table, link);
			link = next;
		}
	}
	allocator->release(old.bucket);
}

void mclmr_table_insert(const mclmr_allocator_t *allocator,
		mclmr_table_t *table, mclmr_link_t *link)
{
	if(table->n >= table->buckets && table->buckets < MAX_BUCKETS)
		grow(allocator, table);
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
