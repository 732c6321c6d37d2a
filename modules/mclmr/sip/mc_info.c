/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Info bodies of the three services; the edits that set caller and called. */
#include <string.h>

#include "mclmr/base/text.h"
#include "mc_info.h"
#include "uri.h"

#define VALUE_KINDS 3  /* children of a contentType that hold the value */
#define PREDECESSORS 3 /* elements that the schema puts before the caller: */
#define REQUEST_URI 2  /* all but this one also before the request-uri */

/* Depths of the elements that count. */
#define ROOT 1
#define PARAMS 2
#define FIELD 3
#define VALUE 4

#define SESSION_TYPE MCLMR_SPAN("session-type")
#define ANY_EXT MCLMR_SPAN("anyExt")
#define END_TO_END_SECURITY MCLMR_SPAN("end-to-end-security")
#define CALLER MCLMR_SPAN("calling-user-id") /* end of such names */

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

/* An element of plain text that is open. */
typedef enum plain
{
	PLAIN_NONE,
	PLAIN_SESSION_TYPE,
	PLAIN_END_TO_END_SECURITY
} plain_t;

/* What is known in the middle of a document. */
typedef struct reader
{
	const dialect_t *dialect;
	mclmr_span_t document;
	mclmr_arena_t *arena;
	mclmr_mc_info_t *info;
	int depth;				 /* of the innermost open element */
	bool in_params;			 /* inside X-Params */
	int any_ext;			 /* depth of the open anyExt, 0: none */
	bool said[VALUE + 1];	 /* end-to-end-security, by that depth */
	plain_t plain;			 /* the open element of plain text */
	int plain_depth;		 /* of it */
	size_t predecessor;		 /* the open child among them, PREDECESSORS: none */
	mclmr_identity_t *field; /* the open child, NULL if not of interest */
	bool in_value;			 /* inside the field's X-URI or the like */
	bool value_seen;		 /* the field has such a child */
	char value[MCLMR_INFO_VALUE_MAX];
	size_t length; /* octets in value */
} reader_t;

bool mclmr_identity_encrypted(const mclmr_identity_t *identity)
{
	return identity->present
		   && (identity->encrypted || mclmr_uri_encrypted(identity->value));
}

mclmr_service_t mclmr_mc_info_service(mclmr_span_t media_type)
{
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		if(mclmr_span_equal_nocase(media_type, dialects[i].media_type))
			return (mclmr_service_t)i;
	}
	return MCLMR_SERVICE_NONE;
}

/* True if the element is in the service's namespace and has this name. */
static bool is_called(const reader_t *reader,
		const mclmr_xml_element_t *element, mclmr_span_t name)
{
	return mclmr_span_equal(element->name, name)
		   && mclmr_span_equal(element->ns, reader->dialect->ns);
}

/* Index of the element's name in a list of n, n if it is not there. */
static size_t find_name(const reader_t *reader,
		const mclmr_xml_element_t *element, const mclmr_span_t *names, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		if(is_called(reader, element, names[i]))
			return i;
	}
	return n;
}

/* Both elements go in at offset, in place of cut octets. */
static void place_both(reader_t *reader, size_t offset, size_t cut)
{
	mclmr_info_place_t place = {offset, offset + cut};

	reader->info->request = place;
	reader->info->caller = place;
}

/*
 * Makes the inside of a start tag's element the place of what is inserted, and
 * its prefix that of it. True if the element is empty ("/>"): then its
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
		place_both(reader, element->end, 2);
		return true;
	}
	place_both(reader, element->end + 1, 0);
	return false;
}

/* The root must be the service's; the place of inserted elements is inside. */
static mclmr_status_t start_root(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(!is_called(reader, element, reader->dialect->root))
		return MCLMR_XML_MALFORMED;
	reader->info->params_missing = true;
	reader->info->root_empty = enter(reader, element);
	return MCLMR_OK;
}

/* X-Params, once; beside it only an anyExt matters. */
static mclmr_status_t start_params(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(is_called(reader, element, ANY_EXT))
		reader->any_ext = element->depth;
	if(!is_called(reader, element, reader->dialect->params))
		return MCLMR_OK;
	if(!reader->info->params_missing)
		return MCLMR_XML_MALFORMED;
	reader->in_params = true;
	reader->info->params_missing = false;
	reader->info->params_empty = enter(reader, element);
	return MCLMR_OK;
}

bool mclmr_mc_info_is_encrypted(const mclmr_xml_element_t *element)
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
	field->encrypted = mclmr_mc_info_is_encrypted(element);
	reader->field = field;
	reader->in_value = false;
	reader->value_seen = false;
	reader->length = 0;
	return MCLMR_OK;
}

/* An element of plain text begins; *seen if it stands twice. */
static mclmr_status_t open_plain(reader_t *reader,
		const mclmr_xml_element_t *element, plain_t plain, bool seen)
{
	if(seen)
		return MCLMR_XML_MALFORMED;
	reader->plain = plain;
	reader->plain_depth = element->depth;
	reader->length = 0;
	return MCLMR_OK;
}

/* A child of X-Params that is no field of identities. */
static mclmr_status_t start_other_child(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(is_called(reader, element, ANY_EXT))
		reader->any_ext = element->depth;
	if(!is_called(reader, element, SESSION_TYPE))
		return MCLMR_OK;
	return open_plain(reader, element, PLAIN_SESSION_TYPE,
			reader->info->session_type.s != NULL);
}

/* An element in an anyExt: that of X-Params, or (Release 18) of the root. */
static mclmr_status_t start_extension(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	bool *said = &reader->said[reader->any_ext];
	bool seen = *said;

	if(!is_called(reader, element, END_TO_END_SECURITY))
		return MCLMR_OK;
	*said = true;
	return open_plain(reader, element, PLAIN_END_TO_END_SECURITY, seen);
}

/* A child of X-Params: notes whether it is a field, what has to come after it,
 * or where it can be replaced. */
static mclmr_status_t start_child(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	const dialect_t *dialect = reader->dialect;
	size_t i;

	if(reader->any_ext == PARAMS)
		return start_extension(reader, element);
	if(!reader->in_params)
		return MCLMR_OK;
	reader->predecessor =
			find_name(reader, element, dialect->predecessor, PREDECESSORS);
	i = find_name(reader, element, dialect->field, MCLMR_INFO_FIELDS);
	if(i == MCLMR_INFO_FIELDS)
		return start_other_child(reader, element);
	if(i == MCLMR_INFO_REQUEST_URI)
		reader->info->request.begin = element->begin;
	if(i == MCLMR_INFO_CALLING_USER_ID)
		reader->info->caller.begin = element->begin;
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
	if(reader->any_ext == FIELD)
		return start_extension(reader, element);
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

/* True for a calling-user-id, of whatever service and namespace, that does not
 * stand where it is read and set: a receiver could take it for the caller. */
static bool is_stray_caller(
		const reader_t *reader, const mclmr_xml_element_t *element)
{
	const mclmr_span_t *field = reader->dialect->field;
	mclmr_span_t end = element->name;

	if(end.len < CALLER.len)
		return false;
	end = mclmr_span_from(end, end.s + (end.len - CALLER.len));
	return mclmr_span_equal_nocase(end, CALLER)
		   && !(element->depth == FIELD && reader->in_params
				   && is_called(
						   reader, element, field[MCLMR_INFO_CALLING_USER_ID]));
}

/* An element begins. */
static mclmr_status_t on_start(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;

	if(reader->plain != PLAIN_NONE || is_stray_caller(reader, element))
		return MCLMR_XML_MALFORMED;
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

/* Adds a piece to the open value. */
static mclmr_status_t add_text(reader_t *reader, mclmr_span_t text)
{
	if(text.len > sizeof(reader->value) - reader->length)
		return MCLMR_LIMIT_EXCEEDED;
	memcpy(reader->value + reader->length, text.s, text.len);
	reader->length += text.len;
	return MCLMR_OK;
}

/* Text: a piece of the open value, wherever that stands. */
static mclmr_status_t on_text(void *data, mclmr_span_t text)
{
	reader_t *reader = data;
	bool is_beside = reader->value_seen && !reader->in_value;

	if(reader->plain != PLAIN_NONE)
		return add_text(reader, text);
	if(reader->field == NULL || reader->field->encrypted)
		return MCLMR_OK;
	if(!reader->in_value && reader->depth != FIELD)
		return MCLMR_OK;
	if(reader->length == 0 || is_beside)
		text = skip_blanks(text);
	if(text.len == 0)
		return MCLMR_OK;
	return is_beside ? MCLMR_XML_MALFORMED : add_text(reader, text);
}

/* What a boolean of XML Schema says; NOT_SAID: it is none. */
static mclmr_info_flag_t flag_of(mclmr_span_t text)
{
	if(mclmr_span_equal(text, MCLMR_SPAN("true"))
			|| mclmr_span_equal(text, MCLMR_SPAN("1")))
		return MCLMR_INFO_YES;
	if(mclmr_span_equal(text, MCLMR_SPAN("false"))
			|| mclmr_span_equal(text, MCLMR_SPAN("0")))
		return MCLMR_INFO_NO;
	return MCLMR_INFO_NOT_SAID;
}

/* An element of plain text ends. */
static mclmr_status_t close_plain(reader_t *reader)
{
	mclmr_info_flag_t *flag = &reader->info->end_to_end_security;
	mclmr_span_t text =
			mclmr_span_trim((mclmr_span_t){reader->value, reader->length});
	plain_t plain = reader->plain;
	mclmr_info_flag_t said;

	reader->plain = PLAIN_NONE;
	if(plain == PLAIN_SESSION_TYPE)
		return mclmr_arena_copy(
					   reader->arena, text, &reader->info->session_type)
					   ? MCLMR_OK
					   : MCLMR_LIMIT_EXCEEDED;
	said = flag_of(text);
	if(said == MCLMR_INFO_NOT_SAID
			|| (*flag != MCLMR_INFO_NOT_SAID && *flag != said))
		return MCLMR_XML_MALFORMED;
	*flag = said;
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

/* A child of X-Params ends: one of the two that can be set reaches to here,
 * or what is not there yet goes in here. */
static mclmr_status_t end_child(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	mclmr_mc_info_t *info = reader->info;
	const mclmr_identity_t *request = &info->field[MCLMR_INFO_REQUEST_URI];
	const mclmr_identity_t *caller = &info->field[MCLMR_INFO_CALLING_USER_ID];
	mclmr_info_place_t after = {element->end, element->end};

	if(reader->field == request)
		info->request.end = element->end;
	else if(reader->predecessor < REQUEST_URI && !request->present)
		info->request = after;
	if(reader->field == caller)
		info->caller.end = element->end;
	else if(reader->predecessor < PREDECESSORS && !caller->present)
		info->caller = after;
	return reader->field == NULL ? MCLMR_OK : close_field(reader);
}

/* An element ends. */
static mclmr_status_t on_end(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;
	mclmr_status_t status = MCLMR_OK;

	reader->depth = element->depth - 1;
	if(reader->plain != PLAIN_NONE && element->depth == reader->plain_depth)
		status = close_plain(reader);
	if(status != MCLMR_OK)
		return status;
	if(element->depth == reader->any_ext)
		reader->any_ext = 0;
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

	memset(info, 0, sizeof(*info));
	info->service = service;
	if(service <= MCLMR_SERVICE_NONE || service >= MCLMR_SERVICE_COUNT)
		return MCLMR_XML_MALFORMED;
	reader.dialect = &dialects[service];
	reader.document = document;
	reader.arena = arena;
	reader.info = info;
	reader.depth = 0;
	reader.in_params = false;
	reader.any_ext = 0;
	memset(reader.said, 0, sizeof(reader.said));
	reader.plain = PLAIN_NONE;
	reader.plain_depth = 0;
	reader.predecessor = PREDECESSORS;
	reader.field = NULL;
	reader.in_value = false;
	reader.value_seen = false;
	reader.length = 0;
	return mclmr_xml_parse(document, &handler, &reader);
}

/* Appends a tag: open is "<" or "</", close all after the name. */
static void put_tag(mclmr_text_t *text, mclmr_span_t open, mclmr_span_t prefix,
		mclmr_span_t name, mclmr_span_t close)
{
	mclmr_text_put(text, open);
	mclmr_text_put(text, prefix);
	if(prefix.len > 0)
		mclmr_text_put(text, MCLMR_SPAN(":"));
	mclmr_text_put(text, name);
	mclmr_text_put(text, close);
}

/* Appends an element of contentType with a URI. */
static void put_identity(mclmr_text_t *text, const dialect_t *dialect,
		mclmr_span_t prefix, mclmr_mc_info_field_t field, mclmr_span_t uri)
{
	mclmr_span_t name = dialect->field[field];

	put_tag(text, MCLMR_SPAN("<"), prefix, name,
			MCLMR_SPAN(" type=\"Normal\">"));
	put_tag(text, MCLMR_SPAN("<"), prefix, dialect->value[0], MCLMR_SPAN(">"));
	mclmr_text_xml(text, uri);
	put_tag(text, MCLMR_SPAN("</"), prefix, dialect->value[0], MCLMR_SPAN(">"));
	put_tag(text, MCLMR_SPAN("</"), prefix, name, MCLMR_SPAN(">"));
}

/* What one edit puts in: one element or both. */
typedef struct insertion
{
	mclmr_info_place_t place;
	mclmr_info_values_t values;
} insertion_t;

/* Appends the elements of these values, in the schema's order. */
static void put_values(mclmr_text_t *text, const dialect_t *dialect,
		mclmr_span_t prefix, const mclmr_info_values_t *values)
{
	if(values->request_uri.len > 0)
		put_identity(text, dialect, prefix, MCLMR_INFO_REQUEST_URI,
				values->request_uri);
	if(values->calling_user_id.len > 0)
		put_identity(text, dialect, prefix, MCLMR_INFO_CALLING_USER_ID,
				values->calling_user_id);
}

/* Appends all that is inserted: the elements, and around them the tags that
 * the document does not have. */
static void put_insertion(mclmr_text_t *text, const mclmr_mc_info_t *info,
		const mclmr_info_values_t *values)
{
	bool opens =
			info->params_empty || (info->params_missing && info->root_empty);
	mclmr_span_t params = dialects[info->service].params;

	if(opens)
		mclmr_text_put(text, MCLMR_SPAN(">"));
	if(info->params_missing)
		put_tag(text, MCLMR_SPAN("<"), info->prefix, params, MCLMR_SPAN(">"));
	put_values(text, &dialects[info->service], info->prefix, values);
	if(info->params_missing)
		put_tag(text, MCLMR_SPAN("</"), info->prefix, params, MCLMR_SPAN(">"));
	if(opens)
		put_tag(text, MCLMR_SPAN("</"), MCLMR_SPAN(""), info->tag,
				MCLMR_SPAN(">"));
}

/* True if XML cannot hold the octets, or a reader would change them. */
static bool has_control(mclmr_span_t octets)
{
	for(size_t i = 0; i < octets.len; i++) {
		if((unsigned char)octets.s[i] < ' ' || octets.s[i] == 0x7f)
			return true;
	}
	return false;
}

bool mclmr_client_id_is_good(mclmr_span_t id)
{
	return id.len <= MCLMR_CLIENT_ID_MAX && !has_control(id);
}

/* What has to go in where, by rising offset: how many. Two that touch each
 * other become one, in the schema's order. */
static size_t network_insertions(const mclmr_mc_info_t *info,
		const mclmr_info_values_t *values, insertion_t at[MCLMR_INFO_EDITS])
{
	insertion_t request = {info->request, {values->request_uri, {NULL, 0}}};
	insertion_t caller = {info->caller, {{NULL, 0}, values->calling_user_id}};
	bool swapped = info->caller.begin < info->request.begin;

	if(values->request_uri.len == 0 || values->calling_user_id.len == 0) {
		at[0] = values->request_uri.len > 0 ? request : caller;
		return values->request_uri.len + values->calling_user_id.len > 0;
	}
	at[0] = swapped ? caller : request;
	at[1] = swapped ? request : caller;
	if(at[1].place.begin > at[0].place.end)
		return 2;
	at[0].place.end = at[1].place.end;
	at[0].values = *values;
	return 1;
}

/* Makes the edit of one insertion. */
static bool write_insertion(const mclmr_mc_info_t *info,
		const insertion_t *insertion, mclmr_arena_t *arena,
		mclmr_xml_edit_t *edit)
{
	mclmr_text_t text = mclmr_text(arena);

	put_insertion(&text, info, &insertion->values);
	edit->offset = insertion->place.begin;
	edit->cut = insertion->place.end - insertion->place.begin;
	return mclmr_text_done(&text, &edit->text);
}

bool mclmr_mc_info_edit(const mclmr_mc_info_t *info,
		const mclmr_info_values_t *values, mclmr_arena_t *arena,
		mclmr_info_edits_t *edits)
{
	insertion_t insertion[MCLMR_INFO_EDITS];
	size_t i;

	if(has_control(values->request_uri) || has_control(values->calling_user_id))
		return false;
	edits->n = network_insertions(info, values, insertion);
	for(i = 0; i < edits->n; i++) {
		if(!write_insertion(info, &insertion[i], arena, &edits->edit[i]))
			return false;
	}
	return true;
}

/* Appends a whole document. */
static void put_document(mclmr_text_t *text, const dialect_t *dialect,
		mclmr_span_t session_type, const mclmr_info_values_t *values)
{
	const mclmr_span_t none = MCLMR_SPAN("");

	mclmr_text_put(text,
			MCLMR_SPAN("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<"));
	mclmr_text_put(text, dialect->root);
	mclmr_text_put(text, MCLMR_SPAN(" xmlns=\""));
	mclmr_text_put(text, dialect->ns);
	put_tag(text, MCLMR_SPAN("\"><"), none, dialect->params, MCLMR_SPAN(">"));
	put_tag(text, MCLMR_SPAN("<"), none, SESSION_TYPE, MCLMR_SPAN(">"));
	mclmr_text_xml(text, session_type);
	put_tag(text, MCLMR_SPAN("</"), none, SESSION_TYPE, MCLMR_SPAN(">"));
	put_values(text, dialect, none, values);
	put_tag(text, MCLMR_SPAN("</"), none, dialect->params, MCLMR_SPAN(">"));
	put_tag(text, MCLMR_SPAN("</"), none, dialect->root, MCLMR_SPAN(">\r\n"));
}

bool mclmr_mc_info_write(mclmr_service_t service, mclmr_span_t session_type,
		const mclmr_info_values_t *values, mclmr_arena_t *arena,
		mclmr_span_t *document)
{
	mclmr_text_t text = mclmr_text(arena);

	if(has_control(session_type) || has_control(values->request_uri)
			|| has_control(values->calling_user_id))
		return false;
	put_document(&text, &dialects[service], session_type, values);
	return mclmr_text_done(&text, document);
}
