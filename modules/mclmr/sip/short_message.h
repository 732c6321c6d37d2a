/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * short_message: codec of the IWF short message (Interworking Security Data
 * message), application/vnd.3gpp.interworking-data. Its real octets are not
 * public: the coding is PROVISIONAL, made in the style of TS 24.379 Annex I,
 * and every number of it stands in one table that a file can replace.
 */
#ifndef MCLMR_SHORT_MESSAGE_H
#define MCLMR_SHORT_MESSAGE_H

#include "mclmr/base/arena.h"
#include "mclmr/base/lmr_type.h"
#include "mclmr/base/status.h"


/* All numbers of the coding. */
typedef struct mclmr_short_message_table
{
	char profile[32];
	int request;				   /* message type octet, 0 to 255 */
	int response;				   /* message type octet */
	int type_mask;				   /* which bits of the octet are the type */
	int payload_iei;			   /* IEI of the TLV-E payload, 0 to 255 */
	int lmr_type[MCLMR_LMR_COUNT]; /* code of each LMR type, -1: none */
} mclmr_short_message_table_t;

typedef struct mclmr_short_message
{
	bool response;
	mclmr_lmr_type_t lmr_type;
	mclmr_span_t mc_id;
	mclmr_span_t kmf_uri;
	bool has_payload;
	mclmr_span_t payload;
} mclmr_short_message_t;

/* The profile "provisional-1". */
void mclmr_short_message_defaults(mclmr_short_message_table_t *table);

/*
 * Replaces numbers by a text of lines "name = number" (decimal or 0x hex;
 * "#" comments): profile, request, response, type_mask, payload_iei, and
 * lmr.tetra, lmr.p25, ..., lmr.none ("-1": the type has no code). NULL on
 * success, else what is wrong, with the line's number in *line (0: numbers
 * that do not go together); the table is then unchanged.
 */
const char *mclmr_short_message_configure(
		mclmr_short_message_table_t *table, mclmr_span_t text, size_t *line);

/*
 * Decodes octets; the result's spans point into them. Unknown IEs are
 * skipped by their format (IEI above 0x7f: one octet, else TLV-E). Both
 * identities are mandatory: an empty one does not decode, nor does an LMR
 * type without a row in the table, or a second payload.
 * NULL on success, else why not (a static text).
 */
const char *mclmr_short_message_decode(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, mclmr_short_message_t *message);

/* One information element after the mandatory ones. */
typedef struct mclmr_short_message_ie
{
	size_t offset; /* in the message */
	size_t size;   /* octets in all */
	int iei;
	bool has_value;		/* TLV-E; else the IEI is all there is */
	mclmr_span_t value; /* may be empty */
} mclmr_short_message_ie_t;

/*
 * The element at *offset of octets, which moves past it; the first one
 * begins after the KMF URI. NULL on success, else why not.
 */
const char *mclmr_short_message_next(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, size_t *offset, mclmr_short_message_ie_t *ie);

/*
 * Encodes message into the arena. A response carries neither LMR type nor
 * payload. NULL on success, else why not: a field over 65,535 octets, an
 * empty identity, an LMR type without a code, arena full.
 */
const char *mclmr_short_message_encode(const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message, mclmr_arena_t *arena,
		mclmr_span_t *octets);

#endif
