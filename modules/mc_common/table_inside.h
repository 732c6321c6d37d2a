/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_table from inside, for the files that make queries of descriptions.
 * Internal to mc_common.
 */
#ifndef MC_TABLE_INSIDE_H
#define MC_TABLE_INSIDE_H

#include "db_inside.h"
#include "table.h"

#define MC_TABLE_LIST 1024 /* octets of a list of columns, with NUL */

/* The columns of a table as SQL lists them after the id, each with a comma
 * before it, and with this prefix to its name; false if there is no room. */
bool mc_table_list(const mc_db_t *db, const mc_table_t *table,
		const char *prefix, char list[MC_TABLE_LIST]);

#endif
