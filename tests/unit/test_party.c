/* SPDX-License-Identifier: GPL-2.0-or-later */

/* party: LMR users and groups. */
#include <stdio.h>
#include <string.h>

#include "mclmr/directory/party.h"
#include "mclmr/sip/uri.h"
#include "heap.h"
#include "unit.h"

#define UNIT "sip:unit1@iwf.example.org"
#define PSI "sip:iwf@iwf.example.org"
#define WORD_31 "abcdefghijklmnopqrstuvwxyz01234"

static const char *put(mclmr_parties_t *parties, const char *uri,
		const char *psi, const char *profile, const char *codec)
{
	const mclmr_party_row_t row = {mclmr_span(uri), mclmr_span(psi),
			mclmr_span(profile), mclmr_span(codec)};

	return mclmr_parties_put(parties, &row);
}

static const mclmr_party_t *find(
		const mclmr_parties_t *parties, const char *uri)
{
	char room[2 * MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
	mclmr_span_t key;

	assert_true(mclmr_uri_key(mclmr_span(uri), &arena, &key));
	return mclmr_parties_find(parties, key);
}

static void assert_text(mclmr_span_t text, const char *wanted)
{
	assert_int_equal(text.len, strlen(wanted));
	assert_memory_equal(text.s, wanted, text.len);
}

/* A party is found under every spelling of its URI, with copies of its
 * texts. */
static void test_found(void **state)
{
	mclmr_parties_t *parties = mclmr_parties_new(&allocator);
	char profile[] = "p25";
	const mclmr_party_t *party;

	(void)state;
	assert_null(put(parties, UNIT, PSI, profile, "p25-imbe"));
	memset(profile, 'x', 3);
	party = find(parties, "sips:unit1@IWF.example.org:5070;lr");
	assert_non_null(party);
	assert_text(party->row.uri, UNIT);
	assert_text(party->row.psi, PSI);
	assert_text(party->row.profile, "p25");
	assert_text(party->row.codec, "p25-imbe");
	assert_text(party->psi_key, PSI);
	assert_null(find(parties, "sip:unit2@iwf.example.org"));
	assert_int_equal(mclmr_parties_count(parties), 1);
	mclmr_parties_free(parties);
}

/* What is wrong with a row, and that it changes nothing. */
static void test_bad_rows(void **state)
{
	static const struct
	{
		const char *uri, *psi, *profile, *codec, *wrong;
	} row[] = {
			{"unit1", PSI, "p25", "", "not a SIP, SIPS or tel URI"},
			{"", PSI, "p25", "", "not a SIP, SIPS or tel URI"},
			{UNIT, "iwf", "p25", "", "PSI is not a URI"},
			{UNIT, "", "p25", "", "PSI is not a URI"},
			{UNIT, PSI, "", "", "no profile"},
			{UNIT, PSI, WORD_31 "5", "", "profile or codec is too long"},
			{UNIT, PSI, "p25", WORD_31 "5", "profile or codec is too long"},
			{"sip:unit1@IWF.example.org", PSI, "dmr", "",
					"URI is there in another spelling"},
	};
	mclmr_parties_t *parties = mclmr_parties_new(&allocator);
	char psi[200];

	(void)state;
	memset(psi, 'x', sizeof(psi));
	memcpy(psi, "sip:", 4);
	psi[sizeof(psi) - 1] = '\0';
	assert_null(put(parties, UNIT, PSI, "tetra", ""));
	for(size_t i = 0; i < COUNT(row); i++) {
		assert_string_equal(put(parties, row[i].uri, row[i].psi, row[i].profile,
									row[i].codec),
				row[i].wrong);
		assert_text(find(parties, UNIT)->row.profile, "tetra");
	}
	heap.left = 0;
	assert_string_equal(put(parties, UNIT, psi, "p25", ""), "no memory");
	assert_text(find(parties, UNIT)->row.profile, "tetra");
	heap_refill();
	assert_null(put(parties, UNIT, PSI, WORD_31, WORD_31));
	assert_text(find(parties, UNIT)->row.codec, WORD_31);
	assert_int_equal(mclmr_parties_count(parties), 1);
	mclmr_parties_free(parties);
}

/* Only the row that is written just so is removed. */
static void test_removed(void **state)
{
	mclmr_parties_t *parties = mclmr_parties_new(&allocator);

	(void)state;
	assert_null(put(parties, UNIT, PSI, "p25", ""));
	assert_false(mclmr_parties_remove(parties, MCLMR_SPAN("unit1")));
	assert_false(mclmr_parties_remove(
			parties, MCLMR_SPAN("sip:unit1@IWF.example.org")));
	assert_false(mclmr_parties_remove(
			parties, MCLMR_SPAN("sip:unit2@iwf.example.org")));
	assert_true(mclmr_parties_remove(parties, MCLMR_SPAN(UNIT)));
	assert_null(find(parties, UNIT));
	assert_int_equal(mclmr_parties_count(parties), 0);
	mclmr_parties_free(parties);
}

/* Very many: each is found, replaced, removed; also if the table could
 * not grow. */
static void test_many(void **state)
{
	mclmr_parties_t *parties = mclmr_parties_new(&allocator);
	char uri[64];

	(void)state;
	for(int i = 0; i < 50000; i++) {
		snprintf(uri, sizeof(uri), "sip:u%d@iwf.example.org", i);
		assert_null(put(parties, uri, PSI, "p25", ""));
	}
	for(int i = 0; i < 50000; i += 7) {
		snprintf(uri, sizeof(uri), "sip:u%d@iwf.example.org", i);
		assert_null(put(parties, uri, PSI, "dmr", ""));
		assert_text(find(parties, uri)->row.profile, "dmr");
		assert_true(mclmr_parties_remove(parties, mclmr_span(uri)));
	}
	assert_int_equal(mclmr_parties_count(parties), 50000 - 7143);
	assert_non_null(find(parties, "sip:u49998@iwf.example.org"));
	mclmr_parties_free(parties);
}

/* Without memory there are no parties, and nothing leaks. */
static void test_no_memory(void **state)
{
	mclmr_parties_t *parties;

	(void)state;
	for(int i = 0; i < 3; i++) {
		heap.left = (size_t)i;
		assert_null(mclmr_parties_new(&allocator));
	}
	heap.left = 3;
	parties = mclmr_parties_new(&allocator);
	assert_non_null(parties);
	for(int i = 0; i < 40; i++) {
		char uri[64];

		snprintf(uri, sizeof(uri), "sip:u%d@iwf.example.org", i);
		heap.left = 1; /* none for more buckets */
		assert_null(put(parties, uri, PSI, "p25", ""));
		assert_non_null(find(parties, uri));
	}
	mclmr_parties_free(parties);
	mclmr_parties_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup(name, heap_set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(test_found),
			TEST(test_bad_rows),
			TEST(test_removed),
			TEST(test_many),
			TEST(test_no_memory),
	};

	return cmocka_run_group_tests_name("party", tests, NULL, heap_tear_down);
}
