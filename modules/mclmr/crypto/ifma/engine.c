/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The AVX-512 engine: eight recipients, a lane each, or one cut into eight. */
#include "mclmr/crypto/sakke_engine.h"
#include "ifma.h"

#define LANES MCLMR_IFMA_LANES

/* From this many slots on, all at once takes less time than one by one. */
#define MANY 5

_Static_assert(LANES == MCLMR_SAKKE_SLOTS, "one slot a lane");

/* Adds up what the lanes have, into one slot's sum. */
static void merge_sums(mclmr_sakke_t *s, mclmr_curve_point_t *sum)
{
	mclmr_curve_point_t *part[LANES];

	for(size_t i = 0; i < LANES; i++)
		part[i] = &s->part[i];
	mclmr_ifma_take_sums(s->lanes, &s->fp, part);
	for(size_t i = 1; i < LANES; i++)
		mclmr_curve_merge(&s->fp, part[0], part[i]);
	mclmr_curve_copy(&s->fp, sum, part[0]);
}

/* Lanes first to first + n - 1 share the rows of a table. */
static void share(mclmr_ifma_lane_t *lane, size_t n, const uint8_t *table,
		const mclmr_digits_t *digits)
{
	for(size_t i = 0; i < n; i++)
		lane[i] = (mclmr_ifma_lane_t){table, digits, i * (MCLMR_DIGITS / n)};
}

static void multiply(mclmr_sakke_t *s, const mclmr_digits_t *digits,
		mclmr_curve_point_t *sum)
{
	mclmr_ifma_lane_t lane[LANES];

	share(lane, LANES, mclmr_sakke_p_table(s->base), digits);
	mclmr_ifma_sum(s->lanes, lane, MCLMR_DIGITS / LANES);
	merge_sums(s, sum);
}

static void sum_up(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot,
		const mclmr_sakke_kms_t *kms)
{
	const size_t half = LANES / 2;
	mclmr_ifma_lane_t lane[LANES];

	share(lane, half, mclmr_sakke_p_table(s->base), &slot->rb);
	share(lane + half, half, kms->table, &slot->r);
	mclmr_ifma_sum(s->lanes, lane, MCLMR_DIGITS / half);
	merge_sums(s, &slot->sum);
}

/* What the lanes have as products. */
static void take_power_parts(mclmr_sakke_t *s)
{
	mclmr_pf_t *part[LANES];

	for(size_t i = 0; i < LANES; i++)
		part[i] = &s->part_power[i];
	mclmr_ifma_take_powers(s->lanes, &s->fp, part);
}

/* g^r of one slot. */
static void one_power(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot)
{
	mclmr_ifma_lane_t lane[LANES];

	share(lane, LANES, mclmr_sakke_g_table(s->base), &slot->r);
	mclmr_ifma_power(s->lanes, lane, MCLMR_DIGITS / LANES);
	take_power_parts(s);
	mclmr_pf_copy(&s->fp, &slot->power, &s->part_power[0]);
	for(size_t i = 1; i < LANES; i++)
		mclmr_pf_merge(&s->fp, &slot->power, &s->part_power[i]);
}

static void pairing(
		mclmr_sakke_t *s, const mclmr_sakke_key_t *key, mclmr_pf_t *v)
{
	const size_t steps = mclmr_ifma_pairing_steps(&s->naf);

	mclmr_ifma_pairing(
			s->lanes, &s->fp, &s->naf, key->lines, s->x_by_y, s->one_by_y);
	take_power_parts(s);
	mclmr_pf_copy(&s->fp, v, &s->part_power[0]);
	for(size_t i = 1; i < LANES; i++) {
		for(size_t k = 0; k < steps; k++)
			mclmr_pf_square(&s->fp, v);
		mclmr_pf_merge(&s->fp, v, &s->part_power[i]);
	}
}

/* A slot a lane; the lanes without one do what the first does. */
static void multiply_all(mclmr_sakke_t *s, size_t n)
{
	mclmr_ifma_lane_t p[LANES], z[LANES], g[LANES];
	mclmr_curve_point_t *sum[LANES];
	mclmr_pf_t *power[LANES];

	for(size_t i = 0; i < LANES; i++) {
		const mclmr_sakke_slot_t *slot = &s->slot[i < n ? i : 0];

		p[i] = (mclmr_ifma_lane_t){mclmr_sakke_p_table(s->base), &slot->rb, 0};
		z[i] = (mclmr_ifma_lane_t){slot->job->kms->table, &slot->r, 0};
		g[i] = (mclmr_ifma_lane_t){mclmr_sakke_g_table(s->base), &slot->r, 0};
		sum[i] = &s->slot[i].sum;
		power[i] = &s->slot[i].power;
	}
	mclmr_ifma_sum_all(s->lanes, &s->fp, p, z);
	mclmr_ifma_power(s->lanes, g, MCLMR_DIGITS);
	mclmr_ifma_take_sums(s->lanes, &s->fp, sum);
	mclmr_ifma_take_powers(s->lanes, &s->fp, power);
}

static void multiply_slots(mclmr_sakke_t *s, size_t n)
{
	if(n >= MANY) {
		multiply_all(s, n);
		return;
	}
	for(size_t i = 0; i < n; i++) {
		sum_up(s, &s->slot[i], s->slot[i].job->kms);
		one_power(s, &s->slot[i]);
	}
}

static bool open_lanes(mclmr_sakke_t *s)
{
	s->lanes = mclmr_ifma_new(&s->fp);
	return s->lanes != NULL;
}

static void close_lanes(mclmr_sakke_t *s)
{
	mclmr_ifma_free(s->lanes);
	s->lanes = NULL;
}

static void forget_lanes(mclmr_sakke_t *s)
{
	mclmr_ifma_forget(s->lanes);
}

const mclmr_engine_t mclmr_engine_ifma = {
		.word = "ifma",
		.form = &mclmr_ifma_form,
		.here = mclmr_ifma_here,
		.open = open_lanes,
		.close = close_lanes,
		.forget = forget_lanes,
		.multiply = multiply,
		.sum = sum_up,
		.multiply_slots = multiply_slots,
		.pairing = pairing,
};
