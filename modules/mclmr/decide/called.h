/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * called: the URIs by which a request names the other party: request-uri and
 * called-party-id of its info part, entries of its resource list.
 */
#ifndef MCLMR_CALLED_H
#define MCLMR_CALLED_H

#include "mclmr/base/status.h"
#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/resource_lists.h"

#define MCLMR_MAX_CALLED (2 + MCLMR_MAX_ENTRIES)

typedef struct mclmr_called
{
	size_t n;
	mclmr_span_t uri[MCLMR_MAX_CALLED]; /* the one that counts most first */
} mclmr_called_t;

/* All of them; info and lists may be NULL. */
mclmr_called_t mclmr_called_read(
		const mclmr_mc_info_t *info, const mclmr_resource_lists_t *lists);

/* True if any identity of the request is encrypted: what cannot be read without
 * its key. */
bool mclmr_called_encrypted(
		const mclmr_mc_info_t *info, const mclmr_resource_lists_t *lists);

/*
 * The one party that all of them name, and its key. MCLMR_OK;
 * MCLMR_TARGET_UNKNOWN: none, or no URI; MCLMR_KMF_CONFLICT: two that differ;
 * MCLMR_INTERNAL (arena full).
 */
mclmr_status_t mclmr_called_target(const mclmr_called_t *called,
		mclmr_arena_t *arena, mclmr_span_t *uri, mclmr_span_t *key);

#endif
