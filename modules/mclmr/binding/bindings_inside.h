/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bindings from inside: hash tables and a wheel of registrations, each in one
 * block, and of their bindings. Internal to binding.
 */
#ifndef MCLMR_BINDINGS_INSIDE_H
#define MCLMR_BINDINGS_INSIDE_H

#include "mclmr/base/pool.h"
#include "mclmr/base/table.h"
#include "bindings.h"
#include "wheel.h"

typedef struct mclmr_entry mclmr_entry_t;

/* One identity of a registration. */
typedef struct mclmr_registered_id
{
	mclmr_link_t link;
	mclmr_entry_t *of;
	mclmr_span_t key; /* one of the registration's */
} mclmr_registered_id_t;

/* A binding as it is kept, its texts after it. */
typedef struct mclmr_bound
{
	mclmr_binding_t binding; /* first: next of it is an mclmr_bound_t */
	mclmr_link_t link;
	mclmr_entry_t *of;
} mclmr_bound_t;

/* A registration as it is kept: after it identities, keys, texts. */
struct mclmr_entry
{
	mclmr_registration_t registration; /* first */
	mclmr_wheel_node_t ends;
	mclmr_registered_id_t *identity;
};

struct mclmr_bindings
{
	const mclmr_allocator_t *allocator;
	mclmr_pool_t *pool;
	mclmr_table_t identities;
	mclmr_table_t ids; /* bindings by MC service ID */
	size_t registrations;
	mclmr_wheel_t wheel;
};

/* Copies a text to *end, which moves on. */
mclmr_span_t mclmr_entry_text(char **end, mclmr_span_t text);

/* A registration in one block, which nothing leads to yet; NULL: no memory. */
mclmr_entry_t *mclmr_entry_new(
		mclmr_pool_t *pool, const mclmr_registration_row_t *row);

/* True if a registration is as the row has it, but for its end. */
bool mclmr_entry_is(
		const mclmr_entry_t *entry, const mclmr_registration_row_t *row);

/* The registration that has an identity, whether it has ended or not; the same
 * if it has not. */
mclmr_entry_t *mclmr_entry_find(
		const mclmr_bindings_t *store, mclmr_span_t key);
mclmr_entry_t *mclmr_entry_find_live(
		const mclmr_bindings_t *store, mclmr_span_t key, int64_t now);

/* Has the wheel tell when the first thing of a registration ends. */
void mclmr_entry_wait(mclmr_bindings_t *store, mclmr_entry_t *entry);

/* The bindings of a registration, to be changed. */
mclmr_bound_t *mclmr_bound_first(const mclmr_entry_t *entry);
mclmr_bound_t *mclmr_bound_next(const mclmr_bound_t *bound);

/* Which bindings are meant. */
typedef bool (*mclmr_bound_choice_t)(
		const mclmr_bound_t *bound, const void *data);

/* Frees the bindings of a registration that are meant; how many. The choices:
 * all, and those that have ended at *now, an int64_t. */
size_t mclmr_bound_drop(mclmr_bindings_t *store, mclmr_entry_t *entry,
		mclmr_bound_choice_t is_meant, const void *data);
bool mclmr_bound_any(const mclmr_bound_t *bound, const void *none);
bool mclmr_bound_ended(const mclmr_bound_t *bound, const void *now);

/* Has the bindings of one registration belong to another one, which has none. */
void mclmr_bound_move(mclmr_entry_t *from, mclmr_entry_t *to);

#endif
