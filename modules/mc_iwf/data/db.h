/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_db: the database of the module: its connection, and
 * single rows of its tables. Only the refresh process has it open.
 */
#ifndef IWF_DB_H
#define IWF_DB_H

#include "mc_common/named.h"
#include "mclmr/directory/directory.h"

/* Finds the database module of iwf_config.db_url; 0, or -1 with a log line. */
int iwf_db_bind(void);

/* The database, once it is bound. */
mc_db_t *iwf_db(void);

/* Reads ahead what rows first to last of the change log name, for the functions
 * below; until the end. */
void iwf_db_ahead(long long first, long long last);
void iwf_db_ahead_end(void);

/* Rows of the functions below have to be freed in any case, and the texts that
 * are read from them live as long as they. MC_DB_UNSURE of each that has a
 * change: its row of the log is gone. */

/* The user that a change names: rows->n is 1 with *row filled, or 0.
 * MC_DB_BAD_ROW: there is one and it cannot be used. */
mc_db_result_t iwf_db_user(const mc_change_t *change, mc_named_rows_t *rows,
		mclmr_user_row_t *row, mc_db_error_t *error);

/* The same of the LMR user or group that a change names. */
mc_db_result_t iwf_db_party(mclmr_party_kind_t kind, const mc_change_t *change,
		mc_named_rows_t *rows, mclmr_party_row_t *row, mc_db_error_t *error);

/* The group that is written just so: the same, with rows of one query. */
mc_db_result_t iwf_db_group(mclmr_span_t uri, mc_db_rows_t *rows,
		mclmr_party_row_t *row, mc_db_error_t *error);

/* Changes profile and codec of the group before->uri to those of after, in one
 * statement and only if they are still those of before: read the row again
 * to see. */
mc_db_result_t iwf_db_change_group(
		const mclmr_party_row_t *before, const mclmr_party_row_t *after);

/* The LMR entries of the person that a change names, by id. MC_DB_BAD_ROW:
 * there are too many to read. */
mc_db_result_t iwf_db_entries(
		const mc_change_t *change, mc_named_rows_t *rows, mc_db_error_t *error);

/* Row i of them and its id; NULL or what is wrong with it. */
const char *iwf_db_entry(const mc_named_rows_t *rows, size_t i, long long *id,
		mclmr_lmr_row_t *row);

#endif
