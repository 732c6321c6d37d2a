/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * heap: the memory of stores under test: it is counted, begins with octets that
 * are no zeros, and can run out.
 */
#ifndef TESTS_HEAP_H
#define TESTS_HEAP_H

#include "mclmr/base/allocator.h"

/* What has been asked for and is held, and what can still be had. */
typedef struct heap
{
	size_t asked;	/* how often */
	size_t blocks;	/* that are held */
	size_t octets;	/* in them */
	size_t largest; /* octets that a block can have */
	size_t left;	/* blocks that can still be had */
	size_t fail_at; /* the one from now that cannot, it alone; 0: none */
} heap_t;

extern heap_t heap;
extern const mclmr_allocator_t allocator;

/* From now on there is memory for all. */
void heap_refill(void);

/* The same as a set-up of cmocka. */
int heap_set_up(void **state);

/* 0 if nothing is held, as a tear-down of cmocka has it. */
int heap_tear_down(void **state);

#endif
