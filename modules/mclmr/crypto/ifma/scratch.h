/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to crypto/ifma. scratch: what its files share.
 */
#ifndef MCLMR_IFMA_SCRATCH_H
#define MCLMR_IFMA_SCRATCH_H

#include "ifma.h"
#include "lanes.h"

#define MCLMR_IFMA_POINTS (2 * MCLMR_DIGITS)

/* Affine points. */
typedef struct mclmr_ifma_point
{
	mclmr_lanes_t x, y;
} mclmr_ifma_point_t;

/* All but the field is what the lanes hold. */
struct mclmr_ifma
{
	mclmr_lanes_field_t field;
	bool filled;				 /* point and product hold something */
	mclmr_lanes_t x, y, zz, zzz; /* the sums */
	mclmr_lanes_t a, b;			 /* the products */
	mclmr_ifma_point_t point[MCLMR_IFMA_POINTS];
	mclmr_lanes_t product[MCLMR_IFMA_POINTS / 2];
};

/* r = a, in the form of fp, in all lanes. False: it has too many bits. */
bool mclmr_ifma_enter(
		const mclmr_ifma_t *ifma, mclmr_lanes_t *r, const BIGNUM *a);

/* The products are 1. */
void mclmr_ifma_set_power(mclmr_ifma_t *ifma);

/*
 * Multiplies the products as mclmr_pf_mul() does. a and b grow by 2.1 p with
 * each of at most 128 steps: far from the 2^16 p where limbs end.
 */
void mclmr_ifma_mul_power(
		mclmr_ifma_t *ifma, const mclmr_lanes_t *t, __mmask8 negative);

#endif
