/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "mc_info.h"

#define VALUE_KINDS 3  /* children of a contentType that hold the value */
#define PREDECESSORS 3 /* elements that the schema puts before the caller */

/* Depths of the elements that count. */
#define ROOT 1
#define PARAMS 2
#define FIELD 3
#define VALUE 4

/* The names of one service's info document. */
typedef struct dialect
{
	mclmr_span_t media_type;
	mclmr_span_t ns;
	mclmr_span_t root;
	mclmr_span_t params;
	mclmr_span_t value[VALUE_KINDS]; /* the URI first */
	mclmr_span_t field[MCLMR_INFO_FIELDS];
	mclmr_span_t predecessor[PREDECESSORS];
} dialect_t;

/* word: of the service; kind: its element that names a session or request. */
#define DIALECT(word, kind)                                                    \
	{                                                                          \
		.media_type = MCLMR_SPAN("application/vnd.3gpp." word "-info+xml"),    \
		.ns = MCLMR_SPAN("urn:3gpp:ns:" word "Info:1.0"),                      \
		.root = MCLMR_SPAN(word "info"), .params = MCLMR_SPAN(word "-Params"), \
		.value = {MCLMR_SPAN(word "URI"), MCLMR_SPAN(word "String"),           \
				MCLMR_SPAN(word "Boolean")},                                   \
		.field = {MCLMR_SPAN(word "-request-uri"),                             \
				MCLMR_SPAN(word "-calling-user-id"),                           \
				MCLMR_SPAN(word "-called-party-id"),                           \
				MCLMR_SPAN(word "-calling-group-id"),                          \
				MCLMR_SPAN(word "-client-id")},                                \
		.predecessor = {MCLMR_SPAN(word "-access-token"), MCLMR_SPAN(kind),    \
				MCLMR_SPAN(word "-request-uri")},                              \
	}

static const dialect_t dialects[MCLMR_SERVICE_COUNT] = {
		[MCLMR_SERVICE_MCPTT] = DIALECT("mcptt", "session-type"),
		[MCLMR_SERVICE_MCDATA] = DIALECT("mcdata", "request-type"),
		[MCLMR_SERVICE_MCVIDEO] = DIALECT("mcvideo", "session-type"),
};

/* What is known in the middle of a document. */
typedef struct reader
{
	const dialect_t *dialect;
	mclmr_span_t document;
	mclmr_arena_t *arena;
	mclmr_mc_info_t *info;
	int depth;				 /* of the innermost open element */
	bool in_params;			 /* inside X-Params */
	bool is_predecessor;	 /* the open child comes before the caller */
	mclmr_identity_t *field; /* the open child, NULL where not of interest */
	bool in_value;			 /* inside the field's X-URI or the like */
	bool value_seen;		 /* the field has such a child */
	char value[MCLMR_INFO_VALUE_MAX];
	size_t length; /* octets in value */
} reader_t;

mclmr_service_t mclmr_mc_info_service(mclmr_span_t media_type)
{
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		if(mclmr_span_equal_nocase(media_type, dialects[i].media_type))
			return (mclmr_service_t)i;
	}
	return MCLMR_SERVICE_NONE;
}

/* True where the element is in the service's namespace and has this name. */
static bool is_called(const reader_t *reader,
		const mclmr_xml_element_t *element, mclmr_span_t name)
{
	return mclmr_span_equal(element->name, name)
		   && mclmr_span_equal(element->ns, reader->dialect->ns);
}

/* Index of the element's name in a list of n, n where it is not there. */
static size_t find_name(const reader_t *reader,
		const mclmr_xml_element_t *element, const mclmr_span_t *names, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		if(is_called(reader, element, names[i]))
			return i;
	}
	return n;
}

/* The caller goes in at offset, in place of cut octets. */
static void place_caller(reader_t *reader, size_t offset, size_t cut)
{
	reader->info->caller_begin = offset;
	reader->info->caller_end = offset + cut;
}

/*
 * Makes the inside of a start tag's element the place of the caller, and its
 * prefix that of the caller. True where the element is empty ("/>"): then its
 * qualified name is kept too.
 */
static bool enter(reader_t *reader, const mclmr_xml_element_t *element)
{
	const char *document = reader->document.s;
	const char *name = document + element->begin + 1;
	size_t prefix = element->prefix.len;

	reader->info->prefix = (mclmr_span_t){name, prefix};
	if(element->end < reader->document.len && document[element->end] == '/') {
		reader->info->tag = (mclmr_span_t){
				name, prefix + (prefix > 0 ? 1 : 0) + element->name.len};
		place_caller(reader, element->end, 2);
		return true;
	}
	place_caller(reader, element->end + 1, 0);
	return false;
}

/* The root must be the service's; the caller's place for now is inside. */
static mclmr_status_t start_root(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(!is_called(reader, element, reader->dialect->root))
		return MCLMR_XML_MALFORMED;
	reader->info->params_missing = true;
	reader->info->root_empty = enter(reader, element);
	return MCLMR_OK;
}

/* X-Params, once; what else stands beside it does not matter. */
static mclmr_status_t start_params(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(!is_called(reader, element, reader->dialect->params))
		return MCLMR_OK;
	if(!reader->info->params_missing)
		return MCLMR_XML_MALFORMED;
	reader->in_params = true;
	reader->info->params_missing = false;
	reader->info->params_empty = enter(reader, element);
	return MCLMR_OK;
}

/* True where a type attribute says anything but "Normal". */
static bool has_foreign_type(const mclmr_xml_element_t *element)
{
	for(size_t i = 0; i < element->attributes; i++) {
		if(mclmr_span_equal(element->attribute[i].name, MCLMR_SPAN("type")))
			return !mclmr_span_equal(
					element->attribute[i].value, MCLMR_SPAN("Normal"));
	}
	return false;
}

/* A field begins; none may stand twice. */
static mclmr_status_t open_field(reader_t *reader,
		const mclmr_xml_element_t *element, mclmr_identity_t *field)
{
	if(field->present)
		return MCLMR_XML_MALFORMED;
	field->present = true;
	field->encrypted = has_foreign_type(element);
	reader->field = field;
	reader->in_value = false;
	reader->value_seen = false;
	reader->length = 0;
	return MCLMR_OK;
}

/* A child of X-Params: notes whether it is a field, whether the caller has
 * to come behind it, or whether it is the caller. */
static mclmr_status_t start_child(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	const dialect_t *dialect = reader->dialect;
	size_t i;

	if(!reader->in_params)
		return MCLMR_OK;
	reader->is_predecessor =
			find_name(reader, element, dialect->predecessor, PREDECESSORS)
			< PREDECESSORS;
	i = find_name(reader, element, dialect->field, MCLMR_INFO_FIELDS);
	if(i == MCLMR_INFO_FIELDS)
		return MCLMR_OK;
	if(i == MCLMR_INFO_CALLING_USER_ID)
		place_caller(reader, element->begin, 0);
	return open_field(reader, element, &reader->info->field[i]);
}

/* True for xenc:EncryptedData. */
static bool is_encrypted_data(const mclmr_xml_element_t *element)
{
	return mclmr_span_equal(element->name, MCLMR_SPAN("EncryptedData"))
		   && mclmr_span_equal(element->ns,
				   MCLMR_SPAN("http://www.w3.org/2001/04/xmlenc#"));
}

/* A child of a field: its value, its ciphertext, or something foreign. A
 * second value, or one beside text, would be read differently by others. */
static mclmr_status_t start_value(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(reader->field == NULL)
		return MCLMR_OK;
	if(is_encrypted_data(element))
		reader->field->encrypted = true;
	if(find_name(reader, element, reader->dialect->value, VALUE_KINDS)
			== VALUE_KINDS)
		return MCLMR_OK;
	if(reader->value_seen || reader->length > 0)
		return MCLMR_XML_MALFORMED;
	reader->in_value = true;
	reader->value_seen = true;
	return MCLMR_OK;
}

/* An element inside a value: only ciphertext may be there. */
static mclmr_status_t start_inside_value(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(is_encrypted_data(element))
		reader->field->encrypted = true;
	return reader->field->encrypted ? MCLMR_OK : MCLMR_XML_MALFORMED;
}

/* An element begins. */
static mclmr_status_t on_start(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;

	reader->depth = element->depth;
	switch(element->depth) {
		case ROOT:
			return start_root(reader, element);
		case PARAMS:
			return start_params(reader, element);
		case FIELD:
			return start_child(reader, element);
		case VALUE:
			return start_value(reader, element);
		default:
			return reader->in_value ? start_inside_value(reader, element)
									: MCLMR_OK;
	}
}

/* The text without the blanks in front of it. */
static mclmr_span_t skip_blanks(mclmr_span_t text)
{
	while(text.len > 0 && strchr(" \t\r\n", text.s[0]) != NULL) {
		text.s++;
		text.len--;
	}
	return text;
}

/* Text: a piece of the open field's value, wherever that stands. */
static mclmr_status_t on_text(void *data, mclmr_span_t text)
{
	reader_t *reader = data;
	bool is_beside = reader->value_seen && !reader->in_value;

	if(reader->field == NULL || reader->field->encrypted)
		return MCLMR_OK;
	if(!reader->in_value && reader->depth != FIELD)
		return MCLMR_OK;
	if(reader->length == 0 || is_beside)
		text = skip_blanks(text);
	if(text.len == 0)
		return MCLMR_OK;
	if(is_beside)
		return MCLMR_XML_MALFORMED;
	if(text.len > sizeof reader->value - reader->length)
		return MCLMR_LIMIT_EXCEEDED;
	memcpy(reader->value + reader->length, text.s, text.len);
	reader->length += text.len;
	return MCLMR_OK;
}

/* A field ends: its value moves to the arena. */
static mclmr_status_t close_field(reader_t *reader)
{
	mclmr_identity_t *field = reader->field;
	mclmr_span_t value = {reader->value, reader->length};

	reader->field = NULL;
	if(field->encrypted)
		return MCLMR_OK;
	if(!mclmr_arena_copy(reader->arena, mclmr_span_trim(value), &field->value))
		return MCLMR_LIMIT_EXCEEDED;
	return MCLMR_OK;
}

/* A child of X-Params ends: the caller reaches to here, or goes in here. */
static mclmr_status_t end_child(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	mclmr_mc_info_t *info = reader->info;
	const mclmr_identity_t *caller = &info->field[MCLMR_INFO_CALLING_USER_ID];

	if(reader->field == caller)
		info->caller_end = element->end;
	else if(reader->is_predecessor && !caller->present)
		place_caller(reader, element->end, 0);
	return reader->field == NULL ? MCLMR_OK : close_field(reader);
}

/* An element ends. */
static mclmr_status_t on_end(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;

	reader->depth = element->depth - 1;
	if(element->depth == PARAMS)
		reader->in_params = false;
	if(element->depth == VALUE)
		reader->in_value = false;
	if(element->depth == FIELD && reader->in_params)
		return end_child(reader, element);
	return MCLMR_OK;
}

mclmr_status_t mclmr_mc_info_read(mclmr_service_t service,
		mclmr_span_t document, mclmr_arena_t *arena, mclmr_mc_info_t *info)
{
	static const mclmr_xml_handler_t handler = {on_start, on_text, on_end};
	reader_t reader;

	memset(info, 0, sizeof *info);
	info->service = service;
	if(service <= MCLMR_SERVICE_NONE || service >= MCLMR_SERVICE_COUNT)
		return MCLMR_XML_MALFORMED;
	reader.dialect = &dialects[service];
	reader.document = document;
	reader.arena = arena;
	reader.info = info;
	reader.depth = 0;
	reader.in_params = false;
	reader.is_predecessor = false;
	reader.field = NULL;
	reader.in_value = false;
	reader.value_seen = false;
	reader.length = 0;
	return mclmr_xml_parse(document, &handler, &reader);
}

/* A text under construction; without a buffer it is only measured. */
typedef struct text
{
	char *s;
	size_t len;
} text_t;

/* Appends octets. */
static void put(text_t *text, mclmr_span_t octets)
{
	if(text->s != NULL && octets.len > 0)
		memcpy(text->s + text->len, octets.s, octets.len);
	text->len += octets.len;
}

/* Appends a tag: open is "<" or "</", close all behind the name. */
static void put_tag(text_t *text, mclmr_span_t open, mclmr_span_t prefix,
		mclmr_span_t name, mclmr_span_t close)
{
	put(text, open);
	put(text, prefix);
	if(prefix.len > 0)
		put(text, MCLMR_SPAN(":"));
	put(text, name);
	put(text, close);
}

/* What stands for an octet in text; empty for one that stands for itself. */
static mclmr_span_t reference_of(char c)
{
	switch(c) {
		case '&':
			return MCLMR_SPAN("&amp;");
		case '<':
			return MCLMR_SPAN("&lt;");
		case '>':
			return MCLMR_SPAN("&gt;");
		default:
			return MCLMR_SPAN("");
	}
}

/* Appends octets with those escaped that are XML's own. */
static void put_escaped(text_t *text, mclmr_span_t octets)
{
	mclmr_span_t plain = {octets.s, 0};

	for(size_t i = 0; i < octets.len; i++) {
		mclmr_span_t reference = reference_of(octets.s[i]);

		if(reference.len == 0) {
			plain.len++;
			continue;
		}
		put(text, plain);
		put(text, reference);
		plain = (mclmr_span_t){octets.s + i + 1, 0};
	}
	put(text, plain);
}

/* Appends the element with the caller's identity. */
static void put_caller(
		text_t *text, const mclmr_mc_info_t *info, mclmr_span_t uri)
{
	const dialect_t *dialect = &dialects[info->service];
	mclmr_span_t name = dialect->field[MCLMR_INFO_CALLING_USER_ID];

	put_tag(text, MCLMR_SPAN("<"), info->prefix, name,
			MCLMR_SPAN(" type=\"Normal\">"));
	put_tag(text, MCLMR_SPAN("<"), info->prefix, dialect->value[0],
			MCLMR_SPAN(">"));
	put_escaped(text, uri);
	put_tag(text, MCLMR_SPAN("</"), info->prefix, dialect->value[0],
			MCLMR_SPAN(">"));
	put_tag(text, MCLMR_SPAN("</"), info->prefix, name, MCLMR_SPAN(">"));
}

/* Appends all that is inserted: the caller, and around it the tags that the
 * document does not have. */
static void put_insertion(
		text_t *text, const mclmr_mc_info_t *info, mclmr_span_t uri)
{
	bool opens =
			info->params_empty || (info->params_missing && info->root_empty);
	mclmr_span_t params = dialects[info->service].params;

	if(opens)
		put(text, MCLMR_SPAN(">"));
	if(info->params_missing)
		put_tag(text, MCLMR_SPAN("<"), info->prefix, params, MCLMR_SPAN(">"));
	put_caller(text, info, uri);
	if(info->params_missing)
		put_tag(text, MCLMR_SPAN("</"), info->prefix, params, MCLMR_SPAN(">"));
	if(opens)
		put_tag(text, MCLMR_SPAN("</"), MCLMR_SPAN(""), info->tag,
				MCLMR_SPAN(">"));
}

/* True where XML cannot hold the octets, or a reader would change them. */
static bool has_control(mclmr_span_t octets)
{
	for(size_t i = 0; i < octets.len; i++) {
		if((unsigned char)octets.s[i] < ' ' || octets.s[i] == 0x7f)
			return true;
	}
	return false;
}

bool mclmr_mc_info_set_caller(const mclmr_mc_info_t *info, mclmr_span_t uri,
		mclmr_arena_t *arena, mclmr_xml_edit_t *edit)
{
	text_t text = {NULL, 0};

	if(has_control(uri))
		return false;
	put_insertion(&text, info, uri);
	text.s = mclmr_arena_alloc(arena, text.len);
	if(text.s == NULL)
		return false;
	text.len = 0;
	put_insertion(&text, info, uri);
	edit->offset = info->caller_begin;
	edit->cut = info->caller_end - info->caller_begin;
	edit->text = (mclmr_span_t){text.s, text.len};
	return true;
}
