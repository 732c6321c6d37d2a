/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table in which triggers note what was changed. */
#include "change_log.h"
#include "db_inside.h"
#include "row.h"

#define TEXTS_SIZE 256 /* octets of the list of columns of text */

mc_db_result_t mc_change_log_read(mc_db_t *db, const char *log,
		const char *condition, const char *order, int limit, mc_db_rows_t *rows,
		mc_db_error_t *error)
{
	static const char *const names[] = {"tbl", "item1", "item2"};
	char texts[TEXTS_SIZE];
	int len = 0;

	for(size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		len += mc_db_put_text(
				db, texts + len, sizeof(texts) - (size_t)len, "", names[i]);
	return mc_db_query(db, rows, error,
			"SELECT %s%s, changed FROM %s WHERE %s ORDER BY %s LIMIT %d",
			MC_DB_NUMBER("seq"), texts, log, condition, order, limit);
}

mc_change_t mc_change_log_row(const mc_db_rows_t *rows, size_t i)
{
	const mc_row_t *row = mc_row(rows, i);

	return (mc_change_t){.seq = mc_row_number(row, 0),
			.table = mc_row_text(row, 1),
			.item1 = mc_row_text(row, 2),
			.item2 = mc_row_text(row, 3),
			.changed = mc_row_number(row, 4)};
}

/* The number at one end of a log, 0 if it is empty. */
static mc_db_result_t find_end(mc_db_t *db, const char *log, const char *order,
		long long *seq, mc_db_error_t *error)
{
	mc_db_rows_t rows;
	mc_db_result_t rc =
			mc_change_log_read(db, log, "seq > 0", order, 1, &rows, error);

	*seq = rows.n > 0 ? mc_change_log_row(&rows, 0).seq : 0;
	mc_db_free(&rows);
	return rc;
}

mc_db_result_t mc_change_log_range(mc_db_t *db, const char *log,
		long long *first, long long *last, mc_db_error_t *error)
{
	mc_db_result_t rc = find_end(db, log, "seq", first, error);

	return rc == MC_DB_OK ? find_end(db, log, "seq DESC", last, error) : rc;
}

mc_db_result_t mc_change_log_prune(
		mc_db_t *db, const char *log, long long last, mc_db_error_t *error)
{
	return mc_db_execute(
			db, error, "DELETE FROM %s WHERE seq <= %lld", log, last);
}
