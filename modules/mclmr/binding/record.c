/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A registration as a line. */
#include <string.h>

#include <openssl/evp.h>

#include "mclmr/base/octets.h"
#include "mclmr/sip/uri.h"
#include "record.h"

#define DIGEST 32 /* octets of SHA-256 */

#define IMPU MCLMR_SPAN("impu")
#define SCSCF MCLMR_SPAN("scscf")
#define ENDED MCLMR_SPAN("ended")
#define BINDING MCLMR_SPAN("binding")
#define TOLD MCLMR_SPAN("registered")
#define BOUND MCLMR_SPAN("bound")
#define REGISTERED MCLMR_SPAN("register")
#define PUBLISHED MCLMR_SPAN("publish")

bool mclmr_record_name(mclmr_span_t impu_key, char name[MCLMR_RECORD_NAME + 1])
{
	uint8_t digest[DIGEST];

	if(EVP_Digest(impu_key.s, impu_key.len, digest, NULL, EVP_sha256(), NULL)
			!= 1)
		return false;
	mclmr_octets_to_hex(digest, MCLMR_RECORD_NAME / 2, name);
	return true;
}

/* True for an octet that is written as it is. */
static bool is_plain(char c)
{
	return c > ' ' && c <= '~' && strchr("%,'\"\\`", c) == NULL;
}

/* Adds a value. */
static void put_value(mclmr_text_t *text, mclmr_span_t value)
{
	for(size_t i = 0; i < value.len; i++) {
		if(is_plain(value.s[i])) {
			mclmr_text_char(text, value.s[i]);
			continue;
		}
		mclmr_text_char(text, '%');
		mclmr_text_hex(text, (mclmr_span_t){value.s + i, 1});
	}
}

/* Adds a word and its value, after a blank. */
static void put_word(mclmr_text_t *text, mclmr_span_t word, mclmr_span_t value)
{
	mclmr_text_char(text, ' ');
	mclmr_text_put(text, word);
	mclmr_text_char(text, '=');
	put_value(text, value);
}

/* Adds a binding. */
static void put_binding(mclmr_text_t *text, const mclmr_binding_t *binding)
{
	put_word(text, BINDING,
			mclmr_span(mclmr_service_names(binding->service)->word));
	mclmr_text_char(text, ',');
	mclmr_text_put(text,
			binding->origin == MCLMR_BOUND_BY_PUBLISH ? PUBLISHED : REGISTERED);
	mclmr_text_char(text, ',');
	mclmr_text_number(text, (uint64_t)binding->expires);
	mclmr_text_char(text, ',');
	mclmr_text_number(text, (uint64_t)binding->latest);
	mclmr_text_char(text, ',');
	put_value(text, binding->mc_key);
	mclmr_text_char(text, ',');
	put_value(text, binding->client_id);
	mclmr_text_char(text, ',');
	put_value(text, binding->etag);
}

/* Adds when a half was changed, if that was before the record was. */
static void put_stamp(mclmr_text_t *text, mclmr_span_t word, int64_t stamp,
		const mclmr_record_t *record)
{
	if(stamp == 0 || stamp == record->stamp)
		return;
	put_word(text, word, (mclmr_span_t){NULL, 0});
	mclmr_text_number(text, (uint64_t)stamp);
}

void mclmr_record_write(const mclmr_record_t *record, mclmr_text_t *text)
{
	mclmr_text_put(text, IMPU);
	mclmr_text_char(text, '=');
	put_value(text, record->set.key[0]);
	for(size_t i = 1; i < record->set.n; i++)
		put_word(text, IMPU, record->set.key[i]);
	put_stamp(text, TOLD, record->registered, record);
	put_stamp(text, BOUND, record->bound, record);
	if(record->ended) {
		mclmr_text_char(text, ' ');
		mclmr_text_put(text, ENDED);
		return;
	}
	put_word(text, SCSCF, record->scscf);
	for(size_t i = 0; i < record->n; i++)
		put_binding(text, &record->binding[i]);
}

/* Reads the two digits after a "%" and steps over the first; -1: there are
 * none. */
static int read_escape(mclmr_span_t *rest)
{
	int high, low;

	if(rest->len < 3)
		return -1;
	high = mclmr_octets_hex_digit(rest->s[1]);
	low = mclmr_octets_hex_digit(rest->s[2]);
	*rest = mclmr_span_from(*rest, rest->s + 2);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Reads a value: an empty one, or up to MCLMR_URI_MAX octets without controls. */
static bool read_value(
		mclmr_span_t written, mclmr_arena_t *arena, mclmr_span_t *value)
{
	mclmr_text_t text = mclmr_text(arena);

	while(written.len > 0) {
		int c = written.s[0] == '%' ? read_escape(&written)
									: (unsigned char)written.s[0];

		if(c < ' ' || c == 0x7f)
			return false;
		mclmr_text_char(&text, (char)c);
		written = mclmr_span_from(written, written.s + 1);
	}
	return mclmr_text_done(&text, value) && value->len <= MCLMR_URI_MAX;
}

/* The same of a URI that has to be the key of one. */
static bool read_key(
		mclmr_span_t written, mclmr_arena_t *arena, mclmr_span_t *key)
{
	mclmr_uri_room_t room;
	mclmr_span_t again;

	return read_value(written, arena, key)
		   && mclmr_uri_key_in(*key, &room, &again)
		   && mclmr_span_equal(*key, again);
}

/* Reads a time. */
static bool read_time(mclmr_span_t written, int64_t *time)
{
	uint64_t number = 0;

	if(written.len == 0 || written.len > 19)
		return false;
	for(size_t i = 0; i < written.len; i++) {
		if(written.s[i] < '0' || written.s[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(written.s[i] - '0');
	}
	*time = (int64_t)number;
	return number <= INT64_MAX;
}

/* Reads the origin of a binding. */
static bool read_origin(mclmr_span_t written, mclmr_binding_origin_t *origin)
{
	*origin = mclmr_span_equal(written, PUBLISHED) ? MCLMR_BOUND_BY_PUBLISH
												   : MCLMR_BOUND_BY_REGISTER;
	return *origin == MCLMR_BOUND_BY_PUBLISH
		   || mclmr_span_equal(written, REGISTERED);
}

/* True if a binding says whom it binds: only a publication may do without. */
static bool is_whole(const mclmr_binding_t *binding)
{
	return binding->mc_key.len > 0 ? binding->service != MCLMR_SERVICE_NONE
								   : binding->origin == MCLMR_BOUND_BY_PUBLISH;
}

/* Reads the parts of a binding. */
static bool read_binding(
		mclmr_span_t rest, mclmr_arena_t *arena, mclmr_binding_t *binding)
{
	mclmr_span_t service = mclmr_span_cut(&rest, ',');
	mclmr_span_t mc_id;

	*binding = (mclmr_binding_t){.service = mclmr_service_from_word(service)};
	if((binding->service == MCLMR_SERVICE_NONE && service.len > 0)
			|| !read_origin(mclmr_span_cut(&rest, ','), &binding->origin)
			|| !read_time(mclmr_span_cut(&rest, ','), &binding->expires)
			|| !read_time(mclmr_span_cut(&rest, ','), &binding->latest))
		return false;
	mc_id = mclmr_span_cut(&rest, ',');
	if(mc_id.len > 0 && !read_key(mc_id, arena, &binding->mc_key))
		return false;
	return read_value(mclmr_span_cut(&rest, ','), arena, &binding->client_id)
		   && read_value(mclmr_span_cut(&rest, ','), arena, &binding->etag)
		   && rest.len == 0 && is_whole(binding);
}

/* True if a binding is of the same service, client and origin as another. */
static bool is_same(const mclmr_binding_t *one, const mclmr_binding_t *other)
{
	return one->service == other->service && one->origin == other->origin
		   && mclmr_span_equal(one->client_id, other->client_id);
}

/* Adds a binding. */
static const char *add_binding(
		mclmr_span_t written, mclmr_arena_t *arena, mclmr_record_t *record)
{
	mclmr_binding_t *binding = &record->binding[record->n];

	if(record->n == MCLMR_MAX_BINDINGS)
		return "too many bindings";
	if(!read_binding(written, arena, binding))
		return "a binding cannot be read";
	for(size_t i = 0; i < record->n; i++) {
		if(is_same(&record->binding[i], binding))
			return "a client has two bindings of one service and origin";
	}
	record->n++;
	return NULL;
}

/* Adds an identity. */
static const char *add_identity(
		mclmr_span_t written, mclmr_arena_t *arena, mclmr_implicit_set_t *set)
{
	mclmr_span_t key;

	if(set->n == MCLMR_MAX_IMPLICIT)
		return "too many identities";
	if(!read_key(written, arena, &key))
		return "an identity is no key of a URI";
	if(mclmr_implicit_set_has(set, key))
		return "an identity is there twice";
	set->key[set->n++] = key;
	return NULL;
}

/* True for a URI that may be put into a Route. */
static bool is_server(mclmr_span_t uri)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	return mclmr_uri_key_in(uri, &room, &key) && mclmr_uri_host(key).len > 0
		   && !mclmr_uri_has_headers(uri);
}

/* Takes the URI of the S-CSCF over. */
static const char *set_scscf(
		mclmr_span_t written, mclmr_arena_t *arena, mclmr_record_t *record)
{
	return read_value(written, arena, &record->scscf)
						   && is_server(record->scscf)
				   ? NULL
				   : "the URI of the S-CSCF is none";
}

/* Takes over when a half was changed. */
static const char *set_stamp(
		mclmr_span_t written, const mclmr_record_t *record, int64_t *stamp)
{
	return read_time(written, stamp) && *stamp > 0 && *stamp < record->stamp
				   ? NULL
				   : "a half of it was changed at no time, or later than it";
}

/* Takes a word of the line over; NULL, or what is wrong. */
static const char *take_word(
		mclmr_span_t written, mclmr_arena_t *arena, mclmr_record_t *record)
{
	mclmr_span_t word = mclmr_span_cut(&written, '=');

	if(mclmr_span_equal(word, IMPU))
		return add_identity(written, arena, &record->set);
	if(mclmr_span_equal(word, SCSCF))
		return set_scscf(written, arena, record);
	if(mclmr_span_equal(word, BINDING))
		return add_binding(written, arena, record);
	if(mclmr_span_equal(word, TOLD))
		return set_stamp(written, record, &record->registered);
	if(mclmr_span_equal(word, BOUND))
		return set_stamp(written, record, &record->bound);
	if(!mclmr_span_equal(word, ENDED))
		return "unknown word";
	record->ended = true;
	return NULL;
}

const char *mclmr_record_read(
		mclmr_span_t line, mclmr_arena_t *arena, mclmr_record_t *record)
{
	const char *wrong = NULL;

	record->set = (mclmr_implicit_set_t){.n = 0};
	record->scscf = (mclmr_span_t){NULL, 0};
	record->ended = false;
	record->registered = 0;
	record->bound = 0;
	record->n = 0;
	while(wrong == NULL && line.len > 0)
		wrong = take_word(mclmr_span_cut(&line, ' '), arena, record);
	if(wrong != NULL)
		return wrong;
	if(record->set.n == 0)
		return "there is no identity";
	if(record->ended)
		return record->n > 0 ? "it has ended and has bindings" : NULL;
	return record->scscf.len == 0 ? "there is no S-CSCF" : NULL;
}
