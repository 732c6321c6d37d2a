/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mikey_open: whether a MIKEY message is genuine, and the key in it.
 */
#ifndef MCLMR_MIKEY_OPEN_H
#define MCLMR_MIKEY_OPEN_H

#include "keyring.h"
#include "mikey.h"
#include "srtp_keys.h"

/* How far a message's time may be off, and how long around the beginning of
 * a key period both periods count. */
#define MCLMR_MIKEY_MAX_SKEW 60

/* Why a message is refused. */
typedef enum mclmr_mikey_fault
{
	MCLMR_MIKEY_GENUINE,
	MCLMR_MIKEY_SKEW,			/* its time is too far off */
	MCLMR_MIKEY_OTHER_PERIOD,	/* its key period is not that of now */
	MCLMR_MIKEY_SCHEME,			/* identifiers are not of TS 33.180 */
	MCLMR_MIKEY_NO_CERTIFICATE, /* none of the initiator's server */
	MCLMR_MIKEY_REVOKED,		/* only revoked or expired certificates */
	MCLMR_MIKEY_WRONG_SENDER,	/* not the one that was expected */
	MCLMR_MIKEY_BAD_SIGNATURE,
	MCLMR_MIKEY_NOT_FOR_US,	  /* no keys of the recipient */
	MCLMR_MIKEY_NO_PERIOD,	  /* no keys of the message's key period */
	MCLMR_MIKEY_KEYS_REVOKED, /* only revoked or expired keys */
	MCLMR_MIKEY_BAD_KEYS,	  /* an RSK or Z that is not right */
	MCLMR_MIKEY_BAD_DATA,	  /* the encapsulated data do not open */
	MCLMR_MIKEY_FAULTS
} mclmr_mikey_fault_t;

/* The fault in words; static. */
const char *mclmr_mikey_fault_words(mclmr_mikey_fault_t fault);

/* True for faults that a clock which is wrong can be the cause of: the times
 * of both sides are worth telling. */
bool mclmr_mikey_fault_of_time(mclmr_mikey_fault_t fault);

/* What is asked of a message. */
typedef struct mclmr_mikey_wish
{
	mclmr_span_t from; /* the sender; empty: any */
	bool has_now;	   /* on line: the message has to be of now */
	int64_t now;	   /* Unix seconds */
	uint32_t max_skew; /* seconds, at a boundary of periods too */
	bool stored;	   /* now asks only for the key period, or the next one */
} mclmr_mikey_wish_t;

/* What verification found. */
typedef struct mclmr_mikey_proof
{
	const mclmr_kms_certificate_t *certificate; /* of the initiator */
	uint64_t number;							/* key period */
	uint8_t uid[MCLMR_UID_SIZE];				/* of the initiator */
	bool confirmed; /* the sender's URI is known: clear, or as wished */
} mclmr_mikey_proof_t;

/*
 * Verifies a message that was read from octets. The initiator's certificate
 * has to be valid at the message's time; several of one server are tried.
 */
mclmr_mikey_fault_t mclmr_mikey_verify(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_mikey_wish_t *wish,
		mclmr_mikey_proof_t *proof);

/* What opening found. Secret: cleanse it. */
typedef struct mclmr_mikey_opened
{
	mclmr_mikey_proof_t proof;
	const mclmr_holder_t *holder; /* whose keys opened it */
	bool by_self;				  /* through SAKKE-to-self */
	uint8_t key[MCLMR_KEY_SIZE];  /* the SSV: GMK, PCK, CSK ... */
} mclmr_mikey_opened_t;

/* Verifies and opens a message with the keys of its recipient, or with those
 * of its initiator if it has SAKKE-to-self. */
mclmr_mikey_fault_t mclmr_mikey_open(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_mikey_wish_t *wish,
		mclmr_mikey_opened_t *opened);

/* The Unix seconds of a message's timestamp. */
int64_t mclmr_mikey_time(const mclmr_mikey_t *message);

#endif
