/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_clean_head, iwf_whole_head: start line and header fields.
 */
#ifndef IWF_HEAD_H
#define IWF_HEAD_H

#include <stdbool.h>

#include "core/parser/msg_parser.h"

/* True if the head of a request or reply has permitted octets only, and no blank
 * in Call-ID; the body is not looked at, if it can be told where it begins. */
bool iwf_head_is_clean(struct sip_msg *msg);

/* True if all header fields of a request or reply can be read, and Via, From, To,
 * Call-ID and CSeq are among them (RFC 3261 8.1.1). */
bool iwf_head_is_whole(struct sip_msg *msg);

#endif
