/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * text: a text that is put together piece by piece at the end of an arena.
 * From the first piece to mclmr_text_done() nothing else is taken from it.
 */
#ifndef MCLMR_TEXT_H
#define MCLMR_TEXT_H

#include "arena.h"

typedef struct mclmr_text
{
	mclmr_arena_t *arena;
	mclmr_span_t span; /* what there is by now */
	bool full;		   /* a piece did not fit: the text is not to be used */
} mclmr_text_t;

/* Adds octets, a string, a number. */
void mclmr_text_put(mclmr_text_t *text, mclmr_span_t octets);
void mclmr_text_string(mclmr_text_t *text, const char *string);
void mclmr_text_number(mclmr_text_t *text, unsigned long number);

/* Adds octets, those that are no printable ASCII, and "\", as \xNN. */
void mclmr_text_escaped(mclmr_text_t *text, mclmr_span_t octets);

/* The whole; false, and *done empty, where it did not fit. */
bool mclmr_text_done(const mclmr_text_t *text, mclmr_span_t *done);

#endif
