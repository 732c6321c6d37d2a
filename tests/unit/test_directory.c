/* SPDX-License-Identifier: GPL-2.0-or-later */

/* directory: users, entries, and changes of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/directory/directory.h"
#include "mclmr/sip/uri.h"
#include "heap.h"
#include "spans.h"
#include "unit.h"

#define KMF1 "sip:kmf1@iwf.example.org"
#define KMF2 "sip:kmf2@tetra-iwf.example.org"
#define PROXY1 "sip:kmf1-proxy@iwf.example.org"
#define P25 MCLMR_LMR_P25
#define TETRA MCLMR_LMR_TETRA
#define PTT MCLMR_SERVICE_MCPTT
#define DATA MCLMR_SERVICE_MCDATA
#define VIDEO MCLMR_SERVICE_MCVIDEO

static mclmr_network_t *sample_network(void)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);

	assert_non_null(network);
	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF1), 1, true, MCLMR_SPAN("lmr")));
	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF2), 2, false, MCLMR_SPAN("lmr")));
	assert_null(mclmr_network_add_alias(
			network, MCLMR_SPAN(KMF1), MCLMR_SPAN(PROXY1)));
	return network;
}

static mclmr_directory_t *new_directory(
		mclmr_one_kmf_per_t one_kmf_per, size_t expected)
{
	mclmr_directory_t *directory = mclmr_directory_new(
			&allocator, sample_network(), one_kmf_per, expected);

	assert_non_null(directory);
	return directory;
}

static mclmr_directory_t *empty_directory(void)
{
	return new_directory(MCLMR_PER_USER_LMR_TYPE, 0);
}

static mclmr_user_row_t user_row(mclmr_service_t service, const char *mc_id,
		const char *impu, const char *person)
{
	return (mclmr_user_row_t){mclmr_span(mc_id), service, mclmr_span(impu),
			MCLMR_SPAN("urn:uuid:1"), mclmr_span(person), MCLMR_SPAN("police"),
			MCLMR_SPAN(""), true, false};
}

static const char *add(mclmr_directory_t *directory, mclmr_service_t service,
		const char *mc_id, const char *impu, const char *person)
{
	mclmr_user_row_t row = user_row(service, mc_id, impu, person);

	return mclmr_directory_add_user(directory, &row);
}

static const char *put(mclmr_directory_t *directory, mclmr_service_t service,
		const char *mc_id, const char *impu, const char *person)
{
	mclmr_user_row_t row = user_row(service, mc_id, impu, person);

	return mclmr_directory_put_user(directory, &row);
}

static const mclmr_user_t *find(const mclmr_directory_t *directory,
		mclmr_service_t service, const char *mc_id)
{
	return mclmr_directory_user(directory, service, key_of(mc_id));
}

static void test_without_impu(void **state)
{
	mclmr_directory_t *directory = empty_directory();

	(void)state;
	assert_null(add(directory, PTT, "sip:a@example.org", "", "a"));
	assert_null(add(directory, PTT, "sip:b@example.org", "", "b"));
	assert_null(mclmr_directory_impu(directory, MCLMR_SPAN("")));
	assert_text(find(directory, PTT, "sip:a@example.org")->row.impu, "");
	assert_null(put(directory, PTT, "sip:a@example.org", "sip:i@x.org", "a"));
	assert_non_null(mclmr_directory_impu(directory, MCLMR_SPAN("sip:i@x.org")));
	assert_null(put(directory, PTT, "sip:a@example.org", "", "a"));
	assert_null(mclmr_directory_impu(directory, MCLMR_SPAN("sip:i@x.org")));
	assert_true(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("sip:b@example.org")));
	assert_non_null(find(directory, PTT, "sip:a@example.org"));
	mclmr_directory_free(directory);
}

/* How many users hang on an IMPU, each of them found. */
static size_t on_impu(const mclmr_directory_t *directory, const char *impu)
{
	const mclmr_user_t *user = mclmr_directory_impu(directory, key_of(impu));
	size_t n = 0;

	for(; user; user = user->next_impu) {
		assert_true(mclmr_span_equal(user->impu_key, key_of(impu)));
		assert_ptr_equal(mclmr_directory_user(
								 directory, user->row.service, user->mc_key),
				user);
		assert_true(n++ < 100);
	}
	return n;
}

static void assert_counts(const mclmr_directory_t *directory, size_t users,
		size_t persons, size_t entries)
{
	mclmr_directory_counts_t counts = mclmr_directory_count(directory);

	assert_int_equal(counts.users, users);
	assert_int_equal(counts.persons, persons);
	assert_int_equal(counts.entries, entries);
	assert_int_equal(counts.kmfs, 2);
}

static void test_add_and_find(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	const mclmr_user_t *user;

	(void)state;
	assert_null(add(directory, PTT, "sip:alice@mc.example.org",
			"sip:alice@mc.example.org", "alice"));
	assert_null(add(directory, DATA, "sip:alice.data@mc.example.org",
			"sips:alice@MC.example.org;user=ip", "alice"));
	user = find(directory, DATA, "sip:alice.data@MC.EXAMPLE.ORG:5060");
	assert_non_null(user);
	assert_text(user->row.mc_id, "sip:alice.data@mc.example.org");
	assert_text(user->row.impu, "sips:alice@MC.example.org;user=ip");
	assert_text(user->row.client_id, "urn:uuid:1");
	assert_text(user->row.person, "alice");
	assert_text(user->row.organisation, "police");
	assert_int_equal(user->row.home.len, 0);
	assert_true(user->row.send);
	assert_false(user->row.receive);
	assert_ptr_equal(
			user->of, mclmr_directory_person(directory, MCLMR_SPAN("alice")));
	assert_ptr_equal(user->of->user[DATA], user);
	assert_ptr_equal(user->of->user[PTT],
			find(directory, PTT, "sip:alice@mc.example.org"));
	assert_null(user->of->user[VIDEO]);
	assert_null(find(directory, PTT, "sip:alice.data@mc.example.org"));
	assert_null(
			find(directory, MCLMR_SERVICE_NONE, "sip:alice@mc.example.org"));
	assert_int_equal(on_impu(directory, "sip:alice@mc.example.org"), 2);
	assert_counts(directory, 2, 1, 0);
	mclmr_directory_free(directory);
}

static void test_bad_user_rows(void **state)
{
	static const struct
	{
		mclmr_service_t service;
		const char *mc_id, *impu, *person;
		bool fine_as_put;
	} row[] = {
			{PTT, "", "sip:x@example.org", "x", false},
			{PTT, "x", "sip:x@example.org", "x", false},
			{PTT, "sip:x@example.org", "", "", false},
			{PTT, "sip:x@example.org", "x", "x", false},
			{PTT, "sip:x@example.org", "<sip:x@example.org>", "x", false},
			{PTT, "sip:x@example.org", "sip:x@example.org", "", false},
			{MCLMR_SERVICE_NONE, "sip:x@example.org", "sip:x@example.org", "x",
					false},
			{MCLMR_SERVICE_COUNT, "sip:x@example.org", "sip:x@example.org", "x",
					false},
			/* a second ID of one service */
			{PTT, "sip:x@example.org", "sip:x@example.org", "alice", false},
			/* an ID that is there already */
			{PTT, "sip:alice@example.org:5060", "sip:x@example.org", "x", true},
			{PTT, "sip:alice@example.org", "sip:a@example.org", "alice", true},
			/* bob's ID for alice */
			{PTT, "sip:bob@example.org", "sip:a@example.org", "alice", false},
	};
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		mclmr_directory_t *directory = empty_directory();

		assert_null(add(directory, PTT, "sip:alice@example.org",
				"sip:alice@example.org", "alice"));
		assert_null(add(directory, PTT, "sip:bob@example.org",
				"sip:bob@example.org", "bob"));
		assert_non_null(add(directory, row[i].service, row[i].mc_id,
				row[i].impu, row[i].person));
		assert_counts(directory, 2, 2, 0);
		assert_true((put(directory, row[i].service, row[i].mc_id, row[i].impu,
							 row[i].person)
							== NULL)
					== row[i].fine_as_put);
		assert_counts(directory, 2, 2, 0);
		mclmr_directory_free(directory);
	}
}

/* A replaced user is found under its new IMPU and person only. */
static void test_put_moves_user(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t entry = {
			P25, MCLMR_SPAN(KMF1), MCLMR_SPAN("1"), MCLMR_SPAN("")};

	(void)state;
	assert_null(put(
			directory, PTT, "sip:a@example.org", "sip:i1@example.org", "one"));
	assert_counts(directory, 1, 1, 0);
	assert_null(put(
			directory, PTT, "sip:a@example.org", "sip:i2@example.org", "two"));
	assert_counts(directory, 1, 1, 0);
	assert_null(mclmr_directory_person(directory, MCLMR_SPAN("one")));
	assert_int_equal(on_impu(directory, "sip:i1@example.org"), 0);
	assert_int_equal(on_impu(directory, "sip:i2@example.org"), 1);
	assert_text(find(directory, PTT, "sip:a@example.org")->of->id, "two");

	/* with entries the person stays when its last user leaves */
	assert_null(mclmr_directory_put_entries(
			directory, MCLMR_SPAN("two"), &entry, 1));
	assert_null(put(directory, PTT, "sip:a@example.org", "sip:i2@example.org",
			"three"));
	assert_counts(directory, 1, 2, 1);
	assert_null(
			mclmr_directory_person(directory, MCLMR_SPAN("two"))->user[PTT]);
	assert_null(put(
			directory, PTT, "sip:a@example.org", "sip:i2@example.org", "two"));
	assert_counts(directory, 1, 1, 1);
	assert_int_equal(find(directory, PTT, "sip:a@example.org")->of->entries, 1);
	mclmr_directory_free(directory);
}

/* Removing the first, a middle or the last of one IMPU keeps the others. */
static void test_remove_from_impu(void **state)
{
	static const char *const id[] = {"sip:a@example.org", "sip:b@example.org",
			"sip:c@example.org", "sip:d@example.org"};
	size_t out;
	size_t i;

	(void)state;
	for(out = 0; out < COUNT(id); out++) {
		mclmr_directory_t *directory = empty_directory();

		for(i = 0; i < COUNT(id); i++)
			assert_null(add(
					directory, VIDEO, id[i], "sip:desk@example.org", id[i]));
		assert_int_equal(on_impu(directory, "sip:desk@example.org"), 4);
		assert_true(mclmr_directory_remove_user(
				directory, VIDEO, mclmr_span(id[out])));
		assert_int_equal(on_impu(directory, "sip:desk@example.org"), 3);
		assert_false(mclmr_directory_remove_user(
				directory, VIDEO, mclmr_span(id[out])));
		for(i = 0; i < COUNT(id); i++)
			assert_true((find(directory, VIDEO, id[i]) != NULL) == (i != out));
		assert_counts(directory, 3, 3, 0);
		mclmr_directory_free(directory);
	}
}

static void test_remove_unknown(void **state)
{
	mclmr_directory_t *directory = empty_directory();

	(void)state;
	assert_null(
			add(directory, PTT, "sip:a@example.org", "sip:a@example.org", "a"));
	assert_false(mclmr_directory_remove_user(
			directory, DATA, MCLMR_SPAN("sip:a@example.org")));
	assert_false(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("sip:b@example.org")));
	assert_false(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("nonsense")));
	assert_false(mclmr_directory_remove_user(directory, PTT, MCLMR_SPAN("")));
	assert_true(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("sip:a@example.org;lr")));
	assert_counts(directory, 0, 0, 0);
	mclmr_directory_free(directory);
}

/* One KMF for what slot: two entries, and whether they go together. */
static void test_one_kmf_per_slot(void **state)
{
	enum
	{
		BY_TYPE = 1 << MCLMR_PER_USER_LMR_TYPE,
		BY_USER = 1 << MCLMR_PER_USER,
		BY_DEVICE = 1 << MCLMR_PER_DEVICE,
		ALL = BY_TYPE | BY_USER | BY_DEVICE
	};
	static const struct
	{
		mclmr_lmr_type_t type1;
		const char *kmf1, *device1;
		mclmr_lmr_type_t type2;
		const char *kmf2, *device2;
		int fine; /* in these modes */
	} row[] = {
			{P25, KMF1, "", P25, KMF1, "", ALL},
			{P25, KMF1, "", P25, PROXY1, "", ALL},
			{P25, KMF1, "", TETRA, PROXY1, "", ALL},
			{P25, KMF1, "", TETRA, KMF2, "", BY_TYPE},
			{P25, KMF1, "", P25, KMF2, "", 0},
			{P25, KMF1, "one", P25, KMF2, "two", BY_DEVICE},
			{P25, KMF1, "one", TETRA, KMF2, "two", BY_TYPE | BY_DEVICE},
			{P25, KMF1, "one", TETRA, KMF2, "ONE", BY_TYPE},
			{P25, KMF1, "one", TETRA, KMF2, "", BY_TYPE},
			{P25, KMF1, "", TETRA, KMF2, "two", BY_TYPE},
	};
	mclmr_one_kmf_per_t mode;
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		mclmr_lmr_row_t rows[] = {
				{row[i].type1, mclmr_span(row[i].kmf1), MCLMR_SPAN("1"),
						mclmr_span(row[i].device1)},
				{row[i].type2, mclmr_span(row[i].kmf2), MCLMR_SPAN("2"),
						mclmr_span(row[i].device2)},
		};

		for(mode = MCLMR_PER_USER_LMR_TYPE; mode <= MCLMR_PER_DEVICE; mode++) {
			mclmr_directory_t *directory = new_directory(mode, 0);
			bool fine = row[i].fine & 1 << mode;

			assert_true((mclmr_directory_put_entries(
								 directory, MCLMR_SPAN("frank"), rows, 2)
								== NULL)
						== fine);
			assert_counts(directory, 0, fine, fine ? 2 : 0);
			mclmr_directory_free(directory);
		}
	}
}

/* Whom settling has told of, and why. */
static char told[1024];

static void tell(void *data, mclmr_span_t person, const char *why)
{
	size_t len = strlen(told);

	assert_ptr_equal(data, told);
	snprintf(told + len, sizeof(told) - len, "%.*s: %.6s; ", MCLMR_FMT(person),
			why);
}

/* Adds entries of one KMF after the other, one by one. */
static void add_one_by_one(mclmr_directory_t *directory, const char *person,
		const char *const kmf[], size_t n)
{
	for(size_t i = 0; i < n; i++) {
		char identity[24];
		mclmr_lmr_row_t row = {
				P25, mclmr_span(kmf[i]), MCLMR_SPAN(""), MCLMR_SPAN("")};

		snprintf(identity, sizeof(identity), "%zu", i);
		row.identity = mclmr_span(identity);
		assert_null(
				mclmr_directory_add_entry(directory, mclmr_span(person), &row));
	}
}

/* Entries that come one by one end as those that come at once: a slot with a
 * second KMF is empty, in whatever order its rows stood, other slots hold, and
 * over sixteen entries are none. */
static void test_add_entries(void **state)
{
	static const char *const torn[] = {KMF1, KMF2, KMF1};
	const char *full[MCLMR_MAX_LMR_ENTRIES + 2];
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t wrong = {
			P25, MCLMR_SPAN("nobody"), MCLMR_SPAN(""), MCLMR_SPAN("")};
	mclmr_lmr_row_t tetra = {
			TETRA, MCLMR_SPAN(KMF2), MCLMR_SPAN("9"), MCLMR_SPAN("")};

	(void)state;
	for(size_t i = 0; i < sizeof(full) / sizeof(full[0]); i++)
		full[i] = KMF1;
	assert_null(add(
			directory, PTT, "sip:a@example.org", "sip:a@example.org", "torn"));
	add_one_by_one(directory, "torn", torn, 3);
	assert_null(
			mclmr_directory_add_entry(directory, MCLMR_SPAN("torn"), &tetra));
	add_one_by_one(directory, "gone", torn, 2);
	add_one_by_one(directory, "full", full, MCLMR_MAX_LMR_ENTRIES);
	add_one_by_one(directory, "over", full, MCLMR_MAX_LMR_ENTRIES + 2);
	assert_non_null(
			mclmr_directory_add_entry(directory, MCLMR_SPAN("full"), &wrong));
	assert_non_null(
			mclmr_directory_add_entry(directory, MCLMR_SPAN(""), &tetra));
	told[0] = '\0';
	mclmr_directory_settle(directory, tell, told);
	assert_non_null(strstr(told, "torn: a seco"));
	assert_non_null(strstr(told, "gone: a seco"));
	assert_non_null(strstr(told, "over: too ma"));
	assert_null(strstr(told, "full"));
	assert_counts(directory, 1, 2, 1 + MCLMR_MAX_LMR_ENTRIES);
	assert_span(mclmr_directory_person(directory, MCLMR_SPAN("torn"))
						->entry[0]
						.identity,
			MCLMR_SPAN("9"));
	mclmr_directory_free(directory);
}

static void test_put_entries(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t rows[] = {
			{P25, MCLMR_SPAN(PROXY1), MCLMR_SPAN("rsi 7"), MCLMR_SPAN("dev")},
			{TETRA, MCLMR_SPAN(KMF2), {"\0\xff", 2}, MCLMR_SPAN("")},
	};
	const mclmr_person_t *frank;

	(void)state;
	assert_null(add(directory, PTT, "sip:frank@example.org",
			"sip:frank@example.org", "frank"));
	assert_null(add(directory, DATA, "sip:frank.data@example.org",
			"sip:frank@example.org", "frank"));
	assert_null(mclmr_directory_put_entries(
			directory, MCLMR_SPAN("frank"), rows, 2));
	frank = mclmr_directory_person(directory, MCLMR_SPAN("frank"));
	assert_int_equal(frank->entries, 2);
	assert_int_equal(frank->entry[0].type, P25);
	assert_true(mclmr_span_equal(frank->entry[0].kmf_key, key_of(KMF1)));
	assert_text(frank->entry[0].identity, "rsi 7");
	assert_text(frank->entry[0].device, "dev");
	assert_int_equal(frank->entry[1].identity.len, 2);
	assert_memory_equal(frank->entry[1].identity.s, "\0\xff", 2);
	assert_ptr_equal(find(directory, PTT, "sip:frank@example.org")->of, frank);
	assert_ptr_equal(
			find(directory, DATA, "sip:frank.data@example.org")->of, frank);
	assert_ptr_equal(frank->user[PTT]->row.person.s, frank->id.s);
	assert_ptr_equal(frank->user[DATA]->row.person.s, frank->id.s);
	assert_counts(directory, 2, 1, 2);

	assert_null(mclmr_directory_put_entries(
			directory, MCLMR_SPAN("frank"), rows + 1, 1));
	assert_counts(directory, 2, 1, 1);
	frank = mclmr_directory_person(directory, MCLMR_SPAN("frank"));
	assert_int_equal(frank->entry[0].type, TETRA);

	assert_null(mclmr_directory_put_entries(
			directory, MCLMR_SPAN("frank"), NULL, 0));
	assert_counts(directory, 2, 1, 0);
	assert_int_equal(
			find(directory, PTT, "sip:frank@example.org")->of->entries, 0);
	mclmr_directory_free(directory);
}

/* A person may come with its entries first, and goes with them. */
static void test_person_without_users(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t entry = {
			P25, MCLMR_SPAN(KMF1), MCLMR_SPAN("1"), MCLMR_SPAN("")};

	(void)state;
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("x"), NULL, 0));
	assert_counts(directory, 0, 0, 0);
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("x"), &entry, 1));
	assert_counts(directory, 0, 1, 1);
	assert_null(
			add(directory, PTT, "sip:x@example.org", "sip:x@example.org", "x"));
	assert_int_equal(find(directory, PTT, "sip:x@example.org")->of->entries, 1);
	assert_true(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("sip:x@example.org")));
	assert_counts(directory, 0, 1, 1);
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("x"), NULL, 0));
	assert_counts(directory, 0, 0, 0);
	assert_null(mclmr_directory_person(directory, MCLMR_SPAN("x")));
	mclmr_directory_free(directory);
}

/* Refused entries leave the old ones as they were. */
static void test_bad_entries(void **state)
{
	static const struct
	{
		mclmr_lmr_type_t type;
		const char *kmf;
	} row[] = {
			{MCLMR_LMR_NOT_GIVEN, KMF1},
			{MCLMR_LMR_COUNT, KMF1},
			{P25, ""},
			{P25, "nonsense"},
			{P25, "sip:kmf3@example.org"},
	};
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t rows[2] = {
			{TETRA, MCLMR_SPAN(KMF2), MCLMR_SPAN("old"), MCLMR_SPAN("")}};
	size_t i;

	(void)state;
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("x"), rows, 1));
	for(i = 0; i < COUNT(row); i++) {
		rows[1] = (mclmr_lmr_row_t){row[i].type, mclmr_span(row[i].kmf),
				MCLMR_SPAN("new"), MCLMR_SPAN("")};
		assert_non_null(mclmr_directory_put_entries(
				directory, MCLMR_SPAN("x"), rows, 2));
		assert_counts(directory, 0, 1, 1);
		assert_text(mclmr_directory_person(directory, MCLMR_SPAN("x"))
							->entry[0]
							.identity,
				"old");
	}
	assert_non_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN(""), rows, 1));
	mclmr_directory_free(directory);
}

/* What is said of a row by itself. */
static void test_check_entry(void **state)
{
	static const struct
	{
		mclmr_lmr_type_t type;
		const char *kmf;
		const char *wrong;
	} row[] = {
			{P25, KMF1, NULL},
			{TETRA, PROXY1, NULL},
			{MCLMR_LMR_NOT_GIVEN, KMF1, "LMR type is not known"},
			{MCLMR_LMR_COUNT, KMF1, "LMR type is not known"},
			{P25, "", "KMF is not a URI"},
			{P25, "nonsense", "KMF is not a URI"},
			{P25, "sip:kmf3@example.org", "KMF is not known"},
	};
	mclmr_directory_t *directory = empty_directory();
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		mclmr_lmr_row_t one = {row[i].type, mclmr_span(row[i].kmf),
				MCLMR_SPAN("1"), MCLMR_SPAN("")};
		const char *wrong = mclmr_directory_check_entry(directory, &one);

		if(row[i].wrong)
			assert_string_equal(wrong, row[i].wrong);
		else
			assert_null(wrong);
	}
	assert_counts(directory, 0, 0, 0);
	mclmr_directory_free(directory);
}

/* The rows of a contradicted slot go, all of them; those of others stay. */
static void test_drop_conflicts(void **state)
{
	static const struct
	{
		mclmr_one_kmf_per_t mode;
		struct
		{
			mclmr_lmr_type_t type;
			const char *kmf, *device;
		} row[5];
		const char *left; /* numbers of the rows */
	} set[] = {
			{MCLMR_PER_USER_LMR_TYPE, {{P25, NULL, NULL}}, ""},
			{MCLMR_PER_USER_LMR_TYPE, {{P25, KMF1, ""}}, "0"},
			{MCLMR_PER_USER_LMR_TYPE,
					{{P25, KMF1, ""}, {P25, PROXY1, ""}, {TETRA, KMF2, ""}},
					"012"},
			{MCLMR_PER_USER_LMR_TYPE, {{P25, KMF1, ""}, {P25, KMF2, ""}}, ""},
			{MCLMR_PER_USER_LMR_TYPE,
					{{P25, KMF1, ""}, {TETRA, KMF2, ""}, {P25, KMF2, ""},
							{P25, KMF1, ""}},
					"1"},
			{MCLMR_PER_USER, {{P25, KMF1, ""}, {TETRA, KMF1, ""}}, "01"},
			{MCLMR_PER_USER, {{P25, KMF1, ""}, {TETRA, KMF2, ""}}, ""},
			{MCLMR_PER_DEVICE,
					{{P25, KMF1, "a"}, {P25, KMF2, "b"}, {P25, KMF2, "A"}},
					"1"},
			/* a row for every device meets one for one device */
			{MCLMR_PER_DEVICE,
					{{P25, KMF1, ""}, {P25, KMF2, "a"}, {P25, KMF1, "b"}}, "2"},
			/* one that is wrong by itself */
			{MCLMR_PER_USER_LMR_TYPE,
					{{P25, KMF1, ""}, {TETRA, "sip:kmf3@example.org", ""}}, ""},
	};
	size_t i, j;

	(void)state;
	for(i = 0; i < COUNT(set); i++) {
		mclmr_directory_t *directory = new_directory(set[i].mode, 0);
		mclmr_lmr_row_t rows[COUNT(set[i].row)];
		char number[COUNT(set[i].row)];
		size_t n = 0;

		for(; n < COUNT(rows) && set[i].row[n].kmf; n++) {
			number[n] = (char)('0' + n);
			rows[n] = (mclmr_lmr_row_t){set[i].row[n].type,
					mclmr_span(set[i].row[n].kmf),
					(mclmr_span_t){&number[n], 1},
					mclmr_span(set[i].row[n].device)};
		}
		n = mclmr_directory_drop_conflicts(directory, rows, n);
		assert_int_equal(n, strlen(set[i].left));
		for(j = 0; j < n; j++)
			assert_int_equal(rows[j].identity.s[0], set[i].left[j]);
		assert_null(mclmr_directory_put_entries(
				directory, MCLMR_SPAN("x"), rows, n));
		mclmr_directory_free(directory);
	}
}

static void test_limit_of_entries(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t rows[MCLMR_MAX_LMR_ENTRIES + 1];
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(rows); i++)
		rows[i] = (mclmr_lmr_row_t){
				P25, MCLMR_SPAN(KMF1), MCLMR_SPAN("1"), MCLMR_SPAN("")};
	assert_null(mclmr_directory_put_entries(
			directory, MCLMR_SPAN("x"), rows, MCLMR_MAX_LMR_ENTRIES));
	assert_non_null(mclmr_directory_put_entries(
			directory, MCLMR_SPAN("x"), rows, MCLMR_MAX_LMR_ENTRIES + 1));
	assert_counts(directory, 0, 1, MCLMR_MAX_LMR_ENTRIES);
	assert_int_equal(mclmr_directory_drop_conflicts(
							 directory, rows, MCLMR_MAX_LMR_ENTRIES),
			MCLMR_MAX_LMR_ENTRIES);
	assert_int_equal(mclmr_directory_drop_conflicts(
							 directory, rows, MCLMR_MAX_LMR_ENTRIES + 1),
			0);
	mclmr_directory_free(directory);
}

/* Entries do not point into the network: it may go. */
static void test_set_network(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	const mclmr_network_t *first = mclmr_directory_network(directory);
	mclmr_network_t *second = sample_network();
	mclmr_lmr_row_t row = {
			P25, MCLMR_SPAN(KMF1), MCLMR_SPAN("1"), MCLMR_SPAN("")};
	mclmr_network_t *old;

	(void)state;
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("x"), &row, 1));
	old = mclmr_directory_set_network(directory, second);
	assert_ptr_equal(old, first);
	mclmr_network_free(old);
	assert_ptr_equal(mclmr_directory_network(directory), second);
	assert_true(
			mclmr_span_equal(mclmr_directory_person(directory, MCLMR_SPAN("x"))
									 ->entry[0]
									 .kmf_key,
					key_of(KMF1)));
	mclmr_directory_free(directory);
}

/* The rows that a directory takes over are its own from then on. */
static void test_rows_are_copied(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	char mc_id[] = "sip:a@example.org";
	char impu[] = "sip:b@example.org";
	char person[] = "a";

	(void)state;
	assert_null(add(directory, PTT, mc_id, impu, person));
	memset(mc_id, 'x', sizeof(mc_id));
	memset(impu, 'x', sizeof(impu));
	memset(person, 'x', sizeof(person));
	assert_text(find(directory, PTT, "sip:a@example.org")->row.mc_id,
			"sip:a@example.org");
	assert_int_equal(on_impu(directory, "sip:b@example.org"), 1);
	assert_non_null(mclmr_directory_person(directory, MCLMR_SPAN("a")));
	mclmr_directory_free(directory);
}

/* Steps that change a directory in every way, for the tests below. Some texts
 * are longer than what a directory has memory for already. */
static const char *change_step(mclmr_directory_t *directory, int step)
{
	static char new[5000], other[5000];
	mclmr_lmr_row_t row = {
			P25, MCLMR_SPAN(KMF1), {new, sizeof(new) - 1}, MCLMR_SPAN("")};

	memset(new, 'n', sizeof(new) - 1);
	memset(other, 'o', sizeof(other) - 1);
	switch(step) {
		case 0:
			return add(directory, DATA, "sip:n@example.org",
					"sip:n@example.org", new);
		case 1:
			return put(directory, PTT, "sip:a@example.org", "sip:n@example.org",
					other);
		case 2:
			return mclmr_directory_put_entries(
					directory, MCLMR_SPAN("a"), &row, 1);
		case 3:
			return mclmr_directory_put_entries(
					directory, MCLMR_SPAN("unseen"), &row, 1);
		default:
			return "no such step";
	}
}

#define CHANGE_STEPS 4

/* The directory that the steps below start from: a with two IDs. */
static mclmr_directory_t *before_change(void)
{
	mclmr_directory_t *directory = empty_directory();
	mclmr_lmr_row_t row = {
			TETRA, MCLMR_SPAN(KMF2), MCLMR_SPAN("old"), MCLMR_SPAN("")};

	assert_null(
			add(directory, PTT, "sip:a@example.org", "sip:a@example.org", "a"));
	assert_null(add(
			directory, VIDEO, "sip:v@example.org", "sip:a@example.org", "a"));
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("a"), &row, 1));
	return directory;
}

static void assert_unchanged(const mclmr_directory_t *directory)
{
	const mclmr_person_t *a =
			mclmr_directory_person(directory, MCLMR_SPAN("a"));

	assert_counts(directory, 2, 1, 1);
	assert_text(a->entry[0].identity, "old");
	assert_ptr_equal(a->user[PTT], find(directory, PTT, "sip:a@example.org"));
	assert_text(a->user[PTT]->row.impu, "sip:a@example.org");
	assert_int_equal(on_impu(directory, "sip:a@example.org"), 2);
	assert_int_equal(on_impu(directory, "sip:n@example.org"), 0);
}

/* Whichever allocation of a change fails, nothing has changed; and the same
 * change works afterwards. */
static void test_no_memory_changes_nothing(void **state)
{
	int step;
	int n;
	int failures = 0;

	(void)state;
	for(step = 0; step < CHANGE_STEPS; step++) {
		for(n = 1; n <= 6; n++) {
			mclmr_directory_t *directory = before_change();
			bool failed;

			heap.fail_at = (size_t)n;
			failed = change_step(directory, step) != NULL;
			heap.fail_at = 0;
			if(failed) {
				failures++;
				assert_unchanged(directory);
				assert_null(change_step(directory, step));
			}
			mclmr_directory_free(directory);
		}
	}
	assert_true(failures >= CHANGE_STEPS);
}

/* What is revoked is gone, memory or not. */
static void test_revocation_needs_no_memory(void **state)
{
	mclmr_directory_t *directory = before_change();

	(void)state;
	heap.left = 0;
	assert_null(
			mclmr_directory_put_entries(directory, MCLMR_SPAN("a"), NULL, 0));
	assert_counts(directory, 2, 1, 0);
	assert_int_equal(find(directory, PTT, "sip:a@example.org")->of->entries, 0);
	assert_true(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("sip:a@example.org")));
	assert_true(mclmr_directory_remove_user(
			directory, VIDEO, MCLMR_SPAN("sip:v@example.org")));
	assert_counts(directory, 0, 0, 0);
	heap.left = SIZE_MAX;
	mclmr_directory_free(directory);
}

/* A directory that cannot be made leaves the network to the caller. */
static void test_no_memory_for_directory(void **state)
{
	mclmr_directory_t *directory = NULL;
	mclmr_network_t *network = sample_network();
	int n;

	(void)state;
	for(n = 1; !directory; n++) {
		size_t before = heap.blocks;

		heap.fail_at = (size_t)n;
		directory =
				mclmr_directory_new(&allocator, network, MCLMR_PER_USER, 1000);
		heap.fail_at = 0;
		if(!directory)
			assert_int_equal(heap.blocks, before);
	}
	assert_true(n > 4);
	mclmr_directory_free(directory);
	mclmr_directory_free(NULL);
}

/* If a table cannot grow, everything is still found. */
static void test_growth_without_memory(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	char uri[64];
	int i;

	(void)state;
	for(i = 0; i < 200; i++) {
		snprintf(uri, sizeof(uri), "sip:user%d@example.org", i);
		/* the user, the person, then the three tables */
		heap.fail_at = 3;
		assert_null(add(directory, PTT, uri, uri, uri));
		heap.fail_at = 0;
	}
	for(i = 0; i < 200; i++) {
		snprintf(uri, sizeof(uri), "sip:user%d@example.org", i);
		assert_non_null(find(directory, PTT, uri));
		assert_int_equal(on_impu(directory, uri), 1);
	}
	heap.left = 0;
	assert_true(mclmr_directory_remove_user(
			directory, PTT, MCLMR_SPAN("sip:user7@example.org")));
	heap.left = SIZE_MAX;
	assert_counts(directory, 199, 199, 0);
	mclmr_directory_free(directory);
}

#define MODEL_IDS 64
#define MODEL_IMPUS 16
#define MODEL_PERSONS 32

/* What the directory should hold: IMPU and person of each ID, -1: none. */
typedef struct model
{
	int impu[MODEL_IDS];
	int person[MODEL_IDS];
} model_t;

/* True if the person has an ID other than this one. */
static bool model_taken(const model_t *model, int person, int id)
{
	int i;

	for(i = 0; i < MODEL_IDS; i++) {
		if(i != id && model->person[i] == person)
			return true;
	}
	return false;
}

static void model_compare(
		const mclmr_directory_t *directory, const model_t *model)
{
	char uri[64];
	int i;
	int j;

	for(i = 0; i < MODEL_IDS; i++) {
		const mclmr_user_t *user;

		snprintf(uri, sizeof(uri), "sip:id%d@example.org", i);
		user = find(directory, PTT, uri);
		assert_true((user != NULL) == (model->person[i] >= 0));
		if(!user)
			continue;
		snprintf(uri, sizeof(uri), "person%d", model->person[i]);
		assert_text(user->row.person, uri);
		assert_ptr_equal(user->of->user[PTT], user);
	}
	for(i = 0; i < MODEL_IMPUS; i++) {
		size_t n = 0;

		for(j = 0; j < MODEL_IDS; j++)
			n += model->person[j] >= 0 && model->impu[j] == i;
		snprintf(uri, sizeof(uri), "sip:impu%d@example.org", i);
		assert_int_equal(on_impu(directory, uri), n);
	}
}

/* A long run of puts and removes gives what a plain array gives. */
static void test_against_model(void **state)
{
	mclmr_directory_t *directory = empty_directory();
	uint32_t random = 12345;
	model_t model;
	int step;

	(void)state;
	memset(&model, 0xff, sizeof(model));
	for(step = 0; step < 20000; step++) {
		char mc_id[64];
		char impu[64];
		char person[64];
		int id, at, who;

		random = random * 1664525 + 1013904223;
		id = (int)(random >> 8) % MODEL_IDS;
		at = (int)(random >> 15) % MODEL_IMPUS;
		who = (int)(random >> 20) % MODEL_PERSONS;
		snprintf(mc_id, sizeof(mc_id), "sip:id%d@example.org", id);
		snprintf(impu, sizeof(impu), "sip:impu%d@example.org", at);
		snprintf(person, sizeof(person), "person%d", who);
		if(random % 4096 < 1024) {
			assert_true(mclmr_directory_remove_user(
								directory, PTT, mclmr_span(mc_id))
						== (model.person[id] >= 0));
			model.person[id] = -1;
		} else if(put(directory, PTT, mc_id, impu, person) == NULL) {
			assert_false(model_taken(&model, who, id));
			model.person[id] = who;
			model.impu[id] = at;
		} else {
			assert_true(model_taken(&model, who, id));
		}
		if(step % 100 == 0)
			model_compare(directory, &model);
	}
	model_compare(directory, &model);
	mclmr_directory_free(directory);
}

/* What one user of a big deployment, with one LMR entry, needs in memory, all
 * told: it comes in large pages, around which little is lost. */
static void test_memory_of_many(void **state)
{
	enum
	{
		USERS = 65536,
		BUDGET = 460
	};
	mclmr_directory_t *directory =
			new_directory(MCLMR_PER_USER_LMR_TYPE, USERS);
	int i;

	(void)state;
	for(i = 0; i < USERS; i++) {
		char mc_id[64];
		char person[64];
		mclmr_lmr_row_t entry = {
				P25, MCLMR_SPAN(KMF1), mclmr_span(person), MCLMR_SPAN("")};

		snprintf(mc_id, sizeof(mc_id), "sip:user%d@mc.example.org", i);
		snprintf(person, sizeof(person), "%d", 1000000 + i);
		assert_null(add(directory, PTT, mc_id, mc_id, person));
		assert_null(mclmr_directory_put_entries(
				directory, mclmr_span(person), &entry, 1));
	}
	assert_counts(directory, USERS, USERS, USERS);
	assert_true(heap.octets < (size_t)USERS * BUDGET);
	assert_non_null(find(directory, PTT, "sip:user0@mc.example.org"));
	assert_non_null(find(directory, PTT, "sip:user65535@mc.example.org"));
	assert_null(find(directory, PTT, "sip:user65536@mc.example.org"));
	mclmr_directory_free(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_add_and_find),
			cmocka_unit_test(test_without_impu),
			cmocka_unit_test(test_bad_user_rows),
			cmocka_unit_test(test_put_moves_user),
			cmocka_unit_test(test_remove_from_impu),
			cmocka_unit_test(test_remove_unknown),
			cmocka_unit_test(test_one_kmf_per_slot),
			cmocka_unit_test(test_add_entries),
			cmocka_unit_test(test_put_entries),
			cmocka_unit_test(test_person_without_users),
			cmocka_unit_test(test_bad_entries),
			cmocka_unit_test(test_check_entry),
			cmocka_unit_test(test_drop_conflicts),
			cmocka_unit_test(test_limit_of_entries),
			cmocka_unit_test(test_set_network),
			cmocka_unit_test(test_rows_are_copied),
			cmocka_unit_test(test_no_memory_changes_nothing),
			cmocka_unit_test(test_revocation_needs_no_memory),
			cmocka_unit_test(test_no_memory_for_directory),
			cmocka_unit_test(test_growth_without_memory),
			cmocka_unit_test(test_against_model),
			cmocka_unit_test(test_memory_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, heap_tear_down);
}
