/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * call: the decision on an initial INVITE of MCPTT: may this caller, whom does
 * it reach, and under which media profile (TS 23.283 10, TS 24.379 10 and 11,
 * TS 29.379). Pure: facts and directory in, verdict out. The forms:
 *
 *   client -> our originating PSI, session-type private, one list entry
 *   client -> URI of an LMR user or MC service ID, without info part
 *   client or controlling function -> our controlling PSI, session-type
 *     prearranged, the group as request-uri
 *   IWF -> our terminating PSI, MC service ID as request-uri, LMR user as
 *     calling-user-id, or group as calling-group-id
 *
 * Whatever is unclear or contradicts itself is refused.
 */
#ifndef MCLMR_CALL_H
#define MCLMR_CALL_H

#include "called.h"
#include "route.h"
#include "sender.h"

typedef enum mclmr_call_form
{
	MCLMR_FORM_NONE,  /* a PSI of the wrong role, or no URI */
	MCLMR_FORM_PSI,	  /* to one of our PSIs: an info part tells the rest */
	MCLMR_FORM_DIRECT /* to the called party itself */
} mclmr_call_form_t;

/* The form that the Request-URI gives a call of this sender. */
mclmr_call_form_t mclmr_call_form(const mclmr_network_t *network, bool from_iwf,
		mclmr_span_t request_uri);

/* Whom an IWF may name as the one who speaks first in a group of its own. */
typedef enum mclmr_group_caller
{
	MCLMR_GROUP_CALLER_OWN,	  /* an LMR user that it serves itself */
	MCLMR_GROUP_CALLER_USERS, /* the same, or a user of ours with the right to
								 send, who has called the IWF's group */
	MCLMR_GROUP_CALLER_ANY	  /* anyone: it is not compared */
} mclmr_group_caller_t;

/*
 * May the sender, an IWF, name this caller in a group of its own? The IWF is
 * who it asserts to be. MCLMR_OK; MCLMR_IWF_FOREIGN: a radio of another one;
 * MCLMR_SENDER_UNKNOWN: no one it may name; MCLMR_SEND_DENIED: a user of ours
 * without that right.
 */
mclmr_status_t mclmr_call_group_caller(const mclmr_directory_t *directory,
		const mclmr_sender_t *sender, mclmr_group_caller_t rule,
		mclmr_span_t caller);

typedef struct mclmr_call_request
{
	mclmr_span_t request_uri;
	const mclmr_sender_t *sender;
	bool from_core;						 /* a trusted core handed it over */
	const mclmr_mc_info_t *info;		 /* of MCPTT; NULL: no info part */
	const mclmr_resource_lists_t *lists; /* NULL: none */
	mclmr_span_t client_profile;		 /* of calls between MC clients */
	mclmr_group_caller_t group_caller;	 /* in group calls of IWFs */
} mclmr_call_request_t;

/*
 * Decides. Of a client's call: caller bound to an MCPTT ID, registered, no
 * encrypted identity, right to send; then the called party: known, right to
 * receive, registered. Of an IWF's call: no encrypted identity; caller or
 * group known and of the PSI that the IWF asserts; in a group call the caller,
 * if there is one, as group_caller says; then the called user.
 * A trusted core may hand over a group call under one of our controlling
 * PSIs: then the calling-user-id, a user of ours with the right to send,
 * stays as the controlling function wrote it. The verdict is that of
 * mclmr_route_settle() without a registrar.
 */
mclmr_status_t mclmr_call_decide(const mclmr_directory_t *directory,
		const mclmr_call_request_t *request, mclmr_arena_t *arena,
		mclmr_route_t *route);

#endif
