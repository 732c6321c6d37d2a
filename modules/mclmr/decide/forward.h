/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * forward: the decision on an IWF short message: may this sender, and where
 * does it go (TS 23.283 10.12, TS 29.379 14.1, generic MESSAGE rules of
 * TS 24.379 and TS 24.282). Pure: facts and directory in, verdict out.
 */
#ifndef MCLMR_FORWARD_H
#define MCLMR_FORWARD_H

#include "called.h"
#include "route.h"
#include "sender.h"

/*
 * The direction by the role of the PSI in the Request-URI: a client's
 * originating or controlling PSI leads to the IWF, an IWF's terminating or
 * controlling PSI to the client; else NONE. service NONE: not known yet.
 */
mclmr_direction_t mclmr_forward_direction(const mclmr_network_t *network,
		bool from_iwf, mclmr_span_t request_uri, mclmr_service_t service);

typedef struct mclmr_forward_request
{
	mclmr_direction_t direction;
	const mclmr_sender_t *sender;
	mclmr_service_t service;
	const mclmr_mc_info_t *info;
	const mclmr_resource_lists_t *lists; /* NULL: none in the message */
	mclmr_lmr_type_t lmr_type;			 /* as decoded, else NOT_GIVEN */
	bool refuse_unknown_kmf;			 /* kmf_unknown = refuse */
} mclmr_forward_request_t;

/*
 * Decides, in the order: sender bound to an ID of this service (one IMPU may
 * carry several: then by client ID), registered; encrypted identities;
 * partner; target known; rights; LMR entry; KMF or IWF; target registered. The
 * verdict is that of mclmr_route_settle() without a registrar.
 * To the IWF: the user's own entries, selected by the URIs of the message
 * (request-uri, called-party-id, list entries; unknown ones dropped first)
 * and by the LMR type; one KMF has to be left.
 * To the client: the target is request-uri, else called-party-id, else the
 * single list entry (two that differ: KMF_CONFLICT); the sender's PSI must
 * belong to a KMF in the target's entries.
 */
mclmr_status_t mclmr_forward_decide(const mclmr_directory_t *directory,
		const mclmr_forward_request_t *request, mclmr_arena_t *arena,
		mclmr_route_t *route);

#endif
