/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * batch: MIKEY messages for many users: one for each row of a table that the
 * caller has, whatever it is kept in. A message that is stored already is not
 * made again, so that a batch which was interrupted goes on from there; a row
 * that is refused stops no other. In the calling process, or on all cores.
 *
 *     batch = mclmr_batch_new(&work);
 *     mclmr_batch_run(batch, mclmr_batch_cores(), &result);
 *     mclmr_batch_free(batch);
 */
#ifndef MCLMR_BATCH_H
#define MCLMR_BATCH_H

#include "mikey_make.h"

#define MCLMR_BATCH_MEMORY 131072 /* octets of the arena of each row */
#define MCLMR_BATCH_WHY 512		  /* of the reason of a refusal, NUL included */

/* What becomes of a row. */
typedef enum mclmr_batch_fate
{
	MCLMR_BATCH_MADE,
	MCLMR_BATCH_SKIPPED, /* stored already, or not to be made now */
	MCLMR_BATCH_REFUSED
} mclmr_batch_fate_t;

/* A row that is under way. Secret: cleansed after it. */
typedef struct mclmr_batch_item
{
	size_t row;					/* from 0 on */
	void *own;					/* octets of the caller's, all zero at first */
	mclmr_arena_t arena;		/* for what is made */
	mclmr_mikey_draft_t *draft; /* the message, once it has begun */
	mclmr_batch_fate_t fate;
	const char *why; /* why it is refused; static, or in own */
} mclmr_batch_item_t;

/* How far a batch is, and how it ended. */
typedef struct mclmr_batch_result
{
	size_t made;
	size_t skipped;
	size_t refused;
	bool stopped; /* by mclmr_batch_stop(): rows may be left out */
	bool broken;  /* a worker came to a bad end: rows may be left out */
} mclmr_batch_result_t;

/* What the caller brings. Functions get its context. */
typedef struct mclmr_batch_work
{
	void *context;
	mclmr_keyring_t *ring;
	size_t rows;
	size_t own_size; /* octets of item->own, 1 or more */

	/* Reads a row, and begins its message: sets item->draft, or fate, and why
	 * if it is refused. */
	void (*begin)(void *context, mclmr_batch_item_t *item);

	/* True if the message of a row is stored, with the NTP timestamp that it
	 * has; it counts if it is of the key period of the one that was begun.
	 * NULL: none ever is. */
	bool (*find)(
			void *context, const mclmr_batch_item_t *item, uint64_t *timestamp);

	/* Ends a message whose key is encapsulated, and stores it. NULL, or what is
	 * wrong; static. */
	const char *(*finish)(
			void *context, mclmr_batch_item_t *item, mclmr_span_t *octets);
	const char *(*store)(
			void *context, const mclmr_batch_item_t *item, mclmr_span_t octets);

	/* Told in the calling process, in any order: a row that is refused, and
	 * every now and then how far it is. May be NULL. */
	void (*refused)(void *context, size_t row, const char *why);
	void (*progress)(void *context, const mclmr_batch_result_t *so_far);
} mclmr_batch_work_t;

typedef struct mclmr_batch mclmr_batch_t;

/* A batch that has not begun; the work is copied. NULL: no memory. Freed by
 * the other. */
mclmr_batch_t *mclmr_batch_new(const mclmr_batch_work_t *work);
void mclmr_batch_free(mclmr_batch_t *batch);

/*
 * Does the whole work, once, and waits for it. workers: processes of its own
 * that rows are shared out to, which call all but refused and progress, and end
 * with their parent; they ignore SIGINT. 0: all is done in this process. What
 * stands in buffers of stdio should be flushed before. false: no worker could
 * be started, nothing was done.
 */
bool mclmr_batch_run(
		mclmr_batch_t *batch, size_t workers, mclmr_batch_result_t *result);

/* Stops a batch after the rows that are under way. May be called by a signal
 * handler, also before the batch runs. */
void mclmr_batch_stop(mclmr_batch_t *batch);

/* As many workers as this machine has cores for. */
size_t mclmr_batch_cores(void);

#endif
