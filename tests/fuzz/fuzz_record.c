/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: the line of a registration, as a row of a database has it. What is
 * read is written and read again as the same, without an octet that SQL has for
 * itself, and a store takes it.
 */
#include <stdlib.h>

#include "mclmr/binding/journal.h"
#include "fuzz.h"

#define NOW INT64_C(1700000000)

static char memory[1 << 18], again[1 << 18], room[1 << 18];

static const mclmr_allocator_t allocator = {malloc, free};

static int64_t clock_us(void)
{
	return NOW * 1000000;
}

/* What is read from the line of a record is that record. */
static void write_and_read(const mclmr_record_t *record)
{
	mclmr_arena_t to = mclmr_arena(room, sizeof(room));
	mclmr_arena_t arena = mclmr_arena(again, sizeof(again));
	mclmr_text_t text = mclmr_text(&to);
	mclmr_record_t other = {.stamp = record->stamp};
	mclmr_span_t line;

	mclmr_record_write(record, &text);
	if(!mclmr_text_done(&text, &line))
		return;
	for(size_t i = 0; i < line.len; i++)
		require(line.s[i] >= ' ' && line.s[i] <= '~' && line.s[i] != '\''
				&& line.s[i] != '\\');
	require(mclmr_record_read(line, &arena, &other) == NULL);
	require(other.set.n == record->set.n && other.n == record->n
			&& other.ended == record->ended
			&& other.registered == record->registered
			&& other.bound == record->bound);
	for(size_t i = 0; i < record->n; i++)
		require(mclmr_span_equal(
				other.binding[i].client_id, record->binding[i].client_id));
}

/* A store takes it, and has it until it ends. */
static void merge(mclmr_record_t *record)
{
	mclmr_bindings_t *store = mclmr_bindings_new(&allocator, NOW);

	require(store != NULL && mclmr_bindings_keep_journal(store, clock_us));
	record->expires = NOW + 10;
	require(mclmr_bindings_merge(store, record, NOW));
	require((mclmr_bindings_find(store, record->set.key[0], NOW) != NULL)
			!= record->ended);
	(void)mclmr_bindings_expire(store, NOW + MCLMR_GRAVE_SECONDS + 1, 100);
	require(mclmr_bindings_count(store).registrations == 0);
	require(mclmr_bindings_count(store).bindings == 0);
	mclmr_bindings_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_record_t record = {.stamp = NOW * 1000000};

	if(mclmr_record_read(input_of(data, size), &arena, &record) != NULL)
		return 0;
	write_and_read(&record);
	merge(&record);
	return 0;
}
