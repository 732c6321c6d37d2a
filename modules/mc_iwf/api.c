/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the module answers to other modules. */
#include <string.h>

#include "mc_iwf/data/bindings.h"
#include "mc_iwf/data/store.h"
#include "mc_iwf/message/registered.h"
#include "mc_iwf/message/registrar.h"
#include "mclmr/decide/member.h"
#include "api_bind.h"

/* Copies texts in place, so that they outlive the lock; false if the arena is
 * full. */
static bool copy_texts(
		mclmr_arena_t *arena, mclmr_span_t *const text[], size_t n)
{
	for(size_t i = 0; i < n; i++) {
		if(!mclmr_arena_copy(arena, *text[i], text[i]))
			return false;
	}
	return true;
}

/* A copy of a user's row. */
static bool copy_row(mclmr_arena_t *arena, mclmr_user_row_t *row)
{
	mclmr_span_t *const texts[] = {&row->mc_id, &row->impu, &row->client_id,
			&row->person, &row->organisation, &row->home};

	return copy_texts(arena, texts, sizeof(texts) / sizeof(texts[0]));
}

/* A copy of an LMR entry. */
static bool copy_entry(mclmr_arena_t *arena, const mclmr_lmr_entry_t *entry,
		mclmr_lmr_row_t *row)
{
	mclmr_span_t *const texts[] = {&row->kmf, &row->identity, &row->device};

	*row = (mclmr_lmr_row_t){.type = entry->type,
			.kmf = entry->kmf_key,
			.identity = entry->identity,
			.device = entry->device};
	return copy_texts(arena, texts, sizeof(texts) / sizeof(texts[0]));
}

/* A copy of a user with the entries of the person. */
static bool copy_user(
		mclmr_arena_t *arena, const mclmr_user_t *from, mc_iwf_user_t *user)
{
	const mclmr_person_t *person = from->of;

	user->row = from->row;
	user->entry =
			mclmr_arena_alloc(arena, person->entries * sizeof(user->entry[0]));
	if(user->entry == NULL || !copy_row(arena, &user->row))
		return false;
	for(size_t i = 0; i < person->entries; i++) {
		if(!copy_entry(arena, &person->entry[i], &user->entry[i]))
			return false;
	}
	user->entries = person->entries;
	return true;
}

/* who_is() under the lock. */
static mclmr_status_t find_user(const mclmr_directory_t *directory,
		mclmr_span_t uri, mclmr_service_t service, mclmr_arena_t *arena,
		mc_iwf_user_t *user)
{
	const mclmr_user_t *found;
	mclmr_status_t status = mclmr_member_find(directory, uri, service, &found);

	if(status != MCLMR_OK)
		return status;
	return copy_user(arena, found, user) ? MCLMR_OK : MCLMR_INTERNAL;
}

static mclmr_status_t who_is(mclmr_span_t uri, mclmr_service_t service,
		mclmr_arena_t *arena, mc_iwf_user_t *user)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_status_t status = MCLMR_INTERNAL;

	if(directory != NULL)
		status = find_user(directory, uri, service, arena, user);
	iwf_store_read_end();
	if(status != MCLMR_OK)
		memset(user, 0, sizeof(*user));
	return status;
}

static mclmr_status_t may_write(mclmr_span_t kmf, mclmr_span_t member,
		mclmr_service_t service, mclmr_lmr_type_t type)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_status_t status = MCLMR_INTERNAL;

	if(directory != NULL)
		status = mclmr_member_may_write(directory, kmf, member, service, type);
	iwf_store_read_end();
	return status;
}

/* The gateway of a partner as the one target. */
static bool copy_partner(mclmr_arena_t *arena, const mclmr_partner_t *partner,
		mc_iwf_targets_t *targets)
{
	targets->n = 1;
	targets->partner = true;
	targets->peer_set = partner->peer_set;
	return mclmr_arena_copy(arena, partner->psi, &targets->target[0].uri);
}

/* A user of ours: where to look for contacts. */
typedef struct home
{
	mclmr_span_t mc_id, impu; /* the latter may be empty */
} home_t;

static bool copy_home(
		mclmr_arena_t *arena, const mclmr_user_t *user, home_t *home)
{
	return mclmr_arena_copy(arena, user->row.mc_id, &home->mc_id)
		   && mclmr_arena_copy(arena, user->row.impu, &home->impu);
}

/* Who serves a user, under the lock: a partner fills in the target, a user of
 * ours *home. */
static mclmr_status_t find_home(const mclmr_directory_t *directory,
		mclmr_span_t uri, mclmr_service_t service, mclmr_arena_t *arena,
		home_t *home, mc_iwf_targets_t *targets)
{
	const mclmr_partner_t *partner;
	const mclmr_user_t *user;
	mclmr_status_t status =
			mclmr_member_home(directory, uri, service, &user, &partner);
	bool copied;

	if(status != MCLMR_OK)
		return status;
	copied = partner != NULL ? copy_partner(arena, partner, targets)
							 : copy_home(arena, user, home);
	return copied ? MCLMR_OK : MCLMR_INTERNAL;
}

/* The contacts of a user of ours. usrloc may wait for its database: it is asked
 * after the store's lock is given back. */
static mclmr_status_t find_contacts(const home_t *home, mclmr_service_t service,
		mclmr_span_t device, mclmr_arena_t *arena, mc_iwf_targets_t *targets)
{
	iwf_usrloc_wish_t wish = {.impu = home->impu,
			.service = service,
			.deliver = iwf_config.deliver,
			.device = device};

	if(home->impu.len == 0
			&& !iwf_bindings_find_id(service, home->mc_id, arena, &wish.impu))
		return MCLMR_TARGET_UNREGISTERED;
	if(iwf_registrar_is_unproven(wish.impu, service, home->mc_id))
		return MCLMR_TARGET_UNREGISTERED;
	if(!iwf_registrar_list(&wish, arena, targets))
		return MCLMR_INTERNAL;
	return targets->n > 0 ? MCLMR_OK : MCLMR_TARGET_UNREGISTERED;
}

static mclmr_status_t find_targets(mclmr_span_t uri, mclmr_service_t service,
		mclmr_span_t device, mclmr_arena_t *arena, mc_iwf_targets_t *targets)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_status_t status = MCLMR_INTERNAL;
	home_t home = {0};

	memset(targets, 0, sizeof(*targets));
	if(directory != NULL)
		status = find_home(directory, uri, service, arena, &home, targets);
	iwf_store_read_end();
	if(status == MCLMR_OK && !targets->partner)
		status = find_contacts(&home, service, device, arena, targets);
	if(status != MCLMR_OK)
		memset(targets, 0, sizeof(*targets));
	return status;
}

int iwf_api_bind(mc_iwf_api_t *api)
{
	if(api == NULL)
		return -1;
	api->who_is = who_is;
	api->may_write = may_write;
	api->targets = find_targets;
	api->on_registered = iwf_registered_listen;
	return 0;
}
