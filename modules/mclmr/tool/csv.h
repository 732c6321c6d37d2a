/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * csv: a table of comma-separated values (RFC 4180), first line names.
 */
#ifndef MCLMR_TOOL_CSV_H
#define MCLMR_TOOL_CSV_H

#include <stdint.h>

#include "mclmr/base/span.h"

#define TOOL_CSV_COLUMNS 32
#define TOOL_CSV_ROW_SIZE 16384 /* octets of a row at most */

/* A row of the table: where it is. */
typedef struct tool_csv_row
{
	mclmr_span_t text;
	size_t line; /* in the file, from 1 on */
} tool_csv_row_t;

typedef struct tool_csv
{
	mclmr_span_t text;
	int64_t changed; /* Unix nanoseconds of the file's last change */
	size_t columns;
	mclmr_span_t column[TOOL_CSV_COLUMNS];
	size_t rows; /* without that of the names */
	tool_csv_row_t *row;
} tool_csv_t;

/* The fields of one row, as strings in the buffer; secret. */
typedef struct tool_csv_fields
{
	size_t n;
	const char *field[TOOL_CSV_COLUMNS];
	char buffer[TOOL_CSV_ROW_SIZE + TOOL_CSV_COLUMNS];
} tool_csv_fields_t;

/* Reads a table; false with a complaint. Freed, and overwritten, by the
 * other. */
bool tool_csv_open(const char *path, tool_csv_t *csv);
void tool_csv_close(tool_csv_t *csv);

/* Takes a row apart. NULL, or what is wrong. */
const char *tool_csv_read(const tool_csv_t *csv, const tool_csv_row_t *row,
		tool_csv_fields_t *fields);

#endif
