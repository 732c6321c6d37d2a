/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * metrics: every counter of this Kamailio in the text format of Prometheus
 * (version 0.0.4), each with HELP and TYPE, as the answer to an HTTP request;
 * internal.
 */
#ifndef IWF_METRICS_H
#define IWF_METRICS_H

#include "core/parser/msg_parser.h"

#include "mclmr/base/span.h"

/* Binds module xhttp if it is loaded; 0 or -1. */
int iwf_metrics_init(void);

/*
 * Answers an HTTP request with 200, the lines in more as they are, and all
 * counters. A counter that only rises ends in _total; one of which that is not
 * known is untyped. 500 without a counter if the text is larger than 128 KiB.
 * false: module xhttp is not loaded, no memory, or it could not be sent.
 */
bool iwf_metrics_reply(struct sip_msg *msg, mclmr_span_t more);

#endif
