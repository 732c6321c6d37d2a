/* SPDX-License-Identifier: GPL-2.0-or-later */

/* explain: a decision line by line. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/explain.h"
#include "unit.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
#define KEY "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static char memory[1 << 20];
static mclmr_profiles_t profiles;

static const struct
{
	const char *offer, *text;
	unsigned wanted;
	const char *expected;
} cases[] = {
		{"",
				HEAD "m=audio 1 RTP/AVP 97 100\r\na=rtpmap:97 AMR-WB/16000\r\n"
					 "a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n",
				MCLMR_E2EE_ON,
				"profile=p\ndecision=edit\nverdict=ok\nend_call=no\n"
				"codec=X-TIA-P25-IMBE\ne2ee=on\ne2ee_wanted=on\nsrtp=clear\n"
				"transcode=no\n"
				"reason=section 1: not_allowed: 97 is not in allow\n"},
		{"",
				HEAD "m=audio 1 RTP/SAVP 100\r\na=key-mgmt:mikey AA==\r\n"
					 "a=crypto:1 AEAD_AES_128_GCM " KEY "\r\n"
					 "a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n",
				0,
				"profile=p\ndecision=accept\nverdict=ok\nend_call=no\n"
				"codec=X-TIA-P25-IMBE\ne2ee=maybe\ne2ee_wanted=none\n"
				"srtp=mikey-sakke,sdes\ntranscode=no\n"},
		{"", HEAD "m=video 1 RTP/AVP 97\r\n", 0,
				"profile=p\ndecision=refuse\nverdict=codec_required\n"
				"status=488\nwarning=302\ntext=LMR codec required\n"
				"end_call=no\ne2ee=none\ne2ee_wanted=none\nsrtp=\n"
				"transcode=no\n"
				"reason=whole: no_speech: has no speech section\n"},
		{HEAD "m=audio 1 RTP/AVP 97\r\na=rtpmap:97 PCMU/8000\r\n",
				HEAD "m=audio 1 RTP/AVP \x01\x7f\\\xff\r\n", 0,
				"profile=p\ndecision=edit\nverdict=answer_mismatch\n"
				"status=488\nwarning=399\ntext=answer does not fit the "
				"offer\nend_call=yes\ne2ee=none\ne2ee_wanted=none\nsrtp=\n"
				"transcode=no\n"
				"reason=section 1: not_offered: \\x01\\x7f\\x5c\\xff was not "
				"offered like this\n"
				"reason=section 1: closed: audio leaves with port 0\n"},
};

static void test_cases(void **state)
{
	size_t line;

	(void)state;
	assert_null(mclmr_profiles_read(
			MCLMR_SPAN("[p]\nallow = p25-imbe\non_bad_answer = end\n"),
			&profiles, &line));
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static mclmr_decision_t decision;
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_policy_request_t request = {.profiles = &profiles,
				.profile = &profiles.profile[0],
				.wanted = cases[i].wanted,
				.offer = mclmr_span(cases[i].offer),
				.text = mclmr_span(cases[i].text)};
		mclmr_span_t words;

		mclmr_policy_decide(&request, &arena, &decision);
		assert_true(mclmr_explain(&request, &decision, &arena, &words));
		if(!mclmr_span_equal(words, mclmr_span(cases[i].expected)))
			fail_msg("%.*s", MCLMR_FMT(words));
		arena.size = arena.used + words.len - 1;
		assert_false(mclmr_explain(&request, &decision, &arena, &words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
