/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * api: what mc_iwf answers to other modules of a node. A module calls
 * load_mc_iwf_api() in its mod_init, after mc_iwf was loaded, and the functions
 * from any process later on.
 *
 * Texts may come from anywhere, also from hostile input: what is no URI is
 * unknown. Each answer holds for the moment at which it is given; a change
 * in the database is in force within a second. Results are copies in the
 * caller's arena, and all locks are given back before a function returns.
 * Without mc_iwf's db_url there are no data, and every answer is
 * MCLMR_INTERNAL: it is to be taken as a refusal, as every other verdict but
 * MCLMR_OK. The words and SIP codes of verdicts: mclmr/base/status.h.
 */
#ifndef MC_IWF_API_H
#define MC_IWF_API_H

#include "core/dprint.h"
#include "core/sr_module.h"

#include "mclmr/base/arena.h"
#include "mclmr/base/status.h"
#include "mclmr/directory/directory.h"

#define MC_IWF_MAX_TARGETS 12 /* as branches of tm */
/* Octets of an arena in which the results of any call have room. */
#define MC_IWF_ARENA 32768

/* A user of a service with the LMR entries of the person. */
typedef struct mc_iwf_user
{
	mclmr_user_row_t row; /* MC service ID, IMPU, rights, ... */
	size_t entries;
	mclmr_lmr_row_t *entry; /* kmf: the URI under which KMFs are compared */
} mc_iwf_user_t;

/* Where a request for a user goes. */
typedef struct mc_iwf_target
{
	mclmr_span_t uri;	   /* Request-URI: the contact, or a gateway's PSI */
	mclmr_span_t route;	   /* value of Route: the Path of the registration;
							* or empty */
	mclmr_span_t next_hop; /* URI to send it to: the first of the Path, else
							* where the REGISTER came from; empty: uri says */
	mclmr_span_t socket;   /* local address at which the REGISTER came,
							* "udp:192.0.2.1:5060"; empty: any */
	mclmr_span_t instance; /* +sip.instance as registered; or empty */
} mc_iwf_target_t;

typedef struct mc_iwf_targets
{
	size_t n;
	mc_iwf_target_t target[MC_IWF_MAX_TARGETS]; /* newest contact first */
	bool partner; /* the one target is the gateway of a partner system */
	int peer_set; /* of the partner: its dispatcher set; else 0 */
} mc_iwf_targets_t;

/* A user has registered a contact for a service. */
typedef struct mc_iwf_registered
{
	mclmr_service_t service; /* whose feature tag the contact carries */
	mclmr_span_t mc_id;		 /* texts that live as long as the call */
	mclmr_span_t impu;
	bool refreshed; /* the contact was there before */
} mc_iwf_registered_t;

/*
 * Runs in the SIP worker that handles the REGISTER, under a lock of usrloc and
 * before the 200 is sent: it may only put a copy into a queue of its own, for a
 * process of its own. It must not wait, send, query a database, or call
 * usrloc or this interface.
 */
typedef void (*mc_iwf_registered_f)(
		void *data, const mc_iwf_registered_t *registered);

typedef struct mc_iwf_api
{
	/*
	 * Who is this: uri is an MC service ID of the service, or else an IMPU.
	 * MCLMR_OK; MCLMR_TARGET_UNKNOWN: none of our users, or no URI;
	 * MCLMR_SENDER_AMBIGUOUS: the IMPU has several IDs of the service;
	 * MCLMR_SERVICE_MISMATCH: no such service; MCLMR_INTERNAL: no data, or the
	 * arena is full. *user is empty but for MCLMR_OK.
	 */
	mclmr_status_t (*who_is)(mclmr_span_t uri, mclmr_service_t service,
			mclmr_arena_t *arena, mc_iwf_user_t *user);

	/*
	 * May the KMF write to the member, in this LMR type or (NOT_GIVEN) in any?
	 * kmf is the URI or an alias of a KMF, or the PSI of an IWF for the KMFs
	 * that are reached through it; that it is who it says, the caller has
	 * found out before. Whether the member is registered does not count.
	 * Verdicts and their order: mclmr/decide/member.h; MCLMR_INTERNAL: no data.
	 */
	mclmr_status_t (*may_write)(mclmr_span_t kmf, mclmr_span_t member,
			mclmr_service_t service, mclmr_lmr_type_t type);

	/*
	 * Where a request for this user goes: the contacts that registered with
	 * the feature tag of the service, as mc_iwf's parameter deliver says
	 * (device: +sip.instance or client ID of an LMR entry, or empty, for
	 * "client" alone); for a user that a partner serves, its gateway. No
	 * message is needed or changed. Asks for no rights. As who_is();
	 * MCLMR_PARTNER_UNKNOWN: the partner is not configured;
	 * MCLMR_TARGET_UNREGISTERED: no such contact now. *targets is empty but for
	 * MCLMR_OK, and then n is at least 1.
	 */
	mclmr_status_t (*targets)(mclmr_span_t uri, mclmr_service_t service,
			mclmr_span_t device, mclmr_arena_t *arena,
			mc_iwf_targets_t *targets);

	/*
	 * Has a function called, with data, whenever a user registers with a
	 * service on this node, once for each contact, service and MC service ID;
	 * if the script calls iwf_contact() before save(). For a REGISTER of an IMS
	 * core, which iwf_register() takes, once for each MC service ID that the
	 * data, or bindings of clients, give the user: parameter token. Only from
	 * mod_init: false later, if eight functions are told already, and without
	 * usrloc unless modparam registrations is core or both.
	 */
	bool (*on_registered)(mc_iwf_registered_f told, void *data);
} mc_iwf_api_t;

/* Fills in the functions; 0, or -1 without api. */
typedef int (*bind_mc_iwf_f)(mc_iwf_api_t *api);

/* Binds mc_iwf; 0, or -1 with a log line if it is not loaded before. */
static inline int load_mc_iwf_api(mc_iwf_api_t *api)
{
	bind_mc_iwf_f bind = (bind_mc_iwf_f)find_export("bind_mc_iwf", 1, 0);

	if(bind == NULL) {
		LM_ERR("module mc_iwf has to be loaded before this one\n");
		return -1;
	}
	return bind(api);
}

#endif
