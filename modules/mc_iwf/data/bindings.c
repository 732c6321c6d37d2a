/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations of IMS cores in shared memory. */
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "core/dprint.h"
#include "core/timer.h"

#include "mc_common/store.h"
#include "mc_iwf/config.h"
#include "mclmr/sip/uri.h"
#include "bindings.h"
#include "memory.h"

#define MOST_A_SECOND 2000 /* registrations that end: the lock is held */
#define LOOK 2000		   /* places that are looked at: the same */

static mc_store_t store;

/* Frees the content, as the store calls it. */
static void release(void *content)
{
	mclmr_bindings_free(content);
}

/* Once a second, in the timer's process. */
static void expire(unsigned int ticks, void *none)
{
	mclmr_bindings_t *bindings = mc_store_write(&store);

	(void)ticks, (void)none;
	(void)mclmr_bindings_expire(bindings, time(NULL), MOST_A_SECOND);
	mc_store_write_end(&store);
}

int64_t iwf_bindings_clock(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

/* An empty store; NULL: no memory. */
static mclmr_bindings_t *new_bindings(void)
{
	mclmr_bindings_t *made =
			mclmr_bindings_new(mc_store_allocator(), time(NULL));

	if(made == NULL || !iwf_config.keep_bindings
			|| mclmr_bindings_keep_journal(made, iwf_bindings_clock))
		return made;
	mclmr_bindings_free(made);
	return NULL;
}

int iwf_bindings_init(void)
{
	mclmr_bindings_t *bindings;

	if(iwf_config.registrations == IWF_REGISTRATIONS_USRLOC)
		return 0;
	bindings = new_bindings();
	if(bindings == NULL || !mc_store_init(&store, release)) {
		mclmr_bindings_free(bindings);
		LM_ERR("no shared memory for bindings\n");
		return -1;
	}
	mc_store_replace(&store, bindings);
	if(register_timer(expire, NULL, 1) >= 0)
		return 0;
	LM_ERR("no timer for bindings\n");
	return -1;
}

void iwf_bindings_destroy(void)
{
	mc_store_destroy(&store);
}

const mclmr_bindings_t *iwf_bindings_read(void)
{
	return store.shared != NULL ? mc_store_read(&store) : NULL;
}

void iwf_bindings_read_end(void)
{
	if(store.shared != NULL)
		mc_store_read_end(&store);
}

/* True if there is memory for one more, or none is needed. Messages need the
 * rest of it more than a new user does. */
static bool has_room(const mclmr_span_t impu_key)
{
	const mclmr_bindings_t *bindings = iwf_bindings_read();
	bool known = mclmr_bindings_find(bindings, impu_key, time(NULL)) != NULL;

	iwf_bindings_read_end();
	return known || iwf_memory_is_left();
}

bool iwf_bindings_put(const mclmr_third_party_t *registration)
{
	int64_t now = time(NULL);
	const mclmr_registration_row_t row = {.set = &registration->set,
			.scscf = registration->scscf,
			.expires = now + registration->expires};
	mclmr_bindings_t *bindings;
	bool done = true;

	if(store.shared == NULL)
		return false;
	if(!has_room(registration->impu))
		return registration->expires == 0; /* there is nothing to end */
	bindings = mc_store_write(&store);
	if(registration->expires > 0)
		done = mclmr_bindings_register(bindings, &row, now);
	else
		(void)mclmr_bindings_end(bindings, registration->impu,
				now + iwf_config.dereg_grace, now);
	mc_store_write_end(&store);
	return done;
}

mclmr_binding_fate_t iwf_bindings_bind(
		mclmr_span_t impu_key, const mclmr_binding_t *binding)
{
	mclmr_binding_fate_t fate;

	if(store.shared == NULL)
		return MCLMR_BINDING_UNREGISTERED;
	if(!iwf_memory_is_left())
		return MCLMR_BINDING_NO_MEMORY;
	fate = mclmr_bindings_bind(mc_store_write(&store), impu_key, binding,
			iwf_config.rebind, time(NULL));
	mc_store_write_end(&store);
	return fate;
}

void iwf_bindings_unbind(mclmr_span_t impu_key, const mclmr_binding_t *binding)
{
	if(store.shared == NULL)
		return;
	(void)mclmr_bindings_unbind(mc_store_write(&store), impu_key, binding);
	mc_store_write_end(&store);
}

/* Copies a binding, which stands alone then. */
static bool copy_binding(const mclmr_binding_t *binding, mclmr_arena_t *arena,
		mclmr_binding_t *copied)
{
	*copied = *binding;
	copied->next = NULL;
	return mclmr_arena_copy(arena, binding->mc_key, &copied->mc_key)
		   && mclmr_arena_copy(arena, binding->client_id, &copied->client_id)
		   && mclmr_arena_copy(arena, binding->etag, &copied->etag);
}

/* The registration of an identity by its key. */
static const mclmr_registration_t *find_key(
		const mclmr_bindings_t *bindings, mclmr_span_t key)
{
	return bindings != NULL ? mclmr_bindings_find(bindings, key, time(NULL))
							: NULL;
}

bool iwf_bindings_published(mclmr_span_t impu_key, mclmr_span_t etag,
		mclmr_arena_t *arena, mclmr_binding_t *found)
{
	const mclmr_registration_t *registration =
			find_key(iwf_bindings_read(), impu_key);
	const mclmr_binding_t *published = NULL;
	bool copied;

	if(registration != NULL)
		published =
				mclmr_registration_published(registration, etag, time(NULL));
	copied = published != NULL && copy_binding(published, arena, found);
	iwf_bindings_read_end();
	return copied;
}

bool iwf_bindings_has_id(mclmr_span_t impu_key)
{
	const mclmr_registration_t *registration =
			find_key(iwf_bindings_read(), impu_key);
	bool found = registration != NULL
				 && mclmr_registration_has_id(registration, time(NULL));

	iwf_bindings_read_end();
	return found;
}

/* The registration of a URI in the store. */
static const mclmr_registration_t *find(
		const mclmr_bindings_t *bindings, mclmr_span_t uri)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	return mclmr_uri_key_in(uri, &room, &key) ? find_key(bindings, key) : NULL;
}

bool iwf_bindings_has(mclmr_span_t uri)
{
	bool found = find(iwf_bindings_read(), uri) != NULL;

	iwf_bindings_read_end();
	return found;
}

bool iwf_bindings_binds(
		mclmr_span_t uri, mclmr_service_t service, mclmr_span_t mc_id)
{
	const mclmr_registration_t *registration = find(iwf_bindings_read(), uri);
	mclmr_uri_room_t room;
	mclmr_span_t key;
	bool bound =
			registration != NULL && mclmr_uri_key_in(mc_id, &room, &key)
			&& mclmr_registration_binds(registration, service, key, time(NULL));

	iwf_bindings_read_end();
	return bound;
}

/* Copies a registration. */
static bool copy(const mclmr_registration_t *registration, mclmr_arena_t *arena,
		mclmr_implicit_set_t *set, mclmr_span_t *scscf)
{
	memset(set, 0, sizeof(*set));
	for(size_t i = 0; i < registration->n; i++) {
		if(!mclmr_arena_copy(arena, registration->key[i], &set->key[i]))
			return false;
	}
	set->n = registration->n;
	return mclmr_arena_copy(arena, registration->scscf, scscf);
}

bool iwf_bindings_find(mclmr_span_t uri, mclmr_arena_t *arena,
		mclmr_implicit_set_t *set, mclmr_span_t *scscf)
{
	const mclmr_registration_t *found = find(iwf_bindings_read(), uri);
	bool copied = found != NULL && copy(found, arena, set, scscf);

	iwf_bindings_read_end();
	return copied;
}

/* Copies a binding, before others; false: the arena is full. */
static bool add_copy(const mclmr_binding_t *binding, mclmr_arena_t *arena,
		const mclmr_binding_t **first)
{
	mclmr_binding_t *copied = mclmr_arena_alloc(arena, sizeof(*copied));

	if(copied == NULL || !copy_binding(binding, arena, copied))
		return false;
	copied->next = *first;
	*first = copied;
	return true;
}

bool iwf_bindings_bound(mclmr_span_t impu_key, mclmr_arena_t *arena,
		const mclmr_binding_t **first)
{
	int64_t now = time(NULL);
	const mclmr_registration_t *found = find(iwf_bindings_read(), impu_key);
	const mclmr_binding_t *at = found != NULL ? found->binding : NULL;
	bool copied = true;

	*first = NULL;
	for(; copied && at != NULL; at = at->next) {
		if(at->expires > now)
			copied = add_copy(at, arena, first);
	}
	iwf_bindings_read_end();
	return copied;
}

bool iwf_bindings_find_id(mclmr_service_t service, mclmr_span_t mc_id,
		mclmr_arena_t *arena, mclmr_span_t *impu)
{
	const mclmr_bindings_t *bindings = iwf_bindings_read();
	const mclmr_registration_t *found = NULL;
	mclmr_uri_room_t room;
	mclmr_span_t key;
	bool copied;

	if(bindings != NULL && mclmr_uri_key_in(mc_id, &room, &key))
		found = mclmr_bindings_find_id(bindings, service, key, time(NULL));
	copied = found != NULL && mclmr_arena_copy(arena, found->key[0], impu);
	iwf_bindings_read_end();
	return copied;
}

void iwf_bindings_unsaved(mclmr_journal_take_f take, void *data)
{
	mclmr_bindings_unsaved(iwf_bindings_read(), take, data);
	iwf_bindings_read_end();
}

void iwf_bindings_saved(const iwf_saved_t *saved, size_t n)
{
	mclmr_bindings_t *bindings = mc_store_write(&store);

	for(size_t i = 0; i < n; i++)
		mclmr_bindings_saved(bindings, saved[i].impu, saved[i].stamp);
	mc_store_write_end(&store);
}

bool iwf_bindings_merge(const mclmr_record_t *record)
{
	bool merged;

	if(!record->ended && !has_room(record->set.key[0]))
		return false;
	merged = mclmr_bindings_merge(mc_store_write(&store), record, time(NULL));
	mc_store_write_end(&store);
	return merged;
}

void iwf_bindings_load_begin(void)
{
	mclmr_bindings_load_begin(mc_store_write(&store));
	mc_store_write_end(&store);
}

size_t iwf_bindings_load_end(size_t place)
{
	size_t next = mclmr_bindings_load_end(mc_store_write(&store), place, LOOK);

	mc_store_write_end(&store);
	return next;
}

size_t iwf_bindings_count_unsaved(void)
{
	const mclmr_bindings_t *bindings = iwf_bindings_read();
	size_t n = bindings != NULL ? mclmr_bindings_count_unsaved(bindings) : 0;

	iwf_bindings_read_end();
	return n;
}

mclmr_bindings_counts_t iwf_bindings_count(void)
{
	mclmr_bindings_counts_t counts = {0};
	const mclmr_bindings_t *bindings = iwf_bindings_read();

	if(bindings != NULL)
		counts = mclmr_bindings_count(bindings);
	iwf_bindings_read_end();
	return counts;
}
