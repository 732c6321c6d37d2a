/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: answers against the offer as it left. */
#include "policy_rows.h"
#include "unit.h"

#define ATTR "allow=*\ne2ee_attribute=x-lmr-e2ee\n"

static const policy_row_t formats[] = {
		ANSWER("what was offered", "p25", M("RTP/AVP 100") P25,
				M("RTP/AVP 100") P25),
		ANSWER("fewer formats, in any order", "allow=*", M("RTP/AVP 0 8 97") WB,
				M("RTP/AVP 97 0") WB),
		ANSWER("tones beside speech", "p25", M("RTP/AVP 100 101") P25 DTMF,
				M("RTP/AVP 100 101") P25 DTMF),
		BAD("a format that was not offered", "p25", M("RTP/AVP 100") P25,
				M("RTP/AVP 97") WB, A0("RTP/AVP 97") WB, "not_offered closed"),
		BAD("another payload type for it", "allow=*", M("RTP/AVP 97") WB,
				M("RTP/AVP 110") "a=rtpmap:110 AMR-WB/16000\r\n",
				A0("RTP/AVP 110") "a=rtpmap:110 AMR-WB/16000\r\n",
				"not_offered closed"),
		BAD("its payload type without rtpmap", "allow=*", M("RTP/AVP 97") WB,
				M("RTP/AVP 97"), A0("RTP/AVP 97"), "not_offered closed"),
		BAD("its payload type for another format", "allow=*",
				M("RTP/AVP 97") WB, M("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n",
				A0("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n",
				"not_offered closed"),
		BAD("a format of another section of the offer", "allow=*",
				M("RTP/AVP 0") M("RTP/AVP 8"), M("RTP/AVP 8") M("RTP/AVP 8"),
				A0("RTP/AVP 8") M("RTP/AVP 8"), "not_offered closed"),
		BAD("a format that is denied by now", "allow=*\ndeny=pcma",
				M("RTP/AVP 0 8"), M("RTP/AVP 0 8"), A0("RTP/AVP 0"),
				"denied closed"),
		WORSE("only formats that are not allowed by now: 302", "p25",
				M("RTP/AVP 0"), M("RTP/AVP 0"), MCLMR_CODEC_REQUIRED,
				A0("RTP/AVP 0"), "not_allowed empty closed"),
		BAD("a format beside the forced one", "allow=*\nforce=pcma",
				M("RTP/AVP 8 0"), M("RTP/AVP 0 8"), A0("RTP/AVP 0"),
				"forced closed"),
		WORSE("packet time", "allow=*\nmax_ptime=40", M("RTP/AVP 0"),
				M("RTP/AVP 0") "a=ptime:60\r\n", MCLMR_MEDIA_DENIED,
				A0("RTP/AVP 0") "a=ptime:60\r\n", "ptime closed"),
		ANSWER("the order of an answer is its own", "allow=*\norder=pcma",
				M("RTP/AVP 8 0"), M("RTP/AVP 0 8")),
		BAD("P25 without rtpmap", "allow=p25-imbe", M("RTP/AVP 100") P25,
				M("RTP/AVP 100"), A0("RTP/AVP 100"), "not_offered closed"),
		ANSWER("P25 without rtpmap if the profile says so",
				"allow=p25-imbe\np25_without_rtpmap=yes", M("RTP/AVP 100") P25,
				M("RTP/AVP 100")),
		BAD("a token that is no number", "allow=*", M("RTP/AVP x"),
				M("RTP/AVP x"), A0("RTP/AVP x"), "not_offered closed"),
};

static void test_formats(void **state)
{
	(void)state;
	RUN(formats);
}

#define DTMF96 "a=rtpmap:96 telephone-event/8000\r\n"

/* An answer of which only strays go. */
#define STRAY(name, profile, offered, text, expected, rules)             \
	{                                                                    \
		name, profile, offered, NULL, 0, text, MCLMR_OK, expected, rules \
	}

/* RFC 3264 6.1 permits formats that were not offered, and other payload types
 * for those that were: they go, and the speech stays. */
static const policy_row_t strays[] = {
		STRAY("a format more", "allow=*", M("RTP/AVP 0"), M("RTP/AVP 0 8"),
				M("RTP/AVP 0"), "not_offered"),
		STRAY("before the offered one", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP 8 0"), M("RTP/AVP 0"), "not_offered"),
		STRAY("one that is not known", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP 0 7 111") "a=rtpmap:111 opus/48000/2\r\n",
				M("RTP/AVP 0"), "not_offered not_offered"),
		STRAY("with what describes it", "p25", M("RTP/AVP 100") P25,
				M("RTP/AVP 100 97") P25 WB "a=fmtp:97 octet-align=1\r\n"
										   "a=rtcp-fb:97 nack\r\n",
				M("RTP/AVP 100") P25, "not_offered"),
		STRAY("tones that were not offered", "p25", M("RTP/AVP 100") P25,
				M("RTP/AVP 100 101") P25 DTMF, M("RTP/AVP 100") P25,
				"not_offered"),
		STRAY("tones under another number", "p25",
				M("RTP/AVP 100 101") P25 DTMF, M("RTP/AVP 100 96") P25 DTMF96,
				M("RTP/AVP 100") P25, "not_offered"),
		STRAY("one of two numbers for the same speech", "allow=*",
				M("RTP/AVP 97") WB,
				M("RTP/AVP 97 110") WB "a=rtpmap:110 AMR-WB/16000\r\n",
				M("RTP/AVP 97") WB, "not_offered"),
		STRAY("a number that means something else there", "allow=*",
				M("RTP/AVP 97 0") WB,
				M("RTP/AVP 97 0") "a=rtpmap:97 EVS/16000\r\n", M("RTP/AVP 0"),
				"not_offered"),
		STRAY("a token that is no number", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP 0 x"), M("RTP/AVP 0"), "not_offered"),
		STRAY("clear speech that nobody offered, beside encrypted",
				"tetra-e2ee", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98 0") BB BB1,
				M("RTP/AVP 98") BB BB1, "not_offered"),
		STRAY("one that force would have liked better", "allow=*\nforce=pcma",
				M("RTP/AVP 0"), M("RTP/AVP 0 8"), M("RTP/AVP 0"),
				"not_offered"),
		STRAY("the first one that stays is the single codec",
				"allow=*\nsingle_codec=yes", M("RTP/AVP 0 18"),
				M("RTP/AVP 8 0 18"), M("RTP/AVP 0"), "not_offered single"),
		STRAY("in one section of two", "allow=*", M("RTP/AVP 0") M("RTP/AVP 8"),
				M("RTP/AVP 0 8") M("RTP/AVP 8"), M("RTP/AVP 0") M("RTP/AVP 8"),
				"not_offered"),
		STRAY("that is edited even if a bad answer is only logged",
				"allow=*\non_bad_answer=log", M("RTP/AVP 0"), M("RTP/AVP 0 8"),
				M("RTP/AVP 0"), "not_offered"),
		{"a number that was bound to something else in the call", "allow=*",
				M("RTP/AVP 0 97") WB, "0 97 EVS/16000\n", 0,
				M("RTP/AVP 0 97") WB, MCLMR_OK, M("RTP/AVP 0"), "rebound"},
		BAD("only tones are left", "allow=*", M("RTP/AVP 0 101") DTMF,
				M("RTP/AVP 8 101") DTMF, A0("RTP/AVP 8"), "not_offered closed"),
		WORSE("what is left is not permitted any more", "allow=*\ndeny=pcmu",
				M("RTP/AVP 0"), M("RTP/AVP 0 8"), MCLMR_CODEC_REQUIRED,
				A0("RTP/AVP 0"), "not_offered denied empty closed"),
		BAD("what is left is corrected all the same", "allow=*\ndeny=pcma",
				M("RTP/AVP 0 8"), M("RTP/AVP 0 8 18"), A0("RTP/AVP 0"),
				"not_offered denied closed"),
		BAD("what is left has the wrong keys", "allow=*", M("RTP/SAVP 0") SDES,
				M("RTP/SAVP 0 8"), A0("RTP/SAVP 0"),
				"not_offered key_missing closed"),
};

static void test_strays(void **state)
{
	(void)state;
	RUN(strays);
}

static const policy_row_t single[] = {
		{"single codec: the first stays, tones too",
				"allow=*\nsingle_codec=yes", M("RTP/AVP 0 8 101") DTMF, NULL, 0,
				M("RTP/AVP 8 0 101") DTMF, MCLMR_OK, M("RTP/AVP 8 101") DTMF,
				"single"},
		{"with what describes the others", "allow=*\nsingle_codec=yes",
				M("RTP/AVP 8 97") WB, NULL, 0, M("RTP/AVP 8 97") WB, MCLMR_OK,
				M("RTP/AVP 8"), "single"},
		{"tones first are no codec", "allow=*\nsingle_codec=yes",
				M("RTP/AVP 8 101") DTMF, NULL, 0, M("RTP/AVP 101 8") DTMF,
				MCLMR_OK, M("RTP/AVP 101 8") DTMF, ""},
		{"per section", "allow=*\nsingle_codec=yes",
				M("RTP/AVP 0 8") M("RTP/AVP 0 8"), NULL, 0,
				M("RTP/AVP 0 8") M("RTP/AVP 8 0"), MCLMR_OK,
				M("RTP/AVP 0") M("RTP/AVP 8"), "single single"},
		SAME("an offer keeps its list", "allow=*\nsingle_codec=yes",
				M("RTP/AVP 0 8")),
};

static void test_single(void **state)
{
	(void)state;
	RUN(single);
}

static const policy_row_t sections[] = {
		ANSWER("rejected by the peer", "p25", M("RTP/AVP 100") P25,
				A0("RTP/AVP 100") P25),
		ANSWER("floor control with its parameters", "p25",
				M("RTP/AVP 100") P25 FLOOR, M("RTP/AVP 100") P25 FLOOR),
		ANSWER("hold answered", "p25", M("RTP/AVP 100") P25 "a=sendonly\r\n",
				M("RTP/AVP 100") P25 "a=recvonly\r\n"),
		BAD("an answer to port 0", "allow=*", A0("RTP/AVP 0"), M("RTP/AVP 0"),
				A0("RTP/AVP 0"), "not_offered closed"),
		BAD("a section more", "allow=*", M("RTP/AVP 0"), M("RTP/AVP 0") VIDEO,
				A0("RTP/AVP 0") VIDEO0, "sections closed closed"),
		BAD("no section", "allow=*", M("RTP/AVP 0"), "", A0("RTP/AVP 0"),
				"sections"),
		BAD("a speech section less", "allow=*",
				M("RTP/AVP 0") M("RTP/AVP 97 8") WB, M("RTP/AVP 0"),
				M("RTP/AVP 0") A0("RTP/AVP 97"), "sections"),
		STRAY("a refused section less", "allow=*", M("RTP/AVP 0") VIDEO0,
				M("RTP/AVP 0"), M("RTP/AVP 0") "m=video 0 RTP/AVP 97\r\n",
				"sections"),
		STRAY("other media less", "p25", M("RTP/AVP 100") P25 FLOOR VIDEO,
				M("RTP/AVP 100") P25,
				M("RTP/AVP 100") P25 "m=application 0 udp MCPTT\r\n"
									 "m=video 0 RTP/AVP 97\r\n",
				"sections sections"),
		STRAY("a refused section more", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP 0") VIDEO0 "m=audio 0 RTP/AVP\r\n", M("RTP/AVP 0"),
				"no_format sections sections"),
		BAD("one that is bundled more", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP 0") VIDEO0 "a=bundle-only\r\n",
				A0("RTP/AVP 0") VIDEO0, "sections closed closed"),
		BAD("a section more before a refused one", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP 0") VIDEO VIDEO0, A0("RTP/AVP 0") VIDEO0,
				"sections sections closed closed"),
		BAD("another media type", "allow=*", M("RTP/AVP 0"),
				"m=video 1 RTP/AVP 0\r\n", "m=video 0 RTP/AVP 0\r\n",
				"sections closed"),
		BAD("sections in another order", "allow=*", M("RTP/AVP 0") VIDEO,
				VIDEO M("RTP/AVP 0"), VIDEO0 A0("RTP/AVP 0"),
				"sections closed closed"),
		BAD("only the bad section is closed", "allow=*",
				M("RTP/AVP 0") M("RTP/AVP 8"),
				M("RTP/AVP 97") WB M("RTP/AVP 8"),
				A0("RTP/AVP 97") WB M("RTP/AVP 8"), "not_offered closed"),
		WORSE("the verdict is that of the first bad one",
				"allow=*\nmax_ptime=40", M("RTP/AVP 0") M("RTP/AVP 0"),
				M("RTP/AVP 0") "a=ptime:60\r\n" M("RTP/AVP 8"),
				MCLMR_MEDIA_DENIED,
				A0("RTP/AVP 0") "a=ptime:60\r\n" A0("RTP/AVP 8"),
				"ptime closed not_offered closed"),
		{"other media that is refused in an offer gets port 0",
				"allow=*\nother_media=refuse", M("RTP/AVP 0") VIDEO, NULL, 0,
				M("RTP/AVP 0") VIDEO, MCLMR_OK, M("RTP/AVP 0") VIDEO0,
				"other_media closed"},
		BAD("video over another transport", "allow=*", M("RTP/AVP 0") VIDEO,
				M("RTP/AVP 0") "m=video 1 RTP/SAVP 97\r\n",
				M("RTP/AVP 0") "m=video 0 RTP/SAVP 97\r\n", "transport closed"),
		{"capabilities go, refused or not", "allow=*\ncapneg=refuse",
				M("RTP/AVP 0"), NULL, 0, M("RTP/AVP 0") "a=acfg:1 t=1\r\n",
				MCLMR_OK, M("RTP/AVP 0"), "capneg_stripped"},
		WORSE("an offer that cannot be read", "allow=*", M("RTP/AVP"),
				M("RTP/AVP 0"), MCLMR_SDP_MALFORMED, NULL, "malformed"),
		WORSE("an answer that cannot be read", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVP"), MCLMR_SDP_MALFORMED, NULL, "malformed"),
};

static void test_sections(void **state)
{
	(void)state;
	RUN(sections);
}

static const policy_row_t keys[] = {
		BAD("clear instead of SRTP", "allow=*", M("RTP/SAVP 0") MIKEY,
				M("RTP/AVP 0"), A0("RTP/AVP 0"), "transport closed"),
		BAD("SRTP instead of clear", "allow=*", M("RTP/AVP 0"), M("RTP/SAVP 0"),
				A0("RTP/SAVP 0"), "transport closed"),
		BAD("feedback that was not offered", "allow=*", M("RTP/AVP 0"),
				M("RTP/AVPF 0"), A0("RTP/AVPF 0"), "transport closed"),
		ANSWER("MIKEY-SAKKE needs no key in the answer",
				"allow=*\nsrtp=mikey-sakke", M("RTP/SAVP 0") MIKEY,
				M("RTP/SAVP 0")),
		ANSWER("nor under AVP", "p25", M("RTP/AVP 100") MIKEY P25,
				M("RTP/AVP 100") P25),
		ANSWER("a key-mgmt of the answer's own, under SAVP", "p25",
				M("RTP/SAVP 100") P25, M("RTP/SAVP 100") MIKEY P25),
		ANSWER("and under AVP", "p25", M("RTP/AVP 100") P25,
				M("RTP/AVP 100") MIKEY P25),
		ANSWER("another message than the offer's", "p25",
				M("RTP/SAVP 100") MIKEY P25,
				M("RTP/SAVP 100") "a=key-mgmt:mikey ARoBBBBB\r\n" P25),
		BAD("not if the profile permits no MIKEY", "allow=*\nsrtp=gmk",
				M("RTP/SAVP 0"), M("RTP/SAVP 0") MIKEY, A0("RTP/SAVP 0") MIKEY,
				"key_not_offered closed"),
		BAD("nor of another protocol", "allow=*", M("RTP/SAVP 0"),
				M("RTP/SAVP 0") "a=key-mgmt:x AA==\r\n",
				A0("RTP/SAVP 0") "a=key-mgmt:x AA==\r\n",
				"key_not_offered closed"),
		BAD("nor of another type if the profile looks", "allow=*\nmikey=sakke",
				M("RTP/SAVP 0") MIKEY, M("RTP/SAVP 0") PSK,
				A0("RTP/SAVP 0") PSK, "key_not_offered closed"),
		BAD("crypto that was not offered", "allow=*", M("RTP/SAVP 0"),
				M("RTP/SAVP 0") SDES, A0("RTP/SAVP 0") SDES,
				"key_not_offered closed"),
		BAD("crypto instead of MIKEY", "allow=*", M("RTP/SAVP 0") MIKEY,
				M("RTP/SAVP 0") SDES, A0("RTP/SAVP 0") SDES,
				"key_not_offered closed"),
		BAD("no crypto if the offer had only that", "allow=*",
				M("RTP/SAVP 0") SDES, M("RTP/SAVP 0"), A0("RTP/SAVP 0"),
				"key_missing closed"),
		BAD("MIKEY if the offer had only crypto", "allow=*",
				M("RTP/SAVP 0") SDES, M("RTP/SAVP 0") MIKEY,
				A0("RTP/SAVP 0") MIKEY, "key_missing closed"),
		BAD("no fingerprint if the offer had one", "allow=*",
				M("RTP/SAVP 0") DTLS, M("RTP/SAVP 0"), A0("RTP/SAVP 0"),
				"key_missing closed"),
		BAD("UDP/TLS without fingerprint", "allow=*", M(TLS " 0") DTLS,
				M(TLS " 0"), A0(TLS " 0"), "key_not_offered closed"),
		BAD("fingerprint instead of crypto", "allow=*", M("RTP/SAVP 0") SDES,
				M("RTP/SAVP 0") DTLS, A0("RTP/SAVP 0") DTLS,
				"key_not_offered closed"),
		ANSWER("crypto if the offer had MIKEY, too", "allow=*",
				M("RTP/SAVP 0") MIKEY SDES, M("RTP/SAVP 0") SDES),
		ANSWER("either of two that were offered", "allow=*",
				M("RTP/SAVP 0") SDES DTLS, M("RTP/SAVP 0") DTLS),
		ANSWER("fingerprint of the session", "allow=*", DTLS M(TLS " 0"),
				DTLS M(TLS " 0")),
		ANSWER("opportunistic SRTP may end clear", "allow=*",
				M("RTP/AVP 0") SDES, M("RTP/AVP 0")),
		ANSWER("one crypto line with its tag and suite, key of its own",
				"allow=*", M("RTP/SAVP 0") SDES GCM,
				M("RTP/SAVP 0") "a=crypto:2 aead_aes_128_gcm inline:"
								"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA==\r\n"),
		BAD("two crypto lines", "allow=*", M("RTP/SAVP 0") SDES GCM,
				M("RTP/SAVP 0") SDES GCM, A0("RTP/SAVP 0") SDES GCM,
				"key_not_offered closed"),
		BAD("another tag", "allow=*", M("RTP/SAVP 0") SDES,
				M("RTP/SAVP 0") "a=crypto:2 AES_CM_128_HMAC_SHA1_80 " KEY30
								"\r\n",
				A0("RTP/SAVP 0") "a=crypto:2 AES_CM_128_HMAC_SHA1_80 " KEY30
								 "\r\n",
				"key_not_offered closed"),
		BAD("the suite of another tag", "allow=*", M("RTP/SAVP 0") SDES GCM,
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY28 "\r\n",
				A0("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY28 "\r\n",
				"key_not_offered closed"),
		BAD("no encryption", "allow=*", M("RTP/SAVP 0") GCM,
				M("RTP/SAVP 0") "a=crypto:2 AEAD_AES_128_GCM " KEY28
								" UNENCRYPTED_SRTP\r\n",
				A0("RTP/SAVP 0") "a=crypto:2 AEAD_AES_128_GCM " KEY28
								 " UNENCRYPTED_SRTP\r\n",
				"key_not_offered closed"),
		BAD("crypto of the session", "allow=*", M("RTP/SAVP 0") SDES,
				SDES M("RTP/SAVP 0") SDES, SDES A0("RTP/SAVP 0") SDES,
				"key_not_offered closed"),
};

static void test_keys(void **state)
{
	(void)state;
	RUN(keys);
}

static const policy_row_t modes[] = {
		ANSWER("one of the list", "tetra-e2ee", M("RTP/AVP 98") BB BB01,
				M("RTP/AVP 98") BB BB1),
		WORSE("clear out of the list, if it is required", "tetra-e2ee",
				M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB0,
				MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB BB0,
				"not_encrypted empty closed"),
		WORSE("the list itself leaves it open", "tetra-e2ee",
				M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB01,
				MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB BB01,
				"not_encrypted empty closed"),
		WORSE("nothing said is clear", "tetra-e2ee", M("RTP/AVP 98") BB BB01,
				M("RTP/AVP 98") BB, MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB,
				"not_encrypted empty closed"),
		WORSE("encrypted out of the list, if it is forbidden", "tetra-clear",
				M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB1,
				MCLMR_E2EE_FORBIDDEN, A0("RTP/AVP 98") BB BB1,
				"encrypted empty closed"),
		WORSE("a list is not cut in an answer",
				"allow=tetra-bb\ne2ee=forbidden\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB01,
				MCLMR_E2EE_FORBIDDEN, A0("RTP/AVP 98") BB BB01,
				"encrypted empty closed"),
		BAD("clear instead of encrypted", "tetra", M("RTP/AVP 98") BB BB1,
				M("RTP/AVP 98") BB, A0("RTP/AVP 98") BB, "not_offered closed"),
		BAD("encrypted instead of clear", "tetra", M("RTP/AVP 98") BB,
				M("RTP/AVP 98") BB BB1, A0("RTP/AVP 98") BB BB1,
				"not_offered closed"),
		BAD("the payload type of the clear one, encrypted", "tetra",
				M("RTP/AVP 98 96") BB BB0 "a=rtpmap:96 TETRA_ACELP_BB/8000\r\n"
										  "a=fmtp:96 encryption-mode=1\r\n",
				M("RTP/AVP 98") BB BB1, A0("RTP/AVP 98") BB BB1,
				"not_offered closed"),
		BAD("a payload-type of TETRA that was not offered", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=0,1\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=2\r\n",
				A0("RTP/AVP 98") BB "a=fmtp:98 payload-type=2\r\n",
				"not_offered closed"),
		BAD("one that is no small number", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=31\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=31\r\n",
				A0("RTP/AVP 98") BB "a=fmtp:98 payload-type=31\r\n",
				"not_offered closed"),
		BAD("one that is no number", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=x\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=x\r\n",
				A0("RTP/AVP 98") BB "a=fmtp:98 payload-type=x\r\n",
				"not_offered closed"),
		ANSWER("parameters that the ends need not share differ", "mcptt",
				M("RTP/AVP 97") WB "a=fmtp:97 mode-set=0,1,2\r\n",
				M("RTP/AVP 97") WB "a=fmtp:97 mode-set=2; max-red=0\r\n"),
		ANSWER("the attribute of the offer holds for the answer",
				ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n",
				M("RTP/AVP 100") P25),
		WORSE("one of its own contradicts", ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=off\r\n",
				MCLMR_E2EE_REQUIRED,
				A0("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=off\r\n",
				"contradiction closed"),
		ANSWER("one of its own chooses", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=either\r\n",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=off\r\n"),
		WORSE("one of its own with a weak algorithm", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=81 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN,
				A0("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=81 mode=on\r\n",
				"algorithm empty closed"),
		WORSE("one of the offer that cannot be read", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=x\r\n",
				M("RTP/AVP 100") P25, MCLMR_E2EE_FORBIDDEN,
				A0("RTP/AVP 100") P25, "contradiction closed"),
		{"what the offer's info part said holds for the answer",
				"allow=*\ne2ee=required", M("RTP/AVP 100") P25, NULL,
				MCLMR_E2EE_ON, M("RTP/AVP 100") P25, MCLMR_OK,
				M("RTP/AVP 100") P25, ""},
		{"and an answer may not contradict it", "tetra",
				M("RTP/AVP 98") BB BB01, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 98") BB BB0, MCLMR_E2EE_FORBIDDEN,
				A0("RTP/AVP 98") BB BB0, "contradiction closed"},
};

static void test_modes(void **state)
{
	(void)state;
	RUN(modes);
}

static const policy_row_t logged[] = {
		BAD("log alters nothing", "allow=*\non_bad_answer=log", M("RTP/AVP 0"),
				M("RTP/AVP 8") "a=acfg:1\r\n", M("RTP/AVP 8") "a=acfg:1\r\n",
				"capneg_stripped not_offered closed"),
		BAD("not even if the sections differ", "allow=*\non_bad_answer=log",
				M("RTP/AVP 0"), M("RTP/AVP 0") VIDEO, M("RTP/AVP 0") VIDEO,
				"sections closed closed"),
		{"a good answer is edited all the same",
				"allow=*\non_bad_answer=log\nsingle_codec=yes",
				M("RTP/AVP 0 8"), NULL, 0, M("RTP/AVP 0 8"), MCLMR_OK,
				M("RTP/AVP 0"), "single"},
};

static void test_logged(void **state)
{
	(void)state;
	RUN(logged);
}

#define VIDEO_SAVP "m=video 1 RTP/SAVP 97\r\n"
#define END "allow=*\non_bad_answer=end"
#define LOG "allow=*\non_bad_answer=log"

/* What an answer means for the call. */
static void test_end_call(void **state)
{
	static const struct
	{
		const char *profile, *offered, *text;
		bool ends;
	} cases[] = {
			/* nothing to say is left, in every profile but log */
			{"allow=*", M("RTP/AVP 0"), M("RTP/AVP 8"), true},
			{"allow=*\non_bad_answer=port0", M("RTP/AVP 0"), M("RTP/AVP 8"),
					true},
			{"allow=tetra-bb\ne2ee=required\non_bad_answer=port0",
					M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB, true},
			{END, M("RTP/AVP 0"), M("RTP/AVP 8"), true},
			{LOG, M("RTP/AVP 0"), M("RTP/AVP 8"), false},
			{"tetra", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB, true},
			{"allow=*", M("RTP/AVP 0"), M("RTP/AVP 0") VIDEO, true},
			{"allow=*", M("RTP/AVP 0"), "", true},
			{LOG, M("RTP/AVP 0"), "", false},
			{"allow=*", M("RTP/AVP 0") FLOOR, M("RTP/AVP 8") FLOOR, true},
			{"allow=*", M("RTP/AVP 0") VIDEO, M("RTP/AVP 8") VIDEO, true},
			{"allow=*", M("RTP/AVP 0") M("RTP/AVP 0"),
					M("RTP/AVP 8") A0("RTP/AVP 0"), true},
			{"allow=*", A0("RTP/AVP 0") VIDEO, A0("RTP/AVP 0") VIDEO_SAVP,
					true},
			/* some speech is left */
			{"allow=*", M("RTP/AVP 0") M("RTP/AVP 0"),
					M("RTP/AVP 8") M("RTP/AVP 0"), false},
			{"allow=*", M("RTP/AVP 0") M("RTP/AVP 0"), M("RTP/AVP 0"), false},
			{END, M("RTP/AVP 0") M("RTP/AVP 0"), M("RTP/AVP 8") M("RTP/AVP 0"),
					true},
			{END, M("RTP/AVP 0") M("RTP/AVP 0"), M("RTP/AVP 0"), true},
			{"tetra-e2ee", M("RTP/AVP 98") BB BB1 M("RTP/AVP 98") BB BB1,
					M("RTP/AVP 98") BB M("RTP/AVP 98") BB BB1, true},
			/* other media, and what carries nothing, end no speech */
			{END, M("RTP/AVP 0") VIDEO, M("RTP/AVP 0") VIDEO_SAVP, false},
			{END, M("RTP/AVP 0") VIDEO0, M("RTP/AVP 0") VIDEO, false},
			{END, M("RTP/AVP 0") VIDEO, M("RTP/AVP 0"), false},
			{END, M("RTP/AVP 0"), M("RTP/AVP 0") VIDEO0, false},
			{END, M("RTP/AVP 0") VIDEO, M("RTP/AVP 0") "m=video 0\r\n", false},
			/* a good answer: the peer itself may refuse the speech */
			{END, M("RTP/AVP 0"), M("RTP/AVP 0"), false},
			{END, M("RTP/AVP 0"), M("RTP/AVP 0 8"), false},
			{END, M("RTP/AVP 0"), A0("RTP/AVP 0"), false},
			{"tetra-e2ee", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB BB1,
					false},
			{"tetra-e2ee", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98 0") BB BB1,
					false},
			{"tetra-e2ee", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB, true},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy_row_t row = {.profile = cases[i].profile,
				.offered = cases[i].offered,
				.text = cases[i].text};

		if(policy_rows_decide(&row)->end_call != cases[i].ends)
			fail_msg("%s\n%s", row.profile, row.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_formats),
			cmocka_unit_test(test_strays),
			cmocka_unit_test(test_single),
			cmocka_unit_test(test_sections),
			cmocka_unit_test(test_keys),
			cmocka_unit_test(test_modes),
			cmocka_unit_test(test_logged),
			cmocka_unit_test(test_end_call),
	};

	return cmocka_run_group_tests_name(
			"policy: answers", tests, policy_rows_load, NULL);
}
