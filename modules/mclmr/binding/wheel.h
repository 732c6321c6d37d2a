/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to binding. wheel: what ends at some second, found in that second
 * without a look at the rest: a ring of lists, one a second. What ends later
 * than one turn of it (over an hour) is looked at once a turn. No memory of its
 * own, no locks.
 */
#ifndef MCLMR_WHEEL_H
#define MCLMR_WHEEL_H

#include <stddef.h>
#include <stdint.h>

#define MCLMR_WHEEL_SECONDS 4096

/* What a thing hangs on; at is NULL if it is in no wheel. */
typedef struct mclmr_wheel_node
{
	struct mclmr_wheel_node *next;
	struct mclmr_wheel_node **at; /* the pointer that leads here */
	int64_t due;				  /* Unix seconds */
} mclmr_wheel_node_t;

typedef struct mclmr_wheel
{
	int64_t now; /* all that is due until then has been told */
	mclmr_wheel_node_t *second[MCLMR_WHEEL_SECONDS];
} mclmr_wheel_t;

/* Makes a wheel empty. */
void mclmr_wheel_init(mclmr_wheel_t *wheel, int64_t now);

/* Puts a node in, or elsewhere if it is in already. */
void mclmr_wheel_put(
		mclmr_wheel_t *wheel, mclmr_wheel_node_t *node, int64_t due);

/* Takes a node out; one that is not in is no error. */
void mclmr_wheel_take(mclmr_wheel_node_t *node);

/*
 * Tells of nodes that are due, which are taken out before; due() may put its
 * node in again, and touches no other one. At most so many of them: the rest
 * comes with the next call. How many. A clock that goes back tells of nothing;
 * the seconds after it come again.
 */
size_t mclmr_wheel_turn(mclmr_wheel_t *wheel, int64_t now, size_t most,
		void (*due)(void *data, mclmr_wheel_node_t *node), void *data);

#endif
