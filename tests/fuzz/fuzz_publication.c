/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: the Content-Type of a PUBLISH, a line break, and its body. What is read
 * has a client ID within its limits, which stays the same if it is written as
 * settings again, and no info document without a service.
 */
#include "mclmr/base/text.h"
#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/poc_settings.h"
#include "mclmr/sip/publication.h"
#include "fuzz.h"

static char memory[1 << 20];

/* Writes settings; false: the arena is full, or an octet has no place in XML. */
static bool write_settings(
		mclmr_span_t client_id, mclmr_arena_t *arena, mclmr_span_t *document)
{
	mclmr_text_t text = mclmr_text(arena);

	mclmr_text_string(&text,
			"<poc-settings xmlns=\"urn:oma:params:xml:ns:poc:poc-settings\">"
			"<entity id=\"");
	for(size_t i = 0; i < client_id.len; i++) {
		unsigned char octet = (unsigned char)client_id.s[i];

		if(octet >= 0x80) {
			mclmr_text_char(&text, client_id.s[i]);
			continue;
		}
		mclmr_text_string(&text, "&#");
		mclmr_text_number(&text, octet);
		mclmr_text_char(&text, ';');
	}
	mclmr_text_string(&text, "\"/></poc-settings>");
	return mclmr_text_done(&text, document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t body = input_of(data, size), document, again;
	mclmr_span_t type = mclmr_span_trim(mclmr_span_cut(&body, '\n'));
	mclmr_publication_t publication = {.has_expires = false};
	mclmr_multipart_t parts;
	mclmr_mime_rule_t rule;

	if(mclmr_multipart_read(type, MCLMR_SPAN(""), body, &parts) != MCLMR_OK
			|| mclmr_publication_read_body(&parts, &arena, &publication, &rule)
					   != MCLMR_OK)
		return 0;
	require(rule == MCLMR_MIME_KEPT);
	require(publication.client_id.len > 0);
	require(mclmr_client_id_is_good(publication.client_id));
	require(publication.service != MCLMR_SERVICE_NONE
			|| publication.info.len == 0);
	if(!write_settings(publication.client_id, &arena, &document))
		return 0;
	require(mclmr_poc_settings_read(document, &arena, &again) == MCLMR_OK);
	require(mclmr_span_equal(again, publication.client_id));
	return 0;
}
