/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to message. iwf_wrap: gives a call that has none an info part:
 * the IWF has to learn who calls whom (TS 29.379). A session description
 * becomes the first part of a multipart body, its octets stay (TS 24.379
 * 6.5); without one the info document is the body.
 */
#ifndef IWF_WRAP_H
#define IWF_WRAP_H

#include "message.h"

#define IWF_WRAP_INFO_TYPE MCLMR_SPAN("application/vnd.3gpp.mcptt-info+xml")

/* True for a call that leaves with an info part and came without one. */
bool iwf_wrap_wanted(const iwf_message_t *message);

/* Puts the lumps into the request, if it is wanted; a Content-Type field
 * that is there gets its new value. false if memory is short. */
bool iwf_wrap(struct sip_msg *msg, iwf_message_t *message);

#endif
