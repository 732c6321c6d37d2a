/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_apply: brings what a row of the change log names from the database
 * into a directory: the one in force, or a new one that nobody sees yet.
 */
#ifndef IWF_APPLY_H
#define IWF_APPLY_H

#include "db.h"

/* Later changes go into this directory; NULL: into the one in force. */
void iwf_apply_aside(mclmr_directory_t *directory);

/* How patient a change is with what does not fit. */
typedef enum iwf_patience
{
	IWF_WAIT,	  /* what it needs may come with the next changes */
	IWF_GIVE_WAY, /* a user that goes to another person, who has an ID of the
				   * service already, leaves its old place: the two may have
				   * changed places */
	IWF_WITHDRAW  /* what does not fit now is out of force */
} iwf_patience_t;

/*
 * Reads again what table ("users", "lmr", "lmr_users", "groups", "plan"; others
 * are ignored) and items name, and puts or removes it. IWF_DB_BAD_ROW: not all of it fits.
 *
 * users: the old user stays, but is removed with IWF_WITHDRAW.
 * lmr: the rows that can be used replace the old ones at once; none of a slot
 *   with a second KMF, none at all of too many. With IWF_WITHDRAW rows that
 *   cannot be used are named, and are not the result any more.
 * lmr_users, groups: as users.
 * network: the old one stays; bad peers are left out, that is no bad row.
 */
iwf_db_result_t iwf_apply(mclmr_span_t table, mclmr_span_t item1,
		mclmr_span_t item2, iwf_patience_t patience, iwf_db_error_t *error);

#endif
