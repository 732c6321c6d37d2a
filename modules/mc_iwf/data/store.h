/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_store: the directory in shared memory and its lock. A reader takes one
 * of many locks (its own, as a rule), a writer takes all: readers do not
 * disturb each other, and writers are rare.
 */
#ifndef IWF_STORE_H
#define IWF_STORE_H

#include <time.h>

#include "mclmr/directory/directory.h"

#define IWF_STORE_ERROR 256 /* octets of the text of a load error, with NUL */

/* How the last full loads went, for reports. */
typedef struct iwf_store_info
{
	unsigned long version;		 /* full loads that are or were in force */
	time_t loaded;				 /* when the directory in force was loaded */
	time_t failed;				 /* when a load failed last, 0: never */
	char error[IWF_STORE_ERROR]; /* why; empty once a load went well */
} iwf_store_info_t;

/* Makes the empty store, before any fork; 0, or -1 without memory. */
int iwf_store_init(void);
void iwf_store_destroy(void);

/* Shared memory, for all that goes into the store. */
const mclmr_allocator_t *iwf_store_allocator(void);

/*
 * The directory in force, or NULL where nothing is loaded; nothing of it may
 * be used after iwf_store_read_end(), which has to follow in both cases.
 * Pairs may be nested in one process.
 */
const mclmr_directory_t *iwf_store_read(void);
void iwf_store_read_end(void);

/* The same for a change of single rows: nobody reads until the end. */
mclmr_directory_t *iwf_store_write(void);
void iwf_store_write_end(void);

/* Puts a newly loaded directory in force and frees the one before it. */
void iwf_store_replace(mclmr_directory_t *directory);

/* Remembers why a load failed; what is in force stays. */
void iwf_store_failed(const char *error);

/* A copy of how the last loads went. */
void iwf_store_info(iwf_store_info_t *info);

#endif
