/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a description. What is written for it reads again as itself, and its
 * outline is a description of as many sections that holds no key.
 */
#include "mclmr/sdp/keying.h"
#include "mclmr/sdp/sdp_outline.h"
#include "fuzz.h"

static char memory[1 << 20];

/* A line of an outline tells no more than it may. */
static void check_line(const mclmr_sdp_line_t *line)
{
	mclmr_span_t rest = line->value;

	if(mclmr_sdp_is(line, MCLMR_SPAN("crypto"))) {
		mclmr_sdes_t crypto = mclmr_sdes_read(line);

		require(crypto.keys.len == 0 && crypto.params.len == 0);
		require(mclmr_keying_suites(crypto.suite) != 0
				|| mclmr_span_equal(crypto.suite, MCLMR_SPAN("-")));
	} else if(mclmr_sdp_is(line, MCLMR_SPAN("key-mgmt"))) {
		(void)mclmr_sdp_word(&rest);
		require(rest.len <= 4);
	} else if(line->type == 'a' && !mclmr_sdp_is(line, MCLMR_SPAN("rtpmap"))
			  && !mclmr_sdp_is(line, MCLMR_SPAN("fmtp"))) {
		while(rest.len > 0)
			require(mclmr_sdp_word(&rest).len <= 12);
	}
	require(line->type != 'k' && line->type != 'c');
}

/* The outline of what was read. */
static void check_outline(const mclmr_sdp_t *sdp, mclmr_arena_t *arena)
{
	mclmr_span_t outline;
	mclmr_sdp_t *read;

	require(mclmr_sdp_outline(sdp, arena, &outline));
	if(outline.len > MCLMR_SDP_MAX_SIZE)
		return;
	require(mclmr_sdp_read(outline, arena, &read) == MCLMR_OK);
	require(read->sections == sdp->sections);
	for(size_t i = 0; i < read->lines; i++)
		check_line(&read->line[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t once, twice;
	mclmr_sdp_t *sdp;

	if(mclmr_sdp_read((mclmr_span_t){(const char *)data, size}, &arena, &sdp)
			!= MCLMR_OK)
		return 0;
	check_outline(sdp, &arena);
	require(mclmr_sdp_write(sdp, &arena, &once));
	if(once.len > MCLMR_SDP_MAX_SIZE)
		return 0;
	require(mclmr_sdp_read(once, &arena, &sdp) == MCLMR_OK);
	require(mclmr_sdp_write(sdp, &arena, &twice));
	require(mclmr_span_equal(once, twice));
	return 0;
}
