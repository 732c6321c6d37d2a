/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The header, octet by octet. */
#include "rtp.h"

#define FIRST_OCTET 0x80 /* version 2 and nothing else */
#define MARKER 0x80

void rtp_write(const rtp_header_t *header, uint8_t out[RTP_HEADER])
{
	out[0] = FIRST_OCTET;
	out[1] = header->type | (header->marker ? MARKER : 0);
	out[2] = (uint8_t)(header->sequence >> 8);
	out[3] = (uint8_t)header->sequence;
	for(int i = 0; i < 4; i++) {
		out[4 + i] = (uint8_t)(header->timestamp >> (24 - 8 * i));
		out[8 + i] = (uint8_t)(header->ssrc >> (24 - 8 * i));
	}
}

/* A number of four octets. */
static uint32_t read_u32(const uint8_t *s)
{
	return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8
		   | s[3];
}

bool rtp_read(const uint8_t *packet, size_t len, rtp_header_t *header)
{
	if(len < RTP_HEADER || packet[0] != FIRST_OCTET)
		return false;
	header->marker = packet[1] & MARKER;
	header->type = packet[1] & ~MARKER & 0xff;
	header->sequence = (uint16_t)(packet[2] << 8 | packet[3]);
	header->timestamp = read_u32(packet + 4);
	header->ssrc = read_u32(packet + 8);
	return true;
}
