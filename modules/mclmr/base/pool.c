/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Blocks of memory from large pages. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "pool.h"

#define STEP 8	  /* octets from one size to the next */
#define LEAST 3	  /* steps: a head, and room for the links of a free block */
#define SIZES 513 /* up to 4 KiB; a larger block has a page */
#define WORD 64	  /* sizes in a word of the map */
#define MOST_PAGE \
	((size_t)1 << 20) /* a page is an eighth of the pool at most */

/* The head of a page; its blocks follow, and the head of a last one that is
 * none. */
typedef struct page
{
	struct page *next;
	struct page *prev;
	size_t octets;
} page_t;

/* The head of a block; the next one of the page follows it. */
typedef struct block
{
	uint32_t size : 31; /* in steps, the head included; 0: the last one of a
						 * page, or one that has a page of its own */
	uint32_t used : 1;
	uint32_t before; /* size of the one before it in the page; 0: none */
} block_t;

/* A block that is not in use, among the others of its size. */
typedef struct free_block
{
	block_t head;
	struct free_block *next;
	struct free_block *prev;
} free_block_t;

_Static_assert(sizeof(block_t) == STEP, "a head is one step");
_Static_assert(sizeof(free_block_t) <= (size_t)LEAST * STEP, "links fit");

struct mclmr_pool
{
	mclmr_allocator_t allocator;
	page_t *pages;
	size_t octets, used;
	uint64_t map[SIZES / WORD + 1]; /* sizes of which there are free blocks */
	free_block_t *free[SIZES];		/* by size; the last ones have it or more */
};

mclmr_pool_t *mclmr_pool_new(const mclmr_allocator_t *allocator)
{
	mclmr_pool_t *pool = allocator->alloc(sizeof(*pool));

	if(pool == NULL)
		return NULL;
	memset(pool, 0, sizeof(*pool));
	pool->allocator = *allocator;
	pool->octets = sizeof(*pool);
	return pool;
}

void mclmr_pool_free(mclmr_pool_t *pool)
{
	page_t *page, *next;

	if(pool == NULL)
		return;
	for(page = pool->pages; page != NULL; page = next) {
		next = page->next;
		pool->allocator.release(page);
	}
	pool->allocator.release(pool);
}

size_t mclmr_pool_octets(const mclmr_pool_t *pool)
{
	return pool->octets;
}

size_t mclmr_pool_used(const mclmr_pool_t *pool)
{
	return pool->used;
}

/* A page with this many octets in all, NULL if memory is short. */
static page_t *add_page(mclmr_pool_t *pool, size_t octets)
{
	page_t *page = pool->allocator.alloc(octets);

	if(page == NULL)
		return NULL;
	*page = (page_t){pool->pages, NULL, octets};
	if(pool->pages != NULL)
		pool->pages->prev = page;
	pool->pages = page;
	pool->octets += octets;
	return page;
}

/* Gives a page back. */
static void remove_page(mclmr_pool_t *pool, page_t *page)
{
	if(page->prev != NULL)
		page->prev->next = page->next;
	else
		pool->pages = page->next;
	if(page->next != NULL)
		page->next->prev = page->prev;
	pool->octets -= page->octets;
	pool->allocator.release(page);
}

/* The octets of a block, and the block of these octets. */
static void *octets_of(block_t *block)
{
	return block + 1;
}

static block_t *block_of(void *octets)
{
	return (block_t *)octets - 1;
}

/* The blocks beside one in its page. */
static block_t *after(block_t *block)
{
	return block + block->size;
}

static block_t *before(block_t *block)
{
	return block - block->before;
}

/* The list of free blocks that one of this size is in. */
static size_t list_of(size_t size)
{
	return size < SIZES ? size : SIZES - 1;
}

/* Marks whether there are free blocks in a list. */
static void mark(mclmr_pool_t *pool, size_t list)
{
	uint64_t bit = UINT64_C(1) << list % WORD;

	if(pool->free[list] != NULL)
		pool->map[list / WORD] |= bit;
	else
		pool->map[list / WORD] &= ~bit;
}

/* Makes a block one that is not in use. */
static void put_away(mclmr_pool_t *pool, block_t *block)
{
	free_block_t *put = (free_block_t *)block;
	size_t list = list_of(block->size);

	block->used = 0;
	after(block)->before = block->size;
	put->next = pool->free[list];
	put->prev = NULL;
	if(put->next != NULL)
		put->next->prev = put;
	pool->free[list] = put;
	mark(pool, list);
}

/* Takes a free block out of its list. */
static void take_out(mclmr_pool_t *pool, block_t *block)
{
	free_block_t *taken = (free_block_t *)block;
	size_t list = list_of(block->size);

	if(taken->next != NULL)
		taken->next->prev = taken->prev;
	if(taken->prev != NULL)
		taken->prev->next = taken->next;
	else
		pool->free[list] = taken->next;
	mark(pool, list);
}

/* Begins a page with one free block: a large page, or, if there is no memory
 * for it, one just large enough for this size. */
static bool begin_page(mclmr_pool_t *pool, size_t size)
{
	size_t around = sizeof(page_t) + sizeof(block_t);
	size_t least = size * STEP;
	size_t most = pool->octets / 8 < MOST_PAGE ? pool->octets / 8 : MOST_PAGE;
	size_t room = most > least + around ? (most - around) / STEP * STEP : least;
	page_t *page = add_page(pool, around + room);
	block_t *block;

	if(page == NULL && room > least) {
		room = least;
		page = add_page(pool, around + room);
	}
	if(page == NULL)
		return false;
	block = (block_t *)(page + 1);
	*block = (block_t){.size = (uint32_t)(room / STEP)};
	*after(block) = (block_t){.used = 1};
	put_away(pool, block);
	return true;
}

/* The smallest free block that has this size, NULL if there is none. */
static block_t *find_free(const mclmr_pool_t *pool, size_t size)
{
	uint64_t bits = pool->map[size / WORD] >> size % WORD;

	if(bits != 0)
		return &pool->free[size + (size_t)__builtin_ctzll(bits)]->head;
	for(size_t i = size / WORD + 1; i < SIZES / WORD + 1; i++) {
		if(pool->map[i] != 0)
			return &pool->free[i * WORD + (size_t)__builtin_ctzll(pool->map[i])]
							->head;
	}
	return NULL;
}

/* Cuts what is more than this size off a block, if it is enough for one. */
static void cut(mclmr_pool_t *pool, block_t *block, size_t size)
{
	size_t rest = block->size - size;

	if(rest < LEAST)
		return;
	block->size = (uint32_t)size;
	*after(block) = (block_t){.size = (uint32_t)rest, .before = (uint32_t)size};
	put_away(pool, after(block));
}

/* A block of this size from a page. */
static block_t *small_block(mclmr_pool_t *pool, size_t size)
{
	block_t *block = find_free(pool, size);

	if(block == NULL && begin_page(pool, size))
		block = find_free(pool, size);
	if(block == NULL)
		return NULL;
	take_out(pool, block);
	cut(pool, block, size);
	block->used = 1;
	pool->used += (size_t)block->size * STEP;
	return block;
}

/* A block that has a page of its own. */
static block_t *large_block(mclmr_pool_t *pool, size_t n)
{
	size_t around = sizeof(page_t) + sizeof(block_t);
	page_t *page = n < SIZE_MAX - around ? add_page(pool, around + n) : NULL;
	block_t *block;

	if(page == NULL)
		return NULL;
	block = (block_t *)(page + 1);
	*block = (block_t){.used = 1};
	pool->used += page->octets;
	return block;
}

void *mclmr_pool_alloc(mclmr_pool_t *pool, size_t n)
{
	size_t size = n / STEP + 1; /* with the head */
	block_t *block;

	if(n % STEP > 0)
		size++;
	if(size < LEAST)
		size = LEAST;
	block = size < SIZES ? small_block(pool, size) : large_block(pool, n);
	return block != NULL ? octets_of(block) : NULL;
}

/* Joins a block, out of all lists, with the free ones beside it; what they
 * are together. */
static block_t *join(mclmr_pool_t *pool, block_t *block)
{
	block_t *next = after(block);

	if(!next->used) {
		take_out(pool, next);
		block->size += next->size;
	}
	if(block->before > 0 && !before(block)->used) {
		next = block;
		block = before(block);
		take_out(pool, block);
		block->size += next->size;
	}
	return block;
}

void mclmr_pool_release(mclmr_pool_t *pool, void *octets)
{
	block_t *block = block_of(octets);

	if(block->size == 0) {
		page_t *page = (page_t *)block - 1;

		pool->used -= page->octets;
		remove_page(pool, page);
	} else {
		pool->used -= (size_t)block->size * STEP;
		put_away(pool, join(pool, block));
	}
}
