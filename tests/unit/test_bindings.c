/* SPDX-License-Identifier: GPL-2.0-or-later */

/* bindings: what an IMS core registers and clients bind is found while it
 * lasts, by each name, and nothing of it is left after. */
#include <stdio.h>
#include <stdlib.h>

#include "mclmr/binding/bindings.h"
#include "heap.h"
#include "spans.h"

#define NOW 1700000000
#define PTT MCLMR_SERVICE_MCPTT
#define SCSCF "sip:127.0.0.5:5060"
#define ALICE "sip:alice@ims.example.org"
#define ALICE_TEL "tel:+15550001"
#define BOB "sip:bob@ims.example.org"
#define ID "sip:alice@mc.example.org"
#define OTHER_ID "sip:bob@mc.example.org"

static mclmr_bindings_t *store;

static int begin(void **state)
{
	(void)state;
	heap_refill();
	store = mclmr_bindings_new(&allocator, NOW);
	assert_non_null(store);
	return 0;
}

static int end(void **state)
{
	(void)state;
	mclmr_bindings_free(store);
	assert_int_equal(heap.blocks, 0);
	return 0;
}

/* Registers a list of identities, blanks between, at NOW. */
static bool registers(const char *uris, const char *scscf, int64_t seconds)
{
	mclmr_span_t list = mclmr_span(uris);
	mclmr_implicit_set_t set = {0};
	const mclmr_registration_row_t row = {
			.set = &set, .scscf = mclmr_span(scscf), .expires = NOW + seconds};

	while(list.len > 0)
		set.key[set.n++] = mclmr_span_cut(&list, ' ');
	return mclmr_bindings_register(store, &row, NOW);
}

static mclmr_binding_fate_t bind_with(const char *impu, const char *id,
		const char *client, mclmr_rebind_t rebind)
{
	const mclmr_binding_t row = {.service = MCLMR_SERVICE_MCPTT,
			.mc_key = mclmr_span(id),
			.client_id = mclmr_span(client),
			.expires = INT64_MAX};

	return mclmr_bindings_bind(store, mclmr_span(impu), &row, rebind, NOW);
}

static mclmr_binding_fate_t bind_row(const char *impu, mclmr_service_t service,
		const char *id, const char *client, mclmr_binding_origin_t origin,
		int64_t seconds)
{
	const mclmr_binding_t row = {.service = service,
			.origin = origin,
			.mc_key = mclmr_span(id),
			.client_id = mclmr_span(client),
			.expires = NOW + seconds};

	return mclmr_bindings_bind(
			store, mclmr_span(impu), &row, MCLMR_REBIND_ADD, NOW);
}

static const mclmr_registration_t *find(const char *uri, int64_t seconds)
{
	return mclmr_bindings_find(store, mclmr_span(uri), NOW + seconds);
}

static bool is_bound(const char *uri, const char *id, int64_t seconds)
{
	const mclmr_registration_t *found = find(uri, seconds);

	return found != NULL
		   && mclmr_registration_binds(
				   found, MCLMR_SERVICE_MCPTT, mclmr_span(id), NOW + seconds);
}

static void assert_counts(size_t registrations, size_t bindings)
{
	mclmr_bindings_counts_t counts = mclmr_bindings_count(store);

	assert_int_equal(counts.registrations, registrations);
	assert_int_equal(counts.bindings, bindings);
}

/* Of several registrations the one that lasts longest, while the binding does. */
static void test_find_id(void **state)
{
	const mclmr_span_t id = MCLMR_SPAN(ID);

	(void)state;
	assert_true(registers(ALICE, SCSCF, 500));
	assert_true(registers(BOB, SCSCF, 720));
	assert_null(mclmr_bindings_find_id(store, PTT, id, NOW));
	(void)bind_row(ALICE, PTT, ID, "a", MCLMR_BOUND_BY_REGISTER, 500);
	(void)bind_row(BOB, PTT, ID, "b", MCLMR_BOUND_BY_REGISTER, 400);
	(void)bind_row(BOB, PTT, OTHER_ID, "c", MCLMR_BOUND_BY_REGISTER, 600);
	assert_ptr_equal(
			mclmr_bindings_find_id(store, PTT, id, NOW + 399), find(BOB, 0));
	assert_ptr_equal(
			mclmr_bindings_find_id(store, PTT, id, NOW + 400), find(ALICE, 0));
	assert_null(mclmr_bindings_find_id(store, PTT, id, NOW + 500));
	assert_null(mclmr_bindings_find_id(store, MCLMR_SERVICE_MCDATA, id, NOW));
}

static void test_registered(void **state)
{
	const mclmr_registration_t *found;

	(void)state;
	assert_null(find(ALICE, 0));
	assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 720));
	found = find(ALICE_TEL, 719);
	assert_non_null(found);
	assert_ptr_equal(find(ALICE, 719), found);
	assert_null(find(ALICE, 720));
	assert_null(find(BOB, 0));
	assert_int_equal(found->n, 2);
	assert_text(found->key[0], ALICE);
	assert_text(found->key[1], ALICE_TEL);
	assert_text(found->scscf, SCSCF);
	assert_int_equal(found->expires, NOW + 720);
	assert_null(found->binding);
	assert_counts(1, 0);
}

/* Whatever a refresh says, bindings stay; what it does not say any more goes. */
static void test_refresh(void **state)
{
	static const struct
	{
		const char *uris, *scscf;
		bool tel;
	} cases[] = {
			{ALICE " " ALICE_TEL, SCSCF, true},
			{ALICE_TEL " " ALICE, SCSCF, true},
			{ALICE " " ALICE_TEL, "sip:127.0.0.15", true},
			{ALICE, SCSCF, false},
			{ALICE " " ALICE_TEL " tel:+1", SCSCF, true},
	};

	for(size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 100));
		assert_int_equal(
				bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
		assert_true(registers(cases[i].uris, cases[i].scscf, 200));
		assert_true(is_bound(ALICE, ID, 199));
		assert_int_equal(find(ALICE_TEL, 199) != NULL, cases[i].tel);
		assert_text(find(ALICE, 0)->scscf, cases[i].scscf);
		assert_counts(1, 1);
		assert_true(registers(BOB, SCSCF, 100));
		assert_int_equal(bind_with(BOB, ID, "b", MCLMR_REBIND_REFUSE),
				MCLMR_BINDING_TAKEN);
		assert_int_equal(mclmr_bindings_expire(store, NOW + 200, 9), 2);
		assert_counts(0, 0);
		if(i + 1 < COUNT(cases))
			end(state);
	}
}

/* What was bound in a registration that has ended is not in the next one. */
static void test_ended_is_forgotten(void **state)
{
	(void)state;
	assert_true(registers(ALICE, SCSCF, 0));
	assert_int_equal(bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD),
			MCLMR_BINDING_UNREGISTERED);
	assert_true(registers(ALICE, SCSCF, 1));
	assert_int_equal(bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_true(mclmr_bindings_end(store, mclmr_span(ALICE), NOW, NOW));
	assert_counts(0, 0);
	assert_false(mclmr_bindings_end(store, mclmr_span(ALICE), NOW, NOW));
	assert_true(registers(ALICE, SCSCF, 100));
	assert_false(is_bound(ALICE, ID, 0));
}

/* An identity is in one set: the newer one has it. */
static void test_overlap(void **state)
{
	(void)state;
	assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 100));
	assert_int_equal(bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_true(registers(BOB " " ALICE_TEL, SCSCF, 100));
	assert_null(find(ALICE, 0));
	assert_text(find(ALICE_TEL, 0)->key[0], BOB);
	assert_false(is_bound(ALICE_TEL, ID, 0));
	assert_counts(1, 0);
}

static void test_end(void **state)
{
	static const struct
	{
		int64_t when, lasts; /* seconds from NOW */
	} cases[] = {{0, 0}, {-5, 0}, {1, 1}, {60, 60}, {100, 100}, {500, 100}};

	for(size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 100));
		assert_true(mclmr_bindings_end(
				store, mclmr_span(ALICE_TEL), NOW + cases[i].when, NOW));
		assert_int_equal(
				find(ALICE, cases[i].lasts - 1) != NULL, cases[i].lasts > 0);
		assert_null(find(ALICE, cases[i].lasts));
		(void)mclmr_bindings_expire(store, NOW + cases[i].lasts, 9);
		assert_counts(0, 0);
		assert_true(registers(ALICE, SCSCF, 300));
		assert_non_null(find(ALICE, 299));
		if(i + 1 < COUNT(cases))
			end(state);
	}
}

static bool unbind(const char *impu, mclmr_service_t service,
		const char *client, mclmr_binding_origin_t origin)
{
	const mclmr_binding_t row = {.service = service,
			.origin = origin,
			.client_id = mclmr_span(client)};

	return mclmr_bindings_unbind(store, mclmr_span(impu), &row);
}

/* A client has one ID of each service and origin. */
static void test_clients(void **state)
{
	(void)state;
	assert_true(registers(ALICE, SCSCF, 100));
	assert_int_equal(bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_int_equal(
			bind_with(ALICE, OTHER_ID, "b", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_counts(1, 2);
	assert_int_equal(
			bind_with(ALICE, OTHER_ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_counts(1, 2);
	assert_false(is_bound(ALICE, ID, 0));
	assert_int_equal(bind_row(ALICE, MCLMR_SERVICE_MCDATA, ID, "a",
							 MCLMR_BOUND_BY_REGISTER, 50),
			MCLMR_BOUND);
	assert_int_equal(bind_row(ALICE, MCLMR_SERVICE_MCPTT, ID, "c",
							 MCLMR_BOUND_BY_PUBLISH, 50),
			MCLMR_BOUND);
	assert_counts(1, 4);
	assert_true(is_bound(ALICE, ID, 49));
	assert_false(is_bound(ALICE, ID, 50));
	assert_false(mclmr_registration_binds(
			find(ALICE, 0), MCLMR_SERVICE_MCVIDEO, mclmr_span(ID), NOW));
	assert_int_equal(bind_with(BOB, ID, "a", MCLMR_REBIND_ADD),
			MCLMR_BINDING_UNREGISTERED);
}

/* A client is one user of a service: the one that it has proven to be last, by
 * whatever origin. */
static void test_next_user(void **state)
{
	(void)state;
	assert_true(registers(ALICE, SCSCF, 100));
	(void)bind_row(ALICE, PTT, ID, "a", MCLMR_BOUND_BY_REGISTER, 50);
	(void)bind_row(ALICE, PTT, "", "a", MCLMR_BOUND_BY_PUBLISH, 50);
	(void)bind_row(ALICE, PTT, ID, "a", MCLMR_BOUND_BY_PUBLISH, 50);
	assert_counts(1, 2);
	assert_int_equal(
			bind_row(ALICE, PTT, OTHER_ID, "A", MCLMR_BOUND_BY_PUBLISH, 50),
			MCLMR_BOUND);
	assert_false(is_bound(ALICE, ID, 0));
	assert_true(is_bound(ALICE, OTHER_ID, 0));
	assert_counts(1, 1);
	assert_int_equal(bind_row(ALICE, PTT, ID, "a", MCLMR_BOUND_BY_REGISTER, 50),
			MCLMR_BOUND);
	assert_false(is_bound(ALICE, OTHER_ID, 0));
	assert_counts(1, 1);
	/* Other clients, other services, and who does not say which it is. */
	(void)bind_row(ALICE, PTT, OTHER_ID, "b", MCLMR_BOUND_BY_PUBLISH, 50);
	(void)bind_row(ALICE, MCLMR_SERVICE_MCDATA, OTHER_ID, "a",
			MCLMR_BOUND_BY_PUBLISH, 50);
	(void)bind_row(ALICE, PTT, ID, "", MCLMR_BOUND_BY_REGISTER, 50);
	(void)bind_row(ALICE, PTT, OTHER_ID, "", MCLMR_BOUND_BY_PUBLISH, 50);
	assert_counts(1, 5);
	/* Settings alone are no user's. */
	(void)bind_row(ALICE, PTT, "", "a", MCLMR_BOUND_BY_PUBLISH, 50);
	(void)bind_row(ALICE, PTT, OTHER_ID, "a", MCLMR_BOUND_BY_REGISTER, 50);
	assert_counts(1, 5);
	assert_true(unbind(ALICE, PTT, "a", MCLMR_BOUND_BY_PUBLISH));
}

static void test_limit(void **state)
{
	char client[12];

	(void)state;
	assert_true(registers(ALICE, SCSCF, 100));
	for(int i = 0; i < MCLMR_MAX_BINDINGS; i++) {
		snprintf(client, sizeof(client), "%d", i);
		assert_int_equal(bind_row(ALICE, MCLMR_SERVICE_MCPTT, ID, client,
								 MCLMR_BOUND_BY_PUBLISH, i == 3 ? 0 : 50),
				MCLMR_BOUND);
	}
	/* One has ended at once, and makes room. */
	assert_int_equal(bind_with(ALICE, ID, "x", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_int_equal(bind_with(ALICE, OTHER_ID, "y", MCLMR_REBIND_ADD),
			MCLMR_BINDING_LIMIT);
	assert_int_equal(
			bind_with(ALICE, OTHER_ID, "x", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_int_equal(
			bind_with(ALICE, ID, "y", MCLMR_REBIND_ADD), MCLMR_BINDING_LIMIT);
	assert_counts(1, MCLMR_MAX_BINDINGS);
}

/* Clients that are gone do not keep their user from having another one. */
static void test_oldest_client(void **state)
{
	static const char *const clients[] = {"a", "b", "c", "d"};
	char client[12];

	(void)state;
	assert_true(registers(ALICE, SCSCF, 100));
	for(size_t i = 0; i < 3; i++)
		(void)bind_with(ALICE, ID, clients[i], MCLMR_REBIND_ADD);
	(void)bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD);
	for(int i = 3; i < MCLMR_MAX_BINDINGS; i++) {
		snprintf(client, sizeof(client), "%d", i);
		(void)bind_row(ALICE, PTT, ID, client, MCLMR_BOUND_BY_PUBLISH, 50);
	}
	assert_int_equal(bind_row(ALICE, PTT, "", "d", MCLMR_BOUND_BY_PUBLISH, 50),
			MCLMR_BINDING_LIMIT);
	assert_int_equal(bind_row(ALICE, PTT, ID, "d", MCLMR_BOUND_BY_PUBLISH, 50),
			MCLMR_BOUND);
	assert_counts(1, MCLMR_MAX_BINDINGS);
	for(size_t i = 0; i < COUNT(clients); i++)
		assert_int_equal(unbind(ALICE, PTT, clients[i],
								 i == 3 ? MCLMR_BOUND_BY_PUBLISH
										: MCLMR_BOUND_BY_REGISTER),
				i != 1);
}

static void test_rebind(void **state)
{
	static const struct
	{
		mclmr_rebind_t rebind;
		mclmr_binding_fate_t fate;
		bool first, second;
	} cases[] = {
			{MCLMR_REBIND_ADD, MCLMR_BOUND, true, true},
			{MCLMR_REBIND_REPLACE, MCLMR_BOUND, false, true},
			{MCLMR_REBIND_REFUSE, MCLMR_BINDING_TAKEN, true, false},
	};

	for(size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		assert_true(registers(ALICE, SCSCF, 100));
		assert_true(registers(BOB, SCSCF, 100));
		for(int client = 0; client < 2; client++)
			assert_int_equal(
					bind_with(ALICE, ID, client ? "a" : "b", cases[i].rebind),
					MCLMR_BOUND);
		assert_int_equal(bind_row(ALICE, MCLMR_SERVICE_MCDATA, ID, "a",
								 MCLMR_BOUND_BY_REGISTER, 100),
				MCLMR_BOUND);
		assert_int_equal(
				bind_with(BOB, ID, "c", cases[i].rebind), cases[i].fate);
		assert_int_equal(is_bound(ALICE, ID, 0), cases[i].first);
		assert_int_equal(is_bound(BOB, ID, 0), cases[i].second);
		/* Of another service it is another ID. */
		assert_true(mclmr_registration_binds(
				find(ALICE, 0), MCLMR_SERVICE_MCDATA, mclmr_span(ID), NOW));
		if(i + 1 < COUNT(cases))
			end(state);
	}
}

/* What has ended is in no one's way. */
static void test_rebind_after_end(void **state)
{
	(void)state;
	assert_true(registers(ALICE, SCSCF, 100));
	assert_true(registers(BOB, SCSCF, 100));
	assert_int_equal(bind_row(ALICE, MCLMR_SERVICE_MCPTT, ID, "a",
							 MCLMR_BOUND_BY_PUBLISH, 0),
			MCLMR_BOUND);
	assert_int_equal(bind_with(BOB, ID, "b", MCLMR_REBIND_REFUSE), MCLMR_BOUND);
	assert_true(registers(BOB, SCSCF, 0));
	assert_int_equal(
			bind_with(ALICE, ID, "a", MCLMR_REBIND_REFUSE), MCLMR_BOUND);
}

/* One client, one service, one origin. */
static void test_unbind(void **state)
{
	(void)state;
	assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 100));
	assert_int_equal(bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
	for(int i = 0; i < 3; i++)
		assert_int_equal(
				bind_row(ALICE,
						i == 1 ? MCLMR_SERVICE_MCDATA : MCLMR_SERVICE_MCPTT,
						i == 2 ? OTHER_ID : ID, i == 2 ? "b" : "a",
						MCLMR_BOUND_BY_PUBLISH, 9),
				MCLMR_BOUND);
	assert_true(unbind(
			ALICE_TEL, MCLMR_SERVICE_MCPTT, "a", MCLMR_BOUND_BY_PUBLISH));
	assert_true(is_bound(ALICE, ID, 0));
	assert_true(is_bound(ALICE, OTHER_ID, 0)); /* b's */
	assert_counts(1, 3);
	assert_false(
			unbind(ALICE, MCLMR_SERVICE_MCPTT, "a", MCLMR_BOUND_BY_PUBLISH));
	assert_false(unbind(BOB, MCLMR_SERVICE_MCPTT, "b", MCLMR_BOUND_BY_PUBLISH));
	assert_true(
			unbind(ALICE, MCLMR_SERVICE_MCPTT, "b", MCLMR_BOUND_BY_PUBLISH));
	assert_false(is_bound(ALICE, OTHER_ID, 0));
	assert_counts(1, 2);
}

static mclmr_binding_fate_t publish(const char *id, const char *client,
		const char *etag, int64_t seconds, int64_t latest)
{
	const mclmr_binding_t row = {.service = MCLMR_SERVICE_MCPTT,
			.origin = MCLMR_BOUND_BY_PUBLISH,
			.mc_key = mclmr_span(id),
			.client_id = mclmr_span(client),
			.etag = mclmr_span(etag),
			.expires = NOW + seconds,
			.latest = latest > 0 ? NOW + latest : 0};

	return mclmr_bindings_bind(
			store, mclmr_span(ALICE), &row, MCLMR_REBIND_REFUSE, NOW);
}

static const mclmr_binding_t *published(const char *etag, int64_t seconds)
{
	return mclmr_registration_published(
			find(ALICE_TEL, 0), mclmr_span(etag), NOW + seconds);
}

/* A publication is found by its entity-tag, also without an ID; a new one takes
 * its place, and keeps the ID. */
static void test_published(void **state)
{
	(void)state;
	assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 720));
	assert_int_equal(publish("", "a", "1", 60, 0), MCLMR_BOUND);
	assert_int_equal(publish("", "b", "2", 60, 0), MCLMR_BOUND);
	assert_counts(1, 0);
	assert_int_equal(published("1", 59)->mc_key.len, 0);
	assert_false(mclmr_registration_has_id(find(ALICE, 0), NOW));
	assert_text(published("2", 0)->client_id, "b");
	assert_null(published("", 0));
	assert_null(published("1", 60));
	assert_null(published("3", 0));
	assert_int_equal(publish(ID, "a", "3", 60, 0), MCLMR_BOUND);
	assert_null(published("1", 0));
	assert_counts(1, 1);
	assert_true(mclmr_registration_has_id(find(ALICE, 0), NOW + 59));
	assert_false(mclmr_registration_has_id(find(ALICE, 0), NOW + 60));
	assert_int_equal(publish("", "a", "4", 90, 0), MCLMR_BOUND);
	assert_null(published("3", 0));
	assert_text(published("4", 89)->mc_key, ID);
	assert_true(is_bound(ALICE, ID, 89));
	assert_counts(1, 1);
	assert_true(
			unbind(ALICE, MCLMR_SERVICE_MCPTT, "b", MCLMR_BOUND_BY_PUBLISH));
	assert_null(published("2", 0));
	assert_int_equal(publish(ID, "a", "", 90, 0), MCLMR_BOUND);
	assert_null(published("", 0));
}

/* What is prolonged ends with its proof; an ID that is bound elsewhere is no
 * hindrance, since it is kept. */
static void test_latest(void **state)
{
	(void)state;
	assert_true(registers(ALICE " " ALICE_TEL, SCSCF, 720));
	assert_true(registers(BOB, SCSCF, 720));
	assert_int_equal(publish(ID, "a", "1", 200, 100), MCLMR_BOUND);
	assert_int_equal(published("1", 0)->expires, NOW + 100);
	assert_int_equal(bind_row(BOB, MCLMR_SERVICE_MCPTT, ID, "b",
							 MCLMR_BOUND_BY_REGISTER, 500),
			MCLMR_BOUND);
	assert_int_equal(publish(ID, "a", "2", 50, 100), MCLMR_BINDING_TAKEN);
	assert_int_equal(publish("", "a", "2", 50, 0), MCLMR_BOUND);
	assert_int_equal(published("2", 0)->expires, NOW + 50);
	assert_int_equal(publish("", "a", "3", 300, 0), MCLMR_BOUND);
	assert_int_equal(published("3", 0)->expires, NOW + 100);
	assert_int_equal(publish("", "c", "4", 300, 0), MCLMR_BOUND);
	assert_int_equal(published("4", 0)->expires, NOW + 300);
	assert_int_equal(mclmr_bindings_expire(store, NOW + 100, 10), 1);
	assert_null(published("3", 0));
	assert_non_null(published("4", 0));
}

static void test_expire(void **state)
{
	(void)state;
	assert_true(registers(ALICE, SCSCF, 100));
	assert_int_equal(bind_with(ALICE, ID, "a", MCLMR_REBIND_ADD), MCLMR_BOUND);
	assert_int_equal(bind_row(ALICE, MCLMR_SERVICE_MCPTT, OTHER_ID, "b",
							 MCLMR_BOUND_BY_PUBLISH, 10),
			MCLMR_BOUND);
	assert_int_equal(mclmr_bindings_expire(store, NOW + 9, 9), 0);
	assert_int_equal(mclmr_bindings_expire(store, NOW + 10, 9), 1);
	assert_counts(1, 1);
	assert_true(registers(ALICE, SCSCF, 200));
	assert_int_equal(mclmr_bindings_expire(store, NOW + 199, 9), 0);
	assert_int_equal(mclmr_bindings_expire(store, NOW + 200, 9), 1);
	assert_counts(0, 0);
}

#define MANY 3000

/* How often each of many was told of. */
static int told[MANY];
static size_t pages, most_of_page;

static bool tell_of(void *data, const mclmr_registration_t *registration)
{
	size_t *n = data;
	int i = -1;

	if(sscanf(registration->key[0].s, "sip:%d@", &i) == 1 && i >= 0 && i < MANY)
		told[i]++;
	return ++*n < 10;
}

static bool registers_number(int i, int64_t seconds)
{
	char uris[80];

	snprintf(uris, sizeof(uris),
			"sip:%d@ims.example.org tel:%d sip:+%d@ims.example.org", i, i, i);
	return registers(uris, SCSCF, seconds);
}

/* A walk tells of all that are there, once if the store is as it was, in
 * pages; the store may grow in between, and any of them may go. */
static void test_walk(void **state)
{
	size_t place = 0;

	(void)state;
	pages = most_of_page = 0;
	memset(told, 0, sizeof(told));
	for(int grown = 0; grown < 2; grown++) {
		int first = grown ? MANY / 10 : 0;

		memset(told, 0, sizeof(told));
		for(int i = first / 2; i < MANY / 10; i++)
			assert_true(registers_number(i, 100));
		pages = 0;
		do {
			size_t n = 0;

			place = mclmr_bindings_walk(store, place, 64, tell_of, &n);
			most_of_page = n > most_of_page ? n : most_of_page;
			for(int i = 0; grown && i < 40 && first < MANY; i++)
				assert_true(registers_number(first++, 100));
			if(grown && pages < 20)
				assert_true(mclmr_bindings_end(store,
									mclmr_span(pages % 2 ? "tel:7" : "tel:8"),
									NOW, NOW)
							== (pages < 2));
			pages++;
		} while(place != 0);
		assert_true(pages > 20 && most_of_page < 30);
		for(int i = 0; i < MANY / 10; i++) {
			bool gone = grown && (i == 7 || i == 8);

			assert_true(told[i] <= 1 + grown && (gone || told[i] >= 1));
		}
	}
	assert_counts(MANY - 2, 0);
}

/* A walk over nothing ends, and looks at so much of the store and no more. */
static void test_walk_is_bounded(void **state)
{
	size_t n = 0, place = 0;

	(void)state;
	pages = 0;
	do {
		place = mclmr_bindings_walk(store, place, 100, tell_of, &n);
		pages++;
	} while(place != 0);
	assert_int_equal(pages, 11); /* of 1024 chains */
	assert_int_equal(n, 0);
	/* A place that never was one. */
	assert_int_equal(
			mclmr_bindings_walk(store, SIZE_MAX, 5000, tell_of, &n), 0);
}

/* Without memory nothing changes, at whatever piece it ends. */
static void test_memory(void **state)
{
	char long_id[3000];
	size_t refused = 0;

	(void)state;
	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	for(size_t i = 0; i < 8; i++) {
		mclmr_bindings_free(store);
		heap.left = i;
		store = mclmr_bindings_new(&allocator, NOW);
		if(store == NULL) {
			refused++;
			continue;
		}
		for(int n = 0; n < 200; n++) {
			if(!registers(ALICE, SCSCF, 100)) {
				assert_null(find(ALICE, 0));
				refused++;
				break;
			}
			snprintf(long_id, 12, "%011d", n);
			long_id[11] = 'x';
			if(!registers(long_id, "s", 100)) {
				assert_null(find(long_id, 0));
				assert_non_null(find(ALICE, 0));
				refused++;
				assert_int_equal(
						bind_with(ALICE, long_id, "a", MCLMR_REBIND_REPLACE),
						MCLMR_BINDING_NO_MEMORY);
				assert_null(find(ALICE, 0)->binding);
				break;
			}
		}
	}
	assert_true(refused >= 6);
	heap_refill();
}

#define PEOPLE 8
#define MODEL_BINDINGS 6

/* What a registration should be: person i has identities 2i and 2i + 1, the
 * second one if alias. */
static struct
{
	int64_t expires;
	bool alias;
	int64_t bound[MODEL_BINDINGS]; /* by client: until when */
	int id[MODEL_BINDINGS];
} model[PEOPLE];

static char *name(char *room, const char *what, int i)
{
	snprintf(room, 40, "sip:%s%d@ims.example.org", what, i);
	return room;
}

static void model_register(int person, bool alias, int64_t expires, int64_t now)
{
	char one[40], two[40];
	mclmr_implicit_set_t set = {.n = alias ? 2 : 1};
	const mclmr_registration_row_t row = {&set, MCLMR_SPAN(SCSCF), expires};

	set.key[0] = mclmr_span(name(one, "p", 2 * person));
	set.key[1] = mclmr_span(name(two, "p", 2 * person + 1));
	assert_true(mclmr_bindings_register(store, &row, now));
	if(model[person].expires <= now)
		memset(&model[person], 0, sizeof(model[person]));
	model[person].expires = expires;
	model[person].alias = alias;
}

static void model_bind(int person, int client, int id, int64_t expires,
		mclmr_rebind_t rebind, int64_t now)
{
	char impu[40], mc_id[40], word[2] = {(char)('a' + client), '\0'};
	const mclmr_binding_t row = {.service = MCLMR_SERVICE_MCPTT,
			.mc_key = mclmr_span(name(mc_id, "id", id)),
			.client_id = mclmr_span(word),
			.expires = expires};
	mclmr_binding_fate_t fate = MCLMR_BOUND;

	if(model[person].expires <= now)
		fate = MCLMR_BINDING_UNREGISTERED;
	for(int p = 0; p < PEOPLE && fate == MCLMR_BOUND; p++) {
		for(int c = 0; c < MODEL_BINDINGS; c++) {
			if(p == person || model[p].expires <= now
					|| model[p].bound[c] <= now || model[p].id[c] != id)
				continue;
			if(rebind == MCLMR_REBIND_REFUSE)
				fate = MCLMR_BINDING_TAKEN;
			else if(rebind == MCLMR_REBIND_REPLACE)
				model[p].bound[c] = 0;
		}
	}
	if(fate == MCLMR_BOUND) {
		model[person].bound[client] = expires;
		model[person].id[client] = id;
	}
	assert_int_equal(
			mclmr_bindings_bind(store, mclmr_span(name(impu, "p", 2 * person)),
					&row, rebind, now),
			fate);
}

static void model_compare(int64_t now)
{
	char room[40];

	for(int i = 0; i < 2 * PEOPLE; i++) {
		bool there = model[i / 2].expires > now
					 && (i % 2 == 0 || model[i / 2].alias);
		const mclmr_registration_t *found =
				mclmr_bindings_find(store, mclmr_span(name(room, "p", i)), now);

		assert_int_equal(found != NULL, there);
		for(int id = 0; id < 4 && there; id++) {
			bool bound = false;

			for(int c = 0; c < MODEL_BINDINGS; c++)
				bound = bound
						|| (model[i / 2].id[c] == id
								&& model[i / 2].bound[c] > now);
			assert_int_equal(
					mclmr_registration_binds(found, MCLMR_SERVICE_MCPTT,
							mclmr_span(name(room, "id", id)), now),
					bound);
		}
	}
}

static void test_random(void **state)
{
	int64_t now = NOW;

	(void)state;
	memset(model, 0, sizeof(model));
	srand(3);
	for(int step = 0; step < 20000; step++) {
		int person = rand() % PEOPLE;
		char impu[40];

		switch(rand() % 6) {
			case 0:
			case 1:
				model_register(person, rand() % 2, now + 1 + rand() % 20, now);
				break;
			case 2:
			case 3:
				model_bind(person, rand() % MODEL_BINDINGS, rand() % 4,
						now + 1 + rand() % 15, (mclmr_rebind_t)(rand() % 3),
						now);
				break;
			case 4:
				if(mclmr_bindings_end(store,
						   mclmr_span(name(impu, "p", 2 * person)), now + 2,
						   now)
						&& model[person].expires > now + 2)
					model[person].expires = now + 2;
				break;
			default:
				now += rand() % 3;
				(void)mclmr_bindings_expire(store, now, 1 + rand() % 9);
		}
		model_compare(now);
	}
	(void)mclmr_bindings_expire(store, now + 100, 1000);
	assert_counts(0, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(test_registered),
			TEST(test_find_id),
			cmocka_unit_test_teardown(test_refresh, end),
			TEST(test_ended_is_forgotten),
			TEST(test_overlap),
			cmocka_unit_test_teardown(test_end, end),
			TEST(test_clients),
			TEST(test_next_user),
			TEST(test_limit),
			TEST(test_oldest_client),
			cmocka_unit_test_teardown(test_rebind, end),
			TEST(test_rebind_after_end),
			TEST(test_unbind),
			TEST(test_published),
			TEST(test_latest),
			TEST(test_expire),
			TEST(test_walk),
			TEST(test_walk_is_bounded),
			TEST(test_memory),
			TEST(test_random),
	};

	return cmocka_run_group_tests_name("bindings", tests, NULL, NULL);
}
