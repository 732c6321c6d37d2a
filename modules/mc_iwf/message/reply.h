/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_reply: sends the refusal of a verdict: SIP status, reason, Warning,
 * Retry-After, and for the unauthenticated the auth module's challenge.
 */
#ifndef IWF_REPLY_H
#define IWF_REPLY_H

#include "core/parser/msg_parser.h"

#include "mclmr/base/status.h"

/* Binds sl, which must be loaded, and auth if it is; 0 or -1. */
int iwf_reply_init(void);

/* Adds "NAME: VALUE" to the replies that are to come; false without memory, or if
 * it is over 512 octets. */
bool iwf_reply_add(struct sip_msg *msg, const char *name, const char *value);

/*
 * Refuses the request with this verdict, statefully if it has a
 * transaction, counts it and runs event route mc_iwf:refused. 0, or -1 if
 * the verdict refuses nothing or nothing could be sent.
 */
int iwf_reply_send(struct sip_msg *msg, mclmr_status_t status);

#endif
