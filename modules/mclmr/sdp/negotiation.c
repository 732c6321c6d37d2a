/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Offers and answers of one leg of a call, as text that outlives the
 * message. */
#include "mclmr/base/text.h"
#include "binding.h"
#include "e2ee.h"
#include "negotiation.h"
#include "sdp_outline.h"

#define MAX_DIGITS 10 /* of a CSeq, up to 2^31 */
#define BINDINGS 'b'
#define OFFER 'o'

/* The side that a message goes to. */
static mclmr_side_t other_side(mclmr_side_t side)
{
	return side == MCLMR_CALLER ? MCLMR_CALLEE : MCLMR_CALLER;
}

/* True for an offer that the message's transaction began with. */
static bool began_with(
		const mclmr_offered_t *offered, const mclmr_bearer_t *bearer)
{
	return offered->given && offered->cseq == bearer->cseq;
}

/* True for an offer in a reply that this message may answer: not yet
 * answered, or by this message before. */
static bool is_open(
		const mclmr_offered_t *offered, const mclmr_bearer_t *bearer)
{
	return offered->given && offered->reliable
		   && (!offered->answered
				   || (offered->answer_method == bearer->method
						   && offered->answer_cseq == bearer->cseq));
}

/* The offer that a reply to an INVITE or UPDATE answers, NULL: none. */
static const mclmr_offered_t *asked_by_request(
		const mclmr_offered_t *theirs, const mclmr_bearer_t *bearer)
{
	mclmr_offer_kind_t kind = bearer->method == MCLMR_METHOD_UPDATE
									  ? MCLMR_OFFER_UPDATE
									  : MCLMR_OFFER_INVITE;

	return began_with(&theirs[kind], bearer) ? &theirs[kind] : NULL;
}

/* The offer in a reply that a PRACK or ACK answers, NULL: none. Only the
 * ACK has the INVITE's number (RFC 3261 17.1.1.3). */
static const mclmr_offered_t *asked_by_reply(
		const mclmr_offered_t *theirs, const mclmr_bearer_t *bearer)
{
	const mclmr_offered_t *offered = &theirs[MCLMR_OFFER_REPLY];
	bool fits = bearer->method == MCLMR_METHOD_ACK ? began_with(offered, bearer)
												   : offered->code < 200;

	return fits && is_open(offered, bearer) ? offered : NULL;
}

/* True for a final reply that refuses. */
static bool is_refusal(const mclmr_bearer_t *bearer)
{
	return bearer->code >= 300;
}

/* What the description of a request is. */
static mclmr_op_t op_of_request(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer)
{
	switch(bearer->method) {
		case MCLMR_METHOD_INVITE:
		case MCLMR_METHOD_UPDATE:
			return MCLMR_OP_OFFER;
		case MCLMR_METHOD_ACK:
		case MCLMR_METHOD_PRACK:
			return mclmr_negotiation_asked(negotiation, bearer) == NULL
						   ? MCLMR_OP_STRAY
						   : MCLMR_OP_ANSWER;
		case MCLMR_METHOD_OTHER:
			break;
	}
	return MCLMR_OP_STRAY;
}

/* What the description of a reply is. */
static mclmr_op_t op_of_reply(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer)
{
	if(mclmr_negotiation_asked(negotiation, bearer) != NULL)
		return MCLMR_OP_ANSWER;
	return bearer->method == MCLMR_METHOD_INVITE && !is_refusal(bearer)
				   ? MCLMR_OP_OFFER
				   : MCLMR_OP_STRAY;
}

mclmr_op_t mclmr_negotiation_op(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer)
{
	if(!bearer->has_sdp)
		return MCLMR_OP_NONE;
	return bearer->code == 0 ? op_of_request(negotiation, bearer)
							 : op_of_reply(negotiation, bearer);
}

const mclmr_offered_t *mclmr_negotiation_asked(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer)
{
	const mclmr_offered_t *theirs =
			negotiation->offered[other_side(bearer->side)];

	switch(bearer->method) {
		case MCLMR_METHOD_INVITE:
		case MCLMR_METHOD_UPDATE:
			if(bearer->code == 0 || is_refusal(bearer))
				return NULL;
			return asked_by_request(theirs, bearer);
		case MCLMR_METHOD_ACK:
		case MCLMR_METHOD_PRACK:
			return bearer->code == 0 ? asked_by_reply(theirs, bearer) : NULL;
		case MCLMR_METHOD_OTHER:
			break;
	}
	return NULL;
}

bool mclmr_negotiation_overtaken(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer)
{
	mclmr_offer_kind_t kind = bearer->method == MCLMR_METHOD_UPDATE
									  ? MCLMR_OFFER_UPDATE
									  : MCLMR_OFFER_INVITE;
	const mclmr_offered_t *theirs =
			&negotiation->offered[other_side(bearer->side)][kind];

	return bearer->code > 0 && theirs->given && theirs->cseq > bearer->cseq;
}

/* How an offer is made. */
static mclmr_offer_kind_t kind_of(const mclmr_bearer_t *bearer)
{
	if(bearer->code != 0)
		return MCLMR_OFFER_REPLY;
	return bearer->method == MCLMR_METHOD_UPDATE ? MCLMR_OFFER_UPDATE
												 : MCLMR_OFFER_INVITE;
}

/* True if a message only repeats what was noted, or announces an offer
 * that a reliable reply has made already. */
static bool is_repeated(const mclmr_offered_t *noted,
		const mclmr_bearer_t *bearer, mclmr_span_t outline)
{
	if(!noted->given || noted->cseq != bearer->cseq)
		return false;
	if(bearer->code != 0 && noted->reliable && !bearer->reliable)
		return true;
	return noted->reliable == bearer->reliable
		   && mclmr_span_equal(noted->outline, outline);
}

/* Keeps the negotiation if one side's text would not fit any more. */
static bool keep(mclmr_negotiation_t *negotiation,
		const mclmr_negotiation_t *changed, mclmr_side_t side,
		mclmr_arena_t *arena)
{
	mclmr_span_t text;

	if(!mclmr_negotiation_write(changed, side, arena, &text))
		return false;
	*negotiation = *changed;
	return true;
}

bool mclmr_negotiation_offer(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, unsigned wanted, const mclmr_sdp_t *sdp,
		mclmr_arena_t *arena)
{
	mclmr_negotiation_t changed = *negotiation;
	mclmr_offered_t *noted = &changed.offered[bearer->side][kind_of(bearer)];
	mclmr_offered_t *theirs =
			&changed.offered[other_side(bearer->side)][MCLMR_OFFER_REPLY];
	mclmr_span_t outline;

	if(mclmr_negotiation_op(negotiation, bearer) != MCLMR_OP_OFFER
			|| !mclmr_sdp_outline(sdp, arena, &outline))
		return false;
	if(is_repeated(noted, bearer, outline))
		return true;
	*noted = (mclmr_offered_t){.given = true,
			.cseq = bearer->cseq,
			.code = bearer->code,
			.reliable = bearer->reliable,
			.wanted = wanted,
			.outline = outline};
	if(kind_of(bearer) == MCLMR_OFFER_INVITE && theirs->code < 200)
		theirs->given = false; /* its PRACK will not come any more */
	return keep(negotiation, &changed, bearer->side, arena);
}

/* Binds the payload types of an offer and its answer. */
static bool bind(mclmr_negotiation_t *negotiation, mclmr_span_t offer,
		const mclmr_sdp_t *answered, mclmr_arena_t *arena)
{
	mclmr_sdp_t *offered;

	if(mclmr_sdp_read(offer, arena, &offered) != MCLMR_OK)
		return false;
	for(int side = 0; side < MCLMR_SIDES; side++) {
		if(!mclmr_binding_renew(negotiation->bound[side], offered, answered,
				   arena, &negotiation->bound[side]))
			return false;
	}
	return true;
}

bool mclmr_negotiation_answer(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, const mclmr_sdp_t *sdp,
		mclmr_arena_t *arena)
{
	const mclmr_offered_t *asked =
			bearer->has_sdp ? mclmr_negotiation_asked(negotiation, bearer)
							: NULL;
	mclmr_negotiation_t changed = *negotiation;
	mclmr_side_t side = other_side(bearer->side);
	mclmr_offered_t *answered;

	if(asked == NULL || !bind(&changed, asked->outline, sdp, arena))
		return false;
	answered = &changed.offered[side][asked - negotiation->offered[side]];
	answered->answered = true;
	answered->answer_method = bearer->method;
	answered->answer_cseq = bearer->cseq;
	return keep(&changed, &changed, side, arena)
		   && keep(negotiation, &changed, bearer->side, arena);
}

/* Writes numbers with a blank before each. */
static void put_numbers(
		mclmr_text_t *text, const unsigned long *numbers, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		mclmr_text_string(text, " ");
		mclmr_text_number(text, numbers[i]);
	}
}

/* Writes the line before a part: what it is, then numbers, the last one the
 * length of the part; then the part. */
static void put_part(mclmr_text_t *text, char what,
		const unsigned long *numbers, size_t n, mclmr_span_t part)
{
	mclmr_text_put(text, (mclmr_span_t){&what, 1});
	put_numbers(text, numbers, n);
	mclmr_text_string(text, "\n");
	mclmr_text_put(text, part);
}

bool mclmr_negotiation_write(const mclmr_negotiation_t *negotiation,
		mclmr_side_t side, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_span_t bound = negotiation->bound[side];
	unsigned long length = bound.len;
	mclmr_text_t out = mclmr_text(arena);

	for(unsigned long kind = 0; kind < MCLMR_OFFER_KINDS; kind++) {
		const mclmr_offered_t *offered = &negotiation->offered[side][kind];
		unsigned long numbers[] = {kind, offered->cseq,
				(unsigned long)offered->code, offered->reliable,
				offered->answered, offered->answer_method, offered->answer_cseq,
				offered->wanted, offered->outline.len};

		if(offered->given)
			put_part(&out, OFFER, numbers, sizeof(numbers) / sizeof(numbers[0]),
					offered->outline);
	}
	if(bound.len > 0)
		put_part(&out, BINDINGS, &length, 1, bound);
	return mclmr_text_done(&out, text) && text->len <= MCLMR_NEGOTIATION_MAX;
}

/* Reads a number of up to ten digits; false if it is none or over max. */
static bool read_number(
		mclmr_span_t *rest, unsigned long max, unsigned long *number)
{
	mclmr_span_t word = mclmr_sdp_word(rest);

	*number = 0;
	if(word.len == 0 || word.len > MAX_DIGITS)
		return false;
	for(size_t i = 0; i < word.len; i++) {
		if(word.s[i] < '0' || word.s[i] > '9')
			return false;
		*number = *number * 10 + (unsigned long)(word.s[i] - '0');
	}
	return *number <= max;
}

/* Cuts the part of a length off the text. */
static bool cut_part(
		mclmr_span_t *rest, unsigned long length, mclmr_span_t *part)
{
	if(length == 0 || length > rest->len)
		return false;
	*part = (mclmr_span_t){rest->s, length};
	*rest = mclmr_span_from(*rest, rest->s + length);
	return true;
}

/* Reads an offer, whose line is cut off already. */
static bool read_offer(
		mclmr_span_t line, mclmr_span_t *rest, mclmr_offered_t *offered)
{
	static const unsigned long max[] = {MCLMR_OFFER_KINDS - 1, UINT32_MAX, 299,
			1, 1, MCLMR_METHOD_OTHER, UINT32_MAX, MCLMR_E2EE_MAYBE,
			MCLMR_NEGOTIATION_MAX};
	unsigned long number[sizeof(max) / sizeof(max[0])];

	for(size_t i = 0; i < sizeof(max) / sizeof(max[0]); i++) {
		if(!read_number(&line, max[i], &number[i]))
			return false;
	}
	offered += number[0];
	if(line.len > 0 || offered->given)
		return false;
	*offered = (mclmr_offered_t){.given = true,
			.cseq = number[1],
			.code = (int)number[2],
			.reliable = number[3] != 0,
			.answered = number[4] != 0,
			.answer_method = (mclmr_method_t)number[5],
			.answer_cseq = number[6],
			.wanted = (unsigned)number[7]};
	return cut_part(rest, number[8], &offered->outline);
}

/* Reads one part of the text. */
static bool read_part(
		mclmr_negotiation_t *negotiation, mclmr_side_t side, mclmr_span_t *text)
{
	mclmr_span_t line = mclmr_span_cut(text, '\n');
	mclmr_span_t what = mclmr_sdp_word(&line);
	unsigned long length;

	if(what.len != 1)
		return false;
	if(what.s[0] == OFFER)
		return read_offer(line, text, negotiation->offered[side]);
	return what.s[0] == BINDINGS && negotiation->bound[side].len == 0
		   && read_number(&line, MCLMR_NEGOTIATION_MAX, &length)
		   && cut_part(text, length, &negotiation->bound[side]);
}

/* Forgets what one side said. */
static void forget(mclmr_negotiation_t *negotiation, mclmr_side_t side)
{
	for(int kind = 0; kind < MCLMR_OFFER_KINDS; kind++)
		negotiation->offered[side][kind] = (mclmr_offered_t){.given = false};
	negotiation->bound[side] = (mclmr_span_t){NULL, 0};
}

bool mclmr_negotiation_read(
		mclmr_negotiation_t *negotiation, mclmr_side_t side, mclmr_span_t text)
{
	forget(negotiation, side);
	while(text.len > 0) {
		if(read_part(negotiation, side, &text))
			continue;
		forget(negotiation, side);
		return false;
	}
	return true;
}
