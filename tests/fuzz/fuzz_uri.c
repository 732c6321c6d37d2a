/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a URI, and after a line feed another one. The key of a URI is the key
 * of itself, has no control character, is no longer than a URI may be, and is
 * the same whatever memory it is written to; its host stands in it. Two URIs
 * are equal whichever comes first, and then have one key.
 */
#include <string.h>

#include "mclmr/sip/uri.h"
#include "fuzz.h"

static char memory[8 * MCLMR_URI_MAX];

/* What holds of a key. */
static void check_key(mclmr_span_t key, mclmr_arena_t *arena)
{
	mclmr_span_t again;

	require(key.len > 0 && key.len <= MCLMR_URI_MAX);
	for(size_t i = 0; i < key.len; i++)
		require((unsigned char)key.s[i] > ' ' && key.s[i] != 0x7f);
	require(mclmr_uri_key(key, arena, &again));
	require(mclmr_span_equal(key, again));
	require(is_within(mclmr_uri_host(key), key));
}

/* Writes the key of a URI by all ways; empty if it has none. */
static mclmr_span_t key_of(mclmr_span_t uri, mclmr_arena_t *arena)
{
	mclmr_span_t key = {NULL, 0}, other;
	mclmr_uri_room_t room;
	bool has_key = mclmr_uri_key(uri, arena, &key);

	require(mclmr_uri_key_in(uri, &room, &other) == has_key);
	if(has_key) {
		require(mclmr_span_equal(key, other));
		check_key(key, arena);
	}
	require(mclmr_uri_key_if_any(uri, arena, &other));
	require(has_key ? mclmr_span_equal(key, other) : other.len == 0);
	return other;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t other = input_of(data, size);
	mclmr_span_t uri = mclmr_span_cut(&other, '\n');
	mclmr_span_t key = key_of(uri, &arena), other_key = key_of(other, &arena);
	bool same = mclmr_uri_equal(uri, other);

	(void)mclmr_uri_encrypted(uri);
	require(mclmr_uri_equal(other, uri) == same);
	if(key.len > 0 && uri.len <= MCLMR_URI_MAX)
		require(mclmr_uri_equal(uri, uri));
	if(same && key.len > 0 && other_key.len > 0)
		require(mclmr_span_equal(key, other_key));
	return 0;
}
