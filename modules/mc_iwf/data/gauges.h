/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_gauges: what counters of group mc_iwf show of the data.
 */
#ifndef IWF_GAUGES_H
#define IWF_GAUGES_H

/* Registers all gauges, before any fork; 0 or -1. */
int iwf_gauges_init(void);

#endif
