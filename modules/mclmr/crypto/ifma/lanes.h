/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to crypto/ifma. lanes: eight elements of F_p at once, one per lane
 * of an AVX-512 register. An element has 20 limbs of 52 bits and stands in
 * Montgomery form a * 2^1040, as any number of 1040 bits that is the same
 * modulo p. Only for x86-64, and only if mclmr_ifma_here() is true.
 */
#ifndef MCLMR_IFMA_LANES_H
#define MCLMR_IFMA_LANES_H

#include <immintrin.h>
#include <stdint.h>

#define MCLMR_LANES 8
#define MCLMR_LIMBS 20
#define MCLMR_LIMB_BITS 52
#define MCLMR_LIMB_MASK ((1ULL << MCLMR_LIMB_BITS) - 1)
#define MCLMR_LANES_ALIGN 64

/* All functions that hold lanes are made for CPUs with these instructions,
 * whatever the rest of the library is made for. */
#define MCLMR_ON_IFMA __attribute__((target("avx512f,avx512bw,avx512ifma")))
#define MCLMR_INLINE_IFMA \
	MCLMR_ON_IFMA static inline __attribute__((always_inline))

/*
 * Limb i of all elements stands in l[i]. Outside of functions that are
 * MCLMR_ON_IFMA, gcc takes 16 octets for the type's alignment.
 */
typedef struct mclmr_lanes
{
	_Alignas(MCLMR_LANES_ALIGN) __m512i l[MCLMR_LIMBS];
} mclmr_lanes_t;

/* An element that is the same in all lanes. */
typedef uint64_t mclmr_limbs_t[MCLMR_LIMBS];

/* The field, as lanes need it. */
typedef struct mclmr_lanes_field
{
	mclmr_limbs_t p, p2, p4, p6, p16, p64, p128; /* times p */
	mclmr_limbs_t one;							 /* 2^1040 mod p */
	mclmr_limbs_t leave; /* 2^1024 mod p: to fp's form */
	mclmr_limbs_t enter; /* 2^1056 mod p: from it */
	uint64_t k0;		 /* -1/p mod 2^52 */
} mclmr_lanes_field_t;

/* r = a * b / 2^1040: below p + a * b / 2^1040, which is 1.01 p if a * b
 * is below 1000 p^2. r may be a or b. */
void mclmr_lanes_mul(const mclmr_lanes_field_t *field, mclmr_lanes_t *r,
		const mclmr_lanes_t *a, const mclmr_lanes_t *b);

/* r = a^2 / 2^1040, in three quarters of the time. */
void mclmr_lanes_square(const mclmr_lanes_field_t *field, mclmr_lanes_t *r,
		const mclmr_lanes_t *a);

/* The same limb in all lanes. */
MCLMR_INLINE_IFMA __m512i mclmr_lanes_limb(uint64_t limb)
{
	return _mm512_set1_epi64((long long)limb);
}

/* The same element in all lanes. */
MCLMR_INLINE_IFMA void mclmr_lanes_set(mclmr_lanes_t *r, const uint64_t *limbs)
{
	for(int i = 0; i < MCLMR_LIMBS; i++)
		r->l[i] = mclmr_lanes_limb(limbs[i]);
}

/* Limbs of any sign, of an element that has none, to limbs of 52 bits. */
MCLMR_INLINE_IFMA void mclmr_lanes_carry(mclmr_lanes_t *r)
{
	__m512i over = _mm512_setzero_si512();

#pragma GCC unroll 20
	for(int i = 0; i < MCLMR_LIMBS - 1; i++) {
		__m512i limb = _mm512_add_epi64(r->l[i], over);

		over = _mm512_srai_epi64(limb, MCLMR_LIMB_BITS);
		r->l[i] = _mm512_and_si512(limb, mclmr_lanes_limb(MCLMR_LIMB_MASK));
	}
	r->l[MCLMR_LIMBS - 1] = _mm512_add_epi64(r->l[MCLMR_LIMBS - 1], over);
}

/* r = a - b + c; c is a multiple of p that keeps it above zero. */
MCLMR_INLINE_IFMA void mclmr_lanes_sub(mclmr_lanes_t *r, const mclmr_lanes_t *a,
		const mclmr_lanes_t *b, const uint64_t *c)
{
	for(int i = 0; i < MCLMR_LIMBS; i++)
		r->l[i] = _mm512_add_epi64(
				_mm512_sub_epi64(a->l[i], b->l[i]), mclmr_lanes_limb(c[i]));
	mclmr_lanes_carry(r);
}

/* r = a - b - d + c */
MCLMR_INLINE_IFMA void mclmr_lanes_sub2(mclmr_lanes_t *r,
		const mclmr_lanes_t *a, const mclmr_lanes_t *b, const mclmr_lanes_t *d,
		const uint64_t *c)
{
	for(int i = 0; i < MCLMR_LIMBS; i++)
		r->l[i] = _mm512_add_epi64(_mm512_sub_epi64(a->l[i], b->l[i]),
				_mm512_sub_epi64(mclmr_lanes_limb(c[i]), d->l[i]));
	mclmr_lanes_carry(r);
}

/* r = -r + p in the lanes of the mask; r is at most p. */
MCLMR_INLINE_IFMA void mclmr_lanes_negate(
		mclmr_lanes_t *r, __mmask8 negative, const mclmr_lanes_field_t *field)
{
	for(int i = 0; i < MCLMR_LIMBS; i++)
		r->l[i] = _mm512_mask_sub_epi64(
				r->l[i], negative, mclmr_lanes_limb(field->p[i]), r->l[i]);
	mclmr_lanes_carry(r);
}

/* Column i of eight rows of eight words, as row i. */
MCLMR_INLINE_IFMA void mclmr_lanes_transpose(__m512i row[MCLMR_LANES])
{
	__m512i pair[MCLMR_LANES], quad[MCLMR_LANES];

	for(int i = 0; i < MCLMR_LANES; i += 2) {
		pair[i] = _mm512_unpacklo_epi64(row[i], row[i + 1]);
		pair[i + 1] = _mm512_unpackhi_epi64(row[i], row[i + 1]);
	}
	for(int i = 0; i < MCLMR_LANES; i += 4) {
		quad[i] = _mm512_shuffle_i64x2(pair[i], pair[i + 2], 0x88);
		quad[i + 1] = _mm512_shuffle_i64x2(pair[i + 1], pair[i + 3], 0x88);
		quad[i + 2] = _mm512_shuffle_i64x2(pair[i], pair[i + 2], 0xdd);
		quad[i + 3] = _mm512_shuffle_i64x2(pair[i + 1], pair[i + 3], 0xdd);
	}
	for(int i = 0; i < MCLMR_LANES / 2; i++) {
		row[i] = _mm512_shuffle_i64x2(quad[i], quad[i + 4], 0x88);
		row[i + 4] = _mm512_shuffle_i64x2(quad[i], quad[i + 4], 0xdd);
	}
}

/* Limbs from first to first + 7, or to the last one, of the lanes' elements
 * at these addresses. */
MCLMR_INLINE_IFMA void mclmr_lanes_load_some(
		mclmr_lanes_t *r, int first, const uint8_t *const at[MCLMR_LANES])
{
	const int left = MCLMR_LIMBS - first;
	const __mmask8 mask =
			(__mmask8)(left < MCLMR_LANES ? (1 << left) - 1 : 255);
	__m512i row[MCLMR_LANES];

	for(int i = 0; i < MCLMR_LANES; i++)
		row[i] = _mm512_maskz_loadu_epi64(
				mask, at[i] + (size_t)first * sizeof(uint64_t));
	mclmr_lanes_transpose(row);
	for(int i = 0; i < MCLMR_LANES && i < left; i++)
		r->l[first + i] = row[i];
}

/* The lanes' elements at these addresses. */
MCLMR_INLINE_IFMA void mclmr_lanes_load(
		mclmr_lanes_t *r, const uint8_t *const at[MCLMR_LANES])
{
	mclmr_lanes_load_some(r, 0, at);
	mclmr_lanes_load_some(r, 8, at);
	mclmr_lanes_load_some(r, 16, at);
}

/* Eight words of 64 bits of each lane's number at these addresses, which is
 * big-endian: the least of them first. */
MCLMR_INLINE_IFMA void mclmr_lanes_load_words(__m512i word[MCLMR_LANES],
		const uint8_t *const at[MCLMR_LANES], size_t offset)
{
	const __m512i swap =
			_mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
	__m512i row[MCLMR_LANES];

	for(int i = 0; i < MCLMR_LANES; i++)
		row[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(at[i] + offset), swap);
	mclmr_lanes_transpose(row);
	for(int i = 0; i < MCLMR_LANES; i++)
		word[i] = row[MCLMR_LANES - 1 - i];
}

/* The lanes' numbers of 128 octets, big-endian, at these addresses. */
MCLMR_INLINE_IFMA void mclmr_lanes_load_octets(
		mclmr_lanes_t *r, const uint8_t *const at[MCLMR_LANES])
{
	__m512i word[2 * MCLMR_LANES];

	mclmr_lanes_load_words(word, at, 64);
	mclmr_lanes_load_words(word + MCLMR_LANES, at, 0);
#pragma GCC unroll 20
	for(unsigned i = 0; i < MCLMR_LIMBS; i++) {
		unsigned bit = i * MCLMR_LIMB_BITS, n = bit / 64, shift = bit % 64;
		__m512i limb = _mm512_srli_epi64(word[n], shift);

		if(shift > 64 - MCLMR_LIMB_BITS && n + 1 < 2 * MCLMR_LANES)
			limb = _mm512_or_si512(
					limb, _mm512_slli_epi64(word[n + 1], 64 - shift));
		r->l[i] = _mm512_and_si512(limb, mclmr_lanes_limb(MCLMR_LIMB_MASK));
	}
}

#endif
