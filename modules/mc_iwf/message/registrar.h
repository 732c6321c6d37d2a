/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_registrar: who is registered, and where requests for a user go: by the
 * node's own registrar, by what an IMS core told, or both, as modparam
 * registrations says. With both, a user that the core has registered is the
 * core's.
 */
#ifndef IWF_REGISTRAR_H
#define IWF_REGISTRAR_H

#include "mclmr/decide/sender.h"
#include "mclmr/sip/implicit_set.h"
#include "usrloc.h"

/* Who knows registrations. */
extern const mclmr_registrar_t iwf_registrar;

/* As iwf_usrloc_targets(). Towards a core the Request-URI is the IMPU, by way
 * of the S-CSCF: which devices get it, it decides. A user who is not registered
 * is reached by way of the I-CSCF of modparam icscf, if there is one. */
int iwf_registrar_targets(struct sip_msg *msg, const iwf_usrloc_wish_t *wish);

/* The same of users whom cores have registered, in usrloc or not; false: there is
 * no way, or no memory. */
bool iwf_registrar_to_core(struct sip_msg *msg, mclmr_span_t impu);

/* As iwf_usrloc_list(). */
bool iwf_registrar_list(const iwf_usrloc_wish_t *wish, mclmr_arena_t *arena,
		mc_iwf_targets_t *targets);

/* A core ends the registration of a set, of which the first identity is
 * registered in the store if any is: with both, usrloc forgets that core's
 * contacts of all its identities, those told and those in the store. */
void iwf_registrar_end(const mclmr_implicit_set_t *told);

/* Gives a sender that a core asserts what the core has registered it with: the
 * other identities, and by modparam token what its clients have bound, in the
 * arena; nothing if it is full. */
void iwf_registrar_know(mclmr_sender_t *sender, mclmr_arena_t *arena);

/* True if tokens are required, and a core has registered a user who has not
 * bound this ID: it is not reached by it. */
bool iwf_registrar_is_unproven(
		mclmr_span_t impu, mclmr_service_t service, mclmr_span_t mc_id);

/* Finds by what IMPU a user is reached that has none of its own, if the route
 * asks for it; takes that of one who is unproven away. */
void iwf_registrar_reach(
		mclmr_route_t *route, mclmr_service_t service, mclmr_arena_t *arena);

#endif
