/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * speech: RTP payloads as large, and put together, as those of LMR and MC
 * vocoders. The vocoder's own octets are random ones: nothing between two
 * endpoints may care.
 */
#ifndef MEDIA_SPEECH_H
#define MEDIA_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPEECH_MAX 128 /* octets of a payload */
#define SPEECH_RUNS 3  /* frames in a payload */

/* Some of a payload's octets. */
typedef struct speech_run
{
	size_t begin;
	size_t len;
} speech_run_t;

/* The vocoder's octets in a payload: what LMR end-to-end encryption covers. */
typedef struct speech_runs
{
	speech_run_t run[SPEECH_RUNS];
	size_t count;
} speech_runs_t;

typedef struct speech_kind
{
	const char *name;
	unsigned interval; /* milliseconds between two packets */
	uint32_t step;	   /* of the timestamp, from packet to packet */
	size_t frames;	   /* in a packet */
	size_t header;	   /* octets before them; P25: 0, it has blocks */
	size_t frame;	   /* octets of each; P25: 0 */
} speech_kind_t;

typedef struct speech_payload
{
	uint8_t s[SPEECH_MAX];
	size_t len;
} speech_payload_t;

/*
 * The kind of this name, NULL if there is none: p25-60 and p25-20 (three
 * blocks in a packet, and one with a timestamp that counts packets;
 * TIA-102.BACA as seen in the field), tetra-acelp (38 octets), tetra-bb,
 * amr-wb.
 */
const speech_kind_t *speech_kind(const char *name);

/* The payload of a stream's packet with this index. The same seed gives the
 * same octets; secret: P25 says that its frames are encrypted. */
void speech_make(const speech_kind_t *kind, uint64_t seed, unsigned long index,
		bool secret, speech_payload_t *payload);

/* Finds the vocoder's octets. false: this is no payload of this kind. */
bool speech_find(const speech_kind_t *kind, const speech_payload_t *payload,
		speech_runs_t *runs);

#endif
