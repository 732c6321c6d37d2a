/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * iwf_holes: the numbers of a change log that were passed over. A number may
 * become visible after a higher one, when its transaction commits late, or
 * never, when it was rolled back. No Kamailio header.
 */
#ifndef IWF_HOLES_H
#define IWF_HOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define IWF_MAX_HOLES 256
#define IWF_HOLES_SQL 20480 /* octets of the longest condition */

/* A run of missing numbers. */
typedef struct iwf_hole
{
	long long first;
	long long last;
	time_t since;
} iwf_hole_t;

/* What was seen of a log: all up to last, but for the holes. */
typedef struct iwf_holes
{
	long long last;
	size_t n;
	iwf_hole_t hole[IWF_MAX_HOLES]; /* rising */
} iwf_holes_t;

/* Nothing below first is asked for any more: all before it counts as seen. */
void iwf_holes_begin(iwf_holes_t *holes, long long first);

/* Marks a number as seen; what lies between it and the last one becomes a
 * hole. false where the oldest hole had to be given up for want of room. */
bool iwf_holes_seen(iwf_holes_t *holes, long long seq, time_t now);

/* Gives up the holes that are there since a time before this; how many. */
size_t iwf_holes_expire(iwf_holes_t *holes, time_t before);

/* The SQL condition on column seq for all that was not seen yet. */
void iwf_holes_condition(const iwf_holes_t *holes, char sql[IWF_HOLES_SQL]);

#endif
