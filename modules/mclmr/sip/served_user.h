/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * served_user: whom an IMS core serves with a request, and on which side of it
 * (RFC 5502, RFC 8498; TS 24.229 5.7): P-Served-User, and what a Route tells.
 */
#ifndef MCLMR_SERVED_USER_H
#define MCLMR_SERVED_USER_H

#include "mclmr/base/span.h"

typedef enum mclmr_session
{
	MCLMR_SESSION_NONE,		   /* not said */
	MCLMR_SESSION_ORIGINATING, /* the user sends; or forwards a call */
	MCLMR_SESSION_TERMINATING  /* the user is the called one */
} mclmr_session_t;

typedef struct mclmr_served_user
{
	mclmr_session_t session;
	mclmr_span_t uri; /* in the value */
} mclmr_served_user_t;

/*
 * Reads the value of the one field of that name. false: it is not one user, has
 * no URI, or says which session case it is twice or in an unknown word.
 */
bool mclmr_served_user_read(mclmr_span_t value, mclmr_served_user_t *served);

/*
 * The session case that a URI of a Route tells, by which a core finds a request
 * again: parameter orig (TS 24.229 5.7.5), or d of the mark of Kamailio's module
 * ims_isc (user iscmark; 0 originating, 1 and 2 terminating).
 */
mclmr_session_t mclmr_session_of_route(mclmr_span_t uri);

#endif
