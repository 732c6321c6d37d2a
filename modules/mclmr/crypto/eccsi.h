/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * eccsi: identity-based signatures of RFC 6507 on P-256 with SHA-256.
 *
 * KMS: master key pair KSAK, KPAK; one SSK and PVT per identity.
 * Points are 04 | x | y, scalars are big-endian, all of fixed size.
 */
#ifndef MCLMR_ECCSI_H
#define MCLMR_ECCSI_H

#include "crypto.h"

#define MCLMR_ECCSI_SCALAR 32	  /* KSAK, SSK, r, s */
#define MCLMR_ECCSI_POINT 65	  /* KPAK, PVT */
#define MCLMR_ECCSI_SIGNATURE 129 /* r | s | PVT */

/* Scratch and the curve. One per thread; make it after fork(). */
typedef struct mclmr_eccsi mclmr_eccsi_t;

/* A KMS. KSAK is the secret: cleanse with mclmr_eccsi_master_clear(). */
typedef struct mclmr_eccsi_master
{
	uint8_t ksak[MCLMR_ECCSI_SCALAR];
	uint8_t kpak[MCLMR_ECCSI_POINT];
} mclmr_eccsi_master_t;

/* What a KMS gives a signer. SSK is secret. */
typedef struct mclmr_eccsi_pair
{
	uint8_t ssk[MCLMR_ECCSI_SCALAR];
	uint8_t pvt[MCLMR_ECCSI_POINT];
} mclmr_eccsi_pair_t;

/* A signer's key, checked; plain octets: may be copied. */
typedef struct mclmr_eccsi_key
{
	mclmr_eccsi_pair_t pair;
	uint8_t hs[MCLMR_ECCSI_SCALAR]; /* hash of RFC 6507 5.1.1 */
} mclmr_eccsi_key_t;

/* New scratch, or NULL: no memory. Freed, and cleansed, by the other. */
mclmr_eccsi_t *mclmr_eccsi_new(void);
void mclmr_eccsi_free(mclmr_eccsi_t *eccsi);

/* A KMS with a fresh KSAK (4.2). NO_RANDOM, INTERNAL. */
mclmr_crypto_t mclmr_eccsi_master_new(
		mclmr_eccsi_t *eccsi, mclmr_eccsi_master_t *master);

/* The KMS of a KSAK of 1 to 32 octets. BAD_LENGTH, BAD_SCALAR. */
mclmr_crypto_t mclmr_eccsi_master_load(
		mclmr_eccsi_t *eccsi, mclmr_span_t ksak, mclmr_eccsi_master_t *master);

/* Whether octets are a KPAK: BAD_LENGTH, BAD_POINT. */
mclmr_crypto_t mclmr_eccsi_kpak_check(mclmr_eccsi_t *eccsi, mclmr_span_t kpak);

/* SSK and PVT for an identity (5.1.1), with a fresh v. */
mclmr_crypto_t mclmr_eccsi_pair_new(mclmr_eccsi_t *eccsi,
		const mclmr_eccsi_master_t *master, mclmr_span_t id,
		mclmr_eccsi_pair_t *pair);

/* The same with a v of 1 to 32 octets: for vectors only. */
mclmr_crypto_t mclmr_eccsi_pair_from(mclmr_eccsi_t *eccsi,
		const mclmr_eccsi_master_t *master, mclmr_span_t id, mclmr_span_t v,
		mclmr_eccsi_pair_t *pair);

/*
 * Takes over SSK and PVT of an identity, checked against KPAK (5.1.2):
 * BAD_KEY if they do not belong together, BAD_POINT, BAD_SCALAR,
 * BAD_LENGTH. The key is all zero then.
 */
mclmr_crypto_t mclmr_eccsi_key_load(mclmr_eccsi_t *eccsi, mclmr_span_t kpak,
		mclmr_span_t id, mclmr_span_t ssk, mclmr_span_t pvt,
		mclmr_eccsi_key_t *key);

/* Signs octets (5.2.1) with a fresh j. NO_RANDOM, INTERNAL. */
mclmr_crypto_t mclmr_eccsi_sign(mclmr_eccsi_t *eccsi,
		const mclmr_eccsi_key_t *key, mclmr_span_t message,
		uint8_t signature[MCLMR_ECCSI_SIGNATURE]);

/* The same with a j of 1 to 32 octets: for vectors only. BAD_SCALAR. */
mclmr_crypto_t mclmr_eccsi_sign_with(mclmr_eccsi_t *eccsi,
		const mclmr_eccsi_key_t *key, mclmr_span_t message, mclmr_span_t j,
		uint8_t signature[MCLMR_ECCSI_SIGNATURE]);

/*
 * Verifies a signature (5.2.2) of the identity whose KMS has this KPAK.
 * BAD_SIGNATURE; BAD_LENGTH, BAD_POINT (KPAK, or PVT in the signature),
 * BAD_SCALAR (r or s: zero or too large).
 */
mclmr_crypto_t mclmr_eccsi_verify(mclmr_eccsi_t *eccsi, mclmr_span_t kpak,
		mclmr_span_t id, mclmr_span_t message, mclmr_span_t signature);

/* Overwrites the secret parts. */
void mclmr_eccsi_master_clear(mclmr_eccsi_master_t *master);
void mclmr_eccsi_key_clear(mclmr_eccsi_key_t *key);

#endif
