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

/* True for a part with parts of its own in which an info part may be. */
static bool hides_info(const mclmr_body_part_t *part)
{
	return mclmr_span_starts_nocase(part->media_type, MCLMR_SPAN("multipart/"))
		   && mclmr_span_find_nocase(part->content, MCLMR_SPAN("-info+xml"))
					  != NULL;
}

/* Finds the info parts of any service. */
static void find_infos(iwf_body_t *body)
{
	for(size_t i = body->parts.n; i > 0; i--) {
		const mclmr_body_part_t *part = &body->parts.part[i - 1];

		body->hidden += hides_info(part);
		if(mclmr_mc_info_service(part->media_type) == MCLMR_SERVICE_NONE)
			continue;
		body->info = part;
		body->infos++;
	}
}

/* Nothing is known of the body yet. */
static void clear(iwf_body_t *body, const iwf_content_t *content)
{
	body->cut = true;
	body->by = *content;
	body->parts.n = 0;
	body->parts.single = false;
	body->info = NULL;
	body->infos = 0;
	body->hidden = 0;
	body->has_read = false;
	body->info_status = MCLMR_OK;
	memset(&body->mc_info, 0, sizeof(body->mc_info));
}

void iwf_body_cut(
		struct sip_msg *msg, const iwf_content_t *content, iwf_body_t *body)
{
	clear(body, content);
	body->status = iwf_body_octets(msg, &body->octets);
	if(!content->plain)
		body->status = MCLMR_MIME_MALFORMED;
	if(body->status == MCLMR_OK)
		body->status = mclmr_multipart_read(
				content->type, content->encoding, body->octets, &body->parts);
	if(body->status == MCLMR_OK)
		find_infos(body);
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

	if(status != MCLMR_OK)
		return status;
	return mclmr_mc_info_read(mclmr_mc_info_service(body->info->media_type),
			body->info_text, arena, &body->mc_info);
}

mclmr_status_t iwf_body_read_info(iwf_body_t *body, mclmr_arena_t *arena)
{
	if(body->info != NULL && !body->has_read)
		body->info_status = read_info(body, arena);
	body->has_read = true;
	return body->info_status;
}

bool iwf_body_names_sdp(mclmr_span_t text)
{
	return mclmr_span_find_nocase(text, IWF_SDP_TYPE) != NULL;
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
