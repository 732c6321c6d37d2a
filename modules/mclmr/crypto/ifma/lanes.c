/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Multiplication modulo p in eight lanes. */
#include "lanes.h"

#define LIMBS MCLMR_LIMBS

/* One step of Montgomery's reduction: t = (t + m p) / 2^52. */
MCLMR_INLINE_IFMA void reduce(
		const mclmr_lanes_field_t *field, __m512i t[LIMBS + 1])
{
	__m512i m = _mm512_madd52lo_epu64(
			_mm512_setzero_si512(), t[0], mclmr_lanes_limb(field->k0));

#pragma GCC unroll 20
	for(int j = 0; j < LIMBS; j++)
		t[j] = _mm512_madd52lo_epu64(t[j], mclmr_lanes_limb(field->p[j]), m);
	t[1] = _mm512_add_epi64(t[1], _mm512_srli_epi64(t[0], MCLMR_LIMB_BITS));
#pragma GCC unroll 20
	for(int j = 0; j < LIMBS; j++)
		t[j] = _mm512_madd52hi_epu64(
				t[j + 1], mclmr_lanes_limb(field->p[j]), m);
}

MCLMR_ON_IFMA void mclmr_lanes_mul(const mclmr_lanes_field_t *field,
		mclmr_lanes_t *r, const mclmr_lanes_t *a, const mclmr_lanes_t *b)
{
	const __m512i zero = _mm512_setzero_si512();
	__m512i t[LIMBS + 1];

#pragma GCC unroll 21
	for(int j = 0; j <= LIMBS; j++)
		t[j] = zero;
	for(int i = 0; i < LIMBS; i++) {
		__m512i digit = b->l[i];

		t[LIMBS] = zero;
#pragma GCC unroll 20
		for(int j = 0; j < LIMBS; j++)
			t[j] = _mm512_madd52lo_epu64(t[j], a->l[j], digit);
#pragma GCC unroll 20
		for(int j = 0; j < LIMBS; j++)
			t[j + 1] = _mm512_madd52hi_epu64(t[j + 1], a->l[j], digit);
		reduce(field, t);
	}
#pragma GCC unroll 20
	for(int j = 0; j < LIMBS; j++)
		r->l[j] = t[j];
	mclmr_lanes_carry(r);
}

/* columns = a^2, not carried: products of two different limbs, doubled, and
 * squares of limbs. */
MCLMR_INLINE_IFMA void square_columns(
		__m512i columns[2 * LIMBS], const mclmr_lanes_t *a)
{
#pragma GCC unroll 40
	for(int j = 0; j < 2 * LIMBS; j++)
		columns[j] = _mm512_setzero_si512();
#pragma GCC unroll 20
	for(int i = 0; i < LIMBS; i++) {
#pragma GCC unroll 20
		for(int j = i + 1; j < LIMBS; j++) {
			columns[i + j] =
					_mm512_madd52lo_epu64(columns[i + j], a->l[i], a->l[j]);
			columns[i + j + 1] =
					_mm512_madd52hi_epu64(columns[i + j + 1], a->l[i], a->l[j]);
		}
	}
#pragma GCC unroll 20
	for(int i = 0; i < LIMBS; i++) {
		__m512i *even = &columns[i + i], *odd = even + 1;

		*even = _mm512_madd52lo_epu64(
				_mm512_slli_epi64(*even, 1), a->l[i], a->l[i]);
		*odd = _mm512_madd52hi_epu64(
				_mm512_slli_epi64(*odd, 1), a->l[i], a->l[i]);
	}
}

MCLMR_ON_IFMA void mclmr_lanes_square(const mclmr_lanes_field_t *field,
		mclmr_lanes_t *r, const mclmr_lanes_t *a)
{
	__m512i columns[2 * LIMBS], t[LIMBS + 1];

	square_columns(columns, a);
#pragma GCC unroll 20
	for(int j = 0; j < LIMBS; j++)
		t[j] = columns[j];
	for(int i = 0; i < LIMBS; i++) {
		t[LIMBS] = columns[LIMBS + i];
		reduce(field, t);
	}
#pragma GCC unroll 20
	for(int j = 0; j < LIMBS; j++)
		r->l[j] = t[j];
	mclmr_lanes_carry(r);
}
