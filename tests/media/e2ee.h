/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * e2ee: stands for the radios' own end-to-end encryption. AES-256 in OFB mode
 * over the vocoder's octets; a real radio takes its IV from the frames, here
 * it is made of SSRC and sequence number. Servers in between know neither.
 */
#ifndef MEDIA_E2EE_H
#define MEDIA_E2EE_H

#include "rtp.h"
#include "speech.h"

#define E2EE_KEY 32

/* Encrypts, or decrypts, the vocoder's octets of a packet's payload in place.
 * false: OpenSSL failed. */
bool e2ee_apply(const uint8_t key[E2EE_KEY], const rtp_header_t *header,
		const speech_runs_t *runs, speech_payload_t *payload);

#endif
