/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The directory in shared memory and its lock. */
#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/locking.h"
#include "core/mem/shm_mem.h"
#include "core/pt.h"

#include "store.h"

#define IWF_STORE_LOCKS 64
#define IWF_CACHE_LINE 64

/* A lock in a cache line of its own, so that readers do not share lines. */
typedef union iwf_store_slot
{
	gen_lock_t lock;
	char line[IWF_CACHE_LINE];
} iwf_store_slot_t;

typedef struct iwf_store
{
	iwf_store_slot_t slot[IWF_STORE_LOCKS];
	mclmr_directory_t *directory;
	bool writing; /* a writer that died in between leaves it set */
	iwf_store_info_t info;
} iwf_store_t;

static iwf_store_t *iwf_store = NULL;
/* Reads of this process that are not ended yet. */
static int iwf_store_depth = 0;

/* The allocator's functions: shm_malloc() and shm_free() are macros. */
static void *store_alloc(size_t n)
{
	return shm_malloc(n);
}

static void store_release(void *memory)
{
	if(memory != NULL) {
		shm_free(memory);
	}
}

const mclmr_allocator_t *iwf_store_allocator(void)
{
	static const mclmr_allocator_t allocator = {store_alloc, store_release};

	return &allocator;
}

int iwf_store_init(void)
{
	int i;

	iwf_store = shm_malloc(sizeof(*iwf_store));
	if(iwf_store == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	memset(iwf_store, 0, sizeof(*iwf_store));
	for(i = 0; i < IWF_STORE_LOCKS; i++) {
		if(lock_init(&iwf_store->slot[i].lock) == NULL) {
			LM_ERR("cannot make the locks of the store\n");
			shm_free(iwf_store);
			iwf_store = NULL;
			return -1;
		}
	}
	return 0;
}

void iwf_store_destroy(void)
{
	int i;

	if(iwf_store == NULL) {
		return;
	}
	if(iwf_store->directory != NULL && !iwf_store->writing) {
		mclmr_directory_free(iwf_store->directory);
	}
	for(i = 0; i < IWF_STORE_LOCKS; i++) {
		lock_destroy(&iwf_store->slot[i].lock);
	}
	shm_free(iwf_store);
	iwf_store = NULL;
}

/* The lock that this process reads under. */
static gen_lock_t *own_lock(void)
{
	return &iwf_store->slot[(unsigned)process_no % IWF_STORE_LOCKS].lock;
}

const mclmr_directory_t *iwf_store_read(void)
{
	if(iwf_store_depth++ == 0) {
		lock_get(own_lock());
	}
	return iwf_store->directory;
}

void iwf_store_read_end(void)
{
	if(--iwf_store_depth == 0) {
		lock_release(own_lock());
	}
}

mclmr_directory_t *iwf_store_write(void)
{
	int i;

	for(i = 0; i < IWF_STORE_LOCKS; i++) {
		lock_get(&iwf_store->slot[i].lock);
	}
	iwf_store->writing = true;
	return iwf_store->directory;
}

void iwf_store_write_end(void)
{
	int i;

	iwf_store->writing = false;
	for(i = IWF_STORE_LOCKS - 1; i >= 0; i--) {
		lock_release(&iwf_store->slot[i].lock);
	}
}

void iwf_store_replace(mclmr_directory_t *directory)
{
	mclmr_directory_t *old;

	old = iwf_store_write();
	iwf_store->directory = directory;
	iwf_store->info.version++;
	iwf_store->info.loaded = time(NULL);
	iwf_store->info.error[0] = '\0';
	iwf_store_write_end();
	if(old != NULL) {
		mclmr_directory_free(old);
	}
}

void iwf_store_failed(const char *error)
{
	iwf_store_write();
	iwf_store->info.failed = time(NULL);
	snprintf(iwf_store->info.error, IWF_STORE_ERROR, "%s", error);
	iwf_store_write_end();
}

void iwf_store_info(iwf_store_info_t *info)
{
	iwf_store_read();
	*info = iwf_store->info;
	iwf_store_read_end();
}
