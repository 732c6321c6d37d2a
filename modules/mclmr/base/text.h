/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * text: a text that is put together piece by piece at the end of an arena.
 * From mclmr_text() to mclmr_text_done() nothing else is taken from it.
 *
 * A piece that does not fit is not written, nor is anything after it, so that
 * a text which is not whole cannot be taken for one: mclmr_text_done() tells.
 */
#ifndef MCLMR_TEXT_H
#define MCLMR_TEXT_H

#include <stdint.h>

#include "arena.h"

typedef struct mclmr_text
{
	mclmr_arena_t *arena;
	char *s;	 /* in the arena */
	size_t len;	 /* octets by now */
	size_t room; /* octets that there may be; len once it is full */
	bool full;
} mclmr_text_t;

/* An empty text at the end of an arena, for which it may have all the rest. */
mclmr_text_t mclmr_text(mclmr_arena_t *arena);

/* Adds one octet. Inline: keys of URIs are made octet by octet. */
static inline void mclmr_text_char(mclmr_text_t *text, char c)
{
	if(text->len == text->room)
		text->full = true;
	else
		text->s[text->len++] = c;
}

/* Adds octets. */
void mclmr_text_put(mclmr_text_t *text, mclmr_span_t octets);

/* Adds a string; inline, for nearly all are literals of known length. */
static inline void mclmr_text_string(mclmr_text_t *text, const char *string)
{
	mclmr_text_put(text, mclmr_span(string));
}

/* Adds a number. */
void mclmr_text_number(mclmr_text_t *text, uint64_t number);

/* Adds octets with ASCII letters in lower case. */
void mclmr_text_lower(mclmr_text_t *text, mclmr_span_t octets);

/* Adds two lower-case digits for each octet. */
void mclmr_text_hex(mclmr_text_t *text, mclmr_span_t octets);

/* Adds octets, those that are no printable ASCII, and "\", as \xNN. */
void mclmr_text_escaped(mclmr_text_t *text, mclmr_span_t octets);

/* Adds octets, those that XML has for itself as references. */
void mclmr_text_xml(mclmr_text_t *text, mclmr_span_t octets);

/* What there is by now; its octets stay where they are. */
mclmr_span_t mclmr_text_so_far(const mclmr_text_t *text);

/* Takes the text out of the arena. false, *done is then empty and nothing
 * taken: it did not fit, or something else was taken from the arena. */
bool mclmr_text_done(const mclmr_text_t *text, mclmr_span_t *done);

#endif
