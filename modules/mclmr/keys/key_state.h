/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to keys. key_state: which key records a user has taken, so that
 * an older one is not taken again: the greatest timestamp for each user, LMR
 * type, key identifier and key period, as a text of lines. The caller keeps,
 * locks and replaces it.
 */
#ifndef MCLMR_KEY_STATE_H
#define MCLMR_KEY_STATE_H

#include "key_record.h"

#define MCLMR_KEY_STATE_DIGEST 32

/* A record that is to be taken. */
typedef struct mclmr_key_taken
{
	mclmr_span_t user; /* URI, without blanks */
	const mclmr_key_record_t *record;
	uint32_t period;						/* key period of the clock */
	uint64_t timestamp;						/* of its message */
	uint8_t digest[MCLMR_KEY_STATE_DIGEST]; /* SHA-256 of what is signed */
} mclmr_key_taken_t;

typedef enum mclmr_key_verdict
{
	MCLMR_KEY_NEW,		 /* taken; the text has changed */
	MCLMR_KEY_KNOWN,	 /* the same message as before: it opens again */
	MCLMR_KEY_OLDER,	 /* refused: an older message */
	MCLMR_KEY_AMBIGUOUS, /* refused: another message of the same time */
	MCLMR_KEY_UNREADABLE /* refused: the text is no such state, or no memory */
} mclmr_key_verdict_t;

/*
 * Decides on a record, by all of its keys, and writes the state that follows
 * to the arena (for KNOWN the same). text: the state before, empty at first.
 * Of two messages of the same time one that revokes wins. A record of a later
 * key period makes those before it older as soon as that period has begun: one
 * that was made ahead does not stand in today's way. A revocation is effective
 * in the key period after its own too, whatever was taken for that.
 */
mclmr_key_verdict_t mclmr_key_state_take(mclmr_span_t text,
		const mclmr_key_taken_t *taken, mclmr_arena_t *arena,
		mclmr_span_t *after);

#endif
