/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_refresh: loads the directory at start, then keeps it up to date in a
 * process of its own, the only writer (mc_common/follower.h).
 */
#ifndef IWF_REFRESH_H
#define IWF_REFRESH_H

#include "mc_common/follower.h"

/* From mod_init: checks the parameters, loads everything, reserves the
 * process. Does nothing without db_url. 0, or -1 with a log line. */
int iwf_refresh_init(void);
void iwf_refresh_destroy(void);

/* From child_init with PROC_MAIN: starts the process; 0 or -1. */
int iwf_refresh_start(void);

/* Asks for a full reload and waits for it; false with the reason in error (a
 * bad row, the database, too soon after the last, timeout). */
bool iwf_refresh_reload(int timeout_ms, char *error, size_t size);

/* Counts since start, all 0 without db_url. */
void iwf_refresh_stats(mc_follower_stats_t *stats);

#endif
