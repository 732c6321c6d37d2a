/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whether two URIs lead to the same place. */
#include "uri.h"
#include "uri_host.h"
#include "uri_parts.h"

#define MAX_ITEMS 32 /* parameters or headers: bounds the work on two URIs */
#define ESCAPED 256	 /* added to an octet that has to be escaped */

/* Takes the first octet off a well-formed text: escaped or not it is the same
 * one, unless it is reserved. */
static int take_octet(mclmr_span_t *text)
{
	char c = text->s[0];
	size_t n = 1;
	int octet;

	if(c == '%') {
		c = mclmr_uri_escaped(text->s + 1);
		n = 3;
	}
	octet = (unsigned char)c;
	if(n > 1 && !mclmr_uri_is_unreserved(c))
		octet += ESCAPED;
	*text = mclmr_span_from(*text, text->s + n);
	return octet;
}

/* The letter in lower case. */
static int lower(int octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
}

/* True if two texts mean the same, with the case of letters. */
static bool is_same(mclmr_span_t one, mclmr_span_t other)
{
	while(one.len > 0 && other.len > 0) {
		if(take_octet(&one) != take_octet(&other))
			return false;
	}
	return one.len == other.len;
}

/* The same without the case of letters. */
static bool is_same_nocase(mclmr_span_t one, mclmr_span_t other)
{
	while(one.len > 0 && other.len > 0) {
		if(lower(take_octet(&one)) != lower(take_octet(&other)))
			return false;
	}
	return one.len == other.len;
}

/* A list "name=value;name", and what of it counts. */
typedef struct list
{
	mclmr_span_t items;
	char separator;
	bool (*is_needed)(mclmr_span_t name); /* has to be in both lists */
	bool (*is_equal)(mclmr_span_t name, mclmr_span_t one, mclmr_span_t other);
} list_t;

/* How often a name is in the list; its last value in *value. */
static size_t find(list_t list, mclmr_span_t name, mclmr_span_t *value)
{
	size_t found = 0;

	while(list.items.len > 0) {
		mclmr_span_t item = mclmr_span_cut(&list.items, list.separator);

		if(!is_same_nocase(mclmr_span_cut(&item, '='), name))
			continue;
		*value = item;
		found++;
	}
	return found;
}

/* True if the list is one, no name is in it twice, and what is in it is as in
 * the other list, or is missing there and does not count. */
static bool fits(list_t list, list_t other)
{
	mclmr_span_t rest = list.items;

	for(size_t n = 0; rest.len > 0; n++) {
		mclmr_span_t value = mclmr_span_cut(&rest, list.separator);
		mclmr_span_t name = mclmr_span_cut(&value, '=');
		mclmr_span_t own, theirs;
		size_t found = find(other, name, &theirs);

		if(n == MAX_ITEMS || found > 1 || find(list, name, &own) > 1)
			return false;
		if(found == 0 ? list.is_needed(name)
					  : !list.is_equal(name, value, theirs))
			return false;
	}
	return true;
}

/* True if two lists say the same. */
static bool agree(list_t list, mclmr_span_t other)
{
	list_t theirs = list;

	theirs.items = other;
	return fits(list, theirs) && fits(theirs, list);
}

/* Parameters of a SIP URI that are never equal to none (RFC 3261 19.1.4). */
static bool is_needed(mclmr_span_t name)
{
	static const mclmr_span_t needed[] = {{"user", 4}, {"ttl", 3},
			{"method", 6}, {"maddr", 5}, {"transport", 9}};

	for(size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if(is_same_nocase(name, needed[i]))
			return true;
	}
	return false;
}

/* Values of such parameters have no case. */
static bool is_equal_parameter(
		mclmr_span_t name, mclmr_span_t one, mclmr_span_t other)
{
	(void)name;
	return is_same_nocase(one, other);
}

/* Of headers, and of a tel URI, all have to be in both. */
static bool is_any(mclmr_span_t name)
{
	(void)name;
	return true;
}

static bool is_equal_header(
		mclmr_span_t name, mclmr_span_t one, mclmr_span_t other)
{
	(void)name;
	return is_same(one, other);
}

/* Two parameters of tel are in the key, which knows what in them counts. */
static bool is_equal_of_tel(
		mclmr_span_t name, mclmr_span_t one, mclmr_span_t other)
{
	return is_same_nocase(name, MCLMR_SPAN("ext"))
		   || is_same_nocase(name, MCLMR_SPAN("phone-context"))
		   || is_same_nocase(one, other);
}

/* The digits of a port without leading noughts. */
static mclmr_span_t significant(mclmr_span_t port)
{
	while(port.len > 1 && port.s[0] == '0')
		port = mclmr_span_from(port, port.s + 1);
	return port;
}

/* Compares two SIP or two SIPS URIs by what follows the scheme. */
static bool is_same_sip(mclmr_span_t one, mclmr_span_t other)
{
	mclmr_uri_parts_t a, b;

	if(!mclmr_uri_parts_read(one, &a) || !mclmr_uri_parts_read(other, &b)
			|| a.has_user != b.has_user || !is_same(a.user, b.user)
			|| !mclmr_uri_host_same(a.host, b.host)
			|| !mclmr_span_equal(significant(a.port), significant(b.port)))
		return false;
	return agree((list_t){a.parameters, ';', is_needed, is_equal_parameter},
				   b.parameters)
		   && agree((list_t){a.headers, '&', is_any, is_equal_header},
				   b.headers);
}

/* Compares two tel URIs (RFC 3966 4). */
static bool is_same_tel(mclmr_span_t one, mclmr_span_t other)
{
	mclmr_uri_room_t rooms[2];
	mclmr_span_t key, theirs;

	if(!mclmr_uri_key_in(one, &rooms[0], &key)
			|| !mclmr_uri_key_in(other, &rooms[1], &theirs)
			|| !mclmr_span_equal(key, theirs))
		return false;
	mclmr_span_cut(&one, ';');
	mclmr_span_cut(&other, ';');
	return agree((list_t){one, ';', is_any, is_equal_of_tel}, other);
}

/* Compares two well-formed URIs by their scheme. */
static bool is_same_uri(mclmr_span_t one, mclmr_span_t other)
{
	mclmr_span_t rest = one, others = other;
	mclmr_span_t scheme = mclmr_span_cut(&rest, ':');

	if(!mclmr_span_equal_nocase(scheme, mclmr_span_cut(&others, ':')))
		return false;
	if(mclmr_span_equal_nocase(scheme, MCLMR_SPAN("tel")))
		return is_same_tel(one, other);
	return (mclmr_span_equal_nocase(scheme, MCLMR_SPAN("sip"))
				   || mclmr_span_equal_nocase(scheme, MCLMR_SPAN("sips")))
		   && is_same_sip(rest, others);
}

bool mclmr_uri_equal(mclmr_span_t one, mclmr_span_t other)
{
	if(mclmr_span_equal(one, other))
		return one.len > 0;
	return one.len <= MCLMR_URI_MAX && other.len <= MCLMR_URI_MAX
		   && mclmr_uri_is_well_formed(one) && mclmr_uri_is_well_formed(other)
		   && is_same_uri(one, other);
}
