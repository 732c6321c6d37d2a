/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a description, an octet 0xff, and what a relay says of it. The
 * request tells no more than sections, places, direction and RTCP port; what
 * leaves is the description but for places; a relay that moves every port is
 * always understood.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mclmr/sdp/relay_reply.h"
#include "mclmr/sdp/relay_request.h"

#define SEPARATOR '\xff'

static char memory[1 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the run if something does not hold. */
static void require(bool holds)
{
	if(!holds)
		abort();
}

/* True for a line that a request may have. */
static bool may_ask(const mclmr_sdp_line_t *line)
{
	static const mclmr_span_t names[] = {{"sendrecv", 8}, {"sendonly", 8},
			{"recvonly", 8}, {"inactive", 8}, {"rtcp", 4}};

	for(size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if(mclmr_sdp_is(line, names[i]))
			return line->value.len <= sizeof("65535") - 1;
	}
	return line->type == 'c' || line->type == 'm';
}

/* The request for a description: what it may hold. */
static void check_request(
		const mclmr_sdp_t *sdp, mclmr_span_t asked, mclmr_arena_t *arena)
{
	mclmr_sdp_t *request;

	require(mclmr_sdp_read(asked, arena, &request) == MCLMR_OK);
	require(request->sections == sdp->sections);
	for(size_t i = request->session_lines; i < request->lines; i++)
		require(may_ask(&request->line[i]));
	for(size_t i = 0; i < sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &request->section[i];

		require(section->port
				== (mclmr_relay_carries(&sdp->section[i]) ? sdp->section[i].port
														  : 0));
		require(section->formats == 1
				&& mclmr_span_equal(section->proto, MCLMR_SPAN("udp"))
				&& mclmr_span_equal(
						section->format[0].token, MCLMR_SPAN("MCPTT")));
	}
}

/* True for a line that is no place of the media. */
static bool stays(const mclmr_sdp_line_t *line)
{
	return line->type != 'c' && line->type != 'o' && line->type != 'm'
		   && !(line->type == 'a'
				   && mclmr_span_equal_nocase(
						   mclmr_span_trim(line->name), MCLMR_SPAN("rtcp")));
}

/* The next line that stays; NULL at the end. */
static const mclmr_sdp_line_t *next_line(const mclmr_sdp_t *sdp, size_t *at)
{
	while(*at < sdp->lines) {
		const mclmr_sdp_line_t *line = &sdp->line[(*at)++];

		if(stays(line))
			return line;
	}
	return NULL;
}

/* What leaves: each line but for places as it was, each section with the
 * relay's port and its own formats. */
static void check_left(const mclmr_sdp_t *sdp, const mclmr_relay_reply_t *reply,
		mclmr_span_t text, mclmr_arena_t *arena)
{
	const mclmr_sdp_line_t *before, *after;
	size_t at_before = 0, at_after = 0;
	mclmr_sdp_t *left;

	if(text.len > MCLMR_SDP_MAX_SIZE)
		return;
	switch(mclmr_sdp_read(text, arena, &left)) {
		case MCLMR_OK:
			break;
		case MCLMR_SDP_LIMIT: /* it has more c= lines */
			return;
		default:
			abort();
	}
	do {
		before = next_line(sdp, &at_before);
		after = next_line(left, &at_after);
		require((before == NULL) == (after == NULL));
		require(before == NULL || mclmr_span_equal(before->text, after->text));
	} while(before != NULL);
	require(left->sections == sdp->sections);
	for(size_t i = 0; i < sdp->sections; i++) {
		const mclmr_sdp_section_t *one = &sdp->section[i];
		const mclmr_sdp_section_t *other = &left->section[i];

		require(other->port == reply->place[i].port);
		require(one->formats == other->formats
				&& mclmr_span_equal(one->media, other->media)
				&& mclmr_span_equal(one->proto, other->proto));
		for(size_t k = 0; k < one->formats; k++)
			require(mclmr_span_equal(
					one->format[k].token, other->format[k].token));
	}
}

/* True if a section has the port of one of another description: what a relay
 * says is then an echo. */
static bool has_port_of(const mclmr_sdp_t *sdp, const mclmr_sdp_t *other)
{
	for(size_t i = 0; i < sdp->sections; i++) {
		for(size_t k = 0; k < other->sections; k++) {
			if(sdp->section[i].port > 0
					&& sdp->section[i].port == other->section[k].port)
				return true;
		}
	}
	return false;
}

/* A relay that answers the request, each port moved by one. */
static void check_moved(
		mclmr_sdp_t *sdp, mclmr_span_t asked, mclmr_arena_t *arena)
{
	mclmr_relay_reply_t reply;
	mclmr_sdp_t moved = *sdp;

	for(size_t i = 0; i < moved.sections; i++)
		moved.section[i].port ^= moved.section[i].port > 1 ? 1 : 0;
	if(has_port_of(&moved, sdp))
		return;
	for(size_t i = 0; i < moved.sections; i++) {
		if(moved.section[i].port == 1)
			return;
	}
	require(mclmr_relay_reply_read(&moved, asked, arena, &reply) == NULL);
}

/* What a relay says. */
static void check_reply(
		const mclmr_sdp_t *sdp, mclmr_span_t said, mclmr_arena_t *arena)
{
	mclmr_relay_reply_t reply;
	mclmr_span_t text;

	if(mclmr_relay_reply_read(sdp, said, arena, &reply) != NULL)
		return;
	for(size_t i = 0; i < sdp->sections; i++)
		require((reply.place[i].port != 0)
				== mclmr_relay_carries(&sdp->section[i]));
	require(mclmr_relay_reply_write(sdp, &reply, arena, &text));
	check_left(sdp, &reply, text, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t said = {(const char *)data, size};
	mclmr_span_t text = mclmr_span_cut(&said, SEPARATOR);
	mclmr_span_t asked;
	mclmr_sdp_t *sdp;

	if(mclmr_sdp_read(text, &arena, &sdp) != MCLMR_OK)
		return 0;
	if(mclmr_relay_request_write(sdp, &arena, &asked) == MCLMR_OK) {
		check_request(sdp, asked, &arena);
		check_moved(sdp, asked, &arena);
	}
	check_reply(sdp, said, &arena);
	return 0;
}
