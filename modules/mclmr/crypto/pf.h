/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * pf: the group PF_p of RFC 6508, that is F_p[i] without factors from F_p:
 * a + ib as it grows, b/a at the end. 1 + it is called by its t alone.
 */
#ifndef MCLMR_PF_H
#define MCLMR_PF_H

#include "fp.h"

typedef struct mclmr_pf
{
	BIGNUM *a, *b;
} mclmr_pf_t;

/* An element that is 1; false: no memory. */
bool mclmr_pf_init(mclmr_fp_t *fp, mclmr_pf_t *v);
void mclmr_pf_clear(mclmr_pf_t *v);

/* v = 1 + it, or 1 - it if negative; t NULL: v = 1. */
void mclmr_pf_set(
		mclmr_fp_t *fp, mclmr_pf_t *v, const BIGNUM *t, bool negative);

/* to = from */
void mclmr_pf_copy(mclmr_fp_t *fp, mclmr_pf_t *to, const mclmr_pf_t *from);

/* v *= other */
void mclmr_pf_merge(mclmr_fp_t *fp, mclmr_pf_t *v, const mclmr_pf_t *other);

/* v *= 1 + it, or 1 - it if negative. */
void mclmr_pf_mul(
		mclmr_fp_t *fp, mclmr_pf_t *v, const BIGNUM *t, bool negative);

/* v = v^2 */
void mclmr_pf_square(mclmr_fp_t *fp, mclmr_pf_t *v);

#endif
