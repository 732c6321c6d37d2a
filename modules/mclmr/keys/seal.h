/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to keys. seal: AES-GCM over a text with associated data, for key
 * parameters (a key of 16 octets, an IV of 16) and key records (32 and 12).
 */
#ifndef MCLMR_SEAL_H
#define MCLMR_SEAL_H

#include <stdint.h>

#include "mclmr/base/span.h"

#define MCLMR_SEAL_TAG 16

/* Key and IV, which never serve for two texts. */
typedef struct mclmr_seal
{
	mclmr_span_t key; /* 16 or 32 octets */
	mclmr_span_t iv;
} mclmr_seal_t;

/* Writes the ciphertext of text and its tag, text.len + MCLMR_SEAL_TAG octets;
 * false: OpenSSL failed. */
bool mclmr_seal(const mclmr_seal_t *seal, mclmr_span_t associated,
		mclmr_span_t text, uint8_t *to);

/* Writes the text of what mclmr_seal() made, sealed.len - MCLMR_SEAL_TAG
 * octets. false, and all of to zero: it is another key, or has changed. */
bool mclmr_unseal(const mclmr_seal_t *seal, mclmr_span_t associated,
		mclmr_span_t sealed, uint8_t *to);

#endif
