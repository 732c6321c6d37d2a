/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * pool: blocks of memory for data that are made and changed node by node and
 * freed as a whole. They are cut from few large pages; those that are given
 * back are joined with what is free beside them, and used again for any size.
 * Neither the time that a block takes nor the memory around the pool depends
 * on what was done before. No locks.
 */
#ifndef MCLMR_POOL_H
#define MCLMR_POOL_H

#include <stddef.h>

#include "allocator.h"

typedef struct mclmr_pool mclmr_pool_t;

/* An empty pool, whose pages come from this allocator; NULL if memory is
 * short. */
mclmr_pool_t *mclmr_pool_new(const mclmr_allocator_t *allocator);

/* Frees it with all blocks; NULL is no error. */
void mclmr_pool_free(mclmr_pool_t *pool);

/* A block of n octets, aligned for pointers and 64 bits, NULL if memory is
 * short. It stays in the pool once it is released. */
void *mclmr_pool_alloc(mclmr_pool_t *pool, size_t n);
void mclmr_pool_release(mclmr_pool_t *pool, void *block);

/* Octets that the pool has from the allocator; those of them that are in
 * use. */
size_t mclmr_pool_octets(const mclmr_pool_t *pool);
size_t mclmr_pool_used(const mclmr_pool_t *pool);

#endif
