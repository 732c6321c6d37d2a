/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_db: a connection to a database through srdb1, on SQLite, PostgreSQL and
 * MySQL or MariaDB, and the results of its queries. A module has one for each
 * database, and every process opens it for itself. Nothing here locks, and
 * nothing logs but srdb1 itself. No Kamailio header.
 */
#ifndef MC_DB_H
#define MC_DB_H

#include <sys/types.h>

#include "mclmr/base/span.h"

#define MC_DB_ERROR 256 /* octets of an error text, with NUL */

/* Numbers are read as text: some drivers cut integers to 32 bits. */
#define MC_DB_NUMBER(column) "CAST(" column " AS CHAR(20)) AS row_number_text"

/* What the texts of a table may have; a query asks for little more, so that no
 * row can use up the memory of the process. */
#define MC_DB_CHARACTERS 255
#define MC_DB_OCTETS ((size_t)4 * MC_DB_CHARACTERS)

/* The same of a long text, which is ASCII. */
#define MC_DB_LONG 32768

typedef enum mc_db_result
{
	MC_DB_OK,
	MC_DB_BAD_ROW, /* the data are wrong; the text tells which */
	MC_DB_UNSURE,  /* they may be right: there is no memory, or nothing tells
					* any more what was changed; a full load would */
	MC_DB_FAILED   /* the database did not answer as it should */
} mc_db_result_t;

typedef struct mc_db_error
{
	char text[MC_DB_ERROR];
} mc_db_error_t;

typedef struct mc_db mc_db_t;

/* Which file a database is; 0 and 0 for the database of a server. */
typedef struct mc_db_file
{
	dev_t device;
	ino_t inode;
} mc_db_file_t;

/* A result whose rows other structures point into, until mc_db_free(). */
typedef struct mc_db_rows
{
	mc_db_t *db;
	void *result;
	size_t n;
} mc_db_rows_t;

/*
 * Finds the database module of a URL (of Kamailio's form, ended by a NUL, which
 * has to stay), before any fork; it has to be loaded and to speak SQL. NULL
 * with *db in private memory, which stays for good; else what is wrong.
 */
const char *mc_db_bind(mclmr_span_t url, mc_db_t **db);

/* Opens the connection of this process, false if that fails; closes it. Open
 * or closed already is no error. A file that is not there is not made. */
bool mc_db_open(mc_db_t *db);
void mc_db_close(mc_db_t *db);

/* The file that the connection was opened on last. */
mc_db_file_t mc_db_file(const mc_db_t *db);

/* True if the URL names another file by now, or none: what the connection
 * reads is in force no more. Never true of a server. */
bool mc_db_has_moved(const mc_db_t *db);

/* True if table version says that a table has this version; else srdb1 has
 * logged why not. */
bool mc_db_has_version(mc_db_t *db, const char *table, int version);

/* Runs a query made of our own words and numbers. rows has to be freed in any
 * case, and is empty but for MC_DB_OK. */
mc_db_result_t mc_db_query(mc_db_t *db, mc_db_rows_t *rows,
		mc_db_error_t *error, const char *format, ...)
		__attribute__((format(printf, 4, 5)));

/* The same for a statement without rows. */
mc_db_result_t mc_db_execute(mc_db_t *db, mc_db_error_t *error,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a text of any length, of our own words and numbers. */
mc_db_result_t mc_db_run(mc_db_t *db, mclmr_span_t sql, mc_db_error_t *error);

/* Begins a transaction, which has to be ended by one of the others: its
 * statements are all in force, or none. */
mc_db_result_t mc_db_begin(mc_db_t *db, mc_db_error_t *error);
mc_db_result_t mc_db_commit(mc_db_t *db, mc_db_error_t *error);
void mc_db_rollback(mc_db_t *db);

/* Frees a result; an empty one is no error. */
void mc_db_free(mc_db_rows_t *rows);

/* Writes what went wrong. */
void mc_db_explain(mc_db_error_t *error, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

#endif
