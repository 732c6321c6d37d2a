/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_avp: the two AVPs through which module rtpengine takes a request
 * (its read_sdp_pv) and gives its reply (its write_sdp_pv).
 */
#ifndef LMR_AVP_H
#define LMR_AVP_H

#include "mclmr/base/span.h"

/* Reads modparams sdp_read and sdp_write; 0, or -1 with a log line. */
int lmr_avp_init(void);

/* Hands a request over; what was given back before goes. false if
 * there is no memory. */
bool lmr_avp_hand_over(mclmr_span_t text);

/* What was given back since; it stays valid until it is dropped. false if
 * that is nothing. */
bool lmr_avp_take(mclmr_span_t *text);

/* Drops what was given back and, unless other branches need it still, what
 * was handed over. */
void lmr_avp_drop(bool keep_given);

#endif
