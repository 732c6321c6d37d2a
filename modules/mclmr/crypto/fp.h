/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * fp: the field F_p of sakke_set1 on libcrypto's big numbers. All elements
 * are in Montgomery form, a * 2^1024, below p. What a call lacks memory for
 * is noted in `failed` and asked for once, at the end of a computation.
 */
#ifndef MCLMR_FP_H
#define MCLMR_FP_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/bn.h>

#include "modinv.h"

#define MCLMR_FP_SIZE 128 /* octets of an element */
#define MCLMR_FP_TEMPS 10

typedef struct mclmr_fp
{
	BIGNUM *p;
	BIGNUM *one;
	BIGNUM *cube; /* 2^3072 mod p: turns an inverse into Montgomery form */

	BIGNUM **t; /* MCLMR_FP_TEMPS temporaries, for curve and pf */
	BN_MONT_CTX *mont;
	BN_CTX *bn;
	mclmr_modinv_t modinv;
	bool failed;
} mclmr_fp_t;

/* The field; false: no memory (to be cleared all the same). */
bool mclmr_fp_init(mclmr_fp_t *fp);
void mclmr_fp_clear(mclmr_fp_t *fp);

/* n new elements, all zero, or NULL. Freed, and cleansed, by the other. */
BIGNUM **mclmr_fp_array(size_t n);
void mclmr_fp_array_free(BIGNUM **array, size_t n);

/* r = a * b; r may be a or b here and below. */
static inline void mclmr_fp_mul(
		mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	if(!BN_mod_mul_montgomery(r, a, b, fp->mont, fp->bn))
		fp->failed = true;
}

/* r = a^2 */
static inline void mclmr_fp_square(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a)
{
	mclmr_fp_mul(fp, r, a, a);
}

/* r = a + b */
static inline void mclmr_fp_add(
		mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	if(!BN_mod_add_quick(r, a, b, fp->p))
		fp->failed = true;
}

/* r = a - b */
static inline void mclmr_fp_sub(
		mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a, const BIGNUM *b)
{
	if(!BN_mod_sub_quick(r, a, b, fp->p))
		fp->failed = true;
}

/* r = 2a */
static inline void mclmr_fp_double(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a)
{
	if(!BN_mod_lshift1_quick(r, a, fp->p))
		fp->failed = true;
}

/* r = a */
static inline void mclmr_fp_copy(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a)
{
	if(BN_copy(r, a) == NULL)
		fp->failed = true;
}

/* r = -a */
void mclmr_fp_negate(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a);

/* r = 1/a, a not zero; in constant time. */
void mclmr_fp_inverse(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a);

/* Inverts n elements, none of them zero, by one inversion. products are n
 * temporaries. */
void mclmr_fp_inverse_many(
		mclmr_fp_t *fp, BIGNUM **a, BIGNUM **products, size_t n);

/* An element from 128 octets; false if they are not below p. */
bool mclmr_fp_read(
		mclmr_fp_t *fp, BIGNUM *r, const uint8_t octets[MCLMR_FP_SIZE]);

/* Out of Montgomery form, to 128 octets. */
void mclmr_fp_write(
		mclmr_fp_t *fp, const BIGNUM *a, uint8_t octets[MCLMR_FP_SIZE]);

/* To and from the octets of a table: Montgomery form as it is. */
static inline void mclmr_fp_load(mclmr_fp_t *fp, BIGNUM *r, const uint8_t *at)
{
	if(BN_bin2bn(at, MCLMR_FP_SIZE, r) == NULL)
		fp->failed = true;
}
void mclmr_fp_store(mclmr_fp_t *fp, const BIGNUM *a, uint8_t *at);

#endif
