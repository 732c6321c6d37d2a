/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_keeper: keeps registrations in the database and takes over what other
 * nodes keep there, in a process of its own (modparam keep_bindings;
 * mc_common/follower.h).
 */
#ifndef IWF_KEEPER_H
#define IWF_KEEPER_H

/* From mod_init, after the directory is loaded: takes all rows over, reserves
 * the process. Does nothing without keep_bindings. 0, or -1 with a log line. */
int iwf_keeper_init(void);
void iwf_keeper_destroy(void);

/* From child_init with PROC_MAIN: starts the process; 0 or -1. */
int iwf_keeper_start(void);

#endif
