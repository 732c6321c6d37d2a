/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * curve: points of the curve of sakke_set1, x = X/ZZ, y = Y/ZZZ with
 * ZZ^3 = ZZZ^2: an addition of an affine point takes ten multiplications.
 * Nothing here adds a point to itself or to its negative: ZZ becomes zero
 * then and stays it, which callers look for at the end.
 */
#ifndef MCLMR_CURVE_H
#define MCLMR_CURVE_H

#include "fp.h"

typedef struct mclmr_curve_point
{
	BIGNUM *x, *y, *zz, *zzz;
} mclmr_curve_point_t;

/* What a line through two points, or a tangent, is made of: its slope is
 * slope / den, its value at x = 0 is -shift / den. */
typedef struct mclmr_curve_line
{
	BIGNUM *slope, *shift, *den;
} mclmr_curve_line_t;

/* A point with new elements; false: no memory. */
bool mclmr_curve_point_init(mclmr_curve_point_t *point);
void mclmr_curve_point_clear(mclmr_curve_point_t *point);

/* Whether affine coordinates are on the curve. */
bool mclmr_curve_has(mclmr_fp_t *fp, const BIGNUM *x, const BIGNUM *y);

/* point = (x, y), or (x, -y) if negative. */
void mclmr_curve_set(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative);

/* point += (x, y), or (x, -y) if negative. */
void mclmr_curve_add(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative);

/* to = from */
void mclmr_curve_copy(mclmr_fp_t *fp, mclmr_curve_point_t *to,
		const mclmr_curve_point_t *from);

/* point += other, by fourteen multiplications. */
void mclmr_curve_merge(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const mclmr_curve_point_t *other);

/* point += point */
void mclmr_curve_double(mclmr_fp_t *fp, mclmr_curve_point_t *point);

/* The tangent at a point, and the line through it and (x, y) or (x, -y);
 * shift of the latter is not filled in. */
void mclmr_curve_tangent(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const mclmr_curve_line_t *line);
void mclmr_curve_chord(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative,
		const mclmr_curve_line_t *line);

/* Whether the point is (x, y), or (x, -y) if negative. */
bool mclmr_curve_equal(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative);

/* x and y of the point; inverse is 1/ZZZ. */
void mclmr_curve_affine(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const BIGNUM *inverse, BIGNUM *x, BIGNUM *y);

#endif
