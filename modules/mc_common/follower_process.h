/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_follower_process: the one process of a node that a follower works in, from
 * the start of the module to its end.
 *
 *     mc_follower_share(&f) && mc_follower_load_at_start(&f, &error)   mod_init
 *     mc_follower_plan();                                              mod_init
 *     mc_follower_start(&f, "MC ... refresh");            child_init, PROC_MAIN
 *     mc_follower_unshare(&f);                                          destroy
 */
#ifndef MC_FOLLOWER_PROCESS_H
#define MC_FOLLOWER_PROCESS_H

#include "follower.h"

/* Makes counts and reload in shared memory, before any fork; false without
 * memory: nothing is made. */
bool mc_follower_share(mc_follower_t *follower);

/* Frees them; none is no error. */
void mc_follower_unshare(mc_follower_t *follower);

/* The first load, on a connection that does not live beyond the fork. */
mc_db_result_t mc_follower_load_at_start(
		mc_follower_t *follower, mc_db_error_t *error);

/* Has Kamailio count on one more process. */
void mc_follower_plan(void);

/* Forks the process, which does rounds for ever; 0, also if nothing is shared,
 * or -1. */
int mc_follower_start(mc_follower_t *follower, const char *name);

#endif
