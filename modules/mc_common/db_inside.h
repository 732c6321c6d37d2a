/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_db from inside, for the files that make queries of srdb1's functions.
 * Internal to mc_common.
 */
#ifndef MC_DB_INSIDE_H
#define MC_DB_INSIDE_H

#include "lib/srdb1/db.h"

#include "db.h"

#define MC_DB_SQL 24576 /* octets of a query, with NUL */

struct mc_db
{
	str url;
	const char *path; /* of SQLite's file; NULL: a server */
	mc_db_file_t file;
	db_func_t functions;
	db1_con_t *connection; /* of this process; NULL: closed */
	char sql[MC_DB_SQL];
};

/* What a query asks for a column of text, written as ", EXPRESSION": its begin
 * at most. The length that was written, or would have been. Without prefix the
 * column has no table name before it. */
int mc_db_put_text(const mc_db_t *db, char *to, size_t size, const char *prefix,
		const char *column);

/* The same for a long text. */
int mc_db_put_long(const mc_db_t *db, char *to, size_t size, const char *prefix,
		const char *column);

/* The result of a query as rows. */
mc_db_rows_t mc_db_rows(mc_db_t *db, db1_res_t *result);

#endif
