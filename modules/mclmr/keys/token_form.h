/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_form: an access token as it is written: a JWS in compact form
 * (RFC 7515 3.1), base64url of header, claims and signature with dots between.
 * Nothing here says that it is genuine.
 */
#ifndef MCLMR_TOKEN_FORM_H
#define MCLMR_TOKEN_FORM_H

#include <jansson.h>

#include "mclmr/base/span.h"
#include "token_fault.h"

#define MCLMR_TOKEN_MAX_SIZE 8192	/* octets of a token */
#define MCLMR_TOKEN_MAX_HEADER 2048 /* octets of its header's base64url */

/* The parts of a token as base64url, in it. */
typedef struct mclmr_token_parts
{
	mclmr_span_t header;
	mclmr_span_t claims;
	mclmr_span_t signature;
} mclmr_token_parts_t;

/* Cuts a token. MCLMR_TOKEN_GENUINE, TOO_LARGE or MALFORMED: there are more or
 * less than three parts, one is empty, or is no base64url. */
mclmr_token_fault_t mclmr_token_cut(
		mclmr_span_t text, mclmr_token_parts_t *parts);

/* The object that a header or the claims are, given back by json_decref().
 * NULL: no base64url, or no JSON within the limits of json_text.h. */
json_t *mclmr_token_part(mclmr_span_t part);

#endif
