/* SPDX-License-Identifier: GPL-2.0-or-later */

/* network: KMFs, PSIs, peers, partners. */
#include <stdio.h>
#include <string.h>

#include "mclmr/directory/network.h"
#include "mclmr/sip/uri.h"
#include "heap.h"
#include "spans.h"
#include "unit.h"

#define KMF1 "sip:kmf1@iwf.example.org"
#define KMF2 "sip:kmf2@tetra-iwf.example.org"
#define IWF1 "sip:iwf@iwf.example.org"
#define IWF2 "sip:iwf@tetra-iwf.example.org"
#define ORIG "sip:mc-orig@mc.example.org"
#define TERM "sip:mc-term@mc.example.org"
#define CTRL "sip:mc-ctrl@mc.example.org"

/* Short forms of the functions under test. */
static const char *add_kmf(mclmr_network_t *network, const char *uri, int set)
{
	return mclmr_network_add_kmf(
			network, mclmr_span(uri), set, set == 1, MCLMR_SPAN("lmr"));
}

static const char *add_alias(
		mclmr_network_t *network, const char *kmf, const char *alias)
{
	return mclmr_network_add_alias(network, mclmr_span(kmf), mclmr_span(alias));
}

static const char *add_psi(
		mclmr_network_t *network, const char *kmf, const char *psi)
{
	return mclmr_network_add_psi(network, mclmr_span(kmf), mclmr_span(psi));
}

static const char *add_role(mclmr_network_t *network, const char *psi,
		mclmr_service_t service, const char *role)
{
	return mclmr_network_add_role(
			network, mclmr_span(psi), service, mclmr_span(role));
}

static const char *add_peer(mclmr_network_t *network, mclmr_peer_kind_t kind,
		const char *psi, const char *address, int port, const char *tls_id)
{
	mclmr_peer_row_t row = {kind, mclmr_span(psi), mclmr_span(address), port,
			mclmr_span(tls_id)};

	return mclmr_network_add_peer(network, &row);
}

static const char *add_partner(
		mclmr_network_t *network, const char *domain, const char *psi, int set)
{
	mclmr_partner_t row = {mclmr_span(domain), mclmr_span(psi), set, true};

	return mclmr_network_add_partner(network, &row);
}

/* One step of the sample network; NULL on success. */
static const char *sample_step(mclmr_network_t *network, int step)
{
	switch(step) {
		case 0:
			return add_kmf(network, KMF1, 1);
		case 1:
			return add_kmf(network, KMF2, 2);
		case 2:
			return add_alias(network, KMF1, "sip:kmf1-proxy@iwf.example.org");
		case 3:
			return add_psi(network, KMF1, IWF1);
		case 4:
			return add_psi(network, KMF2, IWF2);
		case 5:
			return add_role(network, ORIG, MCLMR_SERVICE_NONE, "originating");
		case 6:
			return add_peer(network, MCLMR_PEER_IWF, IWF1, "127.0.0.2", 0, "");
		case 7:
			return add_peer(
					network, MCLMR_PEER_CORE, "", "127.0.0.5", 5060, "");
		case 8:
			return add_partner(
					network, "partner.example.net", "sip:gw@example.net", 9);
		default:
			return "no such step";
	}
}

#define SAMPLE_STEPS 9

static mclmr_network_t *sample_network(void)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);
	int step;

	assert_non_null(network);
	for(step = 0; step < SAMPLE_STEPS; step++)
		assert_null(sample_step(network, step));
	return network;
}

static void test_kmf_by_uri_and_alias(void **state)
{
	static const struct
	{
		const char *uri;
		const char *kmf; /* NULL: of no KMF */
	} row[] = {
			{KMF1, KMF1},
			{"sips:kmf1@IWF.example.org:5061;lr", KMF1},
			{"sip:kmf1-proxy@iwf.example.org", KMF1},
			{KMF2, KMF2},
			{IWF1, NULL},
			{"sip:KMF1@iwf.example.org", NULL},
			{"sip:kmf1@iwf.example.or", NULL},
			{"sip:kmf1@iwf.example.orga", NULL},
			{"tel:+431", NULL},
	};
	mclmr_network_t *network = sample_network();
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		const mclmr_kmf_t *kmf = mclmr_network_kmf(network, key_of(row[i].uri));

		assert_true((kmf != NULL) == (row[i].kmf != NULL));
		if(kmf)
			assert_text(kmf->uri, row[i].kmf);
	}
	assert_null(mclmr_network_kmf(network, MCLMR_SPAN("")));
	assert_null(mclmr_network_kmf(network, (mclmr_span_t){NULL, 0}));
	mclmr_network_free(network);
}

static void test_kmf_facts_and_order(void **state)
{
	mclmr_network_t *network = sample_network();
	const mclmr_kmf_t *kmf = mclmr_network_kmf_at(network, 0);

	(void)state;
	assert_text(kmf->uri, KMF1);
	assert_text(kmf->hosting, "lmr");
	assert_int_equal(kmf->peer_set, 1);
	assert_true(kmf->trusted);
	assert_int_equal(kmf->aliases, 1);
	assert_text(kmf->alias[0], "sip:kmf1-proxy@iwf.example.org");
	assert_int_equal(kmf->psis, 1);
	assert_text(kmf->psi[0], IWF1);
	assert_text(mclmr_network_kmf_at(network, 1)->uri, KMF2);
	assert_false(mclmr_network_kmf_at(network, 1)->trusted);
	assert_null(mclmr_network_kmf_at(network, 2));
	assert_null(mclmr_network_kmf_at(network, SIZE_MAX));
	mclmr_network_free(network);
}

/* n KMFs to m PSIs: each order is the order of the rows. */
static void test_psis_are_shared(void **state)
{
	mclmr_network_t *network = sample_network();
	const mclmr_kmf_t *kmf;

	(void)state;
	assert_null(add_psi(network, KMF2, IWF1));
	assert_null(add_psi(network, "sip:kmf1-proxy@iwf.example.org", IWF2));
	kmf = mclmr_network_kmf(network, key_of(KMF1));
	assert_int_equal(kmf->psis, 2);
	assert_text(kmf->psi[0], IWF1);
	assert_text(kmf->psi[1], IWF2);
	assert_true(mclmr_kmf_has_psi(kmf, key_of("sip:iwf@IWF.example.org:5070")));
	assert_true(mclmr_kmf_has_psi(kmf, key_of(IWF2)));
	assert_false(mclmr_kmf_has_psi(kmf, key_of(KMF1)));
	assert_true(mclmr_network_is_iwf(network, key_of(IWF1)));
	assert_true(mclmr_network_is_iwf(network, key_of(IWF2)));
	assert_false(mclmr_network_is_iwf(network, key_of(KMF1)));
	assert_false(mclmr_network_is_iwf(network, key_of(ORIG)));
	assert_ptr_equal(mclmr_network_iwf(network, key_of(IWF1)),
			mclmr_network_kmf_at(network, 0));
	assert_ptr_equal(mclmr_network_iwf(network, key_of(IWF2)),
			mclmr_network_kmf_at(network, 1));
	assert_null(mclmr_network_iwf(network, key_of(KMF1)));
	mclmr_network_free(network);
}

static void test_bad_kmf_rows(void **state)
{
	static const struct
	{
		const char *uri;
		int set;
		const char *hosting;
	} row[] = {
			{"", 1, "lmr"},
			{"kmf", 1, "lmr"},
			{"http://kmf.example.org", 1, "lmr"},
			{"sip:x@example.org", -1, "lmr"},
			{"sip:x@example.org", 0, "lmr"},
			{"sip:x@example.org", 1, ""},
			{"sip:x@example.org", 1, "LMR"},
			{"sip:x@example.org", 1, "lmrx"},
			{KMF1, 1, "lmr"},
			{"sip:kmf1@iwf.example.org:5060;lr", 1, "lmr"},
			{"sip:kmf1-proxy@iwf.example.org", 1, "lmr"},
	};
	mclmr_network_t *network = sample_network();
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++)
		assert_non_null(mclmr_network_add_kmf(network, mclmr_span(row[i].uri),
				row[i].set, false, mclmr_span(row[i].hosting)));
	assert_null(mclmr_network_kmf_at(network, 2));
	assert_null(mclmr_network_add_kmf(network, MCLMR_SPAN("sip:mc@example.org"),
			1, false, MCLMR_SPAN("mc")));
	mclmr_network_free(network);
}

static void test_bad_alias_and_psi_rows(void **state)
{
	static const struct
	{
		const char *kmf, *uri;
		bool alias_only; /* fine as PSI */
	} row[] = {
			{"sip:nobody@example.org", "sip:x@example.org", false},
			{"", "sip:x@example.org", false},
			{"nonsense", "sip:x@example.org", false},
			{KMF1, "", false},
			{KMF1, "nonsense", false},
			{KMF1, KMF1, true},
			{KMF1, KMF2, true},
			{KMF2, "sip:kmf1-proxy@iwf.example.org", true},
	};
	mclmr_network_t *network = sample_network();
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		assert_non_null(add_alias(network, row[i].kmf, row[i].uri));
		if(!row[i].alias_only)
			assert_non_null(add_psi(network, row[i].kmf, row[i].uri));
	}
	assert_non_null(add_psi(network, KMF1, IWF1));
	assert_int_equal(mclmr_network_kmf_at(network, 0)->aliases, 1);
	assert_int_equal(mclmr_network_kmf_at(network, 0)->psis, 1);
	mclmr_network_free(network);
}

static void test_limits_of_one_kmf(void **state)
{
	mclmr_network_t *network = sample_network();
	char uri[64];
	int i;

	(void)state;
	for(i = 1; i < MCLMR_MAX_ALIASES + 2; i++) {
		bool fits = i < MCLMR_MAX_ALIASES;

		snprintf(uri, sizeof(uri), "sip:alias%d@example.org", i);
		assert_true((add_alias(network, KMF1, uri) == NULL) == fits);
		assert_true((mclmr_network_kmf(network, key_of(uri)) != NULL) == fits);
	}
	for(i = 1; i < MCLMR_MAX_KMF_PSIS + 2; i++) {
		bool fits = i < MCLMR_MAX_KMF_PSIS;

		snprintf(uri, sizeof(uri), "sip:iwf%d@example.org", i);
		assert_true((add_psi(network, KMF1, uri) == NULL) == fits);
		assert_true(mclmr_network_is_iwf(network, key_of(uri)) == fits);
	}
	mclmr_network_free(network);
}

static void test_limit_of_rows(void **state)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);
	char uri[64];
	char domain[64];
	int i;

	(void)state;
	for(i = 0; i <= MCLMR_MAX_NETWORK_ROWS; i++) {
		bool fits = i < MCLMR_MAX_NETWORK_ROWS;

		snprintf(uri, sizeof(uri), "sip:kmf%d@example.org", i * 7919 % 10007);
		snprintf(domain, sizeof(domain), "p%d.example", i);
		assert_true((add_kmf(network, uri, i + 1) == NULL) == fits);
		assert_true((add_role(network, uri, MCLMR_SERVICE_NONE, "terminating")
							== NULL)
					== fits);
		assert_true(
				(add_peer(network, MCLMR_PEER_CORE, "", "", 0, domain) == NULL)
				== fits);
		assert_true((add_partner(network, domain, uri, 1) == NULL) == fits);
	}
	for(i = 0; i < MCLMR_MAX_NETWORK_ROWS; i++) {
		snprintf(uri, sizeof(uri), "sip:kmf%d@example.org", i * 7919 % 10007);
		assert_int_equal(
				mclmr_network_kmf(network, key_of(uri))->peer_set, i + 1);
	}
	mclmr_network_free(network);
}

/* Over all KMFs together aliases and PSIs have the same limit. */
static void test_limit_of_aliases_and_psis(void **state)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);
	char kmf[64];
	char uri[64];
	int i;

	(void)state;
	for(i = 0; i < MCLMR_MAX_NETWORK_ROWS; i++) {
		snprintf(kmf, sizeof(kmf), "sip:kmf%d@example.org", i);
		snprintf(uri, sizeof(uri), "sip:other%d@example.org", i);
		assert_null(add_kmf(network, kmf, i + 1));
		assert_null(add_alias(network, kmf, uri));
		assert_null(add_psi(network, kmf, IWF1));
	}
	assert_non_null(add_alias(network, kmf, "sip:last@example.org"));
	assert_non_null(add_psi(network, kmf, IWF2));
	assert_true(mclmr_network_is_iwf(network, key_of(IWF1)));
	assert_false(mclmr_network_is_iwf(network, key_of(IWF2)));
	mclmr_network_free(network);
}

static void test_roles(void **state)
{
	enum
	{
		O = MCLMR_ROLE_ORIGINATING,
		T = MCLMR_ROLE_TERMINATING,
		C = MCLMR_ROLE_CONTROLLING
	};
	static const struct
	{
		const char *psi;
		mclmr_service_t service;
		unsigned roles;
	} row[] = {
			{ORIG, MCLMR_SERVICE_NONE, O},
			{ORIG, MCLMR_SERVICE_MCDATA, O},
			{"sip:mc-orig@mc.example.org:5060;lr", MCLMR_SERVICE_MCPTT, O},
			{TERM, MCLMR_SERVICE_MCPTT, T},
			{TERM, MCLMR_SERVICE_MCDATA, T | C},
			{TERM, MCLMR_SERVICE_MCVIDEO, 0},
			{TERM, MCLMR_SERVICE_NONE, T | C},
			{IWF1, MCLMR_SERVICE_NONE, 0},
			{"sip:mc-orig@example.org", MCLMR_SERVICE_NONE, 0},
	};
	mclmr_network_t *network = sample_network();
	size_t i;

	(void)state;
	assert_null(add_role(network, TERM, MCLMR_SERVICE_MCPTT, "terminating"));
	assert_null(add_role(network, TERM, MCLMR_SERVICE_MCDATA, "terminating"));
	assert_null(add_role(network, TERM, MCLMR_SERVICE_MCDATA, "controlling"));
	for(i = 0; i < COUNT(row); i++)
		assert_int_equal(mclmr_network_roles(
								 network, key_of(row[i].psi), row[i].service),
				row[i].roles);
	assert_non_null(add_role(network, TERM, MCLMR_SERVICE_NONE, "other"));
	assert_non_null(add_role(network, TERM, MCLMR_SERVICE_NONE, ""));
	assert_non_null(
			add_role(network, TERM, MCLMR_SERVICE_COUNT, "terminating"));
	assert_non_null(add_role(network, "x", MCLMR_SERVICE_NONE, "terminating"));
	mclmr_network_free(network);
}

static void test_peers(void **state)
{
	static const struct
	{
		const char *address;
		int port;
		const char *tls_id;
		mclmr_trust_t trust;
		bool iwf1, iwf2; /* may assert it */
	} row[] = {
			/* an address alone: ports are not compared */
			{"127.0.0.2", 1, "", MCLMR_TRUST_IWF, true, false},
			{"127.0.0.2", 65535, "x.example", MCLMR_TRUST_IWF, true, false},
			/* a port that is compared */
			{"127.0.0.5", 5060, "", MCLMR_TRUST_CORE, false, false},
			{"127.0.0.5", 5061, "", MCLMR_TRUST_NONE, false, false},
			/* peers at one address with different ports */
			{"10.0.0.1", 5070, "", MCLMR_TRUST_IWF, true, false},
			{"10.0.0.1", 5071, "", MCLMR_TRUST_IWF, false, true},
			{"10.0.0.1", 5072, "", MCLMR_TRUST_CORE, false, false},
			{"10.0.0.1", 5073, "", MCLMR_TRUST_NONE, false, false},
			/* address and TLS identity together */
			{"10.0.0.2", 5061, "iwf2.example.org", MCLMR_TRUST_IWF, false,
					true},
			{"10.0.0.2", 5061, "IWF2.example.ORG", MCLMR_TRUST_IWF, false,
					true},
			{"10.0.0.2", 5061, "", MCLMR_TRUST_NONE, false, false},
			{"10.0.0.2", 5061, "iwf2.example.org.evil", MCLMR_TRUST_NONE, false,
					false},
			/* a TLS identity alone, from anywhere */
			{"192.0.2.77", 40000, "core.example.org", MCLMR_TRUST_CORE, false,
					false},
			{"", 0, "core.example.org", MCLMR_TRUST_CORE, false, false},
			{"192.0.2.77", 40000, "", MCLMR_TRUST_NONE, false, false},
			/* both an IWF by address and a core by its certificate */
			{"127.0.0.2", 5061, "core.example.org", MCLMR_TRUST_CORE, true,
					false},
			/* all text forms of an IPv6 address are one */
			{"2001:db8::1", 5060, "", MCLMR_TRUST_IWF, false, true},
			{"2001:0DB8:0:0:0:0:0:1", 5060, "", MCLMR_TRUST_IWF, false, true},
			{"2001:db8::2", 5060, "", MCLMR_TRUST_NONE, false, false},
			/* not an address */
			{"127.0.0.2x", 5060, "", MCLMR_TRUST_NONE, false, false},
			{"", 5060, "", MCLMR_TRUST_NONE, false, false},
			{"10.0.0.4", 5060, "", MCLMR_TRUST_IWF, false, true},
			{"::ffff:10.0.0.4", 5060, "", MCLMR_TRUST_IWF, false, true},
			{"::FFFF:a00:4", 5060, "", MCLMR_TRUST_IWF, false, true},
			{"::ffff:10.0.0.1", 5070, "", MCLMR_TRUST_IWF, true, false},
			{"::fffe:10.0.0.4", 5060, "", MCLMR_TRUST_NONE, false, false},
			{"::10.0.0.4", 5060, "", MCLMR_TRUST_NONE, false, false},
			{"1::ffff:10.0.0.4", 5060, "", MCLMR_TRUST_NONE, false, false},
	};
	mclmr_network_t *network = sample_network();
	size_t i;

	(void)state;
	assert_null(add_peer(network, MCLMR_PEER_IWF, IWF1, "10.0.0.1", 5070, ""));
	assert_null(add_peer(network, MCLMR_PEER_IWF, IWF2, "10.0.0.1", 5071, ""));
	assert_null(add_peer(network, MCLMR_PEER_CORE, "", "10.0.0.1", 5072, ""));
	assert_null(add_peer(
			network, MCLMR_PEER_IWF, IWF2, "10.0.0.2", 0, "Iwf2.example.org"));
	assert_null(
			add_peer(network, MCLMR_PEER_CORE, "", "", 0, "core.example.org"));
	assert_null(add_peer(network, MCLMR_PEER_IWF, IWF2, "2001:DB8::1", 0, ""));
	assert_null(
			add_peer(network, MCLMR_PEER_IWF, IWF2, "::ffff:10.0.0.4", 0, ""));
	for(i = 0; i < COUNT(row); i++) {
		mclmr_source_t source = {mclmr_span(row[i].address), row[i].port,
				mclmr_span(row[i].tls_id)};

		assert_int_equal(mclmr_network_trust(network, &source), row[i].trust);
		assert_true(mclmr_network_may_assert(network, &source, key_of(IWF1))
					== row[i].iwf1);
		assert_true(mclmr_network_may_assert(network, &source, key_of(IWF2))
					== row[i].iwf2);
	}
	mclmr_network_free(network);
}

/* Whatever its port and its certificate. */
static void test_peer_at(void **state)
{
	static const struct
	{
		mclmr_span_t octets;
		bool peer;
	} row[] = {
			{{"\x7f\0\0\x05", 4}, true},
			{{"\x0a\0\0\x01", 4}, true},
			{{"\x0a\0\0\x02", 4}, true},
			{{"\x0a\0\0\x03", 4}, false},
			{{"\x0a\0\0\x04", 4}, true},
			{{"\x0a\0\0", 3}, false},
			{{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16}, true},
			{{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16}, false},
			{{"", 0}, false},
	};
	mclmr_network_t *network = sample_network();

	(void)state;
	assert_null(add_peer(network, MCLMR_PEER_IWF, IWF1, "10.0.0.1", 5070, ""));
	assert_null(
			add_peer(network, MCLMR_PEER_CORE, "", "10.0.0.2", 0, "a.example"));
	assert_null(add_peer(network, MCLMR_PEER_IWF, IWF2, "2001:DB8::1", 0, ""));
	assert_null(
			add_peer(network, MCLMR_PEER_IWF, IWF2, "::ffff:10.0.0.4", 0, ""));
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(
				mclmr_network_has_peer_at(network, row[i].octets), row[i].peer);
	assert_null(
			add_peer(network, MCLMR_PEER_CORE, "", "", 0, "core.example.org"));
	assert_false(mclmr_network_has_peer_at(network, MCLMR_SPAN("")));
	mclmr_network_free(network);
}

/* A source no text of which is what it seems. */
static void test_hostile_sources(void **state)
{
	static char name[300];
	mclmr_network_t *network = sample_network();
	mclmr_source_t nul = {{"127.0.0.2\0x", 11}, 5060, (mclmr_span_t){NULL, 0}};
	mclmr_source_t nothing = {{NULL, 0}, 0, {NULL, 0}};
	mclmr_source_t longest = {MCLMR_SPAN("10.0.0.9"), 1, {name, 300}};

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_int_equal(mclmr_network_trust(network, &nul), MCLMR_TRUST_NONE);
	assert_int_equal(mclmr_network_trust(network, &nothing), MCLMR_TRUST_NONE);
	assert_int_equal(mclmr_network_trust(network, &longest), MCLMR_TRUST_NONE);
	assert_false(mclmr_network_may_assert(network, &nothing, MCLMR_SPAN("")));
	mclmr_network_free(network);
}

static void test_bad_peer_rows(void **state)
{
	static char name[257];
	static const struct
	{
		mclmr_peer_kind_t kind;
		const char *psi, *address;
		int port;
		const char *tls_id;
	} row[] = {
			{MCLMR_PEER_CORE, "", "", 0, ""},
			{MCLMR_PEER_CORE, "", "", 5060, ""},
			{MCLMR_PEER_CORE, IWF1, "10.0.0.1", 0, ""},
			{MCLMR_PEER_IWF, "", "10.0.0.1", 0, ""},
			{MCLMR_PEER_IWF, "iwf", "10.0.0.1", 0, ""},
			{MCLMR_PEER_IWF, IWF1, "host.example.org", 0, ""},
			{MCLMR_PEER_IWF, IWF1, "10.0.0.1:5060", 0, ""},
			{MCLMR_PEER_IWF, IWF1, "10.0.0", 0, ""},
			{MCLMR_PEER_IWF, IWF1, "10.0.0.1", -1, ""},
			{MCLMR_PEER_IWF, IWF1, "10.0.0.1", 65536, ""},
			{MCLMR_PEER_IWF, IWF1, "", 0, name},
			{(mclmr_peer_kind_t)7, "", "10.0.0.1", 0, ""},
	};
	mclmr_network_t *network = sample_network();
	mclmr_source_t source = {MCLMR_SPAN("10.0.0.1"), 5060, MCLMR_SPAN("")};
	size_t i;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	for(i = 0; i < COUNT(row); i++)
		assert_non_null(add_peer(network, row[i].kind, row[i].psi,
				row[i].address, row[i].port, row[i].tls_id));
	assert_int_equal(mclmr_network_trust(network, &source), MCLMR_TRUST_NONE);
	mclmr_network_free(network);
}

static void test_partners(void **state)
{
	static char name[257];
	mclmr_network_t *network = sample_network();
	const mclmr_partner_t *partner;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	assert_null(
			add_partner(network, "Other.EXAMPLE", "sip:gw2@example.net", 3));
	partner = mclmr_network_partner(network, MCLMR_SPAN("oTHER.example"));
	assert_non_null(partner);
	assert_text(partner->domain, "other.example");
	assert_text(partner->psi, "sip:gw2@example.net");
	assert_int_equal(partner->peer_set, 3);
	assert_true(partner->trusted);
	assert_null(mclmr_network_partner(network, MCLMR_SPAN("example")));
	assert_null(mclmr_network_partner(
			network, MCLMR_SPAN("x.partner.example.net")));
	assert_null(mclmr_network_partner(network, MCLMR_SPAN("")));
	assert_null(mclmr_network_partner(network, mclmr_span(name)));
	assert_non_null(add_partner(network, "other.example", "sip:gw@x.net", 3));
	assert_non_null(add_partner(network, "", "sip:gw@x.net", 3));
	assert_non_null(add_partner(network, name, "sip:gw@x.net", 3));
	assert_non_null(add_partner(network, "third.example", "gw", 3));
	assert_non_null(add_partner(network, "third.example", "sip:gw@x.net", -1));
	mclmr_network_free(network);
}

/* Our host is that of our PSIs; none without them. */
static void test_host(void **state)
{
	mclmr_network_t *empty = mclmr_network_new(&allocator);
	mclmr_network_t *network = sample_network();

	(void)state;
	assert_text(mclmr_network_host(network), "mc.example.org");
	assert_int_equal(mclmr_network_host(empty).len, 0);
	mclmr_network_free(network);
	mclmr_network_free(empty);
}

static void test_empty_network(void **state)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);

	(void)state;
	assert_null(mclmr_network_kmf(network, key_of(KMF1)));
	assert_null(mclmr_network_kmf_at(network, 0));
	assert_false(mclmr_network_is_iwf(network, key_of(IWF1)));
	assert_int_equal(
			mclmr_network_roles(network, key_of(ORIG), MCLMR_SERVICE_NONE), 0);
	assert_null(mclmr_network_partner(network, MCLMR_SPAN("example.org")));
	mclmr_network_free(network);
	mclmr_network_free(NULL);
}

/* Whichever allocation fails, the row is refused and the network is as it was:
 * the same row goes in afterwards. */
static void test_no_memory(void **state)
{
	bool failed = true;
	int n;

	(void)state;
	heap.fail_at = 1;
	assert_null(mclmr_network_new(&allocator));
	for(n = 1; failed; n++) {
		mclmr_network_t *network = mclmr_network_new(&allocator);
		int step;

		failed = false;
		heap.fail_at = (size_t)n;
		for(step = 0; step < SAMPLE_STEPS; step++) {
			if(sample_step(network, step) == NULL)
				continue;
			assert_false(failed);
			failed = true;
			assert_null(sample_step(network, step));
		}
		heap.fail_at = 0;
		assert_int_equal(mclmr_network_kmf_at(network, 0)->aliases, 1);
		assert_int_equal(mclmr_network_kmf_at(network, 0)->psis, 1);
		assert_null(mclmr_network_kmf_at(network, 2));
		mclmr_network_free(network);
	}
	assert_true(n > SAMPLE_STEPS);
}

/* The sets of KMFs and partners in their order, each once. */
static void test_peer_sets(void **state)
{
	mclmr_network_t *network = sample_network();
	mclmr_network_t *none = mclmr_network_new(&allocator);

	(void)state;
	assert_null(add_partner(network, "a.example", "sip:a@a.example", 9));
	assert_null(add_partner(network, "b.example", "sip:b@b.example", 5));
	assert_int_equal(mclmr_network_peer_set(network, 0), 1);
	assert_int_equal(mclmr_network_peer_set(network, 1), 2);
	assert_int_equal(mclmr_network_peer_set(network, 2), 5);
	assert_int_equal(mclmr_network_peer_set(network, 5), 9);
	assert_int_equal(mclmr_network_peer_set(network, 9), 0);
	assert_int_equal(mclmr_network_peer_set(none, 0), 0);
	mclmr_network_free(network);
	mclmr_network_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_kmf_by_uri_and_alias),
			cmocka_unit_test(test_kmf_facts_and_order),
			cmocka_unit_test(test_psis_are_shared),
			cmocka_unit_test(test_bad_kmf_rows),
			cmocka_unit_test(test_bad_alias_and_psi_rows),
			cmocka_unit_test(test_limits_of_one_kmf),
			cmocka_unit_test(test_limit_of_rows),
			cmocka_unit_test(test_limit_of_aliases_and_psis),
			cmocka_unit_test(test_roles),
			cmocka_unit_test(test_peers),
			cmocka_unit_test(test_peer_at),
			cmocka_unit_test(test_hostile_sources),
			cmocka_unit_test(test_bad_peer_rows),
			cmocka_unit_test(test_partners),
			cmocka_unit_test(test_host),
			cmocka_unit_test(test_empty_network),
			cmocka_unit_test(test_peer_sets),
			cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, heap_tear_down);
}
