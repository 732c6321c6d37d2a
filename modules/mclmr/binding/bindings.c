/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations and bindings in hash tables, a list and a wheel. */
#include <string.h>

#include "bindings_inside.h"

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
	mclmr_pool_free(store->pool);
	mclmr_table_free(allocator, &store->identities);
	mclmr_table_free(allocator, &store->ids);
	allocator->release(store);
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

const mclmr_registration_t *mclmr_bindings_find(
		const mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t now)
{
	const mclmr_entry_t *entry = mclmr_entry_find_live(store, impu_key, now);

	return entry != NULL ? &entry->registration : NULL;
}

void mclmr_entry_wait(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	int64_t first = entry->registration.expires;

	for(const mclmr_bound_t *bound = mclmr_bound_first(entry); bound != NULL;
			bound = mclmr_bound_next(bound)) {
		if(bound->binding.expires < first)
			first = bound->binding.expires;
	}
	mclmr_wheel_put(&store->wheel, &entry->ends, first);
}

/* Ends a registration with all that it has. */
static void drop(mclmr_bindings_t *store, mclmr_entry_t *entry)
{
	(void)mclmr_bound_drop(store, entry, mclmr_bound_any, NULL);
	for(size_t i = 0; i < entry->registration.n; i++)
		mclmr_table_remove(&store->identities, &entry->identity[i].link);
	mclmr_wheel_take(&entry->ends);
	store->registrations--;
	mclmr_pool_release(store->pool, entry);
}

/* Puts a new registration in the place of all that have an identity of it. */
static void put_in_place(mclmr_bindings_t *store, mclmr_entry_t *fresh)
{
	const mclmr_registration_t *registration = &fresh->registration;

	for(size_t i = 0; i < registration->n; i++) {
		mclmr_entry_t *other = mclmr_entry_find(store, registration->key[i]);

		if(other != NULL)
			drop(store, other);
	}
	for(size_t i = 0; i < registration->n; i++)
		mclmr_table_insert(
				store->allocator, &store->identities, &fresh->identity[i].link);
	store->registrations++;
}

bool mclmr_bindings_register(mclmr_bindings_t *store,
		const mclmr_registration_row_t *row, int64_t now)
{
	mclmr_entry_t *entry = mclmr_entry_find_live(store, row->set->key[0], now);
	mclmr_entry_t *fresh;

	if(entry != NULL && mclmr_entry_is(entry, row)) {
		entry->registration.expires = row->expires;
		mclmr_entry_wait(store, entry);
		return true;
	}
	fresh = mclmr_entry_new(store->pool, row);
	if(fresh == NULL)
		return false;
	if(entry != NULL)
		mclmr_bound_move(entry, fresh);
	put_in_place(store, fresh);
	mclmr_entry_wait(store, fresh);
	return true;
}

bool mclmr_bindings_end(mclmr_bindings_t *store, mclmr_span_t impu_key,
		int64_t when, int64_t now)
{
	mclmr_entry_t *entry = mclmr_entry_find_live(store, impu_key, now);

	if(entry == NULL)
		return false;
	if(when <= now)
		drop(store, entry);
	else if(when < entry->registration.expires) {
		entry->registration.expires = when;
		mclmr_entry_wait(store, entry);
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

/* A registration has ended, or a binding of it. */
static void expire(void *data, mclmr_wheel_node_t *node)
{
	const tick_t *tick = data;
	mclmr_entry_t *entry = MCLMR_NODE_OF(mclmr_entry_t, ends, node);

	if(entry->registration.expires <= tick->now) {
		drop(tick->store, entry);
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
