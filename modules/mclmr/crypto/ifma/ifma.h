/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to crypto/ifma. ifma: sums of points and products of powers of
 * fixed_base on AVX-512 IFMA, eight at once: one per lane.
 */
#ifndef MCLMR_IFMA_H
#define MCLMR_IFMA_H

#include "mclmr/crypto/fixed_base.h"
#include "mclmr/crypto/pairing.h"

#define MCLMR_IFMA_LANES 8

/* Scratch: the values of all lanes. */
typedef struct mclmr_ifma mclmr_ifma_t;

/* What one lane goes through: entries of a table's rows, from `row` on. */
typedef struct mclmr_ifma_lane
{
	const uint8_t *table;
	const mclmr_digits_t *digits;
	size_t row;
} mclmr_ifma_lane_t;

/* How elements stand in tables for these lanes. */
extern const mclmr_fp_form_t mclmr_ifma_form;

/* Whether this CPU, and the system under it, can do it. */
bool mclmr_ifma_here(void);

/* New scratch, or NULL: no memory. Freed, and cleansed, by the other. */
mclmr_ifma_t *mclmr_ifma_new(mclmr_fp_t *fp);
void mclmr_ifma_free(mclmr_ifma_t *ifma);

/* Forgets what the lanes hold. */
void mclmr_ifma_forget(mclmr_ifma_t *ifma);

/* Each lane's sum of the entries of `steps` rows, one after the other. */
void mclmr_ifma_sum(mclmr_ifma_t *ifma,
		const mclmr_ifma_lane_t lane[MCLMR_IFMA_LANES], size_t steps);

/*
 * Each lane's sum of all rows of two tables. The first additions are of
 * affine points, in pairs, then in pairs of pairs: by one inversion for all
 * of them, such an addition takes six multiplications and not ten.
 */
void mclmr_ifma_sum_all(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		const mclmr_ifma_lane_t first[MCLMR_IFMA_LANES],
		const mclmr_ifma_lane_t second[MCLMR_IFMA_LANES]);

/* Each lane's product of the entries of `steps` rows. */
void mclmr_ifma_power(mclmr_ifma_t *ifma,
		const mclmr_ifma_lane_t lane[MCLMR_IFMA_LANES], size_t steps);

/*
 * Miller's loop of mclmr_pairing(), cut into eight parts of `steps` steps, as
 * the lanes' products; lane 0 has the first part, which is filled up by steps
 * that do nothing. The table is in the form of fp.
 */
size_t mclmr_ifma_pairing_steps(const mclmr_naf_t *naf);
void mclmr_ifma_pairing(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		const mclmr_naf_t *naf, const uint8_t *table, const BIGNUM *x_by_y,
		const BIGNUM *one_by_y);

/* The lanes' sums, and products, as elements of fp. */
void mclmr_ifma_take_sums(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		mclmr_curve_point_t *const sum[MCLMR_IFMA_LANES]);
void mclmr_ifma_take_powers(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		mclmr_pf_t *const power[MCLMR_IFMA_LANES]);

#endif
