/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_keys: the public keys that access tokens are verified with, each known
 * by its kid. They can be filled anew at any time; until that succeeds, they
 * stay as they were. One for each process; nothing is shared by processes.
 */
#ifndef MCLMR_TOKEN_KEYS_H
#define MCLMR_TOKEN_KEYS_H

#include <stddef.h>

#include "mclmr/base/span.h"
#include "token_algorithm.h"
#include "token_fault.h"

#define MCLMR_TOKEN_MAX_KEYS 64		   /* in all */
#define MCLMR_TOKEN_MAX_KID 256		   /* octets */
#define MCLMR_TOKEN_MAX_KEY_TEXT 65536 /* octets of a text */
#define MCLMR_TOKEN_MIN_RSA 2048	   /* bits */
#define MCLMR_TOKEN_MAX_RSA 8192

typedef struct mclmr_token_keys mclmr_token_keys_t;

/* No keys; NULL: no memory. Freed by the other, which takes NULL, too. */
mclmr_token_keys_t *mclmr_token_keys_new(void);
void mclmr_token_keys_free(mclmr_token_keys_t *keys);

/* Keys as they are written: a JWK set or a JWK (RFC 7517), or one public key
 * as PEM ("BEGIN PUBLIC KEY"). */
typedef struct mclmr_token_key_text
{
	mclmr_span_t text;
	mclmr_span_t kid; /* of the key in a PEM; of no matter for JSON */
} mclmr_token_key_text_t;

/*
 * Fills in what n texts hold, in place of what there is. RSA of 2,048 to 8,192
 * bits, and P-256, P-384, P-521. Of a JWK set left out: keys of other types and
 * curves (symmetric ones, too), and those that are not for signatures by use,
 * key_ops or alg. Refused: a kid that is missing or there twice, a key that is
 * private, too small or no key, and texts without any key.
 * NULL, or what is wrong, *which is the text then (n: none of them); the keys
 * are unchanged.
 */
const char *mclmr_token_keys_load(mclmr_token_keys_t *keys,
		const mclmr_token_key_text_t *texts, size_t n, size_t *which);

/*
 * Verifies the signature of a token, whose header has this kid and this one
 * algorithm. MCLMR_TOKEN_GENUINE, NO_KEY, KEY_UNFIT or FORGED.
 */
mclmr_token_fault_t mclmr_token_keys_verify(const mclmr_token_keys_t *keys,
		mclmr_span_t kid, mclmr_token_algorithms_t algorithm,
		mclmr_span_t token);

#endif
