/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a media relay is told of a description. */
#include "mclmr/base/text.h"
#include "relay_request.h"

#define MAX_PORT 65535

#define SESSION "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"

bool mclmr_relay_carries(const mclmr_sdp_section_t *section)
{
	return section->port != 0 && !section->closed;
}

bool mclmr_relay_is_needed(const mclmr_sdp_t *sdp)
{
	for(size_t i = 0; i < sdp->sections; i++) {
		if(mclmr_relay_carries(&sdp->section[i]))
			return true;
	}
	return false;
}

size_t mclmr_relay_receivers(const mclmr_sdp_t *sdp,
		mclmr_connection_t receiver[static MCLMR_SDP_MAX_SECTIONS])
{
	size_t n = 0;

	for(size_t i = 0; i < sdp->sections; i++) {
		mclmr_connection_t connection;

		if(mclmr_relay_carries(&sdp->section[i])
				&& mclmr_connection_of(sdp, &sdp->section[i], &connection)
				&& !mclmr_connection_is_none(&connection)
				&& !mclmr_connection_is_group(&connection))
			receiver[n++] = mclmr_connection_plain(&connection);
	}
	return n;
}

mclmr_span_t mclmr_relay_kind(const mclmr_sdp_section_t *section)
{
	if(mclmr_sdp_is_audio(section))
		return MCLMR_SPAN("audio");
	return mclmr_span_equal_nocase(section->media, MCLMR_SPAN("video"))
				   ? MCLMR_SPAN("video")
				   : MCLMR_SPAN("application");
}

/* Writes m= and c= of a section. */
static void put_place(mclmr_text_t *text, const mclmr_sdp_section_t *section,
		unsigned port, const mclmr_connection_t *connection)
{
	mclmr_text_string(text, "m=");
	mclmr_text_put(text, mclmr_relay_kind(section));
	mclmr_text_string(text, " ");
	mclmr_text_number(text, port);
	mclmr_text_string(text, " udp MCPTT\r\nc=");
	mclmr_connection_put(text, connection);
	mclmr_text_string(text, "\r\n");
}

/* The direction among some lines; empty if there is none. */
static mclmr_span_t find_direction(const mclmr_sdp_line_t *line, size_t lines)
{
	static const mclmr_span_t words[] = {
			{"sendrecv", 8}, {"sendonly", 8}, {"recvonly", 8}, {"inactive", 8}};

	for(size_t i = 0; i < lines; i++) {
		for(size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			if(mclmr_sdp_is(&line[i], words[k]))
				return words[k];
		}
	}
	return (mclmr_span_t){NULL, 0};
}

/* Writes the direction of a section, the session's if it has none: a relay
 * waits longer for the packets of a call on hold. */
static void put_direction(mclmr_text_t *text, const mclmr_sdp_t *sdp,
		const mclmr_sdp_section_t *section)
{
	mclmr_span_t word = find_direction(section->line, section->lines);

	if(word.len == 0)
		word = find_direction(sdp->line, sdp->session_lines);
	if(word.len == 0)
		word = MCLMR_SPAN("sendrecv");
	mclmr_text_string(text, "a=");
	mclmr_text_put(text, word);
	mclmr_text_string(text, "\r\n");
}

/* Writes where RTCP goes, if the section says so. */
static void put_rtcp(mclmr_text_t *text, const mclmr_sdp_section_t *section)
{
	size_t at = 1;
	const mclmr_sdp_line_t *line = mclmr_sdp_next(
			section->line, section->lines, MCLMR_SPAN("rtcp"), &at);
	mclmr_span_t value = line != NULL ? line->value : (mclmr_span_t){NULL, 0};
	long port = mclmr_sdp_number(mclmr_sdp_word(&value));

	if(port < 1 || port > MAX_PORT)
		return;
	mclmr_text_string(text, "a=rtcp:");
	mclmr_text_number(text, (uint64_t)port);
	mclmr_text_string(text, "\r\n");
}

/* Writes a section; false if it has a port and no address of one receiver. */
static bool put_section(mclmr_text_t *text, const mclmr_sdp_t *sdp,
		const mclmr_sdp_section_t *section)
{
	mclmr_connection_t connection = {0};

	if(!mclmr_relay_carries(section)) {
		put_place(text, section, 0, &connection);
		return true;
	}
	if(!mclmr_connection_of(sdp, section, &connection)
			|| mclmr_connection_is_group(&connection))
		return false;
	put_place(text, section, section->port, &connection);
	put_direction(text, sdp, section);
	put_rtcp(text, section);
	return true;
}

mclmr_status_t mclmr_relay_request_write(
		const mclmr_sdp_t *sdp, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t out = mclmr_text(arena);

	*text = (mclmr_span_t){NULL, 0};
	mclmr_text_string(&out, SESSION);
	for(size_t i = 0; i < sdp->sections; i++) {
		if(!put_section(&out, sdp, &sdp->section[i]))
			return MCLMR_MEDIA_ADDRESS;
	}
	return mclmr_text_done(&out, text) ? MCLMR_OK : MCLMR_INTERNAL;
}
