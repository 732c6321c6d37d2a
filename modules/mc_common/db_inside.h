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

/* The result of a query as rows. */
mc_db_rows_t mc_db_rows(mc_db_t *db, db1_res_t *result);

#endif
