/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The third-party REGISTER, and the REGISTER in its body. */
#include <string.h>

#include "mclmr/base/text.h"
#include "field.h"
#include "mc_info.h"
#include "nesting.h"
#include "third_party.h"
#include "uri.h"

/* What is read, and where it goes. */
typedef struct reader
{
	mclmr_arena_t *arena;
	mclmr_third_party_t *registration;
} reader_t;

/* Cuts a field with its continuation lines off header lines. */
static mclmr_span_t cut_field(mclmr_span_t *headers)
{
	mclmr_span_t field = *headers;

	do
		(void)mclmr_span_cut(headers, '\n');
	while(headers->len > 0 && (headers->s[0] == ' ' || headers->s[0] == '\t'));
	field.len -= headers->len;
	return field;
}

/* Adds the values of all fields of a name, commas between; compact is its
 * short form, or empty. false: there is none, or the arena is full. */
static bool find_field(mclmr_span_t headers, mclmr_span_t name,
		mclmr_span_t compact, mclmr_arena_t *arena, mclmr_span_t *value)
{
	mclmr_text_t text = mclmr_text(arena);
	bool found = false;

	while(headers.len > 0) {
		mclmr_span_t field = cut_field(&headers);
		mclmr_span_t is = mclmr_span_trim(mclmr_span_cut(&field, ':'));

		if(!mclmr_span_equal_nocase(is, name)
				&& (compact.len == 0 || !mclmr_span_equal_nocase(is, compact)))
			continue;
		if(found)
			mclmr_text_char(&text, ',');
		mclmr_text_put(&text, mclmr_span_trim(field));
		found = true;
	}
	return mclmr_text_done(&text, value) && found;
}

/* The one element of a list; false if there is none, or a second. */
static bool only_element(mclmr_span_t list, mclmr_span_t *element)
{
	mclmr_span_t second;

	return mclmr_field_next(&list, element)
		   && !mclmr_field_next(&list, &second);
}

/* The key of the URI of a To. */
static bool key_of_to(
		mclmr_span_t to, mclmr_uri_room_t *room, mclmr_span_t *key)
{
	mclmr_span_t element;

	return only_element(to, &element)
		   && mclmr_uri_key_in(mclmr_field_uri(element), room, key);
}

/* True for a URI that requests can be sent to: they bring no fields along. */
static bool is_server(mclmr_span_t uri)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	return mclmr_uri_key_in(uri, &room, &key) && mclmr_uri_host(key).len > 0
		   && !mclmr_uri_has_headers(uri);
}

/* Seconds; those that need more than 32 bits are the most that there are
 * (RFC 3261 20.19). */
static bool read_expires(mclmr_span_t text, uint32_t *expires)
{
	uint64_t seconds;

	if(!mclmr_field_seconds(text, &seconds))
		return false;
	*expires = seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
	return true;
}

/* Keeps the document of an info part. */
static mclmr_mime_rule_t keep_info(void *context, const mclmr_body_part_t *part)
{
	mclmr_service_t service = mclmr_mc_info_service(part->media_type);
	reader_t *reader = context;
	mclmr_span_t *info = &reader->registration->info[service];

	if(service == MCLMR_SERVICE_NONE)
		return MCLMR_MIME_KEPT;
	if(info->len > 0)
		return MCLMR_MIME_INFO_PLACE;
	return mclmr_part_decode(part, reader->arena, info) == MCLMR_OK
				   ? MCLMR_MIME_KEPT
				   : MCLMR_MIME_ENCODING;
}

/* True if the To of a REGISTER is an identity of this user. */
static bool is_own(const reader_t *reader, const mclmr_body_part_t *message)
{
	mclmr_uri_room_t room;
	mclmr_span_t to, key;

	return find_field(message->headers, MCLMR_SPAN("To"), MCLMR_SPAN("t"),
				   reader->arena, &to)
		   && key_of_to(to, &room, &key)
		   && mclmr_implicit_set_has(&reader->registration->set, key);
}

/* True for the user's own REGISTER, and for one that the walk will find to be
 * broken; no other message is read. */
static bool is_read(void *context, const mclmr_body_part_t *part)
{
	reader_t *reader = context;
	mclmr_third_party_inner_t *inner = &reader->registration->inner;
	mclmr_body_part_t message;

	if(!mclmr_span_equal_nocase(part->media_type, MCLMR_SPAN("message/sip"))
			|| !mclmr_span_starts(part->content, MCLMR_SPAN("REGISTER ")))
		return false;
	if(mclmr_part_read_message(part->content, &message) != MCLMR_MIME_KEPT)
		return true;
	if(!is_own(reader, &message)) {
		*inner = MCLMR_INNER_FOREIGN;
		return false;
	}
	if(*inner == MCLMR_INNER_NONE)
		*inner = MCLMR_INNER_OWN;
	return true;
}

/* Looks into the body; what is found there is forgotten if a rule is broken. */
static void read_body(
		const mclmr_third_party_fields_t *fields, reader_t *reader)
{
	const mclmr_nesting_visitor_t visitor = {keep_info, is_read, reader};
	mclmr_third_party_t *registration = reader->registration;
	mclmr_multipart_t body;
	mclmr_mime_rule_t rule;

	(void)mclmr_multipart_read(
			fields->content_type, fields->encoding, fields->body, &body);
	rule = body.broken;
	for(size_t i = 0; rule == MCLMR_MIME_KEPT && i < body.n; i++)
		rule = keep_info(reader, &body.part[i]);
	if(rule == MCLMR_MIME_KEPT)
		rule = mclmr_nesting_walk(&body, &visitor);
	registration->broken = rule;
	if(rule != MCLMR_MIME_KEPT)
		memset(registration->info, 0, sizeof(registration->info));
}

const char *mclmr_third_party_read(const mclmr_third_party_fields_t *fields,
		mclmr_arena_t *arena, mclmr_third_party_t *registration)
{
	reader_t reader = {arena, registration};
	mclmr_uri_room_t room;
	mclmr_span_t contact;

	memset(registration, 0, sizeof(*registration));
	if(!key_of_to(fields->to, &room, &registration->impu)
			|| !mclmr_arena_copy(
					arena, registration->impu, &registration->impu))
		return "To is no public identity";
	if(!only_element(fields->contact, &contact)
			|| !is_server(mclmr_field_uri(contact)))
		return "Contact is not the one of an S-CSCF";
	registration->scscf = mclmr_field_uri(contact);
	if(!read_expires(fields->expires, &registration->expires))
		return "Expires is no number of seconds";
	registration->set.key[registration->set.n++] = registration->impu;
	mclmr_implicit_set_add(&registration->set, fields->associated, arena);
	read_body(fields, &reader);
	return NULL;
}

const char *mclmr_third_party_read_message(mclmr_span_t message,
		mclmr_arena_t *arena, mclmr_third_party_t *registration)
{
	mclmr_third_party_fields_t fields = {0};
	mclmr_body_part_t part;

	if(!mclmr_span_starts(message, MCLMR_SPAN("REGISTER "))
			|| mclmr_part_read_message(message, &part) != MCLMR_MIME_KEPT)
		return "no REGISTER";
	(void)find_field(
			part.headers, MCLMR_SPAN("To"), MCLMR_SPAN("t"), arena, &fields.to);
	(void)find_field(part.headers, MCLMR_SPAN("Contact"), MCLMR_SPAN("m"),
			arena, &fields.contact);
	(void)find_field(part.headers, MCLMR_SPAN("Expires"), MCLMR_SPAN(""), arena,
			&fields.expires);
	(void)find_field(part.headers, MCLMR_SPAN("P-Associated-URI"),
			MCLMR_SPAN(""), arena, &fields.associated);
	fields.content_type = part.content_type;
	fields.encoding = part.base64		? MCLMR_SPAN("base64")
					  : part.unreadable ? MCLMR_SPAN("other")
										: MCLMR_SPAN("");
	fields.body = part.content;
	return mclmr_third_party_read(&fields, arena, registration);
}
