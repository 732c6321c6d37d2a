/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Tokens cut into parts, and parts read. */
#include <openssl/crypto.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "json_text.h"
#include "token_form.h"

/* True if a part is base64url. */
static bool is_url(mclmr_span_t part)
{
	uint8_t octets[MCLMR_TOKEN_MAX_SIZE];
	bool is = mclmr_base64_read_url(part, octets, sizeof(octets), &(size_t){0});

	OPENSSL_cleanse(octets, part.len);
	return is && part.len > 0;
}

mclmr_token_fault_t mclmr_token_cut(
		mclmr_span_t text, mclmr_token_parts_t *parts)
{
	mclmr_span_t rest = text;

	if(text.len > MCLMR_TOKEN_MAX_SIZE)
		return MCLMR_TOKEN_TOO_LARGE;
	parts->header = mclmr_span_cut(&rest, '.');
	parts->claims = mclmr_span_cut(&rest, '.');
	parts->signature = rest;
	if(parts->header.len > MCLMR_TOKEN_MAX_HEADER)
		return MCLMR_TOKEN_TOO_LARGE;
	return is_url(parts->header) && is_url(parts->claims)
						   && is_url(parts->signature)
				   ? MCLMR_TOKEN_GENUINE
				   : MCLMR_TOKEN_MALFORMED;
}

json_t *mclmr_token_part(mclmr_span_t part)
{
	uint8_t octets[MCLMR_TOKEN_MAX_SIZE];
	json_t *read = NULL;
	size_t n;

	if(mclmr_base64_read_url(part, octets, sizeof(octets), &n))
		read = mclmr_json_read(mclmr_octets_span(octets, n));
	OPENSSL_cleanse(
			octets, part.len < sizeof(octets) ? part.len : sizeof(octets));
	return read;
}
