/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations and contacts of users, by module usrloc. */
#include <string.h>

#include "core/dset.h"
#include "core/parser/parse_rr.h"
#include "core/sr_module.h"
#include "modules/usrloc/usrloc.h"

#include "mc_common/span.h"
#include "mclmr/sip/uri.h"
#include "usrloc.h"

#define AOR_SIZE MCLMR_URI_MAX

static usrloc_api_t ul;
static udomain_t *location;
static iwf_usrloc_saved_f watcher;

int iwf_usrloc_init(void)
{
	bind_usrloc_t bind = (bind_usrloc_t)find_export("ul_bind_usrloc", 1, 0);

	if(bind == NULL) {
		LM_INFO("usrloc is not loaded: no user counts as registered\n");
		return 0;
	}
	if(bind(&ul) < 0
			|| ul.register_udomain(iwf_config.location_table.s, &location)
					   < 0) {
		LM_ERR("cannot use usrloc's table \"%s\"\n",
				iwf_config.location_table.s);
		return -1;
	}
	return 0;
}

/* The AOR under which the registrar files an IMPU, in buffer. */
static bool find_aor(mclmr_span_t impu, char buffer[AOR_SIZE], str *aor)
{
	mclmr_arena_t arena = mclmr_arena(buffer, AOR_SIZE);
	mclmr_span_t key, user;

	if(!mclmr_uri_key(impu, &arena, &key)
			|| !mclmr_span_starts(key, MCLMR_SPAN("sip:")))
		return false;
	key = (mclmr_span_t){key.s + 4, key.len - 4};
	user = key;
	user = mclmr_span_cut(&user, '@');
	*aor = mc_str(ul.use_domain ? key : user);
	for(int i = 0; i < aor->len && !iwf_config.case_sensitive; i++) {
		if(aor->s[i] >= 'A' && aor->s[i] <= 'Z')
			aor->s[i] = (char)(aor->s[i] | 0x20);
	}
	return aor->len > 0;
}

/* The record of an AOR, NULL if there is none; its slot is locked until
 * unlock_record(). */
static urecord_t *lock_record(str *aor)
{
	urecord_t *record;

	ul.lock_udomain(location, aor);
	if(ul.get_urecord(location, aor, &record) == 0)
		return record;
	ul.unlock_udomain(location, aor);
	return NULL;
}

/* Gives the record back: with usrloc's db_mode 3 it was made for us. */
static void unlock_record(urecord_t *record, str *aor)
{
	ul.release_urecord(record);
	ul.unlock_udomain(location, aor);
}

/* mclmr_registrar_t.registered */
static bool is_registered(void *data, mclmr_span_t impu)
{
	char buffer[AOR_SIZE];
	str aor;
	time_t now = time(NULL);
	bool found = false;
	urecord_t *record;

	(void)data;
	if(location == NULL || !find_aor(impu, buffer, &aor))
		return false;
	record = lock_record(&aor);
	if(record == NULL)
		return false;
	for(const ucontact_t *c = record->contacts; c != NULL && !found;
			c = c->next)
		found = VALID_CONTACT(c, now);
	unlock_record(record, &aor);
	return found;
}

const mclmr_registrar_t iwf_usrloc_registrar = {is_registered, NULL, NULL};

/* True if two URIs are one identity. */
static bool is_same(mclmr_span_t uri, mclmr_span_t other)
{
	mclmr_uri_room_t room, other_room;
	mclmr_span_t key, other_key;

	return mclmr_uri_key_in(uri, &room, &key)
		   && mclmr_uri_key_in(other, &other_room, &other_key)
		   && mclmr_span_equal(key, other_key);
}

void iwf_usrloc_end_core(mclmr_span_t impu)
{
	char buffer[AOR_SIZE];
	ucontact_t *contact, *next;
	urecord_t *record;
	str aor;

	if(location == NULL || !find_aor(impu, buffer, &aor))
		return;
	record = lock_record(&aor);
	if(record == NULL)
		return;
	for(contact = record->contacts; contact != NULL; contact = next) {
		next = contact->next;
		if(is_same(mc_span(&contact->c), impu)
				&& ul.delete_ucontact(record, contact) < 0)
			LM_ERR("a core's contact stays in usrloc\n");
	}
	unlock_record(record, &aor);
}

/* A text child of the contact's xavp, empty if there is none. */
static mclmr_span_t stored(const ucontact_t *contact, mclmr_span_t name)
{
	const sr_xavp_t *x = contact->xavp;

	if(x == NULL || x->val.type != SR_XTYPE_XAVP)
		return (mclmr_span_t){NULL, 0};
	for(x = x->val.v.xavp; x != NULL; x = x->next) {
		if(x->val.type == SR_XTYPE_STR
				&& mclmr_span_equal(mc_span(&x->name), name))
			return mc_span(&x->val.v.s);
	}
	return (mclmr_span_t){NULL, 0};
}

/* True if the contact registered with the service's feature tag. */
static bool takes_service(const ucontact_t *contact, mclmr_service_t service)
{
	mclmr_span_t list = stored(contact, MCLMR_SPAN(IWF_XAVP_SERVICES));

	while(list.len > 0) {
		if(mclmr_service_from_word(mclmr_span_cut(&list, ',')) == service)
			return true;
	}
	return false;
}

/* text without enclosing <> or quotes, as +sip.instance is written. */
static mclmr_span_t bare(mclmr_span_t text)
{
	while(text.len >= 2 && (text.s[0] == '<' || text.s[0] == '"'))
		text = (mclmr_span_t){text.s + 1, text.len - 2};
	return text;
}

/* True if the contact is the device that the LMR entry names. */
static bool is_device(const ucontact_t *contact, mclmr_span_t device)
{
	return device.len == 0
		   || mclmr_span_equal_nocase(
				   bare(mc_span(&contact->instance)), bare(device))
		   || mclmr_span_equal(
				   stored(contact, MCLMR_SPAN(IWF_XAVP_CLIENT_ID)), device);
}

/* True if a message of this wish may go to the contact: whoever stored it, it
 * brings no header fields into the message. */
static bool fits(const ucontact_t *contact, const iwf_usrloc_wish_t *wish)
{
	return VALID_CONTACT(contact, time(NULL))
		   && !mclmr_uri_has_headers(mc_span(&contact->c))
		   && takes_service(contact, wish->service)
		   && (wish->deliver != IWF_DELIVER_CLIENT
				   || is_device(contact, wish->device));
}

/* The contacts that fit, newest first; their number. */
static size_t pick(ucontact_t *contact, const iwf_usrloc_wish_t *wish,
		ucontact_t *picked[MC_IWF_MAX_TARGETS])
{
	size_t n = 0;

	for(; contact != NULL; contact = contact->next) {
		size_t at = n;

		if(!fits(contact, wish))
			continue;
		while(at > 0
				&& picked[at - 1]->last_modified < contact->last_modified) {
			if(at < MC_IWF_MAX_TARGETS)
				picked[at] = picked[at - 1];
			at--;
		}
		if(at < MC_IWF_MAX_TARGETS)
			picked[at] = contact;
		if(n < MC_IWF_MAX_TARGETS)
			n++;
	}
	return wish->deliver == IWF_DELIVER_NEWEST && n > 1 ? 1 : n;
}

/* The next hop towards a contact: its Path, else where it registered from. */
static bool next_hop(const ucontact_t *contact, str *path, str *hop)
{
	*path = contact->path;
	*hop = contact->received;
	return path->len == 0 || get_path_dst_uri(path, hop) == 0;
}

/* Makes a contact the Request-URI and destination of the request itself. */
static bool set_main(struct sip_msg *msg, ucontact_t *contact)
{
	str path, hop;

	if(!next_hop(contact, &path, &hop) || rewrite_uri(msg, &contact->c) < 0)
		return false;
	reset_dst_uri(msg);
	reset_path_vector(msg);
	if((hop.len > 0 && set_dst_uri(msg, &hop) < 0)
			|| (path.len > 0 && set_path_vector(msg, &path) < 0)
			|| (contact->instance.len > 0
					&& set_instance(msg, &contact->instance) < 0)
			|| (contact->ruid.len > 0 && set_ruid(msg, &contact->ruid) < 0))
		return false;
	msg->reg_id = contact->reg_id;
	msg->otcpid = contact->tcpconn_id;
	setbflagsval(0, contact->cflags);
	set_force_socket(msg, contact->sock);
	return true;
}

/* Adds a contact as one branch more. */
static bool add_branch(struct sip_msg *msg, ucontact_t *contact)
{
	str path, hop;

	return next_hop(contact, &path, &hop)
		   && append_branch(msg, &contact->c, &hop, &path, contact->q,
					  contact->cflags, contact->sock,
					  contact->instance.len > 0 ? &contact->instance : NULL,
					  contact->reg_id, &contact->ruid, &contact->user_agent)
					  > 0;
}

/* All picked contacts into the request. */
static bool set_targets(
		struct sip_msg *msg, ucontact_t *const picked[], size_t n)
{
	clear_branches();
	for(size_t i = 0; i < n; i++) {
		if(!(i == 0 ? set_main(msg, picked[0]) : add_branch(msg, picked[i])))
			return false;
	}
	return true;
}

int iwf_usrloc_targets(struct sip_msg *msg, const iwf_usrloc_wish_t *wish)
{
	ucontact_t *picked[MC_IWF_MAX_TARGETS];
	char buffer[AOR_SIZE];
	urecord_t *record;
	bool done;
	size_t n;
	str aor;

	if(location == NULL || !find_aor(wish->impu, buffer, &aor))
		return 0;
	record = lock_record(&aor);
	if(record == NULL)
		return 0;
	n = pick(record->contacts, wish, picked);
	done = set_targets(msg, picked, n);
	unlock_record(record, &aor);
	return done ? (int)n : -1;
}

/* A contact as copies in an arena. */
static bool copy_target(const ucontact_t *contact, mclmr_arena_t *arena,
		mc_iwf_target_t *target)
{
	str path, hop;

	return next_hop(contact, &path, &hop)
		   && mclmr_arena_copy(arena, mc_span(&contact->c), &target->uri)
		   && mclmr_arena_copy(arena, mc_span(&path), &target->route)
		   && mclmr_arena_copy(arena, mc_span(&hop), &target->next_hop)
		   && mclmr_arena_copy(
				   arena, mc_span(&contact->instance), &target->instance)
		   && (contact->sock == NULL
				   || mclmr_arena_copy(arena, mc_span(&contact->sock->sock_str),
						   &target->socket));
}

bool iwf_usrloc_list(const iwf_usrloc_wish_t *wish, mclmr_arena_t *arena,
		mc_iwf_targets_t *targets)
{
	ucontact_t *picked[MC_IWF_MAX_TARGETS];
	char buffer[AOR_SIZE];
	urecord_t *record;
	bool copied = true;
	str aor;

	targets->n = 0;
	if(location == NULL || !find_aor(wish->impu, buffer, &aor))
		return true;
	record = lock_record(&aor);
	if(record == NULL)
		return true;
	targets->n = pick(record->contacts, wish, picked);
	for(size_t i = 0; copied && i < targets->n; i++)
		copied = copy_target(picked[i], arena, &targets->target[i]);
	unlock_record(record, &aor);
	return copied;
}

/* The callback of usrloc, which would free its parameter when it ends. */
static void tell_saved(struct ucontact *contact, int type, void *none)
{
	const iwf_usrloc_saved_t saved = {.aor = mc_span(contact->aor),
			.callid = mc_span(&contact->callid),
			.cseq = (unsigned)contact->cseq,
			.services = stored(contact, MCLMR_SPAN(IWF_XAVP_SERVICES)),
			.refreshed = type == UL_CONTACT_UPDATE};

	(void)none;
	watcher(&saved);
}

bool iwf_usrloc_watch(iwf_usrloc_saved_f saved)
{
	watcher = saved;
	return location != NULL
		   && ul.register_ulcb(
					  UL_CONTACT_INSERT | UL_CONTACT_UPDATE, tell_saved, NULL)
					  >= 0;
}

bool iwf_usrloc_is_aor(mclmr_span_t aor, mclmr_span_t impu)
{
	char buffer[AOR_SIZE];
	str filed;

	return find_aor(impu, buffer, &filed)
		   && mclmr_span_equal(aor, mc_span(&filed));
}
