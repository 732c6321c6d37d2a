/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * key_parameters: what TS 33.180 E.6 says about a key beside the key: its
 * kind, whether it is revoked, its validity, a text, the groups of a GMK.
 * Carried in an extension of a MIKEY message as MCData protected payload.
 */
#ifndef MCLMR_KEY_PARAMETERS_H
#define MCLMR_KEY_PARAMETERS_H

#include "mclmr/base/arena.h"
#include "srtp_keys.h"

#define MCLMR_MAX_KEY_GROUPS 16

typedef struct mclmr_key_parameters
{
	uint8_t kind;		 /* as the purpose of a key identifier: 0 is GMK */
	uint32_t status;	 /* bit 0: not revoked */
	uint64_t activation; /* 5 octets, Unix seconds; 0: not given */
	uint64_t expiry;	 /* 5 octets; 0: not given */
	mclmr_span_t text;
	size_t groups; /* of a GMK only */
	mclmr_span_t group[MCLMR_MAX_KEY_GROUPS];
} mclmr_key_parameters_t;

#define MCLMR_KEY_NOT_REVOKED 1U

/*
 * Writes protected parameters to the arena: sealed under key, key_id (the CSB
 * ID of the message) and a fresh IV. date: Unix seconds. NULL, or what is
 * wrong.
 */
const char *mclmr_key_parameters_write(const mclmr_key_parameters_t *parameters,
		const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id, int64_t date,
		mclmr_arena_t *arena, mclmr_span_t *data);

/*
 * Opens and reads the data of the extension. Parameters that are not
 * protected, as older products send them, are read too. Spans are in the
 * arena. NULL, or what is wrong.
 */
const char *mclmr_key_parameters_read(mclmr_span_t data,
		const uint8_t key[MCLMR_KEY_SIZE], uint32_t key_id,
		mclmr_arena_t *arena, mclmr_key_parameters_t *parameters);

#endif
