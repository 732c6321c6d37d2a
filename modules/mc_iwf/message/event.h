/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_event: the event routes mc_iwf:refused and mc_iwf:forwarded, native or
 * KEMI (modparam event_callback).
 */
#ifndef IWF_EVENT_H
#define IWF_EVENT_H

#include "core/parser/msg_parser.h"

#include "facts.h"

/* Finds the routes; in each process, before the first message. */
void iwf_event_init(const str *kemi_callback);

/* True if something listens to forwarded messages. */
bool iwf_event_wanted(void);

/* Runs mc_iwf:refused on the refused request. */
void iwf_event_refused(struct sip_msg *msg);

/* Runs mc_iwf:forwarded, with the facts of the message in $iwf(). */
void iwf_event_forwarded(const iwf_facts_t *facts);

#endif
