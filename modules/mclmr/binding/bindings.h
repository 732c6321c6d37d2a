/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bindings: which users an IMS core has registered, and which MC service IDs
 * their clients have proven (TS 24.379 7.3, TS 24.282 7.3). A registration has
 * all identities of an implicit set and the S-CSCF (TS 24.229 5.4.1.7); each of
 * its bindings is one client with an ID of one service. None of them outlives
 * the registration.
 *
 *     store = mclmr_bindings_new(&allocator, now);
 *     mclmr_bindings_register(store, &row, now);
 *     fate = mclmr_bindings_bind(store, impu, &binding, MCLMR_REBIND_ADD, now);
 *     registration = mclmr_bindings_find(store, impu, now);
 *     mclmr_bindings_expire(store, now, 1000);            now and then
 *
 * Found by any identity, or by MC service ID, in O(1). Identities and MC service
 * IDs are keys of URIs (sip/uri.h); times are Unix seconds, and what ends at now
 * has ended. Texts are copied. No locks: the owner brings them.
 */
#ifndef MCLMR_BINDINGS_H
#define MCLMR_BINDINGS_H

#include <stdint.h>

#include "mclmr/base/allocator.h"
#include "mclmr/sip/implicit_set.h"
#include "mclmr/sip/service.h"

#define MCLMR_MAX_BINDINGS 16 /* of one registration */

typedef enum mclmr_binding_origin
{
	MCLMR_BOUND_BY_REGISTER,
	MCLMR_BOUND_BY_PUBLISH
} mclmr_binding_origin_t;

/* A client's MC service ID. In a registration there is one of each service,
 * client and origin, and with a client ID, whatever the origin, those of the user
 * proven last. That of a PUBLISH is the publication, too (RFC 3903), also
 * if the client has proven no ID; its entity-tag is found by
 * mclmr_registration_published(). */
typedef struct mclmr_binding
{
	const struct mclmr_binding *next; /* of the registration */
	mclmr_service_t service;		  /* NONE: of a publication without ID */
	mclmr_binding_origin_t origin;
	mclmr_span_t mc_key;	/* may be empty: a publication without ID */
	mclmr_span_t client_id; /* may be empty */
	mclmr_span_t etag;		/* empty: none */
	int64_t expires;
	int64_t latest; /* to which it can be prolonged; 0: to any time */
} mclmr_binding_t;

typedef struct mclmr_registration
{
	size_t n; /* identities, at least one: that of the REGISTER first */
	const mclmr_span_t *key;
	mclmr_span_t scscf; /* URI */
	int64_t expires;
	const mclmr_binding_t *binding; /* the first; NULL: none */
} mclmr_registration_t;

typedef struct mclmr_registration_row
{
	const mclmr_implicit_set_t *set; /* the identity of the REGISTER first */
	mclmr_span_t scscf;
	int64_t expires;
} mclmr_registration_row_t;

/* What becomes of bindings of the same MC service ID under other registrations
 * when there is a new one. */
typedef enum mclmr_rebind
{
	MCLMR_REBIND_ADD,	  /* they stay */
	MCLMR_REBIND_REPLACE, /* they end */
	MCLMR_REBIND_REFUSE	  /* the new one is refused */
} mclmr_rebind_t;

typedef enum mclmr_binding_fate
{
	MCLMR_BOUND,
	MCLMR_BINDING_UNREGISTERED, /* the identity is not registered */
	MCLMR_BINDING_TAKEN,		/* MCLMR_REBIND_REFUSE */
	MCLMR_BINDING_LIMIT,		/* MCLMR_MAX_BINDINGS */
	MCLMR_BINDING_NO_MEMORY
} mclmr_binding_fate_t;

typedef struct mclmr_bindings mclmr_bindings_t;

/* An empty store; NULL if memory is short. Freed by the other, which takes
 * NULL. */
mclmr_bindings_t *mclmr_bindings_new(
		const mclmr_allocator_t *allocator, int64_t now);
void mclmr_bindings_free(mclmr_bindings_t *store);

/*
 * Registers the identities of a set, or refreshes them: bindings of the
 * identity that stands first stay. Another registration that has an identity of
 * the set ends, since no identity is in two sets. false: no memory, and nothing
 * has changed.
 */
bool mclmr_bindings_register(mclmr_bindings_t *store,
		const mclmr_registration_row_t *row, int64_t now);

/* Has a registration end at a time, if it does not end before; now: at once.
 * false: the identity is not registered. */
bool mclmr_bindings_end(mclmr_bindings_t *store, mclmr_span_t impu_key,
		int64_t when, int64_t now);

/* Binds an MC service ID for a client of a registered identity; next of the row
 * does not count. If its mc_key is empty, the client keeps the one that it has by
 * this service and origin, to its latest time. At the limit the oldest of the same
 * ID by REGISTER makes way. What is not MCLMR_BOUND changes nothing. */
mclmr_binding_fate_t mclmr_bindings_bind(mclmr_bindings_t *store,
		mclmr_span_t impu_key, const mclmr_binding_t *row,
		mclmr_rebind_t rebind, int64_t now);

/* Ends what a client has by the service and origin of a row; false: nothing. */
bool mclmr_bindings_unbind(mclmr_bindings_t *store, mclmr_span_t impu_key,
		const mclmr_binding_t *row);

/* The registration of an identity; NULL: none. It lives until the next change
 * of the store. */
const mclmr_registration_t *mclmr_bindings_find(
		const mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t now);

/* The registration, of several the one that lasts longest, in which a client has
 * bound an ID; NULL: none. It lives as long. */
const mclmr_registration_t *mclmr_bindings_find_id(
		const mclmr_bindings_t *store, mclmr_service_t service,
		mclmr_span_t mc_key, int64_t now);

/* True if a client of this registration has bound this ID. */
bool mclmr_registration_binds(const mclmr_registration_t *registration,
		mclmr_service_t service, mclmr_span_t mc_key, int64_t now);

/* True if a client of this registration has bound any ID. */
bool mclmr_registration_has_id(
		const mclmr_registration_t *registration, int64_t now);

/* The publication with an entity-tag, which is not empty; NULL: there is none. It
 * lives until the next change of the store. */
const mclmr_binding_t *mclmr_registration_published(
		const mclmr_registration_t *registration, mclmr_span_t etag,
		int64_t now);

/* Takes one registration of a walk; false: no more of them, but for those of
 * the same place. It changes nothing. */
typedef bool (*mclmr_bindings_visit_t)(
		void *data, const mclmr_registration_t *registration);

/*
 * Tells of registrations, in no order: from a place on, 0 at first, with a look
 * at most many places. The place to go on from, below 2^28; 0: that were all.
 * What is there from begin to end of such a walk is told of, twice at most if
 * the store has grown meanwhile. Some may have ended.
 */
size_t mclmr_bindings_walk(const mclmr_bindings_t *store, size_t place,
		size_t most, mclmr_bindings_visit_t visit, void *data);

/* Frees registrations and bindings that have ended, at most so many
 * registrations; how many it has looked at. */
size_t mclmr_bindings_expire(mclmr_bindings_t *store, int64_t now, size_t most);

typedef struct mclmr_bindings_counts
{
	size_t registrations;
	size_t bindings; /* of MC service IDs */
	size_t octets;	 /* of memory */
} mclmr_bindings_counts_t;

/* How many there are; those that have ended count until they are freed. */
mclmr_bindings_counts_t mclmr_bindings_count(const mclmr_bindings_t *store);

#endif
