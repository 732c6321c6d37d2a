/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_check: is this request a proper IWF short message or call? The verdict
 * is noted in the message.
 */
#ifndef IWF_CHECK_H
#define IWF_CHECK_H

#include "message.h"

/*
 * The form: authenticated sender, role of the PSI, size, MIME, parts, XML
 * and binary, service; the first that fails is the verdict.
 */
mclmr_status_t iwf_check(struct sip_msg *msg, iwf_message_t *message);

/*
 * The body of any request, as iwf_body_cut() judges it: an interworking part
 * stands in none but a MESSAGE, and there once, at the top; an info part once,
 * at the top. MCLMR_OK, MCLMR_TOO_LARGE, MCLMR_MIME_MALFORMED,
 * MCLMR_LIMIT_EXCEEDED.
 */
mclmr_status_t iwf_check_body(struct sip_msg *msg, iwf_message_t *message);

#endif
