/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_change_log: the table in which triggers note what was changed: columns
 * seq (rises, with holes), tbl, item1, item2 and changed (seconds since 1970
 * by the database's clock). No Kamailio header.
 */
#ifndef MC_CHANGE_LOG_H
#define MC_CHANGE_LOG_H

#include "db.h"

/* One row of it. */
typedef struct mc_change
{
	long long seq;
	mclmr_span_t table; /* what was changed, in the words of the triggers */
	mclmr_span_t item1;
	mclmr_span_t item2;
	long long changed;
} mc_change_t;

/* At most limit rows of a log; condition and order are SQL made of our own
 * words and numbers ("seq > 17", "seq DESC"). rows has to be freed in any
 * case. */
mc_db_result_t mc_change_log_read(mc_db_t *db, const char *log,
		const char *condition, const char *order, int limit, mc_db_rows_t *rows,
		mc_db_error_t *error);

/* Row i of them, i < rows->n; its texts live as long as they. */
mc_change_t mc_change_log_row(const mc_db_rows_t *rows, size_t i);

/* First and last number in a log, both 0 if it is empty. */
mc_db_result_t mc_change_log_range(mc_db_t *db, const char *log,
		long long *first, long long *last, mc_db_error_t *error);

/* Deletes the rows of a log up to this number. */
mc_db_result_t mc_change_log_prune(
		mc_db_t *db, const char *log, long long last, mc_db_error_t *error);

#endif
