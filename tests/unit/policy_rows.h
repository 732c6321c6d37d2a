/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * policy_rows: cases of media policy as literals, "description, profile, what
 * leaves or why not", and the run over a table of them. One theme a file,
 * test_policy_*.c.
 */
#ifndef POLICY_ROWS_H
#define POLICY_ROWS_H

#include "mclmr/sdp/policy.h"

/* What every description begins with. */
#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"

/* Media lines, and formats with the payload types that the cases use. */
#define M(rest) "m=audio 4000 " rest "\r\n"
#define A0(rest) "m=audio 0 " rest "\r\n"
#define P25 "a=rtpmap:100 X-TIA-P25-IMBE/8000\r\n"
#define BB "a=rtpmap:98 TETRA_ACELP_BB/8000\r\n"
#define BB1 "a=fmtp:98 encryption-mode=1\r\n"
#define BB0 "a=fmtp:98 encryption-mode=0\r\n"
#define BB01 "a=fmtp:98 encryption-mode=0,1\r\n"
#define ISI "a=rtpmap:99 TETRA_ACELP/8000\r\n"
#define WB "a=rtpmap:97 AMR-WB/16000\r\n"
#define EVS "a=rtpmap:110 EVS/16000\r\n"
#define DTMF "a=rtpmap:101 telephone-event/8000\r\n"
#define FLOOR                          \
	"m=application 4002 udp MCPTT\r\n" \
	"a=fmtp:MCPTT mc_queueing;mc_priority=5;mc_granted\r\n"
#define VIDEO "m=video 4004 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"
#define VIDEO0 "m=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n"

/* Protection. MIKEY is of type 26, PSK of type 0. */
#define MIKEY "a=key-mgmt:mikey ARoAAAAA\r\n"
#define PSK "a=key-mgmt:mikey AQAAAAAA\r\n"
#define KEY30 "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY28 "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define SDES "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY30 "\r\n"
#define GCM "a=crypto:2 AEAD_AES_128_GCM " KEY28 "|2^31|1:4\r\n"
#define DTLS "a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\n"
#define TLS "UDP/TLS/RTP/SAVP"

typedef struct policy_row
{
	const char *name;	 /* the rule that it shows */
	const char *profile; /* a shipped one, or the lines of one */
	const char *offered; /* after HEAD; NULL: text is an offer */
	const char *bound;	 /* payload types of before */
	unsigned wanted;
	const char *text; /* after HEAD */
	mclmr_status_t status;
	const char *expected; /* after HEAD, NULL if refused */
	const char *rules;	  /* the words of the reasons, in their order */
} policy_row_t;

/* An offer that leaves as it came, edited, or that is refused. */
#define SAME(name, profile, text)                              \
	{                                                          \
		name, profile, NULL, NULL, 0, text, MCLMR_OK, text, "" \
	}
#define EDITED(name, profile, text, expected, rules)                  \
	{                                                                 \
		name, profile, NULL, NULL, 0, text, MCLMR_OK, expected, rules \
	}
#define REFUSED(name, profile, text, status, rules)             \
	{                                                           \
		name, profile, NULL, NULL, 0, text, status, NULL, rules \
	}

/* An answer that leaves as it came, or of which sections are closed. */
#define ANSWER(name, profile, offered, text)                      \
	{                                                             \
		name, profile, offered, NULL, 0, text, MCLMR_OK, text, "" \
	}
#define BAD(name, profile, offered, text, expected, rules)            \
	{                                                                 \
		name, profile, offered, NULL, 0, text, MCLMR_ANSWER_MISMATCH, \
				expected, rules                                       \
	}
#define WORSE(name, profile, offered, text, status, expected, rules)   \
	{                                                                  \
		name, profile, offered, NULL, 0, text, status, expected, rules \
	}

/* Reads the profiles that are shipped; a set-up function of cmocka. */
int policy_rows_load(void **state);

/* Decides on a row; the result is valid until the next call. An answer is
 * judged by the offer, then by its outline: both have to agree. */
const mclmr_decision_t *policy_rows_decide(const policy_row_t *row);

/* Decides on each row and fails if that is not what it expects. */
void policy_rows_run(const policy_row_t *rows, size_t n);

/* The same without a media relay; all else is relayed. */
void policy_rows_run_direct(const policy_row_t *rows, size_t n);

#define RUN(rows) policy_rows_run(rows, sizeof(rows) / sizeof((rows)[0]))

#endif
