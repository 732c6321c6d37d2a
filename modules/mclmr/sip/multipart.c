/* SPDX-License-Identifier: GPL-2.0-or-later */

/* MIME reader and writer. */
#include <string.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "mclmr/base/text.h"
#include "multipart.h"

#define CRLF MCLMR_SPAN("\r\n")
#define EMPTY ((mclmr_span_t){NULL, 0})

#define LINE_TEXT 76  /* characters in a line of base64, RFC 2045 6.8 */
#define LINE_BYTES 57 /* octets that such a line stands for */

/* A parameter of a Content-Type. */
typedef struct parameter
{
	mclmr_span_t name;
	mclmr_span_t value; /* without quotes, quoted pairs as they stand */
	bool quoted;
} parameter_t;

/* What ends a part: CRLF, "--" and the boundary. */
typedef struct mark
{
	size_t len;
	char octets[4 + MCLMR_MAX_BOUNDARY];
} mark_t;

/* A delimiter line that was found in a body. */
typedef struct delimiter
{
	const char *begin;	   /* of its CRLF; of its dashes if it has none */
	mclmr_span_t boundary; /* as it stands in the line */
	const char *end;	   /* after the line */
	bool close;
} delimiter_t;

/* The header fields of a part that count here; s is NULL if absent. */
typedef struct fields
{
	mclmr_span_t content_type;
	mclmr_span_t encoding;
	mclmr_span_t compression;
	mclmr_span_t content_length;
	bool compact; /* "c" is Content-Type, and so on */
} fields_t;

/* What an octet may stand in. */
enum
{
	TOKEN = 1,	  /* RFC 3261 25.1; names of RFC 2045 as well */
	BOUNDARY = 2, /* RFC 2046 5.1.1 */
	NAME = 4	  /* of a type, RFC 6838 4.2 */
};

static const unsigned char stands_in[256] = {
		['a' ... 'z'] = TOKEN | BOUNDARY | NAME,
		['A' ... 'Z'] = TOKEN | BOUNDARY | NAME,
		['0' ... '9'] = TOKEN | BOUNDARY | NAME,
		['+'] = TOKEN | BOUNDARY | NAME,
		['_'] = TOKEN | BOUNDARY | NAME,
		['-'] = TOKEN | BOUNDARY | NAME,
		['.'] = TOKEN | BOUNDARY | NAME,
		['\''] = TOKEN | BOUNDARY,
		['!'] = TOKEN | NAME,
		['#'] = TOKEN | NAME,
		['$'] = TOKEN | NAME,
		['&'] = TOKEN | NAME,
		['^'] = TOKEN | NAME,
		['%'] = TOKEN,
		['*'] = TOKEN,
		['`'] = TOKEN,
		['~'] = TOKEN,
		['{'] = TOKEN,
		['}'] = TOKEN,
		['|'] = TOKEN,
		['('] = BOUNDARY,
		[')'] = BOUNDARY,
		[','] = BOUNDARY,
		['/'] = BOUNDARY,
		[':'] = BOUNDARY,
		['='] = BOUNDARY,
		['?'] = BOUNDARY,
		[' '] = BOUNDARY};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

/* True for one or more octets that may all stand in this. */
static bool consists_of(mclmr_span_t text, unsigned char what)
{
	for(size_t i = 0; i < text.len; i++) {
		if((stands_in[(unsigned char)text.s[i]] & what) == 0)
			return false;
	}
	return text.len > 0;
}

static bool is_token(mclmr_span_t text)
{
	return consists_of(text, TOKEN);
}

/* The first n octets of text, which are cut off. */
static mclmr_span_t cut_head(mclmr_span_t *text, size_t n)
{
	mclmr_span_t head = {text->s, n};

	*text = mclmr_span_from(*text, text->s + n);
	return head;
}

/* Drops what may stand between the tokens of a field value. */
static void skip_spaces(mclmr_span_t *text)
{
	while(text->len > 0 && is_space(text->s[0]))
		cut_head(text, 1);
}

/* Cuts "type/subtype" off a Content-Type; false if it is none. */
static bool cut_media_type(mclmr_span_t *rest, mclmr_span_t *media_type)
{
	size_t n = 0;
	mclmr_span_t subtype, type;

	while(n < rest->len && rest->s[n] != ';')
		n++;
	subtype = *media_type = mclmr_span_trim(cut_head(rest, n));
	type = mclmr_span_cut(&subtype, '/');
	return consists_of(type, NAME) && consists_of(subtype, NAME);
}

/* Cuts a quoted value off *rest, which begins with the quote. */
static bool cut_quoted(mclmr_span_t *rest, mclmr_span_t *value)
{
	size_t n = 1;

	while(n < rest->len && rest->s[n] != '"')
		n += rest->s[n] == '\\' ? 2 : 1;
	if(n >= rest->len)
		return false;
	*value = (mclmr_span_t){rest->s + 1, n - 1};
	cut_head(rest, n + 1);
	skip_spaces(rest);
	return true;
}

/* Cuts a bare value off *rest. A quote in it would be read otherwise by
 * others, so it is refused. */
static bool cut_bare(mclmr_span_t *rest, mclmr_span_t *value)
{
	size_t n = 0;

	while(n < rest->len && rest->s[n] != ';') {
		if(rest->s[n] == '"')
			return false;
		n++;
	}
	*value = mclmr_span_trim(cut_head(rest, n));
	return value->len > 0;
}

/* Cuts "name=value" off *rest; false if it is none. */
static bool cut_parameter(mclmr_span_t *rest, parameter_t *parameter)
{
	size_t n = 0;

	while(n < rest->len && rest->s[n] != '=')
		n++;
	parameter->name = mclmr_span_trim(cut_head(rest, n));
	if(!is_token(parameter->name) || rest->len == 0)
		return false;
	cut_head(rest, 1);
	skip_spaces(rest);
	parameter->quoted = rest->len > 0 && rest->s[0] == '"';
	return parameter->quoted ? cut_quoted(rest, &parameter->value)
							 : cut_bare(rest, &parameter->value);
}

/* True for what RFC 2046 5.1.1 allows as a boundary. */
static bool is_boundary(mclmr_span_t boundary)
{
	return boundary.len <= MCLMR_MAX_BOUNDARY && consists_of(boundary, BOUNDARY)
		   && boundary.s[boundary.len - 1] != ' ';
}

/* Makes the mark of a boundary; false if the boundary is unfit. */
static bool set_mark(mark_t *mark, mclmr_span_t boundary)
{
	if(!is_boundary(boundary))
		return false;
	memcpy(mark->octets, "\r\n--", 4);
	memcpy(mark->octets + 4, boundary.s, boundary.len);
	mark->len = 4 + boundary.len;
	return true;
}

/* Makes the mark of a boundary parameter, its quoted pairs undone. */
static bool read_boundary(const parameter_t *parameter, mark_t *mark)
{
	char plain[MCLMR_MAX_BOUNDARY];
	size_t len = 0;

	for(size_t i = 0; i < parameter->value.len; i++) {
		if(parameter->quoted && parameter->value.s[i] == '\\')
			i++;
		if(len == sizeof(plain))
			return false;
		plain[len++] = parameter->value.s[i];
	}
	return set_mark(mark, (mclmr_span_t){plain, len});
}

/* Cuts the ";" before a parameter off *rest; false if there is none. */
static bool cut_semicolon(mclmr_span_t *rest)
{
	if(rest->s[0] != ';')
		return false;
	cut_head(rest, 1);
	skip_spaces(rest);
	return true;
}

/* Makes the mark from the parameters of a Content-Type, in which exactly one
 * is the boundary. A ";" may stand after the last one. */
static bool find_boundary(mclmr_span_t parameters, mark_t *mark)
{
	size_t found = 0;

	while(parameters.len > 0) {
		parameter_t parameter;

		if(!cut_semicolon(&parameters))
			return false;
		if(parameters.len == 0)
			break;
		if(!cut_parameter(&parameters, &parameter))
			return false;
		if(!mclmr_span_equal_nocase(parameter.name, MCLMR_SPAN("boundary")))
			continue;
		if(!read_boundary(&parameter, mark))
			return false;
		found++;
	}
	return found == 1;
}

/* Reads what follows the boundary in *rest: it has to end the line, else it
 * was no delimiter but content. */
static bool read_line_end(mclmr_span_t rest, delimiter_t *delimiter)
{
	delimiter->close = mclmr_span_starts(rest, MCLMR_SPAN("--"));
	if(delimiter->close)
		cut_head(&rest, 2);
	while(rest.len > 0 && is_blank(rest.s[0]))
		cut_head(&rest, 1);
	delimiter->end = rest.s;
	if(mclmr_span_starts(rest, CRLF)) {
		delimiter->end += 2;
		return true;
	}
	return delimiter->close && rest.len == 0;
}

/* What a body has next. */
typedef enum next
{
	NEXT_NOTHING,
	NEXT_DELIMITER,
	NEXT_AMBIGUOUS /* a delimiter to some readers, none to others */
} next_t;

/* True if some reader takes dashes at this place for the begin of a line:
 * there is nothing before them, or the end of a line of whatever kind. */
static bool begins_line(const char *begin, const char *dashes)
{
	return dashes == begin || dashes[-1] == '\n' || dashes[-1] == '\r';
}

/* Reads the delimiter line that begins with these dashes. It has a CRLF of
 * its own before it, unless it is the first line of a body. */
static bool read_delimiter(mclmr_span_t text, const char *dashes,
		const mark_t *mark, bool first, delimiter_t *delimiter)
{
	bool has_crlf = dashes - text.s >= 2 && memcmp(dashes - 2, "\r\n", 2) == 0;

	if(!has_crlf && !(first && dashes == text.s))
		return false;
	delimiter->begin = has_crlf ? dashes - 2 : dashes;
	delimiter->boundary = (mclmr_span_t){dashes + 2, mark->len - 4};
	return read_line_end(
			mclmr_span_from(text, dashes + mark->len - 2), delimiter);
}

/*
 * Finds the first line that begins with "--" and the boundary. A boundary must
 * not occur in what it delimits (RFC 2046 5.1.1), and readers compare no more
 * than the begin of a line, whose end may be a lone LF to them: such a line
 * that is no delimiter here is one elsewhere. text begins after another
 * delimiter, or, for the first one, with the body. Linear: matches cannot
 * overlap, nor the blanks that follow them.
 */
static next_t find_delimiter(mclmr_span_t text, const mark_t *mark, bool first,
		delimiter_t *delimiter)
{
	mclmr_span_t needle = {mark->octets + 2, mark->len - 2};
	mclmr_span_t rest = text;
	const char *found;

	while((found = mclmr_span_find(rest, needle)) != NULL) {
		if(begins_line(text.s, found))
			return read_delimiter(text, found, mark, first, delimiter)
						   ? NEXT_DELIMITER
						   : NEXT_AMBIGUOUS;
		rest = mclmr_span_from(rest, found + needle.len);
	}
	return NEXT_NOTHING;
}

/* True if header lines hold no NUL, lone CR or lone LF: others might take
 * those for the end of a line. */
static bool is_clean(mclmr_span_t headers)
{
	if(headers.len > 0 && memchr(headers.s, '\0', headers.len) != NULL)
		return false;
	while(headers.len > 0) {
		mclmr_span_t line = mclmr_span_cut(&headers, '\n');
		const char *cr = line.len > 0 ? memchr(line.s, '\r', line.len) : NULL;

		if(headers.s == NULL || cr == NULL || cr != line.s + line.len - 1)
			return false;
	}
	return true;
}

/* Cuts a field with its continuation lines off clean header lines. */
static mclmr_span_t cut_field(mclmr_span_t *headers)
{
	mclmr_span_t rest = *headers;
	size_t n;

	do
		mclmr_span_cut(&rest, '\n');
	while(rest.len > 0 && is_blank(rest.s[0]));
	n = headers->len - rest.len;
	return cut_head(headers, n);
}

/* Keeps a field's value; false if the field stands there twice. */
static bool set_once(mclmr_span_t *field, mclmr_span_t value)
{
	if(field->s != NULL)
		return false;
	*field = value;
	return true;
}

/* Reads one "name: value"; false if it is none. */
static bool read_field(mclmr_span_t field, fields_t *fields)
{
	static const struct
	{
		mclmr_span_t name;
		mclmr_span_t compact; /* in SIP, RFC 3261 7.3.3 */
		size_t field;
	} names[] = {
			{{"Content-Type", 12}, {"c", 1}, offsetof(fields_t, content_type)},
			{{"Content-Transfer-Encoding", 25}, {NULL, 0},
					offsetof(fields_t, encoding)},
			{{"Content-Length", 14}, {"l", 1},
					offsetof(fields_t, content_length)},
			{{"Content-Encoding", 16}, {"e", 1},
					offsetof(fields_t, compression)},
	};
	mclmr_span_t value = field;
	mclmr_span_t name = mclmr_span_cut(&value, ':');

	if(value.s == NULL || is_blank(name.s[0])
			|| memchr(name.s, '\r', name.len) != NULL)
		return false;
	name = mclmr_span_trim(name);
	value = mclmr_span_trim(value);
	for(size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if(mclmr_span_equal_nocase(name, names[i].name)
				|| (fields->compact
						&& mclmr_span_equal_nocase(name, names[i].compact)))
			return set_once(
					(mclmr_span_t *)((char *)fields + names[i].field), value);
	}
	return is_token(name);
}

/* True for one or more decimal digits. */
static bool is_digits(mclmr_span_t text)
{
	for(size_t i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return false;
	}
	return text.len > 0;
}

/* True if a field is absent or has a value of its form. */
static bool is_fit(mclmr_span_t field, bool (*form)(mclmr_span_t text))
{
	return field.s == NULL || form(field);
}

/* True for an encoding that leaves the octets as they are: the only ones that
 * a multipart itself may have (RFC 2045 6.4). */
static bool is_identity(mclmr_span_t encoding)
{
	return encoding.len == 0
		   || mclmr_span_equal_nocase(encoding, MCLMR_SPAN("binary"))
		   || mclmr_span_equal_nocase(encoding, MCLMR_SPAN("8bit"))
		   || mclmr_span_equal_nocase(encoding, MCLMR_SPAN("7bit"));
}

/* Takes the fields over into the part. */
static mclmr_mime_rule_t set_fields(
		const fields_t *fields, mclmr_body_part_t *part)
{
	mclmr_span_t rest = fields->content_type;

	if(!is_fit(fields->encoding, is_token))
		return MCLMR_MIME_ENCODING;
	if(!is_fit(fields->content_length, is_digits))
		return MCLMR_MIME_PART_HEADER;
	part->content_type = fields->content_type;
	part->content_length = fields->content_length;
	part->base64 =
			mclmr_span_equal_nocase(fields->encoding, MCLMR_SPAN("base64"));
	part->unreadable = fields->compression.s != NULL
					   || (!part->base64 && !is_identity(fields->encoding));
	return rest.s == NULL || cut_media_type(&rest, &part->media_type)
				   ? MCLMR_MIME_KEPT
				   : MCLMR_MIME_TYPE;
}

/* Octets of a header; that of a message has more fields than that of a part. */
static size_t max_headers(bool message)
{
	return message ? MCLMR_MAX_MESSAGE_HEADERS : MCLMR_MAX_PART_HEADERS;
}

/* Reads the header lines of a part, or of a message. */
static mclmr_mime_rule_t read_headers(
		mclmr_span_t headers, bool compact, mclmr_body_part_t *part)
{
	fields_t fields = {EMPTY, EMPTY, EMPTY, EMPTY, compact};
	mclmr_span_t rest = headers;

	if(headers.len > max_headers(compact))
		return MCLMR_MIME_LIMIT;
	if(!is_clean(headers))
		return MCLMR_MIME_PART_HEADER;
	while(rest.len > 0) {
		if(!read_field(cut_field(&rest), &fields))
			return MCLMR_MIME_PART_HEADER;
	}
	part->headers = headers;
	return set_fields(&fields, part);
}

/* Cuts the header lines off the text between two delimiters, leaving the
 * content. The CRLF of the empty line may be that of the next delimiter. */
static mclmr_span_t cut_headers(mclmr_span_t *text, size_t max)
{
	mclmr_span_t window = *text;
	mclmr_span_t headers;
	const char *blank;

	if(mclmr_span_starts(*text, CRLF)) {
		cut_head(text, 2);
		return (mclmr_span_t){window.s, 0};
	}
	if(window.len > max + 2)
		window.len = max + 2;
	blank = mclmr_span_find(window, MCLMR_SPAN("\r\n\r\n"));
	if(blank == NULL)
		return cut_head(text, text->len);
	headers = cut_head(text, (size_t)(blank - text->s) + 2);
	cut_head(text, 2);
	return headers;
}

/* Reads header lines, the empty line after them, and content. */
static mclmr_mime_rule_t read_part(
		mclmr_span_t text, bool compact, mclmr_body_part_t *part)
{
	mclmr_span_t headers = cut_headers(&text, max_headers(compact));

	part->content = text;
	return read_headers(headers, compact, part);
}

/* Reads one more part, which stands between two delimiters. */
static mclmr_mime_rule_t add_part(
		mclmr_span_t text, mclmr_span_t untyped, mclmr_multipart_t *multipart)
{
	mclmr_body_part_t *part = &multipart->part[multipart->n];
	mclmr_mime_rule_t rule;

	if(multipart->n == MCLMR_MAX_PARTS)
		return MCLMR_MIME_LIMIT;
	rule = read_part(text, false, part);
	if(part->media_type.len == 0)
		part->media_type = untyped;
	multipart->n += rule == MCLMR_MIME_KEPT;
	return rule;
}

/* What a delimiter that has to come, and does not, breaks. */
static mclmr_mime_rule_t missing(next_t next)
{
	return next == NEXT_AMBIGUOUS ? MCLMR_MIME_DELIMITER
								  : MCLMR_MIME_UNDELIMITED;
}

/* Reads the parts of a multipart body; untyped: what those are that do not
 * say. */
static mclmr_mime_rule_t read_parts(mclmr_span_t body, const mark_t *mark,
		mclmr_span_t untyped, mclmr_multipart_t *multipart)
{
	delimiter_t here, next;
	next_t found = find_delimiter(body, mark, true, &here);

	if(found != NEXT_DELIMITER || here.close)
		return missing(found);
	multipart->boundary = here.boundary;
	while(!here.close) {
		mclmr_span_t rest = mclmr_span_from(body, here.end);
		mclmr_mime_rule_t rule;

		found = find_delimiter(rest, mark, false, &next);
		if(found != NEXT_DELIMITER)
			return missing(found);
		rest.len = (size_t)(next.begin - rest.s);
		rule = add_part(rest, untyped, multipart);
		if(rule != MCLMR_MIME_KEPT)
			return rule;
		here = next;
	}
	found = find_delimiter(mclmr_span_from(body, here.end), mark, false, &next);
	return found == NEXT_NOTHING ? MCLMR_MIME_KEPT : MCLMR_MIME_EPILOGUE;
}

/* Makes the whole body the only part. */
static mclmr_mime_rule_t set_single(
		const fields_t *fields, mclmr_span_t body, mclmr_multipart_t *multipart)
{
	multipart->single = true;
	multipart->n = 1;
	multipart->part[0].content = body;
	return set_fields(fields, &multipart->part[0]);
}

/* Reads a body whose Content-Type has this media type and parameters. */
static mclmr_mime_rule_t read_body(const fields_t *fields,
		mclmr_span_t media_type, mclmr_span_t parameters, mclmr_span_t body,
		mclmr_multipart_t *multipart)
{
	mclmr_span_t untyped = EMPTY;
	mark_t mark;

	if(!mclmr_span_starts_nocase(media_type, MCLMR_SPAN("multipart/")))
		return set_single(fields, body, multipart);
	if(!is_identity(fields->encoding))
		return MCLMR_MIME_COMPOSITE;
	if(!find_boundary(parameters, &mark))
		return MCLMR_MIME_BOUNDARY;
	if(mclmr_span_equal_nocase(media_type, MCLMR_SPAN("multipart/digest")))
		untyped = MCLMR_SPAN("message/rfc822");
	return read_parts(body, &mark, untyped, multipart);
}

/* A field value, its s NULL if it is absent or empty. */
static mclmr_span_t field_value(mclmr_span_t value)
{
	value = mclmr_span_trim(value);
	return value.len == 0 ? EMPTY : value;
}

/* Reads a body of which these fields tell. */
static mclmr_mime_rule_t read(
		const fields_t *fields, mclmr_span_t body, mclmr_multipart_t *multipart)
{
	mclmr_span_t parameters = fields->content_type;
	mclmr_span_t media_type;

	if(fields->content_type.s == NULL) {
		multipart->single = true;
		return body.len == 0 ? MCLMR_MIME_KEPT : MCLMR_MIME_NO_TYPE;
	}
	if(!cut_media_type(&parameters, &media_type))
		return MCLMR_MIME_TYPE;
	return read_body(fields, media_type, parameters, body, multipart);
}

mclmr_status_t mclmr_multipart_read(mclmr_span_t content_type,
		mclmr_span_t encoding, mclmr_span_t body, mclmr_multipart_t *multipart)
{
	const fields_t fields = {.content_type = field_value(content_type),
			.encoding = field_value(encoding)};

	memset(multipart, 0, sizeof(*multipart));
	multipart->broken = read(&fields, body, multipart);
	return mclmr_mime_rule_status(multipart->broken);
}

/* Cuts off what a message begins with: empty lines, and a first line that is
 * no header field. */
static void cut_start_line(mclmr_span_t *text)
{
	const char *end;
	mclmr_span_t line, rest, name;

	while(mclmr_span_starts(*text, CRLF))
		cut_head(text, 2);
	end = text->len > 0 ? memchr(text->s, '\n', text->len) : NULL;
	line = *text;
	if(end != NULL)
		line.len = (size_t)(end - text->s) + 1;
	rest = line;
	name = mclmr_span_cut(&rest, ':');
	if(name.len == line.len || !is_token(mclmr_span_trim(name)))
		cut_head(text, line.len);
}

mclmr_mime_rule_t mclmr_part_read_message(
		mclmr_span_t text, mclmr_body_part_t *part)
{
	memset(part, 0, sizeof(*part));
	part->content = text;
	if(text.len == 0)
		return MCLMR_MIME_KEPT;
	cut_start_line(&text);
	return read_part(text, true, part);
}

/* The media type of a part, which has one even if it does not say. */
static mclmr_span_t media_type_of(const mclmr_body_part_t *part)
{
	return part->media_type.len > 0 ? part->media_type
									: MCLMR_SPAN("text/plain");
}

size_t mclmr_multipart_find(const mclmr_multipart_t *multipart,
		mclmr_span_t media_type, const mclmr_body_part_t **first)
{
	size_t found = 0;

	*first = NULL;
	for(size_t i = 0; i < multipart->n; i++) {
		const mclmr_body_part_t *part = &multipart->part[i];

		if(!mclmr_span_equal_nocase(media_type_of(part), media_type))
			continue;
		if(found == 0)
			*first = part;
		found++;
	}
	return found;
}

mclmr_status_t mclmr_part_decode(const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_span_t *content)
{
	const unsigned rules = MCLMR_BASE64_BLANKS | MCLMR_BASE64_PADDED;
	uint8_t *octets;
	size_t n;

	*content = EMPTY;
	if(part->unreadable)
		return MCLMR_MIME_MALFORMED;
	if(!part->base64) {
		*content = part->content;
		return MCLMR_OK;
	}
	if(!mclmr_base64_read(part->content, rules, NULL, 0, &n))
		return MCLMR_MIME_MALFORMED;
	octets = mclmr_arena_alloc(arena, n);
	if(octets == NULL)
		return MCLMR_LIMIT_EXCEEDED;
	(void)mclmr_base64_read(part->content, rules, octets, n, &n);
	*content = (mclmr_span_t){(const char *)octets, n};
	return MCLMR_OK;
}

bool mclmr_part_encode(
		mclmr_span_t content, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t out = mclmr_text(arena);
	char line[LINE_TEXT + 1];

	*text = EMPTY;
	if(content.len > out.room)
		return false;
	while(content.len > 0 && !out.full) {
		size_t n = content.len < LINE_BYTES ? content.len : LINE_BYTES;
		mclmr_span_t octets = cut_head(&content, n);

		n = mclmr_base64_write(mclmr_octets(octets), octets.len, line);
		mclmr_text_put(&out, (mclmr_span_t){line, n});
		if(content.len > 0)
			mclmr_text_put(&out, CRLF);
	}
	return mclmr_text_done(&out, text);
}

/* True for header lines that are safe to write: no empty line among them. */
static bool is_header(mclmr_span_t headers)
{
	return is_clean(headers) && !mclmr_span_starts(headers, CRLF)
		   && mclmr_span_find(headers, MCLMR_SPAN("\r\n\r\n")) == NULL;
}

/* True if every part can be read again when written with this boundary. */
static bool is_writable(
		const mclmr_body_part_t *parts, size_t n, mclmr_span_t boundary)
{
	for(size_t i = 0; i < n; i++) {
		if(mclmr_span_find(parts[i].content, boundary) != NULL
				|| mclmr_span_find(parts[i].headers, boundary) != NULL
				|| !is_header(parts[i].headers))
			return false;
	}
	return n > 0;
}

mclmr_status_t mclmr_multipart_write(const mclmr_body_part_t *parts, size_t n,
		mclmr_span_t boundary, mclmr_arena_t *arena, mclmr_span_t *body)
{
	mclmr_text_t out = mclmr_text(arena);
	mark_t mark;

	*body = EMPTY;
	if(!set_mark(&mark, boundary) || !is_writable(parts, n, boundary))
		return MCLMR_MIME_MALFORMED;
	if(n > MCLMR_MAX_PARTS)
		return MCLMR_LIMIT_EXCEEDED;
	/* The first delimiter needs no CRLF before it. */
	mclmr_text_put(&out, (mclmr_span_t){mark.octets + 2, mark.len - 2});
	for(size_t i = 0; i < n; i++) {
		mclmr_text_put(&out, CRLF);
		mclmr_text_put(&out, parts[i].headers);
		mclmr_text_put(&out, CRLF);
		mclmr_text_put(&out, parts[i].content);
		mclmr_text_put(&out, (mclmr_span_t){mark.octets, mark.len});
	}
	mclmr_text_put(&out, MCLMR_SPAN("--\r\n"));
	return mclmr_text_done(&out, body) ? MCLMR_OK : MCLMR_LIMIT_EXCEEDED;
}
