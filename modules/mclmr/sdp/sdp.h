/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * sdp: a session description (RFC 8866) as lines that keep their text and
 * place, with what a media policy has to know of them. Edits are marks on
 * lines, sections and formats; the writer follows them.
 */
#ifndef MCLMR_SDP_H
#define MCLMR_SDP_H

#include "mclmr/base/arena.h"
#include "mclmr/base/status.h"

#define MCLMR_SDP_MAX_SIZE 16384  /* octets */
#define MCLMR_SDP_MAX_LINES 512	  /* in all */
#define MCLMR_SDP_MAX_SECTIONS 16 /* m= lines */
#define MCLMR_SDP_MAX_FORMATS 64  /* of one section */

typedef struct mclmr_sdp_line
{
	mclmr_span_t text; /* without its end; what is written */
	char type;
	mclmr_span_t name;	/* of an attribute, else empty */
	mclmr_span_t value; /* after "=", of an attribute after ":" */
	bool dropped;		/* is not written */
} mclmr_sdp_line_t;

typedef struct mclmr_sdp_format
{
	mclmr_span_t token; /* as in the m= line */
	int pt;				/* payload type, -1: the token is no number */
	mclmr_span_t name;	/* of the rtpmap, empty if there is none */
	unsigned clock;
	unsigned channels;		/* 1 if not given */
	mclmr_sdp_line_t *fmtp; /* NULL if there is none */
	mclmr_span_t params;	/* of the fmtp, empty if there is none */
	bool dropped;			/* goes, with the lines that describe it */
} mclmr_sdp_format_t;

typedef struct mclmr_sdp_section
{
	mclmr_sdp_line_t *line; /* line[0] is the m= line */
	size_t lines;			/* 0 if it is added */
	mclmr_span_t media;
	mclmr_span_t port_text; /* PORT or PORT/NUMBER */
	unsigned port;
	mclmr_span_t proto;
	mclmr_sdp_format_t *format; /* in the order in which they are written */
	size_t formats;				/* at least one */
	bool no_format;				/* it lists none: the one here stands for it */
	bool doubtful;				/* others may read its formats otherwise */
	bool edited;				/* the m= line is composed anew */
	bool closed;				/* leaves with port 0 */
} mclmr_sdp_section_t;

typedef struct mclmr_sdp
{
	mclmr_sdp_line_t *line; /* all lines; those of the session come first */
	size_t lines;
	size_t session_lines;
	mclmr_sdp_section_t section[MCLMR_SDP_MAX_SECTIONS];
	size_t sections;
} mclmr_sdp_t;

/*
 * Reads text, whose octets the result points into. Lines end in CRLF or LF;
 * empty lines at the end are dropped. MCLMR_OK; MCLMR_SDP_MALFORMED, also
 * for what readers could take for different things (a second v=, o= or s=
 * line, a NUL or a lone CR); MCLMR_SDP_LIMIT; MCLMR_INTERNAL if the arena is
 * full.
 *
 * A section of audio that is active has to list formats, none twice, each with
 * one rtpmap and one fmtp at most; another one that does not is doubtful. One
 * that lists no format carries nothing: it is closed, with a format as
 * placeholder (RFC 3264 6). Of a section that is not active the formats over
 * MCLMR_SDP_MAX_FORMATS are not read.
 */
mclmr_status_t mclmr_sdp_read(
		mclmr_span_t text, mclmr_arena_t *arena, mclmr_sdp_t **sdp);

/* Writes all that is not dropped, lines ended by CRLF; false if the arena
 * is full. */
bool mclmr_sdp_write(
		const mclmr_sdp_t *sdp, mclmr_arena_t *arena, mclmr_span_t *text);

/* True for an attribute line of that name that is not dropped. */
static inline bool mclmr_sdp_is(const mclmr_sdp_line_t *line, mclmr_span_t name)
{
	return !line->dropped && line->type == 'a'
		   && mclmr_span_equal(line->name, name);
}

/* The next such attribute at or after *at, which moves past it; NULL if there
 * is none. */
mclmr_sdp_line_t *mclmr_sdp_next(
		mclmr_sdp_line_t *line, size_t lines, mclmr_span_t name, size_t *at);

/* True if such an attribute is among the lines. */
bool mclmr_sdp_has(mclmr_sdp_line_t *line, size_t lines, mclmr_span_t name);

/* Cuts the octets before the first blank off *rest, and all blanks. */
mclmr_span_t mclmr_sdp_word(mclmr_span_t *rest);

/* The number of a text of 1 to 9 digits, -1 if it is none. */
long mclmr_sdp_number(mclmr_span_t text);

/* Reads NAME/CLOCK[/CHANNELS] into a format; what does not fit leaves it
 * without name. */
void mclmr_sdp_encoding(mclmr_span_t text, mclmr_sdp_format_t *format);

/* The next "name=value" of fmtp parameters; false at the end. */
bool mclmr_sdp_param(
		mclmr_span_t *params, mclmr_span_t *name, mclmr_span_t *value);

/* True for a section that calls itself audio. */
bool mclmr_sdp_is_audio(const mclmr_sdp_section_t *section);

/* True for a section over RTP, protected or not. */
bool mclmr_sdp_is_rtp(const mclmr_sdp_section_t *section);

/* True for a section that can carry speech: audio, and all over RTP but for
 * those of which all formats have the clock of video. */
bool mclmr_sdp_can_speak(const mclmr_sdp_section_t *section);

/* True if media can flow: a port, or bundled without one, and not
 * closed. */
bool mclmr_sdp_is_active(const mclmr_sdp_section_t *section);

/* Gives the section port 0 and leaves one format as placeholder; nor is it
 * bundled any more. */
void mclmr_sdp_close(mclmr_sdp_section_t *section);

/* Adds a section of port 0 at the end, with media, transport and first format
 * of another one, which has to live as long. false if there are as many as
 * there may be. */
bool mclmr_sdp_add_closed(mclmr_sdp_t *sdp, const mclmr_sdp_section_t *like);

/* Drops the lines that describe formats that are dropped. */
void mclmr_sdp_drop_orphans(mclmr_sdp_section_t *section);

#endif
