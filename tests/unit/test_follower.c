/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * follower: a content that is kept up to date. Database, change log, reload
 * and clock are stand-ins: a test says what a look into the log finds, what
 * becomes of each change, and what time it is.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mc_common/follower.c"
#include "mc_common/holes.c"
#include "mc_common/progress.c"
#include "mc_common/retry.c"
#include "unit.h"

#define MAX_LOG 9000
#define START 1000000

/* The clock. */
static time_t now;

time_t time(time_t *at)
{
	if(at != NULL)
		*at = now;
	return now;
}

/* The other clock, in ms; each change takes so much of it. */
static long long clock_ms, change_ms;

long long mc_clock_ms(void)
{
	return clock_ms;
}

/* The change log: rows by their numbers, and a database that may be away. */
static mc_change_t rows_of_log[MAX_LOG];
static size_t n_rows;
static bool away;
static long long pruned; /* up to this number */
static bool locked;		 /* nothing can be deleted */

static void log_row(long long seq, const char *table, const char *item1)
{
	rows_of_log[n_rows++] = (mc_change_t){.seq = seq,
			.table = mclmr_span(table),
			.item1 = mclmr_span(item1),
			.changed = now};
}

/* True if the condition, which is one of the follower's, asks for a row. */
static bool asks_for(const char *condition, long long seq)
{
	long long from, to;
	const char *at = condition;

	if(sscanf(condition, "seq >= %lld", &from) == 1)
		from--;
	else if(sscanf(condition, "seq > %lld", &from) != 1)
		from = LLONG_MAX;
	if(seq > from)
		return true;
	while((at = strstr(at, "BETWEEN")) != NULL) {
		if(sscanf(at++, "BETWEEN %lld AND %lld", &from, &to) == 2 && seq >= from
				&& seq <= to)
			return true;
	}
	return false;
}

/* What was found: what was missing, and other rows. What is missing is asked
 * for by itself, and not in the order of the log: a database would walk along
 * all of it. */
static mc_change_t late[MAX_LOG], found[MAX_LOG];

mc_db_result_t mc_change_log_read(mc_db_t *db, const char *log,
		const char *condition, const char *order, int limit, mc_db_rows_t *rows,
		mc_db_error_t *error)
{
	bool between = strstr(condition, "BETWEEN") != NULL;
	mc_change_t *to = between ? late : found;

	(void)db, (void)error;
	assert_string_equal(log, "changes");
	if(between) {
		assert_null(strchr(condition, '>'));
		assert_string_equal(order, "+seq");
	}
	*rows = (mc_db_rows_t){.result = to};
	for(size_t i = 0; !away && i < n_rows && rows->n < (size_t)limit; i++) {
		if(asks_for(condition, rows_of_log[i].seq))
			to[rows->n++] = rows_of_log[i];
	}
	return away ? MC_DB_FAILED : MC_DB_OK;
}

mc_change_t mc_change_log_row(const mc_db_rows_t *rows, size_t i)
{
	assert_true(i < rows->n);
	return ((const mc_change_t *)rows->result)[i];
}

mc_db_result_t mc_change_log_range(mc_db_t *db, const char *log,
		long long *first, long long *last, mc_db_error_t *error)
{
	(void)db, (void)log, (void)error;
	*first = n_rows > 0 ? rows_of_log[0].seq : 0;
	*last = n_rows > 0 ? rows_of_log[n_rows - 1].seq : 0;
	return away ? MC_DB_FAILED : MC_DB_OK;
}

mc_db_result_t mc_change_log_prune(
		mc_db_t *db, const char *log, long long last, mc_db_error_t *error)
{
	size_t n = 0;

	(void)db, (void)log;
	if(locked) {
		mc_db_explain(error, "locked");
		return MC_DB_FAILED;
	}
	pruned = last;
	while(n < n_rows && rows_of_log[n].seq <= last)
		n++;
	n_rows -= n;
	memmove(rows_of_log, rows_of_log + n, n_rows * sizeof(rows_of_log[0]));
	return MC_DB_OK;
}

/* The file of the database: which one the path names, and which is open. */
static ino_t file_there, file_open;

bool mc_db_open(mc_db_t *db)
{
	(void)db;
	if(away)
		return false;
	if(file_open == 0)
		file_open = file_there;
	return file_there != 0;
}

void mc_db_close(mc_db_t *db)
{
	(void)db;
	file_open = 0;
}

mc_db_file_t mc_db_file(const mc_db_t *db)
{
	(void)db;
	return (mc_db_file_t){1, file_open};
}

bool mc_db_has_moved(const mc_db_t *db)
{
	(void)db;
	return file_there != file_open;
}

void mc_db_explain(mc_db_error_t *error, const char *format, ...)
{
	snprintf(error->text, sizeof(error->text), "%s", format);
}

void mc_db_free(mc_db_rows_t *rows)
{
	rows->n = 0;
}

/* The reload: asked for or not, and the last answer. */
static bool asked;
static char answered[MC_RELOAD_ERROR];

bool mc_reload_asked(mc_reload_t *reload, unsigned *number)
{
	(void)reload;
	*number = 7;
	return asked;
}

void mc_reload_answer(mc_reload_t *reload, unsigned number, const char *error)
{
	(void)reload;
	assert_int_equal(number, 7);
	snprintf(answered, sizeof(answered), "%s", error != NULL ? error : "good");
	asked = false;
}

/* What the module brings: it writes down what it is called for. */
static char did[4096];
static mc_db_result_t applied; /* what becomes of changes of "odd" */
static long long fits_from_ms; /* from this time on they fit */
static int fails_at;		   /* the database is lost at this one of them */
static mc_db_result_t loaded;  /* what becomes of loads */
static int content;			   /* the one that is loaded */
static bool room;			   /* for more of it */

static void write_down(const char *format, ...)
		__attribute__((format(printf, 1, 2)));

static void write_down(const char *format, ...)
{
	size_t len = strlen(did);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(did + len, sizeof(did) - len, format, arguments);
	va_end(arguments);
}

static mc_db_result_t apply_it(mc_follower_t *f, void *to,
		const mc_change_t *change, mc_patience_t patience, mc_db_error_t *error)
{
	static const char *const words[] = {
			[MC_WAIT] = "", [MC_GIVE_WAY] = "!", [MC_WITHDRAW] = "!!"};

	(void)f;
	clock_ms += change_ms;
	assert_true(to == NULL || to == &content);
	if(mclmr_span_equal(change->table, MCLMR_SPAN("bulk")))
		return MC_DB_OK;
	write_down("%s%.*s:%.*s%s ", to != NULL ? "aside " : "",
			MCLMR_FMT(change->table), MCLMR_FMT(change->item1),
			words[patience]);
	snprintf(error->text, sizeof(error->text), "it is odd");
	if(!mclmr_span_equal(change->table, MCLMR_SPAN("odd")))
		return MC_DB_OK;
	if(--fails_at == 0)
		return MC_DB_FAILED;
	return clock_ms < fits_from_ms ? applied : MC_DB_OK;
}

/* Changes are read ahead, and that ends in any case. */
static int ahead;

static void ahead_it(mc_follower_t *f, long long first, long long last)
{
	(void)f;
	ahead++;
	if(change_ms == 0)
		write_down("ahead %lld-%lld ", first, last);
}

static void end_ahead(mc_follower_t *f)
{
	(void)f;
	ahead = 0;
}

static mc_db_result_t load_it(mc_follower_t *f, void **to, mc_db_error_t *error)
{
	write_down("load ");
	mc_follower_between(f);
	snprintf(error->text, sizeof(error->text), "bad table");
	*to = loaded == MC_DB_OK ? &content : NULL;
	return loaded;
}

static bool has_room(void)
{
	return room;
}

static void put_it(void *it)
{
	assert_ptr_equal(it, &content);
	write_down("put ");
}

static void discard(void *it)
{
	assert_ptr_equal(it, &content);
	write_down("discard ");
}

static void failed(const char *why)
{
	write_down("failed(%s) ", why);
}

static void bad_row(void *to, const mc_change_t *change, const char *why)
{
	assert_true(to == NULL || to == &content);
	write_down("bad(%.*s, %s) ", MCLMR_FMT(change->item1), why);
}

static void serve(bool up)
{
	if(!up)
		write_down("refuse ");
}

static void say_it(mc_say_t level, const char *text)
{
	static const char *const levels[] = {"error", "warning", "info"};

	write_down("%s(%s) ", levels[level], text);
}

static const mc_follower_calls_t calls = {.apply = apply_it,
		.ahead = ahead_it,
		.ahead_end = end_ahead,
		.load = load_it,
		.has_room = has_room,
		.put = put_it,
		.discard = discard,
		.failed = failed,
		.bad_row = bad_row,
		.serve = serve,
		.say = say_it};

static mc_follower_t follower;
static mc_follower_stats_t stats;

/* A follower after its first load. */
static int set_up(void **state)
{
	mc_db_error_t error;

	(void)state;
	now = START;
	clock_ms = change_ms = 0;
	fits_from_ms = LLONG_MAX;
	fails_at = 0;
	n_rows = 0;
	file_there = file_open = 1;
	away = asked = locked = false;
	room = true;
	pruned = 0;
	applied = loaded = MC_DB_OK;
	memset(&stats, 0, sizeof(stats));
	memset(&follower, 0, sizeof(follower));
	follower = (mc_follower_t){.calls = &calls,
			.log = "changes",
			.once = MCLMR_SPAN("plan"),
			.hold = 100,
			.keep = 1000,
			.stats = &stats};
	assert_int_equal(mc_follower_load(&follower, &error), MC_DB_OK);
	did[0] = '\0';
	return 0;
}

/* A round does this and nothing else. */
static void round_does(const char *expected)
{
	mc_follower_round(&follower);
	assert_string_equal(did, expected);
	did[0] = '\0';
}

/* Rows are applied once, in their order; what is a whole first, and once. */
static void test_rows(void **state)
{
	(void)state;
	round_does("");
	log_row(1, "users", "a");
	log_row(2, "plan", "x");
	log_row(3, "users", "b");
	log_row(4, "plan", "y");
	round_does("plan: users:a users:b ");
	assert_int_equal(stats.changes, 4);
	round_does("");
}

/* What many rows name is read ahead, also if one of them does not fit or the
 * database is lost meanwhile; it is given back. */
static void test_ahead(void **state)
{
	(void)state;
	for(int i = 1; i < 12; i++)
		log_row(i, i == 11 ? "odd" : "users", "a");
	mc_follower_round(&follower);
	assert_non_null(strstr(did, "ahead 1-11 users:a "));
	assert_int_equal(ahead, 0);
	applied = MC_DB_FAILED;
	for(int i = 12; i < 24; i++)
		log_row(i, "odd", "a");
	did[0] = '\0';
	mc_follower_round(&follower);
	assert_non_null(strstr(did, "ahead 11-23 odd:a error(database lost"));
	assert_int_equal(ahead, 0);
}

/* A change that is tried again has the number of the last row that says the
 * same: that one is in the log longest. */
static void test_number_of_a_retry(void **state)
{
	mc_retries_t retries = {.n = 0};

	(void)state;
	assert_true(mc_retries_keep(&retries, 3, MCLMR_SPAN("users"),
			MCLMR_SPAN("a"), MCLMR_SPAN("b")));
	assert_true(mc_retries_keep(&retries, 7, MCLMR_SPAN("users"),
			MCLMR_SPAN("a"), MCLMR_SPAN("b")));
	assert_int_equal(retries.n, 1);
	assert_int_equal(retries.retry[0].seq, 7);
}

/* A number that comes late is waited for, and the rows after it are not
 * applied a second time. */
static void test_late_row(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	log_row(3, "users", "c");
	round_does("users:a users:c ");
	assert_int_equal(stats.holes, 1);
	rows_of_log[2] = rows_of_log[1];
	rows_of_log[1] = rows_of_log[0];
	rows_of_log[1].seq = 2;
	rows_of_log[1].item1 = MCLMR_SPAN("b");
	n_rows = 3;
	mc_progress_begin(&follower, &follower.base, &(mc_db_error_t){""});
	assert_int_equal(follower.base.holes.n, 0);
	round_does("users:b ");
	assert_int_equal(stats.holes, 0);
}

/* A number that never comes costs one full load, after the hold. */
static void test_lost_row(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	log_row(3, "users", "c");
	round_does("users:a users:c ");
	now += follower.hold;
	round_does("");
	now += 1;
	round_does("info(full load due in 0 s: numbers missing in the change log"
			   " for long) load put ");
	assert_int_equal(stats.reloads, 1);
	now += follower.hold + 1;
	round_does("");
}

/* A row that does not fit is tried with less and less patience, and once it
 * has gone it is named and counted. */
static void test_bad_row(void **state)
{
	(void)state;
	applied = MC_DB_BAD_ROW;
	log_row(1, "odd", "a");
	log_row(2, "odd", "a");
	round_does("odd:a odd:a ");
	round_does("odd:a ");
	round_does("odd:a! ");
	round_does("odd:a! ");
	round_does("odd:a!! bad(a, it is odd) ");
	round_does("");
}

/* One that may be right cannot stay out of force: a full load is due. */
static void test_unsure(void **state)
{
	(void)state;
	applied = MC_DB_UNSURE;
	log_row(1, "odd", "a");
	round_does("odd:a info(full load due in 60 s: it is odd) ");
	round_does("odd:a ");
	round_does("odd:a! ");
	round_does("odd:a! ");
	round_does("odd:a!! bad(a, it is odd) ");
	now += 60;
	round_does("load put ");
}

/* So are those for which there is no room to wait: they may be right, too. */
static void test_too_many_to_keep(void **state)
{
	char name[MC_RETRIES + 1][16];

	(void)state;
	applied = MC_DB_BAD_ROW;
	for(int i = 0; i <= MC_RETRIES; i++) {
		snprintf(name[i], sizeof(name[i]), "u%d", i);
		log_row(i + 1, "odd", name[i]);
	}
	mc_follower_round(&follower);
	assert_non_null(strstr(did, "odd:u64 info(full load due in 60 s: too many"
								" changes that do not fit yet) odd:u64!!"));
}

/* Tries are counted after all of the log was seen: what a change needs may be
 * its last row. */
static void test_tries_of_many(void **state)
{
	(void)state;
	follower.interval_ms = 250;
	applied = MC_DB_BAD_ROW;
	log_row(1, "odd", "a");
	for(int i = 2; i <= 2 * MC_PROGRESS_ROWS + 200; i++)
		log_row(i, "users", "b");
	mc_follower_round(&follower);
	assert_int_equal(follower.live.retries.n, 1);
	assert_int_equal(follower.live.retries.retry[0].tries, 0);
	mc_follower_round(&follower);
	assert_int_equal(follower.live.retries.retry[0].tries, 1);
}

/* Others keep coming for seven pages, a second each: what a change replaced is
 * not in force any longer than else, and its last try is once all of the log
 * was seen. */
static void while_others_come(long long fits_after_ms, const char *expected)
{
	follower.interval_ms = 250;
	change_ms = 1;
	fits_from_ms = fits_after_ms;
	applied = MC_DB_BAD_ROW;
	log_row(1, "odd", "a");
	for(int i = 2; i <= 6 * MC_PROGRESS_ROWS + 200; i++)
		log_row(i, "bulk", "");
	round_does(expected);
}

static void test_tries_while_others_come(void **state)
{
	(void)state;
	while_others_come(LLONG_MAX, "odd:a odd:a odd:a! odd:a! odd:a!! ");
	round_does("odd:a!! bad(a, it is odd) ");
}

/* A lost database leaves nothing of it in force for good. */
static void test_withdrawal_that_fails(void **state)
{
	(void)state;
	fails_at = 5;
	while_others_come(LLONG_MAX,
			"odd:a odd:a odd:a! odd:a! odd:a!! error(database lost, the last"
			" data stay in force: it is odd) refuse ");
	now += 1;
	for(int i = 1; i <= 2 * MC_PROGRESS_ROWS; i++)
		log_row(6 * MC_PROGRESS_ROWS + 200 + i, "bulk", "");
	round_does("warning(database is back after 1 s) odd:a!! ");
}

static void test_fits_after_others_came(void **state)
{
	(void)state;
	while_others_come(5500, "odd:a odd:a odd:a! odd:a! odd:a!! ");
	round_does("odd:a!! ");
}

/* What it needs came in between: it is in force, and nothing is said. */
static void test_row_that_fits_later(void **state)
{
	(void)state;
	applied = MC_DB_BAD_ROW;
	log_row(1, "odd", "a");
	round_does("odd:a ");
	applied = MC_DB_OK;
	round_does("odd:a ");
	round_does("");
}

/* A change that a lost database interrupts comes again. */
static void test_interrupted(void **state)
{
	(void)state;
	applied = MC_DB_FAILED;
	log_row(1, "odd", "a");
	round_does("odd:a error(database lost, the last data stay in force: it is"
			   " odd) refuse ");
	applied = MC_DB_OK;
	now += 1;
	round_does("odd:a warning(database is back after 1 s) ");
	assert_int_equal(stats.changes, 1);
}

/* Without a database it is said once, what is asked is refused, and there is
 * one try a second. */
static void test_outage(void **state)
{
	(void)state;
	away = true;
	round_does("error(database lost, the last data stay in force: cannot"
			   " connect) refuse ");
	asked = true;
	round_does("refuse ");
	assert_string_equal(answered, "the database does not answer");
	assert_false(stats.up);
	away = false;
	round_does("refuse ");
	now += 1;
	round_does("warning(database is back after 1 s) ");
	assert_true(stats.up);
	assert_int_equal(stats.outages, 1);
}

/* A clock that is set back meanwhile makes no one wait until it is what it was:
 * for the database, or for a full load that is due. */
static void test_clock_set_back(void **state)
{
	(void)state;
	away = true;
	mc_follower_round(&follower);
	did[0] = '\0';
	away = false;
	now -= 3600;
	round_does("warning(database is back after -3600 s) ");
	for(int i = 0; i < 2; i++) {
		mc_follower_reload_slowly(&follower, "a test");
		did[0] = '\0';
		if(i > 0) {
			round_does("");
			now -= 3600;
		}
		round_does("load put ");
	}
}

/* After an outage in which rows may have been pruned everything is loaded. */
static void test_long_outage(void **state)
{
	(void)state;
	away = true;
	mc_follower_round(&follower);
	did[0] = '\0';
	away = false;
	now += follower.keep - 1;
	round_does("warning(database is back after 999 s) ");
	away = true;
	mc_follower_round(&follower);
	did[0] = '\0';
	away = false;
	now += follower.keep;
	round_does("warning(database is back after 1000 s) info(full load due in 0"
			   " s: the database was away for long) load put ");
}

/* On request, with an answer; on a failure what is in force stays. */
static void test_request(void **state)
{
	(void)state;
	asked = true;
	round_does("load put ");
	assert_string_equal(answered, "good");
	assert_int_equal(stats.reloads, 1);
	asked = true;
	loaded = MC_DB_BAD_ROW;
	round_does("load failed(bad table) error(reload failed, the last data stay"
			   " in force: bad table) ");
	assert_string_equal(answered, "bad table");
	assert_int_equal(stats.reloads, 1);
}

/* By a row of the log; one that fails is tried again a minute later. */
static void test_load_that_is_due(void **state)
{
	(void)state;
	loaded = MC_DB_BAD_ROW;
	log_row(1, "all", "");
	round_does("info(full load due in 0 s: the change log says so) load"
			   " info(full load due in 60 s: the last failed) failed(bad table)"
			   " error(full load failed, the last data stay in force: bad"
			   " table) ");
	now += 59;
	round_does("");
	now += 1;
	loaded = MC_DB_OK;
	round_does("load put ");
	assert_int_equal(stats.reloads, 1);
}

/* What is changed while a load is on its way goes into the new content, and
 * into the one in force. */
static void test_change_during_load(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	mc_progress_begin(&follower, &follower.base, &(mc_db_error_t){""});
	log_row(2, "users", "b");
	assert_int_equal(
			catch_up(&follower, &content, &(mc_db_error_t){""}), MC_DB_OK);
	assert_string_equal(did, "users:a users:b aside users:b ");
}

/* However many they are, and also while the new content catches up, they are
 * in force at once. */
static void test_many_during_load(void **state)
{
	const int most = 2 * MC_PROGRESS_ROWS + 200;

	(void)state;
	mc_progress_begin(&follower, &follower.base, &(mc_db_error_t){""});
	for(int i = 1; i <= most; i++)
		log_row(i, "users", "a");
	mc_follower_between(&follower);
	assert_int_equal(stats.changes, most);
	log_row(most + 1, "odd", "b");
	did[0] = '\0';
	catch_up(&follower, &content, &(mc_db_error_t){""});
	assert_true(strncmp(did, "odd:b ", 6) == 0);
	assert_int_equal(follower.live.holes.last, most + 1);
	assert_int_equal(follower.base.holes.last, most + 1);
}

/* A load ends early if there is no memory for what was changed meanwhile. */
static void test_no_room_for_changes(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	round_does("users:a ");
	room = false;
	asked = true;
	mc_follower_round(&follower);
	assert_string_equal(answered, "good");
	mc_progress_begin(&follower, &follower.base, &(mc_db_error_t){""});
	log_row(2, "users", "b");
	assert_int_equal(
			catch_up(&follower, &content, &(mc_db_error_t){""}), MC_DB_UNSURE);
}

/* A log that begins after the last row seen was pruned unseen. */
static void test_log_that_was_cut(void **state)
{
	(void)state;
	log_row(5, "users", "a");
	round_does("info(full load due in 60 s: the change log begins after the"
			   " last row seen) users:a ");
	now += 59;
	round_does("");
	now += 1;
	round_does("load put ");
}

/* One that ends before it was begun anew; its numbers count again. */
static void test_log_begun_anew(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	log_row(2, "users", "b");
	round_does("users:a users:b ");
	n_rows = 1;
	round_does("info(full load due in 0 s: the change log was begun anew) load"
			   " put ");
	log_row(2, "users", "c");
	round_does("users:c ");
	n_rows = 0;
	round_does("info(full load due in 0 s: the change log was begun anew) load"
			   " put ");
	round_does("");
}

/* So was one with another row in the place of the last one that was seen: as
 * many rows, or more, do not hide it. */
static void test_other_log(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	log_row(2, "users", "b");
	round_does("users:a users:b ");
	rows_of_log[1].item1 = MCLMR_SPAN("x");
	log_row(3, "users", "y");
	round_does("info(full load due in 0 s: the change log was begun anew)"
			   " users:x users:y load put ");
	round_does("");
	rows_of_log[2].changed++;
	loaded = MC_DB_BAD_ROW;
	mc_follower_round(&follower);
	assert_non_null(strstr(did, "begun anew"));
	did[0] = '\0';
	round_does("");
	now += 60;
	loaded = MC_DB_OK;
	round_does("load put ");
	round_does("");
}

/* A last row that is cut off, with others after it, is no new log. */
static void test_log_cut_to_the_end(void **state)
{
	(void)state;
	log_row(1, "users", "a");
	round_does("users:a ");
	rows_of_log[0] = (mc_change_t){
			.seq = 2, .table = MCLMR_SPAN("users"), .item1 = MCLMR_SPAN("b")};
	round_does("users:b ");
}

/* Another file under the same name: lost, and loaded anew once it is open. */
static void test_other_file(void **state)
{
	(void)state;
	round_does("");
	file_there = 2;
	round_does("error(database lost, the last data stay in force: its file was"
			   " moved, removed or replaced) refuse ");
	assert_false(stats.up);
	now += 1;
	round_does("info(full load due in 0 s: the file of the database was"
			   " replaced) warning(database is back after 1 s) load put ");
	assert_true(stats.up);
	round_does("");
}

/* A file that is gone for a while and comes back is loaded by its log; while
 * it is gone, none is made in its place. */
static void test_file_that_comes_back(void **state)
{
	(void)state;
	file_there = 0;
	mc_follower_round(&follower);
	did[0] = '\0';
	now += 1;
	round_does("refuse ");
	assert_false(stats.up);
	file_there = 1;
	now += 1;
	log_row(1, "users", "a");
	round_does("users:a warning(database is back after 2 s) ");
}

/* Rows that are old go, but for the last one. */
static void test_prune(void **state)
{
	(void)state;
	round_does("");
	log_row(1, "users", "a");
	log_row(2, "users", "b");
	log_row(3, "users", "c");
	round_does("users:a users:b users:c ");
	now += follower.keep;
	round_does("");
	assert_int_equal(pruned, 0);
	now += 60;
	round_does("");
	assert_int_equal(pruned, 2);
}

/* A log that cannot be cut, since a long transaction has its table or the node
 * may not: the database is not lost, and there is another try a minute later. */
static void test_prune_that_fails(void **state)
{
	(void)state;
	round_does("");
	for(int i = 1; i <= MC_PROGRESS_ROWS + 200; i++)
		log_row(i, "users", "a");
	mc_follower_round(&follower);
	did[0] = '\0';
	locked = true;
	now += follower.keep + 60;
	round_does("warning(old rows of the change log stay: locked) ");
	round_does("");
	assert_true(stats.up);
	locked = false;
	now += 59;
	round_does("");
	assert_int_equal(pruned, 0);
	now += 1;
	round_does("");
	assert_int_equal(pruned, MC_PROGRESS_ROWS + 199);
}

/* However many changes come at once: all are in force after one round, and none
 * waits for a full load. Once they are old, all go in one round. */
static void test_many_changes(void **state)
{
	(void)state;
	for(int i = 1; i <= 2 * MC_PROGRESS_ROWS + 200; i++)
		log_row(i, "users", "a");
	mc_follower_round(&follower);
	assert_int_equal(stats.changes, 2 * MC_PROGRESS_ROWS + 200);
	assert_null(strstr(did, "load"));
	now += follower.keep + 60;
	mc_follower_round(&follower);
	assert_int_equal(n_rows, 1);
	assert_int_equal(pruned, 2 * MC_PROGRESS_ROWS + 199);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(test_rows),
			TEST(test_ahead),
			TEST(test_number_of_a_retry),
			TEST(test_late_row),
			TEST(test_lost_row),
			TEST(test_bad_row),
			TEST(test_unsure),
			TEST(test_too_many_to_keep),
			TEST(test_tries_of_many),
			TEST(test_tries_while_others_come),
			TEST(test_fits_after_others_came),
			TEST(test_withdrawal_that_fails),
			TEST(test_row_that_fits_later),
			TEST(test_interrupted),
			TEST(test_outage),
			TEST(test_clock_set_back),
			TEST(test_long_outage),
			TEST(test_request),
			TEST(test_load_that_is_due),
			TEST(test_change_during_load),
			TEST(test_many_during_load),
			TEST(test_no_room_for_changes),
			TEST(test_log_that_was_cut),
			TEST(test_log_begun_anew),
			TEST(test_other_log),
			TEST(test_log_cut_to_the_end),
			TEST(test_other_file),
			TEST(test_file_that_comes_back),
			TEST(test_prune),
			TEST(test_prune_that_fails),
			TEST(test_many_changes),
	};

	return cmocka_run_group_tests_name("follower", tests, NULL, NULL);
}
