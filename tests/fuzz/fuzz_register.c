/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a third-party REGISTER. What is read is in bounds, and a body of which
 * a rule is broken says nothing.
 */
#include "mclmr/sip/third_party.h"
#include "fuzz.h"

static char memory[1 << 18];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t whole = {memory, sizeof(memory)};
	mclmr_third_party_t read;

	if(mclmr_third_party_read_message(input_of(data, size), &arena, &read)
			!= NULL)
		return 0;
	require(read.set.n >= 1 && read.set.n <= MCLMR_MAX_IMPLICIT);
	require(mclmr_span_equal(read.set.key[0], read.impu));
	for(size_t i = 0; i < read.set.n; i++)
		require(read.set.key[i].len > 0 && is_within(read.set.key[i], whole));
	for(int i = 0; i < MCLMR_SERVICE_COUNT; i++)
		require(read.info[i].len == 0
				|| (read.broken == MCLMR_MIME_KEPT
						&& (is_within(read.info[i], input_of(data, size))
								|| is_within(read.info[i], whole))));
	return 0;
}
