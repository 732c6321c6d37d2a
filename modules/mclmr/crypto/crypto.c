/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Results that ECCSI and SAKKE share, in words. */
#include "crypto.h"

static const char *const words[MCLMR_CRYPTO_COUNT] = {
		[MCLMR_CRYPTO_OK] = "all is well",
		[MCLMR_CRYPTO_BAD_LENGTH] = "an input has a wrong length",
		[MCLMR_CRYPTO_BAD_POINT] =
				"a point is malformed, not on the curve or not of the group",
		[MCLMR_CRYPTO_BAD_SCALAR] =
				"a number is zero or not below the group's order",
		[MCLMR_CRYPTO_BAD_KEY] =
				"the key does not belong to this identity and KMS",
		[MCLMR_CRYPTO_BAD_SIGNATURE] = "the signature does not verify",
		[MCLMR_CRYPTO_BAD_DATA] =
				"the encapsulated data are not for this key, or were changed",
		[MCLMR_CRYPTO_BAD_ENGINE] =
				"the tables are of another engine than this process has",
		[MCLMR_CRYPTO_NO_RANDOM] = "no random octets",
		[MCLMR_CRYPTO_INTERNAL] = "no memory, or libcrypto failed",
};

const char *mclmr_crypto_words(mclmr_crypto_t result)
{
	return (unsigned)result < MCLMR_CRYPTO_COUNT ? words[result] : "unknown";
}
