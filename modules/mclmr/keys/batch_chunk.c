/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Rows of a batch, from begin to store: their keys are encapsulated at once. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "batch_chunk.h"

struct mclmr_batch_chunk
{
	const mclmr_batch_work_t *work;
	char *own; /* of all rows */
	mclmr_batch_item_t item[MCLMR_BATCH_CHUNK];
	mclmr_sakke_job_t job[MCLMR_BATCH_CHUNK];
	char memory[MCLMR_BATCH_CHUNK][MCLMR_BATCH_MEMORY];
};

mclmr_batch_chunk_t *mclmr_batch_chunk_new(const mclmr_batch_work_t *work)
{
	mclmr_batch_chunk_t *chunk = calloc(1, sizeof(*chunk));

	if(chunk == NULL)
		return NULL;
	chunk->work = work;
	chunk->own = calloc(MCLMR_BATCH_CHUNK, work->own_size);
	if(chunk->own != NULL)
		return chunk;
	free(chunk);
	return NULL;
}

void mclmr_batch_chunk_free(mclmr_batch_chunk_t *chunk)
{
	if(chunk == NULL)
		return;
	free(chunk->own);
	free(chunk);
}

/* True if the message of a row is stored, and of the key period of the one
 * that was begun. */
static bool is_stored(
		const mclmr_batch_work_t *work, const mclmr_batch_item_t *item)
{
	const mclmr_mikey_order_t *order = item->draft->order;
	mclmr_key_period_t period = order->issuer->certificate->period;
	uint64_t before;

	return work->find != NULL && work->find(work->context, item, &before)
		   && mclmr_key_period_number(period, mclmr_unix_seconds(before))
					  == mclmr_key_period_number(
							  period, mclmr_unix_seconds(order->timestamp));
}

/* Begins the message of a row, if there is to be one. */
static void begin(mclmr_batch_chunk_t *chunk, size_t i, size_t row)
{
	const mclmr_batch_work_t *work = chunk->work;
	mclmr_batch_item_t *item = &chunk->item[i];

	*item = (mclmr_batch_item_t){.row = row,
			.own = chunk->own + i * work->own_size,
			.arena = mclmr_arena(chunk->memory[i], MCLMR_BATCH_MEMORY)};
	work->begin(work->context, item);
	if(item->fate == MCLMR_BATCH_MADE && is_stored(work, item))
		item->fate = MCLMR_BATCH_SKIPPED;
}

/* Encapsulates the keys of all messages that have begun. */
static void encapsulate(mclmr_batch_chunk_t *chunk, size_t n)
{
	mclmr_mikey_draft_t *of[MCLMR_BATCH_CHUNK];
	size_t jobs = 0;

	for(size_t i = 0; i < n; i++) {
		if(chunk->item[i].fate != MCLMR_BATCH_MADE)
			continue;
		of[jobs] = chunk->item[i].draft;
		chunk->job[jobs] = of[jobs]->job;
		jobs++;
	}
	if(jobs > 0)
		(void)mclmr_sakke_encapsulate_many(
				mclmr_keyring_sakke(chunk->work->ring), chunk->job, jobs);
	for(size_t i = 0; i < jobs; i++)
		of[i]->job = chunk->job[i];
	OPENSSL_cleanse(chunk->job, sizeof(chunk->job));
}

/* Ends and stores the message of a row. */
static void finish(const mclmr_batch_work_t *work, mclmr_batch_item_t *item)
{
	mclmr_span_t octets;

	if(item->fate != MCLMR_BATCH_MADE)
		return;
	item->why = work->finish(work->context, item, &octets);
	if(item->why == NULL)
		item->why = work->store(work->context, item, octets);
	if(item->why != NULL)
		item->fate = MCLMR_BATCH_REFUSED;
}

/* Overwrites what rows have left, and not the rest of the memory. */
static void wipe(mclmr_batch_chunk_t *chunk, size_t n)
{
	for(size_t i = 0; i < n; i++)
		OPENSSL_cleanse(chunk->memory[i], chunk->item[i].arena.used);
	OPENSSL_cleanse(chunk->own, n * chunk->work->own_size);
}

void mclmr_batch_chunk_do(mclmr_batch_chunk_t *chunk, size_t first, size_t n,
		mclmr_batch_settle_t settle, void *context)
{
	for(size_t i = 0; i < n; i++)
		begin(chunk, i, first + i);
	encapsulate(chunk, n);
	for(size_t i = 0; i < n; i++) {
		finish(chunk->work, &chunk->item[i]);
		settle(context, &chunk->item[i]);
	}
	wipe(chunk, n);
}
