/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_tables: the tables of the module, each described once, and their rows as
 * the directory takes them. Internal to this folder.
 */
#ifndef IWF_TABLES_H
#define IWF_TABLES_H

#include "mc_common/table.h"
#include "mclmr/directory/directory.h"

typedef enum iwf_table_id
{
	IWF_TABLE_KMFS,
	IWF_TABLE_KMF_ALIASES,
	IWF_TABLE_KMF_PSIS,
	IWF_TABLE_ROLES,
	IWF_TABLE_PARTNERS,
	IWF_TABLE_PEERS,
	IWF_TABLE_USERS,
	IWF_TABLE_LMR_USERS,
	IWF_TABLE_GROUPS,
	IWF_TABLE_LMR,
	IWF_TABLE_CHANGES, /* the change log */
	IWF_TABLES
} iwf_table_id_t;

extern const mc_table_t iwf_tables[IWF_TABLES];

/* Places of the columns that rows are looked up by, or changed in. */
enum
{
	IWF_USER_MC_ID = 0,
	IWF_USER_SERVICE = 1,
	IWF_LMR_PERSON = 0,
	IWF_PARTY_URI = 0,
	IWF_PARTY_PROFILE = 2,
	IWF_PARTY_CODEC = 3
};

/* A row of the small tables, as their descriptions fill it. */
typedef struct iwf_kmf_row
{
	mclmr_span_t uri, hosting;
	int peer_set;
	bool trusted;
} iwf_kmf_row_t;

typedef struct iwf_of_kmf_row /* an alias or a PSI of a KMF */
{
	mclmr_span_t kmf, uri;
} iwf_of_kmf_row_t;

typedef struct iwf_role_row
{
	mclmr_span_t psi, service, role;
} iwf_role_row_t;

typedef struct iwf_peer_row
{
	mclmr_peer_row_t peer; /* but for its kind */
	mclmr_span_t kind;
} iwf_peer_row_t;

/* Rows of the large tables, with texts of the row: NULL, or what is wrong with
 * the words in it. */
const char *iwf_tables_user(const mc_row_t *row, mclmr_user_row_t *user);
const char *iwf_tables_entry(
		const mc_row_t *row, mclmr_span_t *person, mclmr_lmr_row_t *entry);
const char *iwf_tables_party(
		mclmr_party_kind_t kind, const mc_row_t *row, mclmr_party_row_t *party);

/* The table of LMR users, or of groups. */
const mc_table_t *iwf_tables_of(mclmr_party_kind_t kind);

/* True if all tables have the versions of their descriptions. */
bool iwf_tables_check(mc_db_t *db);

#endif
