/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What stands inside the parts of a body. */
#include <string.h>

#include "nesting.h"

#define MULTIPART MCLMR_SPAN("multipart/")
#define MESSAGE MCLMR_SPAN("message/")

/* Parts that are still to be looked into. */
typedef struct walk
{
	size_t n;
	mclmr_body_part_t part[MCLMR_MAX_NESTED];
	const mclmr_nesting_visitor_t *visitor;
} walk_t;

/* The names, and how those begin that may be taken for them. */
static const struct
{
	mclmr_span_t begin;
	mclmr_content_t content;
} names[] = {
		{{"application/vnd.3gpp.interworking-data", 38}, MCLMR_CONTENT_PAYLOAD},
		{{"application/vnd.3gpp.mcptt-info", 31}, MCLMR_CONTENT_INFO},
		{{"application/vnd.3gpp.mcvideo-info", 33}, MCLMR_CONTENT_INFO},
		{{"application/vnd.3gpp.mcdata-info", 32}, MCLMR_CONTENT_INFO},
};

mclmr_content_t mclmr_nesting_content(mclmr_span_t media_type)
{
	if(mclmr_span_equal_nocase(media_type, MCLMR_SPAN("application/sdp")))
		return MCLMR_CONTENT_SDP;
	for(size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if(mclmr_span_starts_nocase(media_type, names[i].begin))
			return names[i].content;
	}
	return MCLMR_CONTENT_OTHER;
}

/* True for a type of which each part holds parts. Of the messages those are
 * none that are XML (message/imdn+xml). */
static bool is_composite(mclmr_span_t media_type)
{
	return mclmr_span_starts_nocase(media_type, MULTIPART)
		   || (mclmr_span_starts_nocase(media_type, MESSAGE)
				   && memchr(media_type.s, '+', media_type.len) == NULL);
}

/* Notes a part that has to be looked into. */
static mclmr_mime_rule_t enter(walk_t *walk, const mclmr_body_part_t *part)
{
	if(!is_composite(part->media_type))
		return MCLMR_MIME_KEPT;
	if(part->base64 || part->unreadable)
		return MCLMR_MIME_COMPOSITE;
	if(walk->n == MCLMR_MAX_NESTED)
		return MCLMR_MIME_LIMIT;
	walk->part[walk->n++] = *part;
	return MCLMR_MIME_KEPT;
}

/* Meets a part that is inside another one. */
static mclmr_mime_rule_t meet(walk_t *walk, const mclmr_body_part_t *part)
{
	mclmr_mime_rule_t rule = walk->visitor->meet(walk->visitor->context, part);

	return rule == MCLMR_MIME_KEPT ? enter(walk, part) : rule;
}

/* The parts of a multipart in a part. */
static mclmr_mime_rule_t look_into_parts(
		walk_t *walk, const mclmr_body_part_t *part)
{
	const mclmr_span_t none = {NULL, 0};
	mclmr_multipart_t inside;
	mclmr_mime_rule_t rule;

	(void)mclmr_multipart_read(
			part->content_type, none, part->content, &inside);
	rule = inside.broken;
	for(size_t i = 0; rule == MCLMR_MIME_KEPT && i < inside.n; i++)
		rule = meet(walk, &inside.part[i]);
	return rule;
}

/* The body of a message in a part. That of message/cpim has a header of its
 * own (RFC 3862), and some readers look at the first one for its type. */
static mclmr_mime_rule_t look_into_message(
		walk_t *walk, const mclmr_body_part_t *part)
{
	bool cpim = mclmr_span_equal_nocase(
			part->media_type, MCLMR_SPAN("message/cpim"));
	mclmr_span_t text = part->content;
	mclmr_body_part_t inside;
	mclmr_mime_rule_t rule;

	if(walk->visitor->reads != NULL
			&& !walk->visitor->reads(walk->visitor->context, part))
		return MCLMR_MIME_KEPT;
	if(mclmr_span_equal_nocase(part->media_type, MCLMR_SPAN("message/partial")))
		return MCLMR_MIME_FRAGMENT;
	for(int headers = cpim ? 2 : 1; headers > 0; headers--) {
		rule = mclmr_part_read_message(text, &inside);
		if(rule == MCLMR_MIME_KEPT)
			rule = meet(walk, &inside);
		if(rule != MCLMR_MIME_KEPT)
			return rule;
		text = inside.content;
	}
	return MCLMR_MIME_KEPT;
}

mclmr_mime_rule_t mclmr_nesting_walk(
		const mclmr_multipart_t *body, const mclmr_nesting_visitor_t *visitor)
{
	mclmr_mime_rule_t rule = MCLMR_MIME_KEPT;
	walk_t walk;

	walk.n = 0;
	walk.visitor = visitor;
	for(size_t i = 0; rule == MCLMR_MIME_KEPT && i < body->n; i++)
		rule = enter(&walk, &body->part[i]);
	for(size_t i = 0; rule == MCLMR_MIME_KEPT && i < walk.n; i++) {
		const mclmr_body_part_t part = walk.part[i];

		rule = mclmr_span_starts_nocase(part.media_type, MULTIPART)
					   ? look_into_parts(&walk, &part)
					   : look_into_message(&walk, &part);
	}
	return rule;
}

static mclmr_mime_rule_t count(void *context, const mclmr_body_part_t *part)
{
	size_t *found = context;

	found[mclmr_nesting_content(part->media_type)]++;
	return MCLMR_MIME_KEPT;
}

mclmr_mime_rule_t mclmr_nesting_read(
		const mclmr_multipart_t *body, size_t found[MCLMR_CONTENTS])
{
	const mclmr_nesting_visitor_t visitor = {count, NULL, found};

	memset(found, 0, MCLMR_CONTENTS * sizeof(found[0]));
	return mclmr_nesting_walk(body, &visitor);
}
