/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The description in the body of any message. */
#include <string.h>

#include "mc_common/lump.h"
#include "mc_iwf/config.h"
#include "mclmr/sdp/e2ee.h"
#include "body.h"

#define EMPTY ((mclmr_span_t){NULL, 0})

/* The header fields as they are now: the script may have removed some. */
static iwf_headers_t fields_now(struct sip_msg *msg, const iwf_parsed_t *parsed)
{
	iwf_headers_t headers = parsed->headers;

	iwf_headers_update(msg, &headers);
	return headers;
}

/* Cuts the body into parts, by fields of which each stands there once. */
static mclmr_status_t cut_body(
		struct sip_msg *msg, iwf_parsed_t *parsed, lmr_body_t *body)
{
	const iwf_headers_t headers = fields_now(msg, parsed);
	const iwf_content_t content = iwf_headers_content(&headers);
	mclmr_status_t status = iwf_body_octets(msg, &body->octets);

	body->rule = MCLMR_MIME_LENGTH;
	if(status != MCLMR_OK)
		return status;
	if(headers.overflow)
		return MCLMR_LIMIT_EXCEEDED;
	if(body->octets.len > (size_t)iwf_config.max_body)
		return MCLMR_TOO_LARGE;
	body->cut = iwf_parsed_body(msg, parsed, &content, &body->spare);
	body->rule = body->cut->rule;
	return body->cut->status;
}

/* Finds the one description, which is at the top. */
static mclmr_mime_rule_t find_sdp(lmr_body_t *body)
{
	size_t n =
			mclmr_multipart_find(&body->cut->parts, IWF_SDP_TYPE, &body->sdp);

	return n > 1 || (n == 1 && body->sdp->content.len == 0)
						   || body->cut->inside[MCLMR_CONTENT_SDP] > 0
				   ? MCLMR_MIME_SDP_PLACE
				   : MCLMR_MIME_KEPT;
}

/* Finds it, and undoes its encoding. */
static mclmr_status_t read_sdp(lmr_body_t *body, mclmr_arena_t *arena)
{
	mclmr_status_t status;

	body->rule = find_sdp(body);
	if(body->rule != MCLMR_MIME_KEPT || body->sdp == NULL)
		return mclmr_mime_rule_status(body->rule);
	status = mclmr_part_decode(body->sdp, arena, &body->text);
	if(status == MCLMR_MIME_MALFORMED)
		body->rule = MCLMR_MIME_ENCODING;
	return status;
}

void lmr_body_read(struct sip_msg *msg, iwf_parsed_t *parsed,
		mclmr_arena_t *arena, lmr_body_t *body)
{
	body->parsed = parsed;
	body->status = cut_body(msg, parsed, body);
	if(body->status == MCLMR_OK)
		body->status = read_sdp(body, arena);
	if(body->status != MCLMR_OK)
		body->sdp = NULL;
}

mclmr_status_t lmr_body_wanted(const lmr_body_t *body, unsigned *wanted)
{
	static const unsigned modes[] = {[MCLMR_INFO_NOT_SAID] = 0,
			[MCLMR_INFO_NO] = MCLMR_E2EE_OFF,
			[MCLMR_INFO_YES] = MCLMR_E2EE_ON};
	mclmr_status_t status;

	*wanted = 0;
	status = iwf_body_read_info(body->cut, &body->parsed->arena);
	if(status == MCLMR_OK)
		*wanted = modes[body->cut->mc_info.end_to_end_security];
	return status;
}

bool lmr_body_is_replaced(const struct sip_msg *msg, const lmr_body_t *body)
{
	return mc_lump_taken(
			msg, body->sdp != NULL ? body->sdp->content : body->octets);
}

bool lmr_body_replace(struct sip_msg *msg, const lmr_body_t *body,
		mclmr_arena_t *arena, mclmr_span_t text)
{
	return iwf_body_replace_part(msg, body->sdp, arena, text);
}

/* The description's part with one of the delimiter lines around it. */
static mclmr_span_t part_octets(const lmr_body_t *body)
{
	const mclmr_body_part_t *part = body->sdp;
	const mclmr_body_part_t *last =
			&body->cut->parts.part[body->cut->parts.n - 1];
	const char *begin = part->headers.s;
	const char *end = part->content.s + part->content.len;

	if(part == last)
		begin = part[-1].content.s + part[-1].content.len;
	else
		end = part[1].headers.s;
	return (mclmr_span_t){begin, (size_t)(end - begin)};
}

/* Drops the fields that describe a body. */
static bool drop_fields(struct sip_msg *msg, const iwf_parsed_t *parsed)
{
	const iwf_headers_t headers = fields_now(msg, parsed);

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

	if(body->sdp != NULL && body->cut->parts.n > 1)
		return mc_lump_replace(msg, part_octets(body), EMPTY);
	if(whole.s != NULL)
		whole.len = (size_t)(msg->buf + msg->len - whole.s);
	return (whole.len == 0 || mc_lump_replace(msg, whole, EMPTY))
		   && drop_fields(msg, body->parsed);
}
