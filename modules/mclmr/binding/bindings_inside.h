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
#include "record.h"
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
	mclmr_registration_t registration; /* first; expires is 0 in its grave */
	mclmr_wheel_node_t ends;
	mclmr_registered_id_t *identity;
	mclmr_entry_t *before, *after; /* that are not saved */
	int64_t stamp; /* us since 1970 of the last change, as a record has it */
	int64_t registered, bound; /* the same of its two halves */
	int64_t buried; /* until when it is in its grave; 0: it is in none */
	uint32_t load;	/* the last one that had it */
	bool unsaved;
};

struct mclmr_bindings
{
	const mclmr_allocator_t *allocator;
	mclmr_pool_t *pool;
	mclmr_table_t identities;
	mclmr_table_t ids; /* bindings by MC service ID */
	size_t registrations;
	mclmr_wheel_t wheel;
	struct mclmr_journal *journal; /* NULL: there is none */
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

/* Frees a registration with all that it has. */
void mclmr_entry_drop(mclmr_bindings_t *store, mclmr_entry_t *entry);

/* Puts a new registration in the place of all that have an identity of it. They
 * end by its stamp, or now if it has none. */
void mclmr_entry_place(
		mclmr_bindings_t *store, mclmr_entry_t *fresh, int64_t now);

/* Ends a registration. If there is a journal, it goes to its grave; stamp: of
 * the one that has taken its place, 0: it ends now. */
void mclmr_entry_end(mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t now,
		int64_t stamp);

/* Puts a registration of a store with a journal into its grave, and says so to
 * no one. */
void mclmr_entry_bury(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t until);

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

/* Adds a binding to a registration; false: no memory. */
bool mclmr_bound_add(mclmr_bindings_t *store, mclmr_entry_t *entry,
		const mclmr_binding_t *row);

/* Has the bindings of one registration belong to another one, which has none. */
void mclmr_bound_move(mclmr_entry_t *from, mclmr_entry_t *to);

/* What the store knows for other nodes; graves are found by first identity. */
typedef struct mclmr_journal
{
	int64_t (*clock_us)(void);
	mclmr_table_t graves;
	mclmr_entry_t *first, *last; /* that are not saved */
	size_t unsaved;
	int64_t stamp; /* the last one */
	uint32_t load;
} mclmr_journal_t;

/* Notes a change of a registration, of its bindings, or its end, as of a stamp
 * (0: now). Without a journal nothing. */
void mclmr_journal_registered(mclmr_bindings_t *store, mclmr_entry_t *entry);
void mclmr_journal_bound(mclmr_bindings_t *store, mclmr_entry_t *entry);
void mclmr_journal_ended(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t stamp);

/* The record of a registration, with its texts. */
void mclmr_journal_record(const mclmr_entry_t *entry, mclmr_record_t *record);

/* Has a registration saved once more, as of its last change. */
void mclmr_journal_add(mclmr_bindings_t *store, mclmr_entry_t *entry);

/* Takes a registration out of what is not saved, if it is in. */
void mclmr_journal_take(mclmr_bindings_t *store, mclmr_entry_t *entry);

/* The grave of an identity; NULL: none, or no journal. */
mclmr_entry_t *mclmr_journal_grave(
		const mclmr_bindings_t *store, mclmr_span_t key);

/* The registration of this first identity, in its grave or not; NULL: none. */
mclmr_entry_t *mclmr_journal_find(
		const mclmr_bindings_t *store, mclmr_span_t key);

/* The stamp of it; 0: none. */
int64_t mclmr_journal_stamp(const mclmr_bindings_t *store, mclmr_span_t key);

/* Until when a registration stays in its grave that would have lasted so long: a
 * node that was cut off may still have it. */
int64_t mclmr_journal_until(int64_t expires, int64_t now);

/* Puts a registration that nothing leads to into its grave. */
void mclmr_journal_bury(
		mclmr_bindings_t *store, mclmr_entry_t *entry, int64_t until);

/* Frees the journal. */
void mclmr_journal_free(mclmr_bindings_t *store);

#endif
