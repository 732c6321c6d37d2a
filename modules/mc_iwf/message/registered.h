/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_registered: tells other modules that a user has registered with a
 * service. usrloc tells of the contact that it has saved, but not of the IMPU
 * (the host may be cut off); iwf_contact() has seen the REGISTER just before,
 * in the same process.
 */
#ifndef IWF_REGISTERED_H
#define IWF_REGISTERED_H

#include "core/parser/msg_parser.h"

#include "mc_iwf/api.h"
#include "mclmr/sip/implicit_set.h"

#define IWF_REGISTERED_MAX 8 /* functions that are told */

/* As on_registered() of api.h. */
bool iwf_registered_listen(mc_iwf_registered_f told, void *data);

/* From iwf_register(), once tokens have bound: an IMS core has registered these
 * identities. It does not say for which services: for all that their users have
 * IDs of, by the data and by what their clients have bound, as modparam token
 * says. The arena is for copies. */
void iwf_registered_core(
		const mclmr_implicit_set_t *set, bool refreshed, mclmr_arena_t *arena);

/* From iwf_contact(): a REGISTER that may be saved next. */
void iwf_registered_expect(struct sip_msg *msg);

#endif
