/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The LMR systems. */
#include "lmr_type.h"

static const mclmr_span_t type_words[MCLMR_LMR_COUNT] = {
		[MCLMR_LMR_NOT_GIVEN] = MCLMR_SPAN(""),
		[MCLMR_LMR_TETRA] = MCLMR_SPAN("tetra"),
		[MCLMR_LMR_P25] = MCLMR_SPAN("p25"),
		[MCLMR_LMR_TETRAPOL] = MCLMR_SPAN("tetrapol"),
		[MCLMR_LMR_DMR] = MCLMR_SPAN("dmr"),
		[MCLMR_LMR_NXDN] = MCLMR_SPAN("nxdn"),
		[MCLMR_LMR_ANALOG] = MCLMR_SPAN("analog"),
};

const char *mclmr_lmr_type_word(mclmr_lmr_type_t type)
{
	if((unsigned)type >= MCLMR_LMR_COUNT)
		return "";
	return type_words[type].s;
}

bool mclmr_lmr_type_from_word(mclmr_span_t word, mclmr_lmr_type_t *type)
{
	for(int i = MCLMR_LMR_NOT_GIVEN + 1; i < MCLMR_LMR_COUNT; i++) {
		if(mclmr_span_equal_nocase(word, type_words[i])) {
			*type = (mclmr_lmr_type_t)i;
			return true;
		}
	}
	return false;
}
