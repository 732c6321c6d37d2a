/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * relay_reply: what a media relay says of a request (relay_request.h), and
 * the description with that in it. Of the reply count address and port of each
 * section, as numbers; whatever else it says stays unread. RTCP goes to the
 * port after it, as if nothing was said of it (RFC 3550 11), or with rtcp-mux
 * to the port itself.
 */
#ifndef MCLMR_RELAY_REPLY_H
#define MCLMR_RELAY_REPLY_H

#include "connection.h"
#include "sdp.h"

/* Where the relay receives what is meant for one section. */
typedef struct mclmr_relay_place
{
	mclmr_connection_t connection;
	unsigned port; /* 0: the section is not carried */
} mclmr_relay_place_t;

/* All zero: the relay was not asked, since nothing is to be carried. */
typedef struct mclmr_relay_reply
{
	mclmr_relay_place_t place[MCLMR_SDP_MAX_SECTIONS];
} mclmr_relay_reply_t;

/*
 * Reads what a relay said of the request for sdp, into *reply. NULL; or what
 * is wrong, for a log, and *reply is then all zero: it is no description, it
 * has not the sections that it was asked for, or one of those that it was to
 * carry has no port, no address, or port and address of the sender itself.
 * (0.0.0.0, of a section on hold, is no place.)
 */
const char *mclmr_relay_reply_read(const mclmr_sdp_t *sdp, mclmr_span_t text,
		mclmr_arena_t *arena, mclmr_relay_reply_t *reply);

/*
 * Writes the description as it leaves; sdp is as it was read. No address in o=
 * and c= but the relay's; if nothing is carried, 0.0.0.0. o= keeps user, id and
 * version. Not more than one port a section (PORT/NUMBER): the relay opens no
 * more. All else stays octet for octet. false if the arena is full.
 */
bool mclmr_relay_reply_write(const mclmr_sdp_t *sdp,
		const mclmr_relay_reply_t *reply, mclmr_arena_t *arena,
		mclmr_span_t *text);

#endif
