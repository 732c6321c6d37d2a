/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * nesting: what stands inside the parts of a body, at any depth: parts of a
 * multipart/..., and what a message/... holds (message/sip, sipfrag, rfc822,
 * cpim, http, external-body, ...). It is found by media type alone: an octet
 * stream or a text is what it says it is, whatever words are in it.
 */
#ifndef MCLMR_NESTING_H
#define MCLMR_NESTING_H

#include "multipart.h"

#define MCLMR_MAX_NESTED 8 /* parts that hold others, in a body */

#define MCLMR_PAYLOAD_TYPE MCLMR_SPAN("application/vnd.3gpp.interworking-data")

/* The contents that this library has rules for. */
typedef enum mclmr_content
{
	MCLMR_CONTENT_OTHER,
	MCLMR_CONTENT_PAYLOAD, /* interworking part */
	MCLMR_CONTENT_INFO,	   /* info part of any service */
	MCLMR_CONTENT_SDP,
	MCLMR_CONTENTS
} mclmr_content_t;

/*
 * What a part of this media type is, or what another reader could take it for:
 * names that only begin so, as those of an info part without "+xml", count too.
 */
mclmr_content_t mclmr_nesting_content(mclmr_span_t media_type);

/* What meets the parts that are inside others. */
typedef struct mclmr_nesting_visitor
{
	/* Sees a part; anything but MCLMR_MIME_KEPT ends the walk. */
	mclmr_mime_rule_t (*meet)(void *context, const mclmr_body_part_t *part);
	/* True if the body of this message is to be met too; NULL: of each. */
	bool (*reads)(void *context, const mclmr_body_part_t *message);
	void *context;
} mclmr_nesting_visitor_t;

/*
 * Meets what is inside the parts of a body, not the parts themselves, those
 * nearest to the surface first. MCLMR_MIME_KEPT; what the visitor says; else
 * what is in there is not known: MCLMR_MIME_COMPOSITE for a multipart or
 * message in a transfer encoding, which RFC 2045 6.4 forbids,
 * MCLMR_MIME_FRAGMENT, MCLMR_MIME_LIMIT for more than MCLMR_MAX_NESTED of
 * them, or what is wrong with one. The work is at most so many times that of
 * the body.
 */
mclmr_mime_rule_t mclmr_nesting_walk(
		const mclmr_multipart_t *body, const mclmr_nesting_visitor_t *visitor);

/* Counts what mclmr_nesting_walk() meets: found[content]. */
mclmr_mime_rule_t mclmr_nesting_read(
		const mclmr_multipart_t *body, size_t found[MCLMR_CONTENTS]);

#endif
