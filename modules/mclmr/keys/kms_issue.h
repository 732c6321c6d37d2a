/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kms_issue: the work of a key management server, for laboratories and tests:
 * its secrets, its certificate, its users' key sets, as kms reads them.
 */
#ifndef MCLMR_KMS_ISSUE_H
#define MCLMR_KMS_ISSUE_H

#include "kms.h"

/* A server. Secret: cleanse it with mclmr_kms_server_clear(). */
typedef struct mclmr_kms_server
{
	mclmr_span_t uri;
	mclmr_key_period_t period;
	mclmr_sakke_master_t sakke;
	mclmr_eccsi_master_t eccsi;
} mclmr_kms_server_t;

/* Scratch for both kinds of keys, of the caller. */
typedef struct mclmr_kms_scratch
{
	mclmr_sakke_t *sakke;
	mclmr_eccsi_t *eccsi;
} mclmr_kms_scratch_t;

/* Draws the secrets of a server whose uri and period are set. NULL, or what
 * is wrong. */
const char *mclmr_kms_server_new(
		mclmr_kms_server_t *server, const mclmr_kms_scratch_t *scratch);

/* Reads what mclmr_kms_write_secrets() wrote; spans are in the arena, which
 * the caller cleanses. NULL, or what is wrong. */
const char *mclmr_kms_server_read(mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t text,
		mclmr_arena_t *arena);

void mclmr_kms_server_clear(mclmr_kms_server_t *server);

/*
 * Write a text to the arena: the server's secrets as lines; its certificate
 * as KmsResponse; the key sets of a user for n periods from number on as
 * KmsResponse. at: the time of the response, Unix seconds. NULL, or what is
 * wrong. Secrets and key sets are secret.
 */
const char *mclmr_kms_write_secrets(const mclmr_kms_server_t *server,
		mclmr_arena_t *arena, mclmr_span_t *text);
const char *mclmr_kms_write_certificate(const mclmr_kms_server_t *server,
		int64_t at, mclmr_arena_t *arena, mclmr_span_t *text);
const char *mclmr_kms_write_keys(const mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t user, uint64_t number,
		unsigned n, int64_t at, mclmr_arena_t *arena, mclmr_span_t *text);

#endif
