/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Queries of tables that are described. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mclmr/base/allocator.h"
#include "span.h"
#include "table_inside.h"

#define SMALL_PAGE 50 /* rows that fit if those of a page are too long */


/* How many columns a table has without the id. */
static size_t count_columns(const mc_table_t *table)
{
	size_t n = 0;

	while(n < MC_TABLE_COLUMNS && table->column[n].name != NULL)
		n++;
	return n;
}

long long mc_table_id(const mc_row_t *row)
{
	return mc_row_number(row, 0);
}

const char *mc_table_read(
		const mc_table_t *table, const mc_row_t *row, void *into)
{
	return mc_row_read(row, 1, table->column, count_columns(table), into);
}

/* A column as SQL lists it, as long as it can be at most. */
static int put_column(const mc_db_t *db, const mc_column_t *column,
		const char *prefix, char *to, size_t size)
{
	if(column->kind == MC_COLUMN_TEXT)
		return mc_db_put_text(db, to, size, prefix, column->name);
	if(column->kind == MC_COLUMN_LONG)
		return mc_db_put_long(db, to, size, prefix, column->name);
	return snprintf(to, size, ", SUBSTR(CAST(%s%s AS CHAR(20)), 1, 20)", prefix,
			column->name);
}

bool mc_table_list(const mc_db_t *db, const mc_table_t *table,
		const char *prefix, char list[MC_TABLE_LIST])
{
	size_t len = 0, columns = count_columns(table);

	for(size_t i = 0; i < columns; i++) {
		int n = put_column(
				db, &table->column[i], prefix, list + len, MC_TABLE_LIST - len);

		if(n < 0 || (size_t)n >= MC_TABLE_LIST - len)
			return false;
		len += (size_t)n;
	}
	return true;
}

/* One page of a table: its rows with an id above after. */
static mc_db_result_t read_page(mc_db_t *db, const mc_table_t *table,
		long long after, int limit, mc_db_rows_t *rows, mc_db_error_t *error)
{
	char columns[MC_TABLE_LIST] = "";

	if(mc_table_list(db, table, "", columns))
		return mc_db_query(db, rows, error,
				"SELECT %s%s FROM %s WHERE id > %lld ORDER BY %s LIMIT %d",
				MC_DB_NUMBER("id"), columns, table->name, after, table->order,
				limit);
	*rows = mc_db_rows(db, NULL);
	mc_db_explain(error, "table %s has too many columns", table->name);
	return MC_DB_FAILED;
}

/* Adds the rows of a page; *last becomes the id of the last one. */
static mc_db_result_t add_rows(const mc_table_t *table,
		const mc_table_load_t *load, const mc_db_rows_t *rows, long long *last,
		mc_db_error_t *error)
{
	for(size_t i = 0; i < rows->n; i++) {
		const mc_row_t *row = mc_row(rows, i);
		const char *why = load->add(load->data, row);

		*last = mc_table_id(row);
		if(why == mclmr_no_memory) {
			mc_db_explain(
					error, "table %s, id %lld: %s", table->name, *last, why);
			return MC_DB_UNSURE;
		}
		if(why != NULL)
			load->left_out(load->data, table, *last, why);
	}
	return MC_DB_OK;
}

mc_db_result_t mc_table_load_whole(mc_db_t *db, const mc_table_t *table,
		int most, const mc_table_load_t *load, mc_db_error_t *error)
{
	mc_db_rows_t rows;
	long long last = 0;
	mc_db_result_t rc =
			read_page(db, table, -LLONG_MAX, most + 1, &rows, error);

	if(rc == MC_DB_OK && rows.n > (size_t)most) {
		rows.n = (size_t)most;
		load->left_out(load->data, table,
				mc_table_id(mc_row(&rows, (size_t)most)),
				"there are too many rows, and none after this one counts");
	}
	if(rc == MC_DB_OK)
		rc = add_rows(table, load, &rows, &last, error);
	mc_db_free(&rows);
	return rc;
}

mc_db_result_t mc_table_load_pages(mc_db_t *db, const mc_table_t *table,
		int page_rows, const mc_table_load_t *load, mc_db_error_t *error)
{
	long long last = -LLONG_MAX;
	size_t n;

	do {
		mc_db_rows_t rows;
		long long after = last;
		mc_db_result_t rc =
				read_page(db, table, after, page_rows, &rows, error);

		if(rc == MC_DB_FAILED && page_rows > SMALL_PAGE) {
			page_rows = SMALL_PAGE;
			rc = read_page(db, table, after, page_rows, &rows, error);
		}
		n = rows.n;
		if(rc == MC_DB_OK)
			rc = add_rows(table, load, &rows, &last, error);
		mc_db_free(&rows);
		if(rc != MC_DB_OK)
			return rc;
		if(n > 0 && last <= after) {
			mc_db_explain(error, "table %s: ids do not rise", table->name);
			return MC_DB_FAILED;
		}
		if(load->between != NULL)
			load->between(load->data);
	} while(n == (size_t)page_rows);
	return MC_DB_OK;
}

mc_db_result_t mc_table_count(
		mc_db_t *db, const mc_table_t *table, size_t *n, mc_db_error_t *error)
{
	mc_db_rows_t rows;
	mc_db_result_t rc = mc_db_query(db, &rows, error, "SELECT %s FROM %s",
			MC_DB_NUMBER("COUNT(*)"), table->name);

	*n = rows.n == 1 ? (size_t)mc_row_number(mc_row(&rows, 0), 0) : 0;
	mc_db_free(&rows);
	return rc;
}

/* What srdb1 takes: names of columns and their values. */
typedef struct pairs
{
	str name[MC_TABLE_COLUMNS + 1];
	db_key_t key[MC_TABLE_COLUMNS + 1];
	db_val_t value[MC_TABLE_COLUMNS + 1];
} pairs_t;

/* Names a column. */
static void set_key(pairs_t *pairs, size_t i, const char *name)
{
	pairs->name[i] = mc_str(mclmr_span(name));
	pairs->key[i] = &pairs->name[i];
}

/* Matches as srdb1 takes them. */
static void set_pairs(pairs_t *pairs, const mc_table_t *table,
		const mc_match_t *match, size_t n)
{
	memset(pairs, 0, sizeof(*pairs));
	for(size_t i = 0; i < n; i++) {
		db_val_t *value = &pairs->value[i];

		set_key(pairs, i, table->column[match[i].column].name);
		VAL_TYPE(value) = DB1_STR;
		VAL_STR(value) = mc_str(match[i].text);
		if(match[i].text.s == NULL)
			VAL_STR(value).s = "";
	}
}

/* Finds the id of the row that has these texts; the driver escapes them. */
static mc_db_result_t find_id(mc_db_t *db, const mc_table_t *table,
		const mc_match_t *match, size_t n, mc_db_rows_t *rows)
{
	str name = mc_str(mclmr_span(table->name));
	db1_res_t *result = NULL;
	pairs_t where, what;

	set_pairs(&where, table, match, n);
	set_key(&what, 0, "id");
	if(db->connection == NULL
			|| db->functions.use_table(db->connection, &name) < 0
			|| db->functions.query(db->connection, where.key, NULL, where.value,
					   what.key, (int)n, 1, what.key[0], &result)
					   < 0)
		result = NULL;
	*rows = mc_db_rows(db, result);
	return result != NULL ? MC_DB_OK : MC_DB_FAILED;
}

/* The row of an id. */
static mc_db_result_t read_row(mc_db_t *db, const mc_table_t *table,
		long long id, mc_db_rows_t *rows, mc_db_error_t *error)
{
	return read_page(db, table, id - 1, 1, rows, error);
}

mc_db_result_t mc_table_select(mc_db_t *db, const mc_table_t *table,
		const mc_match_t *match, size_t n, mc_db_rows_t *rows,
		mc_db_error_t *error)
{
	mc_db_result_t rc = find_id(db, table, match, n, rows);
	long long id;

	if(rc != MC_DB_OK)
		mc_db_explain(error, "query of %s failed", table->name);
	if(rc != MC_DB_OK || rows->n == 0)
		return rc;
	id = mc_table_id(mc_row(rows, 0));
	mc_db_free(rows);
	return read_row(db, table, id, rows, error);
}

mc_db_result_t mc_table_update(mc_db_t *db, const mc_table_t *table,
		const mc_match_t *match, size_t n, const mc_match_t *set, size_t m)
{
	str name = mc_str(mclmr_span(table->name));
	pairs_t where, what;

	set_pairs(&where, table, match, n);
	set_pairs(&what, table, set, m);
	if(db->connection == NULL
			|| db->functions.use_table(db->connection, &name) < 0
			|| db->functions.update(db->connection, where.key, NULL,
					   where.value, what.key, what.value, (int)n, (int)m)
					   < 0)
		return MC_DB_FAILED;
	return MC_DB_OK;
}
