/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * apply: one change into the directory, also when memory is short. The database
 * and the store are stand-ins: rows as a test wants them, and a lock that
 * is not held while the database is asked.
 */
#include <stdlib.h>
#include <string.h>

#include "mc_iwf/data/apply.c"
#include "mc_iwf/data/awaited.c"
#include "heap.h"
#include "unit.h"

#define KMF "sip:kmf1@iwf.example.org"
#define ALICE "sip:alice@mc.example.org"
#define GROUP "sip:group@mc.example.org"

/* The store: a directory, and how it is locked. */
static mclmr_directory_t *in_force;
static enum { FREE, READ, WRITE } locked;

const mclmr_directory_t *iwf_store_read(void)
{
	assert_int_equal(locked, FREE);
	locked = READ;
	return in_force;
}

void iwf_store_read_end(void)
{
	assert_int_equal(locked, READ);
	locked = FREE;
}

mclmr_directory_t *iwf_store_write(void)
{
	assert_int_equal(locked, FREE);
	locked = WRITE;
	return in_force;
}

void iwf_store_write_end(void)
{
	assert_int_equal(locked, WRITE);
	locked = FREE;
}

/* The database: one row of each kind, or none. */
static bool has_row;
static mclmr_user_row_t user;
static mclmr_lmr_row_t entry;
static mclmr_party_row_t party;
static mc_db_result_t answer;
static bool many_rows;

static mc_db_result_t answer_row(mc_named_rows_t *rows)
{
	assert_int_equal(locked, FREE);
	*rows = (mc_named_rows_t){.n = has_row, .more = many_rows};
	return answer;
}

mc_db_result_t iwf_db_user(const mc_change_t *named, mc_named_rows_t *rows,
		mclmr_user_row_t *row, mc_db_error_t *error)
{
	(void)named, (void)error;
	*row = user;
	return answer_row(rows);
}

mc_db_result_t iwf_db_party(mclmr_party_kind_t kind, const mc_change_t *named,
		mc_named_rows_t *rows, mclmr_party_row_t *row, mc_db_error_t *error)
{
	(void)kind, (void)named, (void)error;
	*row = party;
	return answer_row(rows);
}

mc_db_result_t iwf_db_entries(
		const mc_change_t *named, mc_named_rows_t *rows, mc_db_error_t *error)
{
	(void)named, (void)error;
	return answer_row(rows);
}

const char *iwf_db_entry(const mc_named_rows_t *rows, size_t i, long long *id,
		mclmr_lmr_row_t *row)
{
	(void)rows, (void)i;
	*id = 1;
	*row = entry;
	return NULL;
}

bool mc_row_is_too_long(mclmr_span_t text)
{
	return text.len > 255;
}

mc_db_t *iwf_db(void)
{
	return NULL;
}

/* The small tables: a KMF with an alias. */
static const char *kmf, *alias;

mc_db_result_t iwf_load_network(mc_db_t *db, bool aside,
		mclmr_network_t **network, mc_db_error_t *error)
{
	(void)db, (void)aside, (void)error;
	*network = mclmr_network_new(&allocator);
	assert_null(mclmr_network_add_kmf(
			*network, mclmr_span(kmf), 1, true, MCLMR_SPAN("lmr")));
	assert_null(mclmr_network_add_alias(
			*network, mclmr_span(kmf), mclmr_span(alias)));
	return MC_DB_OK;
}

void iwf_load_leave_out_entry(
		bool aside, long long id, mclmr_span_t named, const char *why)
{
	(void)aside, (void)id, (void)named, (void)why;
}

void mc_named_free(mc_named_rows_t *rows)
{
	(void)rows;
}

void mc_db_explain(mc_db_error_t *error, const char *format, ...)
{
	(void)error, (void)format;
}

/* The directory that changes go into; NULL: the one in force. */
static mclmr_directory_t *aside;

/* What a change of the log comes to. */
static mc_db_result_t change(const char *table, const char *item1,
		const char *item2, mc_patience_t patience)
{
	mc_db_error_t error;
	const mc_change_t row = {.table = mclmr_span(table),
			.item1 = mclmr_span(item1),
			.item2 = mclmr_span(item2)};
	mc_db_result_t rc = iwf_apply(aside, &row, patience, &error);

	assert_int_equal(locked, FREE);
	return rc;
}

/* A directory with alice, her entry, and a group. */
static int set_up(void **state)
{
	mclmr_network_t *network;

	(void)state;
	heap_refill();
	iwf_awaited_begin();
	iwf_awaited_put();
	answer = MC_DB_OK;
	many_rows = false;
	network = mclmr_network_new(&allocator);
	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF), 1, true, MCLMR_SPAN("lmr")));
	in_force = mclmr_directory_new(
			&allocator, network, MCLMR_PER_USER_LMR_TYPE, 0);
	user = (mclmr_user_row_t){.mc_id = MCLMR_SPAN(ALICE),
			.service = MCLMR_SERVICE_MCPTT,
			.impu = MCLMR_SPAN(ALICE),
			.person = MCLMR_SPAN("alice"),
			.send = true};
	entry = (mclmr_lmr_row_t){.type = MCLMR_LMR_P25,
			.kmf = MCLMR_SPAN(KMF),
			.identity = MCLMR_SPAN("1")};
	party = (mclmr_party_row_t){.uri = MCLMR_SPAN(GROUP),
			.psi = MCLMR_SPAN("sip:iwf@iwf.example.org"),
			.profile = MCLMR_SPAN("p25")};
	has_row = true;
	assert_int_equal(change("users", "mcptt", ALICE, MC_WAIT), MC_DB_OK);
	assert_int_equal(change("lmr", "alice", "", MC_WAIT), MC_DB_OK);
	assert_int_equal(change("groups", GROUP, "", MC_WAIT), MC_DB_OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mclmr_directory_free(in_force);
	return 0;
}

/* What there is of a kind. */
typedef struct kind
{
	const char *table, *item1, *item2;
	size_t at; /* in mclmr_directory_counts_t */
} kind_t;

#define COUNTS(member) offsetof(mclmr_directory_counts_t, member)

static const kind_t kinds[] = {
		{"users", "mcptt", ALICE, COUNTS(users)},
		{"lmr", "alice", "", COUNTS(entries)},
		{"groups", GROUP, "", COUNTS(groups)},
};

static size_t count(const kind_t *kind)
{
	mclmr_directory_counts_t counts = mclmr_directory_count(in_force);

	return *(const size_t *)((const char *)&counts + kind->at);
}

/* A row that is deleted is out of force, also if there is no memory. */
static void test_deleted(void **state)
{
	(void)state;
	has_row = false;
	heap.left = 0;
	for(size_t i = 0; i < 3; i++) {
		assert_int_equal(count(&kinds[i]), 1);
		assert_int_equal(
				change(kinds[i].table, kinds[i].item1, kinds[i].item2, MC_WAIT),
				MC_DB_OK);
		assert_int_equal(count(&kinds[i]), 0);
	}
}

/* A row that has grown, and for which there is no memory: the old one may
 * stay for some tries and no longer, since what it has lost is not known. */
static void test_no_memory(void **state)
{
	static char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "sip:", 4);
	user.organisation = (mclmr_span_t){text, sizeof(text)};
	entry.identity = user.organisation;
	party.psi = (mclmr_span_t){text, 200};
	heap.left = 0;
	for(size_t i = 0; i < 3; i++) {
		const kind_t *kind = &kinds[i];

		assert_int_equal(change(kind->table, kind->item1, kind->item2, MC_WAIT),
				MC_DB_UNSURE);
		assert_int_equal(count(kind), 1);
		assert_int_equal(
				change(kind->table, kind->item1, kind->item2, MC_GIVE_WAY),
				MC_DB_UNSURE);
		assert_int_equal(count(kind), 1);
		assert_int_equal(
				change(kind->table, kind->item1, kind->item2, MC_WITHDRAW),
				MC_DB_UNSURE);
		assert_int_equal(count(kind), 0);
	}
	heap.left = SIZE_MAX;
	for(size_t i = 0; i < 3; i++) {
		assert_int_equal(
				change(kinds[i].table, kinds[i].item1, kinds[i].item2, MC_WAIT),
				MC_DB_OK);
		assert_int_equal(count(&kinds[i]), 1);
	}
}

/* LMR rows that are too many: none holds, from the first try on. */
static void test_too_many_rows(void **state)
{
	(void)state;
	answer = MC_DB_BAD_ROW;
	many_rows = true;
	assert_int_equal(change("lmr", "alice", "", MC_WAIT), MC_DB_BAD_ROW);
	assert_int_equal(count(&kinds[1]), 0);
}

/* Whatever a change comes to at first, what it was stays for some tries. */
static void withdraw_at_last(mc_db_result_t rc)
{
	answer = rc;
	for(size_t i = 0; i < 3; i++) {
		const kind_t *kind = &kinds[i];

		assert_int_equal(
				change(kind->table, kind->item1, kind->item2, MC_WAIT), rc);
		assert_int_equal(count(kind), 1);
		assert_int_equal(
				change(kind->table, kind->item1, kind->item2, MC_WITHDRAW), rc);
		assert_int_equal(count(kind), 0);
	}
}

/* A row that cannot be used at all. */
static void test_bad_row(void **state)
{
	(void)state;
	withdraw_at_last(MC_DB_BAD_ROW);
}

/* One that has no line in the log any more. */
static void test_unsure(void **state)
{
	(void)state;
	withdraw_at_last(MC_DB_UNSURE);
}

/* A change whose items were too long to be read names nothing in force. */
static void test_cut_items(void **state)
{
	char item[300];

	(void)state;
	memset(item, 'x', sizeof(item));
	item[sizeof(item) - 1] = '\0';
	assert_int_equal(
			change("users", "mcptt", item, MC_WITHDRAW), MC_DB_BAD_ROW);
	assert_int_equal(change("groups", item, "", MC_WITHDRAW), MC_DB_BAD_ROW);
	assert_int_equal(count(&kinds[0]), 1);
}

/* A full load is wanted once a place is free that a row waits for, and never
 * for a place that no row waits for. */
static void test_namesakes(void **state)
{
	(void)state;
	for(size_t i = 0; i < 3; i += 2) {
		const kind_t *kind = &kinds[i];

		user.mc_id = MCLMR_SPAN("sip:bob@mc.example.org");
		user.person = MCLMR_SPAN("bob");
		party.uri = MCLMR_SPAN("sip:team@mc.example.org");
		has_row = true;
		assert_int_equal(change(kind->table, "mcptt", "", MC_WAIT), MC_DB_OK);
		user.mc_id = MCLMR_SPAN("sip:alice@MC.example.org");
		party.uri = MCLMR_SPAN("sip:group@MC.example.org");
		assert_int_equal(change(kind->table, "sip:group@MC.example.org",
								 "sip:alice@MC.example.org", MC_WAIT),
				MC_DB_BAD_ROW);
		assert_int_equal(change(kind->table, "sip:group@MC.example.org",
								 "sip:alice@MC.example.org", MC_WITHDRAW),
				MC_DB_BAD_ROW);
		has_row = false;
		assert_int_equal(change(kind->table,
								 i == 0 ? "mcptt" : "sip:team@mc.example.org",
								 "sip:bob@mc.example.org", MC_WAIT),
				MC_DB_OK);
		assert_int_equal(count(kind), 1);
		assert_false(iwf_apply_wants_load());
		assert_int_equal(change(kind->table, kind->item1, kind->item2, MC_WAIT),
				MC_DB_OK);
		assert_int_equal(count(kind), 0);
		assert_true(iwf_apply_wants_load());
		assert_false(iwf_apply_wants_load());
	}
}

/* So it is with the place of a user that gives way to no avail: to a person who
 * has another ID of the service. */
static void test_namesake_of_one_that_gives_way(void **state)
{
	(void)state;
	user.mc_id = MCLMR_SPAN("sip:bob@mc.example.org");
	user.person = MCLMR_SPAN("bob");
	assert_int_equal(
			change("users", "mcptt", "sip:bob@mc.example.org", MC_WAIT),
			MC_DB_OK);
	iwf_awaited_add(false, IWF_AWAITED_USER + MCLMR_SERVICE_MCPTT,
			MCLMR_SPAN("sip:bob@MC.example.org"));
	user.person = MCLMR_SPAN("alice");
	assert_int_equal(
			change("users", "mcptt", "sip:bob@mc.example.org", MC_WAIT),
			MC_DB_BAD_ROW);
	assert_false(iwf_apply_wants_load());
	assert_int_equal(
			change("users", "mcptt", "sip:bob@mc.example.org", MC_GIVE_WAY),
			MC_DB_BAD_ROW);
	assert_true(iwf_apply_wants_load());
}

/* A new plan wants a load if a row waits for a KMF of it, by any name. */
static void test_awaited_kmf(void **state)
{
	(void)state;
	kmf = "sip:kmf8@iwf.example.org";
	alias = "sip:kmf9@iwf.example.org";
	assert_int_equal(change("plan", "", "", MC_WAIT), MC_DB_OK);
	assert_false(iwf_apply_wants_load());
	iwf_awaited_add(false, IWF_AWAITED_KMF, MCLMR_SPAN("no URI"));
	iwf_awaited_add(false, IWF_AWAITED_KMF, MCLMR_SPAN(KMF));
	iwf_awaited_add(true, IWF_AWAITED_KMF, mclmr_span(kmf));
	assert_int_equal(change("plan", "", "", MC_WAIT), MC_DB_OK);
	assert_false(iwf_apply_wants_load());
	iwf_awaited_put();
	assert_int_equal(change("plan", "", "", MC_WAIT), MC_DB_OK);
	assert_true(iwf_apply_wants_load());
	iwf_awaited_begin();
	iwf_awaited_add(
			true, IWF_AWAITED_KMF, MCLMR_SPAN("sip:kmf9@IWF.example.org"));
	iwf_awaited_put();
	assert_int_equal(change("plan", "", "", MC_WAIT), MC_DB_OK);
	assert_true(iwf_apply_wants_load());
}

/* A change of a directory aside leaves the one in force as it is. */
static void test_aside(void **state)
{
	(void)state;
	has_row = false;
	aside = mclmr_directory_new(&allocator, mclmr_network_new(&allocator),
			MCLMR_PER_USER_LMR_TYPE, 0);
	assert_int_equal(change("users", "mcptt", ALICE, MC_WAIT), MC_DB_OK);
	assert_int_equal(count(&kinds[0]), 1);
	mclmr_directory_free(aside);
	aside = NULL;
	assert_int_equal(change("users", "mcptt", ALICE, MC_WAIT), MC_DB_OK);
	assert_int_equal(count(&kinds[0]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(test_deleted, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
			cmocka_unit_test_setup_teardown(
					test_too_many_rows, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_bad_row, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_unsure, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_namesakes, set_up, tear_down),
			cmocka_unit_test_setup_teardown(
					test_namesake_of_one_that_gives_way, set_up, tear_down),
			cmocka_unit_test_setup_teardown(
					test_awaited_kmf, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_cut_items, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_aside, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
