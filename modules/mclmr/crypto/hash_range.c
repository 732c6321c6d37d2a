/* SPDX-License-Identifier: GPL-2.0-or-later */

/* HashToIntegerRange of RFC 6508 with SHA-256. */
#include <openssl/crypto.h>

#include "hash_range.h"

/* digest = SHA-256(first | second) */
static bool digest_of(mclmr_hash_range_t *hash, const void *first,
		size_t first_len, const void *second, size_t second_len,
		uint8_t digest[MCLMR_HASH_SIZE])
{
	return EVP_DigestInit_ex2(hash->context, hash->sha256, NULL)
		   && EVP_DigestUpdate(hash->context, first, first_len)
		   && EVP_DigestUpdate(hash->context, second, second_len)
		   && EVP_DigestFinal_ex(hash->context, digest, NULL);
}

bool mclmr_hash_range_init(mclmr_hash_range_t *hash)
{
	const uint8_t zeros[MCLMR_HASH_SIZE] = {0};
	const uint8_t *last = zeros;

	hash->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hash->context = EVP_MD_CTX_new();
	if(hash->sha256 == NULL || hash->context == NULL)
		return false;
	for(size_t i = 0; i < MCLMR_HASH_BLOCKS; last = hash->h[i++]) {
		if(!digest_of(hash, last, MCLMR_HASH_SIZE, NULL, 0, hash->h[i]))
			return false;
	}
	return true;
}

void mclmr_hash_range_clear(mclmr_hash_range_t *hash)
{
	EVP_MD_CTX_free(hash->context);
	EVP_MD_free(hash->sha256);
}

bool mclmr_hash_range(mclmr_hash_range_t *hash, mclmr_span_t first,
		mclmr_span_t second, size_t blocks, uint8_t *v)
{
	uint8_t a[MCLMR_HASH_SIZE];
	bool ok = digest_of(hash, first.s, first.len, second.s, second.len, a);

	for(size_t i = 0; ok && i < blocks; i++)
		ok = digest_of(hash, hash->h[i], MCLMR_HASH_SIZE, a, sizeof(a),
				v + i * MCLMR_HASH_SIZE);
	OPENSSL_cleanse(a, sizeof(a));
	return ok;
}
