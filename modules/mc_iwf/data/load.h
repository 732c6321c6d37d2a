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

/* Names an LMR entry that is left out of the directory in force, or of the one
 * aside, and counts it. why: mclmr_unknown_kmf waits for its KMF. */
void iwf_load_leave_out_entry(
		bool aside, long long id, mclmr_span_t kmf, const char *why);

/* The small tables as a new network. What was deleted beside a row that cannot
 * be used does not stay. aside: for the directory that is being loaded.
 * MC_DB_UNSURE: memory is short. */
mc_db_result_t iwf_load_network(mc_db_t *db, bool aside,
		mclmr_network_t **network, mc_db_error_t *error);

/* Everything as a new directory, the large tables in pages; between (may be
 * NULL) is called with data after each page, when no result is held.
 * MC_DB_UNSURE: memory is short. */
mc_db_result_t iwf_load_directory(mc_db_t *db, void (*between)(void *data),
		void *data, mclmr_directory_t **directory, mc_db_error_t *error);

#endif
