/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_register: takes a third-party REGISTER of an IMS core over
 * (TS 24.229 5.4.1.7).
 */
#ifndef IWF_REGISTER_H
#define IWF_REGISTER_H

#include "message.h"

/*
 * Registers or refreshes the identity in To and those of P-Associated-URI, or
 * ends the registration. Access tokens in the body, or in the user's own REGISTER
 * inside it, bind MC service IDs; one that does not is counted, and that is all.
 * MCLMR_OK: to be answered with 200; MCLMR_PEER_ASSERTION: not from a peer of role core;
 * MCLMR_REGISTRATION_MALFORMED; MCLMR_INTERNAL: no store, or no memory.
 */
mclmr_status_t iwf_register(struct sip_msg *msg, iwf_message_t *message);

#endif
