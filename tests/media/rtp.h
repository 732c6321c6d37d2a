/* SPDX-License-Identifier: GPL-2.0-or-later */

/* rtp: the fixed header of RFC 3550 5.1, without extension and CSRC. */
#ifndef MEDIA_RTP_H
#define MEDIA_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER 12

typedef struct rtp_header
{
	bool marker;
	uint8_t type;
	uint16_t sequence;
	uint32_t timestamp;
	uint32_t ssrc;
} rtp_header_t;

/* Writes the header's twelve octets. */
void rtp_write(const rtp_header_t *header, uint8_t out[RTP_HEADER]);

/* Reads the header of a packet; false if it is not as written above. */
bool rtp_read(const uint8_t *packet, size_t len, rtp_header_t *header);

#endif
