/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Loads all tables into a new directory. */
#include <stdio.h>

#include "core/dprint.h"

#include "mc_iwf/config.h"
#include "awaited.h"
#include "bad_rows.h"
#include "load.h"
#include "memory.h"
#include "store.h"
#include "tables.h"

#define NAMED_ROWS 100 /* of a table that are named if they are left out */

/* How a row of a table is added: NULL, or what is wrong with it. */
typedef const char *(*add_t)(void *data, const mc_row_t *row);

/* What rows are added to. */
typedef struct load
{
	mc_db_t *db;
	mclmr_network_t *network;
	mclmr_directory_t *directory; /* NULL: the small tables are loaded */
	bool aside;					  /* not for the directory in force */
	add_t add;					  /* of the table */
	unsigned long left_out;		  /* rows of the table so far */
	unsigned long withdrawn;	  /* persons with entries that are */
	void (*between)(void *data);
	void *data;
} load_t;

static const char *add_kmf(void *data, const mc_row_t *row)
{
	load_t *load = data;
	iwf_kmf_row_t kmf;
	const char *why = mc_table_read(&iwf_tables[IWF_TABLE_KMFS], row, &kmf);

	return why != NULL ? why
					   : mclmr_network_add_kmf(load->network, kmf.uri,
							   kmf.peer_set, kmf.trusted, kmf.hosting);
}

static const char *add_alias(void *data, const mc_row_t *row)
{
	load_t *load = data;
	iwf_of_kmf_row_t alias;
	const char *why =
			mc_table_read(&iwf_tables[IWF_TABLE_KMF_ALIASES], row, &alias);

	if(why != NULL)
		return why;
	return mclmr_network_add_alias(load->network, alias.kmf, alias.uri);
}

static const char *add_psi(void *data, const mc_row_t *row)
{
	load_t *load = data;
	iwf_of_kmf_row_t psi;
	const char *why = mc_table_read(&iwf_tables[IWF_TABLE_KMF_PSIS], row, &psi);

	if(why != NULL)
		return why;
	return mclmr_network_add_psi(load->network, psi.kmf, psi.uri);
}

/* No service is all of them, an unknown one is none. */
static const char *add_role(void *data, const mc_row_t *row)
{
	load_t *load = data;
	iwf_role_row_t role;
	mclmr_service_t service;
	const char *why = mc_table_read(&iwf_tables[IWF_TABLE_ROLES], row, &role);

	if(why != NULL)
		return why;
	service = mclmr_service_from_word(role.service);
	if(role.service.len > 0 && service == MCLMR_SERVICE_NONE)
		return "unknown service";
	return mclmr_network_add_role(load->network, role.psi, service, role.role);
}

static const char *add_peer(void *data, const mc_row_t *row)
{
	load_t *load = data;
	iwf_peer_row_t read;
	const char *why = mc_table_read(&iwf_tables[IWF_TABLE_PEERS], row, &read);

	if(why != NULL)
		return why;
	if(mclmr_span_equal_nocase(read.kind, MCLMR_SPAN("core")))
		read.peer.kind = MCLMR_PEER_CORE;
	else if(mclmr_span_equal_nocase(read.kind, MCLMR_SPAN("iwf")))
		read.peer.kind = MCLMR_PEER_IWF;
	else
		return "kind is neither core nor iwf";
	return mclmr_network_add_peer(load->network, &read.peer);
}

static const char *add_partner(void *data, const mc_row_t *row)
{
	load_t *load = data;
	mclmr_partner_t partner;
	const char *why =
			mc_table_read(&iwf_tables[IWF_TABLE_PARTNERS], row, &partner);

	if(why != NULL)
		return why;
	return mclmr_network_add_partner(load->network, &partner);
}

static const char *add_user(void *data, const mc_row_t *row)
{
	load_t *load = data;
	mclmr_user_row_t user;
	const char *why = iwf_tables_user(row, &user);

	if(why == NULL)
		why = mclmr_directory_add_user(load->directory, &user);
	if(why == mclmr_other_spelling)
		iwf_awaited_add(true, IWF_AWAITED_USER + user.service, user.mc_id);
	return why;
}

/* Adds one entry to those of its person: the rows of a person stand anywhere
 * in the table, so that it can be read in pages by id. */
static const char *add_entry(void *data, const mc_row_t *row)
{
	load_t *load = data;
	mclmr_lmr_row_t entry;
	mclmr_span_t person;
	const char *why = iwf_tables_entry(row, &person, &entry);

	if(why == NULL)
		why = mclmr_directory_add_entry(load->directory, person, &entry);
	if(why == mclmr_unknown_kmf)
		iwf_awaited_add(true, IWF_AWAITED_KMF, entry.kmf);
	return why;
}

static const char *add_party(
		load_t *load, mclmr_party_kind_t kind, const mc_row_t *row)
{
	mclmr_party_row_t party;
	const char *why = iwf_tables_party(kind, row, &party);

	if(why == NULL)
		why = mclmr_parties_put(
				mclmr_directory_parties(load->directory, kind), &party);
	if(why == mclmr_other_spelling)
		iwf_awaited_add(true, IWF_AWAITED_PARTY + kind, party.uri);
	return why;
}

static const char *add_lmr_user(void *data, const mc_row_t *row)
{
	return add_party(data, MCLMR_LMR_USER, row);
}

static const char *add_group(void *data, const mc_row_t *row)
{
	return add_party(data, MCLMR_GROUP, row);
}

/* Where the rows of each table go. */
static const add_t add_functions[IWF_TABLES] = {
		[IWF_TABLE_KMFS] = add_kmf,
		[IWF_TABLE_KMF_ALIASES] = add_alias,
		[IWF_TABLE_KMF_PSIS] = add_psi,
		[IWF_TABLE_ROLES] = add_role,
		[IWF_TABLE_PARTNERS] = add_partner,
		[IWF_TABLE_PEERS] = add_peer,
		[IWF_TABLE_USERS] = add_user,
		[IWF_TABLE_LMR_USERS] = add_lmr_user,
		[IWF_TABLE_GROUPS] = add_group,
		[IWF_TABLE_LMR] = add_entry,
};

/* The level of a log line on a row that is left out: LMR entries whose KMF is
 * gone are what a revocation leaves. */
static int level_of(const mc_table_t *table)
{
	return table == &iwf_tables[IWF_TABLE_LMR] ? L_WARN : L_ERR;
}

/* Names a row that is left out, and counts it. */
static void name_left_out(
		bool aside, const mc_table_t *table, long long id, const char *why)
{
	char row[IWF_BAD_ROW_TEXT];

	snprintf(row, sizeof(row), "id %lld", id);
	iwf_bad_rows_add(aside, table->name, row, why);
	LOG(level_of(table), "row left out, table %s, id %lld: %s\n", table->name,
			id, why);
}

void iwf_load_leave_out_entry(
		bool aside, long long id, mclmr_span_t kmf, const char *why)
{
	name_left_out(aside, &iwf_tables[IWF_TABLE_LMR], id, why);
	if(why == mclmr_unknown_kmf)
		iwf_awaited_add(aside, IWF_AWAITED_KMF, kmf);
}

/* Leaves a row of a load out. The first ones are named: a KMF may be that of
 * every user, and the log is not to be flooded. */
static void leave_out(
		void *data, const mc_table_t *table, long long id, const char *why)
{
	load_t *load = data;

	if(load->left_out++ < NAMED_ROWS)
		name_left_out(load->aside, table, id, why);
	else
		iwf_bad_rows_count(load->aside);
}

/* Names a person whose LMR entries, or some of them, cannot be used together. */
static void name_withdrawn(void *data, mclmr_span_t person, const char *why)
{
	load_t *load = data;
	char row[IWF_BAD_ROW_TEXT];

	iwf_bad_rows_name(row, person, MCLMR_SPAN(""));
	if(load->withdrawn++ >= NAMED_ROWS) {
		iwf_bad_rows_count(load->aside);
		return;
	}
	LM_ERR("bad rows in mc_iwf_lmr, %s: %s\n", row, why);
	iwf_bad_rows_add(load->aside, "mc_iwf_lmr", row, why);
}

/* Says how many rows of a table were left out and not named. */
static void sum_up_left_out(const mc_table_t *table, const load_t *load)
{
	if(load->left_out > NAMED_ROWS)
		LOG(level_of(table), "table %s: %lu more rows left out\n", table->name,
				load->left_out - NAMED_ROWS);
}

/* Called after each page. */
static void after_page(void *data)
{
	const load_t *load = data;

	if(load->between != NULL)
		load->between(load->data);
}

/* Adds a row while there is memory for it. */
static const char *add_with_room(void *data, const mc_row_t *row)
{
	load_t *load = data;

	return load->directory == NULL || iwf_memory_is_left()
				   ? load->add(load, row)
				   : mclmr_no_memory;
}

/* Loads a table; left_out tells of its rows afterwards. */
static mc_db_result_t load_table(
		load_t *load, iwf_table_id_t id, mc_db_error_t *error)
{
	const mc_table_t *table = &iwf_tables[id];
	const mc_table_load_t into = {load, add_with_room, leave_out, after_page};
	mc_db_result_t rc;

	load->left_out = 0;
	load->add = add_functions[id];
	rc = id < IWF_TABLE_USERS ? mc_table_load_whole(
				 load->db, table, MCLMR_MAX_NETWORK_ROWS, &into, error)
							  : mc_table_load_pages(load->db, table,
									  iwf_config.page_rows, &into, error);
	sum_up_left_out(table, load);
	return rc;
}

/* Loads tables from the first to the last of these, in their order: each after
 * those that its rows refer to. */
static mc_db_result_t load_tables(load_t *load, iwf_table_id_t first,
		iwf_table_id_t last, mc_db_error_t *error)
{
	mc_db_result_t rc = MC_DB_OK;

	for(iwf_table_id_t id = first; rc == MC_DB_OK && id <= last; id++)
		rc = load_table(load, id, error);
	return rc;
}

mc_db_result_t iwf_load_network(mc_db_t *db, bool aside,
		mclmr_network_t **network, mc_db_error_t *error)
{
	load_t load = {.db = db,
			.network = mclmr_network_new(mc_store_allocator()),
			.aside = aside};
	mc_db_result_t rc;

	*network = NULL;
	if(load.network == NULL) {
		mc_db_explain(error, "no shared memory left");
		return MC_DB_UNSURE;
	}
	rc = load_tables(&load, IWF_TABLE_KMFS, IWF_TABLE_PEERS, error);
	if(rc == MC_DB_OK)
		*network = load.network;
	else
		mclmr_network_free(load.network);
	return rc;
}

/* How many users there are, and rows of all large tables. */
static mc_db_result_t count_rows(
		mc_db_t *db, size_t *users, size_t *rows, mc_db_error_t *error)
{
	mc_db_result_t rc = MC_DB_OK;

	*users = *rows = 0;
	for(iwf_table_id_t id = IWF_TABLE_USERS;
			rc == MC_DB_OK && id <= IWF_TABLE_LMR; id++) {
		size_t n;

		rc = mc_table_count(db, &iwf_tables[id], &n, error);
		*rows += n;
		if(id == IWF_TABLE_USERS)
			*users = n;
	}
	return rc;
}

/* An empty directory that owns a network just loaded, with room for all users,
 * so that the index need not grow. */
static mc_db_result_t new_directory(
		mc_db_t *db, mclmr_directory_t **directory, mc_db_error_t *error)
{
	mclmr_network_t *network;
	size_t users, rows;
	mc_db_result_t rc = count_rows(db, &users, &rows, error);

	if(rc == MC_DB_OK && !iwf_memory_fits(rows, error))
		rc = MC_DB_UNSURE;
	if(rc == MC_DB_OK)
		rc = iwf_load_network(db, true, &network, error);
	if(rc != MC_DB_OK)
		return rc;
	*directory = mclmr_directory_new(
			mc_store_allocator(), network, iwf_config.one_kmf_per, users);
	if(*directory == NULL) {
		mclmr_network_free(network);
		mc_db_explain(error, "no shared memory left");
		return MC_DB_UNSURE;
	}
	return MC_DB_OK;
}

mc_db_result_t iwf_load_directory(mc_db_t *db, void (*between)(void *data),
		void *data, mclmr_directory_t **directory, mc_db_error_t *error)
{
	load_t load = {.db = db, .aside = true, .between = between, .data = data};
	mc_db_result_t rc = new_directory(db, &load.directory, error);

	*directory = NULL;
	if(rc != MC_DB_OK)
		return rc;
	rc = load_tables(&load, IWF_TABLE_USERS, IWF_TABLE_LMR, error);
	if(rc != MC_DB_OK) {
		mclmr_directory_free(load.directory);
		return rc;
	}
	mclmr_directory_settle(load.directory, name_withdrawn, &load);
	*directory = load.directory;
	return MC_DB_OK;
}
