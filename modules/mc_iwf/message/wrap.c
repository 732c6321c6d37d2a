/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An info part for a call that came without one. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#include "mc_common/lump.h"
#include "mc_common/span.h"
#include "wrap.h"

#define BOUNDARY_SIZE 32
#define BOUNDARY_TRIES 8
#define FORMAT_SIZE 512 /* octets around Content-Type and info document */

/* A boundary that cannot be known beforehand and that the body has not. */
static bool make_boundary(mclmr_span_t body, char boundary[BOUNDARY_SIZE])
{
	for(int i = 0; i < BOUNDARY_TRIES; i++) {
		unsigned long long random;

		if(getrandom(&random, sizeof(random), 0) != sizeof(random))
			return false;
		snprintf(boundary, BOUNDARY_SIZE, "mcptt-%016llx", random);
		if(mclmr_span_find(body, mclmr_span(boundary)) == NULL)
			return true;
	}
	return false;
}

/* Text made of a format in the arena; NULL if it does not fit. */
static char *print(mclmr_arena_t *arena, size_t room, const char *format, ...)
		__attribute__((format(printf, 3, 4)));

static char *print(mclmr_arena_t *arena, size_t room, const char *format, ...)
{
	char *text = mclmr_arena_alloc(arena, room);
	va_list arguments;
	int n = -1;

	va_start(arguments, format);
	if(text != NULL)
		n = vsnprintf(text, room, format, arguments);
	va_end(arguments);
	return n >= 0 && (size_t)n < room ? text : NULL;
}

/* The header of the part that the description becomes. */
static char *first_part(iwf_message_t *m, mclmr_span_t type,
		mclmr_span_t encoding, const char *boundary)
{
	const char *name = "\r\nContent-Transfer-Encoding: ";

	return print(&m->arena, FORMAT_SIZE + type.len + encoding.len,
			"--%s\r\nContent-Type: %.*s%s%.*s\r\n\r\n", boundary,
			MCLMR_FMT(type), encoding.len > 0 ? name : "", MCLMR_FMT(encoding));
}

/* What follows the description. */
static char *second_part(
		iwf_message_t *m, mclmr_span_t document, const char *boundary)
{
	return print(&m->arena, FORMAT_SIZE + document.len,
			"\r\n--%s\r\nContent-Type: %.*s\r\n\r\n%.*s\r\n--%s--\r\n",
			boundary, MCLMR_FMT(IWF_WRAP_INFO_TYPE), MCLMR_FMT(document),
			boundary);
}

/* The description and the document as the two parts of a body. */
static bool wrap_description(
		struct sip_msg *msg, iwf_message_t *m, mclmr_span_t document)
{
	mclmr_span_t type = mclmr_span_trim(mc_span(&msg->content_type->body));
	mclmr_span_t encoding =
			iwf_headers_value(&m->parsed->headers, IWF_FIELD_ENCODING);
	mclmr_span_t octets = m->body->octets;
	mclmr_span_t begin = {octets.s, 0};
	mclmr_span_t end = {octets.s + octets.len, 0};
	char boundary[BOUNDARY_SIZE];
	char *before, *after, *value;

	if(!make_boundary(octets, boundary))
		return false;
	before = first_part(m, type, encoding, boundary);
	after = second_part(m, document, boundary);
	value = print(
			&m->arena, FORMAT_SIZE, "multipart/mixed;boundary=%s", boundary);
	return before != NULL && after != NULL && value != NULL
		   && mc_lump_replace(msg, type, mclmr_span(value))
		   && mc_lump_replace(msg, begin, mclmr_span(before))
		   && mc_lump_replace(msg, end, mclmr_span(after));
}

/* The document as the whole body. */
static bool be_body(
		struct sip_msg *msg, iwf_message_t *m, mclmr_span_t document)
{
	mclmr_span_t type = {NULL, 0};

	if(msg->content_type != NULL)
		type = mclmr_span_trim(mc_span(&msg->content_type->body));
	if(type.s != NULL && !mc_lump_replace(msg, type, IWF_WRAP_INFO_TYPE))
		return false;
	return m->body->octets.s != NULL
		   && mc_lump_replace(msg, m->body->octets, document);
}

bool iwf_wrap_wanted(const iwf_message_t *m)
{
	return m->route.needs_info && m->body->info == NULL;
}

bool iwf_wrap(struct sip_msg *msg, iwf_message_t *m)
{
	mclmr_span_t document;

	if(!iwf_wrap_wanted(m))
		return true;
	if(!mclmr_mc_info_write(m->service, MCLMR_SPAN("private"), &m->route.values,
			   &m->arena, &document))
		return false;
	return m->body->octets.len > 0 ? wrap_description(msg, m, document)
								   : be_body(msg, m, document);
}
