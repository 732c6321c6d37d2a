/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_check: is this request a proper IWF short message or call (iwf_check),
 * and may it go (iwf_authorize)? Both note their verdict in the message.
 */
#ifndef IWF_CHECK_H
#define IWF_CHECK_H

#include "message.h"

/*
 * The form: authenticated sender, role of the PSI, size, MIME, parts, XML
 * and binary, service; the first that fails is the verdict.
 */
mclmr_status_t iwf_check(struct sip_msg *msg, iwf_message_t *message);

/* The right: mclmr_forward_decide() or mclmr_call_decide() on the directory in
 * force. */
mclmr_status_t iwf_authorize(struct sip_msg *msg, iwf_message_t *message);

/*
 * A request within a dialog: if its info part has a calling-user-id, it
 * has to be this one, compared as a URI. MCLMR_OK, MCLMR_CALLER_FOREIGN,
 * MCLMR_IDENTITY_ENCRYPTED, or what is wrong with the body.
 */
mclmr_status_t iwf_check_in_dialog(
		struct sip_msg *msg, iwf_message_t *message, mclmr_span_t mc_id);

/* mclmr_forward_decide() on the directory in force, settled by a registrar: for
 * script and RPC. */
mclmr_status_t iwf_decide(const mclmr_forward_request_t *request,
		const mclmr_registrar_t *registrar, mclmr_arena_t *arena,
		mclmr_route_t *route);

#endif
