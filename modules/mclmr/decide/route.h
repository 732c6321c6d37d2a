/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * route: where a request goes, in whose name, and what changes in it: the
 * result of the decision on an IWF short message (forward) as on a call (call).
 * The decision does not ask whether users are registered: it says whose
 * registration counts, and whoever knows answers, when the directory is no
 * longer locked: the node's own registrar, or a binding from an IMS core.
 */
#ifndef MCLMR_ROUTE_H
#define MCLMR_ROUTE_H

#include "mclmr/directory/directory.h"
#include "mclmr/sip/mc_info.h"

typedef enum mclmr_direction
{
	MCLMR_DIRECTION_NONE,
	MCLMR_TO_IWF,
	MCLMR_TO_CLIENT
} mclmr_direction_t;

typedef enum mclmr_call_kind
{
	MCLMR_CALL_NONE, /* not known yet, or no call */
	MCLMR_CALL_PRIVATE,
	MCLMR_CALL_GROUP
} mclmr_call_kind_t;

/* Spans are in the arena, empty if not known. As much is filled in as was known
 * when the verdict was found. */
typedef struct mclmr_route
{
	mclmr_status_t status; /* the verdict: see mclmr_route_settle() */
	mclmr_status_t
			decided; /* the verdict if all who have to be registered are */
	mclmr_span_t registered_sender; /* IMPU of a sender or caller that has to be
									   registered; s is NULL: none has */
	mclmr_span_t registered_target; /* the same of who gets it */

	mclmr_direction_t direction;
	mclmr_span_t mc_id;	 /* of our user, who sends or calls; from an IWF the one
							 who gets it */
	mclmr_span_t impu;	 /* of that user */
	mclmr_span_t target; /* URI of the KMF, LMR user or group, or MC service ID
							 that it is for */
	mclmr_span_t called_impu; /* of an MC user who gets it */
	mclmr_span_t psi;		  /* IWF PSI: where it goes, or who sent it; a
								 partner's gateway PSI if partner */
	int peer_set; /* dispatcher set towards IWF or partner, 0: none */
	bool partner; /* goes to a partner's gateway, not to a client */
	bool trusted; /* the next hop is in our trust domain */
	/* What an info part has to say when it leaves, empty: as it came. */
	mclmr_info_values_t values;
	bool needs_info; /* it gets an info part if it has none */

	/* Of a message: */
	mclmr_span_t kmf;	 /* URI of the KMF; to client: one of the IWF's that the
							 user has, the one of lmr_type if known */
	mclmr_span_t device; /* of the LMR entry that was selected */
	mclmr_lmr_type_t lmr_type; /* of that entry, NOT_GIVEN if ambiguous */
	unsigned unknown_kmfs;	   /* URIs that are not configured */

	/* Of a call: */
	mclmr_call_kind_t kind;
	mclmr_span_t lmr_caller;  /* URI of an LMR user who calls */
	mclmr_span_t caller_id;	  /* the one name that the caller may use in the
								 call: MC service ID, LMR user, or in a group
								 call of an IWF its PSI; empty: a controlling
								 function, which names whoever speaks */
	mclmr_span_t profile;	  /* a profile's name; of a group call its URI */
	mclmr_span_t request_uri; /* the new one: PSI, or IMPU of the called */
} mclmr_route_t;

/* Who knows registrations. */
typedef struct mclmr_registrar
{
	/* Is there a registration under this IMPU? Called with data. */
	bool (*registered)(void *data, mclmr_span_t impu);
	void *data;
	/* Can requests for this IMPU be sent on? NULL: if it is registered. */
	bool (*reachable)(void *data, mclmr_span_t impu);
} mclmr_registrar_t;

/*
 * The verdict on a decided route, by this registrar: that of the decision, or
 * MCLMR_SENDER_UNREGISTERED, whatever else is wrong, or, if nothing else is,
 * MCLMR_TARGET_UNREGISTERED. NULL: no user is registered, which is what a
 * route says until it is settled.
 */
mclmr_status_t mclmr_route_settle(
		mclmr_route_t *route, const mclmr_registrar_t *registrar);

/* Copies a text of the result, which has to outlive the directory's lock.
 * MCLMR_OK, MCLMR_INTERNAL (arena full). */
mclmr_status_t mclmr_route_copy_text(
		mclmr_arena_t *arena, mclmr_span_t text, mclmr_span_t *copy);

/* Fills in mc_id and impu, the same way; otherwise is the IMPU if the row has
 * none. */
mclmr_status_t mclmr_route_set_user(mclmr_route_t *route, mclmr_arena_t *arena,
		const mclmr_user_t *user, mclmr_span_t otherwise);

/* True if the one who gets it is to be reached by an IMPU that its row does not
 * tell: that under which a client has bound its ID. */
bool mclmr_route_wants_impu(const mclmr_route_t *route);

/* Takes over that IMPU, which lives as long as the route. */
void mclmr_route_set_impu(mclmr_route_t *route, mclmr_span_t impu);

#endif
