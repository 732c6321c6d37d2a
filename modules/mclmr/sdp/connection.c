/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The address at which media are received. */
#include <arpa/inet.h>
#include <string.h>

#include "connection.h"

/* Reads an address; false if it is none of that family. */
static bool read_address(
		mclmr_span_t text, int family, mclmr_connection_t *connection)
{
	char string[INET6_ADDRSTRLEN];

	if(text.len >= sizeof(string))
		return false;
	memcpy(string, text.s, text.len);
	string[text.len] = '\0';
	connection->is_ip6 = family == AF_INET6;
	return inet_pton(family, string, connection->address) == 1;
}

/* Reads the value of a c= line. */
static bool read_value(mclmr_span_t value, mclmr_connection_t *connection)
{
	mclmr_span_t network = mclmr_sdp_word(&value);
	mclmr_span_t type = mclmr_sdp_word(&value);
	mclmr_span_t address = mclmr_sdp_word(&value);

	if(address.len == 0 || !mclmr_span_equal_nocase(network, MCLMR_SPAN("IN")))
		return false;
	if(mclmr_span_equal_nocase(type, MCLMR_SPAN("IP4")))
		return read_address(address, AF_INET, connection);
	return mclmr_span_equal_nocase(type, MCLMR_SPAN("IP6"))
		   && read_address(address, AF_INET6, connection);
}

/* The first c= line among some; NULL if there is none. */
static const mclmr_sdp_line_t *find_line(
		const mclmr_sdp_line_t *line, size_t lines)
{
	for(size_t i = 0; i < lines; i++) {
		if(line[i].type == 'c' && !line[i].dropped)
			return &line[i];
	}
	return NULL;
}

bool mclmr_connection_of(const mclmr_sdp_t *sdp,
		const mclmr_sdp_section_t *section, mclmr_connection_t *connection)
{
	const mclmr_sdp_line_t *line = find_line(section->line, section->lines);

	memset(connection, 0, sizeof(*connection));
	if(line == NULL)
		line = find_line(sdp->line, sdp->session_lines);
	if(line != NULL && read_value(line->value, connection))
		return true;
	memset(connection, 0, sizeof(*connection));
	return false;
}

bool mclmr_connection_equal(
		const mclmr_connection_t *a, const mclmr_connection_t *b)
{
	return a->is_ip6 == b->is_ip6
		   && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

bool mclmr_connection_is_none(const mclmr_connection_t *connection)
{
	static const unsigned char none[sizeof(connection->address)];

	return memcmp(connection->address, none, sizeof(none)) == 0;
}

/* The four octets of an IPv4 address, also of a mapped one (RFC 4291 2.5.5.2);
 * NULL if it is none. */
static const unsigned char *find_ip4(const mclmr_connection_t *connection)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	if(!connection->is_ip6)
		return connection->address;
	return memcmp(connection->address, mapped, sizeof(mapped)) == 0
				   ? connection->address + sizeof(mapped)
				   : NULL;
}

mclmr_connection_t mclmr_connection_plain(const mclmr_connection_t *connection)
{
	const unsigned char *ip4 = find_ip4(connection);
	mclmr_connection_t plain = {0};

	if(ip4 == NULL)
		return *connection;
	memcpy(plain.address, ip4, 4);
	return plain;
}

bool mclmr_connection_read(mclmr_span_t text, mclmr_connection_t *connection)
{
	memset(connection, 0, sizeof(*connection));
	if(!read_address(text, AF_INET, connection)
			&& !read_address(text, AF_INET6, connection)) {
		memset(connection, 0, sizeof(*connection));
		return false;
	}
	*connection = mclmr_connection_plain(connection);
	return true;
}

mclmr_span_t mclmr_connection_octets(const mclmr_connection_t *connection)
{
	return (mclmr_span_t){
			(const char *)connection->address, connection->is_ip6 ? 16 : 4};
}

bool mclmr_connection_is_loopback(const mclmr_connection_t *connection)
{
	static const unsigned char ip6[16] = {[15] = 1};
	const unsigned char *ip4 = find_ip4(connection);

	return ip4 != NULL ? ip4[0] == 127
					   : memcmp(connection->address, ip6, sizeof(ip6)) == 0;
}

bool mclmr_connection_is_group(const mclmr_connection_t *connection)
{
	static const unsigned char all[4] = {255, 255, 255, 255};
	const unsigned char *ip4 = find_ip4(connection);

	if(ip4 == NULL)
		return connection->address[0] == 0xff;
	return (ip4[0] & 0xf0) == 0xe0 || memcmp(ip4, all, sizeof(all)) == 0;
}

void mclmr_connection_put(
		mclmr_text_t *text, const mclmr_connection_t *connection)
{
	char address[INET6_ADDRSTRLEN];

	mclmr_text_string(text, connection->is_ip6 ? "IN IP6 " : "IN IP4 ");
	(void)inet_ntop(connection->is_ip6 ? AF_INET6 : AF_INET,
			connection->address, address, sizeof(address));
	mclmr_text_string(text, address);
}
