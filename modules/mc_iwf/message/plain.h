/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_plain: an ordinary MESSAGE of an IWF.
 */
#ifndef IWF_PLAIN_H
#define IWF_PLAIN_H

#include "core/parser/msg_parser.h"

#include "mclmr/decide/plain.h"

/*
 * mclmr_plain_decide() by source and Request-URI of the request, and these URIs.
 * Also MCLMR_INTERNAL: no data are loaded.
 */
mclmr_status_t iwf_check_plain(
		struct sip_msg *msg, mclmr_span_t from, mclmr_span_t asserted);

#endif
