/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_table: one description of a table, from which its version is checked, its
 * queries are made and its rows are read. Every table has a column id, which
 * rises. No Kamailio header.
 */
#ifndef MC_TABLE_H
#define MC_TABLE_H

#include "row.h"

#define MC_TABLE_COLUMNS 15 /* of a table at most, without the id */

typedef struct mc_table
{
	const char *name;
	int version;
	const char *order; /* of a whole load: "id" if it is read in pages */
	/* Without the id; one without a name ends them. */
	mc_column_t column[MC_TABLE_COLUMNS + 1];
} mc_table_t;

/* The id of a row of a table, and its columns as the structure that the
 * description fills: NULL, or what is wrong with them. */
long long mc_table_id(const mc_row_t *row);
const char *mc_table_read(
		const mc_table_t *table, const mc_row_t *row, void *into);

/* Where the rows of a load go. */
typedef struct mc_table_load
{
	void *data; /* for the functions */
	/* Takes a row: NULL, or what is wrong with it. The load goes on without
	 * it, unless this is mclmr_no_memory. */
	const char *(*add)(void *data, const mc_row_t *row);
	/* A row that the load goes on without. */
	void (*left_out)(
			void *data, const mc_table_t *table, long long id, const char *why);
	/* After each page, when no result is held; may be NULL. */
	void (*between)(void *data);
} mc_table_load_t;

/* Loads a table with one query, most rows of it; the next one is left out, for
 * all that follow. */
mc_db_result_t mc_table_load_whole(mc_db_t *db, const mc_table_t *table,
		int most, const mc_table_load_t *load, mc_db_error_t *error);

/* Loads a table of any size in the order of its ids, page_rows at a time, and
 * fewer if a page cannot be read, since its rows may be long. */
mc_db_result_t mc_table_load_pages(mc_db_t *db, const mc_table_t *table,
		int page_rows, const mc_table_load_t *load, mc_db_error_t *error);

/* How many rows it has. */
mc_db_result_t mc_table_count(
		mc_db_t *db, const mc_table_t *table, size_t *n, mc_db_error_t *error);

/* A column, by its place in the description, and a text: any octets, for the
 * driver escapes them. */
typedef struct mc_match
{
	size_t column;
	mclmr_span_t text;
} mc_match_t;

/* The row that has these n texts, if there is one; rows has to be freed in any
 * case. */
mc_db_result_t mc_table_select(mc_db_t *db, const mc_table_t *table,
		const mc_match_t *match, size_t n, mc_db_rows_t *rows,
		mc_db_error_t *error);

/* Gives m columns of the rows that have these n texts new ones, in one
 * statement; that there are such rows is not said. */
mc_db_result_t mc_table_update(mc_db_t *db, const mc_table_t *table,
		const mc_match_t *match, size_t n, const mc_match_t *set, size_t m);

#endif
