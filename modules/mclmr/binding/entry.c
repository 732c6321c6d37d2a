/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A registration in one block, and its place in the store. */
#include <string.h>

#include "bindings_inside.h"
#include "journal.h"

mclmr_span_t mclmr_entry_text(char **end, mclmr_span_t text)
{
	mclmr_span_t copy = {*end, text.len};

	if(text.len > 0)
		memcpy(*end, text.s, text.len);
	*end += text.len;
	return copy;
}

mclmr_entry_t *mclmr_entry_new(
		mclmr_pool_t *pool, const mclmr_registration_row_t *row)
{
	size_t n = row->set->n;
	size_t octets =
			sizeof(mclmr_entry_t) + row->scscf.len
			+ n * (sizeof(mclmr_registered_id_t) + sizeof(mclmr_span_t));
	mclmr_span_t *key;
	mclmr_entry_t *entry;
	char *end;

	for(size_t i = 0; i < n; i++)
		octets += row->set->key[i].len;
	entry = mclmr_pool_alloc(pool, octets);
	if(entry == NULL)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	entry->identity = (mclmr_registered_id_t *)(entry + 1);
	key = (mclmr_span_t *)(entry->identity + n);
	end = (char *)(key + n);
	for(size_t i = 0; i < n; i++) {
		key[i] = mclmr_entry_text(&end, row->set->key[i]);
		entry->identity[i] =
				(mclmr_registered_id_t){.of = entry, .key = key[i]};
	}
	entry->registration = (mclmr_registration_t){.n = n,
			.key = key,
			.scscf = mclmr_entry_text(&end, row->scscf),
			.expires = row->expires};
	return entry;
}

bool mclmr_entry_is(
		const mclmr_entry_t *entry, const mclmr_registration_row_t *row)
{
	const mclmr_registration_t *registration = &entry->registration;

	if(registration->n != row->set->n
			|| !mclmr_span_equal(registration->scscf, row->scscf))
		return false;
	for(size_t i = 0; i < registration->n; i++) {
		if(!mclmr_span_equal(registration->key[i], row->set->key[i]))
			return false;
	}
	return true;
}

mclmr_entry_t *mclmr_entry_find(const mclmr_bindings_t *store, mclmr_span_t key)
{
	const mclmr_link_t *link = mclmr_table_chain(
			&store->identities, mclmr_table_hash(store->identities.seed, key));

	for(; link != NULL; link = link->next) {
		const mclmr_registered_id_t *identity =
				MCLMR_NODE_OF(mclmr_registered_id_t, link, link);

		if(mclmr_span_equal(identity->key, key))
			return identity->of;
	}
	return NULL;
}

mclmr_entry_t *mclmr_entry_find_live(
		const mclmr_bindings_t *store, mclmr_span_t key, int64_t now)
{
	mclmr_entry_t *entry = mclmr_entry_find(store, key);

	return entry != NULL && entry->registration.expires > now ? entry : NULL;
}

void mclmr_entry_wait(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	int64_t first =
			entry->buried != 0 ? entry->buried : entry->registration.expires;

	for(const mclmr_bound_t *bound = mclmr_bound_first(entry); bound != NULL;
			bound = mclmr_bound_next(bound)) {
		if(bound->binding.expires < first)
			first = bound->binding.expires;
	}
	mclmr_wheel_put(&store->wheel, &entry->ends, first);
}

/* Has nothing lead to a registration any more. */
static void take_out(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	(void)mclmr_bound_drop(store, entry, mclmr_bound_any, NULL);
	mclmr_wheel_take(&entry->ends);
	if(entry->buried != 0) {
		mclmr_table_remove(&store->journal->graves, &entry->identity[0].link);
		return;
	}
	for(size_t i = 0; i < entry->registration.n; i++)
		mclmr_table_remove(&store->identities, &entry->identity[i].link);
	store->registrations--;
}

void mclmr_entry_drop(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	take_out(store, entry);
	mclmr_journal_take(store, entry);
	mclmr_pool_release(store->pool, entry);
}

void mclmr_entry_bury(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t until)
{
	take_out(store, entry);
	mclmr_journal_bury(store, entry, until);
}

void mclmr_entry_end(mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t now,
		int64_t stamp)
{
	if(store->journal == NULL) {
		mclmr_entry_drop(store, entry);
		return;
	}
	mclmr_entry_bury(store, entry,
			mclmr_journal_until(entry->registration.expires, now));
	mclmr_journal_ended(store, entry, stamp);
}

/* Makes way for a registration, which may be one of the same name. */
static void make_way(mclmr_bindings_t *store, mclmr_entry_t *other,
		const mclmr_entry_t *fresh, int64_t now)
{
	if(mclmr_span_equal(other->identity[0].key, fresh->identity[0].key))
		mclmr_entry_drop(store, other);
	else
		mclmr_entry_end(store, other, now, fresh->registered);
}

void mclmr_entry_place(
		mclmr_bindings_t *store, mclmr_entry_t *fresh, int64_t now)
{
	const mclmr_registration_t *registration = &fresh->registration;
	mclmr_entry_t *other = mclmr_journal_grave(store, registration->key[0]);

	if(other != NULL)
		mclmr_entry_drop(store, other);
	for(size_t i = 0; i < registration->n; i++) {
		other = mclmr_entry_find(store, registration->key[i]);
		if(other != NULL)
			make_way(store, other, fresh, now);
	}
	for(size_t i = 0; i < registration->n; i++)
		mclmr_table_insert(
				store->allocator, &store->identities, &fresh->identity[i].link);
	store->registrations++;
}
