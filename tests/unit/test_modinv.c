/* SPDX-License-Identifier: GPL-2.0-or-later */

/* modinv: against libcrypto's own inverses. */
#include "mclmr/crypto/modinv.h"
#include "mclmr/crypto/sakke_set1.h"
#include "unit.h"

#define ROUNDS 300

/* Orders and fields that are used, and moduli of other lengths. */
static const char *const moduli[] = {
		MCLMR_SET1_P,
		MCLMR_SET1_Q,
		"FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
		"FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF61",
		"3000000000000000000000000000000000000000000000000000000000000005",
};

static BN_CTX *bn;
static BIGNUM *m, *a, *ours, *theirs;

static int set_up(void **state)
{
	(void)state;
	bn = BN_CTX_new();
	a = BN_new();
	ours = BN_new();
	theirs = BN_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	BN_free(m);
	BN_free(a);
	BN_free(ours);
	BN_free(theirs);
	BN_CTX_free(bn);
	return 0;
}

/* The same number as libcrypto, or none if it has none. */
static void assert_inverse(const mclmr_modinv_t *modinv)
{
	BIGNUM *found = BN_mod_inverse(theirs, a, m, bn);
	bool ok = mclmr_modinv(modinv, ours, a);

	assert_int_equal(ok, found != NULL);
	if(ok)
		assert_int_equal(BN_cmp(ours, theirs), 0);
}

static void test_inverses(void **state)
{
	(void)state;
	for(size_t k = 0; k < sizeof(moduli) / sizeof(moduli[0]); k++) {
		mclmr_modinv_t modinv;

		assert_true(BN_hex2bn(&m, moduli[k]));
		assert_true(mclmr_modinv_init(&modinv, m));
		for(int i = 0; i < ROUNDS; i++) {
			BN_rand_range(a, m);
			assert_inverse(&modinv);
		}
	}
}

/* Numbers at the ends, powers of two and their neighbours; zero has none. */
static void test_edges(void **state)
{
	(void)state;
	for(size_t k = 0; k < sizeof(moduli) / sizeof(moduli[0]); k++) {
		mclmr_modinv_t modinv;

		assert_true(BN_hex2bn(&m, moduli[k]));
		assert_true(mclmr_modinv_init(&modinv, m));
		for(int i = 0; i < BN_num_bits(m) - 1; i++) {
			BN_zero(a);
			BN_set_bit(a, i);
			assert_inverse(&modinv);
			BN_sub_word(a, 1);
			assert_inverse(&modinv);
			BN_sub(a, m, a);
			BN_sub_word(a, 1);
			assert_inverse(&modinv);
		}
	}
}

/* A result may stand in place of what is inverted. */
static void test_in_place(void **state)
{
	mclmr_modinv_t modinv;

	(void)state;
	assert_true(BN_hex2bn(&m, moduli[0]));
	assert_true(mclmr_modinv_init(&modinv, m));
	BN_set_word(a, 12345);
	assert_true(mclmr_modinv(&modinv, a, a));
	assert_true(mclmr_modinv(&modinv, a, a));
	assert_true(BN_is_word(a, 12345));
}

static void test_moduli_that_do_not_fit(void **state)
{
	mclmr_modinv_t modinv;

	(void)state;
	BN_zero(a);
	BN_set_bit(a, 200);
	assert_false(mclmr_modinv_init(&modinv, a));
	BN_set_bit(a, 0);
	assert_true(mclmr_modinv_init(&modinv, a));
	BN_set_bit(a, 1024);
	assert_false(mclmr_modinv_init(&modinv, a));
	BN_set_word(a, 101);
	assert_false(mclmr_modinv_init(&modinv, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_inverses),
			cmocka_unit_test(test_edges),
			cmocka_unit_test(test_in_place),
			cmocka_unit_test(test_moduli_that_do_not_fit),
	};

	return cmocka_run_group_tests_name("modinv", tests, set_up, tear_down);
}
