/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The tables of the module, each described once. */
#include "tables.h"

/* The words of a user's row that are no text there. */
typedef struct user_row
{
	mclmr_user_row_t user;
	mclmr_span_t service;
} user_row_t;

/* The same of an LMR entry. */
typedef struct entry_row
{
	mclmr_lmr_row_t entry;
	mclmr_span_t person, type;
} entry_row_t;

/* clang-format off */
const mc_table_t iwf_tables[IWF_TABLES] = {
	[IWF_TABLE_KMFS] = {"mc_iwf_kmfs", 1, "id", {
		MC_COLUMN(iwf_kmf_row_t, "uri", uri),
		MC_COLUMN(iwf_kmf_row_t, "peer_set", peer_set),
		MC_COLUMN(iwf_kmf_row_t, "trusted", trusted),
		MC_COLUMN(iwf_kmf_row_t, "hosting", hosting)}},
	[IWF_TABLE_KMF_ALIASES] = {"mc_iwf_kmf_aliases", 1, "id", {
		MC_COLUMN(iwf_of_kmf_row_t, "kmf", kmf),
		MC_COLUMN(iwf_of_kmf_row_t, "alias", uri)}},
	[IWF_TABLE_KMF_PSIS] = {"mc_iwf_kmf_psis", 1, "priority DESC, id", {
		MC_COLUMN(iwf_of_kmf_row_t, "kmf", kmf),
		MC_COLUMN(iwf_of_kmf_row_t, "psi", uri)}},
	[IWF_TABLE_ROLES] = {"mc_iwf_roles", 1, "id", {
		MC_COLUMN(iwf_role_row_t, "psi", psi),
		MC_COLUMN(iwf_role_row_t, "service", service),
		MC_COLUMN(iwf_role_row_t, "role", role)}},
	[IWF_TABLE_PARTNERS] = {"mc_iwf_partners", 1, "id", {
		MC_COLUMN(mclmr_partner_t, "domain", domain),
		MC_COLUMN(mclmr_partner_t, "psi", psi),
		MC_COLUMN(mclmr_partner_t, "peer_set", peer_set),
		MC_COLUMN(mclmr_partner_t, "trusted", trusted)}},
	[IWF_TABLE_PEERS] = {"mc_iwf_peers", 1, "id", {
		MC_COLUMN(iwf_peer_row_t, "kind", kind),
		MC_COLUMN(iwf_peer_row_t, "psi", peer.psi),
		MC_COLUMN(iwf_peer_row_t, "address", peer.address),
		MC_COLUMN(iwf_peer_row_t, "port", peer.port),
		MC_COLUMN(iwf_peer_row_t, "tls_id", peer.tls_id)}},
	[IWF_TABLE_USERS] = {"mc_iwf_users", 1, "id", {
		[IWF_USER_MC_ID] = MC_COLUMN(user_row_t, "mc_id", user.mc_id),
		[IWF_USER_SERVICE] = MC_COLUMN(user_row_t, "service", service),
		MC_COLUMN(user_row_t, "impu", user.impu),
		MC_COLUMN(user_row_t, "client_id", user.client_id),
		MC_COLUMN(user_row_t, "person", user.person),
		MC_COLUMN(user_row_t, "organisation", user.organisation),
		MC_COLUMN(user_row_t, "home", user.home),
		MC_COLUMN(user_row_t, "send", user.send),
		MC_COLUMN(user_row_t, "receive", user.receive)}},
	[IWF_TABLE_LMR_USERS] = {"mc_iwf_lmr_users", 1, "id", {
		[IWF_PARTY_URI] = MC_COLUMN(mclmr_party_row_t, "uri", uri),
		MC_COLUMN(mclmr_party_row_t, "psi", psi),
		[IWF_PARTY_PROFILE] =
			MC_COLUMN(mclmr_party_row_t, "profile", profile)}},
	[IWF_TABLE_GROUPS] = {"mc_iwf_groups", 1, "id", {
		[IWF_PARTY_URI] = MC_COLUMN(mclmr_party_row_t, "uri", uri),
		MC_COLUMN(mclmr_party_row_t, "psi", psi),
		[IWF_PARTY_PROFILE] =
			MC_COLUMN(mclmr_party_row_t, "profile", profile),
		[IWF_PARTY_CODEC] = MC_COLUMN(mclmr_party_row_t, "codec", codec)}},
	[IWF_TABLE_LMR] = {"mc_iwf_lmr", 1, "id", {
		[IWF_LMR_PERSON] = MC_COLUMN(entry_row_t, "person", person),
		MC_COLUMN(entry_row_t, "lmr_type", type),
		MC_COLUMN(entry_row_t, "kmf", entry.kmf),
		MC_COLUMN(entry_row_t, "identity", entry.identity),
		MC_COLUMN(entry_row_t, "device", entry.device)}},
	[IWF_TABLE_CHANGES] = {.name = "mc_iwf_changes", .version = 1},
};
/* clang-format on */

const char *iwf_tables_user(const mc_row_t *row, mclmr_user_row_t *user)
{
	user_row_t read;
	const char *why = mc_table_read(&iwf_tables[IWF_TABLE_USERS], row, &read);

	*user = read.user;
	user->service = mclmr_service_from_word(read.service);
	if(why != NULL)
		return why;
	return user->service == MCLMR_SERVICE_NONE ? "unknown service" : NULL;
}

const char *iwf_tables_entry(
		const mc_row_t *row, mclmr_span_t *person, mclmr_lmr_row_t *entry)
{
	entry_row_t read;
	const char *why = mc_table_read(&iwf_tables[IWF_TABLE_LMR], row, &read);

	*person = read.person;
	*entry = read.entry;
	if(why != NULL)
		return why;
	return mclmr_lmr_type_from_word(read.type, &entry->type)
				   ? NULL
				   : "unknown LMR type";
}

const char *iwf_tables_party(
		mclmr_party_kind_t kind, const mc_row_t *row, mclmr_party_row_t *party)
{
	*party = (mclmr_party_row_t){.codec = {NULL, 0}};
	return mc_table_read(iwf_tables_of(kind), row, party);
}

const mc_table_t *iwf_tables_of(mclmr_party_kind_t kind)
{
	return &iwf_tables[kind == MCLMR_GROUP ? IWF_TABLE_GROUPS
										   : IWF_TABLE_LMR_USERS];
}

bool iwf_tables_check(mc_db_t *db)
{
	for(int i = 0; i < IWF_TABLES; i++) {
		if(!mc_db_has_version(db, iwf_tables[i].name, iwf_tables[i].version))
			return false;
	}
	return true;
}
