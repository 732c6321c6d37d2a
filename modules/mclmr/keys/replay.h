/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * replay: messages that were taken on line, so that none is taken twice. A
 * message is remembered as long as its time is within the skew that is
 * allowed; after that its time refuses it. Memory is the caller's, of fixed
 * size: if it is full of messages that still count, new ones are refused.
 */
#ifndef MCLMR_REPLAY_H
#define MCLMR_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MCLMR_REPLAY_DIGEST 32

typedef struct mclmr_replay_entry
{
	int64_t until; /* Unix seconds; 0: free */
	uint8_t digest[MCLMR_REPLAY_DIGEST];
} mclmr_replay_entry_t;

typedef struct mclmr_replay
{
	mclmr_replay_entry_t *entry; /* all zero at first */
	size_t size;
} mclmr_replay_t;

/*
 * Takes a message: digest is the SHA-256 of what its signature covers (never of
 * the signature: anyone can make a second one from it that verifies too), time
 * its own, now the clock's (Unix seconds, at most max_skew apart). false: it
 * was taken before, or there is no room. A message is looked for in all entries
 * from its own place on up to the first that was never used, or all.
 */
bool mclmr_replay_take(mclmr_replay_t *replay,
		const uint8_t digest[MCLMR_REPLAY_DIGEST], int64_t time, int64_t now,
		uint32_t max_skew);

#endif
