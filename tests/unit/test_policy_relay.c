/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: what would lead media around the media relay, and speech that does
 * not call itself audio. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/bypass.h"
#include "policy_rows.h"
#include "unit.h"

#define SPEECH M("RTP/AVP 100") P25
#define C1 "c=IN IP4 192.0.2.1\r\n"
#define C2 "c=IN IP4 192.0.2.2\r\n"
#define MESSAGE "m=message 4006 TCP/MSRP *\r\na=path:x\r\n"
#define MESSAGE0 "m=message 0 TCP/MSRP *\r\na=path:x\r\n"
#define LOG "allow=*\non_bad_answer=log\n"

#define GOES(name, line) \
	EDITED(name, "p25", SPEECH line "\r\n", SPEECH, "bypass")

static const policy_row_t lines[] = {
		GOES("ICE: user name", "a=ice-ufrag:8hhY"),
		GOES("ICE: password", "a=ice-pwd:asd88fgpdd777uzjYhagZg"),
		GOES("ICE: options", "a=ice-options:trickle"),
		GOES("ICE: lite", "a=ice-lite"),
		GOES("ICE: mismatch", "a=ice-mismatch"),
		GOES("ICE: pacing", "a=ice-pacing:50"),
		GOES("ICE: candidate",
				"a=candidate:1 1 UDP 2130706431 192.0.2.9 8998 typ host"),
		GOES("ICE: candidates of the other side",
				"a=remote-candidates:1 192.0.2.9 8998"),
		GOES("ICE: end of candidates", "a=end-of-candidates"),
		GOES("another case, a blank", "a=Candidate :1 1 UDP 1 192.0.2.9 1"),
		GOES("alternative address, old", "a=alt:1 1 : a b 192.0.2.9 8998"),
		GOES("alternative address", "a=altc:1 IP4 192.0.2.9 8998"),
		GOES("source filter", "a=source-filter: incl IN IP4 * 192.0.2.9"),
		EDITED("of the session, too", "p25", "a=ice-lite\r\n" C1 SPEECH,
				C1 SPEECH, "bypass"),
		EDITED("of other media, too", "p25",
				SPEECH VIDEO "a=candidate:1 1 UDP 1 192.0.2.9 1\r\n",
				SPEECH VIDEO, "bypass"),
		EDITED("of a section without a port, too", "p25",
				SPEECH VIDEO0 "a=candidate:1 1 UDP 1 192.0.2.9 1\r\n",
				SPEECH VIDEO0, "bypass"),
		EDITED("all of them, one reason", "p25",
				SPEECH "a=ice-ufrag:x\r\na=sendrecv\r\na=ice-pwd:y\r\n",
				SPEECH "a=sendrecv\r\n", "bypass"),
		EDITED("rtcp keeps its port", "p25",
				SPEECH "a=rtcp:4001 IN IP4 192.0.2.9\r\na=sendrecv\r\n",
				SPEECH "a=rtcp:4001\r\na=sendrecv\r\n", "bypass"),
		SAME("rtcp that names no address", "p25",
				SPEECH "a=rtcp:4001\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"),
		EDITED("rtcp of the session", "p25",
				"a=rtcp:4001 IN IP4 192.0.2.9\r\n" SPEECH,
				"a=rtcp:4001\r\n" SPEECH, "bypass"),
		EDITED("a second address after the first", "p25",
				SPEECH "c=IN IP4 192.0.2.1 192.0.2.9\r\n", SPEECH C1, "bypass"),
		SAME("c= of the session", "p25", C1 SPEECH),
		SAME("c= of a section beside one without", "p25", C1 SPEECH C2 VIDEO),
		EDITED("all of them, if there are two", "p25", C1 C2 SPEECH C2,
				SPEECH C2, "bypass"),
		EDITED("c= of the session that no section uses", "p25",
				C1 SPEECH C2 VIDEO C2, SPEECH C2 VIDEO C2, "bypass"),
		EDITED("a second c= of a section", "p25", SPEECH C1 C2, SPEECH C1,
				"bypass"),
		EDITED("a second c= of the session", "p25", C1 C2 SPEECH, C1 SPEECH,
				"bypass"),
		EDITED("all but the first, between other lines", "p25",
				SPEECH C1 "b=AS:64\r\n" C2 "a=sendrecv\r\n" C2 VIDEO C2,
				SPEECH C1 "b=AS:64\r\na=sendrecv\r\n" VIDEO C2, "bypass"),
		SAME("what only looks like it", "p25",
				SPEECH "a=alternate\r\na=icepick\r\na=candidates:1\r\n"),
		REFUSED("reasons stay apart: a refusal", "tetra-e2ee",
				SPEECH "a=ice-lite\r\n", MCLMR_CODEC_REQUIRED,
				"bypass not_allowed empty"),
};

static void test_lines(void **state)
{
	(void)state;
	RUN(lines);
}

static const policy_row_t sections[] = {
		EDITED("message is not relayed", "p25", SPEECH MESSAGE, SPEECH MESSAGE0,
				"not_relayed closed"),
		EDITED("whatever its transport", "allow=*",
				M("RTP/AVP 0") "m=Message 4006 RTP/AVP 0\r\n",
				M("RTP/AVP 0") "m=Message 0 RTP/AVP 0\r\n",
				"not_relayed closed"),
		REFUSED("refused if the profile says so", "allow=*\nother_media=refuse",
				M("RTP/AVP 0") MESSAGE, MCLMR_MEDIA_DENIED, "not_relayed"),
		REFUSED("alone it is no speech", "allow=*",
				"m=message 4006 RTP/AVP 0\r\n", MCLMR_CODEC_REQUIRED,
				"not_relayed closed no_speech"),
		SAME("with port 0 it may stay", "p25", SPEECH MESSAGE0),
};

static void test_sections(void **state)
{
	(void)state;
	RUN(sections);
}

static const policy_row_t answers[] = {
		{"an answer: what leads around goes and is no fault", "p25", SPEECH,
				NULL, 0, SPEECH "a=candidate:1 1 UDP 1 192.0.2.9 1\r\n",
				MCLMR_OK, SPEECH, "bypass"},
		{"a message section is closed", "p25", SPEECH MESSAGE, NULL, 0,
				SPEECH MESSAGE, MCLMR_OK, SPEECH MESSAGE0,
				"not_relayed closed"},
		{"a bad answer that is only logged, too", LOG, M("RTP/AVP 0") MESSAGE,
				NULL, 0, M("RTP/AVP 8") "a=ice-lite\r\n" MESSAGE,
				MCLMR_ANSWER_MISMATCH, M("RTP/AVP 8") MESSAGE0,
				"bypass not_relayed closed not_offered closed"},
		{"an address that only a section more has used", "p25", SPEECH, NULL, 0,
				C2 SPEECH C1 VIDEO0, MCLMR_OK, SPEECH C1, "sections bypass"},
		{"nothing else is altered there", LOG, M("RTP/AVP 0"), NULL, 0,
				M("RTP/AVP 8"), MCLMR_ANSWER_MISMATCH, M("RTP/AVP 8"),
				"not_offered closed"},
};

static void test_answers(void **state)
{
	(void)state;
	RUN(answers);
}

static const policy_row_t without[] = {
		SAME("without relay ICE is what makes the call work", "p25",
				"a=ice-lite\r\n" C1 SPEECH C2
				"a=rtcp:4001 IN IP4 192.0.2.9\r\na=candidate:1 1 UDP 1 "
				"192.0.2.9 1\r\n"),
		SAME("and messages find their way", "p25", SPEECH MESSAGE),
		EDITED("messages are other media", "allow=*\nother_media=port0",
				M("RTP/AVP 0") MESSAGE, M("RTP/AVP 0") MESSAGE0,
				"other_media closed"),
		ANSWER("in an answer, too", "p25", SPEECH, SPEECH "a=ice-lite\r\n"),
};

static void test_without(void **state)
{
	(void)state;
	policy_rows_run_direct(without, sizeof(without) / sizeof(without[0]));
}

/* Speech under another name. */
#define AS(media, rest) "m=" media " 4000 " rest "\r\n"

static const policy_row_t speech[] = {
		REFUSED("as application", "p25", SPEECH AS("application", "RTP/AVP 0"),
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		REFUSED("as video, after a video format", "p25",
				SPEECH AS("video",
						"RTP/AVP 96 97") "a=rtpmap:96 H264/90000\r\n" WB,
				MCLMR_CODEC_REQUIRED, "unknown_format not_allowed empty"),
		REFUSED("as text, protected", "p25",
				SPEECH AS("text", "RTP/SAVPF 0") SDES, MCLMR_CODEC_REQUIRED,
				"not_allowed empty"),
		REFUSED("clear if it has to be encrypted", "tetra-e2ee",
				M("RTP/AVP 98") BB BB1 AS("application", "RTP/AVP 98") BB BB0,
				MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		SAME("it stays if it is allowed", "p25",
				SPEECH AS("application", "RTP/AVP 100") P25),
		SAME("alone, too", "p25", AS("application", "RTP/AVP 100") P25),
		SAME("tones are no speech", "p25",
				SPEECH AS("application", "RTP/AVP 101") DTMF),
		SAME("video is none", "p25", SPEECH VIDEO),
		SAME("no RTP, no table", "p25", SPEECH AS("application", "udp 0")),
		ANSWER("an answer to it", "p25", AS("application", "RTP/AVP 100") P25,
				AS("application", "RTP/AVP 100") P25),
		BAD("an answer with other speech", "allow=*", AS("video", "RTP/AVP 0"),
				AS("video", "RTP/AVP 8"), "m=video 0 RTP/AVP 8\r\n",
				"not_offered closed"),
};

static void test_speech(void **state)
{
	(void)state;
	RUN(speech);
}

/* Nothing of a description without c= and sections is there to go. */
static void test_nothing(void **state)
{
	static char memory[1 << 16];
	static const char *const texts[] = {HEAD, HEAD C1, HEAD SPEECH C1};
	mclmr_sdp_t *sdp;

	(void)state;
	for(size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

		assert_int_equal(
				mclmr_sdp_read(mclmr_span(texts[i]), &arena, &sdp), MCLMR_OK);
		assert_int_equal(mclmr_bypass_remove(sdp).len, 0);
	}
}

/* No room for the text that is only logged: refused. */
static void test_arena(void **state)
{
	static char memory[1 << 20];
	static mclmr_profiles_t profiles;
	static mclmr_decision_t decision;
	mclmr_policy_request_t request = {.profiles = &profiles,
			.profile = profiles.profile,
			.offer = MCLMR_SPAN(HEAD M("RTP/AVP 0")),
			.text = MCLMR_SPAN(HEAD M("RTP/AVP 0") "a=ice-lite\r\n"),
			.relayed = true};
	size_t line, refused = 0;

	(void)state;
	assert_null(mclmr_profiles_read(MCLMR_SPAN("[x]\n" LOG), &profiles, &line));
	for(size_t size = 1024; size < sizeof(memory); size += 64) {
		mclmr_arena_t arena = mclmr_arena(memory, size);

		mclmr_policy_decide(&request, &arena, &decision);
		if(decision.action != MCLMR_REFUSE)
			break;
		assert_int_equal(decision.status, MCLMR_INTERNAL);
		assert_int_equal(decision.text.len, 0);
		refused++;
	}
	assert_true(refused > 0);
	assert_int_equal(decision.status, MCLMR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_lines),
			cmocka_unit_test(test_sections),
			cmocka_unit_test(test_answers),
			cmocka_unit_test(test_without),
			cmocka_unit_test(test_speech),
			cmocka_unit_test(test_nothing),
			cmocka_unit_test(test_arena),
	};

	return cmocka_run_group_tests(tests, policy_rows_load, NULL);
}
