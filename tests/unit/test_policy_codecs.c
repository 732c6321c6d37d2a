/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: which formats stay: allow, deny, force, order, and the table. */
#include "policy_rows.h"
#include "unit.h"

static const policy_row_t names[] = {
		SAME("a format of its name stays, with i=", "p25",
				M("RTP/AVP 100") "i=speech\r\n" P25),
		SAME("the name without case, channels 1 as none", "p25",
				M("RTP/AVP 100") "a=rtpmap:100 x-tia-p25-imbe/8000/1\r\n"),
		REFUSED("another clock is another format", "p25",
				M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-IMBE/16000\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("other channels are another format", "p25",
				M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-IMBE/8000/2\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("an rtpmap without name", "p25",
				M("RTP/AVP 100") "a=rtpmap:100 /8000\r\n", MCLMR_CODEC_REQUIRED,
				"unknown_format empty"),
		REFUSED("an rtpmap without clock names nothing", "p25",
				M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-IMBE\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a dynamic type without rtpmap is unknown", "p25",
				M("RTP/AVP 100"), MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a static type stays what RFC 3551 says", "p25",
				M("RTP/AVP 0") "a=rtpmap:0 X-TIA-P25-IMBE/8000\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a static type with its clock wrong", "analog",
				M("RTP/AVP 0") "a=rtpmap:0 PCMU/16000\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a static type with its channels wrong", "analog",
				M("RTP/AVP 0") "a=rtpmap:0 PCMU/8000/2\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		SAME("a static type with its own rtpmap", "analog",
				M("RTP/AVP 0") "a=rtpmap:0 pcmu/8000\r\n"),
		REFUSED("a static type that no row names", "allow=*", M("RTP/AVP 7"),
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a static type that is reserved", "allow=*", M("RTP/AVP 2"),
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a payload type over 127", "p25",
				M("RTP/AVP 200") "a=rtpmap:200 X-TIA-P25-IMBE/8000\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("a format that is no number", "allow=*", M("RTP/AVP t38"),
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		SAME("P25 without rtpmap, if the profile says so",
				"allow=p25-imbe\np25_without_rtpmap=yes", M("RTP/AVP 100")),
		REFUSED("but only as payload type 100",
				"allow=p25-imbe\np25_without_rtpmap=yes", M("RTP/AVP 99"),
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		REFUSED("and not against an rtpmap",
				"allow=p25-imbe\np25_without_rtpmap=yes",
				M("RTP/AVP 100") "a=rtpmap:100 AMR-WB/16000\r\n",
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		EDITED("an unknown format goes beside a known one", "mcptt",
				M("RTP/AVP 97 110 111") WB EVS "a=rtpmap:111 opus/48000/2\r\n",
				M("RTP/AVP 97 110") WB EVS, "unknown_format"),
		SAME("DMR by its provisional name", "dmr",
				M("RTP/AVP 96") "a=rtpmap:96 DMRA-AIS/8000\r\n"),
		SAME("P25 half and full rate by the names of the field",
				"allow=p25-half,p25-full",
				M("RTP/AVP 101 100") "a=rtpmap:101 X-TIA-P25-HalfRate/8000\r\n"
									 "a=rtpmap:100 "
									 "X-TIA-P25-FullRate/8000\r\n"),
		REFUSED("they are not IMBE by its other name", "p25",
				M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-FullRate/8000\r\n",
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		SAME("TETRA as open gateways name it", "allow=tetra-acelp",
				M("RTP/AVP 99") "a=rtpmap:99 acelp/8000\r\n"),
		SAME("Codec2", "allow=codec2",
				M("RTP/AVP 99") "a=rtpmap:99 CODEC2/8000\r\n"),
		SAME("both TETRA formats", "tetra", M("RTP/AVP 98 99") BB ISI),
		REFUSED("TETRA_ACELP_BB is not TETRA_ACELP", "allow=tetra-isi",
				M("RTP/AVP 98") BB, MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		SAME("analogue, static types alone", "analog", M("RTP/AVP 0 8")),
		SAME("a number of ports stays", "analog",
				"m=audio 4000/2 RTP/AVP 0\r\n"),
		SAME("the media type without case", "analog",
				"m=AUDIO 4000 rtp/avp 0\r\n"),
};

static void test_names(void **state)
{
	(void)state;
	RUN(names);
}

static const policy_row_t lists[] = {
		REFUSED("no format of allow: 302", "p25", M("RTP/AVP 97") WB,
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		EDITED("deny goes before allow", "allow=*\ndeny=PCMU",
				M("RTP/AVP 0 97") WB, M("RTP/AVP 97") WB, "denied"),
		EDITED("deny goes before force", "allow=*\nforce=pcma\ndeny=pcma",
				M("RTP/AVP 0 8"), M("RTP/AVP 0"), "denied"),
		EDITED("deny takes tones, too", "allow=*\ndeny=telephone-event/8000",
				M("RTP/AVP 0 101") DTMF, M("RTP/AVP 0"), "denied"),
		EDITED("forced formats alone stay", "p25", M("RTP/AVP 97 100") WB P25,
				M("RTP/AVP 100") P25, "forced"),
		EDITED("force over an allowed format", "allow=*\nforce=pcma",
				M("RTP/AVP 0 8 97") WB, M("RTP/AVP 8"), "forced forced"),
		SAME("force of what is not offered changes nothing",
				"allow=*\nforce=pcma", M("RTP/AVP 0 97") WB),
		EDITED("what is forced is allowed", "force=pcma", M("RTP/AVP 0 8"),
				M("RTP/AVP 8"), "forced"),
		REFUSED("force alone allows nothing else", "force=pcma", M("RTP/AVP 0"),
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		EDITED("all of several forced formats stay", "allow=*\nforce=pcma,pcmu",
				M("RTP/AVP 8 97 0") WB, M("RTP/AVP 8 0"), "forced"),
		EDITED("force in one section does not reach another",
				"allow=*\nforce=pcma", M("RTP/AVP 0 8") M("RTP/AVP 0 97") WB,
				M("RTP/AVP 8") M("RTP/AVP 0 97") WB, "forced"),
		EDITED("order puts first what it names first",
				"allow=*\norder=AMR-WB,pcma", M("RTP/AVP 101 0 8 97") WB DTMF,
				M("RTP/AVP 97 8 0 101") WB DTMF, "ordered"),
		SAME("order that holds already", "allow=*\norder=AMR-WB",
				M("RTP/AVP 97 0 8 101") WB DTMF),
		SAME("order keep", "allow=*\norder=keep", M("RTP/AVP 8 97 0") WB),
		EDITED("what is unknown is out of the order", "allow=*\norder=pcma",
				M("RTP/AVP 7 0 8"), M("RTP/AVP 8 0"), "unknown_format ordered"),
		EDITED("order of what is left", "allow=*\ndeny=pcmu\norder=pcma",
				M("RTP/AVP 0 97 8") WB, M("RTP/AVP 8 97") WB, "denied ordered"),
		EDITED("all that describes a removed type goes, and no more", "p25",
				M("RTP/AVP 100 97") "i=speech\r\nb=AS:64\r\n" P25
						WB "a=fmtp:97 octet-align=1\r\na=rtcp-fb:97 nack\r\n"
									"a=rtcp-fb:* nack\r\na=rid:1 send pt=97\r\n"
									"a=simulcast:send "
									"1\r\na=x-mine:97\r\na=sendrecv\r\n",
				M("RTP/AVP 100") "i=speech\r\nb=AS:64\r\n" P25 "a=rtcp-fb:* "
								 "nack\r\na=x-mine:97\r\na=sendrecv\r\n",
				"forced"),
		EDITED("the fmtp of a removed static type goes", "allow=pcma",
				M("RTP/AVP 8 18") "a=fmtp:18 annexb=no\r\n", M("RTP/AVP 8"),
				"not_allowed"),
		EDITED("a payload type of the same number elsewhere stays", "p25",
				M("RTP/AVP 100 97") P25 WB VIDEO, M("RTP/AVP 100") P25 VIDEO,
				"forced"),
		SAME("the same number is another format in another section", "allow=*",
				M("RTP/AVP 97") WB M("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n"),
};

static void test_lists(void **state)
{
	(void)state;
	RUN(lists);
}

static const policy_row_t tones[] = {
		SAME("tones stay beside speech, though not in allow", "p25",
				M("RTP/AVP 100 101") P25 DTMF),
		SAME("tones stay beside a forced format", "allow=*\nforce=pcma",
				M("RTP/AVP 8 101") DTMF),
		SAME("wide-band tones and comfort noise too", "mcptt",
				M("RTP/AVP 97 101 13") WB
				"a=rtpmap:101 telephone-event/16000\r\n"),
		REFUSED("tones alone are no speech", "p25", M("RTP/AVP 101") DTMF,
				MCLMR_CODEC_REQUIRED, "empty"),
		REFUSED("tones left over are no speech", "p25",
				M("RTP/AVP 97 101") WB DTMF, MCLMR_CODEC_REQUIRED,
				"not_allowed empty"),
		REFUSED("comfort noise alone is no speech", "allow=*", M("RTP/AVP 13"),
				MCLMR_CODEC_REQUIRED, "empty"),
		EDITED("tones go after speech if the profile orders",
				"allow=*\norder=pcmu", M("RTP/AVP 101 0") DTMF,
				M("RTP/AVP 0 101") DTMF, "ordered"),
};

static void test_tones(void **state)
{
	(void)state;
	RUN(tones);
}

static const policy_row_t transcoders[] = {
		EDITED("clear speech stays for the transcoder", "analog",
				M("RTP/AVP 0 97") WB, M("RTP/AVP 0 97") WB, "for_transcoder"),
		EDITED("even if nothing else is offered", "analog", M("RTP/AVP 97") WB,
				M("RTP/AVP 97") WB, "for_transcoder"),
		EDITED("what may be encrypted does not", "analog",
				M("RTP/AVP 0 100") P25, M("RTP/AVP 0"), "not_allowed"),
		REFUSED("and is refused alone", "analog", M("RTP/AVP 100") P25,
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		REFUSED("what is always encrypted does not", "analog",
				M("RTP/AVP 96") "a=rtpmap:96 scip/8000\r\n",
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		REFUSED("what is unknown does not", "analog",
				M("RTP/AVP 96") "a=rtpmap:96 opus/48000/2\r\n",
				MCLMR_CODEC_REQUIRED, "unknown_format empty"),
		EDITED("TETRA that says it is clear does", "allow=pcmu\ntranscoder=iwf",
				M("RTP/AVP 98") BB BB0, M("RTP/AVP 98") BB BB0,
				"for_transcoder"),
		REFUSED("TETRA that may be either does not",
				"allow=pcmu\ntranscoder=iwf", M("RTP/AVP 98") BB BB01,
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		REFUSED("nothing does if encryption is wanted by another format",
				"allow=pcmu\ntranscoder=iwf", M("RTP/AVP 97 98") WB BB BB1,
				MCLMR_CODEC_REQUIRED, "not_allowed not_allowed empty"),
		EDITED("nor what deny names", "allow=pcmu\ndeny=AMR-WB\ntranscoder=iwf",
				M("RTP/AVP 0 97") WB, M("RTP/AVP 0"), "denied"),
		EDITED("nor beside a forced format",
				"allow=pcmu\nforce=pcmu\ntranscoder=iwf", M("RTP/AVP 97 0") WB,
				M("RTP/AVP 0"), "forced"),
		REFUSED("without transcoder it goes", "allow=pcmu", M("RTP/AVP 97") WB,
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
};

static void test_transcoders(void **state)
{
	(void)state;
	RUN(transcoders);
}

/* What of the kept speech makes a transcoder possible. */
static void test_transcode(void **state)
{
	static const struct
	{
		policy_row_t row;
		bool transcode;
	} cases[] = {
			{SAME("clear speech for it", "analog", M("RTP/AVP 97") WB), true},
			{SAME("nothing to do", "analog", M("RTP/AVP 0") WB), false},
			{SAME("beside speech that may be encrypted",
					 "allow=p25-imbe\ntranscoder=iwf",
					 M("RTP/AVP 100 97") P25 WB),
					false},
			{SAME("beside speech of another section that may be",
					 "allow=p25-imbe\ntranscoder=iwf",
					 M("RTP/AVP 97") WB M("RTP/AVP 100") P25),
					false},
			{SAME("P25 that says it is clear",
					 "allow=pcmu\ntranscoder=iwf\ne2ee_attribute=e",
					 M("RTP/AVP 100") P25 "a=e:p25 mode=off\r\n"),
					true},
			{SAME("no transcoder", "allow=*", M("RTP/AVP 97") WB), false},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const mclmr_decision_t *decision = policy_rows_decide(&cases[i].row);

		assert_int_equal(decision->status, MCLMR_OK);
		if(decision->transcode != cases[i].transcode)
			fail_msg("%s", cases[i].row.name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_names),
			cmocka_unit_test(test_lists),
			cmocka_unit_test(test_tones),
			cmocka_unit_test(test_transcoders),
			cmocka_unit_test(test_transcode),
	};

	return cmocka_run_group_tests_name(
			"policy: formats", tests, policy_rows_load, NULL);
}
