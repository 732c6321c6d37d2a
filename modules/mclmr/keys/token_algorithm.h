/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_algorithm: signature algorithms of access tokens (RFC 7518 3.1) as
 * sets. There is none for "none" and for those with a shared secret (HS256 and
 * the like), so that nothing can let them in.
 */
#ifndef MCLMR_TOKEN_ALGORITHM_H
#define MCLMR_TOKEN_ALGORITHM_H

#include "mclmr/base/span.h"

/* A set of algorithms: bits. */
typedef unsigned mclmr_token_algorithms_t;

#define MCLMR_TOKEN_RS256 (1u << 0)
#define MCLMR_TOKEN_RS384 (1u << 1)
#define MCLMR_TOKEN_RS512 (1u << 2)
#define MCLMR_TOKEN_PS256 (1u << 3)
#define MCLMR_TOKEN_PS384 (1u << 4)
#define MCLMR_TOKEN_PS512 (1u << 5)
#define MCLMR_TOKEN_ES256 (1u << 6)
#define MCLMR_TOKEN_ES384 (1u << 7)
#define MCLMR_TOKEN_ES512 (1u << 8)

/* Those of any RSA key; those that a server takes if nothing is configured. */
#define MCLMR_TOKEN_OF_RSA                                     \
	(MCLMR_TOKEN_RS256 | MCLMR_TOKEN_RS384 | MCLMR_TOKEN_RS512 \
			| MCLMR_TOKEN_PS256 | MCLMR_TOKEN_PS384 | MCLMR_TOKEN_PS512)
#define MCLMR_TOKEN_DEFAULT (MCLMR_TOKEN_RS256 | MCLMR_TOKEN_ES256)

/* The algorithm of a name, its case counts; 0: none that is known. */
mclmr_token_algorithms_t mclmr_token_algorithm(mclmr_span_t name);

/* Reads names with commas between them, blanks around each. NULL, or what is
 * wrong; *algorithms is unchanged then. */
const char *mclmr_token_algorithms_read(
		mclmr_span_t names, mclmr_token_algorithms_t *algorithms);

#endif
