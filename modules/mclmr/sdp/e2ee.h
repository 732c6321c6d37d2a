/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * e2ee: LMR end-to-end encryption (layer L, inside the speech payload) as a
 * session description shows it: the algorithms with their strength, the
 * parameter encryption-mode of TETRA_ACELP_BB, and a private attribute that
 * is off unless configured (PROVISIONAL: 3GPP names none):
 *     a=NAME:LMR alg=HEX|in-band [kid=HEX] mode=off|on|either
 */
#ifndef MCLMR_E2EE_H
#define MCLMR_E2EE_H

#include "lmr_codec.h"

#define MCLMR_MAX_ALGORITHMS 64 /* one bit each in a mask */

typedef struct mclmr_algorithm
{
	char id[MCLMR_CODEC_WORD];
	mclmr_lmr_type_t lmr_type;
	int number; /* on air */
	bool weak;	/* below 112 bits of strength, or broken */
} mclmr_algorithm_t;

typedef struct mclmr_algorithm_table
{
	size_t n;
	mclmr_algorithm_t algorithm[MCLMR_MAX_ALGORITHMS];
} mclmr_algorithm_table_t;

/* Fills in the algorithms that are known. */
void mclmr_algorithm_defaults(mclmr_algorithm_table_t *table);

/* Adds or replaces the row of an id by "LMR NUMBER [weak]". NULL on success,
 * else what is wrong, and nothing changed. */
const char *mclmr_algorithm_configure(
		mclmr_algorithm_table_t *table, mclmr_span_t id, mclmr_span_t value);

/* The mask of an id; "*" is all that are not weak. 0 if there is none. */
uint64_t mclmr_algorithm_mask(
		const mclmr_algorithm_table_t *table, mclmr_span_t word);

/* What a description says of encryption; a set. */
#define MCLMR_E2EE_OFF 1u
#define MCLMR_E2EE_ON 2u
#define MCLMR_E2EE_MAYBE (MCLMR_E2EE_OFF | MCLMR_E2EE_ON)
#define MCLMR_E2EE_UNREADABLE 0u

/* What the parameter encryption-mode allows; absent is off. Several
 * parameters count together; UNREADABLE if a value is neither 0 nor 1, the
 * value of payload-type is no list of numbers, or one of the two names stands
 * where only some readers see a parameter. */
unsigned mclmr_e2ee_fmtp(mclmr_span_t params);

/* True if the parameter is there. */
bool mclmr_e2ee_explicit(mclmr_span_t params);

/* What the private attribute says. */
typedef struct mclmr_e2ee_told
{
	unsigned mode; /* as above, 0: nothing is told */
	mclmr_lmr_type_t lmr_type;
	uint64_t algorithm; /* its row in the table, 0 if it has none, all
						   bits if it is in the media or not told */
} mclmr_e2ee_told_t;

/* Reads the value of the private attribute; false if it cannot be read. */
bool mclmr_e2ee_attribute(const mclmr_algorithm_table_t *table,
		mclmr_span_t value, mclmr_e2ee_told_t *told);

#endif
