/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_db: the tables of the module, read through srdb1 on SQLite, PostgreSQL
 * and MySQL or MariaDB. One connection per process; nothing here locks.
 */
#ifndef IWF_DB_H
#define IWF_DB_H

#include "mclmr/directory/directory.h"

#define IWF_DB_ERROR 256 /* octets of an error text, with NUL */

typedef enum iwf_db_result
{
	IWF_DB_OK,
	IWF_DB_BAD_ROW, /* the data are wrong; the text names table and row */
	IWF_DB_FAILED	/* the database did not answer as it should */
} iwf_db_result_t;

typedef struct iwf_db_error
{
	char text[IWF_DB_ERROR];
} iwf_db_error_t;

/* A result whose rows other structures point into, until iwf_db_free(). */
typedef struct iwf_db_rows
{
	void *result;
	size_t n;
} iwf_db_rows_t;

/* Finds the database module of iwf_config.db_url; 0, or -1 with a log line. */
int iwf_db_bind(void);

/* Opens the connection of this process, closes it; open again is no error. */
int iwf_db_open(void);
void iwf_db_close(void);

/* 0 where all tables have the version that this module knows. */
int iwf_db_check_versions(void);

/* Where rows that are left out are counted. */
void iwf_db_count_bad_rows(unsigned long *count);

/* Names an LMR entry that is left out, and counts it. */
void iwf_db_leave_out_entry(long long id, const char *why);

/* LMR entries left out by the last full load and since; a change of the network
 * may make them usable. */
unsigned long iwf_db_entries_left_out(void);

/* The small tables as a new network. Peers that cannot be used are left out,
 * each with a log line: whoever was deleted beside them must not stay. */
iwf_db_result_t iwf_db_load_network(
		mclmr_network_t **network, iwf_db_error_t *error);

/* Everything as a new directory, the large tables in pages; between (may be
 * NULL) is called after each page, when no result is held. LMR entries whose
 * KMF is not in the network, and LMR users and groups that cannot be used, are
 * left out; any other bad row fails the load. */
iwf_db_result_t iwf_db_load(void (*between)(void),
		mclmr_directory_t **directory, iwf_db_error_t *error);

/* The user of this service word and MC service ID: rows->n is 1 with *row
 * filled, or 0. IWF_DB_BAD_ROW: there is one and it cannot be used. */
iwf_db_result_t iwf_db_user(mclmr_span_t service, mclmr_span_t mc_id,
		iwf_db_rows_t *rows, mclmr_user_row_t *row, iwf_db_error_t *error);

/* The LMR user or group that is written just so: rows->n is 1 with *row
 * filled, or 0. */
iwf_db_result_t iwf_db_party(mclmr_party_kind_t kind, mclmr_span_t uri,
		iwf_db_rows_t *rows, mclmr_party_row_t *row, iwf_db_error_t *error);

/* Changes profile and codec of the group before->uri to those of after, in one
 * statement and only where they are still those of before: read the row again
 * to see. */
iwf_db_result_t iwf_db_change_group(
		const mclmr_party_row_t *before, const mclmr_party_row_t *after);

/* The LMR entries of a person, by id. */
iwf_db_result_t iwf_db_entries(
		mclmr_span_t person, iwf_db_rows_t *rows, iwf_db_error_t *error);

/* Row i of them and its id; NULL or what is wrong with it. */
const char *iwf_db_entry(const iwf_db_rows_t *rows, size_t i, long long *id,
		mclmr_lmr_row_t *row);

/* One row of the change log. */
typedef struct iwf_db_change
{
	long long seq;
	mclmr_span_t table; /* without "mc_iwf_": users, lmr, groups, plan, ... */
	mclmr_span_t item1;
	mclmr_span_t item2;
	long long changed; /* seconds since 1970 by the database's clock */
} iwf_db_change_t;

/* At most limit rows of the change log; condition and order are SQL made of
 * our own words and numbers ("seq > 17", "seq DESC"). */
iwf_db_result_t iwf_db_changes(const char *condition, const char *order,
		int limit, iwf_db_rows_t *rows, iwf_db_error_t *error);
iwf_db_change_t iwf_db_change(const iwf_db_rows_t *rows, size_t i);

/* First and last number in the change log, both 0 where it is empty. */
iwf_db_result_t iwf_db_log_range(
		long long *first, long long *last, iwf_db_error_t *error);

/* Deletes the rows of the change log up to this number. */
iwf_db_result_t iwf_db_log_prune(long long last, iwf_db_error_t *error);

void iwf_db_free(iwf_db_rows_t *rows);

#endif
