/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * iwf_apply: brings what a row of the change log names from the database
 * into a directory: the one in force, or a new one that nobody sees yet.
 */
#ifndef IWF_APPLY_H
#define IWF_APPLY_H

#include "iwf_db.h"

/* Later changes go into this directory; NULL: into the one in force. */
void iwf_apply_aside(mclmr_directory_t *directory);

/*
 * Reads again what table ("users", "lmr", "plan"; others are ignored) and
 * items name, and puts or removes it. IWF_DB_BAD_ROW: the old entry stays;
 * but with give_way a user that goes to another person, who has an ID of the
 * service already, leaves its old place: the two may have changed places.
 */
iwf_db_result_t iwf_apply(mclmr_span_t table, mclmr_span_t item1,
		mclmr_span_t item2, bool give_way, iwf_db_error_t *error);

#endif
