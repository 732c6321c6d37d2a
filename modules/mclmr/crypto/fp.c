/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Constants, inverses and octets of F_p, on libcrypto's big numbers. */
#include "fp.h"
#include "sakke_set1.h"

/* cube = 2^3072 mod p, one = 2^1024 mod p. */
static bool make_constants(mclmr_fp_t *fp)
{
	return BN_to_montgomery(fp->one, BN_value_one(), fp->mont, fp->bn)
		   && BN_to_montgomery(fp->cube, fp->one, fp->mont, fp->bn)
		   && BN_to_montgomery(fp->cube, fp->cube, fp->mont, fp->bn);
}

bool mclmr_fp_init(mclmr_fp_t *fp)
{
	*fp = (mclmr_fp_t){.one = BN_new(),
			.cube = BN_new(),

			.t = mclmr_fp_array(MCLMR_FP_TEMPS),
			.mont = BN_MONT_CTX_new(),
			.bn = BN_CTX_secure_new()};
	return BN_hex2bn(&fp->p, MCLMR_SET1_P) && fp->one != NULL
		   && fp->cube != NULL && fp->t != NULL && fp->mont != NULL
		   && fp->bn != NULL && BN_MONT_CTX_set(fp->mont, fp->p, fp->bn)
		   && mclmr_modinv_init(&fp->modinv, fp->p) && make_constants(fp);
}

void mclmr_fp_clear(mclmr_fp_t *fp)
{
	BN_free(fp->p);
	BN_free(fp->one);
	BN_free(fp->cube);

	mclmr_fp_array_free(fp->t, MCLMR_FP_TEMPS);
	BN_MONT_CTX_free(fp->mont);
	BN_CTX_free(fp->bn);
	*fp = (mclmr_fp_t){0};
}

BIGNUM **mclmr_fp_array(size_t n)
{
	BIGNUM **array = OPENSSL_zalloc(n * sizeof(void *));

	for(size_t i = 0; array != NULL && i < n; i++) {
		array[i] = BN_new();
		if(array[i] == NULL) {
			mclmr_fp_array_free(array, n);
			array = NULL;
		}
	}
	return array;
}

void mclmr_fp_array_free(BIGNUM **array, size_t n)
{
	for(size_t i = 0; array != NULL && i < n; i++)
		BN_clear_free(array[i]);
	OPENSSL_free(array);
}

void mclmr_fp_negate(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a)
{
	if(BN_is_zero(a))
		BN_zero(r);
	else if(!BN_sub(r, fp->p, a))
		fp->failed = true;
}

void mclmr_fp_inverse(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a)
{
	if(!mclmr_modinv(&fp->modinv, r, a))
		fp->failed = true;
	mclmr_fp_mul(fp, r, r, fp->cube);
}

void mclmr_fp_inverse_many(
		mclmr_fp_t *fp, BIGNUM **a, BIGNUM **products, size_t n)
{
	BIGNUM *rest = products[n - 1];

	mclmr_fp_copy(fp, products[0], a[0]);
	for(size_t i = 1; i < n; i++)
		mclmr_fp_mul(fp, products[i], products[i - 1], a[i]);
	mclmr_fp_inverse(fp, rest, products[n - 1]);
	for(size_t i = n - 1; i > 0; i--) {
		mclmr_fp_mul(fp, products[i - 1], rest, products[i - 1]);
		mclmr_fp_mul(fp, rest, rest, a[i]);
		mclmr_fp_copy(fp, a[i], products[i - 1]);
	}
	mclmr_fp_copy(fp, a[0], rest);
}

bool mclmr_fp_read(
		mclmr_fp_t *fp, BIGNUM *r, const uint8_t octets[MCLMR_FP_SIZE])
{
	if(BN_bin2bn(octets, MCLMR_FP_SIZE, r) == NULL || BN_cmp(r, fp->p) >= 0)
		return false;
	return BN_to_montgomery(r, r, fp->mont, fp->bn);
}

void mclmr_fp_write(
		mclmr_fp_t *fp, const BIGNUM *a, uint8_t octets[MCLMR_FP_SIZE])
{
	if(!BN_from_montgomery(fp->t[0], a, fp->mont, fp->bn))
		fp->failed = true;
	mclmr_fp_store(fp, fp->t[0], octets);
}

void mclmr_fp_store(mclmr_fp_t *fp, const BIGNUM *a, uint8_t *at)
{
	if(BN_bn2binpad(a, at, MCLMR_FP_SIZE) != MCLMR_FP_SIZE)
		fp->failed = true;
}
