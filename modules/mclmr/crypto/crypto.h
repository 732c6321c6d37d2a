/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * crypto: what eccsi and sakke share: results and sizes.
 */
#ifndef MCLMR_CRYPTO_H
#define MCLMR_CRYPTO_H

#include <stdint.h>

#include "mclmr/base/octets.h"

/* An identity: "ID" of RFC 6507, "b" of RFC 6508; 32 octets in TS 33.180. */
#define MCLMR_ID_MAX 64 /* octets; at least 1 */

typedef enum mclmr_crypto
{
	MCLMR_CRYPTO_OK,
	MCLMR_CRYPTO_BAD_LENGTH,	/* an input of another size than required */
	MCLMR_CRYPTO_BAD_POINT,		/* encoding, off the curve, order, infinity */
	MCLMR_CRYPTO_BAD_SCALAR,	/* zero, or not below the group's order */
	MCLMR_CRYPTO_BAD_KEY,		/* not of this identity, or not of this KMS */
	MCLMR_CRYPTO_BAD_SIGNATURE, /* does not verify */
	MCLMR_CRYPTO_BAD_DATA,		/* encapsulated data that do not verify */
	MCLMR_CRYPTO_BAD_ENGINE,	/* tables of another engine, none of this CPU */
	MCLMR_CRYPTO_NO_RANDOM,		/* no random octets */
	MCLMR_CRYPTO_INTERNAL,		/* no memory, or libcrypto failed */
	MCLMR_CRYPTO_COUNT
} mclmr_crypto_t;

/* A result in words, "the point is not on the curve ..."; static. */
const char *mclmr_crypto_words(mclmr_crypto_t result);

#endif
