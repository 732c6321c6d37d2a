/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_progress: brings a content along the change log. Internal to mc_common:
 * the follower's half that knows single rows.
 */
#ifndef MC_PROGRESS_H
#define MC_PROGRESS_H

#include "follower.h"

#define MC_PROGRESS_ROWS 1000 /* rows of the change log read at once */

/*
 * Reads and applies what is new in the log; *n rows of it. A content of NULL
 * is the one in force. A row counts as seen only after it was applied: what a
 * lost database interrupts comes again.
 */
mc_db_result_t mc_progress_poll(mc_follower_t *follower, void *content,
		mc_progress_t *progress, size_t *n, mc_db_error_t *error);

/* Finds the place in the log before a full load: the last number and those
 * missing that may still come. What is known of them already is kept, unless
 * the log was begun anew. Rows after the last page come when catching up. */
mc_db_result_t mc_progress_begin(
		mc_follower_t *follower, mc_progress_t *progress, mc_db_error_t *error);

#endif
