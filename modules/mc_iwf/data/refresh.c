/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The process that keeps the directory up to date. */
#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/mem/shm_mem.h"

#include "mc_common/follower_process.h"
#include "mc_iwf/config.h"
#include "apply.h"
#include "awaited.h"
#include "bad_rows.h"
#include "db.h"
#include "group.h"
#include "load.h"
#include "memory.h"
#include "refresh.h"
#include "store.h"
#include "tables.h"

/* The small tables, as the change log calls them. */
#define PLAN MCLMR_SPAN("plan")

/* Applies a change. Rows that it makes usable are found by a full load. */
static mc_db_result_t apply(mc_follower_t *follower, void *directory,
		const mc_change_t *change, mc_patience_t patience, mc_db_error_t *error)
{
	mc_db_result_t rc = iwf_apply(directory, change, patience, error);

	if(iwf_apply_wants_load())
		mc_follower_reload_slowly(
				follower, "a row that was left out may be used now");
	return rc;
}

/* Reads ahead what changes name. */
static void read_ahead(mc_follower_t *follower, long long first, long long last)
{
	(void)follower;
	iwf_db_ahead(first, last);
}

static void end_ahead(mc_follower_t *follower)
{
	(void)follower;
	iwf_db_ahead_end();
}

/* Called after each page of a full load. */
static void between(void *follower)
{
	mc_follower_between(follower);
}

/* Loads a new directory. The tables may be others than at the last load. */
static mc_db_result_t load(
		mc_follower_t *follower, void **content, mc_db_error_t *error)
{
	mclmr_directory_t *directory;
	mc_db_result_t rc;

	*content = NULL;
	iwf_bad_rows_begin();
	iwf_awaited_begin();
	if(!iwf_tables_check(follower->db)) {
		mc_db_explain(error, "a table is missing or has another version");
		return MC_DB_BAD_ROW;
	}
	rc = iwf_load_directory(follower->db, between, follower, &directory, error);
	*content = directory;
	return rc;
}

/* Puts a new directory in force. */
static void put(void *directory)
{
	mclmr_directory_counts_t count = mclmr_directory_count(directory);

	iwf_store_replace(directory);
	iwf_bad_rows_put();
	iwf_awaited_put();
	LM_INFO("loaded %lu users, %lu persons, %lu LMR entries, %lu KMFs,"
			" %lu LMR users, %lu groups\n",
			(unsigned long)count.users, (unsigned long)count.persons,
			(unsigned long)count.entries, (unsigned long)count.kmfs,
			(unsigned long)count.lmr_users, (unsigned long)count.groups);
}

/* Frees a directory that does not get in force. */
static void discard(void *directory)
{
	mclmr_directory_free(directory);
}

/* Names a row that cannot be used. Its items are of any length. */
static void name_bad_row(
		void *directory, const mc_change_t *change, const char *why)
{
	char table[IWF_BAD_ROW_TEXT], row[IWF_BAD_ROW_TEXT];

	snprintf(table, sizeof(table), "mc_iwf_%.*s", MCLMR_FMT(change->table));
	iwf_bad_rows_name(row, change->item1, change->item2);
	LM_ERR("bad row in %s%s%s: %s\n", table, row[0] != '\0' ? ", " : "", row,
			why);
	iwf_bad_rows_add(directory != NULL, table, row, why);
}

/* Changes groups for other processes, or refuses to. */
static void serve(bool up)
{
	if(up)
		iwf_group_serve();
	else
		iwf_group_refuse();
}

/* A line of the follower, under the module's name and its level. */
static void say(mc_say_t level, const char *text)
{
	switch(level) {
		case MC_SAY_ERROR:
			LM_ERR("%s\n", text);
			break;
		case MC_SAY_WARNING:
			LM_WARN("%s\n", text);
			break;
		case MC_SAY_INFO:
			LM_INFO("%s\n", text);
			break;
	}
}

static const mc_follower_calls_t calls = {.apply = apply,
		.ahead = read_ahead,
		.ahead_end = end_ahead,
		.load = load,
		.has_room = iwf_memory_is_left,
		.put = put,
		.discard = discard,
		.failed = iwf_store_failed,
		.bad_row = name_bad_row,
		.serve = serve,
		.say = say};

static mc_follower_t follower;

/* The parameters that this file works by. */
static int check_config(void)
{
	if(iwf_config.refresh_interval < 10 || iwf_config.refresh_interval > 900) {
		LM_ERR("refresh_interval is not between 10 and 900 ms\n");
		return -1;
	}
	if(iwf_config.change_hold < 1
			|| iwf_config.change_keep <= iwf_config.change_hold) {
		LM_ERR("change_hold has to be above 0 and below change_keep\n");
		return -1;
	}
	return 0;
}

/* What the processes share, before the first load counts in it. */
static int make_shared(void)
{
	if(mc_follower_share(&follower) && iwf_bad_rows_init() >= 0)
		return 0;
	SHM_MEM_ERROR;
	iwf_refresh_destroy();
	return -1;
}

/* The follower, once the database is bound. */
static void set_up_follower(void)
{
	follower.calls = &calls;
	follower.db = iwf_db();
	follower.log = iwf_tables[IWF_TABLE_CHANGES].name;
	follower.once = PLAN;
	follower.interval_ms = iwf_config.refresh_interval;
	follower.hold = iwf_config.change_hold;
	follower.keep = iwf_config.change_keep;
}

/* The first load. */
static int load_at_start(void)
{
	mc_db_error_t error = {""};

	if(iwf_db_bind() < 0)
		return -1;
	set_up_follower();
	if(mc_follower_load_at_start(&follower, &error) == MC_DB_OK)
		return 0;
	LM_ERR("cannot load from the database: %s\n", error.text);
	return -1;
}

int iwf_refresh_init(void)
{
	if(iwf_config.db_url.len <= 0)
		return 0;
	if(check_config() < 0 || make_shared() < 0 || load_at_start() < 0)
		return -1;
	mc_follower_plan();
	return 0;
}

void iwf_refresh_destroy(void)
{
	iwf_bad_rows_destroy();
	mc_follower_unshare(&follower);
}

int iwf_refresh_start(void)
{
	return mc_follower_start(&follower, "MC IWF refresh");
}

bool iwf_refresh_reload(int timeout_ms, char *error, size_t size)
{
	if(follower.reload != NULL)
		return mc_reload_ask(follower.reload, iwf_config.reload_delta,
				timeout_ms, error, size);
	snprintf(error, size, "no db_url is configured");
	return false;
}

void iwf_refresh_stats(mc_follower_stats_t *stats)
{
	memset(stats, 0, sizeof(*stats));
	if(follower.stats != NULL)
		*stats = *follower.stats;
}
