/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_publish: takes a PUBLISH of service settings over that an IMS core hands on
 * (RFC 3903; TS 24.379 7.3, TS 24.281 7.3, TS 24.282 7.3).
 */
#ifndef IWF_PUBLISH_H
#define IWF_PUBLISH_H

#include "message.h"

/*
 * Publishes, refreshes, changes or ends what a client of a registered user has
 * published, which never outlives the registration. MCLMR_OK: to be answered with
 * 200, which then has SIP-ETag and Expires. Else the verdict, whose reply has
 * Allow-Events, Accept or Min-Expires if it needs them: MCLMR_PEER_ASSERTION,
 * MCLMR_WRONG_PSI, MCLMR_SENDER_UNREGISTERED, those of sip/publication.h,
 * MCLMR_PUBLICATION_UNKNOWN, MCLMR_PUBLICATION_BRIEF, MCLMR_TOO_LARGE, those of a
 * body; MCLMR_PUBLICATION_LIMIT: MCLMR_MAX_BINDINGS under this identity;
 * MCLMR_TOKEN_REFUSED; MCLMR_OVERLOAD: no shared memory; MCLMR_INTERNAL.
 */
mclmr_status_t iwf_publish(struct sip_msg *msg, iwf_message_t *message);

#endif
