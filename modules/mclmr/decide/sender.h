/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * sender: who sends a request: by what a trusted source asserts (RFC 3325),
 * and which MC service ID that is.
 */
#ifndef MCLMR_SENDER_H
#define MCLMR_SENDER_H

#include "mclmr/binding/bindings.h"
#include "mclmr/directory/directory.h"
#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/served_user.h"

#define MCLMR_MAX_IDENTITIES 2 /* RFC 3325 9.1: one sip(s), one tel URI */

/* What makes an MC service ID that of a client. */
typedef enum mclmr_proof
{
	MCLMR_PROOF_NONE,	  /* the data: the row of the ID has the IMPU */
	MCLMR_PROOF_OPTIONAL, /* what the client has bound, else the data */
	MCLMR_PROOF_REQUIRED  /* what the client has bound */
} mclmr_proof_t;

/* Who sends, as authentication found. */
typedef struct mclmr_sender
{
	bool iwf; /* by its PSI; else a client by IMPU */
	size_t n; /* identities, at least one */
	mclmr_span_t identity[MCLMR_MAX_IDENTITIES]; /* URIs */
	size_t aliases;
	const mclmr_span_t *alias; /* keys of other identities of the same user, as
								  an IMS core registered them; none of those
								  above */
	bool served; /* named by P-Served-User, and not by what is asserted */
	mclmr_proof_t proof;
	mclmr_span_t registered; /* key under which a core has registered it; empty:
								it has not */
	const mclmr_binding_t *binding; /* the first that its clients have; NULL:
									   none */
} mclmr_sender_t;

/*
 * Who a source is by what it asserts: a trusted core or an IWF peer. pai: URIs
 * of P-Asserted-Identity, n may exceed MCLMR_MAX_IDENTITIES. served: the user
 * that a core serves, NULL if it is not said, with the session case of the
 * request, whatever has told it; it counts from a core alone, and there it names
 * who sends, unless the user is the called one, whatever is asserted (TS 24.229
 * 5.7.1.3A). MCLMR_OK with
 * *sender filled (an IWF if a PSI of a KMF is asserted by a core or by the
 * IWF's own peer, else a client asserted by a core); MCLMR_PEER_ASSERTION:
 * nothing asserted, not its own, IWF and user mixed, or more identities than
 * RFC 3325 has; MCLMR_UNAUTHENTICATED: a source that is not configured.
 */
mclmr_status_t mclmr_sender_asserted(const mclmr_network_t *network,
		const mclmr_source_t *source, const mclmr_span_t *pai, size_t n,
		const mclmr_served_user_t *served, mclmr_sender_t *sender);

/*
 * The one user of a service whom a client is: whose ID it has bound, or, as far
 * as proof lets the data count, who has its identities; if none has, that has
 * its aliases. One IMPU may carry several: then the client ID of info (may be
 * NULL) decides. A binding without a client ID is that of any client, but one of
 * the client that sends goes first; the user's row has to be there, its IMPU, if
 * it has one, an identity of the registration, its client ID, if it has one,
 * that of the binding. MCLMR_OK, MCLMR_SENDER_UNKNOWN, MCLMR_SENDER_AMBIGUOUS, MCLMR_IDENTITY_ENCRYPTED (of
 * a client ID that is needed), MCLMR_INTERNAL (arena full).
 */
mclmr_status_t mclmr_sender_user(const mclmr_directory_t *directory,
		const mclmr_sender_t *sender, mclmr_service_t service,
		const mclmr_mc_info_t *info, mclmr_arena_t *arena,
		const mclmr_user_t **user);

#endif
