/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_store: one content in shared memory that is read often and changed
 * rarely, and its big-reader lock. A reader takes one of many locks (its own,
 * as a rule), a writer takes all: readers do not disturb each other. What the
 * content is, its owner knows. No Kamailio header.
 */
#ifndef MC_STORE_H
#define MC_STORE_H

#include <stdbool.h>
#include <time.h>

#include "mclmr/base/allocator.h"

#define MC_STORE_ERROR 256 /* octets of the text of a load error, with NUL */

/* How the last full loads went, for reports. */
typedef struct mc_store_info
{
	unsigned long version;		/* full loads that are or were in force */
	time_t loaded;				/* when the content in force was loaded */
	time_t failed;				/* when a load failed last, 0: never */
	char error[MC_STORE_ERROR]; /* why; empty once a load went well */
} mc_store_info_t;

/* The store as one process sees it: each has its own copy of this. */
typedef struct mc_store
{
	struct mc_store_shared *shared; /* NULL: there is none */
	void (*release)(void *content); /* frees a content that goes */
	int depth; /* reads of this process that are not ended yet */
} mc_store_t;

/* Shared memory, for all that goes into a store. */
const mclmr_allocator_t *mc_store_allocator(void);

/* Makes an empty store, before any fork; false without memory. */
bool mc_store_init(mc_store_t *store, void (*release)(void *content));

/* Frees store and content, from the last process; one that was never made is
 * no error. The content stays if a writer has died in the middle. */
void mc_store_destroy(mc_store_t *store);

/*
 * The content in force, or NULL if nothing is loaded; nothing of it may be
 * used after mc_store_read_end(), which has to follow in both cases. Pairs may
 * be nested in one process.
 */
const void *mc_store_read(mc_store_t *store);
void mc_store_read_end(mc_store_t *store);

/* The same for a change of parts of it: no process reads until the end. Neither
 * within a read, nor nested. */
void *mc_store_write(mc_store_t *store);
void mc_store_write_end(mc_store_t *store);

/* Puts a newly loaded content in force and frees the one before it. */
void mc_store_replace(mc_store_t *store, void *content);

/* Remembers why a load failed; what is in force stays. */
void mc_store_failed(mc_store_t *store, const char *error);

/* A copy of how the last loads went. */
void mc_store_info(mc_store_t *store, mc_store_info_t *info);

#endif
