/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_fault: what the check of an access token finds, in words that hold
 * nothing of the token.
 */
#ifndef MCLMR_TOKEN_FAULT_H
#define MCLMR_TOKEN_FAULT_H

typedef enum mclmr_token_fault
{
	MCLMR_TOKEN_GENUINE,
	MCLMR_TOKEN_TOO_LARGE,
	MCLMR_TOKEN_MALFORMED, /* not three parts of base64url with JSON */
	MCLMR_TOKEN_HEADER,	   /* has what is refused, see token.h */
	MCLMR_TOKEN_ALGORITHM, /* none of those that are configured */
	MCLMR_TOKEN_NO_KEY,	   /* no kid, or none of ours */
	MCLMR_TOKEN_KEY_UNFIT, /* the key is not one for this algorithm */
	MCLMR_TOKEN_FORGED,	   /* the signature is not right */
	MCLMR_TOKEN_CLAIM,	   /* one that is required is missing or malformed */
	MCLMR_TOKEN_EXPIRED,
	MCLMR_TOKEN_TOO_EARLY, /* nbf */
	MCLMR_TOKEN_ISSUER,
	MCLMR_TOKEN_AUDIENCE,
	MCLMR_TOKEN_SCOPE, /* of none of the services that are asked for */
	MCLMR_TOKEN_NO_ID, /* no MC service ID of a service of its scope */
	MCLMR_TOKEN_NO_MEMORY,
	MCLMR_TOKEN_FAULTS
} mclmr_token_fault_t;

/* A fault as one word, for counters, logs and tools: "expired". */
const char *mclmr_token_fault_word(mclmr_token_fault_t fault);

/* A fault as a person reads it: "the token has expired". */
const char *mclmr_token_fault_words(mclmr_token_fault_t fault);

#endif
