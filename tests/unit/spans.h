/* SPDX-License-Identifier: GPL-2.0-or-later */

/* spans: what tests expect of spans, and the keys of URIs. */
#ifndef TESTS_SPANS_H
#define TESTS_SPANS_H

#include "mclmr/base/span.h"
#include "mclmr/sip/uri.h"
#include "unit.h"

/* Fails unless both spans hold the same octets. */
static inline void assert_span(mclmr_span_t actual, mclmr_span_t expected)
{
	if(!mclmr_span_equal(actual, expected))
		fail_msg("\"%.*s\" is not \"%.*s\"", MCLMR_FMT(actual),
				MCLMR_FMT(expected));
}

/* The same of a span and a text. */
static inline void assert_text(mclmr_span_t actual, const char *expected)
{
	assert_span(actual, mclmr_span(expected));
}

/* The key of a URI, valid until the eighth call after this one. */
static inline mclmr_span_t key_of(const char *uri)
{
	static mclmr_uri_room_t room[8];
	static unsigned turn;
	mclmr_span_t key;

	turn = (turn + 1) % 8;
	assert_true(mclmr_uri_key_in(mclmr_span(uri), &room[turn], &key));
	return key;
}

#endif
