/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A content is brought along the change log. */
#include <stdio.h>

#include "mclmr/base/table.h"
#include "clock.h"
#include "progress.h"

#define BASE_PAGES 100		  /* of the log before a full load */
#define RETRY_TRIES 4		  /* until a row that does not fit is bad */
#define RETRY_GIVE_WAY 2	  /* tries until old places are given up */
#define ALL MCLMR_SPAN("all") /* asks for a full load */
#define AHEAD_FROM 10 /* rows of the log, to read ahead what they name */

/* Notes a missing number that is not waited for, for want of room. */
static void give_up_number(mc_follower_t *f)
{
	f->unsure_until = time(NULL) + f->hold;
}

/* True for a change that does not fit. If it may be right for all that, it
 * cannot be out of force for good: a full load tells. */
static bool does_not_fit(
		mc_follower_t *f, mc_db_result_t rc, const mc_db_error_t *error)
{
	if(rc == MC_DB_UNSURE)
		mc_follower_reload_slowly(f, error->text);
	return rc == MC_DB_BAD_ROW || rc == MC_DB_UNSURE;
}

/* Applies a change for the last time: what does not fit is out of force. */
static mc_db_result_t apply_at_last(mc_follower_t *f, void *content,
		const mc_change_t *change, mc_db_error_t *error)
{
	mc_db_result_t rc = f->calls->apply(f, content, change, MC_WITHDRAW, error);

	if(!does_not_fit(f, rc, error))
		return rc;
	f->calls->bad_row(content, change, error->text);
	return MC_DB_OK;
}

/* Has a kept change out of force, which may fit later. */
static mc_db_result_t withdraw(mc_follower_t *f, void *content,
		mc_retry_t *retry, const mc_change_t *change, mc_db_error_t *error)
{
	mc_db_result_t rc = f->calls->apply(f, content, change, MC_WITHDRAW, error);

	retry->withdrawn = rc != MC_DB_FAILED;
	return rc;
}

/* Tries a kept change again; *done if it need not be kept any longer. Its last
 * try is once all of the log was seen, as what it needs may be the last of it;
 * what it replaced is not in force for so long. */
static mc_db_result_t try_again(mc_follower_t *f, void *content,
		mc_retry_t *retry, bool all_seen, bool *done, mc_db_error_t *error)
{
	const mc_change_t change = {.seq = retry->seq,
			.table = mc_retry_table(retry),
			.item1 = mc_retry_item1(retry),
			.item2 = mc_retry_item2(retry)};
	bool last = ++retry->tries >= RETRY_TRIES;
	mc_db_result_t rc;

	*done = last && all_seen;
	if(*done)
		return apply_at_last(f, content, &change, error);
	if(retry->withdrawn)
		return MC_DB_OK;
	if(last)
		rc = withdraw(f, content, retry, &change, error);
	else
		rc = f->calls->apply(f, content, &change,
				retry->tries >= RETRY_GIVE_WAY ? MC_GIVE_WAY : MC_WAIT, error);
	*done = rc == MC_DB_OK;
	return rc == MC_DB_FAILED ? rc : MC_DB_OK;
}

/* Tries all kept changes again. */
static mc_db_result_t apply_retries(mc_follower_t *f, void *content,
		mc_retries_t *retries, bool all_seen, mc_db_error_t *error)
{
	size_t i = 0;

	while(i < retries->n) {
		bool done;

		if(try_again(f, content, &retries->retry[i], all_seen, &done, error)
				!= MC_DB_OK)
			return MC_DB_FAILED;
		if(done)
			mc_retries_drop(retries, i);
		else
			i++;
	}
	return MC_DB_OK;
}

/* Tries kept changes again if all of the log was seen; if others keep coming,
 * no later than else. */
static mc_db_result_t apply_retries_in_time(mc_follower_t *f, void *content,
		mc_progress_t *progress, bool all_seen, mc_db_error_t *error)
{
	long long now = mc_clock_ms();

	if(!all_seen && now - progress->last_try < f->interval_ms)
		return MC_DB_OK;
	progress->last_try = now;
	return apply_retries(f, content, &progress->retries, all_seen, error);
}

/* Applies a change; one that does not fit yet is kept. */
static mc_db_result_t apply_or_keep(mc_follower_t *f, void *content,
		mc_retries_t *retries, const mc_change_t *change, mc_db_error_t *error)
{
	mc_db_result_t rc = f->calls->apply(f, content, change, MC_WAIT, error);

	if(!does_not_fit(f, rc, error))
		return rc;
	if(mc_retries_keep(retries, change->seq, change->table, change->item1,
			   change->item2))
		return MC_DB_OK;
	if(retries->n == MC_RETRIES)
		mc_follower_reload_slowly(f, "too many changes that do not fit yet");
	return apply_at_last(f, content, change, error);
}

/* What a row of the log is known by again; never 0. */
static uint64_t mark_of(const mc_change_t *change)
{
	uint64_t mark = mclmr_table_hash((uint64_t)change->changed, change->table);

	mark = mclmr_table_hash(mark, change->item1);
	return mclmr_table_hash(mark, change->item2) | 1;
}

/* True for the last row that was seen before: it is read again to know the log
 * by it. */
static bool is_marked(const mc_progress_t *progress, const mc_change_t *change)
{
	return progress->mark != 0 && change->seq == progress->holes.last
		   && mark_of(change) == progress->mark;
}

/* True for a row that stands for a whole. */
static bool is_once(const mc_follower_t *f, const mc_change_t *change)
{
	return f->once.len > 0 && mclmr_span_equal(change->table, f->once);
}

/* Applies what is changed as a whole once, if any of the new rows names it. */
static mc_db_result_t apply_once(mc_follower_t *f, void *content,
		mc_progress_t *progress, const mc_db_rows_t *rows, mc_db_error_t *error)
{
	const mc_change_t whole = {.table = f->once};

	for(size_t i = 0; i < rows->n; i++) {
		mc_change_t change = mc_change_log_row(rows, i);

		if(is_once(f, &change) && !is_marked(progress, &change))
			return apply_or_keep(f, content, &progress->retries, &whole, error);
	}
	return MC_DB_OK;
}

/* Applies one row of the change log. */
static mc_db_result_t apply_row(mc_follower_t *f, void *content,
		mc_retries_t *retries, const mc_change_t *change, mc_db_error_t *error)
{
	if(is_once(f, change))
		return MC_DB_OK; /* done by apply_once() */
	if(mclmr_span_equal(change->table, ALL)) {
		mc_follower_reload(f, "the change log says so");
		return MC_DB_OK;
	}
	return apply_or_keep(f, content, retries, change, error);
}

/* Looks whether a gap before this number is one that was pruned. */
static mc_db_result_t check_pruned(mc_follower_t *f, const mc_holes_t *holes,
		long long seq, mc_db_error_t *error)
{
	long long first, last;
	mc_db_result_t rc;

	if(seq <= holes->last + 1)
		return MC_DB_OK;
	rc = mc_change_log_range(f->db, f->log, &first, &last, error);
	if(rc == MC_DB_OK && first > holes->last + 1)
		mc_follower_reload_slowly(
				f, "the change log begins after the last row seen");
	return rc;
}

/* Marks a number as seen since a time; false if some number had no room. */
static bool see(
		mc_progress_t *progress, const mc_change_t *change, time_t since)
{
	bool room = mc_holes_seen(&progress->holes, change->seq, since);

	if(change->seq == progress->holes.last)
		progress->mark = mark_of(change);
	return room;
}

/* Notes that a row was applied. */
static void note_row(
		mc_follower_t *f, mc_progress_t *progress, const mc_change_t *change)
{
	f->stats->changes++;
	if(see(progress, change, time(NULL)))
		return;
	give_up_number(f);
	mc_follower_reload_slowly(f, "too many numbers missing in the change log");
}

/* True if the log is another one than before, by the rows after the last one
 * that was seen and that one. If it is missing and others follow, the log may
 * just have been cut. */
static bool is_another(const mc_progress_t *progress, const mc_db_rows_t *rows)
{
	long long last;

	if(progress->mark == 0)
		return false;
	for(size_t i = 0; i < rows->n; i++) {
		mc_change_t change = mc_change_log_row(rows, i);

		if(change.seq == progress->holes.last)
			return !is_marked(progress, &change);
	}
	last = rows->n > 0 ? mc_change_log_row(rows, rows->n - 1).seq : 0;
	return rows->n < MC_PROGRESS_ROWS && last < progress->holes.last;
}

/* Has everything loaded if the log is another one: a database that was
 * restored, or made again. */
static void check_log(
		mc_follower_t *f, mc_progress_t *progress, const mc_db_rows_t *rows)
{
	if(!is_another(progress, rows))
		return;
	progress->mark = 0;
	progress->anew = true;
	mc_follower_reload(f, "the change log was begun anew");
}

/* Applies rows of the change log in their order. */
static mc_db_result_t apply_rows(mc_follower_t *f, void *content,
		mc_progress_t *progress, const mc_db_rows_t *rows, mc_db_error_t *error)
{
	mc_db_result_t rc = apply_once(f, content, progress, rows, error);

	if(rc == MC_DB_OK && rows->n >= AHEAD_FROM)
		f->calls->ahead(f, mc_change_log_row(rows, 0).seq,
				mc_change_log_row(rows, rows->n - 1).seq);
	for(size_t i = 0; rc == MC_DB_OK && i < rows->n; i++) {
		mc_change_t change = mc_change_log_row(rows, i);

		if(is_marked(progress, &change))
			continue;
		rc = check_pruned(f, &progress->holes, change.seq, error);
		if(rc == MC_DB_OK)
			rc = apply_row(f, content, &progress->retries, &change, error);
		if(rc == MC_DB_OK)
			note_row(f, progress, &change);
	}
	f->calls->ahead_end(f);
	return rc;
}

/* Reads rows that were missing until now. In the order of an expression: for
 * that of the column a database would walk along the log from the first hole
 * to its end. */
static mc_db_result_t read_late(const mc_follower_t *f,
		const mc_progress_t *progress, mc_db_rows_t *rows, mc_db_error_t *error)
{
	static char condition[MC_HOLES_SQL];

	*rows = (mc_db_rows_t){.n = 0};
	if(progress->holes.n == 0)
		return MC_DB_OK;
	mc_holes_condition(&progress->holes, condition);
	return mc_change_log_read(
			f->db, f->log, condition, "+seq", MC_PROGRESS_ROWS, rows, error);
}

/* Reads rows after the last one that was seen, and that one. */
static mc_db_result_t read_new(const mc_follower_t *f,
		const mc_progress_t *progress, mc_db_rows_t *rows, mc_db_error_t *error)
{
	bool again = progress->mark != 0;
	char condition[64];

	snprintf(condition, sizeof(condition), "seq %s %lld", again ? ">=" : ">",
			progress->holes.last);
	return mc_change_log_read(f->db, f->log, condition, "seq",
			MC_PROGRESS_ROWS + (again ? 1 : 0), rows, error);
}

/* Rows of the log that were not seen yet. */
typedef struct unseen
{
	mc_db_rows_t late, rows;
} unseen_t;

/* Reads the first of them, which have to be freed in any case. */
static mc_db_result_t read_unseen(const mc_follower_t *f,
		const mc_progress_t *progress, unseen_t *unseen, mc_db_error_t *error)
{
	mc_db_result_t rc = read_late(f, progress, &unseen->late, error);

	unseen->rows = (mc_db_rows_t){.n = 0};
	return rc == MC_DB_OK ? read_new(f, progress, &unseen->rows, error) : rc;
}

static void free_unseen(unseen_t *unseen)
{
	mc_db_free(&unseen->late);
	mc_db_free(&unseen->rows);
}

/* How many of these rows were not seen before. */
static size_t count_unseen(
		const mc_progress_t *progress, const mc_db_rows_t *rows)
{
	size_t n = rows->n;

	for(size_t i = 0; i < rows->n; i++) {
		mc_change_t change = mc_change_log_row(rows, i);

		if(is_marked(progress, &change))
			n--;
	}
	return n;
}

mc_db_result_t mc_progress_poll(mc_follower_t *f, void *content,
		mc_progress_t *progress, size_t *n, mc_db_error_t *error)
{
	unseen_t unseen;
	mc_db_result_t rc = read_unseen(f, progress, &unseen, error);
	bool all_seen = progress->all_seen;

	*n = unseen.late.n + count_unseen(progress, &unseen.rows);
	if(rc == MC_DB_OK)
		check_log(f, progress, &unseen.rows);
	if(rc == MC_DB_OK)
		rc = apply_retries_in_time(f, content, progress, all_seen, error);
	if(rc == MC_DB_OK)
		rc = apply_rows(f, content, progress, &unseen.late, error);
	if(rc == MC_DB_OK)
		rc = apply_rows(f, content, progress, &unseen.rows, error);
	progress->all_seen = rc == MC_DB_OK && *n < MC_PROGRESS_ROWS;
	free_unseen(&unseen);
	return rc;
}

/* Begins the first look at the log after its last row that is so old that
 * nothing from before it may still come; not further back than the pages that
 * mc_progress_begin() reads. */
static mc_db_result_t begin_holes(mc_follower_t *f, mc_holes_t *holes,
		long long last, mc_db_error_t *error)
{
	const long long most = (long long)BASE_PAGES * MC_PROGRESS_ROWS;
	long long from = 1;
	char old[64];
	mc_db_rows_t rows;
	mc_db_result_t rc;

	snprintf(old, sizeof(old), "changed > 0 AND changed < %lld",
			(long long)time(NULL) - f->hold);
	rc = mc_change_log_read(f->db, f->log, old, "seq DESC", 1, &rows, error);
	if(rows.n > 0)
		from = mc_change_log_row(&rows, 0).seq;
	mc_db_free(&rows);
	if(last - from >= most) {
		from = last - most + 1;
		give_up_number(f);
	}
	mc_holes_begin(holes, from);
	return rc;
}

/* Marks rows as seen that the full load to come contains. A number that is
 * missing is so since the row after it, if that one has a time. */
static void see_rows(
		mc_follower_t *f, mc_progress_t *progress, const mc_db_rows_t *rows)
{
	time_t now = time(NULL);

	for(size_t i = 0; i < rows->n; i++) {
		mc_change_t change = mc_change_log_row(rows, i);
		bool timed = change.changed > 0 && change.changed < now;

		if(!see(progress, &change, timed ? (time_t)change.changed : now))
			give_up_number(f);
	}
}

/* Reads the log up to its end, or as many pages as may be. */
static mc_db_result_t see_pages(
		mc_follower_t *f, mc_progress_t *progress, mc_db_error_t *error)
{
	mc_db_result_t rc = MC_DB_OK;
	size_t n = MC_PROGRESS_ROWS;

	for(int page = 0;
			rc == MC_DB_OK && n >= MC_PROGRESS_ROWS && page < BASE_PAGES;
			page++) {
		unseen_t unseen;

		rc = read_unseen(f, progress, &unseen, error);
		see_rows(f, progress, &unseen.late);
		see_rows(f, progress, &unseen.rows);
		n = unseen.late.n + unseen.rows.n;
		free_unseen(&unseen);
	}
	return rc;
}

mc_db_result_t mc_progress_begin(
		mc_follower_t *f, mc_progress_t *progress, mc_db_error_t *error)
{
	long long first, last;
	mc_db_result_t rc =
			mc_change_log_range(f->db, f->log, &first, &last, error);

	progress->retries.n = 0;
	progress->holes = f->live.holes;
	progress->mark = f->live.mark;
	progress->anew = false;
	if(rc == MC_DB_OK
			&& (f->last_load == 0 || f->live.anew
					|| last < f->live.holes.last)) {
		progress->mark = 0;
		rc = begin_holes(f, &progress->holes, last, error);
	}
	if(rc == MC_DB_OK)
		rc = see_pages(f, progress, error);
	mc_holes_expire(&progress->holes, time(NULL) - f->hold);
	return rc;
}
