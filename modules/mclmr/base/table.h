/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * table: a chained hash table of nodes that belong to its user, with a
 * random seed, grown as it fills, a few chains at each insertion: no single one
 * takes long, at a million nodes either. No locks.
 */
#ifndef MCLMR_TABLE_H
#define MCLMR_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "allocator.h"
#include "span.h"

/* What a node hangs on in one table. */
typedef struct mclmr_link
{
	struct mclmr_link *next;
} mclmr_link_t;

/* The node whose member this link is. */
#define MCLMR_NODE_OF(type, member, link) \
	((type *)((char *)(link)-offsetof(type, member)))

typedef struct mclmr_table
{
	uint64_t (*hash)(uint64_t seed, const mclmr_link_t *link);
	uint64_t seed;
	size_t n;
	size_t buckets; /* a power of two */
	mclmr_link_t **bucket;
	mclmr_link_t **old; /* half as many, while they move; else NULL */
	size_t moved;		/* of the old ones */
} mclmr_table_t;

/* The hash of a key under a table's seed. */
uint64_t mclmr_table_hash(uint64_t seed, mclmr_span_t key);

/* Makes a table empty, with buckets for about expected nodes; hash tells that
 * of a node. false if memory is short. */
bool mclmr_table_init(const mclmr_allocator_t *allocator, mclmr_table_t *table,
		uint64_t (*hash)(uint64_t seed, const mclmr_link_t *link),
		size_t expected);

/* Gives back the buckets, if there are any; the nodes stay. */
void mclmr_table_free(
		const mclmr_allocator_t *allocator, const mclmr_table_t *table);

/* Octets of memory that the buckets take. */
size_t mclmr_table_octets(const mclmr_table_t *table);

/* The first node of the chain in which a hash is; the others are on next. */
mclmr_link_t *mclmr_table_chain(const mclmr_table_t *table, uint64_t hash);

/* The same of chain i, i < table->buckets: all of them have all nodes, each
 * once. */
mclmr_link_t *mclmr_table_chain_at(const mclmr_table_t *table, size_t i);

/*
 * The chain after chain i in a walk over all chains, from 0 to 0, that lasts
 * while nodes come and go: if the table grows meanwhile, the chains that were
 * seen are not seen again but for one at most, and none is left out. i may be
 * of a time when the table was smaller.
 */
size_t mclmr_table_next(const mclmr_table_t *table, size_t i);

/* Puts a node in. If there is no memory to grow, chains grow instead. */
void mclmr_table_insert(const mclmr_allocator_t *allocator,
		mclmr_table_t *table, mclmr_link_t *link);

/* Takes a node, which is in the table, out of it. */
void mclmr_table_remove(mclmr_table_t *table, const mclmr_link_t *link);

#endif
