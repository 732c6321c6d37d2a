/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The description in the body of any message. */
#include "body.h"

#include <stdio.h>
#include <string.h>

#include "mc_iwf/config.h"
#include "mc_iwf/message/header.h"
#include "mc_common/lump.h"
#include "mc_iwf/message/message.h"
#include "mclmr/sdp/e2ee.h"

#define SDP_TYPE MCLMR_SPAN("application/sdp")
#define EMPTY ((mclmr_span_t){NULL, 0})

/* Cuts the body into parts, by fields of which each stands there once. */
static mclmr_status_t read_parts(
		struct sip_msg *msg, const iwf_headers_t *headers, lmr_body_t *body)
{
	mclmr_status_t status = iwf_message_body(msg, &body->octets);

	if(status != MCLMR_OK)
		return status;
	if(headers->overflow)
		return MCLMR_LIMIT_EXCEEDED;
	if(body->octets.len > (size_t)iwf_config.max_body)
		return MCLMR_TOO_LARGE;
	if(!iwf_headers_plain(headers))
		return MCLMR_MIME_MALFORMED;
	return mclmr_multipart_read(
			iwf_headers_value(headers, IWF_FIELD_CONTENT_TYPE),
			iwf_headers_value(headers, IWF_FIELD_ENCODING), body->octets,
			&body->parts);
}

/* True where text names the type of a description. */
static bool names_sdp(mclmr_span_t text)
{
	return mclmr_span_find_nocase(text, SDP_TYPE) != NULL;
}

/* True for a part that holds bodies with types of their own. */
static bool holds_bodies(const mclmr_part_t *part)
{
	return mclmr_span_starts_nocase(part->media_type, MCLMR_SPAN("multipart/"))
		   || mclmr_span_starts_nocase(
				   part->media_type, MCLMR_SPAN("message/"));
}

/* True where a description is, or may be, inside a part of another type: we
 * do not look there, the receiver may. */
static bool may_hide(const mclmr_part_t *part, mclmr_arena_t *arena)
{
	size_t used = arena->used;
	mclmr_span_t content;
	bool found;

	if(mclmr_span_equal_nocase(part->media_type, SDP_TYPE))
		return false;
	if(mclmr_part_decode(part, arena, &content) != MCLMR_OK)
		return holds_bodies(part);
	found = names_sdp(content);
	arena->used = used;
	return found;
}

/* True where a part beside the description hides another one. */
static bool has_hidden(const lmr_body_t *body, mclmr_arena_t *arena)
{
	for(size_t i = 0; i < body->parts.n; i++) {
		if(may_hide(&body->parts.part[i], arena))
			return true;
	}
	return false;
}

/* True where a description is promised in the header of a part. */
static bool is_promised(const lmr_body_t *body, mclmr_span_t content_type)
{
	for(size_t i = 0; i < body->parts.n; i++) {
		if(names_sdp(body->parts.part[i].headers))
			return true;
	}
	return names_sdp(content_type);
}

/* Finds the one description. */
static mclmr_status_t find_sdp(
		lmr_body_t *body, mclmr_span_t content_type, mclmr_arena_t *arena)
{
	size_t n = mclmr_multipart_find(&body->parts, SDP_TYPE, &body->sdp);

	if(n > 1 || (n == 1 && body->sdp->content.len == 0)
			|| has_hidden(body, arena)
			|| (n == 0 && is_promised(body, content_type)))
		return MCLMR_MIME_MALFORMED;
	return MCLMR_OK;
}

void lmr_body_read(struct sip_msg *msg, mclmr_arena_t *arena, lmr_body_t *body)
{
	iwf_headers_t headers;

	memset(body, 0, sizeof(*body));
	iwf_headers_read(msg, &headers);
	body->status = read_parts(msg, &headers, body);
	if(body->status == MCLMR_OK)
		body->status = find_sdp(body,
				iwf_headers_value(&headers, IWF_FIELD_CONTENT_TYPE), arena);
	if(body->status == MCLMR_OK && body->sdp != NULL)
		body->status = mclmr_part_decode(body->sdp, arena, &body->text);
	if(body->status != MCLMR_OK)
		body->sdp = NULL;
}

/* The first info part; NULL where there is none, in *n how many. */
static const mclmr_part_t *find_info(const lmr_body_t *body, size_t *n)
{
	const mclmr_part_t *info = NULL;

	*n = 0;
	for(size_t i = body->parts.n; i > 0; i--) {
		const mclmr_part_t *part = &body->parts.part[i - 1];

		if(mclmr_mc_info_service(part->media_type) == MCLMR_SERVICE_NONE)
			continue;
		info = part;
		(*n)++;
	}
	return info;
}

/* True for a document that is in UTF-8 by its first octets. */
static bool is_utf8(mclmr_span_t text)
{
	mclmr_span_t rest = text, name = MCLMR_SPAN("encoding");
	const char *at = mclmr_span_find(mclmr_span_cut(&rest, '>'), name);

	if(text.len == 0 || text.s[0] != '<'
			|| memchr(text.s, '\0', text.len) != NULL)
		return false;
	return at == NULL
		   || mclmr_span_starts_nocase(mclmr_span_from(text, at + name.len),
				   MCLMR_SPAN("=\"utf-8\""));
}

/* True where an info document can say nothing of encryption: the name of the
 * element is not in it, and no way to write it otherwise. Reading it would
 * cost more than all the description. */
static bool is_silent(mclmr_span_t text)
{
	return mclmr_span_find(text, MCLMR_SPAN("end-to-end-security")) == NULL
		   && mclmr_span_find(text, MCLMR_SPAN("!")) == NULL && is_utf8(text);
}

mclmr_status_t lmr_body_wanted(
		const lmr_body_t *body, mclmr_arena_t *arena, unsigned *wanted)
{
	static const unsigned modes[] = {[MCLMR_INFO_NOT_SAID] = 0,
			[MCLMR_INFO_NO] = MCLMR_E2EE_OFF,
			[MCLMR_INFO_YES] = MCLMR_E2EE_ON};
	mclmr_status_t status;
	const mclmr_part_t *part;
	mclmr_mc_info_t info;
	mclmr_span_t text;
	size_t n;

	*wanted = 0;
	part = find_info(body, &n);
	if(n != 1)
		return n == 0 ? MCLMR_OK : MCLMR_BODY_MISSING;
	status = mclmr_part_decode(part, arena, &text);
	if(status != MCLMR_OK || is_silent(text))
		return status;
	status = mclmr_mc_info_read(
			mclmr_mc_info_service(part->media_type), text, arena, &info);
	if(status == MCLMR_OK)
		*wanted = modes[info.end_to_end_security];
	return status;
}

bool lmr_body_is_replaced(const struct sip_msg *msg, const lmr_body_t *body)
{
	return mc_lump_taken(
			msg, body->sdp != NULL ? body->sdp->content : body->octets);
}

/* Octets behind the body that Content-Length told of do not leave. */
static bool cut_surplus(struct sip_msg *msg, const lmr_body_t *body)
{
	mclmr_span_t surplus = {body->octets.s + body->octets.len, 0};

	surplus.len = (size_t)(msg->buf + msg->len - surplus.s);
	return surplus.len == 0 || mc_lump_taken(msg, surplus)
		   || mc_lump_replace(msg, surplus, EMPTY);
}

/* Sets the Content-Length that the part itself may have. */
static bool fix_length(
		struct sip_msg *msg, const mclmr_part_t *part, size_t length)
{
	char digits[24];
	int n;

	if(part->content_length.len == 0)
		return true;
	n = snprintf(digits, sizeof(digits), "%zu", length);
	return mc_lump_replace(
			msg, part->content_length, (mclmr_span_t){digits, (size_t)n});
}

bool lmr_body_replace(struct sip_msg *msg, const lmr_body_t *body,
		mclmr_arena_t *arena, mclmr_span_t text)
{
	if(body->sdp->base64 && !mclmr_part_encode(text, arena, &text))
		return false;
	return mc_lump_replace(msg, body->sdp->content, text)
		   && fix_length(msg, body->sdp, text.len) && cut_surplus(msg, body);
}

/* The description's part with one of the delimiter lines around it. */
static mclmr_span_t part_octets(const lmr_body_t *body)
{
	const mclmr_part_t *part = body->sdp;
	const mclmr_part_t *last = &body->parts.part[body->parts.n - 1];
	const char *begin = part->headers.s;
	const char *end = part->content.s + part->content.len;

	if(part == last)
		begin = part[-1].content.s + part[-1].content.len;
	else
		end = part[1].headers.s;
	return (mclmr_span_t){begin, (size_t)(end - begin)};
}

/* Drops the fields that describe a body. */
static bool drop_fields(struct sip_msg *msg)
{
	iwf_headers_t headers;

	iwf_headers_read(msg, &headers);
	for(size_t i = 0; i < headers.n; i++) {
		const struct hdr_field *hf = headers.header[i].hf;
		mclmr_span_t octets = {hf->name.s, (size_t)hf->len};

		switch(headers.header[i].field) {
			case IWF_FIELD_CONTENT_TYPE:
			case IWF_FIELD_ENCODING:
			case IWF_FIELD_COMPRESSION:
				if(!mc_lump_replace(msg, octets, EMPTY))
					return false;
				break;
			default:
				break;
		}
	}
	return true;
}

bool lmr_body_remove(struct sip_msg *msg, const lmr_body_t *body)
{
	mclmr_span_t whole = {body->octets.s, 0};

	if(body->sdp != NULL && body->parts.n > 1)
		return mc_lump_replace(msg, part_octets(body), EMPTY)
			   && cut_surplus(msg, body);
	if(whole.s != NULL)
		whole.len = (size_t)(msg->buf + msg->len - whole.s);
	return (whole.len == 0 || mc_lump_replace(msg, whole, EMPTY))
		   && drop_fields(msg);
}
