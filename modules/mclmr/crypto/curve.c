/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Additions and doublings of points, on libcrypto's big numbers. */
#include "curve.h"

bool mclmr_curve_point_init(mclmr_curve_point_t *point)
{
	point->x = BN_new();
	point->y = BN_new();
	point->zz = BN_new();
	point->zzz = BN_new();
	return point->x != NULL && point->y != NULL && point->zz != NULL
		   && point->zzz != NULL;
}

void mclmr_curve_point_clear(mclmr_curve_point_t *point)
{
	BN_clear_free(point->x);
	BN_clear_free(point->y);
	BN_clear_free(point->zz);
	BN_clear_free(point->zzz);
}

/* r = 3a */
static void triple(mclmr_fp_t *fp, BIGNUM *r, const BIGNUM *a, BIGNUM *twice)
{
	mclmr_fp_double(fp, twice, a);
	mclmr_fp_add(fp, r, twice, a);
}

bool mclmr_curve_has(mclmr_fp_t *fp, const BIGNUM *x, const BIGNUM *y)
{
	BIGNUM *left = fp->t[0], *right = fp->t[1], *three = fp->t[2];

	mclmr_fp_square(fp, left, y);
	mclmr_fp_square(fp, right, x);
	triple(fp, three, fp->one, fp->t[3]);
	mclmr_fp_sub(fp, right, right, three);
	mclmr_fp_mul(fp, right, right, x);
	return BN_cmp(left, right) == 0;
}

void mclmr_curve_set(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative)
{
	mclmr_fp_copy(fp, point->x, x);
	if(negative)
		mclmr_fp_negate(fp, point->y, y);
	else
		mclmr_fp_copy(fp, point->y, y);
	mclmr_fp_copy(fp, point->zz, fp->one);
	mclmr_fp_copy(fp, point->zzz, fp->one);
}

/* point += (x/ZZ, y/ZZZ), or (x/ZZ, -y/ZZZ) if negative. */
static void add_scaled(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative)
{
	BIGNUM *p = fp->t[0], *r = fp->t[1], *pp = fp->t[2], *ppp = fp->t[3];
	BIGNUM *q = fp->t[4];

	mclmr_fp_sub(fp, p, x, point->x);
	if(negative) /* r has the other sign then */
		mclmr_fp_add(fp, r, y, point->y);
	else
		mclmr_fp_sub(fp, r, y, point->y);
	mclmr_fp_square(fp, pp, p);
	mclmr_fp_mul(fp, ppp, p, pp);
	mclmr_fp_mul(fp, q, point->x, pp);
	mclmr_fp_square(fp, point->x, r);
	mclmr_fp_sub(fp, point->x, point->x, ppp);
	mclmr_fp_sub(fp, point->x, point->x, q);
	mclmr_fp_sub(fp, point->x, point->x, q);
	if(negative)
		mclmr_fp_sub(fp, q, point->x, q);
	else
		mclmr_fp_sub(fp, q, q, point->x);
	mclmr_fp_mul(fp, q, q, r);
	mclmr_fp_mul(fp, point->y, point->y, ppp);
	mclmr_fp_sub(fp, point->y, q, point->y);
	mclmr_fp_mul(fp, point->zz, point->zz, pp);
	mclmr_fp_mul(fp, point->zzz, point->zzz, ppp);
}

void mclmr_curve_add(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative)
{
	mclmr_fp_mul(fp, fp->t[6], x, point->zz);
	mclmr_fp_mul(fp, fp->t[7], y, point->zzz);
	add_scaled(fp, point, fp->t[6], fp->t[7], negative);
}

void mclmr_curve_copy(mclmr_fp_t *fp, mclmr_curve_point_t *to,
		const mclmr_curve_point_t *from)
{
	mclmr_fp_copy(fp, to->x, from->x);
	mclmr_fp_copy(fp, to->y, from->y);
	mclmr_fp_copy(fp, to->zz, from->zz);
	mclmr_fp_copy(fp, to->zzz, from->zzz);
}

void mclmr_curve_merge(mclmr_fp_t *fp, mclmr_curve_point_t *point,
		const mclmr_curve_point_t *other)
{
	mclmr_fp_mul(fp, point->x, point->x, other->zz);
	mclmr_fp_mul(fp, point->y, point->y, other->zzz);
	mclmr_fp_mul(fp, fp->t[6], other->x, point->zz);
	mclmr_fp_mul(fp, fp->t[7], other->y, point->zzz);
	add_scaled(fp, point, fp->t[6], fp->t[7], false);
	mclmr_fp_mul(fp, point->zz, point->zz, other->zz);
	mclmr_fp_mul(fp, point->zzz, point->zzz, other->zzz);
}

/* m = 3 X^2 - 3 ZZ^2, the numerator of the tangent's slope. */
static void tangent_slope(
		mclmr_fp_t *fp, BIGNUM *m, const mclmr_curve_point_t *point)
{
	BIGNUM *sum = fp->t[6], *difference = fp->t[7];

	mclmr_fp_add(fp, sum, point->x, point->zz);
	mclmr_fp_sub(fp, difference, point->x, point->zz);
	mclmr_fp_mul(fp, sum, sum, difference);
	triple(fp, m, sum, difference);
}

void mclmr_curve_double(mclmr_fp_t *fp, mclmr_curve_point_t *point)
{
	BIGNUM *u = fp->t[0], *v = fp->t[1], *w = fp->t[2], *s = fp->t[3];
	BIGNUM *m = fp->t[4];

	tangent_slope(fp, m, point);
	mclmr_fp_double(fp, u, point->y);
	mclmr_fp_square(fp, v, u);
	mclmr_fp_mul(fp, w, u, v);
	mclmr_fp_mul(fp, s, point->x, v);
	mclmr_fp_square(fp, point->x, m);
	mclmr_fp_sub(fp, point->x, point->x, s);
	mclmr_fp_sub(fp, point->x, point->x, s);
	mclmr_fp_sub(fp, s, s, point->x);
	mclmr_fp_mul(fp, s, s, m);
	mclmr_fp_mul(fp, point->y, point->y, w);
	mclmr_fp_sub(fp, point->y, s, point->y);
	mclmr_fp_mul(fp, point->zz, point->zz, v);
	mclmr_fp_mul(fp, point->zzz, point->zzz, w);
}

void mclmr_curve_tangent(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const mclmr_curve_line_t *line)
{
	BIGNUM *m = fp->t[0], *u = fp->t[1];

	tangent_slope(fp, m, point);
	mclmr_fp_double(fp, u, point->y);
	mclmr_fp_mul(fp, line->den, u, point->zzz);
	mclmr_fp_mul(fp, line->slope, m, point->zz);
	mclmr_fp_mul(fp, line->shift, m, point->x);
	mclmr_fp_mul(fp, u, u, point->y);
	mclmr_fp_sub(fp, line->shift, line->shift, u);
}

void mclmr_curve_chord(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative,
		const mclmr_curve_line_t *line)
{
	BIGNUM *p = fp->t[0], *r = fp->t[1];

	mclmr_fp_mul(fp, p, x, point->zz);
	mclmr_fp_sub(fp, p, p, point->x);
	mclmr_fp_mul(fp, r, y, point->zzz);
	if(negative)
		mclmr_fp_negate(fp, r, r);
	mclmr_fp_sub(fp, r, r, point->y);
	mclmr_fp_mul(fp, line->den, p, point->zzz);
	mclmr_fp_mul(fp, line->slope, r, point->zz);
}

bool mclmr_curve_equal(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const BIGNUM *x, const BIGNUM *y, bool negative)
{
	BIGNUM *left = fp->t[0], *right = fp->t[1];

	if(BN_is_zero(point->zz) || BN_is_zero(point->zzz))
		return false;
	mclmr_fp_mul(fp, left, x, point->zz);
	mclmr_fp_mul(fp, right, y, point->zzz);
	if(negative)
		mclmr_fp_negate(fp, right, right);
	return BN_cmp(left, point->x) == 0 && BN_cmp(right, point->y) == 0;
}

void mclmr_curve_affine(mclmr_fp_t *fp, const mclmr_curve_point_t *point,
		const BIGNUM *inverse, BIGNUM *x, BIGNUM *y)
{
	BIGNUM *w = fp->t[0];

	mclmr_fp_mul(fp, w, point->zz, inverse);
	mclmr_fp_square(fp, w, w);
	mclmr_fp_mul(fp, x, point->x, w);
	mclmr_fp_mul(fp, y, point->y, inverse);
}
