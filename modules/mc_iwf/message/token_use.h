/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to message. token_use: the access token in an info document binds
 * the MC service ID of the document's service for a client of a registered user
 * (TS 24.379 7.3, TS 24.281 7.3, TS 24.282 7.3).
 */
#ifndef IWF_TOKEN_USE_H
#define IWF_TOKEN_USE_H

#include "mclmr/base/arena.h"
#include "mclmr/binding/bindings.h"
#include "mclmr/keys/token_fault.h"

typedef struct iwf_token_use
{
	mclmr_service_t service; /* of the document */
	mclmr_span_t document;
	mclmr_span_t impu;		/* key of a registered identity */
	mclmr_span_t client_id; /* empty: the one in the document, if any */
	mclmr_binding_origin_t origin;
	int64_t expires;   /* Unix seconds; it never outlives the registration */
	mclmr_span_t etag; /* of the publication; else empty */
} iwf_token_use_t;

/* What becomes of it. All but IWF_TOKEN_USE_BOUND leave the bindings as they
 * are; all but IWF_TOKEN_USE_NONE are counted. */
typedef enum iwf_token_fate
{
	IWF_TOKEN_USE_BOUND,
	IWF_TOKEN_USE_NONE, /* no token in the document, or modparam token is off */
	IWF_TOKEN_USE_UNREADABLE, /* the document */
	IWF_TOKEN_USE_ENCRYPTED,  /* token or client ID: it cannot be opened */
	IWF_TOKEN_USE_BAD,		  /* *fault says why */
	IWF_TOKEN_USE_UNKNOWN,	  /* its MC service ID is that of no user of ours */
	IWF_TOKEN_USE_FOREIGN,	  /* that of a user with other identities, or of
								   another client */
	IWF_TOKEN_USE_UNREGISTERED, /* the identity */
	IWF_TOKEN_USE_TAKEN,		/* modparam rebind is refuse */
	IWF_TOKEN_USE_LIMIT,		/* MCLMR_MAX_BINDINGS */
	IWF_TOKEN_USE_NO_MEMORY
} iwf_token_fate_t;

/*
 * Checks the token of a document, and binds. The client is the one that the use
 * names, else the document; a token whose client_id is a urn:uuid is for that
 * client alone, and names it if nothing else does. The user's row has to be
 * there, of a user whom we serve; its impu, if it has one, has to be an
 * identity of the registration, its client_id, if it has one, the client's. With
 * modparam token_expiry the binding ends with the token, too.
 * *fault is MCLMR_TOKEN_GENUINE but for IWF_TOKEN_USE_BAD. The copy of the token
 * is cleansed.
 */
iwf_token_fate_t iwf_token_use_bind(
		const iwf_token_use_t *use, mclmr_token_fault_t *fault);

/* Cleanses a document, which may have a token, if it is a copy in the arena. */
void iwf_token_use_forget(mclmr_arena_t *arena, mclmr_span_t document);

#endif
