/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_awaited: the URIs that rows wait for which were left
 * out of a directory: one that is there in another spelling, to go; a KMF that
 * is not known, to come. Only a full load finds these rows again, and it is
 * worth its time only if such a URI is touched. There is one set for the
 * directory in force, and one for that aside, which is being loaded. They are
 * in the process that changes directories.
 *
 * A set forgets nothing but by a load, and may take a URI for another: then a
 * load is done that was not needed. What was added it has in any case.
 */
#ifndef IWF_AWAITED_H
#define IWF_AWAITED_H

#include "mclmr/directory/directory.h"

/* What a URI is that rows wait for. */
typedef enum iwf_awaited_kind
{
	IWF_AWAITED_USER, /* and after it one for each service */
	IWF_AWAITED_PARTY = IWF_AWAITED_USER + MCLMR_SERVICE_COUNT,
	IWF_AWAITED_KMF = IWF_AWAITED_PARTY + MCLMR_PARTY_KINDS
} iwf_awaited_kind_t;

/* A load begins: nothing is awaited aside. It is in force: what is awaited
 * aside is all that is. */
void iwf_awaited_begin(void);
void iwf_awaited_put(void);

/* A row waits for this URI, in any spelling; what is no URI is not waited
 * for. */
void iwf_awaited_add(bool aside, iwf_awaited_kind_t kind, mclmr_span_t uri);

/* True if some row may wait for it. */
bool iwf_awaited_has(bool aside, iwf_awaited_kind_t kind, mclmr_span_t uri);

#endif
