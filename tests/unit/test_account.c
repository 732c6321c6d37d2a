/* SPDX-License-Identifier: GPL-2.0-or-later */

/* account: what is held under keys, and in all. */
#include <string.h>

#include "mc_iwf/message/account.c"
#include "heap.h"
#include "unit.h"

#define ALICE MCLMR_SPAN("user-alice")
#define BOB MCLMR_SPAN("user-bob")
#define KEYS 5000

static iwf_accounts_t accounts;

static int set_up(void **state)
{
	(void)state;
	heap_refill();
	assert_true(iwf_accounts_init(&accounts, &allocator));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(accounts.table.n, 0);
	mclmr_table_free(&allocator, &accounts.table);
	return 0;
}

static iwf_account_t *charge(mclmr_span_t key, size_t octets, size_t limit)
{
	return iwf_accounts_charge(
			&accounts, mclmr_table_hash(1, key), key, octets, limit);
}

static void discharge(iwf_account_t *account, size_t octets)
{
	iwf_accounts_discharge(&accounts, account, octets);
}

/* A key holds what its limit says and not an octet more. */
static void test_limit(void **state)
{
	iwf_account_t *alice = charge(ALICE, 600, 1000);

	(void)state;
	assert_non_null(alice);
	assert_null(charge(ALICE, 401, 1000));
	assert_null(charge(ALICE, SIZE_MAX, 1000));
	assert_int_equal(alice->octets, 600);
	assert_ptr_equal(charge(ALICE, 400, 1000), alice);
	assert_null(charge(ALICE, 1, 1000));
	assert_null(charge(ALICE, 1, 500)); /* which was lowered */
	discharge(alice, 400);
	assert_ptr_equal(charge(ALICE, 400, 1000), alice);
	discharge(alice, 400);
	discharge(alice, 600);
}

/* One that holds nothing may not hold more than its limit, either. */
static void test_first(void **state)
{
	(void)state;
	assert_null(charge(ALICE, 1001, 1000));
	assert_null(charge(ALICE, 1, 0));
	assert_int_equal(accounts.table.n, 0);
}

/* What one holds is not another's. */
static void test_two_keys(void **state)
{
	iwf_account_t *alice = charge(ALICE, 1000, 1000);
	iwf_account_t *bob = charge(BOB, 1000, 1000);

	(void)state;
	assert_non_null(bob);
	assert_ptr_not_equal(alice, bob);
	discharge(alice, 1000);
	assert_null(charge(BOB, 1, 1000));
	discharge(bob, 1000);
}

/* Keys of one hash are told apart by their octets, also by a NUL. */
static void test_collisions(void **state)
{
	static const mclmr_span_t key[] = {
			{"a", 1}, {"b", 1}, {"ab", 2}, {"a\0", 2}, {"a\0b", 3}};
	iwf_account_t *account[COUNT(key)];

	(void)state;
	for(size_t i = 0; i < COUNT(key); i++) {
		account[i] = iwf_accounts_charge(&accounts, 7, key[i], i + 1, i + 1);
		assert_non_null(account[i]);
	}
	for(size_t i = 0; i < COUNT(key); i++) {
		assert_int_equal(account[i]->octets, i + 1);
		assert_null(iwf_accounts_charge(&accounts, 7, key[i], 1, i + 1));
	}
	for(size_t i = 0; i < COUNT(key); i++)
		discharge(account[i], i + 1);
}

/* Many keys, given back in another order; nothing stays. */
static void test_many_keys(void **state)
{
	static iwf_account_t *account[KEYS];

	(void)state;
	for(size_t i = 0; i < KEYS; i++) {
		mclmr_span_t key = {(const char *)&i, sizeof(i)};

		account[i] = charge(key, i, i);
		assert_non_null(account[i]);
		assert_null(charge(key, i + 1, i));
	}
	assert_int_equal(accounts.table.n, KEYS);
	for(size_t i = 0; i < KEYS; i += 2)
		discharge(account[i], i);
	for(size_t i = 1; i < KEYS; i += 2)
		discharge(account[i], i);
}

/* A key's length has a limit of its own, and none is no key. */
static void test_key_length(void **state)
{
	char text[IWF_ACCOUNT_KEY + 1];
	iwf_account_t *account;

	(void)state;
	memset(text, 'k', sizeof(text));
	assert_null(charge((mclmr_span_t){text, 0}, 1, 10));
	assert_null(charge((mclmr_span_t){text, sizeof(text)}, 1, 10));
	account = charge((mclmr_span_t){text, sizeof(text) - 1}, 1, 10);
	assert_non_null(account);
	discharge(account, 1);
}

/* Without memory nothing is charged, and what is there counts on. */
static void test_no_memory(void **state)
{
	iwf_account_t *alice = charge(ALICE, 10, 20);

	(void)state;
	heap.left = 0;
	assert_null(charge(BOB, 10, 20));
	assert_ptr_equal(charge(ALICE, 10, 20), alice);
	discharge(alice, 10);
	discharge(alice, 10);
}

static void test_total(void **state)
{
	iwf_total_t total = {.limit = 1000};

	(void)state;
	assert_true(iwf_total_charge(&total, 1000));
	assert_false(iwf_total_charge(&total, 1));
	iwf_total_discharge(&total, 400);
	assert_false(iwf_total_charge(&total, 401));
	assert_false(iwf_total_charge(&total, 1001));
	assert_false(iwf_total_charge(&total, SIZE_MAX));
	assert_true(iwf_total_charge(&total, 400));
	assert_int_equal(atomic_load(&total.held), 1000);
	/* What grew by itself may be over the limit. */
	atomic_fetch_add(&total.held, 500);
	assert_false(iwf_total_charge(&total, 0));
	iwf_total_discharge(&total, 1500);
	assert_int_equal(atomic_load(&total.held), 0);
}

/* A limit in words of the script. */
static void test_words(void **state)
{
	static const struct
	{
		const char *text;
		bool good;
		size_t octets;
	} row[] = {
			{"0", true, 0},
			{"1", true, 1},
			{"1000000", true, 1000000},
			{"9007199254740991", true, 9007199254740991},
			{"9007199254740992", false, 0},
			{"99999999999999999999999999", false, 0},
			{"0%", true, 0},
			{"1%", true, 20},
			{"10%", true, 200},
			{"99%", true, 1980},
			{"100%", true, 2000},
			{"1000%", true, 2000},
			{"", false, 0},
			{"%", false, 0},
			{"10%%", false, 0},
			{" 10", false, 0},
			{"10 %", false, 0},
			{"-1", false, 0},
			{"+1", false, 0},
			{"0x10", false, 0},
			{"1.5%", false, 0},
			{"<null>", false, 0},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		size_t octets;

		if(iwf_account_limit(mclmr_span(row[i].text), 2000, &octets)
				!= row[i].good)
			fail_msg("\"%s\"", row[i].text);
		if(row[i].good)
			assert_int_equal(octets, row[i].octets);
	}
}

#define ON_ACCOUNTS(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
			ON_ACCOUNTS(test_limit),
			ON_ACCOUNTS(test_first),
			ON_ACCOUNTS(test_two_keys),
			ON_ACCOUNTS(test_collisions),
			ON_ACCOUNTS(test_many_keys),
			ON_ACCOUNTS(test_key_length),
			ON_ACCOUNTS(test_no_memory),
			cmocka_unit_test(test_total),
			cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
