/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Faults of access tokens in words. */
#include "token_fault.h"

static const struct
{
	const char *word;
	const char *words;
} faults[MCLMR_TOKEN_FAULTS] = {
		[MCLMR_TOKEN_GENUINE] = {"genuine", "the token is genuine"},
		[MCLMR_TOKEN_TOO_LARGE] = {"too_large", "the token is too large"},
		[MCLMR_TOKEN_MALFORMED] = {"malformed",
				"not a signed token: three parts of base64url, the first two "
				"JSON objects without a name twice"},
		[MCLMR_TOKEN_HEADER] = {"header",
				"the token's header has a parameter that is not accepted"},
		[MCLMR_TOKEN_ALGORITHM] = {"algorithm",
				"the token's algorithm is not one that is accepted"},
		[MCLMR_TOKEN_NO_KEY] = {"no_key",
				"the token names no key, or one that is not known"},
		[MCLMR_TOKEN_KEY_UNFIT] = {"key_unfit",
				"the key that the token names is not for its algorithm"},
		[MCLMR_TOKEN_FORGED] = {"forged",
				"the token's signature does not verify"},
		[MCLMR_TOKEN_CLAIM] = {"claim",
				"a claim of the token is missing or malformed"},
		[MCLMR_TOKEN_EXPIRED] = {"expired", "the token has expired"},
		[MCLMR_TOKEN_TOO_EARLY] = {"too_early", "the token is not valid yet"},
		[MCLMR_TOKEN_ISSUER] = {"issuer", "the token is of another issuer"},
		[MCLMR_TOKEN_AUDIENCE] = {"audience",
				"the token is for another audience"},
		[MCLMR_TOKEN_SCOPE] = {"scope",
				"the token's scope has none of the services"},
		[MCLMR_TOKEN_NO_ID] = {"no_id",
				"the token has no MC service ID for its scope"},
		[MCLMR_TOKEN_NO_MEMORY] = {"no_memory", "out of memory"},
};

const char *mclmr_token_fault_word(mclmr_token_fault_t fault)
{
	return faults[fault].word;
}

const char *mclmr_token_fault_words(mclmr_token_fault_t fault)
{
	return faults[fault].words;
}
