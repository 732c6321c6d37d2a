/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mikey_make: messages made and read back. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/keys/mikey_make.h"
#include "mclmr/keys/mikey_open.h"
#include "lab.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

/* Two organisations with key periods of their own, an IWF and two users. */
#define PERIOD_A 1000
#define PERIOD_B 700
#define NTP 3900000500U /* in the middle of a period of A */
#define UNIX(ntp) ((int64_t)(ntp) - (int64_t)MCLMR_NTP_UNIX)

static lab_t lab;
static mclmr_kms_server_t server_a;
static mclmr_kms_server_t server_b;
static mclmr_keyring_t *ring;
static char memory[1 << 17];

static const mclmr_mikey_wish_t any = {.max_skew = MCLMR_MIKEY_MAX_SKEW};

/* An order from the IWF to a user. */
static mclmr_mikey_order_t order_to(
		const char *to, uint64_t ntp, uint32_t key_id)
{
	mclmr_mikey_order_t order = {
			.to = mclmr_span(to), .timestamp = ntp << 32, .key_id = key_id};
	const char *wrong = NULL;

	order.sender =
			mclmr_keyring_signer(ring, S("sip:iwf@a"), UNIX(ntp), &wrong);
	assert_null(wrong != NULL && order.sender == NULL ? wrong : NULL);
	order.issuer = mclmr_keyring_issuer_for(ring,
			strstr(to, "@b") != NULL ? S("kms.b") : S("kms.a"), order.to,
			UNIX(ntp), &wrong);
	assert_non_null(order.issuer);
	return order;
}

/* Makes a message; its key is in *draft. */
static mclmr_span_t make(const mclmr_mikey_order_t *order, const uint8_t *key,
		mclmr_mikey_draft_t *draft)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t octets;

	assert_null(mclmr_mikey_begin(ring, order, key, draft));
	assert_int_equal(mclmr_sakke_encapsulate_many(
							 mclmr_keyring_sakke(ring), &draft->job, 1),
			MCLMR_CRYPTO_OK);
	assert_null(mclmr_mikey_finish(ring, draft, S(""), &arena, &octets));
	return octets;
}

/* Opens a message with a ring. */
static mclmr_mikey_fault_t open_in(mclmr_keyring_t *with, mclmr_span_t octets,
		mclmr_mikey_opened_t *opened)
{
	static mclmr_mikey_t message;

	assert_null(mclmr_mikey_read(octets, &message));
	return mclmr_mikey_open(&message, with, &any, opened);
}

/* Every combination of what a message can have opens to the same key, over
 * the border of organisations too. */
static void test_round_trips(void **state)
{
	static const uint32_t ids[] = {0x00112233, 0x10112233, 0x20112233};
	static const uint8_t key[16] = KEY_16;
	static const char *const users[] = {"sip:alice@a", "sip:bob@b"};

	(void)state;
	for(unsigned i = 0; i < 3 * 2 * 2 * 2 * 2; i++) {
		uint32_t id = ids[i % 3];
		const char *user = users[i / 3 % 2];
		mclmr_mikey_order_t order = order_to(user, NTP, id);
		mclmr_key_parameters_t parameters = {.kind = (uint8_t)(id >> 28),
				.status = MCLMR_KEY_NOT_REVOKED,
				.text = S("text"),
				.groups = id >> 28 == 0 ? 2 : 0,
				.group = {S("sip:g1@a"), S("sip:g2@a")}};
		mclmr_mikey_draft_t draft;
		mclmr_mikey_opened_t opened;
		mclmr_mikey_t message;
		mclmr_mikey_session_t session;
		mclmr_span_t octets;

		order.hidden = i / 6 % 2;
		order.to_self = i / 12 % 2;
		if(i / 24 % 2) {
			order.sessions = mclmr_mikey_default_sessions(
					(mclmr_mikey_purpose_t)(id >> 28), order.session);
			order.has_policy = true;
			order.parameters = &parameters;
		}
		octets = make(&order, id >> 28 == 0 ? key : NULL, &draft);
		assert_int_equal(open_in(ring, octets, &opened), MCLMR_MIKEY_GENUINE);
		assert_memory_equal(opened.key, draft.job.ssv, 16);
		if(id >> 28 == 0)
			assert_memory_equal(opened.key, key, 16);
		assert_true(
				mclmr_span_equal(opened.holder->keys->user, mclmr_span(user)));
		assert_int_equal(opened.proof.confirmed, !order.hidden);
		assert_null(mclmr_mikey_read(octets, &message));
		assert_int_equal(message.csb_id == id, id >> 28 != 0);
		assert_int_equal(message.self.data.len > 0, order.to_self);
		assert_int_equal(message.policies, order.has_policy);
		if(order.sessions > 0) {
			mclmr_arena_t arena = mclmr_arena(memory + 65536, 65536);
			mclmr_key_parameters_t read;

			assert_true(mclmr_mikey_session(&message, 0, &session));
			assert_int_equal(session.spi.len, id >> 28 == 0 ? 8 : 4);
			assert_null(mclmr_key_parameters_read(
					mclmr_mikey_extension(&message, MCLMR_MIKEY_KEY_PARAMETERS),
					opened.key, message.csb_id, &arena, &read));
			assert_int_equal(read.kind, id >> 28);
			assert_int_equal(read.groups, parameters.groups);
			assert_true(mclmr_span_equal(read.text, S("text")));
			if(read.groups > 0)
				assert_true(mclmr_span_equal(read.group[1], S("sip:g2@a")));
		}
	}
}

/* A group key's message has the user's copy of its identifier. */
static void test_group_id(void **state)
{
	static const uint8_t key[16] = KEY_16;
	mclmr_mikey_order_t order = order_to("sip:alice@a", NTP, 0x0A1B2C3D);
	mclmr_mikey_draft_t draft;
	mclmr_mikey_t message;
	uint32_t id;

	(void)state;
	assert_null(mclmr_mikey_read(make(&order, key, &draft), &message));
	assert_true(mclmr_guk_id(key, message.csb_id, S("sip:alice@a"), &id));
	assert_int_equal(id, 0x0A1B2C3D);
	assert_null(mclmr_mikey_read(make(&order, NULL, &draft), &message));
	assert_true(
			mclmr_guk_id(draft.job.ssv, message.csb_id, S("sip:alice@a"), &id));
	assert_int_equal(id, 0x0A1B2C3D);
}

/* Through SAKKE-to-self the sender opens what is for another. */
static void test_to_self(void **state)
{
	mclmr_mikey_order_t order = order_to("sip:nobody@b", NTP, 0x10112233);
	mclmr_mikey_draft_t draft;
	mclmr_mikey_opened_t opened;
	mclmr_span_t octets;

	(void)state;
	octets = make(&order, NULL, &draft);
	assert_int_equal(open_in(ring, octets, &opened), MCLMR_MIKEY_NOT_FOR_US);
	order.to_self = true;
	octets = make(&order, NULL, &draft);
	assert_int_equal(open_in(ring, octets, &opened), MCLMR_MIKEY_GENUINE);
	assert_true(opened.by_self);
	assert_memory_equal(opened.key, draft.job.ssv, 16);
}

/* Signs a message anew that its sender has made in another way. */
static mclmr_span_t sign_again(
		const mclmr_mikey_order_t *order, char *octets, size_t len)
{
	mclmr_span_t covered = {octets, len - MCLMR_ECCSI_SIGNATURE};

	assert_int_equal(
			mclmr_eccsi_sign(mclmr_keyring_eccsi(ring), &order->sender->signing,
					covered, (uint8_t *)octets + covered.len),
			MCLMR_CRYPTO_OK);
	return (mclmr_span_t){octets, len};
}

#define SELF_SIZE 278 /* octets of the payload in SAKKE-to-self */
#define SELF_HEAD 4	  /* of the extension before it: next, type, length */

/* A copy of a message with SAKKE-to-self; where that payload begins. */
static char *copy_of(mclmr_span_t octets, char *copy)
{
	mclmr_mikey_t message;

	memcpy(copy, octets.s, octets.len);
	assert_null(mclmr_mikey_read((mclmr_span_t){copy, octets.len}, &message));
	return (char *)message.self.data.s - 5;
}

/* What a sender signs is still not what may be in SAKKE-to-self. */
static void test_malformed_self(void **state)
{
	static const struct
	{
		size_t at; /* in the payload */
		int value;
		const char *wrong;
	} rows[] = {
			{0, 20, "more than one payload in SAKKE-to-self"},
			{0, 26, "more than one payload in SAKKE-to-self"},
			{1, 2, "its SAKKE parameters are not set 1"},
			{4, 0x10, "its SAKKE data are not of 273 octets"},
	};
	mclmr_mikey_order_t order = order_to("sip:nobody@b", NTP, 0x10112233);
	mclmr_mikey_draft_t draft;
	mclmr_mikey_t message;
	mclmr_span_t octets;
	char copy[MCLMR_MIKEY_MAX_SIZE], *self;

	(void)state;
	order.to_self = true;
	octets = make(&order, NULL, &draft);
	for(size_t i = 0; i < COUNT(rows); i++) {
		const char *wrong;

		self = copy_of(octets, copy);
		self[rows[i].at] = (char)rows[i].value;
		wrong = mclmr_mikey_read(
				sign_again(&order, copy, octets.len), &message);
		assert_non_null(wrong);
		assert_string_equal(wrong, rows[i].wrong);
	}
	/* One octet more within the extension. */
	self = copy_of(octets, copy);
	memmove(self + SELF_SIZE + 1, self + SELF_SIZE,
			(size_t)(copy + octets.len - self) - SELF_SIZE);
	self[-1]++;
	assert_string_equal(
			mclmr_mikey_read(
					sign_again(&order, copy, octets.len + 1), &message),
			"more than one payload in SAKKE-to-self");
	/* The extension once more. */
	self = copy_of(octets, copy);
	memmove(self + SELF_SIZE, self - SELF_HEAD,
			(size_t)(copy + octets.len - self) + SELF_HEAD);
	self[-SELF_HEAD] = 21;
	assert_string_equal(
			mclmr_mikey_read(sign_again(&order, copy,
									 octets.len + SELF_SIZE + SELF_HEAD),
					&message),
			"SAKKE-to-self is there twice");
}

/* Opens a message after one octet of it was changed by who signs it. */
static mclmr_mikey_fault_t open_changed(
		const char *to, bool in_self, size_t at, mclmr_mikey_opened_t *opened)
{
	mclmr_mikey_order_t order = order_to(to, NTP, 0x10112233);
	mclmr_mikey_draft_t draft;
	mclmr_mikey_t message;
	mclmr_span_t octets;
	char copy[MCLMR_MIKEY_MAX_SIZE], *sakke;

	order.to_self = true;
	octets = make(&order, NULL, &draft);
	sakke = copy_of(octets, copy);
	if(!in_self) {
		assert_null(
				mclmr_mikey_read((mclmr_span_t){copy, octets.len}, &message));
		sakke = (char *)message.sakke.data.s - 5;
	}
	sakke[at] ^= 3;
	return open_in(ring, sign_again(&order, copy, octets.len), opened);
}

/* Scheme and data count in both places, and one's own copy is never taken in
 * the place of what does not open for its recipient. */
static void test_signed_sakke(void **state)
{
	mclmr_mikey_opened_t opened;

	(void)state;
	assert_int_equal(
			open_changed("sip:nobody@b", true, 2, &opened), MCLMR_MIKEY_SCHEME);
	assert_int_equal(open_changed("sip:nobody@b", true, SELF_SIZE - 1, &opened),
			MCLMR_MIKEY_BAD_DATA);
	assert_int_equal(
			open_changed("sip:alice@a", false, 2, &opened), MCLMR_MIKEY_SCHEME);
	assert_int_equal(open_changed("sip:alice@a", false, SELF_SIZE - 1, &opened),
			MCLMR_MIKEY_BAD_DATA);
	assert_false(opened.by_self);
	assert_int_equal(open_changed("sip:alice@a", true, SELF_SIZE - 1, &opened),
			MCLMR_MIKEY_GENUINE);
	assert_false(opened.by_self);
}

/* Changes in the middle of a message that has all there can be: refused. */
static void test_changed(void **state)
{
	mclmr_mikey_order_t order = order_to("sip:alice@a", NTP, 0x10112233);
	mclmr_mikey_draft_t draft;
	mclmr_mikey_opened_t opened;
	mclmr_span_t octets;
	char *copy;

	(void)state;
	order.to_self = true;
	order.has_policy = true;
	octets = make(&order, NULL, &draft);
	copy = malloc(octets.len);
	memcpy(copy, octets.s, octets.len);
	for(size_t i = 0; i < octets.len; i++) {
		mclmr_span_t changed = {copy, octets.len};
		mclmr_mikey_t message;

		copy[i] ^= 4;
		assert_true(mclmr_mikey_read(changed, &message) != NULL
					|| open_in(ring, changed, &opened) != MCLMR_MIKEY_GENUINE);
		copy[i] ^= 4;
	}
	free(copy);
}

/* Around the beginning of a key period both periods count, and no others. */
static void test_boundary(void **state)
{
	static const struct
	{
		int64_t number; /* of the keys that it is made for, from NTP's on */
		int64_t second; /* of the message, from the next period on */
		mclmr_mikey_fault_t verified;
		mclmr_mikey_fault_t opened;
	} rows[] = {
			{0, -1, MCLMR_MIKEY_GENUINE, MCLMR_MIKEY_GENUINE},
			{1, 0, MCLMR_MIKEY_GENUINE, MCLMR_MIKEY_GENUINE},
			{1, -60, MCLMR_MIKEY_GENUINE, MCLMR_MIKEY_GENUINE},
			{0, 59, MCLMR_MIKEY_GENUINE, MCLMR_MIKEY_GENUINE},
			{1, -61, MCLMR_MIKEY_BAD_SIGNATURE, MCLMR_MIKEY_BAD_SIGNATURE},
			{0, 60, MCLMR_MIKEY_BAD_SIGNATURE, MCLMR_MIKEY_BAD_SIGNATURE},
	};
	uint64_t next = (NTP / PERIOD_A + 1) * PERIOD_A;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		uint64_t key_time = NTP + (uint64_t)rows[i].number * PERIOD_A;
		mclmr_mikey_order_t order =
				order_to("sip:alice@a", key_time, 0x10112233);
		mclmr_mikey_draft_t draft;
		mclmr_mikey_opened_t opened;
		mclmr_mikey_proof_t proof;
		mclmr_mikey_t message;
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_span_t octets;

		/* Keys of one time, and the timestamp of another. */
		assert_null(mclmr_mikey_begin(ring, &order, NULL, &draft));
		(void)mclmr_sakke_encapsulate_many(
				mclmr_keyring_sakke(ring), &draft.job, 1);
		order.timestamp = (uint64_t)((int64_t)next + rows[i].second) << 32;
		assert_null(mclmr_mikey_finish(ring, &draft, S(""), &arena, &octets));
		assert_null(mclmr_mikey_read(octets, &message));
		assert_int_equal(mclmr_mikey_verify(&message, ring, &any, &proof),
				rows[i].verified);
		assert_int_equal(open_in(ring, octets, &opened), rows[i].opened);
	}
}

/* Keys of another period than the message's, clear and hidden. */
static void test_other_period(void **state)
{
	(void)state;
	for(int hidden = 0; hidden < 2; hidden++) {
		mclmr_mikey_order_t order = order_to("sip:old@a", NTP, 0x10112233);
		mclmr_mikey_draft_t draft;
		mclmr_mikey_opened_t opened;

		order.hidden = hidden;
		assert_int_equal(open_in(ring, make(&order, NULL, &draft), &opened),
				MCLMR_MIKEY_NO_PERIOD);
	}
	assert_true(mclmr_mikey_fault_of_time(MCLMR_MIKEY_NO_PERIOD));
}

/* Who has no keys of the time, or none at all, cannot sign. */
static void test_signers(void **state)
{
	static const struct
	{
		const char *user;
		uint64_t ntp;
		const char *wrong;
	} rows[] = {
			{"sip:iwf@a", NTP, NULL},
			{"sip:iwf@a", NTP + PERIOD_A, NULL},
			{"sip:iwf@a", NTP + 2 * PERIOD_A,
					"the sender has no signing keys of this key period"},
			{"sip:iwf@b", NTP, "there are no signing keys of the sender"},
	};
	const char *wrong;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_holder_t *holder = mclmr_keyring_signer(
				ring, mclmr_span(rows[i].user), UNIX(rows[i].ntp), &wrong);

		assert_int_equal(holder == NULL, rows[i].wrong != NULL);
		if(holder == NULL)
			assert_string_equal(wrong, rows[i].wrong);
	}
}

/* Drawn keys are different ones, and so are identifiers. */
static void test_fresh(void **state)
{
	mclmr_mikey_order_t order = order_to("sip:alice@a", NTP, 0x10112233);
	mclmr_mikey_draft_t drafts[2];
	uint32_t ids[2];

	(void)state;
	for(int i = 0; i < 2; i++) {
		(void)make(&order, NULL, &drafts[i]);
		assert_true(mclmr_mikey_new_id(MCLMR_PURPOSE_RECORD, &ids[i]));
		assert_int_equal(ids[i] >> 28, 15);
	}
	assert_memory_not_equal(drafts[0].job.ssv, drafts[1].job.ssv, 16);
	assert_memory_not_equal(drafts[0].rand, drafts[1].rand, 16);
	assert_int_not_equal(ids[0], ids[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_round_trips),
			cmocka_unit_test(test_group_id),
			cmocka_unit_test(test_to_self),
			cmocka_unit_test(test_malformed_self),
			cmocka_unit_test(test_signed_sakke),
			cmocka_unit_test(test_changed),
			cmocka_unit_test(test_boundary),
			cmocka_unit_test(test_other_period),
			cmocka_unit_test(test_signers),
			cmocka_unit_test(test_fresh),
	};
	int failed;

	lab_open(&lab);
	lab_server(&lab, &server_a, "kms.a", (mclmr_key_period_t){PERIOD_A, 0});
	lab_server(&lab, &server_b, "kms.b", (mclmr_key_period_t){PERIOD_B, 3});
	lab_user(&lab, &server_a, "sip:iwf@a", NTP / PERIOD_A, 2);
	lab_user(&lab, &server_a, "sip:alice@a", NTP / PERIOD_A, 2);
	lab_user(&lab, &server_a, "sip:old@a", NTP / PERIOD_A - 2, 1);
	lab_user(&lab, &server_b, "sip:bob@b", (NTP - 3) / PERIOD_B, 1);
	ring = lab_ring(&lab, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mclmr_keyring_free(ring);
	mclmr_kms_server_clear(&server_a);
	mclmr_kms_server_clear(&server_b);
	lab_close(&lab);
	return failed;
}
