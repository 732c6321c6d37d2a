/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Digits of a scalar, tables of multiples and powers, and sums by them. */
#include <openssl/crypto.h>

#include "fixed_base.h"

#define WINDOW 8 /* bits of a digit */
#define ENTRIES ((size_t)MCLMR_DIGITS * MCLMR_ODD_MULTIPLES)

const mclmr_fp_form_t mclmr_fp_form = {MCLMR_FP_SIZE, mclmr_fp_store};

/* One element of each row of a table, and what leads to the next ones. */
typedef struct rows
{
	BIGNUM **x, **y;   /* of the odd multiple; x alone of a power */
	BIGNUM **x2, **y2; /* of twice the row's base */
	BIGNUM **den, **products;
} rows_t;

size_t mclmr_fixed_base_points_size(const mclmr_fp_form_t *form)
{
	return ENTRIES * 2 * form->size;
}

size_t mclmr_fixed_base_powers_size(const mclmr_fp_form_t *form)
{
	return ENTRIES * form->size;
}

/* Elements for all rows; clear after a failure too. */
static bool init_rows(rows_t *rows)
{
	rows->x = mclmr_fp_array(MCLMR_DIGITS);
	rows->y = mclmr_fp_array(MCLMR_DIGITS);
	rows->x2 = mclmr_fp_array(MCLMR_DIGITS);
	rows->y2 = mclmr_fp_array(MCLMR_DIGITS);
	rows->den = mclmr_fp_array(MCLMR_DIGITS);
	rows->products = mclmr_fp_array(MCLMR_DIGITS);
	return rows->x != NULL && rows->y != NULL && rows->x2 != NULL
		   && rows->y2 != NULL && rows->den != NULL && rows->products != NULL;
}

static void clear_rows(rows_t *rows)
{
	mclmr_fp_array_free(rows->x, MCLMR_DIGITS);
	mclmr_fp_array_free(rows->y, MCLMR_DIGITS);
	mclmr_fp_array_free(rows->x2, MCLMR_DIGITS);
	mclmr_fp_array_free(rows->y2, MCLMR_DIGITS);
	mclmr_fp_array_free(rows->den, MCLMR_DIGITS);
	mclmr_fp_array_free(rows->products, MCLMR_DIGITS);
}

/* The denominators of all rows become their inverses. */
static void invert_rows(mclmr_fp_t *fp, rows_t *rows)
{
	mclmr_fp_inverse_many(fp, rows->den, rows->products, MCLMR_DIGITS);
}

/* Writes entry j of all rows: x and y, or x alone. */
static void store_rows(mclmr_fp_t *fp, const mclmr_fp_form_t *form,
		const rows_t *rows, size_t j, bool points, uint8_t *table)
{
	size_t size = form->size * (points ? 2 : 1);

	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		uint8_t *at = table + (i * MCLMR_ODD_MULTIPLES + j) * size;

		form->store(fp, rows->x[i], at);
		if(points)
			form->store(fp, rows->y[i], at + form->size);
	}
}

/* Points: x, y are [256^i]B by doublings; ZZ and ZZZ stand in x2 and den. */
static void walk_points(
		mclmr_fp_t *fp, rows_t *rows, mclmr_curve_point_t *point)
{
	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		mclmr_fp_copy(fp, rows->x[i], point->x);
		mclmr_fp_copy(fp, rows->y[i], point->y);
		mclmr_fp_copy(fp, rows->x2[i], point->zz);
		mclmr_fp_copy(fp, rows->den[i], point->zzz);
		for(int k = 0; k < WINDOW; k++)
			mclmr_curve_double(fp, point);
	}
}

/* The bases of all rows in x, y. */
static bool point_bases(
		mclmr_fp_t *fp, rows_t *rows, const BIGNUM *x, const BIGNUM *y)
{
	mclmr_curve_point_t point;
	bool ok = mclmr_curve_point_init(&point);

	if(ok) {
		mclmr_curve_set(fp, &point, x, y, false);
		walk_points(fp, rows, &point);
		invert_rows(fp, rows);
		for(size_t i = 0; i < MCLMR_DIGITS; i++)
			mclmr_curve_affine(fp,
					&(mclmr_curve_point_t){
							rows->x[i], rows->y[i], rows->x2[i], NULL},
					rows->den[i], rows->x[i], rows->y[i]);
	}
	mclmr_curve_point_clear(&point);
	return ok;
}

/* x3, y3 = the sum of two points, or a point's double; slope is lambda. */
static void finish_sum(mclmr_fp_t *fp, const BIGNUM *slope, const BIGNUM *x,
		const BIGNUM *y, const BIGNUM *other_x, BIGNUM *x3, BIGNUM *y3)
{
	BIGNUM *x_sum = fp->t[0], *fall = fp->t[1];

	mclmr_fp_square(fp, x_sum, slope);
	mclmr_fp_sub(fp, x_sum, x_sum, x);
	mclmr_fp_sub(fp, x_sum, x_sum, other_x);
	mclmr_fp_sub(fp, fall, x, x_sum);
	mclmr_fp_mul(fp, fall, fall, slope);
	mclmr_fp_sub(fp, y3, fall, y);
	mclmr_fp_copy(fp, x3, x_sum);
}

/* x2, y2 = twice the bases. */
static void double_bases(mclmr_fp_t *fp, rows_t *rows)
{
	BIGNUM *slope = fp->t[2], *three = fp->t[3];

	for(size_t i = 0; i < MCLMR_DIGITS; i++)
		mclmr_fp_double(fp, rows->den[i], rows->y[i]);
	invert_rows(fp, rows);
	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		mclmr_fp_square(fp, slope, rows->x[i]);
		mclmr_fp_sub(fp, slope, slope, fp->one);
		mclmr_fp_double(fp, three, slope);
		mclmr_fp_add(fp, slope, slope, three);
		mclmr_fp_mul(fp, slope, slope, rows->den[i]);
		finish_sum(fp, slope, rows->x[i], rows->y[i], rows->x[i], rows->x2[i],
				rows->y2[i]);
	}
}

/* x, y += x2, y2 */
static void next_points(mclmr_fp_t *fp, rows_t *rows)
{
	BIGNUM *slope = fp->t[2];

	for(size_t i = 0; i < MCLMR_DIGITS; i++)
		mclmr_fp_sub(fp, rows->den[i], rows->x2[i], rows->x[i]);
	invert_rows(fp, rows);
	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		mclmr_fp_sub(fp, slope, rows->y2[i], rows->y[i]);
		mclmr_fp_mul(fp, slope, slope, rows->den[i]);
		finish_sum(fp, slope, rows->x[i], rows->y[i], rows->x2[i], rows->x[i],
				rows->y[i]);
	}
}

bool mclmr_fixed_base_points(mclmr_fp_t *fp, const mclmr_fp_form_t *form,
		const BIGNUM *x, const BIGNUM *y, uint8_t *table)
{
	rows_t rows;
	bool ok = init_rows(&rows) && point_bases(fp, &rows, x, y);

	if(ok) {
		double_bases(fp, &rows);
		store_rows(fp, form, &rows, 0, true, table);
		for(size_t j = 1; j < MCLMR_ODD_MULTIPLES; j++) {
			next_points(fp, &rows);
			store_rows(fp, form, &rows, j, true, table);
		}
	}
	clear_rows(&rows);
	return ok && !fp->failed;
}

/* The bases of all rows, (1 + it)^(256^i), as their t in x. */
static bool power_bases(mclmr_fp_t *fp, rows_t *rows, const BIGNUM *t)
{
	mclmr_pf_t v;
	bool ok = mclmr_pf_init(fp, &v);

	if(ok) {
		mclmr_pf_set(fp, &v, t, false);
		for(size_t i = 0; i < MCLMR_DIGITS; i++) {
			mclmr_fp_copy(fp, rows->den[i], v.a);
			mclmr_fp_copy(fp, rows->x[i], v.b);
			for(int k = 0; k < WINDOW; k++)
				mclmr_pf_square(fp, &v);
		}
		invert_rows(fp, rows);
		for(size_t i = 0; i < MCLMR_DIGITS; i++)
			mclmr_fp_mul(fp, rows->x[i], rows->x[i], rows->den[i]);
	}
	mclmr_pf_clear(&v);
	return ok;
}

/* to = the t of a product: (t + u) / (1 - tu), u those of x or of x2. */
static void multiply_powers(
		mclmr_fp_t *fp, rows_t *rows, BIGNUM **u, BIGNUM **to)
{
	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		mclmr_fp_mul(fp, rows->den[i], rows->x[i], u[i]);
		mclmr_fp_sub(fp, rows->den[i], fp->one, rows->den[i]);
	}
	invert_rows(fp, rows);
	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		mclmr_fp_add(fp, to[i], rows->x[i], u[i]);
		mclmr_fp_mul(fp, to[i], to[i], rows->den[i]);
	}
}

bool mclmr_fixed_base_powers(mclmr_fp_t *fp, const mclmr_fp_form_t *form,
		const BIGNUM *t, uint8_t *table)
{
	rows_t rows;
	bool ok = init_rows(&rows) && power_bases(fp, &rows, t);

	if(ok) {
		multiply_powers(fp, &rows, rows.x, rows.x2);
		store_rows(fp, form, &rows, 0, false, table);
		for(size_t j = 1; j < MCLMR_ODD_MULTIPLES; j++) {
			multiply_powers(fp, &rows, rows.x2, rows.x);
			store_rows(fp, form, &rows, j, false, table);
		}
	}
	clear_rows(&rows);
	return ok && !fp->failed;
}

bool mclmr_digits_of(mclmr_digits_t *digits, BIGNUM *k, const BIGNUM *q)
{
	digits->negated = !BN_is_odd(k);
	if(digits->negated && !BN_sub(k, q, k))
		return false;
	/* (k + 2^1024 - 1) / 2: each bit then stands for +1 or -1 */
	return BN_rshift1(k, k) && BN_set_bit(k, MCLMR_DIGITS * WINDOW - 1)
		   && BN_bn2lebinpad(k, digits->octet, MCLMR_DIGITS) == MCLMR_DIGITS;
}

void mclmr_fixed_base_sum(mclmr_fp_t *fp, mclmr_curve_point_t *sum,
		const uint8_t *table, const mclmr_digits_t *digits, bool first)
{
	BIGNUM *x = fp->t[8], *y = fp->t[9];

	for(size_t i = 0; i < MCLMR_DIGITS; i++, first = false) {
		bool negative;
		size_t entry = mclmr_digits_entry(digits, i, &negative);
		const uint8_t *at = table + entry * 2 * MCLMR_FP_SIZE;

		mclmr_fp_load(fp, x, at);
		mclmr_fp_load(fp, y, at + MCLMR_FP_SIZE);
		if(first)
			mclmr_curve_set(fp, sum, x, y, negative);
		else
			mclmr_curve_add(fp, sum, x, y, negative);
	}
}

void mclmr_fixed_base_power(mclmr_fp_t *fp, mclmr_pf_t *power,
		const uint8_t *table, const mclmr_digits_t *digits)
{
	BIGNUM *t = fp->t[8];

	for(size_t i = 0; i < MCLMR_DIGITS; i++) {
		bool negative;
		size_t entry = mclmr_digits_entry(digits, i, &negative);

		mclmr_fp_load(fp, t, table + entry * MCLMR_FP_SIZE);
		if(i == 0)
			mclmr_pf_set(fp, power, t, negative);
		else
			mclmr_pf_mul(fp, power, t, negative);
	}
}
