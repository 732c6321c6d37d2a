/* SPDX-License-Identifier: GPL-2.0-or-later */

/* record_wrap, record_unwrap: key records for a user, made and opened. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/keys/record_unwrap.h"
#include "mclmr/keys/record_wrap.h"
#include "lab.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

#define PERIOD 1000
#define NTP 3900000500U /* in the middle of a period */
#define NEXT 3900001000U
#define UNIX(ntp) ((int64_t)(ntp) - (int64_t)MCLMR_NTP_UNIX)
#define AT(ntp) ((uint64_t)(ntp) << 32)
#define KEY "0123456789abcdef0123456789abcdef"

static lab_t lab;
static mclmr_kms_server_t server;
static mclmr_kms_server_t other;
static mclmr_keyring_t *ring;
static char memory[1 << 17];
static char long_user[1100];

/* An order from the IWF to a user, made at an NTP second. */
static mclmr_record_order_t order_to(const char *to, uint64_t ntp)
{
	return (mclmr_record_order_t){.from = S("sip:iwf@a"),
			.to = mclmr_span(to),
			.to_kms = S("kms.a"),
			.timestamp = AT(ntp),
			.record = {.lmr_type = MCLMR_LMR_P25,
					.kmf = S("sip:kmf@a"),
					.purpose = MCLMR_RECORD_ROOT,
					.status = MCLMR_RECORD_ACTIVE,
					.keys = 1,
					.key = {{S("\x84"), S("\x00\x01"), S(KEY)}}}};
}

/* Wraps, and reads the message back: it lives until the next one. */
static mclmr_mikey_t *wrap(const mclmr_record_order_t *order)
{
	static mclmr_mikey_t message;
	static mclmr_record_wrap_t wrap;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t octets;

	assert_null(mclmr_record_wrap(&wrap, order, ring, &arena, &octets));
	assert_null(mclmr_mikey_read(octets, &message));
	return &message;
}

/* What unwrapping finds; the last one. */
static mclmr_unwrapped_t unwrapped;

static mclmr_unwrap_fault_t unwrap(
		const mclmr_mikey_t *message, const mclmr_unwrap_wish_t *wish)
{
	mclmr_unwrap_fault_t fault =
			mclmr_record_unwrap(message, ring, wish, &unwrapped);

	assert_int_equal(unwrapped.why == NULL, fault == MCLMR_UNWRAP_OPENED);
	return fault;
}

static void test_round_trip(void **state)
{
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_unwrap_wish_t wish = {.from = S("sip:iwf@a"),
			.kmf = S("sip:kmf@a"),
			.lmr = S("p25"),
			.has_now = true,
			.now = UNIX(NTP + 5)};
	mclmr_mikey_t *message;

	(void)state;
	order.record.key_period = 7;
	order.record.groups = 1;
	order.record.group[0] = S("sip:g@a");
	message = wrap(&order);
	assert_int_equal(mclmr_mikey_purpose(message->csb_id), 15);
	assert_int_equal(unwrap(message, &wish), MCLMR_UNWRAP_OPENED);
	assert_int_equal(unwrapped.record.key_period, NTP / PERIOD);
	assert_int_equal(unwrapped.period, NTP / PERIOD);
	assert_int_equal(unwrapped.time, UNIX(NTP));
	assert_true(mclmr_span_equal(unwrapped.record.key[0].key, S(KEY)));
	assert_true(mclmr_span_equal(unwrapped.record.group[0], S("sip:g@a")));
}

/* Each message has a key and an identifier of its own. */
static void test_fresh(void **state)
{
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_unwrap_wish_t any = {.now = UNIX(NTP)};
	uint8_t key[MCLMR_KEY_SIZE];
	uint32_t id;

	(void)state;
	assert_int_equal(unwrap(wrap(&order), &any), MCLMR_UNWRAP_OPENED);
	memcpy(key, unwrapped.opened.key, sizeof(key));
	id = unwrapped.message->csb_id;
	assert_int_equal(unwrap(wrap(&order), &any), MCLMR_UNWRAP_OPENED);
	assert_memory_not_equal(key, unwrapped.opened.key, sizeof(key));
	assert_int_not_equal(id, unwrapped.message->csb_id);
}

static void test_outside(void **state)
{
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_record_outside_t outside;
	mclmr_mikey_t *message = wrap(&order);

	(void)state;
	assert_null(mclmr_record_outside(message, &outside));
	assert_int_equal(outside.time, UNIX(NTP));
	assert_true(mclmr_span_equal(outside.from, S("sip:iwf@a")));
	assert_true(mclmr_span_equal(outside.to, S("sip:alice@a")));
	assert_true(mclmr_span_equal(outside.to_kms, S("kms.a")));
	assert_true(mclmr_span_equal(outside.kmf, S("sip:kmf@a")));
	assert_int_equal(outside.lmr_type, MCLMR_LMR_P25);
	/* As docs/formats.md has it: the record and its tag. */
	assert_int_equal(
			outside.sealed, 1 + 1 + 4 + 8 + 8 + 2 + 1 + 2 + 3 + 33 + 16);
	message->extensions = 0;
	assert_string_equal(
			mclmr_record_outside(message, &outside), "it is no key record");
}

/* A message that is made ahead: in the first second of the next period, the
 * later one counts; not before it is due. */
static void test_ahead(void **state)
{
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_record_wrap_t wrap_;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t octets;
	const char *wrong;
	uint64_t first;

	(void)state;
	order.ahead = true;
	order.now = UNIX(NTP);
	order.due = NEXT - NTP - 1;
	assert_int_equal(mclmr_record_wrap_begin(&wrap_, &order, ring, &wrong),
			MCLMR_WRAP_NOT_DUE);
	assert_string_equal(
			mclmr_record_wrap(&wrap_, &order, ring, &arena, &octets),
			"the user's key period ends late enough");
	order.due = NEXT - NTP;
	first = wrap(&order)->timestamp;
	assert_int_equal(first >> 32, NEXT);
	/* Half of the period has gone, and so has half of the second. */
	assert_int_equal((first & UINT32_MAX) >> 24, 128);
	order.timestamp++;
	order.timestamp += UINT32_MAX;
	assert_true(wrap(&order)->timestamp > first);
	assert_int_equal(wrap(&order)->timestamp >> 32, NEXT);
	assert_int_equal(
			unwrap(wrap(&order),
					&(mclmr_unwrap_wish_t){.has_now = true, .now = UNIX(NTP)}),
			MCLMR_UNWRAP_OPENED);
	assert_int_equal(unwrapped.record.key_period, NEXT / PERIOD);
	assert_int_equal(unwrapped.period, NTP / PERIOD);
	/* That the sender has no keys of the next period counts if it is due. */
	order.from = S("sip:today@a");
	assert_int_equal(mclmr_record_wrap_begin(&wrap_, &order, ring, &wrong),
			MCLMR_WRAP_REFUSED);
	assert_string_equal(
			wrong, "the sender has no signing keys of this key period");
	order.due = 0;
	assert_int_equal(mclmr_record_wrap_begin(&wrap_, &order, ring, &wrong),
			MCLMR_WRAP_NOT_DUE);
}

/* What is not wrapped. */
static void test_refused(void **state)
{
	static const struct
	{
		const char *from, *to, *kms;
		uint64_t ntp;
		bool finds_issuer;
	} rows[] = {
			{"sip:iwf@a", "sip:alice@a", "kms.c", NTP, false},
			{"sip:iwf@a", "sip:alice@nowhere", "", NTP, false},
			{"sip:eve@a", "sip:alice@a", "kms.a", NTP, true},
			{"sip:iwf@a", "sip:alice@a", "kms.a", NTP + 2 * PERIOD, true},
			{"sip:iwf@a", "no URI", "kms.a", NTP, true},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_record_order_t order = order_to(rows[i].to, rows[i].ntp);
		mclmr_record_wrap_t wrap_;
		const char *wrong = NULL;

		order.from = mclmr_span(rows[i].from);
		order.to_kms = mclmr_span(rows[i].kms);
		assert_int_equal(mclmr_record_wrap_begin(&wrap_, &order, ring, &wrong),
				MCLMR_WRAP_REFUSED);
		assert_non_null(wrong);
		assert_int_equal(wrap_.message.issuer != NULL, rows[i].finds_issuer);
	}
}

/* Data that were not encapsulated, and a record that is none. */
static void test_finish(void **state)
{
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_record_wrap_t wrap_;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t octets;
	const char *wrong;

	(void)state;
	assert_int_equal(mclmr_record_wrap_begin(&wrap_, &order, ring, &wrong),
			MCLMR_WRAP_BEGUN);
	wrap_.draft.job.result = MCLMR_CRYPTO_BAD_KEY;
	assert_string_equal(mclmr_record_wrap_finish(&wrap_, ring, &arena, &octets),
			mclmr_crypto_words(MCLMR_CRYPTO_BAD_KEY));
	order.record.keys = 0;
	assert_non_null(mclmr_record_wrap(&wrap_, &order, ring, &arena, &octets));
}

/* What is asked of a message, and which fault it has else. */
static void test_wishes(void **state)
{
	static const struct
	{
		const char *from, *kmf, *lmr;
		bool has_now;
		int64_t now;
		mclmr_unwrap_fault_t fault;
	} rows[] = {
			{NULL, NULL, NULL, false, UNIX(NTP), MCLMR_UNWRAP_OPENED},
			{"sip:iwf@a", NULL, NULL, false, UNIX(NTP), MCLMR_UNWRAP_OPENED},
			{"sip:bob@a", NULL, NULL, false, UNIX(NTP), MCLMR_UNWRAP_MESSAGE},
			{NULL, "sip:kmf@a", "p25", false, UNIX(NTP), MCLMR_UNWRAP_OPENED},
			{NULL, "sip:kmf@b", NULL, false, UNIX(NTP), MCLMR_UNWRAP_OTHER_KEY},
			{NULL, "", NULL, false, UNIX(NTP), MCLMR_UNWRAP_OTHER_KEY},
			{NULL, NULL, "tetra", false, UNIX(NTP), MCLMR_UNWRAP_OTHER_KEY},
			{NULL, NULL, "gsm", false, UNIX(NTP), MCLMR_UNWRAP_OTHER_KEY},
			{NULL, NULL, "", false, UNIX(NTP), MCLMR_UNWRAP_OTHER_KEY},
			{NULL, NULL, NULL, false, UNIX(NTP + 700), MCLMR_UNWRAP_OPENED},
			{NULL, NULL, NULL, false, UNIX(NTP + 701), MCLMR_UNWRAP_EXPIRED},
			{NULL, NULL, NULL, true, UNIX(NEXT + 59), MCLMR_UNWRAP_OPENED},
			{NULL, NULL, NULL, true, UNIX(NEXT + 60), MCLMR_UNWRAP_MESSAGE},
			{NULL, NULL, NULL, true, UNIX(NTP - PERIOD), MCLMR_UNWRAP_OPENED},
			{NULL, NULL, NULL, true, UNIX(NTP - 2 * PERIOD),
					MCLMR_UNWRAP_MESSAGE},
	};
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_mikey_t *message;

	(void)state;
	order.record.not_after = UNIX(NTP + 700);
	message = wrap(&order);
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_unwrap_wish_t wish = {.from = mclmr_span(rows[i].from),
				.kmf = mclmr_span(rows[i].kmf),
				.lmr = mclmr_span(rows[i].lmr),
				.has_now = rows[i].has_now,
				.now = rows[i].now};

		assert_int_equal(unwrap(message, &wish), rows[i].fault);
	}
}

/* A message that its sender made in another way than record_wrap does. */
typedef struct odd
{
	uint32_t key_id;
	bool hidden;
	uint32_t later;		/* key periods that the record is off */
	const char *record; /* what takes its place */
	mclmr_unwrap_fault_t fault;
	const char *why;
} odd_t;

static mclmr_mikey_t *make_odd(const odd_t *odd)
{
	static mclmr_mikey_t message;
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_record_wrap_t wrap_;
	mclmr_record_binding_t binding;
	mclmr_span_t data = mclmr_span(odd->record);
	mclmr_span_t octets;
	const char *wrong;

	assert_int_equal(mclmr_record_wrap_begin(&wrap_, &order, ring, &wrong),
			MCLMR_WRAP_BEGUN);
	wrap_.message.hidden = odd->hidden;
	wrap_.message.key_id = odd->key_id;
	assert_null(mclmr_mikey_begin(ring, &wrap_.message, NULL, &wrap_.draft));
	assert_int_equal(mclmr_sakke_encapsulate_many(
							 mclmr_keyring_sakke(ring), &wrap_.draft.job, 1),
			MCLMR_CRYPTO_OK);
	binding = (mclmr_record_binding_t){.ssv = wrap_.draft.job.ssv,
			.csb_id = wrap_.draft.csb_id,
			.rand = MCLMR_OCTETS(wrap_.draft.rand),
			.from = order.from,
			.to = order.to};
	order.record.key_period = NTP / PERIOD + odd->later;
	if(odd->record == NULL)
		assert_null(
				mclmr_key_record_write(&order.record, &binding, &arena, &data));
	assert_null(mclmr_mikey_finish(ring, &wrap_.draft, data, &arena, &octets));
	assert_null(mclmr_mikey_read(octets, &message));
	return &message;
}

static void test_odd_messages(void **state)
{
	static const odd_t rows[] = {
			{0xF0000001, false, 0, NULL, MCLMR_UNWRAP_OPENED, NULL},
			{0x10000001, false, 0, NULL, MCLMR_UNWRAP_NO_RECORD,
					"the message is not one of a key record"},
			{0xF0000001, true, 0, NULL, MCLMR_UNWRAP_NO_RECORD,
					"the message is not one of a key record"},
			{0xF0000001, false, 1, NULL, MCLMR_UNWRAP_OTHER_PERIOD,
					"the record is of another key period than its message"},
			{0xF0000001, false, 0, "", MCLMR_UNWRAP_RECORD,
					"it is no key record"},
			{0xF0000001, false, 0, "LMRK\x01\x02....", MCLMR_UNWRAP_RECORD,
					"the key record is truncated"},
	};
	mclmr_unwrap_wish_t any = {.now = UNIX(NTP)};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(unwrap(make_odd(&rows[i]), &any), rows[i].fault);
		if(rows[i].why != NULL)
			assert_string_equal(unwrapped.why, rows[i].why);
	}
}

/* Takes a message by a state, which is replaced if the verdict says so, with
 * no more memory than is said to be needed. */
static mclmr_take_verdict_t take(mclmr_mikey_t *message, char *text)
{
	mclmr_unwrap_wish_t any = {.now = UNIX(NTP)};
	mclmr_span_t before = {*text == '\0' ? NULL : text, strlen(text)};
	mclmr_take_verdict_t verdict;
	mclmr_arena_t arena;
	mclmr_span_t after;
	const char *why;
	size_t size;
	char *room;

	assert_int_equal(unwrap(message, &any), MCLMR_UNWRAP_OPENED);
	size = mclmr_record_take_size(&unwrapped, before.len);
	room = malloc(size);
	arena = mclmr_arena(room, size);
	verdict = mclmr_record_take(&unwrapped, before, &arena, &after, &why);
	assert_int_equal(why == NULL, verdict <= MCLMR_TAKE_KNOWN);
	if(verdict == MCLMR_TAKE_NEW) {
		memcpy(text, after.s, after.len);
		text[after.len] = '\0';
	} else {
		assert_true(mclmr_span_equal(after, before));
	}
	free(room);
	return verdict;
}

/* The signature of a message anew: another one over the same octets. */
static void sign_again(mclmr_mikey_t *message)
{
	const char *wrong;
	const mclmr_holder_t *holder =
			mclmr_keyring_signer(ring, S("sip:iwf@a"), UNIX(NTP), &wrong);
	uint8_t before[MCLMR_ECCSI_SIGNATURE];

	memcpy(before, message->signature.s, sizeof(before));
	assert_int_equal(
			mclmr_eccsi_sign(mclmr_keyring_eccsi(ring), &holder->signing,
					message->covered, (uint8_t *)message->signature.s),
			MCLMR_CRYPTO_OK);
	assert_memory_not_equal(before, message->signature.s, sizeof(before));
}

static void test_take(void **state)
{
	static char text[65536];
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_record_order_t older = order_to("sip:alice@a", NTP - 1);
	mclmr_mikey_t *message = wrap(&order);

	(void)state;
	assert_int_equal(take(message, text), MCLMR_TAKE_NEW);
	assert_int_equal(take(message, text), MCLMR_TAKE_KNOWN);
	sign_again(message);
	assert_int_equal(take(message, text), MCLMR_TAKE_KNOWN);
	assert_int_equal(take(wrap(&order), text), MCLMR_TAKE_REFUSED);
	assert_int_equal(take(wrap(&older), text), MCLMR_TAKE_REFUSED);
	older.record.key[0].key_id = S("2");
	assert_int_equal(take(wrap(&older), text), MCLMR_TAKE_NEW);
	/* Of two keys the second one is known to be newer: neither is taken. */
	older.record.keys = 2;
	older.record.key[1] = order.record.key[0];
	older.record.key[0].key_id = S("3");
	assert_int_equal(take(wrap(&older), text), MCLMR_TAKE_REFUSED);
	order.record.status = MCLMR_RECORD_REVOKED;
	assert_int_equal(take(wrap(&order), text), MCLMR_TAKE_NEW);
}

/* One that is made ahead does not stand in the way of today's. */
static void test_take_ahead(void **state)
{
	static char text[65536];
	mclmr_record_order_t next = order_to("sip:alice@a", NEXT);
	mclmr_record_order_t today = order_to("sip:alice@a", NTP);

	(void)state;
	assert_int_equal(take(wrap(&next), text), MCLMR_TAKE_NEW);
	assert_int_equal(take(wrap(&today), text), MCLMR_TAKE_NEW);
}

/* All keys of a user with a long URI, twice: the memory is enough. */
static void test_take_many(void **state)
{
	static char text[1 << 17];
	mclmr_record_order_t order = order_to(long_user, NTP);
	static char ids[MCLMR_RECORD_MAX_KEYS][8];

	(void)state;
	order.record.keys = MCLMR_RECORD_MAX_KEYS;
	for(size_t i = 0; i < MCLMR_RECORD_MAX_KEYS; i++) {
		ids[i][0] = (char)(i + 1);
		order.record.key[i] = order.record.key[0];
		order.record.key[i].key_id = (mclmr_span_t){ids[i], sizeof(ids[i])};
	}
	assert_int_equal(take(wrap(&order), text), MCLMR_TAKE_NEW);
	order.timestamp += AT(1);
	assert_int_equal(take(wrap(&order), text), MCLMR_TAKE_NEW);
}

/* A state that is empty or something else is none. */
static void test_no_state(void **state)
{
	mclmr_record_order_t order = order_to("sip:alice@a", NTP);
	mclmr_unwrap_wish_t any = {.now = UNIX(NTP)};
	mclmr_arena_t arena = mclmr_arena(NULL, 0);
	mclmr_span_t after;
	const char *why;

	(void)state;
	assert_int_equal(unwrap(wrap(&order), &any), MCLMR_UNWRAP_OPENED);
	assert_int_equal(mclmr_record_take(&unwrapped, S(""), &arena, &after, &why),
			MCLMR_TAKE_NO_STATE);
	assert_string_equal(why, "the state is empty: remove it to begin anew");
	assert_int_equal(
			mclmr_record_take(&unwrapped, S("x"), &arena, &after, &why),
			MCLMR_TAKE_NO_STATE);
	assert_string_equal(why, "the state is not readable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_round_trip),
			cmocka_unit_test(test_fresh),
			cmocka_unit_test(test_outside),
			cmocka_unit_test(test_ahead),
			cmocka_unit_test(test_refused),
			cmocka_unit_test(test_finish),
			cmocka_unit_test(test_wishes),
			cmocka_unit_test(test_odd_messages),
			cmocka_unit_test(test_take),
			cmocka_unit_test(test_take_ahead),
			cmocka_unit_test(test_take_many),
			cmocka_unit_test(test_no_state),
	};
	mclmr_key_period_t period = {PERIOD, 0};
	int failed;

	memcpy(long_user, "sip:", 4);
	memset(long_user + 4, 'a', 1000);
	memcpy(long_user + 1004, "@a", 3);
	lab_open(&lab);
	lab_server(&lab, &server, "kms.a", period);
	lab_server(&lab, &other, "kms.b", period);
	lab_user(&lab, &server, "sip:iwf@a", NTP / PERIOD, 2);
	lab_user(&lab, &server, "sip:today@a", NTP / PERIOD, 1);
	lab_user(&lab, &server, "sip:alice@a", NTP / PERIOD, 2);
	lab_user(&lab, &server, long_user, NTP / PERIOD, 1);
	ring = lab_ring(&lab, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mclmr_keyring_free(ring);
	mclmr_kms_server_clear(&server);
	mclmr_kms_server_clear(&other);
	lab_close(&lab);
	return failed;
}
