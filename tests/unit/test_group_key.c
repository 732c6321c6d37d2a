/* SPDX-License-Identifier: GPL-2.0-or-later */

/* group_key: one key for all members of a group. */
#include <string.h>

#include "mclmr/keys/group_key.h"
#include "mclmr/keys/mikey_open.h"
#include "lab.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

#define PERIOD 1000
#define NTP 3900000500U /* in the middle of a period */
#define CS 4			/* speech of a group in MCPTT */

static lab_t lab;
static mclmr_kms_server_t server;
static mclmr_keyring_t *ring;

/* An order from the IWF to a user. */
static mclmr_mikey_order_t order_to(const char *to)
{
	mclmr_mikey_order_t order = {
			.to = mclmr_span(to), .timestamp = (uint64_t)NTP << 32};

	assert_null(
			mclmr_mikey_find_parties(&order, ring, S("sip:iwf@a"), S("kms.a")));
	return order;
}

/* A member, and the message that it got. */
typedef struct member
{
	const char *user;
	mclmr_mikey_t message;
	mclmr_mikey_opened_t opened;
	char memory[4096];
} member_t;

/* Makes and opens the message of a member. */
static void join(member_t *member, const mclmr_group_key_t *group)
{
	mclmr_mikey_wish_t any = {.max_skew = MCLMR_MIKEY_MAX_SKEW};
	mclmr_mikey_order_t order = order_to(member->user);
	mclmr_arena_t arena = mclmr_arena(member->memory, sizeof(member->memory));
	mclmr_mikey_draft_t draft;
	mclmr_span_t octets;

	assert_null(mclmr_group_key_begin(group, ring, &order, &draft));
	assert_int_equal(mclmr_sakke_encapsulate_many(
							 mclmr_keyring_sakke(ring), &draft.job, 1),
			MCLMR_CRYPTO_OK);
	assert_null(mclmr_mikey_finish(ring, &draft, S(""), &arena, &octets));
	assert_null(mclmr_mikey_read(octets, &member->message));
	assert_int_equal(
			mclmr_mikey_open(&member->message, ring, &any, &member->opened),
			MCLMR_MIKEY_GENUINE);
}

/* The keys that a talker sends with, as a listener derives them. */
static mclmr_srtp_keys_t derive(const member_t *listener, const char *talker)
{
	const uint8_t *gmk = listener->opened.key;
	mclmr_srtp_keys_t keys;
	uint32_t gmk_id;
	uint32_t guk_id;

	assert_true(mclmr_guk_id(gmk, listener->message.csb_id,
			mclmr_span(listener->user), &gmk_id));
	assert_true(mclmr_guk_id(gmk, gmk_id, mclmr_span(talker), &guk_id));
	assert_true(
			mclmr_srtp_keys(gmk, CS, guk_id, listener->message.rand, &keys));
	return keys;
}

/* Each member derives the keys of all, which differ from member to member. */
static void test_members(void **state)
{
	static member_t members[] = {
			{.user = "sip:alice@a"}, {.user = "sip:bob@a"}};
	mclmr_group_key_t group;
	mclmr_srtp_keys_t keys[2][2];

	(void)state;
	assert_true(mclmr_group_key_new(&group));
	for(size_t i = 0; i < 2; i++) {
		join(&members[i], &group);
		assert_memory_equal(members[i].opened.key, group.key, 16);
		assert_memory_equal(members[i].message.rand.s, group.rand, 16);
	}
	for(size_t i = 0; i < 4; i++)
		keys[i / 2][i % 2] = derive(&members[i / 2], members[i % 2].user);
	assert_memory_equal(keys[0], keys[1], sizeof(keys[0]));
	assert_memory_not_equal(&keys[0][0], &keys[0][1], sizeof(keys[0][0]));
}

/* A new one is fresh in all its parts, and the key of a group. */
static void test_new(void **state)
{
	mclmr_group_key_t group[2];

	(void)state;
	for(size_t i = 0; i < 2; i++) {
		assert_true(mclmr_group_key_new(&group[i]));
		assert_int_equal(mclmr_mikey_purpose(group[i].id), MCLMR_PURPOSE_GMK);
	}
	assert_memory_not_equal(group[0].key, group[1].key, 16);
	assert_memory_not_equal(group[0].rand, group[1].rand, 16);
	assert_int_not_equal(group[0].id, group[1].id);
}

/* No other key has a RAND that is given. */
static void test_of_a_group_only(void **state)
{
	static const uint32_t ids[] = {0x10112233, 0x20112233, 0xF0112233};
	mclmr_group_key_t group;

	(void)state;
	assert_true(mclmr_group_key_new(&group));
	for(size_t i = 0; i < COUNT(ids); i++) {
		mclmr_mikey_order_t order = order_to("sip:alice@a");
		mclmr_mikey_draft_t draft;

		group.id = ids[i];
		assert_string_equal(mclmr_group_key_begin(&group, ring, &order, &draft),
				"RAND is given for a key that is no GMK");
	}
}

/* Who sends, and whose server it is. */
static void test_parties(void **state)
{
	mclmr_mikey_order_t order = order_to("sip:alice@a");

	(void)state;
	assert_string_equal(
			mclmr_mikey_find_parties(&order, ring, S("sip:eve@a"), S("kms.a")),
			"there are no signing keys of the sender");
	assert_non_null(
			mclmr_mikey_find_parties(&order, ring, S("sip:iwf@a"), S("kms.b")));
	order.timestamp += (uint64_t)PERIOD << 32;
	assert_string_equal(
			mclmr_mikey_find_parties(&order, ring, S("sip:iwf@a"), S("kms.a")),
			"the sender has no signing keys of this key period");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_members),
			cmocka_unit_test(test_new),
			cmocka_unit_test(test_of_a_group_only),
			cmocka_unit_test(test_parties),
	};
	int failed;

	lab_open(&lab);
	lab_server(&lab, &server, "kms.a", (mclmr_key_period_t){PERIOD, 0});
	lab_user(&lab, &server, "sip:iwf@a", NTP / PERIOD, 1);
	lab_user(&lab, &server, "sip:alice@a", NTP / PERIOD, 1);
	lab_user(&lab, &server, "sip:bob@a", NTP / PERIOD, 1);
	ring = lab_ring(&lab, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mclmr_keyring_free(ring);
	mclmr_kms_server_clear(&server);
	lab_close(&lab);
	return failed;
}
