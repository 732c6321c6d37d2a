/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mikey_make: an I_MESSAGE of the TS 33.180 profile for one recipient.
 */
#ifndef MCLMR_MIKEY_MAKE_H
#define MCLMR_MIKEY_MAKE_H

#include "key_parameters.h"
#include "keyring.h"
#include "mikey.h"

#define MCLMR_MIKEY_SESSIONS_MAX 8

/* What goes into a message. */
typedef struct mclmr_mikey_order
{
	const mclmr_holder_t *sender;
	mclmr_issuer_t *issuer; /* of the recipient's server */
	mclmr_span_t to;		/* URI */
	uint64_t timestamp;		/* NTP-UTC, 64 bits */
	uint32_t key_id;		/* GMK-ID, PCK-ID, CSK-ID ...; purpose included */
	const uint8_t *rand;	/* MCLMR_MIKEY_RAND octets, of a GMK only: see
						  * group_key; NULL: fresh ones */
	bool hidden;			/* UIDs instead of URIs */
	bool to_self;			/* with SAKKE-to-self; the sender needs an RSK */
	size_t sessions;		/* of the map; 0: empty */
	uint8_t session[MCLMR_MIKEY_SESSIONS_MAX]; /* CS IDs */
	bool has_policy; /* the default policy of the purpose is spelled out */
	const mclmr_key_parameters_t *parameters; /* NULL: none */
} mclmr_mikey_order_t;

/* A message under way: what was drawn for it, and its octets so far. Secret:
 * cleanse it. */
typedef struct mclmr_mikey_draft
{
	const mclmr_mikey_order_t *order;
	uint32_t csb_id; /* of a group key known at the end only */
	uint8_t rand[MCLMR_MIKEY_RAND];
	uint8_t uid[MCLMR_UID_SIZE]; /* of the recipient */
	mclmr_sakke_job_t job;		 /* the key; encapsulated to the recipient */
} mclmr_mikey_draft_t;

/* Finds the sender's keys and the recipient's server for an order's time and
 * recipient. to_kms: see mclmr_keyring_issuer_for(). NULL, or what is wrong. */
const char *mclmr_mikey_find_parties(mclmr_mikey_order_t *order,
		mclmr_keyring_t *ring, mclmr_span_t from, mclmr_span_t to_kms);

/*
 * Begins a message. key: 16 octets, or NULL for a fresh one. The job then has
 * to be encapsulated, alone or with many others
 * (mclmr_sakke_encapsulate_many()), before mclmr_mikey_finish(). NULL, or
 * what is wrong.
 */
const char *mclmr_mikey_begin(mclmr_keyring_t *ring,
		const mclmr_mikey_order_t *order, const uint8_t *key,
		mclmr_mikey_draft_t *draft);

/* Ends a message: its octets are in the arena. extra: the data of an extension
 * of type MCLMR_MIKEY_KEY_RECORD, empty for none. NULL, or what is wrong. */
const char *mclmr_mikey_finish(mclmr_keyring_t *ring,
		mclmr_mikey_draft_t *draft, mclmr_span_t extra, mclmr_arena_t *arena,
		mclmr_span_t *octets);

/* A random identifier of a purpose. false: no random octets. */
bool mclmr_mikey_new_id(mclmr_mikey_purpose_t purpose, uint32_t *id);

/* The sessions that a key of a purpose serves in MCPTT, as CS IDs. */
size_t mclmr_mikey_default_sessions(mclmr_mikey_purpose_t purpose,
		uint8_t sessions[MCLMR_MIKEY_SESSIONS_MAX]);

#endif
