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

mc_db_result_t iwf_db_user(mclmr_span_t service, mclmr_span_t mc_id,
		mc_db_rows_t *rows, mclmr_user_row_t *row, mc_db_error_t *error)
{
	const mc_match_t match[] = {
			{IWF_USER_SERVICE, service}, {IWF_USER_MC_ID, mc_id}};
	const char *why = NULL;
	mc_db_result_t rc = mc_table_select(
			db, &iwf_tables[IWF_TABLE_USERS], match, 2, rows, error);

	if(rc == MC_DB_OK && rows->n > 0)
		why = iwf_tables_user(mc_row(rows, 0), row);
	if(why == NULL)
		return rc;
	mc_db_explain(error, "%s", why);
	return MC_DB_BAD_ROW;
}

mc_db_result_t iwf_db_party(mclmr_party_kind_t kind, mclmr_span_t uri,
		mc_db_rows_t *rows, mclmr_party_row_t *row, mc_db_error_t *error)
{
	const mc_match_t match = {IWF_PARTY_URI, uri};
	mc_db_result_t rc =
			mc_table_select(db, iwf_tables_of(kind), &match, 1, rows, error);

	if(rc == MC_DB_OK && rows->n > 0)
		*row = iwf_tables_party(kind, mc_row(rows, 0));
	return rc;
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
		mclmr_span_t person, mc_db_rows_t *rows, mc_db_error_t *error)
{
	const mc_match_t match = {IWF_LMR_PERSON, person};

	return mc_table_select(
			db, &iwf_tables[IWF_TABLE_LMR], &match, 1, rows, error);
}

const char *iwf_db_entry(
		const mc_db_rows_t *rows, size_t i, long long *id, mclmr_lmr_row_t *row)
{
	const mc_row_t *read = mc_row(rows, i);
	mclmr_span_t person;

	*id = mc_table_id(read);
	return iwf_tables_entry(read, &person, row);
}
