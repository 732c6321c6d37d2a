/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The recipients of a request, from its resource list. */
#include "resource_lists.h"
#include "uri.h"

#define NAMESPACE MCLMR_SPAN("urn:ietf:params:xml:ns:resource-lists")

typedef struct reader
{
	mclmr_arena_t *arena;
	mclmr_resource_lists_t *lists;
} reader_t;

/* True if the element is in the namespace of RFC 4826 and so called. */
static bool is_called(const mclmr_xml_element_t *element, mclmr_span_t name)
{
	return mclmr_span_equal(element->name, name)
		   && mclmr_span_equal(element->ns, NAMESPACE);
}

/* The value of the uri attribute; false if there is none. */
static bool find_uri(const mclmr_xml_element_t *element, mclmr_span_t *uri)
{
	for(size_t i = 0; i < element->attributes; i++) {
		if(mclmr_span_equal(element->attribute[i].name, MCLMR_SPAN("uri"))) {
			*uri = mclmr_span_trim(element->attribute[i].value);
			return true;
		}
	}
	return false;
}

/* Keeps one entry. */
static mclmr_status_t add_entry(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	mclmr_resource_lists_t *lists = reader->lists;
	mclmr_identity_t *entry;
	mclmr_span_t uri;

	if(!find_uri(element, &uri) || uri.len == 0)
		return MCLMR_XML_MALFORMED;
	if(lists->n == MCLMR_MAX_ENTRIES)
		return MCLMR_LIMIT_EXCEEDED;
	entry = &lists->entry[lists->n];
	entry->present = true;
	entry->encrypted = mclmr_uri_encrypted(uri);
	entry->value = MCLMR_SPAN("");
	if(!entry->encrypted
			&& !mclmr_arena_copy(reader->arena, uri, &entry->value))
		return MCLMR_LIMIT_EXCEEDED;
	lists->n++;
	return MCLMR_OK;
}

/* An element begins: the root has to be a resource list, entries count. */
static mclmr_status_t on_start(void *data, const mclmr_xml_element_t *element)
{
	if(element->depth == 1)
		return is_called(element, MCLMR_SPAN("resource-lists"))
					   ? MCLMR_OK
					   : MCLMR_XML_MALFORMED;
	if(is_called(element, MCLMR_SPAN("entry")))
		return add_entry(data, element);
	return MCLMR_OK;
}

mclmr_status_t mclmr_resource_lists_read(mclmr_span_t document,
		mclmr_arena_t *arena, mclmr_resource_lists_t *lists)
{
	static const mclmr_xml_handler_t handler = {.start = on_start};
	reader_t reader = {arena, lists};

	lists->n = 0;
	return mclmr_xml_parse(document, &handler, &reader);
}
