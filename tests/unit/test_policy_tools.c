/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: the experiments in which rtpengine 10.5 (its numbers) and sdpops of
 * Kamailio 5.6 let pass, restored or broke what they should not: each with
 * what this library does. */
#include "policy_rows.h"
#include "unit.h"

#define BB_FMTP "a=fmtp:98 payload-type=0;encryption-mode=1\r\n"
#define LMR_LIST                                                     \
	M("RTP/AVP 100 97 98 99 96")                                     \
	"i=speech\r\n" P25 "a=rtpmap:97 TETRA_ACELP/8000\r\n" BB BB_FMTP \
	"a=rtpmap:99 AMR-WB/16000\r\na=rtpmap:96 EVS/16000\r\na=maxptime:60\r\n"
#define SAVP_MIKEY M("RTP/SAVP 100") MIKEY P25
#define ADDED         \
	M("RTP/SAVP 100") \
	P25 "a=crypto:4 AES_CM_128_HMAC_SHA1_32 " KEY30 "\r\n"
#define TETRA97 "a=rtpmap:97 TETRA_ACELP/8000\r\n"

static const policy_row_t codecs[] = {
		SAME("1: unknown codecs keep order, numbers, fmtp, i=, maxptime",
				"allow=*", LMR_LIST),
		ANSWER("1: an answer with one of them", "allow=*", LMR_LIST,
				M("RTP/AVP 97") TETRA97),
		EDITED("2: a type without rtpmap goes, no \"rtpmap:100 /0\"", "allow=*",
				M("RTP/AVP 100 97") WB, M("RTP/AVP 97") WB, "unknown_format"),
		EDITED("3: one name goes with rtpmap and fmtp, not its longer sister",
				"allow=*\ndeny=TETRA_ACELP",
				M("RTP/AVP 99 98") ISI "a=fmtp:99 x=1\r\n" BB BB_FMTP,
				M("RTP/AVP 98") BB BB_FMTP, "denied"),
		EDITED("3b: named in lower case with its clock",
				"allow=*\ndeny=tetra_acelp/8000", M("RTP/AVP 99 98") ISI BB,
				M("RTP/AVP 98") BB, "denied"),
		EDITED("4: a list keeps the order of the offer", "allow=pcma,pcmu",
				M("RTP/AVP 0 97 8") WB, M("RTP/AVP 0 8"), "not_allowed"),
		EDITED("5: or takes that of the profile, if it says so",
				"allow=pcma,pcmu\norder=pcma,pcmu", M("RTP/AVP 0 97 8") WB,
				M("RTP/AVP 8 0"), "not_allowed ordered"),
		EDITED("6: an exception alone takes all else out", "allow=AMR-WB",
				M("RTP/AVP 100 97") P25 WB, M("RTP/AVP 97") WB, "not_allowed"),
		REFUSED("7: nothing left is refused, the list is not restored",
				"allow=EVS", M("RTP/AVP 100 97") P25 WB, MCLMR_CODEC_REQUIRED,
				"not_allowed not_allowed empty"),
		EDITED("57: two types of one name are told apart by fmtp",
				"allow=tetra-bb\ne2ee=required",
				M("RTP/AVP 97 98") "a=rtpmap:97 TETRA_ACELP_BB/8000\r\n" BB
						BB_FMTP,
				M("RTP/AVP 98") BB BB_FMTP, "not_encrypted"),
		REFUSED("57: both denied: refused, not restored",
				"allow=*\ndeny=TETRA_ACELP_BB",
				M("RTP/AVP 97 98") "a=rtpmap:97 TETRA_ACELP_BB/8000\r\n" BB
						BB_FMTP,
				MCLMR_CODEC_REQUIRED, "denied denied empty"),
		BAD("27: an answer with a codec that was not offered", "allow=*",
				M("RTP/AVP 97") WB, M("RTP/AVP 100") P25, A0("RTP/AVP 100") P25,
				"not_offered closed"),
		BAD("28: an answer with another type for the codec", "allow=*",
				M("RTP/AVP 97") TETRA97,
				M("RTP/AVP 110") "a=rtpmap:110 TETRA_ACELP/8000\r\n",
				A0("RTP/AVP 110") "a=rtpmap:110 TETRA_ACELP/8000\r\n",
				"not_offered closed"),
		{"29: single codec is the first of the answer",
				"allow=*\nsingle_codec=yes", M("RTP/AVP 99 97") ISI WB, NULL, 0,
				M("RTP/AVP 99 97") ISI WB, MCLMR_OK, M("RTP/AVP 99") ISI,
				"single"},
		BAD("30: a list holds for the answer", "allow=*\ndeny=AMR-WB",
				M("RTP/AVP 99 97") ISI WB, M("RTP/AVP 99 97") ISI WB,
				A0("RTP/AVP 99") ISI, "denied closed"),
		SAME("32: packet time of an LMR codec is not written anew",
				"allow=*\nmin_ptime=20\nmax_ptime=60",
				M("RTP/AVP 99") ISI "a=ptime:60\r\n"),
		SAME("53: scip passes", "allow=*",
				M("RTP/AVP 96") "a=rtpmap:96 scip/8000\r\n"),
		SAME("40: fmtp of AMR-WB stays", "mcptt",
				M("RTP/AVP 97") WB
				"a=fmtp:97 octet-align=1;mode-set=0,1,2\r\n"),
};

static void test_codecs(void **state)
{
	(void)state;
	RUN(codecs);
}

static const policy_row_t transcoders[] = {
		BAD("20: the caller gets no codec that it did not offer", "tetra",
				M("RTP/AVP 99") ISI, M("RTP/AVP 0"), A0("RTP/AVP 0"),
				"not_offered closed"),
		{"21: nor beside one that it did", "allow=*", M("RTP/AVP 99 97") ISI WB,
				NULL, 0, M("RTP/AVP 99 0") ISI, MCLMR_OK, M("RTP/AVP 99") ISI,
				"not_offered"},
		REFUSED("25: nothing turns TETRA into PCMA: refused", "analog",
				M("RTP/AVP 99") ISI, MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		BAD("26: nor does an answer", "analog", M("RTP/AVP 0"), M("RTP/AVP 8"),
				A0("RTP/AVP 8"), "not_offered closed"),
		REFUSED("24: a transcoder is never asked for TETRA",
				"allow=pcma\ntranscoder=iwf", M("RTP/AVP 99") ISI,
				MCLMR_CODEC_REQUIRED, "not_allowed empty"),
		SAME("42: a transcoder takes no LMR codec out",
				"allow=tetra-isi,AMR-WB\ntranscoder=iwf",
				M("RTP/AVP 99 97") ISI WB),
};

static void test_transcoders(void **state)
{
	(void)state;
	RUN(transcoders);
}

static const policy_row_t keys[] = {
		SAME("8: nothing is added to SAVP with MIKEY", "p25", SAVP_MIKEY),
		SAME("9: nor with MIKEY of the session", "p25",
				MIKEY M("RTP/SAVP 100") P25),
		BAD("8b: an answer with a crypto line that was added", "p25",
				SAVP_MIKEY, ADDED,
				A0("RTP/SAVP 100") P25
				"a=crypto:4 AES_CM_128_HMAC_SHA1_32 " KEY30 "\r\n",
				"key_not_offered closed"),
		BAD("10: SAVP offered, answered as AVP", "p25", SAVP_MIKEY,
				M("RTP/AVP 100") MIKEY P25, A0("RTP/AVP 100") MIKEY P25,
				"transport closed"),
		BAD("12: AVP with MIKEY offered, answered as SAVP", "p25",
				M("RTP/AVP 100") MIKEY P25, SAVP_MIKEY,
				A0("RTP/SAVP 100") MIKEY P25, "transport closed"),
		SAME("11: AVP with MIKEY passes", "p25", M("RTP/AVP 100") MIKEY P25),
		ANSWER("13: pass-through of the answer", "p25", SAVP_MIKEY,
				M("RTP/SAVP 100") P25),
		BAD("60: a fingerprint that was added", "p25", SAVP_MIKEY,
				M("RTP/SAVP 100") DTLS P25, A0("RTP/SAVP 100") DTLS P25,
				"key_not_offered closed"),
		BAD("63: SAVP answered as AVP without key is seen", "p25", SAVP_MIKEY,
				M("RTP/AVP 100") P25, A0("RTP/AVP 100") P25,
				"transport closed"),
		SAME("15: MIKEY and crypto stay, no suite is added", "allow=*",
				M("RTP/SAVP 0") MIKEY GCM),
		SAME("16: SAVP with crypto is not ended here", "allow=*",
				M("RTP/SAVP 0") GCM),
		BAD("16: an answer in AVP to crypto", "allow=*", M("RTP/SAVP 0") GCM,
				M("RTP/AVP 0"), A0("RTP/AVP 0"), "transport closed"),
		EDITED("17: only one suite", "allow=*\nsuites=AEAD_AES_128_GCM",
				M("RTP/SAVP 0") SDES GCM, M("RTP/SAVP 0") GCM, "suite"),
		ANSWER("18: an answer with port 0", "p25", SAVP_MIKEY,
				A0("RTP/SAVP 100") P25),
		SAME("54: nothing is added to opportunistic SRTP", "allow=*",
				M("RTP/AVP 0") SDES),
		EDITED("55: capabilities do not pass unseen", "p25",
				M("RTP/AVP 100") P25 "a=tcap:1 RTP/SAVP\r\na=acap:1 crypto:1 "
									 "x\r\na=pcfg:1 t=1 a=1\r\n",
				M("RTP/AVP 100") P25, "capneg_stripped"),
		SAME("58: private lines pass", "p25",
				M("RTP/AVP 100") P25
				"a=x-lmr-e2ee:p25 mode=on\r\na=3ge2ae:x\r\n"),
		SAME("50: floor control passes with its parameters", "p25",
				M("RTP/AVP 100") P25 FLOOR),
};

static void test_keys(void **state)
{
	(void)state;
	RUN(keys);
}

#define SDPOPS_1            \
	M("RTP/SAVP 100 98 97") \
	"i=speech\r\n" MIKEY P25 BB "a=fmtp:98 encryption-mode=1\r\n" WB
#define SDPOPS_2(formats, lines) M("RTP/AVP " formats) lines FLOOR VIDEO

static const policy_row_t sdpops[] = {
		EDITED("sdpops keep_codecs_by_name of one that is there",
				"allow=TETRA_ACELP_BB", SDPOPS_1,
				M("RTP/SAVP 98") "i=speech\r\n" MIKEY BB
								 "a=fmtp:98 encryption-mode=1\r\n",
				"not_allowed not_allowed"),
		REFUSED("sdpops keep_codecs_by_name of one that is not: refused",
				"allow=EVS", SDPOPS_1, MCLMR_CODEC_REQUIRED,
				"not_allowed not_allowed not_allowed empty"),
		EDITED("sdpops remove_codecs_by_name of all: a format stays, port 0",
				"allow=EVS\non_empty=port0", SDPOPS_1,
				A0("RTP/SAVP 100") "i=speech\r\n" MIKEY P25,
				"not_allowed not_allowed not_allowed empty closed"),
		EDITED("sdpops remove_codecs_by_id: video keeps its type 97",
				"allow=TETRA_ACELP", SDPOPS_2("97 99", WB ISI),
				SDPOPS_2("99", ISI), "not_allowed"),
		EDITED("sdpops remove_codecs_by_name: video keeps it, too",
				"allow=*\ndeny=TETRA_ACELP_BB",
				SDPOPS_2("97 99", "a=rtpmap:97 TETRA_ACELP_BB/8000\r\n" ISI),
				SDPOPS_2("99", ISI), "denied"),
		EDITED("sdpops keep without media type: floor control stays",
				"allow=TETRA_ACELP", SDPOPS_2("97 99", WB ISI),
				SDPOPS_2("99", ISI), "not_allowed"),
		SAME("sdpops with_codecs_by_name in lower case", "allow=x-tia-p25-imbe",
				M("RTP/AVP 100") P25),
		REFUSED("sdpops remove_line a=key-mgmt: keying is refused, not cut",
				"allow=*\nsrtp=gmk", SDPOPS_1, MCLMR_KEYING_DENIED, "keying"),
};

static void test_sdpops(void **state)
{
	(void)state;
	RUN(sdpops);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_codecs),
			cmocka_unit_test(test_transcoders),
			cmocka_unit_test(test_keys),
			cmocka_unit_test(test_sdpops),
	};

	return cmocka_run_group_tests_name(
			"policy: where other tools fail", tests, policy_rows_load, NULL);
}
