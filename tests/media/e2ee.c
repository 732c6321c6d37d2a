/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The radios' key stream over the speech of a packet. */
#include <openssl/evp.h>

#include "e2ee.h"

/* Runs the key stream over the octets, from frame to frame. */
static bool cover(EVP_CIPHER_CTX *cipher, const speech_runs_t *runs,
		speech_payload_t *payload)
{
	for(size_t i = 0; i < runs->count; i++) {
		uint8_t *s = payload->s + runs->run[i].begin;
		int len;

		if(EVP_EncryptUpdate(cipher, s, &len, s, (int)runs->run[i].len) != 1)
			return false;
	}
	return true;
}

bool e2ee_apply(const uint8_t key[E2EE_KEY], const rtp_header_t *header,
		const speech_runs_t *runs, speech_payload_t *payload)
{
	const uint8_t iv[16] = {(uint8_t)(header->ssrc >> 24),
			(uint8_t)(header->ssrc >> 16), (uint8_t)(header->ssrc >> 8),
			(uint8_t)header->ssrc, (uint8_t)(header->sequence >> 8),
			(uint8_t)header->sequence};
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	bool done =
			cipher != NULL
			&& EVP_EncryptInit_ex(cipher, EVP_aes_256_ofb(), NULL, key, iv) == 1
			&& cover(cipher, runs, payload);

	EVP_CIPHER_CTX_free(cipher);
	return done;
}
