/* SPDX-License-Identifier: GPL-2.0-or-later */

/* route: the verdict on a decided route, by who is registered. */
#include <string.h>

#include "mclmr/decide/route.h"
#include "unit.h"

#define ALICE "sip:alice@mc.example.org"
#define BOB "sip:bob@mc.example.org"

/* What a registrar was asked, and whom it knows. */
typedef struct book
{
	const char *known;
	int asked;
} book_t;

static bool look_up(void *data, mclmr_span_t impu)
{
	book_t *book = data;

	book->asked++;
	return book->known && mclmr_span_equal(impu, mclmr_span(book->known));
}

static mclmr_span_t impu_of(const char *text)
{
	return text ? mclmr_span(text) : (mclmr_span_t){NULL, 0};
}

/* The verdicts, and how many questions they take. */
static void test_settle(void **state)
{
	static const struct
	{
		mclmr_status_t decided;
		const char *sender, *target, *known;
		mclmr_status_t status;
		int asked;
	} row[] = {
			{MCLMR_OK, NULL, NULL, NULL, MCLMR_OK, 0},
			{MCLMR_OK, ALICE, NULL, ALICE, MCLMR_OK, 1},
			{MCLMR_OK, ALICE, NULL, BOB, MCLMR_SENDER_UNREGISTERED, 1},
			{MCLMR_OK, NULL, BOB, BOB, MCLMR_OK, 1},
			{MCLMR_OK, NULL, BOB, NULL, MCLMR_TARGET_UNREGISTERED, 1},
			{MCLMR_OK, ALICE, BOB, ALICE, MCLMR_TARGET_UNREGISTERED, 2},
			{MCLMR_OK, ALICE, BOB, BOB, MCLMR_SENDER_UNREGISTERED, 1},
			{MCLMR_OK, "", NULL, NULL, MCLMR_SENDER_UNREGISTERED, 1},
			{MCLMR_OK, NULL, "", NULL, MCLMR_TARGET_UNREGISTERED, 1},
			{MCLMR_SEND_DENIED, ALICE, NULL, ALICE, MCLMR_SEND_DENIED, 1},
			{MCLMR_SEND_DENIED, ALICE, NULL, NULL, MCLMR_SENDER_UNREGISTERED,
					1},
			{MCLMR_INTERNAL, ALICE, BOB, ALICE, MCLMR_INTERNAL, 1},
			{MCLMR_WRONG_PSI, NULL, BOB, NULL, MCLMR_WRONG_PSI, 0},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		book_t book = {row[i].known, 0};
		const mclmr_registrar_t registrar = {look_up, &book, NULL};
		mclmr_route_t route = {.decided = row[i].decided,
				.registered_sender = impu_of(row[i].sender),
				.registered_target = impu_of(row[i].target)};

		assert_int_equal(mclmr_route_settle(&route, &registrar), row[i].status);
		assert_int_equal(route.status, row[i].status);
		assert_int_equal(book.asked, row[i].asked);
	}
}

/* As with an I-CSCF, there is a way to all but one. */
static bool is_not_alice(void *data, mclmr_span_t impu)
{
	(void)data;
	return !mclmr_span_equal(impu, mclmr_span(ALICE));
}

/* Who can be sent to is another question than who is registered. */
static void test_reachable(void **state)
{
	static const struct
	{
		const char *sender, *target;
		mclmr_status_t status;
	} row[] = {{NULL, BOB, MCLMR_OK}, {NULL, ALICE, MCLMR_TARGET_UNREGISTERED},
			{BOB, BOB, MCLMR_SENDER_UNREGISTERED},
			{NULL, "", MCLMR_TARGET_UNREGISTERED}};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		book_t book = {ALICE, 0};
		const mclmr_registrar_t registrar = {look_up, &book, is_not_alice};
		mclmr_route_t route = {.decided = MCLMR_OK,
				.registered_sender = impu_of(row[i].sender),
				.registered_target = impu_of(row[i].target)};

		assert_int_equal(mclmr_route_settle(&route, &registrar), row[i].status);
	}
}

/* Without a registrar whoever has to be registered is not; a later answer
 * counts all the same. */
static void test_settle_again(void **state)
{
	book_t book = {ALICE, 0};
	const mclmr_registrar_t registrar = {look_up, &book, NULL};
	mclmr_route_t route = {
			.decided = MCLMR_OK, .registered_sender = MCLMR_SPAN(ALICE)};

	(void)state;
	assert_int_equal(
			mclmr_route_settle(&route, NULL), MCLMR_SENDER_UNREGISTERED);
	assert_int_equal(mclmr_route_settle(&route, &registrar), MCLMR_OK);
}

/* An IMPU that is found later stands wherever that of the called would. */
static void test_set_impu(void **state)
{
	static const struct
	{
		const char *sender, *target, *request_uri; /* before */
		bool wanted;
		const char *impu, *uri; /* after */
	} row[] = {
			{NULL, "", NULL, true, BOB, NULL},
			{ALICE, "", "", true, ALICE, BOB},
			{NULL, "", "", true, BOB, BOB},
			{NULL, BOB, NULL, false, BOB, NULL},
			{ALICE, NULL, NULL, false, ALICE, NULL},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_route_t route = {.registered_sender = impu_of(row[i].sender),
				.registered_target = impu_of(row[i].target),
				.impu = impu_of(row[i].sender ? row[i].sender : row[i].target),
				.request_uri = impu_of(row[i].request_uri)};

		assert_int_equal(mclmr_route_wants_impu(&route), row[i].wanted);
		if(!row[i].wanted)
			continue;
		mclmr_route_set_impu(&route, MCLMR_SPAN(BOB));
		assert_false(mclmr_route_wants_impu(&route));
		assert_true(mclmr_span_equal(route.registered_target, MCLMR_SPAN(BOB)));
		assert_true(mclmr_span_equal(route.called_impu, MCLMR_SPAN(BOB)));
		assert_true(mclmr_span_equal(route.impu, mclmr_span(row[i].impu)));
		assert_true(mclmr_span_equal(route.request_uri, impu_of(row[i].uri)));
	}
}

/* The IMPU of a user is that of the row, else the other one. */
static void test_set_user(void **state)
{
	static const char *const impu[] = {ALICE, ""};
	static const char *const found[] = {ALICE, BOB};

	(void)state;
	for(size_t i = 0; i < COUNT(impu); i++) {
		char memory[256];
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		const mclmr_user_t user = {
				.row = {.mc_id = MCLMR_SPAN("sip:id@mc.example.org"),
						.impu = mclmr_span(impu[i])}};
		mclmr_route_t route = {0};

		assert_int_equal(
				mclmr_route_set_user(&route, &arena, &user, MCLMR_SPAN(BOB)),
				MCLMR_OK);
		assert_true(mclmr_span_equal(route.mc_id, user.row.mc_id));
		assert_true(mclmr_span_equal(route.impu, mclmr_span(found[i])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_settle),
			cmocka_unit_test(test_reachable),
			cmocka_unit_test(test_settle_again),
			cmocka_unit_test(test_set_impu),
			cmocka_unit_test(test_set_user),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
