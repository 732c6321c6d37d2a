/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * connection: the address at which media are received, the
 * c= line (RFC 8866 5.7), as octets: a text that someone else wrote goes no
 * further.
 */
#ifndef MCLMR_CONNECTION_H
#define MCLMR_CONNECTION_H

#include "mclmr/base/text.h"
#include "sdp.h"

typedef struct mclmr_connection
{
	bool is_ip6;
	unsigned char address[16]; /* 4 of them without is_ip6, the others are 0 */
} mclmr_connection_t;

/* The address that holds for a section: of its own first c= line, or else of
 * the session's. false, *connection is then all 0, if there is no such line,
 * or it names no IP address (a host name, or one with TTL or range). */
bool mclmr_connection_of(const mclmr_sdp_t *sdp,
		const mclmr_sdp_section_t *section, mclmr_connection_t *connection);

/* Reads an IPv4 or IPv6 address, without brackets; an IPv4-mapped one becomes
 * IPv4. false, *connection is then all 0, if it is none. */
bool mclmr_connection_read(mclmr_span_t text, mclmr_connection_t *connection);

bool mclmr_connection_equal(
		const mclmr_connection_t *a, const mclmr_connection_t *b);

/* True for 0.0.0.0 and ::, at which nothing is received. */
bool mclmr_connection_is_none(const mclmr_connection_t *connection);

/* True for 127.0.0.0/8 and ::1, also as IPv4-mapped IPv6: whoever sends there
 * reaches itself. */
bool mclmr_connection_is_loopback(const mclmr_connection_t *connection);

/* The same address; an IPv4-mapped one of IPv6 (RFC 4291 2.5.5.2) as IPv4. */
mclmr_connection_t mclmr_connection_plain(const mclmr_connection_t *connection);

/* Its octets in network order, 4 or 16; they live as long as connection. */
mclmr_span_t mclmr_connection_octets(const mclmr_connection_t *connection);

/* True for multicast and 255.255.255.255: more than one may receive there. */
bool mclmr_connection_is_group(const mclmr_connection_t *connection);

/* Adds "IN IP4 192.0.2.1". */
void mclmr_connection_put(
		mclmr_text_t *text, const mclmr_connection_t *connection);

#endif
