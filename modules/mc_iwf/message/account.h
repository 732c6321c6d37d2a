/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * account: octets that are held under keys, and in all. A message, or what else
 * holds them, is not known here; each charge is taken back with the number of
 * octets that it has by then. An account is there as long as something is
 * charged to it: how many there are is bounded by the total. No locks, except
 * that the total may be used by all processes at once.
 * Internal to this folder.
 */
#ifndef IWF_ACCOUNT_H
#define IWF_ACCOUNT_H

#include <stdatomic.h>

#include "mclmr/base/table.h"

#define IWF_ACCOUNT_KEY 255 /* octets of a key, at most */

/* One key, and what it holds. */
typedef struct iwf_account
{
	mclmr_link_t link;
	uint64_t hash; /* of the key */
	size_t octets;
	size_t charges;
	size_t len;
	char key[];
} iwf_account_t;

typedef struct iwf_accounts
{
	mclmr_table_t table;
	const mclmr_allocator_t *allocator;
} iwf_accounts_t;

/* No accounts yet; false if memory is short. */
bool iwf_accounts_init(
		iwf_accounts_t *accounts, const mclmr_allocator_t *allocator);

/*
 * Charges octets to a key of 1 to IWF_ACCOUNT_KEY octets; hash is of the key,
 * always the same for one key. The account, or NULL with nothing changed: it
 * would hold more than limit, or memory is short.
 */
iwf_account_t *iwf_accounts_charge(iwf_accounts_t *accounts, uint64_t hash,
		mclmr_span_t key, size_t octets, size_t limit);

/* Takes one charge back, which has these octets by now; the account is gone if
 * it was the last one. */
void iwf_accounts_discharge(
		iwf_accounts_t *accounts, iwf_account_t *account, size_t octets);

/* All keys together. */
typedef struct iwf_total
{
	size_t limit;
	atomic_size_t held;
} iwf_total_t;

/* Charges octets to the total; false with nothing changed if it would hold more
 * than its limit. */
bool iwf_total_charge(iwf_total_t *total, size_t octets);

/* Takes octets back. */
void iwf_total_discharge(iwf_total_t *total, size_t octets);

/* A number of octets, or a share of the whole: "500000", "10%". False if text
 * is neither, or no number below 2^53. */
bool iwf_account_limit(mclmr_span_t text, size_t whole, size_t *octets);

#endif
