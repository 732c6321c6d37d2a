/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The process that keeps registrations in the database. */
#include "core/dprint.h"
#include "core/mem/shm_mem.h"

#include "mc_common/clock.h"
#include "mc_common/follower_process.h"
#include "mc_iwf/config.h"
#include "binding_rows.h"
#include "bindings.h"
#include "db.h"
#include "keeper.h"

#define INTERVAL_MS 250	  /* between two batches, at most */
#define HOLD 300		  /* s that a missing number of the log may appear */
#define KEEP 900		  /* s that rows of the log are kept */
#define BATCHES 20		  /* written between two looks into the log */
#define RETRY_PAUSE 1000  /* ms after a batch that failed */
#define PRUNE_PAUSE 10000 /* ms between two looks for rows that have ended */

static mc_follower_t follower;

/* How writing goes. */
static struct
{
	time_t failed;	  /* since when it fails; 0: it does not */
	long long tried;  /* by mc_clock_ms(): that is never set back */
	long long pruned; /* the same */
} writing;

static mc_db_result_t apply(mc_follower_t *f, void *content,
		const mc_change_t *change, mc_patience_t patience, mc_db_error_t *error)
{
	(void)content, (void)patience;
	return iwf_binding_rows_apply(f->db, change, error);
}

static void read_ahead(mc_follower_t *f, long long first, long long last)
{
	iwf_binding_rows_ahead(f->db, first, last);
}

static void end_ahead(mc_follower_t *f)
{
	(void)f;
	iwf_binding_rows_ahead_end();
}

/* After each page of a full load. */
static void between(void *data)
{
	mc_follower_between(data);
}

/* Takes all rows over: what is in force is the content, there is no other. */
static mc_db_result_t load(
		mc_follower_t *f, void **content, mc_db_error_t *error)
{
	*content = &writing;
	if(iwf_binding_rows_check(f->db))
		return iwf_binding_rows_load(f->db, between, f, error);
	mc_db_explain(error, "a table is missing or has another version");
	return MC_DB_BAD_ROW;
}

static bool has_room(void)
{
	return true;
}

/* After a load: what is here and was not there is written once more. */
static void put(void *content)
{
	size_t place = 0;

	(void)content;
	do
		place = iwf_bindings_load_end(place);
	while(place != 0);
	LM_INFO("%zu registrations after a load of mc_iwf_bindings\n",
			iwf_bindings_count().registrations);
}

static void discard(void *content)
{
	(void)content;
}

static void note_failure(const char *why)
{
	LM_DBG("registrations not loaded: %s\n", why);
}

/* A row of the log that was given up. */
static void name_bad_row(
		void *content, const mc_change_t *change, const char *why)
{
	char name[MCLMR_RECORD_NAME + 1];

	(void)content;
	snprintf(name, sizeof(name), "%.*s", MCLMR_FMT(change->item1));
	iwf_binding_rows_left_out(name, why);
}

/* Says once that writing fails, and once that it does no more. */
static void note_writing(mc_db_result_t rc, const mc_db_error_t *error)
{
	writing.tried = mc_clock_ms();
	if(rc == MC_DB_OK && writing.failed != 0) {
		LM_WARN("registrations are saved again after %ld s\n",
				(long)(time(NULL) - writing.failed));
		writing.failed = 0;
	} else if(rc != MC_DB_OK && writing.failed == 0) {
		LM_ERR("%zu registrations cannot be saved, which is tried again: %s\n",
				iwf_bindings_count_unsaved(), error->text);
		writing.failed = time(NULL);
	}
}

/* Writes what is not saved. */
static void save(mc_db_t *db)
{
	mc_db_result_t rc = MC_DB_OK;
	mc_db_error_t error = {""};
	size_t n = 1;

	if(writing.failed != 0 && mc_clock_ms() - writing.tried < RETRY_PAUSE)
		return;
	for(int i = 0; i < BATCHES && rc == MC_DB_OK && n > 0; i++)
		rc = iwf_binding_rows_save(db, &n, &error);
	note_writing(rc, &error);
}

/* Deletes rows that have ended; what cannot be deleted now can be later. */
static void prune(mc_db_t *db)
{
	mc_db_error_t error;

	if(mc_clock_ms() - writing.pruned < PRUNE_PAUSE)
		return;
	writing.pruned = mc_clock_ms();
	if(iwf_binding_rows_prune(db, &error) != MC_DB_OK)
		LM_DBG("rows that have ended stay: %s\n", error.text);
}

/* After each look into the log. */
static void serve(bool up)
{
	if(!up)
		return;
	save(follower.db);
	if(writing.failed == 0)
		prune(follower.db);
}

/* A line of the follower, under the module's name and its level. */
static void say(mc_say_t level, const char *text)
{
	switch(level) {
		case MC_SAY_ERROR:
			LM_ERR("registrations: %s\n", text);
			break;
		case MC_SAY_WARNING:
			LM_WARN("registrations: %s\n", text);
			break;
		case MC_SAY_INFO:
			LM_INFO("registrations: %s\n", text);
			break;
	}
}

static const mc_follower_calls_t calls = {.apply = apply,
		.ahead = read_ahead,
		.ahead_end = end_ahead,
		.load = load,
		.has_room = has_room,
		.put = put,
		.discard = discard,
		.failed = note_failure,
		.bad_row = name_bad_row,
		.serve = serve,
		.say = say};

/* What the follower needs. */
static void set_up_follower(void)
{
	follower.calls = &calls;
	follower.db = iwf_db();
	follower.log = IWF_BINDING_LOG;
	follower.interval_ms = iwf_config.refresh_interval < INTERVAL_MS
								   ? iwf_config.refresh_interval
								   : INTERVAL_MS;
	follower.hold = HOLD;
	follower.keep = KEEP;
}

/* Takes all rows over. */
static int load_at_start(void)
{
	mc_db_error_t error = {""};

	if(!mc_follower_share(&follower)) {
		SHM_MEM_ERROR;
		return -1;
	}
	if(mc_follower_load_at_start(&follower, &error) == MC_DB_OK)
		return 0;
	LM_ERR("cannot load registrations: %s\n", error.text);
	return -1;
}

int iwf_keeper_init(void)
{
	if(!iwf_config.keep_bindings)
		return 0;
	if(iwf_config.db_url.len <= 0
			|| iwf_config.registrations == IWF_REGISTRATIONS_USRLOC) {
		LM_ERR("keep_bindings needs db_url, and registrations of a core\n");
		return -1;
	}
	if(!iwf_binding_rows_init()) {
		LM_ERR("no random octets\n");
		return -1;
	}
	set_up_follower();
	if(load_at_start() < 0)
		return -1;
	mc_follower_plan();
	return 0;
}

void iwf_keeper_destroy(void)
{
	mc_follower_unshare(&follower);
}

int iwf_keeper_start(void)
{
	return mc_follower_start(&follower, "MC IWF bindings");
}
