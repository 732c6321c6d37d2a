/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Memory that is counted and can run out. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

#define HEAD 16 /* octets before a block, which hold its size */

heap_t heap = {.largest = SIZE_MAX, .left = SIZE_MAX};

static bool is_refused(size_t n)
{
	return n > heap.largest || heap.left == 0
		   || (heap.fail_at > 0 && --heap.fail_at == 0);
}

static void *take(size_t n)
{
	char *head = NULL;

	heap.asked++;
	if(!is_refused(n))
		head = malloc(HEAD + n);
	if(head == NULL)
		return NULL;
	memcpy(head, &n, sizeof(n));
	heap.left -= heap.left != SIZE_MAX;
	heap.blocks++;
	heap.octets += n;
	return memset(head + HEAD, 0xa5, n);
}

static void release(void *memory)
{
	char *head = (char *)memory - HEAD;
	size_t n;

	memcpy(&n, head, sizeof(n));
	heap.blocks--;
	heap.octets -= n;
	free(head);
}

const mclmr_allocator_t allocator = {take, release};

void heap_refill(void)
{
	heap.asked = 0;
	heap.largest = heap.left = SIZE_MAX;
	heap.fail_at = 0;
}

int heap_set_up(void **state)
{
	(void)state;
	heap_refill();
	return 0;
}

int heap_tear_down(void **state)
{
	(void)state;
	return heap.blocks == 0 && heap.octets == 0 ? 0 : -1;
}
