/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_type: the land mobile radio systems that a deployment can name.
 */
#ifndef MCLMR_LMR_TYPE_H
#define MCLMR_LMR_TYPE_H

#include "span.h"

typedef enum mclmr_lmr_type
{
	MCLMR_LMR_NOT_GIVEN,
	MCLMR_LMR_TETRA,
	MCLMR_LMR_P25,
	MCLMR_LMR_TETRAPOL,
	MCLMR_LMR_DMR,
	MCLMR_LMR_NXDN,
	MCLMR_LMR_ANALOG,
	MCLMR_LMR_COUNT
} mclmr_lmr_type_t;

/* "tetra", "p25", "tetrapol", "dmr", "nxdn", "analog"; "" for not given. */
const char *mclmr_lmr_type_word(mclmr_lmr_type_t type);

/* The type of a word, compared without case; false if there is none. */
bool mclmr_lmr_type_from_word(mclmr_span_t word, mclmr_lmr_type_t *type);

#endif
