/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The host of a SIP URI, compared and in its one form. */
#include <arpa/inet.h>
#include <string.h>

#include "uri_host.h"

#define GROUPS 8 /* of an IPv6 address, 16 bits each */

/* Groups that follow each other and are nought. */
typedef struct noughts
{
	size_t first, count;
} noughts_t;

/* Reads an IPv6 reference in brackets. */
static bool read_ipv6(mclmr_span_t host, struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];

	if(host.len < 2 || host.s[0] != '[' || host.len - 2 >= sizeof(text))
		return false;
	memcpy(text, host.s + 1, host.len - 2);
	text[host.len - 2] = '\0';
	return inet_pton(AF_INET6, text, address) == 1;
}

static unsigned group_of(const struct in6_addr *address, size_t i)
{
	return (unsigned)address->s6_addr[2 * i] << 8 | address->s6_addr[2 * i + 1];
}

/* Octets that are saved if these are left out, and one. */
static size_t saved(noughts_t noughts)
{
	bool at_an_end =
			noughts.first == 0 || noughts.first + noughts.count == GROUPS;

	return 2 * noughts.count - (at_an_end && noughts.count > 0);
}

/* The noughts in a row that save most, the first of several. */
static noughts_t find_noughts(const struct in6_addr *address)
{
	noughts_t most = {GROUPS, 0}, some = {0, 0};

	for(size_t i = 0; i < GROUPS; i++) {
		if(group_of(address, i) == 0)
			some.count++;
		else
			some = (noughts_t){i + 1, 0};
		if(saved(some) > saved(most))
			most = some;
	}
	return most;
}

static void put_group(mclmr_text_t *text, unsigned group)
{
	int shift = 12;

	while(shift > 0 && group >> shift == 0)
		shift -= 4;
	for(; shift >= 0; shift -= 4)
		mclmr_text_char(text, "0123456789abcdef"[group >> shift & 15]);
}

/* As RFC 5952 4, but a single nought is left out too and no part is written as
 * an IPv4 address: so no other way to write it is shorter. */
static void put_ipv6(mclmr_text_t *text, const struct in6_addr *address)
{
	noughts_t left_out = find_noughts(address);
	size_t i = 0;

	mclmr_text_char(text, '[');
	while(i < GROUPS) {
		if(i == left_out.first) {
			mclmr_text_string(text, "::");
			i += left_out.count;
			continue;
		}
		if(i > 0 && i != left_out.first + left_out.count)
			mclmr_text_char(text, ':');
		put_group(text, group_of(address, i++));
	}
	mclmr_text_char(text, ']');
}

bool mclmr_uri_host_same(mclmr_span_t one, mclmr_span_t other)
{
	struct in6_addr a, b;

	if(mclmr_span_equal_nocase(one, other))
		return true;
	return read_ipv6(one, &a) && read_ipv6(other, &b)
		   && memcmp(&a, &b, sizeof(a)) == 0;
}

void mclmr_uri_host_put(mclmr_text_t *text, mclmr_span_t host)
{
	struct in6_addr address;

	if(read_ipv6(host, &address))
		put_ipv6(text, &address);
	else
		mclmr_text_lower(text, host);
}
