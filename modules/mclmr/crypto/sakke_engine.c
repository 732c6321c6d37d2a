/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The engines that are built in, and the one without CPU features. */
#include "sakke_engine.h"

static const mclmr_engine_t *const engines[] = {
		[MCLMR_SAKKE_PORTABLE] = &mclmr_engine_portable,
#ifdef MCLMR_IFMA
		[MCLMR_SAKKE_IFMA] = &mclmr_engine_ifma,
#endif
};

const mclmr_engine_t *mclmr_engine(mclmr_sakke_engine_t engine)
{
	return (size_t)engine < sizeof(engines) / sizeof(engines[0])
				   ? engines[engine]
				   : NULL;
}

mclmr_sakke_engine_t mclmr_sakke_engine(void)
{
	const mclmr_engine_t *ifma = mclmr_engine(MCLMR_SAKKE_IFMA);

	return ifma != NULL && ifma->here() ? MCLMR_SAKKE_IFMA
										: MCLMR_SAKKE_PORTABLE;
}

const char *mclmr_sakke_engine_word(mclmr_sakke_engine_t engine)
{
	const mclmr_engine_t *table = mclmr_engine(engine);

	return table != NULL ? table->word : "unknown";
}

static bool here(void)
{
	return true;
}

static bool open_none(mclmr_sakke_t *s)
{
	(void)s;
	return true;
}

/* Closes and forgets: all that there is stands in the scratch. */
static void nothing(mclmr_sakke_t *s)
{
	(void)s;
}

static void multiply(mclmr_sakke_t *s, const mclmr_digits_t *digits,
		mclmr_curve_point_t *sum)
{
	mclmr_fixed_base_sum(
			&s->fp, sum, mclmr_sakke_p_table(s->base), digits, true);
}

static void sum_up(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot,
		const mclmr_sakke_kms_t *kms)
{
	multiply(s, &slot->rb, &slot->sum);
	mclmr_fixed_base_sum(&s->fp, &slot->sum, kms->table, &slot->r, false);
}

static void multiply_slots(mclmr_sakke_t *s, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		mclmr_sakke_slot_t *slot = &s->slot[i];

		sum_up(s, slot, slot->job->kms);
		mclmr_fixed_base_power(
				&s->fp, &slot->power, mclmr_sakke_g_table(s->base), &slot->r);
	}
}

static void pairing(
		mclmr_sakke_t *s, const mclmr_sakke_key_t *key, mclmr_pf_t *v)
{
	mclmr_pairing_loop(&s->fp, &s->naf, key->lines, s->x_by_y, s->one_by_y, v);
}

const mclmr_engine_t mclmr_engine_portable = {
		.word = "portable",
		.form = &mclmr_fp_form,
		.here = here,
		.open = open_none,
		.close = nothing,
		.forget = nothing,
		.multiply = multiply,
		.sum = sum_up,
		.multiply_slots = multiply_slots,
		.pairing = pairing,
};
