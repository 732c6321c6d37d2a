/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * base64: octets as characters (RFC 4648 4), read as strictly as the caller
 * says, and written.
 */
#ifndef MCLMR_BASE64_H
#define MCLMR_BASE64_H

#include <stdint.h>

#include "span.h"

/*
 * What a text has to be like, or may be like; a set. Always: the alphabet of
 * RFC 4648 4, and "=" at the end only.
 */
#define MCLMR_BASE64_BLANKS 1u /* SP, HTAB, CR, LF may stand anywhere */
#define MCLMR_BASE64_PADDED \
	2u						  /* "=" fills the last four characters exactly; \
								  else any number, and digits that make no \
								  octet are left off */
#define MCLMR_BASE64_EXACT 4u /* bits that go into no octet are zero */

#define MCLMR_BASE64_BARE 8u /* with PADDED: or there is no "=" at all */

#define MCLMR_BASE64_STRICT \
	(MCLMR_BASE64_BLANKS | MCLMR_BASE64_PADDED | MCLMR_BASE64_EXACT)

/*
 * Reads a text into at most size octets at to, their number in *n. to may be
 * where the text is; with NULL they are counted only, and size does not
 * matter. An empty text is 0 octets. false, *n is then 0: no such text, or it
 * does not fit.
 */
bool mclmr_base64_read(
		mclmr_span_t text, unsigned rules, uint8_t *to, size_t size, size_t *n);

/*
 * Reads base64url without "=" and blanks, as strictly as can be (RFC 4648 5,
 * RFC 7515 2), into at to, which has to have size >= text.len octets and may be
 * where the text is; their number in *n. false, *n is then 0: no such text, or
 * too little room.
 */
bool mclmr_base64_read_url(
		mclmr_span_t text, uint8_t *to, size_t size, size_t *n);

/* The value of a digit, -1 for any other octet. */
int mclmr_base64_digit(char c);

/* Octets that the base64 of n octets takes, its NUL included. */
#define MCLMR_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Writes base64 without line ends, and a NUL; the length without it, 0 if n
 * is over INT_MAX / 2. */
size_t mclmr_base64_write(const uint8_t *octets, size_t n, char *to);

#endif
