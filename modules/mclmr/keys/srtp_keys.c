/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is derived from the key of a MIKEY message. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "mclmr/base/octets.h"
#include "srtp_keys.h"

#define MAC_SIZE 32
#define MAX_TEXT (9 + 255)
#define MAX_OCTETS 4096

/* Constants of labels (RFC 3830 4.1.4). */
#define TEK 0x2AD01C64U
#define SALT 0x39A2C14BU

/* Function codes of TS 33.180 Annex F. */
#define GUK_ID 0x50
#define DPPK 0x53

bool mclmr_hmac(mclmr_span_t key, mclmr_span_t first, mclmr_span_t second,
		uint8_t mac[MAC_SIZE])
{
	uint8_t text[MAX_OCTETS];
	size_t length = first.len + second.len;
	bool done;

	if(length > sizeof(text) || key.len > UINT16_MAX)
		return false;
	memcpy(text, first.s, first.len);
	if(second.len > 0)
		memcpy(text + first.len, second.s, second.len);
	done = HMAC(EVP_sha256(), key.s, (int)key.len, text, length, mac, NULL)
		   != NULL;
	OPENSSL_cleanse(text, length);
	return done;
}

/* The octets that a key and a label give: as they are at most 32, which is
 * one block of the PRF, P(key, label) = HMAC(key, A1 | label) with A1 =
 * HMAC(key, label). */
static bool derive(
		const uint8_t *key, mclmr_span_t label, uint8_t *to, size_t n)
{
	mclmr_span_t secret = {(const char *)key, MCLMR_KEY_SIZE};
	uint8_t first[MAC_SIZE];
	uint8_t block[MAC_SIZE];
	bool done = mclmr_hmac(secret, label, MCLMR_SPAN(""), first)
				&& mclmr_hmac(secret, mclmr_octets_span(first, sizeof(first)),
						label, block);

	if(done)
		memcpy(to, block, n);
	OPENSSL_cleanse(first, sizeof(first));
	OPENSSL_cleanse(block, sizeof(block));
	return done;
}

bool mclmr_srtp_keys(const uint8_t key[MCLMR_KEY_SIZE], uint8_t cs,
		uint32_t csb_id, mclmr_span_t rand, mclmr_srtp_keys_t *keys)
{
	uint8_t label[MAX_TEXT] = {0};
	mclmr_span_t text = mclmr_octets_span(label, 9 + rand.len);

	if(rand.len > UINT8_MAX)
		return false;
	label[4] = cs;
	mclmr_octets_put(label + 5, csb_id, 4);
	if(rand.len > 0)
		memcpy(label + 9, rand.s, rand.len);
	mclmr_octets_put(label, TEK, 4);
	if(!derive(key, text, keys->key, sizeof(keys->key)))
		return false;
	mclmr_octets_put(label, SALT, 4);
	return derive(key, text, keys->salt, sizeof(keys->salt));
}

bool mclmr_guk_id(const uint8_t gmk[MCLMR_KEY_SIZE], uint32_t gmk_id,
		mclmr_span_t user, uint32_t *guk_id)
{
	static const uint8_t code = GUK_ID;
	char text[MAX_OCTETS];
	uint8_t mac[MAC_SIZE];

	if(user.len == 0 || user.len > MAX_OCTETS - 3)
		return false;
	memcpy(text, user.s, user.len);
	mclmr_octets_put((uint8_t *)text + user.len, user.len, 2);
	if(!mclmr_hmac(mclmr_octets_span(gmk, MCLMR_KEY_SIZE),
			   mclmr_octets_span(&code, 1), (mclmr_span_t){text, user.len + 2},
			   mac))
		return false;
	*guk_id =
			gmk_id
			^ ((uint32_t)mclmr_octets_get(mac + MAC_SIZE - 4, 4) & 0x0FFFFFFFU);
	return true;
}

bool mclmr_parameters_key(const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id,
		uint8_t to[MCLMR_KEY_SIZE])
{
	uint8_t text[7] = {DPPK, 0, 0, 0, 0, 0, 4};
	uint8_t mac[MAC_SIZE];

	mclmr_octets_put(text + 1, key_id, 4);
	if(!mclmr_hmac(mclmr_octets_span(key, MCLMR_KEY_SIZE),
			   mclmr_octets_span(text, sizeof(text)), MCLMR_SPAN(""), mac))
		return false;
	memcpy(to, mac + MAC_SIZE - MCLMR_KEY_SIZE, MCLMR_KEY_SIZE);
	OPENSSL_cleanse(mac, sizeof(mac));
	return true;
}
