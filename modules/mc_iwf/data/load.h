/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_load: whole tables into a new directory or a new
 * network. Rows that cannot be used are left out, as they are when they are
 * changed; the first ones of a table get a log line.
 */
#ifndef IWF_LOAD_H
#define IWF_LOAD_H

#include "mc_common/db.h"
#include "mclmr/directory/directory.h"

/* Counts rows that are left out here, from now on. */
void iwf_load_count_bad_rows(unsigned long *count);

/* Names an LMR entry that is left out, and counts it. */
void iwf_load_leave_out_entry(long long id, const char *why);

/* LMR entries left out by the last full load and since; a change of the network
 * may make them usable. */
unsigned long iwf_load_entries_left_out(void);

/* The same of users, LMR users and groups that were left out since their URI is
 * there in another spelling; notes one more. */
unsigned long iwf_load_namesakes(void);
void iwf_load_leave_out_namesake(void);

/* The small tables as a new network. What was deleted beside a row that cannot
 * be used does not stay. MC_DB_UNSURE: memory is short. */
mc_db_result_t iwf_load_network(
		mc_db_t *db, mclmr_network_t **network, mc_db_error_t *error);

/* Everything as a new directory, the large tables in pages; between (may be
 * NULL) is called with data after each page, when no result is held.
 * MC_DB_UNSURE: memory is short. */
mc_db_result_t iwf_load_directory(mc_db_t *db, void (*between)(void *data),
		void *data, mclmr_directory_t **directory, mc_db_error_t *error);

#endif
