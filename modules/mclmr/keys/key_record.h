/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * key_record: LMR keys for one user, sealed under the key of a MIKEY message
 * and carried in an extension of it, so that its signature covers them. TS
 * 33.180 has no form for keys that do not fit 16 octets: this container is
 * provisional, see docs/formats.md.
 */
#ifndef MCLMR_KEY_RECORD_H
#define MCLMR_KEY_RECORD_H

#include "mclmr/base/arena.h"
#include "mclmr/base/lmr_type.h"
#include "srtp_keys.h"

#define MCLMR_RECORD_VERSION 1
#define MCLMR_RECORD_MAX_KEYS 16
#define MCLMR_RECORD_MAX_GROUPS 64
#define MCLMR_RECORD_MAX_ALG 4	  /* octets of an algorithm identifier */
#define MCLMR_RECORD_MAX_KEY_ID 8 /* octets of a key identifier */
#define MCLMR_RECORD_MAX_KEY 64	  /* octets of a key */

typedef enum mclmr_record_purpose
{
	MCLMR_RECORD_ROOT = 1,
	MCLMR_RECORD_TRAFFIC = 2
} mclmr_record_purpose_t;

typedef enum mclmr_record_status
{
	MCLMR_RECORD_ACTIVE = 1,
	MCLMR_RECORD_REVOKED = 2
} mclmr_record_status_t;

/* One key; the octets of its identifiers are kept as they were given. */
typedef struct mclmr_lmr_key
{
	mclmr_span_t alg;
	mclmr_span_t key_id;
	mclmr_span_t key; /* secret */
} mclmr_lmr_key_t;

typedef struct mclmr_key_record
{
	mclmr_lmr_type_t lmr_type;
	mclmr_span_t kmf; /* URI */
	mclmr_record_purpose_t purpose;
	mclmr_record_status_t status;
	uint32_t key_period; /* number of the recipient's period */
	int64_t not_before;	 /* Unix seconds; 0: not given */
	int64_t not_after;	 /* 0: not given */
	size_t groups;
	mclmr_span_t group[MCLMR_RECORD_MAX_GROUPS];
	mclmr_span_t call; /* empty: of no call; never together with groups */
	size_t keys;
	mclmr_lmr_key_t key[MCLMR_RECORD_MAX_KEYS];
} mclmr_key_record_t;

/* What a record is bound to: the message that carries it. */
typedef struct mclmr_record_binding
{
	const uint8_t *ssv; /* MCLMR_KEY_SIZE octets; secret */
	uint32_t csb_id;
	mclmr_span_t rand;
	mclmr_span_t from; /* URI of the initiator */
	mclmr_span_t to;   /* URI of the recipient */
} mclmr_record_binding_t;

/* Writes a record, sealed, to the arena, where its clear text stays too: the
 * caller cleanses it. NULL, or what is wrong. */
const char *mclmr_key_record_write(const mclmr_key_record_t *record,
		const mclmr_record_binding_t *binding, mclmr_arena_t *arena,
		mclmr_span_t *data);

/* Reads what is not encrypted: LMR type and KMF; sealed is the rest. NULL, or
 * what is wrong. */
const char *mclmr_key_record_peek(
		mclmr_span_t data, mclmr_key_record_t *record, mclmr_span_t *sealed);

/* Opens and reads a record; its spans are in data and the arena, which the
 * caller cleanses. NULL, or what is wrong. */
const char *mclmr_key_record_open(mclmr_span_t data,
		const mclmr_record_binding_t *binding, mclmr_arena_t *arena,
		mclmr_key_record_t *record);

/* "root" and "traffic", "active" and "revoked". */
const char *mclmr_record_purpose_word(mclmr_record_purpose_t purpose);
const char *mclmr_record_status_word(mclmr_record_status_t status);

#endif
