/* SPDX-License-Identifier: GPL-2.0-or-later */

/* member: who a URI is, and which KMF may write to it. */
#include <string.h>

#include "mclmr/decide/member.h"
#include "heap.h"
#include "unit.h"

#define KMF1 "sip:kmf1@iwf.example.org"
#define KMF2 "sip:kmf2@tetra-iwf.example.org"
#define KMF3 "sip:kmf3@iwf.example.org"
#define KMF_MC "sip:kmf@mc.example.org"
#define PROXY1 "sip:kmf1-proxy@iwf.example.org"
#define IWF1 "sip:iwf@iwf.example.org"
#define IWF2 "sip:iwf@tetra-iwf.example.org"

#define ALICE "sip:alice@mc.example.org"
#define ALICE_DATA "sip:alice.data@mc.example.org"
#define FRANK "sip:frank@mc.example.org"
#define ERIN "sip:erin@mc.example.org"
#define DEAF "sip:deaf@mc.example.org"
#define MUTE "sip:mute@mc.example.org"
#define AWAY "sip:away@mc.example.org"
#define LOST "sip:lost@mc.example.org"
#define HOSTED "sip:hosted@mc.example.org"
#define DESK "sip:desk@mc.example.org"
#define DESK1 "sip:desk1@mc.example.org"

#define PTT MCLMR_SERVICE_MCPTT
#define DATA MCLMR_SERVICE_MCDATA
#define VIDEO MCLMR_SERVICE_MCVIDEO
#define P25 MCLMR_LMR_P25
#define TETRA MCLMR_LMR_TETRA
#define ANY MCLMR_LMR_NOT_GIVEN

static mclmr_directory_t *directory;

static mclmr_network_t *make_network(void)
{
	static const char *const kmf[][3] = {{KMF1, "lmr", IWF1},
			{KMF2, "lmr", IWF2}, {KMF3, "lmr", IWF1}, {KMF_MC, "mc", NULL}};
	mclmr_network_t *network = mclmr_network_new(&allocator);

	for(size_t i = 0; i < COUNT(kmf); i++) {
		assert_null(mclmr_network_add_kmf(network, mclmr_span(kmf[i][0]), 1,
				true, mclmr_span(kmf[i][1])));
		if(kmf[i][2] != NULL)
			assert_null(mclmr_network_add_psi(
					network, mclmr_span(kmf[i][0]), mclmr_span(kmf[i][2])));
	}
	assert_null(mclmr_network_add_alias(
			network, MCLMR_SPAN(KMF1), MCLMR_SPAN(PROXY1)));
	assert_null(mclmr_network_add_partner(network,
			&(mclmr_partner_t){.domain = MCLMR_SPAN("partner.example.net"),
					.psi = MCLMR_SPAN("sip:gateway@partner.example.net"),
					.peer_set = 9}));
	return network;
}

static void add_users(void)
{
	static const struct
	{
		const char *mc_id, *impu, *person, *home;
		mclmr_service_t service;
		bool send, receive;
	} user[] = {
			{ALICE, ALICE, "alice", "", PTT, true, true},
			{ALICE_DATA, ALICE, "alice", "", DATA, true, true},
			{FRANK, FRANK, "frank", "", PTT, true, true},
			{ERIN, ERIN, "erin", "", PTT, true, true},
			{DEAF, DEAF, "deaf", "", PTT, true, false},
			{MUTE, MUTE, "mute", "", PTT, false, true},
			{AWAY, AWAY, "away", "partner.example.net", PTT, true, true},
			{LOST, LOST, "lost", "unheard-of.example.com", PTT, true, true},
			{HOSTED, HOSTED, "hosted", "", PTT, true, true},
			{DESK1, DESK, "desk1", "", PTT, true, true},
			{"sip:desk2@mc.example.org", DESK, "desk2", "", PTT, true, true},
			{"sip:desk.d@mc.example.org", DESK, "desk1", "", DATA, true, true},
	};

	for(size_t i = 0; i < COUNT(user); i++) {
		const mclmr_user_row_t row = {.mc_id = mclmr_span(user[i].mc_id),
				.service = user[i].service,
				.impu = mclmr_span(user[i].impu),
				.person = mclmr_span(user[i].person),
				.home = mclmr_span(user[i].home),
				.send = user[i].send,
				.receive = user[i].receive};

		assert_null(mclmr_directory_add_user(directory, &row));
	}
}

static void put_entries(const char *person, size_t n,
		const mclmr_lmr_type_t type[], const char *const kmf[])
{
	mclmr_lmr_row_t row[2] = {0};

	for(size_t i = 0; i < n; i++)
		row[i] = (mclmr_lmr_row_t){.type = type[i], .kmf = mclmr_span(kmf[i])};
	assert_null(
			mclmr_directory_put_entries(directory, mclmr_span(person), row, n));
}

static int set_up(void **state)
{
	static const mclmr_lmr_type_t both[] = {P25, TETRA};

	(void)state;
	directory = mclmr_directory_new(
			&allocator, make_network(), MCLMR_PER_USER_LMR_TYPE, 0);
	add_users();
	put_entries("alice", 1, both, (const char *[]){KMF1});
	put_entries("frank", 2, both, (const char *[]){KMF1, KMF2});
	put_entries("deaf", 1, both, (const char *[]){KMF1});
	put_entries("mute", 1, both, (const char *[]){KMF1});
	put_entries("away", 1, both, (const char *[]){KMF1});
	put_entries("hosted", 1, both, (const char *[]){KMF_MC});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mclmr_directory_free(directory);
	return 0;
}

/* Who a URI is. */
static void test_find(void **state)
{
	static const struct
	{
		const char *uri;
		mclmr_service_t service;
		mclmr_status_t status;
		const char *mc_id;
	} rows[] = {
			{ALICE, PTT, MCLMR_OK, ALICE},
			{ALICE, DATA, MCLMR_OK, ALICE_DATA},
			{ALICE_DATA, DATA, MCLMR_OK, ALICE_DATA},
			{ALICE_DATA, PTT, MCLMR_TARGET_UNKNOWN, NULL},
			{"SIP:alice@MC.example.org;x=y", PTT, MCLMR_OK, ALICE},
			{ALICE, VIDEO, MCLMR_TARGET_UNKNOWN, NULL},
			{ALICE, MCLMR_SERVICE_NONE, MCLMR_SERVICE_MISMATCH, NULL},
			{ALICE, MCLMR_SERVICE_COUNT, MCLMR_SERVICE_MISMATCH, NULL},
			{DESK, PTT, MCLMR_SENDER_AMBIGUOUS, NULL},
			{DESK, DATA, MCLMR_OK, "sip:desk.d@mc.example.org"},
			{DESK1, PTT, MCLMR_OK, DESK1},
			{AWAY, PTT, MCLMR_OK, AWAY},
			{"sip:nobody@mc.example.org", PTT, MCLMR_TARGET_UNKNOWN, NULL},
			{"alice", PTT, MCLMR_TARGET_UNKNOWN, NULL},
			{"", PTT, MCLMR_TARGET_UNKNOWN, NULL},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_user_t *user;
		mclmr_status_t status = mclmr_member_find(
				directory, mclmr_span(rows[i].uri), rows[i].service, &user);

		if(status != rows[i].status)
			fail_msg("%s: %s", rows[i].uri, mclmr_status_word(status));
		if(status == MCLMR_OK)
			assert_true(mclmr_span_equal(
					user->row.mc_id, mclmr_span(rows[i].mc_id)));
	}
}

/* Who serves a URI: we, a partner by the user's home or by the domain. */
static void test_home(void **state)
{
	static const struct
	{
		const char *uri;
		mclmr_status_t status;
		bool ours;
	} rows[] = {
			{ALICE, MCLMR_OK, true},
			{DEAF, MCLMR_OK, true},
			{AWAY, MCLMR_OK, false},
			{"sip:rita@Partner.example.net", MCLMR_OK, false},
			{LOST, MCLMR_PARTNER_UNKNOWN, false},
			{"sip:rita@elsewhere.example.net", MCLMR_TARGET_UNKNOWN, false},
			{"rita", MCLMR_TARGET_UNKNOWN, false},
			{DESK, MCLMR_SENDER_AMBIGUOUS, false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_partner_t *partner;
		const mclmr_user_t *user;
		mclmr_status_t status = mclmr_member_home(
				directory, mclmr_span(rows[i].uri), PTT, &user, &partner);
		bool good = status == MCLMR_OK;

		if(status != rows[i].status)
			fail_msg("%s: %s", rows[i].uri, mclmr_status_word(status));
		assert_int_equal(user != NULL, good && rows[i].ours);
		assert_int_equal(partner != NULL, good && !rows[i].ours);
	}
}

/* Which KMF may write to whom. */
static void test_may_write(void **state)
{
	static const struct
	{
		const char *kmf, *member;
		mclmr_service_t service;
		mclmr_lmr_type_t type;
		mclmr_status_t status;
	} rows[] = {
			{KMF1, ALICE, PTT, ANY, MCLMR_OK},
			{KMF1, ALICE, PTT, P25, MCLMR_OK},
			{KMF1, ALICE, DATA, P25, MCLMR_OK},
			{PROXY1, ALICE, PTT, ANY, MCLMR_OK},
			{IWF1, ALICE, PTT, ANY, MCLMR_OK},
			{"sip:KMF1@iwf.example.org", ALICE, PTT, ANY, MCLMR_KMF_UNKNOWN},
			{"sips:kmf1@IWF.example.org", ALICE, PTT, ANY, MCLMR_OK},
			{KMF1, ALICE, PTT, TETRA, MCLMR_KMF_FOREIGN},
			{IWF1, ALICE, PTT, TETRA, MCLMR_KMF_FOREIGN},
			{KMF2, ALICE, PTT, ANY, MCLMR_KMF_FOREIGN},
			{KMF3, ALICE, PTT, ANY, MCLMR_KMF_FOREIGN},
			{IWF2, ALICE, PTT, ANY, MCLMR_KMF_FOREIGN},
			{KMF2, FRANK, PTT, TETRA, MCLMR_OK},
			{KMF2, FRANK, PTT, P25, MCLMR_KMF_FOREIGN},
			{KMF1, FRANK, PTT, ANY, MCLMR_OK},
			{KMF_MC, HOSTED, PTT, ANY, MCLMR_OK},
			{KMF1, MUTE, PTT, ANY, MCLMR_OK},
			{KMF1, DEAF, PTT, ANY, MCLMR_RECEIVE_DENIED},
			{KMF2, DEAF, PTT, ANY, MCLMR_RECEIVE_DENIED},
			{KMF1, ERIN, PTT, ANY, MCLMR_NO_LMR_ENTRY},
			{KMF1, AWAY, PTT, ANY, MCLMR_TARGET_UNKNOWN},
			{KMF1, DESK, PTT, ANY, MCLMR_SENDER_AMBIGUOUS},
			{KMF1, "sip:nobody@mc.example.org", PTT, ANY, MCLMR_TARGET_UNKNOWN},
			{KMF1, ALICE, MCLMR_SERVICE_NONE, ANY, MCLMR_SERVICE_MISMATCH},
			{"sip:other@iwf.example.org", ALICE, PTT, ANY, MCLMR_KMF_UNKNOWN},
			{ALICE, ALICE, PTT, ANY, MCLMR_KMF_UNKNOWN},
			{"kmf1", ALICE, PTT, ANY, MCLMR_KMF_UNKNOWN},
			{"", ALICE, PTT, ANY, MCLMR_KMF_UNKNOWN},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_status_t status = mclmr_member_may_write(directory,
				mclmr_span(rows[i].kmf), mclmr_span(rows[i].member),
				rows[i].service, rows[i].type);

		if(status != rows[i].status)
			fail_msg("%s to %s: %s", rows[i].kmf, rows[i].member,
					mclmr_status_word(status));
	}
}

/* A right that is taken away, an entry that goes, a KMF that goes. */
static void test_revoked(void **state)
{
	const mclmr_user_row_t row = {.mc_id = MCLMR_SPAN(ALICE),
			.service = PTT,
			.impu = MCLMR_SPAN(ALICE),
			.person = MCLMR_SPAN("alice"),
			.send = true};
	const mclmr_span_t kmf = MCLMR_SPAN(KMF1);

	(void)state;
	assert_null(mclmr_directory_put_user(directory, &row));
	assert_int_equal(
			mclmr_member_may_write(directory, kmf, MCLMR_SPAN(ALICE), PTT, ANY),
			MCLMR_RECEIVE_DENIED);
	assert_int_equal(mclmr_member_may_write(
							 directory, kmf, MCLMR_SPAN(ALICE), DATA, ANY),
			MCLMR_OK);
	put_entries("alice", 0, NULL, NULL);
	assert_int_equal(mclmr_member_may_write(
							 directory, kmf, MCLMR_SPAN(ALICE), DATA, ANY),
			MCLMR_NO_LMR_ENTRY);
	mclmr_network_free(mclmr_directory_set_network(
			directory, mclmr_network_new(&allocator)));
	assert_int_equal(
			mclmr_member_may_write(directory, kmf, MCLMR_SPAN(FRANK), PTT, ANY),
			MCLMR_KMF_UNKNOWN);
}

/* Entries whose KMF the network has lost are of no other one. */
static void test_kmf_is_gone(void **state)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);

	(void)state;
	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF3), 1, true, MCLMR_SPAN("lmr")));
	assert_null(
			mclmr_network_add_psi(network, MCLMR_SPAN(KMF3), MCLMR_SPAN(IWF1)));
	mclmr_network_free(mclmr_directory_set_network(directory, network));
	assert_int_equal(mclmr_member_may_write(directory, MCLMR_SPAN(IWF1),
							 MCLMR_SPAN(ALICE), PTT, ANY),
			MCLMR_KMF_FOREIGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_home, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_may_write, set_up, tear_down),
			cmocka_unit_test_setup_teardown(test_revoked, set_up, tear_down),
			cmocka_unit_test_setup_teardown(
					test_kmf_is_gone, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, heap_tear_down);
}
