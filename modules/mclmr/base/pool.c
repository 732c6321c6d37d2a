/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Blocks of memory from large pages. */
#include <stdbool.h>
#include <string.h>

#include "pool.h"

#define STEP 8	  /* octets from one size to the next */
#define LEAST 2	  /* steps: a head, and room for a pointer */
#define SIZES 513 /* up to 4 KiB; a larger block has a page */
#define MOST_PAGE \
	((size_t)1 << 20) /* a page is an eighth of the pool at most */

/* The head of a page; its blocks follow. */
typedef struct page
{
	struct page *next;
	struct page *prev;
	size_t octets;
} page_t;

/* The head of a block. One that is not in use has the next of its size in its
 * octets. */
typedef struct block
{
	size_t size; /* in steps, the head included; 0: it has a page of its own */
} block_t;

struct mclmr_pool
{
	mclmr_allocator_t allocator;
	page_t *pages;
	size_t octets;
	char *at, *end; /* what is not cut yet of the page in use */
	block_t *released[SIZES];
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

/* Puts a block to the others of its size that are not in use. */
static void put_away(mclmr_pool_t *pool, block_t *block)
{
	memcpy(octets_of(block), &pool->released[block->size], sizeof(block_t *));
	pool->released[block->size] = block;
}

/* Takes a block of this size that is not in use; NULL if there is none. */
static block_t *take_again(mclmr_pool_t *pool, size_t size)
{
	block_t *block = pool->released[size];

	if(block != NULL)
		memcpy(&pool->released[size], octets_of(block), sizeof(block_t *));
	return block;
}

/* Makes a block of what is left of the page in use, if that is enough for
 * one. */
static void put_rest_away(mclmr_pool_t *pool)
{
	size_t size = (size_t)(pool->end - pool->at) / STEP;
	block_t *block = (block_t *)pool->at;

	if(size < LEAST)
		return;
	block->size = size < SIZES ? size : SIZES - 1;
	put_away(pool, block);
}

/* Begins a page with room for a block of this size: a large one, or, if there
 * is no memory for it, one just large enough. */
static bool begin_page(mclmr_pool_t *pool, size_t size)
{
	size_t least = sizeof(page_t) + size * STEP;
	size_t octets = pool->octets / 8;
	page_t *page;

	if(octets > MOST_PAGE)
		octets = MOST_PAGE;
	if(octets < least)
		octets = least;
	page = add_page(pool, octets);
	if(page == NULL && octets > least) {
		octets = least;
		page = add_page(pool, octets);
	}
	if(page == NULL)
		return false;
	put_rest_away(pool);
	pool->at = (char *)(page + 1);
	pool->end = (char *)page + octets;
	return true;
}

/* Cuts a new block of this size off the page in use. */
static block_t *cut(mclmr_pool_t *pool, size_t size)
{
	block_t *block;

	if((size_t)(pool->end - pool->at) < size * STEP && !begin_page(pool, size))
		return NULL;
	block = (block_t *)pool->at;
	pool->at += size * STEP;
	block->size = size;
	return block;
}

/* A block that has a page of its own. */
static block_t *large_block(mclmr_pool_t *pool, size_t n)
{
	page_t *page = add_page(pool, sizeof(*page) + sizeof(block_t) + n);
	block_t *block;

	if(page == NULL)
		return NULL;
	block = (block_t *)(page + 1);
	block->size = 0;
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
	if(size >= SIZES)
		block = large_block(pool, n);
	else if((block = take_again(pool, size)) == NULL)
		block = cut(pool, size);
	return block != NULL ? octets_of(block) : NULL;
}

void mclmr_pool_release(mclmr_pool_t *pool, void *octets)
{
	block_t *block = block_of(octets);

	if(block->size == 0)
		remove_page(pool, (page_t *)block - 1);
	else
		put_away(pool, block);
}
