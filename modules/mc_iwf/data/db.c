/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The database of the module, and single rows of its tables. */
#include "core/dprint.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "db.h"
#include "tables.h"

#define MAX_PAGE_ROWS 5000 /* what the default private memory holds */

static mc_db_t *db;

int iwf_db_bind(void)
{
	const char *wrong;

	if(iwf_config.page_rows < 1 || iwf_config.page_rows > MAX_PAGE_ROWS) {
		LM_ERR("page_rows is not between 1 and %d\n", MAX_PAGE_ROWS);
		return -1;
	}
	wrong = mc_db_bind(mc_span(&iwf_config.db_url), &db);
	if(wrong == NULL)
		return 0;
	LM_ERR("%s\n", wrong);
	return -1;
}

mc_db_t *iwf_db(void)
{
	return db;
}

/* What the change log names, and what of it was read ahead. */
typedef enum named
{
	NAMED_USER,
	NAMED_ENTRIES,
	NAMED_LMR_USER,
	NAMED_GROUP,
	NAMES
} named_t;

static const mc_named_t named[NAMES] = {
		[NAMED_USER] = {"users", &iwf_tables[IWF_TABLE_USERS], "service",
				"mc_id"},
		[NAMED_ENTRIES] = {"lmr", &iwf_tables[IWF_TABLE_LMR], "person", NULL},
		[NAMED_LMR_USER] = {"lmr_users", &iwf_tables[IWF_TABLE_LMR_USERS],
				"uri", NULL},
		[NAMED_GROUP] = {"groups", &iwf_tables[IWF_TABLE_GROUPS], "uri", NULL},
};

static mc_ahead_t ahead[NAMES];

void iwf_db_ahead(long long first, long long last)
{
	for(size_t i = 0; i < NAMES; i++)
		mc_ahead_read(db, iwf_tables[IWF_TABLE_CHANGES].name, &named[i], first,
				last, &ahead[i]);
}

void iwf_db_ahead_end(void)
{
	for(size_t i = 0; i < NAMES; i++)
		mc_ahead_free(&ahead[i]);
}

/* Finds what a change names. */
static mc_db_result_t find(named_t what, const mc_change_t *change,
		mc_named_rows_t *rows, mc_db_error_t *error)
{
	return mc_named_find(db, iwf_tables[IWF_TABLE_CHANGES].name, &named[what],
			&ahead[what], change->seq, rows, error);
}

/* The result of a row in which this is wrong, or nothing. */
static mc_db_result_t verdict(const char *why, mc_db_error_t *error)
{
	if(why == NULL)
		return MC_DB_OK;
	mc_db_explain(error, "%s", why);
	return MC_DB_BAD_ROW;
}

mc_db_result_t iwf_db_user(const mc_change_t *change, mc_named_rows_t *rows,
		mclmr_user_row_t *row, mc_db_error_t *error)
{
	mc_db_result_t rc = find(NAMED_USER, change, rows, error);

	if(rc != MC_DB_OK || rows->n == 0)
		return rc;
	return verdict(iwf_tables_user(mc_named_row(rows, 0), row), error);
}

mc_db_result_t iwf_db_party(mclmr_party_kind_t kind, const mc_change_t *change,
		mc_named_rows_t *rows, mclmr_party_row_t *row, mc_db_error_t *error)
{
	mc_db_result_t rc = find(kind == MCLMR_GROUP ? NAMED_GROUP : NAMED_LMR_USER,
			change, rows, error);

	if(rc != MC_DB_OK || rows->n == 0)
		return rc;
	return verdict(iwf_tables_party(kind, mc_named_row(rows, 0), row), error);
}

mc_db_result_t iwf_db_group(mclmr_span_t uri, mc_db_rows_t *rows,
		mclmr_party_row_t *row, mc_db_error_t *error)
{
	const mc_match_t match = {IWF_PARTY_URI, uri};
	mc_db_result_t rc = mc_table_select(
			db, iwf_tables_of(MCLMR_GROUP), &match, 1, rows, error);

	if(rc != MC_DB_OK || rows->n == 0)
		return rc;
	return verdict(iwf_tables_party(MCLMR_GROUP, mc_row(rows, 0), row), error);
}

mc_db_result_t iwf_db_change_group(
		const mclmr_party_row_t *before, const mclmr_party_row_t *after)
{
	const mc_match_t match[] = {{IWF_PARTY_URI, before->uri},
			{IWF_PARTY_PROFILE, before->profile},
			{IWF_PARTY_CODEC, before->codec}};
	const mc_match_t set[] = {{IWF_PARTY_PROFILE, after->profile},
			{IWF_PARTY_CODEC, after->codec}};

	return mc_table_update(db, &iwf_tables[IWF_TABLE_GROUPS], match, 3, set, 2);
}

mc_db_result_t iwf_db_entries(
		const mc_change_t *change, mc_named_rows_t *rows, mc_db_error_t *error)
{
	mc_db_result_t rc = find(NAMED_ENTRIES, change, rows, error);

	return rc == MC_DB_OK && rows->more
				   ? verdict("too many LMR rows, all are withdrawn", error)
				   : rc;
}

const char *iwf_db_entry(const mc_named_rows_t *rows, size_t i, long long *id,
		mclmr_lmr_row_t *row)
{
	const mc_row_t *read = mc_named_row(rows, i);
	mclmr_span_t person;

	*id = mc_table_id(read);
	return iwf_tables_entry(read, &person, row);
}
