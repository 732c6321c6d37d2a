/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_transaction: what tm tells of a forwarded message later on: the final
 * reply that went back, once, and the facts for the failure route.
 */
#ifndef IWF_TRANSACTION_H
#define IWF_TRANSACTION_H

#include "message.h"

/* Binds tm, which must be loaded; 0, or -1 with a log line. */
int iwf_transaction_init(void);

/* If the request has a transaction already, tm's copy of it ends where the
 * request by now ends: that copy is what a failure route sends. */
void iwf_transaction_end_request(const struct sip_msg *msg);

/* Has tm tell of this message's transaction; MCLMR_OK, MCLMR_INTERNAL. */
mclmr_status_t iwf_transaction_watch(
		struct sip_msg *msg, iwf_message_t *message);

#endif
