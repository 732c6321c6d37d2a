/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lists of what ends, one a second. */
#include <string.h>

#include "wheel.h"

void mclmr_wheel_init(mclmr_wheel_t *wheel, int64_t now)
{
	memset(wheel, 0, sizeof(*wheel));
	wheel->now = now;
}

/* The list of a second. */
static mclmr_wheel_node_t **list_of(mclmr_wheel_t *wheel, int64_t second)
{
	return &wheel->second[(uint64_t)second % MCLMR_WHEEL_SECONDS];
}

void mclmr_wheel_take(mclmr_wheel_node_t *node)
{
	if(node->at == NULL)
		return;
	*node->at = node->next;
	if(node->next != NULL)
		node->next->at = node->at;
	node->at = NULL;
}

void mclmr_wheel_put(
		mclmr_wheel_t *wheel, mclmr_wheel_node_t *node, int64_t due)
{
	mclmr_wheel_node_t **list =
			list_of(wheel, due > wheel->now ? due : wheel->now + 1);

	mclmr_wheel_take(node);
	node->due = due;
	node->next = *list;
	node->at = list;
	if(node->next != NULL)
		node->next->at = &node->next;
	*list = node;
}

size_t mclmr_wheel_turn(mclmr_wheel_t *wheel, int64_t now, size_t most,
		void (*due)(void *data, mclmr_wheel_node_t *node), void *data)
{
	size_t told = 0;

	if(now < wheel->now)
		wheel->now = now;
	if(now - wheel->now > MCLMR_WHEEL_SECONDS)
		wheel->now = now - MCLMR_WHEEL_SECONDS;
	while(wheel->now < now) {
		mclmr_wheel_node_t *next = *list_of(wheel, wheel->now + 1);

		while(next != NULL) {
			mclmr_wheel_node_t *node = next;

			next = node->next;
			if(node->due > now)
				continue;
			if(told++ == most)
				return most;
			mclmr_wheel_take(node);
			due(data, node);
		}
		wheel->now++;
	}
	return told;
}
