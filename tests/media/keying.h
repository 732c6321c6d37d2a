/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * keying: SRTP keys out of the key-mgmt line of a description that came, as
 * an MC client takes them (TS 33.180 7.3): verified, opened, derived.
 */
#ifndef MEDIA_KEYING_H
#define MEDIA_KEYING_H

#include "mclmr/keys/keyring.h"
#include "mclmr/keys/replay.h"
#include "protection.h"

#define KEYING_TAKEN 16 /* messages that are remembered */

typedef struct keying
{
	mclmr_keyring_t *ring;
	mclmr_replay_entry_t taken[KEYING_TAKEN];
} keying_t;

/* What is asked of a message, and what its key is used for. */
typedef struct keying_wish
{
	const char *from; /* URI of the sender that is expected */
	uint8_t send;	  /* CS ID of what is sent */
	uint8_t receive;  /* CS ID of what is received */
} keying_wish_t;

/* Loads the user's keys, in a file that only the user may read, and the
 * certificate of their server. NULL, or what is wrong. */
const char *keying_load(keying_t *keying, const char *keys, const char *cert);

/* Takes the one MIKEY message of a description, overwriting it. From then on
 * nothing passes without SRTP, also if this fails. NULL, or why the message
 * is refused; static. */
const char *keying_take(keying_t *keying, const keying_wish_t *wish,
		char *description, size_t len, protection_t *protection);

/* Frees and cleanses all keys. */
void keying_end(keying_t *keying);

#endif
