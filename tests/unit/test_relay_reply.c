/* SPDX-License-Identifier: GPL-2.0-or-later */

/* relay_reply: what a relay may say, and what leaves then. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/relay_reply.h"
#include "unit.h"

#define O(address) "v=0\r\no=alice 7 8 IN " address "\r\ns=-\r\n"
#define C "c=IN IP4 192.0.2.1\r\n"
#define OWN O("IP4 192.0.2.1")
#define RELAY "IP4 198.51.100.1"
#define R "c=IN " RELAY "\r\n"
#define SAID "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define TWO                        \
	C "m=audio 4000 RTP/AVP 0\r\n" \
	  "m=application 4002 udp MCPTT\r\n"
#define TWO_SAID(audio, application)                                 \
	"m=audio " audio " udp MCPTT\r\n" R "m=application " application \
	" udp MCPTT\r\n" R

static char memory[1 << 20];

/* What is sent, what the relay says after its head, and what leaves, or, if
 * that is no description, what is wrong. */
static const struct
{
	const char *name, *text, *said, *left;
} cases[] = {
		{"ports and address", OWN TWO, TWO_SAID("30000", "30010"),
				O(RELAY) R "m=audio 30000 RTP/AVP 0\r\n"
						   "m=application 30010 udp MCPTT\r\n"},
		{"all else as it came",
				OWN C
				"t=0 0\r\nm=audio\t4000  RTP/SAVP\t107 116\r\ni=speech\r\n"
				"b=AS:64\r\nk=prompt\r\na=rtpmap:107  AMR-WB/16000\r\n"
				"a=crypto:1 x inline:y\r\na=rtcp-mux\r\na=x:c=IN IP4 "
				"1.2.3.4\r\n",
				"m=audio 30000 RTP/AVP 0\r\n" R
				"a=rtpmap:107 PCMU/8000\r\na=crypto:1 a inline:b\r\n"
				"a=recvonly\r\na=candidate:1 1 UDP 1 192.0.2.9 1\r\n",
				O(RELAY) R
				"t=0 0\r\nm=audio\t30000  RTP/SAVP\t107 116\r\ni=speech\r\n"
				"b=AS:64\r\nk=prompt\r\na=rtpmap:107  AMR-WB/16000\r\n"
				"a=crypto:1 x inline:y\r\na=rtcp-mux\r\n"
				"a=x:c=IN IP4 1.2.3.4\r\n"},
		{"no RTCP port of the sender",
				OWN C "a=rtcp:1\r\nm=audio 4000 RTP/AVP 0\r\n"
					  "a=rtcp:4003 IN IP4 192.0.2.1\r\na=Rtcp "
					  ":4003\r\na=rtcp-rsize\r\n",
				"m=audio 30000 udp MCPTT\r\n" R "a=rtcp:4003\r\n",
				O(RELAY) R "m=audio 30000 RTP/AVP 0\r\na=rtcp-rsize\r\n"},
		{"an address of each section",
				OWN "m=audio 4000 RTP/AVP 0\r\ni=x\r\n" C
					"c=IN IP4 192.0.2.2\r\na=x\r\nm=application 4002 udp "
					"MCPTT\r\n" C,
				TWO_SAID("30000", "30010"),
				O(RELAY) "m=audio 30000 RTP/AVP 0\r\ni=x\r\n" R
						 "a=x\r\nm=application 30010 udp MCPTT\r\n" R},
		{"the session's address is none of the sender's",
				OWN "c=IN IP4 192.0.2.3\r\nc=IN IP4 192.0.2.4\r\n"
					"m=audio 4000 RTP/AVP 0\r\n" C,
				"m=audio 30000 udp MCPTT\r\n" R,
				O(RELAY) R "m=audio 30000 RTP/AVP 0\r\n" R},
		{"another address of the relay gets a line", OWN TWO,
				"m=audio 30000 udp MCPTT\r\n" R
				"m=application 30010 udp MCPTT\r\nc=IN IP6 2001:DB8::1\r\n",
				O(RELAY) R
				"m=audio 30000 RTP/AVP 0\r\n"
				"m=application 30010 udp MCPTT\r\nc=IN IP6 2001:db8::1\r\n"},
		{"one address for all of the relay", OWN TWO,
				R
				"m=audio 30000 udp MCPTT\r\nm=application 30010 udp MCPTT\r\n",
				O(RELAY) R "m=audio 30000 RTP/AVP 0\r\n"
						   "m=application 30010 udp MCPTT\r\n"},
		{"one port, no more", OWN C "m=audio 4000/2 RTP/AVP 0\r\n",
				"m=audio 30000/7 udp MCPTT\r\n" R,
				O(RELAY) R "m=audio 30000 RTP/AVP 0\r\n"},
		{"closed sections stay closed",
				OWN C "m=audio 4000 RTP/AVP 0\r\nm=video 0 RTP/AVP 97\r\n"
					  "c=IN IP4 host.example.org\r\na=rtpmap:97 H264/90000\r\n",
				"m=audio 30000 udp MCPTT\r\n" R "m=video 30002 udp MCPTT\r\n" R,
				O(RELAY) R
				"m=audio 30000 RTP/AVP 0\r\nm=video 0 RTP/AVP 97\r\n" R
				"a=rtpmap:97 H264/90000\r\n"},
		{"on hold as it once was",
				O("IP4 0.0.0.0") "c=IN IP4 0.0.0.0\r\n"
								 "m=audio 4000 RTP/AVP 0\r\nm=application 4002 "
								 "udp MCPTT\r\n" C,
				"m=audio 30000 udp MCPTT\r\nc=IN IP4 0.0.0.0\r\n"
				"m=application 30010 udp MCPTT\r\n" R,
				O(RELAY) R "m=audio 30000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"
						   "m=application 30010 udp MCPTT\r\n" R},
		{"on hold, at a port that the sender has, too",
				O("IP4 0.0.0.0") "c=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 0\r\n"
								 "m=application 6 udp MCPTT\r\n",
				"c=IN IP4 0.0.0.0\r\nm=audio 6 udp MCPTT\r\n"
				"m=application 4 udp MCPTT\r\n",
				O("IP4 0.0.0.0") "c=IN IP4 0.0.0.0\r\nm=audio 6 RTP/AVP 0\r\n"
								 "m=application 4 udp MCPTT\r\n"},
		{"the same in IPv6",
				O("IP6 ::") "c=IN IP6 ::\r\nm=audio 4 RTP/AVP 0\r\n",
				"m=audio 4 udp MCPTT\r\nc=IN IP6 0:0:0:0:0:0:0:0\r\n",
				O("IP4 0.0.0.0") "c=IN IP4 0.0.0.0\r\nm=audio 4 RTP/AVP 0\r\n"
								 "c=IN IP6 ::\r\n"},
		{"o= that lacks words",
				"v=0\r\no=alice 7\r\ns=-\r\n" C "m=audio 4000 RTP/AVP 0\r\n",
				"m=audio 30000 udp MCPTT\r\n" R,
				"v=0\r\no=alice 7 0 IN " RELAY "\r\ns=-\r\n" R
				"m=audio 30000 RTP/AVP 0\r\n"},
		{"o= that has too many",
				"v=0\r\no=a b c IN IP4 192.0.2.1 192.0.2.9\r\ns=-\r\n" C
				"m=audio 4000 RTP/AVP 0\r\n",
				"m=audio 30000 udp MCPTT\r\n" R,
				"v=0\r\no=a b c IN " RELAY "\r\ns=-\r\n" R
				"m=audio 30000 RTP/AVP 0\r\n"},
		{"the sender's port at another address",
				OWN C "m=audio 4 RTP/AVP 0\r\n", "m=audio 4 udp MCPTT\r\n" R,
				O(RELAY) R "m=audio 4 RTP/AVP 0\r\n"},
		{"the sender's address, another port", OWN C "m=audio 4 RTP/AVP 0\r\n",
				"m=audio 6 udp MCPTT\r\n" C, OWN C "m=audio 6 RTP/AVP 0\r\n"},
		{"echo", OWN TWO,
				"m=audio 4000 udp MCPTT\r\n" C
				"m=application 4002 udp MCPTT\r\n" C,
				"has the sender's own port and address"},
		{"echo of one section", OWN TWO,
				"m=audio 30000 udp MCPTT\r\n" R
				"m=application 4002 udp MCPTT\r\n" C,
				"has the sender's own port and address"},
		{"echo of each other's section", OWN TWO,
				"m=audio 4002 udp MCPTT\r\n" C
				"m=application 4000 udp MCPTT\r\n" C,
				"has the sender's own port and address"},
		{"echo in other words",
				OWN "c=IN IP6 2001:db8::1\r\nm=audio 4 RTP/AVP 0\r\n",
				"m=audio 4 udp MCPTT\r\nc=IN IP6 2001:DB8:0:0::1\r\n",
				"has the sender's own port and address"},
		{"echo of a section that is not on hold",
				OWN C "m=audio 4 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"
					  "m=application 6 udp MCPTT\r\n",
				"m=audio 6 udp MCPTT\r\n" C "m=application 8 udp MCPTT\r\n" C,
				"has the sender's own port and address"},
		{"no port", OWN TWO, TWO_SAID("30000", "0"),
				"has no port for a section"},
		{"no address", OWN TWO,
				"m=audio 30000 udp MCPTT\r\nm=application 30010 udp MCPTT\r\n",
				"has no address for a section"},
		{"a host name", OWN C "m=audio 4 RTP/AVP 0\r\n",
				"m=audio 30000 udp MCPTT\r\nc=IN IP4 relay.example.org\r\n",
				"has no address for a section"},
		{"an address that is none", OWN C "m=audio 4 RTP/AVP 0\r\n",
				"m=audio 30000 udp MCPTT\r\nc=IN IP4 0.0.0.0\r\n",
				"has no address for a section"},
		{"too few sections", OWN TWO, "m=audio 30000 udp MCPTT\r\n" R,
				"has other sections"},
		{"too many sections", OWN C "m=audio 4 RTP/AVP 0\r\n",
				TWO_SAID("30000", "30010"), "has other sections"},
		{"another order", OWN TWO,
				"m=application 30000 udp MCPTT\r\n" R
				"m=audio 30010 udp MCPTT\r\n" R,
				"has other sections"},
		{"another kind where nothing is carried",
				OWN C "m=audio 4 RTP/AVP 0\r\nm=video 0 RTP/AVP 97\r\n",
				"m=audio 30000 udp MCPTT\r\n" R "m=image 0 udp MCPTT\r\n" R,
				"has other sections"},
		{"no description", OWN TWO, "m=audio 99999 udp MCPTT\r\n" R,
				"is no description"},
};

static mclmr_sdp_t *read_text(mclmr_span_t text, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	assert_int_equal(mclmr_sdp_read(text, arena, &sdp), MCLMR_OK);
	return sdp;
}

static void test_cases(void **state)
{
	static const mclmr_relay_reply_t nothing;

	(void)state;
	for(size_t i = 0; i < COUNT(cases); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_sdp_t *sdp = read_text(mclmr_span(cases[i].text), &arena);
		char said[2048];
		mclmr_relay_reply_t reply;
		mclmr_span_t left;
		const char *wrong;

		(void)snprintf(said, sizeof(said), SAID "%s", cases[i].said);
		wrong = mclmr_relay_reply_read(sdp, mclmr_span(said), &arena, &reply);
		if(strncmp(cases[i].left, "v=0", 3) != 0) {
			if(wrong == NULL || strcmp(wrong, cases[i].left) != 0)
				fail_msg("%s: %s", cases[i].name, wrong);
			assert_memory_equal(&reply, &nothing, sizeof(reply));
			continue;
		}
		if(wrong != NULL)
			fail_msg("%s: %s", cases[i].name, wrong);
		assert_true(mclmr_relay_reply_write(sdp, &reply, &arena, &left));
		if(!mclmr_span_equal(left, mclmr_span(cases[i].left)))
			fail_msg("%s:\n%.*s", cases[i].name, MCLMR_FMT(left));
	}
}

/* Nothing is carried: no address of the sender leaves. */
static void test_nothing_carried(void **state)
{
	static const mclmr_relay_reply_t nothing;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_sdp_t *sdp = read_text(
			MCLMR_SPAN(OWN C "m=audio 0 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n"),
			&arena);
	mclmr_span_t left;

	(void)state;
	assert_true(mclmr_relay_reply_write(sdp, &nothing, &arena, &left));
	assert_true(mclmr_span_equal(
			left, MCLMR_SPAN(O("IP4 0.0.0.0") "c=IN IP4 0.0.0.0\r\n"
											  "m=audio 0 RTP/AVP 0\r\n"
											  "c=IN IP4 0.0.0.0\r\n")));
	arena.size = arena.used + left.len - 1;
	assert_false(mclmr_relay_reply_write(sdp, &nothing, &arena, &left));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_cases),
			cmocka_unit_test(test_nothing_carried),
	};

	return cmocka_run_group_tests_name("relay_reply", tests, NULL, NULL);
}
