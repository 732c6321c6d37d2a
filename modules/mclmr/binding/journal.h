/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * journal: what a store of bindings and those of other nodes tell each other
 * through a database. The store notes which registrations have changed; the one
 * who saves them takes records of some, and says when they are safe. Records of
 * other nodes are merged: of two of one registration, or of one identity, the
 * later counts, whatever the order in which they come; of the registration, and of
 * what clients have bound, each for itself, for two nodes may be told of them at
 * once. What has ended stays in a grave as long as it would have lasted, since
 * records that are older may still come.
 *
 *     mclmr_bindings_keep_journal(store, clock);          before all else
 *     mclmr_bindings_unsaved(store, take, &batch);
 *     mclmr_bindings_saved(store, impu, stamp);           for each of the batch
 *     mclmr_bindings_merge(store, &record, now);
 */
#ifndef MCLMR_JOURNAL_H
#define MCLMR_JOURNAL_H

#include "record.h"

#define MCLMR_GRAVE_SECONDS 3600 /* at least */

/* Has an empty store keep a journal; clock tells microseconds since
 * 1970. false: no
 * memory. */
bool mclmr_bindings_keep_journal(
		mclmr_bindings_t *store, int64_t (*clock_us)(void));

/* Takes the record of one change, whose texts live until the next change of the
 * store; false: not this one, and no more. */
typedef bool (*mclmr_journal_take_f)(void *data, const mclmr_record_t *record);

/* Tells of what is not saved, what has waited longest first. */
void mclmr_bindings_unsaved(
		const mclmr_bindings_t *store, mclmr_journal_take_f take, void *data);

/* How many are not saved; 0 without a journal. */
size_t mclmr_bindings_count_unsaved(const mclmr_bindings_t *store);

/* Notes that a registration is saved, unless it has changed since this stamp. */
void mclmr_bindings_saved(
		mclmr_bindings_t *store, mclmr_span_t impu_key, int64_t stamp);

/* Takes a record over, if nothing later is here. false: no memory, and nothing
 * has changed. */
bool mclmr_bindings_merge(
		mclmr_bindings_t *store, const mclmr_record_t *record, int64_t now);

/*
 * Between the two all records that are saved are merged. Then what none of them
 * was of has to be saved once more: the second is called until it gives 0, with
 * 0 at first and else with what it gave, and looks at most many places.
 */
void mclmr_bindings_load_begin(mclmr_bindings_t *store);
size_t mclmr_bindings_load_end(
		mclmr_bindings_t *store, size_t place, size_t most);

#endif
