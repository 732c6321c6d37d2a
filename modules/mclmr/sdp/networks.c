/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A list of IP networks. */
#include <string.h>

#include "networks.h"

#define OCTET_BITS 8
#define MAX_DIGITS 3

/* True if both begin with the same bits. */
static bool has_prefix(const unsigned char *address,
		const unsigned char *prefix, unsigned bits)
{
	unsigned rest = bits % OCTET_BITS;
	size_t whole = bits / OCTET_BITS;
	unsigned mask = 0xffU << (OCTET_BITS - rest) & 0xffU;

	return memcmp(address, prefix, whole) == 0
		   && (rest == 0 || ((address[whole] ^ prefix[whole]) & mask) == 0);
}

/* True if no bit after the prefix is set. */
static bool is_first(const mclmr_ip_network_t *network, unsigned most)
{
	for(unsigned i = network->bits; i < most; i++) {
		if((network->first.address[i / OCTET_BITS] & (0x80U >> i % OCTET_BITS))
				!= 0)
			return false;
	}
	return true;
}

/* A decimal number up to most. */
static bool read_bits(mclmr_span_t text, unsigned most, unsigned *bits)
{
	*bits = 0;
	if(text.len == 0 || text.len > MAX_DIGITS)
		return false;
	for(size_t i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return false;
		*bits = *bits * 10 + (unsigned)(text.s[i] - '0');
	}
	return *bits <= most;
}

/* Reads ADDRESS or ADDRESS/BITS; NULL or what is wrong. */
static const char *read_network(mclmr_span_t text, mclmr_ip_network_t *network)
{
	mclmr_span_t address = mclmr_span_cut(&text, '/');
	unsigned most;

	if(!mclmr_connection_read(address, &network->first))
		return "is no IP address";
	most = network->first.is_ip6 ? 128 : 32;
	network->bits = most;
	if(text.s != NULL && !read_bits(text, most, &network->bits))
		return "has no such prefix";
	return is_first(network, most) ? NULL : "has bits after its prefix";
}

const char *mclmr_networks_read(mclmr_span_t text, mclmr_networks_t *networks)
{
	const char *wrong = NULL;

	memset(networks, 0, sizeof(*networks));
	while(wrong == NULL && text.len > 0) {
		mclmr_span_t item = mclmr_span_trim(mclmr_span_cut(&text, ','));

		if(networks->n == MCLMR_MAX_NETWORKS)
			wrong = "is one too many";
		else
			wrong = read_network(item, &networks->network[networks->n++]);
	}
	if(wrong != NULL)
		memset(networks, 0, sizeof(*networks));
	return wrong;
}

bool mclmr_networks_have(
		const mclmr_networks_t *networks, const mclmr_connection_t *address)
{
	mclmr_connection_t plain = mclmr_connection_plain(address);

	for(size_t i = 0; i < networks->n; i++) {
		const mclmr_ip_network_t *network = &networks->network[i];

		if(network->first.is_ip6 == plain.is_ip6
				&& has_prefix(
						plain.address, network->first.address, network->bits))
			return true;
	}
	return false;
}
