/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Messages that were taken on line, so that none is taken twice. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "replay.h"

bool mclmr_replay_take(mclmr_replay_t *replay,
		const uint8_t digest[MCLMR_REPLAY_DIGEST], int64_t time, int64_t now,
		uint32_t max_skew)
{
	mclmr_replay_entry_t *room = NULL;
	size_t place =
			replay->size == 0 ? 0 : mclmr_octets_get(digest, 8) % replay->size;

	for(size_t i = 0; i < replay->size; i++) {
		mclmr_replay_entry_t *entry =
				&replay->entry[(place + i) % replay->size];

		if(entry->until >= now
				&& memcmp(entry->digest, digest, sizeof(entry->digest)) == 0)
			return false;
		if(entry->until < now && room == NULL)
			room = entry;
		if(entry->until == 0)
			break;
	}
	if(room == NULL)
		return false;
	memcpy(room->digest, digest, sizeof(room->digest));
	room->until = time + max_skew;
	return true;
}
