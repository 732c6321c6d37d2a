/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * fixed_base: multiples [k]B of a point, and powers of an element of PF_p,
 * that are known beforehand: as sums of 128 entries of a table.
 *
 * k is odd (q - k is taken if it is even) and written as 128 digits to the
 * base 256, each odd and between -255 and 255. No digit is zero: the same
 * steps are done for all k. Row i of a table has 1, 3, ... 255 times 256^i B.
 */
#ifndef MCLMR_FIXED_BASE_H
#define MCLMR_FIXED_BASE_H

#include "curve.h"
#include "pf.h"

#define MCLMR_DIGITS 128		/* of a scalar, and rows of a table */
#define MCLMR_ODD_MULTIPLES 128 /* entries of a row */

/* How an element stands in a table. */
typedef struct mclmr_fp_form
{
	size_t size; /* octets */
	void (*store)(mclmr_fp_t *fp, const BIGNUM *a, uint8_t *at);
} mclmr_fp_form_t;

/* That of fp. */
extern const mclmr_fp_form_t mclmr_fp_form;

/* A scalar, recoded. Octet i, less 127.5 and doubled, is digit i. */
typedef struct mclmr_digits
{
	uint8_t octet[MCLMR_DIGITS];
	bool negated; /* they are those of q - k */
} mclmr_digits_t;

/* The digits of k, which is above 0 and below q, and is overwritten. */
bool mclmr_digits_of(mclmr_digits_t *digits, BIGNUM *k, const BIGNUM *q);

/* Where the entry of row i is, counted from the table's first, and its sign. */
static inline size_t mclmr_digits_entry(
		const mclmr_digits_t *digits, size_t i, bool *negative)
{
	uint8_t octet = digits->octet[i];

	*negative = (octet < 128) != digits->negated;
	return i * MCLMR_ODD_MULTIPLES + (octet ^ (octet < 128 ? 0x7f : 0x80));
}

/* Octets of the tables of a point (x | y each) and of a power (t each). */
size_t mclmr_fixed_base_points_size(const mclmr_fp_form_t *form);
size_t mclmr_fixed_base_powers_size(const mclmr_fp_form_t *form);

/* The table of a point of order q. False: no memory. */
bool mclmr_fixed_base_points(mclmr_fp_t *fp, const mclmr_fp_form_t *form,
		const BIGNUM *x, const BIGNUM *y, uint8_t *table);

/* The table of 1 + it. False: no memory. */
bool mclmr_fixed_base_powers(mclmr_fp_t *fp, const mclmr_fp_form_t *form,
		const BIGNUM *t, uint8_t *table);

/* sum = [k]B, or sum += [k]B if it has something already; the tables in
 * the form of fp. */
void mclmr_fixed_base_sum(mclmr_fp_t *fp, mclmr_curve_point_t *sum,
		const uint8_t *table, const mclmr_digits_t *digits, bool first);

/* power = (1 + it)^k */
void mclmr_fixed_base_power(mclmr_fp_t *fp, mclmr_pf_t *power,
		const uint8_t *table, const mclmr_digits_t *digits);

#endif
