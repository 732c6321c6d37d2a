/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* policy: later offers of a call, whose payload types are bound by earlier
 * ones (RFC 3264 8.3.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_rows.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_offers),
			cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests_name(
			"policy: later offers", tests, policy_rows_load, NULL);
}
