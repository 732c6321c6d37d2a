/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * pairing: the pairing <Q, C> of RFC 6508 3.2 with a point C that is known
 * beforehand: all lines of Miller's loop are computed once, then each Q only
 * takes their values. <Q, C> = <C, Q>.
 */
#ifndef MCLMR_PAIRING_H
#define MCLMR_PAIRING_H

#include "curve.h"
#include "pf.h"

/* Lines of the loop over q - 1 in signed bits: one per doubling, one per
 * addition; and the octets of their table. */
#define MCLMR_PAIRING_LINES 1373
#define MCLMR_PAIRING_SIZE (MCLMR_PAIRING_LINES * 2 * MCLMR_FP_SIZE)

/* q - 1 in signed bits, no two neighbours set; the highest is 1. */
typedef struct mclmr_naf
{
	int8_t digit[1024];
	size_t n;
} mclmr_naf_t;

/* The signed bits of q - 1. False: no memory. */
bool mclmr_naf_of(mclmr_naf_t *naf, const BIGNUM *q);

/* Whether a point of the curve is of order q. */
bool mclmr_pairing_order(mclmr_fp_t *fp, const mclmr_naf_t *naf,
		const BIGNUM *x, const BIGNUM *y);

/* The lines of a point of the curve. False: it is not of order q, or there is
 * no memory (fp->failed). */
bool mclmr_pairing_lines(mclmr_fp_t *fp, const mclmr_naf_t *naf,
		const BIGNUM *x, const BIGNUM *y, uint8_t *table);

/* What the values of lines at (x, y) are made of: x/y and 1/y. False: y = 0,
 * there is no such pairing. */
bool mclmr_pairing_begin(mclmr_fp_t *fp, const BIGNUM *x, const BIGNUM *y,
		BIGNUM *x_by_y, BIGNUM *one_by_y);

/* v = the value of Miller's loop. */
void mclmr_pairing_loop(mclmr_fp_t *fp, const mclmr_naf_t *naf,
		const uint8_t *table, const BIGNUM *x_by_y, const BIGNUM *one_by_y,
		mclmr_pf_t *v);

/* t = <(x, y), C> from that value. False: there is none. */
bool mclmr_pairing_end(mclmr_fp_t *fp, mclmr_pf_t *v, BIGNUM *t);

#endif
