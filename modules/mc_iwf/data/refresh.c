/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The process that keeps the data up to date. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/cfg/cfg_struct.h"
#include "core/dprint.h"
#include "core/mem/shm_mem.h"
#include "core/pt.h"
#include "core/sr_module.h"
#include "core/ut.h"

#include "apply.h"
#include "mc_iwf/config.h"
#include "db.h"
#include "group.h"
#include "mc_common/holes.h"
#include "mc_common/reload.h"
#include "refresh.h"
#include "store.h"

#define IWF_LOG_ROWS 1000	 /* rows of the change log read at once */
#define IWF_LOG_BACKLOG 5000 /* beyond it a full load is faster */
#define IWF_DRAIN_POLLS 1000 /* polls to catch up with after a full load */
#define IWF_BASE_PAGES 100	 /* of the log before a full load */
#define IWF_LOAD_TRIES 3	 /* full loads that meet a change under way */
#define IWF_RELOAD_PAUSE 60	 /* s between full loads nobody asked for */
#define IWF_PRUNE_PAUSE 60	 /* s between two cuts of the change log */
#define IWF_DOWN_PAUSE 1	 /* s between two tries to reach the database */

#define IWF_RETRIES 64		 /* rows that did not fit at once */
#define IWF_RETRY_TRIES 4	 /* polls until such a row is called bad */
#define IWF_RETRY_GIVE_WAY 2 /* tries until old places are given up */
#define IWF_ITEM_SIZE 256

/* A change that did not fit: what it needs may come with the next ones. */
typedef struct iwf_retry
{
	int tries;
	size_t table_len, item1_len, item2_len;
	char table[16];
	char item1[IWF_ITEM_SIZE];
	char item2[IWF_ITEM_SIZE];
} iwf_retry_t;

/* How far a directory is along the change log. */
typedef struct iwf_progress
{
	mc_holes_t holes;
	size_t retries;
	iwf_retry_t retry[IWF_RETRIES];
} iwf_progress_t;

/* What the processes share. */
static iwf_refresh_stats_t *iwf_stats = NULL;
static mc_reload_t *iwf_reload = NULL;
/* Of the directory in force, and of the one that is being loaded. */
static iwf_progress_t iwf_live, iwf_base;
static time_t iwf_last_load = 0;
static time_t iwf_reload_at = 0; /* 0: no full load is due */
/* Until then a number may come that is not waited for any more. */
static time_t iwf_unsure_until = 0;
static time_t iwf_down_since = 0; /* 0: the database answers */
static time_t iwf_last_try = 0;	  /* to reach the database */
static time_t iwf_last_prune = 0;
static unsigned long long iwf_last_poll = 0; /* ms */

/* Milliseconds of a clock that nobody sets. */
static unsigned long long clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Has a full load done, at this time or as planned before it. */
static void schedule_reload(time_t at, const char *why)
{
	if(iwf_reload_at == 0 || at < iwf_reload_at) {
		LM_INFO("full load due in %ld s: %s\n", (long)(at - time(NULL)), why);
		iwf_reload_at = at;
	}
}

/* The same, where it could come again and again: not too often. */
static void schedule_reload_slowly(const char *why)
{
	time_t now = time(NULL);
	time_t at = iwf_last_load + IWF_RELOAD_PAUSE;

	schedule_reload(at > now ? at : now, why);
}

/* Notes a missing number that is not waited for, for want of room. */
static void give_up_number(void)
{
	iwf_unsure_until = time(NULL) + iwf_config.change_hold;
}

/* Names a row that cannot be used. */
static void report_bad_row(mclmr_span_t table, mclmr_span_t item1,
		mclmr_span_t item2, const iwf_db_error_t *error)
{
	iwf_stats->bad_rows++;
	LM_ERR("bad row in mc_iwf_%.*s%s%.*s%s%.*s: %s\n", MCLMR_FMT(table),
			item1.len > 0 ? ", " : "", MCLMR_FMT(item1),
			item2.len > 0 ? ", " : "", MCLMR_FMT(item2), error->text);
}

/* What a kept change names. */
static mclmr_span_t retry_table(const iwf_retry_t *retry)
{
	return (mclmr_span_t){retry->table, retry->table_len};
}

static mclmr_span_t retry_item1(const iwf_retry_t *retry)
{
	return (mclmr_span_t){retry->item1, retry->item1_len};
}

static mclmr_span_t retry_item2(const iwf_retry_t *retry)
{
	return (mclmr_span_t){retry->item2, retry->item2_len};
}

/* True where a change of the same is kept: one try is for both. */
static bool is_kept(const iwf_progress_t *progress, mclmr_span_t table,
		mclmr_span_t item1, mclmr_span_t item2)
{
	size_t i;

	for(i = 0; i < progress->retries; i++) {
		const iwf_retry_t *retry = &progress->retry[i];

		if(mclmr_span_equal(retry_table(retry), table)
				&& mclmr_span_equal(retry_item1(retry), item1)
				&& mclmr_span_equal(retry_item2(retry), item2)) {
			return true;
		}
	}
	return false;
}

/* Keeps a change for the next polls; false where there is no room. */
static bool keep_retry(iwf_progress_t *progress, mclmr_span_t table,
		mclmr_span_t item1, mclmr_span_t item2)
{
	iwf_retry_t *retry = &progress->retry[progress->retries];

	if(is_kept(progress, table, item1, item2)) {
		return true;
	}
	if(progress->retries == IWF_RETRIES || table.len > sizeof(retry->table)
			|| item1.len > IWF_ITEM_SIZE || item2.len > IWF_ITEM_SIZE) {
		return false;
	}
	memset(retry, 0, sizeof(*retry));
	retry->table_len = table.len;
	retry->item1_len = item1.len;
	retry->item2_len = item2.len;
	memcpy(retry->table, table.s, table.len);
	memcpy(retry->item1, item1.len > 0 ? item1.s : "", item1.len);
	memcpy(retry->item2, item2.len > 0 ? item2.s : "", item2.len);
	progress->retries++;
	return true;
}

/* Applies a change. A new network may have the KMFs of rows that were left out,
 * and only a full load finds those. */
static iwf_db_result_t apply_change(mclmr_span_t table, mclmr_span_t item1,
		mclmr_span_t item2, iwf_patience_t patience, iwf_db_error_t *error)
{
	iwf_db_result_t rc = iwf_apply(table, item1, item2, patience, error);

	if(rc == IWF_DB_OK && iwf_db_entries_left_out() > 0
			&& mclmr_span_equal(table, MCLMR_SPAN("plan"))) {
		schedule_reload_slowly("a new plan, and LMR entries were left out");
	}
	return rc;
}

/* Applies a change for the last time: what does not fit is out of force. */
static iwf_db_result_t apply_at_last(mclmr_span_t table, mclmr_span_t item1,
		mclmr_span_t item2, iwf_db_error_t *error)
{
	iwf_db_result_t rc = apply_change(table, item1, item2, IWF_WITHDRAW, error);

	if(rc == IWF_DB_BAD_ROW) {
		report_bad_row(table, item1, item2, error);
		return IWF_DB_OK;
	}
	return rc;
}

/* Tries a kept change again; *done where it need not be kept any longer. */
static iwf_db_result_t try_again(
		iwf_retry_t *retry, bool *done, iwf_db_error_t *error)
{
	mclmr_span_t table = retry_table(retry);
	mclmr_span_t item1 = retry_item1(retry);
	mclmr_span_t item2 = retry_item2(retry);
	iwf_db_result_t rc;

	if(++retry->tries >= IWF_RETRY_TRIES) {
		*done = true;
		return apply_at_last(table, item1, item2, error);
	}
	rc = apply_change(table, item1, item2,
			retry->tries >= IWF_RETRY_GIVE_WAY ? IWF_GIVE_WAY : IWF_WAIT,
			error);
	*done = rc == IWF_DB_OK;
	return rc == IWF_DB_FAILED ? rc : IWF_DB_OK;
}

/* Tries all kept changes again. */
static iwf_db_result_t apply_retries(
		iwf_progress_t *progress, iwf_db_error_t *error)
{
	size_t i = 0;

	while(i < progress->retries) {
		bool done;

		if(try_again(&progress->retry[i], &done, error) != IWF_DB_OK) {
			return IWF_DB_FAILED;
		}
		if(!done) {
			i++;
			continue;
		}
		progress->retries--;
		memmove(&progress->retry[i], &progress->retry[i + 1],
				(progress->retries - i) * sizeof(progress->retry[0]));
	}
	return IWF_DB_OK;
}

/* Applies a change; one that does not fit yet is kept. */
static iwf_db_result_t apply_or_keep(iwf_progress_t *progress,
		mclmr_span_t table, mclmr_span_t item1, mclmr_span_t item2,
		iwf_db_error_t *error)
{
	iwf_db_result_t rc = apply_change(table, item1, item2, IWF_WAIT, error);

	if(rc != IWF_DB_BAD_ROW) {
		return rc;
	}
	return keep_retry(progress, table, item1, item2)
				   ? IWF_DB_OK
				   : apply_at_last(table, item1, item2, error);
}

/* Applies the small tables once where any of the rows names them. */
static iwf_db_result_t apply_network_once(iwf_progress_t *progress,
		const iwf_db_rows_t *rows, iwf_db_error_t *error)
{
	mclmr_span_t network = MCLMR_SPAN("plan"), none = mclmr_span(NULL);
	size_t i;

	for(i = 0; i < rows->n; i++) {
		if(mclmr_span_equal(iwf_db_change(rows, i).table, network)) {
			return apply_or_keep(progress, network, none, none, error);
		}
	}
	return IWF_DB_OK;
}

/* Applies one row of the change log. */
static iwf_db_result_t apply_row(iwf_progress_t *progress,
		const iwf_db_change_t *change, iwf_db_error_t *error)
{
	if(mclmr_span_equal(change->table, MCLMR_SPAN("plan"))) {
		return IWF_DB_OK; /* done by apply_network_once() */
	}
	if(mclmr_span_equal(change->table, MCLMR_SPAN("all"))) {
		schedule_reload(time(NULL), "the change log says so");
		return IWF_DB_OK;
	}
	return apply_or_keep(
			progress, change->table, change->item1, change->item2, error);
}

/* Looks whether a gap before this number is one that somebody pruned. */
static iwf_db_result_t check_pruned(
		const iwf_progress_t *progress, long long seq, iwf_db_error_t *error)
{
	long long first, last;
	iwf_db_result_t rc;

	if(seq <= progress->holes.last + 1) {
		return IWF_DB_OK;
	}
	rc = iwf_db_log_range(&first, &last, error);
	if(rc == IWF_DB_OK && first > progress->holes.last + 1) {
		schedule_reload_slowly(
				"the change log begins behind the last row seen");
	}
	return rc;
}

/* Applies rows of the change log in their order. A row counts as seen only
 * after it was applied: what a lost database interrupts comes again. */
static iwf_db_result_t apply_rows(iwf_progress_t *progress,
		const iwf_db_rows_t *rows, iwf_db_error_t *error)
{
	iwf_db_result_t rc = apply_network_once(progress, rows, error);
	size_t i;

	for(i = 0; rc == IWF_DB_OK && i < rows->n; i++) {
		iwf_db_change_t change = iwf_db_change(rows, i);

		rc = check_pruned(progress, change.seq, error);
		if(rc == IWF_DB_OK) {
			rc = apply_row(progress, &change, error);
		}
		if(rc != IWF_DB_OK) {
			return rc;
		}
		iwf_stats->changes++;
		if(!mc_holes_seen(&progress->holes, change.seq, time(NULL))) {
			give_up_number();
			schedule_reload_slowly(
					"too many numbers missing in the change log");
		}
	}
	return rc;
}

/* Reads the first rows of the change log that were not seen yet. */
static iwf_db_result_t read_unseen(const iwf_progress_t *progress,
		iwf_db_rows_t *rows, iwf_db_error_t *error)
{
	static char condition[MC_HOLES_SQL];

	mc_holes_condition(&progress->holes, condition);
	return iwf_db_changes(condition, "seq", IWF_LOG_ROWS, rows, error);
}

/* Reads and applies what is new in the change log; *n rows of it. */
static iwf_db_result_t poll_log(
		iwf_progress_t *progress, size_t *n, iwf_db_error_t *error)
{
	iwf_db_rows_t rows;
	iwf_db_result_t rc = read_unseen(progress, &rows, error);

	*n = rows.n;
	if(rc == IWF_DB_OK && progress->retries > 0) {
		rc = apply_retries(progress, error);
	}
	if(rc == IWF_DB_OK) {
		rc = apply_rows(progress, &rows, error);
	}
	iwf_db_free(&rows);
	return rc;
}

/* One look into the change log for the directory in force; *n rows of it. */
static iwf_db_result_t poll_live(size_t *n, iwf_db_error_t *error)
{
	iwf_db_result_t rc = poll_log(&iwf_live, n, error);

	iwf_last_poll = clock_ms();
	iwf_stats->holes = iwf_live.holes.n;
	return rc;
}

/* Where a full load is faster than the rows that wait, asks for one. */
static iwf_db_result_t check_backlog(iwf_db_error_t *error)
{
	long long first, last;
	iwf_db_result_t rc = iwf_db_log_range(&first, &last, error);

	if(rc == IWF_DB_OK && last - iwf_live.holes.last > IWF_LOG_BACKLOG) {
		schedule_reload(time(NULL), "many changes at once");
	}
	return rc;
}

/* Between two pages of a full load: what is in force stays up to date. A
 * lost database is found by the load itself. */
static void poll_between_pages(void)
{
	iwf_db_error_t error;
	size_t n;

	if(clock_ms() - iwf_last_poll
			>= (unsigned long long)iwf_config.refresh_interval) {
		poll_live(&n, &error);
		iwf_group_serve();
	}
}

/* Begins the first look at the log behind its last row that is so old that
 * nothing from before it may still come; not further back than the pages that
 * find_base() reads. */
static iwf_db_result_t begin_base(
		mc_holes_t *holes, long long last, iwf_db_error_t *error)
{
	const long long most = (long long)IWF_BASE_PAGES * IWF_LOG_ROWS;
	long long from = 1;
	char old[64];
	iwf_db_rows_t rows;
	iwf_db_result_t rc;

	snprintf(old, sizeof(old), "changed > 0 AND changed < %lld",
			(long long)time(NULL) - iwf_config.change_hold);
	rc = iwf_db_changes(old, "seq DESC", 1, &rows, error);
	if(rows.n > 0) {
		from = iwf_db_change(&rows, 0).seq;
	}
	iwf_db_free(&rows);
	if(last - from >= most) {
		from = last - most + 1;
		give_up_number();
	}
	mc_holes_begin(holes, from);
	return rc;
}

/* Marks rows as seen that the full load to come contains. A number that is
 * missing is so since the row behind it, where that one has a time. */
static void see_rows(mc_holes_t *holes, const iwf_db_rows_t *rows)
{
	time_t now = time(NULL);
	size_t i;

	for(i = 0; i < rows->n; i++) {
		iwf_db_change_t change = iwf_db_change(rows, i);
		bool timed = change.changed > 0 && change.changed < now;

		if(!mc_holes_seen(
				   holes, change.seq, timed ? (time_t)change.changed : now)) {
			give_up_number();
		}
	}
}

/* Finds the place in the log before a full load: the last number and those
 * missing that may still come. What is known of them already is kept, unless
 * the log was begun anew. Rows behind the last page come when catching up. */
static iwf_db_result_t find_base(
		iwf_progress_t *progress, iwf_db_error_t *error)
{
	long long first, last;
	iwf_db_rows_t rows;
	iwf_db_result_t rc = iwf_db_log_range(&first, &last, error);
	int pages;

	progress->retries = 0;
	progress->holes = iwf_live.holes;
	if(rc == IWF_DB_OK && (iwf_last_load == 0 || last < iwf_live.holes.last)) {
		rc = begin_base(&progress->holes, last, error);
	}
	for(pages = 0; rc == IWF_DB_OK && pages < IWF_BASE_PAGES; pages++) {
		size_t n;

		rc = read_unseen(progress, &rows, error);
		see_rows(&progress->holes, &rows);
		n = rows.n;
		iwf_db_free(&rows);
		if(n < IWF_LOG_ROWS) {
			break;
		}
	}
	mc_holes_expire(&progress->holes, time(NULL) - iwf_config.change_hold);
	return rc;
}

/* True where the log has grown since it was looked at. */
static bool log_moved(long long last_seen)
{
	iwf_db_error_t error;
	long long first, last;

	return iwf_db_log_range(&first, &last, &error) == IWF_DB_OK
		   && last > last_seen;
}

/* Loads a directory aside; again where its pages did not fit together since
 * somebody changed the tables meanwhile. */
static iwf_db_result_t load_aside(void (*between)(void),
		mclmr_directory_t **directory, iwf_db_error_t *error)
{
	iwf_db_result_t rc;
	int tries = 0;

	do {
		rc = find_base(&iwf_base, error);
		if(rc == IWF_DB_OK) {
			rc = iwf_db_load(between, directory, error);
		}
	} while(rc == IWF_DB_BAD_ROW && ++tries < IWF_LOAD_TRIES
			&& log_moved(iwf_base.holes.last));
	return rc;
}

/* Applies to a directory aside what was changed while it was loaded. */
static iwf_db_result_t catch_up(
		mclmr_directory_t *directory, iwf_db_error_t *error)
{
	iwf_db_result_t rc;
	size_t n = 0;
	int polls = 0;

	iwf_apply_aside(directory);
	do {
		rc = poll_log(&iwf_base, &n, error);
	} while(rc == IWF_DB_OK && n > 0 && ++polls < IWF_DRAIN_POLLS);
	iwf_apply_aside(NULL);
	return rc;
}

/* Loads everything and puts it in force; on failure the old set stays. */
static iwf_db_result_t full_load(void (*between)(void), iwf_db_error_t *error)
{
	mclmr_directory_t *directory = NULL;
	mclmr_directory_counts_t count;
	time_t due = iwf_reload_at;
	iwf_db_result_t rc;

	iwf_reload_at = 0;
	rc = load_aside(between, &directory, error);
	if(rc == IWF_DB_OK) {
		rc = catch_up(directory, error);
	}
	if(rc != IWF_DB_OK) {
		if(directory != NULL) {
			mclmr_directory_free(directory);
		}
		if(due != 0) {
			schedule_reload(time(NULL) + IWF_RELOAD_PAUSE, "the last failed");
		}
		iwf_store_failed(error->text);
		return rc;
	}
	count = mclmr_directory_count(directory);
	iwf_store_replace(directory);
	iwf_live = iwf_base;
	iwf_last_load = time(NULL);
	if(iwf_unsure_until > iwf_last_load) {
		schedule_reload(iwf_unsure_until, "some missing numbers had no room");
	}
	LM_INFO("loaded %lu users, %lu persons, %lu LMR entries, %lu KMFs,"
			" %lu LMR users, %lu groups\n",
			(unsigned long)count.users, (unsigned long)count.persons,
			(unsigned long)count.entries, (unsigned long)count.kmfs,
			(unsigned long)count.lmr_users, (unsigned long)count.groups);
	return IWF_DB_OK;
}

/* Notes that the database was lost, once, and closes the connection. */
static void go_down(const iwf_db_error_t *error)
{
	if(iwf_down_since == 0) {
		LM_ERR("database lost, the last data stay in force: %s\n", error->text);
		iwf_down_since = time(NULL);
		iwf_stats->outages++;
	}
	iwf_stats->up = false;
	iwf_db_close();
}

/* Notes that the database answers. After so long that rows of the log may
 * be gone, everything is loaded. */
static void go_up(void)
{
	time_t now = time(NULL);

	iwf_stats->up = true;
	if(iwf_down_since == 0) {
		return;
	}
	LM_WARN("database is back after %ld s\n", (long)(now - iwf_down_since));
	if(now - iwf_down_since >= iwf_config.change_keep) {
		schedule_reload(now, "the database was away for long");
	}
	iwf_down_since = 0;
}

/* Opens the connection where it is closed, not at every poll. */
static bool connected(void)
{
	time_t now = time(NULL);

	if(iwf_down_since != 0 && now - iwf_last_try < IWF_DOWN_PAUSE) {
		return false;
	}
	iwf_last_try = now;
	return iwf_db_open() == 0;
}

/* Gives up holes that are too old. A full load makes up for them. */
static void expire_holes(void)
{
	time_t before = time(NULL) - iwf_config.change_hold;

	if(mc_holes_expire(&iwf_live.holes, before) > 0) {
		schedule_reload_slowly("numbers missing in the change log for long");
	}
}

/* The last of the rows at the begin of the change log that are old, 0 where
 * there is none; the very last row of the log is not one of them. */
static iwf_db_result_t find_old(
		long long last, long long *old, iwf_db_error_t *error)
{
	time_t before = time(NULL) - iwf_config.change_keep;
	iwf_db_rows_t rows;
	iwf_db_result_t rc;
	size_t i;

	*old = 0;
	rc = iwf_db_changes("seq > 0", "seq", IWF_LOG_ROWS, &rows, error);
	for(i = 0; i < rows.n; i++) {
		iwf_db_change_t change = iwf_db_change(&rows, i);

		if(change.seq >= last || change.changed >= before) {
			break;
		}
		*old = change.seq;
	}
	iwf_db_free(&rows);
	return rc;
}

/* Cuts old rows off the change log, some at a time; no others are touched,
 * since they may be locked. Finds a log that was begun anew. */
static iwf_db_result_t prune(iwf_db_error_t *error)
{
	time_t now = time(NULL);
	long long first, last, old;
	iwf_db_result_t rc;

	if(now - iwf_last_prune < IWF_PRUNE_PAUSE) {
		return IWF_DB_OK;
	}
	iwf_last_prune = now;
	rc = iwf_db_log_range(&first, &last, error);
	if(rc != IWF_DB_OK) {
		return rc;
	}
	if(last < iwf_live.holes.last) {
		schedule_reload(now, "the change log was begun anew");
	}
	rc = find_old(last, &old, error);
	return rc == IWF_DB_OK && old > 0 ? iwf_db_log_prune(old, error) : rc;
}

/* Does the full load that is due of itself. */
static iwf_db_result_t reload_when_due(iwf_db_error_t *error)
{
	iwf_db_result_t rc;

	if(iwf_reload_at == 0 || time(NULL) < iwf_reload_at) {
		return IWF_DB_OK;
	}
	rc = full_load(poll_between_pages, error);
	if(rc == IWF_DB_OK) {
		iwf_stats->reloads++;
		return rc;
	}
	LM_ERR("full load failed, the last data stay in force: %s\n", error->text);
	return rc == IWF_DB_FAILED ? rc : IWF_DB_OK;
}

/* Does the full load that somebody asked for. */
static iwf_db_result_t reload_on_request(iwf_db_error_t *error)
{
	unsigned number;
	iwf_db_result_t rc;

	if(!mc_reload_asked(iwf_reload, &number)) {
		return IWF_DB_OK;
	}
	rc = full_load(poll_between_pages, error);
	if(rc == IWF_DB_OK) {
		iwf_stats->reloads++;
		mc_reload_answer(iwf_reload, number, NULL);
		return rc;
	}
	LM_ERR("reload failed, the last data stay in force: %s\n", error->text);
	mc_reload_answer(iwf_reload, number, error->text);
	return rc == IWF_DB_FAILED ? rc : IWF_DB_OK;
}

/* Without a database a request gets its answer, too. */
static void refuse_request(void)
{
	unsigned number;

	if(mc_reload_asked(iwf_reload, &number)) {
		mc_reload_answer(iwf_reload, number, "the database does not answer");
	}
}

/* One round of the process. */
static void refresh(void)
{
	iwf_db_error_t error = {"cannot connect"};
	iwf_db_result_t rc = IWF_DB_FAILED;
	size_t n = 0;

	if(connected()) {
		rc = poll_live(&n, &error);
		if(rc == IWF_DB_OK) {
			go_up();
			iwf_group_serve();
			expire_holes();
			rc = n == IWF_LOG_ROWS ? check_backlog(&error) : rc;
		}
		if(rc == IWF_DB_OK) {
			rc = reload_on_request(&error);
		}
		if(rc == IWF_DB_OK) {
			rc = reload_when_due(&error);
		}
		if(rc == IWF_DB_OK) {
			rc = prune(&error);
		}
	}
	if(rc != IWF_DB_OK) {
		go_down(&error);
		refuse_request();
		iwf_group_refuse();
	}
}

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

/* The shared part, before the first load counts in it. */
static int make_shared(void)
{
	iwf_stats = shm_malloc(sizeof(*iwf_stats));
	iwf_reload = mc_reload_new();
	if(iwf_stats == NULL || iwf_reload == NULL) {
		SHM_MEM_ERROR;
		iwf_refresh_destroy();
		return -1;
	}
	memset(iwf_stats, 0, sizeof(*iwf_stats));
	iwf_db_count_bad_rows(&iwf_stats->bad_rows);
	return 0;
}

/* The first load; its connection does not live beyond the fork. */
static int load_at_start(void)
{
	iwf_db_error_t error;
	int rc = -1;

	if(iwf_db_bind() < 0) {
		return -1;
	}
	if(iwf_db_open() < 0) {
		LM_ERR("cannot open the database of db_url\n");
		return -1;
	}
	if(iwf_db_check_versions() == 0) {
		if(full_load(NULL, &error) == IWF_DB_OK) {
			iwf_stats->up = true;
			rc = 0;
		} else {
			LM_ERR("cannot load from the database: %s\n", error.text);
		}
	}
	iwf_db_close();
	return rc;
}

int iwf_refresh_init(void)
{
	if(iwf_config.db_url.len <= 0) {
		return 0;
	}
	if(check_config() < 0 || make_shared() < 0 || load_at_start() < 0) {
		return -1;
	}
	register_procs(1);
	cfg_register_child(1);
	return 0;
}

void iwf_refresh_destroy(void)
{
	mc_reload_free(iwf_reload);
	iwf_reload = NULL;
	if(iwf_stats != NULL)
		shm_free(iwf_stats);
	iwf_stats = NULL;
}

int iwf_refresh_start(void)
{
	int pid;

	if(iwf_stats == NULL)
		return 0;
	pid = fork_process(PROC_NOCHLDINIT, "MC IWF refresh", 0);
	if(pid != 0) {
		return pid < 0 ? -1 : 0;
	}
	if(cfg_child_init()) {
		return -1;
	}
	for(;;) {
		cfg_update();
		refresh();
		sleep_us((unsigned)iwf_config.refresh_interval * 1000);
	}
}

bool iwf_refresh_reload(int timeout_ms, char *error, size_t size)
{
	if(iwf_reload != NULL)
		return mc_reload_ask(
				iwf_reload, iwf_config.reload_delta, timeout_ms, error, size);
	snprintf(error, size, "no db_url is configured");
	return false;
}

void iwf_refresh_stats(iwf_refresh_stats_t *stats)
{
	memset(stats, 0, sizeof(*stats));
	if(iwf_stats != NULL)
		*stats = *iwf_stats;
}
