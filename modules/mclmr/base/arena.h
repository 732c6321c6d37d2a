/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * arena: one bounded buffer that all results of one message are cut from.
 * Nothing is freed singly: the owner resets the whole.
 */
#ifndef MCLMR_ARENA_H
#define MCLMR_ARENA_H

#include "span.h"

typedef struct mclmr_arena
{
	char *begin; /* owned by the caller */
	size_t size; /* octets at begin */
	size_t used; /* octets given away */
} mclmr_arena_t;

/* An arena over size octets at buffer, which must outlive it. */
mclmr_arena_t mclmr_arena(char *buffer, size_t size);

/* n octets aligned for any type, not cleared; NULL if they do not fit. */
void *mclmr_arena_alloc(mclmr_arena_t *arena, size_t n);

/* A copy of text into *copy; false (and *copy empty) if it does not fit. */
bool mclmr_arena_copy(
		mclmr_arena_t *arena, mclmr_span_t text, mclmr_span_t *copy);

#endif
