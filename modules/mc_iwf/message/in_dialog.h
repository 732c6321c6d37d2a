/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_in_dialog: may a request within a dialog name the caller that its info
 * part has?
 */
#ifndef IWF_IN_DIALOG_H
#define IWF_IN_DIALOG_H

#include "message.h"

/*
 * If the info part has a calling-user-id, it has to be this one, compared as a
 * URI; if this is the PSI of an IWF, one whom that may name in a group of its
 * own (mclmr_call_group_caller()). MCLMR_OK, MCLMR_CALLER_FOREIGN,
 * MCLMR_IDENTITY_ENCRYPTED, what is wrong with the body, or in the group with
 * the caller.
 */
mclmr_status_t iwf_check_in_dialog(iwf_message_t *message, mclmr_span_t mc_id);

#endif
