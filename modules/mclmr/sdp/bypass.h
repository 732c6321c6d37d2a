/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bypass: what in a description leads media around a relay whose address and
 * ports are put into it (relay_reply.h).
 */
#ifndef MCLMR_BYPASS_H
#define MCLMR_BYPASS_H

#include "sdp.h"

/*
 * Takes out what names other addresses than those of the relay: ICE (RFC
 * 8839), alt, altc (RFC 6947), source-filter (RFC 4570), the address of a=rtcp
 * (RFC 3605; its port stays), what follows the address of a c= line, a second
 * c= line, and the c= of the session if each section has its own. The result is what was
 * found first, as a word; empty if there was nothing.
 */
mclmr_span_t mclmr_bypass_remove(mclmr_sdp_t *sdp);

/* True for a section that no relay of packets carries. */
bool mclmr_bypass_is_section(const mclmr_sdp_section_t *section);

#endif
