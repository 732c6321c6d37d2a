/* SPDX-License-Identifier: GPL-2.0-or-later */

/* RPC commands on users, KMFs, groups and the store. */
#include "core/rpc_lookup.h"

#include "mc_common/rpc.h"
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mclmr/sip/uri.h"
#include "bad_rows.h"
#include "bindings_rpc.h"
#include "group.h"
#include "refresh.h"
#include "rpc.h"
#include "store.h"
#include "token.h"

#define RELOAD_TIMEOUT_MS 60000

/* The LMR entries of a person as an array of the user's structure. */
static void add_entries(
		rpc_t *rpc, void *structure, const mclmr_person_t *person)
{
	void *list, *row;

	rpc->struct_add(structure, "[", "lmr", &list);
	for(size_t i = 0; i < person->entries; i++) {
		const mclmr_lmr_entry_t *entry = &person->entry[i];

		rpc->array_add(list, "{", &row);
		mc_rpc_add_text(
				rpc, row, "type", mclmr_span(mclmr_lmr_type_word(entry->type)));
		mc_rpc_add_text(rpc, row, "kmf", entry->kmf_key);
		mc_rpc_add_text(rpc, row, "identity", entry->identity);
		mc_rpc_add_text(rpc, row, "device", entry->device);
	}
}

/* A user, with the LMR entries of its person. */
static void add_user(rpc_t *rpc, void *context, const mclmr_user_t *user)
{
	void *s;

	rpc->add(context, "{", &s);
	mc_rpc_add_text(rpc, s, "mc_id", user->row.mc_id);
	mc_rpc_add_text(rpc, s, "service",
			mclmr_span(mclmr_service_names(user->row.service)->word));
	mc_rpc_add_text(rpc, s, "impu", user->row.impu);
	mc_rpc_add_text(rpc, s, "client_id", user->row.client_id);
	mc_rpc_add_text(rpc, s, "person", user->row.person);
	mc_rpc_add_text(rpc, s, "organisation", user->row.organisation);
	mc_rpc_add_text(rpc, s, "home", user->row.home);
	rpc->struct_add(s, "dd", "send", (int)user->row.send, "receive",
			(int)user->row.receive);
	add_entries(rpc, s, user->of);
}

/* All users that have this key as MC service ID or as IMPU; how many. */
static int add_users(rpc_t *rpc, void *context,
		const mclmr_directory_t *directory, mclmr_span_t key)
{
	const mclmr_user_t *user;
	int n = 0;

	for(user = mclmr_directory_impu(directory, key); user != NULL;
			user = user->next_impu, n++)
		add_user(rpc, context, user);
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		user = mclmr_directory_user(directory, (mclmr_service_t)i, key);
		if(user == NULL || mclmr_span_equal(user->impu_key, key))
			continue;
		add_user(rpc, context, user);
		n++;
	}
	return n;
}

static const char *users_doc[] = {
		"mc_iwf.users URI: users with this MC service ID or IMPU", NULL};

/* One URI may be an MC service ID and an IMPU: all that have it are shown. */
static void users(rpc_t *rpc, void *context)
{
	mclmr_uri_room_t room;
	const mclmr_directory_t *directory;
	mclmr_span_t key;
	str uri;
	int n = 0;

	if(rpc->scan(context, ".S", &uri) < 1) {
		rpc->fault(
				context, MC_RPC_ARGUMENT, "an MC service ID or IMPU, please");
		return;
	}
	if(!mclmr_uri_key_in(mc_span(&uri), &room, &key)) {
		rpc->fault(context, MC_RPC_ARGUMENT, "not a SIP or tel URI");
		return;
	}
	directory = iwf_store_read();
	if(directory != NULL)
		n = add_users(rpc, context, directory, key);
	iwf_store_read_end();
	if(n == 0)
		rpc->fault(context, MC_RPC_NOT_FOUND, "no such user");
}

/* The one LMR user or group of a URI. */
static void add_party(
		rpc_t *rpc, void *context, mclmr_party_kind_t kind, mclmr_span_t key)
{
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_party_t *party = NULL;
	void *s;

	if(directory != NULL)
		party = mclmr_directory_party(directory, kind, key);
	if(party != NULL) {
		rpc->add(context, "{", &s);
		mc_rpc_add_text(rpc, s, "uri", party->row.uri);
		mc_rpc_add_text(rpc, s, "psi", party->row.psi);
		mc_rpc_add_text(rpc, s, "profile", party->row.profile);
		if(kind == MCLMR_GROUP)
			mc_rpc_add_text(rpc, s, "codec", party->row.codec);
	}
	iwf_store_read_end();
	if(party == NULL)
		rpc->fault(context, MC_RPC_NOT_FOUND, "there is none");
}

/* Answers for the URI in the first parameter. */
static void tell_party(rpc_t *rpc, void *context, mclmr_party_kind_t kind)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;
	str uri;

	if(rpc->scan(context, ".S", &uri) < 1)
		rpc->fault(context, MC_RPC_ARGUMENT, "a URI, please");
	else if(!mclmr_uri_key_in(mc_span(&uri), &room, &key))
		rpc->fault(context, MC_RPC_ARGUMENT, "not a SIP or tel URI");
	else
		add_party(rpc, context, kind, key);
}

static const char *lmr_users_doc[] = {
		"mc_iwf.lmr_users URI: the LMR user with this URI", NULL};

/* Shows the row in force, which may be older than that of the database. */
static void lmr_users(rpc_t *rpc, void *context)
{
	tell_party(rpc, context, MCLMR_LMR_USER);
}

static const char *groups_doc[] = {
		"mc_iwf.groups URI: the group with this URI", NULL};

/* As lmr_users(): the codec in force may be that of iwf_group_codec(). */
static void groups(rpc_t *rpc, void *context)
{
	tell_party(rpc, context, MCLMR_GROUP);
}

/* Texts as an array of a structure. */
static void add_texts(rpc_t *rpc, void *structure, char *name,
		const mclmr_span_t *texts, size_t n)
{
	void *list;
	str text;

	rpc->struct_add(structure, "[", name, &list);
	for(size_t i = 0; i < n; i++) {
		text = mc_str(texts[i]);
		rpc->array_add(list, "S", &text);
	}
}

/* A KMF, with all names that it is found by. */
static void add_kmf(rpc_t *rpc, void *context, const mclmr_kmf_t *kmf)
{
	void *s;

	rpc->add(context, "{", &s);
	mc_rpc_add_text(rpc, s, "uri", kmf->uri);
	rpc->struct_add(
			s, "dd", "peer_set", kmf->peer_set, "trusted", (int)kmf->trusted);
	mc_rpc_add_text(rpc, s, "hosting", kmf->hosting);
	add_texts(rpc, s, "aliases", kmf->alias, kmf->aliases);
	add_texts(rpc, s, "psis", kmf->psi, kmf->psis);
}

static const char *kmfs_doc[] = {
		"mc_iwf.kmfs: all KMFs with their aliases and IWF PSIs", NULL};

/* All at once: a network has a few thousand at most. */
static void kmfs(rpc_t *rpc, void *context)
{
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_kmf_t *kmf;

	for(size_t i = 0; directory != NULL
					  && (kmf = mclmr_network_kmf_at(
								  mclmr_directory_network(directory), i))
								 != NULL;
			i++)
		add_kmf(rpc, context, kmf);
	iwf_store_read_end();
}

static const char *stats_doc[] = {
		"mc_iwf.stats: the data in force and how they were loaded", NULL};

/* Copies the figures first: the store is not held while a reply is written. */
static void stats(rpc_t *rpc, void *context)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_directory_counts_t counts = {0};
	mc_follower_stats_t refresh;
	mc_store_info_t info;
	void *s;

	if(directory != NULL)
		counts = mclmr_directory_count(directory);
	iwf_store_read_end();
	iwf_refresh_stats(&refresh);
	iwf_store_info(&info);
	rpc->add(context, "{", &s);
	rpc->struct_add(s, "dddddd", "users", (int)counts.users, "persons",
			(int)counts.persons, "lmr_entries", (int)counts.entries, "kmfs",
			(int)counts.kmfs, "lmr_users", (int)counts.lmr_users, "groups",
			(int)counts.groups);
	rpc->struct_add(s, "ddds", "version", (int)info.version, "loaded",
			(int)info.loaded, "failed", (int)info.failed, "error", info.error);
	rpc->struct_add(s, "dddddd", "changes", (int)refresh.changes, "bad_rows",
			(int)iwf_bad_rows_total(), "reloads", (int)refresh.reloads,
			"outages", (int)refresh.outages, "holes", (int)refresh.holes,
			"db_up", (int)refresh.up);
}

static const char *bad_rows_doc[] = {
		"mc_iwf.bad_rows: the last rows that could not be used, and why", NULL};

/* The newest last. */
static void bad_rows(rpc_t *rpc, void *context)
{
	static iwf_bad_row_t rows[IWF_BAD_ROWS];
	size_t n = iwf_bad_rows_copy(rows);

	for(size_t i = 0; i < n; i++) {
		void *s;

		rpc->add(context, "{", &s);
		mc_rpc_add_text(rpc, s, "table", mclmr_span(rows[i].table));
		mc_rpc_add_text(rpc, s, "row", mclmr_span(rows[i].row));
		mc_rpc_add_text(rpc, s, "why", mclmr_span(rows[i].why));
		rpc->struct_add(s, "d", "when", (int)rows[i].when);
	}
}

static const char *reload_doc[] = {
		"mc_iwf.reload: load all tables anew; the old data stay on an error",
		NULL};

/* Waits for the refresh process, which alone is connected to the database. */
static void reload(rpc_t *rpc, void *context)
{
	char error[MC_STORE_ERROR];

	if(!iwf_refresh_reload(RELOAD_TIMEOUT_MS, error, sizeof(error)))
		rpc->fault(context, MC_RPC_LOAD, "%s", error);
	else
		rpc->rpl_printf(context, "loaded");
}

static const char *group_codec_doc[] = {
		"mc_iwf.group_codec GROUP CODEC [PROFILE]: change the codec of a group,"
		" and its media profile; in force when it answers",
		NULL};

/* The fault that tells of a refusal. */
static int fault_of(mclmr_status_t status)
{
	if(status == MCLMR_GROUP_UNKNOWN)
		return MC_RPC_NOT_FOUND;
	return status == MCLMR_INTERNAL ? MC_RPC_LOAD : MC_RPC_ARGUMENT;
}

/* Answers when the change is in force, not when it is asked for. */
static void group_codec(rpc_t *rpc, void *context)
{
	char error[IWF_GROUP_ERROR];
	str group, codec, profile;
	mclmr_status_t status;
	int n = rpc->scan(context, ".S.S*.S", &group, &codec, &profile);

	if(n < 2) {
		rpc->fault(context, MC_RPC_ARGUMENT, "group and codec, please");
		return;
	}
	if(n < 3)
		profile.len = 0;
	status = iwf_group_codec(
			mc_span(&group), mc_span(&codec), mc_span(&profile), error);
	if(status != MCLMR_OK)
		rpc->fault(context, fault_of(status), "%s", error);
	else
		rpc->rpl_printf(context, "changed");
}

static const char *token_keys_doc[] = {
		"mc_iwf.token_keys: whether the files with keys of access tokens can be"
		" read; each process does so by itself once one has changed",
		NULL};

/* Changes nothing: it tells beforehand what the log would tell. */
static void token_keys(rpc_t *rpc, void *context)
{
	char error[IWF_TOKEN_ERROR];
	int n = iwf_token_test_files(error);

	if(n < 0)
		rpc->fault(context, MC_RPC_LOAD, "%s", error);
	else
		rpc->rpl_printf(context, "%d files", n);
}

/* clang-format off */
rpc_export_t iwf_rpc[] = {
	{"mc_iwf.users", users, users_doc, RET_ARRAY},
	{"mc_iwf.kmfs", kmfs, kmfs_doc, RET_ARRAY},
	{"mc_iwf.lmr_users", lmr_users, lmr_users_doc, 0},
	{"mc_iwf.groups", groups, groups_doc, 0},
	{"mc_iwf.group_codec", group_codec, group_codec_doc, 0},
	{"mc_iwf.bindings", iwf_bindings_rpc, iwf_bindings_doc, 0},
	{"mc_iwf.token_keys", token_keys, token_keys_doc, 0},
	{"mc_iwf.stats", stats, stats_doc, 0},
	{"mc_iwf.bad_rows", bad_rows, bad_rows_doc, RET_ARRAY},
	{"mc_iwf.reload", reload, reload_doc, 0},
	{0, 0, 0, 0}
};
/* clang-format on */
