/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * relay_request: what a media relay is told of a description. It moves
 * packets, so it gets a description of our own making, which it can neither
 * misread nor negotiate: no format, no key and no name of the parties.
 *
 *     m=audio 4000 udp MCPTT    whatever its transport and formats
 *     c=IN IP4 192.0.2.1
 *     a=sendonly
 *     a=rtcp:4003               if the section has it
 *     m=video 0 udp MCPTT       closed
 *     c=IN IP4 0.0.0.0
 *
 * The transport is that of floor control (TS 24.380) for all. Measured with
 * rtpengine 10.5, 12.5 and 26: RTP, SRTP, DTLS and RTCP pass it unchanged.
 * Told RTP/SAVP, without any key, it loses RTCP; told RTP/AVP, from 12.5 on,
 * DTLS.
 */
#ifndef MCLMR_RELAY_REQUEST_H
#define MCLMR_RELAY_REQUEST_H

#include "connection.h"
#include "sdp.h"

/* True for a section that the relay carries: one with a port. (One that is
 * bundled without a port goes with the section that it is bundled with.) */
bool mclmr_relay_carries(const mclmr_sdp_section_t *section);

/* True if there is such a section: else there is nothing to ask a relay. */
bool mclmr_relay_is_needed(const mclmr_sdp_t *sdp);

/*
 * The addresses to which a relay would send packets for this description, one
 * for each such section, plain (mclmr_connection_plain()); their number. None
 * of 0.0.0.0, or of a section without an address of one receiver.
 */
size_t mclmr_relay_receivers(const mclmr_sdp_t *sdp,
		mclmr_connection_t receiver[static MCLMR_SDP_MAX_SECTIONS]);

/* What the relay hears a section called: audio, video or application. */
mclmr_span_t mclmr_relay_kind(const mclmr_sdp_section_t *section);

/*
 * Writes the request for a description that is to leave. MCLMR_OK;
 * MCLMR_MEDIA_ADDRESS if a section with a port names no IP address, or one of
 * many receivers;
 * MCLMR_INTERNAL if the arena is full.
 */
mclmr_status_t mclmr_relay_request_write(
		const mclmr_sdp_t *sdp, mclmr_arena_t *arena, mclmr_span_t *text);

#endif
