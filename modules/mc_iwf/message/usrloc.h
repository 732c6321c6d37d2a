/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_usrloc: the registrations of the node's own registrar: is there one,
 * and which contacts take a service. usrloc keeps no feature tags: they are
 * stored beside the contact, in its xavp, when it registers (iwf_contact).
 */
#ifndef IWF_USRLOC_H
#define IWF_USRLOC_H

#include <stdbool.h>

#include "core/parser/msg_parser.h"

#include "mc_iwf/api.h"
#include "mc_iwf/config.h"
#include "mclmr/decide/route.h"

/* Children of the contact's xavp. */
#define IWF_XAVP_SERVICES "mc_services" /* "mcptt,mcdata" */
#define IWF_XAVP_CLIENT_ID "mc_client_id"

/* Binds usrloc if it is loaded; 0, or -1 with a log line. */
int iwf_usrloc_init(void);

/* Who has a contact now is registered; without usrloc no user is. */
extern const mclmr_registrar_t iwf_usrloc_registrar;

typedef struct iwf_usrloc_wish
{
	mclmr_span_t impu;
	mclmr_service_t service; /* whose feature tag the contact carries */
	iwf_deliver_t deliver;
	mclmr_span_t device; /* of IWF_DELIVER_CLIENT; empty: any */
} iwf_usrloc_wish_t;

/*
 * Makes the contacts that fit the Request-URI and branches of the request,
 * with Path, received address, socket and flow, newest first. Their number;
 * 0 if none fits, -1 on an error.
 */
int iwf_usrloc_targets(struct sip_msg *msg, const iwf_usrloc_wish_t *wish);

/* The same contacts as copies in the arena, for a request that is to be made;
 * false if it is full. targets->n is 0 if none fits. */
bool iwf_usrloc_list(const iwf_usrloc_wish_t *wish, mclmr_arena_t *arena,
		mc_iwf_targets_t *targets);

/* Ends the contacts of an IMPU that are the IMPU itself: so a script saves what
 * a core registers; no client has such a one. */
void iwf_usrloc_end_core(mclmr_span_t impu);

/* A contact that usrloc has saved; texts live as long as the call. */
typedef struct iwf_usrloc_saved
{
	mclmr_span_t aor, callid; /* of the REGISTER that it came in */
	unsigned cseq;
	mclmr_span_t services; /* of IWF_XAVP_SERVICES */
	bool refreshed;		   /* it was there before */
} iwf_usrloc_saved_t;

typedef void (*iwf_usrloc_saved_f)(const iwf_usrloc_saved_t *contact);

/* Has a function called for each of them, under usrloc's lock; once, before
 * any fork. false without usrloc. */
bool iwf_usrloc_watch(iwf_usrloc_saved_f saved);

/* True if the registrar files this IMPU under this AOR. */
bool iwf_usrloc_is_aor(mclmr_span_t aor, mclmr_span_t impu);

#endif
