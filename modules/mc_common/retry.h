/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_retry: changes that did not fit at once: what they need may come with the
 * next ones. Each names a table and two items. No Kamailio header.
 */
#ifndef MC_RETRY_H
#define MC_RETRY_H

#include "db.h"

#define MC_RETRIES 64
#define MC_RETRY_TABLE 16		   /* octets of the name of a table */
#define MC_RETRY_ITEM MC_DB_OCTETS /* of an item */

typedef struct mc_retry
{
	int tries;
	bool withdrawn; /* out of force, but it may fit once the log was seen */
	long long seq;	/* of the row of the log */
	size_t table_len, item1_len, item2_len;
	char table[MC_RETRY_TABLE];
	char item1[MC_RETRY_ITEM];
	char item2[MC_RETRY_ITEM];
} mc_retry_t;

typedef struct mc_retries
{
	size_t n;
	mc_retry_t retry[MC_RETRIES]; /* in the order they came */
} mc_retries_t;

/* Keeps a change, which has this number in the log; one of the same is there
 * already: one try is for both. false if there is no room, or it is too
 * long. */
bool mc_retries_keep(mc_retries_t *retries, long long seq, mclmr_span_t table,
		mclmr_span_t item1, mclmr_span_t item2);

/* Takes change i out, i < n. */
void mc_retries_drop(mc_retries_t *retries, size_t i);

/* What a kept change names. */
mclmr_span_t mc_retry_table(const mc_retry_t *retry);
mclmr_span_t mc_retry_item1(const mc_retry_t *retry);
mclmr_span_t mc_retry_item2(const mc_retry_t *retry);

#endif
