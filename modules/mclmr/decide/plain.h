/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * plain: the decision on an ordinary MESSAGE of an IWF, one that is no IWF
 * short message: in whose name it writes, and to whom.
 */
#ifndef MCLMR_PLAIN_H
#define MCLMR_PLAIN_H

#include "mclmr/base/status.h"
#include "mclmr/directory/directory.h"

typedef struct mclmr_plain_request
{
	mclmr_source_t source;
	mclmr_span_t from;	   /* URI of From */
	mclmr_span_t asserted; /* the one of P-Asserted-Identity, else of From */
	mclmr_span_t impu;	   /* Request-URI */
} mclmr_plain_request_t;

/*
 * The IWF writes in its own name or in that of an LMR user of its own, both in
 * From and in what it asserts, to an identity of a user who may receive and who
 * has an LMR entry whose KMF is in the LMR system and reached through this IWF.
 * MCLMR_OK; MCLMR_PEER_ASSERTION: another name, or no IWF peer;
 * MCLMR_IWF_FOREIGN: no such user.
 */
mclmr_status_t mclmr_plain_decide(const mclmr_directory_t *directory,
		const mclmr_plain_request_t *request);

#endif
