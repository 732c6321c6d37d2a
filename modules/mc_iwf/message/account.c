/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is held under keys, and in all. */
#include <string.h>

#include "account.h"

#define MAX_NUMBER ((size_t)1 << 53)
#define WHOLE 100 /* per cent */

static iwf_account_t *account_of(mclmr_link_t *link)
{
	return link != NULL ? MCLMR_NODE_OF(iwf_account_t, link, link) : NULL;
}

/* The hash that an account was made with. */
static uint64_t hash_of(uint64_t seed, const mclmr_link_t *link)
{
	(void)seed;
	return MCLMR_NODE_OF(const iwf_account_t, link, link)->hash;
}

bool iwf_accounts_init(
		iwf_accounts_t *accounts, const mclmr_allocator_t *allocator)
{
	accounts->allocator = allocator;
	return mclmr_table_init(allocator, &accounts->table, hash_of, 0);
}

/* The account of a key, NULL if nothing is charged to it. */
static iwf_account_t *find(
		const iwf_accounts_t *accounts, uint64_t hash, mclmr_span_t key)
{
	iwf_account_t *account =
			account_of(mclmr_table_chain(&accounts->table, hash));

	while(account != NULL
			&& !mclmr_span_equal(
					(mclmr_span_t){account->key, account->len}, key))
		account = account_of(account->link.next);
	return account;
}

/* A new account, in the table; NULL if memory is short. */
static iwf_account_t *open_account(
		iwf_accounts_t *accounts, uint64_t hash, mclmr_span_t key)
{
	iwf_account_t *account =
			accounts->allocator->alloc(sizeof(*account) + key.len);

	if(account == NULL)
		return NULL;
	*account = (iwf_account_t){.hash = hash, .len = key.len};
	memcpy(account->key, key.s, key.len);
	mclmr_table_insert(accounts->allocator, &accounts->table, &account->link);
	return account;
}

iwf_account_t *iwf_accounts_charge(iwf_accounts_t *accounts, uint64_t hash,
		mclmr_span_t key, size_t octets, size_t limit)
{
	iwf_account_t *account;

	if(key.len == 0 || key.len > IWF_ACCOUNT_KEY)
		return NULL;
	account = find(accounts, hash, key);
	if(octets > limit || (account && account->octets > limit - octets))
		return NULL;
	if(account == NULL)
		account = open_account(accounts, hash, key);
	if(account == NULL)
		return NULL;
	account->octets += octets;
	account->charges++;
	return account;
}

void iwf_accounts_discharge(
		iwf_accounts_t *accounts, iwf_account_t *account, size_t octets)
{
	account->octets -= octets;
	if(--account->charges > 0)
		return;
	mclmr_table_remove(&accounts->table, &account->link);
	accounts->allocator->release(account);
}

bool iwf_total_charge(iwf_total_t *total, size_t octets)
{
	size_t before = atomic_fetch_add(&total->held, octets);

	if(octets <= total->limit && before <= total->limit - octets)
		return true;
	atomic_fetch_sub(&total->held, octets);
	return false;
}

void iwf_total_discharge(iwf_total_t *total, size_t octets)
{
	atomic_fetch_sub(&total->held, octets);
}

/* A decimal number below MAX_NUMBER. */
static bool read_number(mclmr_span_t text, size_t *number)
{
	*number = 0;
	for(size_t i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return false;
		*number = *number * 10 + (size_t)(text.s[i] - '0');
		if(*number >= MAX_NUMBER)
			return false;
	}
	return text.len > 0;
}

bool iwf_account_limit(mclmr_span_t text, size_t whole, size_t *octets)
{
	bool share = text.len > 0 && text.s[text.len - 1] == '%';

	text.len -= share;
	if(!read_number(text, octets))
		return false;
	if(share)
		*octets = *octets < WHOLE ? whole / WHOLE * *octets : whole;
	return true;
}
