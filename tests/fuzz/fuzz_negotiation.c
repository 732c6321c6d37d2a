/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: four octets that say which message comes (side, method, code, CSeq),
 * then what is stored of a call: the caller's text, a line "----", the
 * callee's. What reads is written as a text that reads as the same; what the
 * message is does not change when it has been noted.
 */
#include "mclmr/base/arena.h"
#include "mclmr/sdp/negotiation.h"
#include "fuzz.h"

#define SDP                                                                 \
	"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"      \
	"t=0 0\r\nm=audio 4000 RTP/AVP 100\r\na=rtpmap:100 X-TIA-P25-IMBE/8000" \
	"\r\n"

static char memory[1 << 20];

/* The text of a side reads, and is written, as it was. */
static void check_side(const mclmr_negotiation_t *negotiation,
		mclmr_side_t side, mclmr_arena_t *arena)
{
	mclmr_negotiation_t read = {.bound = {{NULL, 0}}};
	mclmr_span_t text, again;

	if(!mclmr_negotiation_write(negotiation, side, arena, &text))
		return;
	require(text.len <= MCLMR_NEGOTIATION_MAX);
	require(mclmr_negotiation_read(&read, side, text));
	require(mclmr_negotiation_write(&read, side, arena, &again));
	require(mclmr_span_equal(text, again));
}

/* Keeps what the message says, if it can be kept. */
static bool keep_message(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, mclmr_op_t op, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	require(mclmr_sdp_read(MCLMR_SPAN(SDP), arena, &sdp) == MCLMR_OK);
	if(op == MCLMR_OP_OFFER)
		return mclmr_negotiation_offer(negotiation, bearer, 0, sdp, arena);
	if(op == MCLMR_OP_ANSWER)
		return mclmr_negotiation_answer(negotiation, bearer, sdp, arena);
	require(!mclmr_negotiation_offer(negotiation, bearer, 0, sdp, arena));
	require(!mclmr_negotiation_answer(negotiation, bearer, sdp, arena));
	return false;
}

/* A message is the same again after it was noted. */
static void check_message(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, mclmr_arena_t *arena)
{
	mclmr_op_t op = mclmr_negotiation_op(negotiation, bearer);

	if(bearer->has_sdp)
		require((op == MCLMR_OP_ANSWER)
				== (mclmr_negotiation_asked(negotiation, bearer) != NULL));
	(void)mclmr_negotiation_overtaken(negotiation, bearer);
	if(!keep_message(negotiation, bearer, op, arena))
		return;
	require(mclmr_negotiation_op(negotiation, bearer) == op);
	for(int side = 0; side < MCLMR_SIDES; side++)
		check_side(negotiation, (mclmr_side_t)side, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int codes[] = {0, 0, 180, 183, 200, 202, 299, 488};
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t caller, callee = input_of(data, size);
	mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};
	unsigned what = take_octet(&callee);
	mclmr_bearer_t bearer = {.side = (mclmr_side_t)(what % MCLMR_SIDES),
			.reliable = (what & 2) != 0,
			.has_sdp = (what & 4) == 0};
	const char *mark;

	bearer.method =
			(mclmr_method_t)(take_octet(&callee) % (MCLMR_METHOD_OTHER + 1u));
	bearer.code = codes[take_octet(&callee) % 8];
	bearer.cseq = take_octet(&callee) % 16;
	mark = mclmr_span_find(callee, MCLMR_SPAN("----\n"));
	caller = callee;
	if(mark != NULL) {
		caller.len = (size_t)(mark - callee.s);
		callee = mclmr_span_from(callee, mark + 5);
	}
	if(!mclmr_negotiation_read(&negotiation, MCLMR_CALLER, caller)
			|| !mclmr_negotiation_read(&negotiation, MCLMR_CALLEE, callee))
		return 0;
	check_side(&negotiation, MCLMR_CALLER, &arena);
	check_side(&negotiation, MCLMR_CALLEE, &arena);
	check_message(&negotiation, &bearer, &arena);
	return 0;
}
