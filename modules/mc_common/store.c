/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A content in shared memory and its big-reader lock. */
#include <stdio.h>
#include <string.h>

#include "core/locking.h"
#include "core/mem/shm_mem.h"
#include "core/pt.h"

#include "store.h"

#define LOCKS 64
#define CACHE_LINE 64

/* A lock in a cache line of its own, so that readers do not share lines. */
typedef union slot
{
	gen_lock_t lock;
	char line[CACHE_LINE];
} slot_t;

struct mc_store_shared
{
	slot_t slot[LOCKS];
	void *content;
	bool writing; /* a writer that died in between leaves it set */
	mc_store_info_t info;
};

/* The allocator's functions: shm_malloc() and shm_free() are macros. */
static void *store_alloc(size_t n)
{
	return shm_malloc(n);
}

static void store_release(void *memory)
{
	if(memory != NULL)
		shm_free(memory);
}

const mclmr_allocator_t *mc_store_allocator(void)
{
	static const mclmr_allocator_t allocator = {store_alloc, store_release};

	return &allocator;
}

bool mc_store_init(mc_store_t *store, void (*release)(void *content))
{
	struct mc_store_shared *shared = shm_malloc(sizeof(*shared));

	if(shared == NULL)
		return false;
	memset(shared, 0, sizeof(*shared));
	for(int i = 0; i < LOCKS; i++) {
		if(lock_init(&shared->slot[i].lock) == NULL) {
			shm_free(shared);
			return false;
		}
	}
	*store = (mc_store_t){.shared = shared, .release = release};
	return true;
}

void mc_store_destroy(mc_store_t *store)
{
	struct mc_store_shared *shared = store->shared;

	if(shared == NULL)
		return;
	if(shared->content != NULL && !shared->writing)
		store->release(shared->content);
	for(int i = 0; i < LOCKS; i++)
		lock_destroy(&shared->slot[i].lock);
	shm_free(shared);
	store->shared = NULL;
}

/* The lock that this process reads under. */
static gen_lock_t *own_lock(mc_store_t *store)
{
	return &store->shared->slot[(unsigned)process_no % LOCKS].lock;
}

const void *mc_store_read(mc_store_t *store)
{
	if(store->depth++ == 0)
		lock_get(own_lock(store));
	return store->shared->content;
}

void mc_store_read_end(mc_store_t *store)
{
	if(--store->depth == 0)
		lock_release(own_lock(store));
}

void *mc_store_write(mc_store_t *store)
{
	for(int i = 0; i < LOCKS; i++)
		lock_get(&store->shared->slot[i].lock);
	store->shared->writing = true;
	return store->shared->content;
}

void mc_store_write_end(mc_store_t *store)
{
	store->shared->writing = false;
	for(int i = LOCKS - 1; i >= 0; i--)
		lock_release(&store->shared->slot[i].lock);
}

void mc_store_replace(mc_store_t *store, void *content)
{
	mc_store_info_t *info = &store->shared->info;
	void *old = mc_store_write(store);

	store->shared->content = content;
	info->version++;
	info->loaded = time(NULL);
	info->error[0] = '\0';
	mc_store_write_end(store);
	if(old != NULL)
		store->release(old);
}

void mc_store_failed(mc_store_t *store, const char *error)
{
	mc_store_info_t *info = &store->shared->info;

	mc_store_write(store);
	info->failed = time(NULL);
	snprintf(info->error, sizeof(info->error), "%s", error);
	mc_store_write_end(store);
}

void mc_store_info(mc_store_t *store, mc_store_info_t *info)
{
	mc_store_read(store);
	*info = store->shared->info;
	mc_store_read_end(store);
}
