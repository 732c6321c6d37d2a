/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Division steps on limbs of 62 bits, and the inverse that they lead to. */
#include <string.h>

#include <openssl/crypto.h>

#include "modinv.h"

#define BITS 62
#define MASK ((1ULL << BITS) - 1)
#define LIMBS MCLMR_MODINV_LIMBS
#define WORDS (LIMBS + 1)

/* Two's complement: the last limb has the sign. */
typedef int64_t number_t[LIMBS];

/* What 62 steps make of f and g, times 2^62. */
typedef struct matrix
{
	int64_t u, v, q, r;
} matrix_t;

__extension__ typedef __int128 wide_t;

/* All bits set if a is below zero, else none. */
static inline int64_t sign_of(int64_t a)
{
	return -(int64_t)((uint64_t)a >> 63);
}

/* A number that is not negative, as limbs; those above it are zero. */
static bool to_limbs(const BIGNUM *a, number_t limbs)
{
	uint64_t words[WORDS] = {0};
	bool ok = BN_bn2lebinpad(a, (uint8_t *)words, sizeof(words)) >= 0;

	for(size_t i = 0; i < LIMBS; i++) {
		size_t bit = i * BITS, word = bit / 64, shift = bit % 64;
		uint64_t limb = words[word] >> shift;

		if(shift > 64 - BITS)
			limb |= words[word + 1] << (64 - shift);
		limbs[i] = (int64_t)(limb & MASK);
	}
	OPENSSL_cleanse(words, sizeof(words));
	return ok;
}

/* The other way round. */
static bool from_limbs(const number_t limbs, int n, BIGNUM *a)
{
	uint64_t words[WORDS] = {0};
	bool ok;

	for(int i = 0; i < n; i++) {
		size_t bit = (size_t)i * BITS, word = bit / 64, shift = bit % 64;

		words[word] |= (uint64_t)limbs[i] << shift;
		if(shift > 64 - BITS)
			words[word + 1] |= (uint64_t)limbs[i] >> (64 - shift);
	}
	ok = BN_lebin2bn((uint8_t *)words, sizeof(words), a) != NULL;
	OPENSSL_cleanse(words, sizeof(words));
	return ok;
}

bool mclmr_modinv_init(mclmr_modinv_t *modinv, const BIGNUM *m)
{
	int bits = BN_num_bits(m), steps = (45907 * bits + 26313) / 19929;
	uint64_t low;

	if(!BN_is_odd(m) || bits < 128 || bits > 1024 || !to_limbs(m, modinv->m))
		return false;
	modinv->n = bits / BITS + 1; /* room for twice the modulus and a sign */
	modinv->batches = (steps + BITS - 1) / BITS;
	low = (uint64_t)modinv->m[0];
	modinv->m_inverse = 1;
	for(int i = 0; i < 6; i++)
		modinv->m_inverse *= 2 - low * modinv->m_inverse;
	modinv->m_inverse &= MASK;
	return true;
}

/*
 * 62 steps on the low limbs of f and g. A step makes g even, by adding f or
 * taking it off, swaps the two if delta > 0 and g was odd, and halves g.
 * zeta is -(delta + 1/2).
 */
static int64_t divide_steps(
		int64_t zeta, uint64_t f, uint64_t g, matrix_t *matrix)
{
	uint64_t u = 1, v = 0, q = 0, r = 1;

	for(int i = 0; i < BITS; i++) {
		uint64_t swap = (uint64_t)sign_of(zeta), odd = 0 - (g & 1);

		g += ((f ^ swap) - swap) & odd;
		q += ((u ^ swap) - swap) & odd;
		r += ((v ^ swap) - swap) & odd;
		swap &= odd;
		zeta = (zeta ^ (int64_t)swap) - 1;
		f += g & swap;
		u += q & swap;
		v += r & swap;
		g >>= 1;
		u <<= 1;
		v <<= 1;
	}
	*matrix = (matrix_t){(int64_t)u, (int64_t)v, (int64_t)q, (int64_t)r};
	return zeta;
}

/* f, g = matrix * (f, g) / 2^62, which leaves nothing over. */
static void update_numbers(
		const matrix_t *t, int64_t *restrict f, int64_t *restrict g, int n)
{
	wide_t cf = (wide_t)t->u * f[0] + (wide_t)t->v * g[0];
	wide_t cg = (wide_t)t->q * f[0] + (wide_t)t->r * g[0];

	cf >>= BITS;
	cg >>= BITS;
	for(int i = 1; i < n; i++) {
		int64_t fi = f[i], gi = g[i];

		cf += (wide_t)t->u * fi + (wide_t)t->v * gi;
		cg += (wide_t)t->q * fi + (wide_t)t->r * gi;
		f[i - 1] = (int64_t)((uint64_t)cf & MASK);
		g[i - 1] = (int64_t)((uint64_t)cg & MASK);
		cf >>= BITS;
		cg >>= BITS;
	}
	f[n - 1] = (int64_t)cf;
	g[n - 1] = (int64_t)cg;
}

/* How often the modulus has to be added so that the low limb goes away; more
 * is what is added for numbers below zero anyway. */
static int64_t quotient(const mclmr_modinv_t *modinv, wide_t low, int64_t more)
{
	uint64_t rest = modinv->m_inverse * (uint64_t)low + (uint64_t)more;

	return more - (int64_t)(rest & MASK);
}

/* d, e = matrix * (d, e) / 2^62 mod m; both stay above -2m and below m. */
static void update_factors(const mclmr_modinv_t *modinv, const matrix_t *t,
		int64_t *restrict d, int64_t *restrict e)
{
	const int n = modinv->n;
	const int64_t sd = sign_of(d[n - 1]), se = sign_of(e[n - 1]);
	wide_t cd = (wide_t)t->u * d[0] + (wide_t)t->v * e[0];
	wide_t ce = (wide_t)t->q * d[0] + (wide_t)t->r * e[0];
	const int64_t md = quotient(modinv, cd, (t->u & sd) + (t->v & se));
	const int64_t me = quotient(modinv, ce, (t->q & sd) + (t->r & se));

	cd = (cd + (wide_t)modinv->m[0] * md) >> BITS;
	ce = (ce + (wide_t)modinv->m[0] * me) >> BITS;
	for(int i = 1; i < n; i++) {
		int64_t di = d[i], ei = e[i], mi = modinv->m[i];

		cd += (wide_t)t->u * di + (wide_t)t->v * ei + (wide_t)mi * md;
		ce += (wide_t)t->q * di + (wide_t)t->r * ei + (wide_t)mi * me;
		d[i - 1] = (int64_t)((uint64_t)cd & MASK);
		e[i - 1] = (int64_t)((uint64_t)ce & MASK);
		cd >>= BITS;
		ce >>= BITS;
	}
	d[n - 1] = (int64_t)cd;
	e[n - 1] = (int64_t)ce;
}

/* d = d + (m if add), all of it negated if negate; masks. */
static void adjust(
		const mclmr_modinv_t *modinv, int64_t *d, int64_t add, int64_t negate)
{
	int64_t over = 0;

	for(int i = 0; i < modinv->n; i++) {
		int64_t limb = d[i] + (modinv->m[i] & add);

		limb = ((limb ^ negate) - negate) + over;
		over = limb >> BITS;
		d[i] = i + 1 < modinv->n ? (int64_t)((uint64_t)limb & MASK) : limb;
	}
}

/* Whether f is 1 or -1. */
static bool is_unit(const int64_t *f, int n)
{
	int64_t sign = sign_of(f[n - 1]), rest = 0;

	for(int i = 1; i < n - 1; i++)
		rest |= f[i] ^ (sign & (int64_t)MASK);
	rest |= f[n - 1] ^ sign;
	return rest == 0 && f[0] == (sign != 0 ? (int64_t)MASK : 1);
}

bool mclmr_modinv(const mclmr_modinv_t *modinv, BIGNUM *r, const BIGNUM *a)
{
	number_t f, g, d = {0}, e = {1};
	int64_t zeta = -1;
	bool ok = to_limbs(a, g);

	memcpy(f, modinv->m, sizeof(f));
	for(int i = 0; i < modinv->batches; i++) {
		matrix_t t;

		zeta = divide_steps(zeta, (uint64_t)f[0], (uint64_t)g[0], &t);
		update_factors(modinv, &t, d, e);
		update_numbers(&t, f, g, modinv->n);
	}
	adjust(modinv, d, sign_of(d[modinv->n - 1]), sign_of(f[modinv->n - 1]));
	adjust(modinv, d, sign_of(d[modinv->n - 1]), 0);
	ok = ok && is_unit(f, modinv->n) && from_limbs(d, modinv->n, r);
	OPENSSL_cleanse(d, sizeof(d));
	OPENSSL_cleanse(e, sizeof(e));
	OPENSSL_cleanse(f, sizeof(f));
	OPENSSL_cleanse(g, sizeof(g));
	return ok;
}
