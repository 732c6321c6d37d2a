/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * party: LMR users and groups, each with the PSI of the IWF that serves it
 * and the profile of its calls; found in O(1), replaced one by one. No locks.
 */
#ifndef MCLMR_PARTY_H
#define MCLMR_PARTY_H

#include "network.h"

#define MCLMR_PARTY_WORD 31 /* octets of a profile's name, of a codec */

typedef enum mclmr_party_kind
{
	MCLMR_LMR_USER,
	MCLMR_GROUP,
	MCLMR_PARTY_KINDS
} mclmr_party_kind_t;

typedef struct mclmr_party_row
{
	mclmr_span_t uri;	  /* of the LMR user, or the group ID */
	mclmr_span_t psi;	  /* of the IWF that serves it */
	mclmr_span_t profile; /* looked up when it is used, not before */
	mclmr_span_t codec;	  /* of a group: the one that is forced; or empty */
} mclmr_party_row_t;

typedef struct mclmr_party
{
	mclmr_party_row_t row; /* spans live as long as the party */
	mclmr_span_t key;
	mclmr_span_t psi_key;
} mclmr_party_t;

typedef struct mclmr_parties mclmr_parties_t;

/* No parties yet; NULL if memory is short. */
mclmr_parties_t *mclmr_parties_new(const mclmr_allocator_t *allocator);
void mclmr_parties_free(mclmr_parties_t *parties);

/* What is wrong with a row whose URI is there in another spelling: nothing any
 * more, once that one is gone. Known by its address. */
extern const char mclmr_other_spelling[];

/*
 * Puts a party in the place of the one with its URI, if there is one. NULL on
 * success, else what is wrong with the row (a static text) and nothing
 * changed: not a URI, no profile, a word too long, no memory;
 * mclmr_other_spelling, since of two rows for one party it is not known which
 * counts.
 */
const char *mclmr_parties_put(
		mclmr_parties_t *parties, const mclmr_party_row_t *row);

/* Removes the party that is written just so; false if there is none. */
bool mclmr_parties_remove(mclmr_parties_t *parties, mclmr_span_t uri);

/* The party of a key (mclmr_uri_key()), or NULL. */
const mclmr_party_t *mclmr_parties_find(
		const mclmr_parties_t *parties, mclmr_span_t key);

size_t mclmr_parties_count(const mclmr_parties_t *parties);

/* Octets of memory that they are in; what is free beside them for others does
 * not count. */
size_t mclmr_parties_octets(const mclmr_parties_t *parties);

#endif
