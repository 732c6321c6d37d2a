/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What in a description leads media around a media relay. */
#include "bypass.h"

/* Words of a c= line: network, kind of address, address. */
#define CONNECTION_WORDS 3

/* Attributes that go; compared without case, as a receiver might do. */
static const mclmr_span_t names[] = {{"candidate", 9},
		{"remote-candidates", 17}, {"end-of-candidates", 17}, {"alt", 3},
		{"altc", 4}, {"source-filter", 13}};

/* True for an attribute of which nothing may stay. */
static bool leads_around(mclmr_span_t name)
{
	if(mclmr_span_starts_nocase(name, MCLMR_SPAN("ice-")))
		return true;
	for(size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if(mclmr_span_equal_nocase(name, names[i]))
			return true;
	}
	return false;
}

/* Cuts a line after some words of its value; true if more stood there. */
static bool cut_after(mclmr_sdp_line_t *line, int words)
{
	mclmr_span_t rest = line->value;
	mclmr_span_t word = {line->value.s, 0};

	for(int i = 0; i < words; i++)
		word = mclmr_sdp_word(&rest);
	if(rest.len == 0)
		return false;
	line->text.len = (size_t)(word.s + word.len - line->text.s);
	line->value.len = (size_t)(word.s + word.len - line->value.s);
	return true;
}

/* Takes out what a line says of other addresses; true if there was any. */
static bool clean(mclmr_sdp_line_t *line)
{
	mclmr_span_t name = mclmr_span_trim(line->name);

	if(line->type == 'c')
		return cut_after(line, CONNECTION_WORDS);
	if(line->type != 'a')
		return false;
	if(mclmr_span_equal_nocase(name, MCLMR_SPAN("rtcp")))
		return cut_after(line, 1);
	if(!leads_around(name))
		return false;
	line->dropped = true;
	return true;
}

/* True for a section with an address of its own. */
static bool has_connection(const mclmr_sdp_section_t *section)
{
	for(size_t i = 0; i < section->lines; i++) {
		if(section->line[i].type == 'c')
			return true;
	}
	return false;
}

/* Takes the c= of the session out if no section uses it, since the relay
 * replaces it only if one does; true if there was one. */
static bool drop_unused(mclmr_sdp_t *sdp)
{
	bool found = false;

	for(size_t i = 0; i < sdp->sections; i++) {
		if(!has_connection(&sdp->section[i]))
			return false;
	}
	for(size_t i = 0; sdp->sections > 0 && i < sdp->session_lines; i++) {
		if(sdp->line[i].type != 'c')
			continue;
		sdp->line[i].dropped = true;
		found = true;
	}
	return found;
}

/* Takes all c= lines but the first out of some lines: more than one are layers
 * of a multicast, and readers without it differ in which one they take. True
 * if there were any. */
static bool keep_first_connection(mclmr_sdp_line_t *line, size_t lines)
{
	bool has_one = false, found = false;

	for(size_t i = 0; i < lines; i++) {
		if(line[i].type != 'c')
			continue;
		line[i].dropped |= has_one;
		found |= has_one;
		has_one = true;
	}
	return found;
}

/* Takes the surplus c= lines of session and sections out. */
static bool drop_surplus(mclmr_sdp_t *sdp)
{
	bool found = keep_first_connection(sdp->line, sdp->session_lines);

	for(size_t i = 0; i < sdp->sections; i++)
		found |= keep_first_connection(
				sdp->section[i].line, sdp->section[i].lines);
	return found;
}

/* What a line is called in a reason. */
static mclmr_span_t word_of(const mclmr_sdp_line_t *line)
{
	return line->type == 'a' ? line->name : MCLMR_SPAN("c");
}

mclmr_span_t mclmr_bypass_remove(mclmr_sdp_t *sdp)
{
	mclmr_span_t first = {NULL, 0};

	for(size_t i = 0; i < sdp->lines; i++) {
		if(clean(&sdp->line[i]) && first.len == 0)
			first = word_of(&sdp->line[i]);
	}
	if(drop_surplus(sdp) && first.len == 0)
		first = MCLMR_SPAN("c");
	if(drop_unused(sdp) && first.len == 0)
		first = MCLMR_SPAN("c");
	return first;
}

bool mclmr_bypass_is_section(const mclmr_sdp_section_t *section)
{
	return mclmr_span_equal_nocase(section->media, MCLMR_SPAN("message"));
}
