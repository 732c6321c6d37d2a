/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The key under which a URI is compared. */
#include "mclmr/base/octets.h"
#include "mclmr/base/text.h"
#include "uri.h"
#include "uri_host.h"
#include "uri_parts.h"

#define SIP "sip:"
#define TEL "tel:"

static bool is_digit(char c)
{
	return mclmr_uri_is_any(c, MCLMR_URI_DIGIT);
}

/* RFC 3966 visual-separator: helps who reads a number, and means nothing. */
static bool is_separator(char c)
{
	return mclmr_uri_is_any(c, MCLMR_URI_SEPARATOR);
}

static char upper(char c)
{
	if(c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

/* Writes the escape with these digits: undone if it stands for an
 * unreserved character, else with its digits in upper case. */
static void put_escape(mclmr_text_t *text, const char *digits)
{
	char c = mclmr_uri_escaped(digits);

	if(mclmr_uri_is_unreserved(c)) {
		mclmr_text_char(text, c);
		return;
	}
	mclmr_text_char(text, '%');
	mclmr_text_char(text, upper(digits[0]));
	mclmr_text_char(text, upper(digits[1]));
}

/* Writes a well-formed text with its needless escapes undone. */
static void put_unescaped(mclmr_text_t *text, mclmr_span_t octets)
{
	const char *plain = octets.s;
	const char *end = octets.s + octets.len;

	for(const char *at = plain; at < end; at++) {
		if(*at != '%')
			continue;
		mclmr_text_put(text, (mclmr_span_t){plain, (size_t)(at - plain)});
		put_escape(text, at + 1);
		plain = at + 3;
	}
	mclmr_text_put(text, (mclmr_span_t){plain, (size_t)(end - plain)});
}

/* True for digits with visual separators, "+" at most in front. Letters make
 * it a name, in which a dot does count. */
static bool is_number(mclmr_span_t text)
{
	size_t digits = 0;

	for(size_t i = 0; i < text.len; i++) {
		if(is_digit(text.s[i]))
			digits++;
		else if(!is_separator(text.s[i]) && !(i == 0 && text.s[i] == '+'))
			return false;
	}
	return digits > 0;
}

/* Writes the digits of a telephone number without its separators. */
static void put_digits(mclmr_text_t *text, mclmr_span_t number)
{
	for(size_t i = 0; i < number.len; i++) {
		if(!is_separator(number.s[i]))
			mclmr_text_char(text, mclmr_span_lower(number.s[i]));
	}
}

/* Writes the userinfo of a telephone-subscriber: the number comes first. */
static void put_subscriber(mclmr_text_t *text, mclmr_span_t user)
{
	mclmr_uri_room_t room;
	mclmr_arena_t arena = mclmr_arena(room.octets, sizeof(room.octets));
	mclmr_text_t plain = mclmr_text(&arena);
	mclmr_span_t rest;
	mclmr_span_t number;

	put_unescaped(&plain, user);
	rest = mclmr_text_so_far(&plain);
	number = mclmr_span_cut(&rest, ';');
	if(is_number(number))
		put_digits(text, number);
	else
		mclmr_text_put(text, number);
	if(rest.s != NULL)
		mclmr_text_char(text, ';');
	mclmr_text_put(text, rest);
}

/* True if the URI says that its user part is a telephone number. */
static bool is_phone(mclmr_span_t parameters)
{
	while(parameters.len > 0) {
		if(mclmr_span_equal_nocase(
				   mclmr_span_cut(&parameters, ';'), MCLMR_SPAN("user=phone")))
			return true;
	}
	return false;
}

/* Writes the key of a sip or sips URI, rest being what follows the scheme. */
static bool put_sip(mclmr_text_t *text, mclmr_span_t rest)
{
	mclmr_uri_parts_t parts;

	if(!mclmr_uri_parts_read(rest, &parts))
		return false;
	mclmr_text_put(text, MCLMR_SPAN(SIP));
	if(parts.has_user) {
		if(is_phone(parts.parameters))
			put_subscriber(text, parts.user);
		else
			put_unescaped(text, parts.user);
		mclmr_text_char(text, '@');
	}
	mclmr_uri_host_put(text, parts.host);
	return true;
}

/* How often a parameter occurs; the value of the last one in *value. */
static size_t find_parameter(
		mclmr_span_t parameters, mclmr_span_t name, mclmr_span_t *value)
{
	size_t found = 0;

	while(parameters.len > 0) {
		mclmr_span_t rest = mclmr_span_cut(&parameters, ';');

		if(mclmr_span_equal_nocase(mclmr_span_cut(&rest, '='), name)) {
			*value = rest;
			found++;
		}
	}
	return found;
}

/* Writes ";name=value" if the URI has it; false if it has it twice or
 * empty. */
static bool put_parameter(
		mclmr_text_t *text, mclmr_span_t parameters, mclmr_span_t name)
{
	mclmr_span_t value;
	size_t found = find_parameter(parameters, name, &value);

	if(found == 0)
		return true;
	if(found > 1 || value.len == 0)
		return false;
	mclmr_text_char(text, ';');
	mclmr_text_put(text, name);
	mclmr_text_char(text, '=');
	if(is_number(value))
		put_digits(text, value);
	else
		mclmr_text_lower(text, value);
	return true;
}

/* True for the digits of RFC 3966 local-number-digits. */
static bool is_local_number(mclmr_span_t text)
{
	size_t digits = 0;

	for(size_t i = 0; i < text.len; i++) {
		if(mclmr_octets_hex_digit(text.s[i]) >= 0 || text.s[i] == '*')
			digits++;
		else if(!is_separator(text.s[i]))
			return false;
	}
	return digits > 0;
}

/* Writes the key of a tel URI. A local number means nothing without its
 * context (RFC 3966 5.1.5). */
static bool put_tel(mclmr_text_t *text, mclmr_span_t rest)
{
	mclmr_span_t number = mclmr_span_cut(&rest, ';');
	bool global = number.len > 0 && number.s[0] == '+';
	mclmr_span_t context;

	if(global ? !is_number(number) : !is_local_number(number))
		return false;
	if(!global
			&& find_parameter(rest, MCLMR_SPAN("phone-context"), &context) == 0)
		return false;
	mclmr_text_put(text, MCLMR_SPAN(TEL));
	put_digits(text, number);
	return put_parameter(text, rest, MCLMR_SPAN("ext"))
		   && put_parameter(text, rest, MCLMR_SPAN("phone-context"));
}

/* Writes the key of a well-formed URI by its scheme. */
static bool put_key(mclmr_text_t *text, mclmr_span_t uri)
{
	mclmr_span_t rest = uri;
	mclmr_span_t scheme = mclmr_span_cut(&rest, ':');

	if(mclmr_span_equal_nocase(scheme, MCLMR_SPAN("sip"))
			|| mclmr_span_equal_nocase(scheme, MCLMR_SPAN("sips")))
		return put_sip(text, rest);
	if(mclmr_span_equal_nocase(scheme, MCLMR_SPAN("tel")))
		return put_tel(text, rest);
	return false;
}

/* Writes the key of a URI, which is never longer than the URI. */
static bool write_key(mclmr_span_t uri, mclmr_text_t *text)
{
	return uri.len <= MCLMR_URI_MAX && mclmr_uri_is_well_formed(uri)
		   && put_key(text, uri);
}

bool mclmr_uri_key(mclmr_span_t uri, mclmr_arena_t *arena, mclmr_span_t *key)
{
	mclmr_text_t text = mclmr_text(arena);

	*key = (mclmr_span_t){NULL, 0};
	return write_key(uri, &text) && mclmr_text_done(&text, key);
}

bool mclmr_uri_key_in(
		mclmr_span_t uri, mclmr_uri_room_t *room, mclmr_span_t *key)
{
	mclmr_arena_t arena = mclmr_arena(room->octets, sizeof(room->octets));

	return mclmr_uri_key(uri, &arena, key);
}

bool mclmr_uri_key_if_any(
		mclmr_span_t uri, mclmr_arena_t *arena, mclmr_span_t *key)
{
	mclmr_text_t text = mclmr_text(arena);

	*key = MCLMR_SPAN("");
	return !write_key(uri, &text) || mclmr_text_done(&text, key);
}

mclmr_span_t mclmr_uri_host(mclmr_span_t key)
{
	mclmr_span_t host;

	if(!mclmr_span_starts(key, MCLMR_SPAN(SIP)))
		return (mclmr_span_t){NULL, 0};
	host = mclmr_span_from(key, key.s + sizeof(SIP) - 1);
	if(mclmr_span_find(host, MCLMR_SPAN("@")) != NULL)
		mclmr_span_cut(&host, '@');
	return host;
}

bool mclmr_uri_encrypted(mclmr_span_t uri)
{
	mclmr_span_t rest = uri;
	mclmr_span_t parameters = mclmr_span_cut(&rest, '@');
	bool has_user = rest.s != NULL;
	mclmr_span_t value;

	mclmr_span_cut(&parameters, ';');
	return has_user && find_parameter(parameters, MCLMR_SPAN("iv"), &value) > 0
		   && find_parameter(parameters, MCLMR_SPAN("key-id"), &value) > 0
		   && find_parameter(parameters, MCLMR_SPAN("alg"), &value) > 0;
}

bool mclmr_uri_has_headers(mclmr_span_t uri)
{
	const char *at = mclmr_span_find(uri, MCLMR_SPAN("@"));
	mclmr_span_t host = at != NULL ? mclmr_span_from(uri, at) : uri;

	return mclmr_span_find(host, MCLMR_SPAN("?")) != NULL;
}
