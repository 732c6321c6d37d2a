/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sdp: reading, limits, writing, edits. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/sdp.h"
#include "unit.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"
#define AUDIO HEAD "m=audio 4000 RTP/AVP 0 97\r\na=rtpmap:97 AMR-WB/16000\r\n"

static char memory[1 << 20];

static mclmr_status_t read_text(const char *text, mclmr_sdp_t **sdp)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

	return mclmr_sdp_read(mclmr_span(text), &arena, sdp);
}

/* Texts with what reading them gives. */
static const struct
{
	const char *text;
	mclmr_status_t status;
} texts[] = {
		{"", MCLMR_SDP_MALFORMED},
		{"\r\n", MCLMR_SDP_MALFORMED},
		{HEAD, MCLMR_OK},
		{AUDIO, MCLMR_OK},
		{AUDIO "\r\n\n", MCLMR_OK},
		{"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nm=audio 1 RTP/AVP 0", MCLMR_OK},
		{"v=1\r\no=-\r\ns=-\r\n", MCLMR_SDP_MALFORMED},
		{"o=-\r\nv=0\r\ns=-\r\n", MCLMR_SDP_MALFORMED},
		{"v=0\r\ns=-\r\no=-\r\n", MCLMR_SDP_MALFORMED},
		{"v=0\r\no=-\r\nm=audio 1 RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{"m=audio 1 RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "\r\nm=audio 1 RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "\nm=audio 1 RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "A=x\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "{=x\r\n", MCLMR_SDP_MALFORMED},
		{"v=0\r\no=-\r\nt=0 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 1/1234567890 RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio\t1\tRTP/AVP\t0\r\n", MCLMR_OK},
		{HEAD "v=0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "o=- 1 1 IN IP4 192.0.2.9\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "s=-\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO AUDIO, MCLMR_SDP_MALFORMED},
		{AUDIO "v=1\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "o=- 1 1 IN IP4 192.0.2.9\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "s=-\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "i=v=0\r\na=v=0\r\n", MCLMR_OK},
		{HEAD " a=x\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "a x\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "a=x\ry\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 4000 RTP/AVP\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 4000\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 65536 RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio x RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 1/x RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 1/ RTP/AVP 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 1/2 RTP/AVP 0\r\n", MCLMR_OK},
		{HEAD "m=audio 1 RTP/AVP 0 0\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=audio 1 RTP/AVP 97 097\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "a=rtpmap:97 EVS/16000\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "a=rtpmap:097 EVS/16000\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "a=fmtp:97 x\r\na=fmtp:97 y\r\n", MCLMR_SDP_MALFORMED},
		{AUDIO "a=fmtp:98 x\r\na=fmtp:98 y\r\n", MCLMR_OK},
		{AUDIO "m=video 1 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n", MCLMR_OK},
		{HEAD "m=audio 0 RTP/AVP\r\n", MCLMR_OK},
		{HEAD "m=audio 0\r\n", MCLMR_OK},
		{HEAD "m=audio 0/1 RTP/AVP\r\n", MCLMR_OK},
		{HEAD "m=audio 0 RTP/AVP\r\na=bundle-only\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=video 4000 RTP/AVP\r\n", MCLMR_OK},
		{HEAD "m=audio 0 RTP/AVP 0 0\r\n", MCLMR_OK},
		{HEAD "m=video 1 RTP/AVP 0 0\r\n", MCLMR_OK},
		{HEAD "m=audio\r\n", MCLMR_SDP_MALFORMED},
		{HEAD "m=video x RTP/AVP 97\r\n", MCLMR_SDP_MALFORMED},
};

static void test_texts(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		mclmr_sdp_t *sdp;
		mclmr_status_t status = read_text(texts[i].text, &sdp);

		if(status != texts[i].status)
			fail_msg("%s\ngives %s", texts[i].text, mclmr_status_word(status));
		assert_true((status == MCLMR_OK) == (sdp != NULL));
	}
}

static void test_nul(void **state)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_sdp_t *sdp;

	(void)state;
	assert_int_equal(
			mclmr_sdp_read(MCLMR_SPAN(HEAD "a=x\0y\r\n"), &arena, &sdp),
			MCLMR_SDP_MALFORMED);
}

/* A text with a part n times after the head. */
static mclmr_status_t read_repeated(
		const char *head, const char *part, size_t n, const char *tail)
{
	static char text[4 * MCLMR_SDP_MAX_SIZE];
	size_t len = strlen(head);
	mclmr_sdp_t *sdp;

	(void)snprintf(text, sizeof(text), "%s", head);
	for(size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, part, i);
	(void)snprintf(text + len, sizeof(text) - len, "%s", tail);
	return read_text(text, &sdp);
}

static void test_limits(void **state)
{
	const char *section = "m=video %zu RTP/AVP 0\r\n";
	const char *audio = HEAD "m=audio 1 RTP/AVP";
	size_t rest = MCLMR_SDP_MAX_SIZE - sizeof(HEAD "a=\r\n") + 1;

	(void)state;
	assert_int_equal(read_repeated(HEAD, "a=x%zu\r\n", 509, ""), MCLMR_OK);
	assert_int_equal(
			read_repeated(HEAD, "a=x%zu\r\n", 510, ""), MCLMR_SDP_LIMIT);
	assert_int_equal(read_repeated(HEAD, section, 16, ""), MCLMR_OK);
	assert_int_equal(read_repeated(HEAD, section, 17, ""), MCLMR_SDP_LIMIT);
	assert_int_equal(read_repeated(audio, " %zu", 64, "\r\n"), MCLMR_OK);
	assert_int_equal(read_repeated(audio, " %zu", 65, "\r\n"), MCLMR_SDP_LIMIT);
	assert_int_equal(read_repeated(HEAD "a=", "x", rest, "\r\n"), MCLMR_OK);
	assert_int_equal(
			read_repeated(HEAD "a=", "x", rest + 1, "\r\n"), MCLMR_SDP_LIMIT);
}

static void test_arena(void **state)
{
	mclmr_sdp_t *sdp;

	(void)state;
	for(size_t size = 0; size < 3000; size += 100) {
		mclmr_arena_t arena = mclmr_arena(memory, size);
		mclmr_span_t text;

		if(mclmr_sdp_read(MCLMR_SPAN(AUDIO), &arena, &sdp) == MCLMR_OK)
			(void)mclmr_sdp_write(sdp, &arena, &text);
		else
			assert_null(sdp);
	}
}

static void test_facts(void **state)
{
	const char *text = HEAD "a=key-mgmt:mikey AA==\r\n"
							"m=audio 4000/2 RTP/SAVP 97 8 98\r\n"
							"a=rtpmap: 97  X/8000/2\r\n"
							"a=rtpmap:98 Y\r\n"
							"a=rtpmap:8 /8000\r\n"
							"a=fmtp:97 a=1; b = 2 ;;c\r\n";
	mclmr_sdp_t *sdp;
	mclmr_sdp_section_t *section;
	mclmr_span_t name, value, params;

	(void)state;
	assert_int_equal(read_text(text, &sdp), MCLMR_OK);
	assert_int_equal(sdp->sections, 1);
	assert_int_equal(sdp->session_lines, 4);
	section = &sdp->section[0];
	assert_int_equal(section->port, 4000);
	assert_int_equal(section->formats, 3);
	assert_int_equal(section->format[0].clock, 8000);
	assert_int_equal(section->format[0].channels, 2);
	assert_int_equal(section->format[1].name.len, 0);
	assert_int_equal(section->format[2].name.len, 0);
	params = section->format[0].params;
	assert_true(mclmr_sdp_param(&params, &name, &value));
	assert_true(mclmr_sdp_param(&params, &name, &value));
	assert_true(mclmr_span_equal(name, MCLMR_SPAN("b")));
	assert_true(mclmr_span_equal(value, MCLMR_SPAN("2")));
	assert_true(mclmr_sdp_param(&params, &name, &value));
	assert_int_equal(value.len, 0);
	assert_false(mclmr_sdp_param(&params, &name, &value));
}

/* The text that is written for one that is read, after a change. */
static void assert_written(const char *text,
		void (*change)(mclmr_sdp_section_t *section), const char *expected)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_sdp_t *sdp;
	mclmr_span_t written;

	assert_int_equal(mclmr_sdp_read(mclmr_span(text), &arena, &sdp), MCLMR_OK);
	if(change != NULL)
		change(&sdp->section[0]);
	assert_true(mclmr_sdp_write(sdp, &arena, &written));
	if(!mclmr_span_equal(written, mclmr_span(expected)))
		fail_msg("wrote\n%.*s", MCLMR_FMT(written));
}

static void drop_second(mclmr_sdp_section_t *section)
{
	section->format[1].dropped = true;
	section->edited = true;
	mclmr_sdp_drop_orphans(section);
}

static void test_write(void **state)
{
	(void)state;
	assert_written(AUDIO, NULL, AUDIO);
	assert_written("v=0\no=-\ns=-\nm=audio  1 RTP/AVP 0 \n", NULL,
			"v=0\r\no=-\r\ns=-\r\nm=audio  1 RTP/AVP 0 \r\n");
	assert_written(AUDIO "a=fmtp:97 x\r\na=rtcp-fb:97 nack\r\na=rtcp-fb:* "
						 "nack\r\na=rid:1 send pt=0,97\r\na=simulcast:send "
						 "1\r\na=ptime:20\r\n",
			drop_second,
			HEAD "m=audio 4000 RTP/AVP 0\r\na=rtcp-fb:* "
				 "nack\r\na=ptime:20\r\n");
	assert_written(AUDIO "a=rid:1 send pt=0\r\na=simulcast:send 1\r\n",
			drop_second,
			HEAD "m=audio 4000 RTP/AVP 0\r\na=rid:1 send "
				 "pt=0\r\na=simulcast:send 1\r\n");
	assert_written(AUDIO "a=rid:1 send\r\na=rid:2 send pt=99\r\n", drop_second,
			HEAD "m=audio 4000 RTP/AVP 0\r\na=rid:1 send\r\na=rid:2 send "
				 "pt=99\r\n");
	assert_written(AUDIO "a=x\r\n", mclmr_sdp_close,
			HEAD "m=audio 0 RTP/AVP 0\r\na=x\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_texts),
			cmocka_unit_test(test_nul),
			cmocka_unit_test(test_limits),
			cmocka_unit_test(test_arena),
			cmocka_unit_test(test_facts),
			cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests_name("sdp", tests, NULL, NULL);
}
