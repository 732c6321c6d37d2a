/* SPDX-License-Identifier: GPL-2.0-or-later */

/* batch: messages for many rows, in this process and shared out to others. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mclmr/keys/batch.h"
#include "mclmr/keys/mikey_open.h"
#include "lab.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

#define PERIOD 1000
#define NTP 3900000500U /* in the middle of a period */
#define AT(ntp) ((uint64_t)(ntp) << 32)
#define ROWS 150 /* more than two times what is in hand at once */
#define ROOM 1024
#define SECRET "a secret of a row that must go"

/* What the rows are to be like; numbers of rows, -1 for none. */
typedef struct plan
{
	int refused, skipped, unstored, unfinished, fatal;
	int stored, stored_before; /* a message of this period, of another one */
	int stops;				   /* the batch, when this row is begun */
} plan_t;

static const plan_t all = {-1, -1, -1, -1, -1, -1, -1, -1};

/* What came of them: workers write there too. */
typedef struct outcome
{
	size_t length[ROWS];
	char octets[ROWS][ROOM];
	int dirty; /* rows whose memory was not clean at first */
} outcome_t;

static lab_t lab;
static mclmr_kms_server_t server;
static mclmr_keyring_t *ring;
static mclmr_batch_t *batch;
static plan_t plan;
static outcome_t *outcome;

/* What was told here. */
static size_t told_row;
static char told_why[MCLMR_BATCH_WHY];
static size_t told;
static mclmr_batch_result_t last;

/* A row under way. */
typedef struct row
{
	mclmr_mikey_order_t order;
	mclmr_mikey_draft_t draft;
	char secret[sizeof(SECRET)];
} row_t;

static bool is_clean(const char *octets, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		if(octets[i] != 0)
			return false;
	}
	return true;
}

static const char *long_reason(void)
{
	static char reason[2 * MCLMR_BATCH_WHY];

	memset(reason, 'x', sizeof(reason) - 1);
	return reason;
}

static void begin(void *context, mclmr_batch_item_t *item)
{
	row_t *row = item->own;
	int number = (int)item->row;
	const char *wrong;

	assert_ptr_equal(context, &plan);
	if(!is_clean(item->own, sizeof(*row))
			|| !is_clean(item->arena.begin, sizeof(SECRET)))
		outcome->dirty++;
	if(number == plan.fatal)
		_exit(7);
	if(number == plan.stops)
		mclmr_batch_stop(batch);
	if(number == plan.skipped)
		item->fate = MCLMR_BATCH_SKIPPED;
	if(number == plan.refused) {
		item->fate = MCLMR_BATCH_REFUSED;
		item->why = long_reason();
	}
	memcpy(row->secret, SECRET, sizeof(SECRET));
	memcpy(mclmr_arena_alloc(&item->arena, sizeof(SECRET)), SECRET,
			sizeof(SECRET));
	row->order = (mclmr_mikey_order_t){.to = S("sip:alice@a"),
			.timestamp = AT(NTP),
			.key_id = 0x10000000U + (uint32_t)number};
	row->order.sender = mclmr_keyring_signer(
			ring, S("sip:iwf@a"), (int64_t)(NTP - MCLMR_NTP_UNIX), &wrong);
	row->order.issuer = mclmr_keyring_issuers(ring);
	assert_null(mclmr_mikey_begin(ring, &row->order, NULL, &row->draft));
	item->draft = &row->draft;
}

static bool find(
		void *context, const mclmr_batch_item_t *item, uint64_t *timestamp)
{
	(void)context;
	*timestamp = AT(NTP + 5);
	if((int)item->row == plan.stored_before)
		*timestamp = AT(NTP - PERIOD);
	return (int)item->row == plan.stored
		   || (int)item->row == plan.stored_before;
}

static const char *finish(
		void *context, mclmr_batch_item_t *item, mclmr_span_t *octets)
{
	row_t *row = item->own;

	(void)context;
	if((int)item->row == plan.unfinished)
		return "not finished";
	return mclmr_mikey_finish(ring, &row->draft, S(""), &item->arena, octets);
}

static const char *store(
		void *context, const mclmr_batch_item_t *item, mclmr_span_t octets)
{
	(void)context;
	assert_true(octets.len <= ROOM);
	if((int)item->row == plan.unstored)
		return "not stored";
	outcome->length[item->row] = octets.len;
	memcpy(outcome->octets[item->row], octets.s, octets.len);
	return NULL;
}

static void refused(void *context, size_t row, const char *why)
{
	(void)context;
	told++;
	told_row = row;
	(void)snprintf(told_why, sizeof(told_why), "%s", why);
}

static void progress(void *context, const mclmr_batch_result_t *so_far)
{
	(void)context;
	assert_true(so_far->made >= last.made);
	last = *so_far;
}

/* Does a batch of a plan. */
static mclmr_batch_result_t run(plan_t of, size_t rows, size_t workers)
{
	mclmr_batch_work_t work = {.context = &plan,
			.ring = ring,
			.rows = rows,
			.own_size = sizeof(row_t),
			.begin = begin,
			.find = find,
			.finish = finish,
			.store = store,
			.refused = refused,
			.progress = progress};
	mclmr_batch_result_t result;

	plan = of;
	told = 0;
	memset(&last, 0, sizeof(last));
	memset(outcome, 0, sizeof(*outcome));
	batch = mclmr_batch_new(&work);
	assert_non_null(batch);
	assert_true(mclmr_batch_run(batch, workers, &result));
	mclmr_batch_free(batch);
	assert_int_equal(outcome->dirty, 0);
	return result;
}

/* How many messages are there, each of which has to open to its own row. */
static size_t messages(void)
{
	mclmr_mikey_wish_t any = {.max_skew = MCLMR_MIKEY_MAX_SKEW};
	mclmr_mikey_opened_t opened;
	mclmr_mikey_t message;
	size_t n = 0;

	for(size_t i = 0; i < ROWS; i++) {
		mclmr_span_t octets = {outcome->octets[i], outcome->length[i]};

		if(octets.len == 0)
			continue;
		n++;
		assert_null(mclmr_mikey_read(octets, &message));
		assert_int_equal(message.csb_id, 0x10000000 + i);
		if(i % 20 == 0)
			assert_int_equal(mclmr_mikey_open(&message, ring, &any, &opened),
					MCLMR_MIKEY_GENUINE);
	}
	return n;
}

static const size_t crews[] = {0, 3};

/* A message for each row, whoever makes it. */
static void test_all(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(crews); i++) {
		mclmr_batch_result_t result = run(all, ROWS, crews[i]);

		assert_int_equal(result.made, ROWS);
		assert_int_equal(result.skipped + result.refused, 0);
		assert_false(result.stopped || result.broken);
		assert_int_equal(messages(), ROWS);
		assert_int_equal(told, 0);
		assert_int_equal(last.made, ROWS);
	}
	assert_int_equal(run(all, 1, 3).made, 1);
	assert_int_equal(run(all, 0, 0).made, 0);
	assert_int_equal(run(all, 0, 3).made, 0);
}

/* Rows that are refused, here or there, stop no others and are told. */
static void test_refused(void **state)
{
	static const struct
	{
		plan_t plan;
		const char *why;
	} rows[] = {
			{{.refused = 70, -1, -1, -1, -1, -1, -1, -1}, NULL},
			{{-1, -1, .unstored = 70, -1, -1, -1, -1, -1}, "not stored"},
			{{-1, -1, -1, .unfinished = 70, -1, -1, -1, -1}, "not finished"},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows) * COUNT(crews); i++) {
		const char *why = rows[i % COUNT(rows)].why;
		mclmr_batch_result_t result =
				run(rows[i % COUNT(rows)].plan, ROWS, crews[i / COUNT(rows)]);

		assert_int_equal(result.made, ROWS - 1);
		assert_int_equal(result.refused, 1);
		assert_int_equal(messages(), ROWS - 1);
		assert_int_equal(outcome->length[70], 0);
		assert_int_equal(told, 1);
		assert_int_equal(told_row, 70);
		if(why != NULL)
			assert_string_equal(told_why, why);
		else
			assert_int_equal(strlen(told_why), MCLMR_BATCH_WHY - 1);
	}
}

/* What is not to be made, or stored already in this key period, is not made;
 * what is stored of another period is. */
static void test_skipped(void **state)
{
	static const plan_t some = {
			-1, .skipped = 3, -1, -1, -1, .stored = 5, .stored_before = 7, -1};

	(void)state;
	for(size_t i = 0; i < COUNT(crews); i++) {
		mclmr_batch_result_t result = run(some, ROWS, crews[i]);

		assert_int_equal(result.made, ROWS - 2);
		assert_int_equal(result.skipped, 2);
		assert_int_equal(messages(), ROWS - 2);
		assert_int_equal(outcome->length[3] + outcome->length[5], 0);
		assert_true(outcome->length[7] > 0);
	}
}

/* A batch that is stopped ends with the rows that are under way. */
static void test_stopped(void **state)
{
	plan_t stops = all;
	mclmr_batch_result_t result;

	(void)state;
	stops.stops = 1;
	result = run(stops, ROWS, 0);
	assert_true(result.stopped);
	assert_int_equal(result.made, 64);
	assert_int_equal(messages(), 64);
	result = run(stops, ROWS, 2);
	assert_true(result.stopped);
	assert_within(result.made, 64, ROWS);
	assert_int_equal(messages(), result.made);
}

/* A worker that dies takes its rows along, and no others. */
static void test_broken(void **state)
{
	plan_t fatal = all;
	mclmr_batch_result_t result;

	(void)state;
	fatal.fatal = 70;
	result = run(fatal, ROWS, 2);
	assert_true(result.broken);
	assert_within(result.made, 64, ROWS - 64);
	assert_int_equal(messages(), result.made);
}

/* Without what need not be there. */
static void test_bare(void **state)
{
	mclmr_batch_work_t work = {.context = &plan,
			.ring = ring,
			.rows = 10,
			.own_size = sizeof(row_t),
			.begin = begin,
			.finish = finish,
			.store = store};
	mclmr_batch_result_t result;

	(void)state;
	plan = all;
	plan.refused = 2;
	for(size_t i = 0; i < COUNT(crews); i++) {
		batch = mclmr_batch_new(&work);
		assert_true(mclmr_batch_run(batch, crews[i], &result));
		assert_int_equal(result.made, 9);
		assert_int_equal(result.refused, 1);
		mclmr_batch_free(batch);
	}
	assert_true(mclmr_batch_cores() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_all),
			cmocka_unit_test(test_refused),
			cmocka_unit_test(test_skipped),
			cmocka_unit_test(test_stopped),
			cmocka_unit_test(test_broken),
			cmocka_unit_test(test_bare),
	};
	int failed;

	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	lab_open(&lab);
	lab_server(&lab, &server, "kms.a", (mclmr_key_period_t){PERIOD, 0});
	lab_user(&lab, &server, "sip:iwf@a", NTP / PERIOD, 1);
	lab_user(&lab, &server, "sip:alice@a", NTP / PERIOD, 1);
	ring = lab_ring(&lab, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mclmr_keyring_free(ring);
	mclmr_kms_server_clear(&server);
	lab_close(&lab);
	return failed;
}
