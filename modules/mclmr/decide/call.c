/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The decision on an initial INVITE: facts and directory in, verdict out. */
#include <string.h>

#include "mclmr/sip/uri.h"
#include "call.h"

#define FROM_CLIENTS (MCLMR_ROLE_ORIGINATING | MCLMR_ROLE_CONTROLLING)
#define FROM_IWFS (MCLMR_ROLE_TERMINATING | MCLMR_ROLE_CONTROLLING)
#define PRIVATE MCLMR_SPAN("private")
#define PREARRANGED MCLMR_SPAN("prearranged")

/* One decision on its way. */
typedef struct decision
{
	const mclmr_directory_t *directory;
	const mclmr_network_t *network;
	const mclmr_call_request_t *request;
	mclmr_arena_t *arena;
	mclmr_route_t *route;
} decision_t;

/* What our PSIs of MCPTT under this URI stand for; *own if it is one of
 * ours for any service. */
static unsigned roles_of(
		const mclmr_network_t *network, mclmr_span_t uri, bool *own)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	*own = true;
	if(!mclmr_uri_key_in(uri, &room, &key))
		return MCLMR_ROLE_NONE;
	*own = mclmr_network_roles(network, key, MCLMR_SERVICE_NONE)
		   != MCLMR_ROLE_NONE;
	return mclmr_network_roles(network, key, MCLMR_SERVICE_MCPTT);
}

mclmr_call_form_t mclmr_call_form(
		const mclmr_network_t *network, bool from_iwf, mclmr_span_t request_uri)
{
	bool own;
	unsigned roles = roles_of(network, request_uri, &own);

	if((roles & (from_iwf ? FROM_IWFS : FROM_CLIENTS)) != 0)
		return MCLMR_FORM_PSI;
	return own || from_iwf ? MCLMR_FORM_NONE : MCLMR_FORM_DIRECT;
}

/* An identity of the info part, which is there. */
static const mclmr_identity_t *field(
		const decision_t *d, mclmr_mc_info_field_t which)
{
	return &d->request->info->field[which];
}

/* The LMR user or group of an identity, NULL if there is none. */
static const mclmr_party_t *party_of(const decision_t *d,
		mclmr_party_kind_t kind, const mclmr_identity_t *identity)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(!identity->present || !mclmr_uri_key_in(identity->value, &room, &key))
		return NULL;
	return mclmr_directory_party(d->directory, kind, key);
}

/* The caller of a client's call: may it? The caller's ID goes with it. */
static mclmr_status_t find_caller(decision_t *d)
{
	const mclmr_call_request_t *request = d->request;
	const mclmr_user_t *user = NULL;
	mclmr_status_t status = mclmr_sender_user(d->directory, request->sender,
			MCLMR_SERVICE_MCPTT, request->info, d->arena, &user);

	if(status != MCLMR_OK)
		return status;
	if(mclmr_route_set_user(
			   d->route, d->arena, user, request->sender->registered)
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	d->route->registered_sender = d->route->impu;
	if(mclmr_called_encrypted(request->info, request->lists))
		return MCLMR_IDENTITY_ENCRYPTED;
	d->route->values.calling_user_id = d->route->mc_id;
	return user->row.send ? MCLMR_OK : MCLMR_SEND_DENIED;
}

/* True if a trusted core hands over what one of our own controlling
 * functions sends: any of its identities may be the PSI. */
static bool from_controller(const decision_t *d)
{
	const mclmr_sender_t *sender = d->request->sender;
	unsigned roles = MCLMR_ROLE_NONE;
	bool own;

	for(size_t i = 0; i < sender->n && i < MCLMR_MAX_IDENTITIES; i++)
		roles |= roles_of(d->network, sender->identity[i], &own);
	return d->request->from_core && (roles & MCLMR_ROLE_CONTROLLING) != 0;
}

/* The caller that a controlling function names. */
static mclmr_status_t find_named_caller(decision_t *d)
{
	const mclmr_identity_t *caller = field(d, MCLMR_INFO_CALLING_USER_ID);
	const mclmr_user_t *user;
	mclmr_span_t key;

	if(mclmr_called_encrypted(d->request->info, d->request->lists))
		return MCLMR_IDENTITY_ENCRYPTED;
	if(!mclmr_uri_key_if_any(caller->value, d->arena, &key))
		return MCLMR_INTERNAL;
	user = mclmr_directory_user(d->directory, MCLMR_SERVICE_MCPTT, key);
	if(user == NULL)
		return MCLMR_SENDER_UNKNOWN;
	if(mclmr_route_set_user(d->route, d->arena, user, MCLMR_SPAN(""))
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	return user->row.send ? MCLMR_OK : MCLMR_SEND_DENIED;
}

/* A call towards the IWF of an LMR user or a group; unknown: the verdict
 * if no IWF has its PSI. */
static mclmr_status_t to_iwf(decision_t *d, const mclmr_party_t *party,
		mclmr_span_t profile, mclmr_status_t unknown)
{
	const mclmr_kmf_t *iwf = mclmr_network_iwf(d->network, party->psi_key);
	mclmr_route_t *route = d->route;

	if(iwf == NULL)
		return unknown;
	route->direction = MCLMR_TO_IWF;
	route->peer_set = iwf->peer_set;
	route->trusted = iwf->trusted;
	if(mclmr_route_copy_text(d->arena, party->row.uri, &route->target)
					!= MCLMR_OK
			|| mclmr_route_copy_text(d->arena, party->row.psi, &route->psi)
					   != MCLMR_OK
			|| mclmr_route_copy_text(d->arena, profile, &route->profile)
					   != MCLMR_OK)
		return MCLMR_INTERNAL;
	route->request_uri = route->psi;
	return MCLMR_OK;
}

/* A call to an LMR user. */
static mclmr_status_t to_lmr_user(decision_t *d, const mclmr_party_t *party)
{
	mclmr_status_t status =
			to_iwf(d, party, party->row.profile, MCLMR_LMR_USER_UNKNOWN);

	d->route->values.request_uri = d->route->target;
	d->route->needs_info = true;
	return status;
}

/* A call to one of our users. */
static mclmr_status_t to_user(decision_t *d, const mclmr_user_t *user)
{
	mclmr_route_t *route = d->route;

	route->direction = MCLMR_TO_CLIENT;
	if(mclmr_route_copy_text(d->arena, user->row.mc_id, &route->target)
					!= MCLMR_OK
			|| mclmr_route_copy_text(
					   d->arena, user->row.impu, &route->called_impu)
					   != MCLMR_OK)
		return MCLMR_INTERNAL;
	route->request_uri = route->called_impu;
	if(user->row.home.len > 0)
		return MCLMR_PARTNER_UNKNOWN;
	if(!user->row.receive)
		return MCLMR_RECEIVE_DENIED;
	route->registered_target = route->called_impu;
	return MCLMR_OK;
}

/* A call from one of our users to another. */
static mclmr_status_t between_users(decision_t *d, const mclmr_user_t *user)
{
	mclmr_status_t status = to_user(d, user);

	d->route->values.request_uri = d->route->target;
	if(mclmr_route_copy_text(
			   d->arena, d->request->client_profile, &d->route->profile)
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	return status;
}

/* The party that a private call of a client names: one list entry, with
 * which all else agrees; else the Request-URI itself. */
static mclmr_status_t find_called(decision_t *d, mclmr_span_t *key)
{
	const mclmr_call_request_t *request = d->request;
	mclmr_called_t called;
	mclmr_span_t uri;

	if(request->info == NULL)
		return mclmr_uri_key_if_any(request->request_uri, d->arena, key)
					   ? MCLMR_OK
					   : MCLMR_INTERNAL;
	if(request->lists == NULL || request->lists->n == 0)
		return MCLMR_TARGET_UNKNOWN;
	if(request->lists->n > 1 || field(d, MCLMR_INFO_CALLING_GROUP_ID)->present)
		return MCLMR_KMF_CONFLICT;
	called = mclmr_called_read(request->info, request->lists);
	return mclmr_called_target(&called, d->arena, &uri, key);
}

/* A client's call to an LMR user or to another of our users. What is both is
 * a mistake of the tables. */
static mclmr_status_t decide_private(decision_t *d)
{
	const mclmr_party_t *lmr_user;
	const mclmr_user_t *user;
	mclmr_span_t key;
	mclmr_status_t status;

	d->route->kind = MCLMR_CALL_PRIVATE;
	status = find_caller(d);
	if(status == MCLMR_OK)
		status = find_called(d, &key);
	if(status != MCLMR_OK)
		return status;
	lmr_user = mclmr_directory_party(d->directory, MCLMR_LMR_USER, key);
	user = mclmr_directory_user(d->directory, MCLMR_SERVICE_MCPTT, key);
	if(lmr_user != NULL && user != NULL)
		return MCLMR_KMF_CONFLICT;
	if(user != NULL)
		return between_users(d, user);
	return lmr_user != NULL ? to_lmr_user(d, lmr_user) : MCLMR_LMR_USER_UNKNOWN;
}

/* The group that a call names: request-uri, with which all else agrees. */
static mclmr_status_t find_group(decision_t *d, const mclmr_party_t **group)
{
	const mclmr_identity_t *again = field(d, MCLMR_INFO_CALLING_GROUP_ID);
	mclmr_called_t called =
			mclmr_called_read(d->request->info, d->request->lists);
	mclmr_span_t uri;
	mclmr_span_t key;
	mclmr_status_t status = mclmr_called_target(&called, d->arena, &uri, &key);

	if(status != MCLMR_OK)
		return status;
	*group = mclmr_directory_party(d->directory, MCLMR_GROUP, key);
	if(!*group)
		return MCLMR_GROUP_UNKNOWN;
	return again->present && party_of(d, MCLMR_GROUP, again) != *group
				   ? MCLMR_KMF_CONFLICT
				   : MCLMR_OK;
}

/* The leg of a group call towards the IWF of the group. */
static mclmr_status_t decide_group(decision_t *d)
{
	const mclmr_party_t *group = NULL;
	mclmr_status_t status;

	d->route->kind = MCLMR_CALL_GROUP;
	status = from_controller(d) ? find_named_caller(d) : find_caller(d);
	if(status == MCLMR_OK)
		status = find_group(d, &group);
	if(status != MCLMR_OK)
		return status;
	return to_iwf(d, group, group->row.uri, MCLMR_GROUP_UNKNOWN);
}

/* A client's call to one of our PSIs with these roles. */
static mclmr_status_t decide_by_session_type(decision_t *d, unsigned roles)
{
	mclmr_span_t type;

	if(d->request->info == NULL)
		return MCLMR_BODY_MISSING;
	type = d->request->info->session_type;
	if(mclmr_span_equal(type, PRIVATE) && (roles & MCLMR_ROLE_ORIGINATING) != 0)
		return decide_private(d);
	if(mclmr_span_equal(type, PREARRANGED)
			&& (roles & MCLMR_ROLE_CONTROLLING) != 0)
		return decide_group(d);
	return MCLMR_SESSION_TYPE;
}

/* A call of a client, or of a core for one. */
static mclmr_status_t decide_from_client(decision_t *d)
{
	const mclmr_call_request_t *request = d->request;
	bool own;
	unsigned roles = roles_of(d->network, request->request_uri, &own);

	if((roles & FROM_CLIENTS) != 0)
		return decide_by_session_type(d, roles);
	return own || request->info != NULL || request->lists ? MCLMR_WRONG_PSI
														  : decide_private(d);
}

/* True if one of the PSIs that an IWF asserts is that of a party. */
static bool serves(const mclmr_sender_t *sender, const mclmr_party_t *party)
{
	for(size_t i = 0; i < sender->n && i < MCLMR_MAX_IDENTITIES; i++) {
		mclmr_uri_room_t room;
		mclmr_span_t key;

		if(mclmr_uri_key_in(sender->identity[i], &room, &key)
				&& mclmr_span_equal(key, party->psi_key))
			return true;
	}
	return false;
}

/* Checks that the IWF calls for a party of its own. */
static mclmr_status_t check_psi(decision_t *d, const mclmr_party_t *party)
{
	if(!serves(d->request->sender, party))
		return MCLMR_IWF_FOREIGN;
	return mclmr_route_copy_text(d->arena, party->row.psi, &d->route->psi);
}

/* The calling LMR user, whose profile counts. */
static mclmr_status_t find_calling_lmr_user(decision_t *d)
{
	const mclmr_party_t *caller =
			party_of(d, MCLMR_LMR_USER, field(d, MCLMR_INFO_CALLING_USER_ID));

	if(caller == NULL)
		return MCLMR_SENDER_UNKNOWN;
	if(mclmr_route_copy_text(d->arena, caller->row.profile, &d->route->profile)
					!= MCLMR_OK
			|| mclmr_route_copy_text(
					   d->arena, caller->row.uri, &d->route->lmr_caller)
					   != MCLMR_OK)
		return MCLMR_INTERNAL;
	return check_psi(d, caller);
}

mclmr_status_t mclmr_call_group_caller(const mclmr_directory_t *directory,
		const mclmr_sender_t *sender, mclmr_group_caller_t rule,
		mclmr_span_t caller)
{
	const mclmr_party_t *lmr_user;
	const mclmr_user_t *user;
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(rule == MCLMR_GROUP_CALLER_ANY)
		return MCLMR_OK;
	if(!mclmr_uri_key_in(caller, &room, &key))
		return MCLMR_SENDER_UNKNOWN;
	lmr_user = mclmr_directory_party(directory, MCLMR_LMR_USER, key);
	if(lmr_user != NULL)
		return serves(sender, lmr_user) ? MCLMR_OK : MCLMR_IWF_FOREIGN;
	user = mclmr_directory_user(directory, MCLMR_SERVICE_MCPTT, key);
	if(user == NULL || rule != MCLMR_GROUP_CALLER_USERS)
		return MCLMR_SENDER_UNKNOWN;
	return user->row.send ? MCLMR_OK : MCLMR_SEND_DENIED;
}

/* Who speaks first in a group of the IWF, if it says so. */
static mclmr_status_t check_group_caller(const decision_t *d)
{
	const mclmr_identity_t *caller = field(d, MCLMR_INFO_CALLING_USER_ID);

	return caller->present ? mclmr_call_group_caller(d->directory,
				   d->request->sender, d->request->group_caller, caller->value)
						   : MCLMR_OK;
}

/* The group that calls, whose profile counts. */
static mclmr_status_t find_calling_group(decision_t *d)
{
	mclmr_status_t status;
	const mclmr_party_t *group =
			party_of(d, MCLMR_GROUP, field(d, MCLMR_INFO_CALLING_GROUP_ID));

	if(!group)
		return MCLMR_GROUP_UNKNOWN;
	if(mclmr_route_copy_text(d->arena, group->row.uri, &d->route->profile)
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	status = check_psi(d, group);
	return status == MCLMR_OK ? check_group_caller(d) : status;
}

/* The party of an IWF that calls. A session-type need not be there (TS 29.379),
 * but may not contradict. */
static mclmr_status_t find_calling_party(decision_t *d)
{
	bool group = field(d, MCLMR_INFO_CALLING_GROUP_ID)->present;
	mclmr_span_t type = d->request->info->session_type;

	d->route->kind = group ? MCLMR_CALL_GROUP : MCLMR_CALL_PRIVATE;
	if(type.s && !mclmr_span_equal(type, group ? PREARRANGED : PRIVATE))
		return MCLMR_SESSION_TYPE;
	return group ? find_calling_group(d) : find_calling_lmr_user(d);
}

/* The user of ours whom an IWF calls. */
static mclmr_status_t decide_called_user(decision_t *d)
{
	mclmr_called_t called =
			mclmr_called_read(d->request->info, d->request->lists);
	const mclmr_user_t *user;
	mclmr_span_t uri;
	mclmr_span_t key;
	mclmr_status_t status = mclmr_called_target(&called, d->arena, &uri, &key);

	if(status != MCLMR_OK)
		return status;
	user = mclmr_directory_user(d->directory, MCLMR_SERVICE_MCPTT, key);
	if(user == NULL)
		return MCLMR_TARGET_UNKNOWN;
	if(mclmr_route_set_user(d->route, d->arena, user, MCLMR_SPAN(""))
			!= MCLMR_OK)
		return MCLMR_INTERNAL;
	return to_user(d, user);
}

/* A call of an IWF to one of our users. */
static mclmr_status_t decide_from_iwf(decision_t *d)
{
	const mclmr_call_request_t *request = d->request;
	mclmr_status_t status;

	if(mclmr_call_form(d->network, true, request->request_uri)
			!= MCLMR_FORM_PSI)
		return MCLMR_WRONG_PSI;
	if(request->info == NULL)
		return MCLMR_BODY_MISSING;
	if(mclmr_called_encrypted(request->info, request->lists))
		return MCLMR_IDENTITY_ENCRYPTED;
	status = find_calling_party(d);
	return status == MCLMR_OK ? decide_called_user(d) : status;
}

/* The one name that the caller has in this call; empty: a controlling
 * function, which names whoever speaks. */
static mclmr_span_t name_of_caller(const decision_t *d)
{
	const mclmr_route_t *route = d->route;

	if(!d->request->sender->iwf)
		return from_controller(d) ? (mclmr_span_t){NULL, 0} : route->mc_id;
	return route->kind == MCLMR_CALL_GROUP ? route->psi : route->lmr_caller;
}

mclmr_status_t mclmr_call_decide(const mclmr_directory_t *directory,
		const mclmr_call_request_t *request, mclmr_arena_t *arena,
		mclmr_route_t *route)
{
	decision_t d = {directory, mclmr_directory_network(directory), request,
			arena, route};

	memset(route, 0, sizeof(*route));
	route->decided =
			request->sender->iwf ? decide_from_iwf(&d) : decide_from_client(&d);
	route->caller_id = name_of_caller(&d);
	return mclmr_route_settle(route, NULL);
}
