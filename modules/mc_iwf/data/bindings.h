/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_bindings: the registrations that IMS cores tell of, in shared memory
 * (mclmr/binding/bindings.h). They end by a timer of their own. There is no
 * store if modparam registrations is usrloc: then no user is registered here.
 */
#ifndef IWF_BINDINGS_H
#define IWF_BINDINGS_H

#include "mclmr/binding/journal.h"
#include "mclmr/sip/third_party.h"

/* Makes the store and its timer, before any fork; 0, or -1 with a log line. */
int iwf_bindings_init(void);
void iwf_bindings_destroy(void);

/*
 * Takes a third-party REGISTER over: registers, refreshes, or with expires 0
 * ends in modparam dereg_grace. false: no store, or shared memory is short, and
 * nothing has changed.
 */
bool iwf_bindings_put(const mclmr_third_party_t *registration);

/*
 * mclmr_bindings_bind() by modparam rebind. Also MCLMR_BINDING_UNREGISTERED
 * without a store, and MCLMR_BINDING_NO_MEMORY if shared memory is short.
 */
mclmr_binding_fate_t iwf_bindings_bind(
		mclmr_span_t impu_key, const mclmr_binding_t *binding);

/* True if a client has bound an MC service ID under an identity. */
bool iwf_bindings_has_id(mclmr_span_t impu_key);

/* True if a client of the registration of an identity has bound an MC service
 * ID; both are URIs. */
bool iwf_bindings_binds(
		mclmr_span_t uri, mclmr_service_t service, mclmr_span_t mc_id);

/* Ends what a client has by the service and origin of a binding. */
void iwf_bindings_unbind(mclmr_span_t impu_key, const mclmr_binding_t *binding);

/* Copies the publication with an entity-tag under an identity into the arena;
 * false: there is none, or the arena is full. */
bool iwf_bindings_published(mclmr_span_t impu_key, mclmr_span_t etag,
		mclmr_arena_t *arena, mclmr_binding_t *found);

/* Copies what an identity is registered with into the arena: the keys of its
 * set, and the URI of the S-CSCF. false: it is not registered, or the arena is
 * full. */
bool iwf_bindings_find(mclmr_span_t uri, mclmr_arena_t *arena,
		mclmr_implicit_set_t *set, mclmr_span_t *scscf);

/* Copies what clients of an identity have bound into the arena: the first, NULL
 * if there is none. false: the arena is full. */
bool iwf_bindings_bound(mclmr_span_t impu_key, mclmr_arena_t *arena,
		const mclmr_binding_t **first);

/* Copies the key of the identity under which a client has bound an MC service
 * ID into the arena: of the registration that lasts longest, the one that its
 * REGISTER was for. false: there is none, or the arena is full. */
bool iwf_bindings_find_id(mclmr_service_t service, mclmr_span_t mc_id,
		mclmr_arena_t *arena, mclmr_span_t *impu);

/* True if an identity is registered. */
bool iwf_bindings_has(mclmr_span_t uri);

/* For the process that keeps them in a database, if modparam keep_bindings says
 * so (mclmr/binding/journal.h). Taking is done under the lock of a reader, the
 * others are short changes, and load_end is called again and again with what it
 * gave, until that is 0. */
void iwf_bindings_unsaved(mclmr_journal_take_f take, void *data);
typedef struct iwf_saved
{
	mclmr_span_t impu;
	int64_t stamp;
} iwf_saved_t;
void iwf_bindings_saved(const iwf_saved_t *saved, size_t n);
bool iwf_bindings_merge(const mclmr_record_t *record);
void iwf_bindings_load_begin(void);
size_t iwf_bindings_load_end(size_t place);

/* How many wait for it. */
size_t iwf_bindings_count_unsaved(void);

/* Microseconds since 1970. */
int64_t iwf_bindings_clock(void);

/* The store, or NULL, until the end, which has to follow in both cases. */
const mclmr_bindings_t *iwf_bindings_read(void);
void iwf_bindings_read_end(void);

/* How many there are; zeros without a store. */
mclmr_bindings_counts_t iwf_bindings_count(void);

#endif
