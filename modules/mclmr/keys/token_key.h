/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_key: one public key of access tokens, made from its numbers, and read
 * from a JWK (RFC 7517, RFC 7518 6); internal to this folder.
 */
#ifndef MCLMR_TOKEN_KEY_H
#define MCLMR_TOKEN_KEY_H

#include <cjose/cjose.h>
#include <jansson.h>

#include "mclmr/base/span.h"
#include "token_algorithm.h"

/* Octets of a number of a key: of an RSA modulus of 8,192 bits. */
#define MCLMR_TOKEN_MAX_NUMBER 1024

/* A key, and what it may verify; jwk is NULL if the key is left out. Freed by
 * cjose_jwk_release(). */
typedef struct mclmr_token_key
{
	cjose_jwk_t *jwk;
	mclmr_token_algorithms_t algorithms;
} mclmr_token_key_t;

/* Numbers of a key, most significant octet first: modulus and exponent of RSA,
 * x and y of a point. */
typedef struct mclmr_token_numbers
{
	uint8_t first[MCLMR_TOKEN_MAX_NUMBER];
	uint8_t second[MCLMR_TOKEN_MAX_NUMBER];
	size_t first_len;
	size_t second_len;
} mclmr_token_numbers_t;

/* Makes a key of RSA. NULL, or what is wrong, *key is empty then. */
const char *mclmr_token_key_rsa(
		mclmr_token_numbers_t *numbers, mclmr_token_key_t *key);

/* Makes a key of a curve, by its name in a JWK, "P-256", or in libcrypto,
 * "prime256v1"; of another curve it is empty. NULL, or what is wrong, *key is
 * empty then. */
const char *mclmr_token_key_ec(mclmr_span_t curve,
		mclmr_token_numbers_t *numbers, mclmr_token_key_t *key);

/* Reads a JWK; the key is empty if it is to be left out. NULL, or what is
 * wrong. */
const char *mclmr_token_key_read(const json_t *jwk, mclmr_token_key_t *key);

#endif
