/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Rows of a table that rows of a change log name. */
#include <stdio.h>

#include "named.h"
#include "table_inside.h"

#define AHEAD_ROWS 2000	   /* read at once */
#define CONDITION_SIZE 192 /* octets of the condition that joins */

/* The columns before those of a table: the number of the log, the id. */
enum
{
	SEQ = 0,
	ID = 1
};

/* The condition that joins log (c) and table (t). */
static void put_condition(
		const mc_named_t *named, char condition[CONDITION_SIZE])
{
	int n = snprintf(condition, CONDITION_SIZE, "t.%s = c.item1", named->item1);

	if(named->item2 != NULL)
		snprintf(condition + n, CONDITION_SIZE - (size_t)n,
				" AND t.%s = c.item2", named->item2);
	else if(named->but != NULL)
		snprintf(condition + n, CONDITION_SIZE - (size_t)n,
				" AND c.item2 <> '%s'", named->but);
}

/* Reads at most limit rows that rows first to last of a log name. One that
 * names none any more comes once, without an id. */
static mc_db_result_t read_named(mc_db_t *db, const char *log,
		const mc_named_t *named, long long first, long long last, int limit,
		mc_db_rows_t *rows, mc_db_error_t *error)
{
	char columns[MC_TABLE_LIST], condition[CONDITION_SIZE];

	*rows = mc_db_rows(db, NULL);
	if(!mc_table_list(db, named->table, "t.", columns)) {
		mc_db_explain(
				error, "table %s has too many columns", named->table->name);
		return MC_DB_FAILED;
	}
	put_condition(named, condition);
	return mc_db_query(db, rows, error,
			"SELECT CAST(c.seq AS CHAR(20)), CAST(t.id AS CHAR(20))%s"
			" FROM %s c LEFT JOIN %s t ON %s"
			" WHERE c.seq BETWEEN %lld AND %lld AND c.tbl = '%s'"
			" ORDER BY c.seq, t.id LIMIT %d",
			columns, log, named->table->name, condition, first, last,
			named->word, limit);
}

/* The number of the log that row i belongs to. */
static long long seq_of(const mc_db_rows_t *rows, size_t i)
{
	return mc_row_number(mc_row(rows, i), SEQ);
}

/* How many rows are there with all others of their number. */
static size_t count_complete(const mc_db_rows_t *rows)
{
	size_t n = rows->n;
	long long last;

	if(n < AHEAD_ROWS)
		return n;
	last = seq_of(rows, n - 1);
	while(n > 0 && seq_of(rows, n - 1) == last)
		n--;
	return n;
}

void mc_ahead_read(mc_db_t *db, const char *log, const mc_named_t *named,
		long long first, long long last, mc_ahead_t *ahead)
{
	mc_db_error_t error = {""};

	read_named(db, log, named, first, last, AHEAD_ROWS, &ahead->rows, &error);
	ahead->usable = count_complete(&ahead->rows);
}

void mc_ahead_free(mc_ahead_t *ahead)
{
	mc_db_free(&ahead->rows);
	ahead->usable = 0;
}

/* The first of the rows, which rise, with this number or a higher one. */
static size_t lower_bound(const mc_ahead_t *ahead, long long seq)
{
	size_t low = 0, high = ahead->usable;

	while(low < high) {
		size_t middle = low + (high - low) / 2;

		if(seq_of(&ahead->rows, middle) < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Sets the rows of a number among the first n of a result, from first on; false
 * if there is none. */
static bool set_rows(mc_named_rows_t *rows, const mc_db_rows_t *from, size_t n,
		size_t first, long long seq)
{
	size_t end = first;

	while(end < n && seq_of(from, end) == seq)
		end++;
	rows->from = from;
	rows->first = first;
	rows->n = end - first;
	if(rows->n == 0)
		return false;
	if(mc_row_text(mc_row(from, first), ID).len == 0)
		rows->n = 0;
	return true;
}

mc_db_result_t mc_named_find(mc_db_t *db, const char *log,
		const mc_named_t *named, const mc_ahead_t *ahead, long long seq,
		mc_named_rows_t *rows, mc_db_error_t *error)
{
	mc_db_result_t rc;

	*rows = (mc_named_rows_t){.n = 0};
	if(set_rows(
			   rows, &ahead->rows, ahead->usable, lower_bound(ahead, seq), seq))
		return MC_DB_OK;
	rc = read_named(
			db, log, named, seq, seq, MC_NAMED_MOST + 1, &rows->read, error);
	if(rc != MC_DB_OK)
		return rc;
	if(!set_rows(rows, &rows->read, rows->read.n, 0, seq)) {
		mc_db_explain(error, "a row of the change log is gone");
		return MC_DB_UNSURE;
	}
	rows->more = rows->n > MC_NAMED_MOST;
	return MC_DB_OK;
}

void mc_named_free(mc_named_rows_t *rows)
{
	mc_db_free(&rows->read);
	rows->n = 0;
}

const mc_row_t *mc_named_row(const mc_named_rows_t *rows, size_t i)
{
	return mc_row_from(mc_row(rows->from, rows->first + i), ID);
}
