/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to sip. uri_parts: a SIP or SIPS URI cut into its parts (RFC 3261
 * 19.1.1), and what an octet of a URI may be.
 */
#ifndef MCLMR_URI_PARTS_H
#define MCLMR_URI_PARTS_H

#include "mclmr/base/span.h"

/* What an octet may be in a URI, as bits. */
#define MCLMR_URI_DIGIT 1
#define MCLMR_URI_LETTER 2
#define MCLMR_URI_MARK 4	   /* RFC 3261 25.1 mark */
#define MCLMR_URI_RESERVED 8   /* RFC 3261 25.1 reserved, and brackets */
#define MCLMR_URI_SEPARATOR 16 /* RFC 3966 visual-separator */

extern const unsigned char mclmr_uri_classes[256];

/* True if c is of any of these classes. */
static inline bool mclmr_uri_is_any(char c, unsigned wanted)
{
	return (mclmr_uri_classes[(unsigned char)c] & wanted) != 0;
}

/* RFC 3261 25.1 unreserved: escaped or not, these mean the same. */
static inline bool mclmr_uri_is_unreserved(char c)
{
	return mclmr_uri_is_any(
			c, MCLMR_URI_DIGIT | MCLMR_URI_LETTER | MCLMR_URI_MARK);
}

/* The octet that an escape with these two digits, both hexadecimal, is. */
char mclmr_uri_escaped(const char *digits);

/* True if all octets may stand in a URI; so no blank, no quote, no
 * control character, nothing beyond ASCII, and every "%" is an escape. */
bool mclmr_uri_is_well_formed(mclmr_span_t uri);

/* The parts as they are written: nothing is unescaped. */
typedef struct mclmr_uri_parts
{
	bool has_user;
	mclmr_span_t user;		 /* with the password; not empty if there is one */
	mclmr_span_t host;		 /* with the brackets of an IPv6 reference */
	mclmr_span_t port;		 /* digits; empty: none */
	mclmr_span_t parameters; /* "a=b;c"; may be empty */
	mclmr_span_t headers;	 /* "a=b&c=d"; may be empty */
} mclmr_uri_parts_t;

/* Cuts what follows the scheme of a well-formed URI. false: it is none. */
bool mclmr_uri_parts_read(mclmr_span_t rest, mclmr_uri_parts_t *parts);

#endif
