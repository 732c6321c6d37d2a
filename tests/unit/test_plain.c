/* SPDX-License-Identifier: GPL-2.0-or-later */

/* plain: an IWF writes in its own names, to users of its own. */
#include "mclmr/decide/plain.h"
#include "heap.h"
#include "unit.h"

#define KMF1 "sip:kmf1@iwf.example.org"
#define KMF2 "sip:kmf2@tetra-iwf.example.org"
#define KMF_MC "sip:kmf@mc.example.org"
#define PROXY1 "sip:kmf1-proxy@iwf.example.org"
#define IWF1 "sip:iwf@iwf.example.org"
#define IWF2 "sip:iwf@tetra-iwf.example.org"
#define UNIT1 "sip:unit1@iwf.example.org"
#define UNIT2 "sip:unit2@tetra-iwf.example.org"
#define ALICE "sip:alice@mc.example.org"
#define DAVE "sip:dave@mc.example.org"
#define DEAF "sip:deaf@mc.example.org"
#define HOSTED "sip:hosted@mc.example.org"
#define CAR "sip:car@mc.example.org"
#define NO_ENTRY "sip:frank@mc.example.org"

static mclmr_directory_t *directory;

static mclmr_network_t *make_network(void)
{
	static const char *const kmf[][3] = {
			{KMF1, "lmr", IWF1}, {KMF2, "lmr", IWF2}, {KMF_MC, "mc", IWF1}};
	static const mclmr_peer_row_t peer[] = {
			{MCLMR_PEER_IWF, MCLMR_SPAN(IWF1), MCLMR_SPAN("192.0.2.1"), 0,
					MCLMR_SPAN("")},
			{MCLMR_PEER_IWF, MCLMR_SPAN(IWF2), MCLMR_SPAN("192.0.2.2"), 5060,
					MCLMR_SPAN("")},
			{MCLMR_PEER_CORE, MCLMR_SPAN(""), MCLMR_SPAN("192.0.2.5"), 0,
					MCLMR_SPAN("")},
	};
	mclmr_network_t *network = mclmr_network_new(&allocator);

	for(size_t i = 0; i < COUNT(kmf); i++) {
		assert_null(mclmr_network_add_kmf(network, mclmr_span(kmf[i][0]), 1,
				true, mclmr_span(kmf[i][1])));
		assert_null(mclmr_network_add_psi(
				network, mclmr_span(kmf[i][0]), mclmr_span(kmf[i][2])));
	}
	assert_null(mclmr_network_add_alias(
			network, MCLMR_SPAN(KMF1), MCLMR_SPAN(PROXY1)));
	for(size_t i = 0; i < COUNT(peer); i++)
		assert_null(mclmr_network_add_peer(network, &peer[i]));
	return network;
}

static void add_user(const char *mc_id, const char *impu, const char *kmf,
		mclmr_service_t service, bool receive)
{
	const mclmr_user_row_t row = {.mc_id = mclmr_span(mc_id),
			.service = service,
			.impu = mclmr_span(impu),
			.person = mclmr_span(mc_id),
			.receive = receive};
	const mclmr_lmr_row_t entry = {
			.type = MCLMR_LMR_P25, .kmf = mclmr_span(kmf)};

	assert_null(mclmr_directory_add_user(directory, &row));
	if(kmf[0] != '\0')
		assert_null(mclmr_directory_put_entries(
				directory, mclmr_span(mc_id), &entry, 1));
}

static void add_lmr_user(const char *uri, const char *psi)
{
	const mclmr_party_row_t row = {.uri = mclmr_span(uri),
			.psi = mclmr_span(psi),
			.profile = MCLMR_SPAN("p25")};

	assert_null(mclmr_parties_put(
			mclmr_directory_parties(directory, MCLMR_LMR_USER), &row));
}

static int set_up(void **state)
{
	(void)state;
	heap_refill();
	directory = mclmr_directory_new(
			&allocator, make_network(), MCLMR_PER_USER_LMR_TYPE, 0);
	add_user(ALICE, ALICE, PROXY1, MCLMR_SERVICE_MCPTT, true);
	add_user(DAVE, DAVE, KMF2, MCLMR_SERVICE_MCDATA, true);
	add_user(DEAF, DEAF, KMF1, MCLMR_SERVICE_MCPTT, false);
	add_user(HOSTED, HOSTED, KMF_MC, MCLMR_SERVICE_MCPTT, true);
	add_user("sip:bob@mc.example.org", CAR, KMF2, MCLMR_SERVICE_MCPTT, true);
	add_user("sip:carol@mc.example.org", CAR, KMF1, MCLMR_SERVICE_MCPTT, true);
	add_user(NO_ENTRY, NO_ENTRY, "", MCLMR_SERVICE_MCPTT, true);
	add_lmr_user(UNIT1, IWF1);
	add_lmr_user(UNIT2, IWF2);
	return 0;
}

static int tear_down(void **state)
{
	mclmr_directory_free(directory);
	return heap_tear_down(state);
}

static const struct
{
	const char *address;
	int port;
	const char *from, *asserted, *impu;
	mclmr_status_t expected;
} rows[] = {
		/* names */
		{"192.0.2.1", 1, IWF1, IWF1, ALICE, MCLMR_OK},
		{"192.0.2.1", 1, UNIT1, UNIT1, ALICE, MCLMR_OK},
		{"192.0.2.1", 1, UNIT1, IWF1, ALICE, MCLMR_OK},
		{"192.0.2.1", 1, IWF1, UNIT1, ALICE, MCLMR_OK},
		{"192.0.2.1", 1, "sip:iwf@IWF.example.org:5060;x=y", IWF1, ALICE,
				MCLMR_OK},
		{"192.0.2.1", 1, UNIT2, IWF1, ALICE, MCLMR_PEER_ASSERTION},
		{"192.0.2.1", 1, IWF1, UNIT2, ALICE, MCLMR_PEER_ASSERTION},
		{"192.0.2.1", 1, IWF2, IWF2, DAVE, MCLMR_PEER_ASSERTION},
		{"192.0.2.1", 1, ALICE, IWF1, ALICE, MCLMR_PEER_ASSERTION},
		{"192.0.2.1", 1, IWF1, DAVE, ALICE, MCLMR_PEER_ASSERTION},
		{"192.0.2.1", 1, "", IWF1, ALICE, MCLMR_PEER_ASSERTION},
		{"192.0.2.1", 1, IWF1, "http://x", ALICE, MCLMR_PEER_ASSERTION},
		/* sources */
		{"192.0.2.2", 5060, IWF2, UNIT2, DAVE, MCLMR_OK},
		{"192.0.2.2", 5061, IWF2, UNIT2, DAVE, MCLMR_PEER_ASSERTION},
		{"192.0.2.5", 5060, IWF1, IWF1, ALICE, MCLMR_PEER_ASSERTION},
		{"192.0.2.9", 5060, IWF1, IWF1, ALICE, MCLMR_PEER_ASSERTION},
		/* users */
		{"192.0.2.1", 1, IWF1, IWF1, DAVE, MCLMR_IWF_FOREIGN},
		{"192.0.2.1", 1, IWF1, IWF1, DEAF, MCLMR_IWF_FOREIGN},
		{"192.0.2.1", 1, IWF1, IWF1, HOSTED, MCLMR_IWF_FOREIGN},
		{"192.0.2.1", 1, IWF1, IWF1, NO_ENTRY, MCLMR_IWF_FOREIGN},
		{"192.0.2.1", 1, IWF1, IWF1, "sip:x@y", MCLMR_IWF_FOREIGN},
		{"192.0.2.1", 1, IWF1, IWF1, "", MCLMR_IWF_FOREIGN},
		/* one identity of two */
		{"192.0.2.1", 1, IWF1, IWF1, CAR, MCLMR_OK},
		{"192.0.2.2", 5060, IWF2, IWF2, CAR, MCLMR_OK},
		{"192.0.2.1", 1, IWF1, IWF1, "sip:carol@mc.example.org",
				MCLMR_IWF_FOREIGN},
};

static void test_rows(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_plain_request_t request = {
				.source = {mclmr_span(rows[i].address), rows[i].port,
						MCLMR_SPAN("")},
				.from = mclmr_span(rows[i].from),
				.asserted = mclmr_span(rows[i].asserted),
				.impu = mclmr_span(rows[i].impu)};
		mclmr_status_t got = mclmr_plain_decide(directory, &request);

		if(got != rows[i].expected)
			fail_msg("row %zu: %d", i, (int)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
