/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to data. iwf_memory: whether shared memory has room for a second
 * directory beside the one in force. A fourth of it is left to messages: with
 * less than a fifth the sample node refuses clients.
 */
#ifndef IWF_MEMORY_H
#define IWF_MEMORY_H

#include "mc_common/db.h"

/* Looks whether a load fits that has this many users, LMR entries, LMR users and
 * groups in all, by the size of the directory in force; true if nothing is in
 * force. */
bool iwf_memory_fits(size_t rows, mc_db_error_t *error);

/* True while there is more free than messages need, or nothing is in force. */
bool iwf_memory_is_left(void);

#endif
