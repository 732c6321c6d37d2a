/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A connection to a database. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/mem/mem.h"
#include "lib/srdb1/db_id.h"

#include "db.h"
#include "db_inside.h"
#include "span.h"

#define BUSY_MS 2000
#define SHOWN 80 /* octets of a query that failed */

void mc_db_explain(mc_db_error_t *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
}

/* Finds the functions of a URL; NULL, or what is wrong. */
static const char *find_functions(mc_db_t *db)
{
	if(db_bind_mod(&db->url, &db->functions) < 0)
		return "cannot bind the database module of db_url: is it loaded?";
	if(!DB_CAPABILITY(
			   db->functions, DB_CAP_QUERY | DB_CAP_RAW_QUERY | DB_CAP_UPDATE))
		return "the database module of db_url does not speak SQL";
	return NULL;
}

/* True for a URL of this database module. */
static bool url_is(const mc_db_t *db, const char *scheme)
{
	size_t n = strlen(scheme);

	return (size_t)db->url.len > n && strncasecmp(db->url.s, scheme, n) == 0
		   && db->url.s[n] == ':';
}

/* Finds the file of an SQLite database, whose name stays for good; NULL, or what
 * is wrong. */
static const char *find_path(mc_db_t *db)
{
	struct db_id *id;

	if(!url_is(db, "sqlite"))
		return NULL;
	id = new_db_id(&db->url, DB_POOLING_NONE);
	if(id == NULL)
		return "db_url cannot be read";
	db->path = id->database;
	if(db->path != NULL)
		return NULL;
	free_db_id(id);
	return "no file in db_url";
}

const char *mc_db_bind(mclmr_span_t url, mc_db_t **db)
{
	const char *wrong;
	mc_db_t *made = pkg_malloc(sizeof(*made));

	if(made == NULL)
		return "no private memory left";
	memset(made, 0, sizeof(*made));
	made->url = mc_str(url);
	wrong = find_functions(made);
	if(wrong == NULL)
		wrong = find_path(made);
	if(wrong != NULL)
		pkg_free(made);
	else
		*db = made;
	return wrong;
}

/* Looks which file the path names now; false if there is none. */
static bool look_at_file(const mc_db_t *db, mc_db_file_t *file)
{
	struct stat found;

	*file = (mc_db_file_t){0};
	if(db->path == NULL)
		return true;
	if(stat(db->path, &found) != 0)
		return false;
	*file = (mc_db_file_t){found.st_dev, found.st_ino};
	return true;
}

mc_db_file_t mc_db_file(const mc_db_t *db)
{
	return db->file;
}

bool mc_db_has_moved(const mc_db_t *db)
{
	mc_db_file_t now;

	return !look_at_file(db, &now) || now.device != db->file.device
		   || now.inode != db->file.inode;
}

/* Debian's db_sqlite gives up at once if something else writes: wait. */
static bool set_busy_timeout(mc_db_t *db)
{
	mc_db_error_t error;

	return mc_db_execute(db, &error, "PRAGMA busy_timeout=%d", BUSY_MS)
		   == MC_DB_OK;
}

/* What a file needs once it is open. It may have been replaced while it was
 * opened: then it is not known which one was. */
static bool is_file_ready(mc_db_t *db)
{
	return db->path == NULL || (set_busy_timeout(db) && !mc_db_has_moved(db));
}

bool mc_db_open(mc_db_t *db)
{
	if(db->connection != NULL)
		return true;
	if(!look_at_file(db, &db->file))
		return false;
	db->connection = db->functions.init(&db->url);
	if(db->connection == NULL)
		return false;
	if(is_file_ready(db))
		return true;
	mc_db_close(db);
	return false;
}

void mc_db_close(mc_db_t *db)
{
	if(db->connection == NULL)
		return;
	db->functions.close(db->connection);
	db->connection = NULL;
}

bool mc_db_has_version(mc_db_t *db, const char *table, int version)
{
	str name = mc_str(mclmr_span(table));

	return db_check_table_version(
				   &db->functions, db->connection, &name, (unsigned)version)
		   >= 0;
}

/* The begin of a column. SQLite does not count the octets of a text that is no
 * UTF-8, but those of a blob. */
static int put_begin(const mc_db_t *db, char *to, size_t size,
		const char *prefix, const char *column, size_t octets,
		size_t characters)
{
	return db->path != NULL
				   ? snprintf(to, size, ", SUBSTR(CAST(%s%s AS BLOB), 1, %zu)",
						   prefix, column, octets + 1)
				   : snprintf(to, size, ", SUBSTR(%s%s, 1, %zu)", prefix,
						   column, characters + 1);
}

int mc_db_put_text(const mc_db_t *db, char *to, size_t size, const char *prefix,
		const char *column)
{
	return put_begin(
			db, to, size, prefix, column, MC_DB_OCTETS, MC_DB_CHARACTERS);
}

int mc_db_put_long(const mc_db_t *db, char *to, size_t size, const char *prefix,
		const char *column)
{
	return put_begin(db, to, size, prefix, column, MC_DB_LONG, MC_DB_LONG);
}

mc_db_rows_t mc_db_rows(mc_db_t *db, db1_res_t *result)
{
	return (mc_db_rows_t){
			db, result, result != NULL ? (size_t)RES_ROW_N(result) : 0};
}

/* Runs a query. */
static mc_db_result_t run(
		mc_db_t *db, mclmr_span_t sql, db1_res_t **result, mc_db_error_t *error)
{
	str query = mc_str(sql);

	if(db->connection == NULL) {
		mc_db_explain(error, "no database connection");
		return MC_DB_FAILED;
	}
	if(db->functions.raw_query(db->connection, &query, result) < 0
			|| *result == NULL) {
		mc_db_explain(error, "query failed: %.*s",
				(int)(sql.len < SHOWN ? sql.len : SHOWN), sql.s);
		return MC_DB_FAILED;
	}
	return MC_DB_OK;
}

mc_db_result_t mc_db_run(mc_db_t *db, mclmr_span_t sql, mc_db_error_t *error)
{
	db1_res_t *result = NULL;
	mc_db_result_t rc = run(db, sql, &result, error);
	mc_db_rows_t rows = mc_db_rows(db, rc == MC_DB_OK ? result : NULL);

	mc_db_free(&rows);
	return rc;
}

mc_db_result_t mc_db_begin(mc_db_t *db, mc_db_error_t *error)
{
	if(db->functions.start_transaction == NULL)
		return mc_db_execute(db, error, "BEGIN IMMEDIATE");
	if(db->connection != NULL
			&& db->functions.start_transaction(db->connection, DB_LOCKING_NONE)
					   >= 0)
		return MC_DB_OK;
	mc_db_explain(error, "cannot begin a transaction");
	return MC_DB_FAILED;
}

mc_db_result_t mc_db_commit(mc_db_t *db, mc_db_error_t *error)
{
	if(db->functions.end_transaction == NULL)
		return mc_db_execute(db, error, "COMMIT");
	if(db->connection != NULL
			&& db->functions.end_transaction(db->connection) >= 0)
		return MC_DB_OK;
	mc_db_explain(error, "cannot commit");
	return MC_DB_FAILED;
}

void mc_db_rollback(mc_db_t *db)
{
	mc_db_error_t error;

	if(db->functions.abort_transaction == NULL)
		(void)mc_db_execute(db, &error, "ROLLBACK");
	else if(db->connection != NULL)
		(void)db->functions.abort_transaction(db->connection);
}

/* Writes a query and runs it. */
static mc_db_result_t write_and_run(mc_db_t *db, mc_db_rows_t *rows,
		mc_db_error_t *error, const char *format, va_list arguments)
{
	db1_res_t *result = NULL;
	int n = vsnprintf(db->sql, sizeof(db->sql), format, arguments);
	mc_db_result_t rc = MC_DB_FAILED;

	if(n >= 0 && n < MC_DB_SQL)
		rc = run(db, (mclmr_span_t){db->sql, (size_t)n}, &result, error);
	else
		mc_db_explain(error, "query too long");
	*rows = mc_db_rows(db, rc == MC_DB_OK ? result : NULL);
	return rc;
}

mc_db_result_t mc_db_query(mc_db_t *db, mc_db_rows_t *rows,
		mc_db_error_t *error, const char *format, ...)
{
	mc_db_result_t rc;
	va_list arguments;

	va_start(arguments, format);
	rc = write_and_run(db, rows, error, format, arguments);
	va_end(arguments);
	return rc;
}

mc_db_result_t mc_db_execute(
		mc_db_t *db, mc_db_error_t *error, const char *format, ...)
{
	mc_db_rows_t rows;
	mc_db_result_t rc;
	va_list arguments;

	va_start(arguments, format);
	rc = write_and_run(db, &rows, error, format, arguments);
	va_end(arguments);
	mc_db_free(&rows);
	return rc;
}

void mc_db_free(mc_db_rows_t *rows)
{
	if(rows->result != NULL && rows->db->connection != NULL)
		rows->db->functions.free_result(rows->db->connection, rows->result);
	rows->result = NULL;
	rows->n = 0;
}
