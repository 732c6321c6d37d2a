/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: protection on the way: srtp, mikey, suites. */
#include "policy_rows.h"
#include "unit.h"

#define TWO_MIKEY "a=key-mgmt:mikey ARoAAAAA\r\na=key-mgmt:mikey ARoBBBBB\r\n"
#define GCM3 "a=crypto:3 AEAD_AES_128_GCM " KEY28 "\r\n"

static const policy_row_t kinds[] = {
		SAME("MIKEY under SAVP", "p25", M("RTP/SAVP 100") MIKEY P25),
		SAME("MIKEY under AVP, as 3GPP writes it", "p25",
				M("RTP/AVP 100") MIKEY P25),
		SAME("MIKEY of the session", "p25", MIKEY M("RTP/SAVP 100") P25),
		SAME("a group's key is not in the description", "p25",
				M("RTP/SAVP 100") P25),
		SAME("SAVPF, without case", "p25", M("rtp/savpf 100") PSK P25),
		SAME("AVPF is clear", "p25", M("RTP/AVPF 100") P25),
		SAME("fingerprint under UDP/TLS", "allow=*", M(TLS "F 0") DTLS),
		SAME("fingerprint of the session", "allow=*", DTLS M(TLS " 0")),
		SAME("opportunistic SRTP counts as both", "allow=*\nsrtp=sdes,clear",
				M("RTP/AVP 0") SDES),
		REFUSED("SDES if it is not allowed", "p25", M("RTP/SAVP 100") SDES P25,
				MCLMR_KEYING_DENIED, "keying_stripped keying"),
		REFUSED("DTLS if it is not allowed", "p25", M(TLS " 100") DTLS P25,
				MCLMR_KEYING_DENIED, "keying_stripped keying"),
		REFUSED("DTLS under SAVP", "p25", M("RTP/SAVP 100") DTLS P25,
				MCLMR_KEYING_DENIED, "keying_stripped keying"),
		REFUSED("clear if it is not allowed", "allow=*\nsrtp=sdes,dtls",
				M("RTP/AVP 0"), MCLMR_KEYING_DENIED, "keying"),
		REFUSED("opportunistic SRTP can end clear", "allow=*\nsrtp=sdes,dtls",
				M("RTP/AVP 0") SDES, MCLMR_KEYING_DENIED, "keying"),
		REFUSED("no key if keys have to be shown", "allow=*\nsrtp=sdes",
				M("RTP/SAVP 0"), MCLMR_KEYING_DENIED, "keying"),
		REFUSED("clear if MIKEY has to be", "allow=*\nsrtp=mikey-sakke",
				M("RTP/AVP 0"), MCLMR_KEYING_DENIED, "keying"),
		SAME("AVP with MIKEY is not clear", "allow=*\nsrtp=mikey-sakke",
				M("RTP/AVP 0") MIKEY),
		REFUSED("UDP/TLS without fingerprint", "allow=*", M(TLS " 0"),
				MCLMR_KEYING_DENIED, "keying"),
		REFUSED("another protocol", "p25", M("udptl 100") P25,
				MCLMR_KEYING_DENIED, "keying"),
		REFUSED("another key management", "p25",
				M("RTP/SAVP 100") "a=key-mgmt:other AA==\r\n" P25,
				MCLMR_KEYING_DENIED, "keying"),
		REFUSED("key management without message", "p25",
				M("RTP/SAVP 100") "a=key-mgmt:mikey\r\n" P25,
				MCLMR_KEYING_DENIED, "keying"),
};

static void test_kinds(void **state)
{
	(void)state;
	RUN(kinds);
}

static const policy_row_t mikey[] = {
		REFUSED("only type 26 if the profile says so", "allow=*\nmikey=sakke",
				M("RTP/SAVP 0") PSK, MCLMR_KEYING_DENIED, "keying"),
		SAME("type 26", "allow=*\nmikey=sakke", M("RTP/SAVP 0") MIKEY),
		REFUSED("each message has to be of it", "allow=*\nmikey=sakke",
				M("RTP/SAVP 0") MIKEY PSK, MCLMR_KEYING_DENIED, "keying"),
		REFUSED("a message too short to tell", "allow=*\nmikey=sakke",
				M("RTP/SAVP 0") "a=key-mgmt:mikey ARo\r\n", MCLMR_KEYING_DENIED,
				"keying"),
		REFUSED("a message that is no base64", "allow=*\nmikey=sakke",
				M("RTP/SAVP 0") "a=key-mgmt:mikey A.oA\r\n",
				MCLMR_KEYING_DENIED, "keying"),
		REFUSED("nor its third character", "allow=*\nmikey=sakke",
				M("RTP/SAVP 0") "a=key-mgmt:mikey AR.A\r\n",
				MCLMR_KEYING_DENIED, "keying"),
		SAME("the section's message takes the place of the session's",
				"allow=*\nmikey=sakke", PSK M("RTP/SAVP 0") MIKEY),
		REFUSED("MIKEY beside what alone is allowed", "allow=*\nsrtp=sdes",
				M("RTP/SAVP 0") MIKEY SDES, MCLMR_KEYING_DENIED, "keying"),
		EDITED("key-mgmt lines stay, all, in order, while others go", "p25",
				MIKEY M("RTP/SAVP 97 100") TWO_MIKEY WB SDES P25,
				MIKEY M("RTP/SAVP 100") TWO_MIKEY P25,
				"forced keying_stripped"),
		SAME("a key-mgmt value is never looked into", "allow=*",
				M("RTP/SAVP 0") "a=key-mgmt:mikey   not/base64?!\r\n"),
};

static void test_mikey(void **state)
{
	(void)state;
	RUN(mikey);
}

static const policy_row_t stripped[] = {
		EDITED("SDES and DTLS go if MIKEY stays", "p25",
				M("RTP/SAVP 100") MIKEY SDES DTLS P25,
				M("RTP/SAVP 100") MIKEY P25, "keying_stripped keying_stripped"),
		EDITED("with the fingerprint go setup and tls-id", "p25",
				M("RTP/SAVP 100") MIKEY DTLS "a=tls-id:1\r\n" P25,
				M("RTP/SAVP 100") MIKEY P25, "keying_stripped"),
		EDITED("opportunistic SRTP ends clear if that is allowed", "p25",
				M("RTP/AVP 100") SDES P25, M("RTP/AVP 100") P25,
				"keying_stripped"),
		REFUSED("not those of the session: other sections have them, too",
				"p25", SDES M("RTP/SAVP 100") MIKEY P25, MCLMR_KEYING_DENIED,
				"keying"),
		REFUSED("nor a fingerprint of the session", "p25",
				DTLS M("RTP/SAVP 100") MIKEY P25, MCLMR_KEYING_DENIED,
				"keying"),
};

static void test_stripped(void **state)
{
	(void)state;
	RUN(stripped);
}

static const policy_row_t suites[] = {
		SAME("tags and order stay", "allow=*", M("RTP/SAVP 0") GCM SDES),
		EDITED("a suite that is not allowed goes, the others keep their tags",
				"allow=*\nsuites=AEAD_AES_128_GCM",
				M("RTP/SAVP 0") SDES GCM GCM3, M("RTP/SAVP 0") GCM GCM3,
				"suite"),
		REFUSED("none is left", "allow=*\nsuites=AEAD_AES_128_GCM",
				M("RTP/SAVP 0") SDES, MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("one that no table has", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 NO_SUCH_SUITE " KEY30 "\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("a key of the wrong length", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY30 "\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("a second key of the wrong length", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY28
								";inline:AA==\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		SAME("a second key of the right one", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY28 ";" KEY28
								"\r\n"),
		REFUSED("a key that is no base64", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM "
								"inline:???????????????????????????????????????"
								"?"
								"\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("an empty key", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM inline:\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		SAME("a key of all digits that base64 has", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM "
								"inline:ABYZabyz0189+/"
								"AAAAAAAAAAAAAAAAAAAAAAAA=="
								"\r\n"),
		REFUSED("a key method that is not inline", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM uri:x\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("no encryption", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY28
								" UNENCRYPTED_SRTP\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("no authentication", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY30
								" UNAUTHENTICATED_SRTP\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		SAME("other session parameters stay", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY30
								" KDR=1\r\n"),
		REFUSED("a tag that is no number", "allow=*",
				M("RTP/SAVP 0") "a=crypto:x AES_CM_128_HMAC_SHA1_80 " KEY30
								"\r\n",
				MCLMR_KEYING_DENIED, "suite keying"),
		REFUSED("a line without suite", "allow=*",
				M("RTP/SAVP 0") "a=crypto:1\r\n", MCLMR_KEYING_DENIED,
				"suite keying"),
		SAME("a suite of a section that is no speech is its own business",
				"allow=*\nsuites=AEAD_AES_128_GCM",
				M("RTP/AVP 0") "m=video 4004 RTP/SAVP 97\r\n"
							   "a=rtpmap:97 H264/90000\r\n" SDES),
};

static void test_suites(void **state)
{
	(void)state;
	RUN(suites);
}

/* A key in the place of the suite is not shown in a reason. */
static void test_misplaced_key(void **state)
{
	static const policy_row_t row =
			REFUSED("", "allow=*", M("RTP/SAVP 0") "a=crypto:1 " KEY30 "\r\n",
					MCLMR_KEYING_DENIED, "");
	const mclmr_decision_t *decision = policy_rows_decide(&row);

	(void)state;
	assert_int_equal(decision->reason[0].rule, MCLMR_RULE_SUITE);
	assert_true(
			mclmr_span_equal(decision->reason[0].detail, MCLMR_SPAN("crypto")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_kinds),
			cmocka_unit_test(test_mikey),
			cmocka_unit_test(test_stripped),
			cmocka_unit_test(test_suites),
			cmocka_unit_test(test_misplaced_key),
	};

	return cmocka_run_group_tests_name(
			"policy: protection on the way", tests, policy_rows_load, NULL);
}
