/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sdp_outline: what is left of a description, and that it is no secret. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/sdp_outline.h"
#include "unit.h"

#define HEAD "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=secret\r\nt=0 0\r\n"
#define HEAD_LEFT "v=0\no=-\ns=-\n"
#define KEY "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static char memory[1 << 20];

static const struct
{
	const char *text, *expected; /* both after the head */
} cases[] = {
		{"", ""},
		{"m=audio 4000/2 RTP/AVP 0 100\r\ni=speech\r\nc=IN IP4 192.0.2.1\r\n"
		 "b=AS:64\r\nk=clear:secret\r\na=rtpmap:100 "
		 "X-TIA-P25-IMBE/8000\r\na=sendrecv\r\na=ptime:60\r\n",
				"m=audio 9 RTP/AVP 0 100\na=rtpmap:100 "
				"X-TIA-P25-IMBE/8000/1\n"},
		{"m=audio 4000 RTP/AVP 98\r\na=rtpmap:98 TETRA_ACELP_BB/8000\r\n"
		 "a=fmtp:98 x=1; encryption-mode = 0,1;payload-type=0\r\n",
				"m=audio 9 RTP/AVP 98\na=rtpmap:98 TETRA_ACELP_BB/8000/1\n"
				"a=fmtp:98 encryption-mode=0,1;payload-type=0\n"},
		{"m=audio 4000 RTP/AVP 97\r\na=fmtp:97 mode-set=1\r\n",
				"m=audio 9 RTP/AVP 97\n"},
		{"m=audio 4000 RTP/AVP 98\r\na=fmtp:98 encryption-mode=inline:x\r\n",
				"m=audio 9 RTP/AVP 98\na=fmtp:98 encryption-mode=-\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AEAD_AES_128_GCM " KEY
		 "|2^31|1:4 KDR=1\r\n",
				"m=audio 9 RTP/SAVP 0\na=crypto:1 AEAD_AES_128_GCM\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=crypto:1 " KEY "\r\n",
				"m=audio 9 RTP/SAVP 0\na=crypto:1 -\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=crypto:" KEY " AEAD_AES_128_GCM\r\n",
				"m=audio 9 RTP/SAVP 0\na=crypto:- AEAD_AES_128_GCM\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=crypto\r\n",
				"m=audio 9 RTP/SAVP 0\na=crypto:- -\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=fingerprint:sha-256 AA:BB\r\n"
		 "a=setup:actpass\r\n",
				"m=audio 9 RTP/SAVP 0\na=fingerprint\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=key-mgmt:MIKEY  ARoAAAAASECRET\r\n",
				"m=audio 9 RTP/SAVP 0\na=key-mgmt:mikey ARoA\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=key-mgmt:mikey AR\r\n",
				"m=audio 9 RTP/SAVP 0\na=key-mgmt:mikey AR\n"},
		{"m=audio 4000 RTP/SAVP 0\r\na=key-mgmt:own SECRET\r\n",
				"m=audio 9 RTP/SAVP 0\na=key-mgmt:-\n"},
		{"a=key-mgmt:mikey ARoAAAAA\r\na=crypto:1 x " KEY
		 "\r\na=fingerprint:x\r\na=x\r\nm=audio 4000 RTP/SAVP 0\r\n",
				"a=key-mgmt:mikey ARoA\na=crypto:1 -\na=fingerprint\n"
				"m=audio 9 RTP/SAVP 0\n"},
		{"m=audio 4000 RTP/AVP 0\r\na=e:p25 alg=84 kid=1234 x mode=on\r\n",
				"m=audio 9 RTP/AVP 0\na=e:p25 alg=84 mode=on\n"},
		{"m=audio 4000 RTP/AVP 0\r\na=e:p25 ALG=in-band Mode=either\r\n",
				"m=audio 9 RTP/AVP 0\na=e:p25 alg=in-band mode=either\n"},
		{"m=audio 4000 RTP/AVP 0\r\na=e:p25 alg=secretsecret mode=on\r\n",
				"m=audio 9 RTP/AVP 0\na=e:p25 alg= mode=on\n"},
		{"m=audio 4000 RTP/AVP 0\r\na=e:p25 alg=84\r\na=e:lte mode=on\r\n"
		 "a=:p25 mode=on\r\na=a-name-that-is-longer-than-31-chars:p25 "
		 "mode=on\r\n",
				"m=audio 9 RTP/AVP 0\n"},
		{"m=audio 0 RTP/SAVP 97 0\r\na=rtpmap:97 AMR-WB/16000\r\na=crypto:1 "
		 "AEAD_AES_128_GCM " KEY "\r\n",
				"m=audio 0 RTP/SAVP 97\n"},
		{"m=audio 0 RTP/AVP 97\r\na=bundle-only\r\na=rtpmap:97 "
		 "AMR-WB/16000\r\n",
				"m=audio 0 RTP/AVP 97\na=bundle-only\na=rtpmap:97 "
				"AMR-WB/16000/1\n"},
		{"m=video 4004 RTP/SAVP 97 98\r\na=rtpmap:97 H264/90000\r\n"
		 "a=rtpmap:98 VP8/90000\r\na=crypto:1 "
		 "AEAD_AES_128_GCM " KEY "\r\n",
				"m=video 9 RTP/SAVP 97\n"},
		{"m=video 4004 RTP/AVP 97 0\r\na=rtpmap:97 H264/90000\r\n",
				"m=video 9 RTP/AVP 97 0\na=rtpmap:97 H264/90000/1\n"},
		{"m=application 4002 udp MCPTT\r\na=fmtp:MCPTT mc_queueing\r\n",
				"m=application 9 udp MCPTT\n"},
};

static void test_cases(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		char text[1024], expected[1024];
		mclmr_span_t outline;
		mclmr_sdp_t *sdp;

		(void)snprintf(text, sizeof(text), HEAD "%s", cases[i].text);
		(void)snprintf(
				expected, sizeof(expected), HEAD_LEFT "%s", cases[i].expected);
		assert_int_equal(
				mclmr_sdp_read(mclmr_span(text), &arena, &sdp), MCLMR_OK);
		assert_true(mclmr_sdp_outline(sdp, &arena, &outline));
		if(!mclmr_span_equal(outline, mclmr_span(expected)))
			fail_msg("%s\n->\n%.*s", text, MCLMR_FMT(outline));
		assert_int_equal(mclmr_sdp_read(outline, &arena, &sdp), MCLMR_OK);
	}
}

/* What was marked to go is not in the outline. */
static void test_marks(void **state)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t outline;
	mclmr_sdp_t *sdp;

	(void)state;
	assert_int_equal(
			mclmr_sdp_read(
					MCLMR_SPAN(
							HEAD "m=audio 1 RTP/AVP 97 0\r\na=rtpmap:97 X/1\r\n"
								 "a=fingerprint:x\r\na=e:p25 mode=on\r\n"
								 "m=audio 2 RTP/AVP 0 8\r\n"),
					&arena, &sdp),
			MCLMR_OK);
	sdp->section[0].format[0].dropped = true;
	sdp->section[0].line[2].dropped = true;
	sdp->section[0].line[3].dropped = true;
	mclmr_sdp_close(&sdp->section[1]);
	assert_true(mclmr_sdp_outline(sdp, &arena, &outline));
	assert_true(mclmr_span_equal(outline,
			MCLMR_SPAN(
					HEAD_LEFT "m=audio 9 RTP/AVP 0\nm=audio 0 RTP/AVP 0\n")));
}

/* A full arena gives no text. */
static void test_arena(void **state)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t whole, outline;
	mclmr_sdp_t *sdp;

	(void)state;
	assert_int_equal(
			mclmr_sdp_read(
					MCLMR_SPAN(
							HEAD "m=audio 1 RTP/AVP 97\r\na=rtpmap:97 X/1\r\n"),
					&arena, &sdp),
			MCLMR_OK);
	assert_true(mclmr_sdp_outline(sdp, &arena, &whole));
	for(size_t size = 0; size < whole.len; size++) {
		char room[128];
		mclmr_arena_t small = mclmr_arena(room, size);

		assert_true(size < sizeof(room));
		assert_false(mclmr_sdp_outline(sdp, &small, &outline));
		assert_int_equal(outline.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_cases),
			cmocka_unit_test(test_marks),
			cmocka_unit_test(test_arena),
	};

	return cmocka_run_group_tests_name("sdp_outline", tests, NULL, NULL);
}
