/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * receiver: may the sender of a message have media sent to an address? The
 * relay sends what the other party says wherever a description tells it to:
 * without a rule a client could reach the machines beside the relay.
 */
#ifndef LMR_RECEIVER_H
#define LMR_RECEIVER_H

#include "core/parser/msg_parser.h"

#include "mclmr/base/status.h"
#include "mclmr/sdp/sdp.h"

/* Reads modparam server_networks; 0, or -1 with a log line. */
int lmr_receiver_init(void);

/*
 * MCLMR_OK, or MCLMR_MEDIA_ADDRESS: a section that the relay carries is at an
 * address at which this sender may not receive. The address that a message
 * comes from is always permitted. Of all others: no loopback address; and for
 * a sender that no row of mc_iwf_peers trusts, a client, as modparam
 * client_media says.
 */
mclmr_status_t lmr_receiver_check(struct sip_msg *msg, const mclmr_sdp_t *sdp);

#endif
