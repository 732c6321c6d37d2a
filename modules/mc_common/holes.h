/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_holes: the numbers of a change log that were passed over. A number may
 * become visible after a higher one, when its transaction commits late, or
 * never, when it was rolled back. No Kamailio header.
 */
#ifndef MC_HOLES_H
#define MC_HOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define MC_MAX_HOLES 256
#define MC_HOLES_SQL 20480 /* octets of the longest condition */

/* A run of missing numbers. */
typedef struct mc_hole
{
	long long first;
	long long last;
	time_t since;
} mc_hole_t;

/* What was seen of a log: all up to last, but for the holes. */
typedef struct mc_holes
{
	long long last;
	size_t n;
	mc_hole_t hole[MC_MAX_HOLES]; /* rising */
} mc_holes_t;

/* Nothing below first is asked for any more: all before it counts as seen. */
void mc_holes_begin(mc_holes_t *holes, long long first);

/* Marks a number as seen; what lies between it and the last one becomes a
 * hole. false if the oldest hole had to be given up for want of room. */
bool mc_holes_seen(mc_holes_t *holes, long long seq, time_t now);

/* Gives up the holes that are there since a time before this; how many. */
size_t mc_holes_expire(mc_holes_t *holes, time_t before);

/* The SQL condition on column seq for all numbers in holes; empty if there is
 * none. */
void mc_holes_condition(const mc_holes_t *holes, char sql[MC_HOLES_SQL]);

#endif
