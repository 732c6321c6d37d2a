/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What changes in a store of bindings is noted until it is saved. */
#include <string.h>

#include "bindings_inside.h"
#include "journal.h"

#define EXPECTED_GRAVES 16 /* the table grows */

static uint64_t hash_grave(uint64_t seed, const mclmr_link_t *link)
{
	return mclmr_table_hash(
			seed, MCLMR_NODE_OF(mclmr_registered_id_t, link, link)->key);
}

bool mclmr_bindings_keep_journal(
		mclmr_bindings_t *store, int64_t (*clock_us)(void))
{
	mclmr_journal_t *journal = store->allocator->alloc(sizeof(*journal));

	if(journal == NULL)
		return false;
	memset(journal, 0, sizeof(*journal));
	journal->clock_us = clock_us;
	store->journal = journal;
	if(mclmr_table_init(
			   store->allocator, &journal->graves, hash_grave, EXPECTED_GRAVES))
		return true;
	mclmr_journal_free(store);
	return false;
}

void mclmr_journal_free(mclmr_bindings_t *store)
{
	if(store->journal == NULL)
		return;
	mclmr_table_free(store->allocator, &store->journal->graves);
	store->allocator->release(store->journal);
	store->journal = NULL;
}

/* The stamp of a change now: above all of this store, and all of this
 * registration. */
static int64_t next_stamp(mclmr_journal_t *journal, const mclmr_entry_t *entry)
{
	int64_t now = journal->clock_us();

	if(now <= journal->stamp)
		now = journal->stamp + 1;
	journal->stamp = now;
	return now > entry->stamp ? now : entry->stamp + 1;
}

void mclmr_journal_add(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	mclmr_journal_t *journal = store->journal;

	if(entry->unsaved)
		return;
	entry->unsaved = true;
	entry->before = journal->last;
	entry->after = NULL;
	*(entry->before != NULL ? &entry->before->after : &journal->first) = entry;
	journal->last = entry;
	journal->unsaved++;
}

/* Notes a change now; its stamp, 0 without a journal. */
static int64_t change(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	if(store->journal == NULL)
		return 0;
	entry->stamp = next_stamp(store->journal, entry);
	mclmr_journal_add(store, entry);
	return entry->stamp;
}

void mclmr_journal_registered(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	entry->registered = change(store, entry);
}

void mclmr_journal_bound(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	entry->bound = change(store, entry);
}

void mclmr_journal_ended(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t stamp)
{
	if(store->journal == NULL)
		return;
	if(stamp == 0)
		stamp = next_stamp(store->journal, entry);
	entry->stamp = stamp > entry->stamp ? stamp : entry->stamp + 1;
	entry->registered = stamp;
	entry->bound = stamp;
	mclmr_journal_add(store, entry);
}

void mclmr_journal_take(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	mclmr_journal_t *journal = store->journal;

	if(!entry->unsaved)
		return;
	*(entry->before != NULL ? &entry->before->after : &journal->first) =
			entry->after;
	*(entry->after != NULL ? &entry->after->before : &journal->last) =
			entry->before;
	entry->unsaved = false;
	journal->unsaved--;
}

mclmr_entry_t *mclmr_journal_grave(
		const mclmr_bindings_t *store, mclmr_span_t key)
{
	const mclmr_table_t *graves;
	const mclmr_link_t *link;

	if(store->journal == NULL)
		return NULL;
	graves = &store->journal->graves;
	link = mclmr_table_chain(graves, mclmr_table_hash(graves->seed, key));
	for(; link != NULL; link = link->next) {
		const mclmr_registered_id_t *identity =
				MCLMR_NODE_OF(mclmr_registered_id_t, link, link);

		if(mclmr_span_equal(identity->key, key))
			return identity->of;
	}
	return NULL;
}

int64_t mclmr_journal_until(int64_t expires, int64_t now)
{
	int64_t least = now + MCLMR_GRAVE_SECONDS;

	return expires > least ? expires : least;
}

void mclmr_journal_bury(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t until)
{
	entry->registration.expires = 0;
	entry->buried = until;
	mclmr_table_insert(store->allocator, &store->journal->graves,
			&entry->identity[0].link);
	mclmr_entry_wait(store, entry);
}

size_t mclmr_bindings_count_unsaved(const mclmr_bindings_t *store)
{
	return store->journal != NULL ? store->journal->unsaved : 0;
}

void mclmr_journal_record(const mclmr_entry_t *entry, mclmr_record_t *record)
{
	const mclmr_registration_t *registration = &entry->registration;
	const mclmr_binding_t *binding = registration->binding;

	record->set = (mclmr_implicit_set_t){.n = registration->n};
	for(size_t i = 0; i < registration->n; i++)
		record->set.key[i] = registration->key[i];
	record->scscf = registration->scscf;
	record->ended = entry->buried != 0;
	record->expires = record->ended ? entry->buried : registration->expires;
	record->stamp = entry->stamp;
	record->registered = entry->registered;
	record->bound = entry->bound;
	for(record->n = 0; binding != NULL && record->n < MCLMR_MAX_BINDINGS;
			binding = binding->next)
		record->binding[record->n++] = *binding;
}

void mclmr_bindings_unsaved(
		const mclmr_bindings_t *store, mclmr_journal_take_f take, void *data)
{
	const mclmr_entry_t *entry =
			store->journal != NULL ? store->journal->first : NULL;
	mclmr_record_t record;
	bool go_on = true;

	for(; entry != NULL && go_on; entry = entry->after) {
		mclmr_journal_record(entry, &record);
		go_on = take(data, &record);
	}
}

mclmr_entry_t *mclmr_journal_find(
		const mclmr_bindings_t *store, mclmr_span_t key)
{
	mclmr_entry_t *entry = mclmr_entry_find(store, key);

	return entry != NULL && mclmr_span_equal(entry->identity[0].key, key)
				   ? entry
				   : mclmr_journal_grave(store, key);
}

int64_t mclmr_journal_stamp(const mclmr_bindings_t *store, mclmr_span_t key)
{
	const mclmr_entry_t *entry = mclmr_journal_find(store, key);

	return entry != NULL ? entry->stamp : 0;
}

void mclmr_bindings_saved(
		mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t stamp)
{
	mclmr_entry_t *entry = mclmr_journal_find(store, impu_key);

	if(entry != NULL && entry->stamp == stamp)
		mclmr_journal_take(store, entry);
}
