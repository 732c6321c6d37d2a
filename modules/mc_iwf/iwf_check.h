/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * iwf_check: is this request a proper IWF short message (iwf_check), and may
 * it go (iwf_authorize)? Both note their verdict in the message.
 */
#ifndef IWF_CHECK_H
#define IWF_CHECK_H

#include "iwf_message.h"

/*
 * The form: authenticated sender, role of the PSI, size, MIME, parts, XML
 * and binary, service; the first that fails is the verdict.
 */
mclmr_status_t iwf_check(struct sip_msg *msg, iwf_message_t *message);

/* The right: mclmr_forward_decide() on the directory in force. */
mclmr_status_t iwf_authorize(struct sip_msg *msg, iwf_message_t *message);

/* mclmr_forward_decide() with usrloc as the judge of registrations, for
 * script and RPC; request->registered does not matter. */
mclmr_status_t iwf_decide(const mclmr_forward_request_t *request,
		mclmr_arena_t *arena, mclmr_forward_t *forward);

#endif
