/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Loads all tables into a new directory. */
#include "core/dprint.h"

#include "mc_iwf/config.h"
#include "load.h"
#include "store.h"
#include "tables.h"

#define NAMED_ROWS 100 /* of a table that are named if they are left out */

static unsigned long *bad_rows;
static unsigned long entries_left_out;

/* What rows are added to. */
typedef struct load
{
	mc_db_t *db;
	mclmr_network_t *network;
	mclmr_directory_t *directory;
	bool spare_peers;		/* the network takes effect without bad peers */
	unsigned long left_out; /* rows of the table so far */
	void (*between)(void *data);
	void *data;
} load_t;

/* How a row of a table is added: NULL, or what is wrong with it. */
typedef const char *(*add_t)(void *data, const mc_row_t *row, bool *spare);

static const char *add_kmf(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	iwf_kmf_row_t kmf;

	(void)spare;
	mc_table_read(&iwf_tables[IWF_TABLE_KMFS], row, &kmf);
	return mclmr_network_add_kmf(
			load->network, kmf.uri, kmf.peer_set, kmf.trusted, kmf.hosting);
}

static const char *add_alias(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	iwf_of_kmf_row_t alias;

	(void)spare;
	mc_table_read(&iwf_tables[IWF_TABLE_KMF_ALIASES], row, &alias);
	return mclmr_network_add_alias(load->network, alias.kmf, alias.uri);
}

static const char *add_psi(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	iwf_of_kmf_row_t psi;

	(void)spare;
	mc_table_read(&iwf_tables[IWF_TABLE_KMF_PSIS], row, &psi);
	return mclmr_network_add_psi(load->network, psi.kmf, psi.uri);
}

/* No service is all of them, an unknown one is none. */
static const char *add_role(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	iwf_role_row_t role;
	mclmr_service_t service;

	(void)spare;
	mc_table_read(&iwf_tables[IWF_TABLE_ROLES], row, &role);
	service = mclmr_service_from_word(role.service);
	if(role.service.len > 0 && service == MCLMR_SERVICE_NONE)
		return "unknown service";
	return mclmr_network_add_role(load->network, role.psi, service, role.role);
}

static const char *add_peer(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	iwf_peer_row_t read;

	*spare = load->spare_peers;
	mc_table_read(&iwf_tables[IWF_TABLE_PEERS], row, &read);
	if(mclmr_span_equal_nocase(read.kind, MCLMR_SPAN("core")))
		read.peer.kind = MCLMR_PEER_CORE;
	else if(mclmr_span_equal_nocase(read.kind, MCLMR_SPAN("iwf")))
		read.peer.kind = MCLMR_PEER_IWF;
	else
		return "kind is neither core nor iwf";
	return mclmr_network_add_peer(load->network, &read.peer);
}

static const char *add_partner(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	mclmr_partner_t partner;

	(void)spare;
	mc_table_read(&iwf_tables[IWF_TABLE_PARTNERS], row, &partner);
	return mclmr_network_add_partner(load->network, &partner);
}

static const char *add_user(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	mclmr_user_row_t user;
	const char *why = iwf_tables_user(row, &user);

	(void)spare;
	return why != NULL ? why : mclmr_directory_add_user(load->directory, &user);
}

/* What a person has already, as rows; at most MCLMR_MAX_LMR_ENTRIES. */
static size_t present_entries(const mclmr_directory_t *directory,
		mclmr_span_t person, mclmr_lmr_row_t *rows)
{
	const mclmr_person_t *p = mclmr_directory_person(directory, person);
	size_t n = p == NULL ? 0 : p->entries;

	for(size_t i = 0; i < n; i++) {
		rows[i].type = p->entry[i].type;
		rows[i].kmf = p->entry[i].kmf_key;
		rows[i].identity = p->entry[i].identity;
		rows[i].device = p->entry[i].device;
	}
	return n;
}

/* Adds one entry to those of its person: the rows of a person stand anywhere
 * in the table, so that it can be read in pages by id. */
static const char *add_entry(void *data, const mc_row_t *row, bool *spare)
{
	load_t *load = data;
	mclmr_lmr_row_t rows[MCLMR_MAX_LMR_ENTRIES + 1], entry;
	mclmr_span_t person;
	const char *why = iwf_tables_entry(row, &person, &entry);
	size_t n;

	if(why != NULL)
		return why;
	why = mclmr_directory_check_entry(load->directory, &entry);
	if(why != NULL) {
		*spare = true;
		return why;
	}
	n = present_entries(load->directory, person, rows);
	rows[n] = entry;
	return mclmr_directory_put_entries(load->directory, person, rows, n + 1);
}

/* Adds a party. Nothing else hangs on it: the others do without a bad one. */
static const char *add_party(
		load_t *load, mclmr_party_kind_t kind, const mc_row_t *row, bool *spare)
{
	mclmr_party_row_t party = iwf_tables_party(kind, row);

	*spare = true;
	return mclmr_parties_put(
			mclmr_directory_parties(load->directory, kind), &party);
}

static const char *add_lmr_user(void *data, const mc_row_t *row, bool *spare)
{
	return add_party(data, MCLMR_LMR_USER, row, spare);
}

static const char *add_group(void *data, const mc_row_t *row, bool *spare)
{
	return add_party(data, MCLMR_GROUP, row, spare);
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

void iwf_load_count_bad_rows(unsigned long *count)
{
	bad_rows = count;
}

unsigned long iwf_load_entries_left_out(void)
{
	return entries_left_out;
}

/* Names a row that is left out. */
static void name_left_out(
		const mc_table_t *table, long long id, const char *why)
{
	LOG(level_of(table), "row left out, table %s, id %lld: %s\n", table->name,
			id, why);
}

void iwf_load_leave_out_entry(long long id, const char *why)
{
	name_left_out(&iwf_tables[IWF_TABLE_LMR], id, why);
	entries_left_out++;
	(*bad_rows)++;
}

/* Leaves a row of a load out. The first ones are named: a KMF may be that of
 * every user, and the log is not to be flooded. */
static void leave_out(
		void *data, const mc_table_t *table, long long id, const char *why)
{
	load_t *load = data;

	if(load->left_out < NAMED_ROWS)
		name_left_out(table, id, why);
	load->left_out++;
	(*bad_rows)++;
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

/* Loads a table; left_out tells of its rows afterwards. */
static mc_db_result_t load_table(
		load_t *load, iwf_table_id_t id, mc_db_error_t *error)
{
	const mc_table_t *table = &iwf_tables[id];
	const mc_table_load_t into = {
			load, add_functions[id], leave_out, after_page};
	mc_db_result_t rc;

	load->left_out = 0;
	rc = id < IWF_TABLE_USERS ? mc_table_load_whole(
				 load->db, table, MCLMR_MAX_NETWORK_ROWS, &into, error)
							  : mc_table_load_pages(load->db, table,
									  iwf_config.page_rows, &into, error);
	sum_up_left_out(table, load);
	return rc;
}

/* Loads tables from the first to the last of these, in their order: peers come
 * after all that is small, so that what they lack is named once all else fits;
 * LMR entries come last of all. */
static mc_db_result_t load_tables(load_t *load, iwf_table_id_t first,
		iwf_table_id_t last, mc_db_error_t *error)
{
	mc_db_result_t rc = MC_DB_OK;

	for(iwf_table_id_t id = first; rc == MC_DB_OK && id <= last; id++)
		rc = load_table(load, id, error);
	return rc;
}

/* The small tables as a new network, with or without bad peers left out. */
static mc_db_result_t load_network(mc_db_t *db, bool spare_peers,
		mclmr_network_t **network, mc_db_error_t *error)
{
	load_t load = {.db = db,
			.network = mclmr_network_new(mc_store_allocator()),
			.spare_peers = spare_peers};
	mc_db_result_t rc;

	*network = NULL;
	if(load.network == NULL) {
		mc_db_explain(error, "no shared memory left");
		return MC_DB_BAD_ROW;
	}
	rc = load_tables(&load, IWF_TABLE_KMFS, IWF_TABLE_PEERS, error);
	if(rc == MC_DB_OK)
		*network = load.network;
	else
		mclmr_network_free(load.network);
	return rc;
}

mc_db_result_t iwf_load_network(
		mc_db_t *db, mclmr_network_t **network, mc_db_error_t *error)
{
	return load_network(db, true, network, error);
}

/* An empty directory that owns a network just loaded, with room for all users,
 * so that the index need not grow. */
static mc_db_result_t new_directory(
		mc_db_t *db, mclmr_directory_t **directory, mc_db_error_t *error)
{
	mclmr_network_t *network;
	size_t users;
	mc_db_result_t rc =
			mc_table_count(db, &iwf_tables[IWF_TABLE_USERS], &users, error);

	if(rc == MC_DB_OK)
		rc = load_network(db, false, &network, error);
	if(rc != MC_DB_OK)
		return rc;
	*directory = mclmr_directory_new(
			mc_store_allocator(), network, iwf_config.one_kmf_per, users);
	if(*directory == NULL) {
		mclmr_network_free(network);
		mc_db_explain(error, "no shared memory left");
		return MC_DB_BAD_ROW;
	}
	return MC_DB_OK;
}

mc_db_result_t iwf_load_directory(mc_db_t *db, void (*between)(void *data),
		void *data, mclmr_directory_t **directory, mc_db_error_t *error)
{
	load_t load = {.db = db, .between = between, .data = data};
	mc_db_result_t rc = new_directory(db, &load.directory, error);

	*directory = NULL;
	if(rc != MC_DB_OK)
		return rc;
	rc = load_tables(&load, IWF_TABLE_USERS, IWF_TABLE_LMR, error);
	if(rc != MC_DB_OK) {
		mclmr_directory_free(load.directory);
		return rc;
	}
	entries_left_out = load.left_out;
	*directory = load.directory;
	return MC_DB_OK;
}
