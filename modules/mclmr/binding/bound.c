/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The bindings of a registration: making them, and ending them. */
#include <string.h>

#include "bindings_inside.h"

mclmr_bound_t *mclmr_bound_first(const mclmr_entry_t *entry)
{
	return (mclmr_bound_t *)(uintptr_t)entry->registration.binding;
}

mclmr_bound_t *mclmr_bound_next(const mclmr_bound_t *bound)
{
	return (mclmr_bound_t *)(uintptr_t)bound->binding.next;
}

/* Frees a binding that its registration does not lead to any more. */
static void free_bound(mclmr_bindings_t *store, mclmr_bound_t *bound)
{
	if(bound->binding.mc_key.len > 0)
		mclmr_table_remove(&store->ids, &bound->link);
	mclmr_pool_release(store->pool, bound);
}

size_t mclmr_bound_drop(mclmr_bindings_t *store, mclmr_entry_t *entry,
		mclmr_bound_choice_t is_meant, const void *data)
{
	const mclmr_binding_t **at = &entry->registration.binding;
	size_t n = 0;

	while(*at != NULL) {
		mclmr_bound_t *bound = (mclmr_bound_t *)(uintptr_t)*at;

		if(is_meant(bound, data)) {
			*at = bound->binding.next;
			free_bound(store, bound);
			n++;
		} else
			at = &bound->binding.next;
	}
	return n;
}

bool mclmr_bound_any(const mclmr_bound_t *bound, const void *data)
{
	(void)bound, (void)data;
	return true;
}

bool mclmr_bound_ended(const mclmr_bound_t *bound, const void *now)
{
	return bound->binding.expires <= *(const int64_t *)now;
}

void mclmr_bound_move(mclmr_entry_t *from, mclmr_entry_t *to)
{
	to->registration.binding = from->registration.binding;
	from->registration.binding = NULL;
	for(mclmr_bound_t *bound = mclmr_bound_first(to); bound != NULL;
			bound = mclmr_bound_next(bound))
		bound->of = to;
}

/* The same ID of the same service. */
static bool has_id(const mclmr_bound_t *bound, const void *row)
{
	const mclmr_binding_t *wanted = row;

	return bound->binding.service == wanted->service
		   && mclmr_span_equal(bound->binding.mc_key, wanted->mc_key);
}

/* A binding of this ID under another registration, which has not ended. */
static mclmr_bound_t *find_elsewhere(const mclmr_bindings_t *store,
		const mclmr_binding_t *row, const mclmr_entry_t *here, int64_t now)
{
	const mclmr_link_t *link = mclmr_table_chain(
			&store->ids, mclmr_table_hash(store->ids.seed, row->mc_key));

	for(; link != NULL; link = link->next) {
		mclmr_bound_t *bound = MCLMR_NODE_OF(mclmr_bound_t, link, link);

		if(bound->of != here && has_id(bound, row)
				&& bound->binding.expires > now
				&& bound->of->registration.expires > now)
			return bound;
	}
	return NULL;
}

const mclmr_registration_t *mclmr_bindings_find_id(
		const mclmr_bindings_t *store, mclmr_service_t service,
		mclmr_span_t mc_key, int64_t now)
{
	const mclmr_binding_t row = {.service = service, .mc_key = mc_key};
	const mclmr_registration_t *last = NULL;
	const mclmr_link_t *link = mclmr_table_chain(
			&store->ids, mclmr_table_hash(store->ids.seed, mc_key));

	for(; link != NULL; link = link->next) {
		const mclmr_bound_t *bound = MCLMR_NODE_OF(mclmr_bound_t, link, link);
		const mclmr_registration_t *of = &bound->of->registration;

		if(has_id(bound, &row) && bound->binding.expires > now
				&& of->expires > (last != NULL ? last->expires : now))
			last = of;
	}
	return last;
}

/* The same client, service and origin. */
static bool has_client(const mclmr_bound_t *bound, const void *row)
{
	const mclmr_binding_t *wanted = row;

	return bound->binding.service == wanted->service
		   && bound->binding.origin == wanted->origin
		   && mclmr_span_equal(bound->binding.client_id, wanted->client_id);
}

/* True for what ends when there is this binding: what the client had, and an ID
 * that the same client has proven of another user, by whatever origin. */
static bool gives_way(const mclmr_bound_t *bound, const void *row)
{
	const mclmr_binding_t *wanted = row, *had = &bound->binding;

	return has_client(bound, row)
		   || (had->service == wanted->service && had->mc_key.len > 0
				   && wanted->mc_key.len > 0 && wanted->client_id.len > 0
				   && mclmr_span_equal_nocase(had->client_id, wanted->client_id)
				   && !mclmr_span_equal(had->mc_key, wanted->mc_key));
}

/* True if a registration has room for this binding, in the place of what gives
 * way. */
static bool has_room(const mclmr_entry_t *entry, const mclmr_binding_t *row)
{
	size_t n = 0;

	for(const mclmr_bound_t *bound = mclmr_bound_first(entry); bound != NULL;
			bound = mclmr_bound_next(bound)) {
		if(gives_way(bound, row))
			return true;
		n++;
	}
	return n < MCLMR_MAX_BINDINGS;
}

/* The oldest binding of the same ID that would not end by itself, as one of a
 * client that is gone; NULL: there is none. */
static const mclmr_bound_t *find_oldest(
		const mclmr_entry_t *entry, const mclmr_binding_t *row)
{
	const mclmr_bound_t *oldest = NULL;

	for(const mclmr_bound_t *bound = mclmr_bound_first(entry); bound != NULL;
			bound = mclmr_bound_next(bound)) {
		if(bound->binding.origin == MCLMR_BOUND_BY_REGISTER
				&& has_id(bound, row))
			oldest = bound;
	}
	return oldest;
}

static bool is_this(const mclmr_bound_t *bound, const void *other)
{
	return bound == other;
}

/* A binding in one block; NULL: no memory. */
static mclmr_bound_t *make_bound(
		mclmr_bindings_t *store, const mclmr_binding_t *row)
{
	mclmr_bound_t *bound = mclmr_pool_alloc(
			store->pool, sizeof(*bound) + row->mc_key.len + row->client_id.len
								 + row->etag.len);
	char *end;

	if(bound == NULL)
		return NULL;
	end = (char *)(bound + 1);
	*bound = (mclmr_bound_t){.binding = *row};
	bound->binding.mc_key = mclmr_entry_text(&end, row->mc_key);
	bound->binding.client_id = mclmr_entry_text(&end, row->client_id);
	bound->binding.etag = mclmr_entry_text(&end, row->etag);
	return bound;
}

/* Adds a binding to a registration. */
static void add_bound(
		mclmr_bindings_t *store, mclmr_entry_t *entry, mclmr_bound_t *bound)
{
	bound->of = entry;
	bound->binding.next = entry->registration.binding;
	entry->registration.binding = &bound->binding;
	if(bound->binding.mc_key.len > 0)
		mclmr_table_insert(store->allocator, &store->ids, &bound->link);
	mclmr_entry_wait(store, entry);
}

bool mclmr_bound_add(mclmr_bindings_t *store, mclmr_entry_t *entry,
		const mclmr_binding_t *row)
{
	mclmr_bound_t *bound = make_bound(store, row);

	if(bound != NULL)
		add_bound(store, entry, bound);
	return bound != NULL;
}

/* Has a row without an ID keep the one that the client has. */
static void keep_id(const mclmr_entry_t *entry, mclmr_binding_t *row)
{
	for(const mclmr_bound_t *bound = mclmr_bound_first(entry); bound != NULL;
			bound = mclmr_bound_next(bound)) {
		if(has_client(bound, row)) {
			row->mc_key = bound->binding.mc_key;
			row->latest = bound->binding.latest;
		}
	}
}

/* Puts a binding in the place of what gives way. */
static mclmr_binding_fate_t put_bound(mclmr_bindings_t *store,
		mclmr_entry_t *entry, const mclmr_binding_t *row)
{
	bool room = has_room(entry, row);
	const mclmr_bound_t *oldest = room ? NULL : find_oldest(entry, row);
	mclmr_bound_t *bound;

	if(!room && oldest == NULL)
		return MCLMR_BINDING_LIMIT;
	bound = make_bound(store, row);
	if(bound == NULL)
		return MCLMR_BINDING_NO_MEMORY;
	if(row->latest != 0 && row->latest < row->expires)
		bound->binding.expires = row->latest;
	/* The row may have its ID of one that is freed here. */
	(void)mclmr_bound_drop(store, entry, gives_way, &bound->binding);
	(void)mclmr_bound_drop(store, entry, is_this, oldest);
	add_bound(store, entry, bound);
	mclmr_journal_bound(store, entry);
	return MCLMR_BOUND;
}

/* The same for an ID that the client has not proven now. */
static mclmr_binding_fate_t put_without_id(mclmr_bindings_t *store,
		mclmr_entry_t *entry, const mclmr_binding_t *row)
{
	mclmr_binding_t kept = *row;

	keep_id(entry, &kept);
	return put_bound(store, entry, &kept);
}

/* Ends bindings of a registration; how many. */
static size_t unbind(mclmr_bindings_t *store, mclmr_entry_t *entry,
		mclmr_bound_choice_t is_meant, const void *data)
{
	size_t n = mclmr_bound_drop(store, entry, is_meant, data);

	if(n > 0)
		mclmr_journal_bound(store, entry);
	return n;
}

mclmr_binding_fate_t mclmr_bindings_bind(mclmr_bindings_t *store,
		mclmr_span_t impu_key, const mclmr_binding_t *row,
		mclmr_rebind_t rebind, int64_t now)
{
	mclmr_entry_t *entry = mclmr_entry_find_live(store, impu_key, now);
	mclmr_binding_fate_t fate;
	mclmr_bound_t *other;

	if(entry == NULL)
		return MCLMR_BINDING_UNREGISTERED;
	(void)mclmr_bound_drop(store, entry, mclmr_bound_ended, &now);
	if(row->mc_key.len == 0)
		return put_without_id(store, entry, row);
	if(rebind == MCLMR_REBIND_REFUSE
			&& find_elsewhere(store, row, entry, now) != NULL)
		return MCLMR_BINDING_TAKEN;
	fate = put_bound(store, entry, row);
	while(fate == MCLMR_BOUND && rebind == MCLMR_REBIND_REPLACE
			&& (other = find_elsewhere(store, row, entry, now)) != NULL)
		(void)unbind(store, other->of, has_id, row);
	return fate;
}

bool mclmr_bindings_unbind(mclmr_bindings_t *store, mclmr_span_t impu_key,
		const mclmr_binding_t *row)
{
	mclmr_entry_t *entry = mclmr_entry_find(store, impu_key);

	return entry != NULL && unbind(store, entry, has_client, row) > 0;
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

bool mclmr_registration_has_id(
		const mclmr_registration_t *registration, int64_t now)
{
	const mclmr_binding_t *binding = registration->binding;

	while(binding != NULL
			&& (binding->mc_key.len == 0 || binding->expires <= now))
		binding = binding->next;
	return binding != NULL;
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
