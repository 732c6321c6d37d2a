/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which encodings the payload types of a call are bound to, as text. */
#include <string.h>

#include "mclmr/base/text.h"
#include "binding.h"

#define MAX_NAME 31 /* no table has longer ones */
#define MAX_PT 127

/* A binding, read from its line. */
typedef struct binding
{
	size_t section;
	mclmr_sdp_format_t format; /* payload type and encoding */
} binding_t;

/* Cuts the next line that is a binding; false at the end. */
static bool next(mclmr_span_t *rest, binding_t *binding)
{
	while(rest->len > 0) {
		mclmr_span_t line = mclmr_span_cut(rest, '\n');
		long section = mclmr_sdp_number(mclmr_sdp_word(&line));
		long pt = mclmr_sdp_number(mclmr_sdp_word(&line));

		*binding = (binding_t){.section = (size_t)section};
		binding->format.pt = (int)pt;
		mclmr_sdp_encoding(line, &binding->format);
		if(section >= 0 && pt >= 0 && binding->format.name.len > 0)
			return true;
	}
	return false;
}

/* Finds the binding of a payload type; false if it has none. */
static bool find(
		mclmr_span_t bindings, size_t section, int pt, binding_t *found)
{
	while(next(&bindings, found)) {
		if(found->section == section && found->format.pt == pt)
			return true;
	}
	return false;
}

bool mclmr_binding_differs(
		mclmr_span_t bindings, size_t section, const mclmr_sdp_format_t *format)
{
	binding_t bound;

	if(format->name.len == 0 || !find(bindings, section, format->pt, &bound))
		return false;
	return !mclmr_span_equal_nocase(bound.format.name, format->name)
		   || bound.format.clock != format->clock
		   || bound.format.channels != format->channels;
}

static void put_binding(
		mclmr_text_t *text, size_t section, const mclmr_sdp_format_t *format)
{
	mclmr_text_number(text, section);
	mclmr_text_string(text, " ");
	mclmr_text_number(text, (unsigned long)format->pt);
	mclmr_text_string(text, " ");
	mclmr_text_put(text, format->name);
	mclmr_text_string(text, "/");
	mclmr_text_number(text, format->clock);
	if(format->channels != 1) {
		mclmr_text_string(text, "/");
		mclmr_text_number(text, format->channels);
	}
	mclmr_text_string(text, "\n");
}

/* True for a format that some table can name. */
static bool can_be_bound(const mclmr_sdp_format_t *format)
{
	return format->pt >= 0 && format->pt <= MAX_PT && format->name.len > 0
		   && format->name.len <= MAX_NAME
		   && memchr(format->name.s, ' ', format->name.len) == NULL;
}

/* Binds the formats of one side's section that are not bound yet. */
static void bind(
		mclmr_text_t *text, size_t which, const mclmr_sdp_section_t *section)
{
	for(size_t i = 0; i < section->formats; i++) {
		const mclmr_sdp_format_t *format = &section->format[i];
		binding_t bound;

		if(can_be_bound(format)
				&& !find(mclmr_text_so_far(text), which, format->pt, &bound))
			put_binding(text, which, format);
	}
}

bool mclmr_binding_renew(mclmr_span_t bindings, const mclmr_sdp_t *offer,
		const mclmr_sdp_t *answer, mclmr_arena_t *arena, mclmr_span_t *renewed)
{
	mclmr_text_t text = mclmr_text(arena);
	binding_t old;

	while(next(&bindings, &old)) {
		if(old.section >= answer->sections
				|| mclmr_sdp_is_active(&answer->section[old.section]))
			put_binding(&text, old.section, &old.format);
	}
	for(size_t i = 0; i < offer->sections && i < answer->sections; i++) {
		if(!mclmr_sdp_can_speak(&answer->section[i])
				|| !mclmr_sdp_is_active(&answer->section[i]))
			continue;
		bind(&text, i, &offer->section[i]);
		bind(&text, i, &answer->section[i]);
	}
	return mclmr_text_done(&text, renewed);
}
