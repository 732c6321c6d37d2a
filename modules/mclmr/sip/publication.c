/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Header fields and body of a PUBLISH of service settings. */
#include <string.h>

#include "field.h"
#include "mc_info.h"
#include "poc_settings.h"
#include "publication.h"

#define PACKAGE MCLMR_SPAN("poc-settings")

/* The documents of a body. */
typedef struct documents
{
	const mclmr_body_part_t *settings;
	const mclmr_body_part_t *info;
} documents_t;

/* True for this package; parameters do not count (RFC 6665 8.2.1). */
static bool is_settings_event(mclmr_span_t event)
{
	mclmr_span_t package = mclmr_span_trim(mclmr_span_cut(&event, ';'));

	return mclmr_span_equal_nocase(package, PACKAGE);
}

/* An entity-tag is one token (RFC 3903 11.3.1). */
static bool is_tag(mclmr_span_t text)
{
	for(size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if(c <= ' ' || c >= 0x7f || strchr(",;\"<>()[]{}@:\\/?=", c) != NULL)
			return false;
	}
	return text.len > 0;
}

/* Reads Expires, if it is there. */
static bool read_expires(mclmr_span_t text, mclmr_publication_t *publication)
{
	uint64_t seconds;

	if(text.len == 0)
		return true;
	if(!mclmr_field_seconds(text, &seconds) || seconds > UINT32_MAX)
		return false;
	publication->has_expires = true;
	publication->expires = (uint32_t)seconds;
	return true;
}

mclmr_status_t mclmr_publication_read(const mclmr_publication_fields_t *fields,
		mclmr_publication_t *publication)
{
	memset(publication, 0, sizeof(*publication));
	if(!is_settings_event(fields->event))
		return MCLMR_EVENT_UNSUPPORTED;
	publication->etag = mclmr_span_trim(fields->if_match);
	if((publication->etag.len > 0 && !is_tag(publication->etag))
			|| !read_expires(fields->expires, publication))
		return MCLMR_PUBLICATION_MALFORMED;
	return MCLMR_OK;
}

/* Finds the documents among the parts; each may stand once. */
static mclmr_status_t find_documents(const mclmr_multipart_t *body,
		documents_t *found, mclmr_mime_rule_t *rule)
{
	for(size_t i = 0; i < body->n; i++) {
		const mclmr_body_part_t *part = &body->part[i];

		if(mclmr_span_equal_nocase(part->media_type, MCLMR_POC_SETTINGS_TYPE)) {
			if(found->settings != NULL)
				return MCLMR_PUBLICATION_MALFORMED;
			found->settings = part;
		} else if(mclmr_mc_info_service(part->media_type)
				  != MCLMR_SERVICE_NONE) {
			if(found->info != NULL) {
				*rule = MCLMR_MIME_INFO_PLACE;
				return MCLMR_MIME_MALFORMED;
			}
			found->info = part;
		}
	}
	return found->settings != NULL ? MCLMR_OK : MCLMR_PUBLICATION_TYPE;
}

/* Undoes the transfer encoding of a document. */
static mclmr_status_t decode(const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_span_t *document, mclmr_mime_rule_t *rule)
{
	mclmr_status_t status = mclmr_part_decode(part, arena, document);

	if(status == MCLMR_MIME_MALFORMED)
		*rule = MCLMR_MIME_ENCODING;
	return status;
}

/* Reads whose settings they are. */
static mclmr_status_t read_settings(const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_publication_t *publication,
		mclmr_mime_rule_t *rule)
{
	mclmr_span_t document;
	mclmr_status_t status = decode(part, arena, &document, rule);

	return status == MCLMR_OK ? mclmr_poc_settings_read(
				   document, arena, &publication->client_id)
							  : status;
}

/* True if a client ID that can be read is that of the settings. */
static bool is_same_client(
		const mclmr_mc_info_t *info, const mclmr_publication_t *publication)
{
	mclmr_span_t client_id = info->field[MCLMR_INFO_CLIENT_ID].value;

	return client_id.len == 0
		   || mclmr_span_equal(client_id, publication->client_id);
}

/* Reads an info document. */
static mclmr_status_t read_info(const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_publication_t *publication,
		mclmr_mime_rule_t *rule)
{
	mclmr_service_t service = mclmr_mc_info_service(part->media_type);
	mclmr_mc_info_t info;
	mclmr_span_t document;
	mclmr_status_t status = decode(part, arena, &document, rule);

	if(status == MCLMR_OK)
		status = mclmr_mc_info_read(service, document, arena, &info);
	if(status != MCLMR_OK)
		return status;
	if(!is_same_client(&info, publication))
		return MCLMR_PUBLICATION_MALFORMED;
	publication->service = service;
	publication->info = document;
	return MCLMR_OK;
}

mclmr_status_t mclmr_publication_read_body(const mclmr_multipart_t *body,
		mclmr_arena_t *arena, mclmr_publication_t *publication,
		mclmr_mime_rule_t *rule)
{
	documents_t found = {NULL, NULL};
	mclmr_status_t status;

	*rule = MCLMR_MIME_KEPT;
	if(body == NULL)
		return publication->etag.len > 0 ? MCLMR_OK
										 : MCLMR_PUBLICATION_MALFORMED;
	status = find_documents(body, &found, rule);
	if(status == MCLMR_OK)
		status = read_settings(found.settings, arena, publication, rule);
	if(status == MCLMR_OK && found.info != NULL)
		status = read_info(found.info, arena, publication, rule);
	return status;
}
