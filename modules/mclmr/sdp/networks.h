/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * networks: a list of IP networks, as an administrator writes them, and whether
 * an address is in one of them.
 */
#ifndef MCLMR_NETWORKS_H
#define MCLMR_NETWORKS_H

#include "connection.h"

#define MCLMR_MAX_NETWORKS 64

typedef struct mclmr_ip_network
{
	mclmr_connection_t first; /* plain; the bits after the prefix are 0 */
	unsigned bits;			  /* of the prefix, 0 to 32 or 128 */
} mclmr_ip_network_t;

typedef struct mclmr_networks
{
	size_t n;
	mclmr_ip_network_t network[MCLMR_MAX_NETWORKS];
} mclmr_networks_t;

/*
 * Reads "10.1.0.0/16, 192.0.2.7, 2001:db8::/32" (RFC 4632, RFC 4291 2.3); an
 * address alone is a network of one. NULL; or what is wrong, and *networks is
 * then empty: no address, a prefix that is too long, bits after the prefix, or
 * more than MCLMR_MAX_NETWORKS. An empty text is an empty list.
 */
const char *mclmr_networks_read(mclmr_span_t text, mclmr_networks_t *networks);

/* True if an address is in one of them; an IPv4-mapped one counts as IPv4. */
bool mclmr_networks_have(
		const mclmr_networks_t *networks, const mclmr_connection_t *address);

#endif
