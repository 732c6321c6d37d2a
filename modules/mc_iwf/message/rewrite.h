/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_rewrite: the outgoing form of an authorised message or call: header
 * fields, and who calls and is called in the info part. The interworking part,
 * the session description and every other part stay as they came.
 */
#ifndef IWF_REWRITE_H
#define IWF_REWRITE_H

#include "message.h"

/* Puts the changes as lumps into the request. MCLMR_OK, MCLMR_INTERNAL. */
mclmr_status_t iwf_rewrite(struct sip_msg *msg, iwf_message_t *message);

#endif
