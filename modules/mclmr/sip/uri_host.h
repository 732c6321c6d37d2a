/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to sip. uri_host: the host of a SIP URI, whose letters mean the
 * same in both cases, and whose IPv6 address can be written in many ways
 * (RFC 5954 4.2).
 */
#ifndef MCLMR_URI_HOST_H
#define MCLMR_URI_HOST_H

#include "mclmr/base/text.h"

/* True if two hosts, in brackets if IPv6, have one name or are one address.
 * What is in brackets and no address is compared as a name. */
bool mclmr_uri_host_same(mclmr_span_t one, mclmr_span_t other);

/* Writes the one form of all hosts that are the same; it is never longer than
 * the host. */
void mclmr_uri_host_put(mclmr_text_t *text, mclmr_span_t host);

#endif
