/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * multipart: a binary-safe MIME reader and writer (RFC 2046). Content is
 * never copied, decoded or changed by reading: lone CR, LF and NUL stay inside
 * their part. Where another reader could cut the body elsewhere, it is refused.
 */
#ifndef MCLMR_MULTIPART_H
#define MCLMR_MULTIPART_H

#include "mclmr/base/arena.h"
#include "mime_rule.h"

#define MCLMR_MAX_PARTS 16
#define MCLMR_MAX_BOUNDARY 70			/* RFC 2046 5.1.1 */
#define MCLMR_MAX_PART_HEADERS 4096		/* octets of the header of one part */
#define MCLMR_MAX_MESSAGE_HEADERS 16384 /* of a message in a part */

typedef struct mclmr_part
{
	mclmr_span_t headers;	   /* header lines with their CRLF, may be empty */
	mclmr_span_t content_type; /* whole field value; empty: text/plain */
	mclmr_span_t media_type;   /* its "type/subtype" alone */
	mclmr_span_t content_length; /* digits of a Content-Length field, if any */
	mclmr_span_t content;		 /* octets as they stand on the wire */
	bool base64;				 /* Content-Transfer-Encoding: base64 */
	bool unreadable;			 /* encoded in a way that is not undone here */
} mclmr_body_part_t;

typedef struct mclmr_multipart
{
	mclmr_mime_rule_t broken; /* by which it is refused */
	bool single;			  /* the body is one part and no multipart */
	mclmr_span_t boundary;	  /* without quotes; empty if single */
	size_t n;				  /* parts */
	mclmr_body_part_t part[MCLMR_MAX_PARTS];
} mclmr_multipart_t;

/*
 * Reads a body. content_type and encoding are the field values of the SIP
 * Content-Type and Content-Transfer-Encoding (may be empty). All spans of
 * the result point into the arguments. A multipart nested in a part stays
 * that part's content; a part of multipart/digest that names no type is
 * message/rfc822 (RFC 2046 5.1.5). A body without Content-Type is malformed
 * unless it is empty. Every part must end with a boundary of its own line; the final
 * close delimiter may lack its CRLF. A line that begins with "--" and the
 * boundary and is no delimiter is malformed, wherever it stands and whatever
 * ends the line before it (CRLF, CR, LF): RFC 2046 5.1.1 has the sender choose
 * a boundary that does not occur.
 * Names of types are those of RFC 6838 4.2: with "%" and the like they are
 * malformed, so that no other spelling of a name is one.
 * MCLMR_OK, MCLMR_MIME_MALFORMED, MCLMR_LIMIT_EXCEEDED (over
 * MCLMR_MAX_PARTS parts, a part header over MCLMR_MAX_PART_HEADERS).
 */
mclmr_status_t mclmr_multipart_read(mclmr_span_t content_type,
		mclmr_span_t encoding, mclmr_span_t body, mclmr_multipart_t *multipart);

/*
 * Reads a message of SIP, HTTP or mail as a part: its start line, if it has
 * one, is skipped; names of fields may be the compact ones of SIP. Its header
 * has at most MCLMR_MAX_MESSAGE_HEADERS octets.
 * MCLMR_MIME_KEPT, or what is wrong.
 */
mclmr_mime_rule_t mclmr_part_read_message(
		mclmr_span_t text, mclmr_body_part_t *part);

/* The parts of a media type ("application/sdp", compared without case):
 * their number, and the first of them in *first (NULL if none). */
size_t mclmr_multipart_find(const mclmr_multipart_t *multipart,
		mclmr_span_t media_type, const mclmr_body_part_t **first);

/*
 * The content of a part with its transfer encoding undone: the part's own
 * span if there is none, else a copy in the arena. MCLMR_OK,
 * MCLMR_MIME_MALFORMED (not base64, or another encoding such as
 * quoted-printable or a Content-Encoding, which a receiver might undo),
 * MCLMR_LIMIT_EXCEEDED (arena full).
 */
mclmr_status_t mclmr_part_decode(const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_span_t *content);

/*
 * base64 of content in lines of 76 characters with CRLF between them, as
 * RFC 2045 6.8 has it; false if the arena is full.
 */
bool mclmr_part_encode(
		mclmr_span_t content, mclmr_arena_t *arena, mclmr_span_t *text);

/*
 * Writes a multipart body of n parts: for each, the headers span as it
 * stands (lines with CRLF, without the empty line), and the content. The
 * caller picks a boundary of 1 to 70 characters that no content holds; it
 * is checked. MCLMR_OK, MCLMR_MIME_MALFORMED (boundary unfit or inside a
 * content), MCLMR_LIMIT_EXCEEDED (arena full).
 */
mclmr_status_t mclmr_multipart_write(const mclmr_body_part_t *parts, size_t n,
		mclmr_span_t boundary, mclmr_arena_t *arena, mclmr_span_t *body);

#endif
