/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_authorize: may this short message or call go, and where to? The answer
 * is noted in the message.
 */
#ifndef IWF_AUTHORIZE_H
#define IWF_AUTHORIZE_H

#include "message.h"

/* iwf_check(), if it has not said yes before; then the route by the directory
 * in force. */
mclmr_status_t iwf_authorize(struct sip_msg *msg, iwf_message_t *message);

#endif
