/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * publication: a PUBLISH of service settings (event package poc-settings;
 * RFC 3903, TS 24.379 7.3, TS 24.281 7.3, TS 24.282 7.3): what it asks for.
 */
#ifndef MCLMR_PUBLICATION_H
#define MCLMR_PUBLICATION_H

#include <stdint.h>

#include "multipart.h"
#include "service.h"

/* Field values, empty if there is none; several fields of one name are one
 * value, with commas between. */
typedef struct mclmr_publication_fields
{
	mclmr_span_t event;
	mclmr_span_t expires;
	mclmr_span_t if_match; /* SIP-If-Match */
} mclmr_publication_fields_t;

typedef struct mclmr_publication
{
	mclmr_span_t etag;		 /* that it matches; empty: it is a new one */
	bool has_expires;		 /* else the server chooses */
	uint32_t expires;		 /* seconds; 0 ends it */
	mclmr_service_t service; /* of the info document; NONE: there is none */
	mclmr_span_t info;		 /* that document; empty: there is none */
	mclmr_span_t client_id;	 /* never empty in a new one */
} mclmr_publication_t;

/* Reads Event, SIP-If-Match and Expires. MCLMR_OK; MCLMR_EVENT_UNSUPPORTED: not
 * this package; MCLMR_PUBLICATION_MALFORMED: a field that stands twice or cannot
 * be read. Spans point into the fields. */
mclmr_status_t mclmr_publication_read(const mclmr_publication_fields_t *fields,
		mclmr_publication_t *publication);

/*
 * Reads the body of one whose fields have been read: settings, and an info
 * document of a service beside them, each once and at the top, in any order;
 * other parts are skipped. body is NULL if there is none, as in a refresh.
 * MCLMR_OK; MCLMR_PUBLICATION_MALFORMED: no body in a new one, settings twice, or
 * a client ID in the info document that is not that of the settings;
 * MCLMR_PUBLICATION_TYPE: no settings; or a verdict on an info document or the
 * settings, with the rule in *rule if it is MCLMR_MIME_MALFORMED. Spans point into
 * the body or the arena.
 */
mclmr_status_t mclmr_publication_read_body(const mclmr_multipart_t *body,
		mclmr_arena_t *arena, mclmr_publication_t *publication,
		mclmr_mime_rule_t *rule);

#endif
