/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Payloads of each kind, and the speech found in them again. */
#include <string.h>

#include "speech.h"

/* P25: a control octet with the number of blocks, a header of four octets for
 * each (type, two of offset, length), then the blocks. */
#define P25_HEADER 4
#define P25_COUNT_MASK 0x3f
#define P25_TYPE_MASK 0x7f
#define P25_IMBE 0
#define P25_PACKET_TYPE 1
#define P25_PACKET_TYPE_LEN 4
#define P25_IMBE_LEN 14
#define P25_SPEECH 11	  /* octets of U0 to U7, after the frame type */
#define P25_SUPERFRAME 18 /* frames; what stands after them repeats */
#define P25_FIRST_FRAME 0x62
#define P25_FIRST_BARE_FRAME 0xc2
#define P25_ALGORITHM_FRAME 14 /* the 15th */
#define P25_AES256 0x84
#define P25_CLEAR 0x80

static const speech_kind_t kinds[] = {
		{"p25-60", 60, 480, 3, 0, 0},
		{"p25-20", 20, 1, 1, 0, 0},
		{"tetra-acelp", 60, 480, 2, 2, 18},
		{"tetra-bb", 30, 240, 1, 2, 18},
		{"amr-wb", 20, 320, 1, 2, 32},
};

const speech_kind_t *speech_kind(const char *name)
{
	for(size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if(strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* The next random octet (splitmix64). */
static uint8_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (uint8_t)(z >> 56);
}

/* Appends random octets. */
static void add_random(speech_payload_t *payload, size_t len, uint64_t *state)
{
	while(len-- > 0)
		payload->s[payload->len++] = draw(state);
}

/* Octets after the speech of a frame: low speed data with the frames 9 and 18
 * of the superframe, encryption sync with 12 to 17, and link control with 3 to
 * 8 of every other superframe. */
static size_t p25_extra(unsigned long index)
{
	unsigned long number = index % P25_SUPERFRAME + 1;
	bool bare = index / P25_SUPERFRAME % 2 != 0;

	if(number == 9 || number == 18)
		return 3;
	if(number >= 12 && number <= 17)
		return 4;
	return number >= 3 && number <= 8 && !bare ? 4 : 0;
}

/* Writes the header of a block. */
static void p25_block(speech_payload_t *payload, uint8_t type, size_t len)
{
	const uint8_t header[P25_HEADER] = {type, 0, 0, (uint8_t)len};

	memcpy(payload->s + payload->len, header, sizeof(header));
	payload->len += sizeof(header);
}

/* Writes a frame: its type, speech, bits of error control, and what the
 * superframe has after this frame; IMBE 15 names the algorithm. */
static void p25_frame(speech_payload_t *payload, unsigned long index,
		bool secret, uint64_t *state)
{
	unsigned long frame = index % P25_SUPERFRAME;
	size_t extra = p25_extra(index);

	payload->s[payload->len++] =
			(uint8_t)(frame
					  + (extra > 0 ? P25_FIRST_FRAME : P25_FIRST_BARE_FRAME));
	add_random(payload, P25_SPEECH, state);
	payload->s[payload->len++] = 0;
	payload->s[payload->len++] = 0;
	add_random(payload, extra, state);
	if(frame == P25_ALGORITHM_FRAME)
		payload->s[payload->len - extra] = secret ? P25_AES256 : P25_CLEAR;
}

/* A P25 payload: the packet type, then the frames. */
static void p25_make(const speech_kind_t *kind, unsigned long index,
		bool secret, uint64_t *state, speech_payload_t *payload)
{
	unsigned long first = index * kind->frames;

	payload->s[payload->len++] = (uint8_t)(1 + kind->frames);
	p25_block(payload, P25_PACKET_TYPE, P25_PACKET_TYPE_LEN);
	for(size_t i = 0; i < kind->frames; i++)
		p25_block(payload, P25_IMBE, P25_IMBE_LEN + p25_extra(first + i));
	add_random(payload, P25_PACKET_TYPE_LEN, state);
	for(size_t i = 0; i < kind->frames; i++)
		p25_frame(payload, first + i, secret, state);
}

void speech_make(const speech_kind_t *kind, uint64_t seed, unsigned long index,
		bool secret, speech_payload_t *payload)
{
	uint64_t state = seed ^ (index * 0xd1342543de82ef95);

	payload->len = 0;
	if(kind->frame == 0)
		p25_make(kind, index, secret, &state, payload);
	else
		add_random(payload, kind->header + kind->frames * kind->frame, &state);
}

/* Finds the speech in P25's blocks; all lengths have to fit. */
static bool p25_find(const speech_payload_t *payload, speech_runs_t *runs)
{
	size_t blocks = payload->len > 0 ? payload->s[0] & P25_COUNT_MASK : 0;
	size_t at = 1 + blocks * P25_HEADER;

	for(size_t i = 0; i < blocks; i++) {
		const uint8_t *header = payload->s + 1 + i * P25_HEADER;
		size_t len;

		if(at > payload->len)
			return false;
		len = header[P25_HEADER - 1];
		if(len > payload->len - at)
			return false;
		if((header[0] & P25_TYPE_MASK) == P25_IMBE) {
			if(len < P25_IMBE_LEN || runs->count == SPEECH_RUNS)
				return false;
			runs->run[runs->count++] = (speech_run_t){at + 1, P25_SPEECH};
		}
		at += len;
	}
	return runs->count > 0 && at == payload->len;
}

bool speech_find(const speech_kind_t *kind, const speech_payload_t *payload,
		speech_runs_t *runs)
{
	runs->count = 0;
	if(kind->frame == 0)
		return p25_find(payload, runs) && runs->count == kind->frames;
	runs->run[runs->count++] =
			(speech_run_t){kind->header, kind->frames * kind->frame};
	return payload->len == kind->header + kind->frames * kind->frame;
}
