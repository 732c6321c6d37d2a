/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * batch: a message for each row of a table, on all cores; see the library's
 * batch. Progress and complaints are on standard error, what came out on
 * standard output.
 */
#ifndef MCLMR_TOOL_BATCH_H
#define MCLMR_TOOL_BATCH_H

#include "mclmr/keys/batch.h"
#include "outdir.h"
#include "ring.h"
#include "table.h"

typedef struct tool_batch tool_batch_t;

/* What kind of messages a batch makes. */
typedef struct tool_batch_kind
{
	unsigned columns; /* that a table may have, see TOOL_COLUMN() */
	size_t size;	  /* octets of a row, which begins with tool_batch_row_t */

	/* Writes the name of a row's message. NULL, or what is wrong; static. */
	const char *(*name)(const tool_batch_t *batch,
			const mclmr_record_words_t *words, char name[TOOL_NAME_SIZE]);
	const char *twice; /* what is wrong with two rows of one name */

	/* Begin and end the message of a row whose words are read, as those of
	 * mclmr_batch_work_t; item->own is the row. */
	void (*begin)(const tool_batch_t *batch, mclmr_batch_item_t *item);
	const char *(*finish)(const tool_batch_t *batch, mclmr_batch_item_t *item,
			mclmr_span_t *octets);
} tool_batch_kind_t;

/* A row, read. Secret. */
typedef struct tool_batch_row
{
	tool_table_row_t table;
	char name[TOOL_NAME_SIZE];
} tool_batch_row_t;

struct tool_batch
{
	/* Set by the caller. */
	const tool_batch_kind_t *kind;
	const void *context; /* of the kind's functions */
	const char *path;	 /* of the table */
	const char *folder;	 /* of the messages */
	const mclmr_record_words_t *defaults;
	mclmr_span_t mark; /* what else the command is known again by */

	/* Set by tool_batch(). */
	mclmr_keyring_t *ring;
	tool_table_t table;
	tool_outdir_t outdir;
	uint64_t now; /* NTP timestamp: --at, or the present */
	bool *twice;  /* rows whose name is another row's too */
	size_t refusals;
	struct tool_refusal *refusal;
	size_t shown; /* tenths of the rows */
};

/* Does a batch. An exit code. */
int tool_batch(tool_batch_t *batch, const tool_arguments_t *arguments);

#endif
