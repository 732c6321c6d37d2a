/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * xml: what the XML readers of this library share: a libxml2 SAX parser that
 * refuses DTDs and entities, never touches the network, and stops at a depth
 * and a size. Documents are UTF-8 (RFC 7303), as all MC bodies are.
 */
#ifndef MCLMR_XML_H
#define MCLMR_XML_H

#include "mclmr/base/status.h"

#define MCLMR_XML_MAX_SIZE 65536 /* octets of a document */
#define MCLMR_XML_MAX_DEPTH 32	 /* open elements */

typedef struct mclmr_xml_attribute
{
	mclmr_span_t name;	/* local name */
	mclmr_span_t value; /* with references resolved */
} mclmr_xml_attribute_t;

#define MCLMR_XML_MAX_ATTRIBUTES 16

typedef struct mclmr_xml_element
{
	int depth;			 /* 1 for the root */
	mclmr_span_t name;	 /* local name */
	mclmr_span_t ns;	 /* namespace name, empty if none */
	mclmr_span_t prefix; /* empty if none */
	size_t begin;		 /* offset of its "<" in the document */
	size_t end;			 /* at start: offset after the attributes, that is of
						    ">" or "/>"; at end: offset after its end tag */
	size_t attributes;	 /* those in no namespace, at start only */
	mclmr_xml_attribute_t attribute[MCLMR_XML_MAX_ATTRIBUTES];
} mclmr_xml_element_t;

/* What a reader wants to hear, NULL for what not; spans live only during the
 * call. Any status but MCLMR_OK ends the parse with that status. */
typedef struct mclmr_xml_handler
{
	mclmr_status_t (*start)(void *data, const mclmr_xml_element_t *element);
	mclmr_status_t (*text)(void *data, mclmr_span_t text);
	mclmr_status_t (*end)(void *data, const mclmr_xml_element_t *element);
} mclmr_xml_handler_t;

/*
 * Parses document and calls handler with data. MCLMR_OK;
 * MCLMR_XML_MALFORMED (not well-formed, not UTF-8, a DTD, an unbound
 * prefix); MCLMR_LIMIT_EXCEEDED (size, depth, attributes or namespaces of
 * one element); MCLMR_INTERNAL (no memory for the parser); or the
 * handler's status. The parser is made at the first call of a process and
 * reused: not for more than one thread.
 */
mclmr_status_t mclmr_xml_parse(
		mclmr_span_t document, const mclmr_xml_handler_t *handler, void *data);

/* Frees the process's parser, and forgets the last document. */
void mclmr_xml_cleanup(void);

/* An edit of a document: cut octets at offset give way to text. */
typedef struct mclmr_xml_edit
{
	size_t offset;
	size_t cut;
	mclmr_span_t text;
} mclmr_xml_edit_t;

#endif
