/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * table: the words of many messages, a row each; options stand for what a row
 * leaves empty.
 */
#ifndef MCLMR_TOOL_TABLE_H
#define MCLMR_TOOL_TABLE_H

#include "mclmr/keys/record_words.h"
#include "csv.h"

typedef struct tool_table
{
	const char *path;
	char *folder; /* that it is in: names of key files are relative to it */
	const mclmr_record_words_t *defaults;
	tool_csv_t csv;
	mclmr_record_word_t word[TOOL_CSV_COLUMNS]; /* of each column */
} tool_table_t;

/* The words of one row: strings in its fields, or of the options. Secret. */
typedef struct tool_table_row
{
	tool_csv_fields_t fields;
	mclmr_record_words_t words;
} tool_table_row_t;

#define TOOL_COLUMN(word) (1U << (word)) /* of a set of columns */

/* Opens a table whose columns may be those of a set. false with a complaint.
 * path and defaults have to outlive it. Closed, and overwritten, by the
 * other. */
bool tool_table_open(tool_table_t *table, const char *path,
		const mclmr_record_words_t *defaults, unsigned columns);
void tool_table_close(tool_table_t *table);

/* Reads the words of a row, from 0 on. NULL, or what is wrong; static. */
const char *tool_table_read(
		const tool_table_t *table, size_t row, tool_table_row_t *to);

#endif
