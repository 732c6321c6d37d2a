/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_apply: brings what a row of the change log names
 * from the database into a directory: the one in force, or a new one that no
 * reader sees yet.
 */
#ifndef IWF_APPLY_H
#define IWF_APPLY_H

#include "mc_common/follower.h"
#include "mclmr/directory/directory.h"

/*
 * Reads again what table ("users", "lmr", "lmr_users", "groups", "plan"; others
 * are ignored) and items of a change name, and puts or removes it in aside;
 * NULL: in the directory in force. MC_DB_BAD_ROW: not all of it fits;
 * MC_DB_UNSURE: there is no memory for it, or the log has its row no more.
 *
 * users: the old user stays, but is removed with MC_WITHDRAW. With MC_GIVE_WAY
 *   a user that goes to another person, who has an ID of the service already,
 *   leaves its old place.
 * lmr: the rows that can be used replace the old ones at once; none of a slot
 *   with a second KMF, none at all of too many. With MC_WITHDRAW rows that
 *   cannot be used are named, and are not the result any more.
 * lmr_users, groups: as users.
 * plan: what cannot be used of it is left out, that is no bad row.
 */
mc_db_result_t iwf_apply(mclmr_directory_t *aside, const mc_change_t *change,
		mc_patience_t patience, mc_db_error_t *error);

/* True once after a change with which a row that was left out may be used: the
 * other spelling of its URI is gone, or its KMF is known. Only a full load finds
 * such a row. */
bool iwf_apply_wants_load(void);

#endif
