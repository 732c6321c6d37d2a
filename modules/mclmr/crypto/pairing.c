/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lines of a point that is known beforehand, and Miller's loop over them. */
#include <openssl/crypto.h>

#include "pairing.h"

#define LINE_SIZE ((size_t)2 * MCLMR_FP_SIZE)

/* Where the loop over the signed bits stands while lines are made. */
typedef struct walk
{
	mclmr_fp_t *fp;
	const BIGNUM *x, *y;
	mclmr_curve_point_t point;
	mclmr_curve_line_t line; /* scratch; den is not used */
	BIGNUM **den;			 /* of all lines */
	BIGNUM **products;
	uint8_t *table;
	size_t n; /* lines so far */
} walk_t;

bool mclmr_naf_of(mclmr_naf_t *naf, const BIGNUM *q)
{
	BIGNUM *rest = BN_dup(q);
	bool ok = rest != NULL && BN_sub_word(rest, 1);

	for(naf->n = 0; ok && !BN_is_zero(rest) && naf->n < 1024; naf->n++) {
		int digit = !BN_is_odd(rest) ? 0 : BN_is_bit_set(rest, 1) ? -1 : 1;

		naf->digit[naf->n] = (int8_t)digit;
		if(digit > 0)
			ok = BN_sub_word(rest, 1);
		if(digit < 0)
			ok = BN_add_word(rest, 1);
		ok = ok && BN_rshift1(rest, rest);
	}
	BN_free(rest);
	return ok;
}

bool mclmr_pairing_order(mclmr_fp_t *fp, const mclmr_naf_t *naf,
		const BIGNUM *x, const BIGNUM *y)
{
	mclmr_curve_point_t point;
	bool ok = mclmr_curve_point_init(&point);

	if(ok) {
		mclmr_curve_set(fp, &point, x, y, false);
		for(size_t i = naf->n - 1; i-- > 0;) {
			mclmr_curve_double(fp, &point);
			if(naf->digit[i] != 0)
				mclmr_curve_add(fp, &point, x, y, naf->digit[i] < 0);
		}
		ok = mclmr_curve_equal(fp, &point, x, y, true);
	}
	mclmr_curve_point_clear(&point);
	return ok;
}

/* Puts a line's slope and shift into the table. */
static void store_line(walk_t *walk, size_t n)
{
	uint8_t *at = walk->table + n * LINE_SIZE;

	mclmr_fp_store(walk->fp, walk->line.slope, at);
	mclmr_fp_store(walk->fp, walk->line.shift, at + MCLMR_FP_SIZE);
}

/* The numerators and denominators of all lines. False: the point, or a
 * multiple, is of small order. */
static bool walk_lines(walk_t *walk, const mclmr_naf_t *naf)
{
	mclmr_fp_t *fp = walk->fp;

	mclmr_curve_set(fp, &walk->point, walk->x, walk->y, false);
	for(size_t i = naf->n - 1; i-- > 0;) {
		bool negative = naf->digit[i] < 0;

		walk->line.den = walk->den[walk->n];
		mclmr_curve_tangent(fp, &walk->point, &walk->line);
		mclmr_curve_double(fp, &walk->point);
		store_line(walk, walk->n++);
		if(naf->digit[i] == 0)
			continue;
		walk->line.den = walk->den[walk->n];
		mclmr_curve_chord(
				fp, &walk->point, walk->x, walk->y, negative, &walk->line);
		mclmr_curve_add(fp, &walk->point, walk->x, walk->y, negative);
		store_line(walk, walk->n++);
	}
	for(size_t n = 0; n < walk->n; n++) {
		if(BN_is_zero(walk->den[n]))
			return false;
	}
	return mclmr_curve_equal(fp, &walk->point, walk->x, walk->y, true);
}

/* shift of a line with this slope through (x, y), or (x, -y). */
static void chord_shift(walk_t *walk, bool negative)
{
	mclmr_fp_mul(walk->fp, walk->line.shift, walk->line.slope, walk->x);
	if(negative)
		mclmr_fp_add(walk->fp, walk->line.shift, walk->line.shift, walk->y);
	else
		mclmr_fp_sub(walk->fp, walk->line.shift, walk->line.shift, walk->y);
}

/* Divides line n by its denominator. */
static void divide_line(walk_t *walk, size_t n, bool tangent, bool negative)
{
	const uint8_t *at = walk->table + n * LINE_SIZE;

	mclmr_fp_load(walk->fp, walk->line.slope, at);
	mclmr_fp_mul(walk->fp, walk->line.slope, walk->line.slope, walk->den[n]);
	if(tangent) {
		mclmr_fp_load(walk->fp, walk->line.shift, at + MCLMR_FP_SIZE);
		mclmr_fp_mul(
				walk->fp, walk->line.shift, walk->line.shift, walk->den[n]);
	} else {
		chord_shift(walk, negative);
	}
	store_line(walk, n);
}

/* Divides all lines, in the order in which they were made. */
static void divide_lines(walk_t *walk, const mclmr_naf_t *naf)
{
	size_t n = 0;

	mclmr_fp_inverse_many(walk->fp, walk->den, walk->products, walk->n);
	for(size_t i = naf->n - 1; i-- > 0;) {
		divide_line(walk, n++, true, false);
		if(naf->digit[i] != 0)
			divide_line(walk, n++, false, naf->digit[i] < 0);
	}
}

bool mclmr_pairing_lines(mclmr_fp_t *fp, const mclmr_naf_t *naf,
		const BIGNUM *x, const BIGNUM *y, uint8_t *table)
{
	walk_t walk = {.fp = fp, .x = x, .y = y, .table = table};
	bool ok = mclmr_curve_point_init(&walk.point);

	walk.line.slope = BN_new();
	walk.line.shift = BN_new();
	walk.den = mclmr_fp_array(MCLMR_PAIRING_LINES);
	walk.products = mclmr_fp_array(MCLMR_PAIRING_LINES);
	if(!ok || walk.line.slope == NULL || walk.line.shift == NULL
			|| walk.den == NULL || walk.products == NULL)
		fp->failed = true;
	ok = !fp->failed && walk_lines(&walk, naf);
	if(ok)
		divide_lines(&walk, naf);
	mclmr_curve_point_clear(&walk.point);
	BN_clear_free(walk.line.slope);
	BN_clear_free(walk.line.shift);
	mclmr_fp_array_free(walk.den, MCLMR_PAIRING_LINES);
	mclmr_fp_array_free(walk.products, MCLMR_PAIRING_LINES);
	return ok && !fp->failed;
}

/*
 * v *= a line's value slope * x + shift + iy, divided by iy. Factors from F_p
 * do not count in PF_p, and those of i vanish in the fourth power.
 */
static void take_line(mclmr_fp_t *fp, mclmr_pf_t *v, const uint8_t *at,
		const BIGNUM *x_by_y, const BIGNUM *one_by_y)
{
	BIGNUM *slope = fp->t[2], *shift = fp->t[3];

	mclmr_fp_load(fp, slope, at);
	mclmr_fp_load(fp, shift, at + MCLMR_FP_SIZE);
	mclmr_fp_mul(fp, slope, slope, x_by_y);
	mclmr_fp_mul(fp, shift, shift, one_by_y);
	mclmr_fp_add(fp, slope, slope, shift);
	mclmr_pf_mul(fp, v, slope, true);
}

bool mclmr_pairing_begin(mclmr_fp_t *fp, const BIGNUM *x, const BIGNUM *y,
		BIGNUM *x_by_y, BIGNUM *one_by_y)
{
	if(BN_is_zero(y))
		return false;
	mclmr_fp_inverse(fp, one_by_y, y);
	mclmr_fp_mul(fp, x_by_y, one_by_y, x);
	return true;
}

void mclmr_pairing_loop(mclmr_fp_t *fp, const mclmr_naf_t *naf,
		const uint8_t *table, const BIGNUM *x_by_y, const BIGNUM *one_by_y,
		mclmr_pf_t *v)
{
	mclmr_pf_set(fp, v, NULL, false);
	for(size_t i = naf->n - 1; i-- > 0;) {
		mclmr_pf_square(fp, v);
		take_line(fp, v, table, x_by_y, one_by_y);
		table += LINE_SIZE;
		if(naf->digit[i] == 0)
			continue;
		take_line(fp, v, table, x_by_y, one_by_y);
		table += LINE_SIZE;
	}
}

/* The fourth power, (p + 1) / q = 4, as b/a. */
bool mclmr_pairing_end(mclmr_fp_t *fp, mclmr_pf_t *v, BIGNUM *t)
{
	mclmr_pf_square(fp, v);
	mclmr_pf_square(fp, v);
	if(BN_is_zero(v->a))
		return false;
	mclmr_fp_inverse(fp, v->a, v->a);
	mclmr_fp_mul(fp, t, v->a, v->b);
	return true;
}
