/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_source: where a request came from and who sends it: the peer rows for
 * sources whose assertions count, else credentials that the auth module has
 * marked as authorised.
 */
#ifndef IWF_SOURCE_H
#define IWF_SOURCE_H

#include "core/parser/msg_parser.h"

#include "mclmr/decide/forward.h"
#include "header.h"

/* Reads modparam tls_id; 0, or -1 if it is no pseudo-variable. */
int iwf_source_init(void);

/* The request's source as the network compares it; valid until the next call. */
mclmr_source_t iwf_source_read(struct sip_msg *msg);

/* What the peer rows say of the request's source. */
mclmr_trust_t iwf_source_trust(struct sip_msg *msg);

/* True if who handed the request over is in our trust domain (RFC 3325): a core,
 * or an IWF of which mc_iwf_kmfs.trusted says so. */
bool iwf_source_is_trusted(mclmr_trust_t trust, const mclmr_sender_t *sender);

/* On which side of the request a core serves the user: by P-Served-User, else by
 * the first Route that tells. It counts from a core alone. */
mclmr_session_t iwf_source_session(const iwf_headers_t *headers);

/*
 * Who sends: by P-Asserted-Identity, and P-Served-User of a core, if the source is
 * trusted, else by
 * authorised credentials, whose IMPU is sip:USER@REALM (or sip:USER if
 * the user name has an @). Identities point into the message or the arena.
 * MCLMR_OK, MCLMR_PEER_ASSERTION, MCLMR_UNAUTHENTICATED,
 * MCLMR_INTERNAL (arena full).
 */
mclmr_status_t iwf_source_sender(struct sip_msg *msg, mclmr_trust_t trust,
		const iwf_headers_t *headers, mclmr_arena_t *arena,
		mclmr_sender_t *sender);

#endif
