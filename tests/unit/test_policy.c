/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* policy: literal descriptions, a profile, and what leaves or why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mclmr/policy.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
#define P25 "a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n"
#define BB "a=rtpmap:98 TETRA_ACELP_BB/8000\r\n"
#define ISI "a=rtpmap:99 TETRA_ACELP/8000\r\n"
#define WB "a=rtpmap:97 AMR-WB/16000\r\n"
#define DTMF "a=rtpmap:101 telephone-event/8000\r\n"
#define MIKEY "a=key-mgmt:mikey ARoAAAAA\r\n"
#define PSK "a=key-mgmt:mikey AQAAAAAA\r\n"
#define KEY30 "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY28 "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define SDES "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY30 "\r\n"
#define GCM "a=crypto:2 AEAD_AES_128_GCM " KEY28 "|2^31|1:4\r\n"
#define DTLS "a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\n"
#define TLS "UDP/TLS/RTP/SAVP"
#define FLOOR "m=application 4002 udp MCPTT\r\na=fmtp:MCPTT mc_queueing\r\n"
#define VIDEO "m=video 4004 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
#define M(rest) "m=audio 4000 " rest "\r\n"

static char memory[1 << 20];
static mclmr_profiles_t shipped, own;
static mclmr_decision_t decision;

/* Reads the profiles that are shipped. */
static int load_shipped(void **state)
{
	static char text[1 << 16];
	FILE *file = fopen("cfg/policies.ini", "r");
	size_t line, size;

	(void)state;
	if(file == NULL)
		return 1;
	size = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	return mclmr_profiles_read((mclmr_span_t){text, size}, &shipped, &line)
		   != NULL;
}

/* One case. profile: a shipped one, or the lines of one. offered: NULL for
 * an offer. expected: the text behind HEAD, NULL where refused. */
typedef struct row
{
	const char *profile;
	const char *offered;
	const char *text;
	mclmr_status_t status;
	const char *expected;
} row_t;

/* The profile of a row, read from its lines where it is none by name. */
static const mclmr_profile_t *profile_of(
		const row_t *row, const mclmr_profiles_t **profiles)
{
	static char text[1024];
	const char *wrong;
	size_t line;

	*profiles = &shipped;
	if(strchr(row->profile, '=') == NULL)
		return mclmr_profile_find(&shipped, mclmr_span(row->profile));
	*profiles = &own;
	(void)snprintf(text, sizeof(text), "[x]\n%s\n", row->profile);
	wrong = mclmr_profiles_read(mclmr_span(text), &own, &line);
	if(wrong != NULL)
		fail_msg("%s: %s", row->profile, wrong);
	return &own.profile[0];
}

/* Decides on a row. */
static void decide(const row_t *row, unsigned wanted)
{
	static char offer[MCLMR_SDP_MAX_SIZE], text[MCLMR_SDP_MAX_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_policy_request_t request = {.wanted = wanted};

	request.profile = profile_of(row, &request.profiles);
	assert_non_null(request.profile);
	(void)snprintf(text, sizeof(text), HEAD "%s", row->text);
	request.text = mclmr_span(text);
	if(row->offered != NULL) {
		(void)snprintf(offer, sizeof(offer), HEAD "%s", row->offered);
		request.offer = mclmr_span(offer);
	}
	mclmr_policy_decide(&request, &arena, &decision);
}

/* Fails where the decision is not that of the row. */
static void assert_row(const row_t *row)
{
	mclmr_span_t expected = mclmr_span(row->expected), left = decision.text;

	if(decision.status != row->status)
		fail_msg("%s\n%s\ngives %s", row->profile, row->text,
				mclmr_status_word(decision.status));
	assert_true((decision.action == MCLMR_REFUSE) == (row->expected == NULL));
	if(row->expected == NULL) {
		assert_int_equal(decision.text.len, 0);
		return;
	}
	left = (mclmr_span_t){left.s + strlen(HEAD), left.len - strlen(HEAD)};
	if(!mclmr_span_equal(left, expected))
		fail_msg("%s\n%s\nleft as\n%.*s", row->profile, row->text,
				MCLMR_FMT(left));
	assert_true((decision.action == MCLMR_ACCEPT)
				== (strcmp(row->text, row->expected) == 0));
}

static void run_rows(const row_t *rows, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		decide(&rows[i], 0);
		assert_row(&rows[i]);
	}
}

#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof((rows)[0]))
#define SAME(profile, text)                 \
	{                                       \
		profile, NULL, text, MCLMR_OK, text \
	}
#define EDITED(profile, text, expected)         \
	{                                           \
		profile, NULL, text, MCLMR_OK, expected \
	}
#define REFUSED(profile, text, status)    \
	{                                     \
		profile, NULL, text, status, NULL \
	}

/* allow, deny, force, order and the table of formats. */
static const row_t codecs[] = {
		SAME("p25", M("RTP/AVP 100") "i=speech\r\n" P25),
		REFUSED("analog", M("RTP/AVP 0") "a=rtpmap:0 PCMU/16000\r\n",
				MCLMR_CODEC_REQUIRED),
		SAME("p25", M("RTP/AVP 100 101") P25 DTMF FLOOR),
		SAME("p25", M("RTP/AVP 100") "a=rtpmap:100 x-tia-p25-imbe/8000/1\r\n"),
		EDITED("p25", M("RTP/AVP 97 100 101") WB P25 DTMF,
				M("RTP/AVP 100 101") P25 DTMF),
		REFUSED("p25", M("RTP/AVP 97") WB, MCLMR_CODEC_REQUIRED),
		REFUSED("p25", M("RTP/AVP 101") DTMF, MCLMR_CODEC_REQUIRED),
		REFUSED("p25", M("RTP/AVP 100"), MCLMR_CODEC_REQUIRED),
		REFUSED("p25", M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-IMBE/16000\r\n",
				MCLMR_CODEC_REQUIRED),
		REFUSED("p25",
				M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-IMBE/8000/2\r\n",
				MCLMR_CODEC_REQUIRED),
		REFUSED("p25", M("RTP/AVP 100") "a=rtpmap:100 X-TIA-P25-IMBE\r\n",
				MCLMR_CODEC_REQUIRED),
		REFUSED("p25", M("RTP/AVP 0") "a=rtpmap:0 X-TIA-P25-IMBE/8000\r\n",
				MCLMR_CODEC_REQUIRED),
		REFUSED("p25", M("RTP/AVP 200") "a=rtpmap:200 X-TIA-P25-IMBE/8000\r\n",
				MCLMR_CODEC_REQUIRED),
		REFUSED("p25", VIDEO, MCLMR_CODEC_REQUIRED),
		SAME("allow=p25-imbe\np25_without_rtpmap=yes", M("RTP/AVP 100")),
		REFUSED("allow=p25-imbe\np25_without_rtpmap=yes", M("RTP/AVP 99"),
				MCLMR_CODEC_REQUIRED),
		EDITED("mcptt",
				M("RTP/AVP 97 110 111") WB
				"a=rtpmap:110 EVS/16000\r\na=rtpmap:111 opus/48000/2\r\n",
				M("RTP/AVP 97 110") WB "a=rtpmap:110 EVS/16000\r\n"),
		SAME("dmr", M("RTP/AVP 96") "a=rtpmap:96 DMRA-AIS/8000\r\n"),
		SAME("tetra", M("RTP/AVP 98 99") BB ISI),
		SAME("analog", M("RTP/AVP 0 8")),
		SAME("allow=*", M("RTP/AVP 0 97 101") WB DTMF),
		REFUSED("allow=*", M("RTP/AVP 7"), MCLMR_CODEC_REQUIRED),
		EDITED("allow=*\ndeny=PCMU", M("RTP/AVP 0 97") WB, M("RTP/AVP 97") WB),
		EDITED("allow=*\ndeny=telephone-event/8000", M("RTP/AVP 0 101") DTMF,
				M("RTP/AVP 0")),
		EDITED("allow=*\nforce=pcma", M("RTP/AVP 0 8 97") WB, M("RTP/AVP 8")),
		SAME("allow=*\nforce=pcma", M("RTP/AVP 0 97") WB),
		EDITED("allow=*\nforce=pcma\ndeny=pcma", M("RTP/AVP 0 8"),
				M("RTP/AVP 0")),
		EDITED("force=pcma", M("RTP/AVP 0 8"), M("RTP/AVP 8")),
		EDITED("allow=*\norder=AMR-WB,pcma", M("RTP/AVP 101 0 8 97") WB DTMF,
				M("RTP/AVP 97 8 0 101") WB DTMF),
		SAME("allow=*\norder=AMR-WB", M("RTP/AVP 97 0 8 101") WB DTMF),
		SAME("allow=*\norder=keep", M("RTP/AVP 8 97 0") WB),
		EDITED("analog", M("RTP/AVP 0 100") P25, M("RTP/AVP 0")),
		SAME("analog", M("RTP/AVP 0 97") WB),
		SAME("analog", M("RTP/AVP 97") WB),
		REFUSED("analog", M("RTP/AVP 100") P25, MCLMR_CODEC_REQUIRED),
		REFUSED("analog", M("RTP/AVP 96") "a=rtpmap:96 scip/8000\r\n",
				MCLMR_CODEC_REQUIRED),
		REFUSED("analog", M("RTP/AVP 96") "a=rtpmap:96 opus/48000/2\r\n",
				MCLMR_CODEC_REQUIRED),
		EDITED("p25",
				M("RTP/AVP 100 97") P25 WB
				"a=fmtp:97 octet-align=1\r\na=rtcp-fb:97 nack\r\n" VIDEO,
				M("RTP/AVP 100") P25 VIDEO),
};

static void test_codecs(void **state)
{
	(void)state;
	RUN(codecs);
}

/* e2ee, algorithms, narrow_fmtp, the private attribute. */
#define ATTR "allow=*\ne2ee_attribute=x-lmr-e2ee\n"
static const row_t layers[] = {
		REFUSED("tetra", M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=2\r\n",
				MCLMR_E2EE_FORBIDDEN),
		SAME("tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1\r\n"),
		SAME("tetra-e2ee", M("RTP/AVP 98") BB
				"a=fmtp:98 payload-type=0; Encryption-Mode = 0,1\r\n"),
		REFUSED("tetra-e2ee", M("RTP/AVP 98") BB, MCLMR_E2EE_REQUIRED),
		REFUSED("tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED("tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=2\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED("tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED("tetra-e2ee", M("RTP/AVP 99") ISI, MCLMR_CODEC_REQUIRED),
		EDITED("tetra-e2ee",
				M("RTP/AVP 96 98") "a=rtpmap:96 TETRA_ACELP_BB/8000\r\n" BB
								   "a=fmtp:98 encryption-mode=1\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1\r\n"),
		EDITED("tetra-clear",
				M("RTP/AVP 96 98") "a=rtpmap:96 TETRA_ACELP_BB/8000\r\n" BB
								   "a=fmtp:98 encryption-mode=1\r\n",
				M("RTP/AVP 96") "a=rtpmap:96 TETRA_ACELP_BB/8000\r\n"),
		REFUSED("tetra-clear",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1\r\n",
				MCLMR_E2EE_FORBIDDEN),
		SAME("tetra-clear",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0,1\r\n"),
		SAME("tetra-clear", M("RTP/AVP 99") ISI),
		EDITED("allow=tetra-bb\ne2ee=forbidden\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0,1;x=2\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0;x=2\r\n"),
		EDITED("allow=tetra-bb\ne2ee=required\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB "a=fmtp:98 x=2;encryption-mode=0,1\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 x=2;encryption-mode=1\r\n"),
		REFUSED("allow=tetra-bb\ne2ee=required\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB
				"a=fmtp:98 encryption-mode=0;encryption-mode=1\r\n",
				MCLMR_E2EE_REQUIRED),
		SAME("allow=tetra-bb\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0,1\r\n"),
		REFUSED("allow=*\ne2ee=required", M("RTP/AVP 97") WB,
				MCLMR_E2EE_REQUIRED),
		REFUSED("allow=*\ne2ee=required", M("RTP/AVP 100") P25,
				MCLMR_E2EE_REQUIRED),
		REFUSED("allow=*\ne2ee=required", M("RTP/AVP 97 101") WB DTMF,
				MCLMR_E2EE_REQUIRED),
		SAME("allow=*\ne2ee=required",
				M("RTP/AVP 96") "a=rtpmap:96 scip/8000\r\n"),
		REFUSED("allow=*\ne2ee=forbidden",
				M("RTP/AVP 96") "a=rtpmap:96 scip/8000\r\n",
				MCLMR_E2EE_FORBIDDEN),
		SAME(ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n"),
		SAME(ATTR "e2ee=required", M("RTP/AVP 100") P25
				"a=x-lmr-e2ee:p25 alg=in-band mode=on\r\n"),
		REFUSED("allow=*\ne2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED(ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=aa mode=on\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED(ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=81 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN),
		SAME(ATTR "algorithms=p25-des",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=0x81 mode=on\r\n"),
		REFUSED(ATTR,
				M("RTP/AVP 99") ISI "a=x-lmr-e2ee:tetra alg=87 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN),
		REFUSED(ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=77 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN),
		REFUSED(ATTR "e2ee=forbidden",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN),
		REFUSED(ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:tetra mode=on\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED(ATTR, M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84\r\n",
				MCLMR_E2EE_FORBIDDEN),
		REFUSED(ATTR "e2ee=required",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1\r\n"
								   "a=x-lmr-e2ee:tetra mode=off\r\n",
				MCLMR_E2EE_REQUIRED),
		REFUSED(ATTR,
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1\r\n"
								   "a=x-lmr-e2ee:tetra mode=off\r\n",
				MCLMR_E2EE_FORBIDDEN),
		REFUSED(ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n"
									 "a=x-lmr-e2ee:p25 mode=off\r\n",
				MCLMR_E2EE_FORBIDDEN),
};

static void test_layers(void **state)
{
	(void)state;
	RUN(layers);
}

/* srtp, mikey, suites. */
static const row_t keyings[] = {
		SAME("p25", M("RTP/SAVP 100") MIKEY P25),
		SAME("p25", M("RTP/AVP 100") MIKEY P25),
		SAME("p25", M("RTP/SAVP 100") P25),
		SAME("p25", M("rtp/savpf 100") PSK P25),
		REFUSED("p25", M("RTP/SAVP 100") SDES P25, MCLMR_KEYING_DENIED),
		REFUSED("p25", M(TLS " 100") DTLS P25, MCLMR_KEYING_DENIED),
		REFUSED("p25", M("RTP/SAVP 100") DTLS P25, MCLMR_KEYING_DENIED),
		EDITED("p25", M("RTP/SAVP 100") MIKEY SDES DTLS P25,
				M("RTP/SAVP 100") MIKEY P25),
		EDITED("p25", M("RTP/AVP 100") SDES P25, M("RTP/AVP 100") P25),
		REFUSED("p25", M("RTP/SAVP 100") "a=key-mgmt:other AA==\r\n" P25,
				MCLMR_KEYING_DENIED),
		REFUSED("p25", M("udptl 100") P25, MCLMR_KEYING_DENIED),
		REFUSED("p25", SDES M("RTP/SAVP 100") MIKEY P25, MCLMR_KEYING_DENIED),
		REFUSED("p25", DTLS M("RTP/SAVP 100") MIKEY P25, MCLMR_KEYING_DENIED),
		SAME("p25", MIKEY M("RTP/SAVP 100") P25),
		REFUSED("allow=*\nmikey=sakke", M("RTP/SAVP 0") PSK,
				MCLMR_KEYING_DENIED),
		SAME("allow=*\nmikey=sakke", M("RTP/SAVP 0") MIKEY),
		REFUSED("allow=*\nmikey=sakke", M("RTP/SAVP 0") MIKEY PSK,
				MCLMR_KEYING_DENIED),
		SAME("allow=*\nmikey=sakke", PSK M("RTP/SAVP 0") MIKEY),
		REFUSED("allow=*\nsrtp=sdes", M("RTP/SAVP 0") MIKEY SDES,
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*\nsrtp=sdes", M("RTP/SAVP 0"), MCLMR_KEYING_DENIED),
		REFUSED("allow=*\nsrtp=sdes,dtls", M("RTP/AVP 0"), MCLMR_KEYING_DENIED),
		REFUSED("allow=*\nsrtp=sdes,dtls", M("RTP/AVP 0") SDES,
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*\nsrtp=mikey-sakke", M("RTP/AVP 0"),
				MCLMR_KEYING_DENIED),
		SAME("allow=*\nsrtp=mikey-sakke", M("RTP/AVP 0") MIKEY),
		SAME("allow=*", M(TLS "F 0") DTLS),
		REFUSED("allow=*", M(TLS " 0"), MCLMR_KEYING_DENIED),
		SAME("allow=*", M("RTP/SAVP 0") GCM SDES),
		EDITED("allow=*\nsuites=AEAD_AES_128_GCM", M("RTP/SAVP 0") SDES GCM,
				M("RTP/SAVP 0") GCM),
		REFUSED("allow=*\nsuites=AEAD_AES_128_GCM", M("RTP/SAVP 0") SDES,
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*",
				M("RTP/SAVP 0") "a=crypto:1 NO_SUCH_SUITE " KEY30 "\r\n",
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY30 "\r\n",
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AEAD_AES_128_GCM " KEY28
								" UNENCRYPTED_SRTP\r\n",
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*",
				M("RTP/SAVP 0") "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY30
								" UNAUTHENTICATED_SRTP\r\n",
				MCLMR_KEYING_DENIED),
		REFUSED("allow=*", M("RTP/SAVP 0") "a=crypto:1\r\n",
				MCLMR_KEYING_DENIED),
};

static void test_keyings(void **state)
{
	(void)state;
	RUN(keyings);
}

/* on_empty, capneg, ptime, other_media, sections without port. */
#define PORT0 "allow=p25-imbe\non_empty=port0\n"
static const row_t others[] = {
		EDITED(PORT0, M("RTP/AVP 97 0") WB FLOOR,
				"m=audio 0 RTP/AVP 97\r\n" WB FLOOR),
		EDITED(PORT0, M("RTP/AVP 97") WB M("RTP/AVP 100") P25,
				"m=audio 0 RTP/AVP 97\r\n" WB M("RTP/AVP 100") P25),
		EDITED(PORT0 "srtp=gmk", M("RTP/AVP 100") P25,
				"m=audio 0 RTP/AVP 100\r\n" P25),
		REFUSED("p25", M("RTP/AVP 100") P25 M("RTP/AVP 97") WB,
				MCLMR_CODEC_REQUIRED),
		SAME("p25", "m=audio 0 RTP/AVP 97\r\n" WB),
		REFUSED("p25", "m=audio 0 RTP/AVP 97\r\na=bundle-only\r\n" WB,
				MCLMR_CODEC_REQUIRED),
		EDITED(PORT0, "m=audio 0 RTP/AVP 97\r\na=bundle-only\r\n" WB,
				"m=audio 0 RTP/AVP 97\r\n" WB),
		EDITED("p25",
				M("RTP/AVP 100") P25 "a=tcap:1 RTP/SAVP\r\na=acap:1 "
									 "key-mgmt:mikey AA==\r\na=pcfg:1 t=1 "
									 "a=1\r\n",
				M("RTP/AVP 100") P25),
		EDITED("p25",
				"a=csup:med-v0\r\n" M("RTP/AVP 100") P25
				"a=rmcap:1 PCMU/8000\r\n",
				M("RTP/AVP 100") P25),
		REFUSED("allow=*\ncapneg=refuse", M("RTP/AVP 0") "a=pcfg:1 t=1\r\n",
				MCLMR_MEDIA_DENIED),
		SAME("allow=*\ncapneg=refuse", M("RTP/AVP 0")),
		SAME("allow=*\nmax_ptime=40", M("RTP/AVP 0") "a=ptime:40\r\n"),
		REFUSED("allow=*\nmax_ptime=40", M("RTP/AVP 0") "a=ptime:60\r\n",
				MCLMR_MEDIA_DENIED),
		REFUSED("allow=*\nmin_ptime=20", M("RTP/AVP 0") "a=ptime:10\r\n",
				MCLMR_MEDIA_DENIED),
		REFUSED("allow=*\nmin_ptime=20", M("RTP/AVP 0") "a=maxptime:10\r\n",
				MCLMR_MEDIA_DENIED),
		REFUSED("allow=*\nmin_ptime=20", M("RTP/AVP 0") "a=ptime:x\r\n",
				MCLMR_MEDIA_DENIED),
		SAME("allow=*\nmax_ptime=40", M("RTP/AVP 100") P25 "a=ptime:60\r\n"),
		SAME("allow=*", M("RTP/AVP 0") "a=ptime:x\r\n"),
		SAME("allow=*", M("RTP/AVP 0") VIDEO),
		EDITED("allow=*\nother_media=port0", M("RTP/AVP 0") VIDEO FLOOR,
				M("RTP/AVP 0") "m=video 0 RTP/AVP 97\r\n"
							   "a=rtpmap:97 H264/90000\r\n" FLOOR),
		REFUSED("allow=*\nother_media=refuse", M("RTP/AVP 0") VIDEO,
				MCLMR_MEDIA_DENIED),
		SAME("allow=*\nother_media=refuse", M("RTP/AVP 0") FLOOR),
		REFUSED("allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=application 1 TCP/BFCP *\r\n",
				MCLMR_MEDIA_DENIED),
		SAME("allow=*\nother_media=refuse",
				M("RTP/AVP 0") "m=video 0 RTP/AVP 97\r\n"),
		REFUSED("allow=*", "x\r\n", MCLMR_SDP_MALFORMED),
		REFUSED("allow=*", M("RTP/AVP"), MCLMR_SDP_MALFORMED),
};

static void test_others(void **state)
{
	(void)state;
	RUN(others);
}

/* Answers against the offer as it left. */
#define ANSWER(profile, offer, text)         \
	{                                        \
		profile, offer, text, MCLMR_OK, text \
	}
#define BAD(profile, offer, text, expected)                   \
	{                                                         \
		profile, offer, text, MCLMR_ANSWER_MISMATCH, expected \
	}
#define BB1 "a=fmtp:98 encryption-mode=1\r\n"
#define BB0 "a=fmtp:98 encryption-mode=0\r\n"
#define BB01 "a=fmtp:98 encryption-mode=0,1\r\n"
#define A0(rest) "m=audio 0 " rest "\r\n"
static const row_t answers[] = {
		ANSWER("p25", M("RTP/AVP 100") P25, M("RTP/AVP 100") P25),
		ANSWER("p25", M("RTP/AVP 100") P25, A0("RTP/AVP 100") P25),
		BAD("allow=*\ndeny=pcma", M("RTP/AVP 0 8"), M("RTP/AVP 0 8"),
				A0("RTP/AVP 0")),
		ANSWER("p25", M("RTP/AVP 100") P25 FLOOR, M("RTP/AVP 100") P25 FLOOR),
		BAD("p25", M("RTP/AVP 100") P25, M("RTP/AVP 97") WB,
				A0("RTP/AVP 97") WB),
		BAD("allow=*", M("RTP/AVP 97") WB,
				M("RTP/AVP 110") "a=rtpmap:110 AMR-WB/16000\r\n",
				A0("RTP/AVP 110") "a=rtpmap:110 AMR-WB/16000\r\n"),
		BAD("allow=*", M("RTP/AVP 97") WB, M("RTP/AVP 97"), A0("RTP/AVP 97")),
		BAD("allow=*", M("RTP/AVP 97") WB,
				M("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n",
				A0("RTP/AVP 97") "a=rtpmap:97 EVS/16000\r\n"),
		BAD("allow=*", M("RTP/AVP 0"), M("RTP/AVP 0 8"), A0("RTP/AVP 0")),
		BAD("allow=*", A0("RTP/AVP 0"), M("RTP/AVP 0"), A0("RTP/AVP 0")),
		BAD("allow=*", M("RTP/AVP 0"), M("RTP/AVP 0") VIDEO,
				A0("RTP/AVP 0") "m=video 0 RTP/AVP 97\r\n"
								"a=rtpmap:97 H264/90000\r\n"),
		BAD("allow=*", M("RTP/AVP 0"), "", ""),
		BAD("allow=*", M("RTP/AVP 0"), "m=video 1 RTP/AVP 0\r\n",
				"m=video 0 RTP/AVP 0\r\n"),
		BAD("allow=*", M("RTP/SAVP 0") MIKEY, M("RTP/AVP 0"), A0("RTP/AVP 0")),
		BAD("allow=*", M("RTP/AVP 0"), M("RTP/SAVP 0"), A0("RTP/SAVP 0")),
		ANSWER("allow=*\nsrtp=mikey-sakke", M("RTP/SAVP 0") MIKEY,
				M("RTP/SAVP 0")),
		ANSWER("p25", M("RTP/AVP 100") MIKEY P25, M("RTP/AVP 100") P25),
		ANSWER("p25", M("RTP/SAVP 100") P25, M("RTP/SAVP 100") MIKEY P25),
		BAD("allow=*\nsrtp=gmk", M("RTP/SAVP 0"), M("RTP/SAVP 0") MIKEY,
				A0("RTP/SAVP 0") MIKEY),
		BAD("allow=*", M("RTP/SAVP 0"), M("RTP/SAVP 0") SDES,
				A0("RTP/SAVP 0") SDES),
		BAD("allow=*", M("RTP/SAVP 0") SDES, M("RTP/SAVP 0"), A0("RTP/SAVP 0")),
		BAD("allow=*", M("RTP/SAVP 0") SDES, M("RTP/SAVP 0") MIKEY,
				A0("RTP/SAVP 0") MIKEY),
		BAD("allow=*", M(TLS " 0") DTLS, M(TLS " 0"), A0(TLS " 0")),
		BAD("allow=*", M("RTP/SAVP 0") SDES, M("RTP/SAVP 0") DTLS,
				A0("RTP/SAVP 0") DTLS),
		ANSWER("allow=*", M("RTP/SAVP 0") SDES GCM, M("RTP/SAVP 0") GCM),
		BAD("allow=*", M("RTP/SAVP 0") SDES GCM, M("RTP/SAVP 0") SDES GCM,
				A0("RTP/SAVP 0") SDES GCM),
		BAD("allow=*", M("RTP/SAVP 0") SDES,
				M("RTP/SAVP 0") "a=crypto:2 AES_CM_128_HMAC_SHA1_80 " KEY30
								"\r\n",
				A0("RTP/SAVP 0") "a=crypto:2 AES_CM_128_HMAC_SHA1_80 " KEY30
								 "\r\n"),
		BAD("allow=*", M("RTP/SAVP 0") SDES,
				M("RTP/SAVP 0") "a=crypto:1 AES_CM_128_HMAC_SHA1_32 " KEY30
								"\r\n",
				A0("RTP/SAVP 0") "a=crypto:1 AES_CM_128_HMAC_SHA1_32 " KEY30
								 "\r\n"),
		ANSWER("allow=*", M("RTP/AVP 0") SDES, M("RTP/AVP 0")),
		ANSWER("tetra-e2ee", M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB1),
		{"tetra-e2ee", M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB0,
				MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB BB0},
		{"tetra-e2ee", M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB01,
				MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB BB01},
		{"tetra-e2ee", M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB,
				MCLMR_E2EE_REQUIRED, A0("RTP/AVP 98") BB},
		{"tetra-clear", M("RTP/AVP 98") BB BB01, M("RTP/AVP 98") BB BB1,
				MCLMR_E2EE_FORBIDDEN, A0("RTP/AVP 98") BB BB1},
		BAD("tetra", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB,
				A0("RTP/AVP 98") BB),
		BAD("tetra", M("RTP/AVP 98") BB, M("RTP/AVP 98") BB BB1,
				A0("RTP/AVP 98") BB BB1),
		BAD("tetra", M("RTP/AVP 98") BB "a=fmtp:98 payload-type=0,1\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=2\r\n",
				A0("RTP/AVP 98") BB "a=fmtp:98 payload-type=2\r\n"),
		ANSWER(ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				M("RTP/AVP 100") P25),
		{ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=off\r\n",
				MCLMR_E2EE_REQUIRED,
				A0("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=off\r\n"},
		ANSWER("allow=*", M("RTP/AVP 0 8 97") WB, M("RTP/AVP 8 97") WB),
		{"allow=*\nsingle_codec=yes", M("RTP/AVP 0 8 101") DTMF,
				M("RTP/AVP 8 0 101") DTMF, MCLMR_OK, M("RTP/AVP 8 101") DTMF},
		{"p25", M("RTP/AVP 0"), M("RTP/AVP 0"), MCLMR_CODEC_REQUIRED,
				A0("RTP/AVP 0")},
		{"allow=*\non_bad_answer=log", M("RTP/AVP 0"),
				M("RTP/AVP 8") "a=acfg:1\r\n", MCLMR_ANSWER_MISMATCH,
				M("RTP/AVP 8") "a=acfg:1\r\n"},
		{"allow=*\ncapneg=refuse", M("RTP/AVP 0"),
				M("RTP/AVP 0") "a=acfg:1 t=1\r\n", MCLMR_OK, M("RTP/AVP 0")},
		{"allow=*\nother_media=refuse", M("RTP/AVP 0") VIDEO,
				M("RTP/AVP 0") VIDEO, MCLMR_OK,
				M("RTP/AVP 0") "m=video 0 RTP/AVP 97\r\n"
							   "a=rtpmap:97 H264/90000\r\n"},
		{"allow=*", M("RTP/AVP"), M("RTP/AVP 0"), MCLMR_SDP_MALFORMED, NULL},
		{"allow=*", M("RTP/AVP 0"), M("RTP/AVP"), MCLMR_SDP_MALFORMED, NULL},
};

static void test_answers(void **state)
{
	(void)state;
	RUN(answers);
}

/* What a bad answer means for the call. */
static void test_end_call(void **state)
{
	static const struct
	{
		row_t row;
		bool ends;
	} cases[] = {
			{{"tetra-e2ee", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB,
					 MCLMR_ANSWER_MISMATCH, ""},
					true},
			{{"tetra", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB,
					 MCLMR_ANSWER_MISMATCH, ""},
					false},
			{{"allow=*\non_bad_answer=end", M("RTP/AVP 0"), M("RTP/AVP 8"),
					 MCLMR_ANSWER_MISMATCH, ""},
					true},
			{{"allow=tetra-bb\ne2ee=required\non_bad_answer=port0",
					 M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB,
					 MCLMR_ANSWER_MISMATCH, ""},
					false},
			{{"tetra-e2ee", M("RTP/AVP 98") BB BB1, M("RTP/AVP 98") BB BB1,
					 MCLMR_OK, ""},
					false},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		decide(&cases[i].row, 0);
		assert_int_equal(decision.status, cases[i].row.status);
		assert_int_equal(decision.end_call, cases[i].ends);
	}
}

/* What the info part says, and what the decision tells. */
static void test_wanted(void **state)
{
	static const struct
	{
		const char *profile, *text;
		unsigned info;
		mclmr_status_t status;
		unsigned wanted, e2ee;
		bool transcode;
	} cases[] = {
			{"p25", M("RTP/AVP 100") P25, 0, MCLMR_OK, 0, MCLMR_E2EE_MAYBE,
					false},
			{"p25", M("RTP/AVP 100") P25, MCLMR_E2EE_ON, MCLMR_OK,
					MCLMR_E2EE_ON, MCLMR_E2EE_ON, false},
			{"allow=*\ne2ee=required", M("RTP/AVP 100") P25, MCLMR_E2EE_ON,
					MCLMR_OK, MCLMR_E2EE_ON, MCLMR_E2EE_ON, false},
			{"tetra", M("RTP/AVP 98") BB BB1, MCLMR_E2EE_OFF,
					MCLMR_E2EE_FORBIDDEN, 0, 0, false},
			{"tetra-e2ee", M("RTP/AVP 98") BB BB1, MCLMR_E2EE_OFF,
					MCLMR_E2EE_REQUIRED, 0, 0, false},
			{"tetra", M("RTP/AVP 98") BB BB01, MCLMR_E2EE_ON, MCLMR_OK,
					MCLMR_E2EE_ON, MCLMR_E2EE_MAYBE, false},
			{"analog", M("RTP/AVP 97") WB, 0, MCLMR_OK, 0, MCLMR_E2EE_OFF,
					true},
			{"analog", M("RTP/AVP 0") WB, 0, MCLMR_OK, 0, MCLMR_E2EE_OFF,
					false},
			{"analog", M("RTP/AVP 97") WB, MCLMR_E2EE_ON, MCLMR_CODEC_REQUIRED,
					MCLMR_E2EE_ON, 0, false},
			{"allow=p25-imbe\ntranscoder=iwf", M("RTP/AVP 100 97") P25 WB, 0,
					MCLMR_OK, 0, MCLMR_E2EE_MAYBE, false},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		row_t row = {.profile = cases[i].profile, .text = cases[i].text};

		decide(&row, cases[i].info);
		assert_int_equal(decision.status, cases[i].status);
		assert_int_equal(decision.wanted, cases[i].wanted);
		assert_int_equal(decision.e2ee, cases[i].e2ee);
		assert_int_equal(decision.transcode, cases[i].transcode);
	}
}

/* A full arena refuses. */
static void test_arena(void **state)
{
	mclmr_policy_request_t request = {.profiles = &shipped,
			.profile = mclmr_profile_find(&shipped, MCLMR_SPAN("analog")),
			.text = MCLMR_SPAN(HEAD M("RTP/AVP 0 8 97") WB)};

	(void)state;
	for(size_t size = 0; size < 3200; size += 64) {
		mclmr_arena_t arena = mclmr_arena(memory, size);

		mclmr_policy_decide(&request, &arena, &decision);
		assert_true(decision.action != MCLMR_REFUSE
					|| decision.status == MCLMR_INTERNAL);
		assert_true(
				(decision.action == MCLMR_REFUSE) == (decision.text.len == 0));
	}
}

/* Every rule has a word and a text. */
static void test_rules(void **state)
{
	(void)state;
	for(int i = 0; i < MCLMR_RULE_COUNT; i++) {
		assert_non_null(mclmr_rule_word((mclmr_rule_t)i));
		assert_non_null(mclmr_rule_text((mclmr_rule_t)i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_codecs),
			cmocka_unit_test(test_layers),
			cmocka_unit_test(test_keyings),
			cmocka_unit_test(test_others),
			cmocka_unit_test(test_answers),
			cmocka_unit_test(test_end_call),
			cmocka_unit_test(test_wanted),
			cmocka_unit_test(test_arena),
			cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests_name("policy", tests, load_shipped, NULL);
}
