/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_bad_rows: the last rows that could not be used, for
 * operators: one process finds them, any process tells.
 */
#ifndef IWF_BAD_ROWS_H
#define IWF_BAD_ROWS_H

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

/* Keeps a row; one that is in the list already moves to its end. */
void iwf_bad_rows_keep(const char *table, const char *row, const char *why);

/* A copy of the rows, the newest last; how many. */
size_t iwf_bad_rows_copy(iwf_bad_row_t rows[IWF_BAD_ROWS]);

#endif
