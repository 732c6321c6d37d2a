/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An ordinary MESSAGE of an IWF: may it? */
#include "mclmr/sip/uri.h"
#include "plain.h"

/* The key of the PSI that writes by this name: that of an LMR user, else the
 * name itself, which then has to be one. false: it is no URI. */
static bool psi_of(const mclmr_directory_t *directory, mclmr_span_t name,
		mclmr_uri_room_t *room, mclmr_span_t *psi_key)
{
	const mclmr_party_t *lmr_user;

	if(!mclmr_uri_key_in(name, room, psi_key))
		return false;
	lmr_user = mclmr_directory_party(directory, MCLMR_LMR_USER, *psi_key);
	if(lmr_user != NULL)
		*psi_key = lmr_user->psi_key;
	return true;
}

/* True if a KMF of a person is in the LMR system and has this PSI. */
static bool has_kmf_at(const mclmr_network_t *network,
		const mclmr_person_t *person, mclmr_span_t psi_key)
{
	for(size_t i = 0; i < person->entries; i++) {
		const mclmr_kmf_t *kmf =
				mclmr_network_kmf(network, person->entry[i].kmf_key);

		if(kmf != NULL && mclmr_span_equal(kmf->hosting, MCLMR_SPAN("lmr"))
				&& mclmr_kmf_has_psi(kmf, psi_key))
			return true;
	}
	return false;
}

/* True if one of the users of an identity may be written to by this PSI. */
static bool may_write_to(const mclmr_directory_t *directory, mclmr_span_t impu,
		mclmr_span_t psi_key)
{
	const mclmr_user_t *user = NULL;
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(mclmr_uri_key_in(impu, &room, &key))
		user = mclmr_directory_impu(directory, key);
	for(; user != NULL; user = user->next_impu) {
		if(user->row.receive
				&& has_kmf_at(
						mclmr_directory_network(directory), user->of, psi_key))
			return true;
	}
	return false;
}

mclmr_status_t mclmr_plain_decide(const mclmr_directory_t *directory,
		const mclmr_plain_request_t *request)
{
	mclmr_uri_room_t rooms[2];
	mclmr_span_t psi_key, other;

	if(!psi_of(directory, request->from, &rooms[0], &psi_key)
			|| !psi_of(directory, request->asserted, &rooms[1], &other)
			|| !mclmr_span_equal(psi_key, other)
			|| !mclmr_network_may_assert(mclmr_directory_network(directory),
					&request->source, psi_key))
		return MCLMR_PEER_ASSERTION;
	return may_write_to(directory, request->impu, psi_key) ? MCLMR_OK
														   : MCLMR_IWF_FOREIGN;
}
