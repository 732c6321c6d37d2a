/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * record_unwrap: a message with a key record, opened as its user: whether it
 * is genuine, of the key period and the KMF that are wanted, and not older
 * than what the user has taken before.
 */
#ifndef MCLMR_RECORD_UNWRAP_H
#define MCLMR_RECORD_UNWRAP_H

#include "key_record.h"
#include "mikey_open.h"

/* What a message with a key record says without any key; spans of the message.
 * Nothing of it is verified. */
typedef struct mclmr_record_outside
{
	int64_t time;	   /* Unix seconds of the message */
	mclmr_span_t from; /* URI; empty: hidden */
	mclmr_span_t to;   /* URI; empty: hidden */
	mclmr_span_t from_kms;
	mclmr_span_t to_kms;
	mclmr_span_t kmf;
	mclmr_lmr_type_t lmr_type;
	size_t sealed; /* octets of the sealed record */
} mclmr_record_outside_t;

/* Reads it. NULL, or what is wrong; static. */
const char *mclmr_record_outside(
		const mclmr_mikey_t *message, mclmr_record_outside_t *outside);

/* What is asked of a message. */
typedef struct mclmr_unwrap_wish
{
	mclmr_span_t from; /* the sender; empty: any whose server is trusted */
	mclmr_span_t kmf;  /* the record's KMF; s is NULL: any */
	mclmr_span_t lmr;  /* the word of its LMR type; s is NULL: any */
	bool has_now;	   /* the message has to be of the key period of now, or of
						* the next one; else of any whose keys are there */
	int64_t now;	   /* Unix seconds; a key's validity is checked anyway */
} mclmr_unwrap_wish_t;

/* Why a message is refused. */
typedef enum mclmr_unwrap_fault
{
	MCLMR_UNWRAP_OPENED,
	MCLMR_UNWRAP_MESSAGE,	   /* see unwrapped.message_fault */
	MCLMR_UNWRAP_NO_RECORD,	   /* it is not one of a key record */
	MCLMR_UNWRAP_RECORD,	   /* the record does not open, or not read */
	MCLMR_UNWRAP_OTHER_PERIOD, /* the record is of another than its message */
	MCLMR_UNWRAP_OTHER_KEY,	   /* it is of another KMF or LMR type */
	MCLMR_UNWRAP_EXPIRED	   /* now is after record.not_after */
} mclmr_unwrap_fault_t;

/* Two messages' worth: the record in clear, and what it is bound to. */
#define MCLMR_UNWRAP_MEMORY (2 * MCLMR_MIKEY_MAX_SIZE)

/* What unwrapping found. Secret: cleanse it. */
typedef struct mclmr_unwrapped
{
	const char *why;				   /* the fault in words; static */
	mclmr_mikey_fault_t message_fault; /* of MCLMR_UNWRAP_MESSAGE */
	const mclmr_mikey_t *message;
	int64_t time;	 /* Unix seconds of the message */
	uint32_t period; /* the user's key period of now */
	mclmr_mikey_opened_t opened;
	mclmr_key_record_t record; /* spans in the message and memory */
	char memory[MCLMR_UNWRAP_MEMORY];
} mclmr_unwrapped_t;

/* Verifies and opens message and record with the keys of a ring. The message
 * has to outlive what was unwrapped. */
mclmr_unwrap_fault_t mclmr_record_unwrap(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_unwrap_wish_t *wish,
		mclmr_unwrapped_t *unwrapped);

/* Whether a record that was unwrapped is taken. */
typedef enum mclmr_take_verdict
{
	MCLMR_TAKE_NEW,		/* taken: the state has changed */
	MCLMR_TAKE_KNOWN,	/* the same message as before: the state stays */
	MCLMR_TAKE_REFUSED, /* older than another, or of the same time */
	MCLMR_TAKE_NO_STATE /* the state is not readable, or no memory */
} mclmr_take_verdict_t;

/*
 * Decides by a state, see key_state.h, which the caller keeps, locks and
 * replaces. before: its octets, s is NULL if there is none yet; an empty one is
 * none that can be read. arena: of mclmr_record_take_size() octets; after is
 * in it, or is before. *why tells a refusal in words; static. A message is the
 * same as another if what its signature covers is: each signature has a second
 * one that verifies too.
 */
mclmr_take_verdict_t mclmr_record_take(const mclmr_unwrapped_t *unwrapped,
		mclmr_span_t before, mclmr_arena_t *arena, mclmr_span_t *after,
		const char **why);

/* Octets of memory that deciding by a state of so many octets takes. */
size_t mclmr_record_take_size(
		const mclmr_unwrapped_t *unwrapped, size_t before);

#endif
