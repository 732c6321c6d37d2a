/* SPDX-License-Identifier: GPL-2.0-or-later */

/* fuzz: what all targets share. */
#ifndef MCLMR_FUZZ_H
#define MCLMR_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "mclmr/base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the run if something does not hold. */
static inline void require(bool holds)
{
	if(!holds)
		abort();
}

/* True if a span is part of another. */
static inline bool is_within(mclmr_span_t part, mclmr_span_t whole)
{
	return part.len == 0
		   || (part.s >= whole.s && part.s + part.len <= whole.s + whole.len);
}

/* The input. */
static inline mclmr_span_t input_of(const uint8_t *data, size_t size)
{
	return (mclmr_span_t){(const char *)data, size};
}

/* Takes the first octet off the input, 0 if there is none. */
static inline unsigned take_octet(mclmr_span_t *input)
{
	unsigned octet = 0;

	if(input->len > 0) {
		octet = (unsigned char)input->s[0];
		*input = mclmr_span_from(*input, input->s + 1);
	}
	return octet;
}

#endif
