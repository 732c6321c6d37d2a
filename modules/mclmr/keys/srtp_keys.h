/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * srtp_keys: what is derived from a key that a MIKEY message brings: the
 * master key and salt of a session (RFC 3830 4.1 with PRF-HMAC-SHA-256 of RFC
 * 6043), the identifier of a user's copy of a group key (TS 33.180), the key
 * of protected key parameters.
 */
#ifndef MCLMR_SRTP_KEYS_H
#define MCLMR_SRTP_KEYS_H

#include <stdint.h>

#include "mclmr/base/span.h"

#define MCLMR_KEY_SIZE 16  /* GMK, PCK, CSK, and all other keys of an SSV */
#define MCLMR_SALT_SIZE 12 /* of SRTP with AES-GCM */

/* What SRTP begins with for one session. Secret. */
typedef struct mclmr_srtp_keys
{
	uint8_t key[MCLMR_KEY_SIZE];
	uint8_t salt[MCLMR_SALT_SIZE];
} mclmr_srtp_keys_t;

/* HMAC-SHA-256 of two texts, one after the other; false: OpenSSL failed. */
bool mclmr_hmac(mclmr_span_t key, mclmr_span_t first, mclmr_span_t second,
		uint8_t mac[32]);

/* Master key and salt of session cs of a message with this CSB ID and RAND.
 * key: GMK, PCK, CSK ... false: OpenSSL failed, or RAND is over 255 octets. */
bool mclmr_srtp_keys(const uint8_t key[MCLMR_KEY_SIZE], uint8_t cs,
		uint32_t csb_id, mclmr_span_t rand, mclmr_srtp_keys_t *keys);

/* GUK-ID of GMK-ID for a user, and GMK-ID of GUK-ID: the same step. */
bool mclmr_guk_id(const uint8_t gmk[MCLMR_KEY_SIZE], uint32_t gmk_id,
		mclmr_span_t user, uint32_t *guk_id);

/* The key that protects key parameters under an identifier (DPPK-ID). */
bool mclmr_parameters_key(const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id,
		uint8_t to[MCLMR_KEY_SIZE]);

#endif
