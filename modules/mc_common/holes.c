/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Missing numbers of a change log. */
#include <stdio.h>
#include <string.h>

#include "holes.h"

void mc_holes_begin(mc_holes_t *holes, long long first)
{
	holes->last = first - 1;
	holes->n = 0;
}

/* Takes out hole i. */
static void remove_hole(mc_holes_t *holes, size_t i)
{
	holes->n--;
	memmove(&holes->hole[i], &holes->hole[i + 1],
			(holes->n - i) * sizeof(holes->hole[0]));
}

/* Puts a hole in at place i; the oldest one gives way if all is full. */
static bool insert_hole(mc_holes_t *holes, size_t i, mc_hole_t hole)
{
	bool room = holes->n < MC_MAX_HOLES;

	if(!room) {
		remove_hole(holes, 0);
		i = i > 0 ? i - 1 : 0;
	}
	memmove(&holes->hole[i + 1], &holes->hole[i],
			(holes->n - i) * sizeof(holes->hole[0]));
	holes->hole[i] = hole;
	holes->n++;
	return room;
}

/* Cuts a number out of hole i, which contains it. */
static bool cut_hole(mc_holes_t *holes, size_t i, long long seq)
{
	mc_hole_t *hole = &holes->hole[i];
	mc_hole_t upper = {seq + 1, hole->last, hole->since};

	if(hole->first == seq && hole->last == seq) {
		remove_hole(holes, i);
	} else if(hole->first == seq) {
		hole->first++;
	} else if(hole->last == seq) {
		hole->last--;
	} else {
		hole->last = seq - 1;
		return insert_hole(holes, i + 1, upper);
	}
	return true;
}

bool mc_holes_seen(mc_holes_t *holes, long long seq, time_t now)
{
	size_t i;

	if(seq > holes->last) {
		mc_hole_t gap = {holes->last + 1, seq - 1, now};

		holes->last = seq;
		return gap.first > gap.last || insert_hole(holes, holes->n, gap);
	}
	for(i = 0; i < holes->n; i++) {
		if(seq >= holes->hole[i].first && seq <= holes->hole[i].last)
			return cut_hole(holes, i, seq);
	}
	return true;
}

size_t mc_holes_expire(mc_holes_t *holes, time_t before)
{
	size_t i = 0, n = holes->n;

	while(i < holes->n) {
		if(holes->hole[i].since < before) {
			remove_hole(holes, i);
		} else {
			i++;
		}
	}
	return n - holes->n;
}

void mc_holes_condition(const mc_holes_t *holes, char sql[MC_HOLES_SQL])
{
	int n = 0;

	sql[0] = '\0';
	for(size_t i = 0; i < holes->n; i++) {
		n += snprintf(sql + n, (size_t)(MC_HOLES_SQL - n),
				"%sseq BETWEEN %lld AND %lld", i > 0 ? " OR " : "",
				holes->hole[i].first, holes->hole[i].last);
	}
}
