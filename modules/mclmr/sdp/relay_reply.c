/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a media relay says, and the description with that in it. */
#include <string.h>

#include "mclmr/base/text.h"
#include "relay_reply.h"
#include "relay_request.h"

#define ORIGIN_WORDS 3 /* of o= that stay: user, id, version */

/* True if the relay speaks of the sections that it was asked for. */
static bool has_same_sections(const mclmr_sdp_t *sdp, const mclmr_sdp_t *said)
{
	if(said->sections != sdp->sections)
		return false;
	for(size_t i = 0; i < sdp->sections; i++) {
		if(!mclmr_span_equal_nocase(
				   said->section[i].media, mclmr_relay_kind(&sdp->section[i])))
			return false;
	}
	return true;
}

/* Reads where a section is carried; NULL or what is wrong. */
static const char *read_place(const mclmr_sdp_t *said,
		const mclmr_sdp_section_t *section, mclmr_relay_place_t *place)
{
	if(section->port == 0)
		return "has no port for a section";
	if(!mclmr_connection_of(said, section, &place->connection))
		return "has no address for a section";
	place->port = section->port;
	return NULL;
}

/* True for a place of the sender, of whichever section: a relay that took them
 * for each other would lead past itself, too. The address of a section on hold,
 * 0.0.0.0, is no place: what the relay says of it has that address as well. */
static bool is_own_place(
		const mclmr_sdp_t *sdp, const mclmr_relay_place_t *place)
{
	if(mclmr_connection_is_none(&place->connection))
		return false;
	for(size_t i = 0; i < sdp->sections; i++) {
		mclmr_connection_t own;

		if(!mclmr_relay_carries(&sdp->section[i])
				|| sdp->section[i].port != place->port)
			continue;
		(void)mclmr_connection_of(sdp, &sdp->section[i], &own);
		if(mclmr_connection_equal(&own, &place->connection))
			return true;
	}
	return false;
}

/* NULL, or what is wrong with a place, by what the sender itself said. */
static const char *check_place(const mclmr_sdp_t *sdp,
		const mclmr_sdp_section_t *section, const mclmr_relay_place_t *place)
{
	mclmr_connection_t own;

	if(is_own_place(sdp, place))
		return "has the sender's own port and address";
	(void)mclmr_connection_of(sdp, section, &own);
	return mclmr_connection_is_none(&place->connection)
						   && !mclmr_connection_equal(&own, &place->connection)
				   ? "has no address for a section"
				   : NULL;
}

/* Reads all places; NULL or what is wrong. */
static const char *read_places(const mclmr_sdp_t *sdp, const mclmr_sdp_t *said,
		mclmr_relay_reply_t *reply)
{
	const char *wrong = NULL;

	if(!has_same_sections(sdp, said))
		return "has other sections";
	for(size_t i = 0; wrong == NULL && i < sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &sdp->section[i];
		mclmr_relay_place_t *place = &reply->place[i];

		if(!mclmr_relay_carries(section))
			continue;
		wrong = read_place(said, &said->section[i], place);
		if(wrong == NULL)
			wrong = check_place(sdp, section, place);
	}
	return wrong;
}

const char *mclmr_relay_reply_read(const mclmr_sdp_t *sdp, mclmr_span_t text,
		mclmr_arena_t *arena, mclmr_relay_reply_t *reply)
{
	const char *wrong = "is no description";
	mclmr_sdp_t *said;

	memset(reply, 0, sizeof(*reply));
	if(mclmr_sdp_read(text, arena, &said) == MCLMR_OK)
		wrong = read_places(sdp, said, reply);
	if(wrong != NULL)
		memset(reply, 0, sizeof(*reply));
	return wrong;
}

/* The address that stands for the whole description: the first one of the
 * relay. */
static const mclmr_connection_t *first_connection(
		const mclmr_sdp_t *sdp, const mclmr_relay_reply_t *reply)
{
	static const mclmr_connection_t none;

	for(size_t i = 0; i < sdp->sections; i++) {
		const mclmr_connection_t *connection = &reply->place[i].connection;

		if(!mclmr_connection_is_none(connection))
			return connection;
	}
	return &none;
}

static void put_connection(
		mclmr_text_t *text, const mclmr_connection_t *connection)
{
	mclmr_text_string(text, "c=");
	mclmr_connection_put(text, connection);
	mclmr_text_string(text, "\r\n");
}

/* Writes the o= line; a word that it lacks becomes 0. */
static void put_origin(mclmr_text_t *text, const mclmr_sdp_line_t *line,
		const mclmr_connection_t *connection)
{
	mclmr_span_t rest = line->value;

	mclmr_text_string(text, "o=");
	for(int i = 0; i < ORIGIN_WORDS; i++) {
		mclmr_span_t word = mclmr_sdp_word(&rest);

		mclmr_text_put(text, word.len > 0 ? word : MCLMR_SPAN("0"));
		mclmr_text_string(text, " ");
	}
	mclmr_connection_put(text, connection);
	mclmr_text_string(text, "\r\n");
}

static void put_line(mclmr_text_t *text, const mclmr_sdp_line_t *line)
{
	mclmr_text_put(text, line->text);
	mclmr_text_string(text, "\r\n");
}

/* True for a line that does not leave as it is: c=, and the sender's RTCP
 * port, in any form in which a receiver might take it for one. */
static bool is_place(const mclmr_sdp_line_t *line)
{
	return line->type == 'c'
		   || (line->type == 'a'
				   && mclmr_span_equal_nocase(
						   mclmr_span_trim(line->name), MCLMR_SPAN("rtcp")));
}

/* Writes the session part; true if it has an address. */
static bool put_session(mclmr_text_t *text, const mclmr_sdp_t *sdp,
		const mclmr_connection_t *connection)
{
	bool has_connection = false;

	for(size_t i = 0; i < sdp->session_lines; i++) {
		const mclmr_sdp_line_t *line = &sdp->line[i];

		if(line->dropped)
			continue;
		if(line->type == 'o') {
			put_origin(text, line, connection);
		} else if(!is_place(line)) {
			put_line(text, line);
		} else if(line->type == 'c' && !has_connection) {
			put_connection(text, connection);
			has_connection = true;
		}
	}
	return has_connection;
}

/* Writes the m= line with the relay's port in place of the sender's. */
static void put_media(mclmr_text_t *text, const mclmr_sdp_section_t *section,
		const mclmr_relay_place_t *place)
{
	const mclmr_span_t line = section->line->text, port = section->port_text;

	if(section->port == 0) {
		put_line(text, section->line);
		return;
	}
	mclmr_text_put(text, (mclmr_span_t){line.s, (size_t)(port.s - line.s)});
	mclmr_text_number(text, place->port);
	mclmr_text_put(text, mclmr_span_from(line, port.s + port.len));
	mclmr_text_string(text, "\r\n");
}

/* True for a section with an address of its own. */
static bool has_connection(const mclmr_sdp_section_t *section)
{
	for(size_t i = 0; i < section->lines; i++) {
		if(section->line[i].type == 'c' && !section->line[i].dropped)
			return true;
	}
	return false;
}

/* Writes a section. Its address comes after m= and i= (RFC 8866 9). */
static void put_section(mclmr_text_t *text, const mclmr_sdp_section_t *section,
		const mclmr_relay_place_t *place, const mclmr_connection_t *own)
{
	size_t i = 1;

	put_media(text, section, place);
	for(; i < section->lines && section->line[i].type == 'i'; i++)
		put_line(text, &section->line[i]);
	if(own != NULL)
		put_connection(text, own);
	for(; i < section->lines; i++) {
		if(!section->line[i].dropped && !is_place(&section->line[i]))
			put_line(text, &section->line[i]);
	}
}

bool mclmr_relay_reply_write(const mclmr_sdp_t *sdp,
		const mclmr_relay_reply_t *reply, mclmr_arena_t *arena,
		mclmr_span_t *text)
{
	const mclmr_connection_t *first = first_connection(sdp, reply);
	mclmr_text_t out = mclmr_text(arena);
	bool in_session = put_session(&out, sdp, first);

	for(size_t i = 0; i < sdp->sections; i++) {
		const mclmr_relay_place_t *place = &reply->place[i];
		const mclmr_connection_t *here =
				place->port != 0 ? &place->connection : first;
		bool is_said = in_session && mclmr_connection_equal(here, first);

		put_section(&out, &sdp->section[i], place,
				has_connection(&sdp->section[i]) || (!is_said && place->port)
						? here
						: NULL);
	}
	return mclmr_text_done(&out, text);
}
