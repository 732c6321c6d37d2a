/* SPDX-License-Identifier: GPL-2.0-or-later */

/* URIs of the other party, and the one that all of them name. */
#include "mclmr/sip/uri.h"
#include "called.h"

/* Adds an identity's URI, if there is one. */
static void name(mclmr_called_t *called, const mclmr_identity_t *identity)
{
	if(identity->present && identity->value.len > 0)
		called->uri[called->n++] = identity->value;
}

mclmr_called_t mclmr_called_read(
		const mclmr_mc_info_t *info, const mclmr_resource_lists_t *lists)
{
	mclmr_called_t called = {0};
	size_t i;

	if(info != NULL) {
		name(&called, &info->field[MCLMR_INFO_REQUEST_URI]);
		name(&called, &info->field[MCLMR_INFO_CALLED_PARTY_ID]);
	}
	for(i = 0; lists && i < lists->n && i < MCLMR_MAX_ENTRIES; i++)
		name(&called, &lists->entry[i]);
	return called;
}

bool mclmr_called_encrypted(
		const mclmr_mc_info_t *info, const mclmr_resource_lists_t *lists)
{
	size_t i;

	for(i = 0; info && i < MCLMR_INFO_FIELDS; i++) {
		if(mclmr_identity_encrypted(&info->field[i]))
			return true;
	}
	for(i = 0; lists && i < lists->n; i++) {
		if(mclmr_identity_encrypted(&lists->entry[i]))
			return true;
	}
	return false;
}

mclmr_status_t mclmr_called_target(const mclmr_called_t *called,
		mclmr_arena_t *arena, mclmr_span_t *uri, mclmr_span_t *key)
{
	size_t i;

	if(called->n == 0)
		return MCLMR_TARGET_UNKNOWN;
	*uri = called->uri[0];
	if(!mclmr_uri_key_if_any(*uri, arena, key))
		return MCLMR_INTERNAL;
	for(i = 1; i < called->n; i++) {
		mclmr_span_t other;

		if(!mclmr_uri_key_if_any(called->uri[i], arena, &other))
			return MCLMR_INTERNAL;
		if(!mclmr_span_equal(*key, other))
			return MCLMR_KMF_CONFLICT;
	}
	return key->len > 0 ? MCLMR_OK : MCLMR_TARGET_UNKNOWN;
}
