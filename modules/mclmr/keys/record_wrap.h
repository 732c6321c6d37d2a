/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * record_wrap: a key record in a message for one user: which key period it is
 * for, whose certificate it is sealed with, who signs it.
 *
 *     mclmr_record_wrap(&wrap, &order, ring, &arena, &octets);
 *
 * or, for many users at once,
 *
 *     mclmr_record_wrap_begin(&wrap, &order, ring, &wrong);
 *     mclmr_sakke_encapsulate_many()           on wrap.draft.job of them all
 *     mclmr_record_wrap_finish(&wrap, ring, &arena, &octets);
 */
#ifndef MCLMR_RECORD_WRAP_H
#define MCLMR_RECORD_WRAP_H

#include "key_record.h"
#include "mikey_make.h"

/* What is to be wrapped, and for whom. Secret. */
typedef struct mclmr_record_order
{
	mclmr_span_t from;	 /* URI of the sender, an IWF, whose keys are there */
	mclmr_span_t to;	 /* URI of the user */
	mclmr_span_t to_kms; /* the user's server; empty: see
						  * mclmr_keyring_issuer_for() */
	uint64_t timestamp;	 /* NTP timestamp that the message is made at */
	bool ahead;			 /* it is for the user's next key period */
	int64_t now;		 /* if ahead: Unix seconds that due counts from */
	uint64_t due; /* if ahead: it is made only if the user's key period ends
				   * within so many seconds */
	mclmr_key_record_t record; /* its key_period counts for nothing */
} mclmr_record_order_t;

/* A message under way. Secret: cleanse it. */
typedef struct mclmr_record_wrap
{
	const mclmr_record_order_t *order; /* has to outlive it */
	mclmr_mikey_order_t message;	   /* its issuer is NULL: none was found */
	mclmr_mikey_draft_t draft;
} mclmr_record_wrap_t;

typedef enum mclmr_wrap_state
{
	MCLMR_WRAP_BEGUN,
	MCLMR_WRAP_NOT_DUE, /* the user's key period ends late enough */
	MCLMR_WRAP_REFUSED
} mclmr_wrap_state_t;

/*
 * Finds the user's certificate and the sender's signing keys, and begins the
 * message; draft.job then has to be encapsulated. A message that is made ahead
 * is of the first second of the next key period, its fraction rises with the
 * time that it is made at: of two the later one counts. *wrong tells why it is
 * refused; static.
 */
mclmr_wrap_state_t mclmr_record_wrap_begin(mclmr_record_wrap_t *wrap,
		const mclmr_record_order_t *order, mclmr_keyring_t *ring,
		const char **wrong);

/* Seals the record, bound to its message, and ends the message: its octets are
 * in the arena, which the caller cleanses. NULL, or what is wrong; static. */
const char *mclmr_record_wrap_finish(mclmr_record_wrap_t *wrap,
		mclmr_keyring_t *ring, mclmr_arena_t *arena, mclmr_span_t *octets);

/* All of it for one user. One that is not due is refused. NULL, or what is
 * wrong; static. */
const char *mclmr_record_wrap(mclmr_record_wrap_t *wrap,
		const mclmr_record_order_t *order, mclmr_keyring_t *ring,
		mclmr_arena_t *arena, mclmr_span_t *octets);

#endif
