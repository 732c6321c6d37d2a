/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * stream: the RTP packets of one side of a call. Both layers of protection
 * are independent: end-to-end encryption inside the payload, SRTP around it.
 */
#ifndef MEDIA_STREAM_H
#define MEDIA_STREAM_H

#include "e2ee.h"
#include "protection.h"

#define STREAM_PACKET 256 /* octets that suffice for any packet */
#define STREAM_DIGEST 65  /* SHA-256 in hex and its end */

typedef struct stream
{
	const speech_kind_t *kind;
	uint8_t type; /* payload type, of both directions */
	bool secret;
	uint8_t e2ee_key[E2EE_KEY]; /* if secret */
	protection_t protection;
	uint64_t seed;
	unsigned long index; /* of the next packet to send */
	uint16_t sequence;	 /* of the first one */
	uint32_t ssrc;
} stream_t;

/* What is reported of a packet: digests of its octets on the wire and of the
 * payload that the vocoder made. */
typedef struct stream_record
{
	uint16_t sequence;
	size_t len; /* octets on the wire, without IP and UDP */
	char wire[STREAM_DIGEST];
	char speech[STREAM_DIGEST];
} stream_record_t;

/* Random SSRC, sequence number and speech. false: OpenSSL failed. */
bool stream_begin(stream_t *stream);

/* Makes the next packet to send, and its record. NULL, or what went wrong. */
const char *stream_make(stream_t *stream, uint8_t packet[STREAM_PACKET],
		size_t *len, stream_record_t *record);

/* Reads a packet that came, in place, and makes its record. NULL, or what is
 * wrong with it. */
const char *stream_read(stream_t *stream, uint8_t packet[STREAM_PACKET],
		size_t len, stream_record_t *record);

#endif
