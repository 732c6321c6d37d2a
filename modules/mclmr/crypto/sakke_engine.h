/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * sakke_engine: the heavy arithmetic of SAKKE as a table of functions. An
 * engine is built in or not; which one works is decided at run time.
 */
#ifndef MCLMR_SAKKE_ENGINE_H
#define MCLMR_SAKKE_ENGINE_H

#include "sakke_scratch.h"

typedef struct mclmr_engine
{
	const char *word;			 /* "portable", "ifma" */
	const mclmr_fp_form_t *form; /* how elements stand in its tables */

	/* Whether this CPU, and the system under it, can do it. */
	bool (*here)(void);

	/* Makes s->lanes, the engine's own scratch, if it needs any; false without
	 * memory. Closing frees and cleanses it, forgetting only cleanses. */
	bool (*open)(mclmr_sakke_t *s);
	void (*close)(mclmr_sakke_t *s);
	void (*forget)(mclmr_sakke_t *s);

	/* sum = the multiple of P that the digits say */
	void (*multiply)(mclmr_sakke_t *s, const mclmr_digits_t *digits,
			mclmr_curve_point_t *sum);

	/* slot->sum = [rb]P + [r]Z */
	void (*sum)(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot,
			const mclmr_sakke_kms_t *kms);

	/* Sum and power of each of the first n slots. */
	void (*multiply_slots)(mclmr_sakke_t *s, size_t n);

	/* v = Miller's loop of the key's lines at s->x_by_y, s->one_by_y */
	void (*pairing)(
			mclmr_sakke_t *s, const mclmr_sakke_key_t *key, mclmr_pf_t *v);
} mclmr_engine_t;

extern const mclmr_engine_t mclmr_engine_portable;
extern const mclmr_engine_t mclmr_engine_ifma; /* not with `make IFMA=0` */

/* The table of an engine, NULL if it is not built in. */
const mclmr_engine_t *mclmr_engine(mclmr_sakke_engine_t engine);

#endif
