/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What rows that were left out wait for: a Bloom filter, so that any number of
 * rows has room. */
#include <stdint.h>
#include <string.h>

#include "mclmr/base/table.h"
#include "mclmr/sip/uri.h"
#include "awaited.h"

#define BITS (1U << 18) /* 1 of 4,000 is taken for another with 2,000 in it */

typedef struct set
{
	size_t n; /* added to it */
	uint8_t bits[BITS / 8];
} set_t;

/* Two bits of a set, which stand for a URI. */
typedef struct mark
{
	uint32_t bit[2];
} mark_t;

static set_t live, loading;

/* What stands for a URI of a kind; false if it is none. */
static bool mark_of(iwf_awaited_kind_t kind, mclmr_span_t uri, mark_t *mark)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;
	uint64_t hash;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return false;
	hash = mclmr_table_hash((uint64_t)kind, key);
	mark->bit[0] = (uint32_t)hash % BITS;
	mark->bit[1] = (uint32_t)(hash >> 32) % BITS;
	return true;
}

void iwf_awaited_begin(void)
{
	memset(&loading, 0, sizeof(loading));
}

void iwf_awaited_put(void)
{
	live = loading;
}

void iwf_awaited_add(bool aside, iwf_awaited_kind_t kind, mclmr_span_t uri)
{
	set_t *set = aside ? &loading : &live;
	mark_t mark;

	if(!mark_of(kind, uri, &mark))
		return;
	for(size_t i = 0; i < 2; i++)
		set->bits[mark.bit[i] / 8] |= (uint8_t)(1U << (mark.bit[i] % 8));
	set->n++;
}

bool iwf_awaited_has(bool aside, iwf_awaited_kind_t kind, mclmr_span_t uri)
{
	const set_t *set = aside ? &loading : &live;
	mark_t mark;

	if(set->n == 0 || !mark_of(kind, uri, &mark))
		return false;
	for(size_t i = 0; i < 2; i++) {
		if((set->bits[mark.bit[i] / 8] & (1U << (mark.bit[i] % 8))) == 0)
			return false;
	}
	return true;
}
