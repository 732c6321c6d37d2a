/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The body of one SIP message, cut into parts; its info document. */
#include <stdio.h>

#include "core/parser/parse_content.h"

#include "mc_common/lump.h"
#include "mc_iwf/config.h"
#include "body.h"
#include "transaction.h"

mclmr_status_t iwf_body_octets(struct sip_msg *msg, mclmr_span_t *octets)
{
	size_t there;

	octets->s = get_body(msg);
	octets->len = 0;
	if(octets->s == NULL)
		return MCLMR_OK;
	there = (size_t)(msg->buf + msg->len - octets->s);
	octets->len = there;
	if(msg->content_length == NULL)
		return MCLMR_OK;
	if(get_content_length(msg) < 0 || (size_t)get_content_length(msg) > there)
		return MCLMR_MIME_MALFORMED;
	octets->len = (size_t)get_content_length(msg);
	return MCLMR_OK;
}

/* The service of an info part: that of its exact name. */
static bool is_info(const mclmr_body_part_t *part)
{
	return mclmr_mc_info_service(part->media_type) != MCLMR_SERVICE_NONE;
}

/* The interworking part: that of the exact name. */
static bool is_payload(const mclmr_body_part_t *part)
{
	return mclmr_span_equal_nocase(part->media_type, MCLMR_PAYLOAD_TYPE);
}

/* Finds the parts that may stand once, at the top, under their exact names. */
static mclmr_mime_rule_t find_parts(iwf_body_t *body, bool message)
{
	for(size_t i = 0; i < body->parts.n; i++) {
		const mclmr_body_part_t *part = &body->parts.part[i];

		switch(mclmr_nesting_content(part->media_type)) {
			case MCLMR_CONTENT_PAYLOAD:
				if(!message || body->payload != NULL || !is_payload(part))
					return MCLMR_MIME_PAYLOAD_PLACE;
				body->payload = part;
				break;
			case MCLMR_CONTENT_INFO:
				if(body->info != NULL || !is_info(part))
					return MCLMR_MIME_INFO_PLACE;
				body->info = part;
				break;
			default:
				break;
		}
	}
	return MCLMR_MIME_KEPT;
}

/* The parts, and what is in them. */
static mclmr_mime_rule_t look_inside(iwf_body_t *body, bool message)
{
	mclmr_mime_rule_t rule = mclmr_nesting_read(&body->parts, body->inside);

	if(rule == MCLMR_MIME_KEPT)
		rule = find_parts(body, message);
	if(rule == MCLMR_MIME_KEPT && body->inside[MCLMR_CONTENT_PAYLOAD] > 0)
		rule = MCLMR_MIME_PAYLOAD_PLACE;
	if(rule == MCLMR_MIME_KEPT && body->inside[MCLMR_CONTENT_INFO] > 0)
		rule = MCLMR_MIME_INFO_PLACE;
	return rule;
}

/* Nothing is known of the body yet. */
static void clear(iwf_body_t *body, const iwf_content_t *content)
{
	body->cut = true;
	body->by = *content;
	body->parts.n = 0;
	body->parts.single = false;
	memset(body->inside, 0, sizeof(body->inside));
	body->payload = NULL;
	body->info = NULL;
	body->has_read = false;
	body->info_status = MCLMR_OK;
	memset(&body->mc_info, 0, sizeof(body->mc_info));
}

mclmr_status_t iwf_body_breaks(iwf_body_t *body, mclmr_mime_rule_t rule)
{
	body->rule = rule;
	return mclmr_mime_rule_status(rule);
}

/* Cuts it, if nothing that is known before speaks against it. */
static mclmr_mime_rule_t cut(struct sip_msg *msg, iwf_body_t *body)
{
	bool message = msg->first_line.type == SIP_REQUEST
				   && msg->REQ_METHOD == METHOD_MESSAGE;

	if(iwf_body_octets(msg, &body->octets) != MCLMR_OK)
		return MCLMR_MIME_LENGTH;
	if(!body->by.plain)
		return MCLMR_MIME_FIELDS;
	if(mclmr_multipart_read(
			   body->by.type, body->by.encoding, body->octets, &body->parts)
			!= MCLMR_OK)
		return body->parts.broken;
	return look_inside(body, message);
}

void iwf_body_cut(
		struct sip_msg *msg, const iwf_content_t *content, iwf_body_t *body)
{
	clear(body, content);
	body->status = iwf_body_breaks(body, cut(msg, body));
}

mclmr_status_t iwf_body_check_size(const iwf_body_t *body)
{
	return body->octets.len > (size_t)iwf_config.max_body ? MCLMR_TOO_LARGE
														  : MCLMR_OK;
}

/* Decodes and reads the info document. */
static mclmr_status_t read_info(iwf_body_t *body, mclmr_arena_t *arena)
{
	mclmr_status_t status =
			mclmr_part_decode(body->info, arena, &body->info_text);

	if(status == MCLMR_MIME_MALFORMED)
		return iwf_body_breaks(body, MCLMR_MIME_ENCODING);
	if(status != MCLMR_OK)
		return status;
	return mclmr_mc_info_read(mclmr_mc_info_service(body->info->media_type),
			body->info_text, arena, &body->mc_info);
}

mclmr_status_t iwf_body_read_info(iwf_body_t *body, mclmr_arena_t *arena)
{
	if(body->status != MCLMR_OK)
		return body->status;
	if(body->info != NULL && !body->has_read)
		body->info_status = read_info(body, arena);
	body->has_read = true;
	return body->info_status;
}

void iwf_body_end(struct sip_msg *msg)
{
	mclmr_span_t octets;
	unsigned int end;

	if(iwf_body_octets(msg, &octets) != MCLMR_OK || octets.s == NULL)
		return;
	end = (unsigned int)(octets.s + octets.len - msg->buf);
	if(end == msg->len || mc_lump_is_beyond(msg, (int)end))
		return;
	msg->len = end;
	msg->buf[end] = '\0'; /* as the core leaves each message that it reads */
	iwf_transaction_end_request(msg);
}

/* Sets the Content-Length that a part itself may have. */
static bool set_part_length(
		struct sip_msg *msg, const mclmr_body_part_t *part, size_t length)
{
	char digits[24];
	int n;

	if(part->content_length.len == 0)
		return true;
	n = snprintf(digits, sizeof(digits), "%zu", length);
	return mc_lump_replace(
			msg, part->content_length, (mclmr_span_t){digits, (size_t)n});
}

bool iwf_body_edit_part(struct sip_msg *msg, const mclmr_body_part_t *part,
		const mclmr_xml_edit_t *edit, size_t n)
{
	size_t length = part->content.len;

	for(size_t i = 0; i < n; i++) {
		mclmr_span_t old = {part->content.s + edit[i].offset, edit[i].cut};

		if(!mc_lump_replace(msg, old, edit[i].text))
			return false;
		length += edit[i].text.len - edit[i].cut;
	}
	return set_part_length(msg, part, length);
}

bool iwf_body_replace_part(struct sip_msg *msg, const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_span_t text)
{
	mclmr_xml_edit_t whole = {0, part->content.len, text};

	if(part->base64 && !mclmr_part_encode(text, arena, &whole.text))
		return false;
	return iwf_body_edit_part(msg, part, &whole, 1);
}
