/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_refresh: loads the directory at start, then keeps it up to date in a
 * process of its own, the only writer: single rows by the change log that
 * the triggers of the tables fill, everything anew on request or when the
 * log does not tell enough.
 */
#ifndef IWF_REFRESH_H
#define IWF_REFRESH_H

#include <stdbool.h>
#include <stddef.h>

/* Counts since start, for statistics. */
typedef struct iwf_refresh_stats
{
	unsigned long changes;	/* rows of the change log that were applied */
	unsigned long bad_rows; /* rows that could not be used */
	unsigned long reloads;	/* full loads that went well, after the first */
	unsigned long outages;	/* times that the database was lost */
	unsigned long holes;	/* missing runs of numbers that are waited for */
	bool up;				/* the database answers now */
} iwf_refresh_stats_t;

/* From mod_init: checks the parameters, loads everything, reserves the
 * process. Does nothing without db_url. 0, or -1 with a log line. */
int iwf_refresh_init(void);
void iwf_refresh_destroy(void);

/* From child_init with PROC_MAIN: starts the process; 0 or -1. */
int iwf_refresh_start(void);

/* Asks for a full reload and waits for it; false with the reason in error (a
 * bad row, the database, too soon after the last, timeout). */
bool iwf_refresh_reload(int timeout_ms, char *error, size_t size);

void iwf_refresh_stats(iwf_refresh_stats_t *stats);

#endif
