/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Records of other nodes are taken over. */
#include <string.h>

#include "bindings_inside.h"
#include "journal.h"

/* When the last other registration was told that is not older and has an
 * identity of a record; 0: there is none. */
static int64_t find_taker(const mclmr_bindings_t *store,
		const mclmr_entry_t *same, const mclmr_record_t *record)
{
	int64_t stamp = 0;

	for(size_t i = 0; i < record->set.n; i++) {
		const mclmr_entry_t *other =
				mclmr_entry_find(store, record->set.key[i]);

		if(other != NULL && other != same
				&& other->registered >= record->registered
				&& other->registered > stamp)
			stamp = other->registered;
	}
	return stamp;
}

static int64_t later(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

/* Puts a registration of which a record tells into its grave, or makes one;
 * NULL: no memory. */
static mclmr_entry_t *bury(mclmr_bindings_t *store, mclmr_entry_t *same,
		const mclmr_record_t *record, int64_t now)
{
	const mclmr_implicit_set_t set = {.n = 1, .key = {record->set.key[0]}};
	const mclmr_registration_row_t row = {.set = &set};
	const int64_t until = mclmr_journal_until(record->expires, now);

	if(same == NULL) {
		same = mclmr_entry_new(store->pool, &row);
		if(same != NULL)
			mclmr_journal_bury(store, same, until);
	} else if(same->buried == 0)
		mclmr_entry_bury(store, same, later(until, same->registration.expires));
	else
		same->buried = later(until, same->buried);
	return same;
}

/* True if a half of a record is later than what is here; if both are of one
 * time, as the record is. */
static bool is_later(int64_t stamp, int64_t here, bool later)
{
	return stamp != here ? stamp > here : later;
}

/* The stamps of a record. */
static void set_stamps(mclmr_entry_t *entry, const mclmr_record_t *record)
{
	entry->stamp = record->stamp;
	entry->registered = record->registered;
	entry->bound = record->bound;
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
	set_stamps(same, record);
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
	set_stamps(same, record);
	mclmr_journal_ended(store, same, stamp);
	return true;
}

/* Adds the bindings of a record that have not ended, the oldest first; false:
 * no memory. */
static bool add_bindings(mclmr_bindings_t *store, mclmr_entry_t *entry,
		const mclmr_record_t *record, int64_t now)
{
	for(size_t i = record->n; i > 0; i--) {
		if(record->binding[i - 1].expires > now
				&& !mclmr_bound_add(store, entry, &record->binding[i - 1]))
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
	set_stamps(fresh, record);
	fresh->load = store->journal->load;
	mclmr_entry_place(store, fresh, now);
	mclmr_entry_wait(store, fresh);
	return true;
}

/* Takes a record over in the place of what is here. */
static bool merge_all(mclmr_bindings_t *store, mclmr_entry_t *same,
		const mclmr_record_t *record, int64_t now)
{
	int64_t taker;

	if(record->ended || record->expires <= now)
		return merge_end(store, same, record, now);
	taker = find_taker(store, same, record);
	return taker != 0 ? merge_taken(store, same, record, taker, now)
					  : merge_live(store, record, now);
}

/* Puts the bindings of another record into a registration; those of one that
 * has ended are none. */
static void mix_bindings(mclmr_record_t *mixed, const mclmr_record_t *other)
{
	if(!other->ended) {
		mixed->n = other->n;
		memcpy(mixed->binding, other->binding, sizeof(mixed->binding));
	}
	mixed->bound = other->bound;
}

/* Takes over what is later of a record; of the rest this node tells the others,
 * in a change that is the same on each of them. */
static bool merge_half(mclmr_bindings_t *store, mclmr_entry_t *same,
		const mclmr_record_t *record, bool registered, bool bound, int64_t now)
{
	mclmr_record_t own, mixed;

	mclmr_journal_record(same, &own);
	mixed = registered ? *record : own;
	if(registered != bound)
		mix_bindings(&mixed, registered ? &own : record);
	mixed.set.key[0] = record->set.key[0];
	mixed.stamp = 1 + (own.stamp > record->stamp ? own.stamp : record->stamp);
	if(!merge_all(store, same, &mixed, now))
		return false;
	mclmr_journal_add(store, mclmr_journal_find(store, record->set.key[0]));
	return true;
}

/* The record with the stamps of its halves, which are its own by default. */
static mclmr_record_t with_stamps(const mclmr_record_t *record)
{
	mclmr_record_t copy = *record;

	if(copy.registered == 0)
		copy.registered = copy.stamp;
	if(copy.bound == 0)
		copy.bound = copy.stamp;
	return copy;
}

bool mclmr_bindings_merge(
		mclmr_bindings_t *store, const mclmr_record_t *told, int64_t now)
{
	const mclmr_record_t record = with_stamps(told);
	mclmr_entry_t *same = mclmr_journal_find(store, record.set.key[0]);
	bool later, registered, bound;

	if(same == NULL)
		return merge_all(store, NULL, &record, now);
	later = record.stamp > same->stamp;
	registered = is_later(record.registered, same->registered, later);
	bound = is_later(record.bound, same->bound, later);
	if(record.stamp == same->stamp)
		same->load = store->journal->load;
	if(later && registered && bound)
		return merge_all(store, same, &record, now);
	return (!later && !registered && !bound)
		   || merge_half(store, same, &record, registered, bound, now);
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
