/* SPDX-License-Identifier: GPL-2.0-or-later */

/* AES-GCM: sealed and opened. */
#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "mclmr/base/octets.h"
#include "seal.h"

/* Starts a cipher with its key and IV. */
static bool start(EVP_CIPHER_CTX *cipher, const mclmr_seal_t *seal, int encrypt)
{
	const EVP_CIPHER *type =
			seal->key.len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();

	return EVP_CipherInit_ex(cipher, type, NULL, NULL, NULL, encrypt) == 1
		   && EVP_CIPHER_CTX_ctrl(
					  cipher, EVP_CTRL_AEAD_SET_IVLEN, (int)seal->iv.len, NULL)
					  == 1
		   && EVP_CipherInit_ex(cipher, NULL, NULL, mclmr_octets(seal->key),
					  mclmr_octets(seal->iv), encrypt)
					  == 1;
}

/* Works on associated data, then on the text. */
static bool update(EVP_CIPHER_CTX *cipher, mclmr_span_t associated,
		mclmr_span_t text, uint8_t *to)
{
	int n;

	if(associated.len > INT_MAX || text.len > INT_MAX)
		return false;
	return EVP_CipherUpdate(cipher, NULL, &n, mclmr_octets(associated),
				   (int)associated.len)
				   == 1
		   && (text.len == 0
				   || EVP_CipherUpdate(
							  cipher, to, &n, mclmr_octets(text), (int)text.len)
							  == 1);
}

bool mclmr_seal(const mclmr_seal_t *seal, mclmr_span_t associated,
		mclmr_span_t text, uint8_t *to)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t rest[EVP_MAX_BLOCK_LENGTH];
	int n;
	bool done = cipher != NULL && start(cipher, seal, 1)
				&& update(cipher, associated, text, to)
				&& EVP_CipherFinal_ex(cipher, rest, &n) == 1
				&& EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG,
						   MCLMR_SEAL_TAG, to + text.len)
						   == 1;

	EVP_CIPHER_CTX_free(cipher);
	return done;
}

bool mclmr_unseal(const mclmr_seal_t *seal, mclmr_span_t associated,
		mclmr_span_t sealed, uint8_t *to)
{
	EVP_CIPHER_CTX *cipher;
	uint8_t rest[EVP_MAX_BLOCK_LENGTH];
	mclmr_span_t text = sealed;
	int n;
	bool done;

	if(sealed.len < MCLMR_SEAL_TAG)
		return false;
	text.len -= MCLMR_SEAL_TAG;
	cipher = EVP_CIPHER_CTX_new();
	done = cipher != NULL && start(cipher, seal, 0)
		   && update(cipher, associated, text, to)
		   && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, MCLMR_SEAL_TAG,
					  (char *)text.s + text.len)
					  == 1
		   && EVP_CipherFinal_ex(cipher, rest, &n) == 1;
	EVP_CIPHER_CTX_free(cipher);
	if(!done)
		OPENSSL_cleanse(to, text.len);
	return done;
}
