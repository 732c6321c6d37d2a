/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * sakke: identity-based key encapsulation of RFC 6508, parameter set 1 of
 * RFC 6509 (1024 bits, n = 128, SHA-256).
 *
 * Three kinds of tables, all plain memory without pointers: base (the
 * curve's constants, one for all), KMS (one per public key Z) and key (one
 * per receiver). Build them before fork() or in shared memory; afterwards
 * they are only read, by any number of processes. Memory is the caller's:
 * of the size that each kind has, aligned to MCLMR_SAKKE_ALIGN, as from
 * aligned_alloc(). A new KMS or key is built into other memory at any time.
 *
 *     base = aligned_alloc(MCLMR_SAKKE_ALIGN, mclmr_sakke_base_size(engine));
 *     mclmr_sakke_base_build(base, engine);
 *     sakke = mclmr_sakke_new(base);              after fork(), per thread
 *     kms = aligned_alloc(MCLMR_SAKKE_ALIGN, mclmr_sakke_kms_size(engine));
 *     mclmr_sakke_kms_build(sakke, z, kms);
 *     mclmr_sakke_encapsulate(sakke, kms, id, ssv, data);
 */
#ifndef MCLMR_SAKKE_H
#define MCLMR_SAKKE_H

#include "crypto.h"

#define MCLMR_SAKKE_ALIGN 64
#define MCLMR_SAKKE_SCALAR 128 /* z_T */
#define MCLMR_SAKKE_POINT 257  /* 04 | x | y: Z_T, RSK, R */
#define MCLMR_SAKKE_SSV 16	   /* the shared secret value */
#define MCLMR_SAKKE_DATA 273   /* R | H, the data of the SAKKE payload */

/* How tables are laid out and worked on. The octets that come out are the
 * same for all. */
typedef enum mclmr_sakke_engine
{
	MCLMR_SAKKE_PORTABLE, /* libcrypto's big numbers */
	MCLMR_SAKKE_IFMA	  /* AVX-512 IFMA, 8 recipients at once */
} mclmr_sakke_engine_t;

typedef struct mclmr_sakke_base mclmr_sakke_base_t;
typedef struct mclmr_sakke_kms mclmr_sakke_kms_t;
typedef struct mclmr_sakke_key mclmr_sakke_key_t;

/* Scratch on a base. One per thread; make it after fork(). */
typedef struct mclmr_sakke mclmr_sakke_t;

/* A KMS. z is the secret: cleanse with mclmr_sakke_master_clear(). */
typedef struct mclmr_sakke_master
{
	uint8_t z[MCLMR_SAKKE_SCALAR];
	uint8_t point[MCLMR_SAKKE_POINT]; /* Z_T = [z]P */
} mclmr_sakke_master_t;

/* The fastest engine that this CPU has. */
mclmr_sakke_engine_t mclmr_sakke_engine(void);

/* "portable" or "ifma"; static. */
const char *mclmr_sakke_engine_word(mclmr_sakke_engine_t engine);

/* Octets of each kind of table; a multiple of MCLMR_SAKKE_ALIGN. */
size_t mclmr_sakke_base_size(mclmr_sakke_engine_t engine);
size_t mclmr_sakke_kms_size(mclmr_sakke_engine_t engine);
size_t mclmr_sakke_key_size(mclmr_sakke_engine_t engine);

/* Tables of the curve's constants. BAD_ENGINE if the CPU lacks it. */
mclmr_crypto_t mclmr_sakke_base_build(
		mclmr_sakke_base_t *base, mclmr_sakke_engine_t engine);

/* New scratch, or NULL: no memory. base has to outlive it. Freed, and
 * cleansed, by the other. */
mclmr_sakke_t *mclmr_sakke_new(const mclmr_sakke_base_t *base);
void mclmr_sakke_free(mclmr_sakke_t *sakke);

/* A KMS with a fresh z. NO_RANDOM, INTERNAL. */
mclmr_crypto_t mclmr_sakke_master_new(
		mclmr_sakke_t *sakke, mclmr_sakke_master_t *master);

/* The KMS of a z of 1 to 128 octets. BAD_LENGTH, BAD_SCALAR. */
mclmr_crypto_t mclmr_sakke_master_load(
		mclmr_sakke_t *sakke, mclmr_span_t z, mclmr_sakke_master_t *master);

/* The receiver secret key of an identity (6.1.1), [1/(id + z)]P. */
mclmr_crypto_t mclmr_sakke_rsk_new(mclmr_sakke_t *sakke,
		const mclmr_sakke_master_t *master, mclmr_span_t id,
		uint8_t rsk[MCLMR_SAKKE_POINT]);
void mclmr_sakke_master_clear(mclmr_sakke_master_t *master);

/* Tables of a KMS's public key Z_T, checked: BAD_LENGTH, BAD_POINT; kms is
 * as it was then. */
mclmr_crypto_t mclmr_sakke_kms_build(
		mclmr_sakke_t *sakke, mclmr_span_t z_t, mclmr_sakke_kms_t *kms);

/*
 * Tables of the RSK of an identity, checked against its KMS (6.1.2):
 * BAD_KEY, BAD_LENGTH, BAD_POINT; nothing secret is left in key then.
 * They are secret: mclmr_sakke_key_clear() before memory is given back.
 */
mclmr_crypto_t mclmr_sakke_key_build(mclmr_sakke_t *sakke,
		const mclmr_sakke_kms_t *kms, mclmr_span_t id, mclmr_span_t rsk,
		mclmr_sakke_key_t *key);
void mclmr_sakke_key_clear(mclmr_sakke_key_t *key);

/* Encapsulates a given SSV to an identity (6.2.1). BAD_LENGTH (identity),
 * BAD_KEY (an identity that can have no key), BAD_ENGINE. */
mclmr_crypto_t mclmr_sakke_encapsulate(mclmr_sakke_t *sakke,
		const mclmr_sakke_kms_t *kms, mclmr_span_t id,
		const uint8_t ssv[MCLMR_SAKKE_SSV], uint8_t data[MCLMR_SAKKE_DATA]);

/*
 * The same with a fresh SSV, drawn again if g^r, Rx or Ry begins with a
 * zero octet: clients are known that cannot open such data (one message in
 * 50 or so). NO_RANDOM besides.
 */
mclmr_crypto_t mclmr_sakke_encapsulate_fresh(mclmr_sakke_t *sakke,
		const mclmr_sakke_kms_t *kms, mclmr_span_t id,
		uint8_t ssv[MCLMR_SAKKE_SSV], uint8_t data[MCLMR_SAKKE_DATA]);

/* One recipient of many. */
typedef struct mclmr_sakke_job
{
	const mclmr_sakke_kms_t *kms; /* in */
	mclmr_span_t id;			  /* in */
	bool fresh;					  /* in: draw ssv as ..._fresh() does */
	uint8_t ssv[MCLMR_SAKKE_SSV]; /* in, or out with fresh */
	uint8_t data[MCLMR_SAKKE_DATA];
	mclmr_crypto_t result; /* of this one; the others are not harmed */
} mclmr_sakke_job_t;

/*
 * Encapsulates to n recipients; fastest in multiples of 8. OK if all
 * results are, else the first that is not.
 */
mclmr_crypto_t mclmr_sakke_encapsulate_many(
		mclmr_sakke_t *sakke, mclmr_sakke_job_t *jobs, size_t n);

/*
 * Opens encapsulated data with a receiver's key (6.2.2), R checked.
 * BAD_DATA: not for this key, or changed on the way; BAD_LENGTH, BAD_POINT,
 * BAD_ENGINE. ssv is all zero then.
 */
mclmr_crypto_t mclmr_sakke_decapsulate(mclmr_sakke_t *sakke,
		const mclmr_sakke_kms_t *kms, const mclmr_sakke_key_t *key,
		mclmr_span_t data, uint8_t ssv[MCLMR_SAKKE_SSV]);

#endif
