/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Other modules are told that a user has registered with a service. */
#include <string.h>

#include "core/parser/parse_cseq.h"
#include "core/parser/parse_to.h"
#include "core/pt.h"
#include "core/ut.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/bindings.h"
#include "mc_iwf/data/store.h"
#include "mclmr/sip/uri.h"
#include "registered.h"
#include "usrloc.h"

#define HDRS (HDR_TO_F | HDR_CALLID_F | HDR_CSEQ_F)
#define CALLID_MAX 255 /* what module registrar accepts */
#define MAX_USERS 8	   /* of one IMPU and service that are told of */
#define MEMORY ((MAX_USERS + 3) * MCLMR_URI_MAX)

/* Who is told; filled before any fork. */
static struct
{
	mc_iwf_registered_f told;
	void *data;
} listeners[IWF_REGISTERED_MAX];
static size_t n_listeners;

/* The REGISTER that this process has seen last. */
static struct
{
	mclmr_span_t impu, callid; /* in the texts; impu empty: none */
	unsigned cseq;
	char impu_text[MCLMR_URI_MAX];
	char callid_text[CALLID_MAX];
} seen;

/* Keeps a text; empty if it is too long. */
static mclmr_span_t keep(mclmr_span_t text, char *room, size_t size)
{
	if(text.len > size)
		return (mclmr_span_t){room, 0};
	if(text.len > 0)
		memcpy(room, text.s, text.len);
	return (mclmr_span_t){room, text.len};
}

void iwf_registered_expect(struct sip_msg *msg)
{
	seen.impu.len = 0;
	if(n_listeners == 0 || parse_headers(msg, HDRS, 0) < 0
			|| msg->callid == NULL || msg->cseq == NULL
			|| parse_to_header(msg) < 0
			|| str2int(&get_cseq(msg)->number, &seen.cseq) < 0)
		return;
	seen.callid = keep(mclmr_span_trim(mc_span(&msg->callid->body)),
			seen.callid_text, sizeof(seen.callid_text));
	seen.impu = keep(
			mc_span(&get_to(msg)->uri), seen.impu_text, sizeof(seen.impu_text));
}

/* The users of an IMPU and a service. */
typedef struct users
{
	size_t n;
	mclmr_span_t mc_id[MAX_USERS];
} users_t;

/* Copies the MC service IDs of an IMPU, under the lock. */
static void copy_users(const mclmr_user_t *user, mclmr_service_t service,
		mclmr_arena_t *arena, users_t *users)
{
	for(; user != NULL && users->n < MAX_USERS; user = user->next_impu) {
		if(user->row.service == service
				&& mclmr_arena_copy(
						arena, user->row.mc_id, &users->mc_id[users->n]))
			users->n++;
	}
}

/* The MC service IDs of an IMPU that has registered. */
static users_t find_users(
		mclmr_span_t impu, mclmr_service_t service, mclmr_arena_t *arena)
{
	const mclmr_directory_t *directory = iwf_store_read();
	users_t users = {0};
	mclmr_span_t key;

	if(directory != NULL && mclmr_uri_key(impu, arena, &key))
		copy_users(
				mclmr_directory_impu(directory, key), service, arena, &users);
	iwf_store_read_end();
	return users;
}

/* Tells all of one user. */
static void tell(const mc_iwf_registered_t *registered)
{
	for(size_t i = 0; i < n_listeners; i++)
		listeners[i].told(listeners[i].data, registered);
}

/* Tells of all users of a service. */
static void tell_service(
		mclmr_span_t impu, mclmr_service_t service, bool refreshed)
{
	char memory[MEMORY];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	users_t users = find_users(impu, service, &arena);

	for(size_t i = 0; i < users.n; i++) {
		const mc_iwf_registered_t registered = {.service = service,
				.mc_id = users.mc_id[i],
				.impu = impu,
				.refreshed = refreshed};

		tell(&registered);
	}
}

/* usrloc has saved a contact: that of the REGISTER that was seen, or one that
 * came in another way, of which the node where it registered has told. */
static void saved(const iwf_usrloc_saved_t *contact)
{
	mclmr_span_t services = contact->services;

	if(seen.impu.len == 0 || contact->cseq != seen.cseq
			|| !mclmr_span_equal(contact->callid, seen.callid)
			|| !iwf_usrloc_is_aor(contact->aor, seen.impu))
		return;
	while(services.len > 0) {
		mclmr_service_t service =
				mclmr_service_from_word(mclmr_span_cut(&services, ','));

		if(service != MCLMR_SERVICE_NONE)
			tell_service(seen.impu, service, contact->refreshed);
	}
}

/* Tells of all users that the data give the identities of a set. */
static void tell_identities(const mclmr_implicit_set_t *set, bool refreshed)
{
	for(size_t i = 0; i < set->n; i++) {
		for(int service = MCLMR_SERVICE_NONE + 1; service < MCLMR_SERVICE_COUNT;
				service++)
			tell_service(set->key[i], (mclmr_service_t)service, refreshed);
	}
}

/* The MC service ID of a binding, as its row has it; empty: there is none, or
 * the identities have told of it. */
static mclmr_span_t find_bound(
		const mclmr_binding_t *binding, mclmr_arena_t *arena)
{
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_user_t *user = NULL;
	mclmr_span_t mc_id = {NULL, 0};

	if(directory != NULL)
		user = mclmr_directory_user(
				directory, binding->service, binding->mc_key);
	if(user != NULL
			&& (user->impu_key.len == 0
					|| iwf_config.token == IWF_TOKEN_REQUIRED))
		(void)mclmr_arena_copy(arena, user->row.mc_id, &mc_id);
	iwf_store_read_end();
	return mc_id;
}

/* True if a binding after this one has the same ID. */
static bool comes_again(const mclmr_binding_t *binding)
{
	const mclmr_binding_t *at = binding->next;

	while(at != NULL
			&& (at->service != binding->service
					|| !mclmr_span_equal(at->mc_key, binding->mc_key)))
		at = at->next;
	return at != NULL;
}

/* Tells of the users whose IDs clients of an identity have bound, of each
 * once. */
static void tell_bound(mclmr_span_t impu, bool refreshed, mclmr_arena_t *arena)
{
	const mclmr_binding_t *binding;

	if(!iwf_bindings_bound(impu, arena, &binding))
		return;
	for(; binding != NULL; binding = binding->next) {
		const mc_iwf_registered_t registered = {.service = binding->service,
				.mc_id = find_bound(binding, arena),
				.impu = impu,
				.refreshed = refreshed};

		if(registered.mc_id.len > 0 && !comes_again(binding))
			tell(&registered);
	}
}

void iwf_registered_core(
		const mclmr_implicit_set_t *set, bool refreshed, mclmr_arena_t *arena)
{
	if(n_listeners == 0)
		return;
	if(iwf_config.token != IWF_TOKEN_REQUIRED)
		tell_identities(set, refreshed);
	if(iwf_config.token != IWF_TOKEN_OFF)
		tell_bound(set->key[0], refreshed, arena);
}

/* True if something tells of registrations. */
static bool can_watch(void)
{
	return iwf_usrloc_watch(saved)
		   || iwf_config.registrations != IWF_REGISTRATIONS_USRLOC;
}

bool iwf_registered_listen(mc_iwf_registered_f told, void *data)
{
	if(process_no != 0 || told == NULL || n_listeners == IWF_REGISTERED_MAX)
		return false;
	if(n_listeners == 0 && !can_watch())
		return false;
	listeners[n_listeners].told = told;
	listeners[n_listeners++].data = data;
	return true;
}
