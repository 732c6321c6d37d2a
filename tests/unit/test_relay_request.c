/* SPDX-License-Identifier: GPL-2.0-or-later */

/* relay_request: what a media relay is told, and what it never hears. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/relay_request.h"
#include "unit.h"

#define HEAD "v=0\r\no=alice 7 8 IN IP4 192.0.2.1\r\ns=secret\r\n"
#define C "c=IN IP4 192.0.2.1\r\n"
#define ASKED "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define BOTH "a=sendrecv\r\n"
#define CLOSED "c=IN IP4 0.0.0.0\r\n"
#define KEY "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

static char memory[1 << 20];

/* After the heads; no request: the section has no address. */
static const struct
{
	const char *name, *text, *asked;
} cases[] = {
		{"speech", C "t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH},
		{"nothing of the parties",
				"i=x\r\nu=x\r\ne=x\r\np=x\r\n" C
				"b=AS:64\r\nt=0 0\r\nk=clear:x\r\na=key-mgmt:mikey AQAF\r\n"
				"m=audio 4000 RTP/SAVP 107 116 255\r\ni=x\r\n"
				"a=rtpmap:107 AMR-WB/16000\r\na=fmtp:107 octet-align=1\r\n"
				"a=crypto:1 AEAD_AES_128_GCM " KEY "\r\n"
				"a=fingerprint:sha-256 AA\r\na=setup:actpass\r\n"
				"a=ice-ufrag:x\r\na=candidate:1 1 UDP 1 192.0.2.9 1\r\n"
				"a=rtcp-mux\r\na=ssrc:1 cname:x\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH},
		{"whatever its transport", C "m=Audio 4000 UDP/TLS/RTP/SAVPF 0\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH},
		{"floor control",
				C "m=application 4002 udp MCPTT\r\na=fmtp:MCPTT x\r\n",
				"m=application 4002 udp MCPTT\r\n" C BOTH},
		{"all else is application", C "m=x-y 4002 TCP/BFCP *\r\n",
				"m=application 4002 udp MCPTT\r\n" C BOTH},
		{"one port, no more", C "m=video 4000/9 RTP/AVP 97\r\n",
				"m=video 4000 udp MCPTT\r\n" C BOTH},
		{"an address of its own",
				C "m=audio 4000 RTP/AVP 0\r\n"
				  "c=IN IP6 2001:DB8:0::1\r\n",
				"m=audio 4000 udp MCPTT\r\nc=IN IP6 2001:db8::1\r\n" BOTH},
		{"the first of two",
				"m=audio 4000 RTP/AVP 0\r\n" C "c=IN IP4 192.0.2.2\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH},
		{"tabs", "c=in\tip4\t192.0.2.1\r\nm=audio\t4000\tRTP/AVP\t0\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH},
		{"on hold", C "m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n",
				"m=audio 4000 udp MCPTT\r\n" C "a=sendonly\r\n"},
		{"the session's direction",
				C "a=inactive\r\nm=audio 4000 RTP/AVP 0\r\n"
				  "m=audio 4002 RTP/AVP 0\r\na=recvonly\r\n",
				"m=audio 4000 udp MCPTT\r\n" C "a=inactive\r\n"
				"m=audio 4002 udp MCPTT\r\n" C "a=recvonly\r\n"},
		{"on hold as it once was",
				"c=IN IP4 0.0.0.0\r\n"
				"m=audio 4000 RTP/AVP 0\r\n",
				"m=audio 4000 udp MCPTT\r\n" CLOSED BOTH},
		{"RTCP elsewhere",
				C "m=audio 4000 RTP/AVP 0\r\n"
				  "a=rtcp:4003 IN IP4 192.0.2.9\r\na=rtcp-mux\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH "a=rtcp:4003\r\n"},
		{"RTCP nowhere",
				C "m=audio 4000 RTP/AVP 0\r\na=rtcp:65536\r\n"
				  "m=audio 4002 RTP/AVP 0\r\na=rtcp:0\r\n"
				  "m=audio 4004 RTP/AVP 0\r\na=rtcp\r\n",
				"m=audio 4000 udp MCPTT\r\n" C BOTH
				"m=audio 4002 udp MCPTT\r\n" C BOTH
				"m=audio 4004 udp MCPTT\r\n" C BOTH},
		{"closed, in one form",
				"m=audio 0 x 255 a-name\r\na=rtpmap:255  two/8000\r\n"
				"m=video 0 RTP/AVP 97\r\nc=IN IP4 host.example.org\r\n"
				"m=text 0 RTP/AVP 98\r\na=bundle-only\r\na=sendonly\r\n",
				"m=audio 0 udp MCPTT\r\n" CLOSED
				"m=video 0 udp MCPTT\r\n" CLOSED
				"m=application 0 udp MCPTT\r\n" CLOSED},
		{"no section", "", ""},
		{"no address", "m=audio 4000 RTP/AVP 0\r\n", NULL},
		{"no address in one of two",
				"m=audio 4000 RTP/AVP 0\r\n" C "m=video 4002 RTP/AVP 97\r\n",
				NULL},
		{"a host name", "c=IN IP4 host.example.org\r\nm=audio 4 RTP/AVP 0\r\n",
				NULL},
		{"multicast", "c=IN IP4 224.2.1.1/127\r\nm=audio 4 RTP/AVP 0\r\n",
				NULL},
		{"multicast without its scope",
				"c=IN IP4 239.2.1.1\r\nm=audio 4 RTP/AVP 0\r\n", NULL},
		{"multicast of IPv6", "c=IN IP6 FF02::1\r\nm=audio 4 RTP/AVP 0\r\n",
				NULL},
		{"multicast, mapped",
				"c=IN IP6 ::ffff:224.2.1.1\r\nm=audio 4 RTP/AVP 0\r\n", NULL},
		{"broadcast", "c=IN IP4 255.255.255.255\r\nm=audio 4 RTP/AVP 0\r\n",
				NULL},
		{"another network", "c=TN RFC2543 +49\r\nm=audio 4 RTP/AVP 0\r\n",
				NULL},
		{"of the other kind", "c=IN IP6 192.0.2.1\r\nm=audio 4 RTP/AVP 0\r\n",
				NULL},
		{"too few words", "c=IN IP4\r\nm=audio 4 RTP/AVP 0\r\n", NULL},
};

static mclmr_sdp_t *read_text(const char *text, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	*arena = mclmr_arena(memory, sizeof(memory));
	assert_int_equal(mclmr_sdp_read(mclmr_span(text), arena, &sdp), MCLMR_OK);
	return sdp;
}

static void test_cases(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(cases); i++) {
		char text[2048], expected[2048];
		mclmr_arena_t arena;
		mclmr_span_t asked;
		mclmr_status_t status;

		(void)snprintf(text, sizeof(text), HEAD "%s", cases[i].text);
		status = mclmr_relay_request_write(
				read_text(text, &arena), &arena, &asked);
		if(cases[i].asked == NULL) {
			if(status != MCLMR_MEDIA_ADDRESS || asked.len != 0)
				fail_msg("%s: has an address", cases[i].name);
			continue;
		}
		(void)snprintf(expected, sizeof(expected), ASKED "%s", cases[i].asked);
		if(status != MCLMR_OK || !mclmr_span_equal(asked, mclmr_span(expected)))
			fail_msg("%s: %s\n%.*s", cases[i].name, mclmr_status_word(status),
					MCLMR_FMT(asked));
	}
}

static void test_needed(void **state)
{
	mclmr_arena_t arena;
	mclmr_sdp_t *sdp = read_text(
			HEAD "m=audio 0 RTP/AVP 0\r\nm=video 1 RTP/AVP 97\r\n", &arena);

	(void)state;
	assert_true(mclmr_relay_is_needed(sdp));
	mclmr_sdp_close(&sdp->section[1]);
	assert_false(mclmr_relay_is_needed(sdp));
	assert_false(mclmr_relay_is_needed(read_text(HEAD, &arena)));
}

/* An address as long as a line may be. */
static void test_long_address(void **state)
{
	char text[4096];
	mclmr_arena_t arena;
	mclmr_span_t asked;

	(void)state;
	(void)snprintf(text, sizeof(text),
			HEAD "m=audio 4 RTP/AVP 0\r\nc=IN IP6 %02000d\r\n", 1);
	assert_int_equal(
			mclmr_relay_request_write(read_text(text, &arena), &arena, &asked),
			MCLMR_MEDIA_ADDRESS);
}

/* The addresses of all receivers, each with a blank after it. */
static const char *receivers_of(const char *text, mclmr_arena_t *arena)
{
	static char all[512];
	mclmr_connection_t receiver[MCLMR_SDP_MAX_SECTIONS];
	size_t n = mclmr_relay_receivers(read_text(text, arena), receiver);
	mclmr_text_t out = mclmr_text(arena);
	mclmr_span_t said;

	for(size_t i = 0; i < n; i++) {
		mclmr_connection_put(&out, &receiver[i]);
		mclmr_text_string(&out, " ");
	}
	assert_true(mclmr_text_done(&out, &said));
	(void)snprintf(all, sizeof(all), "%.*s", MCLMR_FMT(said));
	return all;
}

/* To whom the relay would send. */
static void test_receivers(void **state)
{
	static const struct
	{
		const char *text, *receivers;
	} rows[] = {
			{"c=IN IP4 127.0.0.1\r\nm=audio 4 RTP/AVP 0\r\n",
					"IN IP4 127.0.0.1 "},
			{"c=IN IP6 ::1\r\nm=audio 4 RTP/AVP 0\r\n", "IN IP6 ::1 "},
			{"c=IN IP6 ::FFFF:127.0.0.1\r\nm=audio 4 RTP/AVP 0\r\n",
					"IN IP4 127.0.0.1 "},
			{"c=IN IP6 ::FFFF:0:0\r\nm=audio 4 RTP/AVP 0\r\n",
					"IN IP4 0.0.0.0 "},
			{C "m=audio 4 RTP/AVP 0\r\nm=video 6 RTP/AVP 97\r\n"
			   "c=IN IP4 127.0.0.1\r\n",
					"IN IP4 192.0.2.1 IN IP4 127.0.0.1 "},
			{"c=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 0\r\n", ""},
			{"c=IN IP4 127.0.0.1\r\nm=audio 4 RTP/AVP 0\r\n" C,
					"IN IP4 192.0.2.1 "},
			{"c=IN IP6 ::\r\nm=audio 4 RTP/AVP 0\r\n", ""},
			{"c=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 0\r\n", ""},
			{"c=IN IP4 224.0.0.1\r\nm=audio 4 RTP/AVP 0\r\n", ""},
			{"m=audio 4 RTP/AVP 0\r\n", ""},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		char text[256];
		mclmr_arena_t arena;

		(void)snprintf(text, sizeof(text), HEAD "%s", rows[i].text);
		assert_string_equal(receivers_of(text, &arena), rows[i].receivers);
	}
}

/* A full arena is no request. */
static void test_full(void **state)
{
	mclmr_arena_t arena;
	mclmr_span_t asked;
	mclmr_sdp_t *sdp = read_text(HEAD C "m=audio 1 RTP/AVP 0\r\n", &arena);

	(void)state;
	arena.size = arena.used + 60;
	assert_int_equal(
			mclmr_relay_request_write(sdp, &arena, &asked), MCLMR_INTERNAL);
	assert_int_equal(asked.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_cases),
			cmocka_unit_test(test_needed),
			cmocka_unit_test(test_long_address),
			cmocka_unit_test(test_receivers),
			cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("relay_request", tests, NULL, NULL);
}
