/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The access token in an info document. */
#include <string.h>

#include <openssl/crypto.h>

#include "access_token.h"
#include "mc_info.h"
#include "xml.h"

/* Depths of the elements that count. */
#define ROOT 1
#define PARAMS 2
#define TOKEN 3
#define STRING 4

/* What is known in the middle of a document. */
typedef struct reader
{
	mclmr_span_t word; /* of the service */
	mclmr_identity_t *token;
	bool in_params, in_token, in_string;
	bool string_seen;
	size_t length; /* octets in text */
	char text[MCLMR_ACCESS_TOKEN_MAX];
} reader_t;

/* True if an element is the service's, and its name the service's word with
 * this end. */
static bool is_called(const reader_t *reader,
		const mclmr_xml_element_t *element, const char *end)
{
	mclmr_span_t ns = element->ns, name = element->name;

	if(!mclmr_span_starts(ns, MCLMR_SPAN("urn:3gpp:ns:")))
		return false;
	ns = mclmr_span_from(ns, ns.s + strlen("urn:3gpp:ns:"));
	if(!mclmr_span_starts(ns, reader->word)
			|| !mclmr_span_starts(name, reader->word))
		return false;
	ns = mclmr_span_from(ns, ns.s + reader->word.len);
	name = mclmr_span_from(name, name.s + reader->word.len);
	return mclmr_span_equal(ns, MCLMR_SPAN("Info:1.0"))
		   && mclmr_span_equal(name, mclmr_span(end));
}

/* The token begins; a second one would be read differently by others. */
static mclmr_status_t open_token(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(reader->token->present)
		return MCLMR_XML_MALFORMED;
	reader->token->present = true;
	reader->token->encrypted = mclmr_mc_info_is_encrypted(element);
	reader->in_token = true;
	return MCLMR_OK;
}

/* Its text begins: the one child that it has, but for ciphertext. */
static mclmr_status_t open_string(
		reader_t *reader, const mclmr_xml_element_t *element)
{
	if(reader->token->encrypted)
		return MCLMR_OK;
	if(reader->string_seen || !is_called(reader, element, "String"))
		return MCLMR_XML_MALFORMED;
	reader->string_seen = true;
	reader->in_string = true;
	return MCLMR_OK;
}

static mclmr_status_t on_start(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;

	if(element->depth == ROOT && !is_called(reader, element, "info"))
		return MCLMR_XML_MALFORMED;
	if(element->depth == PARAMS)
		reader->in_params = is_called(reader, element, "-Params");
	if(reader->in_params && element->depth == TOKEN
			&& is_called(reader, element, "-access-token"))
		return open_token(reader, element);
	if(reader->in_token && element->depth == STRING)
		return open_string(reader, element);
	return reader->in_string ? MCLMR_XML_MALFORMED : MCLMR_OK;
}

static mclmr_status_t on_text(void *data, mclmr_span_t text)
{
	reader_t *reader = data;

	if(!reader->in_token || reader->token->encrypted)
		return MCLMR_OK;
	if(!reader->in_string)
		return mclmr_span_trim(text).len == 0 ? MCLMR_OK : MCLMR_XML_MALFORMED;
	if(text.len > sizeof(reader->text) - reader->length)
		return MCLMR_LIMIT_EXCEEDED;
	if(text.len > 0)
		memcpy(reader->text + reader->length, text.s, text.len);
	reader->length += text.len;
	return MCLMR_OK;
}

static mclmr_status_t on_end(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;

	if(element->depth == STRING)
		reader->in_string = false;
	if(element->depth == TOKEN)
		reader->in_token = false;
	if(element->depth == PARAMS)
		reader->in_params = false;
	return MCLMR_OK;
}

mclmr_status_t mclmr_access_token_read(mclmr_service_t service,
		mclmr_span_t document, mclmr_arena_t *arena, mclmr_identity_t *token)
{
	static const mclmr_xml_handler_t handler = {on_start, on_text, on_end};
	reader_t reader = {.word = mclmr_span(mclmr_service_names(service)->word),
			.token = token};
	mclmr_status_t status;

	memset(token, 0, sizeof(*token));
	status = mclmr_xml_parse(document, &handler, &reader);
	if(status == MCLMR_OK
			&& !mclmr_arena_copy(arena,
					mclmr_span_trim((mclmr_span_t){reader.text, reader.length}),
					&token->value))
		status = MCLMR_LIMIT_EXCEEDED;
	OPENSSL_cleanse(reader.text, sizeof(reader.text));
	if(status != MCLMR_OK)
		memset(token, 0, sizeof(*token));
	return status;
}
