/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * keyring: certificates and keys of any number of key management servers,
 * checked, with the tables that SAKKE is fast with. It can be filled anew at
 * any time; until that succeeds, it stays as it was.
 *
 *     ring = mclmr_keyring_new();
 *     mclmr_keyring_load(ring, texts, n, &which);
 *     mclmr_keyring_prepare(ring);        builds all tables, before fork()
 *     mclmr_keyring_forked(ring);         in each child
 */
#ifndef MCLMR_KEYRING_H
#define MCLMR_KEYRING_H

#include "kms.h"

typedef struct mclmr_keyring mclmr_keyring_t;

/* An empty ring; NULL: no memory. Freed, and cleansed, by the other. */
mclmr_keyring_t *mclmr_keyring_new(void);
void mclmr_keyring_free(mclmr_keyring_t *ring);

/*
 * Fills the ring with what n texts hold (see kms.h) in place of what it has.
 * Checked: that every KPAK is on its curve, that key sets have the UserID of
 * their user and period, that SSK and PVT belong to it. RSK and Z are checked
 * when their tables are built. A server's old and new certificate may be
 * there together. Tables of public keys that stay are kept.
 * NULL, or what is wrong, *which is the text then (n: none of them); the ring
 * is unchanged.
 */
const char *mclmr_keyring_load(mclmr_keyring_t *ring, const mclmr_span_t *texts,
		size_t n, size_t *which);

/* Builds the tables of all certificates and keys, which are otherwise built
 * when they are needed first. Every RSK has to be of one of the certificates.
 * NULL, or what is wrong. */
const char *mclmr_keyring_prepare(mclmr_keyring_t *ring);

/* To be called in a child process: tables stay shared with the parent,
 * scratch does not. false: no memory. */
bool mclmr_keyring_forked(mclmr_keyring_t *ring);

/* A certificate in a ring. */
typedef struct mclmr_issuer
{
	const mclmr_kms_certificate_t *certificate;
	bool revoked;			   /* it, or another certificate of the same keys */
	mclmr_sakke_kms_t *tables; /* NULL until they are needed */
	struct mclmr_issuer *next;
} mclmr_issuer_t;

/* A key set in a ring, with the certificate that it belongs to. One that
 * fits several certificates is there several times; one that can open only
 * does so until its RSK is checked. */
typedef struct mclmr_holder
{
	const mclmr_kms_keys_t *keys;
	mclmr_issuer_t *issuer;
	uint8_t uid[MCLMR_UID_SIZE];
	mclmr_eccsi_key_t signing; /* if keys->can_sign */
	mclmr_sakke_key_t *tables; /* NULL until they are needed */
	bool is_unfit;			   /* the RSK turned out to be of another one */
	struct mclmr_holder *next;
} mclmr_holder_t;

/* The first of each, in the order of the texts. */
mclmr_issuer_t *mclmr_keyring_issuers(mclmr_keyring_t *ring);
mclmr_holder_t *mclmr_keyring_holders(mclmr_keyring_t *ring);

/* True if a certificate may be used at a time (Unix seconds). */
bool mclmr_issuer_usable(const mclmr_issuer_t *issuer, int64_t at);

/* True if keys and their certificate may be used at a time. */
bool mclmr_holder_usable(const mclmr_holder_t *holder, int64_t at);

/*
 * The certificate to send to a user with at a time: that of the server kms,
 * or, if kms is empty, of the server whose domains have the user's host,
 * or of the only one that there is. Of several of one server the one that
 * became valid last. NULL, with *wrong set: none, or not clear which.
 */
mclmr_issuer_t *mclmr_keyring_issuer_for(mclmr_keyring_t *ring,
		mclmr_span_t kms, mclmr_span_t user, int64_t at, const char **wrong);

/* The keys that a user signs with at a time (Unix seconds); NULL, with
 * *wrong. */
const mclmr_holder_t *mclmr_keyring_signer(mclmr_keyring_t *ring,
		mclmr_span_t user, int64_t at, const char **wrong);

/* Scratch of this process. */
mclmr_eccsi_t *mclmr_keyring_eccsi(mclmr_keyring_t *ring);

/* Scratch with the curve's tables, built first if they are not there; NULL
 * if that fails. */
mclmr_sakke_t *mclmr_keyring_sakke(mclmr_keyring_t *ring);

/* The tables of a certificate or of a user's RSK, built first if they are
 * not there. NULL: the key is not right, or no memory. */
const mclmr_sakke_kms_t *mclmr_issuer_tables(
		mclmr_keyring_t *ring, mclmr_issuer_t *issuer);
const mclmr_sakke_key_t *mclmr_holder_tables(
		mclmr_keyring_t *ring, mclmr_holder_t *holder);

#endif
