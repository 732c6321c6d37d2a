/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * member: who a URI is in a service, and whether a KMF may write to a member:
 * what modules ask that have no message at hand (configuration management
 * server, key campaigns, application server). Pure: directory in, verdict out.
 */
#ifndef MCLMR_MEMBER_H
#define MCLMR_MEMBER_H

#include "mclmr/base/status.h"
#include "mclmr/directory/directory.h"

/*
 * The user with this MC service ID of a service, or else the one of this IMPU.
 * MCLMR_OK with *user, which lives as long as the directory stays locked, else
 * NULL;
 * MCLMR_SERVICE_MISMATCH: service is NONE; MCLMR_TARGET_UNKNOWN: no URI, or
 * none of ours; MCLMR_SENDER_AMBIGUOUS: the IMPU has several IDs of the
 * service.
 */
mclmr_status_t mclmr_member_find(const mclmr_directory_t *directory,
		mclmr_span_t uri, mclmr_service_t service, const mclmr_user_t **user);

/*
 * Who serves a URI of a service: MCLMR_OK with *user if we do, else with
 * *partner, by the home of the user or by the domain of the URI; the other one
 * is NULL. As mclmr_member_find(); MCLMR_PARTNER_UNKNOWN: the home of the user
 * is no partner of ours.
 */
mclmr_status_t mclmr_member_home(const mclmr_directory_t *directory,
		mclmr_span_t uri, mclmr_service_t service, const mclmr_user_t **user,
		const mclmr_partner_t **partner);

/*
 * May this KMF write to a member, for one LMR type or for any (NOT_GIVEN)? kmf
 * is the URI of a KMF, its alias, or the PSI of an IWF: then any KMF that is
 * reached through it. Not that the member is registered: what is written waits.
 * The first of these that holds:
 *
 * MCLMR_KMF_UNKNOWN: kmf is none of these three.
 * as mclmr_member_find(); MCLMR_TARGET_UNKNOWN too if a partner serves it.
 * MCLMR_RECEIVE_DENIED: the member has no right to receive.
 * MCLMR_NO_LMR_ENTRY: the member has no LMR entry.
 * MCLMR_KMF_FOREIGN: no entry (of this type) has this KMF.
 * MCLMR_OK.
 */
mclmr_status_t mclmr_member_may_write(const mclmr_directory_t *directory,
		mclmr_span_t kmf, mclmr_span_t member, mclmr_service_t service,
		mclmr_lmr_type_t type);

#endif
