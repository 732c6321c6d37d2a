/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_binding_rows: registrations as rows of mc_iwf_bindings, which nodes write
 * for each other and never change: of the rows of one registration the one that
 * was changed last counts. Internal to this folder; for one process at a time.
 */
#ifndef IWF_BINDING_ROWS_H
#define IWF_BINDING_ROWS_H

#include "mc_common/change_log.h"
#include "mc_common/table.h"

/* The log of what was written. */
#define IWF_BINDING_LOG "mc_iwf_binding_changes"

/* Gives this node a name of its own, before all else; false: no random octets. */
bool iwf_binding_rows_init(void);

/* True if the tables have the versions of their descriptions. */
bool iwf_binding_rows_check(mc_db_t *db);

/* Takes all rows over, and calls between after each page. What cannot be used is
 * left out, with a line for the first ones. */
mc_db_result_t iwf_binding_rows_load(mc_db_t *db, void (*between)(void *data),
		void *data, mc_db_error_t *error);

/* Reads ahead what rows first to last of the log name; until the end. */
void iwf_binding_rows_ahead(mc_db_t *db, long long first, long long last);
void iwf_binding_rows_ahead_end(void);

/* Takes over what a row of the log names, unless this node has written it.
 * MC_DB_UNSURE: the row of the log is gone. */
mc_db_result_t iwf_binding_rows_apply(
		mc_db_t *db, const mc_change_t *change, mc_db_error_t *error);

/* Writes some of what is not saved, in one transaction; *n: how many. */
mc_db_result_t iwf_binding_rows_save(
		mc_db_t *db, size_t *n, mc_db_error_t *error);

/* Deletes some of the rows that have ended. */
mc_db_result_t iwf_binding_rows_prune(mc_db_t *db, mc_db_error_t *error);

/* A row of the log that was given up. */
void iwf_binding_rows_left_out(const char *registration, const char *why);

#endif
