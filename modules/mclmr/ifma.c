/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stddef.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "ifma.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define LANES MCLMR_IFMA_LANES
#define LIMBS 20
#define LIMB_BITS 52
#define ALIGN 64
#define MASK ((1ULL << LIMB_BITS) - 1)

/* All functions that hold lanes are made for CPUs with these instructions,
 * whatever the rest of the library is made for. */
#define ON_IFMA __attribute__((target("avx512f,avx512ifma")))
#define INLINE_IFMA ON_IFMA static inline __attribute__((always_inline))

/*
 * One element per lane: limb i of all of them stands in l[i]. Outside of
 * functions that are ON_IFMA, gcc takes 16 octets for the type's alignment.
 */
typedef struct lanes
{
	_Alignas(ALIGN) __m512i l[LIMBS];
} lanes_t;

struct mclmr_ifma
{
	lanes_t x, y, zz, zzz; /* the sums */
	lanes_t a, b;		   /* the products */
	uint64_t p[LIMBS], p2[LIMBS], p4[LIMBS], p6[LIMBS];
	uint64_t one[LIMBS];   /* 2^1040 mod p */
	uint64_t leave[LIMBS]; /* 2^1024 mod p: to the form of fp */
	uint64_t k0;		   /* -1/p mod 2^52 */
};

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
		limbs[i] &= MASK;
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

const mclmr_fp_form_t mclmr_ifma_form = {LIMBS * sizeof(uint64_t), store};

bool mclmr_ifma_here(void)
{
	return __builtin_cpu_supports("avx512f")
		   && __builtin_cpu_supports("avx512ifma");
}

/* -1/p mod 2^52, by Newton's steps. */
static uint64_t negative_inverse(uint64_t p)
{
	uint64_t inverse = 1;

	for(int i = 0; i < 6; i++)
		inverse *= 2 - p * inverse;
	return (0 - inverse) & MASK;
}

/* limbs = factor * p */
static bool multiple_of_p(
		mclmr_fp_t *fp, BN_ULONG factor, uint64_t limbs[LIMBS])
{
	BIGNUM *multiple = fp->t[0];

	return BN_copy(multiple, fp->p) != NULL && BN_mul_word(multiple, factor)
		   && to_limbs(multiple, limbs);
}

/* limbs = 2^bits mod p */
static bool power_of_two(mclmr_fp_t *fp, int bits, uint64_t limbs[LIMBS])
{
	BIGNUM *power = fp->t[0];

	return BN_lshift(power, BN_value_one(), bits)
		   && BN_nnmod(power, power, fp->p, fp->bn) && to_limbs(power, limbs);
}

mclmr_ifma_t *mclmr_ifma_new(mclmr_fp_t *fp)
{
	mclmr_ifma_t *ifma = aligned_alloc(ALIGN, sizeof(*ifma));

	if(ifma == NULL)
		return NULL;
	memset(ifma, 0, sizeof(*ifma));
	if(!multiple_of_p(fp, 1, ifma->p) || !multiple_of_p(fp, 2, ifma->p2)
			|| !multiple_of_p(fp, 4, ifma->p4)
			|| !multiple_of_p(fp, 6, ifma->p6)
			|| !power_of_two(fp, LIMBS * LIMB_BITS, ifma->one)
			|| !power_of_two(fp, 8 * MCLMR_FP_SIZE, ifma->leave)) {
		mclmr_ifma_free(ifma);
		return NULL;
	}
	ifma->k0 = negative_inverse(ifma->p[0]);
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
	OPENSSL_cleanse(&ifma->x, offsetof(mclmr_ifma_t, p));
}

INLINE_IFMA __m512i all(uint64_t limb)
{
	return _mm512_set1_epi64((long long)limb);
}

/* Limbs of any sign, of a value that has none, to limbs of 52 bits. */
INLINE_IFMA void carry(lanes_t *r)
{
	__m512i over = _mm512_setzero_si512();

#pragma GCC unroll 20
	for(int i = 0; i < LIMBS - 1; i++) {
		__m512i limb = _mm512_add_epi64(r->l[i], over);

		over = _mm512_srai_epi64(limb, LIMB_BITS);
		r->l[i] = _mm512_and_si512(limb, all(MASK));
	}
	r->l[LIMBS - 1] = _mm512_add_epi64(r->l[LIMBS - 1], over);
}

/*
 * r = a * b / 2^1040 mod p, below p + a * b / 2^1040: that is 1.01 p for the
 * values that are met here.
 */
ON_IFMA static __attribute__((noinline)) void mul(const mclmr_ifma_t *ifma,
		lanes_t *r, const lanes_t *a, const lanes_t *b)
{
	const __m512i zero = _mm512_setzero_si512();
	__m512i t[LIMBS + 1];

#pragma GCC unroll 21
	for(int j = 0; j <= LIMBS; j++)
		t[j] = zero;
	for(int i = 0; i < LIMBS; i++) {
		__m512i digit = b->l[i], m;

#pragma GCC unroll 20
		for(int j = 0; j < LIMBS; j++)
			t[j] = _mm512_madd52lo_epu64(t[j], a->l[j], digit);
		m = _mm512_madd52lo_epu64(zero, t[0], all(ifma->k0));
#pragma GCC unroll 20
		for(int j = 0; j < LIMBS; j++)
			t[j] = _mm512_madd52lo_epu64(t[j], all(ifma->p[j]), m);
		t[1] = _mm512_add_epi64(t[1], _mm512_srli_epi64(t[0], LIMB_BITS));
#pragma GCC unroll 20
		for(int j = 0; j < LIMBS; j++) {
			t[j] = _mm512_madd52hi_epu64(t[j + 1], a->l[j], digit);
			t[j] = _mm512_madd52hi_epu64(t[j], all(ifma->p[j]), m);
		}
	}
#pragma GCC unroll 20
	for(int j = 0; j < LIMBS; j++)
		r->l[j] = t[j];
	carry(r);
}

/* r = a - b + c, c a multiple of p that keeps it above zero. */
INLINE_IFMA void sub(
		lanes_t *r, const lanes_t *a, const lanes_t *b, const uint64_t *c)
{
	for(int i = 0; i < LIMBS; i++)
		r->l[i] =
				_mm512_add_epi64(_mm512_sub_epi64(a->l[i], b->l[i]), all(c[i]));
	carry(r);
}

/* a in the lanes that are not in the mask, -a in those that are. */
INLINE_IFMA __m512i sign(__m512i a, __mmask8 negative)
{
	return _mm512_mask_sub_epi64(a, negative, _mm512_setzero_si512(), a);
}

/* Where the entries of all lanes stand for a step. */
typedef struct step
{
	uint64_t at[LANES];
	__mmask8 negative;
} step_t;

/* The entries of a step of `size` octets each; they are asked for early. */
INLINE_IFMA step_t find(
		const mclmr_ifma_lane_t lane[LANES], size_t i, size_t size)
{
	step_t step = {.negative = 0};

	for(size_t k = 0; k < LANES; k++) {
		bool negative;
		size_t entry =
				mclmr_digits_entry(lane[k].digits, lane[k].row + i, &negative);
		const uint8_t *at = lane[k].table + entry * size;

		for(size_t n = 0; n < size; n += 64)
			_mm_prefetch(at + n, _MM_HINT_T0);
		step.at[k] = (uint64_t)(uintptr_t)at;
		step.negative |= (__mmask8)((unsigned)negative << k);
	}
	return step;
}

/* One element of each lane's entry. */
INLINE_IFMA void load(lanes_t *r, const step_t *step, size_t offset)
{
	__m512i at = _mm512_add_epi64(
			_mm512_loadu_si512(step->at), all((uint64_t)offset));

	for(size_t i = 0; i < LIMBS; i++)
		r->l[i] = _mm512_i64gather_epi64(
				_mm512_add_epi64(at, all(i * sizeof(uint64_t))), NULL, 1);
}

/* The first entry: (x, y) with ZZ = ZZZ = 1. */
INLINE_IFMA void set_sum(mclmr_ifma_t *ifma, const step_t *step)
{
	load(&ifma->x, step, 0);
	load(&ifma->y, step, LIMBS * sizeof(uint64_t));
	for(int i = 0; i < LIMBS; i++) {
		ifma->y.l[i] = _mm512_mask_sub_epi64(
				ifma->y.l[i], step->negative, all(ifma->p[i]), ifma->y.l[i]);
		ifma->zz.l[i] = ifma->zzz.l[i] = all(ifma->one[i]);
	}
	carry(&ifma->y);
}

/*
 * Adds an entry as mclmr_curve_add() does. In multiples of p: a product is
 * below 1.01, X below 5.1, Y below 3.1, and no factor above 7.2.
 */
ON_IFMA static void add_sum(mclmr_ifma_t *ifma, const step_t *step)
{
	lanes_t p, r, pp, ppp, q;

	load(&p, step, 0);
	load(&r, step, LIMBS * sizeof(uint64_t));
	mul(ifma, &p, &p, &ifma->zz);
	sub(&p, &p, &ifma->x, ifma->p6);
	mul(ifma, &r, &r, &ifma->zzz);
	for(int i = 0; i < LIMBS; i++)
		r.l[i] = sign(r.l[i], step->negative);
	sub(&r, &r, &ifma->y, ifma->p6);
	mul(ifma, &pp, &p, &p);
	mul(ifma, &ppp, &p, &pp);
	mul(ifma, &q, &ifma->x, &pp);
	mul(ifma, &ifma->x, &r, &r);
	for(int i = 0; i < LIMBS; i++)
		ifma->x.l[i] =
				_mm512_sub_epi64(_mm512_sub_epi64(ifma->x.l[i], ppp.l[i]),
						_mm512_slli_epi64(q.l[i], 1));
	for(int i = 0; i < LIMBS; i++)
		ifma->x.l[i] = _mm512_add_epi64(ifma->x.l[i], all(ifma->p4[i]));
	carry(&ifma->x);
	sub(&q, &q, &ifma->x, ifma->p6);
	mul(ifma, &q, &q, &r);
	mul(ifma, &ifma->y, &ifma->y, &ppp);
	sub(&ifma->y, &q, &ifma->y, ifma->p2);
	mul(ifma, &ifma->zz, &ifma->zz, &pp);
	mul(ifma, &ifma->zzz, &ifma->zzz, &ppp);
}

ON_IFMA void mclmr_ifma_sum(mclmr_ifma_t *ifma,
		const mclmr_ifma_lane_t lane[LANES], size_t steps, bool first)
{
	step_t step = find(lane, 0, 2 * mclmr_ifma_form.size), next = step;

	for(size_t i = 0; i < steps; i++, step = next) {
		if(i + 1 < steps)
			next = find(lane, i + 1, 2 * mclmr_ifma_form.size);
		if(i == 0 && first)
			set_sum(ifma, &step);
		else
			add_sum(ifma, &step);
	}
}

/*
 * Multiplies by an entry as mclmr_pf_mul() does. a and b grow by 2.1 p with
 * each of at most 128 steps: far from the 2^16 p where limbs end.
 */
ON_IFMA static void mul_power(mclmr_ifma_t *ifma, const step_t *step)
{
	lanes_t t, at, bt;

	load(&t, step, 0);
	mul(ifma, &at, &ifma->a, &t);
	mul(ifma, &bt, &ifma->b, &t);
	for(int i = 0; i < LIMBS; i++) {
		ifma->a.l[i] = _mm512_add_epi64(
				_mm512_sub_epi64(ifma->a.l[i], sign(bt.l[i], step->negative)),
				all(ifma->p2[i]));
		ifma->b.l[i] = _mm512_add_epi64(
				_mm512_add_epi64(ifma->b.l[i], sign(at.l[i], step->negative)),
				all(ifma->p2[i]));
	}
	carry(&ifma->a);
	carry(&ifma->b);
}

/* The products are 1. */
INLINE_IFMA void set_power(mclmr_ifma_t *ifma)
{
	for(int i = 0; i < LIMBS; i++) {
		ifma->a.l[i] = all(ifma->one[i]);
		ifma->b.l[i] = _mm512_setzero_si512();
	}
}

ON_IFMA void mclmr_ifma_power(
		mclmr_ifma_t *ifma, const mclmr_ifma_lane_t lane[LANES], size_t steps)
{
	step_t step = find(lane, 0, mclmr_ifma_form.size), next = step;

	set_power(ifma);
	for(size_t i = 0; i < steps; i++, step = next) {
		if(i + 1 < steps)
			next = find(lane, i + 1, mclmr_ifma_form.size);
		mul_power(ifma, &step);
	}
}

/* An element of all lanes in the form of fp, as limbs[lane]. */
ON_IFMA static void leave(const mclmr_ifma_t *ifma, const lanes_t *a,
		uint64_t limbs[LANES][LIMBS])
{
	lanes_t factor, product;

	for(int i = 0; i < LIMBS; i++)
		factor.l[i] = all(ifma->leave[i]);
	mul(ifma, &product, a, &factor);
	for(int i = 0; i < LIMBS; i++) {
		uint64_t limb[LANES];

		_mm512_storeu_si512(limb, product.l[i]);
		for(int k = 0; k < LANES; k++)
			limbs[k][i] = limb[k];
	}
	OPENSSL_cleanse(&product, sizeof(product));
}

/* A lane's element, below p. */
static void take(mclmr_fp_t *fp, const uint64_t limbs[LIMBS], BIGNUM *to)
{
	if(!from_limbs(limbs, to)
			|| (BN_cmp(to, fp->p) >= 0 && !BN_sub(to, to, fp->p)))
		fp->failed = true;
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

#else

const mclmr_fp_form_t mclmr_ifma_form = {MCLMR_FP_SIZE, mclmr_fp_store};

bool mclmr_ifma_here(void)
{
	return false;
}

mclmr_ifma_t *mclmr_ifma_new(mclmr_fp_t *fp)
{
	(void)fp;
	return NULL;
}

void mclmr_ifma_free(mclmr_ifma_t *ifma)
{
	(void)ifma;
}

void mclmr_ifma_forget(mclmr_ifma_t *ifma)
{
	(void)ifma;
}

void mclmr_ifma_sum(mclmr_ifma_t *ifma,
		const mclmr_ifma_lane_t lane[MCLMR_IFMA_LANES], size_t steps,
		bool first)
{
	(void)ifma, (void)lane, (void)steps, (void)first;
}

void mclmr_ifma_power(mclmr_ifma_t *ifma,
		const mclmr_ifma_lane_t lane[MCLMR_IFMA_LANES], size_t steps)
{
	(void)ifma, (void)lane, (void)steps;
}

void mclmr_ifma_take_sums(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		mclmr_curve_point_t *const sum[MCLMR_IFMA_LANES])
{
	(void)ifma, (void)fp, (void)sum;
}

void mclmr_ifma_take_powers(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		mclmr_pf_t *const power[MCLMR_IFMA_LANES])
{
	(void)ifma, (void)fp, (void)power;
}

#endif
