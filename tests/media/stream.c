/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Packets of one side, both layers of protection put on and taken off. */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "stream.h"

bool stream_begin(stream_t *stream)
{
	unsigned char *random = (unsigned char *)&stream->seed;

	/* Half of the numbers, so that no call comes near the end of them. */
	if(RAND_bytes(random, sizeof(stream->seed)) != 1
			|| RAND_bytes((unsigned char *)&stream->ssrc, sizeof(stream->ssrc))
					   != 1)
		return false;
	stream->sequence = (uint16_t)(stream->seed & 0x7fff);
	return true;
}

/* Writes a digest in hex. */
static bool digest(const uint8_t *s, size_t len, char out[STREAM_DIGEST])
{
	unsigned char binary[EVP_MAX_MD_SIZE];
	unsigned size;

	if(EVP_Digest(s, len, binary, &size, EVP_sha256(), NULL) != 1)
		return false;
	for(unsigned i = 0; i < size; i++)
		(void)snprintf(out + 2 * (size_t)i, 3, "%02x", binary[i]);
	return true;
}

/* Encrypts or decrypts the speech, if this is wanted. */
static const char *apply_e2ee(const stream_t *stream,
		const rtp_header_t *header, speech_payload_t *payload)
{
	speech_runs_t runs;

	if(!speech_find(stream->kind, payload, &runs))
		return "payload of another kind";
	if(stream->secret && !e2ee_apply(stream->e2ee_key, header, &runs, payload))
		return "encryption failed";
	return NULL;
}

/* The header of the next packet. */
static rtp_header_t next_header(const stream_t *stream)
{
	return (rtp_header_t){.marker = stream->index == 0,
			.type = stream->type,
			.sequence = (uint16_t)(stream->sequence + stream->index),
			.timestamp = (uint32_t)(stream->index * stream->kind->step),
			.ssrc = stream->ssrc};
}

const char *stream_make(stream_t *stream, uint8_t packet[STREAM_PACKET],
		size_t *len, stream_record_t *record)
{
	rtp_header_t header = next_header(stream);
	speech_payload_t payload;
	const char *wrong;

	speech_make(stream->kind, stream->seed, stream->index++, stream->secret,
			&payload);
	record->sequence = header.sequence;
	if(!digest(payload.s, payload.len, record->speech))
		return "no digest";
	wrong = apply_e2ee(stream, &header, &payload);
	if(wrong != NULL)
		return wrong;
	rtp_write(&header, packet);
	memcpy(packet + RTP_HEADER, payload.s, payload.len);
	*len = RTP_HEADER + payload.len;
	if(!protection_seal(&stream->protection, packet, len))
		return "SRTP failed";
	record->len = *len;
	return digest(packet, *len, record->wire) ? NULL : "no digest";
}

const char *stream_read(stream_t *stream, uint8_t packet[STREAM_PACKET],
		size_t len, stream_record_t *record)
{
	speech_payload_t payload;
	rtp_header_t header;
	const char *wrong;

	record->len = len;
	if(!digest(packet, len, record->wire))
		return "no digest";
	if(len < RTP_HEADER || !protection_open(&stream->protection, packet, &len))
		return "SRTP not genuine";
	if(!rtp_read(packet, len, &header) || header.type != stream->type)
		return "no RTP of this payload type";
	payload.len = len - RTP_HEADER;
	if(payload.len > sizeof(payload.s))
		return "too long";
	memcpy(payload.s, packet + RTP_HEADER, payload.len);
	wrong = apply_e2ee(stream, &header, &payload);
	if(wrong != NULL)
		return wrong;
	record->sequence = header.sequence;
	return digest(payload.s, payload.len, record->speech) ? NULL : "no digest";
}
