/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_mod_level: up to which level the core and single modules may log, by
 * name. What they would say of a message that they cannot read quotes it.
 * Module debugger can do the same, with a lock and a hash at each place that
 * could log; this compares a few names, the first of them first. Internal to
 * this folder.
 */
#ifndef IWF_MOD_LEVEL_H
#define IWF_MOD_LEVEL_H

#include "core/sr_module.h"

/* modparam mod_level: "NAME=LEVEL", LEVEL as that of debug, -5 to 3; the last
 * one of a name counts. 0, or -1 if it is something else or there are too many
 * names. */
int iwf_mod_level_param(modparam_t type, void *value);

/* Shares the levels with all processes, before any fork, and registers the
 * command mc_iwf.mod_level; 0 or -1. Without any name, nothing is done. */
int iwf_mod_level_init(void);

/* From now on the levels are in force in this process, in place of those of
 * module debugger. */
void iwf_mod_level_enable(void);

/* They are no longer in force; for the process that ends last. */
void iwf_mod_level_destroy(void);

#endif
