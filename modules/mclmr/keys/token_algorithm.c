/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Names of signature algorithms. */
#include <stddef.h>

#include "token_algorithm.h"

/* By bit. */
static const char *const names_of[] = {"RS256", "RS384", "RS512", "PS256",
		"PS384", "PS512", "ES256", "ES384", "ES512"};

mclmr_token_algorithms_t mclmr_token_algorithm(mclmr_span_t name)
{
	for(size_t i = 0; i < sizeof(names_of) / sizeof(names_of[0]); i++) {
		if(mclmr_span_equal(name, mclmr_span(names_of[i])))
			return 1u << i;
	}
	return 0;
}

const char *mclmr_token_algorithms_read(
		mclmr_span_t names, mclmr_token_algorithms_t *algorithms)
{
	mclmr_token_algorithms_t read = 0;

	do {
		mclmr_token_algorithms_t one = mclmr_token_algorithm(
				mclmr_span_trim(mclmr_span_cut(&names, ',')));

		if(one == 0)
			return "a signature algorithm is none of RS256, RS384, RS512, "
				   "PS256, PS384, PS512, ES256, ES384, ES512";
		read |= one;
	} while(names.s != NULL);
	*algorithms = read;
	return NULL;
}
