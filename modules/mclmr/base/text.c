/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One bounded buffer for all results of a message; a text put together in it. */
#include <stdio.h>

#include "text.h"

#define DIGITS 20 /* of the largest unsigned long */

void mclmr_text_put(mclmr_text_t *text, mclmr_span_t octets)
{
	mclmr_span_t copy;

	if(text->full || octets.len == 0)
		return;
	if(!mclmr_arena_copy(text->arena, octets, &copy)) {
		text->full = true;
		return;
	}
	if(text->span.s == NULL)
		text->span.s = copy.s;
	text->span.len += copy.len;
}

void mclmr_text_string(mclmr_text_t *text, const char *string)
{
	mclmr_text_put(text, mclmr_span(string));
}

/* By hand: state is full of numbers, and printf() made a seventh of the
 * instructions that the module spent on an offer. */
void mclmr_text_number(mclmr_text_t *text, unsigned long number)
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

void mclmr_text_escaped(mclmr_text_t *text, mclmr_span_t octets)
{
	for(size_t i = 0; i < octets.len; i++) {
		unsigned char c = (unsigned char)octets.s[i];
		char escape[5];

		if(c >= ' ' && c < 0x7f && c != '\\') {
			mclmr_text_put(text, (mclmr_span_t){octets.s + i, 1});
			continue;
		}
		(void)snprintf(escape, sizeof(escape), "\\x%02x", c);
		mclmr_text_string(text, escape);
	}
}

bool mclmr_text_done(const mclmr_text_t *text, mclmr_span_t *done)
{
	*done = text->full ? (mclmr_span_t){NULL, 0} : text->span;
	return !text->full;
}
