/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who a URI is in a service, and which KMF may write to it. */
#include "mclmr/sip/uri.h"
#include "member.h"

/* The one user of a service among those of an IMPU. */
static mclmr_status_t find_of_impu(const mclmr_user_t *of_impu,
		mclmr_service_t service, const mclmr_user_t **user)
{
	const mclmr_user_t *found = NULL;

	for(; of_impu != NULL; of_impu = of_impu->next_impu) {
		if(of_impu->row.service != service)
			continue;
		if(found != NULL)
			return MCLMR_SENDER_AMBIGUOUS;
		found = of_impu;
	}
	*user = found;
	return found != NULL ? MCLMR_OK : MCLMR_TARGET_UNKNOWN;
}

mclmr_status_t mclmr_member_find(const mclmr_directory_t *directory,
		mclmr_span_t uri, mclmr_service_t service, const mclmr_user_t **user)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	*user = NULL;
	if(service == MCLMR_SERVICE_NONE || service >= MCLMR_SERVICE_COUNT)
		return MCLMR_SERVICE_MISMATCH;
	if(!mclmr_uri_key_in(uri, &room, &key))
		return MCLMR_TARGET_UNKNOWN;
	*user = mclmr_directory_user(directory, service, key);
	if(*user != NULL)
		return MCLMR_OK;
	return find_of_impu(mclmr_directory_impu(directory, key), service, user);
}

/* The partner that serves the domain of a URI, or NULL. */
static const mclmr_partner_t *partner_of(
		const mclmr_network_t *network, mclmr_span_t uri)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return NULL;
	return mclmr_network_partner(network, mclmr_uri_host(key));
}

mclmr_status_t mclmr_member_home(const mclmr_directory_t *directory,
		mclmr_span_t uri, mclmr_service_t service, const mclmr_user_t **user,
		const mclmr_partner_t **partner)
{
	const mclmr_network_t *network = mclmr_directory_network(directory);
	mclmr_status_t status = mclmr_member_find(directory, uri, service, user);

	*partner = NULL;
	if(status == MCLMR_TARGET_UNKNOWN) {
		*partner = partner_of(network, uri);
		return *partner != NULL ? MCLMR_OK : status;
	}
	if(status != MCLMR_OK || (*user)->row.home.len == 0)
		return status;
	*partner = mclmr_network_partner(network, (*user)->row.home);
	*user = NULL;
	return *partner != NULL ? MCLMR_OK : MCLMR_PARTNER_UNKNOWN;
}

/* Who wants to write: a KMF, or all that are reached through a PSI. */
typedef struct writer
{
	const mclmr_kmf_t *kmf; /* NULL: by the PSI */
	mclmr_span_t psi_key;
} writer_t;

/* Finds a writer by its key; false if there is none. */
static bool find_writer(
		const mclmr_network_t *network, mclmr_span_t key, writer_t *writer)
{
	writer->kmf = mclmr_network_kmf(network, key);
	writer->psi_key = key;
	return writer->kmf != NULL || mclmr_network_is_iwf(network, key);
}

/* True if an LMR entry is one that the writer keeps the keys of. */
static bool keeps(const writer_t *writer, const mclmr_network_t *network,
		const mclmr_lmr_entry_t *entry)
{
	const mclmr_kmf_t *kmf = mclmr_network_kmf(network, entry->kmf_key);

	if(kmf == NULL)
		return false;
	return writer->kmf != NULL ? writer->kmf == kmf
							   : mclmr_kmf_has_psi(kmf, writer->psi_key);
}

/* Looks for an entry of a person that the writer keeps the keys of. */
static mclmr_status_t check_entries(const mclmr_network_t *network,
		const writer_t *writer, const mclmr_person_t *person,
		mclmr_lmr_type_t type)
{
	if(person->entries == 0)
		return MCLMR_NO_LMR_ENTRY;
	for(size_t i = 0; i < person->entries; i++) {
		const mclmr_lmr_entry_t *entry = &person->entry[i];

		if((type == MCLMR_LMR_NOT_GIVEN || entry->type == type)
				&& keeps(writer, network, entry))
			return MCLMR_OK;
	}
	return MCLMR_KMF_FOREIGN;
}

mclmr_status_t mclmr_member_may_write(const mclmr_directory_t *directory,
		mclmr_span_t kmf, mclmr_span_t member, mclmr_service_t service,
		mclmr_lmr_type_t type)
{
	const mclmr_network_t *network = mclmr_directory_network(directory);
	mclmr_uri_room_t room;
	mclmr_span_t key;
	const mclmr_user_t *user;
	mclmr_status_t status;
	writer_t writer;

	if(!mclmr_uri_key_in(kmf, &room, &key)
			|| !find_writer(network, key, &writer))
		return MCLMR_KMF_UNKNOWN;
	status = mclmr_member_find(directory, member, service, &user);
	if(status != MCLMR_OK)
		return status;
	if(user->row.home.len > 0)
		return MCLMR_TARGET_UNKNOWN;
	if(!user->row.receive)
		return MCLMR_RECEIVE_DENIED;
	return check_entries(network, &writer, user->of, type);
}
