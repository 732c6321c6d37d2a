/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: later offers of a call, whose payload types are bound by earlier
 * ones (RFC 3264 8.3.2). */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/negotiation.h"
#include "policy_rows.h"
#include "unit.h"

#define BOUND_P25 "0 100 X-TIA-P25-IMBE/8000\n"
#define BOUND_WB "0 97 AMR-WB/16000\n"

/* An offer in a call with bindings. */
#define AGAIN(name, profile, bound, text, status, expected, rules)   \
	{                                                                \
		name, profile, NULL, bound, 0, text, status, expected, rules \
	}

static const policy_row_t offers[] = {
		AGAIN("the same binding", "p25", BOUND_P25, M("RTP/AVP 100") P25,
				MCLMR_OK, M("RTP/AVP 100") P25, ""),
		AGAIN("the same, name without case, channels 1 as none", "p25",
				"0 100 x-tia-p25-imbe/8000/1\n", M("RTP/AVP 100") P25, MCLMR_OK,
				M("RTP/AVP 100") P25, ""),
		AGAIN("a type that stood for another format goes", "allow=*", BOUND_WB,
				M("RTP/AVP 97 0") EVS "a=rtpmap:97 EVS/16000\r\n", MCLMR_OK,
				M("RTP/AVP 0") EVS, "rebound"),
		AGAIN("the only one is refused", "allow=*", BOUND_WB,
				M("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n",
				MCLMR_CODEC_REQUIRED, NULL, "rebound empty"),
		AGAIN("another clock is another format", "allow=*",
				"0 101 telephone-event/16000\n", M("RTP/AVP 0 101") DTMF,
				MCLMR_OK, M("RTP/AVP 0"), "rebound"),
		AGAIN("other channels are, too", "allow=*", "0 97 AMR-WB/16000/2\n",
				M("RTP/AVP 0 97") WB, MCLMR_OK, M("RTP/AVP 0"), "rebound"),
		AGAIN("tones may not take a type over", "p25",
				BOUND_P25 "0 101 X/8000\n", M("RTP/AVP 100 101") P25 DTMF,
				MCLMR_OK, M("RTP/AVP 100") P25, "rebound"),
		AGAIN("a forced format on a taken type forces nothing",
				"allow=*\nforce=AMR-WB", "0 97 EVS/16000\n",
				M("RTP/AVP 97 0") WB, MCLMR_OK, M("RTP/AVP 0"), "rebound"),
		AGAIN("another type for a format that has one is a new binding",
				"mcptt", BOUND_WB,
				M("RTP/AVP 97 112") WB "a=rtpmap:112 AMR-WB/16000\r\n",
				MCLMR_OK,
				M("RTP/AVP 97 112") WB "a=rtpmap:112 AMR-WB/16000\r\n", ""),
		AGAIN("a change to half rate on a type of its own",
				"allow=p25-imbe,p25-ambe", BOUND_P25,
				M("RTP/AVP 102") "a=rtpmap:102 X-TIA-P25-AMBE/8000\r\n",
				MCLMR_OK,
				M("RTP/AVP 102") "a=rtpmap:102 X-TIA-P25-AMBE/8000\r\n", ""),
		AGAIN("a change to half rate on the type of the full rate",
				"allow=p25-imbe,p25-ambe", BOUND_P25,
				M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-AMBE/8000\r\n",
				MCLMR_CODEC_REQUIRED, NULL, "rebound empty"),
		AGAIN("bindings are those of their section", "allow=*",
				"1 97 EVS/16000\n", M("RTP/AVP 97") WB M("RTP/AVP 0"), MCLMR_OK,
				M("RTP/AVP 97") WB M("RTP/AVP 0"), ""),
		AGAIN("and reach the second one", "allow=*", "1 97 EVS/16000\n",
				M("RTP/AVP 0") M("RTP/AVP 0 97") WB, MCLMR_OK,
				M("RTP/AVP 0") M("RTP/AVP 0"), "rebound"),
		AGAIN("a section that is new has none", "allow=*", BOUND_WB,
				M("RTP/AVP 97") WB M("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n",
				MCLMR_OK,
				M("RTP/AVP 97") WB M("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n",
				""),
		AGAIN("a static type needs no rtpmap to stay what it was", "allow=*",
				"0 0 PCMU/8000\n", M("RTP/AVP 0"), MCLMR_OK, M("RTP/AVP 0"),
				""),
		AGAIN("a dynamic type without rtpmap is unknown, bound or not", "p25",
				BOUND_P25, M("RTP/AVP 100"), MCLMR_CODEC_REQUIRED, NULL,
				"unknown_format empty"),
		AGAIN("video has bindings of its own, which are not ours", "allow=*",
				"1 97 AMR-WB/16000\n", M("RTP/AVP 0") VIDEO, MCLMR_OK,
				M("RTP/AVP 0") VIDEO, ""),
		AGAIN("a line that is no binding binds nothing", "allow=*",
				"x 97 EVS/16000\n0 x EVS/16000\n0 97 EVS\n\n0 97\n",
				M("RTP/AVP 97") WB, MCLMR_OK, M("RTP/AVP 97") WB, ""),
		AGAIN("encryption may change on a type that stays the same format",
				"tetra", "0 98 TETRA_ACELP_BB/8000\n", M("RTP/AVP 98") BB BB1,
				MCLMR_OK, M("RTP/AVP 98") BB BB1, ""),
		AGAIN("the profile holds in each offer", "p25", BOUND_P25 BOUND_WB,
				M("RTP/AVP 97") WB, MCLMR_CODEC_REQUIRED, NULL,
				"not_allowed empty"),
};

static void test_offers(void **state)
{
	(void)state;
	RUN(offers);
}

static const policy_row_t answers[] = {
		{"a type that stood for another format is no answer", "allow=*",
				M("RTP/AVP 97") WB, "0 97 EVS/16000\n", 0, M("RTP/AVP 97") WB,
				MCLMR_ANSWER_MISMATCH, A0("RTP/AVP 97") WB, "rebound closed"},
		{"the same binding", "allow=*", M("RTP/AVP 97") WB, BOUND_WB, 0,
				M("RTP/AVP 97") WB, MCLMR_OK, M("RTP/AVP 97") WB, ""},
		{"in its own section", "allow=*", M("RTP/AVP 97") WB M("RTP/AVP 97") WB,
				"1 97 EVS/16000\n", 0, M("RTP/AVP 97") WB M("RTP/AVP 97") WB,
				MCLMR_ANSWER_MISMATCH, M("RTP/AVP 97") WB A0("RTP/AVP 97") WB,
				"rebound closed"},
};

static void test_answers(void **state)
{
	(void)state;
	RUN(answers);
}

/* A message of a call, and what becomes of its description. */
typedef struct message
{
	mclmr_bearer_t bearer;
	const char *text;
	mclmr_op_t op;
	mclmr_status_t status;
	const char *expected;
	const char *rules;
} message_t;

#define CALLER MCLMR_CALLER
#define CALLEE MCLMR_CALLEE
#define INVITE(side, cseq)                              \
	{                                                   \
		side, MCLMR_METHOD_INVITE, 0, cseq, false, true \
	}
#define REPLY(side, code, cseq)                           \
	{                                                     \
		side, MCLMR_METHOD_INVITE, code, cseq, true, true \
	}
#define ACK(side, cseq)                              \
	{                                                \
		side, MCLMR_METHOD_ACK, 0, cseq, false, true \
	}
#define UPDATE(side, code, cseq)                               \
	{                                                          \
		side, MCLMR_METHOD_UPDATE, code, cseq, code != 0, true \
	}

/* Reads a description. */
static const mclmr_sdp_t *read_sdp(mclmr_span_t text, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	assert_int_equal(mclmr_sdp_read(text, arena, &sdp), MCLMR_OK);
	return sdp;
}

/* Takes the messages of a call: each is judged by what was noted before. */
static void run_call(const char *profile, const message_t *messages, size_t n)
{
	static char memory[1 << 20];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};

	for(size_t i = 0; i < n; i++) {
		const message_t *message = &messages[i];
		const mclmr_bearer_t *bearer = &message->bearer;
		const mclmr_offered_t *asked =
				mclmr_negotiation_asked(&negotiation, bearer);
		char offered[1024] = "", bound[1024];
		policy_row_t row = {profile, profile, NULL, bound, 0, message->text,
				message->status, message->expected, message->rules};
		mclmr_span_t left;

		assert_int_equal(
				mclmr_negotiation_op(&negotiation, bearer), message->op);
		(void)snprintf(bound, sizeof(bound), "%.*s",
				MCLMR_FMT(negotiation.bound[bearer->side]));
		if(asked != NULL) {
			/* the row puts a head of its own before it */
			(void)snprintf(offered, sizeof(offered), "%.*s",
					MCLMR_FMT(mclmr_span_from(asked->outline,
							asked->outline.s + strlen("v=0\no=-\ns=-\n"))));
			row.offered = offered;
		}
		policy_rows_run(&row, 1);
		left = policy_rows_decide(&row)->text;
		if(message->op == MCLMR_OP_OFFER && left.len > 0)
			assert_true(mclmr_negotiation_offer(
					&negotiation, bearer, 0, read_sdp(left, &arena), &arena));
		if(message->op == MCLMR_OP_ANSWER)
			assert_true(mclmr_negotiation_answer(
					&negotiation, bearer, read_sdp(left, &arena), &arena));
	}
}

#define RUN_CALL(profile, messages) \
	run_call(profile, messages, sizeof(messages) / sizeof((messages)[0]))

/* Either side offers again; payload types stay what they were. */
static void test_re_offers(void **state)
{
	static const message_t messages[] = {
			{INVITE(CALLER, 1), M("RTP/AVP 97 98 99") WB BB ISI, MCLMR_OP_OFFER,
					MCLMR_OK, M("RTP/AVP 98 99") BB ISI, "not_allowed"},
			{REPLY(CALLEE, 183, 1), M("RTP/AVP 98") BB, MCLMR_OP_ANSWER,
					MCLMR_OK, M("RTP/AVP 98") BB, ""},
			{UPDATE(CALLER, 0, 2), M("RTP/AVP 99") ISI "a=inactive\r\n",
					MCLMR_OP_OFFER, MCLMR_OK,
					M("RTP/AVP 99") ISI "a=inactive\r\n", ""},
			{UPDATE(CALLEE, 200, 2), M("RTP/AVP 98") BB, MCLMR_OP_ANSWER,
					MCLMR_ANSWER_MISMATCH, A0("RTP/AVP 98") BB,
					"not_offered closed"},
			{REPLY(CALLEE, 200, 1), M("RTP/AVP 98") BB, MCLMR_OP_ANSWER,
					MCLMR_OK, M("RTP/AVP 98") BB, ""},
			{INVITE(CALLEE, 1),
					M("RTP/AVP 98 99") BB "a=rtpmap:99 TETRA_ACELP_BB/8000\r\n"
										  "a=fmtp:99 encryption-mode=1\r\n",
					MCLMR_OP_OFFER, MCLMR_OK, M("RTP/AVP 98") BB, "rebound"},
			{REPLY(CALLER, 200, 1), M("RTP/AVP 98") BB, MCLMR_OP_ANSWER,
					MCLMR_OK, M("RTP/AVP 98") BB, ""},
			{INVITE(CALLER, 3),
					M("RTP/AVP 98") "a=rtpmap:98 "
									"TETRA_ACELP/8000\r\n",
					MCLMR_OP_OFFER, MCLMR_CODEC_REQUIRED, NULL,
					"rebound empty"},
	};

	(void)state;
	RUN_CALL("tetra", messages);
}

/* The callee offers, the caller answers in its ACK: the same rules. */
static void test_offerless(void **state)
{
	static const message_t messages[] = {
			{REPLY(CALLEE, 200, 1),
					M("RTP/AVP 98 96") BB BB01
					"a=rtpmap:96 TETRA_ACELP_BB/8000\r\n",
					MCLMR_OP_OFFER, MCLMR_OK, M("RTP/AVP 98") BB BB01,
					"not_encrypted"},
			{ACK(CALLER, 1), M("RTP/AVP 98") BB BB0, MCLMR_OP_ANSWER,
					MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB BB0,
					"not_encrypted empty closed"},
			{REPLY(CALLER, 200, 7), M("RTP/AVP 98") BB BB01, MCLMR_OP_OFFER,
					MCLMR_OK, M("RTP/AVP 98") BB BB01, ""},
			{ACK(CALLEE, 7), M("RTP/AVP 98") BB BB1, MCLMR_OP_ANSWER, MCLMR_OK,
					M("RTP/AVP 98") BB BB1, ""},
	};

	(void)state;
	RUN_CALL("tetra-e2ee", messages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_offers),
			cmocka_unit_test(test_answers),
			cmocka_unit_test(test_re_offers),
			cmocka_unit_test(test_offerless),
	};

	return cmocka_run_group_tests_name(
			"policy: later offers", tests, policy_rows_load, NULL);
}
