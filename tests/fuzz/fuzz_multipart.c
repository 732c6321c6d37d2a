/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a line with a Content-Type, then the body. What is read lies inside
 * the input, survives being written with another boundary, and survives
 * base64.
 */
#include <stdio.h>

#include "mclmr/sip/multipart.h"
#include "mclmr/sip/nesting.h"
#include "fuzz.h"

static char memory[1 << 20];

/* Spans of a result lie inside the text they were read from. */
static void require_inside(mclmr_span_t span, mclmr_span_t text)
{
	if(span.len > 0)
		require(span.s >= text.s && span.len <= text.len
				&& (size_t)(span.s - text.s) <= text.len - span.len);
}

/* All spans of the parts lie inside what was read. */
static void check_places(const mclmr_multipart_t *read, mclmr_span_t input)
{
	require(read->n <= MCLMR_MAX_PARTS);
	require_inside(read->boundary, input);
	for(size_t i = 0; i < read->n; i++) {
		const mclmr_body_part_t *part = &read->part[i];

		require_inside(part->headers, input);
		require_inside(part->content_type, input);
		if(part->content_type.len > 0) /* else it is what a digest has */
			require_inside(part->media_type, part->content_type);
		require_inside(part->content_length, input);
		require_inside(part->content, input);
	}
}

/* A boundary that does not occur in the input; false if none was found. */
static bool pick_boundary(mclmr_span_t input, char *boundary, size_t size)
{
	for(unsigned i = 0; i < 16; i++) {
		(void)snprintf(boundary, size, "fresh=%u", i);
		if(mclmr_span_find(input, mclmr_span(boundary)) == NULL)
			return true;
	}
	return false;
}

/* Parts written with a boundary of ours are read again as they were. */
static void check_rewrite(const mclmr_multipart_t *read, mclmr_span_t input)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	char boundary[32], content_type[64];
	mclmr_multipart_t again;
	mclmr_span_t body;

	if(read->n == 0 || !pick_boundary(input, boundary, sizeof(boundary)))
		return;
	(void)snprintf(content_type, sizeof(content_type),
			"multipart/mixed;boundary=\"%s\"", boundary);
	require(mclmr_multipart_write(
					read->part, read->n, mclmr_span(boundary), &arena, &body)
			== MCLMR_OK);
	require(mclmr_multipart_read(mclmr_span(content_type),
					(mclmr_span_t){NULL, 0}, body, &again)
			== MCLMR_OK);
	require(again.n == read->n);
	for(size_t i = 0; i < read->n; i++) {
		require(mclmr_span_equal(again.part[i].headers, read->part[i].headers));
		require(mclmr_span_equal(again.part[i].content, read->part[i].content));
	}
}

/* Octets come back from base64, and hostile base64 does no harm. */
static void check_base64(mclmr_span_t octets)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_body_part_t part = {.content = octets, .base64 = true};
	mclmr_span_t decoded;

	(void)mclmr_part_decode(&part, &arena, &decoded);
	arena = mclmr_arena(memory, sizeof(memory));
	require(mclmr_part_encode(octets, &arena, &part.content));
	require(mclmr_part_decode(&part, &arena, &decoded) == MCLMR_OK);
	require(mclmr_span_equal(decoded, octets));
}

/* What is inside is at most as much as has room there, and the same again. */
static void check_nesting(const mclmr_multipart_t *read)
{
	size_t found[MCLMR_CONTENTS];
	size_t again[MCLMR_CONTENTS];
	mclmr_mime_rule_t rule = mclmr_nesting_read(read, found);

	require(mclmr_nesting_read(read, again) == rule);
	require(memcmp(found, again, sizeof(found)) == 0);
	for(size_t i = 0; i < MCLMR_CONTENTS; i++)
		require(found[i] <= (size_t)MCLMR_MAX_NESTED * MCLMR_MAX_PARTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t input = {(const char *)data, size};
	mclmr_span_t body = input;
	mclmr_span_t content_type = mclmr_span_cut(&body, '\n');
	mclmr_multipart_t read;
	mclmr_status_t status = mclmr_multipart_read(
			content_type, (mclmr_span_t){NULL, 0}, body, &read);

	require(status == MCLMR_OK || status == MCLMR_MIME_MALFORMED
			|| status == MCLMR_LIMIT_EXCEEDED);
	check_base64(body);
	if(status == MCLMR_OK) {
		check_places(&read, input);
		check_rewrite(&read, input);
		check_nesting(&read);
	}
	return 0;
}
