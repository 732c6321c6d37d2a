/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_named: the rows of a table that rows of a change log name, as they are
 * now. The database joins the two, so no text goes to it; many are read ahead
 * with one query. No Kamailio header.
 */
#ifndef MC_NAMED_H
#define MC_NAMED_H

#include "change_log.h"
#include "table.h"

#define MC_NAMED_MOST 1000 /* rows that one row of a log may name */

/* How a log names the rows of a table. */
typedef struct mc_named
{
	const char *word; /* as the log calls the table */
	const mc_table_t *table;
	const char *item1; /* the column that item1 is compared with */
	const char *item2; /* the same; NULL: item2 is not used */
	const char *but;   /* rows of the log with this item2 name nothing; NULL:
						* all count */
} mc_named_t;

/* Rows that were read ahead; all 0: none. */
typedef struct mc_ahead
{
	mc_db_rows_t rows;
	size_t usable; /* of them: the last ones may not be complete */
} mc_ahead_t;

/* The rows that one row of the log names. */
typedef struct mc_named_rows
{
	mc_db_rows_t read;		  /* if they were not read ahead */
	const mc_db_rows_t *from; /* the result they are in */
	size_t first, n;		  /* n is 0: there are none any more */
	bool more;				  /* than MC_NAMED_MOST */
} mc_named_rows_t;

/* Reads ahead what rows first to last of a log name. What fails or has no room
 * is read later, one by one. */
void mc_ahead_read(mc_db_t *db, const char *log, const mc_named_t *named,
		long long first, long long last, mc_ahead_t *ahead);
void mc_ahead_free(mc_ahead_t *ahead);

/*
 * Finds the rows that row seq of a log names, ahead or in the database; they
 * have to be freed in any case, and what is ahead has to stay until then.
 * MC_DB_UNSURE: the log has this row no more.
 */
mc_db_result_t mc_named_find(mc_db_t *db, const char *log,
		const mc_named_t *named, const mc_ahead_t *ahead, long long seq,
		mc_named_rows_t *rows, mc_db_error_t *error);
void mc_named_free(mc_named_rows_t *rows);

/* Row i of them, i < rows->n, as rows of a load are. */
const mc_row_t *mc_named_row(const mc_named_rows_t *rows, size_t i);

#endif
