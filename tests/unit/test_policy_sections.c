/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: sections, ports, what surrounds the formats: on_empty, other_media,
 * capneg, packet times, hold. */
#include <stdio.h>
#include <string.h>

#include "policy_rows.h"
#include "unit.h"

#define PORT0 "allow=p25-imbe\non_empty=port0\n"

static const policy_row_t empties[] = {
		EDITED("port 0 if the profile says so; a format stays as "
			   "placeholder",
				PORT0, M("RTP/AVP 97 0") WB FLOOR, A0("RTP/AVP 97") WB FLOOR,
				"not_allowed not_allowed empty closed"),
		EDITED("the other speech section goes on", PORT0,
				M("RTP/AVP 97") WB M("RTP/AVP 100") P25,
				A0("RTP/AVP 97") WB M("RTP/AVP 100") P25,
				"not_allowed empty closed"),
		EDITED("port 0 for keying, too", PORT0 "srtp=gmk", M("RTP/AVP 100") P25,
				A0("RTP/AVP 100") P25, "keying closed"),
		EDITED("port 0 for packet time, too",
				"allow=pcmu\non_empty=port0\nmax_ptime=20",
				M("RTP/AVP 0") "a=ptime:60\r\n",
				A0("RTP/AVP 0") "a=ptime:60\r\n", "ptime closed"),
		EDITED("port 0 for encryption, too",
				"allow=*\ne2ee=required\non_empty=port0", M("RTP/AVP 97") WB,
				A0("RTP/AVP 97") WB, "not_encrypted empty closed"),
		EDITED("port 0 for a contradiction, too",
				"allow=*\non_empty=port0\ne2ee_attribute=e",
				M("RTP/AVP 0") "a=e:x\r\n", A0("RTP/AVP 0") "a=e:x\r\n",
				"contradiction closed"),
		EDITED("the number of ports goes with the port", PORT0,
				"m=audio 4000/2 RTP/AVP 97\r\n" WB, A0("RTP/AVP 97") WB,
				"not_allowed empty closed"),
		REFUSED("reject: one bad speech section refuses the whole", "p25",
				M("RTP/AVP 100") P25 M("RTP/AVP 97") WB, MCLMR_CODEC_REQUIRED,
				"not_allowed empty"),
		REFUSED("no section at all", "allow=*", "", MCLMR_CODEC_REQUIRED,
				"no_speech"),
		REFUSED("no speech section", "p25", VIDEO, MCLMR_CODEC_REQUIRED,
				"no_speech"),
		REFUSED("floor control alone", "p25", FLOOR, MCLMR_CODEC_REQUIRED,
				"no_speech"),
};

static void test_empties(void **state)
{
	(void)state;
	RUN(empties);
}

static const policy_row_t ports[] = {
		SAME("a section with port 0 is not looked at", "p25",
				A0("RTP/AVP 97") WB),
		SAME("with port 0 beside an active one", "p25",
				A0("RTP/AVP 97") WB M("RTP/AVP 100") P25),
		REFUSED("bundle-only is active without a port", "p25",
				A0("RTP/AVP 97") "a=bundle-only\r\n" WB, MCLMR_CODEC_REQUIRED,
				"not_allowed empty"),
		EDITED("bundle-only goes if it is closed", PORT0,
				A0("RTP/AVP 97") "a=bundle-only\r\n" WB, A0("RTP/AVP 97") WB,
				"not_allowed empty closed"),
		SAME("bundle-only stays if it is not", "p25",
				A0("RTP/AVP 100") "a=bundle-only\r\n" P25),
		SAME("hold by sendonly", "p25", M("RTP/AVP 100") P25 "a=sendonly\r\n"),
		SAME("hold by inactive", "p25", M("RTP/AVP 100") P25 "a=inactive\r\n"),
		SAME("hold by the address 0.0.0.0", "p25",
				M("RTP/AVP 100") "c=IN IP4 0.0.0.0\r\n" P25),
		REFUSED("a call on hold is judged like any other", "p25",
				M("RTP/AVP 97") WB "a=inactive\r\n", MCLMR_CODEC_REQUIRED,
				"not_allowed empty"),
};

static void test_ports(void **state)
{
	(void)state;
	RUN(ports);
}

static const policy_row_t others[] = {
		SAME("floor control keeps its parameters", "p25",
				M("RTP/AVP 100") P25 FLOOR),
		SAME("floor control is no other media", "allow=*\nother_media=refuse",
				M("RTP/AVP 0") FLOOR),
		SAME("it stays while other media goes", "allow=*\nother_media=port0",
				M("RTP/AVP 0") FLOOR),
		SAME("video passes", "allow=*", M("RTP/AVP 0") VIDEO),
		EDITED("video gets port 0", "allow=*\nother_media=port0",
				M("RTP/AVP 0") VIDEO FLOOR, M("RTP/AVP 0") VIDEO0 FLOOR,
				"other_media closed"),
		REFUSED("video is refused", "allow=*\nother_media=refuse",
				M("RTP/AVP 0") VIDEO, MCLMR_MEDIA_DENIED, "other_media"),
		SAME("not if it has port 0", "allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=video 0 RTP/AVP 97\r\n"),
		EDITED("messages get port 0", "allow=*\nother_media=port0",
				M("RTP/AVP 0") "m=message 4006 TCP/MSRP *\r\na=path:x\r\n",
				M("RTP/AVP 0") "m=message 0 TCP/MSRP *\r\na=path:x\r\n",
				"not_relayed closed"),
		REFUSED("another protocol is no floor control",
				"allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=application 1 TCP/BFCP *\r\n",
				MCLMR_MEDIA_DENIED, "other_media"),
		REFUSED("udp alone is no floor control", "allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=application 1 udp wb\r\n", MCLMR_MEDIA_DENIED,
				"other_media"),
		REFUSED("nor MCPTT with another format beside it",
				"allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=application 1 udp MCPTT wb\r\n",
				MCLMR_MEDIA_DENIED, "other_media"),
		REFUSED("nor MCPTT of another media", "allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=text 1 udp MCPTT\r\n", MCLMR_MEDIA_DENIED,
				"other_media"),
};

static void test_others(void **state)
{
	(void)state;
	RUN(others);
}

#define VIDEO2(port)                                            \
	"m=video " port " RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n" \
	"a=fmtp:97 profile-level-id=42e01f\r\na=fmtp:97 max-br=512\r\n"
#define FMTP2 "a=fmtp:97 x\r\na=fmtp:97 y\r\n"
#define MAP2 "a=rtpmap:97 x/1000\r\na=rtpmap:97 y/1000\r\n"
#define TEN " 30 31 32 33 34 35 36 37 38 39"
#define MANY                                                           \
	TEN " 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59" \
		" 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79" \
		" 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95"

/* Sections that carry nothing, or no speech, cannot end speech. */
static const policy_row_t idle[] = {
		EDITED("refused video that lists no format", "p25",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP\r\n",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP 96\r\n", "no_format"),
		EDITED("nor a transport", "p25", M("RTP/AVP 100") P25 "m=video 0\r\n",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP 96\r\n", "no_format"),
		EDITED("what else it says stays", "p25",
				M("RTP/AVP 100") P25 "m=video 0 RTP/SAVPF\r\na=x\r\n",
				M("RTP/AVP 100") P25 "m=video 0 RTP/SAVPF 96\r\na=x\r\n",
				"no_format"),
		EDITED("refused audio without format", "p25",
				M("RTP/AVP 100") P25 "m=audio 0 RTP/AVP\r\n",
				M("RTP/AVP 100") P25 A0("RTP/AVP 96"), "no_format"),
		EDITED("refused application, text, image, what is not known", "p25",
				M("RTP/AVP 100") P25 "m=application 0 TCP/BFCP\r\n"
									 "m=text 0 RTP/AVP\r\nm=image 0 udptl\r\n"
									 "m=x 0 y\r\nm=message 0 TCP/MSRP\r\n",
				M("RTP/AVP 100") P25
				"m=application 0 TCP/BFCP 96\r\nm=text 0 RTP/AVP 96\r\n"
				"m=image 0 udptl 96\r\nm=x 0 y 96\r\n"
				"m=message 0 TCP/MSRP 96\r\n",
				"no_format no_format no_format no_format no_format"),
		SAME("refused video with two fmtp for one type", "p25",
				M("RTP/AVP 100") P25 VIDEO2("0")),
		SAME("with two rtpmap, a type twice, tokens that are no numbers", "p25",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP 97 97 x -1 300\r\n"
									 "a=rtpmap:97 H264/90000\r\n" WB),
		SAME("the same of refused audio", "p25",
				M("RTP/AVP 100") P25
				"m=audio 0 RTP/AVP 97 97\r\n" WB FMTP2 MAP2),
		SAME("with more formats than an active one may have", "p25",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP" MANY "\r\n"),
		REFUSED("not if it is active", "p25",
				M("RTP/AVP 100") P25 "m=video 4004 RTP/AVP" MANY "\r\n",
				MCLMR_SDP_LIMIT, "limit"),
		SAME("refused video without c=, in no place", "p25",
				M("RTP/AVP 100") "c=IN IP4 192.0.2.1\r\n" P25 VIDEO0),
		SAME("active video with two fmtp for one type", "p25",
				M("RTP/AVP 100") P25 VIDEO2("4004")),
		SAME("active video with two rtpmap of video", "p25",
				M("RTP/AVP 100") P25 VIDEO "a=rtpmap:97 H265/90000\r\n"),
		SAME("active text with two of both", "p25",
				M("RTP/AVP 100") P25 "m=text 4008 RTP/AVP 97\r\n" MAP2 FMTP2),
		SAME("application and image with a format twice", "p25",
				M("RTP/AVP 100") P25 "m=application 4008 TCP/BFCP * *\r\n"
									 "m=image 4010 udptl t38 t38\r\n"
									 "m=x 4012 y z z\r\n"),
		EDITED("active, but of no format: it can carry nothing", "p25",
				M("RTP/AVP 100") P25 "m=video 4004 RTP/AVP\r\n"
									 "m=application 4006/2 TCP/BFCP\r\n",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP 96\r\n"
									 "m=application 0 TCP/BFCP 96\r\n",
				"no_format no_format"),
		EDITED("bundled, but of no format", "p25",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP\r\na=bundle-only\r\n",
				M("RTP/AVP 100") P25 "m=video 0 RTP/AVP 96\r\n", "no_format"),
		EDITED("other_media closes it too, and once",
				"allow=*\nother_media=port0",
				M("RTP/AVP 0") VIDEO2("4004") "m=video 4006 RTP/AVP\r\n",
				M("RTP/AVP 0") VIDEO2("0") "m=video 0 RTP/AVP 96\r\n",
				"no_format other_media closed"),
		REFUSED("an active section of speech has to be clear: two rtpmap",
				"allow=*",
				M("RTP/AVP 0") "m=video 4004 RTP/AVP 97\r\n"
							   "a=rtpmap:97 H264/90000\r\n" WB,
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("the other way round", "allow=*",
				M("RTP/AVP 0") "m=video 4004 RTP/AVP 97\r\n" WB
							   "a=rtpmap:97 H264/90000\r\n",
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("two fmtp of speech", "allow=*",
				M("RTP/AVP 0") "m=video 4004 RTP/AVP 98\r\n" BB BB0 BB1,
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("speech twice", "allow=*",
				M("RTP/AVP 0") "m=text 4004 RTP/AVP 0 00\r\n",
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("bundled speech too", "allow=*",
				M("RTP/AVP 0") A0("RTP/AVP 97") WB WB "a=bundle-only\r\n",
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("refused audio alone is speech that the profile may see", "p25",
				"m=audio 0 RTP/AVP\r\nm=audio 4000 RTP/AVP\r\n",
				MCLMR_SDP_MALFORMED, "malformed"),
		EDITED("and may stand alone", "p25", "m=audio 0 RTP/AVP\r\n",
				A0("RTP/AVP 96"), "no_format"),
		REFUSED("refused video alone is none", "p25", "m=video 0 RTP/AVP\r\n",
				MCLMR_CODEC_REQUIRED, "no_format no_speech"),
		ANSWER("the same in an answer: two fmtp", "p25",
				M("RTP/AVP 100") P25 VIDEO, M("RTP/AVP 100") P25 VIDEO2("0")),
		ANSWER("of active video, too", "p25", M("RTP/AVP 100") P25 VIDEO,
				M("RTP/AVP 100") P25 VIDEO2("4004")),
		{"no format", "tetra-e2ee", M("RTP/AVP 98") BB BB1 VIDEO, NULL, 0,
				M("RTP/AVP 98") BB BB1 "m=video 0 RTP/AVP\r\n", MCLMR_OK,
				M("RTP/AVP 98") BB BB1 "m=video 0 RTP/AVP 96\r\n", "no_format"},
		{"nor a transport", "tetra-e2ee", M("RTP/AVP 98") BB BB1 VIDEO, NULL, 0,
				M("RTP/AVP 98") BB BB1 "m=video 4004 RTP/SAVP\r\n", MCLMR_OK,
				M("RTP/AVP 98") BB BB1 "m=video 0 RTP/SAVP 96\r\n",
				"no_format"},
};

static void test_idle(void **state)
{
	(void)state;
	RUN(idle);
}

static const policy_row_t capabilities[] = {
		EDITED("all go together", "p25",
				"a=csup:med-v0\r\n" M("RTP/AVP 100") P25
				"a=tcap:1 RTP/SAVP\r\na=acap:1 key-mgmt:mikey AA==\r\n"
				"a=pcfg:1 t=1 a=1\r\n",
				M("RTP/AVP 100") P25, "capneg_stripped"),
		EDITED("a denied format does not come in as a capability", "p25",
				M("RTP/AVP 100") P25 "a=rmcap:1 PCMU/8000\r\n"
									 "a=lcfg:1 mt=audio m=1\r\n",
				M("RTP/AVP 100") P25, "capneg_stripped"),
		EDITED("nor do session attributes go by one (-s)", "p25",
				MIKEY M("RTP/SAVP 100") P25 "a=pcfg:1 a=-s:1\r\n",
				MIKEY M("RTP/SAVP 100") P25, "capneg_stripped"),
		REFUSED("refused if the profile says so", "allow=*\ncapneg=refuse",
				M("RTP/AVP 0") "a=pcfg:1 t=1\r\n", MCLMR_MEDIA_DENIED,
				"capneg_refused"),
		SAME("nothing to refuse", "allow=*\ncapneg=refuse", M("RTP/AVP 0")),
		SAME("an attribute that only begins like one", "p25",
				M("RTP/AVP 100") P25 "a=pcfgx:1\r\na=tcap-mine:1\r\n"),
};

static void test_capabilities(void **state)
{
	(void)state;
	RUN(capabilities);
}

static const policy_row_t ptimes[] = {
		SAME("within the limit", "allow=*\nmin_ptime=40\nmax_ptime=40",
				M("RTP/AVP 0") "a=ptime:40\r\na=maxptime:240\r\n"),
		REFUSED("over the limit", "allow=*\nmax_ptime=40",
				M("RTP/AVP 0") "a=ptime:60\r\n", MCLMR_MEDIA_DENIED, "ptime"),
		REFUSED("below the limit", "allow=*\nmin_ptime=20",
				M("RTP/AVP 0") "a=ptime:10\r\n", MCLMR_MEDIA_DENIED, "ptime"),
		REFUSED("maxptime below the least", "allow=*\nmin_ptime=20",
				M("RTP/AVP 0") "a=maxptime:10\r\n", MCLMR_MEDIA_DENIED,
				"ptime"),
		SAME("maxptime over the most is only a bound", "allow=*\nmax_ptime=40",
				M("RTP/AVP 0") "a=maxptime:240\r\n"),
		REFUSED("no number", "allow=*\nmin_ptime=20",
				M("RTP/AVP 0") "a=ptime:x\r\n", MCLMR_MEDIA_DENIED, "ptime"),
		REFUSED("nought is no time", "allow=*\nmax_ptime=20",
				M("RTP/AVP 0") "a=ptime:0\r\n", MCLMR_MEDIA_DENIED, "ptime"),
		REFUSED("the second one counts, too", "allow=*\nmax_ptime=40",
				M("RTP/AVP 0") "a=ptime:20\r\na=ptime:60\r\n",
				MCLMR_MEDIA_DENIED, "ptime"),
		SAME("never for P25", "allow=*\nmax_ptime=40",
				M("RTP/AVP 100") P25 "a=ptime:60\r\n"),
		SAME("nor beside P25", "allow=*\nmax_ptime=40",
				M("RTP/AVP 0 100") P25 "a=ptime:60\r\n"),
		REFUSED("P25 that goes does not count", "allow=pcmu\nmax_ptime=40",
				M("RTP/AVP 0 100") P25 "a=ptime:60\r\n", MCLMR_MEDIA_DENIED,
				"not_allowed ptime"),
		SAME("no limit, nothing looked at", "allow=*",
				M("RTP/AVP 0") "a=ptime:x\r\n"),
};

static void test_ptimes(void **state)
{
	(void)state;
	RUN(ptimes);
}

static const policy_row_t unreadable[] = {
		REFUSED("no line of a description", "allow=*", "x\r\n",
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("m= without format", "allow=*", M("RTP/AVP"),
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("two rtpmap for one payload type", "allow=*",
				M("RTP/AVP 97") WB "a=rtpmap:97 EVS/16000\r\n",
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("two fmtp for one payload type", "tetra",
				M("RTP/AVP 98") BB BB0 BB1, MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("two descriptions in one", "allow=*",
				M("RTP/AVP 0") "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n"
							   "c=IN IP4 192.0.2.9\r\n" M("RTP/AVP 0"),
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("a payload type twice", "allow=*", M("RTP/AVP 0 00"),
				MCLMR_SDP_MALFORMED, "malformed"),
		REFUSED("too many sections: 488", "allow=*",
				VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO
						VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO VIDEO,
				MCLMR_SDP_LIMIT, "limit"),
};

static void test_unreadable(void **state)
{
	(void)state;
	RUN(unreadable);
}

/* A full arena refuses, whatever is the first that does not fit. */
static void test_arena(void **state)
{
	static char memory[1 << 14];
	static mclmr_profiles_t profiles;
	static mclmr_decision_t decision;
	static const char rules[] =
			"[x]\nallow=*\ne2ee=required\nnarrow_fmtp=yes\n";
	mclmr_policy_request_t offer = {.profiles = &profiles,
			.profile = &profiles.profile[0],
			.text = MCLMR_SPAN(HEAD M("RTP/AVP 98 0") BB BB01)};
	mclmr_policy_request_t answer = {.profiles = &profiles,
			.profile = &profiles.profile[0],
			.offer = MCLMR_SPAN(HEAD M("RTP/AVP 98") BB BB1),
			.text = MCLMR_SPAN(HEAD M("RTP/AVP 98") BB BB1)};
	size_t line, refused = 0;

	(void)state;
	assert_null(mclmr_profiles_read(MCLMR_SPAN(rules), &profiles, &line));
	for(size_t size = 0; size < sizeof(memory); size += 16) {
		for(int i = 0; i < 2; i++) {
			mclmr_arena_t arena = mclmr_arena(memory, size);

			mclmr_policy_decide(i == 0 ? &offer : &answer, &arena, &decision);
			assert_true((decision.action == MCLMR_REFUSE)
						== (decision.text.len == 0));
			assert_true((decision.action == MCLMR_REFUSE)
						== (decision.status != MCLMR_OK));
			if(decision.status == MCLMR_INTERNAL)
				refused++;
		}
	}
	assert_true(refused > 100);
	assert_int_equal(decision.status, MCLMR_OK);
}

/* Every rule has a word and a text of its own. */
static void test_rules(void **state)
{
	(void)state;
	for(int i = 0; i < MCLMR_RULE_COUNT; i++) {
		assert_non_null(mclmr_rule_word((mclmr_rule_t)i));
		assert_non_null(mclmr_rule_text((mclmr_rule_t)i));
		for(int j = 0; j < i; j++)
			assert_string_not_equal(mclmr_rule_word((mclmr_rule_t)i),
					mclmr_rule_word((mclmr_rule_t)j));
	}
}

/* Ends of lines may take a text over the limit: it does not leave. */
static void test_grown(void **state)
{
	static char text[2 * MCLMR_SDP_MAX_SIZE];
	static const policy_row_t rows[] = {
			{.profile = "allow=*", .text = text},
			{.profile = "allow=*", .offered = M("RTP/AVP 0"), .text = text},
			{.profile = "allow=*\non_bad_answer=log",
					.offered = M("RTP/AVP 8"),
					.text = text},
	};
	size_t len = (size_t)snprintf(text, sizeof(text), M("RTP/AVP 0"));

	(void)state;
	while(len < MCLMR_SDP_MAX_SIZE - 200)
		len += (size_t)snprintf(
				text + len, sizeof(text) - len, "a=%0100d\n", 0);
	for(size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const mclmr_decision_t *decision = policy_rows_decide(&rows[i]);

		assert_int_equal(decision->status, MCLMR_SDP_LIMIT);
		assert_int_equal(decision->action, MCLMR_REFUSE);
		assert_int_equal(decision->text.len, 0);
	}
}

/* A cut fmtp is an edit, even if no reason says so. */
static void test_cut_behind_many_reasons(void **state)
{
	char text[4096] = "";
	policy_row_t row = {
			.profile = "allow=tetra-bb\ntranscoder=iwf\ne2ee=forbidden\n"
					   "narrow_fmtp=yes",
			.text = text};
	size_t len = 0;

	(void)state;
	for(int section = 0; section < 16; section++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len,
				M("RTP/AVP 0 3 8 9 18 98 20 21 22 23") BB "%s",
				section < 15 ? BB0 : BB01);
	}
	assert_int_equal(policy_rows_decide(&row)->action, MCLMR_EDIT);
	assert_int_equal(policy_rows_decide(&row)->reasons, MCLMR_MAX_REASONS);
}

/* Reasons beyond the room for them are not listed, but hold. */
static void test_many_reasons(void **state)
{
	char text[4096] = "";
	policy_row_t row = {.profile = "allow=pcmu", .text = text};
	const mclmr_decision_t *decision;
	size_t len = 0;

	(void)state;
	for(int section = 0; section < 3; section++) {
		len += (size_t)snprintf(
				text + len, sizeof(text) - len, "m=audio 4000 RTP/AVP 0");
		for(int pt = 20; pt < 83; pt++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %d", pt);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "\r\n");
	}
	decision = policy_rows_decide(&row);
	assert_int_equal(decision->status, MCLMR_OK);
	assert_int_equal(decision->reasons, MCLMR_MAX_REASONS);
	assert_int_equal(
			decision->text.len, strlen(HEAD) + 3 * strlen(M("RTP/AVP 0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_empties),
			cmocka_unit_test(test_ports),
			cmocka_unit_test(test_others),
			cmocka_unit_test(test_idle),
			cmocka_unit_test(test_capabilities),
			cmocka_unit_test(test_ptimes),
			cmocka_unit_test(test_unreadable),
			cmocka_unit_test(test_arena),
			cmocka_unit_test(test_rules),
			cmocka_unit_test(test_grown),
			cmocka_unit_test(test_cut_behind_many_reasons),
			cmocka_unit_test(test_many_reasons),
	};

	return cmocka_run_group_tests_name(
			"policy: sections", tests, policy_rows_load, NULL);
}
