/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sums and powers of fixed_base in eight lanes. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "ifma.h"
#include "scratch.h"

#define LANES MCLMR_LANES
#define LIMBS MCLMR_LIMBS
#define LIMB_BITS MCLMR_LIMB_BITS
#define ELEMENT (LIMBS * sizeof(uint64_t))
#define POINTS ((size_t)MCLMR_IFMA_POINTS)
#define LEVELS 3 /* of additions of affine points; more do not pay */

_Static_assert(LANES == MCLMR_IFMA_LANES, "lanes");

/* A number below 2^1040 as limbs. */
static bool to_limbs(const BIGNUM *a, uint64_t limbs[LIMBS])
{
	uint64_t words[LIMBS] = {0};

	if(BN_bn2lebinpad(a, (uint8_t *)words, sizeof(words)) < 0)
		return false;
	for(size_t i = 0; i < LIMBS; i++) {
		size_t bit = i * LIMB_BITS, word = bit / 64, shift = bit % 64;

		limbs[i] = words[word] >> shift;
		if(shift > 64 - LIMB_BITS)
			limbs[i] |= words[word + 1] << (64 - shift);
		limbs[i] &= MCLMR_LIMB_MASK;
	}
	OPENSSL_cleanse(words, sizeof(words));
	return true;
}

/* The other way round. */
static bool from_limbs(const uint64_t limbs[LIMBS], BIGNUM *a)
{
	uint64_t words[LIMBS] = {0};
	bool ok;

	for(size_t i = 0; i < LIMBS; i++) {
		size_t bit = i * LIMB_BITS, word = bit / 64, shift = bit % 64;

		words[word] |= limbs[i] << shift;
		if(shift > 64 - LIMB_BITS)
			words[word + 1] |= limbs[i] >> (64 - shift);
	}
	ok = BN_lebin2bn((uint8_t *)words, sizeof(words), a) != NULL;
	OPENSSL_cleanse(words, sizeof(words));
	return ok;
}

/* To the table: from a * 2^1024 to a * 2^1040, as limbs. */
static void store(mclmr_fp_t *fp, const BIGNUM *a, uint8_t *at)
{
	BIGNUM *wide = fp->t[0];
	uint64_t limbs[LIMBS];

	if(!BN_lshift(wide, a, LIMBS * LIMB_BITS - 8 * MCLMR_FP_SIZE)
			|| !BN_nnmod(wide, wide, fp->p, fp->bn) || !to_limbs(wide, limbs))
		fp->failed = true;
	else
		memcpy(at, limbs, sizeof(limbs));
}

const mclmr_fp_form_t mclmr_ifma_form = {ELEMENT, store};

bool mclmr_ifma_here(void)
{
	return __builtin_cpu_supports("avx512f")
		   && __builtin_cpu_supports("avx512bw")
		   && __builtin_cpu_supports("avx512ifma");
}

/* -1/p mod 2^52, by Newton's steps. */
static uint64_t negative_inverse(uint64_t p)
{
	uint64_t inverse = 1;

	for(int i = 0; i < 6; i++)
		inverse *= 2 - p * inverse;
	return (0 - inverse) & MCLMR_LIMB_MASK;
}

/* limbs = factor * p */
static bool multiple_of_p(mclmr_fp_t *fp, BN_ULONG factor, uint64_t *limbs)
{
	BIGNUM *multiple = fp->t[0];

	return BN_copy(multiple, fp->p) != NULL && BN_mul_word(multiple, factor)
		   && to_limbs(multiple, limbs);
}

/* limbs = 2^bits mod p */
static bool power_of_two(mclmr_fp_t *fp, int bits, uint64_t *limbs)
{
	BIGNUM *power = fp->t[0];

	return BN_lshift(power, BN_value_one(), bits)
		   && BN_nnmod(power, power, fp->p, fp->bn) && to_limbs(power, limbs);
}

/* The field's constants. */
static bool make_field(mclmr_fp_t *fp, mclmr_lanes_field_t *field)
{
	const int ours = LIMBS * LIMB_BITS, theirs = 8 * MCLMR_FP_SIZE;

	if(!multiple_of_p(fp, 1, field->p) || !multiple_of_p(fp, 2, field->p2)
			|| !multiple_of_p(fp, 4, field->p4)
			|| !multiple_of_p(fp, 6, field->p6)
			|| !multiple_of_p(fp, 16, field->p16)
			|| !multiple_of_p(fp, 64, field->p64)
			|| !multiple_of_p(fp, 128, field->p128)
			|| !power_of_two(fp, ours, field->one)
			|| !power_of_two(fp, theirs, field->leave)
			|| !power_of_two(fp, 2 * ours - theirs, field->enter))
		return false;
	field->k0 = negative_inverse(field->p[0]);
	return true;
}

mclmr_ifma_t *mclmr_ifma_new(mclmr_fp_t *fp)
{
	mclmr_ifma_t *ifma = aligned_alloc(MCLMR_LANES_ALIGN, sizeof(*ifma));

	if(ifma == NULL)
		return NULL;
	memset(ifma, 0, sizeof(*ifma));
	if(!make_field(fp, &ifma->field)) {
		mclmr_ifma_free(ifma);
		ifma = NULL;
	}
	return ifma;
}

void mclmr_ifma_free(mclmr_ifma_t *ifma)
{
	if(ifma != NULL)
		mclmr_ifma_forget(ifma);
	free(ifma);
}

void mclmr_ifma_forget(mclmr_ifma_t *ifma)
{
	const size_t begin = offsetof(mclmr_ifma_t, x);
	const size_t end =
			ifma->filled ? sizeof(*ifma) : offsetof(mclmr_ifma_t, point);

	OPENSSL_cleanse((uint8_t *)ifma + begin, end - begin);
	ifma->filled = false;
}

/* Where the entries of all lanes stand for a step. */
typedef struct step
{
	const uint8_t *at[LANES];
	__mmask8 negative;
} step_t;

/* The entries of step i, of `size` octets each; they are asked for early. */
MCLMR_INLINE_IFMA step_t find(
		const mclmr_ifma_lane_t lane[LANES], size_t i, size_t size)
{
	step_t step = {.negative = 0};

	for(size_t k = 0; k < LANES; k++) {
		bool negative;
		size_t entry =
				mclmr_digits_entry(lane[k].digits, lane[k].row + i, &negative);

		step.at[k] = lane[k].table + entry * size;
		for(size_t n = 0; n < size; n += 64)
			_mm_prefetch(step.at[k] + n, _MM_HINT_T0);
		step.negative |= (__mmask8)((unsigned)negative << k);
	}
	return step;
}

/* The points of a step. */
MCLMR_INLINE_IFMA void load_point(
		const mclmr_ifma_t *ifma, mclmr_ifma_point_t *point, step_t *step)
{
	mclmr_lanes_load(&point->x, step->at);
	for(size_t k = 0; k < LANES; k++)
		step->at[k] += ELEMENT;
	mclmr_lanes_load(&point->y, step->at);
	mclmr_lanes_negate(&point->y, step->negative, &ifma->field);
}

/* sums = points, whose coordinates may be up to 66 p. */
MCLMR_ON_IFMA static void set_sum(
		mclmr_ifma_t *ifma, const mclmr_ifma_point_t *point)
{
	mclmr_lanes_set(&ifma->zz, ifma->field.one);
	mclmr_lanes_mul(&ifma->field, &ifma->x, &point->x, &ifma->zz);
	mclmr_lanes_mul(&ifma->field, &ifma->y, &point->y, &ifma->zz);
	ifma->zzz = ifma->zz;
}

/*
 * sums += points, as mclmr_curve_add() does. In multiples of p: a product is
 * below 1.01, X below 5.1, Y below 3.1, and no factor but
 * a point's coordinates above 8.
 */
MCLMR_ON_IFMA static void add_sum(
		mclmr_ifma_t *ifma, const mclmr_ifma_point_t *point)
{
	const mclmr_lanes_field_t *f = &ifma->field;
	mclmr_lanes_t p, r, pp, ppp, q;

	mclmr_lanes_mul(f, &p, &point->x, &ifma->zz);
	mclmr_lanes_sub(&p, &p, &ifma->x, f->p6);
	mclmr_lanes_mul(f, &r, &point->y, &ifma->zzz);
	mclmr_lanes_sub(&r, &r, &ifma->y, f->p6);
	mclmr_lanes_square(f, &pp, &p);
	mclmr_lanes_mul(f, &ppp, &p, &pp);
	mclmr_lanes_mul(f, &q, &ifma->x, &pp);
	mclmr_lanes_square(f, &ifma->x, &r);
	for(int i = 0; i < LIMBS; i++)
		p.l[i] = _mm512_add_epi64(ppp.l[i], q.l[i]);
	mclmr_lanes_sub2(&ifma->x, &ifma->x, &p, &q, f->p4);
	mclmr_lanes_sub(&q, &q, &ifma->x, f->p6);
	mclmr_lanes_mul(f, &q, &q, &r);
	mclmr_lanes_mul(f, &ifma->y, &ifma->y, &ppp);
	mclmr_lanes_sub(&ifma->y, &q, &ifma->y, f->p2);
	mclmr_lanes_mul(f, &ifma->zz, &ifma->zz, &pp);
	mclmr_lanes_mul(f, &ifma->zzz, &ifma->zzz, &ppp);
}

MCLMR_ON_IFMA void mclmr_ifma_sum(
		mclmr_ifma_t *ifma, const mclmr_ifma_lane_t lane[LANES], size_t steps)
{
	step_t step = find(lane, 0, 2 * ELEMENT), next = step;
	mclmr_ifma_point_t point;

	for(size_t i = 0; i < steps; i++, step = next) {
		if(i + 1 < steps)
			next = find(lane, i + 1, 2 * ELEMENT);
		load_point(ifma, &point, &step);
		if(i == 0)
			set_sum(ifma, &point);
		else
			add_sum(ifma, &point);
	}
}

/* The points of all rows of a table. */
MCLMR_ON_IFMA static void load_points(mclmr_ifma_t *ifma,
		const mclmr_ifma_lane_t lane[LANES], mclmr_ifma_point_t *point)
{
	step_t step = find(lane, 0, 2 * ELEMENT), next = step;

	for(size_t i = 0; i < MCLMR_DIGITS; i++, step = next) {
		if(i + 1 < MCLMR_DIGITS)
			next = find(lane, i + 1, 2 * ELEMENT);
		load_point(ifma, &point[i], &step);
	}
}

/* What the slope of the line through pair i is divided by. */
MCLMR_INLINE_IFMA void run_of(const mclmr_ifma_t *ifma, mclmr_lanes_t *run,
		size_t i, const uint64_t *c)
{
	mclmr_lanes_sub(run, &ifma->point[2 * i + 1].x, &ifma->point[2 * i].x, c);
}

/* product[i] = the runs of the pairs from i on, n in all, multiplied. */
MCLMR_ON_IFMA static void multiply_runs(
		mclmr_ifma_t *ifma, size_t n, const uint64_t *c)
{
	mclmr_lanes_t run;

	run_of(ifma, &ifma->product[n - 1], n - 1, c);
	for(size_t i = n - 1; i-- > 0;) {
		run_of(ifma, &run, i, c);
		mclmr_lanes_mul(
				&ifma->field, &ifma->product[i], &run, &ifma->product[i + 1]);
	}
}

/* point i = the sum of the points of pair i; inverse is 1 / run. */
MCLMR_INLINE_IFMA void add_pair(mclmr_ifma_t *ifma, size_t i,
		const mclmr_lanes_t *inverse, const uint64_t *c)
{
	const mclmr_lanes_field_t *f = &ifma->field;
	const mclmr_ifma_point_t *a = &ifma->point[2 * i],
							 *b = &ifma->point[2 * i + 1];
	mclmr_lanes_t slope, x, fall;

	mclmr_lanes_sub(&slope, &b->y, &a->y, c);
	mclmr_lanes_mul(f, &slope, &slope, inverse);
	mclmr_lanes_square(f, &x, &slope);
	mclmr_lanes_sub2(&x, &x, &a->x, &b->x, c);
	mclmr_lanes_sub(&fall, &a->x, &x, f->p128);
	mclmr_lanes_mul(f, &fall, &fall, &slope);
	mclmr_lanes_sub(&ifma->point[i].y, &fall, &a->y, c);
	ifma->point[i].x = x;
}

/* Adds up n pairs; inverse is that of all runs. */
MCLMR_ON_IFMA static void add_pairs(
		mclmr_ifma_t *ifma, size_t n, mclmr_lanes_t *inverse, const uint64_t *c)
{
	mclmr_lanes_t run, own;

	for(size_t i = 0; i + 1 < n; i++) {
		run_of(ifma, &run, i, c);
		mclmr_lanes_mul(&ifma->field, &own, inverse, &ifma->product[i + 1]);
		mclmr_lanes_mul(&ifma->field, inverse, inverse, &run);
		add_pair(ifma, i, &own, c);
	}
	add_pair(ifma, n - 1, inverse, c);
}

/* An element of all lanes in the form of fp, as limbs[lane]. */
MCLMR_ON_IFMA static void leave(const mclmr_ifma_t *ifma,
		const mclmr_lanes_t *a, uint64_t limbs[LANES][LIMBS])
{
	mclmr_lanes_t factor, product;

	mclmr_lanes_set(&factor, ifma->field.leave);
	mclmr_lanes_mul(&ifma->field, &product, a, &factor);
	for(int i = 0; i < LIMBS; i++) {
		uint64_t limb[LANES];

		_mm512_storeu_si512(limb, product.l[i]);
		for(int k = 0; k < LANES; k++)
			limbs[k][i] = limb[k];
	}
	OPENSSL_cleanse(&product, sizeof(product));
}

/* The other way round. */
MCLMR_ON_IFMA static void enter(const mclmr_ifma_t *ifma, mclmr_lanes_t *r,
		uint64_t limbs[LANES][LIMBS])
{
	const uint8_t *at[LANES];
	mclmr_lanes_t factor;

	for(int k = 0; k < LANES; k++)
		at[k] = (const uint8_t *)limbs[k];
	mclmr_lanes_load(r, at);
	mclmr_lanes_set(&factor, ifma->field.enter);
	mclmr_lanes_mul(&ifma->field, r, r, &factor);
}

bool mclmr_ifma_enter(
		const mclmr_ifma_t *ifma, mclmr_lanes_t *r, const BIGNUM *a)
{
	uint64_t limbs[LANES][LIMBS];
	bool ok = to_limbs(a, limbs[0]);

	for(int k = 1; k < LANES; k++)
		memcpy(limbs[k], limbs[0], sizeof(limbs[0]));
	enter(ifma, r, limbs);
	OPENSSL_cleanse(limbs, sizeof(limbs));
	return ok;
}

/* A lane's element, below p. */
static void take(mclmr_fp_t *fp, const uint64_t limbs[LIMBS], BIGNUM *to)
{
	if(!from_limbs(limbs, to)
			|| (BN_cmp(to, fp->p) >= 0 && !BN_sub(to, to, fp->p)))
		fp->failed = true;
}

/* r = 1 / a: by one inversion for all lanes. */
static void invert(const mclmr_ifma_t *ifma, mclmr_fp_t *fp, mclmr_lanes_t *r,
		const mclmr_lanes_t *a)
{
	BIGNUM **element = mclmr_fp_array(2 * (size_t)LANES);
	uint64_t limbs[LANES][LIMBS];

	if(element == NULL) {
		fp->failed = true;
		return;
	}
	leave(ifma, a, limbs);
	for(size_t k = 0; k < LANES; k++)
		take(fp, limbs[k], element[k]);
	mclmr_fp_inverse_many(fp, element, element + LANES, LANES);
	for(size_t k = 0; k < LANES; k++)
		fp->failed |= !to_limbs(element[k], limbs[k]);
	enter(ifma, r, limbs);
	mclmr_fp_array_free(element, 2 * (size_t)LANES);
	OPENSSL_cleanse(limbs, sizeof(limbs));
}

/*
 * Adds up n pairs of points. No two points of a pair are the same or each
 * other's negative: they are odd multiples of [256^i]B and of [256^j]B that
 * are smaller than 256^(j - i). c is more than what two coordinates of the
 * points make; those of the sums are up to c + 1.01 p.
 */
static void add_level(
		mclmr_ifma_t *ifma, mclmr_fp_t *fp, size_t n, const uint64_t *c)
{
	mclmr_lanes_t inverse;

	multiply_runs(ifma, n, c);
	invert(ifma, fp, &inverse, &ifma->product[0]);
	add_pairs(ifma, n, &inverse, c);
}

MCLMR_ON_IFMA void mclmr_ifma_sum_all(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		const mclmr_ifma_lane_t first[LANES],
		const mclmr_ifma_lane_t second[LANES])
{
	const uint64_t *const c[LEVELS] = {
			ifma->field.p4, ifma->field.p16, ifma->field.p64};
	size_t n = POINTS;

	ifma->filled = true;

	load_points(ifma, first, ifma->point);
	load_points(ifma, second, ifma->point + MCLMR_DIGITS);
	for(int i = 0; i < LEVELS; i++) {
		n /= 2;
		add_level(ifma, fp, n, c[i]);
	}
	set_sum(ifma, &ifma->point[0]);
	for(size_t i = 1; i < n; i++)
		add_sum(ifma, &ifma->point[i]);
}

MCLMR_ON_IFMA void mclmr_ifma_mul_power(
		mclmr_ifma_t *ifma, const mclmr_lanes_t *t, __mmask8 negative)
{
	const mclmr_lanes_field_t *f = &ifma->field;
	const __mmask8 positive = (__mmask8)~negative;
	mclmr_lanes_t at, bt;

	mclmr_lanes_mul(f, &at, &ifma->a, t);
	mclmr_lanes_mul(f, &bt, &ifma->b, t);
	for(int i = 0; i < LIMBS; i++) {
		__m512i more = mclmr_lanes_limb(f->p2[i]);
		__m512i a = _mm512_add_epi64(ifma->a.l[i], more);
		__m512i b = _mm512_add_epi64(ifma->b.l[i], more);

		a = _mm512_mask_add_epi64(a, negative, a, bt.l[i]);
		ifma->a.l[i] = _mm512_mask_sub_epi64(a, positive, a, bt.l[i]);
		b = _mm512_mask_sub_epi64(b, negative, b, at.l[i]);
		ifma->b.l[i] = _mm512_mask_add_epi64(b, positive, b, at.l[i]);
	}
	mclmr_lanes_carry(&ifma->a);
	mclmr_lanes_carry(&ifma->b);
}

MCLMR_ON_IFMA void mclmr_ifma_set_power(mclmr_ifma_t *ifma)
{
	mclmr_lanes_set(&ifma->a, ifma->field.one);
	for(int i = 0; i < LIMBS; i++)
		ifma->b.l[i] = _mm512_setzero_si512();
}

MCLMR_ON_IFMA void mclmr_ifma_power(
		mclmr_ifma_t *ifma, const mclmr_ifma_lane_t lane[LANES], size_t steps)
{
	step_t step = find(lane, 0, ELEMENT), next = step;
	mclmr_lanes_t t;

	mclmr_ifma_set_power(ifma);
	for(size_t i = 0; i < steps; i++, step = next) {
		if(i + 1 < steps)
			next = find(lane, i + 1, ELEMENT);
		mclmr_lanes_load(&t, step.at);
		mclmr_ifma_mul_power(ifma, &t, step.negative);
	}
}

void mclmr_ifma_take_sums(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		mclmr_curve_point_t *const sum[LANES])
{
	uint64_t limbs[4][LANES][LIMBS];

	leave(ifma, &ifma->x, limbs[0]);
	leave(ifma, &ifma->y, limbs[1]);
	leave(ifma, &ifma->zz, limbs[2]);
	leave(ifma, &ifma->zzz, limbs[3]);
	for(size_t i = 0; i < LANES; i++) {
		take(fp, limbs[0][i], sum[i]->x);
		take(fp, limbs[1][i], sum[i]->y);
		take(fp, limbs[2][i], sum[i]->zz);
		take(fp, limbs[3][i], sum[i]->zzz);
	}
	OPENSSL_cleanse(limbs, sizeof(limbs));
}

void mclmr_ifma_take_powers(
		mclmr_ifma_t *ifma, mclmr_fp_t *fp, mclmr_pf_t *const power[LANES])
{
	uint64_t limbs[2][LANES][LIMBS];

	leave(ifma, &ifma->a, limbs[0]);
	leave(ifma, &ifma->b, limbs[1]);
	for(size_t i = 0; i < LANES; i++) {
		take(fp, limbs[0][i], power[i]->a);
		take(fp, limbs[1][i], power[i]->b);
	}
	OPENSSL_cleanse(limbs, sizeof(limbs));
}
