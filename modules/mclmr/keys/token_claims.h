/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_claims: what the claims of a token say, once its signature is verified;
 * internal to this folder.
 */
#ifndef MCLMR_TOKEN_CLAIMS_H
#define MCLMR_TOKEN_CLAIMS_H

#include <jansson.h>

#include "token.h"

/* Judges claims by rules and wish; what the token says has its texts in the
 * claims. */
mclmr_token_fault_t mclmr_token_claims(const json_t *claims,
		const mclmr_token_rules_t *rules, const mclmr_token_wish_t *wish,
		mclmr_token_t *token);

#endif
