/* SPDX-License-Identifier: GPL-2.0-or-later */

/* eccsi: signatures of RFC 6507. */

#include <openssl/bn.h>

#include "mclmr/crypto/eccsi.h"
#include "unit.h"
#include "vectors.h"

#define SIZE MCLMR_ECCSI_SIGNATURE
#define NOBODY MCLMR_SPAN("nobody")

static vectors_t rfc;
static mclmr_eccsi_t *eccsi;

/* A vector of RFC 6507 Appendix A. */
static mclmr_span_t get(const char *name)
{
	return vectors_get(&rfc, name);
}

static void assert_octets(const uint8_t *octets, const char *name)
{
	assert_memory_equal(octets, get(name).s, get(name).len);
}

static int set_up(void **state)
{
	(void)state;
	vectors_read(&rfc, "tests/data/rfc6507.txt");
	eccsi = mclmr_eccsi_new();
	return eccsi == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	mclmr_eccsi_free(eccsi);
	vectors_free(&rfc);
	return 0;
}

/* The signer of Appendix A. */
static mclmr_eccsi_key_t rfc_key(void)
{
	mclmr_eccsi_key_t key;

	assert_int_equal(mclmr_eccsi_key_load(eccsi, get("KPAK"), get("ID"),
							 get("SSK"), get("PVT"), &key),
			MCLMR_CRYPTO_OK);
	return key;
}

static void test_kms_of_the_rfc(void **state)
{
	mclmr_eccsi_master_t master;
	mclmr_eccsi_pair_t pair;

	(void)state;
	assert_int_equal(mclmr_eccsi_master_load(eccsi, get("KSAK"), &master),
			MCLMR_CRYPTO_OK);
	assert_octets(master.kpak, "KPAK");
	assert_int_equal(
			mclmr_eccsi_pair_from(eccsi, &master, get("ID"), get("v"), &pair),
			MCLMR_CRYPTO_OK);
	assert_octets(pair.ssk, "SSK");
	assert_octets(pair.pvt, "PVT");
}

static void test_signature_of_the_rfc(void **state)
{
	mclmr_eccsi_key_t key = rfc_key();
	uint8_t signature[SIZE];

	(void)state;
	assert_octets(key.hs, "HS");
	assert_int_equal(
			mclmr_eccsi_sign_with(eccsi, &key, get("M"), get("j"), signature),
			MCLMR_CRYPTO_OK);
	assert_octets(signature, "Sig");
	assert_int_equal(mclmr_eccsi_verify(eccsi, get("KPAK"), get("ID"), get("M"),
							 get("Sig")),
			MCLMR_CRYPTO_OK);
}

static void test_fresh_keys_and_signatures(void **state)
{
	const mclmr_span_t id = MCLMR_SPAN("alice");

	(void)state;
	for(int i = 0; i < 20; i++) {
		mclmr_eccsi_master_t master;
		mclmr_eccsi_pair_t pair;
		mclmr_eccsi_key_t key;
		uint8_t one[SIZE], two[SIZE];

		assert_int_equal(
				mclmr_eccsi_master_new(eccsi, &master), MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_eccsi_pair_new(eccsi, &master, id, &pair),
				MCLMR_CRYPTO_OK);
		assert_int_equal(
				mclmr_eccsi_key_load(eccsi, MCLMR_OCTETS(master.kpak), id,
						MCLMR_OCTETS(pair.ssk), MCLMR_OCTETS(pair.pvt), &key),
				MCLMR_CRYPTO_OK);
		assert_int_equal(
				mclmr_eccsi_sign(eccsi, &key, get("M"), one), MCLMR_CRYPTO_OK);
		assert_int_equal(
				mclmr_eccsi_sign(eccsi, &key, get("M"), two), MCLMR_CRYPTO_OK);
		assert_memory_not_equal(one, two, MCLMR_ECCSI_SCALAR);
		assert_int_equal(mclmr_eccsi_verify(eccsi, MCLMR_OCTETS(master.kpak),
								 id, get("M"), MCLMR_OCTETS(one)),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_eccsi_verify(eccsi, MCLMR_OCTETS(master.kpak),
								 NOBODY, get("M"), MCLMR_OCTETS(one)),
				MCLMR_CRYPTO_BAD_SIGNATURE);
	}
}

/* One scratch signs and verifies by turns, for several KMSs. */
static void test_turns(void **state)
{
	mclmr_eccsi_key_t key = rfc_key();
	mclmr_eccsi_master_t other;
	uint8_t signature[SIZE];

	(void)state;
	assert_int_equal(mclmr_eccsi_master_new(eccsi, &other), MCLMR_CRYPTO_OK);
	for(int i = 0; i < 5; i++) {
		assert_int_equal(mclmr_eccsi_sign_with(
								 eccsi, &key, get("M"), get("j"), signature),
				MCLMR_CRYPTO_OK);
		assert_octets(signature, "Sig");
		assert_int_equal(mclmr_eccsi_verify(eccsi, get("KPAK"), get("ID"),
								 get("M"), get("Sig")),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_eccsi_verify(eccsi, MCLMR_OCTETS(other.kpak),
								 get("ID"), get("M"), get("Sig")),
				MCLMR_CRYPTO_BAD_SIGNATURE);
	}
}

/* Each octet of a signature, changed in three ways. */
static void test_changed_signatures(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	uint8_t signature[SIZE];

	(void)state;
	memcpy(signature, get("Sig").s, SIZE);
	for(size_t i = 0; i < 3 * SIZE; i++) {
		signature[i / 3] ^= masks[i % 3];
		assert_int_not_equal(mclmr_eccsi_verify(eccsi, get("KPAK"), get("ID"),
									 get("M"), MCLMR_OCTETS(signature)),
				MCLMR_CRYPTO_OK);
		signature[i / 3] ^= masks[i % 3];
	}
}

/* Values of r and s that no signature has: where, what, and the result. */
static const struct
{
	size_t at;
	const char *hex;
	mclmr_crypto_t result;
} scalars[] = {
		{0, "00", MCLMR_CRYPTO_BAD_SCALAR},
		{0, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
				MCLMR_CRYPTO_BAD_SCALAR},
		{0, "ffffffff00000001000000000000000000000000fffffffffffffffffffffffe",
				MCLMR_CRYPTO_BAD_SIGNATURE},
		{32, "00", MCLMR_CRYPTO_BAD_SCALAR},
		{32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
				MCLMR_CRYPTO_BAD_SCALAR},
		{32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
				MCLMR_CRYPTO_BAD_SIGNATURE},
};

static void test_scalars_out_of_range(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
		uint8_t signature[SIZE];
		BIGNUM *value = NULL;

		memcpy(signature, get("Sig").s, SIZE);
		assert_true(BN_hex2bn(&value, scalars[i].hex));
		BN_bn2binpad(value, signature + scalars[i].at, 32);
		BN_free(value);
		assert_int_equal(mclmr_eccsi_verify(eccsi, get("KPAK"), get("ID"),
								 get("M"), MCLMR_OCTETS(signature)),
				scalars[i].result);
	}
}

/* Points that are none: first octet, x, y set to an octet; length. */
static void test_points(void **state)
{
	uint8_t point[MCLMR_ECCSI_POINT];

	(void)state;
	memcpy(point, get("KPAK").s, sizeof(point));
	assert_int_equal(mclmr_eccsi_kpak_check(eccsi, MCLMR_OCTETS(point)),
			MCLMR_CRYPTO_OK);
	assert_int_equal(
			mclmr_eccsi_kpak_check(eccsi, (mclmr_span_t){(char *)point, 64}),
			MCLMR_CRYPTO_BAD_LENGTH);
	point[64] ^= 1;
	assert_int_equal(mclmr_eccsi_kpak_check(eccsi, MCLMR_OCTETS(point)),
			MCLMR_CRYPTO_BAD_POINT);
	assert_int_equal(mclmr_eccsi_verify(eccsi, MCLMR_OCTETS(point), get("ID"),
							 get("M"), get("Sig")),
			MCLMR_CRYPTO_BAD_POINT);
	point[64] ^= 1;
	for(int first = 0; first < 256; first++) {
		point[0] = (uint8_t)first;
		assert_int_equal(mclmr_eccsi_kpak_check(eccsi, MCLMR_OCTETS(point)),
				first == 4 ? MCLMR_CRYPTO_OK : MCLMR_CRYPTO_BAD_POINT);
	}
	memset(point, 0, sizeof(point));
	assert_int_equal(mclmr_eccsi_kpak_check(eccsi, MCLMR_OCTETS(point)),
			MCLMR_CRYPTO_BAD_POINT);
	assert_int_equal(mclmr_eccsi_verify(eccsi, MCLMR_OCTETS(point), get("ID"),
							 get("M"), get("Sig")),
			MCLMR_CRYPTO_BAD_POINT);
}

/* A key that is not this identity's, or not this KMS's, is not loaded. */
static void test_foreign_keys(void **state)
{
	mclmr_eccsi_master_t other;
	mclmr_eccsi_key_t key;
	const mclmr_eccsi_key_t nothing = {0};
	uint8_t ssk[MCLMR_ECCSI_SCALAR];

	(void)state;
	memcpy(ssk, get("SSK").s, sizeof(ssk));
	ssk[31] ^= 1;
	assert_int_equal(mclmr_eccsi_master_new(eccsi, &other), MCLMR_CRYPTO_OK);
	assert_int_equal(mclmr_eccsi_key_load(eccsi, get("KPAK"), NOBODY,
							 get("SSK"), get("PVT"), &key),
			MCLMR_CRYPTO_BAD_KEY);
	assert_memory_equal(&key, &nothing, sizeof(key));
	assert_int_equal(mclmr_eccsi_key_load(eccsi, MCLMR_OCTETS(other.kpak),
							 get("ID"), get("SSK"), get("PVT"), &key),
			MCLMR_CRYPTO_BAD_KEY);
	assert_int_equal(mclmr_eccsi_key_load(eccsi, get("KPAK"), get("ID"),
							 MCLMR_OCTETS(ssk), get("PVT"), &key),
			MCLMR_CRYPTO_BAD_KEY);
	assert_int_equal(mclmr_eccsi_key_load(eccsi, get("KPAK"), get("ID"),
							 get("SSK"), get("KPAK"), &key),
			MCLMR_CRYPTO_BAD_KEY);
	memset(ssk, 0, sizeof(ssk));
	assert_int_equal(mclmr_eccsi_key_load(eccsi, get("KPAK"), get("ID"),
							 MCLMR_OCTETS(ssk), get("PVT"), &key),
			MCLMR_CRYPTO_BAD_SCALAR);
}

static void test_lengths(void **state)
{
	char octets[200] = "";
	mclmr_eccsi_master_t master;
	mclmr_eccsi_key_t key;

	(void)state;
	for(size_t len = 0; len < sizeof(octets); len++) {
		mclmr_span_t span = {octets, len};

		if(len != SIZE)
			assert_int_equal(mclmr_eccsi_verify(eccsi, get("KPAK"), get("ID"),
									 get("M"), span),
					MCLMR_CRYPTO_BAD_LENGTH);
		if(len != MCLMR_ECCSI_POINT)
			assert_int_equal(mclmr_eccsi_verify(eccsi, span, get("ID"),
									 get("M"), get("Sig")),
					MCLMR_CRYPTO_BAD_LENGTH);
		if(len != MCLMR_ECCSI_SCALAR)
			assert_int_equal(mclmr_eccsi_key_load(eccsi, get("KPAK"), get("ID"),
									 span, get("PVT"), &key),
					MCLMR_CRYPTO_BAD_LENGTH);
		if(len == 0 || len > MCLMR_ID_MAX)
			assert_int_equal(mclmr_eccsi_verify(eccsi, get("KPAK"), span,
									 get("M"), get("Sig")),
					MCLMR_CRYPTO_BAD_LENGTH);
		assert_int_equal(mclmr_eccsi_master_load(eccsi, span, &master),
				len == 0 || len > MCLMR_ECCSI_SCALAR ? MCLMR_CRYPTO_BAD_LENGTH
													 : MCLMR_CRYPTO_BAD_SCALAR);
	}
}

static void test_words(void **state)
{
	(void)state;
	for(int i = 0; i < MCLMR_CRYPTO_COUNT; i++)
		assert_true(strlen(mclmr_crypto_words((mclmr_crypto_t)i)) > 8);
	assert_string_equal(mclmr_crypto_words(MCLMR_CRYPTO_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_kms_of_the_rfc),
			cmocka_unit_test(test_signature_of_the_rfc),
			cmocka_unit_test(test_fresh_keys_and_signatures),
			cmocka_unit_test(test_turns),
			cmocka_unit_test(test_changed_signatures),
			cmocka_unit_test(test_scalars_out_of_range),
			cmocka_unit_test(test_points),
			cmocka_unit_test(test_foreign_keys),
			cmocka_unit_test(test_lengths),
			cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("eccsi", tests, set_up, tear_down);
}
