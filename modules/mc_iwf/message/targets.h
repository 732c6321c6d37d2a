/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_targets: where an authorised message goes: the PSI of an IWF or of a
 * partner's gateway, or the contacts of the target user.
 */
#ifndef IWF_TARGETS_H
#define IWF_TARGETS_H

#include "message.h"

/* Sets Request-URI and branches. MCLMR_OK, MCLMR_TARGET_UNREGISTERED,
 * MCLMR_INTERNAL. */
mclmr_status_t iwf_targets(struct sip_msg *msg, iwf_message_t *message);

/* Sends any request to the user whose IMPU is its Request-URI by way of the
 * S-CSCF, or of the I-CSCF; false: no core has registered him, or there is no
 * memory. */
bool iwf_targets_lookup(struct sip_msg *msg);

#endif
