/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Miller's loop of the pairing, cut into eight lanes. */
#include "ifma.h"

size_t mclmr_ifma_pairing_steps(const mclmr_naf_t *naf)
{
	return (naf->n - 1 + MCLMR_IFMA_LANES - 1) / MCLMR_IFMA_LANES;
}

#include "scratch.h"

#define LANES MCLMR_LANES
#define LIMBS MCLMR_LIMBS
#define LINE_SIZE ((size_t)2 * MCLMR_FP_SIZE)

/* A line whose value is 1. */
static const uint8_t no_line[2 * MCLMR_FP_SIZE];

/* How far a lane is: steps that it still waits, the signed bit that is next,
 * counted from the lowest, and its next line. */
typedef struct cursor
{
	size_t wait, bit;
	const uint8_t *line;
} cursor_t;

/* All that the steps work with. */
typedef struct loop
{
	mclmr_ifma_t *ifma;
	const mclmr_naf_t *naf;
	cursor_t cursor[LANES];
	mclmr_lanes_t x_by_y, one_by_y;
} loop_t;

/* Where each lane begins. */
static void begin(loop_t *loop, const uint8_t *table)
{
	size_t steps = mclmr_ifma_pairing_steps(loop->naf);
	size_t bit = loop->naf->n - 1, wait = LANES * steps - bit;

	for(size_t k = 0; k < LANES; k++, wait = 0) {
		loop->cursor[k] = (cursor_t){wait, bit - 1, table};
		for(size_t i = wait; i < steps; i++) {
			bit--;
			table += LINE_SIZE;
			if(loop->naf->digit[bit] != 0)
				table += LINE_SIZE;
		}
	}
}

/* products = products^2. In multiples of p: a is below 8 and b below 9. */
MCLMR_ON_IFMA static void square(mclmr_ifma_t *ifma)
{
	const mclmr_lanes_field_t *f = &ifma->field;
	mclmr_lanes_t sum, difference;

	mclmr_lanes_sub(&difference, &ifma->a, &ifma->b, f->p16);
	for(int i = 0; i < LIMBS; i++)
		sum.l[i] = _mm512_add_epi64(ifma->a.l[i], ifma->b.l[i]);
	mclmr_lanes_carry(&sum);
	mclmr_lanes_mul(f, &ifma->b, &ifma->a, &ifma->b);
	for(int i = 0; i < LIMBS; i++)
		ifma->b.l[i] = _mm512_slli_epi64(ifma->b.l[i], 1);
	mclmr_lanes_carry(&ifma->b);
	mclmr_lanes_mul(f, &ifma->a, &sum, &difference);
}

/* products *= the values of lines, as take_line() of pairing does. */
MCLMR_ON_IFMA static void take_lines(
		loop_t *loop, const uint8_t *const line[LANES])
{
	const mclmr_lanes_field_t *f = &loop->ifma->field;
	const uint8_t *second[LANES];
	mclmr_lanes_t slope, shift;

	for(size_t k = 0; k < LANES; k++)
		second[k] = line[k] + MCLMR_FP_SIZE;
	mclmr_lanes_load_octets(&slope, line);
	mclmr_lanes_load_octets(&shift, second);
	mclmr_lanes_mul(f, &slope, &slope, &loop->x_by_y);
	mclmr_lanes_mul(f, &shift, &shift, &loop->one_by_y);
	for(int i = 0; i < LIMBS; i++)
		slope.l[i] = _mm512_add_epi64(slope.l[i], shift.l[i]);
	mclmr_lanes_carry(&slope);
	mclmr_ifma_mul_power(loop->ifma, &slope, 0xff);
}

/* The lanes' next lines: tangents, or chords if the bit has one. False:
 * there is none. */
static bool next_lines(loop_t *loop, bool chords, const uint8_t *line[LANES])
{
	bool any = false;

	for(size_t k = 0; k < LANES; k++) {
		cursor_t *cursor = &loop->cursor[k];
		bool has = cursor->wait == 0
				   && (!chords || loop->naf->digit[cursor->bit] != 0);

		line[k] = has ? cursor->line : no_line;
		if(has)
			cursor->line += LINE_SIZE;
		any |= has;
	}
	return any;
}

/* On to the lanes' next bits. */
static void advance(loop_t *loop)
{
	for(size_t k = 0; k < LANES; k++) {
		if(loop->cursor[k].wait > 0)
			loop->cursor[k].wait--;
		else
			loop->cursor[k].bit--;
	}
}

/* What lines are multiplied by: times 2^16 more, since they are in the form of
 * fp. */
MCLMR_ON_IFMA static bool enter_factor(
		const mclmr_ifma_t *ifma, mclmr_lanes_t *r, const BIGNUM *a)
{
	mclmr_lanes_t factor;
	bool ok = mclmr_ifma_enter(ifma, r, a);

	mclmr_lanes_set(&factor, ifma->field.enter);
	mclmr_lanes_mul(&ifma->field, r, r, &factor);
	return ok;
}

MCLMR_ON_IFMA void mclmr_ifma_pairing(mclmr_ifma_t *ifma, mclmr_fp_t *fp,
		const mclmr_naf_t *naf, const uint8_t *table, const BIGNUM *x_by_y,
		const BIGNUM *one_by_y)
{
	loop_t loop = {.ifma = ifma, .naf = naf};
	const uint8_t *line[LANES];

	if(!enter_factor(ifma, &loop.x_by_y, x_by_y)
			|| !enter_factor(ifma, &loop.one_by_y, one_by_y))
		fp->failed = true;
	begin(&loop, table);
	mclmr_ifma_set_power(ifma);
	for(size_t i = mclmr_ifma_pairing_steps(naf); i > 0; i--) {
		square(ifma);
		if(next_lines(&loop, false, line))
			take_lines(&loop, line);
		if(next_lines(&loop, true, line))
			take_lines(&loop, line);
		advance(&loop);
	}
}
