/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The URIs of P-Associated-URI. */
#include "field.h"
#include "implicit_set.h"
#include "uri.h"

bool mclmr_implicit_set_has(const mclmr_implicit_set_t *set, mclmr_span_t key)
{
	for(size_t i = 0; i < set->n; i++) {
		if(mclmr_span_equal(set->key[i], key))
			return true;
	}
	return false;
}

/* Adds one URI; false if it is none. */
static bool add_uri(
		mclmr_implicit_set_t *set, mclmr_span_t uri, mclmr_arena_t *arena)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return false;
	if(mclmr_implicit_set_has(set, key))
		return true;
	if(set->n == MCLMR_MAX_IMPLICIT
			|| !mclmr_arena_copy(arena, key, &set->key[set->n]))
		set->more = true;
	else
		set->n++;
	return true;
}

/* The URIs of an element in which brackets are missing. */
static void add_pieces(
		mclmr_implicit_set_t *set, mclmr_span_t element, mclmr_arena_t *arena)
{
	while(element.len > 0) {
		mclmr_span_t piece = mclmr_span_trim(mclmr_span_cut(&element, ','));

		if(piece.len > 0 && piece.s[0] == '<')
			piece = mclmr_span_from(piece, piece.s + 1);
		(void)add_uri(set, mclmr_span_cut(&piece, '>'), arena);
	}
}

void mclmr_implicit_set_add(
		mclmr_implicit_set_t *set, mclmr_span_t value, mclmr_arena_t *arena)
{
	mclmr_span_t element;

	while(!set->more && mclmr_field_next(&value, &element)) {
		if(!add_uri(set, mclmr_field_uri(element), arena)
				&& element.s[0] == '<')
			add_pieces(set, element, arena);
	}
}
