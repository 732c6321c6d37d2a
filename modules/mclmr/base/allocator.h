/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * allocator: where long-lived data get their memory from.
 */
#ifndef MCLMR_ALLOCATOR_H
#define MCLMR_ALLOCATOR_H

#include <stddef.h>

/* Shared memory in Kamailio, malloc in tests. */
typedef struct mclmr_allocator
{
	void *(*alloc)(size_t n); /* NULL if there is none left */
	void (*release)(void *memory);
} mclmr_allocator_t;

/* What is wrong if there is none: the one fault that is not in the data, so it
 * is known by its address. */
extern const char mclmr_no_memory[];

#endif
