/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Libxml2 parser that refuses DTDs, with limits. */
#define _GNU_SOURCE /* memrchr() */
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <openssl/crypto.h>

#include "xml.h"

/*
 * References in attribute values are resolved (NOENT): only characters and
 * the five predefined entities can be meant, for a DTD ends the parse. The
 * declared encoding is checked here and never acted upon (IGNORE_ENC), so
 * that no converter is loaded.
 */
#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC)

/* Names that senders made up stay in the parser's dictionary, which has an
 * end: it is thrown away with the parser once it takes this many octets. */
#define MAX_DICTIONARY 65536

/* A tag of more attributes than that never reaches libxml2, which compares
 * each with each other; short documents cannot hold enough to matter. */
#define MAX_QUOTES 1024
#define SHORT_DOCUMENT 4096

typedef struct parser
{
	xmlParserCtxtPtr context; /* NULL until the first document */
	mclmr_span_t document;
	const mclmr_xml_handler_t *handler;
	void *data; /* of the handler */
	mclmr_status_t status;
	int depth;						   /* open elements */
	size_t begin[MCLMR_XML_MAX_DEPTH]; /* of each open element */
	/* The document with a NUL after it: libxml2 reads such a string in its
	 * place, while for a span it asks its input buffer to grow at every step,
	 * which doubles the cost of a short document. */
	char text[MCLMR_XML_MAX_SIZE + 1];
} parser_t;

static parser_t the_parser;

/* The octets of a libxml2 string; NULL is empty. */
static mclmr_span_t span(const xmlChar *string)
{
	return mclmr_span((const char *)string);
}

/* Ends the parse with a verdict. */
static void stop(parser_t *parser, mclmr_status_t status)
{
	parser->status = status;
	xmlStopParser(parser->context);
}

/* Hands on what a handler said. */
static void heed(parser_t *parser, mclmr_status_t status)
{
	if(status != MCLMR_OK)
		stop(parser, status);
}

/* Offset of the parser in the document: what it has let go, and how far it is
 * in the rest. (Some versions read the text in its place, others a copy.) */
static size_t position(const parser_t *parser)
{
	const xmlParserInput *input = parser->context->input;
	size_t consumed = input->consumed + (size_t)(input->cur - input->base);

	return consumed < parser->document.len ? consumed : parser->document.len;
}

/* Offset of the "<" of the tag that ends at or after end: the last one
 * before it, for an attribute value cannot hold any. */
static size_t tag_begin(const parser_t *parser, size_t end)
{
	const char *document = parser->document.s;
	const char *tag = memrchr(document, '<', end);

	return tag == NULL ? 0 : (size_t)(tag - document);
}

/* Takes over the attributes that are in no namespace. libxml2 gives five
 * pointers for each: name, prefix, namespace, begin and end of the value. */
static void take_attributes(
		mclmr_xml_element_t *element, const xmlChar **attributes, int n)
{
	element->attributes = 0;
	for(int i = 0; i < n; i++, attributes += 5) {
		mclmr_xml_attribute_t *to = &element->attribute[element->attributes];

		if(attributes[1] != NULL)
			continue;
		to->name = span(attributes[0]);
		to->value = (mclmr_span_t){(const char *)attributes[3],
				(size_t)(attributes[4] - attributes[3])};
		element->attributes++;
	}
}

/* SAX2: a start tag was read up to its ">" or "/>". */
static void on_start(void *data, const xmlChar *name, const xmlChar *prefix,
		const xmlChar *ns, int n_namespaces, const xmlChar **namespaces,
		int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	parser_t *parser = data;
	mclmr_xml_element_t element;

	(void)namespaces;
	(void)n_defaulted;
	if(parser->depth == MCLMR_XML_MAX_DEPTH
			|| n_namespaces > MCLMR_XML_MAX_ATTRIBUTES
			|| n_attributes > MCLMR_XML_MAX_ATTRIBUTES) {
		stop(parser, MCLMR_LIMIT_EXCEEDED);
		return;
	}
	element.end = position(parser);
	element.begin = tag_begin(parser, element.end);
	parser->begin[parser->depth++] = element.begin;
	element.depth = parser->depth;
	element.name = span(name);
	element.ns = span(ns);
	element.prefix = span(prefix);
	take_attributes(&element, attributes, n_attributes);
	if(parser->handler->start != NULL)
		heed(parser, parser->handler->start(parser->data, &element));
}

/* SAX2: an end tag, or the "/>" of an empty element, was read. */
static void on_end(void *data, const xmlChar *name, const xmlChar *prefix,
		const xmlChar *ns)
{
	parser_t *parser = data;
	mclmr_xml_element_t element;

	if(parser->depth == 0)
		return;
	element.depth = parser->depth;
	element.begin = parser->begin[--parser->depth];
	element.end = position(parser);
	element.name = span(name);
	element.ns = span(ns);
	element.prefix = span(prefix);
	element.attributes = 0;
	if(parser->handler->end != NULL)
		heed(parser, parser->handler->end(parser->data, &element));
}

/* SAX2: character data, blanks and CDATA sections included. */
static void on_text(void *data, const xmlChar *text, int length)
{
	parser_t *parser = data;
	mclmr_span_t octets = {(const char *)text, (size_t)length};

	if(parser->handler->text != NULL)
		heed(parser, parser->handler->text(parser->data, octets));
}

/* SAX2: a DOCTYPE, of which not one declaration is read. */
static void on_doctype(void *data, const xmlChar *name,
		const xmlChar *public_id, const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	stop(data, MCLMR_XML_MALFORMED);
}

/* Keeps libxml2 silent: what went wrong is in the context's flags. The
 * parameter's type differs between the versions of libxml2. */
static void on_error(void *data, xmlErrorPtr error)
{
	(void)data;
	(void)error;
}

/* A parser that calls the functions above and builds no tree. */
static xmlParserCtxtPtr new_context(parser_t *parser)
{
	xmlParserCtxtPtr context = xmlNewParserCtxt();

	if(context == NULL)
		return NULL;
	memset(context->sax, 0, sizeof(*context->sax));
	context->sax->initialized = XML_SAX2_MAGIC;
	context->sax->startElementNs = on_start;
	context->sax->endElementNs = on_end;
	context->sax->characters = on_text;
	context->sax->ignorableWhitespace = on_text;
	context->sax->cdataBlock = on_text;
	context->sax->internalSubset = on_doctype;
	context->sax->serror = (xmlStructuredErrorFunc)on_error;
	context->userData = parser;
	return context;
}

/* The text after a byte order mark, if there is one. */
static mclmr_span_t skip_bom(mclmr_span_t document)
{
	if(mclmr_span_starts(document, MCLMR_SPAN("\xEF\xBB\xBF")))
		return mclmr_span_from(document, document.s + 3);
	return document;
}

/* The value of the quoted string that text begins with, blanks and the "="
 * before it skipped; empty if there is none. */
static mclmr_span_t quoted_value(mclmr_span_t text)
{
	mclmr_span_t value = mclmr_span_trim(text);
	char quote;

	if(value.len == 0 || value.s[0] != '=')
		return MCLMR_SPAN("");
	value = mclmr_span_trim(mclmr_span_from(value, value.s + 1));
	if(value.len == 0 || (value.s[0] != '"' && value.s[0] != '\''))
		return MCLMR_SPAN("");
	quote = value.s[0];
	value = mclmr_span_from(value, value.s + 1);
	return mclmr_span_cut(&value, quote);
}

/* True if the XML declaration, if any, names no encoding or UTF-8. */
static bool declares_utf8(mclmr_span_t text)
{
	const char *end;
	const char *encoding;

	if(!mclmr_span_starts(text, MCLMR_SPAN("<?xml")))
		return true;
	end = mclmr_span_find(text, MCLMR_SPAN("?>"));
	if(end == NULL)
		return false;
	text.len = (size_t)(end - text.s);
	encoding = mclmr_span_find(text, MCLMR_SPAN("encoding"));
	if(encoding == NULL)
		return true;
	text = mclmr_span_from(text, encoding + strlen("encoding"));
	return mclmr_span_equal_nocase(quoted_value(text), MCLMR_SPAN("UTF-8"));
}

/*
 * True if libxml2 will not take the document for anything but UTF-8: it
 * guesses UTF-16, UCS-4 and EBCDIC from the first octets, and all of them
 * need a NUL or something else than "<" or a blank in front.
 */
static bool looks_utf8(mclmr_span_t document)
{
	mclmr_span_t text = skip_bom(document);

	return text.len > 0 && strchr("< \t\r\n", text.s[0]) != NULL
		   && memchr(text.s, 0, text.len) == NULL && declares_utf8(text);
}

/* True if a long document has a tag with absurdly many quotes. */
static bool is_crowded(mclmr_span_t document)
{
	size_t quotes = 0;

	if(document.len <= SHORT_DOCUMENT)
		return false;
	for(size_t i = 0; i < document.len && quotes <= MAX_QUOTES; i++) {
		if(document.s[i] == '<')
			quotes = 0;
		else if(document.s[i] == '"' || document.s[i] == '\'')
			quotes++;
	}
	return quotes > MAX_QUOTES;
}

/* The verdict, once libxml2 has returned. */
static mclmr_status_t outcome(const parser_t *parser)
{
	if(parser->status != MCLMR_OK)
		return parser->status;
	if(!parser->context->wellFormed || !parser->context->nsWellFormed)
		return MCLMR_XML_MALFORMED;
	return MCLMR_OK;
}

mclmr_status_t mclmr_xml_parse(
		mclmr_span_t document, const mclmr_xml_handler_t *handler, void *data)
{
	parser_t *parser = &the_parser;
	mclmr_status_t status;

	if(document.len > MCLMR_XML_MAX_SIZE || is_crowded(document))
		return MCLMR_LIMIT_EXCEEDED;
	if(!looks_utf8(document))
		return MCLMR_XML_MALFORMED;
	if(parser->context == NULL)
		parser->context = new_context(parser);
	if(parser->context == NULL)
		return MCLMR_INTERNAL;
	parser->document = document;
	parser->handler = handler;
	parser->data = data;
	parser->status = MCLMR_OK;
	parser->depth = 0;
	memcpy(parser->text, document.s, document.len);
	parser->text[document.len] = '\0';
	xmlCtxtReadDoc(parser->context, (const xmlChar *)parser->text, NULL, NULL,
			OPTIONS);
	status = outcome(parser);
	if(xmlDictGetUsage(parser->context->dict) > MAX_DICTIONARY)
		mclmr_xml_cleanup();
	return status;
}

void mclmr_xml_cleanup(void)
{
	xmlFreeParserCtxt(the_parser.context);
	the_parser.context = NULL;
	OPENSSL_cleanse(the_parser.text, sizeof(the_parser.text));
	xmlResetLastError();
}
