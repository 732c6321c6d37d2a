/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kms: what a key management server gives out (TS 33.180 Annex D): its
 * certificates and its users' key sets, read from KmsResponse XML, a bare
 * KmsCertificate or KmsKeySet, or lines Name=value with the element names.
 * Nothing is checked against a curve here: see keyring.
 */
#ifndef MCLMR_KMS_H
#define MCLMR_KMS_H

#include "mclmr/base/arena.h"
#include "mclmr/crypto/eccsi.h"
#include "mclmr/crypto/sakke.h"
#include "mikey_uid.h"

/* Unix seconds, both ends included; if one is not given, the least and
 * the greatest number. */
typedef struct mclmr_validity
{
	int64_t from;
	int64_t to;
} mclmr_validity_t;

/* A domain whose users a server serves. */
typedef struct mclmr_kms_domain
{
	const struct mclmr_kms_domain *next;
	mclmr_span_t name;
} mclmr_kms_domain_t;

/* KmsCertificate: the public keys of a server. */
typedef struct mclmr_kms_certificate
{
	struct mclmr_kms_certificate *next;
	mclmr_span_t kms;
	mclmr_key_period_t period;
	mclmr_validity_t valid;
	bool revoked;
	const mclmr_kms_domain_t *domains;
	uint8_t z[MCLMR_SAKKE_POINT];	 /* PubEncKey */
	uint8_t kpak[MCLMR_ECCSI_POINT]; /* PubAuthKey */
} mclmr_kms_certificate_t;

/* KmsKeySet: the keys of a user for one period. Secret. */
typedef struct mclmr_kms_keys
{
	struct mclmr_kms_keys *next;
	mclmr_span_t kms;
	mclmr_span_t user;
	uint64_t number; /* KeyPeriodNo */
	mclmr_validity_t valid;
	bool revoked;
	bool has_uid;
	bool can_open; /* has UserDecryptKey */
	bool can_sign; /* has UserSigningKeySSK and UserPubTokenPVT */
	uint8_t uid[MCLMR_UID_SIZE];
	uint8_t rsk[MCLMR_SAKKE_POINT];
	uint8_t ssk[MCLMR_ECCSI_SCALAR];
	uint8_t pvt[MCLMR_ECCSI_POINT];
} mclmr_kms_keys_t;

/* The server's own secrets, as this project's laboratory server keeps them:
 * MasterSecret and AuthenticationSecret, together with a certificate. */
typedef struct mclmr_kms_secrets
{
	bool present;
	uint8_t z[MCLMR_SAKKE_SCALAR];
	uint8_t ksak[MCLMR_ECCSI_SCALAR];
} mclmr_kms_secrets_t;

/* All that was read, in the order of the text. */
typedef struct mclmr_kms
{
	mclmr_kms_certificate_t *certificates;
	mclmr_kms_keys_t *keys;
	mclmr_kms_secrets_t secrets;
} mclmr_kms_t;

/* Octets of a file at most. */
#define MCLMR_KMS_MAX_SIZE 65536

/*
 * Adds what a text holds to kms, which is all zero at first. NULL, or what is
 * wrong (static, without any value of the text). What was read then may be
 * there in part. The caller cleanses text and arena: they hold keys.
 * libxml2's parser is told to forget what it saw.
 */
const char *mclmr_kms_read(
		mclmr_kms_t *kms, mclmr_span_t text, mclmr_arena_t *arena);

/* True if a time, in Unix seconds, is within both ends. */
bool mclmr_is_valid_at(const mclmr_validity_t *validity, int64_t seconds);

#endif
