/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * keying: how the media of a section are protected on the way (layer S) and
 * where the keys come from, as the session description shows it.
 */
#ifndef MCLMR_KEYING_H
#define MCLMR_KEYING_H

#include "sdp.h"

/* Kinds of protection; a set. */
#define MCLMR_KEYING_MIKEY 1u /* a=key-mgmt:mikey */
#define MCLMR_KEYING_GMK 2u	  /* SRTP with no key in the description */
#define MCLMR_KEYING_SDES 4u
#define MCLMR_KEYING_DTLS 8u
#define MCLMR_KEYING_CLEAR 16u
#define MCLMR_KEYING_OTHER 32u /* nothing that a profile can allow */
#define MCLMR_KEYING_ALL 31u

/* The kind of a word of a profile: mikey-sakke, gmk, sdes, dtls, clear,
 * 0 if it is none; and the word of a kind. */
unsigned mclmr_keying_from_word(mclmr_span_t word);
const char *mclmr_keying_word(unsigned kind);

/*
 * The kinds that a section can end with. RTP/AVP with crypto or fingerprint
 * is opportunistic (RFC 8643) and counts as clear, too; with key-mgmt it does
 * not (TS 24.379 10.2 uses RTP/AVP literally). sakke_only: MIKEY messages of
 * any type but I_MESSAGE (26) are OTHER.
 */
unsigned mclmr_keying_of(
		mclmr_sdp_t *sdp, mclmr_sdp_section_t *section, bool sakke_only);

/* The mask of the SDES suites that a word names, "*" for all that are known;
 * 0 if there is none. */
unsigned mclmr_keying_suites(mclmr_span_t word);

/* An a=crypto line, cut into its parts. */
typedef struct mclmr_sdes
{
	mclmr_span_t tag;
	mclmr_span_t suite;
	mclmr_span_t keys;
	mclmr_span_t params; /* session parameters, may be empty */
} mclmr_sdes_t;

mclmr_sdes_t mclmr_sdes_read(const mclmr_sdp_line_t *line);

/* The suite if it is known, else "crypto": what may be shown to people,
 * even of a line whose key stands in the wrong place. */
mclmr_span_t mclmr_sdes_name(const mclmr_sdes_t *crypto);

/* True for a line that a peer may use: suite among suites, key of the
 * suite's length, no parameter that takes protection away. */
bool mclmr_sdes_usable(const mclmr_sdes_t *crypto, unsigned suites);

/* Drops the section's own lines of a kind, SDES or DTLS. */
void mclmr_keying_drop(mclmr_sdp_section_t *section, unsigned kind);

/* True if the session part has lines of that kind, SDES or DTLS. */
bool mclmr_keying_in_session(mclmr_sdp_t *sdp, unsigned kind);

#endif
