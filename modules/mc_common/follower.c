/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A content is kept up to date with a database. */
#include <stdarg.h>
#include <stdio.h>

#include "clock.h"
#include "follower.h"
#include "progress.h"

#define POLLS 100		 /* full pages of the log in a round */
#define DRAIN_POLLS 1000 /* polls to catch up with after a full load */
#define RELOAD_PAUSE 60	 /* s between full loads that were not asked for */
#define PRUNE_PAUSE 60	 /* s from one cut of the change log to the next */
#define PRUNE_TIMES 10	 /* pages that are cut off in a round */
#define DOWN_PAUSE 1	 /* s between two tries to reach the database */
#define LINE_SIZE 512	 /* octets of a log line */

static void say(mc_follower_t *f, mc_say_t level, const char *format, ...)
		__attribute__((format(printf, 3, 4)));

/* A line for the log. */
static void say(mc_follower_t *f, mc_say_t level, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	f->calls->say(level, line);
}

/* Has a full load done, at this time or as planned before it. */
static void schedule(mc_follower_t *f, time_t at, const char *why)
{
	if(f->reload_at != 0 && at >= f->reload_at)
		return;
	say(f, MC_SAY_INFO, "full load due in %ld s: %s", (long)(at - time(NULL)),
			why);
	f->reload_at = at;
}

void mc_follower_reload(mc_follower_t *f, const char *why)
{
	schedule(f, time(NULL), why);
}

void mc_follower_reload_slowly(mc_follower_t *f, const char *why)
{
	time_t now = time(NULL);
	time_t at = f->last_load + RELOAD_PAUSE;

	schedule(f, at > now ? at : now, why);
}

/* One look into the change log for the content in force; *n rows of it. */
static mc_db_result_t poll_live(
		mc_follower_t *f, size_t *n, mc_db_error_t *error)
{
	mc_db_result_t rc = mc_progress_poll(f, NULL, &f->live, n, error);

	f->last_poll = mc_clock_ms();
	f->stats->holes = f->live.holes.n;
	return rc;
}

/* Notes that the database answers. After so long that rows of the log may
 * be gone, everything is loaded. */
static void go_up(mc_follower_t *f)
{
	time_t now = time(NULL);

	f->stats->up = true;
	if(f->down_since == 0)
		return;
	say(f, MC_SAY_WARNING, "database is back after %ld s",
			(long)(now - f->down_since));
	if(now - f->down_since >= f->keep)
		mc_follower_reload(f, "the database was away for long");
	f->down_since = 0;
}

/* Looks into the log until all that is in it is in force: however many changes
 * came at once, none of them waits for a full load. */
static mc_db_result_t catch_up_live(mc_follower_t *f, mc_db_error_t *error)
{
	mc_db_result_t rc;
	size_t n = 0;
	int polls = 0;

	do {
		rc = poll_live(f, &n, error);
		if(rc == MC_DB_OK) {
			go_up(f);
			f->calls->serve(true);
		}
	} while(rc == MC_DB_OK && n >= MC_PROGRESS_ROWS && ++polls < POLLS);
	return rc;
}

/* A lost database is found by the load itself. */
void mc_follower_between(mc_follower_t *f)
{
	mc_db_error_t error;

	if(f->last_load > 0 && mc_clock_ms() - f->last_poll >= f->interval_ms)
		catch_up_live(f, &error);
}

/* Applies to a content aside what was changed while it was loaded. */
static mc_db_result_t catch_up(
		mc_follower_t *f, void *content, mc_db_error_t *error)
{
	mc_db_result_t rc;
	size_t n = 0;
	int polls = 0;

	do {
		mc_follower_between(f);
		rc = mc_progress_poll(f, content, &f->base, &n, error);
		if(rc == MC_DB_OK && n > 0 && !f->calls->has_room()) {
			mc_db_explain(error, "not enough shared memory for what was"
								 " changed meanwhile");
			rc = MC_DB_UNSURE;
		}
	} while(rc == MC_DB_OK && n > 0 && ++polls < DRAIN_POLLS);
	return rc;
}

/* Gives up a load; one that was due is tried again. */
static void give_up(mc_follower_t *f, void *content, bool due, const char *why)
{
	if(content != NULL)
		f->calls->discard(content);
	if(due)
		schedule(f, time(NULL) + RELOAD_PAUSE, "the last failed");
	f->calls->failed(why);
}

/* Puts what was loaded in force. */
static void put(mc_follower_t *f, void *content)
{
	f->calls->put(content);
	f->live = f->base;
	f->file = mc_db_file(f->db);
	f->last_load = time(NULL);
	if(f->unsure_until > f->last_load)
		schedule(f, f->unsure_until, "some missing numbers had no room");
}

mc_db_result_t mc_follower_load(mc_follower_t *f, mc_db_error_t *error)
{
	void *content = NULL;
	bool due = f->reload_at != 0;
	mc_db_result_t rc;

	f->reload_at = 0;
	rc = mc_progress_begin(f, &f->base, error);
	if(rc == MC_DB_OK)
		rc = f->calls->load(f, &content, error);
	if(rc == MC_DB_OK)
		rc = catch_up(f, content, error);
	if(rc == MC_DB_OK)
		put(f, content);
	else
		give_up(f, content, due, error->text);
	return rc;
}

/* Notes that the database was lost, once, and closes the connection. */
static void go_down(mc_follower_t *f, const char *why)
{
	if(f->down_since == 0) {
		say(f, MC_SAY_ERROR, "database lost, the last data stay in force: %s",
				why);
		f->down_since = time(NULL);
		f->stats->outages++;
	}
	f->stats->up = false;
	mc_db_close(f->db);
}

/* True if a time is less than a pause ago; it is not if the clock was set back,
 * for then no one knows. */
static bool is_within(time_t since, time_t pause)
{
	time_t now = time(NULL);

	return now >= since && now - since < pause;
}

/* Opens the connection if it is closed, not at every round. */
static bool is_connected(mc_follower_t *f)
{
	if(f->down_since != 0 && is_within(f->last_try, DOWN_PAUSE))
		return false;
	f->last_try = time(NULL);
	return mc_db_open(f->db);
}

/* Gives up holes that are too old. A full load makes up for them. */
static void expire_holes(mc_follower_t *f)
{
	if(mc_holes_expire(&f->live.holes, time(NULL) - f->hold) > 0)
		mc_follower_reload_slowly(
				f, "numbers missing in the change log for long");
}

/* The last of the rows at the begin of the change log that are old, 0 if
 * there is none; the very last row of the log is not one of them. *more: all
 * that were looked at are old. */
static mc_db_result_t find_old(mc_follower_t *f, long long last, long long *old,
		bool *more, mc_db_error_t *error)
{
	time_t before = time(NULL) - f->keep;
	mc_db_rows_t rows;
	mc_db_result_t rc = mc_change_log_read(
			f->db, f->log, "seq > 0", "seq", MC_PROGRESS_ROWS, &rows, error);

	*old = 0;
	*more = rows.n == MC_PROGRESS_ROWS;
	for(size_t i = 0; i < rows.n; i++) {
		mc_change_t change = mc_change_log_row(&rows, i);

		if(change.seq >= last || change.changed >= before) {
			*more = false;
			break;
		}
		*old = change.seq;
	}
	mc_db_free(&rows);
	return rc;
}

/* Cuts some old rows off the change log; *more: others may follow. */
static mc_db_result_t prune_some(
		mc_follower_t *f, bool *more, mc_db_error_t *error)
{
	long long first, last, old = 0;
	mc_db_result_t rc =
			mc_change_log_range(f->db, f->log, &first, &last, error);

	if(rc == MC_DB_OK)
		rc = find_old(f, last, &old, more, error);
	return rc == MC_DB_OK && old > 0
				   ? mc_change_log_prune(f->db, f->log, old, error)
				   : rc;
}

/* Cuts old rows off the change log, as fast as they may have been written; no
 * others are touched, since they may be locked. If that fails, what is in force
 * is up to date all the same: another try comes later. */
static void prune(mc_follower_t *f)
{
	mc_db_error_t error = {""};
	mc_db_result_t rc = MC_DB_OK;
	bool more = false;
	int times = 0;

	if(is_within(f->last_prune, PRUNE_PAUSE))
		return;
	do {
		rc = prune_some(f, &more, &error);
	} while(rc == MC_DB_OK && more && ++times < PRUNE_TIMES);
	if(rc != MC_DB_OK)
		say(f, MC_SAY_WARNING, "old rows of the change log stay: %s",
				error.text);
	if(rc != MC_DB_OK || !more)
		f->last_prune = time(NULL);
}

/* A full load on the way: only a lost database is an error of the round. */
static mc_db_result_t load(
		mc_follower_t *f, const char *what, mc_db_error_t *error)
{
	mc_db_result_t rc = mc_follower_load(f, error);

	if(rc == MC_DB_OK)
		f->stats->reloads++;
	else
		say(f, MC_SAY_ERROR, "%s failed, the last data stay in force: %s", what,
				error->text);
	return rc;
}

/* True if the time of a full load has come, or is further away than any that was
 * planned: the clock was set back. */
static bool is_due(const mc_follower_t *f)
{
	time_t left = f->reload_at - time(NULL);

	return f->reload_at != 0 && (left <= 0 || left > f->hold + RELOAD_PAUSE);
}

/* Does the full load that is due of itself. */
static mc_db_result_t load_when_due(mc_follower_t *f, mc_db_error_t *error)
{
	if(!is_due(f))
		return MC_DB_OK;
	return load(f, "full load", error) == MC_DB_FAILED ? MC_DB_FAILED
													   : MC_DB_OK;
}

/* Does the full load that another process asked for. */
static mc_db_result_t load_on_request(mc_follower_t *f, mc_db_error_t *error)
{
	unsigned number;
	mc_db_result_t rc;

	if(!mc_reload_asked(f->reload, &number))
		return MC_DB_OK;
	rc = load(f, "reload", error);
	mc_reload_answer(f->reload, number, rc == MC_DB_OK ? NULL : error->text);
	return rc == MC_DB_FAILED ? rc : MC_DB_OK;
}

/* Without a database a request gets its answer, too. */
static void refuse_request(mc_follower_t *f)
{
	unsigned number;

	if(mc_reload_asked(f->reload, &number))
		mc_reload_answer(f->reload, number, "the database does not answer");
}

/* Has everything loaded if the connection is to another file than the content
 * comes from. */
static void check_file(mc_follower_t *f)
{
	mc_db_file_t file = mc_db_file(f->db);

	if(file.device == f->file.device && file.inode == f->file.inode)
		return;
	f->file = file;
	mc_follower_reload(f, "the file of the database was replaced");
}

/* The work of a round, on an open connection. */
static mc_db_result_t work(mc_follower_t *f, mc_db_error_t *error)
{
	mc_db_result_t rc;

	check_file(f);
	rc = catch_up_live(f, error);
	if(rc != MC_DB_OK)
		return rc;
	expire_holes(f);
	rc = load_on_request(f, error);
	if(rc == MC_DB_OK)
		rc = load_when_due(f, error);
	if(rc == MC_DB_OK)
		prune(f);
	return rc;
}

void mc_follower_round(mc_follower_t *f)
{
	mc_db_error_t error = {"cannot connect"};

	if(f->down_since == 0 && mc_db_has_moved(f->db))
		mc_db_explain(&error, "its file was moved, removed or replaced");
	else if(is_connected(f) && work(f, &error) == MC_DB_OK)
		return;
	go_down(f, error.text);
	refuse_request(f);
	f->calls->serve(false);
}
