/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_store: the directory as the content of a store in shared memory
 * (mc_common/store.h tells of the lock, and who may use what how long).
 */
#ifndef IWF_STORE_H
#define IWF_STORE_H

#include "mc_common/store.h"
#include "mclmr/directory/directory.h"

/* Makes the empty store, before any fork; 0, or -1 with a log line. */
int iwf_store_init(void);
void iwf_store_destroy(void);

/* The directory in force, or NULL if nothing is loaded; until the end. */
const mclmr_directory_t *iwf_store_read(void);
void iwf_store_read_end(void);

/* The same for a change of single rows. */
mclmr_directory_t *iwf_store_write(void);
void iwf_store_write_end(void);

/* Puts a newly loaded directory in force and frees the one before it. */
void iwf_store_replace(mclmr_directory_t *directory);

/* Remembers why a load failed; what is in force stays. */
void iwf_store_failed(const char *error);

/* A copy of how the last loads went. */
void iwf_store_info(mc_store_info_t *info);

#endif
