/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The caller that a request within a dialog names. */
#include "mc_iwf/config.h"
#include "mc_iwf/data/store.h"
#include "mclmr/sip/uri.h"
#include "in_dialog.h"

/* True if an identity of the info part is this URI. */
static bool is_same(const mclmr_identity_t *identity, mclmr_span_t uri)
{
	mclmr_uri_room_t rooms[2];
	mclmr_span_t key, other;

	return mclmr_uri_key_in(identity->value, &rooms[0], &key)
		   && mclmr_uri_key_in(uri, &rooms[1], &other)
		   && mclmr_span_equal(key, other);
}

/* True if this is the PSI of an IWF, which speaks for a group: then *verdict
 * says whether it may name the caller. */
static bool is_iwf(
		mclmr_span_t uri, mclmr_span_t caller, mclmr_status_t *verdict)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_sender_t sender = {.iwf = true, .n = 1, .identity = {uri}};
	mclmr_uri_room_t room;
	mclmr_span_t key;
	bool iwf = directory != NULL && mclmr_uri_key_in(uri, &room, &key)
			   && mclmr_network_is_iwf(mclmr_directory_network(directory), key);

	if(iwf)
		*verdict = mclmr_call_group_caller(
				directory, &sender, iwf_config.group_caller, caller);
	iwf_store_read_end();
	return iwf;
}

mclmr_status_t iwf_check_in_dialog(iwf_message_t *m, mclmr_span_t mc_id)
{
	const mclmr_identity_t *caller =
			&m->body->mc_info.field[MCLMR_INFO_CALLING_USER_ID];
	mclmr_status_t status = iwf_body_check_size(m->body);

	if(status == MCLMR_OK)
		status = m->body_status;
	if(status == MCLMR_OK)
		status = iwf_body_read_info(m->body, &m->parsed->arena);
	if(status != MCLMR_OK || !caller->present)
		return status;
	if(mclmr_identity_encrypted(caller))
		return MCLMR_IDENTITY_ENCRYPTED;
	if(is_same(caller, mc_id) || is_iwf(mc_id, caller->value, &status))
		return status;
	return MCLMR_CALLER_FOREIGN;
}
