/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations and bindings in hash tables, a list and a wheel. */
#include <string.h>

#include "bindings_inside.h"
#include "journal.h"

#define EXPECTED 1024 /* the tables grow */

static uint64_t hash_identity(uint64_t seed, const mclmr_link_t *link)
{
	return mclmr_table_hash(
			seed, MCLMR_NODE_OF(mclmr_registered_id_t, link, link)->key);
}

static uint64_t hash_id(uint64_t seed, const mclmr_link_t *link)
{
	return mclmr_table_hash(
			seed, MCLMR_NODE_OF(mclmr_bound_t, link, link)->binding.mc_key);
}

mclmr_bindings_t *mclmr_bindings_new(
		const mclmr_allocator_t *allocator, int64_t now)
{
	mclmr_bindings_t *store = allocator->alloc(sizeof(*store));

	if(store == NULL)
		return NULL;
	memset(store, 0, sizeof(*store));
	store->allocator = allocator;
	mclmr_wheel_init(&store->wheel, now);
	store->pool = mclmr_pool_new(allocator);
	if(store->pool != NULL
			&& mclmr_table_init(
					allocator, &store->identities, hash_identity, EXPECTED)
			&& mclmr_table_init(allocator, &store->ids, hash_id, EXPECTED))
		return store;
	mclmr_bindings_free(store);
	return NULL;
}

void mclmr_bindings_free(mclmr_bindings_t *store)
{
	const mclmr_allocator_t *allocator;

	if(store == NULL)
		return;
	allocator = store->allocator;
	mclmr_journal_free(store);
	mclmr_pool_free(store->pool);
	mclmr_table_free(allocator, &store->identities);
	mclmr_table_free(allocator, &store->ids);
	allocator->release(store);
}

const mclmr_registration_t *mclmr_bindings_find(
		const mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t now)
{
	const mclmr_entry_t *entry = mclmr_entry_find_live(store, impu_key, now);

	return entry != NULL ? &entry->registration : NULL;
}

bool mclmr_bindings_register(mclmr_bindings_t *store,
		const mclmr_registration_row_t *row, int64_t now)
{
	mclmr_entry_t *entry = mclmr_entry_find_live(store, row->set->key[0], now);
	mclmr_entry_t *fresh;
	int64_t stamp, bound = 0;

	if(entry != NULL && mclmr_entry_is(entry, row)) {
		entry->registration.expires = row->expires;
		mclmr_entry_wait(store, entry);
		mclmr_journal_registered(store, entry);
		return true;
	}
	fresh = mclmr_entry_new(store->pool, row);
	if(fresh == NULL)
		return false;
	if(entry != NULL) {
		if(mclmr_span_equal(entry->identity[0].key, row->set->key[0]))
			bound = entry->bound;
		mclmr_bound_move(entry, fresh);
	}
	stamp = mclmr_journal_stamp(store, row->set->key[0]);
	mclmr_entry_place(store, fresh, now);
	mclmr_entry_wait(store, fresh);
	fresh->stamp = stamp;
	mclmr_journal_registered(store, fresh);
	fresh->bound = bound != 0 ? bound : fresh->stamp;
	return true;
}

/* Notes the end of a registration that is not here: other nodes may have it. */
static void end_elsewhere(
		mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t now)
{
	const mclmr_implicit_set_t set = {.n = 1, .key = {impu_key}};
	const mclmr_registration_row_t row = {.set = &set};
	mclmr_entry_t *entry;
	int64_t stamp, until = 0;

	if(store->journal == NULL)
		return;
	stamp = mclmr_journal_stamp(store, impu_key);
	entry = mclmr_journal_find(store, impu_key);
	if(entry != NULL) {
		until = entry->buried;
		mclmr_entry_drop(store, entry);
	}
	entry = mclmr_entry_new(store->pool, &row);
	if(entry == NULL)
		return;
	entry->stamp = stamp;
	mclmr_journal_bury(store, entry, mclmr_journal_until(until, now));
	mclmr_journal_ended(store, entry, 0);
}

bool mclmr_bindings_end(mclmr_bindings_t *store, mclmr_span_t impu_key,
		int64_t when, int64_t now)
{
	mclmr_entry_t *entry = mclmr_entry_find_live(store, impu_key, now);

	if(entry == NULL) {
		if(when <= now)
			end_elsewhere(store, impu_key, now);
		return false;
	}
	if(when <= now)
		mclmr_entry_end(store, entry, now, 0);
	else if(when < entry->registration.expires) {
		entry->registration.expires = when;
		mclmr_entry_wait(store, entry);
		mclmr_journal_registered(store, entry);
	}
	return true;
}

/* Tells of the registrations whose first identity is in a chain, which may end
 * meanwhile; false if that is enough. */
static bool visit_chain(
		const mclmr_link_t *link, mclmr_bindings_visit_t visit, void *data)
{
	bool go_on = true;

	for(; link != NULL; link = link->next) {
		const mclmr_registered_id_t *identity =
				MCLMR_NODE_OF(mclmr_registered_id_t, link, link);

		if(identity == identity->of->identity
				&& !visit(data, &identity->of->registration))
			go_on = false;
	}
	return go_on;
}

size_t mclmr_bindings_walk(const mclmr_bindings_t *store, size_t place,
		size_t most, mclmr_bindings_visit_t visit, void *data)
{
	const mclmr_table_t *table = &store->identities;
	bool go_on = true;

	for(size_t i = 0; i < most && go_on; i++) {
		go_on = visit_chain(mclmr_table_chain_at(table, place % table->buckets),
				visit, data);
		place = mclmr_table_next(table, place);
		if(place == 0)
			break;
	}
	return place;
}

/* What one second needs to know. */
typedef struct tick
{
	mclmr_bindings_t *store;
	int64_t now;
} tick_t;

/* What other nodes still have to be told does not end unsaid. It is no change:
 * one of them may have had it refreshed. */
static void end_by_itself(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t now)
{
	if(entry->unsaved && entry->buried == 0)
		mclmr_entry_bury(store, entry, now + MCLMR_GRAVE_SECONDS);
	else
		mclmr_entry_drop(store, entry);
}

/* A registration has ended, or a binding of it. */
static void expire(void *data, mclmr_wheel_node_t *node)
{
	const tick_t *tick = data;
	mclmr_entry_t *entry = MCLMR_NODE_OF(mclmr_entry_t, ends, node);

	if(entry->buried > tick->now) {
		mclmr_entry_wait(tick->store, entry);
		return;
	}
	if(entry->registration.expires <= tick->now) {
		end_by_itself(tick->store, entry, tick->now);
		return;
	}
	(void)mclmr_bound_drop(tick->store, entry, mclmr_bound_ended, &tick->now);
	mclmr_entry_wait(tick->store, entry);
}

size_t mclmr_bindings_expire(mclmr_bindings_t *store, int64_t now, size_t most)
{
	tick_t tick = {store, now};

	return mclmr_wheel_turn(&store->wheel, now, most, expire, &tick);
}

mclmr_bindings_counts_t mclmr_bindings_count(const mclmr_bindings_t *store)
{
	return (mclmr_bindings_counts_t){.registrations = store->registrations,
			.bindings = store->ids.n,
			.octets = sizeof(*store) + mclmr_pool_octets(store->pool)
					  + mclmr_table_octets(&store->identities)
					  + mclmr_table_octets(&store->ids)};
}
