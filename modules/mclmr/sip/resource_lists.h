/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * resource_lists: the recipients of an RFC 5366 request, the <entry uri>
 * attributes of an application/resource-lists+xml body (RFC 4826).
 */
#ifndef MCLMR_RESOURCE_LISTS_H
#define MCLMR_RESOURCE_LISTS_H

#include "mclmr/base/arena.h"
#include "mc_info.h"

#define MCLMR_MAX_ENTRIES 8

typedef struct mclmr_resource_lists
{
	size_t n;
	mclmr_identity_t entry[MCLMR_MAX_ENTRIES];
} mclmr_resource_lists_t;

/*
 * Reads the entries in document order; values are cut from the arena. An
 * entry whose uri has the encrypted form of TS 33.180 is marked so.
 * MCLMR_OK, MCLMR_XML_MALFORMED (also an entry without uri),
 * MCLMR_LIMIT_EXCEEDED (over MCLMR_MAX_ENTRIES).
 */
mclmr_status_t mclmr_resource_lists_read(mclmr_span_t document,
		mclmr_arena_t *arena, mclmr_resource_lists_t *lists);

#endif
