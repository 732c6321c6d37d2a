/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_bad_rows: the rows that could not be used: how many, and
 * the last ones by name, for operators. One process finds them, any process
 * tells. Those of a directory aside, which is being loaded, do not show before
 * it is in force.
 */
#ifndef IWF_BAD_ROWS_H
#define IWF_BAD_ROWS_H

#include <stdbool.h>
#include <time.h>

#include "mclmr/base/span.h"

#define IWF_BAD_ROWS 100	/* that are kept */
#define IWF_BAD_ROW_TEXT 96 /* octets of a text, with NUL; the rest is cut */

typedef struct iwf_bad_row
{
	char table[IWF_BAD_ROW_TEXT];
	char row[IWF_BAD_ROW_TEXT]; /* its id, or what the change log names */
	char why[IWF_BAD_ROW_TEXT];
	time_t when; /* it was found last */
} iwf_bad_row_t;

/* Names a row by the items of a change, which are of any length and octets: what
 * is no printable ASCII becomes '?', since it goes into the log. */
void iwf_bad_rows_name(
		char name[IWF_BAD_ROW_TEXT], mclmr_span_t item1, mclmr_span_t item2);

/* Makes the list, before any fork; 0, or -1 with a log line. */
int iwf_bad_rows_init(void);
void iwf_bad_rows_destroy(void);

/* A load begins: no row of it was found so far. It is in force: its rows are
 * found now. */
void iwf_bad_rows_begin(void);
void iwf_bad_rows_put(void);

/* Counts a row and keeps its name; one that has this name already moves to the
 * end of the list. */
void iwf_bad_rows_add(
		bool aside, const char *table, const char *row, const char *why);

/* Counts a row without its name. */
void iwf_bad_rows_count(bool aside);

/* How many were counted since the start; 0 without a list. */
unsigned long iwf_bad_rows_total(void);

/* A copy of the rows that are kept, the newest last; how many. */
size_t iwf_bad_rows_copy(iwf_bad_row_t rows[IWF_BAD_ROWS]);

#endif
