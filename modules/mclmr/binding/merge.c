/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Records of other nodes are taken over. */
#include "bindings_inside.h"
#include "journal.h"

/* The stamp of the last other registration that is not older and has an identity
 * of a record; 0: there is none. */
static int64_t find_taker(const mclmr_bindings_t *store,
		const mclmr_entry_t *same, const mclmr_record_t *record)
{
	int64_t stamp = 0;

	for(size_t i = 0; i < record->set.n; i++) {
		const mclmr_entry_t *other =
				mclmr_entry_find(store, record->set.key[i]);

		if(other != NULL && other != same && other->stamp >= record->stamp
				&& other->stamp > stamp)
			stamp = other->stamp;
	}
	return stamp;
}

/* Puts a registration of which a record tells into its grave, or makes one;
 * NULL: no memory. */
static mclmr_entry_t *bury(mclmr_bindings_t *store, mclmr_entry_t *same,
		const mclmr_record_t *record, int64_t now)
{
	const mclmr_implicit_set_t set = {.n = 1, .key = {record->set.key[0]}};
	const mclmr_registration_row_t row = {.set = &set};
	const int64_t until = now + MCLMR_GRAVE_SECONDS;

	if(same == NULL) {
		same = mclmr_entry_new(store->pool, &row);
		if(same != NULL)
			mclmr_journal_bury(store, same, until);
	} else if(same->buried == 0)
		mclmr_entry_bury(store, same, until);
	return same;
}

/* Takes the end of a registration over. */
static bool merge_end(mclmr_bindings_t *store, mclmr_entry_t *same,
		const mclmr_record_t *record, int64_t now)
{
	if(same == NULL && record->expires <= now)
		return true;
	same = bury(store, same, record, now);
	if(same == NULL)
		return false;
	mclmr_journal_take(store, same);
	same->stamp = record->stamp;
	return true;
}

/* Takes over that there was a registration, which another one has ended at
 * once: the node that tells of it may not know. */
static bool merge_taken(mclmr_bindings_t *store, mclmr_entry_t *same,
		const mclmr_record_t *record, int64_t stamp, int64_t now)
{
	same = bury(store, same, record, now);
	if(same == NULL)
		return false;
	mclmr_journal_change(store, same, stamp);
	return true;
}

/* Adds the bindings of a record that have not ended; false: no memory. */
static bool add_bindings(mclmr_bindings_t *store, mclmr_entry_t *entry,
		const mclmr_record_t *record, int64_t now)
{
	for(size_t i = 0; i < record->n; i++) {
		if(record->binding[i].expires > now
				&& !mclmr_bound_add(store, entry, &record->binding[i]))
			return false;
	}
	return true;
}

/* Takes a registration over. */
static bool merge_live(
		mclmr_bindings_t *store, const mclmr_record_t *record, int64_t now)
{
	const mclmr_registration_row_t row = {.set = &record->set,
			.scscf = record->scscf,
			.expires = record->expires};
	mclmr_entry_t *fresh = mclmr_entry_new(store->pool, &row);

	if(fresh == NULL)
		return false;
	if(!add_bindings(store, fresh, record, now)) {
		(void)mclmr_bound_drop(store, fresh, mclmr_bound_any, NULL);
		mclmr_wheel_take(&fresh->ends);
		mclmr_pool_release(store->pool, fresh);
		return false;
	}
	fresh->stamp = record->stamp;
	fresh->load = store->journal->load;
	mclmr_entry_place(store, fresh, now);
	mclmr_entry_wait(store, fresh);
	return true;
}

bool mclmr_bindings_merge(
		mclmr_bindings_t *store, const mclmr_record_t *record, int64_t now)
{
	mclmr_entry_t *same = mclmr_journal_find(store, record->set.key[0]);
	int64_t taker;

	if(same != NULL && same->stamp == record->stamp)
		same->load = store->journal->load;
	if(same != NULL && same->stamp >= record->stamp)
		return true;
	if(record->ended || record->expires <= now)
		return merge_end(store, same, record, now);
	taker = find_taker(store, same, record);
	return taker != 0 ? merge_taken(store, same, record, taker, now)
					  : merge_live(store, record, now);
}

void mclmr_bindings_load_begin(mclmr_bindings_t *store)
{
	store->journal->load++;
}

/* Has a registration saved that no record was of. */
static bool save_again(void *data, const mclmr_registration_t *registration)
{
	mclmr_bindings_t *store = data;
	mclmr_entry_t *entry = (mclmr_entry_t *)(uintptr_t)registration;

	if(entry->load != store->journal->load)
		mclmr_journal_add(store, entry);
	return true;
}

size_t mclmr_bindings_load_end(
		mclmr_bindings_t *store, size_t place, size_t most)
{
	return mclmr_bindings_walk(store, place, most, save_again, store);
}
