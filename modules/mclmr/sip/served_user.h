/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * served_user: whom an IMS core serves with a request, and on which side of it
 * (RFC 5502, RFC 8498; TS 24.229 5.7): the value of P-Served-User.
 */
#ifndef MCLMR_SERVED_USER_H
#define MCLMR_SERVED_USER_H

#include "mclmr/base/span.h"

typedef enum mclmr_session
{
	MCLMR_SESSION_NONE,		   /* not said, or in a word that is not known */
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
 * no URI, or says twice which session case it is.
 */
bool mclmr_served_user_read(mclmr_span_t value, mclmr_served_user_t *served);

#endif
