/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One bounded buffer for all results of a message. */
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"

/* The next n octets at an address that is a multiple of alignment (a power
 * of two), NULL if they do not fit. */
static char *take(mclmr_arena_t *arena, size_t n, size_t alignment)
{
	size_t left = arena->size - arena->used;
	size_t address = (uintptr_t)arena->begin + arena->used;
	size_t padding = (alignment - address % alignment) % alignment;
	char *taken;

	if(arena->begin == NULL || padding > left || n > left - padding)
		return NULL;
	taken = arena->begin + arena->used + padding;
	arena->used += padding + n;
	return taken;
}

mclmr_arena_t mclmr_arena(char *buffer, size_t size)
{
	return (mclmr_arena_t){buffer, size, 0};
}

void *mclmr_arena_alloc(mclmr_arena_t *arena, size_t n)
{
	return take(arena, n, alignof(max_align_t));
}

bool mclmr_arena_copy(
		mclmr_arena_t *arena, mclmr_span_t text, mclmr_span_t *copy)
{
	char *taken = take(arena, text.len, 1);

	*copy = (mclmr_span_t){NULL, 0};
	if(taken == NULL)
		return false;
	if(text.len > 0)
		memcpy(taken, text.s, text.len);
	*copy = (mclmr_span_t){taken, text.len};
	return true;
}
