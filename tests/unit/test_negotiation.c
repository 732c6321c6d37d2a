/* SPDX-License-Identifier: GPL-2.0-or-later */

/* negotiation: sequences of messages with what each description is, payload
 * types that stay bound, and the text in between. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/binding.h"
#include "mclmr/sdp/negotiation.h"
#include "unit.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
#define MAX_STEPS 10

#define A MCLMR_CALLER
#define B MCLMR_CALLEE
#define INVITE MCLMR_METHOD_INVITE
#define ACK MCLMR_METHOD_ACK
#define PRACK MCLMR_METHOD_PRACK
#define UPDATE MCLMR_METHOD_UPDATE
#define OTHER MCLMR_METHOD_OTHER
#define NONE MCLMR_OP_NONE
#define OFFER MCLMR_OP_OFFER
#define ANSWER MCLMR_OP_ANSWER
#define STRAY MCLMR_OP_STRAY

static char memory[1 << 20];

/* One message. Descriptions differ in their payload type, pt; 0: none. */
typedef struct step
{
	mclmr_side_t side;
	mclmr_method_t method;
	int code;
	unsigned long cseq;
	bool reliable;
	int pt;
	mclmr_op_t op;
	int asked; /* payload type of the offer that it answers */
} step_t;

typedef struct sequence
{
	const char *name;
	step_t step[MAX_STEPS];
} sequence_t;

static const sequence_t sequences[] = {
		{"offer in INVITE, answer in 200",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 180, 1, false, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{A, ACK, 0, 1, false, 0, NONE, 0}}},
		{"early media: each answers the same offer",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 183, 1, false, 98, ANSWER, 97},
						{B, INVITE, 180, 1, false, 98, ANSWER, 97},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97}}},
		{"answer in a reliable 183, repeated in 200",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 183, 1, true, 98, ANSWER, 97},
						{A, PRACK, 0, 2, false, 0, NONE, 0},
						{B, PRACK, 200, 2, true, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97}}},
		{"an offer in a PRACK is stray",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 183, 1, true, 98, ANSWER, 97},
						{A, PRACK, 0, 2, false, 99, STRAY, 0},
						{B, PRACK, 200, 2, true, 99, STRAY, 0}}},
		{"UPDATE in an early dialog; the 200 still answers the INVITE",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 183, 1, true, 98, ANSWER, 97},
						{A, PRACK, 0, 2, false, 0, NONE, 0},
						{A, UPDATE, 0, 3, false, 99, OFFER, 0},
						{B, UPDATE, 200, 3, true, 96, ANSWER, 99},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97}}},
		{"UPDATE of the callee",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{B, UPDATE, 0, 1, false, 99, OFFER, 0},
						{A, UPDATE, 200, 1, true, 96, ANSWER, 99}}},
		{"UPDATE without description",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{A, UPDATE, 0, 3, false, 0, NONE, 0},
						{B, UPDATE, 200, 3, true, 98, STRAY, 0}}},
		{"offerless: offer in 200, answer in ACK",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 97, OFFER, 0},
						{A, ACK, 0, 1, false, 98, ANSWER, 97}}},
		{"offerless: an unreliable 183 announces what the 200 offers",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 99, OFFER, 0},
						{A, ACK, 0, 1, false, 98, ANSWER, 99}}},
		{"offerless: what is only announced is not answered",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, false, 97, OFFER, 0},
						{A, PRACK, 0, 2, false, 98, STRAY, 0},
						{B, INVITE, 200, 1, true, 0, NONE, 0},
						{A, ACK, 0, 1, false, 98, STRAY, 0}}},
		{"offerless: offer in a reliable 183, answer in PRACK",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{A, PRACK, 0, 2, false, 98, ANSWER, 97},
						{B, PRACK, 200, 2, true, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 0, NONE, 0},
						{A, ACK, 0, 1, false, 98, STRAY, 0}}},
		{"offerless: a second PRACK answers nothing",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{A, PRACK, 0, 2, false, 98, ANSWER, 97},
						{A, PRACK, 0, 3, false, 98, STRAY, 0}}},
		{"offerless: an unreliable 180 takes no reliable offer's place",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{B, INVITE, 180, 1, false, 99, OFFER, 0},
						{A, PRACK, 0, 2, false, 98, ANSWER, 97}}},
		{"offerless: a description in the 200 after an answered offer",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{A, PRACK, 0, 2, false, 98, ANSWER, 97},
						{B, INVITE, 200, 1, true, 99, OFFER, 0},
						{A, ACK, 0, 1, false, 98, ANSWER, 99}}},
		{"offerless: the offer of a reliable 183, answered in the ACK only",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{A, PRACK, 0, 2, false, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 0, NONE, 0},
						{A, ACK, 0, 1, false, 98, ANSWER, 97}}},
		{"offerless and UPDATE",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{A, PRACK, 0, 2, false, 98, ANSWER, 97},
						{B, UPDATE, 0, 1, false, 99, OFFER, 0},
						{A, UPDATE, 200, 1, true, 96, ANSWER, 99},
						{B, INVITE, 200, 1, true, 0, NONE, 0}}},
		{"a description in the ACK of an INVITE that offered",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{A, ACK, 0, 1, false, 97, STRAY, 0}}},
		{"an ACK of another INVITE",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 97, OFFER, 0},
						{A, ACK, 0, 2, false, 98, STRAY, 0}}},
		{"an ACK of the side that offered",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 97, OFFER, 0},
						{B, ACK, 0, 1, false, 98, STRAY, 0}}},
		{"re-INVITE of the callee",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{B, INVITE, 0, 7, false, 99, OFFER, 0},
						{A, INVITE, 200, 7, true, 96, ANSWER, 99}}},
		{"re-INVITE of the caller: a new offer",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{A, INVITE, 0, 2, false, 99, OFFER, 0},
						{B, INVITE, 200, 2, true, 96, ANSWER, 99}}},
		{"offerless re-INVITE of the callee, then a late 200 of the first",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{B, INVITE, 0, 7, false, 0, NONE, 0},
						{A, INVITE, 200, 7, true, 99, OFFER, 0},
						{B, ACK, 0, 7, false, 96, ANSWER, 99},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97}}},
		{"offerless re-INVITE of the caller after one that offered",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{A, INVITE, 0, 2, false, 0, NONE, 0},
						{B, INVITE, 200, 2, true, 99, OFFER, 0},
						{A, ACK, 0, 2, false, 96, ANSWER, 99}}},
		{"a re-INVITE that is refused, then another",
				{{A, INVITE, 0, 1, false, 97, OFFER, 0},
						{B, INVITE, 200, 1, true, 98, ANSWER, 97},
						{A, INVITE, 0, 2, false, 99, OFFER, 0},
						{B, INVITE, 488, 2, false, 98, STRAY, 0},
						{A, INVITE, 0, 3, false, 96, OFFER, 0},
						{B, INVITE, 200, 3, true, 98, ANSWER, 96}}},
		{"a refused UPDATE", {{A, INVITE, 0, 1, false, 97, OFFER, 0},
									 {A, UPDATE, 0, 2, false, 99, OFFER, 0},
									 {B, UPDATE, 488, 2, false, 99, STRAY, 0}}},
		{"both re-INVITE at once, with one number",
				{{A, INVITE, 0, 5, false, 97, OFFER, 0},
						{B, INVITE, 0, 5, false, 99, OFFER, 0},
						{A, INVITE, 200, 5, true, 96, ANSWER, 99},
						{B, INVITE, 200, 5, true, 98, ANSWER, 97}}},
		{"an offer of a reliable 183 dies with a new INVITE",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 183, 1, true, 97, OFFER, 0},
						{A, INVITE, 0, 2, false, 99, OFFER, 0},
						{B, INVITE, 183, 2, true, 96, ANSWER, 99},
						{A, PRACK, 0, 3, false, 98, STRAY, 0}}},
		{"an offer of a 200 does not: its ACK may come late",
				{{A, INVITE, 0, 1, false, 0, NONE, 0},
						{B, INVITE, 200, 1, true, 97, OFFER, 0},
						{A, INVITE, 0, 2, false, 99, OFFER, 0},
						{A, ACK, 0, 1, false, 98, ANSWER, 97}}},
		{"a reply whose INVITE is not known offers",
				{{B, INVITE, 200, 1, true, 97, OFFER, 0},
						{A, ACK, 0, 1, false, 98, ANSWER, 97}}},
		{"descriptions where none belongs",
				{{A, OTHER, 0, 1, false, 97, STRAY, 0},
						{B, OTHER, 200, 1, true, 97, STRAY, 0},
						{B, ACK, 200, 1, true, 97, STRAY, 0},
						{A, OTHER, 0, 2, false, 0, NONE, 0}}},
};

/* The description of a step. */
static mclmr_span_t description(int pt)
{
	static char text[256];

	(void)snprintf(text, sizeof(text),
			HEAD "m=audio 4000 RTP/AVP %d\r\na=rtpmap:%d X%d/8000\r\n", pt, pt,
			pt);
	return mclmr_span(text);
}

/* Fails with the name of a sequence and the step. */
static void fail_at(const sequence_t *sequence, size_t i, const char *what)
{
	fail_msg("%s, step %zu: %s", sequence->name, i + 1, what);
}

/* Fails if the offer that is answered is not the one expected. */
static void check_asked(
		const sequence_t *sequence, size_t i, const mclmr_offered_t *asked)
{
	char rtpmap[32];

	if(asked == NULL) {
		fail_at(sequence, i, "no offer");
		return;
	}
	(void)snprintf(
			rtpmap, sizeof(rtpmap), "a=rtpmap:%d ", sequence->step[i].asked);
	if(mclmr_span_find(asked->outline, mclmr_span(rtpmap)) == NULL)
		fail_at(sequence, i, "another offer");
	assert_int_equal(asked->wanted, sequence->step[i].asked % 4);
}

/* Reads a description; NULL if the arena is full. */
static const mclmr_sdp_t *read_sdp(mclmr_span_t text, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	return mclmr_sdp_read(text, arena, &sdp) == MCLMR_OK ? sdp : NULL;
}

/* Notes an offer of this text. */
static bool offer_text(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, unsigned wanted, mclmr_span_t text,
		mclmr_arena_t *arena)
{
	const mclmr_sdp_t *sdp = read_sdp(text, arena);

	return sdp != NULL
		   && mclmr_negotiation_offer(negotiation, bearer, wanted, sdp, arena);
}

/* Notes an answer of this text. */
static bool answer_text(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, mclmr_span_t text, mclmr_arena_t *arena)
{
	const mclmr_sdp_t *sdp = read_sdp(text, arena);

	return sdp != NULL
		   && mclmr_negotiation_answer(negotiation, bearer, sdp, arena);
}

/* Takes one step. */
static void take(const sequence_t *sequence, size_t i,
		mclmr_negotiation_t *negotiation, mclmr_arena_t *arena)
{
	const step_t *step = &sequence->step[i];
	mclmr_bearer_t bearer = {step->side, step->method, step->code, step->cseq,
			step->reliable, step->pt != 0};
	mclmr_op_t op = mclmr_negotiation_op(negotiation, &bearer);
	bool is_offer = op == MCLMR_OP_OFFER, is_answer = op == MCLMR_OP_ANSWER;

	if(op != step->op)
		fail_at(sequence, i, "is something else");
	if(is_answer)
		check_asked(sequence, i, mclmr_negotiation_asked(negotiation, &bearer));
	if(answer_text(negotiation, &bearer, description(step->pt), arena)
			!= is_answer)
		fail_at(sequence, i, "noted as answer, or not");
	if(offer_text(negotiation, &bearer, (unsigned)step->pt % 4,
			   description(step->pt), arena)
			!= is_offer)
		fail_at(sequence, i, "noted as offer, or not");
}

/* Writes what both sides said, and reads it. */
static void store(mclmr_negotiation_t *negotiation, mclmr_arena_t *arena)
{
	mclmr_negotiation_t read = {.bound = {{NULL, 0}}};

	for(int side = 0; side < MCLMR_SIDES; side++) {
		mclmr_span_t text, again;

		assert_true(mclmr_negotiation_write(
				negotiation, (mclmr_side_t)side, arena, &text));
		assert_true(mclmr_negotiation_read(&read, (mclmr_side_t)side, text));
		assert_true(mclmr_negotiation_write(
				&read, (mclmr_side_t)side, arena, &again));
		assert_true(mclmr_span_equal(text, again));
	}
	*negotiation = read;
}

/* Each message comes twice, the state stored and read in between. */
static void test_sequences(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		const sequence_t *sequence = &sequences[i];
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};

		for(size_t j = 0; j < MAX_STEPS && sequence->step[j].cseq != 0; j++) {
			take(sequence, j, &negotiation, &arena);
			store(&negotiation, &arena);
			take(sequence, j, &negotiation, &arena);
			store(&negotiation, &arena);
		}
	}
}

/* Messages that an answered PRACK offer may and may not be followed by. */
static void test_repeated_provisional(void **state)
{
	static const sequence_t sequence = {"183 repeated after its PRACK",
			{{A, INVITE, 0, 1, false, 0, NONE, 0},
					{B, INVITE, 183, 1, true, 97, OFFER, 0},
					{A, PRACK, 0, 2, false, 98, ANSWER, 97},
					{B, INVITE, 183, 1, true, 97, OFFER, 0},
					{A, PRACK, 0, 3, false, 98, STRAY, 0}}};
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};

	(void)state;
	for(size_t i = 0; i < 5; i++)
		take(&sequence, i, &negotiation, &arena);
}

/* A reply that comes when the same side has offered again. */
static void test_overtaken(void **state)
{
	static const struct
	{
		step_t offer;
		step_t reply;
		bool overtaken;
	} rows[] = {
			{{A, INVITE, 0, 6, false, 97, OFFER, 0},
					{B, INVITE, 200, 5, true, 98, OFFER, 0}, true},
			{{A, INVITE, 0, 6, false, 97, OFFER, 0},
					{B, INVITE, 200, 6, true, 98, ANSWER, 97}, false},
			{{A, INVITE, 0, 6, false, 97, OFFER, 0},
					{B, INVITE, 0, 5, false, 98, OFFER, 0}, false},
			{{A, INVITE, 0, 6, false, 97, OFFER, 0},
					{A, INVITE, 200, 5, true, 98, OFFER, 0}, false},
			{{A, UPDATE, 0, 6, false, 97, OFFER, 0},
					{B, INVITE, 200, 5, true, 98, OFFER, 0}, false},
			{{A, UPDATE, 0, 6, false, 97, OFFER, 0},
					{B, UPDATE, 200, 5, true, 98, STRAY, 0}, true},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const step_t *reply = &rows[i].reply;
		const mclmr_bearer_t bearer = {reply->side, reply->method, reply->code,
				reply->cseq, reply->reliable, true};
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};
		sequence_t sequence = {"overtaken", {rows[i].offer, rows[i].reply}};

		take(&sequence, 0, &negotiation, &arena);
		assert_int_equal(mclmr_negotiation_overtaken(&negotiation, &bearer),
				rows[i].overtaken);
	}
}

#define AUDIO(port, formats) "m=audio " port " RTP/AVP " formats "\r\n"
#define WB "a=rtpmap:97 AMR-WB/16000\r\n"
#define P25 "a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n"

/* Bindings of before, an offer, its answer, bindings after. */
static const struct
{
	const char *before, *offer, *answer, *after;
} bindings[] = {
		{"", AUDIO("1", "97 100") WB P25, AUDIO("1", "97") WB,
				"0 97 AMR-WB/16000\n0 100 X-TIA-P25-IMBE/8000\n"},
		{"0 97 AMR-WB/16000\n", AUDIO("1", "100") P25, AUDIO("1", "100") P25,
				"0 97 AMR-WB/16000\n0 100 X-TIA-P25-IMBE/8000\n"},
		{"0 97 AMR-WB/16000\n1 98 X/8000/2\n", AUDIO("1", "100") P25,
				AUDIO("0", "100") P25, "1 98 X/8000/2\n"},
		{"1 98 X/8000/2\n", AUDIO("1", "97") WB AUDIO("1", "98"),
				AUDIO("1", "97") WB AUDIO("0", "98"), "0 97 AMR-WB/16000\n"},
		{"", AUDIO("1", "0") "m=video 1 RTP/AVP 97\r\na=rtpmap:97 H/90000\r\n",
				AUDIO("1", "0") "m=video 1 RTP/AVP 97\r\na=rtpmap:97 "
								"H/90000\r\n",
				""},
		{"", AUDIO("1", "97") WB, AUDIO("1", "98") "a=rtpmap:98 Y/8000/2\r\n",
				"0 97 AMR-WB/16000\n0 98 Y/8000/2\n"},
		{"", AUDIO("1", "97") WB, AUDIO("1", "97") "a=rtpmap:97 Y/8000\r\n",
				"0 97 AMR-WB/16000\n"},
		{"", AUDIO("1", "200") "a=rtpmap:200 Y/8000\r\n", AUDIO("1", "0"), ""},
		{"", AUDIO("1", "96") "a=rtpmap:96 a b/8000\r\n", AUDIO("1", "0"), ""},
		{"",
				AUDIO("1", "96") "a=rtpmap:96 "
								 "a-name-that-is-longer-than-31-chars/8000\r\n",
				AUDIO("1", "0"), ""},
		{"", AUDIO("1", "t38") "a=rtpmap:t38 Y/8000\r\n", AUDIO("1", "0"), ""},
		{"", AUDIO("1", "97") WB AUDIO("1", "98"), AUDIO("1", "97") WB,
				"0 97 AMR-WB/16000\n"},
		{"5 97 AMR-WB/16000\n", AUDIO("1", "0"), AUDIO("1", "0"),
				"5 97 AMR-WB/16000\n"},
};

static void test_bindings(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++) {
		static char offer[1024], answer[1024];
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_bearer_t invite = {A, INVITE, 0, 1, false, true};
		mclmr_bearer_t reply = {B, INVITE, 200, 1, true, true};
		mclmr_negotiation_t negotiation = {
				.bound = {mclmr_span(bindings[i].before),
						mclmr_span(bindings[i].before)}};

		(void)snprintf(offer, sizeof(offer), HEAD "%s", bindings[i].offer);
		(void)snprintf(answer, sizeof(answer), HEAD "%s", bindings[i].answer);
		assert_true(offer_text(
				&negotiation, &invite, 0, mclmr_span(offer), &arena));
		assert_true(mclmr_span_equal(
				negotiation.bound[A], mclmr_span(bindings[i].before)));
		assert_true(
				answer_text(&negotiation, &reply, mclmr_span(answer), &arena));
		for(int side = 0; side < MCLMR_SIDES; side++) {
			if(!mclmr_span_equal(
					   negotiation.bound[side], mclmr_span(bindings[i].after)))
				fail_msg("%s%s-> %.*s", bindings[i].offer, bindings[i].answer,
						MCLMR_FMT(negotiation.bound[side]));
		}
	}
}

/* Texts that are no state of a side. */
static void test_unreadable(void **state)
{
	static const char *const texts[] = {"x", "\n", "o", "o\n", "b\n", "b 0\n",
			"b 5\nabcd", "b 4097\n", "b x\n", "b 1\nxb 1\nx",
			"o 3 1 0 0 0 0 0 0 1\nx", "o 0 1 300 0 0 0 0 0 1\nx",
			"o 0 1 0 2 0 0 0 0 1\nx", "o 0 1 0 0 2 0 0 0 1\nx",
			"o 0 1 0 0 0 5 0 0 1\nx", "o 0 1 0 0 0 0 0 4 1\nx",
			"o 0 4294967296 0 0 0 0 0 0 1\nx",
			"o 0 42949672950 0 0 0 0 0 0 1\nx", "o 0 -1 0 0 0 0 0 0 1\nx",
			"o 0 1 0 0 0 0 0 0 1 1\nx", "o 0 1 0 0 0 0 0 0\n",
			"o 0 1 0 0 0 0 0 0 0\n", "o 0 1 0 0 0 0 0 0 2\nx",
			"o 0 1 0 0 0 0 0 0 1\nxo 0 1 0 0 0 0 0 0 1\nx",
			"oo 0 1 0 0 0 0 0 0 1\nx", "p 0 1 0 0 0 0 0 0 1\nx"};
	mclmr_negotiation_t negotiation;

	(void)state;
	memset(&negotiation, 0, sizeof(negotiation));
	for(size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(mclmr_negotiation_read(&negotiation, B,
				MCLMR_SPAN(
						"o 0 4294967295 299 1 1 4 4294967295 3 1\nxb 1\ny")));
		assert_true(negotiation.offered[B][0].given);
		assert_int_equal(negotiation.bound[B].len, 1);
		if(mclmr_negotiation_read(&negotiation, B, mclmr_span(texts[i])))
			fail_msg("%s", texts[i]);
		assert_false(negotiation.offered[B][0].given);
		assert_int_equal(negotiation.bound[B].len, 0);
	}
	assert_true(mclmr_negotiation_read(&negotiation, A, mclmr_span("")));
}

/* What cannot be noted changes nothing. */
static void test_not_noted(void **state)
{
	static char text[2 * MCLMR_NEGOTIATION_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};
	mclmr_bearer_t bearer = {A, INVITE, 0, 1, false, true};
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), HEAD "m=audio 1 RTP/SAVP 0\r\n");
	while(len < sizeof(text) - 40)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
				"a=crypto:%zu AEAD_AES_128_GCM x\r\n", len);
	assert_false(
			offer_text(&negotiation, &bearer, 0, mclmr_span(text), &arena));
	assert_false(negotiation.offered[A][MCLMR_OFFER_INVITE].given);
}

/* A full arena notes nothing, wherever it becomes full. */
static void test_arena(void **state)
{
	size_t noted = 0;

	(void)state;
	for(size_t size = 0; size < 16384; size += 16) {
		mclmr_arena_t arena = mclmr_arena(memory, size);
		mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};
		mclmr_bearer_t invite = {A, INVITE, 0, 1, false, true};
		mclmr_bearer_t reply = {B, INVITE, 200, 1, true, true};

		if(!offer_text(&negotiation, &invite, 0, description(97), &arena)) {
			assert_false(negotiation.offered[A][MCLMR_OFFER_INVITE].given);
			continue;
		}
		if(answer_text(&negotiation, &reply, description(98), &arena)) {
			noted++;
			continue;
		}
		assert_false(negotiation.offered[A][MCLMR_OFFER_INVITE].answered);
		assert_int_equal(negotiation.bound[A].len, 0);
		assert_int_equal(negotiation.bound[B].len, 0);
	}
	assert_true(noted > 0);
}

/* True if an answer is noted beside n bindings of its side. */
static bool fits(size_t n)
{
	static char before[2 * MCLMR_NEGOTIATION_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};
	mclmr_bearer_t invite = {A, INVITE, 0, 1, false, true};
	mclmr_bearer_t reply = {B, INVITE, 200, 1, true, true};
	size_t len = 0;
	bool noted;

	for(size_t i = 0; i < n; i++)
		len += (size_t)snprintf(before + len, sizeof(before) - len,
				"9 %zu a-name-of-20-octets-/8000\n", 100 + i);
	negotiation.bound[B] = (mclmr_span_t){before, len};
	assert_true(offer_text(&negotiation, &invite, 0, description(97), &arena));
	noted = answer_text(&negotiation, &reply, description(98), &arena);
	assert_int_equal(
			negotiation.offered[A][MCLMR_OFFER_INVITE].answered, noted);
	assert_int_equal(negotiation.bound[B].len > len, noted);
	return noted;
}

/* Bindings that would not fit any more are not taken over. */
static void test_too_many_bindings(void **state)
{
	(void)state;
	assert_true(fits(MCLMR_NEGOTIATION_MAX / 32 - 2));
	assert_false(fits(MCLMR_NEGOTIATION_MAX / 32 - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_sequences),
			cmocka_unit_test(test_repeated_provisional),
			cmocka_unit_test(test_overtaken),
			cmocka_unit_test(test_bindings),
			cmocka_unit_test(test_unreadable),
			cmocka_unit_test(test_not_noted),
			cmocka_unit_test(test_arena),
			cmocka_unit_test(test_too_many_bindings),
	};

	return cmocka_run_group_tests_name("negotiation", tests, NULL, NULL);
}
