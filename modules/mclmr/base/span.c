/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Octets that belong to something else: pointer and length. */
#define _GNU_SOURCE /* memmem(); NOLINT(bugprone-reserved-identifier) */
#include <string.h>

#include "span.h"

/* Places that are looked at one by one before memmem() takes over. */
#define FEW 16

bool mclmr_span_equal_nocase(mclmr_span_t a, mclmr_span_t b)
{
	if(a.len != b.len)
		return false;
	if(mclmr_span_equal(a, b))
		return true;
	for(size_t i = 0; i < a.len; i++) {
		if(mclmr_span_lower(a.s[i]) != mclmr_span_lower(b.s[i]))
			return false;
	}
	return true;
}

bool mclmr_span_starts(mclmr_span_t text, mclmr_span_t prefix)
{
	return text.len >= prefix.len
		   && mclmr_span_equal((mclmr_span_t){text.s, prefix.len}, prefix);
}

bool mclmr_span_starts_nocase(mclmr_span_t text, mclmr_span_t prefix)
{
	return text.len >= prefix.len
		   && mclmr_span_equal_nocase(
				   (mclmr_span_t){text.s, prefix.len}, prefix);
}

/* memmem() needs no longer for a hostile text than for another, but first
 * makes a table, which costs more than most texts here. */
const char *mclmr_span_find(mclmr_span_t text, mclmr_span_t needle)
{
	for(int i = 0; i < FEW; i++) {
		const char *at;

		if(needle.len == 0 || text.len < needle.len)
			return NULL;
		at = memchr(text.s, needle.s[0], text.len - needle.len + 1);
		if(at == NULL || memcmp(at, needle.s, needle.len) == 0)
			return at;
		text = mclmr_span_from(text, at + 1);
	}
	return memmem(text.s, text.len, needle.s, needle.len);
}

/* The first octet that is no letter, for which memchr() can look; the length
 * if there is none. */
static size_t find_caseless(mclmr_span_t text)
{
	size_t i = 0;

	while(i < text.len && mclmr_span_lower(text.s[i]) >= 'a'
			&& mclmr_span_lower(text.s[i]) <= 'z')
		i++;
	return i;
}

const char *mclmr_span_find_nocase(mclmr_span_t text, mclmr_span_t needle)
{
	size_t anchor = find_caseless(needle);

	if(needle.len == 0 || text.len < needle.len)
		return NULL;
	for(size_t i = 0; i <= text.len - needle.len; i++) {
		mclmr_span_t there = {text.s + i, needle.len};

		if(anchor < needle.len) {
			const char *at = memchr(there.s + anchor, needle.s[anchor],
					text.len - needle.len - i + 1);

			if(at == NULL)
				return NULL;
			i = (size_t)(at - text.s) - anchor;
			there.s = text.s + i;
		}
		if(mclmr_span_lower(there.s[0]) == mclmr_span_lower(needle.s[0])
				&& mclmr_span_equal_nocase(there, needle))
			return there.s;
	}
	return NULL;
}
