/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Session description: lines that stay, sections, formats; reader and
 * writer. */
#include <string.h>

#include "mclmr/base/text.h"
#include "sdp.h"

#define MAX_PORT 65535
#define SESSION_HEAD 3	  /* lines that a session begins with: v=, o=, s= */
#define VIDEO_CLOCK 90000 /* Hz, of every video format (RFC 3551 5) */
#define PLACEHOLDER "96"  /* a format that means nothing without rtpmap */


/* What separates the words of a line. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

mclmr_span_t mclmr_sdp_word(mclmr_span_t *rest)
{
	mclmr_span_t word = mclmr_span_trim(*rest);

	*rest = word;
	while(rest->len > 0 && !is_blank(rest->s[0])) {
		rest->s++;
		rest->len--;
	}
	word.len -= rest->len;
	*rest = mclmr_span_skip_space(*rest);
	return word;
}

long mclmr_sdp_number(mclmr_span_t text)
{
	long value = 0;

	if(text.len == 0 || text.len > 9)
		return -1;
	for(size_t i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return -1;
		value = value * 10 + (text.s[i] - '0');
	}
	return value;
}

bool mclmr_sdp_param(
		mclmr_span_t *params, mclmr_span_t *name, mclmr_span_t *value)
{
	while(params->len > 0) {
		*value = mclmr_span_trim(mclmr_span_cut(params, ';'));
		*name = mclmr_span_trim(mclmr_span_cut(value, '='));
		*value = mclmr_span_trim(*value);
		if(name->len > 0)
			return true;
	}
	return false;
}

mclmr_sdp_line_t *mclmr_sdp_next(
		mclmr_sdp_line_t *line, size_t lines, mclmr_span_t name, size_t *at)
{
	while(*at < lines) {
		mclmr_sdp_line_t *here = &line[(*at)++];

		if(mclmr_sdp_is(here, name))
			return here;
	}
	return NULL;
}

bool mclmr_sdp_has(mclmr_sdp_line_t *line, size_t lines, mclmr_span_t name)
{
	size_t at = 0;

	return mclmr_sdp_next(line, lines, name, &at) != NULL;
}

/* The text without the line ends after it. */
static mclmr_span_t without_end(mclmr_span_t text)
{
	while(text.len > 0
			&& (text.s[text.len - 1] == '\n' || text.s[text.len - 1] == '\r'))
		text.len--;
	return text;
}

/* The lines of the text, counted. */
static size_t count_lines(mclmr_span_t text)
{
	const char *end = text.s + text.len;
	const char *at = text.s;
	size_t n = 1;

	while((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		n++;
	}
	return n;
}

/* Reads one line without its LF; false if it is none, or has a CR that could
 * end it for another reader. */
static bool read_line(mclmr_span_t text, mclmr_sdp_line_t *line)
{
	if(text.len > 0 && text.s[text.len - 1] == '\r')
		text.len--;
	if(text.len < 2 || text.s[0] < 'a' || text.s[0] > 'z' || text.s[1] != '='
			|| memchr(text.s, '\r', text.len) != NULL)
		return false;
	*line = (mclmr_sdp_line_t){.text = text, .type = text.s[0]};
	line->value = (mclmr_span_t){text.s + 2, text.len - 2};
	if(line->type == 'a')
		line->name = mclmr_span_cut(&line->value, ':');
	return true;
}

/* Reads all lines into the arena. */
static mclmr_status_t read_lines(
		mclmr_span_t text, mclmr_arena_t *arena, mclmr_sdp_t *sdp)
{
	size_t n = count_lines(text);

	if(n > MCLMR_SDP_MAX_LINES)
		return MCLMR_SDP_LIMIT;
	if(memchr(text.s, '\0', text.len) != NULL)
		return MCLMR_SDP_MALFORMED; /* the end, for another reader */
	sdp->line = mclmr_arena_alloc(arena, n * sizeof(*sdp->line));
	if(sdp->line == NULL)
		return MCLMR_INTERNAL;
	while(sdp->lines < n) {
		if(!read_line(mclmr_span_cut(&text, '\n'), &sdp->line[sdp->lines++]))
			return MCLMR_SDP_MALFORMED;
	}
	return MCLMR_OK;
}

/* True for the type of a line that a session begins with. */
static bool begins_session(char type)
{
	return type == 'v' || type == 'o' || type == 's';
}

/* True if the text begins with v=0, o= and s=, and nothing in it begins like
 * this again: that would be a second description. */
static bool is_one_session(const mclmr_sdp_t *sdp)
{
	if(sdp->session_lines < SESSION_HEAD
			|| !mclmr_span_equal(sdp->line[0].text, MCLMR_SPAN("v=0"))
			|| sdp->line[1].type != 'o' || sdp->line[2].type != 's')
		return false;
	for(size_t i = SESSION_HEAD; i < sdp->lines; i++) {
		if(begins_session(sdp->line[i].type))
			return false;
	}
	return true;
}

/* Cuts the lines into the session part and the sections. */
static mclmr_status_t cut_sections(mclmr_sdp_t *sdp)
{
	mclmr_sdp_section_t *section = NULL;

	for(size_t i = 0; i < sdp->lines; i++) {
		if(sdp->line[i].type == 'm') {
			if(sdp->sections == MCLMR_SDP_MAX_SECTIONS)
				return MCLMR_SDP_LIMIT;
			section = &sdp->section[sdp->sections++];
			*section = (mclmr_sdp_section_t){.line = &sdp->line[i]};
		}
		if(section == NULL)
			sdp->session_lines++;
		else
			section->lines++;
	}
	return is_one_session(sdp) ? MCLMR_OK : MCLMR_SDP_MALFORMED;
}

/* Reads PORT or PORT/NUMBER. */
static bool read_port(mclmr_sdp_section_t *section)
{
	mclmr_span_t rest = section->port_text;
	long port = mclmr_sdp_number(mclmr_span_cut(&rest, '/'));

	if(port < 0 || port > MAX_PORT)
		return false;
	if(rest.s != NULL && mclmr_sdp_number(rest) < 1)
		return false;
	section->port = (unsigned)port;
	return true;
}

/* True if another format before this one has its token or PT. */
static bool is_repeated(const mclmr_sdp_section_t *section, size_t which)
{
	const mclmr_sdp_format_t *format = &section->format[which];

	for(size_t i = 0; i < which; i++) {
		if(mclmr_span_equal(section->format[i].token, format->token)
				|| (format->pt >= 0 && section->format[i].pt == format->pt))
			return true;
	}
	return false;
}

/* The words of a text, counted. */
static size_t count_words(mclmr_span_t text)
{
	size_t n = 0;

	while(mclmr_sdp_word(&text).len > 0)
		n++;
	return n;
}

/* Completes an m= line without format: the text of its formats. */
static mclmr_span_t complete(mclmr_sdp_section_t *section)
{
	if(section->proto.len == 0)
		section->proto = MCLMR_SPAN("RTP/AVP");
	section->no_format = true;
	section->edited = true;
	return MCLMR_SPAN(PLACEHOLDER);
}

/* Reads the formats of an m= line into the arena. */
static mclmr_status_t read_formats(
		mclmr_span_t text, mclmr_arena_t *arena, mclmr_sdp_section_t *section)
{
	size_t n = count_words(text);

	if(n > MCLMR_SDP_MAX_FORMATS) {
		if(mclmr_sdp_is_active(section))
			return MCLMR_SDP_LIMIT;
		n = MCLMR_SDP_MAX_FORMATS;
	}
	if(n == 0) {
		text = complete(section);
		n = 1;
	}
	section->format = mclmr_arena_alloc(arena, n * sizeof(*section->format));
	if(section->format == NULL)
		return MCLMR_INTERNAL;
	for(; section->formats < n; section->formats++) {
		mclmr_span_t token = mclmr_sdp_word(&text);

		section->format[section->formats] = (mclmr_sdp_format_t){
				.token = token, .pt = (int)mclmr_sdp_number(token)};
		section->doubtful |= is_repeated(section, section->formats);
	}
	return MCLMR_OK;
}

/* The format that begins the value of an attribute, cut off *value; NULL
 * if the section has no such format. */
static mclmr_sdp_format_t *cut_format(
		mclmr_sdp_section_t *section, mclmr_span_t *value)
{
	mclmr_span_t token = mclmr_sdp_word(value);
	long pt = mclmr_sdp_number(token);

	for(size_t i = 0; i < section->formats; i++) {
		mclmr_sdp_format_t *format = &section->format[i];

		if(mclmr_span_equal(format->token, token)
				|| (pt >= 0 && format->pt == pt))
			return format;
	}
	return NULL;
}

void mclmr_sdp_encoding(mclmr_span_t text, mclmr_sdp_format_t *format)
{
	mclmr_span_t name = mclmr_span_cut(&text, '/');
	long clock = mclmr_sdp_number(mclmr_span_cut(&text, '/'));
	long channels = text.s == NULL ? 1 : mclmr_sdp_number(text);

	if(clock < 1 || channels < 1 || name.len == 0)
		return;
	format->name = name;
	format->clock = (unsigned)clock;
	format->channels = (unsigned)channels;
}

/* Gives each format its first rtpmap and fmtp. */
static void describe_formats(mclmr_sdp_section_t *section)
{
	bool mapped[MCLMR_SDP_MAX_FORMATS] = {false};

	for(size_t i = 1; i < section->lines; i++) {
		mclmr_sdp_line_t *line = &section->line[i];
		mclmr_span_t value = line->value;
		bool is_map = mclmr_sdp_is(line, MCLMR_SPAN("rtpmap"));
		mclmr_sdp_format_t *format;

		if(!is_map && !mclmr_sdp_is(line, MCLMR_SPAN("fmtp")))
			continue;
		format = cut_format(section, &value);
		if(format == NULL)
			continue;
		if(is_map ? mapped[format - section->format] : format->fmtp != NULL) {
			section->doubtful = true;
			continue;
		}
		if(is_map) {
			mapped[format - section->format] = true;
			mclmr_sdp_encoding(value, format);
		} else {
			format->fmtp = line;
			format->params = value;
		}
	}
}

/* Reads the m= line of a section and what its formats are. */
static mclmr_status_t read_section(
		mclmr_arena_t *arena, mclmr_sdp_section_t *section)
{
	mclmr_span_t rest = section->line[0].value;
	bool must_be_clear;
	mclmr_status_t status;

	section->media = mclmr_sdp_word(&rest);
	section->port_text = mclmr_sdp_word(&rest);
	section->proto = mclmr_sdp_word(&rest);
	if(!read_port(section))
		return MCLMR_SDP_MALFORMED;
	must_be_clear = mclmr_sdp_is_audio(section) && mclmr_sdp_is_active(section);
	status = read_formats(rest, arena, section);
	if(status != MCLMR_OK)
		return status;
	describe_formats(section);
	if(must_be_clear && (section->doubtful || section->no_format))
		return MCLMR_SDP_MALFORMED;
	if(section->no_format && mclmr_sdp_is_active(section))
		mclmr_sdp_close(section);
	return MCLMR_OK;
}

mclmr_status_t mclmr_sdp_read(
		mclmr_span_t text, mclmr_arena_t *arena, mclmr_sdp_t **sdp)
{
	mclmr_sdp_t *read;
	mclmr_status_t status;

	*sdp = NULL;
	if(text.len > MCLMR_SDP_MAX_SIZE)
		return MCLMR_SDP_LIMIT;
	text = without_end(text);
	if(text.len == 0)
		return MCLMR_SDP_MALFORMED;
	read = mclmr_arena_alloc(arena, sizeof(*read));
	if(read == NULL)
		return MCLMR_INTERNAL;
	memset(read, 0, sizeof(*read));
	status = read_lines(text, arena, read);
	if(status == MCLMR_OK)
		status = cut_sections(read);
	for(size_t i = 0; status == MCLMR_OK && i < read->sections; i++)
		status = read_section(arena, &read->section[i]);
	if(status == MCLMR_OK)
		*sdp = read;
	return status;
}

bool mclmr_sdp_is_audio(const mclmr_sdp_section_t *section)
{
	return mclmr_span_equal_nocase(section->media, MCLMR_SPAN("audio"));
}

bool mclmr_sdp_is_rtp(const mclmr_sdp_section_t *section)
{
	return mclmr_span_find_nocase(section->proto, MCLMR_SPAN("RTP/")) != NULL;
}

bool mclmr_sdp_can_speak(const mclmr_sdp_section_t *section)
{
	if(mclmr_sdp_is_audio(section))
		return true;
	for(size_t i = 0; mclmr_sdp_is_rtp(section) && i < section->formats; i++) {
		if(section->format[i].clock != VIDEO_CLOCK)
			return true;
	}
	return false;
}

bool mclmr_sdp_is_active(const mclmr_sdp_section_t *section)
{
	return !section->closed
		   && (section->port != 0
				   || mclmr_sdp_has(section->line, section->lines,
						   MCLMR_SPAN("bundle-only")));
}

void mclmr_sdp_close(mclmr_sdp_section_t *section)
{
	for(size_t i = 0; i < section->formats; i++)
		section->format[i].dropped = i > 0;
	for(size_t i = 1; i < section->lines; i++) {
		if(mclmr_sdp_is(&section->line[i], MCLMR_SPAN("bundle-only")))
			section->line[i].dropped = true;
	}
	section->closed = true;
	section->edited = true;
	mclmr_sdp_drop_orphans(section);
}

bool mclmr_sdp_add_closed(mclmr_sdp_t *sdp, const mclmr_sdp_section_t *like)
{
	if(sdp->sections == MCLMR_SDP_MAX_SECTIONS)
		return false;
	sdp->section[sdp->sections++] = (mclmr_sdp_section_t){.media = like->media,
			.proto = like->proto,
			.format = like->format,
			.formats = 1,
			.edited = true,
			.closed = true};
	return true;
}

/* True for "pt=LIST" of a=rid that names a format that is dropped. */
static bool rid_names_dropped(
		mclmr_sdp_section_t *section, const mclmr_sdp_line_t *line)
{
	const char *at = mclmr_span_find(line->value, MCLMR_SPAN("pt="));
	mclmr_span_t list;

	if(at == NULL)
		return false;
	list = mclmr_span_from(line->value, at + 3);
	list = mclmr_span_cut(&list, ';');
	while(list.len > 0) {
		mclmr_span_t token = mclmr_span_cut(&list, ',');
		mclmr_sdp_format_t *format = cut_format(section, &token);

		if(format != NULL && format->dropped)
			return true;
	}
	return false;
}

/* True for a line that says something of a format that is dropped. */
static bool is_orphan(
		mclmr_sdp_section_t *section, const mclmr_sdp_line_t *line)
{
	mclmr_span_t value = line->value;
	const mclmr_sdp_format_t *format;

	if(mclmr_sdp_is(line, MCLMR_SPAN("rid")))
		return rid_names_dropped(section, line);
	if(!mclmr_sdp_is(line, MCLMR_SPAN("rtpmap"))
			&& !mclmr_sdp_is(line, MCLMR_SPAN("fmtp"))
			&& !mclmr_sdp_is(line, MCLMR_SPAN("rtcp-fb")))
		return false;
	format = cut_format(section, &value);
	return format != NULL && format->dropped;
}

void mclmr_sdp_drop_orphans(mclmr_sdp_section_t *section)
{
	bool rid_dropped = false;
	size_t at = 1;
	mclmr_sdp_line_t *line;

	for(size_t i = 1; i < section->lines; i++) {
		line = &section->line[i];
		if(!is_orphan(section, line))
			continue;
		rid_dropped |= mclmr_sdp_is(line, MCLMR_SPAN("rid"));
		line->dropped = true;
	}
	if(!rid_dropped)
		return;
	while((line = mclmr_sdp_next(
				   section->line, section->lines, MCLMR_SPAN("simulcast"), &at))
			!= NULL)
		line->dropped = true;
}

/* Composes an m= line. */
static void put_media(mclmr_text_t *text, const mclmr_sdp_section_t *section)
{
	mclmr_text_put(text, MCLMR_SPAN("m="));
	mclmr_text_put(text, section->media);
	mclmr_text_put(text, MCLMR_SPAN(" "));
	mclmr_text_put(
			text, section->closed ? MCLMR_SPAN("0") : section->port_text);
	mclmr_text_put(text, MCLMR_SPAN(" "));
	mclmr_text_put(text, section->proto);
	for(size_t i = 0; i < section->formats; i++) {
		if(section->format[i].dropped)
			continue;
		mclmr_text_put(text, MCLMR_SPAN(" "));
		mclmr_text_put(text, section->format[i].token);
	}
}

/* Adds the lines that are not dropped, from the first one on. */
static void put_lines(
		mclmr_text_t *text, const mclmr_sdp_line_t *line, size_t lines)
{
	for(size_t i = 0; i < lines; i++) {
		if(line[i].dropped)
			continue;
		mclmr_text_put(text, line[i].text);
		mclmr_text_put(text, MCLMR_SPAN("\r\n"));
	}
}

/* Adds a section. */
static void put_section(mclmr_text_t *text, const mclmr_sdp_section_t *section)
{
	if(!section->edited) {
		put_lines(text, section->line, section->lines);
		return;
	}
	put_media(text, section);
	mclmr_text_put(text, MCLMR_SPAN("\r\n"));
	if(section->lines > 0)
		put_lines(text, section->line + 1, section->lines - 1);
}

bool mclmr_sdp_write(
		const mclmr_sdp_t *sdp, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t out = mclmr_text(arena);

	put_lines(&out, sdp->line, sdp->session_lines);
	for(size_t i = 0; i < sdp->sections; i++)
		put_section(&out, &sdp->section[i]);
	return mclmr_text_done(&out, text);
}
