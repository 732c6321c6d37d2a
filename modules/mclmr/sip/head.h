/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * head: start line and header fields of a message, as octets.
 */
#ifndef MCLMR_HEAD_H
#define MCLMR_HEAD_H

#include "mclmr/base/span.h"

/*
 * True if no octet of a head can be one line for one reader and two for
 * another (RFC 3261 7.3.1, 25.1): the only control octet in it is HTAB, and
 * CR and LF stand together. Nor does a request line end with a blank, which
 * would go on as it came (RFC 4475 3.1.2.10). head may end before the last
 * CRLF; it may hold any octet from 0x80 on, since fields may be UTF-8.
 */
bool mclmr_head_is_clean(mclmr_span_t head);

#endif
