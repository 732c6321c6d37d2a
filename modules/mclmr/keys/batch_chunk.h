/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to keys. batch_chunk: the rows of a batch that one process has in
 * hand at once.
 */
#ifndef MCLMR_BATCH_CHUNK_H
#define MCLMR_BATCH_CHUNK_H

#include "batch.h"

#define MCLMR_BATCH_CHUNK 64 /* rows */

typedef struct mclmr_batch_chunk mclmr_batch_chunk_t;

/* Memory for rows of a work, which has to outlive it. NULL: none. Freed by the
 * other. */
mclmr_batch_chunk_t *mclmr_batch_chunk_new(const mclmr_batch_work_t *work);
void mclmr_batch_chunk_free(mclmr_batch_chunk_t *chunk);

/* What is told of each row, with a context. */
typedef void (*mclmr_batch_settle_t)(
		void *context, const mclmr_batch_item_t *item);

/* Makes the messages of n rows, at most MCLMR_BATCH_CHUNK, from first on. */
void mclmr_batch_chunk_do(mclmr_batch_chunk_t *chunk, size_t first, size_t n,
		mclmr_batch_settle_t settle, void *context);

#endif
