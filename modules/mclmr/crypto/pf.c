/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Products and squares in PF_p. */
#include "pf.h"

bool mclmr_pf_init(mclmr_fp_t *fp, mclmr_pf_t *v)
{
	v->a = BN_new();
	v->b = BN_new();
	if(v->a == NULL || v->b == NULL)
		return false;
	mclmr_pf_set(fp, v, NULL, false);
	return true;
}

void mclmr_pf_clear(mclmr_pf_t *v)
{
	BN_clear_free(v->a);
	BN_clear_free(v->b);
}

void mclmr_pf_set(mclmr_fp_t *fp, mclmr_pf_t *v, const BIGNUM *t, bool negative)
{
	mclmr_fp_copy(fp, v->a, fp->one);
	if(t == NULL)
		BN_zero(v->b);
	else if(negative)
		mclmr_fp_negate(fp, v->b, t);
	else
		mclmr_fp_copy(fp, v->b, t);
}

void mclmr_pf_copy(mclmr_fp_t *fp, mclmr_pf_t *to, const mclmr_pf_t *from)
{
	mclmr_fp_copy(fp, to->a, from->a);
	mclmr_fp_copy(fp, to->b, from->b);
}

void mclmr_pf_merge(mclmr_fp_t *fp, mclmr_pf_t *v, const mclmr_pf_t *other)
{
	BIGNUM *bb = fp->t[0], *ab = fp->t[1];

	mclmr_fp_mul(fp, bb, v->b, other->b);
	mclmr_fp_mul(fp, ab, v->a, other->b);
	mclmr_fp_mul(fp, v->b, v->b, other->a);
	mclmr_fp_add(fp, v->b, v->b, ab);
	mclmr_fp_mul(fp, v->a, v->a, other->a);
	mclmr_fp_sub(fp, v->a, v->a, bb);
}

void mclmr_pf_mul(mclmr_fp_t *fp, mclmr_pf_t *v, const BIGNUM *t, bool negative)
{
	BIGNUM *at = fp->t[0], *bt = fp->t[1];

	mclmr_fp_mul(fp, at, v->a, t);
	mclmr_fp_mul(fp, bt, v->b, t);
	if(negative) {
		mclmr_fp_add(fp, v->a, v->a, bt);
		mclmr_fp_sub(fp, v->b, v->b, at);
	} else {
		mclmr_fp_sub(fp, v->a, v->a, bt);
		mclmr_fp_add(fp, v->b, v->b, at);
	}
}

void mclmr_pf_square(mclmr_fp_t *fp, mclmr_pf_t *v)
{
	BIGNUM *sum = fp->t[0], *difference = fp->t[1];

	mclmr_fp_add(fp, sum, v->a, v->b);
	mclmr_fp_sub(fp, difference, v->a, v->b);
	mclmr_fp_mul(fp, v->b, v->a, v->b);
	mclmr_fp_double(fp, v->b, v->b);
	mclmr_fp_mul(fp, v->a, sum, difference);
}
