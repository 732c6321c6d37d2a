/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The client ID in a document of service settings. */
#include "mc_info.h"
#include "poc_settings.h"

#define NAMESPACE MCLMR_SPAN("urn:oma:params:xml:ns:poc:poc-settings")

typedef struct reader
{
	mclmr_arena_t *arena;
	mclmr_span_t client_id; /* empty: no entity yet */
} reader_t;

/* True if the element is in the namespace of RFC 4354 and so called. */
static bool is_called(const mclmr_xml_element_t *element, mclmr_span_t name)
{
	return mclmr_span_equal(element->name, name)
		   && mclmr_span_equal(element->ns, NAMESPACE);
}

/* The value of the id attribute, empty if there is none. */
static mclmr_span_t find_id(const mclmr_xml_element_t *element)
{
	for(size_t i = 0; i < element->attributes; i++) {
		if(mclmr_span_equal(element->attribute[i].name, MCLMR_SPAN("id")))
			return mclmr_span_trim(element->attribute[i].value);
	}
	return MCLMR_SPAN("");
}

/* Keeps the ID of the entity; there is one. */
static mclmr_status_t keep_id(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	mclmr_span_t id = find_id(element);

	if(id.len == 0 || reader->client_id.len > 0)
		return MCLMR_XML_MALFORMED;
	if(!mclmr_client_id_is_good(id))
		return id.len > MCLMR_CLIENT_ID_MAX ? MCLMR_LIMIT_EXCEEDED
											: MCLMR_XML_MALFORMED;
	if(!mclmr_arena_copy(reader->arena, id, &reader->client_id))
		return MCLMR_LIMIT_EXCEEDED;
	return MCLMR_OK;
}

/* An element begins: the root has to be settings, entities stand below it. */
static mclmr_status_t on_start(void *data, const mclmr_xml_element_t *element)
{
	if(element->depth == 1)
		return is_called(element, MCLMR_SPAN("poc-settings"))
					   ? MCLMR_OK
					   : MCLMR_XML_MALFORMED;
	if(element->depth == 2 && is_called(element, MCLMR_SPAN("entity")))
		return keep_id(data, element);
	return MCLMR_OK;
}

mclmr_status_t mclmr_poc_settings_read(
		mclmr_span_t document, mclmr_arena_t *arena, mclmr_span_t *client_id)
{
	static const mclmr_xml_handler_t handler = {.start = on_start};
	reader_t reader = {.arena = arena, .client_id = MCLMR_SPAN("")};
	mclmr_status_t status = mclmr_xml_parse(document, &handler, &reader);

	*client_id = MCLMR_SPAN("");
	if(status != MCLMR_OK)
		return status;
	if(reader.client_id.len == 0)
		return MCLMR_XML_MALFORMED;
	*client_id = reader.client_id;
	return MCLMR_OK;
}
