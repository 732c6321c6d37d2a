/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Public keys read from PEM. */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "token_pem.h"

/* Writes a number of a key; its length, 0: there is none, or it is too
 * large. */
static size_t take_number(const EVP_PKEY *pkey, const char *name, uint8_t *to)
{
	BIGNUM *number = NULL;
	size_t n = 0;

	if(EVP_PKEY_get_bn_param(pkey, name, &number) == 1
			&& BN_num_bytes(number) <= MCLMR_TOKEN_MAX_NUMBER)
		n = (size_t)BN_bn2bin(number, to);
	BN_free(number);
	return n;
}

/* Writes two numbers of a key. */
static bool take_numbers(const EVP_PKEY *pkey, const char *first,
		const char *second, mclmr_token_numbers_t *numbers)
{
	numbers->first_len = take_number(pkey, first, numbers->first);
	numbers->second_len = take_number(pkey, second, numbers->second);
	return numbers->first_len > 0 && numbers->second_len > 0;
}

/* Makes the key of libcrypto's. */
static const char *make_key(const EVP_PKEY *pkey, mclmr_token_key_t *key)
{
	mclmr_token_numbers_t numbers;
	char group[32];
	const char *wrong;

	if(EVP_PKEY_is_a(pkey, "RSA")) {
		return take_numbers(pkey, OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
					   &numbers)
					   ? mclmr_token_key_rsa(&numbers, key)
					   : "an RSA key is not right";
	}
	if(!EVP_PKEY_is_a(pkey, "EC")
			|| EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1
			|| !take_numbers(pkey, OSSL_PKEY_PARAM_EC_PUB_X,
					OSSL_PKEY_PARAM_EC_PUB_Y, &numbers))
		return "a key is neither of RSA nor of P-256, P-384, P-521";
	wrong = mclmr_token_key_ec(mclmr_span(group), &numbers, key);
	if(wrong == NULL && key->jwk == NULL)
		return "a key is neither of RSA nor of P-256, P-384, P-521";
	return wrong;
}

/* The key of a text; NULL: it is none, or not alone. */
static EVP_PKEY *read_key(mclmr_span_t text)
{
	const mclmr_span_t begin = MCLMR_SPAN("-----BEGIN ");
	const char *first = mclmr_span_find(text, begin);
	BIO *bio;
	EVP_PKEY *pkey;

	if(first == NULL
			|| mclmr_span_find(mclmr_span_from(text, first + 1), begin) != NULL)
		return NULL;
	bio = BIO_new_mem_buf(text.s, (int)text.len);
	pkey = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return pkey;
}

const char *mclmr_token_pem_read(mclmr_span_t text, mclmr_token_key_t *key)
{
	EVP_PKEY *pkey = read_key(text);
	const char *wrong;

	*key = (mclmr_token_key_t){NULL, 0};
	if(pkey == NULL)
		return "neither a JWK set nor one public key as PEM";
	wrong = make_key(pkey, key);
	EVP_PKEY_free(pkey);
	return wrong;
}
