/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations and bindings in hash tables, a list and a wheel. */
#include <string.h>

#include "mclmr/base/pool.h"
#include "mclmr/base/table.h"
#include "bindings.h"
#include "wheel.h"

#define EXPECTED 1024 /* the tables grow */

typedef struct entry entry_t;

/* One identity of a registration. */
typedef struct identity
{
	mclmr_link_t link;
	entry_t *of;
	mclmr_span_t key; /* one of the registration's */
} identity_t;

/* A binding as it is kept, its texts after it. */
typedef struct bound
{
	mclmr_binding_t binding; /* first: next of it is a bound_t */
	mclmr_link_t link;
	entry_t *of;
} bound_t;

/* A registration as it is kept: after it identities, keys, texts. */
struct entry
{
	mclmr_registration_t registration;
	mclmr_wheel_node_t ends;
	entry_t *older, *newer;
	identity_t *identity;
};

struct mclmr_bindings
{
	const mclmr_allocator_t *allocator;
	mclmr_pool_t *pool;
	mclmr_table_t identities;
	mclmr_table_t ids; /* bindings by MC service ID */
	entry_t *oldest, *newest;
	size_t registrations;
	uint64_t last_number;
	mclmr_wheel_t wheel;
};

/* The bindings of a registration, to be changed. */
static bound_t *first_of(const entry_t *entry)
{
	return (bound_t *)(uintptr_t)entry->registration.binding;
}

static bound_t *next_of(const bound_t *bound)
{
	return (bound_t *)(uintptr_t)bound->binding.next;
}

static entry_t *entry_of(const mclmr_registration_t *registration)
{
	return (entry_t *)(uintptr_t)registration;
}

static uint64_t hash_identity(uint64_t seed, const mclmr_link_t *link)
{
	return mclmr_table_hash(seed, MCLMR_NODE_OF(identity_t, link, link)->key);
}

static uint64_t hash_id(uint64_t seed, const mclmr_link_t *link)
{
	return mclmr_table_hash(
			seed, MCLMR_NODE_OF(bound_t, link, link)->binding.mc_key);
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

/* The registration that has an identity, whether it has ended or not. */
static entry_t *find(const mclmr_bindings_t *store, mclmr_span_t key)
{
	const mclmr_link_t *link = mclmr_table_chain(
			&store->identities, mclmr_table_hash(store->identities.seed, key));

	for(; link != NULL; link = link->next) {
		const identity_t *identity = MCLMR_NODE_OF(identity_t, link, link);

		if(mclmr_span_equal(identity->key, key))
			return identity->of;
	}
	return NULL;
}

/* The same if it has not ended. */
static entry_t *find_live(
		const mclmr_bindings_t *store, mclmr_span_t key, int64_t now)
{
	entry_t *entry = find(store, key);

	return entry != NULL && entry->registration.expires > now ? entry : NULL;
}

const mclmr_registration_t *mclmr_bindings_find(
		const mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t now)
{
	const entry_t *entry = find_live(store, impu_key, now);

	return entry != NULL ? &entry->registration : NULL;
}

/* Has the wheel tell when the first thing of a registration ends. */
static void wait_for_end(mclmr_bindings_t *store, entry_t *entry)
{
	int64_t first = entry->registration.expires;

	for(const bound_t *bound = first_of(entry); bound != NULL;
			bound = next_of(bound)) {
		if(bound->binding.expires < first)
			first = bound->binding.expires;
	}
	mclmr_wheel_put(&store->wheel, &entry->ends, first);
}

/* Frees a binding that its registration does not lead to any more. */
static void free_bound(mclmr_bindings_t *store, bound_t *bound)
{
	if(bound->binding.mc_key.len > 0)
		mclmr_table_remove(&store->ids, &bound->link);
	mclmr_pool_release(store->pool, bound);
}

/* Which bindings are meant. */
typedef bool (*choice_t)(const bound_t *bound, const void *data);

/* Frees the bindings of a registration that are meant; how many. */
static size_t drop_bound(mclmr_bindings_t *store, entry_t *entry,
		choice_t is_meant, const void *data)
{
	const mclmr_binding_t **at = &entry->registration.binding;
	size_t n = 0;

	while(*at != NULL) {
		bound_t *bound = (bound_t *)(uintptr_t)*at;

		if(is_meant(bound, data)) {
			*at = bound->binding.next;
			free_bound(store, bound);
			n++;
		} else
			at = &bound->binding.next;
	}
	return n;
}

static bool is_any(const bound_t *bound, const void *data)
{
	(void)bound, (void)data;
	return true;
}

static bool has_ended(const bound_t *bound, const void *now)
{
	return bound->binding.expires <= *(const int64_t *)now;
}

/* Takes a registration out of the list of all. */
static void unlist(mclmr_bindings_t *store, const entry_t *entry)
{
	*(entry->older != NULL ? &entry->older->newer : &store->oldest) =
			entry->newer;
	*(entry->newer != NULL ? &entry->newer->older : &store->newest) =
			entry->older;
	store->registrations--;
}

/* Ends a registration with all that it has. */
static void drop(mclmr_bindings_t *store, entry_t *entry)
{
	(void)drop_bound(store, entry, is_any, NULL);
	for(size_t i = 0; i < entry->registration.n; i++)
		mclmr_table_remove(&store->identities, &entry->identity[i].link);
	mclmr_wheel_take(&entry->ends);
	unlist(store, entry);
	mclmr_pool_release(store->pool, entry);
}

/* Copies a text to *end, which moves on. */
static mclmr_span_t put_text(char **end, mclmr_span_t text)
{
	mclmr_span_t copy = {*end, text.len};

	if(text.len > 0)
		memcpy(*end, text.s, text.len);
	*end += text.len;
	return copy;
}

/* A registration in one block, which nothing leads to yet; NULL: no memory. */
static entry_t *make_entry(
		mclmr_bindings_t *store, const mclmr_registration_row_t *row)
{
	size_t n = row->set->n;
	size_t octets = sizeof(entry_t) + row->scscf.len
					+ n * (sizeof(identity_t) + sizeof(mclmr_span_t));
	mclmr_span_t *key;
	entry_t *entry;
	char *end;

	for(size_t i = 0; i < n; i++)
		octets += row->set->key[i].len;
	entry = mclmr_pool_alloc(store->pool, octets);
	if(entry == NULL)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	entry->identity = (identity_t *)(entry + 1);
	key = (mclmr_span_t *)(entry->identity + n);
	end = (char *)(key + n);
	for(size_t i = 0; i < n; i++) {
		key[i] = put_text(&end, row->set->key[i]);
		entry->identity[i] = (identity_t){.of = entry, .key = key[i]};
	}
	entry->registration = (mclmr_registration_t){.n = n,
			.key = key,
			.scscf = put_text(&end, row->scscf),
			.expires = row->expires};
	return entry;
}

/* Puts a registration at the end of the list of all. */
static void enlist(mclmr_bindings_t *store, entry_t *entry)
{
	entry->older = store->newest;
	entry->registration.number = ++store->last_number;
	*(entry->older != NULL ? &entry->older->newer : &store->oldest) = entry;
	store->newest = entry;
	store->registrations++;
}

/* Has the bindings of one registration belong to another one, which has none. */
static void move_bound(entry_t *from, entry_t *to)
{
	to->registration.binding = from->registration.binding;
	from->registration.binding = NULL;
	for(bound_t *bound = first_of(to); bound != NULL; bound = next_of(bound))
		bound->of = to;
}

/* True if a registration is as the row has it, but for its end. */
static bool is_same(const entry_t *entry, const mclmr_registration_row_t *row)
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

/* Puts a new registration in the place of all that have an identity of it. */
static void put_in_place(mclmr_bindings_t *store, entry_t *fresh)
{
	const mclmr_registration_t *registration = &fresh->registration;

	for(size_t i = 0; i < registration->n; i++) {
		entry_t *other = find(store, registration->key[i]);

		if(other != NULL)
			drop(store, other);
	}
	for(size_t i = 0; i < registration->n; i++)
		mclmr_table_insert(
				store->allocator, &store->identities, &fresh->identity[i].link);
	enlist(store, fresh);
}

bool mclmr_bindings_register(mclmr_bindings_t *store,
		const mclmr_registration_row_t *row, int64_t now)
{
	entry_t *entry = find_live(store, row->set->key[0], now);
	entry_t *fresh;

	if(entry != NULL && is_same(entry, row)) {
		entry->registration.expires = row->expires;
		wait_for_end(store, entry);
		return true;
	}
	fresh = make_entry(store, row);
	if(fresh == NULL)
		return false;
	if(entry != NULL)
		move_bound(entry, fresh);
	put_in_place(store, fresh);
	wait_for_end(store, fresh);
	return true;
}

bool mclmr_bindings_end(mclmr_bindings_t *store, mclmr_span_t impu_key,
		int64_t when, int64_t now)
{
	entry_t *entry = find_live(store, impu_key, now);

	if(entry == NULL)
		return false;
	if(when <= now)
		drop(store, entry);
	else if(when < entry->registration.expires) {
		entry->registration.expires = when;
		wait_for_end(store, entry);
	}
	return true;
}

/* The same ID of the same service. */
static bool has_id(const bound_t *bound, const void *row)
{
	const mclmr_binding_t *wanted = row;

	return bound->binding.service == wanted->service
		   && mclmr_span_equal(bound->binding.mc_key, wanted->mc_key);
}

/* A binding of this ID under another registration, which has not ended. */
static bound_t *find_elsewhere(const mclmr_bindings_t *store,
		const mclmr_binding_t *row, const entry_t *here, int64_t now)
{
	const mclmr_link_t *link = mclmr_table_chain(
			&store->ids, mclmr_table_hash(store->ids.seed, row->mc_key));

	for(; link != NULL; link = link->next) {
		bound_t *bound = MCLMR_NODE_OF(bound_t, link, link);

		if(bound->of != here && has_id(bound, row)
				&& bound->binding.expires > now
				&& bound->of->registration.expires > now)
			return bound;
	}
	return NULL;
}

/* The same client, service and origin. */
static bool has_client(const bound_t *bound, const void *row)
{
	const mclmr_binding_t *wanted = row;

	return bound->binding.service == wanted->service
		   && bound->binding.origin == wanted->origin
		   && mclmr_span_equal(bound->binding.client_id, wanted->client_id);
}

/* True if a registration has room for this binding, in the place of what the
 * client had. */
static bool has_room(const entry_t *entry, const mclmr_binding_t *row)
{
	size_t n = 0;

	for(const bound_t *bound = first_of(entry); bound != NULL;
			bound = next_of(bound)) {
		if(has_client(bound, row))
			return true;
		n++;
	}
	return n < MCLMR_MAX_BINDINGS;
}

/* A binding in one block; NULL: no memory. */
static bound_t *make_bound(mclmr_bindings_t *store, const mclmr_binding_t *row)
{
	bound_t *bound = mclmr_pool_alloc(
			store->pool, sizeof(*bound) + row->mc_key.len + row->client_id.len
								 + row->etag.len);
	char *end;

	if(bound == NULL)
		return NULL;
	end = (char *)(bound + 1);
	*bound = (bound_t){.binding = *row};
	bound->binding.mc_key = put_text(&end, row->mc_key);
	bound->binding.client_id = put_text(&end, row->client_id);
	bound->binding.etag = put_text(&end, row->etag);
	return bound;
}

/* Adds a binding to a registration. */
static void add_bound(mclmr_bindings_t *store, entry_t *entry, bound_t *bound)
{
	bound->of = entry;
	bound->binding.next = entry->registration.binding;
	entry->registration.binding = &bound->binding;
	if(bound->binding.mc_key.len > 0)
		mclmr_table_insert(store->allocator, &store->ids, &bound->link);
	wait_for_end(store, entry);
}

/* Has a row without an ID keep the one that the client has. */
static void keep_id(const entry_t *entry, mclmr_binding_t *row)
{
	for(const bound_t *bound = first_of(entry); bound != NULL;
			bound = next_of(bound)) {
		if(has_client(bound, row)) {
			row->mc_key = bound->binding.mc_key;
			row->latest = bound->binding.latest;
		}
	}
}

/* Puts a binding in the place of what the client had. */
static mclmr_binding_fate_t put_bound(
		mclmr_bindings_t *store, entry_t *entry, const mclmr_binding_t *row)
{
	bound_t *bound;

	if(!has_room(entry, row))
		return MCLMR_BINDING_LIMIT;
	bound = make_bound(store, row);
	if(bound == NULL)
		return MCLMR_BINDING_NO_MEMORY;
	if(row->latest != 0 && row->latest < row->expires)
		bound->binding.expires = row->latest;
	(void)drop_bound(store, entry, has_client, row);
	add_bound(store, entry, bound);
	return MCLMR_BOUND;
}

/* The same for an ID that the client has not proven now. */
static mclmr_binding_fate_t put_without_id(
		mclmr_bindings_t *store, entry_t *entry, const mclmr_binding_t *row)
{
	mclmr_binding_t kept = *row;

	keep_id(entry, &kept);
	return put_bound(store, entry, &kept);
}

mclmr_binding_fate_t mclmr_bindings_bind(mclmr_bindings_t *store,
		mclmr_span_t impu_key, const mclmr_binding_t *row,
		mclmr_rebind_t rebind, int64_t now)
{
	entry_t *entry = find_live(store, impu_key, now);
	mclmr_binding_fate_t fate;
	bound_t *other;

	if(entry == NULL)
		return MCLMR_BINDING_UNREGISTERED;
	(void)drop_bound(store, entry, has_ended, &now);
	if(row->mc_key.len == 0)
		return put_without_id(store, entry, row);
	if(rebind == MCLMR_REBIND_REFUSE
			&& find_elsewhere(store, row, entry, now) != NULL)
		return MCLMR_BINDING_TAKEN;
	fate = put_bound(store, entry, row);
	while(fate == MCLMR_BOUND && rebind == MCLMR_REBIND_REPLACE
			&& (other = find_elsewhere(store, row, entry, now)) != NULL)
		(void)drop_bound(store, other->of, has_id, row);
	return fate;
}

/* What one client has bound by one origin. */
static bool is_of_client(const bound_t *bound, const void *row)
{
	const mclmr_binding_t *wanted = row;

	return bound->binding.origin == wanted->origin
		   && mclmr_span_equal(bound->binding.client_id, wanted->client_id);
}

size_t mclmr_bindings_unbind(mclmr_bindings_t *store, mclmr_span_t impu_key,
		mclmr_span_t client_id, mclmr_binding_origin_t origin)
{
	const mclmr_binding_t wanted = {.origin = origin, .client_id = client_id};
	entry_t *entry = find(store, impu_key);

	return entry != NULL ? drop_bound(store, entry, is_of_client, &wanted) : 0;
}

bool mclmr_registration_binds(const mclmr_registration_t *registration,
		mclmr_service_t service, mclmr_span_t mc_key, int64_t now)
{
	const mclmr_binding_t *binding = registration->binding;

	for(; binding != NULL; binding = binding->next) {
		if(binding->service == service && binding->expires > now
				&& mclmr_span_equal(binding->mc_key, mc_key))
			return true;
	}
	return false;
}

const mclmr_binding_t *mclmr_registration_published(
		const mclmr_registration_t *registration, mclmr_span_t etag,
		int64_t now)
{
	const mclmr_binding_t *binding = registration->binding;

	while(binding != NULL
			&& (binding->expires <= now || etag.len == 0
					|| !mclmr_span_equal(binding->etag, etag)))
		binding = binding->next;
	return binding;
}

const mclmr_registration_t *mclmr_bindings_after(
		const mclmr_bindings_t *store, uint64_t number)
{
	const entry_t *entry = store->oldest;

	while(entry != NULL && entry->registration.number <= number)
		entry = entry->newer;
	return entry != NULL ? &entry->registration : NULL;
}

const mclmr_registration_t *mclmr_registration_next(
		const mclmr_registration_t *registration)
{
	const entry_t *entry = entry_of(registration)->newer;

	return entry != NULL ? &entry->registration : NULL;
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
	entry_t *entry = MCLMR_NODE_OF(entry_t, ends, node);

	if(entry->registration.expires <= tick->now) {
		drop(tick->store, entry);
		return;
	}
	(void)drop_bound(tick->store, entry, has_ended, &tick->now);
	wait_for_end(tick->store, entry);
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
