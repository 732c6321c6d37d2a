/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A SIP or SIPS URI cut into its parts. */
#include "mclmr/base/octets.h"
#include "uri_parts.h"

#define MAX_PORT_DIGITS 5

const unsigned char mclmr_uri_classes[256] = {['0' ... '9'] = MCLMR_URI_DIGIT,
		['A' ... 'Z'] = MCLMR_URI_LETTER,
		['a' ... 'z'] = MCLMR_URI_LETTER,
		['-'] = MCLMR_URI_MARK | MCLMR_URI_SEPARATOR,
		['.'] = MCLMR_URI_MARK | MCLMR_URI_SEPARATOR,
		['('] = MCLMR_URI_MARK | MCLMR_URI_SEPARATOR,
		[')'] = MCLMR_URI_MARK | MCLMR_URI_SEPARATOR,
		['_'] = MCLMR_URI_MARK,
		['!'] = MCLMR_URI_MARK,
		['~'] = MCLMR_URI_MARK,
		['*'] = MCLMR_URI_MARK,
		['\''] = MCLMR_URI_MARK,
		[';'] = MCLMR_URI_RESERVED,
		['/'] = MCLMR_URI_RESERVED,
		['?'] = MCLMR_URI_RESERVED,
		[':'] = MCLMR_URI_RESERVED,
		['@'] = MCLMR_URI_RESERVED,
		['&'] = MCLMR_URI_RESERVED,
		['='] = MCLMR_URI_RESERVED,
		['+'] = MCLMR_URI_RESERVED,
		['$'] = MCLMR_URI_RESERVED,
		[','] = MCLMR_URI_RESERVED,
		['['] = MCLMR_URI_RESERVED,
		[']'] = MCLMR_URI_RESERVED};

/* True if "%", which begins the octets that are left, begins an escape. */
static bool is_escape(const char *at, size_t left)
{
	return left > 2 && mclmr_octets_hex_digit(at[1]) >= 0
		   && mclmr_octets_hex_digit(at[2]) >= 0;
}

bool mclmr_uri_is_well_formed(mclmr_span_t uri)
{
	const char *at = uri.s;

	for(size_t left = uri.len; left > 0; left--, at++) {
		if(!mclmr_uri_is_any(*at, MCLMR_URI_DIGIT | MCLMR_URI_LETTER
										  | MCLMR_URI_MARK | MCLMR_URI_RESERVED)
				&& !(*at == '%' && is_escape(at, left)))
			return false;
	}
	return true;
}

char mclmr_uri_escaped(const char *digits)
{
	return (char)(mclmr_octets_hex_digit(digits[0]) * 16
				  + mclmr_octets_hex_digit(digits[1]));
}

/* Octets of a host name, or of what stands in the brackets of an IPv6
 * reference. "_" is no letter of host names, but is met in private ones. */
static bool is_host_octet(char c, bool ipv6)
{
	if(ipv6)
		return mclmr_octets_hex_digit(c) >= 0 || c == ':' || c == '.';
	return mclmr_uri_is_any(c, MCLMR_URI_DIGIT | MCLMR_URI_LETTER) || c == '-'
		   || c == '.' || c == '_';
}

/* Cuts the host off *rest, brackets included; empty if there is none. */
static mclmr_span_t cut_host(mclmr_span_t *rest)
{
	mclmr_span_t host = *rest;
	bool ipv6 = host.len > 0 && host.s[0] == '[';
	size_t n = ipv6 ? 1 : 0;

	if(host.len == 0)
		return host;
	while(n < host.len && is_host_octet(host.s[n], ipv6))
		n++;
	if(ipv6 && (n < 3 || n == host.len || host.s[n] != ']'))
		return (mclmr_span_t){NULL, 0};
	host.len = ipv6 ? n + 1 : n;
	*rest = mclmr_span_from(*rest, host.s + host.len);
	return host;
}

/* Cuts ":port" off the front of *rest; false if it is no port. */
static bool cut_port(mclmr_span_t *rest, mclmr_span_t *port)
{
	size_t n = 1;

	*port = (mclmr_span_t){NULL, 0};
	if(rest->len == 0 || rest->s[0] != ':')
		return true;
	while(n < rest->len && mclmr_uri_is_any(rest->s[n], MCLMR_URI_DIGIT))
		n++;
	*port = (mclmr_span_t){rest->s + 1, n - 1};
	*rest = mclmr_span_from(*rest, rest->s + n);
	return port->len > 0 && port->len <= MAX_PORT_DIGITS;
}

/* A userinfo is not empty and has no octet that its grammar lacks. */
static bool is_user(mclmr_span_t user)
{
	return user.len > 0 && user.s[0] != ':'
		   && memchr(user.s, '[', user.len) == NULL
		   && memchr(user.s, ']', user.len) == NULL;
}

/* Cuts "user@" off the front of *rest, if it is there; false if there is
 * something else before or after an "@". */
static bool cut_user(mclmr_span_t *rest, mclmr_uri_parts_t *parts)
{
	mclmr_span_t all = *rest;

	parts->user = mclmr_span_cut(rest, '@');
	parts->has_user = rest->s != NULL;
	if(!parts->has_user) {
		*rest = all;
		parts->user = (mclmr_span_t){NULL, 0};
		return true;
	}
	return is_user(parts->user)
		   && mclmr_span_find(*rest, MCLMR_SPAN("@")) == NULL;
}

bool mclmr_uri_parts_read(mclmr_span_t rest, mclmr_uri_parts_t *parts)
{
	mclmr_span_t before;

	if(!cut_user(&rest, parts))
		return false;
	parts->host = cut_host(&rest);
	if(parts->host.len == 0 || !cut_port(&rest, &parts->port))
		return false;
	before = mclmr_span_cut(&rest, '?');
	parts->headers = rest;
	parts->parameters = before;
	return mclmr_span_cut(&parts->parameters, ';').len == 0;
}
