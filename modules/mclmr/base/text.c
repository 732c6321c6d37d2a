/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A text put together in an arena. */
#include <string.h>

#include "text.h"

#define DIGITS 20 /* of the largest number */

mclmr_text_t mclmr_text(mclmr_arena_t *arena)
{
	return (mclmr_text_t){.arena = arena,
			.s = arena->begin == NULL ? NULL : arena->begin + arena->used,
			.room = arena->begin == NULL ? 0 : arena->size - arena->used};
}

/* Nothing more is written. */
static void fill(mclmr_text_t *text)
{
	text->room = text->len;
	text->full = true;
}

void mclmr_text_put(mclmr_text_t *text, mclmr_span_t octets)
{
	if(octets.len > text->room - text->len) {
		fill(text);
		return;
	}
	if(octets.len > 0)
		memcpy(text->s + text->len, octets.s, octets.len);
	text->len += octets.len;
}

/* By hand: state is full of numbers, and printf() made a seventh of the
 * instructions that the module spent on an offer. */
void mclmr_text_number(mclmr_text_t *text, uint64_t number)
{
	char digits[DIGITS];
	size_t begin = sizeof(digits);

	do {
		digits[--begin] = (char)('0' + number % 10);
		number /= 10;
	} while(number > 0);
	mclmr_text_put(
			text, (mclmr_span_t){digits + begin, sizeof(digits) - begin});
}

void mclmr_text_lower(mclmr_text_t *text, mclmr_span_t octets)
{
	char *to;

	if(octets.len > text->room - text->len) {
		fill(text);
		return;
	}
	if(octets.len == 0)
		return;
	to = text->s + text->len;
	for(size_t i = 0; i < octets.len; i++)
		to[i] = mclmr_span_lower(octets.s[i]);
	text->len += octets.len;
}

void mclmr_text_hex(mclmr_text_t *text, mclmr_span_t octets)
{
	static const char digits[] = "0123456789abcdef";

	for(size_t i = 0; i < octets.len; i++) {
		unsigned char c = (unsigned char)octets.s[i];

		mclmr_text_char(text, digits[c >> 4]);
		mclmr_text_char(text, digits[c & 15]);
	}
}

void mclmr_text_escaped(mclmr_text_t *text, mclmr_span_t octets)
{
	for(size_t i = 0; i < octets.len; i++) {
		mclmr_span_t octet = {octets.s + i, 1};

		if(*octet.s >= ' ' && *octet.s < 0x7f && *octet.s != '\\') {
			mclmr_text_put(text, octet);
		} else {
			mclmr_text_put(text, MCLMR_SPAN("\\x"));
			mclmr_text_hex(text, octet);
		}
	}
}

/* What stands for an octet in XML; empty for one that stands for itself. */
static mclmr_span_t reference_of(char c)
{
	switch(c) {
		case '&':
			return MCLMR_SPAN("&amp;");
		case '<':
			return MCLMR_SPAN("&lt;");
		case '>':
			return MCLMR_SPAN("&gt;");
		default:
			return MCLMR_SPAN("");
	}
}

void mclmr_text_xml(mclmr_text_t *text, mclmr_span_t octets)
{
	for(size_t i = 0; i < octets.len; i++) {
		mclmr_span_t reference = reference_of(octets.s[i]);

		if(reference.len > 0)
			mclmr_text_put(text, reference);
		else
			mclmr_text_char(text, octets.s[i]);
	}
}

mclmr_span_t mclmr_text_so_far(const mclmr_text_t *text)
{
	return (mclmr_span_t){text->s, text->len};
}

bool mclmr_text_done(const mclmr_text_t *text, mclmr_span_t *done)
{
	mclmr_arena_t *arena = text->arena;

	*done = (mclmr_span_t){NULL, 0};
	if(text->full)
		return false;
	if(text->len == 0)
		return true;
	if(text->s != arena->begin + arena->used)
		return false;
	arena->used += text->len;
	*done = mclmr_text_so_far(text);
	return true;
}
