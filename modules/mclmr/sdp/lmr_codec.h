/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_codec: the speech formats that a media policy can name, as a table
 * that a file can extend. PROVISIONAL rows are those whose encoding name no
 * public text settles: p25-ambe (met nowhere), p25-full and p25-half (a digest
 * of TIA-102.BACA-B), tetra-draft, tetra-acelp (open gateways: 30 ms of 137
 * bits in 18 octets), dmr-ambe, codec2 (open gateways).
 */
#ifndef MCLMR_LMR_CODEC_H
#define MCLMR_LMR_CODEC_H

#include <stdint.h>

#include "mclmr/base/lmr_type.h"
#include "sdp.h"

#define MCLMR_MAX_CODECS 64 /* one bit each in a mask */
#define MCLMR_CODEC_WORD 32
#define MCLMR_NO_CODEC (-1)

/* Whether speech of a format is end-to-end encrypted, and what tells it. */
typedef enum mclmr_codec_e2ee
{
	MCLMR_CODEC_NEVER,	 /* it cannot carry LMR encryption */
	MCLMR_CODEC_FMTP,	 /* parameter encryption-mode */
	MCLMR_CODEC_IN_BAND, /* only the media tells */
	MCLMR_CODEC_ALWAYS	 /* opaque to all but the ends */
} mclmr_codec_e2ee_t;

typedef struct mclmr_codec
{
	char id[MCLMR_CODEC_WORD];
	char name[MCLMR_CODEC_WORD]; /* encoding name, compared without case */
	unsigned clock;
	unsigned channels;
	mclmr_lmr_type_t lmr_type; /* NOT_GIVEN: no LMR system's own */
	mclmr_codec_e2ee_t e2ee;
	bool signalling; /* tones and the like: never counts as speech */
} mclmr_codec_t;

typedef struct mclmr_codec_table
{
	size_t n;
	mclmr_codec_t codec[MCLMR_MAX_CODECS];
} mclmr_codec_table_t;

/* Fills in the formats that are known. */
void mclmr_codec_defaults(mclmr_codec_table_t *table);

/*
 * Adds or replaces the row of an id by "NAME/CLOCK[/CHANNELS] [e2ee=never|
 * fmtp|in-band|always] [lmr=TYPE] [signalling]". NULL on success, else what
 * is wrong, and nothing changed.
 */
const char *mclmr_codec_configure(
		mclmr_codec_table_t *table, mclmr_span_t id, mclmr_span_t value);

/* The mask of the formats that a word names: an id, an encoding name, or
 * NAME/CLOCK[/CHANNELS]; "*" is all of the table. 0 if there is none. */
uint64_t mclmr_codec_mask(const mclmr_codec_table_t *table, mclmr_span_t word);

/*
 * The row of a format: by rtpmap, or for a static payload type without one
 * by RFC 3551. MCLMR_NO_CODEC for all else: a dynamic type without rtpmap,
 * a static type that an rtpmap binds to another name, PT above 127.
 */
int mclmr_codec_of(
		const mclmr_codec_table_t *table, const mclmr_sdp_format_t *format);

#endif
