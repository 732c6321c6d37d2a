/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * octets: binary texts: numbers in network order, hexadecimal, base64.
 */
#ifndef MCLMR_OCTETS_H
#define MCLMR_OCTETS_H

#include <stdint.h>

#include "arena.h"

/* Writes the low octets of value to to, most significant first. */
void mclmr_octets_put(uint8_t *to, uint64_t value, size_t octets);

/* The number of 1 to 8 octets, most significant first. */
uint64_t mclmr_octets_get(const uint8_t *from, size_t octets);

/* The octets of a span. */
const uint8_t *mclmr_octets(mclmr_span_t span);

/* A span of octets. */
mclmr_span_t mclmr_octets_span(const uint8_t *octets, size_t length);

/*
 * Reads hexadecimal digits in pairs, blanks around and between them skipped,
 * into at most size octets. Their number, 0 where the text is no such digits
 * or too long.
 */
size_t mclmr_octets_from_hex(mclmr_span_t text, uint8_t *to, size_t size);

/* Writes 2 * n lower-case digits and a NUL. */
void mclmr_octets_to_hex(const uint8_t *octets, size_t n, char *to);

/* As mclmr_octets_from_hex() for base64 (RFC 4648 4), padding needed. */
size_t mclmr_octets_from_base64(mclmr_span_t text, uint8_t *to, size_t size);

/* Octets that the base64 of n octets takes, its NUL included. */
#define MCLMR_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Writes base64 without line ends, and a NUL; the length without it. */
size_t mclmr_octets_to_base64(const uint8_t *octets, size_t n, char *to);

#endif
